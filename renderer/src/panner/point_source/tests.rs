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

/// Rooms at random within BS.2051's ranges: no direction falls between regions, and where regions meet or
/// overlap they agree.
#[test]
fn moved_loudspeakers_leave_no_gap_and_no_step() {
    let mut seed = 1u64;
    let mut draw = |(from, to): (f64, f64)| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        from + (to - from) * (seed >> 11) as f64 / (1u64 << 53) as f64
    };
    for mut layout in Layout::all().filter(|layout| layout.channels.len() > 2) {
        for room in 0..12 {
            for channel in &mut layout.channels {
                // F lets the side loudspeakers change places and G the screen ones stand among the fronts.
                let side = channel.nominal_position.azimuth.signum();
                let range = match (layout.name.as_str(), channel.name.as_str()) {
                    ("3+7+0", "M+090" | "M-090") => (side * 60.0, side * 100.0),
                    ("3+7+0", "M+135" | "M-135") => (side * 110.0, side * 150.0),
                    (_, "M+SC" | "M-SC") => (side * 5.0, side * 25.0),
                    _ => channel.azimuth_range,
                };
                channel.position.azimuth = draw(range);
                channel.position.elevation = draw(channel.elevation_range);
            }
            let panner = PointSourcePanner::new(&layout).unwrap();
            let Method::Regions(regions) = &panner.method else { unreachable!() };
            for direction in sphere(5) {
                let answers = regions.every_answer(&direction);
                assert!(!answers.is_empty(), "{} room {room} {direction:?}", layout.name);
                for answer in &answers[1..] {
                    assert!(worst(answer, &answers[0]) < 1e-4, "{} room {room} {direction:?}", layout.name);
                }
            }
        }
    }
}

/// What a hull must be: closed (two facets at each edge), convex (no corner beyond a facet).
#[test]
fn hulls_are_closed_and_convex() {
    for layout in Layout::all().filter(|layout| layout.channels.len() > 6) {
        let mut points: Vec<Vector3> =
            layout.without_lfe().channels.iter().map(|c| direction(&c.position)).collect();
        points.push(-Vector3::z());
        let facets = hull::facets(&points);
        let mut edges = std::collections::BTreeMap::new();
        for facet in &facets {
            let corners: Vec<usize> = facet.iter().copied().collect();
            let places: Vec<Vector3> = corners.iter().map(|&corner| points[corner]).collect();
            let order = crate::geom::polygon_order(&places);
            for (i, j) in order.iter().zip(order.iter().cycle().skip(1)) {
                let edge = (corners[*i].min(corners[*j]), corners[*i].max(corners[*j]));
                *edges.entry(edge).or_insert(0) += 1;
            }
            let normal = (places[1] - places[0]).cross(&(places[2] - places[0]));
            let heights: Vec<f64> = points.iter().map(|point| normal.dot(&(point - places[0]))).collect();
            assert!(
                heights.iter().all(|&h| h < 1e-6) || heights.iter().all(|&h| h > -1e-6),
                "{}",
                layout.name
            );
        }
        assert!(edges.values().all(|&count| count == 2), "{} {edges:?}", layout.name);
        // Euler: corners − edges + facets = 2.
        assert_eq!(points.len() + facets.len(), edges.len() + 2, "{}", layout.name);
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
