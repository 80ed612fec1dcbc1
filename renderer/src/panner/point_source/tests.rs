use super::*;
use crate::geom::{cartesian, direction};
use crate::panner::golden::{table, worst};

/// Two exact computations of the same gains differ by rounding only.
const ROUNDING: f64 = 1e-12;

fn panned(panner: &PointSourcePanner, direction: &Vector3) -> Vec<f64> {
    let mut gains = vec![f64::NAN; panner.outputs()];
    panner.gains(direction, &mut gains);
    gains
}

fn sphere(step: usize) -> impl Iterator<Item = Vector3> {
    (-90..=90).step_by(step).flat_map(move |elevation| {
        let azimuths = (-180..180).step_by(step);
        azimuths.map(move |azimuth| cartesian(f64::from(azimuth), f64::from(elevation), 1.0))
    })
}

#[test]
fn equals_the_reference() {
    let mut compared = 0;
    for layout in Layout::all() {
        let (Some(directions), Some(gains)) = (table(&layout, "psp_pos"), table(&layout, "psp_gain")) else {
            continue;
        };
        let panner = PointSourcePanner::new(&layout).unwrap();
        let mut greatest = 0f64;
        for (direction, expected) in directions.rows().zip(gains.rows()) {
            let direction = cartesian(direction[0], direction[1], direction[2]);
            let error = worst(&panned(&panner, &direction), expected);
            assert!(error < ROUNDING, "{} at {direction:?}: {error:e}", layout.name);
            greatest = greatest.max(error);
        }
        println!("{}: {greatest:e}", layout.name);
        compared += 1;
    }
    assert!(compared == 10 || crate::panner::golden::corpus().is_none(), "{compared} layouts");
}

#[test]
fn power_is_kept_everywhere() {
    for layout in Layout::all().filter(|layout| layout.name != "0+2+0") {
        let panner = PointSourcePanner::new(&layout).unwrap();
        for direction in sphere(5) {
            let gains = panned(&panner, &direction);
            assert!(gains.iter().all(|&gain| gain >= 0.0), "{} {direction:?}", layout.name);
            let power: f64 = gains.iter().map(|gain| gain * gain).sum();
            assert!((power - 1.0).abs() < 1e-12, "{} {direction:?}: {power}", layout.name);
        }
    }
}

#[test]
fn a_source_at_a_loudspeaker_comes_from_it() {
    for layout in Layout::all() {
        let loudspeakers = layout.without_lfe();
        let panner = PointSourcePanner::new(&layout).unwrap();
        for (index, channel) in loudspeakers.channels.iter().enumerate() {
            let gains = panned(&panner, &direction(&channel.position));
            assert!((gains[index] - 1.0).abs() < 1e-9, "{} {}: {gains:?}", layout.name, channel.name);
        }
    }
}

#[test]
fn gains_are_continuous() {
    for layout in Layout::all() {
        let panner = PointSourcePanner::new(&layout).unwrap();
        for direction in sphere(3) {
            let gains = panned(&panner, &direction);
            for nudge in [Vector3::x(), Vector3::y(), Vector3::z()] {
                let difference = worst(&panned(&panner, &(direction + nudge * 1e-7)), &gains);
                assert!(difference < 1e-5, "{} {direction:?}: {difference}", layout.name);
            }
        }
    }
}

#[test]
fn left_and_right_are_alike() {
    for layout in Layout::all() {
        let loudspeakers = layout.without_lfe();
        let mirror = |name: &str| match name.split_at(1) {
            (layer, rest)
                if rest.starts_with('+') && loudspeakers.channel_index(&name.replace('+', "-")).is_some() =>
            {
                format!("{layer}-{}", &rest[1..])
            }
            (layer, rest) if rest.starts_with('-') => format!("{layer}+{}", &rest[1..]),
            _ => name.to_owned(),
        };
        let panner = PointSourcePanner::new(&layout).unwrap();
        for direction in sphere(7) {
            let gains = panned(&panner, &direction);
            let mirrored = panned(&panner, &Vector3::new(-direction.x, direction.y, direction.z));
            for (index, channel) in loudspeakers.channels.iter().enumerate() {
                let other = loudspeakers.channel_index(&mirror(&channel.name)).unwrap();
                assert!((gains[index] - mirrored[other]).abs() < 1e-9, "{} {direction:?}", layout.name);
            }
        }
    }
}

/// Within BS.2051's ranges no direction may fall between regions.
#[test]
fn moved_loudspeakers_leave_no_gap() {
    for mut layout in Layout::all().filter(|layout| layout.channels.len() > 2) {
        for corner in 0..4 {
            for channel in &mut layout.channels {
                let outer = |(from, to): (f64, f64), azimuth: f64| if azimuth > 0.0 { to } else { from };
                let inner = |(from, to): (f64, f64), azimuth: f64| if azimuth > 0.0 { from } else { to };
                let azimuth = channel.nominal_position.azimuth;
                let range = channel.azimuth_range;
                channel.position.azimuth =
                    if corner & 1 == 0 { outer(range, azimuth) } else { inner(range, azimuth) };
                let range = channel.elevation_range;
                channel.position.elevation = if corner & 2 == 0 { range.0 } else { range.1 };
            }
            // F lets M±090 and M±135 stand in each other's place; there the order decides.
            if layout.name == "3+7+0" {
                continue;
            }
            let panner = PointSourcePanner::new(&layout).unwrap();
            let Method::Regions(regions) = &panner.method else { continue };
            for direction in sphere(4) {
                let mut gains = vec![0.0; panner.outputs()];
                assert!(regions.covers(&direction), "{} {corner} {direction:?}", layout.name);
                regions.gains(&direction, &mut gains);
            }
        }
    }
}

#[test]
fn the_origin_is_in_front() {
    let panner = PointSourcePanner::new(&Layout::by_name("4+7+0").unwrap()).unwrap();
    assert_eq!(panned(&panner, &Vector3::zeros()), panned(&panner, &Vector3::y()));
}

#[test]
fn screen_loudspeakers_between_the_ranges_are_refused() {
    let mut layout = Layout::by_name("4+9+0").unwrap();
    let index = layout.channel_index("M+SC").unwrap();
    layout.channels[index].position.azimuth = 30.0;
    let error = PointSourcePanner::new(&layout).unwrap_err();
    assert!(error.to_string().starts_with("loudspeaker M+SC is at azimuth 30°"), "{error}");
}

#[test]
fn loudspeakers_on_a_heap_are_refused() {
    let mut layout = Layout::by_name("4+7+0").unwrap();
    for channel in &mut layout.channels {
        channel.position.azimuth = 0.0;
        channel.position.elevation = 0.0;
    }
    assert!(matches!(PointSourcePanner::new(&layout), Err(PointSourceError::Degenerate { .. })));
}
