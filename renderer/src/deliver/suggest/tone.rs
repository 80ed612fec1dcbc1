//! Filters that bring a spectrum nearer to another: a few broad bells and shelves, half-way.

use formats::scene::chain::{Eq, EqBand};

use crate::loudness::{BANDS, Bands, band_centre};
use crate::mix::eq::response;

/// Anchors of the built-in target: Hz, and dB of a third-octave band. The average shape of programmes with speech and
/// music: level in the low middle, falling above; a matter of taste, and no standard.
const TARGET: [(f64, f64); 9] = [
    (40.0, -4.0),
    (63.0, 0.0),
    (160.0, 0.0),
    (500.0, -3.5),
    (1_000.0, -6.0),
    (2_000.0, -8.5),
    (4_000.0, -11.5),
    (8_000.0, -16.0),
    (16_000.0, -25.0),
];
/// Bands that are looked at, Hz.
const RANGE: [f64; 2] = [40.0, 16_000.0];
/// Those that tell how loud the target is beside the programme, Hz.
const LEVELLED: [f64; 2] = [100.0, 8_000.0];
/// Less is nobody's business, dB.
const LEAST_DB: f64 = 3.0;
/// How much of what is found is taken back.
const PART: f64 = 0.5;
/// The most that a filter does, dB.
pub(super) const MOST_DB: f64 = 4.0;
/// Filters at most.
const MOST_FILTERS: usize = 4;
/// Bands so much below the strongest are no part of the sound, dB.
const FLOOR_DB: f64 = 60.0;
/// Where shelves take over from bells, Hz.
const SHELVES: [f64; 2] = [70.0, 9_000.0];

/// A filter, and what it is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Correction {
    pub(super) band: EqBand,
    /// dB above the target where it is most.
    pub(super) found_db: f64,
}

/// The built-in target, dB per third-octave band.
pub(super) fn built_in_target() -> [f64; BANDS] {
    std::array::from_fn(|band| {
        let hz = band_centre(band);
        let next = TARGET.iter().position(|(anchor, _)| *anchor >= hz).unwrap_or(TARGET.len() - 1).max(1);
        let ((low, from), (high, to)) = (TARGET[next - 1], TARGET[next]);
        from + (to - from) * ((hz / low).ln() / (high / low).ln())
    })
}

/// A spectrum in dB, silent bands far below all others.
pub(super) fn decibels(bands: &Bands) -> [f64; BANDS] {
    bands.map(|power| 10.0 * power.max(1e-20).log10())
}

/// Filters that bring `found` towards `target`, both dB per third-octave band; their levels don't matter.
pub(super) fn corrections(found: &[f64; BANDS], target: &[f64; BANDS], sample_rate: u32) -> Vec<Correction> {
    let strongest = found.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let centres: [f64; BANDS] = std::array::from_fn(band_centre);
    let counts = |band: usize, [low, high]: [f64; 2]| {
        found[band] > strongest - FLOOR_DB
            && (low..=high).contains(&centres[band])
            && centres[band] < 0.45 * f64::from(sample_rate)
    };
    let mut levels: Vec<f64> =
        (0..BANDS).filter(|band| counts(*band, LEVELLED)).map(|band| found[band] - target[band]).collect();
    levels.sort_by(f64::total_cmp);
    let Some(level) = levels.get(levels.len() / 2).copied() else { return Vec::new() };
    let used: Vec<usize> = (0..BANDS).filter(|band| counts(*band, RANGE)).collect();
    let raw: Vec<f64> = used.iter().map(|band| found[*band] - target[*band] - level).collect();
    // An octave at a time: single bands belong to the music.
    let mut excess: Vec<f64> = (0..raw.len())
        .map(|n| {
            let near = &raw[n.saturating_sub(1)..(n + 2).min(raw.len())];
            near.iter().sum::<f64>() / near.len() as f64
        })
        .collect();
    let frequencies: Vec<f64> = used.iter().map(|band| centres[*band]).collect();
    let mut corrections = Vec::new();
    while corrections.len() < MOST_FILTERS {
        let Some(band) = filter(&frequencies, &excess) else { break };
        let eq = Eq { bands: vec![band.band] };
        let Ok(found) = response(&eq, sample_rate, &frequencies) else { break };
        // What a half-way filter was made for is dealt with.
        excess.iter_mut().zip(found).for_each(|(excess, at)| *excess += at.magnitude_db / PART);
        // What a filter could not do at its most, a second one in the same place shall not either.
        let (place, kind) = (band.band.frequency_hz(), std::mem::discriminant(&band.band));
        let near = |known: &Correction| {
            (known.band.frequency_hz() / place).log2().abs() < 1.0
                && std::mem::discriminant(&known.band) == kind
        };
        if corrections.iter().any(near) {
            break;
        }
        corrections.push(band);
    }
    corrections
}

/// A filter for what is most out of line.
fn filter(frequencies: &[f64], excess: &[f64]) -> Option<Correction> {
    let (at, most) = excess.iter().copied().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
    if most.abs() < LEAST_DB {
        return None;
    }
    let frequency_hz = frequencies[at].round();
    let gain_db = (10.0 * (-most * PART).clamp(-MOST_DB, MOST_DB)).round() / 10.0;
    let is_part = |n: &usize| excess[*n] * most.signum() > most.abs() / 2.0;
    let below = (0..at).rev().take_while(is_part).last().unwrap_or(at);
    let above = (at + 1..excess.len()).take_while(is_part).last().unwrap_or(at);
    let q = EqBand::DEFAULT_SHELF_Q;
    let band = if frequency_hz < SHELVES[0] {
        EqBand::LowShelf { frequency_hz: frequencies[above].round(), gain_db, q }
    } else if frequency_hz > SHELVES[1] {
        EqBand::HighShelf { frequency_hz: frequencies[below].round(), gain_db, q }
    } else {
        // Bands reach a sixth of an octave to either side of their centre.
        let width = (frequencies[above] / frequencies[below]).log2() + 1.0 / 3.0;
        let half = 2f64.powf(width / 2.0);
        let q = (100.0 / (half - 1.0 / half)).round() / 100.0;
        EqBand::Bell { frequency_hz, gain_db, q: q.clamp(0.3, 4.0) }
    };
    Some(Correction { band, found_db: most })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spectrum_like_the_target_needs_nothing() {
        let target = built_in_target();
        let louder = target.map(|level| level - 31.0);
        assert_eq!(corrections(&louder, &target, 48_000), []);
    }

    #[test]
    fn a_hump_gets_a_bell_of_half_its_height() {
        let target = built_in_target();
        let hump = |hz: f64| 6.0 * (-(hz / 400.0).log2().powi(2) / 0.5).exp();
        let found: [f64; BANDS] = std::array::from_fn(|band| target[band] + hump(band_centre(band)));
        let corrections = corrections(&found, &target, 48_000);
        let [Correction { band: EqBand::Bell { frequency_hz, gain_db, q }, .. }] = corrections.as_slice()
        else {
            panic!("{corrections:?}")
        };
        assert!((398.0 - frequency_hz).abs() < 2.0, "{frequency_hz}");
        assert!((-3.0..-2.3).contains(gain_db) && (0.5..1.5).contains(q), "{gain_db} {q}");
    }

    #[test]
    fn filters_never_do_much() {
        let target = built_in_target();
        let found: [f64; BANDS] =
            std::array::from_fn(|band| if band % 8 < 4 { 30.0 } else { -10.0 } + target[band]);
        for Correction { band, .. } in corrections(&found, &target, 48_000) {
            let gain = match band {
                EqBand::Bell { gain_db, .. }
                | EqBand::LowShelf { gain_db, .. }
                | EqBand::HighShelf { gain_db, .. } => gain_db,
                _ => f64::NAN,
            };
            assert!(gain.abs() <= MOST_DB, "{band:?}");
        }
    }
}
