//! What a programme's shape must not change, and what is no programme at all.

use super::material::{EVERYTHING, Programme, RATE, assert_near, layout, segments, stereo};
use crate::loudness::{LoudnessError, Meter, MeterChannel};

#[test]
fn the_size_of_the_blocks_changes_no_bit() {
    let channels = layout("4+7+0");
    let mut programme =
        Programme::new(channels.len(), 44_100).tone(-20.0, 700).tone(-3.0, 311).tone(-31.0, 2500);
    let mut state = 1_u32;
    for sample in programme.planes.iter_mut().flatten() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *sample += (state >> 8) as f32 * 1e-9;
    }
    let whole = programme.measure_in(channels.clone(), &[usize::MAX]);
    for blocks in [&[1, 2, 3, 511][..], &[512], &[513, 1], &[65_536], &[480]] {
        assert_eq!(programme.measure_in(channels.clone(), blocks), whole, "{blocks:?}");
    }
}

#[test]
fn where_it_is_loudest_is_told_to_the_frame() {
    let programme = segments(&[(-40.0, 5_000), (-20.0, 400), (-40.0, 5_000)]);
    let found = programme.measure(stereo());
    assert_eq!(found.max_momentary.unwrap().frame, 240_000);
    // A window of 3 s that holds the 400 ms.
    assert!((5_400 * 48 - 144_000..=240_000).contains(&found.max_short_term.unwrap().frame));
    let mut click = Programme::new(2, RATE).silence(2_000);
    click.planes[1][77_777] = -0.5;
    let found = click.measure(stereo());
    assert_eq!(found.true_peak.map(|peak| peak.frame), Some(77_777));
    assert_near(found.true_peak.map(|peak| peak.value), -6.0206, 1e-3, 1e-3, "click");
    assert_eq!((found.sound, found.channels[0].true_peak), (Some((77_777, 77_777)), None));
}

#[test]
fn the_last_sample_counts_wherever_it_is() {
    for frames in [1, 2, 479, 480, 481, 499, 511, 512, 513, 4_799, 4_801] {
        let mut programme = Programme::new(1, RATE);
        programme.planes[0] = vec![0.01; frames];
        // Of two equal samples at the end, the highest value is between them.
        for sample in programme.planes[0].iter_mut().rev().take(2) {
            *sample = 0.7;
        }
        let found = programme.measure(layout("mono"));
        let peak = found.true_peak.unwrap();
        let least = if frames == 1 { 0.7 } else { 0.85 };
        assert!(10f64.powf(peak.value / 20.0) > least - 1e-6, "{frames}: {}", peak.value);
        assert_eq!(peak.frame, (frames as u64).saturating_sub(2), "{frames} frames");
        assert_eq!(found.frames, frames as u64);
    }
}

#[test]
fn nothing_is_measured_of_nothing() {
    for programme in [Programme::new(2, RATE), Programme::new(2, RATE).silence(10_000)] {
        let found = programme.measure(stereo());
        assert_eq!((found.integrated_lufs, found.ungated_lufs, found.loudness_range_lu), (None, None, None));
        assert_eq!((found.max_momentary, found.max_short_term), (None, None));
        assert_eq!((found.true_peak, found.sample_peak, found.sound), (None, None, None));
        assert_eq!(found.pairs[0].correlation, None);
    }
    let short = segments(&[(-23.0, 300)]).measure(stereo());
    assert_eq!((short.integrated_lufs, short.max_momentary), (None, None));
    let exact = segments(&[(-23.0, 400)]).measure(stereo());
    assert_near(exact.integrated_lufs, -23.0, 0.1, 0.1, "exactly one block");
    assert_eq!(exact.max_short_term, None);
}

#[test]
fn faults_don_t_spread() {
    let clean = segments(&[(-20.0, 2_000)]);
    let mut broken = clean.clone();
    broken.planes[0][50_000] = f32::NAN;
    broken.planes[1][60_000] = f32::INFINITY;
    broken.planes[1][60_001] = -f32::MAX;
    let (clean, found) = (clean.measure(stereo()), broken.measure(stereo()));
    assert_near(found.integrated_lufs, clean.integrated_lufs.unwrap(), 0.01, 0.01, "I");
    let faults: Vec<_> = found.channels.iter().map(|c| (c.non_finite, c.first_non_finite)).collect();
    assert_eq!(faults, [(1, Some(50_000)), (2, Some(60_000))]);
}

#[test]
fn pairs_are_in_phase_or_not() {
    let correlation = |right: fn(f32, f32) -> f32| {
        let mut programme = segments(&[(-20.0, 1_000)]);
        let left = programme.planes[0].clone();
        for (n, sample) in programme.planes[1].iter_mut().enumerate() {
            let quarter = (std::f32::consts::TAU * n as f32 / 48.0).cos() * 0.1;
            *sample = right(left[n], quarter);
        }
        let found = programme.measure(stereo());
        assert_eq!(found.pairs[0].names, ["M+030", "M-030"]);
        found.pairs[0].correlation.unwrap()
    };
    assert!((correlation(|same, _| same) - 1.0).abs() < 1e-6);
    assert!((correlation(|same, _| -0.5 * same) + 1.0).abs() < 1e-6);
    assert!(correlation(|_, quarter| quarter).abs() < 1e-3);
    let names: Vec<[String; 2]> = {
        let pairs = Programme::new(12, RATE).measure(layout("7.1.4")).pairs;
        pairs.into_iter().map(|pair| pair.names).collect()
    };
    assert_eq!(names.len(), 5);
    assert_eq!(names[4], ["U+135", "U-135"]);
}

#[test]
fn any_number_of_channels_and_hardly_any_rate() {
    let wide = vec![MeterChannel { name: "x".into(), weight: 1.0 }; 130];
    let found = Programme::new(130, RATE).tone(-43.0, 1_000).measure(wide.clone());
    // 65 pairs of stereo.
    let expected = -43.0 + 10.0 * 65f64.log10();
    assert_near(found.integrated_lufs, expected, 0.1, 0.1, "130 channels");
    for rate in [0, 1, 7_999, 768_001, u32::MAX] {
        let refused = Meter::new(rate, wide.clone(), EVERYTHING).map(drop);
        assert_eq!(refused, Err(LoudnessError::SampleRate(rate)));
    }
    assert!(Meter::new(RATE, Vec::new(), EVERYTHING).unwrap().finish().integrated_lufs.is_none());
}
