//! Goal 5: BS.1770 loudness without and with true peak, nanoseconds per sample of a channel, beside the `ebur128`
//! crate on the same planes in the same process; and the true-peak limiter, idle and driven by 12 dB.
#![allow(clippy::print_stdout)]

use std::error::Error;

use ebur128::{Channel, EbuR128, Mode};
use proscenium_benches::timing::{best_of, row, table};
use proscenium_benches::yardstick::{Yardstick, libebur128};
use renderer::layout::Layout;
use renderer::loudness::{Limiter, Measurement, Measures, Meter, MeterChannel};

const RATE: u32 = 48_000;
const SECONDS: usize = 20;
/// Frames of a block.
const BLOCK: usize = 2048;
const RUNS: u32 = 7;

fn main() -> Result<(), Box<dyn Error>> {
    for layout in ["4+7+0", "0+5+0", "0+2+0"] {
        let channels: Vec<MeterChannel> =
            Layout::by_name(layout)?.channels.iter().map(MeterChannel::of).collect();
        for (sound, planes) in [("noise", noise(channels.len())), ("sines", sines(channels.len()))] {
            table(&format!("Loudness of {layout}, {sound}"), "ns per channel-sample");
            for (what, true_peak) in [("integrated", false), ("integrated and true peak", true)] {
                compare(what, &channels, &planes, true_peak)?;
            }
        }
    }
    limiter()
}

/// The limiter on 5.1: where nothing passes the ceiling, and 12 dB above that.
fn limiter() -> Result<(), Box<dyn Error>> {
    let planes = sines(6);
    let frames = planes[0].len();
    table("Limiter on 0+5+0, sines", "ns per channel-sample");
    for (what, drive) in [("nothing passes the ceiling", 0.8_f32), ("12 dB of drive", 4.0)] {
        let all: Vec<f32> = planes.concat().iter().map(|sample| drive * sample).collect();
        let new = Limiter::new(RATE, planes.len(), -1.0)?;
        let seconds = best_of(RUNS, || {
            let (mut limiter, mut gains) = (new.clone(), Vec::with_capacity(frames));
            for at in (0..frames).step_by(BLOCK) {
                limiter.add(&all[at..], frames, BLOCK.min(frames - at), &mut gains);
            }
            limiter.finish(&mut gains);
            gains
        });
        row(what, seconds * 1e9 / (planes.len() * frames) as f64, &[], false);
    }
    Ok(())
}

fn compare(
    what: &str,
    channels: &[MeterChannel],
    planes: &[Vec<f32>],
    true_peak: bool,
) -> Result<(), Box<dyn Error>> {
    let samples = (channels.len() * SECONDS * RATE as usize) as f64;
    let mut failed = None;
    let theirs = best_of(RUNS, || {
        let result = peer(channels, planes, true_peak);
        result.map_err(|error| failed = Some(error)).ok()
    });
    if let Some(error) = failed {
        return Err(error.into());
    }
    let measures = Measures { true_peak, offsets: false, timeline: false };
    let all: Vec<f32> = planes.concat();
    let meter = Meter::new(RATE, channels.to_vec(), measures)?;
    let ours = best_of(RUNS, || ours(meter.clone(), &all, planes[0].len()));
    let nanoseconds = |seconds: f64| seconds * 1e9 / samples;
    let peer = Yardstick { name: "ebur128, here", value: nanoseconds(theirs) };
    row(what, nanoseconds(ours), &[peer, libebur128(true_peak)], false);
    Ok(())
}

fn ours(mut meter: Meter, planes: &[f32], frames: usize) -> Measurement {
    for at in (0..frames).step_by(BLOCK) {
        meter.add(&planes[at..], frames, BLOCK.min(frames - at));
    }
    meter.finish()
}

fn peer(channels: &[MeterChannel], planes: &[Vec<f32>], true_peak: bool) -> Result<f64, ebur128::Error> {
    let mode = if true_peak { Mode::I | Mode::TRUE_PEAK } else { Mode::I };
    let mut meter = EbuR128::new(channels.len() as u32, RATE, mode)?;
    for (channel, n) in channels.iter().zip(0..) {
        let place = match channel.weight {
            0.0 => Channel::Unused,
            1.0 => Channel::Left,
            _ => Channel::LeftSurround,
        };
        meter.set_channel(n, place)?;
    }
    let frames = planes[0].len();
    for at in (0..frames).step_by(BLOCK) {
        let block: Vec<&[f32]> = planes.iter().map(|plane| &plane[at..frames.min(at + BLOCK)]).collect();
        meter.add_frames_planar_f32(&block)?;
    }
    meter.loudness_global()
}

/// White noise, for which bounds on true peaks help the least.
fn noise(channels: usize) -> Vec<Vec<f32>> {
    let mut state = 0x2545_f491_u32;
    let mut sample = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (f64::from(state) / f64::from(u32::MAX) - 0.5) as f32
    };
    (0..channels).map(|_| (0..SECONDS * RATE as usize).map(|_| sample()).collect()).collect()
}

/// Chords that swell and fade, nearer to programme.
fn sines(channels: usize) -> Vec<Vec<f32>> {
    let sample = |channel: usize, n: usize| {
        let time = n as f64 / f64::from(RATE);
        let chord = [1.0, 1.26, 1.5, 7.3]
            .map(|part| (time * part * (220.0 + 31.0 * channel as f64) * std::f64::consts::TAU).sin());
        let swell = 0.55 + 0.45 * (time * 0.7 + channel as f64).sin();
        (chord.iter().sum::<f64>() * 0.2 * swell) as f32
    };
    (0..channels).map(|channel| (0..SECONDS * RATE as usize).map(|n| sample(channel, n)).collect()).collect()
}
