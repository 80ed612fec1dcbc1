//! How loud things are, by ITU-R BS.1770.

use std::f64::consts::TAU;

use ebur128::{EbuR128, Mode};
use hrtf::{Direction, HrirPair};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex64;

use super::*;
use crate::monitor::binaural::Stage;

pub(super) const FRAMES: usize = 36_000;

pub(super) fn loudness(ears: &[Vec<f32>; 2]) -> f64 {
    let mut meter = EbuR128::new(2, RATE, Mode::I).unwrap();
    meter.add_frames_planar_f32(&[&ears[0], &ears[1]]).unwrap();
    meter.loudness_global().unwrap()
}

/// Pink noise: white noise through Kellet's filter, −3 dB an octave within 0.05 dB from 10 Hz on.
pub(super) fn pink(seed: u32) -> Vec<f32> {
    const POLES: [(f64, f64); 6] = [
        (0.99886, 0.055_517_9),
        (0.99332, 0.075_075_9),
        (0.96900, 0.153_852_0),
        (0.86650, 0.310_485_6),
        (0.55000, 0.532_952_2),
        (-0.7616, -0.016_898_0),
    ];
    let (mut state, mut last) = ([0.0; 6], 0.0);
    let mut next = |white: f32| {
        let white = f64::from(white);
        for (state, (pole, gain)) in state.iter_mut().zip(POLES) {
            *state = pole * *state + gain * white;
        }
        let sum = state.iter().sum::<f64>() + last + white * 0.536_2;
        last = white * 0.115_926;
        (sum * 0.1) as f32
    };
    noise(seed, FRAMES).into_iter().map(&mut next).collect()
}

/// Fourteen directions: the six axes and the eight corners of a cube.
pub(super) fn directions() -> impl Iterator<Item = Direction> {
    let axes = [(0.0, 0.0), (180.0, 0.0), (90.0, 0.0), (-90.0, 0.0), (0.0, 90.0), (0.0, -90.0)];
    let corners = [45.0, 135.0, -45.0, -135.0].into_iter().flat_map(|az| [(az, 35.3), (az, -35.3)]);
    axes.into_iter().chain(corners).map(|(azimuth, elevation)| Direction::new(azimuth, elevation))
}

#[test]
fn pink_noise_from_anywhere_is_as_loud_as_the_head_makes_it() {
    let tracks = [pink(8)];
    let (headphones, mut pair) = (headphones(), HrirPair::default());
    let plain = loudness(&[tracks[0].clone(), vec![0.0; FRAMES]]);
    let mut heard = Vec::new();
    for direction in directions() {
        let found =
            render(&headphones, vec![object(0, block(direction.azimuth, direction.elevation))], &tracks);
        // The head itself: its responses, convolved directly. Their delays don't count for loudness.
        headphones.set.response(direction, &mut pair);
        let convolved = [&pair.left, &pair.right].map(|response| {
            let at = |n: usize| -> f64 {
                let taps = response.iter().take(n + 1).enumerate();
                taps.map(|(k, tap)| f64::from(*tap) * f64::from(tracks[0][n - k])).sum()
            };
            (0..FRAMES).map(|n| at(n) as f32).collect::<Vec<f32>>()
        });
        let (found, wanted) = (loudness(&found), loudness(&convolved));
        assert!((found - wanted).abs() < 0.1, "{direction:?}: {found:.2} {wanted:.2} LUFS");
        heard.push(found - plain);
    }
    let mean = 10.0 * (heard.iter().map(|gain| 10_f64.powf(gain / 10.0)).sum::<f64>() / 14.0).log10();
    assert!(mean.abs() < 1.0, "{mean:.2} LU of {heard:.2?}");
    assert!(heard.iter().all(|gain| gain.abs() < 3.5), "{heard:.2?}");
}

#[test]
fn scenes_are_as_loud_as_objects_from_the_same_direction() {
    let samples = noise(9, FRAMES);
    // A low order is smeared over the sphere: its loudness lies between that of the direction and the mean. What is in the
    // middle of the first order loses most, because both ears have no more in common than in a diffuse field.
    for (order, most) in [(1, 3.0), (3, 1.0), (5, 0.7)] {
        for direction in [(0.0, 0.0), (60.0, 0.0), (-110.0, 0.0), (180.0, 0.0), (45.0, 45.0)] {
            let direction = Direction::new(direction.0, direction.1);
            let wave = plane_wave(order, direction, &samples);
            let scene = render(&headphones(), vec![scene(order as i32)], &wave);
            let point = block(direction.azimuth, direction.elevation);
            let point = render(&headphones(), vec![object(0, point)], std::slice::from_ref(&samples));
            let apart = loudness(&scene) - loudness(&point);
            assert!(apart.abs() < most, "order {order}, {direction:?}: {apart:.2} LU");
        }
    }
}

#[test]
fn what_comes_from_ahead_is_on_time() {
    let stage = Stage::new(&headphones(), &Vec::new().into(), RATE).unwrap();
    // The built-in set and its kernels are late by two milliseconds and more; the engine looks so far ahead.
    assert!((60..200).contains(&stage.latency()), "{}", stage.latency());
    let mut click = vec![0.0; 6_000];
    click[3_000] = 1.0;
    let ears = render(&headphones(), vec![object(0, block(0.0, 0.0))], &[click]);
    for ear in ears {
        let peak = (0..6_000).max_by(|a, b| ear[*a].abs().total_cmp(&ear[*b].abs())).unwrap();
        assert!(peak.abs_diff(3_000) <= 8, "{peak}");
    }
}

/// Pink noise of 40 Hz to 20 kHz and nothing beside: sets have nothing above 20 kHz, and white noise would go on.
fn pink_to_20_khz() -> Vec<f32> {
    let inverse = RealFftPlanner::<f64>::new().plan_fft_inverse(FRAMES);
    let (mut bins, mut samples) = (inverse.make_input_vec(), inverse.make_output_vec());
    let bin = f64::from(RATE) / FRAMES as f64;
    for (line, phase) in noise(20, bins.len()).into_iter().enumerate() {
        let hertz = line as f64 * bin;
        let heard = (40.0..=20_000.0).contains(&hertz);
        let amplitude = if heard { 0.02 / hertz.sqrt() } else { 0.0 };
        bins[line] = Complex64::from_polar(amplitude, TAU * f64::from(phase));
    }
    inverse.process(&mut bins, &mut samples).unwrap();
    samples.into_iter().map(|sample| sample as f32).collect()
}

#[test]
fn sound_from_5_1_is_as_loud_as_bs_1770_has_it_in_the_room() {
    let tracks = [pink_to_20_khz()];
    let power = |ears: &[Vec<f32>; 2]| 10_f64.powf(loudness(ears) / 10.0);
    let alone = power(&[tracks[0].clone(), vec![0.0; FRAMES]]);
    let from =
        |azimuth: f64| power(&render(&headphones(), vec![object(0, block(azimuth, 0.0))], &tracks)) / alone;
    let ears: f64 = [0.0, 30.0, -30.0, 110.0, -110.0].map(from).iter().sum();
    // L, R and C as they are, the surrounds 1.5 dB louder.
    let apart = 10.0 * (ears / (3.0 + 2.0 * 1.41)).log10();
    assert!(apart.abs() < 0.1, "{apart:.2} LU");
}
