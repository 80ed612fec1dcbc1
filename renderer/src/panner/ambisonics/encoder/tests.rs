use formats::adm::{
    AdmId, BlockCommon, Bound, Gain, ObjectDivergence, ObjectsSpecial, PolarPosition, PositionOffset,
    ScreenEdgeLock, Unknown,
};

use super::*;
use crate::items::{HoaChannel, Importance, TrackSpec};
use crate::layout::Layout;
use crate::panner::golden;
use crate::panner::hoa_decode::HoaDecoder;
use crate::panner::point_source::PointSourcePanner;

fn context() -> ItemContext {
    ItemContext { ..ItemContext::default() }
}

fn polar(azimuth: f64, elevation: f64, distance: f64) -> ObjectPosition {
    ObjectPosition::Polar(PolarPosition { azimuth, elevation, distance })
}

fn object(position: ObjectPosition) -> ObjectsBlock {
    ObjectsBlock {
        common: BlockCommon::default(),
        position,
        width: 0.0,
        height: 0.0,
        depth: 0.0,
        diffuse: 0.0,
        screen_ref: false,
        screen_edge_lock: ScreenEdgeLock::default(),
        special: None,
    }
}

fn direct(order: usize, block: &ObjectsBlock) -> Vec<f64> {
    AmbisonicEncoder::new(order).unwrap().objects(block, &context()).direct
}

/// AmbiX, from its definition: W = 1, Y = left, Z = up, X = front.
#[test]
fn a_point_is_its_direction() {
    for (azimuth, elevation, expected) in [
        (0.0, 0.0, [1.0, 0.0, 0.0, 1.0]),
        (90.0, 0.0, [1.0, 1.0, 0.0, 0.0]),
        (-90.0, 0.0, [1.0, -1.0, 0.0, 0.0]),
        (180.0, 0.0, [1.0, 0.0, 0.0, -1.0]),
        (77.0, 90.0, [1.0, 0.0, 1.0, 0.0]),
        (30.0, 0.0, [1.0, 0.5, 0.0, 0.75f64.sqrt()]),
    ] {
        let found = direct(1, &object(polar(azimuth, elevation, 1.0)));
        assert!(golden::worst(&found, &expected) < 1e-14, "{azimuth} {elevation}: {found:?}");
    }
}

/// Corners of the cube are loudspeakers of 5.1 (BS.2127-1 §10).
#[test]
fn a_cartesian_block_is_converted() {
    let corner = ObjectPosition::Cartesian(CartesianPosition { x: -1.0, y: -1.0, z: 0.0 });
    let expected = direct(3, &object(polar(110.0, 0.0, 1.0)));
    assert!(golden::worst(&direct(3, &object(corner)), &expected) < 1e-12);
}

#[test]
fn gain_offset_and_diffuseness_apply() {
    let encoder = AmbisonicEncoder::new(2).unwrap();
    let mut block = object(polar(20.0, 10.0, 1.0));
    block.common.gain = Gain::Linear(0.5);
    block.diffuse = 0.75;
    let offset = PositionOffset::Polar(PolarPosition { azimuth: 70.0, elevation: -10.0, distance: 0.0 });
    let item = ItemContext { object_gain: -2.0, position_offset: Some(offset), ..context() };
    let found = encoder.objects(&block, &item);
    let expected = direct(2, &object(polar(90.0, 0.0, 1.0)));
    for ((direct, diffuse), expected) in found.direct.iter().zip(&found.diffuse).zip(expected) {
        assert!((direct + 0.5 * expected).abs() < 1e-14);
        assert!((diffuse + 0.75f64.sqrt() * expected).abs() < 1e-14);
    }
}

/// Whatever the size, the power of the first order stays, W rising by 6 dB at the most; and what is of that order
/// is the same at every order of the output.
#[test]
fn size_spreads_and_keeps_the_power_of_the_first_order() {
    let mut zeroth = 1.0;
    for size in [0.0, 5.0, 20.0, 60.0, 120.0, 250.0, 360.0] {
        let mut block = object(polar(-50.0, 20.0, 1.0));
        (block.width, block.height) = (size, size * 0.4);
        let first_order = direct(1, &block);
        let directed: f64 = first_order[1..].iter().map(|gain| 3.0 * gain * gain).sum();
        assert!((first_order[0].powi(2) + directed - 4.0).abs() < 1e-12, "{first_order:?}");
        assert!(first_order[0] > zeroth - 1e-12 && first_order[0] < 2.0 + 1e-12, "size {size}");
        zeroth = first_order[0];
        for order in 2..=MAX_OUTPUT_ORDER {
            let gains = direct(order, &block);
            let same = first_order.iter().zip(&gains).all(|(a, b)| (a - b).abs() < 1e-12);
            assert!(same, "order {order}, size {size}: {first_order:?} {gains:?}");
        }
    }
}

/// At distance 0 a source is all round.
#[test]
fn nearness_spreads() {
    let gains = direct(3, &object(polar(10.0, 0.0, 0.0)));
    assert!((gains[0] - 2.0).abs() < 1e-9 && gains[1..].iter().all(|gain| gain.abs() < 1e-9), "{gains:?}");
    let mut deep = object(polar(10.0, 0.0, 1.0));
    deep.depth = 0.6;
    assert!(direct(3, &deep)[0] > 1.0);
}

#[test]
fn divergence_is_symmetrical() {
    let mut block = object(polar(0.0, 0.0, 1.0));
    let divergence = ObjectDivergence { value: 1.0, azimuth_range: Some(90.0), position_range: None };
    block.special = Some(Box::new(ObjectsSpecial { divergence: Some(divergence), ..Default::default() }));
    let gains = direct(1, &block);
    // Left and right alone: no sideways, no forward part; the power of two coherent sources is in W.
    assert!(gains[1..].iter().all(|gain| gain.abs() < 1e-14), "{gains:?}");
}

#[test]
fn beds_play_from_their_positions_without_lfe() {
    let encoder = AmbisonicEncoder::new(1).unwrap();
    let bound = |value| Bound { value, min: None, max: None };
    let mut block = DirectSpeakersBlock {
        common: BlockCommon { gain: Gain::Linear(0.5), ..BlockCommon::default() },
        speaker_labels: vec!["M+090".to_owned()],
        position: DirectSpeakersPosition::Polar {
            azimuth: bound(90.0),
            elevation: bound(0.0),
            distance: bound(1.0),
        },
        screen_edge_lock: ScreenEdgeLock::default(),
        unknown: Unknown::default(),
    };
    let mut out = vec![f64::NAN; 4];
    encoder.direct_speakers(&block, &context(), Frequency::default(), &mut out);
    assert!(golden::worst(&out, &[0.5, 0.5, 0.0, 0.0]) < 1e-14, "{out:?}");
    block.position = DirectSpeakersPosition::Cartesian { x: bound(0.0), y: bound(0.0), z: bound(1.0) };
    encoder.direct_speakers(&block, &context(), Frequency::default(), &mut out);
    assert!(golden::worst(&out, &[0.5, 0.0, 0.5, 0.0]) < 1e-14, "{out:?}");
    block.speaker_labels = vec!["RC_LFE".to_owned()];
    let warnings = encoder.direct_speakers(&block, &context(), Frequency::default(), &mut out);
    assert_eq!((out, warnings.len()), (vec![0.0; 4], 1));
}

fn scene(normalization: &str, order: i32) -> HoaItem {
    let component = |(order, degree)| HoaChannel {
        track: TrackSpec::Silent,
        order,
        degree,
        gain: 1.0,
        importance: 10,
        path_importance: Importance::default(),
        channel: AdmId::new("AC_00041001"),
    };
    HoaItem {
        channels: (0..=order).flat_map(|n| (-n..=n).map(move |m| (n, m))).map(component).collect(),
        normalization: normalization.to_owned(),
        nfc_ref_dist: None,
        screen_ref: false,
        rtime: None,
        duration: None,
        context: context(),
    }
}

/// Conversion factors of BS.2076-2 §11: from SN3D nothing changes, N3D is divided by √(2n + 1), FuMa's W is
/// 3 dB up.
#[test]
fn scenes_pass_rescaled_up_to_the_order() {
    let encoder = AmbisonicEncoder::new(1).unwrap();
    for (normalization, first, second) in
        [("SN3D", 1.0, 1.0), ("N3D", 1.0, 1.0 / 3f64.sqrt()), ("FuMa", 2f64.sqrt(), 1.0)]
    {
        let gains = encoder.hoa(&scene(normalization, 2)).unwrap().channels;
        for (component, gains) in gains.iter().enumerate() {
            let mut expected = vec![0.0; 4];
            if let Some(gain) = expected.get_mut(component) {
                *gain = if component == 0 { first } else { second };
            }
            assert!(golden::worst(gains, &expected) < 1e-14, "{normalization} {component}: {gains:?}");
        }
    }
}

/// An object through the encoder and the decoder is where it was: the loudspeaker nearest to it is loudest.
#[test]
fn encoder_and_decoder_agree_on_directions() {
    let layout = Layout::by_name("4+7+0").unwrap();
    let decoder = HoaDecoder::new(&layout, &PointSourcePanner::new(&layout).unwrap());
    let decoding = decoder.gains(&scene("SN3D", 3)).unwrap().channels;
    for (loudspeaker, channel) in layout.channels.iter().enumerate().filter(|(_, channel)| !channel.is_lfe) {
        let encoding = direct(3, &object(ObjectPosition::Polar(channel.position)));
        let level =
            |output: usize| -> f64 { encoding.iter().zip(&decoding).map(|(a, b)| a * b[output]).sum() };
        let loudest = (0..layout.channels.len()).max_by(|&a, &b| level(a).total_cmp(&level(b)));
        assert_eq!(loudest, Some(loudspeaker), "{}", channel.name);
    }
}

#[test]
fn orders_are_one_to_seven() {
    assert_eq!(AmbisonicEncoder::new(0).unwrap_err(), OutputOrderError(0));
    assert_eq!(AmbisonicEncoder::new(8).unwrap_err(), OutputOrderError(8));
    let encoder = AmbisonicEncoder::new(7).unwrap();
    assert_eq!((encoder.outputs(), encoder.channel_names().last().map(String::as_str)), (64, Some("ACN63")));
}

#[test]
fn hostile_metadata_gives_numbers() {
    for value in [0.0, 1e300, -1e300, 1e-300] {
        let mut block = object(polar(value, value, value));
        (block.width, block.height, block.depth, block.diffuse) = (value, value, value, value);
        let gains = direct(3, &block);
        assert!(gains.iter().all(|gain| gain.is_finite()), "{value}: {gains:?}");
        block.position = ObjectPosition::Cartesian(CartesianPosition { x: value, y: value, z: value });
        assert!(direct(3, &block).iter().all(|gain| gain.is_finite()), "{value}");
    }
}
