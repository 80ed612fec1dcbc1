//! Times as people type them.

use std::fmt;
use std::str::FromStr;

use formats::scene::Picture;
use formats::timecode::FrameRate;

/// A time, exact: `90` seconds, `1:30.5`, `01:01:30.040`, frames as `01:01:30:12@24` or drop-frame
/// `01:01:30;12@29.97`, the ADM's `01:01:30.12000S48000`, samples as `4800smp`; and without a rate `10:01:30:12`, a timecode of the
/// picture that the file goes with. All others count from the start of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timecode(Unit);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// A fraction; the denominator is never 0.
    Seconds { numerator: u64, denominator: u64 },
    /// Of the file, whatever its rate.
    Samples(u64),
    /// Of the picture.
    Picture(Code),
}

/// `hh:mm:ss:ff`, or `hh:mm:ss;ff`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Code {
    clock: [u8; 3],
    frame: u8,
    is_drop: bool,
}

/// A time that is none, or none of the file; its message says what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimecodeError {
    /// The text is not a time.
    #[error(
        "`{0}` is not a time from the start of the file; write seconds (`90.5`), `hh:mm:ss.fff`, samples (`4800smp`), or \
         `hh:mm:ss:ff@RATE` with 23.976, 24, 25, 29.97, 30, 48, 50, 59.94 or 60 frames per second (drop-frame: `;ff`, with \
         29.97 and 59.94); or `hh:mm:ss:ff`, the timecode of the picture, where the file says of one"
    )]
    NoTime(String),
    /// A timecode of the picture, of which the file says nothing.
    #[error(
        "`{0}` is a timecode of the picture, and the file says of no picture; write `hh:mm:ss:ff@RATE`, counted from the start of \
         the file, or in a scene the element picture"
    )]
    NoPicture(String),
    /// No timecode at the rate of the picture.
    #[error("`{0}` is no timecode of the picture, which has {1} frames per second and starts at {2}")]
    NoCode(String, &'static str, String),
    /// It is before the first frame.
    #[error("`{0}` is before the first frame of the picture, {1}, where the file starts")]
    Before(String, String),
}

/// Fractions of a second that are kept: nanoseconds.
const DIGITS: usize = 9;
const NANOSECONDS: u64 = 1_000_000_000;
/// No programme is longer than this: a year.
const MOST_SECONDS: u64 = 366 * 24 * 3600;

impl Timecode {
    /// The sample nearest to this time, counted from the start of a file that goes with `picture`.
    ///
    /// # Errors
    /// For a timecode of the picture where there is none, at which it has no frame, or before its first.
    pub fn to_sample(self, sample_rate: u32, picture: Option<&Picture>) -> Result<u64, TimecodeError> {
        let (numerator, denominator) = match self.0 {
            Unit::Samples(samples) => return Ok(samples),
            Unit::Seconds { numerator, denominator } => (numerator, denominator),
            Unit::Picture(code) => {
                let picture = picture.ok_or_else(|| TimecodeError::NoPicture(code.to_string()))?;
                let (frames, seconds) = picture.frame_rate.to_ratio();
                (code.frames_of(picture)?.saturating_mul(u64::from(seconds)), u64::from(frames))
            }
        };
        let scaled = u128::from(numerator) * u128::from(sample_rate) * 2;
        let doubled = scaled / u128::from(denominator);
        Ok(u64::try_from(doubled.div_ceil(2)).unwrap_or(u64::MAX))
    }

    /// Whether it takes the picture of the file to know it.
    pub fn needs_picture(self) -> bool {
        matches!(self.0, Unit::Picture(_))
    }
}

impl Code {
    /// Frames from the first of `picture`. What counts in drop-frame code there may be written with a colon here.
    fn frames_of(self, picture: &Picture) -> Result<u64, TimecodeError> {
        let Picture { frame_rate, start, .. } = picture;
        let first = frame_rate.display(*start).to_string();
        let code = Self { is_drop: self.is_drop || start.is_drop, ..self };
        match frame_rate.parse(&code.to_string()) {
            Some(found) if found.is_drop == start.is_drop => found
                .frames
                .checked_sub(start.frames)
                .ok_or_else(|| TimecodeError::Before(self.to_string(), first)),
            _ => Err(TimecodeError::NoCode(self.to_string(), frame_rate.name(), first)),
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [hours, minutes, seconds] = self.clock;
        let between = if self.is_drop { ';' } else { ':' };
        write!(f, "{hours:02}:{minutes:02}:{seconds:02}{between}{:02}", self.frame)
    }
}

impl FromStr for Timecode {
    type Err = TimecodeError;

    fn from_str(text: &str) -> Result<Self, TimecodeError> {
        let unit =
            parse(text.trim()).ok_or_else(|| TimecodeError::NoTime(text.chars().take(40).collect()))?;
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
        None => parse_code(text).map(Unit::Picture).or_else(|| parse_decimal(text)),
    }
}

/// `hh:mm:ss:ff`, `hh:mm:ss;ff`.
fn parse_code(text: &str) -> Option<Code> {
    let is_drop = text.contains(';');
    let (clock, frame) = text.rsplit_once(if is_drop { ';' } else { ':' })?;
    let two =
        |text: &str| digits(text).filter(|_| text.len() <= 2).and_then(|number| u8::try_from(number).ok());
    let clock = clock.split(':').map(two).collect::<Option<Vec<u8>>>()?.try_into().ok()?;
    Some(Code { clock, frame: two(frame)?, is_drop })
        .filter(|code| code.clock[1..].iter().all(|part| *part < 60))
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
        text.parse::<Timecode>().ok()?.to_sample(48_000, None).ok()
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
    fn timecodes_of_the_picture_count_from_its_first_frame() {
        let picture = |rate: &str, start: &str| {
            let frame_rate = FrameRate::from_name(rate).expect("a rate");
            let start = frame_rate.parse(start).expect("a code");
            Picture { frame_rate, start, ffoa: None, kept: Default::default() }
        };
        let at = |text: &str, picture: &Picture| {
            let time: Timecode = text.parse().expect("a time");
            time.to_sample(48_000, Some(picture)).map_err(|error| error.to_string())
        };
        let film = picture("24", "01:00:00:00");
        assert_eq!(at("01:00:10:12", &film), Ok(504_000));
        assert_eq!(at("1:0:0:0", &film), Ok(0));
        // Everything else counts from the start of the file.
        assert_eq!(at("00:00:10:12@24", &film), Ok(504_000));
        assert_eq!(
            at("00:59:59:23", &film),
            Err("`00:59:59:23` is before the first frame of the picture, 01:00:00:00, where the file starts"
                .to_owned())
        );
        for wrong in ["01:00:00:24", "01:00:00;00"] {
            let message = at(wrong, &film).expect_err("no such frame");
            assert!(message.contains("24 frames per second and starts at 01:00:00:00"), "{message}");
        }
        // 107892 frames of an hour in drop-frame code, each 1601.6 samples; people write colons.
        let video = picture("29.97", "00:00:00;00");
        for code in ["01:00:00;00", "01:00:00:00"] {
            assert_eq!(at(code, &video), Ok(172_799_827));
        }
        let time: Timecode = "01:00:00:00".parse().expect("a time");
        assert!(
            time.to_sample(48_000, None).is_err_and(|error| error.to_string().contains("says of no picture"))
        );
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
