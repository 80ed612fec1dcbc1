use formats::scene::chain;

use super::*;
use crate::mix::Processor;
use crate::mix::tests::{noise, run};

const RATE: u32 = 48_000;
/// dB. The logarithm in single precision.
const CLOSE_DB: f64 = 0.002;

/// A level that stands still for so many samples, as a square wave: its peaks have no ripple.
fn level(db: f64, samples: usize) -> Vec<f32> {
    let magnitude = 10f64.powf(db / 20.0) as f32;
    (0..samples).map(|n| if n / 50 % 2 == 0 { magnitude } else { -magnitude }).collect()
}

/// Gain of the last sample, dB.
fn last_gain_db(input: &[f32], output: &[f32]) -> f64 {
    let (before, after) = (input.last().expect("one"), output.last().expect("one"));
    20.0 * (f64::from(*after) / f64::from(*before)).log10()
}

fn settled_db(processor: &mut dyn Processor, db: f64) -> f64 {
    processor.reset();
    let input = level(db, 60_000);
    let output = run(processor, std::slice::from_ref(&input), None, 1_000);
    last_gain_db(&input, &output[0])
}

#[test]
fn the_compressor_has_its_static_curve() {
    for (threshold_db, ratio, knee_db, makeup_db) in
        [(-24.0, 3.0, 6.0, 0.0), (-40.0, 100.0, 0.0, 6.0), (-12.0, 1.5, 20.0, -3.0), (-10.0, 1.0, 0.0, 0.0)]
    {
        let parameters = chain::Compressor {
            threshold_db,
            ratio,
            knee_db,
            makeup_db,
            release_ms: 20.0,
            ..Default::default()
        };
        let mut compressor = Compressor::new(&parameters, RATE, 1).expect("in range");
        for step in 0..30 {
            let x = -80.0 + f64::from(step) * 2.75;
            // Giannoulis, Massberg and Reiss (2012), equation 4.
            let over = x - threshold_db;
            let y = if 2.0 * over < -knee_db {
                x
            } else if 2.0 * over.abs() <= knee_db {
                x + (1.0 / ratio - 1.0) * (over + knee_db / 2.0).powi(2) / (2.0 * knee_db.max(1e-9))
            } else {
                threshold_db + over / ratio
            };
            let found = settled_db(&mut compressor, x);
            let expected = y - x + makeup_db;
            assert!((found - expected).abs() < CLOSE_DB, "{x} dB: {found}, not {expected}");
            let now_db = compressor.reduction().expect("it has one").now_db;
            assert!((now_db - (y - x)).abs() < CLOSE_DB, "{x} dB: {now_db} said");
        }
    }
}

#[test]
fn the_gate_has_its_static_curve() {
    for (threshold_db, ratio, knee_db, floor_db) in
        [(-50.0, 2.0, 6.0, -40.0), (-30.0, 100.0, 0.0, -60.0), (-20.0, 1.5, 12.0, -10.0)]
    {
        let parameters = chain::Gate { threshold_db, ratio, knee_db, floor_db, ..Default::default() };
        let mut gate = Gate::new(&parameters, RATE, 1).expect("in range");
        for step in 0..30 {
            let x: f64 = -80.0 + f64::from(step) * 2.75;
            let under = threshold_db - x;
            let gain: f64 = if 2.0 * under < -knee_db {
                0.0
            } else if 2.0 * under.abs() <= knee_db {
                (1.0 - ratio) * (under + knee_db / 2.0).powi(2) / (2.0 * knee_db.max(1e-9))
            } else {
                (1.0 - ratio) * under
            };
            let found = settled_db(&mut gate, x);
            assert!((found - gain.max(floor_db)).abs() < CLOSE_DB, "{x} dB: {found}, not {gain}");
        }
    }
}

/// Gain in dB of every sample.
fn gains_db(input: &[f32], output: &[f32]) -> Vec<f64> {
    input.iter().zip(output).map(|(a, b)| 20.0 * (f64::from(*b) / f64::from(*a)).log10()).collect()
}

#[test]
fn attack_and_release_are_63_per_cent_of_the_way_in_their_times() {
    let (quiet, loud) = (96_000, 48_000);
    let input = [level(-60.0, quiet), level(-6.0, loud), level(-60.0, 48_000)].concat();
    let way = 1.0 - (-1.0_f64).exp();
    for (attack_ms, release_ms) in [(10.0, 150.0), (1.0, 40.0), (80.0, 20.0)] {
        let parameters =
            chain::Compressor { ratio: 4.0, knee_db: 0.0, attack_ms, release_ms, ..Default::default() };
        let mut compressor = Compressor::new(&parameters, RATE, 1).expect("in range");
        let output = run(&mut compressor, std::slice::from_ref(&input), None, 512);
        let gains = gains_db(&input, &output[0]);
        let full = -(1.0 - 1.0 / 4.0) * 18.0;
        // After n samples: those from the step up to and with sample n − 1.
        let after = |start: usize, milliseconds: f64| gains[start + (milliseconds * 48.0) as usize - 1];
        let down = after(quiet, attack_ms);
        assert!((down / full - way).abs() < 0.001, "attack {attack_ms} ms: {down} of {full} dB");
        let up = after(quiet + loud, release_ms);
        assert!((1.0 - up / full - way).abs() < 0.001, "release {release_ms} ms: {up} of {full} dB");
        let parameters = chain::Gate {
            threshold_db: -20.0,
            ratio: 1.5,
            knee_db: 0.0,
            floor_db: -120.0,
            hold_ms: 100.0,
            attack_ms,
            release_ms,
            ..Default::default()
        };
        let mut gate = Gate::new(&parameters, RATE, 1).expect("in range");
        let output = run(&mut gate, std::slice::from_ref(&input), None, 512);
        let gains = gains_db(&input, &output[0]);
        let (full, start) = (-20.0, gains[quiet - 1]);
        assert!((start - full).abs() < CLOSE_DB, "closed at {start} dB");
        let opened = gains[quiet + (attack_ms * 48.0) as usize - 1];
        assert!((1.0 - opened / full - way).abs() < 0.001, "opens in {attack_ms} ms: {opened} dB");
        let held = gains[quiet + loud + 4_800 - 1];
        assert!(held.abs() < 0.01, "held: {held} dB");
        let closing = gains[quiet + loud + 4_800 + (release_ms * 48.0) as usize - 1];
        assert!((closing / full - way).abs() < 0.001, "closes in {release_ms} ms: {closing} dB");
    }
}

#[test]
fn with_look_ahead_the_gain_moves_before_the_sound() {
    let input = [level(-60.0, 4_800), level(-6.0, 4_800)].concat();
    let parameters = chain::Compressor {
        threshold_db: -26.0,
        ratio: 100.0,
        knee_db: 0.0,
        attack_ms: 0.5,
        look_ahead_ms: 5.0,
        ..Default::default()
    };
    let mut compressor = Compressor::new(&parameters, RATE, 1).expect("in range");
    let output = &run(&mut compressor, &[input], None, 256)[0];
    assert_eq!(compressor.latency(), 240);
    let loudest = output.iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
    let loudest_db = 20.0 * f64::from(loudest).log10();
    assert!((loudest_db + 25.8).abs() < 0.01, "{loudest_db} dB: the step comes through");
}

#[test]
fn all_channels_have_the_gain_of_the_loudest() {
    let input = [level(-50.0, 20_000), level(-6.0, 20_000)];
    let parameters = chain::Compressor { knee_db: 0.0, ..Default::default() };
    let mut compressor = Compressor::new(&parameters, RATE, 2).expect("in range");
    let output = run(&mut compressor, &input, None, 256);
    for (before, after) in input.iter().zip(&output) {
        let gain = last_gain_db(before, after);
        assert!((gain + 12.0).abs() < CLOSE_DB, "{gain} dB");
    }
}

#[test]
fn a_key_is_listened_to_instead() {
    let input = [level(-6.0, 20_000)];
    let parameters = chain::Compressor { knee_db: 0.0, ..Default::default() };
    let mut compressor = Compressor::new(&parameters, RATE, 1).expect("in range");
    let silent = vec![0.0; 20_000];
    assert_eq!(run(&mut compressor, &input, Some(&silent), 256), input);
    let output = run(&mut compressor, &[level(-60.0, 20_000)], Some(&input[0]), 256);
    let gain = last_gain_db(&level(-60.0, 20_000), &output[0]);
    assert!((gain + 12.0).abs() < CLOSE_DB, "{gain} dB");
    assert!((compressor.reduction().expect("it has one").most_db + 12.0).abs() < CLOSE_DB);
}

#[test]
fn below_their_thresholds_no_bit_changes() {
    let input = [noise(1, 30_000).iter().map(|sample| sample * 0.01).collect::<Vec<_>>()];
    let mut compressor = Compressor::new(&chain::Compressor::default(), RATE, 1).expect("in range");
    assert_eq!(run(&mut compressor, &input, None, 300), input);
    let mut de_esser = DeEsser::new(&chain::DeEsser::default(), RATE, 1).expect("in range");
    assert_eq!(run(&mut de_esser, &input, None, 300), input);
    let parameters = chain::Gate { threshold_db: -100.0, attack_ms: 0.0, ..Default::default() };
    let mut gate = Gate::new(&parameters, RATE, 1).expect("in range");
    let output = run(&mut gate, &input, None, 300);
    assert_eq!(output[0][100..], input[0][100..]);
}

fn sine(hz: f64, db: f64, samples: usize) -> Vec<f32> {
    let amplitude = 10f64.powf(db / 20.0);
    (0..samples)
        .map(|n| (amplitude * (std::f64::consts::TAU * hz / f64::from(RATE) * n as f64).sin()) as f32)
        .collect()
}

/// Level of the component at `hz` over the second half, dB.
fn component_db(samples: &[f32], hz: f64) -> f64 {
    let half = &samples[samples.len() / 2..];
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in half.iter().enumerate() {
        let (sine, cosine) = (std::f64::consts::TAU * hz / f64::from(RATE) * n as f64).sin_cos();
        re += f64::from(*sample) * cosine;
        im += f64::from(*sample) * sine;
    }
    20.0 * (2.0 * (re * re + im * im).sqrt() / half.len() as f64).log10()
}

#[test]
fn the_de_esser_takes_sibilants_and_leaves_the_voice() {
    let parameters = chain::DeEsser {
        threshold_db: -40.0,
        ratio: 100.0,
        range_db: 10.0,
        attack_ms: 5.0,
        release_ms: 500.0,
        ..Default::default()
    };
    let mut de_esser = DeEsser::new(&parameters, RATE, 1).expect("in range");
    let voice = sine(500.0, -12.0, 96_000);
    let output = run(&mut de_esser, std::slice::from_ref(&voice), None, 480);
    assert_eq!(output[0], voice, "a voice without sibilants");
    de_esser.reset();
    let both: Vec<f32> = voice.iter().zip(sine(14_000.0, -12.0, 96_000)).map(|(a, b)| a + b).collect();
    let output = run(&mut de_esser, &[both], None, 480);
    let (low, high) = (component_db(&output[0], 500.0), component_db(&output[0], 14_000.0));
    assert!((low + 12.0).abs() < 0.05, "the voice at {low} dB");
    assert!((high + 22.0).abs() < 0.4, "the sibilant at {high} dB");
    let most_db = de_esser.reduction().expect("it has one").most_db;
    assert!((most_db + 10.0).abs() < 0.05, "{most_db} dB at most");
}

#[test]
fn parameters_out_of_range_are_refused() {
    let parameters = chain::Compressor { attack_ms: f64::NAN, ..Default::default() };
    assert!(Compressor::new(&parameters, RATE, 1).is_err());
    let parameters = chain::Gate { hold_ms: 1e9, ..Default::default() };
    assert!(Gate::new(&parameters, RATE, 1).is_err());
    let parameters = chain::DeEsser { frequency_hz: 12_000.0, ..Default::default() };
    assert!(DeEsser::new(&parameters, 22_050, 1).is_err());
}

/// The gate as its parameters are described, one sample after the other: level in dB, curve, hold, attack and release.
#[test]
fn the_gate_is_that_of_a_plain_loop() {
    let mut input = noise(5, 96_000);
    for (n, sample) in input.iter_mut().enumerate() {
        // Bursts of 100 ms that fall by 80 dB, every 400 ms; then nothing.
        let since = (n % 19_200) as f64 / 4_800.0;
        *sample *= if n < 60_000 { 10f64.powf(-4.0 * since.min(1.0)) as f32 * 0.5 } else { 0.0 };
    }
    for (ratio, knee_db, attack_ms, hold_ms, release_ms) in [
        (10.0, 6.0, 1.0, 50.0, 100.0),
        (2.0, 0.0, 0.0, 0.0, 20.0),
        (1.5, 12.0, 30.0, 2.0, 5.0),
        (100.0, 0.0, 0.5, 300.0, 1.0),
    ] {
        let parameters = chain::Gate {
            threshold_db: -40.0,
            ratio,
            knee_db,
            floor_db: -60.0,
            attack_ms,
            hold_ms,
            release_ms,
            ..Default::default()
        };
        let mut gate = Gate::new(&parameters, RATE, 1).expect("in range");
        let output = run(&mut gate, std::slice::from_ref(&input), None, 1_000);
        let left = |ms: f64| if ms > 0.0 { (-1_000.0 / (ms * f64::from(RATE))).exp() } else { 0.0 };
        let (opening, closing) = (left(attack_ms), left(release_ms));
        let held = (hold_ms / 1_000.0 * f64::from(RATE)).round() as usize;
        // It begins closed: with the gain of silence, −140 dB.
        let closed = f64::max((1.0 - ratio) * (-40.0 + 140.0), -60.0);
        let (mut gain, mut target, mut left) = (closed, closed, 0);
        for (n, (before, after)) in input.iter().zip(&output[0]).enumerate() {
            let level = 20.0 * f64::from(before.abs()).max(1e-7).log10();
            let under = -40.0 - level;
            let wanted = if 2.0 * under <= -knee_db {
                0.0
            } else if 2.0 * under < knee_db {
                (1.0 - ratio) * (under + knee_db / 2.0).powi(2) / (2.0 * knee_db)
            } else {
                (1.0 - ratio) * under
            };
            let wanted = f64::max(wanted, -60.0);
            if wanted >= target {
                (target, left) = (wanted, held);
            } else if left > 0 {
                left -= 1;
            } else {
                target = wanted;
            }
            let keeps = if target > gain { opening } else { closing };
            gain = target + (gain - target) * keeps;
            let expected = f64::from(*before) * 10f64.powf(gain / 20.0);
            let error = (f64::from(*after) - expected).abs();
            assert!(
                error <= 2e-3 * expected.abs() + 1e-9,
                "sample {n}, hold {hold_ms}: {after}, not {expected}"
            );
        }
    }
}
