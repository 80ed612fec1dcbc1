//! `audioBlockFormat` in its five types (BS.2076-2 §5.4.3).

use std::io::Read;

use super::declare::{AttributeField, ChildField, Node, Part, Shape, Value, dropped, element};
use super::input::{Context, Input, Tag};
use super::limits;
use super::output::Output;
use super::positions::{
    Placement, gain_text, near, parse_gain, size, write_object_position, write_speaker_position,
};
use super::values::{noted, number, unreadable, within};
use crate::adm::error::{Error, quoted};
use crate::adm::{
    AdmTime, BinauralBlock, BlockFormats, ChannelLock, DirectSpeakersBlock, ExclusionZone,
    HeadphoneVirtualise, HoaBlock, JumpPosition, MatrixBlock, MatrixCoefficient, ObjectDivergence,
    ObjectPosition, ObjectsBlock, ObjectsSpecial, Unknown,
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

/// What few Objects blocks have, behind one pointer.
struct Special;

impl Part<ObjectsBlock> for Special {
    fn child<R: Read>(
        block: &mut ObjectsBlock,
        _: &mut Placement,
        tag: &Tag<'_>,
        input: &mut Input<R>,
    ) -> Result<bool, Error> {
        match tag.name() {
            "channelLock" => {
                if let Some(lock) = read_channel_lock(tag, input)? {
                    block.special.get_or_insert_default().channel_lock = Some(lock);
                }
            }
            "objectDivergence" => {
                let divergence = read_divergence(tag, input)?;
                block.special.get_or_insert_default().divergence = Some(divergence);
            }
            "zoneExclusion" => read_zones(block.special.get_or_insert_default(), input)?,
            "headphoneVirtualise" => {
                let virtualise = read_headphone_virtualise(tag, input)?;
                block.special.get_or_insert_default().headphone_virtualise = Some(virtualise);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn write_children(block: &ObjectsBlock, output: &mut Output<'_>) {
        if let Some(special) = &block.special {
            write_special(special, output);
        }
    }
}

fn write_special(special: &ObjectsSpecial, output: &mut Output<'_>) {
    if let Some(lock) = special.channel_lock {
        output.open("channelLock");
        AttributeField::write_attribute(&lock.max_distance, &None, "maxDistance", output);
        output.text("1");
        output.close_text("channelLock");
    }
    if let Some(divergence) = special.divergence {
        output.open("objectDivergence");
        AttributeField::write_attribute(&divergence.azimuth_range, &None, "azimuthRange", output);
        AttributeField::write_attribute(&divergence.position_range, &None, "positionRange", output);
        output.text(&divergence.value.to_string());
        output.close_text("objectDivergence");
    }
    if !special.zone_exclusion.is_empty() {
        output.open("zoneExclusion");
        for (place, zone) in special.zone_exclusion.iter().enumerate() {
            write_zone(zone, special.zone_names.get(place).map_or("", |name| name), output);
        }
        output.close("zoneExclusion");
    }
    if let Some(virtualise) = special.headphone_virtualise {
        output.open("headphoneVirtualise");
        output.attribute("bypass", &virtualise.bypass.format());
        AttributeField::write_attribute(&virtualise.direct_to_reverberant_ratio, &None, "DRR", output);
        output.close("headphoneVirtualise");
    }
}

fn read_channel_lock<R: Read>(tag: &Tag<'_>, input: &mut Input<R>) -> Result<Option<ChannelLock>, Error> {
    let mut lock = ChannelLock::default();
    for attribute in tag.attributes() {
        let (name, value) = attribute?;
        match name {
            "maxDistance" => {
                input.context.field = "maxDistance";
                let distance = f64::parse(&value, &mut input.context)?;
                lock.max_distance = Some(size(distance, "maxDistance", f64::MAX, &mut input.context));
            }
            _ => dropped(name, &mut input.context),
        }
    }
    input.context.field = "channelLock";
    let locked = bool::read(tag, input)?;
    Ok(locked.then_some(lock))
}

fn read_divergence<R: Read>(tag: &Tag<'_>, input: &mut Input<R>) -> Result<ObjectDivergence, Error> {
    let mut divergence = ObjectDivergence::default();
    for attribute in tag.attributes() {
        let (name, value) = attribute?;
        let context = &mut input.context;
        match name {
            "azimuthRange" => {
                context.field = "azimuthRange";
                let range = f64::parse(&value, context)?;
                divergence.azimuth_range = Some(within(range, 0.0, 180.0, context));
            }
            "positionRange" => {
                context.field = "positionRange";
                let range = f64::parse(&value, context)?;
                divergence.position_range = Some(size(range, "positionRange", f64::MAX, context));
            }
            _ => dropped(name, context),
        }
    }
    input.context.field = "objectDivergence";
    divergence.value = f64::read(tag, input)?;
    divergence.value = size(divergence.value, "objectDivergence", 1.0, &mut input.context);
    Ok(divergence)
}

fn read_headphone_virtualise<R: Read>(
    tag: &Tag<'_>,
    input: &mut Input<R>,
) -> Result<HeadphoneVirtualise, Error> {
    let mut virtualise = HeadphoneVirtualise::default();
    for attribute in tag.attributes() {
        let (name, value) = attribute?;
        let context = &mut input.context;
        match name {
            "bypass" => {
                context.field = "bypass";
                virtualise.bypass = bool::parse(&value, context)?;
            }
            "DRR" => {
                context.field = "DRR";
                virtualise.direct_to_reverberant_ratio = Some(f64::parse(&value, context)?);
            }
            _ => dropped(name, context),
        }
    }
    input.skip()?;
    Ok(virtualise)
}

fn read_zones<R: Read>(special: &mut ObjectsSpecial, input: &mut Input<R>) -> Result<(), Error> {
    read_list(input, "zone", |tag, input| {
        if special.zone_exclusion.len() >= limits::ELEMENTS {
            return Err(Error::limit(format!("has more than {} zones in one block", limits::ELEMENTS)));
        }
        special.zone_exclusion.push(read_zone(tag, &mut input.context)?);
        let (name, _) = input.read_text()?;
        if !name.is_empty() || !special.zone_names.is_empty() {
            special.zone_names.resize(special.zone_exclusion.len() - 1, String::new());
            special.zone_names.push(name.to_owned());
        }
        Ok(())
    })
}

/// Attributes of a zone: a box first, then a part of the sphere.
const ZONE_ATTRIBUTES: [&str; 10] = [
    "minX",
    "minY",
    "minZ",
    "maxX",
    "maxY",
    "maxZ",
    "minAzimuth",
    "maxAzimuth",
    "minElevation",
    "maxElevation",
];

fn read_zone(tag: &Tag<'_>, context: &mut Context) -> Result<ExclusionZone, Error> {
    let mut found = [None; ZONE_ATTRIBUTES.len()];
    for attribute in tag.attributes() {
        let (name, value) = attribute?;
        match ZONE_ATTRIBUTES.iter().position(|known| *known == name) {
            Some(place) => {
                context.field = ZONE_ATTRIBUTES[place];
                let value = f64::parse(&value, context)?;
                found[place] = Some(near(value, ZONE_ATTRIBUTES[place], context));
            }
            None => dropped(name, context),
        }
    }
    match found {
        [
            Some(min_x),
            Some(min_y),
            Some(min_z),
            Some(max_x),
            Some(max_y),
            Some(max_z),
            None,
            None,
            None,
            None,
        ] => Ok(ExclusionZone::Cartesian { min_x, min_y, min_z, max_x, max_y, max_z }),
        [
            None,
            None,
            None,
            None,
            None,
            None,
            Some(min_azimuth),
            Some(max_azimuth),
            Some(min_elevation),
            Some(max_elevation),
        ] => Ok(ExclusionZone::Polar { min_azimuth, max_azimuth, min_elevation, max_elevation }),
        _ => Err(Error::structure(
            "has a zone that is neither whole box nor whole sector; give minX…maxZ or minAzimuth…maxElevation",
        )),
    }
}

fn write_zone(zone: &ExclusionZone, text: &str, output: &mut Output<'_>) {
    output.open("zone");
    let values = match *zone {
        ExclusionZone::Cartesian { min_x, min_y, min_z, max_x, max_y, max_z } => {
            vec![min_x, min_y, min_z, max_x, max_y, max_z]
        }
        ExclusionZone::Polar { min_azimuth, max_azimuth, min_elevation, max_elevation } => {
            vec![min_azimuth, max_azimuth, min_elevation, max_elevation]
        }
    };
    let names = if values.len() == 6 { &ZONE_ATTRIBUTES[..6] } else { &ZONE_ATTRIBUTES[6..] };
    for (name, value) in names.iter().zip(values) {
        output.attribute(name, &value.to_string());
    }
    if text.is_empty() {
        return output.close("zone");
    }
    output.text(text);
    output.close_text("zone");
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

/// `jumpPosition` with its `interpolationLength` in seconds (BS.2076-2 §5.4.3.3.3).
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

macro_rules! plain_shape {
    ($($element:ty),*) => {$(
        impl Shape for $element {
            type Scratch = ();

            fn keep(&mut self) -> Option<&mut Unknown> {
                Some(&mut self.unknown)
            }

            fn kept(&self) -> Option<&Unknown> {
                Some(&self.unknown)
            }
        }
    )*};
}

plain_shape!(HoaBlock, BinauralBlock, MatrixBlock);

/// The blocks of a channel; the type of the channel was set by its attributes.
impl ChildField for BlockFormats {
    const SINGLE: bool = false;

    fn read_child<R: Read>(&mut self, tag: &Tag<'_>, input: &mut Input<R>) -> Result<(), Error> {
        input.context.blocks += 1;
        if input.context.blocks > limits::BLOCKS {
            return Err(Error::limit(format!("has more than {} blocks; split the document", limits::BLOCKS)));
        }
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
