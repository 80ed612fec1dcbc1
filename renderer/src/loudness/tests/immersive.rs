//! Channels, gates, frequencies and rates in the manner of BS.2217, and the weights of immersive layouts.

use super::material::{Programme, RATE, assert_near, k_gain, layout, segments, stereo};

/// LU.
const TOLERANCE: f64 = 0.05;

/// Loudness of 1 kHz sines, (peak level, weight), by the formula of BS.1770-5 Annex 1.
fn sines(parts: &[(f64, f64)]) -> f64 {
    let energy: f64 = parts.iter().map(|(level, weight)| weight * 10f64.powf(level / 10.0) / 2.0).sum();
    -0.691 + 10.0 * energy.log10() + k_gain(1000.0)
}

/// BS.1770-5 Annex 3, by label; independent of the angles in our tables.
fn weight(label: &str) -> f64 {
    match label {
        "LFE1" | "LFE2" => 0.0,
        "M+060" | "M-060" | "M+090" | "M-090" | "M+110" | "M-110" => 1.41,
        _ => 1.0,
    }
}

#[test]
fn every_loudspeaker_counts_as_much_as_it_should() {
    for name in ["0+5+0", "4+7+0", "6+9+0", "9+10+3"] {
        let channels = layout(name);
        for (index, channel) in channels.iter().enumerate() {
            let levels: Vec<Option<f64>> =
                (0..channels.len()).map(|n| (n == index).then_some(-20.0)).collect();
            let found =
                Programme::new(channels.len(), RATE).tones(&levels, 1000, 1000.0).measure(channels.clone());
            match weight(&channel.name) {
                0.0 => assert_eq!(found.integrated_lufs, None, "{name} {}", channel.name),
                weight => {
                    let expected = sines(&[(-20.0, weight)]);
                    assert_near(found.integrated_lufs, expected, TOLERANCE, TOLERANCE, &channel.name);
                }
            }
            assert_near(found.true_peak.map(|p| p.value), -20.0, 0.4, 0.2, &channel.name);
            assert_eq!(found.channels.iter().filter(|c| c.true_peak.is_some()).count(), 1);
        }
        let all = Programme::new(channels.len(), RATE).tone(-30.0, 2000).measure(channels.clone());
        let parts: Vec<(f64, f64)> = channels.iter().map(|c| (-30.0, weight(&c.name))).collect();
        assert_near(all.integrated_lufs, sines(&parts), TOLERANCE, TOLERANCE, name);
    }
}

#[test]
fn frequencies_are_weighted_and_rates_make_no_difference() {
    for hertz in [25.0, 100.0, 500.0, 1000.0, 2000.0, 10_000.0, 16_000.0] {
        let level = Some(-23.0 + 0.691 - k_gain(hertz));
        let found = Programme::new(2, RATE).tones(&[level, level], 10_000, hertz).measure(stereo());
        assert_near(found.integrated_lufs, -23.0, TOLERANCE, TOLERANCE, &format!("{hertz} Hz"));
    }
    for rate in [8_000, 11_025, 22_050, 44_100, 47_952, 88_200, 96_000, 192_000, 384_000] {
        let found = Programme::new(2, rate).tone(-23.0, 5_000).measure(stereo());
        assert_near(found.integrated_lufs, -23.0, TOLERANCE, TOLERANCE, &format!("{rate} Hz"));
        assert_near(found.true_peak.map(|p| p.value), -23.0, 0.4, 0.2, &format!("{rate} Hz"));
    }
}

#[test]
fn gates_leave_out_what_they_should() {
    let found = |parts: &[(f64, u64)]| segments(parts).measure(stereo()).integrated_lufs;
    assert_near(found(&[(-69.5, 20_000)]), -69.5, TOLERANCE, TOLERANCE, "above the absolute gate");
    assert_eq!(found(&[(-70.5, 20_000)]), None);
    assert_near(found(&[(-10.0, 60_000), (-30.0, 60_000)]), -10.0, TOLERANCE, TOLERANCE, "relative, out");
    let both = 10.0 * ((10f64.powf(-1.0) + 10f64.powf(-2.2)) / 2.0).log10();
    assert_near(found(&[(-10.0, 60_000), (-22.0, 60_000)]), both, TOLERANCE, TOLERANCE, "relative, in");
}

#[test]
fn float_above_full_scale_is_read() {
    let found = segments(&[(6.0, 5_000)]).measure(stereo());
    assert_near(found.integrated_lufs, 6.0, TOLERANCE, TOLERANCE, "I");
    assert_near(found.true_peak.map(|p| p.value), 6.0, 0.4, 0.2, "true peak");
    assert!(found.channels.iter().all(|channel| channel.clipped_runs > 0));
}
