//! SMPTE timecode (ST 12-1): frame rates by name, and frames as `hh:mm:ss:ff`.

use std::fmt;
use std::num::NonZeroU32;

use crate::adm::{AdmTime, TimeForm};

/// A frame rate of film and television.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FrameRate {
    name: &'static str,
    frames: NonZeroU32,
    seconds: NonZeroU32,
    /// Frame numbers left out of a minute in drop-frame code; 0 where there is no such code.
    dropped: u64,
}

/// Hours of a code.
const MOST_HOURS: u64 = 99;
/// Longest code that is looked at, characters.
const LONGEST: usize = 16;

const fn rate(name: &'static str, frames: u32, seconds: u32, dropped: u64) -> FrameRate {
    match (NonZeroU32::new(frames), NonZeroU32::new(seconds)) {
        (Some(frames), Some(seconds)) => FrameRate { name, frames, seconds, dropped },
        _ => FrameRate { name, frames: NonZeroU32::MIN, seconds: NonZeroU32::MIN, dropped },
    }
}

impl FrameRate {
    /// All of them, slowest first.
    pub const ALL: [Self; 9] = [
        rate("23.976", 24_000, 1001, 0),
        rate("24", 24, 1, 0),
        rate("25", 25, 1, 0),
        rate("29.97", 30_000, 1001, 2),
        rate("30", 30, 1, 0),
        rate("48", 48, 1, 0),
        rate("50", 50, 1, 0),
        rate("59.94", 60_000, 1001, 4),
        rate("60", 60, 1, 0),
    ];

    /// The rate called `name`, e.g. `23.976` or `25`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rate| rate.name == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Frames per second as a fraction: so many frames in so many seconds.
    pub fn to_ratio(self) -> (u32, u32) {
        (self.frames.get(), self.seconds.get())
    }

    /// It has drop-frame code (29.97 and 59.94).
    pub fn has_drop_frame(self) -> bool {
        self.dropped > 0
    }

    /// Frame numbers of a second of code.
    fn numbers(self) -> u64 {
        u64::from(self.frames.get().div_ceil(self.seconds.get()))
    }

    /// How long `frames` last; `None` when that has no room.
    pub fn duration(self, frames: u64) -> Option<AdmTime> {
        let numerator = frames.checked_mul(u64::from(self.seconds.get()))?;
        Some(AdmTime { numerator, denominator: self.frames, form: TimeForm::Fraction })
    }

    /// The whole number of frames that last as long as `time`; `None` when no whole number does.
    pub fn frames(self, time: AdmTime) -> Option<u64> {
        let frames = u128::from(time.numerator) * u128::from(self.frames.get());
        let per_frame = u128::from(time.denominator.get()) * u128::from(self.seconds.get());
        if frames.is_multiple_of(per_frame) { u64::try_from(frames / per_frame).ok() } else { None }
    }

    /// The frame that begins nearest to `time`, and how much later than it `time` is, seconds.
    pub fn nearest(self, time: AdmTime) -> (u64, f64) {
        let frames = u128::from(time.numerator) * u128::from(self.frames.get());
        let per_frame = u128::from(time.denominator.get()) * u128::from(self.seconds.get());
        let nearest = u64::try_from((frames + per_frame / 2) / per_frame).unwrap_or(u64::MAX);
        // What is left is less than a frame: it has room.
        let left = frames as f64 / per_frame as f64 - nearest as f64;
        (nearest, left * f64::from(self.seconds.get()) / f64::from(self.frames.get()))
    }

    /// Reads `hh:mm:ss:ff`, or `hh:mm:ss;ff` in drop-frame code: the first two frame numbers (four at 59.94) of every
    /// minute are left out but in every tenth, so that the code keeps up with the clock. `None` when `text` is no such
    /// code at this rate.
    pub fn parse(self, text: &str) -> Option<FrameCode> {
        if text.len() > LONGEST || !text.is_ascii() {
            return None;
        }
        let is_drop = text.contains(';');
        let (clock, frame) = text.rsplit_once(if is_drop { ';' } else { ':' })?;
        let mut parts = clock.split(':').map(digits);
        let (Some(hours), Some(minutes), Some(seconds), None) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next())
        else {
            return None;
        };
        let frame = digits(frame)?;
        if hours > MOST_HOURS || minutes > 59 || seconds > 59 || frame >= self.numbers() {
            return None;
        }
        let minutes = hours * 60 + minutes;
        let mut frames = (minutes * 60 + seconds) * self.numbers() + frame;
        if is_drop {
            if self.dropped == 0 || (seconds == 0 && minutes % 10 != 0 && frame < self.dropped) {
                return None;
            }
            frames -= (minutes - minutes / 10) * self.dropped;
        }
        Some(FrameCode { frames, is_drop })
    }

    /// `code` as it is written at this rate.
    pub fn display(self, code: FrameCode) -> impl fmt::Display {
        let numbers = self.numbers();
        let mut frames = code.frames;
        if code.is_drop && self.dropped > 0 {
            // Ten minutes have nine drops; the first minute of the ten has none.
            let in_minute = numbers * 60 - self.dropped;
            let in_ten = in_minute * 10 + self.dropped;
            let (tens, rest) = (frames / in_ten, frames % in_ten);
            let drops = rest.saturating_sub(self.dropped) / in_minute;
            frames = frames.saturating_add((tens * 9 + drops) * self.dropped);
        }
        let (seconds, frame) = (frames / numbers, frames % numbers);
        let separator = if code.is_drop { ';' } else { ':' };
        format!("{:02}:{:02}:{:02}{separator}{frame:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

/// A timecode: frames since 00:00:00:00, and how they are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameCode {
    /// Frames that have passed since 00:00:00:00.
    pub frames: u64,
    /// In drop-frame code.
    pub is_drop: bool,
}

fn digits(text: &str) -> Option<u64> {
    let plain = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frames(rate: &str, text: &str) -> Option<u64> {
        FrameRate::from_name(rate).unwrap().parse(text).map(|code| code.frames)
    }

    /// SMPTE ST 12-1: 17982 frames in ten minutes, 107892 in an hour, 2589408 in a day; twice that at 59.94.
    #[test]
    fn drop_frame_code_leaves_out_numbers_and_no_frames() {
        for (text, expected) in [
            ("00:00:59;29", 1799),
            ("00:01:00;02", 1800),
            ("00:09:59;29", 17_981),
            ("00:10:00;00", 17_982),
            ("01:00:00;00", 107_892),
            ("23:59:59;29", 2_589_407),
        ] {
            assert_eq!(frames("29.97", text), Some(expected), "{text}");
        }
        assert_eq!(frames("59.94", "00:01:00;04"), Some(3600));
        assert_eq!(frames("59.94", "01:00:00;00"), Some(215_784));
        assert_eq!(frames("24", "01:00:00:12"), Some(86_412));
        for text in ["00:01:00;01", "00:00:00:30", "00:60:00:00", "1", "00:00:00", "::: ", "00:00:00:-1"] {
            assert_eq!(frames("29.97", text), None, "{text}");
        }
        assert_eq!(frames("25", "00:00:01;00"), None);
    }

    #[test]
    fn frames_and_seconds_are_exact() {
        let film = FrameRate::from_name("23.976").unwrap();
        // 24 frames of 1001/24000 s.
        assert_eq!(film.duration(24).unwrap().to_ratio(), (1001, 1000));
        assert_eq!(film.frames("00:00:01.001".parse().unwrap()), Some(24));
        assert_eq!(film.frames("00:00:01.0".parse().unwrap()), None);
    }

    proptest! {
        #[test]
        fn codes_are_read_as_they_are_written(n in 0..9_usize, frames in 0..8_000_000_u64, drop: bool) {
            let rate = FrameRate::ALL[n];
            let code = FrameCode { frames, is_drop: drop && rate.has_drop_frame() };
            prop_assert_eq!(rate.parse(&rate.display(code).to_string()), Some(code));
        }
    }
}
