//! What a specification asks of the level: a gain to its loudness, a ceiling for its true peaks.

use crate::loudness::{Clause, Limit, Measure, Measurement, Specification};

/// A range that is wider than this has no middle to aim at, LU: the level is only brought into it. The widest
/// tolerance is ±2 LU.
const WIDEST_TOLERANCE: f64 = 6.0;
/// How far within a range the level is brought that is out of it, LU, so that another meter's last digit finds it there too.
const INSET: f64 = 0.05;
/// Arithmetic, LU.
const EXACT: f64 = 1e-9;
/// The ceiling where no clause says one, dBTP: full scale.
const FULL_SCALE: f64 = 0.0;

/// Gains, dB, that keep a limit.
#[derive(Clone, Copy, Debug)]
struct Range {
    low: f64,
    high: f64,
}

impl Range {
    /// The gains that bring a value of `measured` into `limit`; `None` where gain doesn't change what is limited, or nothing was measured.
    fn of(limit: &Limit, measured: &Measurement) -> Option<Self> {
        let value = limit.measure.of(measured).filter(|_| moves_with_gain(limit.measure))?;
        Some(Self {
            low: limit.minimum.map_or(f64::NEG_INFINITY, |minimum| minimum - value),
            high: limit.maximum.map_or(f64::INFINITY, |maximum| maximum - value),
        })
    }

    fn contains(self, gain: f64) -> bool {
        (self.low - EXACT..=self.high + EXACT).contains(&gain)
    }

    /// The gain to aim for.
    fn middle(self) -> Option<f64> {
        (self.high - self.low <= WIDEST_TOLERANCE).then(|| f64::midpoint(self.low, self.high))
    }

    /// The gains just within.
    fn edges(self) -> impl Iterator<Item = f64> {
        let inset = INSET.min((self.high - self.low) / 2.0);
        [self.low + inset, self.high - inset].into_iter().filter(|gain| gain.is_finite())
    }
}

/// Whether it is a loudness, which goes up by what the level goes up. True peaks do too, and have a limiter.
fn moves_with_gain(measure: Measure) -> bool {
    match measure {
        Measure::Integrated
        | Measure::MaxMomentary
        | Measure::MaxShortTerm
        | Measure::Dialogue
        | Measure::LeqM => true,
        Measure::LoudnessRange
        | Measure::DialogueRange
        | Measure::TruePeak
        | Measure::SpeechPercent
        | Measure::LoudnessToDialogue => false,
    }
}

/// The gain, dB, that takes a programme to the loudness of `specification`: the middle of its first tolerance, else as little as
/// brings it into its ranges. `None` when none of its loudness clauses was measured.
pub(super) fn gain(specification: &Specification, measured: &Measurement) -> Option<f64> {
    nearest(specification, measured, true)
}

/// The least gain, dB, that brings a programme into as many of its ranges as there are gains for.
pub(super) fn least_gain(specification: &Specification, measured: &Measurement) -> f64 {
    nearest(specification, measured, false).unwrap_or(0.0)
}

/// The gain that keeps the most clauses, and of these the nearest to the middle of the first tolerance, or to none.
fn nearest(specification: &Specification, measured: &Measurement, to_the_middle: bool) -> Option<f64> {
    let ranges = |clause: &Clause| -> Vec<Range> {
        clause.any.iter().filter_map(|limit| Range::of(limit, measured)).collect()
    };
    let asked = specification.clauses.iter().filter(|clause| clause.applies(measured) != Some(false));
    let clauses: Vec<Vec<Range>> = asked.map(ranges).filter(|ranges| !ranges.is_empty()).collect();
    if clauses.is_empty() {
        return None;
    }
    let all = clauses.iter().flatten();
    let aim = all.clone().find_map(|range| range.middle()).filter(|_| to_the_middle).unwrap_or(0.0);
    let kept = |gain: f64| clauses.iter().filter(|any| any.iter().any(|range| range.contains(gain))).count();
    let candidates = all.flat_map(|range| range.edges());
    let best = candidates.fold((kept(aim), aim), |(most, best), gain| {
        let count = kept(gain);
        let nearer = (gain - aim).abs() < (best - aim).abs();
        if count > most || (count == most && nearer) { (count, gain) } else { (most, best) }
    });
    Some(best.1)
}

/// The lowest ceiling of `specification`, dBTP.
pub(super) fn ceiling(specification: &Specification) -> f64 {
    let limits = specification.clauses.iter().flat_map(|clause| &clause.any);
    let peaks = limits.filter(|limit| limit.measure == Measure::TruePeak).filter_map(|limit| limit.maximum);
    peaks.fold(f64::INFINITY, f64::min).min(FULL_SCALE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loudness::{Maximum, Measures, Meter};

    fn measured(integrated: Option<f64>, momentary: f64, short_term: f64) -> Measurement {
        let meter =
            Meter::new(48_000, Vec::new(), Measures { true_peak: false, offsets: false, timeline: false });
        Measurement {
            integrated_lufs: integrated,
            max_momentary: Some(Maximum { value: momentary, frame: 0 }),
            max_short_term: Some(Maximum { value: short_term, frame: 0 }),
            ..meter.unwrap().finish()
        }
    }

    fn to(name: &str, measured: &Measurement) -> Option<f64> {
        gain(&Specification::by_name(name).unwrap(), measured).map(|gain| (gain * 1000.0).round() / 1000.0)
    }

    #[test]
    fn tolerances_have_a_middle_and_ranges_have_edges() {
        let loud = measured(Some(-15.0), -10.0, -12.0);
        assert_eq!(to("ebu-r128", &loud), Some(-8.0));
        assert_eq!(to("atsc-a85", &loud), Some(-9.0));
        // At most −18 and not below −31: down to the edge, never up to it.
        assert_eq!(to("apple-music", &loud), Some(-3.05));
        assert_eq!(to("apple-music", &measured(Some(-20.0), -10.0, -12.0)), Some(0.0));
        assert_eq!(to("apple-music", &measured(Some(-40.0), -10.0, -12.0)), Some(9.05));
        // ±0.2 LU: what is within needs nothing, what is out of it a little more than to the edge.
        let least = |lufs| {
            least_gain(&Specification::by_name("ebu-r128").unwrap(), &measured(Some(lufs), -10.0, -12.0))
        };
        assert_eq!(least(-23.15), 0.0);
        assert!((least(-24.0) - 0.85).abs() < 1e-9 && (least(-20.0) + 2.85).abs() < 1e-9);
    }

    /// R 128 s1: −23 ± 0.5 LUFS, and short-term at most −18 or momentary at most −15.
    #[test]
    fn other_clauses_pull_the_gain_within_the_tolerance() {
        let plain = measured(Some(-20.0), -10.0, -16.0);
        assert_eq!(to("ebu-r128-s1", &plain), Some(-3.0));
        // −3 dB leaves the short-term at −17.8: another 0.25 dB and it passes.
        assert_eq!(to("ebu-r128-s1", &measured(Some(-20.0), -10.0, -14.8)), Some(-3.25));
        // No gain keeps both: the loudness is what counts.
        assert_eq!(to("ebu-r128-s1", &measured(Some(-20.0), -8.0, -10.0)), Some(-3.0));
    }

    #[test]
    fn silence_has_no_target_and_the_lowest_ceiling_counts() {
        let silence =
            Meter::new(48_000, Vec::new(), Measures { true_peak: false, offsets: false, timeline: false });
        assert_eq!(to("ebu-r128", &silence.unwrap().finish()), None);
        let ceiling = |name: &str| ceiling(&Specification::by_name(name).unwrap());
        assert_eq!((ceiling("ebu-r128"), ceiling("netflix"), ceiling("dpp")), (-1.0, -2.0, -3.0));
    }
}
