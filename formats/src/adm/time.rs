use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::num::NonZeroU32;
use std::str::FromStr;

/// How a time was written (BS.2076-2 §5.13), so that it can be written back alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TimeForm {
    /// `hh:mm:ss.zzzzz`: the denominator is a power of ten.
    #[default]
    Decimal,
    /// `hh:mm:ss.zzzzzSfffff`: samples at the rate that is the denominator.
    Fraction,
}

/// An exact time or duration in seconds, `numerator / denominator` (BS.2076-2 §5.13). Never negative.
///
/// Equality and order are those of the numbers: `00:00:00.5` equals `00:00:00.24000S48000`.
#[derive(Clone, Copy, Debug)]
pub struct AdmTime {
    /// Seconds times the denominator.
    pub numerator: u64,
    /// 10^digits for the decimal form, the sample rate for the fraction form.
    pub denominator: NonZeroU32,
    /// How it is written.
    pub form: TimeForm,
}

/// Decimals that a time keeps exactly; further ones are rounded.
pub(crate) const EXACT_DECIMALS: usize = 9;

/// Digits of whole seconds where a time is plain seconds.
const WHOLE_DIGITS: usize = 9;

/// The longest time that is read, in hours: a numerator then always fits.
const HOURS_LIMIT: u64 = 99_999;

/// Why a text is not a time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Neither form.
    #[error("is not a time; expected hh:mm:ss.zzzzz or hh:mm:ss.zzzzzSfffff")]
    Form,
    /// Samples of the last second that make a second or more.
    #[error(
        "is not a time: the samples before S must be fewer than the rate after it, which must be 1 to 4294967295"
    )]
    Fraction,
    /// More hours than any programme has.
    #[error("is not a usable time: more than {HOURS_LIMIT} hours")]
    TooLong,
}

impl AdmTime {
    /// Ticks of a second in [`from_ticks`](Self::from_ticks).
    pub const TICKS_PER_SECOND: NonZeroU32 = match NonZeroU32::new(100_000) {
        Some(ticks) => ticks,
        None => NonZeroU32::MIN,
    };

    /// No time at all.
    pub const ZERO: Self = Self { numerator: 0, denominator: NonZeroU32::MIN, form: TimeForm::Decimal };

    /// `samples` at `rate`, written in the fraction form.
    pub fn from_samples(samples: u64, rate: NonZeroU32) -> Self {
        Self { numerator: samples, denominator: rate, form: TimeForm::Fraction }
    }

    /// `ticks` of ten microseconds, written with the five decimals of `hh:mm:ss.zzzzz`.
    pub fn from_ticks(ticks: u64) -> Self {
        Self { numerator: ticks, ..Self::decimal(0, 0, 5) }
    }

    /// Reads either form (BS.2076-2 §5.13). The flag tells that there were more significant decimals than
    /// nine and the time was rounded.
    ///
    /// # Errors
    /// When `text` has neither form or is out of range.
    pub fn parse(text: &str) -> Result<(Self, bool), TimeError> {
        let (hours, rest) = digits(text, 5)?;
        let (minutes, rest) = digits(after(rest, b':')?, 2)?;
        let (seconds, rest) = digits(after(rest, b':')?, 2)?;
        if hours > HOURS_LIMIT {
            return Err(TimeError::TooLong);
        }
        let whole = (hours * 60 + minutes) * 60 + seconds;
        if rest.is_empty() {
            return Ok((Self::decimal(whole, 0, 0), false));
        }
        let rest = after(rest, b'.')?;
        match rest.split_once('S') {
            Some((samples, rate)) => Ok((Self::fraction(whole, samples, rate)?, false)),
            None => Self::decimals(whole, rest),
        }
    }

    /// Reads the `hh:mm:ss.zzzzz` or `hh:mm:ss.zzzzzSfffff` at the start of `text` as nearly all of them are written,
    /// with two digits each and one to nine further ones, and gives what follows. What else there may be is left to
    /// [`parse`](Self::parse).
    #[inline]
    pub(super) fn parse_usual(text: &[u8]) -> Option<(Self, &[u8])> {
        let [h, hh, b':', m, mm, b':', s, ss, b'.', rest @ ..] = text else { return None };
        let digits = [h, hh, m, mm, s, ss].map(|byte| byte.wrapping_sub(b'0'));
        if digits.iter().any(|digit| *digit > 9) {
            return None;
        }
        let [h, hh, m, mm, s, ss] = digits.map(u64::from);
        let whole = ((h * 10 + hh) * 60 + (m * 10 + mm)) * 60 + (s * 10 + ss);
        let (fraction, count, rest) = nine_digits(rest)?;
        let [b'S', rest @ ..] = rest else {
            return Some((Self::decimal(whole, fraction.into(), count), rest));
        };
        let (rate, _, rest) = nine_digits(rest)?;
        let denominator = NonZeroU32::new(rate).filter(|_| fraction < rate)?;
        let numerator = whole * u64::from(rate) + u64::from(fraction);
        Some((Self { numerator, denominator, form: TimeForm::Fraction }, rest))
    }

    /// `number / 10^decimals` seconds, a number of `whole` digits before the point; `None` when there are more
    /// digits than [`parse_seconds`](Self::parse_seconds) reads without rounding.
    #[inline]
    pub(super) fn from_decimals(number: u64, whole: usize, decimals: usize) -> Option<Self> {
        if whole > WHOLE_DIGITS || decimals > EXACT_DECIMALS {
            return None;
        }
        Some(Self { numerator: number, ..Self::decimal(0, 0, decimals) })
    }

    /// Whole seconds and `fraction / 10^digits`; `digits` is at most nine.
    fn decimal(whole: u64, fraction: u64, digits: usize) -> Self {
        let scale = 10u32.pow(u32::try_from(digits.min(EXACT_DECIMALS)).unwrap_or(0));
        Self {
            numerator: whole * u64::from(scale) + fraction,
            denominator: NonZeroU32::new(scale).unwrap_or(NonZeroU32::MIN),
            form: TimeForm::Decimal,
        }
    }

    fn decimals(whole: u64, text: &str) -> Result<(Self, bool), TimeError> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TimeError::Form);
        }
        let kept = text.len().min(EXACT_DECIMALS);
        let number = |number: u64, byte: u8| number * 10 + u64::from(byte - b'0');
        let fraction = text.bytes().take(kept).fold(0, number);
        let mut rest = text.bytes().skip(kept);
        let rounds_up = rest.next().is_some_and(|byte| byte >= b'5');
        let rounded = text.bytes().skip(kept).any(|byte| byte != b'0');
        Ok((Self::decimal(whole, fraction + u64::from(rounds_up), kept), rounded))
    }

    fn fraction(whole: u64, samples: &str, rate: &str) -> Result<Self, TimeError> {
        let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(samples) || !all_digits(rate) {
            return Err(TimeError::Form);
        }
        let rate: NonZeroU32 = rate.parse().map_err(|_| TimeError::Fraction)?;
        let samples: u32 = samples.parse().map_err(|_| TimeError::Fraction)?;
        if samples >= rate.get() {
            return Err(TimeError::Fraction);
        }
        let numerator = whole * u64::from(rate.get()) + u64::from(samples);
        Ok(Self { numerator, denominator: rate, form: TimeForm::Fraction })
    }

    /// Reads plain seconds such as `0.005208` (`interpolationLength`); the flag as in [`parse`](Self::parse).
    pub(crate) fn parse_seconds(text: &str) -> Result<(Self, bool), TimeError> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let whole = if whole.is_empty() && !decimals.is_empty() { "0" } else { whole };
        let (whole, rest) = digits(whole, WHOLE_DIGITS)?;
        if !rest.is_empty() {
            return Err(TimeError::Form);
        }
        if decimals.is_empty() {
            Ok((Self::decimal(whole, 0, 0), false))
        } else {
            Self::decimals(whole, decimals)
        }
    }

    /// Number of decimals when the denominator is a power of ten.
    fn decimal_digits(self) -> Option<usize> {
        (0..=EXACT_DECIMALS).find(|&digits| 10u32.checked_pow(digits as u32) == Some(self.denominator.get()))
    }

    /// Plain seconds, as `interpolationLength` has them; `None` for a time that has no decimal form.
    pub(crate) fn decimal_seconds(self) -> Option<String> {
        let digits = self.decimal_digits().filter(|_| self.form == TimeForm::Decimal)?;
        let scale = u64::from(self.denominator.get());
        let (whole, fraction) = (self.numerator / scale, self.numerator % scale);
        Some(if digits == 0 { whole.to_string() } else { format!("{whole}.{fraction:0digits$}") })
    }

    /// Seconds, rounded to the nearest `f64`.
    pub fn seconds_f64(self) -> f64 {
        self.numerator as f64 / f64::from(self.denominator.get())
    }

    /// Numerator and denominator of the seconds, in lowest terms.
    pub fn to_ratio(self) -> (u64, u32) {
        let divisor = greatest_common_divisor(self.numerator, u64::from(self.denominator.get()));
        // The divisor divides the denominator, so the quotient fits again.
        let denominator = u64::from(self.denominator.get()) / divisor;
        (self.numerator / divisor, u32::try_from(denominator).unwrap_or(u32::MAX))
    }

    /// The exact sum; `None` when its numerator or denominator has no room.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.combine(other, u64::checked_add)
    }

    /// The exact difference; `None` when it is negative or has no room.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.combine(other, u64::checked_sub)
    }

    fn combine(self, other: Self, operation: fn(u64, u64) -> Option<u64>) -> Option<Self> {
        let (a, b) = (u64::from(self.denominator.get()), u64::from(other.denominator.get()));
        let divisor = greatest_common_divisor(a, b);
        let denominator = u32::try_from(a / divisor * b).ok().and_then(NonZeroU32::new)?;
        let numerator =
            operation(self.numerator.checked_mul(b / divisor)?, other.numerator.checked_mul(a / divisor)?)?;
        let both_decimal = self.form == TimeForm::Decimal && other.form == TimeForm::Decimal;
        let form = if both_decimal { TimeForm::Decimal } else { TimeForm::Fraction };
        Some(Self { numerator, denominator, form })
    }
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// One to `limit` digits at the start of `text`, and what follows.
fn digits(text: &str, limit: usize) -> Result<(u64, &str), TimeError> {
    let length = text.bytes().take(limit + 1).take_while(u8::is_ascii_digit).count();
    if length == 0 || length > limit {
        return Err(TimeError::Form);
    }
    let (number, rest) = text.split_at(length);
    Ok((number.bytes().fold(0, |number, byte| number * 10 + u64::from(byte - b'0')), rest))
}

/// One to nine digits at the start of `text`, how many they are, and what follows; `None` when there are more.
#[inline(always)]
fn nine_digits(text: &[u8]) -> Option<(u32, usize, &[u8])> {
    let (mut number, mut count) = (0, 0);
    while let Some(digit @ b'0'..=b'9') = text.get(count) {
        if count == EXACT_DECIMALS {
            return None;
        }
        number = number * 10 + u32::from(digit - b'0');
        count += 1;
    }
    if count == 0 { None } else { Some((number, count, text.get(count..)?)) }
}

/// What follows `byte` at the start of `text`.
fn after(text: &str, byte: u8) -> Result<&str, TimeError> {
    match text.as_bytes().first() {
        Some(&first) if first == byte => Ok(&text[1..]),
        _ => Err(TimeError::Form),
    }
}

impl FromStr for AdmTime {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        Self::parse(text).map(|(time, _)| time)
    }
}

impl fmt::Display for AdmTime {
    /// The form it was read in. Whole seconds get a decimal, because older readers need one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = u64::from(self.denominator.get());
        let (seconds, fraction) = (self.numerator / scale, self.numerator % scale);
        let (minutes, second) = (seconds / 60, seconds % 60);
        write!(f, "{:02}:{:02}:{second:02}.", minutes / 60, minutes % 60)?;
        match self.decimal_digits().filter(|_| self.form == TimeForm::Decimal) {
            Some(digits) => write!(f, "{fraction:0width$}", width = digits.max(1)),
            None => write!(f, "{fraction}S{scale}"),
        }
    }
}

impl PartialEq for AdmTime {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for AdmTime {}

impl PartialOrd for AdmTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for AdmTime {
    fn cmp(&self, other: &Self) -> Ordering {
        let left = u128::from(self.numerator) * u128::from(other.denominator.get());
        let right = u128::from(other.numerator) * u128::from(self.denominator.get());
        left.cmp(&right)
    }
}

impl Hash for AdmTime {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_ratio().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(text: &str) -> AdmTime {
        text.parse().unwrap()
    }

    /// Values computed with EAR's `parse_time` (fractions in lowest terms).
    #[test]
    fn both_forms_are_exact() {
        for (text, expected) in [
            ("00:00:05.00000", (5, 1)),
            ("01:02:03.4", (18617, 5)),
            ("00:00:00.01067", (1067, 100_000)),
            ("00:00:00.2105S48000", (421, 9600)),
            ("00:00:01.02400S48000", (21, 20)),
            ("1:2:3.0", (3723, 1)),
            ("00:75:61.5", (9123, 2)),
            ("23:59:59.999999999", (86_399_999_999_999, 1_000_000_000)),
        ] {
            assert_eq!(time(text).to_ratio(), expected, "{text}");
        }
    }

    #[test]
    fn garbage_is_refused() {
        for text in [
            "",
            "abc",
            "5",
            "00:00",
            "00:00:",
            "00:00:05.",
            "00:00:05.5s",
            "-00:00:05.0",
            "00:00:05.0S",
            "00:00:05,0",
            "00:00:05.5S5",
            "00:00:05.0S0",
            "00:00:05.1S99999999999",
            "123456:00:00.0",
            "00:00:005.0",
            "00:00:05.1e3",
            "00:00:05.+1",
            "٠٠:00:00.0",
        ] {
            assert!(AdmTime::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn more_decimals_than_nine_are_rounded_and_told() {
        let (rounded, flag) = AdmTime::parse("00:00:00.1234567895").unwrap();
        assert!(flag);
        assert_eq!(rounded.to_ratio(), time("00:00:00.12345679").to_ratio());
        let (carried, flag) = AdmTime::parse("00:00:00.9999999999").unwrap();
        assert!(flag);
        assert_eq!(carried, time("00:00:01.0"));
        assert_eq!(AdmTime::parse("00:00:00.50000000000000"), Ok((time("00:00:00.5"), false)));
    }

    #[test]
    fn times_are_written_in_their_form() {
        for text in ["00:00:05.00000", "12:34:56.7", "00:00:00.2105S48000", "00:00:00.000000001"] {
            assert_eq!(time(text).to_string(), text);
        }
        assert_eq!(time("00:00:05").to_string(), "00:00:05.0");
        assert_eq!(time("00:00:00.02400S48000").to_string(), "00:00:00.2400S48000");
    }

    #[test]
    fn forms_mix_exactly() {
        assert_eq!(time("00:00:00.5"), time("00:00:00.24000S48000"));
        let sum = time("00:00:00.1").checked_add(time("00:00:00.1S3")).unwrap();
        assert_eq!(sum.to_ratio(), (13, 30));
        assert_eq!(time("00:00:00.1").checked_sub(time("00:00:00.2")), None);
        assert_eq!(time("99999:59:59.999999999").checked_add(time("00:00:00.1S4294967291")), None);
    }

    #[test]
    fn seconds_are_read_and_written() {
        for (text, expected, written) in [
            ("0.005208", (651, 125_000), "0.005208"),
            ("5", (5, 1), "5"),
            (".5", (1, 2), "0.5"),
            ("5.", (5, 1), "5"),
        ] {
            let (time, rounded) = AdmTime::parse_seconds(text).unwrap();
            assert!(!rounded);
            assert_eq!(time.to_ratio(), expected);
            assert_eq!(time.decimal_seconds().unwrap(), written);
        }
        for text in ["", ".", "-1", "1e-3", "0,5", "1.2.3"] {
            assert!(AdmTime::parse_seconds(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(numerator in 0u64..=300_000_000_000_000, rate in 1u32.., decimals in 0u32..=9) {
            let fraction = AdmTime { numerator: numerator % (99_999 * 3600 * u64::from(rate)),
                denominator: NonZeroU32::new(rate).unwrap(), form: TimeForm::Fraction };
            let decimal = AdmTime { numerator, denominator: NonZeroU32::new(10u32.pow(decimals)).unwrap(),
                form: TimeForm::Decimal };
            for original in [fraction, decimal] {
                let read = AdmTime::parse(&original.to_string());
                if original.seconds_f64() < 99_999.0 * 3600.0 {
                    prop_assert_eq!(read, Ok((original, false)));
                }
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9:.S]{0,24}") {
            let _ = AdmTime::parse(&text);
            let _ = AdmTime::parse_seconds(&text);
        }
    }
}
