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
            assert!((steady - moving).abs() < 1e-3, "{direction:?}: {steady} {moving}");
        }
    }
}

/// A sine of `hertz` that circles at 360° a second: what [`Binauraliser`] makes of it in blocks, left ear.
fn circle(binauraliser: &Binauraliser, hertz: f64, length: usize) -> Vec<f64> {
    let block = binauraliser.block();
    let memory = binauraliser.memory();
    let omega = TAU * hertz / 48_000.0;
    let input: Vec<f32> = (0..memory + length).map(|n| (omega * n as f64).sin() as f32).collect();
    let mut ears = binauraliser.ears();
    let mut out = Vec::new();
    for start in (0..length).step_by(block) {
        let knots: Vec<Knot> = binauraliser
            .knots()
            .map(|knot| {
                let sample = start as f64 + (knot * binauraliser.step() as i64) as f64;
                let direction = Direction::new(sample / 48_000.0 * 360.0, 0.0);
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
    let length = samples.len();
    let mut planner = realfft::RealFftPlanner::<f64>::new();
    let plan = planner.plan_fft_forward(length);
    let window = |n: usize| {
        let x = TAU * n as f64 / length as f64;
        0.358_75 - 0.488_29 * x.cos() + 0.141_28 * (2.0 * x).cos() - 0.011_68 * (3.0 * x).cos()
    };
    let mut time: Vec<f64> = samples.iter().enumerate().map(|(n, sample)| sample * window(n)).collect();
    let mut bins = plan.make_output_vec();
    plan.process(&mut time, &mut bins).unwrap();
    let bin = 48_000.0 / length as f64;
    let strongest = |near: bool| {
        let bins = bins.iter().enumerate();
        let bins = bins.filter(|(k, _)| ((*k as f64 * bin - hertz).abs() < away) == near);
        bins.map(|(_, bin)| bin.norm()).fold(0.0, f64::max)
    };
    20.0 * (strongest(false) / strongest(true)).log10()
}

#[test]
fn a_circling_sine_has_no_zipper() {
    // Of the motion itself: phase modulation by 2π f · 0.3 ms at 1 Hz, all of it nearer than 100 Hz, and the
    // kinks of interpolation between directions 10° apart.
    for (block, hertz) in [(1024, 500.0), (1024, 1_000.0), (256, 1_000.0), (4096, 1_000.0)] {
        let binauraliser = Binauraliser::new(sphere(), block);
        let samples = circle(&binauraliser, hertz, 98_304);
        let line = strongest_line(&samples, hertz, 120.0);
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
