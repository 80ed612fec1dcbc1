use serde_json::Value;

use formats::adm::{
    BlockCommon, ChannelLock as Lock, ExclusionZone, Gain, ObjectsSpecial, Screen, ScreenCentre,
    ScreenEdgeLock as Edges,
};

use super::*;
use crate::geom::{azimuth, cartesian};
use crate::panner::golden::{corpus, worst};

/// The reference's Cartesian extents are sums of 64,000 terms, others exact to rounding.
const ROUNDING: f64 = 1e-11;

fn context() -> ItemContext {
    ItemContext { ..ItemContext::default() }
}

fn block(position: ObjectPosition) -> ObjectsBlock {
    ObjectsBlock {
        common: BlockCommon::default(),
        position,
        width: 0.0,
        height: 0.0,
        depth: 0.0,
        diffuse: 0.0,
        screen_ref: false,
        screen_edge_lock: Edges::default(),
        special: None,
    }
}

fn polar(azimuth: f64, elevation: f64, distance: f64) -> ObjectPosition {
    ObjectPosition::Polar(PolarPosition { azimuth, elevation, distance })
}

fn place(x: f64, y: f64, z: f64) -> ObjectPosition {
    ObjectPosition::Cartesian(CartesianPosition { x, y, z })
}

fn calculator(name: &str) -> ObjectsGainCalculator {
    ObjectsGainCalculator::new(&Layout::by_name(name).unwrap()).unwrap()
}

fn calculate(name: &str, block: &ObjectsBlock, context: &ItemContext) -> DirectDiffuseGains {
    let mut calculator = calculator(name);
    let mut gains = calculator.silence();
    calculator.gains(block, context, &mut gains);
    gains
}

/// A block as the corpus writes it, in JSON.
fn read_block(json: &Value) -> ObjectsBlock {
    let number = |value: &Value, key: &str, default: f64| value[key].as_f64().unwrap_or(default);
    let position = &json["position"];
    let at = if json["cartesian"].as_bool().unwrap() {
        place(number(position, "X", 0.0), number(position, "Y", 0.0), number(position, "Z", 0.0))
    } else {
        let angle = |key| number(position, key, 0.0);
        polar(angle("azimuth"), angle("elevation"), number(position, "distance", 1.0))
    };
    let lock = &json["channelLock"];
    let divergence = &json["objectDivergence"];
    let special = ObjectsSpecial {
        channel_lock: lock.is_object().then(|| Lock { max_distance: lock["maxDistance"].as_f64() }),
        divergence: divergence.is_object().then(|| ObjectDivergence {
            value: number(divergence, "value", 0.0),
            azimuth_range: divergence["azimuthRange"].as_f64(),
            position_range: divergence["positionRange"].as_f64(),
        }),
        zone_exclusion: json["zoneExclusion"].as_array().into_iter().flatten().map(read_zone).collect(),
        ..ObjectsSpecial::default()
    };
    let edge =
        |key: &str, positive: &str| position["screenEdgeLock"][key].as_str().map(|edge| edge == positive);
    ObjectsBlock {
        common: BlockCommon { gain: Gain::Linear(number(json, "gain", 1.0)), ..BlockCommon::default() },
        width: number(json, "width", 0.0),
        height: number(json, "height", 0.0),
        depth: number(json, "depth", 0.0),
        diffuse: number(json, "diffuse", 0.0),
        screen_ref: json["screenRef"].as_bool().unwrap_or(false),
        screen_edge_lock: Edges { left: edge("horizontal", "left"), top: edge("vertical", "top") },
        special: Some(Box::new(special)),
        ..block(at)
    }
}

fn read_zone(json: &Value) -> ExclusionZone {
    let number = |key: &str| json[key].as_f64().unwrap();
    if json["minX"].is_null() {
        ExclusionZone::Polar {
            min_azimuth: number("minAzimuth"),
            max_azimuth: number("maxAzimuth"),
            min_elevation: number("minElevation"),
            max_elevation: number("maxElevation"),
        }
    } else {
        ExclusionZone::Cartesian {
            min_x: number("minX"),
            min_y: number("minY"),
            min_z: number("minZ"),
            max_x: number("maxX"),
            max_y: number("maxY"),
            max_z: number("maxZ"),
        }
    }
}

fn read_screen(json: &Value) -> Screen {
    let number = |key: &str| json[key].as_f64();
    let Some(aspect_ratio) = number("aspectRatio") else { return Screen::default() };
    let centre = PolarPosition {
        azimuth: number("azimuth").unwrap(),
        elevation: number("elevation").unwrap(),
        distance: number("distance").unwrap(),
    };
    let position = ScreenCentre::Polar { centre, width_azimuth: number("widthAzimuth").unwrap() };
    Screen { aspect_ratio, position }
}

/// The greatest difference to the reference over a list of blocks and their gains.
fn compare(layout: &Layout, cases: &Value) -> f64 {
    let mut calculator = ObjectsGainCalculator::new(layout).unwrap();
    let mut gains = calculator.silence();
    let mut greatest = 0f64;
    for case in cases.as_array().unwrap() {
        let context = ItemContext { reference_screen: read_screen(&case["reference_screen"]), ..context() };
        calculator.gains(&read_block(&case["block"]), &context, &mut gains);
        let expected = |key: &str| -> Vec<f64> {
            case[key].as_array().unwrap().iter().map(|gain| gain.as_f64().unwrap()).collect()
        };
        let error =
            worst(&gains.direct, &expected("direct")).max(worst(&gains.diffuse, &expected("diffuse")));
        assert!(error < ROUNDING, "{}: {error:e}: {case}: {gains:?}", layout.name);
        greatest = error.max(greatest);
    }
    greatest
}

/// Five polar and three Cartesian blocks per layout of BS.2051. Made with EAR 2.1.0 (`GainCalc.render`, float64).
#[test]
fn equals_the_reference_on_a_few_blocks() {
    let golden: Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    let layouts = golden.as_object().unwrap();
    assert_eq!(layouts.len(), 10);
    for (name, cases) in layouts {
        compare(&Layout::by_name(name).unwrap(), cases);
    }
}

#[test]
fn equals_the_reference() {
    let Some(corpus) = corpus() else { return };
    let mut compared = 0;
    for layout in Layout::all() {
        let file = corpus.join(format!("goldens/{}.gaincalc.json", layout.name.replace('+', "_")));
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        let greatest = compare(&layout, &serde_json::from_str(&text).unwrap());
        println!("{}: {greatest:e}", layout.name);
        compared += 1;
    }
    assert_eq!(compared, 10);
}

#[test]
fn gains_scale_and_split() {
    let mut block = block(polar(30.0, 0.0, 1.0));
    block.common.gain = Gain::Decibels(-6.0);
    block.diffuse = 0.25;
    let gains = calculate("5.1", &block, &ItemContext { object_gain: 0.5, ..context() });
    let gain = 10f64.powf(-6.0 / 20.0) * 0.5;
    assert!(worst(&gains.direct, &[gain * 0.75f64.sqrt(), 0.0, 0.0, 0.0, 0.0, 0.0]) < 1e-15);
    assert!(worst(&gains.diffuse, &[gain * 0.5, 0.0, 0.0, 0.0, 0.0, 0.0]) < 1e-15);
}

#[test]
fn the_lfe_gets_nothing() {
    for (position, size) in [(polar(45.0, -30.0, 1.0), 360.0), (place(0.0, 0.0, 0.0), 1.0)] {
        let block = ObjectsBlock { width: size, height: size, depth: 1.0, ..block(position) };
        let gains = calculate("22.2", &block, &context());
        assert_eq!([gains.direct[3], gains.direct[9]], [0.0, 0.0]);
        let power: f64 = gains.direct.iter().map(|gain| gain * gain).sum();
        assert!((power - 1.0).abs() < 1e-9);
    }
}

#[test]
fn offsets_are_added_in_their_own_coordinates() {
    let offset = PositionOffset::Polar(PolarPosition { azimuth: 30.0, elevation: 100.0, distance: -2.0 });
    let ObjectPosition::Polar(moved) = offset_position(polar(170.0, 0.0, 1.0), Some(offset)) else {
        unreachable!()
    };
    assert_eq!((moved.azimuth, moved.elevation, moved.distance), (-160.0, 90.0, 0.0));
    assert_eq!(offset_position(place(0.5, 0.0, 0.0), Some(offset)), place(0.5, 0.0, 0.0));
    let offset = PositionOffset::Cartesian(CartesianPosition { x: 0.25, y: -0.5, z: 1.0 });
    assert_eq!(offset_position(place(0.5, 0.0, 0.0), Some(offset)), place(0.75, -0.5, 1.0));
    let moved = calculate(
        "5.1",
        &block(polar(0.0, 0.0, 1.0)),
        &ItemContext {
            position_offset: Some(PositionOffset::Polar(PolarPosition {
                azimuth: -30.0,
                elevation: 0.0,
                distance: 0.0,
            })),
            ..context()
        },
    );
    assert!((moved.direct[1] - 1.0).abs() < 1e-12);
}

#[test]
fn divergence_without_a_range_follows_the_edition() {
    let divergence = ObjectDivergence { value: 1.0, azimuth_range: None, position_range: None };
    let special = ObjectsSpecial { divergence: Some(divergence), ..ObjectsSpecial::default() };
    let block = ObjectsBlock { special: Some(Box::new(special)), ..block(polar(0.0, 0.0, 1.0)) };
    let first = calculate("5.1", &block, &context());
    let point = cartesian(45.0, 0.0, 1.0);
    assert!((azimuth(&point) - 45.0).abs() < 1e-12 && first.direct[2] < 1e-12 && first.direct[0] > 0.6);
    let second = calculate("5.1", &block, &ItemContext { adm_version: 2, ..context() });
    assert!((second.direct[2] - 1.0).abs() < 1e-12);
}

#[test]
fn hostile_values_give_numbers() {
    let mut calculator = calculator("7.1.4");
    let mut gains = calculator.silence();
    for value in [f64::NAN, f64::INFINITY, -1e300, 1e300, 0.0, 1e-300] {
        let special = || ObjectsSpecial {
            channel_lock: Some(Lock { max_distance: Some(value) }),
            divergence: Some(ObjectDivergence {
                value,
                azimuth_range: Some(value),
                position_range: Some(value),
            }),
            zone_exclusion: vec![ExclusionZone::Polar {
                min_azimuth: value,
                max_azimuth: -value,
                min_elevation: value,
                max_elevation: value,
            }],
            ..ObjectsSpecial::default()
        };
        for position in [polar(value, value, value), place(value, value, value)] {
            let block = ObjectsBlock {
                width: value,
                height: value,
                depth: value,
                diffuse: value,
                screen_ref: true,
                screen_edge_lock: Edges { left: Some(true), top: None },
                special: Some(Box::new(special())),
                ..block(position)
            };
            calculator.gains(&block, &ItemContext { object_gain: value, ..context() }, &mut gains);
            assert!(gains.direct.iter().chain(&gains.diffuse).all(|gain| gain.is_finite()), "{value}");
        }
    }
}

/// One of every layout: no block may panic or be lost.
#[test]
fn every_layout_takes_objects() {
    for layout in Layout::all() {
        for position in [polar(110.0, 20.0, 1.0), place(0.3, -0.4, 0.5)] {
            let gains = calculate(&layout.name, &block(position), &context());
            let power: f64 = gains.direct.iter().map(|gain| gain * gain).sum();
            assert!((0.49..1.0 + 1e-9).contains(&power), "{} {position:?}: {power}", layout.name);
        }
    }
}
