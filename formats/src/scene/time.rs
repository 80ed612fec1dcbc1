//! Times of a scene: exact, and written back as they were written.

use std::num::NonZeroU32;

use super::Picture;
use crate::adm::{AdmTime, TimeForm};
use crate::timecode::FrameCode;

/// How a time of a scene is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Notation {
    /// Seconds, `12.5`.
    #[default]
    Seconds,
    /// As in ADM, `00:00:12.50000` or `00:00:12.24000S48000`.
    Adm,
    /// Samples at the rate of the scene, `600000smp`.
    Samples,
    /// SMPTE timecode at the frame rate of the picture, `01:00:12:12`.
    Timecode,
    /// The same in drop-frame code, `01:00:12;12`.
    DropFrame,
}

/// A time or a length in a scene: exact seconds, and how they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// Since the start of the scene, or how long something lasts.
    pub seconds: AdmTime,
    /// How it is written.
    pub notation: Notation,
}

/// What a time of the file is measured from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A point in time: a timecode counts from the picture's start.
    Start,
    /// A length: a timecode counts from 0.
    Nothing,
}

/// The text is not a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeFault {
    /// In none of the notations.
    #[error(
        "is not a time; write seconds (12.5), hh:mm:ss.zzz, samples (600000smp) or timecode (01:00:12:12)"
    )]
    Form,
    /// Timecode in a scene without a picture.
    #[error("is a timecode, and the scene has no <picture frameRate=\"…\"> that it could count in")]
    NoPicture,
    /// Not a code at the picture's rate.
    #[error("is not a timecode at the picture's frame rate of {0}")]
    Timecode(&'static str),
    /// Earlier than the picture's start.
    #[error("is earlier than the start of the picture, where the scene begins")]
    BeforeStart,
    /// Further than any programme goes.
    #[error("is longer than a scene may be, 48 hours")]
    TooLong,
}

/// Seconds of the longest scene: two days.
pub const LONGEST_SECONDS: u64 = 48 * 3600;

impl Default for Time {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Time {
    /// The start of the scene.
    pub const ZERO: Self = Self { seconds: AdmTime::ZERO, notation: Notation::Seconds };

    /// `seconds`, written as plain seconds where they have a decimal form, else as ADM does.
    pub fn new(seconds: AdmTime) -> Self {
        let notation = if seconds.decimal_seconds().is_some() { Notation::Seconds } else { Notation::Adm };
        Self { seconds, notation }
    }

    /// `samples` at `rate`.
    pub fn from_samples(samples: u64, rate: NonZeroU32) -> Self {
        Self { seconds: AdmTime::from_samples(samples, rate), notation: Notation::Samples }
    }

    /// Milliseconds, written as seconds.
    pub fn from_milliseconds(milliseconds: u32) -> Self {
        let (mut numerator, mut per_second) = (u64::from(milliseconds), 1000);
        while per_second > 1 && numerator.is_multiple_of(10) {
            (numerator, per_second) = (numerator / 10, per_second / 10);
        }
        let denominator = NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN);
        Self::new(AdmTime { numerator, denominator, form: TimeForm::Decimal })
    }

    /// Seconds, rounded to the nearest `f64`.
    pub fn seconds_f64(self) -> f64 {
        self.seconds.seconds_f64()
    }

    /// The sample nearest to it at `rate`, halves later.
    pub fn to_sample(self, rate: NonZeroU32) -> u64 {
        let doubled = u128::from(self.seconds.numerator) * u128::from(rate.get()) * 2;
        let denominator = u128::from(self.seconds.denominator.get());
        u64::try_from((doubled + denominator) / (2 * denominator)).unwrap_or(u64::MAX)
    }

    /// Reads a time in any notation.
    ///
    /// # Errors
    /// When it has none, or lies outside of what a scene may be.
    pub fn parse(
        text: &str,
        origin: Origin,
        rate: NonZeroU32,
        picture: Option<&Picture>,
    ) -> Result<Self, TimeFault> {
        let time = Self::read(text, origin, rate, picture)?;
        let longest = u128::from(LONGEST_SECONDS) * u128::from(time.seconds.denominator.get());
        if u128::from(time.seconds.numerator) > longest { Err(TimeFault::TooLong) } else { Ok(time) }
    }

    fn read(
        text: &str,
        origin: Origin,
        rate: NonZeroU32,
        picture: Option<&Picture>,
    ) -> Result<Self, TimeFault> {
        if let Some(samples) = text.strip_suffix("smp") {
            let plain = !samples.is_empty() && samples.bytes().all(|byte| byte.is_ascii_digit());
            let samples = samples.parse().ok().filter(|_| plain).ok_or(TimeFault::Form)?;
            return Ok(Self::from_samples(samples, rate));
        }
        if !text.contains(':') {
            // More decimals than nine are rounded: a nanosecond is 5e-5 samples.
            let (seconds, _) = AdmTime::parse_seconds(text).map_err(|_| TimeFault::Form)?;
            return Ok(Self { seconds, notation: Notation::Seconds });
        }
        if !text.contains(';') && text.matches(':').count() == 2 {
            let seconds = text.parse().map_err(|_| TimeFault::Form)?;
            return Ok(Self { seconds, notation: Notation::Adm });
        }
        let picture = picture.ok_or(TimeFault::NoPicture)?;
        let code = picture.frame_rate.parse(text).ok_or(TimeFault::Timecode(picture.frame_rate.name()))?;
        let from = if origin == Origin::Start { picture.start.frames } else { 0 };
        let frames = code.frames.checked_sub(from).ok_or(TimeFault::BeforeStart)?;
        let seconds = picture.frame_rate.duration(frames).ok_or(TimeFault::TooLong)?;
        let notation = if code.is_drop { Notation::DropFrame } else { Notation::Timecode };
        Ok(Self { seconds, notation })
    }

    /// The text of the time in its notation, or where it has none in that (it isn't on a sample or a frame) in
    /// another that is as exact.
    pub fn text(self, origin: Origin, rate: NonZeroU32, picture: Option<&Picture>) -> String {
        let written = match self.notation {
            Notation::Seconds => self.seconds.decimal_seconds(),
            Notation::Samples => self.samples_text(rate),
            Notation::Timecode => self.code(false, origin, picture),
            Notation::DropFrame => self.code(true, origin, picture),
            Notation::Adm => None,
        };
        written.unwrap_or_else(|| self.seconds.to_string())
    }

    fn samples_text(self, rate: NonZeroU32) -> Option<String> {
        let samples = u128::from(self.seconds.numerator) * u128::from(rate.get());
        let denominator = u128::from(self.seconds.denominator.get());
        samples.is_multiple_of(denominator).then(|| format!("{}smp", samples / denominator))
    }

    fn code(self, is_drop: bool, origin: Origin, picture: Option<&Picture>) -> Option<String> {
        let picture = picture?;
        let from = if origin == Origin::Start { picture.start.frames } else { 0 };
        let frames = picture.frame_rate.frames(self.seconds)?.checked_add(from)?;
        let code = FrameCode { frames, is_drop: is_drop && picture.frame_rate.has_drop_frame() };
        let text = picture.frame_rate.display(code).to_string();
        (picture.frame_rate.parse(&text) == Some(code)).then_some(text)
    }
}
