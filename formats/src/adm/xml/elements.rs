//! Programmes, contents and the lists of a document (BS.2076-2 §5.7, §5.8, §5.10, §5.11).

use std::io::Read;

use super::context::Context;
use super::declare::{ChildField, Part};
use super::element_macro::{closed_shape, element, named_shape, plain_shape};
use super::input::{Input, Tag};
use super::output::Output;
use crate::adm::error::{Error, quoted};
use crate::adm::{
    AdmId, AudioContent, AudioProgramme, AuthoringInformation, AuthoringRenderer, Label, LoudnessMetadata,
    Profile, TagGroup,
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

named_shape! {
    AudioProgramme: "audioProgramme";
    AudioContent: "audioContent";
}

plain_shape!(LoudnessMetadata, AuthoringInformation, AuthoringRenderer, TagGroup);

closed_shape!(Label, Profile);

/// `referenceLayout`s, each around the id of a pack (BS.2076-2 §5.8.6).
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
