//! Times as people type them.

use std::fmt;
use std::str::FromStr;

use formats::timecode::FrameRate;

/// A time, exact: `90` seconds, `1:30.5`, `01:01:30.040`, frames as `01:01:30:12@24` or drop-frame
/// `01:01:30;12@29.97`, the ADM's `01:01:30.12000S48000`, samples as `4800smp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timecode(Unit);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// A fraction; the denominator is never 0.
    Seconds { numerator: u64, denominator: u64 },
    /// Of the file, whatever its rate.
    Samples(u64),
}

/// The text is not a time; its message says what a time looks like.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a time from the start of the file; write seconds (`90.5`), `hh:mm:ss.fff`, samples (`4800smp`), or \
     `hh:mm:ss:ff@RATE` with 23.976, 24, 25, 29.97, 30, 48, 50, 59.94 or 60 frames per second (drop-frame: `;ff`, with \
     29.97 and 59.94)"
)]
pub struct TimecodeError(String);

/// Fractions of a second that are kept: nanoseconds.
const DIGITS: usize = 9;
const NANOSECONDS: u64 = 1_000_000_000;
/// No programme is longer than this: a year.
const MOST_SECONDS: u64 = 366 * 24 * 3600;
impl Timecode {
    /// The sample nearest to this time, counted from the start of the file.
    pub fn to_sample(self, sample_rate: u32) -> u64 {
        match self.0 {
            Unit::Samples(samples) => samples,
            Unit::Seconds { numerator, denominator } => {
                let scaled = u128::from(numerator) * u128::from(sample_rate) * 2;
                let doubled = scaled / u128::from(denominator);
                u64::try_from(doubled.div_ceil(2)).unwrap_or(u64::MAX)
            }
        }
    }
}

impl FromStr for Timecode {
    type Err = TimecodeError;

    fn from_str(text: &str) -> Result<Self, TimecodeError> {
        let unit = parse(text.trim()).ok_or_else(|| TimecodeError(text.chars().take(40).collect()))?;
        Ok(Self(unit))
    }
}

fn parse(text: &str) -> Option<Unit> {
    if let Some(samples) = text.strip_suffix("smp") {
        return digits(samples).map(Unit::Samples);
    }
    if let Some((time, rate)) = text.split_once('@') {
        return parse_frames(time, rate);
    }
    match text.split_once('S') {
        Some((time, rate)) => parse_adm(time, rate),
        None => parse_decimal(text),
    }
}

/// `[[hh:]mm:]ss[.fff]`.
fn parse_decimal(text: &str) -> Option<Unit> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > DIGITS {
        return None;
    }
    let nanoseconds = if fraction.is_empty() { 0 } else { digits(&format!("{fraction:0<DIGITS$}"))? };
    let numerator = parse_seconds(whole)?.checked_mul(NANOSECONDS)?.checked_add(nanoseconds)?;
    Some(Unit::Seconds { numerator, denominator: NANOSECONDS })
}

/// BS.2076-2 §5.13: `hh:mm:ss.zzzzzSfffff`, zzzzz samples of 1/fffff second.
fn parse_adm(time: &str, rate: &str) -> Option<Unit> {
    let (whole, samples) = time.split_once('.')?;
    let (samples, denominator) = (digits(samples)?, u64::from(rate.parse::<u32>().ok()?));
    if samples >= denominator {
        return None;
    }
    let numerator = parse_seconds(whole)?.checked_mul(denominator)?.checked_add(samples)?;
    Some(Unit::Seconds { numerator, denominator })
}

/// Frames at a rate by name, drop-frame code or not.
fn parse_frames(time: &str, rate: &str) -> Option<Unit> {
    let rate = FrameRate::from_name(rate)?;
    let (frames_per_second, per) = rate.to_ratio();
    let numerator = rate.parse(time)?.frames.checked_mul(u64::from(per))?;
    Some(Unit::Seconds { numerator, denominator: u64::from(frames_per_second) })
}

/// `[[hh:]mm:]ss` in seconds.
fn parse_seconds(text: &str) -> Option<u64> {
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() > 3 {
        return None;
    }
    let mut seconds: u64 = 0;
    for (i, part) in parts.iter().enumerate() {
        let value = digits(part)?;
        if i > 0 && value >= 60 {
            return None;
        }
        seconds = seconds.checked_mul(60)?.checked_add(value)?;
    }
    (seconds <= MOST_SECONDS).then_some(seconds)
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

    /// SMPTE ST 12-1: 17982 frames in ten minutes, 107892 in an hour, 2589408 in a day; twice that at 59.94.
    #[test]
    fn drop_frame_code_leaves_out_numbers_and_no_frames() {
        // A frame of 29.97 is 1601.6 samples at 48 kHz, one of 59.94 is 800.8.
        let after = |frames: u64, tenths: u64| Some((frames * tenths + 5) / 10);
        for (text, frames) in [
            ("00:00:59;29", 1799),
            ("00:01:00;02", 1800),
            ("00:09:59;29", 17_981),
            ("00:10:00;00", 17_982),
            ("01:00:00;00", 107_892),
            ("23:59:59;29", 2_589_407),
        ] {
            assert_eq!(sample(&format!("{text}@29.97")), after(frames, 16_016), "{text}");
        }
        assert_eq!(sample("00:01:00;04@59.94"), after(3600, 8008));
        assert_eq!(sample("01:00:00;00@59.94"), after(215_784, 8008));
    }

    #[test]
    fn samples_of_the_file_and_of_the_document() {
        assert_eq!(sample("4801smp"), Some(4801));
        assert_eq!(sample("00:01:00.12000S48000"), Some(60 * 48_000 + 12_000));
        assert_eq!(sample("00:00:00.1S96000"), Some(1));
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
            "00:01:00;01@29.97",
            "00:59:00;03@59.94",
            "00:00:01;00@25",
            "00:00:01;00",
            "00:00:00.48000S48000",
            "00:00:00.0S0",
            "-5smp",
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
