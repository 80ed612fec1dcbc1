//! Goals 1, 2, 3 and 10: sources to two ears with the built-in set at its full length, and long responses. Yardsticks
//! in this process are the crates `sofar` (partitioned convolution of each source, faded between filters) and
//! `fft-convolver` (uniform partitions).
#![allow(clippy::print_stdout)]

use std::error::Error;

use fft_convolver::FFTConvolver;
use hrtf::convolver::{Convolver, Route};
use hrtf::{Binauraliser, Direction, HrirPair, HrtfSet, Knot};
use proscenium_benches::timing::{best_of, row, table};
use proscenium_benches::yardstick::{OPENAL_MOVING, Yardstick, ZITA_LONG, ZITA_SINGLE, ZITA_STATIC};
use sofar::filter::Filter;
use sofar::render::{FilterTransition, Renderer, RendererPlan};

const RATE: u32 = 48_000;
const SOURCES: [usize; 4] = [1, 16, 64, 128];
/// Degrees a second.
const SPEED: f64 = 90.0;
/// Blocks at once, as a render has them.
const STRETCH: usize = 16;
const RUNS: u32 = 30;

fn main() -> Result<(), Box<dyn Error>> {
    let set = HrtfSet::built_in().resampled(RATE);
    println!("{}, {} taps at {RATE} Hz", set.measurements().name, set.taps());
    for (size, block) in [1024, 256].into_iter().enumerate() {
        let binauraliser = Binauraliser::new(set.clone(), block);
        table(&format!("sources moving at 90°/s, blocks of {block}"), "ns per source-sample");
        for sources in SOURCES {
            let peers = [OPENAL_MOVING[size], sofar(&set, block, sources, true)?];
            row(&format!("{sources}, rendered"), rendered(&binauraliser, sources), &peers, false);
            row(&format!("{sources}, live"), live(&binauraliser, sources), &peers, false);
        }
        table(&format!("static sources, blocks of {block}"), "ns per source-sample");
        for sources in SOURCES {
            let zita = if sources == 1 { ZITA_SINGLE } else { ZITA_STATIC[size] };
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

/// The knots of `blocks` blocks.
fn knots(binauraliser: &Binauraliser, source: usize, blocks: usize) -> Vec<Knot> {
    let (around, step) = (binauraliser.knots(), binauraliser.step());
    let more = (blocks - 1) * binauraliser.block() / step;
    let knot = |number: i64| {
        let seconds = number as f64 * step as f64 / f64::from(RATE);
        let Direction { azimuth, elevation } = start(source);
        let placed = binauraliser.place(Direction::new(azimuth + seconds * SPEED, elevation));
        Knot { placed, jump: false }
    };
    (around.start..around.end + more as i64).map(knot).collect()
}

/// Seconds to ns per source-sample.
fn each(seconds: f64, samples: usize, sources: usize) -> f64 {
    seconds * 1e9 / (samples * sources) as f64
}

/// As a render does it: lines for a stretch of blocks, then block by block.
fn rendered(binauraliser: &Binauraliser, sources: usize) -> f64 {
    let (block, steps) = (binauraliser.block(), binauraliser.block() / binauraliser.step());
    let window = (binauraliser.knots().end - binauraliser.knots().start) as usize;
    let length = binauraliser.memory() + STRETCH * block;
    let inputs: Vec<_> = (0..sources).map(|source| noise(source as u64, length)).collect();
    let knots: Vec<_> = (0..sources).map(|source| knots(binauraliser, source, STRETCH)).collect();
    let mut lines: Vec<_> = (0..sources).map(|_| binauraliser.lines(STRETCH)).collect();
    let (mut ears, mut left, mut right) = (binauraliser.ears(), vec![0.0; block], vec![0.0; block]);
    let seconds = best_of(RUNS, || {
        for (source, lines) in lines.iter_mut().enumerate() {
            binauraliser.fill(&inputs[source], &knots[source], lines);
        }
        for number in 0..STRETCH {
            for (lines, knots) in lines.iter().zip(&knots) {
                binauraliser.add_lines(lines, number, &knots[number * steps..][..window], &mut ears);
            }
            binauraliser.finish(&mut ears, &mut left, &mut right);
        }
    });
    each(seconds, STRETCH * block, sources)
}

/// As it must be live: one block after the other.
fn live(binauraliser: &Binauraliser, sources: usize) -> f64 {
    let (block, memory) = (binauraliser.block(), binauraliser.memory());
    let inputs: Vec<_> = (0..sources).map(|source| noise(source as u64, memory + block)).collect();
    let knots: Vec<_> = (0..sources).map(|source| knots(binauraliser, source, 1)).collect();
    let mut lines: Vec<_> = (0..sources).map(|_| binauraliser.lines(1)).collect();
    let (mut ears, mut left, mut right) = (binauraliser.ears(), vec![0.0; block], vec![0.0; block]);
    let seconds = best_of(10 * RUNS, || {
        for (source, lines) in lines.iter_mut().enumerate() {
            binauraliser.fill_next(&inputs[source], &knots[source], lines);
            binauraliser.add_lines(lines, 0, &knots[source], &mut ears);
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
    row("1", each(seconds, BLOCK, 1), &[ZITA_SINGLE, fft_convolver(set, BLOCK, 1)?], false);
    Ok(())
}

/// One channel through long responses.
fn long() -> Result<(), Box<dyn Error>> {
    const BLOCK: usize = 256;
    table("one channel through a long response, blocks of 256", "ns per sample");
    for (number, seconds) in [1, 4].into_iter().enumerate() {
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
        row(&format!("{seconds} s"), each(time, input.len(), 1), &[ZITA_LONG[number], peer], false);
    }
    Ok(())
}
