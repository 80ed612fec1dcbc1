//! Sums and differences of ADM times that always have an answer (BS.2076-2 §5.13): exact wherever a
//! denominator of 32 bits can be, else rounded down to that of the sum's first term.

use formats::adm::AdmTime;

/// `a + b`.
pub(super) fn sum(a: AdmTime, b: AdmTime) -> AdmTime {
    a.checked_add(b)
        .unwrap_or_else(|| AdmTime { numerator: a.numerator.saturating_add(in_units_of(a, b)), ..a })
}

/// `a − b`, or 0 when `b` is later.
pub(super) fn difference(a: AdmTime, b: AdmTime) -> AdmTime {
    if a <= b {
        return AdmTime::ZERO;
    }
    // In units of `b`, so that `b` and the difference can be added exactly.
    let rounded = || AdmTime { numerator: in_units_of(b, a).saturating_sub(b.numerator), ..b };
    a.checked_sub(b).unwrap_or_else(rounded)
}

/// [`difference`] is exact.
pub(super) fn difference_is_exact(a: AdmTime, b: AdmTime) -> bool {
    a <= b || a.checked_sub(b).is_some()
}

/// `b` in units of `a`'s denominator, rounded down.
fn in_units_of(a: AdmTime, b: AdmTime) -> u64 {
    let scaled = u128::from(b.numerator) * u128::from(a.denominator.get()) / u128::from(b.denominator.get());
    u64::try_from(scaled).unwrap_or(u64::MAX)
}
