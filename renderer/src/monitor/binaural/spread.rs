//! What is wide or diffuse, on headphones: one sound from many directions at once that both ears hear alike.
//!
//! ```text
//!            ┌ above 700 Hz ── 22 virtual loudspeakers, each with phases of its own ────────────┐
//!  a sound ──┤                                                                                  ├─ the head
//!            └ below 500 Hz ── a scene of first order: the whole, the mean direction, the width ┘
//! ```
//!
//! Loudspeakers with random phases add up at an ear by chance, band by band: the deeper the band, the fewer chances,
//! and the more the ears differ. So the phases ([`PHASES`]) were sought with which a sound of any width comes to each ear,
//! in every octave and third octave, with the sum of the powers that the loudspeakers have there. At low frequencies, where the head is small
//! against the wave, there is no search: of what sets the ears apart only that part is taken that is a
//! quarter of a turn from what they have in common. Both powers add up then, at both ears alike.

use std::f64::consts::{PI, SQRT_2, TAU};

use realfft::num_complex::Complex64;

use super::design::{Design, way};
use super::feeds::EARS;
use super::spread_table::{KNOTS, PHASES};
use crate::geom::direction;
use crate::layout::Layout;
use crate::panner::ambisonics::SphericalHarmonics;
use crate::render::DecorrelationFilters;

/// Components of a scene of first order.
const COMPONENTS: usize = 4;
/// Rows of the low frequencies: of where the sound is, and of how wide it is.
pub(super) const LOW_ROWS: usize = 2 * COMPONENTS;

/// The low frequencies end and the loudspeakers begin, hertz; between the two their powers are exchanged.
const CROSSOVER: (f64, f64) = (500.0, 707.0);
/// Half the length of a filter, seconds.
const HALF: f64 = 0.016;

/// Phases are this far apart, hertz, below `SPLIT` and above it: less than a hundredth of a second late or early, half of
/// it above.
const SPACING: (f64, f64) = (50.0, 100.0);
const SPLIT: f64 = 1_000.0;
/// The first phase belongs to this frequency, hertz.
const FIRST: f64 = 500.0;

/// What sets the ears apart changes its sign from band to band, by these delays in seconds, one for each component of first
/// order.
const TURNS: [f64; 3] = [0.005, 0.0043, 0.0057];

/// The low frequencies of what is spread over the virtual loudspeakers.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    /// For each loudspeaker the components of first order of sound from there, N3D.
    components: Vec<[f64; COMPONENTS]>,
}

impl Spread {
    pub(super) fn new(layout: &Layout) -> Self {
        let functions = SphericalHarmonics::new(1);
        let of = |channel: &crate::layout::Channel| {
            let mut values = [0.0; COMPONENTS];
            functions.n3d(direction(&channel.position).into(), &mut values);
            values
        };
        Self { components: layout.channels.iter().map(of).collect() }
    }

    /// Gains of the low rows for a sound that the loudspeakers have with these gains: its power, times the components of its
    /// mean direction, then times how far its directions scatter.
    pub(super) fn low(&self, gains: &[f64], polarity: f64) -> [f64; LOW_ROWS] {
        let mut rows = [0.0; LOW_ROWS];
        let power: f64 = gains.iter().map(|gain| gain * gain).sum();
        if power <= 0.0 {
            return rows;
        }
        let amplitude = polarity * power.sqrt();
        for component in 0..COMPONENTS {
            let (mut mean, mut square) = (0.0, 0.0);
            for (gain, values) in gains.iter().zip(&self.components) {
                let share = gain * gain / power;
                mean += share * values[component];
                square += share * values[component].powi(2);
            }
            rows[component] = amplitude * mean;
            rows[COMPONENTS + component] = amplitude * (square - mean * mean).max(0.0).sqrt();
        }
        rows
    }

    /// The filters of the loudspeakers' rows, the ears' and the low ones, at a sampling rate in hertz. The ears are those of
    /// `stereo`, what is heard without a head.
    pub(super) fn filters(&self, stereo: DecorrelationFilters, sample_rate: u32) -> DecorrelationFilters {
        let made = Design::new(HALF, sample_rate, &stereo);
        let mut responses: Vec<Vec<f64>> = phases()
            .iter()
            .map(|phases| made.response(|hertz| Complex64::from_polar(high(hertz), at(phases, hertz))))
            .collect();
        responses.extend(made.late(&stereo).into_iter().take(EARS));
        let whole = made.response(|hertz| low(hertz).into());
        responses.extend(std::iter::repeat_n(whole.clone(), COMPONENTS + 1));
        let turning =
            |delay: &f64| made.response(|hertz| (low(hertz) * SQRT_2 * (TAU * hertz * delay).cos()).into());
        responses.extend(TURNS.iter().map(turning));
        DecorrelationFilters { responses, delay: made.delay() }
    }
}

/// How far a frequency lies on the way from the low ones to the loudspeakers, a quarter of a turn.
fn crossed(hertz: f64) -> f64 {
    way(hertz, CROSSOVER) * PI / 2.0
}

fn low(hertz: f64) -> f64 {
    crossed(hertz).cos()
}

fn high(hertz: f64) -> f64 {
    crossed(hertz).sin()
}

/// The phases of each loudspeaker, in steps of no more than half a turn.
fn phases() -> Vec<Vec<f64>> {
    let unwrapped = |row: &[u8; KNOTS]| {
        let mut last = 0.0;
        let step = |phase: &u8| {
            let phase = TAU * f64::from(*phase) / 256.0;
            last += (phase - last + PI).rem_euclid(TAU) - PI;
            last
        };
        row.iter().map(step).collect()
    };
    PHASES.iter().map(unwrapped).collect()
}

/// The phase at a frequency, on a straight line between two knots; that of the first or the last beyond them.
fn at(phases: &[f64], hertz: f64) -> f64 {
    let below = (SPLIT - FIRST) / SPACING.0;
    let place = if hertz < SPLIT { (hertz - FIRST) / SPACING.0 } else { below + (hertz - SPLIT) / SPACING.1 };
    let place = place.max(0.0);
    let first = place.floor();
    let of = |knot: f64| phases.get(knot as usize).or(phases.last()).copied().unwrap_or(0.0);
    of(first) + (of(first + 1.0) - of(first)) * (place - first)
}
