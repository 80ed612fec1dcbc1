//! What holds for every processor.

use formats::scene::chain;

use super::delay::Delay;
use super::denoise::Denoise;
use super::dynamics::{Compressor, DeEsser, Gate};
use super::eq::Equaliser;
use super::gain::Gain;
use super::master::{Limiter, Master};
use super::*;
use crate::units::Decibels;

const RATE: u32 = 48_000;
const CHANNELS: usize = 2;

/// White noise between −1 and 1.
pub(in crate::mix) fn noise(seed: u64, length: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64 / f64::from(1u32 << 30) - 1.0) as f32
    };
    (0..length).map(|_| next()).collect()
}

/// What a processor makes of `input` and `key` in blocks of `frames`.
pub(in crate::mix) fn run(
    processor: &mut dyn Processor,
    input: &[Vec<f32>],
    key: Option<&[f32]>,
    frames: usize,
) -> Vec<Vec<f32>> {
    let length = input.first().map_or(0, Vec::len);
    let mut output = vec![Vec::with_capacity(length); input.len()];
    let mut block = AudioBlock::new(input.len(), frames);
    let mut start = 0;
    while start < length {
        let end = (start + frames).min(length);
        block.set_frames(end - start);
        for (row, samples) in block.channels_mut().zip(input) {
            row.copy_from_slice(&samples[start..end]);
        }
        processor.process(&mut block, key.map(|key| &key[start..end]));
        for (channel, samples) in output.iter_mut().enumerate() {
            samples.extend_from_slice(block.channel(channel));
        }
        start = end;
    }
    output
}

/// One of each, with parameters that do something to noise.
fn all() -> Vec<(&'static str, Box<dyn Processor>)> {
    let bands = vec![
        chain::EqBand::HighPass { frequency_hz: 80.0, slope: 24 },
        chain::EqBand::Bell { frequency_hz: 9_000.0, gain_db: 6.0, q: 1.5 },
        chain::EqBand::HighShelf { frequency_hz: 12_000.0, gain_db: -4.0, q: 0.7 },
    ];
    let eq = chain::Eq { bands };
    let compressor = chain::Compressor { makeup_db: 3.0, look_ahead_ms: 2.0, ..Default::default() };
    let gate = chain::Gate { threshold_db: -8.0, hold_ms: 1.0, look_ahead_ms: 1.0, ..Default::default() };
    let de_esser = chain::DeEsser { look_ahead_ms: 1.0, ..Default::default() };
    let limiter = chain::Limiter { ceiling_dbtp: -6.0 };
    let glue = chain::Compressor { threshold_db: -12.0, ..Default::default() };
    let master = chain::MasterChain { eq: Some(eq.clone()), compressor: Some(glue), limiter: Some(limiter) };
    vec![
        ("gain", Box::new(Gain::of(Decibels(-3.0)))),
        ("denoise", Box::new(Denoise::new(&chain::Denoise { amount: 0.8 }, RATE, CHANNELS).expect("48 kHz"))),
        ("eq", Box::new(Equaliser::new(&eq, RATE, CHANNELS).expect("in range"))),
        ("gate", Box::new(Gate::new(&gate, RATE, CHANNELS).expect("in range"))),
        ("deEsser", Box::new(DeEsser::new(&de_esser, RATE, CHANNELS).expect("in range"))),
        ("compressor", Box::new(Compressor::new(&compressor, RATE, CHANNELS).expect("in range"))),
        ("delay", Box::new(Delay::new(&chain::Delay::Samples(700), RATE, 24.0, CHANNELS).expect("in range"))),
        ("limiter", Box::new(Limiter::new(&limiter, RATE, CHANNELS, CHANNELS).expect("in range"))),
        ("master", Box::new(Master::new(&master, RATE, CHANNELS, CHANNELS).expect("in range"))),
    ]
}

/// Noise that swells and stops, then silence.
fn programme(seconds: f64, silence: usize) -> Vec<Vec<f32>> {
    let frames = (seconds * f64::from(RATE)) as usize;
    (0..CHANNELS as u64)
        .map(|channel| {
            let mut row = noise(channel + 1, frames);
            for (n, sample) in row.iter_mut().enumerate() {
                *sample *= ((n as f32 / 7_000.0).sin() * 0.9).powi(2);
            }
            row.resize(frames + silence, 0.0);
            row
        })
        .collect()
}

#[test]
fn how_a_programme_is_cut_into_blocks_changes_no_bit() {
    let input = programme(0.4, 1_000);
    let key = noise(9, input[0].len());
    // Silence in which everything comes to rest, and sound again.
    let mut twice = programme(0.3, 70_000);
    twice.iter_mut().zip(programme(0.3, 0)).for_each(|(row, more)| row.extend(more));
    for (name, mut processor) in all() {
        for (input, key) in [(&input, Some(&key[..])), (&twice, None)] {
            processor.reset();
            let whole = run(&mut *processor, input, key, 1_024);
            for frames in [1, 63, 377, 4_096] {
                processor.reset();
                assert!(run(&mut *processor, input, key, frames) == whole, "{name}, blocks of {frames}");
            }
        }
    }
}

#[test]
fn silence_becomes_exactly_zero() {
    for (name, mut processor) in all() {
        let silence = processor.tail() + 4_096;
        let input = programme(0.3, silence + 30_000);
        for row in run(&mut *processor, &input, None, 512) {
            assert!(row.iter().all(|sample| !sample.is_subnormal()), "{name}: a subnormal number");
            let last = row.iter().rposition(|sample| *sample != 0.0).unwrap_or(0);
            assert!(last < input[0].len() - 5_000, "{name}: still sounds at {last} of {}", input[0].len());
            let loudest = row[input[0].len() - 30_000..].iter().fold(0.0_f32, |most, x| most.max(x.abs()));
            assert!(loudest < 1e-5, "{name}: {loudest} after its tail");
        }
    }
}

#[test]
fn processing_allocates_nothing() {
    let mut block = AudioBlock::new(CHANNELS, 1_024);
    let input = programme(1.1, 0);
    super::denoise::prepare_thread();
    for (name, mut processor) in all() {
        let counted = allocation_counter::measure(|| {
            for number in 0..50 {
                for (row, samples) in block.channels_mut().zip(&input) {
                    row.copy_from_slice(&samples[number * 1_024..][..1_024]);
                }
                processor.process(&mut block, None);
            }
        });
        assert_eq!(counted.count_total, 0, "{name}");
    }
}

/// Where the centre of what comes out stands against what went in, by correlation.
#[test]
fn latencies_are_what_is_stated() {
    let input = programme(0.5, 12_000);
    for (name, mut processor) in all() {
        if name == "delay" {
            continue;
        }
        let output = run(&mut *processor, &input, None, 512);
        let stated = usize::try_from(processor.latency()).expect("no negative one among them");
        let product = |lag: usize| {
            input[0].iter().zip(&output[0][lag..]).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>()
        };
        let best = (stated.saturating_sub(600)..stated + 600)
            .max_by(|a, b| product(*a).abs().total_cmp(&product(*b).abs()))
            .expect("a lag");
        assert_eq!(best, stated, "{name}");
    }
}

#[test]
fn an_empty_master_changes_no_bit() {
    let input = programme(0.1, 0);
    let mut master = Master::new(&chain::MasterChain::default(), RATE, CHANNELS, CHANNELS).expect("nothing");
    assert_eq!(run(&mut master, &input, None, 300), input);
    assert_eq!((master.latency(), master.tail()), (0, 0));
}

#[test]
fn a_denoiser_that_is_off_only_delays() {
    let input = programme(0.1, 2_000);
    let mut denoise = Denoise::new(&chain::Denoise { amount: 0.0 }, RATE, CHANNELS).expect("48 kHz");
    let output = run(&mut denoise, &input, None, 333);
    let latency = denoise.latency() as usize;
    assert_eq!(output[1][latency..], input[1][..input[1].len() - latency]);
    let refused = Denoise::new(&chain::Denoise::default(), 96_000, 1).map(|_| ());
    assert!(
        refused.expect_err("96 kHz").to_string().contains("works at 48000 Hz, the sample rate is 96000 Hz")
    );
}

#[test]
fn true_peaks_stay_below_the_ceiling_of_the_limiter() {
    let input = programme(1.0, 4_000);
    let mut limiter =
        Limiter::new(&chain::Limiter { ceiling_dbtp: -6.0 }, RATE, CHANNELS, CHANNELS).expect("48 kHz");
    for row in run(&mut limiter, &input, None, 777) {
        let mut meter = ebur128::EbuR128::new(1, RATE, ebur128::Mode::TRUE_PEAK).expect("a meter");
        meter.add_frames_f32(&row).expect("frames");
        let peak_db = 20.0 * meter.true_peak(0).expect("a peak").log10();
        assert!(peak_db < -6.0 && peak_db > -7.5, "{peak_db} dBTP");
    }
}

/// The gains are those of the mix, the filters are linear: what adds up before adds up after, up to the rounding of single precision.
#[test]
fn stems_through_the_master_of_their_mix_add_up_to_it() {
    let bands = vec![chain::EqBand::Bell { frequency_hz: 900.0, gain_db: 5.0, q: 1.0 }];
    let glue = chain::Compressor {
        threshold_db: -20.0,
        ratio: 4.0,
        look_ahead_ms: 3.0,
        makeup_db: 4.0,
        ..Default::default()
    };
    let parameters = chain::MasterChain {
        eq: Some(chain::Eq { bands }),
        compressor: Some(glue),
        limiter: Some(chain::Limiter { ceiling_dbtp: -14.0 }),
    };
    let [a, b] = [1, 2].map(|seed| noise(seed, 48_000));
    let swell = |row: &[f32]| -> Vec<f32> {
        row.iter().enumerate().map(|(n, sample)| sample * (n as f32 / 9_000.0).sin().powi(2) * 0.7).collect()
    };
    let mix: Vec<f32> = swell(&a).iter().zip(&b).map(|(a, b)| a + 0.2 * b).collect();
    let stems = [swell(&a), b.iter().map(|b| 0.2 * b).collect()];
    let mut master = Master::new(&parameters, RATE, 1, 3).expect("in range");
    let out = run(&mut master, &[mix, stems[0].clone(), stems[1].clone()], None, 700);
    for (n, mix) in out[0].iter().enumerate() {
        assert!((mix - (out[1][n] + out[2][n])).abs() < 1e-6, "sample {n}: {mix}");
    }
    let [compressor, limiter] = master.reductions().map(|reduction| reduction.expect("one of each"));
    assert!(compressor.most_db < -3.0 && compressor.most_at.is_some() && compressor.active_share() > 0.2);
    assert!(limiter.most_db < -0.5 && limiter.most_at.is_some() && limiter.active_share() > 0.0);
    assert_eq!((compressor.samples, limiter.samples), (48_000, 48_000));
}
