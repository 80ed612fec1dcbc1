//! The effects: rain all around, steps, a helicopter, a passing rush of air and the boom it ends in.

use std::f64::consts::{PI, TAU};

use super::source::{Filter, Noise, Room, ease, struck, window};

/// Channels of the rain: first-order Ambisonics, ACN order, SN3D (W Y Z X).
pub(super) const RAIN_CHANNELS: usize = 4;

/// Rain: eight curtains of noise from the corners of the room and drops from anywhere above.
pub(super) fn rain(channels: &mut [Vec<f32>], sample_rate: f64) {
    let length = channels.first().map_or(0, Vec::len);
    let end = length as f64 / sample_rate;
    for corner in 0..8_u8 {
        let azimuth = PI / 4.0 + PI / 2.0 * f64::from(corner % 4);
        let elevation = if corner < 4 { 0.15 } else { 0.9 };
        let gains = plane_wave(azimuth, elevation);
        let mut noise = Noise::new(100 + u64::from(corner));
        let (mut low, mut high) = (Filter::new(sample_rate), Filter::new(sample_rate));
        for i in 0..length {
            let t = i as f64 / sample_rate;
            let hiss = high.next(noise.next(), 900.0, 0.7).high;
            let x = low.next(hiss, 6500.0, 0.7).low;
            let gust = 1.0 + 0.25 * (TAU * 0.13 * t + f64::from(corner)).sin();
            let level = 0.012 * gust * window(t, 0.0, end, 1.2, 1.8);
            add(channels, i, &gains, level * x);
        }
    }
    drops(channels, sample_rate, end);
}

fn drops(channels: &mut [Vec<f32>], sample_rate: f64, end: f64) {
    let length = channels.first().map_or(0, Vec::len);
    let mut chance = Noise::new(7);
    let mut next = 0.3;
    while next < end - 1.0 {
        let gains = plane_wave(TAU * chance.unit(), 0.2 + 1.1 * chance.unit());
        let hz = 1800.0 + 3600.0 * chance.unit() * chance.unit();
        let level = 0.05 * chance.unit() * chance.unit() * window(next, 0.0, end, 1.2, 1.8);
        let first = (next * sample_rate) as usize;
        for i in first..(first + (0.03 * sample_rate) as usize).min(length) {
            let t = (i - first) as f64 / sample_rate;
            add(channels, i, &gains, level * struck(t, hz * (1.0 + 4.0 * t), 0.005));
        }
        next += 0.004 + 0.02 * chance.unit();
    }
}

/// First-order gains of a plane wave: azimuth anticlockwise from the front, radians (BS.2127-1 §9).
fn plane_wave(azimuth: f64, elevation: f64) -> [f64; RAIN_CHANNELS] {
    [1.0, azimuth.sin() * elevation.cos(), elevation.sin(), azimuth.cos() * elevation.cos()]
}

fn add(channels: &mut [Vec<f32>], i: usize, gains: &[f64; RAIN_CHANNELS], x: f64) {
    for (channel, gain) in channels.iter_mut().zip(gains) {
        channel[i] += (gain * x) as f32;
    }
}

/// Someone walks by on wet ground, from `start` to `end` seconds.
pub(super) fn steps(track: &mut [f32], sample_rate: f64, start: f64, end: f64) {
    let mut noise = Noise::new(21);
    let (mut click, mut splash) = (Filter::new(sample_rate), Filter::new(sample_rate));
    let mut begin = start;
    let mut foot = 0_u32;
    while begin + 0.3 < end {
        let weight = if foot.is_multiple_of(2) { 1.0 } else { 0.82 };
        let near = window(begin, start - 0.8, end + 0.8, 1.6, 1.6);
        let first = (begin * sample_rate) as usize;
        for (i, out) in track.iter_mut().skip(first).take((0.28 * sample_rate) as usize).enumerate() {
            let t = i as f64 / sample_rate;
            let white = noise.next();
            let heel = 0.5 * struck(t, 84.0 - 60.0 * t, 0.045) + 0.22 * struck(t, 190.0, 0.02);
            let tap = 0.5 * click.next(white, 2300.0, 1.4).band * (-t / 0.007).exp();
            let wet = 0.22 * splash.next(white, 4200.0, 0.9).band * (-((t - 0.05) / 0.035).powi(2)).exp();
            *out += (0.42 * weight * near * (heel + tap + wet)) as f32;
        }
        begin += 0.53 + 0.02 * noise.next();
        foot += 1;
    }
}

/// A helicopter passes; nearest at `over` seconds, heard from `start` to `end`.
pub(super) fn helicopter(track: &mut [f32], sample_rate: f64, start: f64, over: f64, end: f64) {
    let mut noise = Noise::new(33);
    let (mut wash, mut body, mut air) =
        (Filter::new(sample_rate), Filter::new(sample_rate), Filter::new(sample_rate));
    let (mut rotor, mut turbine) = (0.0_f64, 0.0_f64);
    for (i, out) in track.iter_mut().enumerate() {
        let t = i as f64 / sample_rate;
        if t < start || t > end {
            continue;
        }
        // Doppler and nearness of a straight flight past the listener.
        let along = (t - over) / 1.5;
        let doppler = 1.0 - 0.06 * along / (1.0 + along * along).sqrt();
        let near = window(t, start, end, 1.2, 1.2) / (1.0 + along * along);
        rotor = (rotor + 12.5 * doppler / sample_rate).fract();
        turbine = (turbine + 610.0 * doppler / sample_rate).fract();
        let slap = (-rotor / 0.11).exp();
        let white = noise.next();
        let thump = (TAU * 62.0 * doppler * rotor / 12.5).sin() * (-rotor / 0.35).exp();
        let chop = wash.next(white, 320.0 + 900.0 * near, 0.8).low * (0.25 + slap);
        let whine = (TAU * turbine).sin() + 0.4 * (2.0 * TAU * turbine).sin();
        let x = body.next(0.9 * thump + 1.1 * chop, 1400.0 + 2400.0 * near, 0.7).low
            + 0.02 * whine
            + 0.06 * air.next(white, 2600.0, 0.8).band;
        *out += (0.30 * near * x) as f32;
    }
}

/// Air rushes past, swelling from `start` to its height at `peak`, gone at `end`.
pub(super) fn whoosh(track: &mut [f32], sample_rate: f64, start: f64, peak: f64, end: f64) {
    let mut noise = Noise::new(55);
    let (mut body, mut edge) = (Filter::new(sample_rate), Filter::new(sample_rate));
    for (i, out) in track.iter_mut().enumerate() {
        let t = i as f64 / sample_rate;
        if t < start || t > end {
            continue;
        }
        let swell = if t < peak { ease(t, start, peak).powi(2) } else { ease(t, end, peak).powi(2) };
        let hz = 180.0 + 2100.0 * swell;
        let white = noise.next();
        let x = body.next(white, hz, 1.6).band + 0.35 * edge.next(white, 2.6 * hz, 1.1).band;
        *out += (0.36 * swell * x) as f32;
    }
}

/// The boom at `start` seconds: deep in the LFE, its hall in the rest of the 5.1.4 bed.
pub(super) fn boom(bed: &mut [Vec<f32>], sample_rate: f64, start: f64) {
    let mut noise = Noise::new(77);
    let length = bed.first().map_or(0, Vec::len);
    let first = ((start * sample_rate) as usize).min(length);
    let end = length as f64 / sample_rate;
    let mut low = Filter::new(sample_rate);
    let mut strike = vec![0.0; length - first];
    for (i, x) in strike.iter_mut().enumerate() {
        let t = i as f64 / sample_rate;
        *x = 0.5 * struck(t, 58.0 - 14.0 * t.min(1.0), 0.35)
            + 0.6 * low.next(noise.next(), 300.0, 0.7).low * (-t / 0.09).exp();
    }
    for (channel, track) in bed.iter_mut().enumerate() {
        let mut room = Room::new(channel + 10, 0.72);
        let (direct, hall) = match channel {
            0 | 1 => (0.30, 0.35),
            2 => (0.12, 0.0),
            3 => (0.38, 0.0),
            _ => (0.0, 0.40),
        };
        for ((i, out), x) in track.iter_mut().enumerate().skip(first).zip(&strike) {
            let fade = ease(i as f64 / sample_rate, end, end - 0.4);
            *out += (fade * (direct * x + hall * room.next(*x))) as f32;
        }
    }
}
