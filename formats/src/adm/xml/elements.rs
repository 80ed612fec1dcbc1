//! Programmes, contents, objects and track UIDs (BS.2076-2 §5.1, §5.6–§5.8).

use std::io::Read;

use super::declare::{ChildField, Node, Part, Shape};
use super::element_macro::element;
use super::input::{Context, Input, Tag};
use super::output::Output;
use super::positions::{COORDINATES, Offsets, bound_of, write_offset};
use crate::adm::error::{Error, quoted};
use crate::adm::{
    AdmId, AlternativeValueSet, AudioContent, AudioObject, AudioProgramme, AudioTrackUid,
    AuthoringInformation, AuthoringRenderer, Gain, Label, LoudnessMetadata, MxfLookUp, ObjectInteraction,
    Profile, TagGroup, Unknown,
};

element!(AudioProgramme {
    attributes {
        "audioProgrammeID" => id,
        "audioProgrammeName" => name,
        "audioProgrammeLanguage" => language,
        "start" => start,
        "end" => end,
        "maxDuckingDepth" => max_ducking_depth,
    }
    children {
        "audioProgrammeLabel" => labels,
        "audioContentIDRef" => contents,
        "loudnessMetadata" => loudness,
        "audioProgrammeReferenceScreen" => reference_screen,
        "authoringInformation" => authoring_information,
        "alternativeValueSetIDRef" @v2 => alternative_value_sets,
    }
});

element!(AudioContent {
    attributes {
        "audioContentID" => id,
        "audioContentName" => name,
        "audioContentLanguage" => language,
    }
    children {
        "audioContentLabel" => labels,
        "audioObjectIDRef" => objects,
        "loudnessMetadata" => loudness,
        "dialogue" => dialogue,
        "alternativeValueSetIDRef" @v2 => alternative_value_sets,
    }
});

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

element!(LoudnessMetadata {
    attributes {
        "loudnessMethod" => method,
        "loudnessRecType" => rec_type,
        "loudnessCorrectionType" => correction_type,
    }
    children {
        "integratedLoudness" => integrated,
        "loudnessRange" => range,
        "maxTruePeak" => max_true_peak,
        "maxMomentary" => max_momentary,
        "maxShortTerm" => max_short_term,
        "dialogueLoudness" => dialogue,
    }
});

element!(AuthoringInformation {
    first { ReferenceLayouts }
    children {
        "renderer" => renderers,
    }
});

element!(AuthoringRenderer {
    attributes {
        "uri" => uri,
        "name" => name,
        "version" => version,
        "coordinateMode" => coordinate_mode,
    }
    children {
        "audioPackFormatIDRef" => pack_formats,
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

element!(Label {
    attributes {
        "language" => language,
    }
    text => text;
});

element!(Profile {
    attributes {
        "profileName" => name,
        "profileVersion" => version,
        "profileLevel" => level,
    }
    text => uri;
});

element!(TagGroup {
    first { Tags }
    children {
        "audioProgrammeIDRef" => programmes,
        "audioContentIDRef" => contents,
        "audioObjectIDRef" => objects,
    }
});

/// An element without id cannot be referred to.
pub(super) fn require_id(id: &AdmId, element: &str, attribute: &str, name: &str) -> Result<(), Error> {
    if id.is_empty() {
        let name = quoted(name);
        return Err(Error::structure(format!(
            "the {element} named {name} has no {attribute}; give it an id"
        )));
    }
    Ok(())
}

/// A name is required, but only people miss it.
pub(super) fn require_name(name: &str, attribute: &str, context: &mut Context) {
    if name.is_empty() {
        context.warn("name-missing", || format!("has no {attribute}; it is treated as unnamed"));
    }
}

macro_rules! named_shape {
    ($($element:ty: $name:literal, $id:literal, $named:literal, $scratch:ty;)*) => {$(
        impl Shape for $element {
            type Scratch = $scratch;

            fn opened(&mut self, _: &mut $scratch, context: &mut Context) -> Result<(), Error> {
                require_id(&self.id, $name, $id, &self.name)?;
                require_name(&self.name, $named, context);
                Ok(())
            }

            #[allow(unused_variables)]
            fn finish(&mut self, scratch: $scratch, _: &mut Context) -> Result<(), Error> {
                Gathered::give(scratch, self)
            }

            fn keep(&mut self) -> Option<&mut Unknown> {
                Some(&mut self.unknown)
            }

            fn kept(&self) -> Option<&Unknown> {
                Some(&self.unknown)
            }
        }
    )*};
}

named_shape! {
    AudioProgramme: "audioProgramme", "audioProgrammeID", "audioProgrammeName", ();
    AudioContent: "audioContent", "audioContentID", "audioContentName", ();
    AudioObject: "audioObject", "audioObjectID", "audioObjectName", Offsets;
}

/// What was gathered while reading goes into its field.
trait Gathered<E> {
    fn give(self, element: &mut E) -> Result<(), Error>;
}

impl<E> Gathered<E> for () {
    fn give(self, _: &mut E) -> Result<(), Error> {
        Ok(())
    }
}

impl Gathered<AudioObject> for Offsets {
    fn give(self, object: &mut AudioObject) -> Result<(), Error> {
        object.position_offset = self.offset()?;
        Ok(())
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

plain_shape!(ObjectInteraction, LoudnessMetadata, AuthoringInformation, AuthoringRenderer, TagGroup);

macro_rules! closed_shape {
    ($($element:ty),*) => {$(
        impl Shape for $element {
            type Scratch = ();

            fn keep(&mut self) -> Option<&mut Unknown> {
                None
            }

            fn kept(&self) -> Option<&Unknown> {
                None
            }
        }
    )*};
}

closed_shape!(MxfLookUp, Label, Profile);

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

/// `positionOffset` of an object or a set (BS.2076-2 §5.6.5).
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

/// `gainInteractionRange` and `positionInteractionRange` (BS.2076-2 §5.6.3).
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
            let (text, unit) = super::positions::gain_text(gain);
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

/// `referenceLayout`s, each around the id of a pack (BS.2076-2 §5.8.5).
struct ReferenceLayouts;

impl Part<AuthoringInformation> for ReferenceLayouts {
    fn child<R: Read>(
        information: &mut AuthoringInformation,
        (): &mut (),
        tag: &Tag<'_>,
        input: &mut Input<R>,
    ) -> Result<bool, Error> {
        if tag.name() != "referenceLayout" {
            return Ok(false);
        }
        super::blocks::read_list(input, "audioPackFormatIDRef", |tag, input| {
            ChildField::read_child(&mut information.reference_layouts, tag, input)
        })?;
        Ok(true)
    }

    fn write_children(information: &AuthoringInformation, output: &mut Output<'_>) {
        for layout in &information.reference_layouts {
            output.open("referenceLayout");
            output.leaf("audioPackFormatIDRef", layout.as_str());
            output.close("referenceLayout");
        }
    }
}

/// `tag`s with their `class`.
struct Tags;

impl Part<TagGroup> for Tags {
    fn child<R: Read>(
        group: &mut TagGroup,
        (): &mut (),
        tag: &Tag<'_>,
        input: &mut Input<R>,
    ) -> Result<bool, Error> {
        if tag.name() != "tag" {
            return Ok(false);
        }
        let mut class = None;
        for attribute in tag.attributes() {
            let (name, value) = attribute?;
            match name {
                "class" => class = Some(value.into_owned()),
                _ => super::declare::dropped(name, &mut input.context),
            }
        }
        input.context.field = "tag";
        let (text, _) = input.read_text()?;
        group.tags.push((class, text.to_owned()));
        Ok(true)
    }

    fn write_children(group: &TagGroup, output: &mut Output<'_>) {
        for (class, text) in &group.tags {
            output.open("tag");
            if let Some(class) = class {
                output.attribute("class", class);
            }
            output.text(text);
            output.close_text("tag");
        }
    }
}
