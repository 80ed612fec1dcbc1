//! Beside the `ebur128` crate, with an explicit channel map: by default it leaves out every channel from the seventh on.

use ebur128::{Channel, EbuR128, Mode};

use super::material::{Programme, RATE, layout};
use crate::loudness::MeterChannel;

/// LU.
const INTEGRATED: f64 = 0.01;
/// LU, the tolerance of Tech 3342; it takes a window every second, we every 100 ms.
const RANGE: f64 = 1.0;
/// dB; it oversamples four times, we eight.
const PEAKS: f64 = 0.1;

/// Noise, low-passed so that little of it is near the end of the band, whose level changes from second to second.
fn programme(channels: usize, rate: u32, seconds: usize, seed: u32) -> Programme {
    let mut state = seed;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        f64::from(state) / f64::from(u32::MAX) * 2.0 - 1.0
    };
    let mut programme = Programme::new(channels, rate);
    for plane in &mut programme.planes {
        let mut low = [0.0; 3];
        for _ in 0..seconds {
            let level = 10f64.powf(random() * 1.2 - 1.0);
            for _ in 0..rate {
                low[0] += 0.4 * (random() - low[0]);
                low[1] += 0.4 * (low[0] - low[1]);
                low[2] += 0.4 * (low[1] - low[2]);
                plane.push((low[2] * level) as f32);
            }
        }
    }
    programme
}

fn map(channel: &MeterChannel) -> Channel {
    match channel.weight {
        0.0 => Channel::Unused,
        1.41 => Channel::LeftSurround,
        _ => Channel::Left,
    }
}

#[test]
fn equals_ebur128() {
    for (name, rate, seconds) in [
        ("0+2+0", RATE, 40),
        ("0+5+0", 44_100, 20),
        ("4+7+0", RATE, 20),
        ("9+10+3", RATE, 5),
        ("0+2+0", 96_000, 10),
    ] {
        let channels = layout(name);
        let programme = programme(channels.len(), rate, seconds, 0x1234_5678);
        let mode = Mode::I | Mode::M | Mode::S | Mode::LRA | Mode::TRUE_PEAK | Mode::SAMPLE_PEAK;
        let mut other = EbuR128::new(channels.len() as u32, rate, mode).unwrap();
        channels.iter().zip(0..).for_each(|(channel, n)| other.set_channel(n, map(channel)).unwrap());
        let (mut momentary, mut short_term) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for at in (0..programme.frames()).step_by(rate as usize / 100) {
            let end = programme.frames().min(at + rate as usize / 100);
            let planes: Vec<&[f32]> = programme.planes.iter().map(|plane| &plane[at..end]).collect();
            other.add_frames_planar_f32(&planes).unwrap();
            if end >= rate as usize * 2 / 5 {
                momentary = momentary.max(other.loudness_momentary().unwrap());
            }
            if end >= 3 * rate as usize {
                short_term = short_term.max(other.loudness_shortterm().unwrap());
            }
        }
        let ours = programme.measure(channels.clone());
        let near = |ours: Option<f64>, theirs: f64, tolerance: f64, what: &str| {
            let ours = ours.unwrap();
            assert!(
                (ours - theirs).abs() <= tolerance,
                "{name} at {rate} Hz, {what}: {ours}, theirs {theirs}"
            );
        };
        near(ours.integrated_lufs, other.loudness_global().unwrap(), INTEGRATED, "I");
        near(ours.relative_threshold_lufs, other.relative_threshold().unwrap(), INTEGRATED, "threshold");
        near(ours.max_momentary.map(|m| m.value), momentary, INTEGRATED, "M");
        near(ours.max_short_term.map(|s| s.value), short_term, INTEGRATED, "S");
        if seconds >= 30 {
            near(ours.loudness_range_lu, other.loudness_range().unwrap(), RANGE, "LRA");
        }
        for (n, channel) in (0..).zip(&ours.channels) {
            let decibels = |value: f64| 20.0 * value.log10();
            let peak = channel.true_peak.map(|peak| peak.value);
            near(peak, decibels(other.true_peak(n).unwrap()), PEAKS, &channel.name);
            let peak = channel.sample_peak.map(|peak| peak.value);
            near(peak, decibels(other.sample_peak(n).unwrap()), 1e-6, &channel.name);
        }
    }
}
