use std::f64::consts::PI;

use formats::scene::chain::{Eq, EqBand, SLOPES};

use super::*;
use crate::mix::tests::run;

/// What is promised.
const CLOSE_DB: f64 = 0.1;
/// Levels this far down are compared no more, dB.
const FAR_DOWN_DB: f64 = -150.0;

/// The magnitude of the analogue filter, written down apart from the code under test. dB.
fn analogue_db(band: &EqBand, hz: f64) -> f64 {
    let ratio = |numerator: [f64; 3], denominator: [f64; 3], w: f64| {
        let power = |[c0, c1, c2]: [f64; 3]| (c0 - c2 * w * w).powi(2) + (c1 * w).powi(2);
        10.0 * (power(numerator) / power(denominator)).log10()
    };
    let w = hz / band.frequency_hz();
    match *band {
        EqBand::HighPass { slope, .. } => -10.0 * (1.0 + w.powi(-2 * slope as i32 / 6)).log10(),
        EqBand::LowPass { slope, .. } => -10.0 * (1.0 + w.powi(2 * slope as i32 / 6)).log10(),
        EqBand::Bell { gain_db, q, .. } => {
            let a = 10f64.powf(gain_db / 40.0);
            ratio([1.0, a / q, 1.0], [1.0, 1.0 / (a * q), 1.0], w)
        }
        EqBand::LowShelf { gain_db, q, .. } => {
            let a = 10f64.powf(gain_db / 40.0);
            20.0 * a.log10() + ratio([a, a.sqrt() / q, 1.0], [1.0, a.sqrt() / q, a], w)
        }
        EqBand::HighShelf { gain_db, q, .. } => {
            let a = 10f64.powf(gain_db / 40.0);
            20.0 * a.log10() + ratio([1.0, a.sqrt() / q, a], [a, a.sqrt() / q, 1.0], w)
        }
        EqBand::Notch { q, .. } => ratio([1.0, 0.0, 1.0], [1.0, 1.0 / q, 1.0], w),
        EqBand::Tilt { gain_db, .. } => {
            let a = 10f64.powf(gain_db / 20.0);
            10.0 * (((a * w).powi(2) + 1.0) / (w * w + a * a)).log10()
        }
    }
}

fn response_db(eq: &Eq, sample_rate: u32, frequencies_hz: &[f64]) -> Result<Vec<f64>, MixError> {
    Ok(response(eq, sample_rate, frequencies_hz)?.iter().map(|at| at.magnitude_db).collect())
}

fn bands() -> Vec<EqBand> {
    let mut bands = Vec::new();
    for frequency_hz in [20.0, 100.0, 1_000.0, 3_000.0, 8_000.0, 12_000.0, 16_000.0, 19_000.0, 21_500.0] {
        for gain_db in [-30.0, -12.0, -3.0, 0.0, 3.0, 12.0, 30.0] {
            for q in [0.1, 0.3, 0.7, 2.0, 10.0, 40.0] {
                bands.push(EqBand::Bell { frequency_hz, gain_db, q });
            }
            for q in [0.1, 0.3, 0.7, 2.0, 4.0] {
                bands.push(EqBand::LowShelf { frequency_hz, gain_db, q });
                bands.push(EqBand::HighShelf { frequency_hz, gain_db, q });
            }
            bands.push(EqBand::Tilt { frequency_hz, gain_db });
        }
        bands.extend([0.1, 0.7, 3.0, 40.0].map(|q| EqBand::Notch { frequency_hz, q }));
        bands.extend(SLOPES.map(|slope| EqBand::HighPass { frequency_hz, slope }));
        bands.extend(SLOPES.map(|slope| EqBand::LowPass { frequency_hz, slope }));
    }
    bands
}

/// 10 Hz to 20 kHz, in sixteenths of an octave.
fn frequencies(top_hz: f64) -> Vec<f64> {
    (0..)
        .map(|step| 10.0 * 2f64.powf(f64::from(step) / 16.0))
        .take_while(|hz| *hz < top_hz)
        .chain([top_hz])
        .collect()
}

#[test]
fn every_band_is_its_analogue_prototype_up_to_20_khz() {
    for (sample_rate, top_hz) in [(48_000, 20_000.0), (44_100, 19_800.0), (96_000, 20_000.0)] {
        let frequencies = frequencies(top_hz);
        for band in bands() {
            let found = response_db(&Eq { bands: vec![band] }, sample_rate, &frequencies).expect("in range");
            for (hz, found) in frequencies.iter().zip(found) {
                let expected = analogue_db(&band, *hz);
                let close = (found - expected).abs() <= CLOSE_DB || expected.max(found) < FAR_DOWN_DB;
                // Beside a notch the magnitude falls without end.
                let notch = matches!(band, EqBand::Notch { .. }) && expected < -60.0 && found < -60.0;
                assert!(close || notch, "{band:?} at {hz:.0} Hz, {sample_rate}: {found} dB, not {expected}");
            }
        }
    }
}

#[test]
fn many_bands_together_are_their_sum() {
    let bands = [
        EqBand::HighPass { frequency_hz: 80.0, slope: 18 },
        EqBand::LowShelf { frequency_hz: 200.0, gain_db: 6.0, q: 0.7 },
        EqBand::Bell { frequency_hz: 2_500.0, gain_db: -8.0, q: 3.0 },
        EqBand::Bell { frequency_hz: 15_000.0, gain_db: 12.0, q: 0.8 },
        EqBand::Notch { frequency_hz: 50.0, q: 20.0 },
        EqBand::HighShelf { frequency_hz: 10_000.0, gain_db: -12.0, q: 0.9 },
        EqBand::Tilt { frequency_hz: 1_000.0, gain_db: 3.0 },
        EqBand::LowPass { frequency_hz: 16_000.0, slope: 48 },
    ];
    let frequencies = frequencies(20_000.0);
    for count in 1..=bands.len() {
        let eq = Eq { bands: bands[..count].to_vec() };
        let found = response_db(&eq, 48_000, &frequencies).expect("in range");
        for (hz, found) in frequencies.iter().zip(found) {
            let expected: f64 = bands[..count].iter().map(|band| analogue_db(band, *hz)).sum();
            assert!((found - expected).abs() <= CLOSE_DB, "{count} at {hz:.0} Hz: {found}, not {expected}");
        }
    }
}

/// Magnitude (dB), phase (degrees) and group delay (ms) of an impulse response, by its Fourier transform and that of n times it.
fn measured(taps: &[f32], hz: f64, rate: f64) -> (f64, f64, f64) {
    let (mut sum, mut later) = ([0.0; 2], [0.0; 2]);
    for (n, tap) in taps.iter().enumerate() {
        let (sine, cosine) = (2.0 * PI * hz / rate * n as f64).sin_cos();
        let part = [f64::from(*tap) * cosine, -f64::from(*tap) * sine];
        sum = [sum[0] + part[0], sum[1] + part[1]];
        later = [later[0] + part[0] * n as f64, later[1] + part[1] * n as f64];
    }
    let power = sum[0] * sum[0] + sum[1] * sum[1];
    let delay = (later[0] * sum[0] + later[1] * sum[1]) / power;
    (10.0 * power.log10(), sum[1].atan2(sum[0]).to_degrees(), delay / rate * 1_000.0)
}

#[test]
fn the_samples_have_the_response_that_is_drawn() {
    let eq = Eq {
        bands: vec![
            EqBand::HighPass { frequency_hz: 100.0, slope: 12 },
            EqBand::Bell { frequency_hz: 14_000.0, gain_db: 9.0, q: 2.0 },
            EqBand::LowShelf { frequency_hz: 400.0, gain_db: -5.0, q: 0.7 },
            EqBand::Tilt { frequency_hz: 800.0, gain_db: -2.0 },
            EqBand::Notch { frequency_hz: 3_000.0, q: 5.0 },
        ],
    };
    let frequencies = [60.0, 250.0, 1_000.0, 5_000.0, 12_500.0, 19_000.0, 23_000.0];
    let drawn = response(&eq, 48_000, &frequencies).expect("in range");
    let mut impulse = vec![0.0; 20_000];
    impulse[0] = 1.0;
    let mut equaliser = Equaliser::new(&eq, 48_000, 1).expect("in range");
    let taps = run(&mut equaliser, &[impulse], None, 500);
    for (hz, drawn) in frequencies.into_iter().zip(drawn) {
        let (magnitude, phase, delay) = measured(&taps[0], hz, 48_000.0);
        assert!((magnitude - drawn.magnitude_db).abs() < 0.001, "{hz} Hz: {magnitude} dB, {drawn:?}");
        let turned = (phase - drawn.phase_degrees + 180.0).rem_euclid(360.0) - 180.0;
        assert!(turned.abs() < 0.01 && drawn.phase_degrees.abs() <= 180.0, "{hz} Hz: {phase}°, {drawn:?}");
        assert!((delay - drawn.group_delay_ms).abs() < 1e-3, "{hz} Hz: {delay} ms, {drawn:?}");
    }
}

/// Of all filters with one magnitude, that of minimum phase has most of its energy at its start: its first tap is
/// exp of the mean of the logarithm of its magnitude (Jensen's formula).
#[test]
fn filters_are_of_minimum_phase() {
    for band in [
        EqBand::Bell { frequency_hz: 15_000.0, gain_db: 12.0, q: 1.0 },
        EqBand::HighShelf { frequency_hz: 9_000.0, gain_db: -15.0, q: 0.7 },
        EqBand::LowPass { frequency_hz: 12_000.0, slope: 24 },
    ] {
        let eq = Eq { bands: vec![band] };
        let points = 20_000;
        let frequencies =
            (0..points).map(|n| 24_000.0 * (f64::from(n) + 0.5) / f64::from(points)).collect::<Vec<_>>();
        let mean_db =
            response_db(&eq, 48_000, &frequencies).expect("in range").iter().sum::<f64>() / f64::from(points);
        let mut equaliser = Equaliser::new(&eq, 48_000, 1).expect("in range");
        let mut impulse = vec![0.0; 64];
        impulse[0] = 1.0;
        let first_db = 20.0 * f64::from(run(&mut equaliser, &[impulse], None, 64)[0][0].abs()).log10();
        assert!((first_db - mean_db).abs() < 0.01, "{band:?}: {first_db} dB, {mean_db} dB");
    }
}

#[test]
fn frequencies_beyond_the_sample_rate_are_refused() {
    let eq = Eq { bands: vec![EqBand::Bell { frequency_hz: 16_000.0, gain_db: 1.0, q: 1.0 }] };
    let error = Equaliser::new(&eq, 32_000, 1).expect_err("16 kHz of 32 kHz").to_string();
    assert_eq!(error, "bell: frequency is 16000 Hz, expected less than half the sample rate of 32000 Hz");
    assert!(Equaliser::new(&eq, 44_100, 1).is_ok());
}
