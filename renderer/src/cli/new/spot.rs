//! Where stems belong on the time line of the picture: the time references of their broadcast extensions.

use std::num::NonZeroU32;

use formats::Warning;
use formats::adm::AdmTime;
use formats::bw64::chunks::bext::BextChunk;
use formats::bw64::{ChunkId, Reader};
use formats::scene::{Picture, Time};
use formats::timecode::{FrameCode, FrameRate};

use super::Stem;
use crate::cli::CliError;
use crate::cli::info::plural;

/// The file's first sample on its time line, where it says that.
pub(super) fn time_reference<R: std::io::Read + std::io::Seek>(reader: &mut Reader<R>) -> Option<u64> {
    let body = reader.read_chunk(ChunkId::BEXT).ok().flatten()?;
    BextChunk::parse(&body).map(|bext| bext.time_reference)
}

/// Says that stems belong elsewhere than at the start, where nobody asked to put them there.
pub(super) fn unspotted(stems: &[Stem]) -> Option<Warning> {
    let mut places: Vec<AdmTime> = stems.iter().map(|stem| place(stem).unwrap_or(AdmTime::ZERO)).collect();
    places.sort_unstable();
    places.dedup();
    let message = format!(
        "the stems begin at {} of their time line (bext); all are put at the start of the scene, --spot puts each where it \
         belongs",
        plural(places.len(), "place")
    );
    (places.len() > 1).then(|| Warning::new("not-spotted", "", message))
}

/// The start of the scene on the time line of the stems: that of the earliest, or the frame that it lies in.
///
/// # Errors
/// When no stem says where it belongs.
pub(super) fn origin(stems: &[Stem], frame_rate: Option<FrameRate>) -> Result<AdmTime, CliError> {
    let first = stems.iter().filter_map(place).min().ok_or_else(|| {
        CliError::new("--spot: no stem says where it belongs (bext time reference); leave --spot out")
    })?;
    let on_frame = frame_rate.and_then(|rate| rate.duration(frames(first, rate)));
    Ok(on_frame.unwrap_or(first))
}

/// Where a stem begins in a scene that begins at `origin`; what says nothing of its place begins with it.
pub(super) fn start(stem: &Stem, origin: AdmTime) -> Time {
    let after = place(stem).and_then(|place| place.checked_sub(origin));
    Time::new(after.unwrap_or(AdmTime::ZERO))
}

/// The timecode of the scene's start.
pub(super) fn begin(picture: &mut Picture, origin: AdmTime) {
    let is_drop = picture.start.is_drop;
    picture.start = FrameCode { frames: frames(origin, picture.frame_rate), is_drop };
}

fn place(stem: &Stem) -> Option<AdmTime> {
    Some(AdmTime::from_samples(stem.time_reference?, NonZeroU32::new(stem.rate)?))
}

/// Whole frames before a time.
fn frames(time: AdmTime, rate: FrameRate) -> u64 {
    let (frames, seconds) = rate.to_ratio();
    let passed = u128::from(time.numerator) * u128::from(frames);
    let passed = passed / (u128::from(time.denominator.get()) * u128::from(seconds.max(1)));
    u64::try_from(passed).unwrap_or(u64::MAX)
}
