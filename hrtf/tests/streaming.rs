//! The streaming convolver: against the direct sum in double precision, and what it promises for real time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use hrtf::convolver::{Convolver, Route};

/// Largest difference to the direct sum: −120 dB under full scale times the response's norm.
const EXACT: f64 = 1e-6;
/// Samples per second of the responses in seconds below.
const RATE: usize = 48_000;
const BLOCKS: [usize; 13] = [32, 48, 64, 100, 128, 256, 441, 480, 512, 1000, 1024, 2048, 4096];

fn noise(seed: u64, length: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64 / f64::from(1u32 << 30) - 1.0) as f32
    };
    (0..length).map(|_| next()).collect()
}

/// Noise that decays by 60 dB over its length, as a room does.
fn room(seed: u64, taps: usize) -> Vec<f64> {
    let decay = |n: usize| 10.0_f64.powf(-3.0 * n as f64 / taps as f64);
    noise(seed, taps).iter().enumerate().map(|(n, sample)| f64::from(*sample) * decay(n)).collect()
}

fn norm(response: &[f64]) -> f64 {
    response.iter().map(|tap| tap * tap).sum::<f64>().sqrt()
}

/// Sample `at` of the direct sum in double precision.
fn direct(input: &[f32], response: &[f64], at: usize) -> f64 {
    let taps = response.len().min(at + 1);
    response[..taps].iter().zip(input[..=at].iter().rev()).map(|(tap, x)| tap * f64::from(*x)).sum()
}

/// All outputs for whole blocks of the inputs.
fn run(convolver: &mut Convolver, inputs: &[&[f32]]) -> Vec<Vec<f32>> {
    let block = convolver.block();
    let mut outputs = vec![Vec::new(); convolver.outputs()];
    for start in (0..inputs[0].len()).step_by(block) {
        let input: Vec<&[f32]> =
            inputs.iter().map(|row| &row[start..(start + block).min(row.len())]).collect();
        let mut rows = vec![vec![f32::NAN; block]; convolver.outputs()];
        let mut output: Vec<&mut [f32]> = rows.iter_mut().map(Vec::as_mut_slice).collect();
        convolver.process(&input, &mut output);
        outputs.iter_mut().zip(&rows).for_each(|(all, row)| all.extend(row));
    }
    outputs
}

#[test]
fn equals_the_direct_sum_for_any_length_and_block() {
    for taps in [1, 2, 31, 32, 33, 500, 4_000, RATE, 4 * RATE] {
        let response = room(taps as u64, taps);
        let input = noise(77, taps + 60_000);
        // Around the beginning, where the partitions change, and at places that fit no block.
        let places: Vec<usize> = [0, 1, taps - 1, taps, input.len() - 1]
            .into_iter()
            .chain((0..50).map(|n| n * (input.len() - 1) / 49))
            .collect();
        let expected: Vec<f64> = places.iter().map(|at| direct(&input, &response, *at)).collect();
        for block in BLOCKS {
            let mut convolver = Convolver::new(block, &[Route { input: 0, output: 0, response: &response }]);
            let output = run(&mut convolver, &[&input]).remove(0);
            for (at, expected) in places.iter().zip(&expected) {
                let error = (f64::from(output[*at]) - expected).abs() / norm(&response);
                assert!(error < EXACT, "{taps} taps, blocks of {block}, sample {at}: {error:e}");
            }
        }
    }
}

#[test]
fn every_sample_is_there_for_every_block() {
    let response = room(3, 9_000);
    let input = noise(4, 40_000);
    let expected: Vec<f64> = (0..input.len()).step_by(3).map(|at| direct(&input, &response, at)).collect();
    for block in [32, 100, 256] {
        let mut convolver = Convolver::new(block, &[Route { input: 0, output: 0, response: &response }]);
        let output = run(&mut convolver, &[&input]).remove(0);
        for (found, expected) in output.iter().step_by(3).zip(&expected) {
            assert!((f64::from(*found) - expected).abs() < EXACT * norm(&response), "blocks of {block}");
        }
    }
}

#[test]
fn a_matrix_is_the_sum_of_its_routes() {
    let responses: Vec<Vec<f64>> =
        [(1, 300), (2, 20_000), (3, 7), (4, 9_000)].map(|(seed, taps)| room(seed, taps)).into();
    // The third output hears the second input alone; the first route is there twice.
    let places = [(0, 0, 0), (0, 1, 1), (1, 0, 2), (1, 2, 3), (0, 0, 0)];
    let routes: Vec<Route<'_>> = places
        .iter()
        .map(|&(input, output, number)| Route { input, output, response: &responses[number] })
        .collect();
    let inputs = [noise(10, 30_000), noise(11, 30_000)];
    for block in [64, 480] {
        let mut convolver = Convolver::new(block, &routes);
        assert_eq!((convolver.inputs(), convolver.outputs()), (2, 3));
        let outputs = run(&mut convolver, &[&inputs[0], &inputs[1]]);
        for at in (0..30_000).step_by(331) {
            let mut expected = [0.0; 3];
            for (input, output, number) in places {
                expected[output] += direct(&inputs[input], &responses[number], at);
            }
            for (found, expected) in outputs.iter().map(|row| f64::from(row[at])).zip(expected) {
                assert!((found - expected).abs() < 2.0 * EXACT * norm(&responses[1]), "{at}");
            }
        }
    }
}

#[test]
fn the_same_bits_wherever_a_stream_starts() {
    let response = room(5, RATE);
    let input = noise(6, 4 * RATE);
    for block in [32, 256, 1000] {
        let mut whole = Convolver::new(block, &[Route { input: 0, output: 0, response: &response }]);
        let mut late = whole.clone();
        let (period, memory) = (whole.period(), whole.memory());
        let start = 2 * period;
        let from_start = run(&mut whole, &[&input]).remove(0);
        let from_there = run(&mut late, &[&input[start..]]).remove(0);
        assert!(start + memory < input.len());
        let (expected, found) = (&from_start[start + memory..input.len()], &from_there[memory..]);
        assert!(expected.iter().zip(found).all(|(a, b)| a == b), "blocks of {block}");
        // And after it has forgotten.
        late.clear();
        assert!(run(&mut late, &[&input]).remove(0) == from_start);
    }
}

#[test]
fn what_is_missing_is_silence() {
    let response = room(8, 100);
    let mut convolver = Convolver::new(64, &[Route { input: 0, output: 0, response: &response }]);
    let mut row = [1.0; 64];
    convolver.process(&[], &mut [&mut row]);
    assert_eq!(row, [0.0; 64]);
    let mut long = [2.0; 80];
    convolver.process(&[&[1.0]], &mut [&mut long]);
    assert!((f64::from(long[0]) - response[0]).abs() < EXACT && long[64..] == [2.0; 16]);
    let mut none = Convolver::new(64, &[]);
    none.process(&[&[1.0]], &mut []);
    assert_eq!((none.inputs(), none.outputs()), (0, 0));
}

#[test]
fn processing_allocates_nothing() {
    for block in BLOCKS {
        for taps in [1, 5_000, RATE] {
            let responses = [room(1, taps), room(2, taps)];
            let routes = [0, 1].map(|output| Route { input: 0, output, response: &responses[output] });
            let mut convolver = Convolver::new(block, &routes);
            let input = noise(3, block);
            let (mut left, mut right) = (vec![0.0; block], vec![0.0; block]);
            let counted = allocation_counter::measure(|| {
                for _ in 0..4 * RATE.div_ceil(block).min(300) {
                    convolver.process(&[&input], &mut [&mut left, &mut right]);
                }
            });
            assert_eq!(counted.count_total, 0, "{taps} taps, blocks of {block}");
        }
    }
}
