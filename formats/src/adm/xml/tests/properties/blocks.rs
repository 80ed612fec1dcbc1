//! Blocks of every type and the channels that hold them.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::values::*;
use crate::adm::*;

pub(super) fn common() -> impl Strategy<Value = BlockCommon> {
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

pub(super) fn zone() -> impl Strategy<Value = ExclusionZone> {
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

pub(super) fn special() -> impl Strategy<Value = ObjectsSpecial> {
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

pub(super) fn objects_block() -> impl Strategy<Value = ObjectsBlock> {
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

pub(super) fn speaker_block() -> impl Strategy<Value = DirectSpeakersBlock> {
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

pub(super) fn hoa_block() -> impl Strategy<Value = HoaBlock> {
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

pub(super) fn matrix_block() -> impl Strategy<Value = MatrixBlock> {
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

pub(super) fn channel() -> impl Strategy<Value = AudioChannelFormat> {
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
