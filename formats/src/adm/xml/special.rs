//! What few Objects blocks have: channel lock, divergence, zones, headphone virtualisation (BS.2076-2 §9.5, §10).

use std::io::Read;

use super::blocks::read_list;
use super::context::Context;
use super::declare::{AttributeField, Node, Part, Value, dropped};
use super::input::{Input, Tag};
use super::limits;
use super::output::Output;
use super::positions::{Placement, near, size};
use super::values::within;
use crate::adm::error::Error;
use crate::adm::{
    ChannelLock, ExclusionZone, HeadphoneVirtualise, ObjectDivergence, ObjectsBlock, ObjectsSpecial,
};

/// What few Objects blocks have, behind one pointer.
pub(super) struct Special;

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
