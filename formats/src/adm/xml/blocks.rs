//! `audioBlockFormat` in its five types (BS.2076-2 §5.4.3).

use std::io::Read;

use super::context::Context;
use super::declare::{ChildField, Node, Part, Shape, Value, dropped};
use super::element_macro::{element, plain_shape};
use super::gains::{gain_text, parse_gain};
use super::input::{Input, Tag};
use super::output::Output;
use super::positions::{Placement, size, write_object_position, write_speaker_position};
use super::special::Special;
use super::values::{noted, number, unreadable};
use crate::adm::error::{Error, quoted};
use crate::adm::{
    AdmTime, BinauralBlock, BlockFormats, DirectSpeakersBlock, HoaBlock, JumpPosition, MatrixBlock,
    MatrixCoefficient, ObjectPosition, ObjectsBlock, Unknown,
};

element!(ObjectsBlock {
    attributes {
        "audioBlockFormatID" => common.id,
        "rtime" => common.rtime,
        "duration" => common.duration,
    }
    first { ObjectPlace }
    children {
        "width" => width,
        "height" => height,
        "depth" => depth,
        "gain" => common.gain,
        "diffuse" => diffuse,
        "jumpPosition" => common.jump_position,
        "screenRef" => screen_ref,
        "importance" => common.importance,
        "headLocked" => common.head_locked,
    }
    last { Special }
});

element!(DirectSpeakersBlock {
    attributes {
        "audioBlockFormatID" => common.id,
        "rtime" => common.rtime,
        "duration" => common.duration,
    }
    children {
        "speakerLabel" => speaker_labels,
        "gain" @v2 => common.gain,
        "importance" @v2 => common.importance,
        "headLocked" => common.head_locked,
    }
    last { SpeakerPlace }
});

element!(HoaBlock {
    attributes {
        "audioBlockFormatID" => common.id,
        "rtime" => common.rtime,
        "duration" => common.duration,
    }
    children {
        "equation" => equation,
        "order" => order,
        "degree" => degree,
        "normalization" => normalization,
        "nfcRefDist" => nfc_ref_dist,
        "screenRef" => screen_ref,
        "gain" @v2 => common.gain,
        "importance" @v2 => common.importance,
        "headLocked" => common.head_locked,
    }
});

element!(BinauralBlock {
    attributes {
        "audioBlockFormatID" => common.id,
        "rtime" => common.rtime,
        "duration" => common.duration,
    }
    children {
        "gain" @v2 => common.gain,
        "importance" @v2 => common.importance,
        "headLocked" => common.head_locked,
    }
});

element!(MatrixBlock {
    attributes {
        "audioBlockFormatID" => common.id,
        "rtime" => common.rtime,
        "duration" => common.duration,
    }
    children {
        "outputChannelFormatIDRef" => output_channel_format,
        "outputChannelIDRef" @read => output_channel_format,
        "gain" @v2 => common.gain,
        "importance" @v2 => common.importance,
        "headLocked" => common.head_locked,
    }
    last { Coefficients }
});

element!(MatrixCoefficient {
    attributes {
        "phase" => phase,
        "delay" => delay,
        "gainVar" => gain_var,
        "phaseVar" => phase_var,
        "delayVar" => delay_var,
    }
    first { CoefficientGain }
    text => input_channel_format;
});

/// `cartesian` and the `position`s of an Objects block.
struct ObjectPlace;

impl Part<ObjectsBlock> for ObjectPlace {
    #[inline]
    fn child<R: Read>(
        _: &mut ObjectsBlock,
        placement: &mut Placement,
        tag: &Tag<'_>,
        input: &mut Input<R>,
    ) -> Result<bool, Error> {
        placement.child(tag, input)
    }

    fn write_children(block: &ObjectsBlock, output: &mut Output<'_>) {
        write_object_position(&block.position, block.screen_edge_lock, output);
    }
}

impl Shape for ObjectsBlock {
    type Scratch = Placement;

    fn finish(&mut self, placement: Placement, context: &mut Context) -> Result<(), Error> {
        self.position = placement.object_position(context)?;
        self.screen_edge_lock = placement.lock;
        let (widest, deepest) = match self.position {
            ObjectPosition::Polar(_) => (360.0, f64::MAX),
            ObjectPosition::Cartesian(_) => (f64::MAX, f64::MAX),
        };
        self.width = size(self.width, "width", widest, context);
        self.height = size(self.height, "height", widest, context);
        self.depth = size(self.depth, "depth", deepest, context);
        self.diffuse = size(self.diffuse, "diffuse", 1.0, context);
        Ok(())
    }

    fn keep(&mut self) -> Option<&mut Unknown> {
        Some(&mut self.special.get_or_insert_default().unknown)
    }

    fn kept(&self) -> Option<&Unknown> {
        self.special.as_deref().map(|special| &special.unknown)
    }
}

/// Reads the children called `name` of the element whose start tag was just read; others are dropped.
pub(super) fn read_list<R: Read>(
    input: &mut Input<R>,
    name: &str,
    mut each: impl FnMut(&Tag<'_>, &mut Input<R>) -> Result<(), Error>,
) -> Result<(), Error> {
    use super::input::{Token, cut};
    let mut buffer = input.take_buffer();
    loop {
        match input.next(&mut buffer)? {
            Token::Start(tag) if tag.name() == name => each(&tag, input)?,
            Token::Start(tag) => {
                dropped(tag.name(), &mut input.context);
                input.skip()?;
            }
            Token::End => break,
            Token::EndOfDocument => return Err(cut()),
            Token::Text(_) | Token::Character(_) | Token::Other => {}
        }
    }
    input.give_back(buffer);
    Ok(())
}

/// `jumpPosition` with its `interpolationLength` in seconds (BS.2076-2 §9.3).
impl Node for JumpPosition {
    fn read<R: Read>(tag: &Tag<'_>, input: &mut Input<R>) -> Result<Self, Error> {
        let mut interpolation_length = None;
        for attribute in tag.attributes() {
            let (name, value) = attribute?;
            match name {
                "interpolationLength" => {
                    input.context.field = "interpolationLength";
                    interpolation_length = Some(parse_seconds(&value, &mut input.context)?);
                }
                _ => dropped(name, &mut input.context),
            }
        }
        input.context.field = "jumpPosition";
        Ok(Self { flag: bool::read(tag, input)?, interpolation_length })
    }

    fn write(&self, name: &str, output: &mut Output<'_>) {
        output.open(name);
        if let Some(length) = self.interpolation_length {
            let seconds = length.decimal_seconds().unwrap_or_else(|| length.to_string());
            output.attribute("interpolationLength", &seconds);
        }
        output.text(&self.flag.format());
        output.close_text(name);
    }
}

/// Seconds as a decimal number; some writers use the form of the other times.
fn parse_seconds(text: &str, context: &mut Context) -> Result<AdmTime, Error> {
    let text = super::input::trimmed(text);
    if text.contains(':') {
        return Value::parse(text, context);
    }
    if let Ok((time, rounded)) = AdmTime::parse_seconds(text) {
        noted(time, rounded, text, context);
        return Ok(time);
    }
    // Exponents are rare enough to go through a float with nine decimals.
    let seconds = number(text, context)?;
    if !(0.0..1e6).contains(&seconds) {
        return Err(unreadable(context, text, "seconds from 0 to 1000000"));
    }
    let (time, _) = AdmTime::parse_seconds(&format!("{seconds:.9}"))
        .map_err(|error| Error::value(format!("interpolationLength is {}: it {error}", quoted(text))))?;
    Ok(time)
}

/// The place of a loudspeaker.
struct SpeakerPlace;

impl Part<DirectSpeakersBlock> for SpeakerPlace {
    fn child<R: Read>(
        _: &mut DirectSpeakersBlock,
        placement: &mut Placement,
        tag: &Tag<'_>,
        input: &mut Input<R>,
    ) -> Result<bool, Error> {
        placement.child(tag, input)
    }

    fn write_children(block: &DirectSpeakersBlock, output: &mut Output<'_>) {
        write_speaker_position(&block.position, block.screen_edge_lock, output);
    }
}

impl Shape for DirectSpeakersBlock {
    type Scratch = Placement;

    fn finish(&mut self, placement: Placement, context: &mut Context) -> Result<(), Error> {
        self.position = placement.speaker_position(context)?;
        self.screen_edge_lock = placement.lock;
        Ok(())
    }

    fn keep(&mut self) -> Option<&mut Unknown> {
        Some(&mut self.unknown)
    }

    fn kept(&self) -> Option<&Unknown> {
        Some(&self.unknown)
    }
}

/// The list inside `matrix`.
struct Coefficients;

impl Part<MatrixBlock> for Coefficients {
    fn child<R: Read>(
        block: &mut MatrixBlock,
        (): &mut (),
        tag: &Tag<'_>,
        input: &mut Input<R>,
    ) -> Result<bool, Error> {
        if tag.name() != "matrix" {
            return Ok(false);
        }
        read_list(input, "coefficient", |tag, input| ChildField::read_child(&mut block.matrix, tag, input))?;
        Ok(true)
    }

    fn write_children(block: &MatrixBlock, output: &mut Output<'_>) {
        output.open("matrix");
        for coefficient in &block.matrix {
            coefficient.write("coefficient", output);
        }
        output.close("matrix");
    }
}

/// `gain` and `gainUnit`, here as attributes.
struct CoefficientGain;

/// The two attributes until both are known.
#[derive(Default)]
pub(super) struct GainText {
    gain: Option<String>,
    unit: Option<String>,
}

impl Part<MatrixCoefficient> for CoefficientGain {
    fn attribute(
        _: &mut MatrixCoefficient,
        text: &mut GainText,
        name: &str,
        value: &str,
        context: &mut Context,
    ) -> Result<bool, Error> {
        match name {
            "gain" => text.gain = Some(value.to_owned()),
            "gainUnit" => {
                context.second_edition("gainUnit");
                text.unit = Some(value.to_owned());
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn write_attributes(coefficient: &MatrixCoefficient, output: &mut Output<'_>) {
        if let Some(gain) = coefficient.gain {
            let (text, unit) = gain_text(gain);
            output.attribute("gain", &text);
            if let Some(unit) = unit {
                output.attribute("gainUnit", unit);
            }
        }
    }
}

impl Shape for MatrixCoefficient {
    type Scratch = GainText;

    fn opened(&mut self, text: &mut GainText, context: &mut Context) -> Result<(), Error> {
        context.field = "gain";
        match (&text.gain, &text.unit) {
            (Some(gain), unit) => {
                self.gain = Some(parse_gain(super::input::trimmed(gain), unit.as_deref(), context)?);
                Ok(())
            }
            (None, Some(_)) => {
                Err(Error::structure("has a coefficient with gainUnit but no gain; add the gain"))
            }
            (None, None) => Ok(()),
        }
    }

    fn keep(&mut self) -> Option<&mut Unknown> {
        Some(&mut self.unknown)
    }

    fn kept(&self) -> Option<&Unknown> {
        Some(&self.unknown)
    }
}

plain_shape!(HoaBlock, BinauralBlock, MatrixBlock);

/// The blocks of a channel; the type of the channel was set by its attributes.
impl ChildField for BlockFormats {
    const SINGLE: bool = false;

    fn read_child<R: Read>(&mut self, tag: &Tag<'_>, input: &mut Input<R>) -> Result<(), Error> {
        input.context.count_block(matches!(self, Self::Objects(_)))?;
        match self {
            Self::DirectSpeakers(blocks) => blocks.push(Node::read(tag, input)?),
            Self::Matrix(blocks) => blocks.push(Node::read(tag, input)?),
            Self::Objects(blocks) => blocks.push(Node::read(tag, input)?),
            Self::Hoa(blocks) => blocks.push(Node::read(tag, input)?),
            Self::Binaural(blocks) => blocks.push(Node::read(tag, input)?),
            Self::Other(blocks) => blocks.push(input.read_verbatim(tag)?),
        }
        Ok(())
    }

    fn write_child(&self, _: &Self, name: &str, output: &mut Output<'_>) {
        match self {
            Self::DirectSpeakers(blocks) => blocks.iter().for_each(|block| block.write(name, output)),
            Self::Matrix(blocks) => blocks.iter().for_each(|block| block.write(name, output)),
            Self::Objects(blocks) => blocks.iter().for_each(|block| block.write(name, output)),
            Self::Hoa(blocks) => blocks.iter().for_each(|block| block.write(name, output)),
            Self::Binaural(blocks) => blocks.iter().for_each(|block| block.write(name, output)),
            Self::Other(blocks) => blocks.iter().for_each(|block| output.verbatim(block)),
        }
    }
}
