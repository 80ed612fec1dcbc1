//! The spectrum of what passes, for a display: bands of a sixth of an octave, each an analogue resonance brought to the
//! sample rate.
//!
//! Two equal resonances one after the other for each band, −3 dB at the edges of the band and 0 dB in its middle, so that a
//! steady tone reads the same whatever its frequency, and low bands are as sharp as high ones.

use std::f64::consts::PI;

use multiversion::multiversion;

use super::grid::NOTHING;
use crate::audio::AudioBlock;

/// Bands, base ten (IEC 61260-1): the exponents of their centres in sixtieths, from 19.95 Hz to 19.95 kHz.
const CENTRES: std::ops::RangeInclusive<i32> = 78..=258;
const EXPONENTS_PER_BAND: usize = 3;
/// Room for all of them in whole vectors.
const LANES: usize = 64;
/// Time constant, seconds.
const SECONDS: f64 = 0.3;
/// What is lower is shown as this, dB.
const FLOOR_DB: f32 = -120.0;

type Lanes = [f64; LANES];

/// A spectrum at work.
#[derive(Clone)]
pub(super) struct SpectrumMeter {
    centres: Vec<f64>,
    coefficients: Box<Coefficients>,
    /// Of each channel.
    states: Vec<States>,
    /// Mean squares, summed over all channels.
    power: Box<Lanes>,
    /// Samples in the time constant.
    length: f64,
}

/// b · (1 − z⁻²) / (1 + a₁ z⁻¹ + a₂ z⁻²).
#[derive(Clone)]
struct Coefficients {
    b: Lanes,
    a1: Lanes,
    a2: Lanes,
}

/// Of the first and the second resonance of each band, transposed direct forms.
#[derive(Clone)]
struct States([[Lanes; 2]; 2]);

impl SpectrumMeter {
    /// For blocks of so many channels.
    pub(super) fn new(sample_rate: u32, channels: usize) -> Self {
        let rate = f64::from(sample_rate);
        let half_band = 10f64.powf(1.0 / 40.0);
        let centres =
            CENTRES.step_by(EXPONENTS_PER_BAND).map(|exponent| 10f64.powf(f64::from(exponent) / 60.0));
        let centres: Vec<f64> = centres.take_while(|centre| centre * half_band < 0.49 * rate).collect();
        let zero = || [0.0; LANES];
        let mut coefficients = Box::new(Coefficients { b: zero(), a1: zero(), a2: zero() });
        for (band, centre) in centres.iter().enumerate() {
            let edge = |hertz: f64| (PI * hertz / rate).tan();
            let (low, high) = (edge(centre / half_band), edge(centre * half_band));
            // Two are down by 3 dB where one is down by 1.5 dB.
            let (width, square) = ((high - low) / (2f64.sqrt() - 1.0).sqrt(), low * high);
            let whole = 1.0 + width + square;
            coefficients.b[band] = width / whole;
            coefficients.a1[band] = 2.0 * (square - 1.0) / whole;
            coefficients.a2[band] = (1.0 - width + square) / whole;
        }
        Self {
            centres,
            coefficients,
            states: vec![States([[zero(); 2]; 2]); channels],
            power: Box::new(zero()),
            length: SECONDS * rate,
        }
    }

    /// Takes in what passes.
    pub(super) fn add(&mut self, block: &AudioBlock) {
        let frames = block.frames();
        if frames == 0 {
            return;
        }
        let mut squares = [0.0; LANES];
        for (channel, states) in self.states.iter_mut().enumerate().take(block.channels()) {
            resonate(block.channel(channel), &self.coefficients, states, &mut squares);
            states.settle();
        }
        let decay = (-(frames as f64) / self.length).exp();
        for (power, sum) in self.power.iter_mut().zip(&squares) {
            let mean = sum / frames as f64;
            *power = mean + (*power - mean) * decay;
        }
    }

    /// Centre in Hz and level in dBFS of each band, a sine at full scale being 0; at least −120.
    pub(super) fn bands(&self) -> Vec<(f32, f32)> {
        let level = |power: f64| (10.0 * (2.0 * power).log10()) as f32;
        let bands = self.centres.iter().zip(self.power.iter());
        bands.map(|(centre, power)| (*centre as f32, level(*power).max(FLOOR_DB))).collect()
    }
}

impl States {
    /// What has died away becomes exactly zero, before its numbers become subnormal and slow; what is no number too.
    fn settle(&mut self) {
        for value in self.0.as_flattened_mut().as_flattened_mut() {
            if !(NOTHING..1e30).contains(&value.abs()) {
                *value = 0.0;
            }
        }
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop, reason = "plain counting loops become vectors")]
fn resonate(samples: &[f32], coefficients: &Coefficients, states: &mut States, squares: &mut Lanes) {
    let Coefficients { b, a1, a2 } = coefficients;
    let States([[s0, s1], [t0, t1]]) = states;
    for n in 0..samples.len() {
        let x = f64::from(samples[n]);
        for k in 0..LANES {
            let y = b[k] * x + s0[k];
            s0[k] = s1[k] - a1[k] * y;
            s1[k] = -b[k] * x - a2[k] * y;
            let z = b[k] * y + t0[k];
            t0[k] = t1[k] - a1[k] * z;
            t1[k] = -b[k] * y - a2[k] * z;
            squares[k] += z * z;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    const RATE: u32 = 48_000;

    /// Levels after two seconds of sines on two channels.
    fn levels(tones: [(f64, f64); 2]) -> Vec<(f32, f32)> {
        let mut meter = SpectrumMeter::new(RATE, 2);
        let mut block = AudioBlock::new(2, 1_000);
        for start in (0..96_000).step_by(1_000) {
            for (channel, (hertz, gain)) in tones.iter().enumerate() {
                for (n, sample) in block.channel_mut(channel).iter_mut().enumerate() {
                    *sample = (gain * (TAU * hertz * (start + n) as f64 / f64::from(RATE)).sin()) as f32;
                }
            }
            meter.add(&block);
        }
        meter.bands()
    }

    fn at(levels: &[(f32, f32)], hertz: f32) -> f32 {
        let nearest =
            |a: &&(f32, f32), b: &&(f32, f32)| (a.0 / hertz).ln().abs().total_cmp(&(b.0 / hertz).ln().abs());
        levels.iter().min_by(nearest).expect("bands").1
    }

    #[test]
    fn a_tone_at_full_scale_is_0_db_in_its_band_and_little_elsewhere() {
        let bands = levels([(1_000.0, 1.0), (0.0, 0.0)]);
        assert_eq!(bands.len(), 61);
        assert!((bands[0].0 - 19.95).abs() < 0.01 && (bands[60].0 - 19_953.0).abs() < 1.0);
        // After two seconds a mean over 0.3 s is there but for 0.1 %.
        assert!(at(&bands, 1_000.0).abs() < 0.02, "{}", at(&bands, 1_000.0));
        // One band away: |f/f₀ − f₀/f| = 0.2308 where the edge of a band has 0.1152.
        for beside in [1_122.0, 891.0] {
            let expected = -20.0 * (1.0_f32 + 0.414_2 * (0.230_8_f32 / 0.115_2).powi(2)).log10();
            assert!((at(&bands, beside) - expected).abs() < 0.2, "{} {expected}", at(&bands, beside));
        }
        assert!(at(&bands, 2_000.0) < -35.0 && at(&bands, 100.0) < -65.0);
    }

    #[test]
    fn low_bands_and_high_ones_read_alike_and_channels_add_up() {
        let centre = |exponent: f64| 10f64.powf(exponent / 20.0);
        let bands = levels([(centre(32.0), 0.1), (centre(84.0), 0.01)]);
        assert!((at(&bands, 39.8) + 20.0).abs() < 0.1, "{}", at(&bands, 39.8));
        assert!((at(&bands, 15_849.0) + 40.0).abs() < 0.1, "{}", at(&bands, 15_849.0));
        let both = levels([(1_000.0, 0.5), (1_000.0, 0.5)]);
        assert!((at(&both, 1_000.0) + 3.01).abs() < 0.02);
        assert!(levels([(0.0, 0.0); 2]).iter().all(|band| band.1 == -120.0));
    }
}
