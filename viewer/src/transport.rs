//! Time: where the playhead is, what is played again and again, and how times are written.

use std::ops::Range;

use formats::scene::{Scene, Time};
use formats::timecode::{FrameCode, FrameRate};

/// The playhead.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transport {
    /// Seconds from the start of the scene.
    pub seconds: f64,
    /// It moves.
    pub is_playing: bool,
    /// What is played again and again, seconds.
    pub range: Option<Range<f64>>,
    /// The range is in use.
    pub is_looping: bool,
    /// While it plays, what is moved is kept as keys.
    pub is_recording: bool,
    /// How long.
    pub record_mode: RecordMode,
}

/// How long moves are recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecordMode {
    /// While something is held.
    #[default]
    Touch,
    /// From then until it stops.
    Latch,
    /// All that is selected, from the start until it stops.
    Write,
}

impl RecordMode {
    /// All of them, with their names.
    pub const NAMES: [(Self, &'static str); 3] =
        [(Self::Touch, "touch"), (Self::Latch, "latch"), (Self::Write, "write")];

    /// The one after this, round and round.
    pub fn next(self) -> Self {
        match self {
            Self::Touch => Self::Latch,
            Self::Latch => Self::Write,
            Self::Write => Self::Touch,
        }
    }
}

impl Transport {
    /// Time goes on by so many seconds, in a scene that is `length` long.
    pub fn advance(&mut self, by: f64, length: f64) {
        if !self.is_playing {
            return;
        }
        let end = self.looped().map_or(length, |range| range.end);
        let was_before = self.seconds < end;
        self.seconds += by;
        if self.seconds >= end && was_before {
            match self.looped() {
                Some(range) => {
                    self.seconds = range.start + (self.seconds - end).rem_euclid(range.end - range.start)
                }
                None => {
                    self.seconds = length;
                    self.is_playing = false;
                }
            }
        } else if self.seconds >= length {
            self.seconds = length;
            self.is_playing = false;
        }
    }

    /// The range, when it is in use and has a length.
    pub fn looped(&self) -> Option<Range<f64>> {
        self.range.clone().filter(|range| self.is_looping && range.end > range.start)
    }

    /// The playhead as a time of a scene, on the millisecond.
    pub fn time(&self) -> Time {
        time_at(self.seconds)
    }
}

/// A time of a scene, on the nearest millisecond.
pub fn time_at(seconds: f64) -> Time {
    // A scene is at most two days long, which has room.
    Time::from_milliseconds((seconds.max(0.0) * 1000.0).round().min(f64::from(u32::MAX)) as u32)
}

/// A time as the scene counts: in timecode where it has a picture, else in hours, minutes, seconds and milliseconds.
pub fn text_of(scene: &Scene, seconds: f64) -> String {
    let seconds = seconds.max(0.0);
    match &scene.picture {
        Some(picture) => {
            let (frames, per) = picture.frame_rate.to_ratio();
            let passed = (seconds * f64::from(frames) / f64::from(per) + 1e-6).floor() as u64;
            let code = FrameCode { frames: picture.start.frames.saturating_add(passed), ..picture.start };
            picture.frame_rate.display(code).to_string()
        }
        None => {
            let milliseconds = (seconds * 1000.0).round() as u64;
            let (whole, rest) = (milliseconds / 1000, milliseconds % 1000);
            format!("{:02}:{:02}:{:02}.{rest:03}", whole / 3600, whole / 60 % 60, whole % 60)
        }
    }
}

/// Seconds of a time that a person typed: as [`text_of`] writes it, seconds alone, or minutes and seconds.
pub fn parse(scene: &Scene, text: &str) -> Option<f64> {
    let text = text.trim();
    if let Some(picture) = &scene.picture
        && let Some(code) = picture.frame_rate.parse(text)
    {
        let frames = code.frames.checked_sub(picture.start.frames)?;
        return Some(seconds_of(picture.frame_rate, frames));
    }
    let mut seconds = 0.0;
    for (place, part) in text.split(':').enumerate() {
        let value: f64 = part.parse().ok().filter(|value: &f64| value.is_finite() && *value >= 0.0)?;
        if place > 2 {
            return None;
        }
        seconds = seconds * 60.0 + value;
    }
    Some(seconds)
}

/// How long so many frames last, seconds.
fn seconds_of(rate: FrameRate, frames: u64) -> f64 {
    let (per_second, seconds) = rate.to_ratio();
    frames as f64 * f64::from(seconds) / f64::from(per_second)
}

/// Seconds of one frame of the scene's picture; a hundredth of a second without one.
pub fn frame_seconds(scene: &Scene) -> f64 {
    scene.picture.as_ref().map_or(0.01, |picture| seconds_of(picture.frame_rate, 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use formats::scene::{Kept, Picture};

    fn film() -> Scene {
        let frame_rate = FrameRate::from_name("24").unwrap();
        let start = frame_rate.parse("01:00:00:00").unwrap();
        Scene {
            picture: Some(Picture { frame_rate, start, ffoa: None, kept: Kept::default() }),
            ..Scene::default()
        }
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        for (scene, text, seconds) in [
            (film(), "01:00:01:12", 1.5),
            (film(), "01:10:00:00", 600.0),
            (Scene::default(), "00:01:02.250", 62.25),
        ] {
            assert_eq!(text_of(&scene, seconds), text);
            assert!((parse(&scene, text).unwrap() - seconds).abs() < 1e-9);
        }
        assert_eq!(parse(&film(), "2.5"), Some(2.5));
        assert_eq!(parse(&film(), "1:30"), Some(90.0));
        // Before the picture's start.
        assert_eq!(parse(&film(), "00:59:59:00"), None);
        assert_eq!(parse(&film(), "-1"), None);
        assert_eq!(parse(&film(), "nan"), None);
        assert_eq!(parse(&film(), ""), None);
        // Every frame has its own code, however long the film.
        for frame in [0, 1, 23, 86_399, 200_001] {
            let seconds = f64::from(frame) / 24.0;
            assert!((parse(&film(), &text_of(&film(), seconds)).unwrap() - seconds).abs() < 1e-9);
        }
    }

    #[test]
    fn the_playhead_stops_at_the_end_and_goes_round_in_a_loop() {
        let mut transport = Transport { is_playing: true, ..Transport::default() };
        transport.advance(4.0, 10.0);
        assert_eq!((transport.seconds, transport.is_playing), (4.0, true));
        transport.range = Some(2.0..5.0);
        transport.is_looping = true;
        transport.advance(1.5, 10.0);
        assert_eq!((transport.seconds, transport.is_playing), (2.5, true));
        // Beyond the loop it goes on to the end.
        transport.seconds = 6.0;
        transport.advance(1.0, 10.0);
        assert_eq!((transport.seconds, transport.is_playing), (7.0, true));
        transport.advance(9.0, 10.0);
        assert_eq!((transport.seconds, transport.is_playing), (10.0, false));
    }
}
