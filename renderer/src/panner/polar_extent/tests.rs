use super::*;
use crate::geom::cartesian;
use crate::layout::Layout;
use crate::panner::golden::{corpus, table, worst};

/// Two exact computations of the same gains differ by rounding only.
const EXACT: f64 = 1e-12;

fn panner(layout: &Layout) -> PolarExtentPanner {
    PolarExtentPanner::new(PointSourcePanner::new(layout).unwrap())
}

fn panned(panner: &PolarExtentPanner, position: &Vector3, size: [f64; 3]) -> Vec<f64> {
    let mut gains = vec![f64::NAN; panner.outputs()];
    panner.gains(position, size, &mut gains);
    gains
}

#[test]
fn equals_the_reference() {
    let mut compared = 0;
    for layout in Layout::all() {
        let (Some(sources), Some(gains)) = (table(&layout, "ext_in"), table(&layout, "ext_gain")) else {
            continue;
        };
        let panner = panner(&layout);
        let mut greatest = 0f64;
        for (source, expected) in sources.rows().zip(gains.rows()) {
            let position = cartesian(source[0], source[1], source[2]);
            let size = [source[3], source[4], source[5]];
            let error = worst(&panned(&panner, &position, size), expected);
            assert!(error < EXACT, "{} {source:?}: {error:e}", layout.name);
            greatest = greatest.max(error);
        }
        println!("{}: {greatest:e}", layout.name);
        compared += 1;
    }
    assert!(compared == 10 || corpus().is_none());
}

#[test]
fn power_is_kept_for_any_size() {
    for layout in Layout::all() {
        let panner = panner(&layout);
        for case in 0..200 {
            let turn = |step: f64| (f64::from(case) * step).rem_euclid(1.0);
            let position = cartesian(360.0 * turn(0.618), 180.0 * turn(0.414) - 90.0, 1.5 * turn(0.1));
            let size = [360.0 * turn(0.732), 360.0 * turn(0.236), turn(0.3)];
            let power: f64 = panned(&panner, &position, size).iter().map(|gain| gain * gain).sum();
            let expected =
                if layout.name == "0+2+0" { 0.49..=1.0 + 1e-12 } else { 1.0 - 1e-12..=1.0 + 1e-12 };
            assert!(expected.contains(&power), "{} {case}: {power}", layout.name);
        }
    }
}

/// From no size to the fade's, and over it, gains change no faster than the fade itself.
#[test]
fn sizes_grow_continuously() {
    let panner = panner(&Layout::by_name("4+7+0").unwrap());
    let position = cartesian(37.0, 12.0, 1.0);
    let mut before = panned(&panner, &position, [0.0; 3]);
    for step in 1..3600 {
        let size = f64::from(step) / 10.0;
        let after = panned(&panner, &position, [size, size / 3.0, 0.0]);
        assert!(worst(&before, &after) < 0.08, "{size}");
        before = after;
    }
}

#[test]
fn everywhere_is_the_same_from_anywhere() {
    let panner = panner(&Layout::by_name("4+7+0").unwrap());
    let front = panned(&panner, &Vector3::y(), [360.0, 360.0, 0.0]);
    assert!(worst(&panned(&panner, &cartesian(77.0, -33.0, 1.0), [360.0, 360.0, 0.0]), &front) < 1e-12);
    assert!(worst(&panned(&panner, &Vector3::zeros(), [0.0; 3]), &front) < 1e-12);
}

/// BS.2127-1 §7.3.8.2.1: what must hold of the angle an extent is seen under.
#[test]
fn extents_shrink_with_distance() {
    for extent in [0.0, 1.0, 45.0, 180.0, 359.0, 360.0] {
        assert!((seen_from(extent, 0.0) - 360.0).abs() < 1e-12);
        assert!((seen_from(extent, 1.0) - extent).abs() < 1e-12);
        assert!(seen_from(extent, 2.0) <= extent);
        assert!(seen_from(extent, 0.5) >= extent);
    }
}

#[test]
fn hostile_sizes_give_numbers() {
    let panner = panner(&Layout::by_name("0+5+0").unwrap());
    for size in [-1e300, 1e300, f64::NAN, f64::INFINITY] {
        let gains = panned(&panner, &Vector3::new(0.1, 0.2, 0.3), [size, 1.0, 0.0]);
        assert!(gains.iter().all(|gain| gain.is_finite()), "{size}: {gains:?}");
    }
}

/// Rooms whose loudspeakers are far from their nominal places, as the file says, so that regions are twisted or
/// overlap.
#[test]
fn equals_the_reference_in_measured_rooms() {
    let (rooms, greatest) = compare_rooms(include_str!("measured_rooms.txt"));
    println!("{rooms} rooms: {greatest:e}");
    assert_eq!(rooms, 34);
}

/// How many rooms there are in the text and the greatest error.
fn compare_rooms(text: &str) -> (usize, f64) {
    let numbers = |text: &str| -> Vec<f64> { text.split([' ', ',']).map(|n| n.parse().unwrap()).collect() };
    let (mut rooms, mut greatest) = (0, 0f64);
    let mut layout = Layout::by_name("0+2+0").unwrap();
    let mut room = panner(&layout);
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (kind, rest) = line.split_once(' ').unwrap();
        match kind {
            "room" => layout = Layout::by_name(rest).unwrap().without_lfe(),
            "speakers" => {
                for (channel, place) in layout.channels.iter_mut().zip(numbers(rest).chunks_exact(2)) {
                    (channel.position.azimuth, channel.position.elevation) = (place[0], place[1]);
                }
                room = panner(&layout);
                rooms += 1;
            }
            _ => {
                let (source, sounding) = rest.split_once(" : ").unwrap();
                let source = numbers(source);
                let mut expected = vec![0.0; room.outputs()];
                for gain in sounding.split(' ') {
                    let (output, gain) = gain.split_once(':').unwrap();
                    expected[output.parse::<usize>().unwrap()] = gain.parse().unwrap();
                }
                let position = cartesian(source[0], source[1], source[2]);
                let found = panned(&room, &position, [source[3], source[4], source[5]]);
                let error = worst(&found, &expected);
                assert!(error < 1e-9, "{} room {rooms} {source:?}: {error:e}", layout.name);
                greatest = greatest.max(error);
            }
        }
    }
    (rooms, greatest)
}
