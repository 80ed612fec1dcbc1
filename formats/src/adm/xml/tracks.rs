//! Streams, track formats and track UIDs (BS.2076-2 §5.1, §5.2, §5.9).

use super::context::Context;
use super::declare::{Part, Shape};
use super::element_macro::{closed_shape, element, named_shape};
use super::elements::require_id;
use super::formats::LabelAndDefinition;
use super::input::trimmed;
use super::output::Output;
use crate::adm::error::Error;
use crate::adm::{AudioStreamFormat, AudioTrackFormat, AudioTrackUid, MxfLookUp, Unknown};

element!(AudioStreamFormat {
    attributes {
        "audioStreamFormatID" => id,
        "audioStreamFormatName" => name,
    }
    first { Format }
    children {
        "audioChannelFormatIDRef" => channel_format,
        "audioPackFormatIDRef" => pack_format,
        "audioTrackFormatIDRef" => track_formats,
    }
});

element!(AudioTrackFormat {
    attributes {
        "audioTrackFormatID" => id,
        "audioTrackFormatName" => name,
    }
    first { Format }
    children {
        "audioStreamFormatIDRef" => stream_format,
    }
});

element!(AudioTrackUid {
    attributes {
        "UID" => id,
        "sampleRate" => sample_rate,
        "bitDepth" => bit_depth,
    }
    children {
        "audioMXFLookUp" => mxf_look_up,
        "audioTrackFormatIDRef" => track_format,
        "audioChannelFormatIDRef" @v2 => channel_format,
        "audioPackFormatIDRef" => pack_format,
    }
});

element!(MxfLookUp {
    children {
        "packageUIDIDRef" => package_uid,
        "trackIDRef" => track_id,
        "channelIDRef" => channel_id,
    }
});

impl Shape for AudioTrackUid {
    type Scratch = ();

    fn opened(&mut self, (): &mut (), _: &mut Context) -> Result<(), Error> {
        require_id(&self.id, "audioTrackUID", "UID", "")
    }

    fn keep(&mut self) -> Option<&mut Unknown> {
        Some(&mut self.unknown)
    }

    fn kept(&self) -> Option<&Unknown> {
        Some(&self.unknown)
    }
}

closed_shape!(MxfLookUp);

/// `formatLabel` and `formatDefinition` say the same; 1 is PCM (BS.2076-2 §5.1.1, §5.2.1).
struct Format;

const FORMAT: (&str, &str) = ("formatLabel", "formatDefinition");

/// What has a format.
trait Formatted {
    fn format(&self) -> Option<u16>;
    fn set_format(&mut self, format: Option<u16>);
    fn unknown(&mut self) -> &mut Unknown;
}

macro_rules! formatted {
    ($($element:ty),*) => {$(
        impl Formatted for $element {
            fn format(&self) -> Option<u16> {
                self.format
            }

            fn set_format(&mut self, format: Option<u16>) {
                self.format = format;
            }

            fn unknown(&mut self) -> &mut Unknown {
                &mut self.unknown
            }
        }
    )*};
}

formatted!(AudioStreamFormat, AudioTrackFormat);

impl<E> Part<E> for Format
where
    E: Formatted + super::declare::Element + Shape<Scratch = LabelAndDefinition>,
{
    fn attribute(
        _: &mut E,
        text: &mut LabelAndDefinition,
        name: &str,
        value: &str,
        _: &mut Context,
    ) -> Result<bool, Error> {
        Ok(text.take(name, value, FORMAT.0, FORMAT.1))
    }

    fn write_attributes(element: &E, output: &mut Output<'_>) {
        if let Some(format) = element.format() {
            output.attribute(FORMAT.0, &format!("{format:04X}"));
            if format == 1 {
                output.attribute(FORMAT.1, "PCM");
            }
        }
    }
}

/// Decides the format from its label or its definition.
fn decide_format<E: Formatted>(element: &mut E, text: &mut LabelAndDefinition, context: &mut Context) {
    let is_pcm = text.definition.as_deref().map(trimmed) == Some("PCM");
    let label = text.number().and_then(|number| u16::try_from(number).ok());
    let format = match label {
        _ if text.label.is_none() && text.definition.is_none() => {
            context.warn("format-missing", || {
                "has neither formatLabel nor formatDefinition; it is taken as PCM".to_owned()
            });
            Some(1)
        }
        Some(format) => {
            let fits = text.definition.is_none() || is_pcm == (format == 1);
            if !fits {
                let described = text.describe();
                context
                    .warn("format-mismatch", || format!("has a format with {described}; the label counts"));
            }
            if let Some(definition) = text.definition.as_ref().filter(|_| format != 1) {
                element.unknown().attributes.push((FORMAT.1.to_owned(), definition.clone()));
            }
            Some(format)
        }
        None if is_pcm => Some(1),
        None => {
            let described = text.describe();
            context.warn("format-unknown", || format!("has the unknown format with {described}"));
            LabelAndDefinition::keep(text, element.unknown(), FORMAT.0, FORMAT.1);
            None
        }
    };
    element.set_format(format);
}

named_shape! {
    AudioStreamFormat: "audioStreamFormat", LabelAndDefinition, decide_format;
    AudioTrackFormat: "audioTrackFormat", LabelAndDefinition, decide_format;
}
