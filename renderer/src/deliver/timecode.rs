//! Times as people type them.

use std::fmt;
use std::str::FromStr;

/// A time in seconds, exact: `90`, `1:30.5`, `01:01:30.040` or with frames `01:01:30:12@24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timecode {
    numerator: u64,
    denominator: u64,
}

/// The text is not a time; its message says what a time looks like.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a time; write seconds (`90.5`), `hh:mm:ss.fff`, or `hh:mm:ss:ff@RATE` with \
     23.976, 24, 25, 29.97, 30, 48, 50, 59.94 or 60 frames per second"
)]
pub struct TimecodeError(String);

/// Fractions of a second that are kept: nanoseconds.
const DIGITS: usize = 9;
const NANOSECONDS: u64 = 1_000_000_000;
/// No programme is longer than this: a year.
const MOST_SECONDS: u64 = 366 * 24 * 3600;
/// Frames per second by name, as a fraction.
const RATES: [(&str, u64, u64); 9] = [
    ("23.976", 24_000, 1001),
    ("24", 24, 1),
    ("25", 25, 1),
    ("29.97", 30_000, 1001),
    ("30", 30, 1),
    ("48", 48, 1),
    ("50", 50, 1),
    ("59.94", 60_000, 1001),
    ("60", 60, 1),
];

impl Timecode {
    /// The sample nearest to this time, counted from the start of the file.
    pub fn to_sample(self, sample_rate: u32) -> u64 {
        let scaled = u128::from(self.numerator) * u128::from(sample_rate) * 2;
        let doubled = scaled / u128::from(self.denominator);
        u64::try_from(doubled.div_ceil(2)).unwrap_or(u64::MAX)
    }
}

impl FromStr for Timecode {
    type Err = TimecodeError;

    fn from_str(text: &str) -> Result<Self, TimecodeError> {
        parse(text.trim()).ok_or_else(|| TimecodeError(text.chars().take(40).collect()))
    }
}

fn parse(text: &str) -> Option<Timecode> {
    let Some((time, rate)) = text.split_once('@') else { return parse_seconds(text) };
    let (_, frames_per_second, per) = *RATES.iter().find(|(name, ..)| *name == rate)?;
    let (time, frame) = time.rsplit_once(':')?;
    let parts: Vec<&str> = time.split(':').collect();
    if parts.len() != 3 || parts.iter().any(|part| part.contains('.')) {
        return None;
    }
    // Non-drop: frames are counted at the whole rate, and last as long as the real one says.
    let seconds = parse_seconds(time)?.numerator / NANOSECONDS;
    let whole_rate = frames_per_second.div_ceil(per);
    let frame = digits(frame)?;
    if frame >= whole_rate {
        return None;
    }
    let frames = seconds.checked_mul(whole_rate)?.checked_add(frame)?;
    Some(Timecode { numerator: frames.checked_mul(per)?, denominator: frames_per_second })
}

/// `[[hh:]mm:]ss[.fff]` in nanoseconds.
fn parse_seconds(text: &str) -> Option<Timecode> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut seconds: u64 = 0;
    let parts: Vec<&str> = whole.split(':').collect();
    if parts.len() > 3 {
        return None;
    }
    for (i, part) in parts.iter().enumerate() {
        let value = digits(part)?;
        if i > 0 && value >= 60 {
            return None;
        }
        seconds = seconds.checked_mul(60)?.checked_add(value)?;
    }
    if seconds > MOST_SECONDS || fraction.len() > DIGITS {
        return None;
    }
    let nanoseconds = if fraction.is_empty() { 0 } else { digits(&format!("{fraction:0<DIGITS$}"))? };
    Some(Timecode {
        numerator: seconds.checked_mul(NANOSECONDS)?.checked_add(nanoseconds)?,
        denominator: NANOSECONDS,
    })
}

fn digits(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// A sample position as `h:mm:ss.mmm`.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// Samples from the start.
    pub sample: u64,
    /// Hz; never 0.
    pub sample_rate: u32,
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = u128::from(self.sample_rate.max(1));
        let milliseconds = (u128::from(self.sample) * 1000 + rate / 2) / rate;
        let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
        write!(f, "{}:{:02}:{:02}.{rest:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(text: &str) -> Option<u64> {
        text.parse::<Timecode>().ok().map(|time| time.to_sample(48_000))
    }

    #[test]
    fn times_in_every_form() {
        assert_eq!(sample("90"), Some(90 * 48_000));
        assert_eq!(sample("1:30.5"), Some(90 * 48_000 + 24_000));
        assert_eq!(sample("01:00:00.001"), Some(3600 * 48_000 + 48));
        assert_eq!(sample("00:00:01:12@24"), Some(72_000));
        // 30 frames of 1001/30000 s are 1.001 s.
        assert_eq!(sample("00:00:01:00@29.97"), Some(48_048));
        assert_eq!(sample("0.00001"), Some(0));
        assert_eq!(sample("0.000011"), Some(1));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "-1",
            "1e3",
            "nan",
            "1:60",
            "1:2:3:4",
            "00:00:01:24@24",
            "00:00:01:00@26",
            "1.",
            ".5",
            "９",
            "1.0000000001",
        ] {
            assert_eq!(sample(text).is_some(), text == "1.", "{text}");
        }
        assert_eq!(sample("99999999999999999999"), None);
    }

    #[test]
    fn the_clock_rounds_to_milliseconds() {
        let clock = |sample| Clock { sample, sample_rate: 48_000 }.to_string();
        assert_eq!(clock(0), "0:00:00.000");
        assert_eq!(clock(48_000 * 3661 + 24), "1:01:01.001");
    }
}
