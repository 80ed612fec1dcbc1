//! EBU Tech 3341 table 1 (1–6, 9–23) and Tech 3342 (1–4): the cases that need no real programme, with EBU's figures
//! and tolerances.

use std::f64::consts::{PI, TAU};

use super::material::{Programme, RATE, assert_near, labelled, segments, stereo};

/// LU, Tech 3341.
const LOUDNESS: f64 = 0.1;
/// LU, Tech 3342 asks for 1; a meter can do better.
const RANGE: f64 = 0.1;

#[test]
fn tech_3341_cases_1_to_5_integrated() {
    for (case, level, parts) in [
        (1, -23.0, &[(-23.0, 20_000)][..]),
        (2, -33.0, &[(-33.0, 20_000)]),
        (3, -23.0, &[(-36.0, 10_000), (-23.0, 60_000), (-36.0, 10_000)]),
        (4, -23.0, &[(-72.0, 10_000), (-36.0, 10_000), (-23.0, 60_000), (-36.0, 10_000), (-72.0, 10_000)]),
        (5, -23.0, &[(-26.0, 20_000), (-20.0, 20_100), (-26.0, 20_000)]),
    ] {
        let found = segments(parts).measure(stereo());
        assert_near(found.integrated_lufs, level, LOUDNESS, LOUDNESS, &format!("case {case}, I"));
        if case <= 2 {
            let momentary = found.max_momentary.map(|m| m.value);
            assert_near(momentary, level, LOUDNESS, LOUDNESS, &format!("case {case}, M"));
            let short_term = found.max_short_term.map(|s| s.value);
            assert_near(short_term, level, LOUDNESS, LOUDNESS, &format!("case {case}, S"));
        }
    }
}

#[test]
fn tech_3341_case_6_surround() {
    let levels = [-28.0, -28.0, -24.0, -30.0, -30.0].map(Some);
    let five = Programme::new(5, RATE).tones(&levels, 20_000, 1000.0);
    let found = five.measure(labelled(&["M+030", "M-030", "M+000", "M+110", "M-110"]));
    assert_near(found.integrated_lufs, -23.0, LOUDNESS, LOUDNESS, "five channels");
    let [l, r, c, ls, rs] = levels;
    let six = Programme::new(6, RATE).tones(&[l, r, c, None, ls, rs], 20_000, 1000.0);
    let found = six.measure(labelled(&["M+030", "M-030", "M+000", "LFE1", "M+110", "M-110"]));
    assert_near(found.integrated_lufs, -23.0, LOUDNESS, LOUDNESS, "six channels");
}

/// Every reading is the highest one of an excerpt as long as its window.
#[test]
fn tech_3341_cases_9_and_12_readings_are_constant() {
    let parts = [(-20.0, 1340), (-30.0, 1660)].repeat(5);
    let slow = segments(&parts);
    for start in (0..slow.frames() - 144_000).step_by(12_000) {
        let found = slow.excerpt(start..start + 144_000).measure(stereo());
        assert_near(
            found.max_short_term.map(|s| s.value),
            -23.0,
            LOUDNESS,
            LOUDNESS,
            &format!("S at {start}"),
        );
    }
    let parts = [(-20.0, 180), (-30.0, 220)].repeat(25);
    let fast = segments(&parts);
    for start in (0..fast.frames() - 19_200).step_by(2_400) {
        let found = fast.excerpt(start..start + 19_200).measure(stereo());
        assert_near(
            found.max_momentary.map(|m| m.value),
            -23.0,
            LOUDNESS,
            LOUDNESS,
            &format!("M at {start}"),
        );
    }
}

#[test]
fn tech_3341_cases_10_and_11_short_term_at_any_time() {
    for i in 0..20 {
        let file = Programme::new(2, RATE).silence(150 * i).tone(-23.0, 3000).silence(1000);
        let found = file.measure(stereo()).max_short_term;
        assert_near(found.map(|s| s.value), -23.0, LOUDNESS, LOUDNESS, &format!("case 10.{}", i + 1));
        let level = -38.0 + i as f64;
        let live = Programme::new(2, RATE).silence(150 * i).tone(level, 3000).silence(3000 - 150 * i);
        let found = live.measure(stereo()).max_short_term;
        assert_near(found.map(|s| s.value), level, LOUDNESS, LOUDNESS, &format!("case 11, step {}", i + 1));
    }
}

#[test]
fn tech_3341_cases_13_and_14_momentary_at_any_time() {
    for i in 0..20 {
        let file = Programme::new(2, RATE).silence(20 * i).tone(-23.0, 400).silence(1000);
        let found = file.measure(stereo()).max_momentary.unwrap();
        assert_near(Some(found.value), -23.0, LOUDNESS, LOUDNESS, &format!("case 13.{}", i + 1));
        assert_eq!(found.frame, 20 * i * 48, "case 13.{}: the window is where the tone is", i + 1);
        let level = -38.0 + i as f64;
        let live = Programme::new(2, RATE).silence(20 * i).tone(level, 400).silence(400 - 20 * i);
        let found = live.measure(stereo()).max_momentary;
        assert_near(found.map(|m| m.value), level, LOUDNESS, LOUDNESS, &format!("case 14, step {}", i + 1));
    }
}

/// Frames of the true-peak files, and of their linear fades.
const PEAK_FRAMES: usize = 153_600;
const FADE: usize = 24_000;

/// Stereo, faded in and out.
fn faded(value: impl Fn(usize) -> f64) -> Programme {
    let fade = |n: usize| (n.min(PEAK_FRAMES - 1 - n) as f64 / FADE as f64).min(1.0);
    let plane: Vec<f32> = (0..PEAK_FRAMES).map(|n| (fade(n) * value(n)) as f32).collect();
    Programme { rate: RATE, planes: vec![plane.clone(), plane] }
}

#[test]
fn tech_3341_cases_15_to_19_true_peak_of_sines() {
    for (case, period, phase, amplitude, expected) in [
        (15, 4.0, 0.0_f64, 0.5, -6.0),
        (16, 4.0, 45.0, 0.5, -6.0),
        (17, 6.0, 60.0, 0.5, -6.0),
        (18, 8.0, 67.5, 0.5, -6.0),
        (19, 4.0, 45.0, 1.41, 3.0),
    ] {
        let sine = faded(|n| amplitude * (TAU * n as f64 / period + phase.to_radians()).sin());
        let found = sine.measure(stereo()).true_peak;
        assert_near(found.map(|peak| peak.value), expected, 0.4, 0.2, &format!("case {case}"));
    }
}

/// A period of fs/4 at full scale within fs/6 at half of it, made at 4 fs: the sine has no part above the band, so only what
/// the period changes needs a filter (a Kaiser-windowed sinc of 511 taps, passband to 22.5 kHz).
fn burst(offset: usize) -> Programme {
    const TAPS: i64 = 511;
    const MIDDLE: i64 = 24 * 12_000;
    let slow = |n: i64| 0.5 * (TAU * n as f64 / 24.0).sin();
    let steady = |n: i64| if n < MIDDLE + 24 { slow(n) } else { slow(n - 16) };
    let wanted = |n: i64| match n - MIDDLE {
        k @ 0..16 => (TAU * k as f64 / 16.0).sin(),
        ..0 => slow(n),
        _ => slow(n - MIDDLE - 16),
    };
    let bessel = |x: f64| {
        let (mut term, mut sum) = (1.0, 1.0);
        for k in 1..60 {
            term *= (x / (2.0 * f64::from(k))).powi(2);
            sum += term;
        }
        sum
    };
    let tap = |k: i64| {
        let (x, centre) = ((k - TAPS / 2) as f64, (TAPS / 2) as f64);
        let cut = 2.0 * 22_500.0 / 192_000.0;
        let sinc = if x == 0.0 { cut } else { (PI * cut * x).sin() / (PI * x) };
        sinc * bessel(9.0 * (1.0 - (x / centre).powi(2)).max(0.0).sqrt())
    };
    let taps: Vec<f64> = (0..TAPS).map(tap).collect();
    let total: f64 = taps.iter().sum();
    let near = MIDDLE - TAPS..MIDDLE + 24 + TAPS;
    faded(|frame| {
        let n = 4 * frame as i64 + offset as i64;
        if !near.contains(&n) {
            return steady(n);
        }
        let filtered = taps.iter().zip(n - TAPS / 2..).map(|(tap, n)| tap * wanted(n)).sum::<f64>();
        filtered / total
    })
}

#[test]
fn tech_3341_cases_20_to_23_true_peak_between_samples() {
    for offset in 0..4 {
        let found = burst(offset).measure(stereo()).true_peak.unwrap();
        assert_near(Some(found.value), 0.0, 0.4, 0.2, &format!("case {}", 20 + offset));
        assert!((71_998..72_006).contains(&found.frame), "case {}: at {}", 20 + offset, found.frame);
    }
}

#[test]
fn tech_3342_cases_1_to_4_loudness_range() {
    for (case, expected, levels) in [
        (1, 10.0, &[-20.0, -30.0][..]),
        (2, 5.0, &[-20.0, -15.0]),
        (3, 20.0, &[-40.0, -20.0]),
        (4, 15.0, &[-50.0, -35.0, -20.0, -35.0, -50.0]),
    ] {
        let parts: Vec<(f64, u64)> = levels.iter().map(|level| (*level, 20_000)).collect();
        let found = segments(&parts).measure(stereo()).loudness_range_lu;
        assert_near(found, expected, RANGE, RANGE, &format!("case {case}"));
    }
}
