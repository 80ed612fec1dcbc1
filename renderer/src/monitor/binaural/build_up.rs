//! Loudspeakers that carry the same sound, on headphones: as loud as in a room.
//!
//! In a room sounds from many loudspeakers add up by their powers, and BS.2127's gains are made for that. At ears that only
//! direct sound reaches they add up by their amplitudes as long as the head is small against the wave: eleven loudspeakers
//! are 10 dB louder below 300 Hz, and louder or softer by chance above. So what is wide, and HOA scenes, get a gain in
//! each of two bands, with which they come to the ears with the sum of the powers that the loudspeakers have there. It follows from where
//! the loudspeakers and the ears are, and from nothing that sounds. A point keeps the gains of its loudspeakers.
//! (Compare Laitinen, Vilkamo, Jussila, Politis and Pulkki, 2014: the less of a room there is, the more amplitude-preserving
//! panning has to be at low frequencies.)

use std::f64::consts::PI;
use std::sync::Arc;

use hrtf::{Binauraliser, Direction, Orientation, k_weight};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex64;

use super::design::{Design, way};
use super::head::Head;
use crate::geom::direction;
use crate::layout::Layout;
use crate::render::DecorrelationFilters;

/// One band fades into the other between these, hertz: where loudspeakers at usual angles cease to have a phase in common.
const CROSSOVER: (f64, f64) = (400.0, 1_600.0);
/// The gains of the bands are those of pink noise from here to there, hertz, K-weighted as loudness is.
const LOW: (f64, f64) = (60.0, 400.0);
const HIGH: (f64, f64) = (1_000.0, 20_000.0);
/// Half the length of the low band's filter, seconds.
const HALF: f64 = 0.008;
/// No gain is greater: loudspeakers that cancel each other out at the ears stay faint.
const MOST: f64 = 2.0;

/// What the ears make of loudspeakers that carry the same sound. Cheap to clone.
#[derive(Clone)]
pub(super) struct BuildUp {
    /// For each band, for each pair of loudspeakers, what they have in common at both ears; their powers in the diagonal.
    bands: Arc<[Vec<Vec<f64>>; 2]>,
}

/// Gains of the low and of the high band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct BandGains {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl BuildUp {
    /// That of a layout, for a head that stays, or as if it looked ahead.
    pub(super) fn new(binauraliser: &Binauraliser, layout: &Layout, head: &Head) -> Self {
        let head = if head.moves() { Orientation::FORWARD } else { head.at(0.0) };
        let responses: Vec<Option<[Vec<f64>; 2]>> = layout
            .channels
            .iter()
            .map(|channel| {
                let place = Direction::from_vector(direction(&channel.position).into());
                (!channel.is_lfe).then(|| binauraliser.response(head.to_head(place)))
            })
            .collect();
        let taps = responses.iter().flatten().flatten().map(Vec::len).max().unwrap_or(1);
        let transform = RealFftPlanner::<f64>::new().plan_fft_forward(taps.next_power_of_two().max(4096));
        let spectrum = |response: &Vec<f64>| {
            let (mut samples, mut bins) = (transform.make_input_vec(), transform.make_output_vec());
            samples.iter_mut().zip(response).for_each(|(to, from)| *to = *from);
            // Fails only for buffers of the wrong length.
            let transformed = transform.process(&mut samples, &mut bins);
            debug_assert!(transformed.is_ok());
            bins
        };
        let spectra: Vec<Option<[Vec<Complex64>; 2]>> = responses
            .iter()
            .map(|pair| pair.as_ref().map(|pair| [0, 1].map(|ear| spectrum(&pair[ear]))))
            .collect();
        let bin = f64::from(binauraliser.set().sample_rate()) / transform.len() as f64;
        Self { bands: Arc::new([LOW, HIGH].map(|band| common(&spectra, bin, band))) }
    }

    /// The gains for a sound that the loudspeakers have with these gains, a `share` of whose power is wide.
    pub(super) fn of_gains(&self, gains: &[f64], share: f64) -> BandGains {
        self.of_all(&[(gains, 1.0)], share)
    }

    /// The gains for sounds without anything in common, each with its gains and its power.
    pub(super) fn of_all(&self, sounds: &[(&[f64], f64)], share: f64) -> BandGains {
        let band = |pairs: &Vec<Vec<f64>>| {
            let (mut apart, mut together) = (0.0, 0.0);
            for (gains, power) in sounds {
                for (row, (gain, pairs)) in gains.iter().zip(pairs).enumerate() {
                    apart += power * gain * gain * pairs[row];
                    let others = gains.iter().zip(pairs).map(|(other, common)| other * common).sum::<f64>();
                    together += power * gain * others;
                }
            }
            // Of a sound that nobody hears.
            let change = if apart > 0.0 { apart / together.max(apart / MOST.powi(2)) } else { 1.0 };
            (1.0 + share * (change - 1.0)).sqrt()
        };
        let [low, high] = &*self.bands;
        BandGains { low: band(low), high: band(high) }
    }
}

/// What each two loudspeakers have in common at both ears of pink noise of a band; `bin` hertz is a line.
fn common(spectra: &[Option<[Vec<Complex64>; 2]>], bin: f64, (from, to): (f64, f64)) -> Vec<Vec<f64>> {
    let first = (from / bin).ceil() as usize;
    let weights: Vec<f64> = (first..=(to / bin).floor() as usize)
        .map(|line| line as f64 * bin)
        .map(|hertz| k_weight(hertz) / hertz.max(bin))
        .collect();
    let of = |a: &Option<[Vec<Complex64>; 2]>, b: &Option<[Vec<Complex64>; 2]>| {
        let (Some(a), Some(b)) = (a, b) else { return 0.0 };
        let ear = |ear: usize| {
            let lines = a[ear].iter().zip(&b[ear]).skip(first).zip(&weights);
            lines.map(|((a, b), weight)| (a * b.conj()).re * weight).sum::<f64>()
        };
        ear(0) + ear(1)
    };
    spectra.iter().map(|a| spectra.iter().map(|b| of(a, b)).collect()).collect()
}

/// `others` and after them one filter of the low band for each of `loudspeakers`.
pub(super) fn filters(
    others: &DecorrelationFilters,
    loudspeakers: usize,
    sample_rate: u32,
) -> DecorrelationFilters {
    let made = Design::new(HALF, sample_rate, others);
    let low = made.response(|hertz| (0.5 + 0.5 * (PI * way(hertz, CROSSOVER)).cos()).into());
    let mut responses = made.late(others);
    responses.extend(std::iter::repeat_n(low, loudspeakers));
    DecorrelationFilters { responses, delay: made.delay() }
}
