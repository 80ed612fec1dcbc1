//! Loudness, peaks and faults of a programme: ITU-R BS.1770-5, EBU Tech 3341 and 3342.
//!
//! ```text
//!  planar samples ── pages on an absolute grid ──┬── k_weighting ── steps of 10 ms ── gating: I, M, S, LRA
//!                                                ├── true_peak, per channel
//!                                                ├── levels: sample peak, clipping, DC, sound; correlation
//!                                                ├── timeline, for a report only: all of it in columns; bands
//!                                                ├── m_weighting ── leq_m
//!  the dialogue alone ── its own meter ──────────┴── dialogue: loudness of the steps with speech
//!  or: front channels ── downsampling ── voice ──┘
//! ```
//!
//! [`Meter`] takes blocks of any size and gives a [`Measurement`]. It knows channels by their names and weights
//! ([`channel_weight`]) and sees neither files nor layouts being rendered. Memory grows by less than 1 MB an
//! hour, and 3 MB where dialogue is measured; the size of the blocks changes no bit.

mod bands;
mod channel_weight;
mod columns;
mod correlation;
mod dialogue;
mod downsampling;
mod gating;
mod k_weighting;
mod leq_m;
mod levels;
mod limiter;
mod m_weighting;
mod measurement;
mod meter;
mod silence;
mod specification;
mod timeline;
mod true_peak;
mod true_peak_hold;
mod voice;

pub use bands::{BANDS, BandTimeline, Bands, band_centre};
pub(crate) use channel_weight::place_weight;
pub use channel_weight::{MeterChannel, SURROUND_WEIGHT, channel_weight};
pub(crate) use columns::Columns;
pub use dialogue::{DialogueMeasurement, SpeechActivity, SpeechGate, SpeechSource};
pub use limiter::{LIMITER_MARGIN_DB, Limiter, apply as apply_gains};
pub use measurement::{ChannelMeasurement, Maximum, Measurement, OFFSET_WORTH_TELLING, PairMeasurement};
pub use meter::{Measures, Meter};
pub use silence::Silence;
pub use specification::{
    Clause, ClauseJudgement, Judgement, Limit, MAX_SPECIFICATION_BYTES, Measure, Specification,
    SpecificationError, Verdict,
};
pub use timeline::{LoudnessColumn, Timeline};
pub use true_peak_hold::TruePeakHold;

/// Sample rates that can be measured, Hz.
pub const SAMPLE_RATES: std::ops::RangeInclusive<u32> = 8_000..=768_000;

/// Why a programme can't be measured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoudnessError {
    /// The K-weighting has no meaning there.
    #[error(
        "sample rate {0} Hz; loudness is measured between {lowest} and {highest} Hz",
        lowest = SAMPLE_RATES.start(),
        highest = SAMPLE_RATES.end()
    )]
    SampleRate(u32),
}

/// Loudness of a mean square that is weighted and summed over channels, LUFS (BS.1770-5 Annex 1).
pub(crate) fn lufs(energy: f64) -> f64 {
    -0.691 + 10.0 * energy.log10()
}

/// The mean square that has this loudness.
pub(crate) fn energy(lufs: f64) -> f64 {
    10f64.powf((lufs + 0.691) / 10.0)
}

/// `a · b + c`, in one rounding where the processor does that quickly.
#[inline(always)]
fn multiply_add(a: f32, b: f32, c: f32, fused: bool) -> f32 {
    if fused { a.mul_add(b, c) } else { a * b + c }
}

#[cfg(test)]
mod tests;
