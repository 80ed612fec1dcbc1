//! Objects, their alternative values and how a user may change them (BS.2076-2 §5.6).

use std::io::Read;

use super::context::Context;
use super::declare::{Node, Part, Shape};
use super::element_macro::{element, named_shape, plain_shape};
use super::elements::require_id;
use super::gains::gain_text;
use super::input::{Input, Tag};
use super::output::Output;
use super::positions::{COORDINATES, Offsets, write_offset};
use super::values::unreadable;
use crate::adm::error::{Error, quoted};
use crate::adm::{AlternativeValueSet, AudioObject, Gain, ObjectInteraction, Unknown};

element!(AudioObject {
    attributes {
        "audioObjectID" => id,
        "audioObjectName" => name,
        "start" => start,
        "duration" => duration,
        "dialogue" => dialogue,
        "importance" => importance,
        "interact" => interact,
        "disableDucking" => disable_ducking,
    }
    children {
        "audioObjectLabel" => labels,
        "audioComplementaryObjectGroupLabel" => complementary_group_labels,
        "audioPackFormatIDRef" => pack_formats,
        "audioObjectIDRef" => objects,
        "audioComplementaryObjectIDRef" => complementary_objects,
        "audioTrackUIDRef" => track_uids,
        "audioObjectInteraction" => interaction,
        "gain" @v2 => gain,
        "mute" @v2 => mute,
        "headLocked" => head_locked,
        "alternativeValueSet" @v2 => alternative_value_sets,
    }
    last { Offset }
});

element!(AlternativeValueSet {
    attributes {
        "alternativeValueSetID" => id,
    }
    children {
        "label" => labels,
        "gain" => gain,
        "mute" => mute,
        "audioObjectInteraction" => interaction,
    }
    last { Offset }
});

element!(ObjectInteraction {
    attributes {
        "onOffInteract" => on_off,
        "gainInteract" => gain,
        "positionInteract" => position,
    }
    last { Ranges }
});

named_shape! {
    AudioObject: "audioObject", Offsets, {
        fn finish(&mut self, offsets: Offsets, _: &mut Context) -> Result<(), Error> {
            self.position_offset = offsets.offset()?;
            Ok(())
        }
    };
}

impl Shape for AlternativeValueSet {
    type Scratch = Offsets;

    fn opened(&mut self, _: &mut Offsets, _: &mut Context) -> Result<(), Error> {
        require_id(&self.id, "alternativeValueSet", "alternativeValueSetID", "")
    }

    fn finish(&mut self, offsets: Offsets, _: &mut Context) -> Result<(), Error> {
        self.position_offset = offsets.offset()?;
        Ok(())
    }

    fn keep(&mut self) -> Option<&mut Unknown> {
        Some(&mut self.unknown)
    }

    fn kept(&self) -> Option<&Unknown> {
        Some(&self.unknown)
    }
}

/// `positionOffset` of an object or a set (BS.2076-2 §5.6.2, §5.6.5).
struct Offset;

impl Part<AudioObject> for Offset {
    fn child<R: Read>(
        _: &mut AudioObject,
        offsets: &mut Offsets,
        tag: &Tag<'_>,
        input: &mut Input<R>,
    ) -> Result<bool, Error> {
        if tag.name() != "positionOffset" {
            return Ok(false);
        }
        input.context.second_edition("positionOffset");
        offsets.read(tag, input)?;
        Ok(true)
    }

    fn write_children(object: &AudioObject, output: &mut Output<'_>) {
        if let Some(offset) = &object.position_offset {
            write_offset(offset, output);
        }
    }
}

impl Part<AlternativeValueSet> for Offset {
    fn child<R: Read>(
        _: &mut AlternativeValueSet,
        offsets: &mut Offsets,
        tag: &Tag<'_>,
        input: &mut Input<R>,
    ) -> Result<bool, Error> {
        if tag.name() != "positionOffset" {
            return Ok(false);
        }
        offsets.read(tag, input)?;
        Ok(true)
    }

    fn write_children(set: &AlternativeValueSet, output: &mut Output<'_>) {
        if let Some(offset) = &set.position_offset {
            write_offset(offset, output);
        }
    }
}

/// `gainInteractionRange` and `positionInteractionRange` (BS.2076-2 §5.6.4).
struct Ranges;

impl Part<ObjectInteraction> for Ranges {
    fn child<R: Read>(
        interaction: &mut ObjectInteraction,
        (): &mut (),
        tag: &Tag<'_>,
        input: &mut Input<R>,
    ) -> Result<bool, Error> {
        match tag.name() {
            "gainInteractionRange" => {
                input.context.field = "gainInteractionRange";
                let bound = bound_of(tag, &input.context)?;
                let gain = Gain::read(tag, input)?;
                let place = if bound == "min" {
                    &mut interaction.gain_range.0
                } else {
                    &mut interaction.gain_range.1
                };
                *place = Some(gain);
            }
            "positionInteractionRange" => {
                input.context.field = "positionInteractionRange";
                let bound = bound_of(tag, &input.context)?;
                let coordinate = coordinate_of(tag)?;
                let value = f64::read(tag, input)?;
                if interaction.position_range.len() < COORDINATES.len() * 2 {
                    interaction.position_range.push((coordinate.to_owned(), bound, value));
                } else {
                    input.context.warn("repeated-element", || {
                        "has more positionInteractionRanges than coordinates; the rest is ignored".to_owned()
                    });
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn write_children(interaction: &ObjectInteraction, output: &mut Output<'_>) {
        for (bound, gain) in [("min", interaction.gain_range.0), ("max", interaction.gain_range.1)] {
            let Some(gain) = gain else { continue };
            let (text, unit) = gain_text(gain);
            output.open("gainInteractionRange");
            if let Some(unit) = unit {
                output.attribute("gainUnit", unit);
            }
            output.attribute("bound", bound);
            output.text(&text);
            output.close_text("gainInteractionRange");
        }
        for (coordinate, bound, value) in &interaction.position_range {
            output.open("positionInteractionRange");
            output.attribute("coordinate", coordinate);
            output.attribute("bound", bound);
            output.text(&value.to_string());
            output.close_text("positionInteractionRange");
        }
    }
}

fn coordinate_of(tag: &Tag<'_>) -> Result<&'static str, Error> {
    for attribute in tag.attributes() {
        let (name, value) = attribute?;
        if name == "coordinate" {
            return COORDINATES.into_iter().find(|known| *known == value).ok_or_else(|| {
                let value = quoted(&value);
                Error::value(format!("positionInteractionRange has the unknown coordinate {value}"))
            });
        }
    }
    Err(Error::structure(
        "<positionInteractionRange> has no coordinate; add coordinate=\"azimuth\" or another",
    ))
}

/// A `min` or `max` in an attribute called `bound`.
fn bound_of(tag: &Tag<'_>, context: &Context) -> Result<String, Error> {
    for attribute in tag.attributes() {
        let (name, value) = attribute?;
        if name == "bound" {
            return match &*value {
                "min" | "max" => Ok(value.into_owned()),
                other => Err(unreadable(context, other, "bound=\"min\" or bound=\"max\"")),
            };
        }
    }
    Err(Error::structure(format!("<{}> has no bound; add bound=\"min\" or bound=\"max\"", tag.name())))
}

plain_shape!(ObjectInteraction);
