//! The music: a slow string pad over four chords, a bell figure above it, a bass below; a 5.1.4 bed.

use std::f64::consts::TAU;

use super::source::{Filter, Room, Saw, ease, struck, window};

/// Channels of the bed, in the order of the common definition `AP_00010005` (4+5+0):
/// M+030 M-030 M+000 LFE1 M+110 M-110 U+030 U-030 U+110 U-110.
pub(super) const CHANNELS: usize = 10;
const LFE: usize = 3;

/// MIDI notes of the chords, low to high: A minor 9, F major 7, C major with D, G with a suspended C.
const CHORDS: [[u8; 5]; 4] =
    [[45, 52, 60, 64, 71], [41, 53, 57, 64, 69], [48, 55, 62, 64, 67], [43, 55, 60, 62, 67]];
/// Seconds per chord.
const BAR: f64 = 3.0;
/// The bell figure: eighths of a bar, MIDI note, from the left (−1) to the right (1).
const BELLS: [(f64, u8, f64); 13] = [
    (0.0, 76, -0.8),
    (3.0, 79, 0.4),
    (5.0, 83, 0.8),
    (8.0, 81, -0.4),
    (11.0, 76, 0.7),
    (13.0, 72, -0.9),
    (16.0, 79, 0.2),
    (18.0, 76, -0.6),
    (21.0, 74, 0.9),
    (24.0, 72, -0.2),
    (26.0, 74, 0.6),
    (28.0, 67, -0.7),
    (30.0, 72, 0.0),
];
/// Notes of the chord (by position) that each channel plays; the heights take the upper ones.
const VOICING: [&[usize]; CHANNELS] =
    [&[0, 2, 3], &[0, 1, 4], &[2], &[], &[1, 3], &[2, 4], &[3, 4], &[2, 3], &[4], &[3]];

/// Plays `seconds` of music into a bed of [`CHANNELS`] tracks, starting at `start`, ending with the bed.
pub(super) fn play(bed: &mut [Vec<f32>], sample_rate: f64, start: f64) {
    let length = bed.first().map_or(0, Vec::len);
    let end = length as f64 / sample_rate;
    for (channel, track) in bed.iter_mut().enumerate() {
        if channel == LFE {
            bass(track, sample_rate, start, end);
        } else {
            pad(channel, track, sample_rate, start, end);
        }
    }
    bells(bed, sample_rate, start);
}

fn hz(note: u8) -> f64 {
    440.0 * ((f64::from(note) - 69.0) / 12.0).exp2()
}

/// One channel of the strings: two detuned saws per note, crossing over from chord to chord.
fn pad(channel: usize, track: &mut [f32], sample_rate: f64, start: f64, end: f64) {
    let height = channel >= 6;
    let mut filter = Filter::new(sample_rate);
    let octave = if height { 2.0 } else { 1.0 };
    for (bar, chord) in CHORDS.iter().enumerate() {
        let from = start + BAR * bar as f64;
        let to = if bar + 1 == CHORDS.len() { end } else { from + BAR + 0.5 };
        let notes: Vec<f64> = VOICING[channel].iter().map(|note| octave * hz(chord[*note])).collect();
        let mut saws: Vec<[Saw; 2]> = notes
            .iter()
            .enumerate()
            .map(|(i, _)| [Saw::new(0.37 * (i + channel) as f64), Saw::new(0.71)])
            .collect();
        let detune = 1.0 + 0.0015 * (channel as f64 - 4.0) / 4.0;
        let range = (from * sample_rate) as usize..((to * sample_rate) as usize).min(track.len());
        for (i, out) in track.iter_mut().enumerate().take(range.end).skip(range.start) {
            let t = i as f64 / sample_rate;
            let level = 0.022 * window(t, from, to, 0.5, if to < end { 0.5 } else { 1.6 });
            let mut x = 0.0;
            for (pair, note) in saws.iter_mut().zip(&notes) {
                x += pair[0].next(note * detune, sample_rate)
                    + pair[1].next(note / detune * 1.0007, sample_rate);
            }
            let sweep =
                700.0 + 500.0 * (TAU * 0.11 * t + channel as f64).sin() + if height { 900.0 } else { 0.0 };
            *out += (level * filter.next(x, sweep, 0.8).low) as f32;
        }
    }
}

/// The root of each chord an octave down, as a soft sine for the LFE.
fn bass(track: &mut [f32], sample_rate: f64, start: f64, end: f64) {
    let mut phase = 0.0;
    for (i, out) in track.iter_mut().enumerate() {
        let t = i as f64 / sample_rate;
        let bar = (((t - start) / BAR).max(0.0) as usize).min(CHORDS.len() - 1);
        let since = t - start - BAR * bar as f64;
        phase = (phase + hz(CHORDS[bar][0]) / 2.0 / sample_rate).fract();
        let level =
            0.07 * ease(since, 0.0, 0.15) * (0.4 + 0.6 * ease(since, BAR, 0.4)) * ease(t, end, end - 1.5);
        *out += (level * (TAU * phase).sin()) as f32;
    }
}

/// Bells dry in the front, their hall in every other channel.
fn bells(bed: &mut [Vec<f32>], sample_rate: f64, start: f64) {
    let length = bed.first().map_or(0, Vec::len);
    let end = length as f64 / sample_rate;
    let (mut left, mut right) = (vec![0.0_f32; length], vec![0.0_f32; length]);
    for (eighth, note, side) in BELLS {
        let begin = start + eighth * BAR / 8.0;
        let angle = (side + 1.0) * TAU / 8.0;
        let first = ((begin * sample_rate) as usize).min(length);
        for i in first..length {
            let t = i as f64 / sample_rate - begin;
            if t > 3.0 {
                break;
            }
            let f = hz(note);
            let x = 0.045
                * (struck(t, f, 0.9) + 0.35 * struck(t, 2.0 * f, 0.5) + 0.12 * struck(t, 5.4 * f, 0.12));
            left[i] += (x * angle.cos()) as f32;
            right[i] += (x * angle.sin()) as f32;
        }
    }
    for (channel, track) in bed.iter_mut().enumerate() {
        let mut room = Room::new(channel, 0.8);
        let dry = match channel {
            0 => Some(&left),
            1 => Some(&right),
            _ => None,
        };
        if channel == LFE || channel == 2 {
            continue;
        }
        for (i, out) in track.iter_mut().enumerate() {
            let send = if channel % 2 == 0 { left[i] } else { right[i] };
            let wet = 0.55 * room.next(f64::from(send));
            let fade = ease(i as f64 / sample_rate, end, end - 1.0);
            *out += (fade * (dry.map_or(0.0, |d| f64::from(d[i])) + wet)) as f32;
        }
    }
}
