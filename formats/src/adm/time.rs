use std::num::NonZeroU32;

/// How a time was written (BS.2076-2 §6.6), so that it can be written back alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TimeForm {
    /// `hh:mm:ss.zzzzz`: the denominator is a power of ten.
    #[default]
    Decimal,
    /// `hh:mm:ss.zzzzzSfffff`: samples at the rate that is the denominator.
    Fraction,
}

/// An exact time or duration in seconds, `numerator / denominator` (BS.2076-2 §6.6). Never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AdmTime {
    /// Seconds times the denominator.
    pub numerator: u64,
    /// 10^digits for the decimal form, the sample rate for the fraction form.
    pub denominator: NonZeroU32,
    /// How it is written.
    pub form: TimeForm,
}
