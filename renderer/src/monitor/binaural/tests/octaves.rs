//! What is wide, octave by octave: both ears as loud, the level and the coherence of sound that comes from the
//! loudspeakers all round without anything in common.

use hrtf::{Direction, HrirPair};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex64;

use super::*;
use crate::geom::direction;
use crate::layout::Layout;
use crate::render::LoudspeakerPanner;

const SIZE: usize = 16_384;
pub(super) const OCTAVES: [f64; 9] =
    [63.0, 125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0];

pub(super) type Spectra = [Vec<Complex64>; 2];

fn spectra(ears: [&[f32]; 2]) -> Spectra {
    let transform = RealFftPlanner::new().plan_fft_forward(SIZE);
    ears.map(|ear| {
        let mut samples = transform.make_input_vec();
        samples.iter_mut().zip(ear).for_each(|(to, from)| *to = f64::from(*from));
        let mut bins = transform.make_output_vec();
        transform.process(&mut samples, &mut bins).unwrap();
        bins
    })
}

/// Of pink noise in an octave: powers of both ears, and what they have in common, of sounds that have nothing to do with each
/// other, with their powers.
fn octave(sounds: &[(Spectra, f64)], centre: f64) -> (f64, f64, f64) {
    let bin = f64::from(RATE) / SIZE as f64;
    let (from, to) = (centre / 2.0_f64.sqrt() / bin, (centre * 2.0_f64.sqrt()).min(22_000.0) / bin);
    let mut sums = (0.0, 0.0, 0.0);
    for line in from.ceil() as usize..to.ceil() as usize {
        for ([left, right], power) in sounds {
            let share = power / line as f64;
            sums.0 += share * left[line].norm_sqr();
            sums.1 += share * right[line].norm_sqr();
            sums.2 += share * (left[line] * right[line].conj()).re;
        }
    }
    sums
}

pub(super) fn decibels(ratio: f64) -> f64 {
    10.0 * ratio.log10()
}

/// The virtual loudspeakers' responses, with their delays.
pub(super) fn loudspeakers(layout: &Layout) -> Vec<Spectra> {
    let (headphones, mut pair) = (headphones(), HrirPair::default());
    let of = |channel: &crate::layout::Channel| {
        let place = Direction::from_vector(direction(&channel.position).into());
        headphones.set.response(place, &mut pair);
        let ears = spectra([&pair.left, &pair.right]);
        let turned = |(spectrum, delay): (&Vec<Complex64>, f64)| {
            let turn = -std::f64::consts::TAU * delay / SIZE as f64;
            let lines = spectrum.iter().enumerate();
            lines.map(|(line, value)| value * Complex64::from_polar(1.0, turn * line as f64)).collect()
        };
        [turned((&ears[0], pair.delay_left)), turned((&ears[1], pair.delay_right))]
    };
    layout.channels.iter().map(of).collect()
}

/// Found and expected in an octave, of an object with this size: level between the ears (dB), power, coherence.
pub(super) struct Heard {
    between: [f64; 2],
    pub(super) power: [f64; 2],
    coherence: [f64; 2],
}

pub(super) fn heard(
    headphones: &Headphones,
    block: &ObjectsBlock,
    layout: &Layout,
    responses: &[Spectra],
) -> Vec<Heard> {
    let mut click = vec![0.0; SIZE];
    click[SIZE / 2] = 1.0;
    let [left, right] = render(headphones, vec![object(0, block.clone())], &[click]);
    let rendered = [(spectra([&left, &right]), 1.0)];
    // BS.2127's own gains for these loudspeakers: as if each played noise of its own.
    let mut panner = LoudspeakerPanner::new(layout, None).unwrap();
    let gains = panner.gains(block, &context()).direct.clone();
    let alone: Vec<(Spectra, f64)> =
        responses.iter().zip(&gains).map(|(spectra, gain)| (spectra.clone(), gain * gain)).collect();
    let of = |centre: &f64| {
        let both = [octave(&rendered, *centre), octave(&alone, *centre)];
        Heard {
            between: both.map(|(left, right, _)| decibels(left / right)),
            power: both.map(|(left, right, _)| left + right),
            coherence: both.map(|(left, right, common)| common / (left * right).sqrt()),
        }
    };
    OCTAVES.iter().map(of).collect()
}

pub(super) fn sized(azimuth: f64, width: f64, height: f64) -> ObjectsBlock {
    ObjectsBlock { width, height, ..block(azimuth, 0.0) }
}

#[test]
fn what_is_wide_ahead_is_as_loud_at_both_ears_in_every_octave() {
    let layout = Layout::by_name("9+10+3").unwrap().without_lfe();
    let responses = loudspeakers(&layout);
    for (width, height) in [(60.0, 0.0), (90.0, 30.0), (180.0, 0.0), (270.0, 90.0), (360.0, 360.0)] {
        for azimuth in [0.0, 180.0] {
            let heard = heard(&headphones(), &sized(azimuth, width, height), &layout, &responses);
            for (heard, octave) in heard.iter().zip(OCTAVES) {
                let name = format!("{azimuth}°, {width} × {height}, {octave} Hz");
                assert!(heard.between[0].abs() < 0.5, "{name}: {:.2} dB", heard.between[0]);
                let level = decibels(heard.power[0] / heard.power[1]);
                assert!(level.abs() < 1.0, "{name}: level {level:.2} dB");
            }
        }
    }
}

#[test]
fn what_is_wide_beside_keeps_its_level_in_every_octave() {
    let layout = Layout::by_name("9+10+3").unwrap().without_lfe();
    let responses = loudspeakers(&layout);
    for azimuth in [-45.0, 90.0, 135.0] {
        let heard = heard(&headphones(), &sized(azimuth, 120.0, 60.0), &layout, &responses);
        for (heard, octave) in heard.iter().zip(OCTAVES) {
            let (found, expected) = (heard.between[0], heard.between[1]);
            assert!(
                (found - expected).abs() < 1.5,
                "{azimuth}°, {octave} Hz: {found:.2}, not {expected:.2} dB"
            );
            let level = decibels(heard.power[0] / heard.power[1]);
            assert!(level.abs() < 1.2, "{azimuth}°, {octave} Hz: level {level:.2} dB");
        }
    }
}

#[test]
fn what_is_all_round_is_as_wide_as_a_diffuse_field() {
    let layout = Layout::by_name("9+10+3").unwrap().without_lfe();
    let responses = loudspeakers(&layout);
    for (width, height, most) in [(180.0, 0.0, 0.35), (360.0, 360.0, 0.3)] {
        let heard = heard(&headphones(), &sized(0.0, width, height), &layout, &responses);
        for (heard, octave) in heard.iter().zip(OCTAVES) {
            let [found, expected] = heard.coherence;
            assert!((found - expected).abs() < most, "{width}°, {octave} Hz: {found:.2}, not {expected:.2}");
            // A point has above 0.98.
            assert!(octave < 400.0 || found < 0.5, "{width}°, {octave} Hz: {found:.2}");
        }
    }
}
