//! Programmes, contents, objects, profiles and tags.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::values::*;
use crate::adm::*;

pub(super) fn loudness() -> impl Strategy<Value = Vec<LoudnessMetadata>> {
    let texts = (of(attribute()), of(attribute()), of(attribute()));
    let levels = (of(number()), of(number()), of(number()), of(number()), of(number()), of(number()));
    let one =
        (texts, levels, unknown()).prop_map(|((method, rec_type, correction_type), levels, unknown)| {
            let (integrated, range, max_true_peak, max_momentary, max_short_term, dialogue) = levels;
            LoudnessMetadata {
                method,
                rec_type,
                correction_type,
                integrated,
                range,
                max_true_peak,
                max_momentary,
                max_short_term,
                dialogue,
                unknown,
            }
        });
    vec(one, 0..2)
}

pub(super) fn programme() -> impl Strategy<Value = AudioProgramme> {
    let centre = prop_oneof![
        (polar(), 1.0..179.0f64)
            .prop_map(|(centre, width_azimuth)| ScreenCentre::Polar { centre, width_azimuth }),
        (cube(), 0.1..2.0f64).prop_map(|(centre, width_x)| ScreenCentre::Cartesian { centre, width_x }),
    ];
    let screen = (0.5..3.0f64, centre).prop_map(|(aspect_ratio, position)| Screen { aspect_ratio, position });
    let renderer = (attribute(), of(attribute()), of(attribute()), of(attribute()), ids("AP"), unknown())
        .prop_map(|(uri, name, version, coordinate_mode, pack_formats, unknown)| AuthoringRenderer {
            uri,
            name,
            version,
            coordinate_mode,
            pack_formats,
            unknown,
        });
    let authoring =
        (ids("AP"), vec(renderer, 0..2), unknown()).prop_map(|(reference_layouts, renderers, unknown)| {
            AuthoringInformation { reference_layouts, renderers, unknown }
        });
    let head = (id("APR"), attribute(), of(attribute()), of(time()), of(time()), of(number()));
    let body = (labels(), ids("ACO"), loudness(), of(screen), of(authoring), ids("AVS"), unknown());
    (head, body).prop_map(|((id, name, language, start, end, max_ducking_depth), body)| {
        let (
            labels,
            contents,
            loudness,
            reference_screen,
            authoring_information,
            alternative_value_sets,
            unknown,
        ) = body;
        AudioProgramme {
            id,
            name,
            language,
            start,
            end,
            max_ducking_depth,
            labels,
            contents,
            loudness,
            reference_screen,
            authoring_information,
            alternative_value_sets,
            unknown,
        }
    })
}

pub(super) fn content() -> impl Strategy<Value = AudioContent> {
    let dialogue = (0u8..3, of(any::<u8>())).prop_map(|(kind, content_kind)| Dialogue { kind, content_kind });
    (
        id("ACO"),
        attribute(),
        of(attribute()),
        labels(),
        ids("AO"),
        loudness(),
        of(dialogue),
        ids("AVS"),
        unknown(),
    )
        .prop_map(
            |(id, name, language, labels, objects, loudness, dialogue, alternative_value_sets, unknown)| {
                AudioContent {
                    id,
                    name,
                    language,
                    labels,
                    objects,
                    loudness,
                    dialogue,
                    alternative_value_sets,
                    unknown,
                }
            },
        )
}

pub(super) fn interaction() -> impl Strategy<Value = ObjectInteraction> {
    let range =
        vec((prop_oneof![Just("azimuth"), Just("X")], prop_oneof![Just("min"), Just("max")], number()), 0..3);
    let flags = (any::<bool>(), of(any::<bool>()), of(any::<bool>()));
    (flags, (of(gain()), of(gain())), range, unknown()).prop_map(
        |((on_off, gain, position), gain_range, range, unknown)| ObjectInteraction {
            on_off,
            gain,
            position,
            gain_range,
            position_range: range
                .into_iter()
                .map(|(axis, bound, value)| (axis.into(), bound.into(), value))
                .collect(),
            unknown,
        },
    )
}

pub(super) fn offset() -> impl Strategy<Value = PositionOffset> {
    prop_oneof![polar().prop_map(PositionOffset::Polar), cube().prop_map(PositionOffset::Cartesian)]
}

pub(super) fn object() -> impl Strategy<Value = AudioObject> {
    let set =
        (any::<u32>(), labels(), of(gain()), of(any::<bool>()), of(offset()), of(interaction()), unknown())
            .prop_map(|(number, labels, gain, mute, position_offset, interaction, unknown)| {
                AlternativeValueSet {
                    id: AdmId::new(&format!("AVS_{number:08x}")),
                    labels,
                    gain,
                    mute,
                    position_offset,
                    interaction,
                    unknown,
                }
            });
    let head = (
        id("AO"),
        attribute(),
        of(time()),
        of(time()),
        of(any::<u8>()),
        of(0u8..=10),
        of(any::<bool>()),
        of(any::<bool>()),
    );
    let lists = (labels(), labels(), ids("AP"), ids("AO"), ids("AO"), ids("ATU"));
    let rest = (
        of(interaction()),
        of(gain()),
        of(any::<bool>()),
        of(any::<bool>()),
        of(offset()),
        vec(set, 0..2),
        unknown(),
    );
    (head, lists, rest).prop_map(|(head, lists, rest)| {
        let (id, name, start, duration, dialogue, importance, interact, disable_ducking) = head;
        let (labels, complementary_group_labels, pack_formats, objects, complementary_objects, track_uids) =
            lists;
        let (interaction, gain, mute, head_locked, position_offset, alternative_value_sets, unknown) = rest;
        AudioObject {
            id,
            name,
            start,
            duration,
            dialogue,
            importance,
            interact,
            disable_ducking,
            labels,
            complementary_group_labels,
            pack_formats,
            objects,
            complementary_objects,
            track_uids,
            interaction,
            gain,
            mute,
            head_locked,
            position_offset,
            alternative_value_sets,
            unknown,
        }
    })
}

pub(super) fn lists() -> impl Strategy<Value = (Vec<Profile>, Vec<TagGroup>)> {
    let profile = (of(attribute()), of(attribute()), of(attribute()), text())
        .prop_map(|(name, version, level, uri)| Profile { name, version, level, uri });
    let group = (vec((of(attribute()), text()), 0..2), ids("APR"), ids("ACO"), ids("AO"), unknown())
        .prop_map(|(tags, programmes, contents, objects, unknown)| TagGroup {
            tags,
            programmes,
            contents,
            objects,
            unknown,
        });
    (vec(profile, 0..2), vec(group, 0..2))
}
