//! Goals 1, 2, 3 and 10: sources to two ears with the built-in set at its full length, and long responses. Yardsticks
//! in this process are the crates `sofar` (partitioned convolution of each source, faded between filters) and
//! `fft-convolver` (uniform partitions).
#![allow(clippy::print_stdout)]

use std::error::Error;

use fft_convolver::FFTConvolver;
use hrtf::convolver::{Convolver, Route};
use hrtf::{Binauraliser, Direction, HrirPair, HrtfSet, Knot};
use proscenium_benches::timing::{best_of, row, table};
use proscenium_benches::yardstick::{Yardstick, openal_moving, zita_long, zita_single, zita_static};
use sofar::filter::Filter;
use sofar::render::{FilterTransition, Renderer, RendererPlan};

const RATE: u32 = 48_000;
const SOURCES: [usize; 4] = [1, 16, 64, 128];
/// Degrees a second.
const SPEEDS: [f64; 3] = [45.0, 90.0, 360.0];
const RUNS: u32 = 30;

fn main() -> Result<(), Box<dyn Error>> {
    let set = HrtfSet::built_in().resampled(RATE);
    println!("{}, {} taps at {RATE} Hz", set.measurements().name, set.taps());
    for block in [1024, 256] {
        let binauraliser = Binauraliser::new(set.clone(), block);
        for speed in SPEEDS {
            table(&format!("sources moving at {speed}°/s, blocks of {block}"), "ns per source-sample");
            for sources in SOURCES {
                let peers = [openal_moving(block, sources), sofar(&set, block, sources, true)?];
                row(&sources.to_string(), moving(&binauraliser, sources, speed), &peers, false);
            }
        }
        table(&format!("static sources, blocks of {block}"), "ns per source-sample");
        for sources in SOURCES {
            let zita = if sources == 1 { zita_single() } else { zita_static(block) };
            let peers = [zita, sofar(&set, block, sources, false)?, fft_convolver(&set, block, sources)?];
            row(&sources.to_string(), still(&binauraliser, sources), &peers, false);
        }
    }
    single(&set)?;
    long()
}

fn noise(seed: u64, length: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64 / f64::from(1u32 << 30) - 1.0) as f32
    };
    (0..length).map(|_| next()).collect()
}

fn start(source: usize) -> Direction {
    Direction::new(source as f64 * 37.0, (source % 7) as f64 * 10.0 - 20.0)
}

/// Where a source is, `number` steps after the start.
fn knot_at(binauraliser: &Binauraliser, source: usize, number: i64, speed: f64) -> Knot {
    let seconds = (number * binauraliser.step() as i64) as f64 / f64::from(RATE);
    let Direction { azimuth, elevation } = start(source);
    let placed = binauraliser.place(Direction::new(azimuth + seconds * speed, elevation));
    Knot { placed, jump: false }
}

/// The knots of block `block`.
fn knots(binauraliser: &Binauraliser, source: usize, block: usize, speed: f64) -> Vec<Knot> {
    let first = (block * binauraliser.block() / binauraliser.step()) as i64;
    binauraliser.knots().map(|number| knot_at(binauraliser, source, first + number, speed)).collect()
}

/// Seconds to ns per source-sample.
fn each(seconds: f64, samples: usize, sources: usize) -> f64 {
    seconds * 1e9 / (samples * sources) as f64
}

/// Sources that move, block by block; the knots are placed within the time.
fn moving(binauraliser: &Binauraliser, sources: usize, speed: f64) -> f64 {
    let (block, memory, around) = (binauraliser.block(), binauraliser.memory(), binauraliser.knots());
    let inputs: Vec<_> = (0..sources).map(|source| noise(source as u64, memory + block)).collect();
    let mut knots: Vec<_> = (0..sources).map(|source| knots(binauraliser, source, 0, speed)).collect();
    let (mut ears, mut left, mut right) = (binauraliser.ears(), vec![0.0; block], vec![0.0; block]);
    let (steps, mut number) = (block / binauraliser.step(), 0);
    let seconds = best_of(10 * RUNS, || {
        number += 1;
        for (source, (input, row)) in inputs.iter().zip(&mut knots).enumerate() {
            row.copy_within(steps.., 0);
            let kept = row.len() - steps;
            for (offset, knot) in row.iter_mut().enumerate().skip(kept) {
                let step = (number * steps + offset) as i64 + around.start;
                *knot = knot_at(binauraliser, source, step, speed);
            }
            binauraliser.add_moving(input, row, &mut ears);
        }
        binauraliser.finish(&mut ears, &mut left, &mut right);
    });
    each(seconds, block, sources)
}

fn still(binauraliser: &Binauraliser, sources: usize) -> f64 {
    let (block, memory) = (binauraliser.block(), binauraliser.memory());
    let inputs: Vec<_> = (0..sources).map(|source| noise(source as u64, memory + block)).collect();
    let filters: Vec<_> = (0..sources).map(|source| binauraliser.filter(start(source))).collect();
    let (mut ears, mut left, mut right) = (binauraliser.ears(), vec![0.0; block], vec![0.0; block]);
    let seconds = best_of(10 * RUNS, || {
        for (input, filter) in inputs.iter().zip(&filters) {
            binauraliser.add_steady(input, filter, &mut ears);
        }
        binauraliser.finish(&mut ears, &mut left, &mut right);
    });
    each(seconds, block, sources)
}

fn response(set: &HrtfSet, direction: Direction) -> [Vec<f32>; 2] {
    let mut pair = HrirPair::default();
    set.response(direction, &mut pair);
    [pair.left, pair.right]
}

/// A renderer of the crate `sofar` for each source; a moving one gets a new filter with every block.
fn sofar(set: &HrtfSet, block: usize, sources: usize, moving: bool) -> Result<Yardstick, Box<dyn Error>> {
    let plan = RendererPlan::builder(set.taps()).with_partition_len(block).build()?;
    let filter = |direction: Direction| {
        let [left, right] = response(set, direction).map(Vec::into_boxed_slice);
        Filter { left, right, ldelay: 0.0, rdelay: 0.0 }
    };
    let mut voices = Vec::new();
    for source in 0..sources {
        let here = start(source);
        let there = Direction::new(here.azimuth + 2.0, here.elevation);
        let mut renderer =
            Renderer::builder(&plan).with_filter_transition(FilterTransition::crossfade(block)).build()?;
        renderer.set_filter(&filter(here))?;
        voices.push((renderer, [filter(here), filter(there)], noise(source as u64, block)));
    }
    let (mut left, mut right, mut turn) = (vec![0.0; block], vec![0.0; block], 0);
    let mut failed = None;
    let seconds = best_of(3 * RUNS, || {
        turn += 1;
        for (renderer, filters, input) in &mut voices {
            let set = if moving { renderer.set_filter(&filters[turn % 2]) } else { Ok(()) };
            let done = set.and_then(|()| renderer.process_block_add(input, &mut left, &mut right));
            failed = done.err().or(failed.take());
        }
    });
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(Yardstick { name: "sofar, here", value: each(seconds, block, sources) }),
    }
}

/// Two convolvers of the crate `fft-convolver` for each source.
fn fft_convolver(set: &HrtfSet, block: usize, sources: usize) -> Result<Yardstick, Box<dyn Error>> {
    let mut voices = Vec::new();
    for source in 0..sources {
        let mut ears = [FFTConvolver::<f32>::default(), FFTConvolver::default()];
        for (ear, response) in ears.iter_mut().zip(response(set, start(source))) {
            ear.init(block, &response)?;
        }
        voices.push((ears, noise(source as u64, block)));
    }
    let mut output = vec![0.0; block];
    let mut failed = None;
    let seconds = best_of(3 * RUNS, || {
        for (ears, input) in &mut voices {
            for ear in ears {
                failed = ear.process(input, &mut output).err().or(failed.take());
            }
        }
    });
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(Yardstick { name: "fft-convolver, here", value: each(seconds, block, sources) }),
    }
}

/// One source, static, block by block, by the streaming convolver.
fn single(set: &HrtfSet) -> Result<(), Box<dyn Error>> {
    const BLOCK: usize = 256;
    let ears = response(set, start(0)).map(|ear| ear.iter().map(|tap| f64::from(*tap)).collect::<Vec<_>>());
    let routes = [0, 1].map(|output| Route { input: 0, output, response: &ears[output] });
    let mut convolver = Convolver::new(BLOCK, &routes);
    let (input, mut left, mut right) = (noise(1, BLOCK), vec![0.0; BLOCK], vec![0.0; BLOCK]);
    let seconds = best_of(100 * RUNS, || convolver.process(&[&input], &mut [&mut left, &mut right]));
    table("one live source, static, blocks of 256, partitioned", "ns per source-sample");
    row("1", each(seconds, BLOCK, 1), &[zita_single(), fft_convolver(set, BLOCK, 1)?], false);
    Ok(())
}

/// One channel through long responses.
fn long() -> Result<(), Box<dyn Error>> {
    const BLOCK: usize = 256;
    table("one channel through a long response, blocks of 256", "ns per sample");
    for seconds in [1, 4] {
        let taps = seconds * RATE as usize;
        let response = noise(7, taps);
        let input = noise(8, RATE as usize / BLOCK * BLOCK);
        let mut output = vec![0.0; BLOCK];
        let mut theirs = FFTConvolver::<f32>::default();
        theirs.init(BLOCK, &response)?;
        let mut failed = None;
        let time = best_of(5, || {
            for block in input.chunks(BLOCK) {
                failed = theirs.process(block, &mut output).err().or(failed.take());
            }
        });
        if let Some(error) = failed {
            return Err(error.into());
        }
        let peer = Yardstick { name: "fft-convolver, here", value: each(time, input.len(), 1) };
        let response: Vec<f64> = response.into_iter().map(f64::from).collect();
        let mut convolver = Convolver::new(BLOCK, &[Route { input: 0, output: 0, response: &response }]);
        let time = best_of(10, || {
            for block in input.chunks(BLOCK) {
                convolver.process(&[block], &mut [&mut output]);
            }
        });
        row(&format!("{seconds} s"), each(time, input.len(), 1), &[zita_long(seconds), peer], false);
    }
    Ok(())
}
