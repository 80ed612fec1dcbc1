//! Parameters that are changed while it sounds.

use std::f64::consts::TAU;

use formats::scene::chain::{self, Chain};
use formats::scene::{AutomationCurve, Key, Shape, Time};

use super::denoise;
use super::ramp::CHANGE_SAMPLES;
use super::strip::{Strip, StripSpec, TakeOver};
use crate::audio::AudioBlock;
use crate::units::Decibels;

const RATE: u32 = 48_000;
const SPEC: StripSpec = StripSpec {
    sample_rate: RATE,
    frame_rate: 24.0,
    channels: 2,
    fader_offset: Decibels(0.0),
    late: 0,
    key_late: 0,
    block_frames: 1_024,
    keeps_idle: false,
};

/// A chain before and after a change of each of its processors.
fn changes() -> Vec<(&'static str, Chain, Chain)> {
    let trim = |gain_db, invert| Chain { trim: Some(chain::Trim { gain_db, invert }), ..Default::default() };
    let eq = |frequency_hz, gain_db| {
        let bands = vec![
            chain::EqBand::Bell { frequency_hz, gain_db, q: 1.0 },
            chain::EqBand::HighPass { frequency_hz: 40.0, slope: 12 },
        ];
        Chain { eq: Some(chain::Eq { bands }), ..Default::default() }
    };
    let gate = |threshold_db| {
        let gate = chain::Gate { threshold_db, look_ahead_ms: 1.0, ..Default::default() };
        Chain { gate: Some(gate), ..Default::default() }
    };
    let de_esser = |frequency_hz, threshold_db| {
        let de_esser = chain::DeEsser { frequency_hz, threshold_db, ..Default::default() };
        Chain { de_esser: Some(de_esser), ..Default::default() }
    };
    let compressor = |threshold_db, makeup_db| {
        let compressor =
            chain::Compressor { threshold_db, makeup_db, look_ahead_ms: 5.0, ..Default::default() };
        Chain { compressor: Some(compressor), ..Default::default() }
    };
    let delay = |samples| Chain { delay: Some(chain::Delay::Samples(samples)), ..Default::default() };
    let fader = |keys: &[(u32, f64)]| {
        let key =
            |(time, value): &(u32, f64)| Key::new(Time::from_milliseconds(*time), *value, Shape::Linear);
        let automation = AutomationCurve::new(keys.iter().map(key).collect()).expect("in order");
        Chain { fader: Some(chain::Fader { gain_db: -3.0, automation }), ..Default::default() }
    };
    let denoise = |amount| Chain { denoise: Some(chain::Denoise { amount }), ..Default::default() };
    vec![
        ("trim", trim(-6.0, false), trim(3.0, true)),
        ("eq", eq(200.0, 9.0), eq(900.0, -9.0)),
        ("gate", gate(-50.0), gate(-3.0)),
        ("deEsser", de_esser(4_000.0, -10.0), de_esser(1_500.0, -60.0)),
        ("deEsser's frequency", de_esser(3_000.0, -60.0), de_esser(9_000.0, -60.0)),
        ("compressor", compressor(-10.0, 0.0), compressor(-40.0, 12.0)),
        ("delay", delay(100), delay(1_777)),
        ("shorter delay", delay(1_777), delay(100)),
        ("fader", fader(&[]), fader(&[(0, -12.0), (2_000, 0.0)])),
        ("fader back", fader(&[(0, -12.0), (2_000, 0.0)]), fader(&[])),
        ("denoise", denoise(1.0), denoise(0.2)),
    ]
}

/// A tone of 220 Hz, which shows every click; where there is treble that is a little of 5 kHz.
fn tone(frames: usize, has_treble: bool) -> Vec<f32> {
    let sine = |n: usize, hertz: f64| (n as f64 * hertz * TAU / f64::from(RATE)).sin();
    let treble = if has_treble { 0.05 } else { 0.0 };
    (0..frames).map(|n| (0.3 * sine(n, 220.0) + treble * sine(n, 5_000.0)) as f32).collect()
}

/// What a strip makes of the tone; `change` is taken over before the sample `at`.
fn run(chain: &Chain, change: Option<(&Chain, usize)>, frames: usize, block_frames: usize) -> Vec<f32> {
    let mut strip = Strip::new(chain, &SPEC).expect("in range");
    let input = tone(frames, chain.de_esser.is_some());
    let mut block = AudioBlock::new(2, 1_024);
    let (mut output, mut start) = (Vec::new(), 0);
    while start < frames {
        let end = (start + block_frames).min(frames);
        let end = change.map_or(end, |(_, at)| if start < at { end.min(at) } else { end });
        if let Some((new, _)) = change.filter(|(_, at)| *at == start) {
            let mut new = Strip::new(new, &SPEC).expect("in range");
            let counted = allocation_counter::measure(|| {
                assert_eq!(strip.take_over(&mut new), TakeOver::Done);
            });
            assert_eq!(counted.count_total, 0, "a change takes memory");
        }
        block.set_frames(end - start);
        block.channels_mut().for_each(|row| row.copy_from_slice(&input[start..end]));
        let counted = allocation_counter::measure(|| strip.process(&mut block, None, None));
        assert_eq!(counted.count_total, 0, "a block takes memory");
        output.extend_from_slice(block.channel(1));
        start = end;
    }
    output
}

/// The sharpest corner, a click being much sharper than the tone.
fn corner(samples: &[f32]) -> f32 {
    samples.array_windows::<3>().map(|[a, b, c]| (a - 2.0 * b + c).abs()).fold(0.0, f32::max)
}

#[test]
fn a_change_makes_no_click_takes_no_memory_and_has_its_effect() {
    const AT: usize = 30_000;
    const FRAMES: usize = 96_000;
    denoise::prepare_thread();
    for (name, before, after) in changes() {
        let changed = run(&before, Some((&after, AT)), FRAMES, 1_024);
        let (old, new) = (run(&before, None, FRAMES, 1_024), run(&after, None, FRAMES, 1_024));
        assert_eq!(changed[..AT], old[..AT], "{name}: before the change");
        // A line from one gain to the other has a corner at each end, of its slope: less than three times full scale in 512 samples, for a
        // tone of 0.3. A jump would be sharper by a hundred times.
        let (sharpest, still) =
            (corner(&changed[20_000..]), corner(&old[20_000..]).max(corner(&new[20_000..])));
        assert!(sharpest < 1.3 * still + 1.8e-3, "{name}: a corner of {sharpest}, {still} without a change");
        for n in FRAMES - 2_000..FRAMES {
            assert!((changed[n] - new[n]).abs() < 2e-3, "{name}: sample {n} is {}, {}", changed[n], new[n]);
        }
        assert!((AT..AT + 20_000).any(|n| (changed[n] - old[n]).abs() > 0.01), "{name}: no effect");
        assert_eq!(run(&before, Some((&after, AT)), FRAMES, 61), changed, "{name}: another size of blocks");
    }
}

#[test]
fn what_cannot_be_taken_over_is_left_alone() {
    let chain = |look_ahead_ms| {
        let compressor = chain::Compressor { look_ahead_ms, ..Default::default() };
        Chain {
            compressor: Some(compressor),
            trim: Some(chain::Trim { gain_db: 3.0, invert: false }),
            ..Default::default()
        }
    };
    let strip = |chain: &Chain| Strip::new(chain, &SPEC).expect("in range");
    let mut working = strip(&chain(5.0));
    assert_eq!(working.take_over(&mut strip(&chain(6.0))), TakeOver::Unlike);
    assert_eq!(working.take_over(&mut strip(&Chain::default())), TakeOver::Unlike);
    assert_eq!(working.take_over(&mut strip(&chain(5.0))), TakeOver::Done);
    let fader =
        |gain_db| Chain { fader: Some(chain::Fader { gain_db, ..Default::default() }), ..Default::default() };
    let mut working = strip(&fader(-3.0));
    assert_eq!(working.take_over(&mut strip(&fader(-4.0))), TakeOver::Done);
    assert_eq!(working.take_over(&mut strip(&fader(-5.0))), TakeOver::Busy);
    let mut block = AudioBlock::new(2, CHANGE_SAMPLES);
    working.process(&mut block, None, None);
    assert_eq!(working.take_over(&mut strip(&fader(-5.0))), TakeOver::Done);
}
