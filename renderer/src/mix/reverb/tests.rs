use formats::scene::chain;

use super::*;
use crate::mix::tests::noise;

const RATE: u32 = 48_000;

/// What comes back from `sends` in blocks of `frames`.
fn run(reverb: &mut Reverb, sends: &[Vec<f32>], returns: usize, frames: usize) -> Vec<Vec<f32>> {
    let length = sends[0].len();
    let mut output = vec![Vec::with_capacity(length); returns];
    let (mut from, mut to) = (AudioBlock::new(sends.len(), frames), AudioBlock::new(returns, frames));
    let mut start = 0;
    while start < length {
        let end = (start + frames).min(length);
        from.set_frames(end - start);
        to.set_frames(end - start);
        for (row, samples) in from.channels_mut().zip(sends) {
            row.copy_from_slice(&samples[start..end]);
        }
        reverb.process(&from, &mut to);
        for (channel, samples) in output.iter_mut().enumerate() {
            samples.extend_from_slice(to.channel(channel));
        }
        start = end;
    }
    output
}

fn fdn(parameters: &chain::Fdn, sends: usize, returns: usize) -> Reverb {
    Reverb::Fdn(Box::new(Fdn::new(parameters, RATE, sends, returns).expect("in range")))
}

fn impulse(samples: usize) -> Vec<f32> {
    let mut impulse = vec![0.0; samples];
    impulse[0] = 1.0;
    impulse
}

/// One octave about `hz`: two biquads of the Audio EQ Cookbook, forwards.
fn octave(samples: &[f32], hz: f64) -> Vec<f64> {
    let omega = std::f64::consts::TAU * hz / f64::from(RATE);
    let alpha = omega.sin() / (2.0 * std::f64::consts::SQRT_2);
    let a0 = 1.0 + alpha;
    let (b, a1, a2) = (alpha / a0, -2.0 * omega.cos() / a0, (1.0 - alpha) / a0);
    let mut row: Vec<f64> = samples.iter().map(|sample| f64::from(*sample)).collect();
    for _ in 0..3 {
        let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
        for sample in &mut row {
            let y = b * (*sample - x2) - a1 * y1 - a2 * y2;
            (x2, x1, y2, y1) = (x1, *sample, y1, y);
            *sample = y;
        }
    }
    row
}

/// The reverberation time by ISO 3382: Schroeder's backward integral, a straight line from −5 to −35 dB.
fn decay_s(power: &[f64]) -> f64 {
    let mut left = power
        .iter()
        .rev()
        .scan(0.0, |sum, power| {
            *sum += power;
            Some(*sum)
        })
        .collect::<Vec<f64>>();
    left.reverse();
    let points: Vec<(f64, f64)> = left
        .iter()
        .enumerate()
        .map(|(n, energy)| (n as f64 / f64::from(RATE), 10.0 * (energy / left[0]).log10()))
        .filter(|(_, db)| (-35.0..=-5.0).contains(db))
        .collect();
    let count = points.len() as f64;
    let (mean_t, mean_y) =
        (points.iter().map(|p| p.0).sum::<f64>() / count, points.iter().map(|p| p.1).sum::<f64>() / count);
    let slope = points.iter().map(|(t, y)| (t - mean_t) * (y - mean_y)).sum::<f64>()
        / points.iter().map(|(t, _)| (t - mean_t).powi(2)).sum::<f64>();
    -60.0 / slope
}

#[test]
fn every_band_dies_away_in_its_time() {
    let mut faults = Vec::new();
    for (size_m, decays) in [(15.0, [2.0, 1.6, 0.9]), (8.0, [0.6, 0.8, 0.4]), (40.0, [6.0, 3.5, 1.5])] {
        let [decay_low_s, decay_mid_s, decay_high_s] = decays;
        let parameters = chain::Fdn { size_m, decay_low_s, decay_mid_s, decay_high_s, ..Default::default() };
        let longest = decay_low_s.max(decay_mid_s);
        let returns =
            run(&mut fdn(&parameters, 1, 4), &[impulse((longest * 1.2 * 48_000.0) as usize)], 4, 1_024);
        for (hz, expected) in [(62.5, decay_low_s), (1_000.0, decay_mid_s), (12_000.0, decay_high_s)] {
            let bands: Vec<Vec<f64>> = returns.iter().map(|row| octave(row, hz)).collect();
            let power: Vec<f64> =
                (0..bands[0].len()).map(|n| bands.iter().map(|band| band[n] * band[n]).sum()).collect();
            let found = decay_s(&power);
            faults.extend(
                ((found / expected - 1.0).abs() > 0.05)
                    .then(|| format!("{size_m} m, {hz} Hz: {found:.3} s, not {expected} s")),
            );
        }
    }
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn as_much_power_returns_as_was_sent() {
    for (size_m, seconds) in [(15.0, 1.5), (5.0, 0.5), (50.0, 4.0)] {
        let parameters = chain::Fdn {
            size_m,
            decay_low_s: seconds,
            decay_mid_s: seconds,
            decay_high_s: seconds,
            ..Default::default()
        };
        for returns in [1, 5, 16, 22] {
            let output = run(
                &mut fdn(&parameters, 1, returns),
                &[impulse((seconds * 48_000.0 * 1.3) as usize)],
                returns,
                999,
            );
            let power: f64 = output.iter().flatten().map(|sample| f64::from(*sample).powi(2)).sum();
            let power_db = 10.0 * power.log10();
            assert!(power_db.abs() < 0.8, "{size_m} m, {seconds} s, {returns} returns: {power_db} dB");
        }
    }
}

#[test]
fn returns_are_uncorrelated_and_equally_loud() {
    let parameters = chain::Fdn::default();
    let output = run(&mut fdn(&parameters, 1, 11), &[noise(5, 192_000)], 11, 1_024);
    let product = |a: &[f32], b: &[f32]| -> f64 {
        a.iter().zip(b).skip(48_000).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    for (number, one) in output.iter().enumerate() {
        let level_db = 10.0 * (product(one, one) / product(&output[0], &output[0])).log10();
        assert!(level_db.abs() < 1.0, "return {number} at {level_db} dB");
        for other in &output[..number] {
            let correlation = product(one, other) / (product(one, one) * product(other, other)).sqrt();
            assert!(correlation.abs() < 0.25, "{correlation}");
        }
    }
}

#[test]
fn nothing_comes_back_before_the_pre_delay_and_the_shortest_way() {
    let parameters = chain::Fdn { pre_delay_ms: 50.0, size_m: 20.0, ..Default::default() };
    let output = run(&mut fdn(&parameters, 1, 3), &[impulse(20_000)], 3, 100);
    for row in output {
        let first = row.iter().position(|sample| *sample != 0.0).expect("a reverb");
        // 0.6 of the mean way, over the mean of all ways between 0.6 and 1.6.
        let shortest = 2_400.0 + 20.0 / 343.0 * 48_000.0 * 0.55;
        let longest = 2_400.0 + 20.0 / 343.0 * 48_000.0 * 0.65;
        assert!((shortest..longest).contains(&(first as f64)), "{first} samples");
    }
}

#[test]
fn a_network_falls_silent_and_wakes_the_same() {
    let parameters =
        chain::Fdn { decay_low_s: 0.3, decay_mid_s: 0.3, decay_high_s: 0.2, ..Default::default() };
    let mut reverb = fdn(&parameters, 2, 6);
    let length = 48_000 * 3;
    let mut sends = vec![noise(1, 4_000), noise(2, 4_000)];
    sends.iter_mut().for_each(|row| row.resize(length, 0.0));
    let first = run(&mut reverb, &sends, 6, 512);
    for row in &first {
        assert!(row.iter().all(|sample| !sample.is_subnormal()));
        assert!(row[length - 20_000..].iter().all(|sample| *sample == 0.0), "still sounds");
    }
    reverb.reset();
    for frames in [1, 77, 1_024] {
        reverb.reset();
        assert_eq!(run(&mut reverb, &sends, 6, frames), first, "blocks of {frames}");
    }
}

/// What is sent after a long silence comes back as what is sent at once, however long its pre-delay.
#[test]
fn a_network_wakes_after_silence() {
    for pre_delay_ms in [0.0, 20.0, 300.0] {
        let parameters = chain::Fdn { pre_delay_ms, ..Default::default() };
        let late = 96_000;
        let sends = vec![noise(3, 24_000)];
        let first = run(&mut fdn(&parameters, 1, 2), &sends, 2, 512);
        let mut delayed = vec![vec![0.0; late]];
        delayed[0].extend(&sends[0]);
        let second = run(&mut fdn(&parameters, 1, 2), &delayed, 2, 512);
        for (first, second) in first.iter().zip(&second) {
            assert!(first.iter().any(|sample| sample.abs() > 0.01), "{pre_delay_ms} ms");
            let same = first.iter().zip(&second[late..]).all(|(a, b)| (a - b).abs() < 1e-6);
            assert!(same, "{pre_delay_ms} ms");
        }
    }
}

fn convolution(responses: &[Vec<f32>], pre_delay_ms: f64, sends: usize, returns: usize) -> Reverb {
    let parameters = chain::Convolution { file: "hall.wav".into(), pre_delay_ms, gain_db: -6.0 };
    let made = Convolution::new(&parameters, responses, RATE, sends, returns).expect("they fit");
    Reverb::Convolution(Box::new(made))
}

/// The sum, in double precision.
fn direct(signal: &[f32], response: &[f32], gain: f64, late: usize) -> Vec<f64> {
    let mut output = vec![0.0; signal.len()];
    for (n, sample) in signal.iter().enumerate() {
        for (to, tap) in output.iter_mut().skip(n + late).zip(response) {
            *to += f64::from(*sample) * f64::from(*tap) * gain;
        }
    }
    output
}

#[test]
fn convolution_is_the_direct_sum() {
    let gain = 10f64.powf(-6.0 / 20.0);
    let responses: Vec<Vec<f32>> = (0..3).map(|n| noise(n + 20, 3_000 - 700 * n as usize)).collect();
    let sends: Vec<Vec<f32>> = (0..3).map(|n| noise(n + 30, 6_000)).collect();
    for (responses, sends, pre_delay_ms) in [
        (&responses[..], &sends[..1], 0.0),
        (&responses[..], &sends[..], 20.0),
        (&responses[..1], &sends[..1], 5.0),
    ] {
        let mut reverb = convolution(responses, pre_delay_ms, sends.len(), 3);
        let output = run(&mut reverb, sends, 3, 311);
        let late = (pre_delay_ms * 48.0) as usize + reverb.latency() as usize;
        for (number, row) in output.iter().enumerate() {
            let response = &responses[number.min(responses.len() - 1)];
            let expected = direct(&sends[number.min(sends.len() - 1)], response, gain, late);
            let norm = response.iter().map(|tap| f64::from(*tap).powi(2)).sum::<f64>().sqrt();
            let error = row.iter().zip(&expected).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
            assert!(error < 1e-6 * norm, "{} dB", 20.0 * (error / norm).log10());
        }
        for frames in [1, 256, 5_000] {
            reverb.reset();
            assert_eq!(run(&mut reverb, sends, 3, frames), output, "blocks of {frames}");
        }
    }
}

#[test]
fn a_pre_delay_hides_the_latency_of_the_convolution() {
    let response = [vec![1.0]];
    assert_eq!(convolution(&response, 0.0, 1, 2).latency(), 256);
    assert_eq!(convolution(&response, 2.0, 1, 2).latency(), 160);
    assert_eq!(convolution(&response, 20.0, 1, 2).latency(), 0);
}

#[test]
fn reverbs_that_do_not_fit_are_refused() {
    let parameters = chain::Convolution { file: "hall.wav".into(), ..Default::default() };
    let new = |responses: usize, returns| {
        Convolution::new(&parameters, &vec![vec![1.0]; responses], RATE, 1, returns).map(|_| ())
    };
    let error = new(2, 5).expect_err("two for five").to_string();
    assert_eq!(
        error,
        "convolution: the file has 2 channels, expected 1 or 5, one for each channel of the return"
    );
    assert!(new(1, 0).is_err() && new(1, 99).is_err() && new(0, 1).is_err());
    assert!(Fdn::new(&chain::Fdn::default(), RATE, 1, 33).is_err());
}

#[test]
fn reverbs_allocate_nothing_while_they_sound() {
    for mut reverb in [fdn(&chain::Fdn::default(), 1, 5), convolution(&[noise(1, 30_000)], 10.0, 1, 5)] {
        let (mut from, mut to) = (AudioBlock::new(1, 1_024), AudioBlock::new(5, 1_024));
        from.channel_mut(0).copy_from_slice(&noise(2, 1_024));
        let counted = allocation_counter::measure(|| {
            for _ in 0..60 {
                reverb.process(&from, &mut to);
            }
        });
        assert_eq!(counted.count_total, 0);
    }
}
