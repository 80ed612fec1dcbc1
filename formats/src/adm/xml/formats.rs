//! Packs and channels (BS.2076-2 §5.3, §5.5), with the labels and definitions of their types.

use std::sync::Arc;

use std::io::Read;

use super::context::Context;
use super::declare::{Node, Part, Shape, Value};
use super::element_macro::{element, named_shape};
use super::input::{Input, Tag, trimmed};
use super::output::Output;
use crate::adm::error::{Error, quoted};
use crate::adm::{
    AdmId, AudioChannelFormat, AudioPackFormat, BlockFormats, Frequency, TypeDefinition, Unknown, repair,
};

element!(AudioPackFormat {
    attributes {
        "audioPackFormatID" => id,
        "audioPackFormatName" => name,
        "importance" => importance,
    }
    first { Type }
    children {
        "audioChannelFormatIDRef" => channel_formats,
        "audioPackFormatIDRef" => pack_formats,
        "absoluteDistance" => absolute_distance,
        "encodePackFormatIDRef" => encode_pack_formats,
        "decodePackFormatIDRef" => decode_pack_formats,
        "inputPackFormatIDRef" => input_pack_format,
        "outputPackFormatIDRef" => output_pack_format,
        "normalization" => normalization,
        "nfcRefDist" => nfc_ref_dist,
        "screenRef" => screen_ref,
    }
});

element!(AudioChannelFormat {
    attributes {
        "audioChannelFormatID" => id,
        "audioChannelFormatName" => name,
    }
    first { Type, Frequencies }
    children {
        "audioBlockFormat" => blocks,
    }
});

/// `typeLabel` and `typeDefinition` say the same; one of them is enough (BS.2076-2 §5.3.1, §5.5.1).
struct Type;

/// A label and a definition until both are known.
#[derive(Default)]
pub(super) struct LabelAndDefinition {
    pub(super) label: Option<String>,
    pub(super) definition: Option<String>,
}

impl LabelAndDefinition {
    /// Takes the attribute called `label` or `definition`.
    pub(super) fn take(&mut self, name: &str, value: &str, label: &str, definition: &str) -> bool {
        if name == label {
            self.label = Some(value.to_owned());
        } else if name == definition {
            self.definition = Some(value.to_owned());
        }
        name == label || name == definition
    }

    /// The label as a number; it is hexadecimal.
    pub(super) fn number(&self) -> Option<u32> {
        self.label.as_deref().and_then(|label| u32::from_str_radix(trimmed(label), 16).ok())
    }

    /// Keeps the attributes word for word.
    pub(super) fn keep(self_: &Self, unknown: &mut Unknown, label: &str, definition: &str) {
        for (name, value) in [(label, &self_.label), (definition, &self_.definition)] {
            if let Some(value) = value {
                unknown.attributes.push((name.to_owned(), value.clone()));
            }
        }
    }

    pub(super) fn describe(&self) -> String {
        let text = |value: &Option<String>| value.as_deref().map_or("none".to_owned(), quoted);
        format!("label {} and definition {}", text(&self.label), text(&self.definition))
    }
}

/// What has a type.
trait Typed {
    fn id(&self) -> &AdmId;
    fn type_definition(&self) -> Option<TypeDefinition>;
    fn set_type(&mut self, type_definition: Option<TypeDefinition>);
    fn unknown(&mut self) -> &mut Unknown;
}

impl Typed for AudioPackFormat {
    fn id(&self) -> &AdmId {
        &self.id
    }

    fn type_definition(&self) -> Option<TypeDefinition> {
        self.type_definition
    }

    fn set_type(&mut self, type_definition: Option<TypeDefinition>) {
        self.type_definition = type_definition;
    }

    fn unknown(&mut self) -> &mut Unknown {
        &mut self.unknown
    }
}

impl Typed for AudioChannelFormat {
    fn id(&self) -> &AdmId {
        &self.id
    }

    fn type_definition(&self) -> Option<TypeDefinition> {
        self.blocks.type_definition()
    }

    fn set_type(&mut self, type_definition: Option<TypeDefinition>) {
        self.blocks = BlockFormats::new(type_definition);
    }

    fn unknown(&mut self) -> &mut Unknown {
        &mut self.unknown
    }
}

const TYPE: (&str, &str) = ("typeLabel", "typeDefinition");

impl<E> Part<E> for Type
where
    E: Typed + super::declare::Element + Shape<Scratch = LabelAndDefinition>,
{
    fn attribute(
        _: &mut E,
        text: &mut LabelAndDefinition,
        name: &str,
        value: &str,
        _: &mut Context,
    ) -> Result<bool, Error> {
        Ok(text.take(name, value, TYPE.0, TYPE.1))
    }

    fn write_attributes(element: &E, output: &mut Output<'_>) {
        if let Some(type_definition) = element.type_definition() {
            output.attribute(TYPE.0, &format!("{:04X}", type_definition as u8));
            output.attribute(TYPE.1, type_definition.name());
        }
    }
}

/// Decides the type from its label, its definition, or the id.
fn decide_type<E: Typed>(element: &mut E, text: &mut LabelAndDefinition, context: &mut Context) {
    let label = text.number().and_then(TypeDefinition::from_label);
    let definition = text.definition.as_deref().map(trimmed).and_then(TypeDefinition::from_name);
    let told_both = text.label.is_some() && text.definition.is_some();
    let decided = match (label, definition) {
        (None, None) if text.label.is_none() && text.definition.is_none() => {
            let from_id = element.id().digits().and_then(|digits| TypeDefinition::from_label(digits >> 16));
            context.warn("type-missing", || match from_id {
                Some(found) => {
                    format!("has neither typeLabel nor typeDefinition; {} is taken from its id", found.name())
                }
                None => "has neither typeLabel nor typeDefinition; its type is unknown".to_owned(),
            });
            from_id
        }
        (None, None) => {
            let described = text.describe();
            context.warn("type-unknown", || {
                format!("has the unknown type with {described}; it is kept but cannot be rendered")
            });
            LabelAndDefinition::keep(text, element.unknown(), TYPE.0, TYPE.1);
            None
        }
        (label, definition) => {
            let decided = label.or(definition);
            if told_both && label != definition {
                let described = text.describe();
                let name = decided.map_or("", TypeDefinition::name);
                context.warn("type-mismatch", || format!("has a type with {described}; {name} is used"));
            }
            decided
        }
    };
    element.set_type(decided);
}

named_shape! {
    AudioPackFormat: "audioPackFormat", LabelAndDefinition, decide_type;
    AudioChannelFormat: "audioChannelFormat", LabelAndDefinition, decide_type, {
        fn sweep<R: Read>(&mut self, input: &mut Input<R>) {
            if let BlockFormats::Objects(blocks) = &mut self.blocks {
                input.sweep_blocks(blocks);
            }
        }

        fn finish(&mut self, _: LabelAndDefinition, context: &mut Context) -> Result<(), Error> {
            if let BlockFormats::Objects(blocks) = &mut self.blocks {
                context.blocks_of_channel = blocks.len();
                blocks.shrink_to_fit();
            }
            repair::channel(self, context);
            Ok(())
        }
    };
}

impl Node for Arc<AudioChannelFormat> {
    fn read<R: Read>(tag: &Tag<'_>, input: &mut Input<R>) -> Result<Self, Error> {
        Ok(Self::new(AudioChannelFormat::read(tag, input)?))
    }

    fn write(&self, name: &str, output: &mut Output<'_>) {
        (**self).write(name, output);
    }
}

/// `frequency` with its `typeDefinition` lowPass or highPass (BS.2076-2 §5.3.2).
struct Frequencies;

impl Part<AudioChannelFormat> for Frequencies {
    fn child<R: Read>(
        channel: &mut AudioChannelFormat,
        _: &mut LabelAndDefinition,
        tag: &Tag<'_>,
        input: &mut Input<R>,
    ) -> Result<bool, Error> {
        if tag.name() != "frequency" {
            return Ok(false);
        }
        let mut kind = String::new();
        for attribute in tag.attributes() {
            let (name, value) = attribute?;
            match name {
                "typeDefinition" => kind = value.into_owned(),
                _ => super::declare::dropped(name, &mut input.context),
            }
        }
        input.context.field = "frequency";
        let frequency = f64::read(tag, input)?;
        set_frequency(&mut channel.frequency, &kind, frequency, &mut input.context)?;
        Ok(true)
    }

    fn write_children(channel: &AudioChannelFormat, output: &mut Output<'_>) {
        let Frequency { low_pass, high_pass } = channel.frequency;
        for (kind, frequency) in [("lowPass", low_pass), ("highPass", high_pass)] {
            if let Some(frequency) = frequency {
                output.open("frequency");
                output.attribute("typeDefinition", kind);
                output.text(&frequency.format());
                output.close_text("frequency");
            }
        }
    }
}

fn set_frequency(
    frequencies: &mut Frequency,
    kind: &str,
    frequency: f64,
    context: &mut Context,
) -> Result<(), Error> {
    let place = match kind {
        "lowPass" => &mut frequencies.low_pass,
        "highPass" => &mut frequencies.high_pass,
        other => {
            let other = quoted(other);
            return Err(Error::value(format!(
                "frequency typeDefinition is {other}; expected lowPass or highPass"
            )));
        }
    };
    if place.is_some() {
        context.warn("repeated-element", || {
            format!("has the frequency {kind} more than once; the first counts")
        });
        return Ok(());
    }
    *place = Some(frequency);
    if frequency <= 0.0 {
        context
            .warn("frequency-range", || format!("frequency {kind} is {frequency} Hz; expected more than 0"));
    }
    Ok(())
}
