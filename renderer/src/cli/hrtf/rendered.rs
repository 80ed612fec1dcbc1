//! The picture of what is rendered with a set: clicks of objects, through the engine to both ears.
//!
//! One object circles from behind over the left, with a click every 5°; four others stand still. What a click becomes
//! is measured between the ears and as a spectrum.

use std::f64::consts::{PI, TAU};
use std::num::NonZeroU32;
use std::sync::Arc;

use formats::adm::{
    AdmId, AdmTime, AudioChannelFormat, BlockCommon, BlockFormats, ObjectPosition, ObjectsBlock,
    PolarPosition, TimeForm,
};
use hrtf::HrtfSet;

use super::picture::{BLACK, LEVEL_COLOUR, TIME_COLOUR, differences};
use super::report::Difference;
use crate::drawing::{Anchor, Panel, Picture, Tick};
use crate::engine::{Engine, EngineSpec};
use crate::items::{ItemContext, ObjectsItem, RenderItem, TrackSpec};
use crate::monitor::binaural::Headphones;
use crate::render::{RenderError, RenderOptions, Target};

const SIZE: (f64, f64) = (860.0, 1060.0);
/// Degrees between two clicks of the object that circles, and clicks of a round.
const APART: f64 = 5.0;
const CLICKS: u32 = 72;
/// Where the others stand, degrees.
const STILL: [f64; 4] = [90.0, -90.0, 0.0, 180.0];
/// Clicks a second.
const RATE: u32 = 4;
/// Samples of what a click becomes, from so many before it.
const BEFORE: usize = 200;
const AFTER: usize = 2000;
/// The spectra: hertz, and lines of an octave.
const BAND: (f64, f64) = (100.0, 20_000.0);
const LINES: f64 = 24.0;
/// Times between the ears are measured up to here, seconds, of sound below about 1.5 kHz.
const LONGEST: f64 = 1.2e-3;
const SMOOTH: f64 = 1e-3;

/// What became of a click at both ears.
type Heard = [Vec<f64>; 2];

/// What became of all clicks.
struct Clicks {
    /// Of the object that circles, with its azimuths.
    round: Vec<(f64, Heard)>,
    still: [Heard; 4],
}

/// Hertz and decibels.
type Spectrum = Vec<(f64, f64)>;

/// A spectrum with its name, colour and dashes.
type Curve<'a> = (&'a str, &'a str, &'a str, Spectrum);

/// The picture as the text of an SVG file.
///
/// # Errors
/// Those of the engine.
pub(super) fn draw(name: &str, set: &Arc<HrtfSet>) -> Result<String, RenderError> {
    let Clicks { round, still } = render(set)?;
    let rate = f64::from(set.sample_rate());
    let around: Vec<Difference> = round
        .iter()
        .map(|(azimuth, heard)| Difference {
            azimuth: *azimuth,
            time: delay(heard, rate) * 1e6,
            level: 10.0 * (energy(&heard[0]) / energy(&heard[1])).log10(),
        })
        .collect();
    let panel = |top: f64| Panel { left: 70.0, top, width: 720.0, height: 240.0 };
    let [left, right, ahead, behind] = still;
    let curve = |heard: &[f64]| spectrum(heard, rate);
    let sides = [
        ("left ear, 90°", TIME_COLOUR, "none", curve(&left[0])),
        ("right ear, 90°", LEVEL_COLOUR, "none", curve(&left[1])),
        ("left ear, −90°", "#7fb0d4", "6 4", curve(&right[0])),
        ("right ear, −90°", "#d9a27f", "6 4", curve(&right[1])),
    ];
    let (ahead, behind) = (curve(&ahead[0]), curve(&behind[0]));
    let between = ahead.iter().zip(&behind).map(|(a, b)| (a.0, a.1 - b.1)).collect();
    let ways = [
        ("left ear, 0°", TIME_COLOUR, "none", ahead),
        ("left ear, 180°", LEVEL_COLOUR, "none", behind),
        ("difference", "#444", "6 4", between),
    ];
    let title = format!("{name}, as rendered: an object that circles");
    Ok(Picture::file(SIZE, &title, |picture| {
        picture.text((70.0, 30.0), Anchor::Start, BLACK, &title);
        differences(picture, panel(70.0), &around);
        spectra(picture, panel(430.0), &sides);
        spectra(picture, panel(770.0), &ways);
    }))
}

/// Spectra over the logarithm of frequency, their names above.
fn spectra(picture: &mut Picture<'_>, panel: Panel, curves: &[Curve<'_>]) {
    let values = || curves.iter().flat_map(|curve| curve.3.iter().map(|point| point.1));
    let low = (values().fold(0.0, f64::min) / 10.0).floor().max(-6.0) * 10.0;
    let high = (values().fold(0.0, f64::max) / 10.0).ceil().clamp(1.0, 4.0) * 10.0;
    let along = |hertz: f64| panel.left + (hertz / BAND.0).ln() / (BAND.1 / BAND.0).ln() * panel.width;
    let steps = ((high - low) / 10.0).round() as i32;
    let rows: Vec<Tick> = (0..=steps)
        .map(|step| low + 10.0 * f64::from(step))
        .map(|level| (panel.height_of(level, (low, high)), format!("{level:.0} dB")))
        .collect();
    let columns = [(100.0, "100 Hz"), (200.0, "200"), (500.0, "500"), (1e3, "1k"), (2e3, "2k"), (5e3, "5k")];
    let columns = columns.into_iter().chain([(1e4, "10k"), (2e4, "20k")]);
    let columns: Vec<Tick> = columns.map(|(f, label)| (along(f), label.to_owned())).collect();
    picture.frame(panel, &rows, &columns);
    for (number, (name, colour, dashes, points)) in curves.iter().enumerate() {
        let at = (panel.left + 150.0 * number as f64, panel.top - 12.0);
        picture.text(at, Anchor::Start, ("fill", colour), name);
        let place = |point: &(f64, f64)| (along(point.0), panel.height_of(point.1, (low, high)));
        picture.curve(colour, dashes, points.iter().map(place));
    }
}

fn energy(samples: &[f64]) -> f64 {
    samples.iter().map(|sample| sample * sample).sum::<f64>().max(1e-30)
}

/// By how many seconds the right ear hears it later.
fn delay(heard: &Heard, rate: f64) -> f64 {
    let reach = (SMOOTH * rate / 2.0).round() as usize;
    let smooth = |ear: &[f64]| -> Vec<f64> {
        let weight = |n: usize| 0.5 - 0.5 * (TAU * (n as f64 + 0.5) / (2 * reach) as f64).cos();
        let window = ear.windows(2 * reach);
        window.map(|part| part.iter().enumerate().map(|(n, sample)| sample * weight(n)).sum()).collect()
    };
    let (left, right) = (smooth(&heard[0]), smooth(&heard[1]));
    let most = (LONGEST * rate) as i64;
    let at = |lag: i64| -> f64 {
        let later = |n: i64| usize::try_from(n + lag).ok().and_then(|n| right.get(n)).copied().unwrap_or(0.0);
        left.iter().zip(0..).map(|(sample, n)| sample * later(n)).sum()
    };
    let best = (-most..=most).max_by(|a, b| at(*a).total_cmp(&at(*b))).unwrap_or(0);
    let (before, peak, after) = (at(best - 1), at(best), at(best + 1));
    let bend = before - 2.0 * peak + after;
    let part = if bend < 0.0 { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { 0.0 };
    (best as f64 + part) / rate
}

fn spectrum(heard: &[f64], rate: f64) -> Spectrum {
    let lines = ((BAND.1 / BAND.0).log2() * LINES).round() as i32;
    let line = |number: i32| {
        let hertz = BAND.0 * 2_f64.powf(f64::from(number) / LINES);
        let (mut re, mut im) = (0.0, 0.0);
        for (n, sample) in heard.iter().enumerate() {
            let (sine, cosine) = (2.0 * PI * hertz / rate * n as f64).sin_cos();
            re += sample * cosine;
            im += sample * sine;
        }
        (hertz, 20.0 * re.hypot(im).max(1e-6).log10())
    };
    (0..=lines).map(line).filter(|(hertz, _)| *hertz < rate / 2.0).collect()
}

/// Renders the clicks of the object that circles and those of the others.
fn render(set: &Arc<HrtfSet>) -> Result<Clicks, RenderError> {
    let sample_rate = set.sample_rate();
    // The sample of a click, counted from 1.
    let click = |number: u32| (u64::from(number) * u64::from(sample_rate) / u64::from(RATE)) as usize;
    let frames = click(CLICKS + 2 + STILL.len() as u32);
    let azimuths = |number: u32| 180.0 - APART * f64::from(number);
    // A block's position is reached at its end, and there it clicks; the last one has to stay for what it clicked.
    let circle = (0..=CLICKS + 1).map(|number| block(azimuths(number.min(CLICKS)), Some(number))).collect();
    let mut items = vec![object(0, circle)];
    let mut tracks = vec![vec![0.0_f32; frames]; 1 + STILL.len()];
    (0..=CLICKS).for_each(|number| tracks[0][click(number + 1)] = 1.0);
    for (still, azimuth) in STILL.iter().enumerate() {
        items.push(object(still + 1, vec![block(*azimuth, None)]));
        tracks[still + 1][click(CLICKS + 2 + still as u32)] = 1.0;
    }
    let spec = EngineSpec {
        items: items.into(),
        targets: vec![Target::Headphones(Box::new(Headphones::new(Arc::clone(set)))).into()],
        sample_rate,
        frames: frames as u64,
        span: 0..frames as u64,
        options: RenderOptions::default(),
        threads: rayon::current_num_threads(),
    };
    let (mut engine, _) = Engine::new(spec)?;
    let (mut input, mut outputs) = (engine.input_block(), engine.output_blocks());
    let (mut ears, mut at) = ([Vec::new(), Vec::new()], 0);
    while at < frames {
        let count = engine.block_frames().min(frames - at);
        input.set_frames(count);
        for (row, track) in engine.used_tracks().to_vec().into_iter().enumerate() {
            input.channel_mut(row).copy_from_slice(&tracks[track][at..at + count]);
        }
        engine.process(&input, &mut outputs)?;
        for (ear, all) in ears.iter_mut().enumerate() {
            all.extend(outputs[0].channel(ear).iter().map(|sample| f64::from(*sample)));
        }
        at += count;
    }
    let heard = |number: u32| -> Heard {
        let from = click(number).saturating_sub(BEFORE);
        ears.each_ref().map(|ear| ear.get(from..from + BEFORE + AFTER).unwrap_or_default().to_vec())
    };
    let round = (0..=CLICKS).map(|number| (azimuths(number), heard(number + 1))).collect();
    Ok(Clicks { round, still: [0, 1, 2, 3].map(|still| heard(CLICKS + 2 + still)) })
}

fn object(track: usize, blocks: Vec<ObjectsBlock>) -> RenderItem {
    let context = ItemContext { adm_version: 2, ..ItemContext::default() };
    let channel = AudioChannelFormat {
        id: AdmId::new("AC_00031001"),
        name: String::new(),
        blocks: BlockFormats::Objects(blocks),
        frequency: formats::adm::Frequency::default(),
        unknown: formats::adm::Unknown::default(),
    };
    RenderItem::Objects(ObjectsItem { track: TrackSpec::Direct(track), channel: Arc::new(channel), context })
}

/// A block in the horizontal plane: for the time up to the click of that number and one, or for all time.
fn block(azimuth: f64, number: Option<u32>) -> ObjectsBlock {
    let time = |clicks: u32| {
        let denominator = NonZeroU32::new(RATE)?;
        Some(AdmTime { numerator: u64::from(clicks), denominator, form: TimeForm::Decimal })
    };
    ObjectsBlock {
        common: BlockCommon {
            rtime: number.and_then(time),
            duration: number.and_then(|_| time(1)),
            ..BlockCommon::default()
        },
        position: ObjectPosition::Polar(PolarPosition { azimuth, elevation: 0.0, distance: 1.0 }),
        width: 0.0,
        height: 0.0,
        depth: 0.0,
        diffuse: 0.0,
        screen_ref: false,
        screen_edge_lock: formats::adm::ScreenEdgeLock::default(),
        special: None,
    }
}

#[cfg(test)]
mod tests {
    use hrtf::{Direction, HrirPair};

    use super::*;

    #[test]
    fn what_is_measured_of_a_circle_is_what_the_set_says() {
        let set = Arc::new(HrtfSet::built_in());
        let rate = f64::from(set.sample_rate());
        let Clicks { round, still } = render(&set).unwrap();
        let mut pair = HrirPair::default();
        let level = |ears: [f64; 2]| 10.0 * (ears[0] / ears[1]).log10();
        for (azimuth, heard) in &round {
            let direction = Direction::new(*azimuth, 0.0);
            // The set's is the delay of the whole response, this that of low frequencies, which is longer at the sides.
            let (found, wanted) = (delay(heard, rate), set.interaural_time_difference(direction));
            assert!((found - wanted).abs() < 150e-6, "{azimuth}°: {found} {wanted}");
            set.response(direction, &mut pair);
            let power = |ear: &[f32]| ear.iter().map(|tap| f64::from(*tap).powi(2)).sum::<f64>();
            let (found, wanted) = (
                level([energy(&heard[0]), energy(&heard[1])]),
                level([power(&pair.left), power(&pair.right)]),
            );
            assert!((found - wanted).abs() < 0.5, "{azimuth}°: {found} {wanted} dB");
        }
        // The built-in head is symmetric.
        let mirrored = spectrum(&still[0][0], rate).into_iter().zip(spectrum(&still[1][1], rate));
        assert!(mirrored.into_iter().all(|(left, right)| (left.1 - right.1).abs() < 0.2));
    }

    #[test]
    fn the_delay_of_a_click_is_found_to_a_tenth_of_a_sample() {
        let click =
            |at: f64| (0..2000).map(|n| (-((f64::from(n) - at) / 8.0).powi(2)).exp()).collect::<Vec<f64>>();
        for later in [-30.3, 0.0, 12.6] {
            let found = delay(&[click(900.0), click(900.0 + later)], 48_000.0) * 48_000.0;
            assert!((found - later).abs() < 0.1, "{later} {found}");
        }
    }
}
