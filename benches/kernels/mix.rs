//! The processors of the mix, one channel each, and a whole strip. The yardstick, in this process, is one biquad in a plain loop
//! in double precision, which is about the least that any filter can be.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::f64::consts::PI;

use formats::scene::chain::{self, Chain};
use proscenium_benches::desk;
use proscenium_benches::timing::{best_of, row, table};
use proscenium_benches::yardstick::Yardstick;
use renderer::audio::AudioBlock;
use renderer::deliver::{Deliverable, Job, Output};
use renderer::mix::Processor;
use renderer::mix::delay::Delay;
use renderer::mix::denoise::Denoise;
use renderer::mix::dynamics::{Compressor, DeEsser, Gate};
use renderer::mix::eq::Equaliser;
use renderer::mix::master::Limiter;
use renderer::mix::reverb::{Convolution, Fdn};
use renderer::mix::strip::{Strip, StripSpec};
use renderer::units::Decibels;

const RATE: u32 = 48_000;
const FRAMES: usize = 1_024;
/// Blocks of a run.
const BLOCKS: usize = 48;
const RUNS: u32 = 60;

fn main() -> Result<(), Box<dyn Error>> {
    let yardstick = Yardstick { name: "a plain biquad", value: biquad() };
    table("processors of a strip, one channel, blocks of 1024", "ns per sample");
    let line = |name: &str, processor: &mut dyn Processor| row(name, time(processor), &[yardstick], false);
    let bell = |frequency_hz| chain::EqBand::Bell { frequency_hz, gain_db: 3.0, q: 1.0 };
    let eq = |bands: Vec<chain::EqBand>| Equaliser::new(&chain::Eq { bands }, RATE, 1);
    line("eq, one bell", &mut eq(vec![bell(1_000.0)])?);
    line("eq, one bell at 16 kHz", &mut eq(vec![bell(16_000.0)])?);
    line("eq, high-pass and five bands", &mut eq(six_bands())?);
    line("gate", &mut Gate::new(&chain::Gate::default(), RATE, 1)?);
    line("de-esser", &mut DeEsser::new(&chain::DeEsser::default(), RATE, 1)?);
    line("compressor", &mut Compressor::new(&chain::Compressor::default(), RATE, 1)?);
    line("delay", &mut Delay::new(&chain::Delay::Milliseconds(12.0), RATE, 24.0, 1)?);
    line("denoise", &mut Denoise::new(&chain::Denoise::default(), RATE, 1)?);
    line("limiter", &mut Limiter::new(&chain::Limiter::default(), RATE, 1, 1)?);
    table("reverbs, one send to 5 channels, blocks of 1024", "ns per sample sent");
    row("fdn, 16 delays", fdn()?, &[yardstick], false);
    row("convolution, 2 s", convolution()?, &[yardstick], false);
    table(
        "a strip of one channel: trim, eq of six bands, gate, de-esser, compressor, fader",
        "ns per sample",
    );
    let each = strip()?;
    row("strip", each, &[yardstick], false);
    let times = 2.0 * 1e9 / (each * 128.0 * f64::from(RATE));
    println!("  128 of them on two cores: {times:.0} × real time");
    desk()
}

/// What a desk must be faster than.
const GOAL: Yardstick = Yardstick { name: "the goal", value: 10.0 };

/// A scene of 128 tracks with a full chain each and one reverb, rendered to 7.1.4 in 24 bits.
fn desk() -> Result<(), Box<dyn Error>> {
    const SECONDS: u64 = 10;
    let folder = tempfile::tempdir()?;
    let scene = desk::write(folder.path(), 128, SECONDS)?;
    table("a scene of 128 tracks with full chains and a reverb to 7.1.4", "× real time");
    for threads in [1, 2] {
        let render = || -> Result<u64, Box<dyn Error>> {
            let output = Output::mix(folder.path().join("out.wav"), Deliverable::by_name("7.1.4")?);
            let job = Job { outputs: vec![output], threads: Some(threads), ..Job::new(scene.clone()) };
            Ok(job.open()?.run(&mut |_| {}, &|| false)?.publish()?.frames)
        };
        let mut failed = None;
        let mut frames = 0;
        let seconds = best_of(3, || match render() {
            Ok(rendered) => frames = rendered,
            Err(error) => failed = Some(error.to_string()),
        });
        if let Some(error) = failed {
            return Err(error.into());
        }
        let played = frames as f64 / f64::from(RATE);
        row(&format!("{threads} thread(s)"), played / seconds, &[GOAL], true);
    }
    Ok(())
}

fn six_bands() -> Vec<chain::EqBand> {
    vec![
        chain::EqBand::HighPass { frequency_hz: 80.0, slope: 12 },
        chain::EqBand::LowShelf { frequency_hz: 200.0, gain_db: -2.0, q: 0.7 },
        chain::EqBand::Bell { frequency_hz: 400.0, gain_db: -3.0, q: 1.4 },
        chain::EqBand::Bell { frequency_hz: 2_500.0, gain_db: 2.0, q: 1.0 },
        chain::EqBand::Bell { frequency_hz: 6_000.0, gain_db: -2.0, q: 2.0 },
        chain::EqBand::HighShelf { frequency_hz: 10_000.0, gain_db: 3.0, q: 0.7 },
    ]
}

/// Noise as loud as speech is.
fn noise() -> Vec<f32> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64 / f64::from(1u32 << 30) - 1.0) as f32 * 0.2
    };
    (0..FRAMES).map(|_| next()).collect()
}

/// ns per sample of a biquad.
fn biquad() -> f64 {
    let (input, mut output) = (noise(), vec![0.0_f32; FRAMES]);
    let omega = 2.0 * PI * 1_000.0 / f64::from(RATE);
    let alpha = omega.sin() / 2.0;
    let (a0, a) = (1.0 + alpha, 1.2);
    let (b0, b1, b2) = ((1.0 + alpha * a) / a0, -2.0 * omega.cos() / a0, (1.0 - alpha * a) / a0);
    let (a1, a2) = (b1, (1.0 - alpha) / a0);
    let (mut s1, mut s2) = (0.0, 0.0);
    let seconds = best_of(RUNS, || {
        for _ in 0..BLOCKS {
            for (sample, to) in input.iter().zip(&mut output) {
                let x = f64::from(*sample);
                let y = b0 * x + s1;
                s1 = b1 * x - a1 * y + s2;
                s2 = b2 * x - a2 * y;
                *to = y as f32;
            }
        }
        output[FRAMES - 1]
    });
    seconds * 1e9 / (BLOCKS * FRAMES) as f64
}

/// ns per sample of a processor, on one channel.
fn time(processor: &mut dyn Processor) -> f64 {
    let input = noise();
    let mut block = AudioBlock::new(1, FRAMES);
    let seconds = best_of(RUNS, || {
        for _ in 0..BLOCKS {
            block.channel_mut(0).copy_from_slice(&input);
            processor.process(&mut block, None);
        }
    });
    seconds * 1e9 / (BLOCKS * FRAMES) as f64
}

fn fdn() -> Result<f64, Box<dyn Error>> {
    let mut fdn = Fdn::new(&chain::Fdn::default(), RATE, 1, 5)?;
    Ok(reverb(|sends, returns| fdn.process(sends, returns)))
}

fn convolution() -> Result<f64, Box<dyn Error>> {
    let response: Vec<f32> = noise().into_iter().cycle().take(2 * RATE as usize).collect();
    let parameters = chain::Convolution { file: "hall.wav".into(), ..Default::default() };
    let mut convolution = Convolution::new(&parameters, &[response], RATE, 1, 5)?;
    Ok(reverb(|sends, returns| convolution.process(sends, returns)))
}

fn reverb(mut process: impl FnMut(&AudioBlock, &mut AudioBlock)) -> f64 {
    let (mut sends, mut returns) = (AudioBlock::new(1, FRAMES), AudioBlock::new(5, FRAMES));
    sends.channel_mut(0).copy_from_slice(&noise());
    let seconds = best_of(RUNS, || (0..BLOCKS).for_each(|_| process(&sends, &mut returns)));
    seconds * 1e9 / (BLOCKS * FRAMES) as f64
}

fn strip() -> Result<f64, Box<dyn Error>> {
    let chain = Chain {
        trim: Some(chain::Trim { gain_db: -3.0, invert: false }),
        eq: Some(chain::Eq { bands: six_bands() }),
        gate: Some(chain::Gate::default()),
        de_esser: Some(chain::DeEsser::default()),
        compressor: Some(chain::Compressor::default()),
        fader: Some(chain::Fader { gain_db: -2.0, ..Default::default() }),
        ..Default::default()
    };
    let spec = StripSpec {
        sample_rate: RATE,
        frame_rate: 24.0,
        channels: 1,
        fader_offset: Decibels(0.0),
        late: 0,
        key_late: 0,
        block_frames: FRAMES,
        keeps_idle: false,
    };
    let mut strip = Strip::new(&chain, &spec)?;
    let input = noise();
    let mut block = AudioBlock::new(1, FRAMES);
    let seconds = best_of(RUNS, || {
        for _ in 0..BLOCKS {
            block.channel_mut(0).copy_from_slice(&input);
            strip.process(&mut block, None, None);
        }
    });
    Ok(seconds * 1e9 / (BLOCKS * FRAMES) as f64)
}
