//! Curves against mathematics: what they pass through, and what they may not do.

use proptest::prelude::*;

use crate::scene::{AutomationCurve, Key, Shape, Time};

/// Rounding of the evaluation, relative to the size of the values.
const ROUNDING: f64 = 1e-12;

fn curve(keys: &[(u32, f64, Shape)]) -> AutomationCurve {
    let key = |&(ms, value, shape): &(u32, f64, Shape)| Key::new(Time::from_milliseconds(ms), value, shape);
    AutomationCurve::new(keys.iter().map(key).collect()).unwrap()
}

#[test]
fn each_shape_goes_its_way() {
    let of = |shape, t| curve(&[(1000, 2.0, Shape::Linear), (3000, 6.0, shape)]).value_at(t).unwrap();
    for (t, linear, step, smooth) in [
        (0.0, 2.0, 2.0, 2.0),
        (1.0, 2.0, 2.0, 2.0),
        // 3u² − 2u³ at u = 1/4: 5/32 of the way.
        (1.5, 3.0, 2.0, 2.625),
        (2.0, 4.0, 2.0, 4.0),
        (2.999_999, 5.999_998, 2.0, 6.0),
        (3.0, 6.0, 6.0, 6.0),
        (9.0, 6.0, 6.0, 6.0),
    ] {
        assert!((of(Shape::Linear, t) - linear).abs() < 1e-9, "linear {t}");
        assert_eq!(of(Shape::Step, t), step, "step {t}");
        assert!((of(Shape::Smooth, t) - smooth).abs() < 1e-9, "smooth {t}");
    }
    assert_eq!(AutomationCurve::default().value_at(1.0), None);
    assert_eq!(curve(&[(5, 7.0, Shape::Smooth)]).value_at(0.0), Some(7.0));
}

/// On a straight line with keys at uneven distances the parabola through three points is that line.
#[test]
fn smooth_keys_on_a_line_stay_on_it_but_for_the_ends() {
    let keys = [0, 100, 250, 700, 1000].map(|ms: u32| (ms, f64::from(ms) / 100.0, Shape::Smooth));
    let line = curve(&keys);
    for t in [0.1, 0.17, 0.25, 0.4, 0.65, 0.7] {
        assert!((line.value_at(t).unwrap() - t * 10.0).abs() < ROUNDING * 10.0, "{t}");
    }
    // It starts from standing.
    assert!(line.value_at(0.01).unwrap() < 0.05);
}

#[test]
fn a_smooth_segment_leaves_a_straight_one_along_it() {
    let joined = curve(&[(0, 0.0, Shape::Linear), (1000, 1.0, Shape::Linear), (2000, 2.0, Shape::Smooth)]);
    let h = 1e-6;
    let slope = (joined.value_at(1.0 + h).unwrap() - joined.value_at(1.0).unwrap()) / h;
    assert!((slope - 1.0).abs() < 1e-4, "{slope}");
}

#[test]
fn infinite_values_step() {
    let fade = curve(&[
        (0, f64::NEG_INFINITY, Shape::Linear),
        (1000, 0.0, Shape::Smooth),
        (2000, -6.0, Shape::Smooth),
    ]);
    assert_eq!(fade.value_at(0.999), Some(f64::NEG_INFINITY));
    assert_eq!(fade.value_at(1.0), Some(0.0));
    assert!((fade.value_at(1.5).unwrap() + 3.0).abs() < ROUNDING);
}

#[test]
fn keys_out_of_order_are_refused() {
    let key = |ms| Key::new(Time::from_milliseconds(ms), 0.0, Shape::Linear);
    assert_eq!(AutomationCurve::new(vec![key(1), key(2), key(2)]).unwrap_err().index, 2);
    assert_eq!(AutomationCurve::new(vec![key(3), key(2)]).unwrap_err().index, 1);
}

proptest! {
    /// No overshoot, and no step: the property that Fritsch and Carlson's slopes are chosen for.
    #[test]
    fn curves_stay_between_their_keys_and_are_monotone_there(
        steps in prop::collection::vec((1u32..5000, -10.0..10.0f64, 0..3usize), 1..12)
    ) {
        let mut ms = 0;
        let keys: Vec<_> = steps.iter().map(|&(gap, value, shape)| {
            ms += gap;
            (ms, value, Shape::NAMES[shape].0)
        }).collect();
        let curve = curve(&keys);
        for pair in keys.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let (t0, t1) = (f64::from(from.0) / 1000.0, f64::from(to.0) / 1000.0);
            prop_assert!((curve.value_at(t0).unwrap() - from.1).abs() <= ROUNDING * 10.0);
            let rising = (to.1 - from.1).signum();
            let mut last = from.1;
            for n in 0..64 {
                let value = curve.value_at(t0 + (t1 - t0) * f64::from(n) / 64.0).unwrap();
                prop_assert!((value - last) * rising >= -1e-9, "{last} -> {value}");
                prop_assert!(value >= from.1.min(to.1) - ROUNDING && value <= from.1.max(to.1) + ROUNDING);
                last = value;
            }
        }
    }

    /// The slope is the same on both sides of a key between two smooth segments.
    #[test]
    fn smooth_curves_have_no_corners(
        steps in prop::collection::vec((50u32..5000, -10.0..10.0f64), 3..8)
    ) {
        let mut ms = 0;
        let keys: Vec<_> = steps.iter().map(|&(gap, value)| {
            ms += gap;
            (ms, value, Shape::Smooth)
        }).collect();
        let curve = curve(&keys);
        for &(ms, ..) in &keys[1..keys.len() - 1] {
            let (t, h) = (f64::from(ms) / 1000.0, 1e-6);
            let at = |t| curve.value_at(t).unwrap();
            let (before, after) = ((at(t) - at(t - h)) / h, (at(t + h) - at(t)) / h);
            // Second derivatives are below 1e5 / s² here: keys are at least 50 ms apart and 20 high.
            prop_assert!((before - after).abs() < 0.3, "{before} {after}");
        }
    }
}
