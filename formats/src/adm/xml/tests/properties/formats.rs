//! Packs, streams and tracks.

use proptest::option::of;
use proptest::prelude::*;

use super::values::*;
use crate::adm::*;

pub(super) fn pack() -> impl Strategy<Value = AudioPackFormat> {
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

pub(super) fn stream() -> impl Strategy<Value = AudioStreamFormat> {
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

pub(super) fn track() -> impl Strategy<Value = AudioTrackFormat> {
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

pub(super) fn track_uid() -> impl Strategy<Value = AudioTrackUid> {
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
