//! The picture that a master goes with: its frame rate, and the timecode of its first frame.

use std::num::NonZeroU32;
use std::path::Path;

use formats::Warning;
use formats::adm::AdmTime;
use formats::bw64::chunks::dbmd::{Atmos, DbmdChunk, SegmentContent};
use formats::scene::{Kept, Picture, Time};
use formats::timecode::{FrameCode, FrameRate};

use super::{OpenError, is_scene, read_checked, read_master};

/// The picture that the master or scene `path` goes with, where it says one.
///
/// # Errors
/// When the file can't be read, or is neither.
pub(crate) fn picture_of(path: &Path) -> Result<Option<Picture>, OpenError> {
    if is_scene(path) { Ok(read_checked(path)?.0.picture) } else { Ok(read_master(path)?.picture) }
}

/// The picture of a BW64 file, where that says its frame rate (dbmd): it starts with the frame nearest to sample `first` of the time line
/// (bext). Gives a warning where that is another sample: few frames begin with one.
pub(super) fn of_dbmd(dbmd: &DbmdChunk, first: u64, sample_rate: u32) -> Option<(Picture, Option<Warning>)> {
    let rate = NonZeroU32::new(sample_rate)?;
    let atmos: Atmos = dbmd.segments.iter().find_map(|segment| match segment.content() {
        SegmentContent::Atmos(atmos) => Some(atmos),
        _ => None,
    })?;
    let name = atmos.frame_rate?;
    let frame_rate = FrameRate::from_name(name.split(' ').next().unwrap_or(name))?;
    let is_drop = name.contains("drop") && frame_rate.has_drop_frame();
    let start = AdmTime::from_samples(first, rate);
    let (frames, late) = frame_rate.nearest(start);
    let ffoa = atmos.first_frame_of_action.and_then(|ffoa| {
        let seconds = (u64::from(ffoa.hours) * 60 + u64::from(ffoa.minutes)) * 60;
        let numerator = seconds * 100_000 + u64::from(ffoa.seconds_e5);
        let denominator = NonZeroU32::new(100_000)?;
        let ffoa = AdmTime { numerator, denominator, ..AdmTime::ZERO };
        ffoa.checked_sub(start)
    });
    let start = FrameCode { frames, is_drop };
    let between = (late * f64::from(sample_rate)).abs() >= 1.0;
    let warning = between.then(|| {
        let message = format!(
            "begins {:.2} ms {} {}, the nearest frame (bext); a picture starts with a frame",
            late.abs() * 1e3,
            if late > 0.0 { "after" } else { "before" },
            frame_rate.display(start)
        );
        Warning::new("between-frames", "bext", message)
    });
    Some((Picture { frame_rate, start, ffoa: ffoa.map(Time::new), kept: Kept::default() }, warning))
}

/// The timecode of the frame of `picture` that a sample lies in.
pub(crate) fn timecode_at(picture: &Picture, sample: u64, sample_rate: u32) -> String {
    let (frames, seconds) = picture.frame_rate.to_ratio();
    let passed = u128::from(sample) * u128::from(frames)
        / (u128::from(sample_rate.max(1)) * u128::from(seconds.max(1)));
    let frames = picture.start.frames.saturating_add(u64::try_from(passed).unwrap_or(u64::MAX));
    picture.frame_rate.display(FrameCode { frames, ..picture.start }).to_string()
}

/// The first sample of a picture on the time line that its timecode counts.
pub(crate) fn first_sample(picture: &Picture, sample_rate: u32) -> Option<u64> {
    let start = picture.frame_rate.duration(picture.start.frames)?;
    Some(Time::new(start).to_sample(NonZeroU32::new(sample_rate)?))
}
