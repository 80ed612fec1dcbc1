//! Whatever document is written reads back as it was: every element and sub-element, made at random.

use std::num::NonZeroU32;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::{inner, written};
use crate::adm::xml::{EnvelopeForm, read_str};
use crate::adm::*;

fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9é音🎬<>&\"'\\]/;: ]{0,10}".prop_map(|text| text.trim().to_owned())
}

fn attribute() -> impl Strategy<Value = String> {
    "[a-zé音<>&\"'\t\n\r ]{1,10}"
}

fn id(prefix: &'static str) -> impl Strategy<Value = AdmId> {
    (1u32..40).prop_map(move |number| AdmId::new(&format!("{prefix}_{number:08x}")))
}

fn ids(prefix: &'static str) -> impl Strategy<Value = Vec<AdmId>> {
    vec(id(prefix), 0..3)
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![-1e6..1e6f64, Just(0.0), Just(-0.5), Just(1e-300), Just(123_456.789)]
}

fn share() -> impl Strategy<Value = f64> {
    prop_oneof![0.0..=1.0f64, Just(0.0), Just(1.0)]
}

fn time() -> impl Strategy<Value = AdmTime> {
    let scale = prop_oneof![
        (1u32..=9).prop_map(|digits| (10u32.pow(digits), TimeForm::Decimal)),
        (1u32..).prop_map(|rate| (rate, TimeForm::Fraction))
    ];
    (scale, 0u64..1_000_000_000_000).prop_map(|((scale, form), numerator)| AdmTime {
        numerator: numerator % (u64::from(scale) * 360_000),
        denominator: NonZeroU32::new(scale).unwrap(),
        form,
    })
}

fn gain() -> impl Strategy<Value = Gain> {
    prop_oneof![
        (-1e6..1e6f64).prop_map(Gain::Linear),
        (-200.0..120.0f64).prop_map(Gain::Decibels),
        Just(Gain::Decibels(f64::NEG_INFINITY)),
        Just(Gain::Linear(1.0))
    ]
}

fn unknown() -> impl Strategy<Value = Unknown> {
    let element = prop_oneof![
        Just("<later/>"),
        Just("<later kind='x'>a &lt; b<inner/></later>"),
        Just("<p:q xmlns:p=\"u\"/>")
    ];
    (of(attribute()), vec(element.prop_map(str::to_owned), 0..2)).prop_map(|(value, elements)| Unknown {
        attributes: value.map(|value| ("later".to_owned(), value)).into_iter().collect(),
        elements,
    })
}

fn attributes_only() -> impl Strategy<Value = Unknown> {
    unknown().prop_map(|unknown| Unknown { elements: Vec::new(), ..unknown })
}

fn labels() -> impl Strategy<Value = Vec<Label>> {
    vec((of(attribute()), text()).prop_map(|(language, text)| Label { language, text }), 0..3)
}

fn polar() -> impl Strategy<Value = PolarPosition> {
    (-180.0..=180.0f64, -90.0..=90.0f64, 0.0..10.0f64)
        .prop_map(|(azimuth, elevation, distance)| PolarPosition { azimuth, elevation, distance })
}

fn cube() -> impl Strategy<Value = CartesianPosition> {
    (number(), number(), number()).prop_map(|(x, y, z)| CartesianPosition { x, y, z })
}

fn lock() -> impl Strategy<Value = ScreenEdgeLock> {
    (of(any::<bool>()), of(any::<bool>())).prop_map(|(left, top)| ScreenEdgeLock { left, top })
}

fn common() -> impl Strategy<Value = BlockCommon> {
    (any::<u32>(), 1u32.., of(time()), of(time()), gain(), 0u8..=10, any::<bool>()).prop_map(
        |(channel, number, rtime, duration, gain, importance, head_locked)| BlockCommon {
            id: BlockId { channel, number },
            rtime,
            duration,
            gain,
            importance,
            jump_position: JumpPosition::default(),
            head_locked,
        },
    )
}

fn zone() -> impl Strategy<Value = ExclusionZone> {
    prop_oneof![
        (cube(), cube()).prop_map(|(min, max)| ExclusionZone::Cartesian {
            min_x: min.x,
            min_y: min.y,
            min_z: min.z,
            max_x: max.x,
            max_y: max.y,
            max_z: max.z,
        }),
        (polar(), polar()).prop_map(|(min, max)| ExclusionZone::Polar {
            min_azimuth: min.azimuth,
            max_azimuth: max.azimuth,
            min_elevation: min.elevation,
            max_elevation: max.elevation,
        }),
    ]
}

fn special() -> impl Strategy<Value = ObjectsSpecial> {
    let lock = of(of(0.0..2.0f64).prop_map(|max_distance| ChannelLock { max_distance }));
    let divergence =
        of((share(), of(0.0..180.0f64), of(share())).prop_map(|(value, azimuth_range, position_range)| {
            ObjectDivergence { value, azimuth_range, position_range }
        }));
    let virtualise = of((any::<bool>(), of(number())).prop_map(|(bypass, direct_to_reverberant_ratio)| {
        HeadphoneVirtualise { bypass, direct_to_reverberant_ratio }
    }));
    (lock, divergence, vec((zone(), text()), 0..3), any::<bool>(), virtualise, unknown()).prop_map(
        |(channel_lock, divergence, zones, named, headphone_virtualise, unknown)| {
            let (zone_exclusion, names): (Vec<_>, Vec<_>) = zones.into_iter().unzip();
            let named = named && names.iter().any(|name| !name.is_empty());
            let zone_names = if named { names } else { Vec::new() };
            ObjectsSpecial {
                channel_lock,
                divergence,
                zone_exclusion,
                zone_names,
                headphone_virtualise,
                unknown,
            }
        },
    )
}

fn objects_block() -> impl Strategy<Value = ObjectsBlock> {
    let position =
        prop_oneof![polar().prop_map(ObjectPosition::Polar), cube().prop_map(ObjectPosition::Cartesian)];
    let jump = (any::<bool>(), of(time()))
        .prop_map(|(flag, interpolation_length)| JumpPosition { flag, interpolation_length });
    let sizes = (0.0..360.0f64, 0.0..360.0f64, share(), share());
    (common(), jump, position, sizes, any::<bool>(), lock(), of(special())).prop_map(
        |(
            common,
            jump_position,
            position,
            (width, height, depth, diffuse),
            screen_ref,
            screen_edge_lock,
            special,
        )| {
            // A box that holds nothing is not told from no box.
            let special = special.filter(|special| *special != ObjectsSpecial::default()).map(Box::new);
            let common = BlockCommon { jump_position, ..common };
            ObjectsBlock {
                common,
                position,
                width,
                height,
                depth,
                diffuse,
                screen_ref,
                screen_edge_lock,
                special,
            }
        },
    )
}

fn speaker_block() -> impl Strategy<Value = DirectSpeakersBlock> {
    let bound =
        |value| (value, of(number()), of(number())).prop_map(|(value, min, max)| Bound { value, min, max });
    let position = prop_oneof![
        (bound((-180.0..=180.0f64).boxed()), bound((-90.0..=90.0f64).boxed()), bound((0.0..9.0f64).boxed()))
            .prop_map(|(azimuth, elevation, distance)| DirectSpeakersPosition::Polar {
                azimuth,
                elevation,
                distance
            }),
        (bound(number().boxed()), bound(number().boxed()), bound(number().boxed()))
            .prop_map(|(x, y, z)| DirectSpeakersPosition::Cartesian { x, y, z }),
    ];
    (common(), vec(text(), 0..3), position, lock(), unknown()).prop_map(
        |(common, speaker_labels, position, screen_edge_lock, unknown)| DirectSpeakersBlock {
            common,
            speaker_labels,
            position,
            screen_edge_lock,
            unknown,
        },
    )
}

fn hoa_block() -> impl Strategy<Value = HoaBlock> {
    let numbers = (of(any::<i32>()), of(any::<i32>()), of(number()), of(any::<bool>()));
    (common(), numbers, of(text()), of(text()), unknown()).prop_map(
        |(common, (order, degree, nfc_ref_dist, screen_ref), equation, normalization, unknown)| HoaBlock {
            common,
            order,
            degree,
            equation,
            normalization,
            nfc_ref_dist,
            screen_ref,
            unknown,
        },
    )
}

fn matrix_block() -> impl Strategy<Value = MatrixBlock> {
    let names = (of(attribute()), of(attribute()), of(attribute()));
    let coefficient = (id("AC"), of(gain()), of(number()), of(number()), names, attributes_only()).prop_map(
        |(input_channel_format, gain, phase, delay, (gain_var, phase_var, delay_var), unknown)| {
            MatrixCoefficient {
                input_channel_format,
                gain,
                phase,
                delay,
                gain_var,
                phase_var,
                delay_var,
                unknown,
            }
        },
    );
    (common(), of(id("AC")), vec(coefficient, 0..3), unknown()).prop_map(
        |(common, output_channel_format, matrix, unknown)| MatrixBlock {
            common,
            output_channel_format,
            matrix,
            unknown,
        },
    )
}

fn channel() -> impl Strategy<Value = AudioChannelFormat> {
    let binaural = (common(), unknown()).prop_map(|(common, unknown)| BinauralBlock { common, unknown });
    let blocks = prop_oneof![
        vec(objects_block(), 0..3).prop_map(BlockFormats::Objects),
        vec(speaker_block(), 0..3).prop_map(BlockFormats::DirectSpeakers),
        vec(hoa_block(), 0..3).prop_map(BlockFormats::Hoa),
        vec(matrix_block(), 0..3).prop_map(BlockFormats::Matrix),
        vec(binaural, 0..3).prop_map(BlockFormats::Binaural),
    ];
    let frequency =
        (of(number()), of(number())).prop_map(|(low_pass, high_pass)| Frequency { low_pass, high_pass });
    (id("AC"), attribute(), blocks, frequency, unknown()).prop_map(
        |(id, name, blocks, frequency, unknown)| AudioChannelFormat { id, name, blocks, frequency, unknown },
    )
}

fn loudness() -> impl Strategy<Value = Vec<LoudnessMetadata>> {
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

fn programme() -> impl Strategy<Value = AudioProgramme> {
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

fn content() -> impl Strategy<Value = AudioContent> {
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

fn interaction() -> impl Strategy<Value = ObjectInteraction> {
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

fn offset() -> impl Strategy<Value = PositionOffset> {
    prop_oneof![polar().prop_map(PositionOffset::Polar), cube().prop_map(PositionOffset::Cartesian)]
}

fn object() -> impl Strategy<Value = AudioObject> {
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

fn pack() -> impl Strategy<Value = AudioPackFormat> {
    let kind = proptest::sample::select(TypeDefinition::ALL.to_vec());
    let head = (id("AP"), attribute(), kind, of(0u8..=10));
    let refs = (ids("AC"), ids("AP"), ids("AP"), ids("AP"), of(id("AP")), of(id("AP")));
    let rest = (of(number()), of(text()), of(number()), of(any::<bool>()), unknown());
    (head, refs, rest).prop_map(|((id, name, kind, importance), refs, rest)| {
        let (
            channel_formats,
            pack_formats,
            encode_pack_formats,
            decode_pack_formats,
            input_pack_format,
            output_pack_format,
        ) = refs;
        let (absolute_distance, normalization, nfc_ref_dist, screen_ref, unknown) = rest;
        AudioPackFormat {
            id,
            name,
            type_definition: Some(kind),
            importance,
            channel_formats,
            pack_formats,
            absolute_distance,
            normalization,
            nfc_ref_dist,
            screen_ref,
            encode_pack_formats,
            decode_pack_formats,
            input_pack_format,
            output_pack_format,
            unknown,
        }
    })
}

fn stream() -> impl Strategy<Value = AudioStreamFormat> {
    (id("AS"), attribute(), any::<u16>(), of(id("AC")), of(id("AP")), ids("AT"), unknown()).prop_map(
        |(id, name, format, channel_format, pack_format, track_formats, unknown)| AudioStreamFormat {
            id,
            name,
            format: Some(format),
            channel_format,
            pack_format,
            track_formats,
            unknown,
        },
    )
}

fn track() -> impl Strategy<Value = AudioTrackFormat> {
    (id("AT"), attribute(), any::<u16>(), of(id("AS")), unknown()).prop_map(
        |(id, name, format, stream_format, unknown)| AudioTrackFormat {
            id,
            name,
            format: Some(format),
            stream_format,
            unknown,
        },
    )
}

fn track_uid() -> impl Strategy<Value = AudioTrackUid> {
    let mxf = (of(text()), of(text()), of(text()))
        .prop_map(|(package_uid, track_id, channel_id)| MxfLookUp { package_uid, track_id, channel_id });
    let refs = (of(id("AT")), of(id("AC")), of(id("AP")));
    (id("ATU"), of(any::<u32>()), of(any::<u32>()), refs, of(mxf), unknown()).prop_map(
        |(id, sample_rate, bit_depth, (track_format, channel_format, pack_format), mxf_look_up, unknown)| {
            AudioTrackUid {
                id,
                track_index: None,
                sample_rate,
                bit_depth,
                track_format,
                channel_format,
                pack_format,
                mxf_look_up,
                unknown,
            }
        },
    )
}

fn lists() -> impl Strategy<Value = (Vec<Profile>, Vec<TagGroup>)> {
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

/// Every id once.
fn distinct<T>(mut elements: Vec<T>, id: impl Fn(&T) -> AdmId) -> Vec<T> {
    let mut seen = std::collections::HashSet::new();
    elements.retain(|element| seen.insert(id(element)));
    elements
}

fn document() -> impl Strategy<Value = Document> {
    let upper = (vec(programme(), 0..2), vec(content(), 0..2), vec(object(), 0..2));
    let lower = (
        vec(pack(), 0..2),
        vec(channel(), 0..3),
        vec(stream(), 0..2),
        vec(track(), 0..2),
        vec(track_uid(), 0..2),
    );
    (upper, lower, lists(), unknown()).prop_map(
        |((programmes, contents, objects), lower, (profiles, tags), unknown)| {
            let (pack_formats, channel_formats, stream_formats, track_formats, track_uids) = lower;
            let mut objects = distinct(objects, |object| object.id.clone());
            for (place, set) in
                objects.iter_mut().flat_map(|object| &mut object.alternative_value_sets).enumerate()
            {
                set.id = AdmId::new(&format!("AVS_{place:08x}"));
            }
            Document {
                version: Some("ITU-R_BS.2076-2".to_owned()),
                programmes: distinct(programmes, |programme| programme.id.clone()),
                contents: distinct(contents, |content| content.id.clone()),
                objects,
                pack_formats: distinct(pack_formats, |pack| pack.id.clone()),
                channel_formats: distinct(channel_formats, |channel| channel.id.clone())
                    .into_iter()
                    .map(Arc::new)
                    .collect(),
                stream_formats: distinct(stream_formats, |stream| stream.id.clone()),
                track_formats: distinct(track_formats, |track| track.id.clone()),
                track_uids: distinct(track_uids, |uid| uid.id.clone()),
                profiles,
                tags,
                unknown,
                envelope: None,
            }
        },
    )
}

proptest! {
    #[test]
    fn whatever_is_written_reads_back(document in document()) {
        for form in [EnvelopeForm::EbuCore, EnvelopeForm::Itu, EnvelopeForm::Bare] {
            let text = written(&document, form);
            let (again, _) = read_str(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            let again = inner(again);
            prop_assert_eq!(&again, &document, "{}", text);
            // Also the forms of times, which equality does not see.
            prop_assert_eq!(format!("{again:?}"), format!("{document:?}"));
            prop_assert_eq!(written(&again, form), text);
        }
    }
}
