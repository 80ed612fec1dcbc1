//! Against direct convolution in double precision, and against the same motion computed sample by sample.

use std::f64::consts::TAU;

use super::*;
use crate::Measurements;

/// Largest difference to direct convolution: −120 dB under the input's full scale times the response's norm.
const EXACT: f64 = 1e-6;

fn noise(seed: u64, length: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64 / f64::from(1u32 << 30) - 1.0) as f32
    };
    (0..length).map(|_| next()).collect()
}

/// A sphere with ears at its sides: each a low-passed pulse that comes when Woodworth says, fainter in the shadow.
fn sphere() -> HrtfSet {
    const TAPS: usize = 128;
    let mut measurements =
        Measurements { name: "sphere".into(), sample_rate: 48_000, taps: TAPS, ..Measurements::default() };
    for elevation in (-80..=80).step_by(10) {
        for azimuth in (0..360).step_by(10) {
            let direction = Direction::new(f64::from(azimuth), f64::from(elevation));
            measurements.directions.push(direction);
            measurements.delays.push([0.0; 2]);
            for side in [-1.0, 1.0] {
                let lateral = (side * direction.unit_vector()[0]).clamp(-1.0, 1.0);
                let arrival = 40.0 - 12.25 * if lateral > 0.0 { lateral } else { lateral.asin() };
                let width = 2.5 - lateral;
                let tap = |n: usize| (-((n as f64 - arrival) / width).powi(2)).exp() / width;
                measurements.responses.extend((0..TAPS).map(|n| tap(n) as f32));
            }
        }
    }
    HrtfSet::new(measurements).unwrap()
}

/// The direct sum in double precision.
fn convolve(input: &[f32], response: &[f64], at: usize) -> f64 {
    response.iter().enumerate().map(|(k, tap)| tap * f64::from(input[at - k])).sum()
}

fn still(binauraliser: &Binauraliser, direction: Direction) -> Vec<Knot> {
    let knot = Knot { placed: binauraliser.place(direction), jump: false };
    binauraliser.knots().map(|_| knot).collect()
}

#[test]
fn a_steady_source_is_the_measured_response_whatever_the_block() {
    let set = sphere();
    let input = noise(1, 16_384);
    let measurements = set.measurements().clone();
    for point in [3, 200, 411] {
        for block in [32, 256, 1000, 1024, 4096] {
            let binauraliser = Binauraliser::new(set.clone(), block);
            let mut ears = binauraliser.ears();
            let filter = binauraliser.filter(measurements.directions[point]);
            let start = 9_000;
            binauraliser.add_steady(&input[start - binauraliser.memory()..start + block], &filter, &mut ears);
            let (mut left, mut right) = (vec![0.0; block], vec![0.0; block]);
            binauraliser.finish(&mut ears, &mut left, &mut right);
            let late = set.latency() + binauraliser.latency() as i64;
            for (ear, row) in [left, right].iter().enumerate() {
                let response: Vec<f64> = measurements
                    .response(point, ear)
                    .iter()
                    .map(|tap| f64::from(*tap) * set.gain())
                    .collect();
                let norm = response.iter().map(|tap| tap * tap).sum::<f64>().sqrt();
                for (n, found) in row.iter().enumerate() {
                    let at = (start + n) as i64 - late;
                    let expected = convolve(&input, &response, at as usize);
                    let error = (f64::from(*found) - expected).abs();
                    assert!(error < EXACT * norm.max(1.0), "{point} {block} {n}: {found} {expected}");
                }
            }
        }
    }
}

#[test]
fn a_source_that_does_not_move_sounds_alike_either_way() {
    let set = sphere();
    let binauraliser = Binauraliser::new(set, 1024);
    let omega = TAU * 997.0 / 48_000.0;
    let input: Vec<f32> =
        (0..binauraliser.memory() + 1024).map(|n| (omega * n as f64).sin() as f32).collect();
    for direction in [Direction::new(33.0, 7.0), Direction::new(-110.0, -25.0)] {
        let rows = |moving: bool| {
            let mut ears = binauraliser.ears();
            match moving {
                true => binauraliser.add_moving(&input, &still(&binauraliser, direction), &mut ears),
                false => binauraliser.add_steady(&input, &binauraliser.filter(direction), &mut ears),
            }
            let (mut left, mut right) = (vec![0.0; 1024], vec![0.0; 1024]);
            binauraliser.finish(&mut ears, &mut left, &mut right);
            [left, right]
        };
        for (steady, moving) in rows(false).concat().iter().zip(rows(true).concat()) {
            assert!((steady - moving).abs() < 2e-4, "{direction:?}: {steady} {moving}");
        }
    }
}

/// A sine of `hertz` that circles at `speed` degrees a second: what [`Binauraliser`] makes of it in blocks, left ear.
fn circle(binauraliser: &Binauraliser, (hertz, speed): (f64, f64), length: usize) -> Vec<f64> {
    let rate = f64::from(binauraliser.set().sample_rate());
    let block = binauraliser.block();
    let memory = binauraliser.memory();
    let omega = TAU * hertz / rate;
    let input: Vec<f32> = (0..memory + length).map(|n| (omega * n as f64).sin() as f32).collect();
    let mut ears = binauraliser.ears();
    let mut out = Vec::new();
    for start in (0..length).step_by(block) {
        let knots: Vec<Knot> = binauraliser
            .knots()
            .map(|knot| {
                let sample = start as f64 + (knot * binauraliser.step() as i64) as f64;
                let direction = Direction::new(sample / rate * speed, 0.0);
                Knot { placed: binauraliser.place(direction), jump: false }
            })
            .collect();
        let (mut left, mut right) = (vec![0.0; block], vec![0.0; block]);
        binauraliser.add_moving(&input[start..start + memory + block], &knots, &mut ears);
        binauraliser.finish(&mut ears, &mut left, &mut right);
        out.extend(left.iter().map(|sample| f64::from(*sample)));
    }
    out
}

/// The strongest line beyond `away` hertz of the carrier, in dB under the carrier's own; Blackman-Harris window.
fn strongest_line(samples: &[f64], hertz: f64, away: f64) -> f64 {
    let bins = lines(samples);
    let bin = 48_000.0 / samples.len() as f64;
    let strongest = |near: bool| {
        let bins = bins.iter().enumerate();
        let bins = bins.filter(|(k, _)| ((*k as f64 * bin - hertz).abs() < away) == near);
        bins.map(|(_, size)| *size).fold(0.0, f64::max)
    };
    20.0 * (strongest(false) / strongest(true)).log10()
}

#[test]
fn a_circling_sine_has_no_zipper() {
    // Of the motion itself: phase modulation by 2π f · 0.3 ms at 1 Hz, all of it nearer than 100 Hz, and the
    // kinks of interpolation between directions 10° apart, 36 of them a second.
    let cases = [(1024, 500.0), (1024, 1_000.0), (256, 1_000.0), (4096, 1_000.0), (1024, 4_000.0)];
    for (block, hertz) in cases {
        let binauraliser = Binauraliser::new(sphere(), block);
        let samples = circle(&binauraliser, (hertz, 360.0), 98_304);
        let away = if hertz > 1_000.0 { 250.0 } else { 120.0 };
        let line = strongest_line(&samples, hertz, away);
        assert!(line < -80.0, "block {block}, {hertz} Hz: {line:.1} dBc");
    }
}

#[test]
fn a_jump_fades_and_does_not_glide() {
    let binauraliser = Binauraliser::new(sphere(), 1024);
    let omega = TAU * 2_000.0 / 48_000.0;
    let input: Vec<f32> =
        (0..binauraliser.memory() + 1024).map(|n| (omega * n as f64).sin() as f32).collect();
    let (from, to) = (Direction::new(80.0, 0.0), Direction::new(-80.0, 0.0));
    let at = (1 - binauraliser.knots().start) as usize;
    let mut knots = still(&binauraliser, from);
    knots[at + 1..].copy_from_slice(&still(&binauraliser, to)[at + 1..]);
    knots[at + 1].jump = true;
    let render = |knots: &[Knot]| {
        let (mut ears, mut left, mut right) = (binauraliser.ears(), vec![0.0; 1024], vec![0.0; 1024]);
        binauraliser.add_moving(&input, knots, &mut ears);
        binauraliser.finish(&mut ears, &mut left, &mut right);
        left
    };
    let (found, before, after) =
        (render(&knots), render(&still(&binauraliser, from)), render(&still(&binauraliser, to)));
    let step = binauraliser.step();
    for n in 0..1024 {
        let share = ((n as f32 - step as f32) / step as f32).clamp(0.0, 1.0);
        let expected = before[n] * (1.0 - share) + after[n] * share;
        assert!((found[n] - expected).abs() < 1e-5, "{n}: {} {expected}", found[n]);
    }
}

/// What the set's head makes of a sine that circles at `speed` degrees a second, computed for every moment from the responses
/// of its direction: amplitude and phase of the left ear every 16 samples, straight lines between.
fn ideal_circle(set: &HrtfSet, (hertz, speed): (f64, f64), length: usize) -> Vec<f64> {
    const APART: usize = 16;
    let rate = f64::from(set.sample_rate());
    let omega = TAU * hertz / rate;
    let mut pair = HrirPair::default();
    let mut at = |sample: usize| {
        set.response(Direction::new(sample as f64 / rate * speed, 0.0), &mut pair);
        let (mut re, mut im) = (0.0, 0.0);
        for (n, tap) in pair.left.iter().enumerate() {
            let (sine, cosine) = (-omega * (n as f64 + pair.delay_left)).sin_cos();
            re += f64::from(*tap) * cosine;
            im += f64::from(*tap) * sine;
        }
        (re, im)
    };
    let points: Vec<(f64, f64)> = (0..length / APART + 2).map(|point| at(point * APART)).collect();
    let sample = |n: usize| {
        let (a, b, u) = (points[n / APART], points[n / APART + 1], (n % APART) as f64 / APART as f64);
        let (re, im) = (a.0 + u * (b.0 - a.0), a.1 + u * (b.1 - a.1));
        let (sine, cosine) = (omega * n as f64).sin_cos();
        re * sine + im * cosine
    };
    (0..length).map(sample).collect()
}

/// The lines of a spectrum, Blackman-Harris window.
fn lines(samples: &[f64]) -> Vec<f64> {
    let length = samples.len();
    let plan = realfft::RealFftPlanner::<f64>::new().plan_fft_forward(length);
    let window = |n: usize| {
        let x = TAU * n as f64 / length as f64;
        0.358_75 - 0.488_29 * x.cos() + 0.141_28 * (2.0 * x).cos() - 0.011_68 * (3.0 * x).cos()
    };
    let mut time: Vec<f64> = samples.iter().enumerate().map(|(n, sample)| sample * window(n)).collect();
    let mut bins = plan.make_output_vec();
    plan.process(&mut time, &mut bins).unwrap();
    bins.iter().map(|bin| bin.norm()).collect()
}

/// The strongest line of a sine that circles that the same motion, computed for every moment, does not make: dBc.
fn strongest_foreign_line(set: &HrtfSet, block: usize, (hertz, speed): (f64, f64)) -> f64 {
    let binauraliser = Binauraliser::new(set.clone(), block);
    let length = 2 * set.sample_rate() as usize / block * block;
    let found = lines(&circle(&binauraliser, (hertz, speed), length));
    let wanted = lines(&ideal_circle(set, (hertz, speed), length));
    let carrier = found.iter().copied().fold(0.0, f64::max);
    // A line that the motion makes may lie a little beside its own and be up to twice as strong.
    let made =
        |k: usize| wanted[k.saturating_sub(4)..(k + 5).min(wanted.len())].iter().copied().fold(0.0, f64::max);
    let worst = (0..found.len()).map(|k| found[k] - 2.0 * made(k)).fold(0.0, f64::max);
    20.0 * (worst.max(1e-12) / carrier).log10()
}

#[test]
fn a_sine_round_a_head_has_only_the_lines_that_the_motion_makes() {
    let (head, sphere) = (HrtfSet::built_in().resampled(48_000), sphere());
    // Every pace; no round is a whole number of blocks, or errors would repeat with it and hide among its lines.
    let mut cases = Vec::new();
    for speed in [11.0, 47.0, 97.0, 131.0, 181.0, 193.0, 353.0] {
        for (hertz, most) in [(300.0, -120.0), (1_000.0, -97.0), (3_000.0, -86.0), (8_000.0, -86.0)] {
            cases.push((&head, 1024, hertz, speed, most));
        }
    }
    cases.extend([(&head, 1024, 6_000.0, 360.0, -85.0), (&head, 1024, 8_000.0, 360.0, -83.0)]);
    for block in [32, 256, 1000, 4096] {
        cases.extend([(&head, block, 1_000.0, 353.0, -97.0), (&head, block, 6_000.0, 97.0, -86.0)]);
    }
    cases.extend([(&head, 256, 8_000.0, 353.0, -86.0), (&sphere, 1024, 8_000.0, 360.0, -86.0)]);
    for (set, block, hertz, speed, most) in cases {
        let worst = strongest_foreign_line(set, block, (hertz, speed));
        assert!(worst < most, "block {block}, {hertz} Hz, {speed}°/s: {worst:.1} dBc");
    }
}

#[test]
fn blocks_join_whatever_the_pace() {
    for (set, hertz) in [(sphere(), 300.0), (HrtfSet::built_in().resampled(48_000), 300.0)] {
        let binauraliser = Binauraliser::new(set, 1024);
        let (block, memory, step) = (binauraliser.block(), binauraliser.memory(), binauraliser.step());
        let omega = TAU * hertz / 48_000.0;
        // Ever faster, from 2° to 1000° a second in two seconds.
        let azimuth = |seconds: f64| 2.0 * (3.1 * seconds).exp() / 3.1;
        let (mut ears, mut out) = (binauraliser.ears(), Vec::new());
        for start in (0..96 * 1024).step_by(block) {
            let knot = |knot: i64| {
                let seconds = (start as f64 + (knot * step as i64) as f64) / 48_000.0;
                Knot { placed: binauraliser.place(Direction::new(azimuth(seconds), 15.0)), jump: false }
            };
            let knots: Vec<Knot> = binauraliser.knots().map(knot).collect();
            let input: Vec<f32> =
                (0..memory + block).map(|n| (omega * (start + n) as f64).sin() as f32).collect();
            let (mut left, mut right) = (vec![0.0; block], vec![0.0; block]);
            binauraliser.add_moving(&input, &knots, &mut ears);
            binauraliser.finish(&mut ears, &mut left, &mut right);
            out.extend(left.iter().map(|sample| f64::from(*sample)));
        }
        // A step of δ is 6 δ of the fourth difference, the sine (2 sin ω/2)⁴.
        let fourth = |w: &[f64]| (w[0] - 4.0 * w[1] + 6.0 * w[2] - 4.0 * w[3] + w[4]).abs();
        let worst = out.windows(5).map(fourth).fold(0.0, f64::max);
        assert!(worst < 5e-5, "{worst:e}");
    }
}

#[test]
fn a_block_is_the_same_bits_whatever_was_before() {
    let binauraliser = Binauraliser::new(sphere(), 256);
    let input = noise(9, binauraliser.memory() + 256);
    let knots = |speed: f64, jump: i64| -> Vec<Knot> {
        let placed = |number: i64| binauraliser.place(Direction::new(40.0 + speed * number as f64, 11.0));
        binauraliser.knots().map(|number| Knot { placed: placed(number), jump: number == jump }).collect()
    };
    let render = |ears: &mut Ears, knots: &[Knot]| {
        let (mut left, mut right) = (vec![0.0; 256], vec![0.0; 256]);
        binauraliser.add_moving(&input, knots, ears);
        binauraliser.finish(ears, &mut left, &mut right);
        [left, right]
    };
    let mut used = binauraliser.ears();
    for (speed, jump) in [(0.1, 99), (0.9, 99), (3.0, 99), (9.0, 99), (1.0, 1), (0.1, 0)] {
        let found = render(&mut used, &knots(speed, jump));
        assert_eq!(found, render(&mut binauraliser.ears(), &knots(speed, jump)));
        assert!(found[0].iter().any(|sample| *sample != 0.0));
    }
}
