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
use crate::deliver::Clock;

/// Time references count from midnight.
const DAY_SECONDS: f64 = 86_400.0;
/// Stems of one scene begin no further apart: those of a recorder that went on past midnight would.
const MOST_SECONDS: f64 = 43_200.0;

/// The file's first sample on its time line, where it says that.
pub(super) fn time_reference<R: std::io::Read + std::io::Seek>(reader: &mut Reader<R>) -> Option<u64> {
    let body = reader.read_chunk(ChunkId::BEXT).ok().flatten()?;
    BextChunk::parse(&body).map(|bext| bext.time_reference)
}

/// Says that stems belong elsewhere than at the start, where nobody asked to put them there.
pub(super) fn unspotted(stems: &[Stem]) -> Option<Warning> {
    let mut places: Vec<AdmTime> = stems.iter().filter_map(place).collect();
    places.sort_unstable();
    places.dedup();
    let message = format!(
        "stems begin at {} of their time line (bext); all are put at the start of the scene, --spot puts each where it \
         belongs",
        plural(places.len(), "place")
    );
    (places.len() > 1).then(|| Warning::new("not-spotted", "", message))
}

/// Says which stems don't say where they belong.
pub(super) fn without_place(stems: &[Stem]) -> Vec<Warning> {
    let without = stems.iter().filter(|stem| stem.time_reference.is_none());
    let message = "doesn't say where it belongs (bext); put at the start of the scene";
    without.map(|stem| Warning::new("no-time-reference", stem.name.as_str(), message)).collect()
}

/// The start of the scene on the time line of the stems: that of the earliest, or the frame that it lies in.
///
/// # Errors
/// When no stem says where it belongs, or one is in another day than the others.
pub(super) fn origin(stems: &[Stem], frame_rate: Option<FrameRate>) -> Result<AdmTime, CliError> {
    let placed = || stems.iter().filter_map(|stem| Some((place(stem)?, stem)));
    let by_place = |a: &(AdmTime, &Stem), b: &(AdmTime, &Stem)| a.0.cmp(&b.0);
    let Some((first, earliest)) = placed().min_by(by_place) else {
        let message = "--spot: no stem says where it belongs (bext time reference); leave --spot out";
        return Err(CliError::new(message));
    };
    let (last, latest) = placed().max_by(by_place).unwrap_or((first, earliest));
    let fault = |stem: &Stem, message: String| Err(CliError::file(&stem.path, message));
    if last.seconds_f64() >= DAY_SECONDS {
        let hours = last.seconds_f64() / 3_600.0;
        let message = format!(
            "--spot: its time reference (bext) is {hours:.1} hours after midnight; correct it or leave it out"
        );
        return fault(latest, message);
    }
    let apart = last.seconds_f64() - first.seconds_f64();
    if apart > MOST_SECONDS {
        let (hours, other) = (apart / 3_600.0, earliest.path.display());
        let message = format!(
            "--spot: begins {hours:.1} hours after {other} (bext); correct its time reference, or leave one of them out"
        );
        return fault(latest, message);
    }
    let on_frame = frame_rate.and_then(|rate| rate.duration(frames(first, rate)));
    Ok(on_frame.unwrap_or(first))
}

/// Where a stem begins in a scene that begins at `origin`; what says nothing of its place begins with it.
pub(super) fn start(stem: &Stem, origin: AdmTime) -> Time {
    let after = place(stem).and_then(|place| place.checked_sub(origin));
    Time::new(after.unwrap_or(AdmTime::ZERO))
}

/// The same in seconds.
pub(super) fn seconds(stem: &Stem, origin: AdmTime) -> f64 {
    start(stem, origin).seconds_f64()
}

/// The same as people read it.
pub(super) fn clock(stem: &Stem, origin: AdmTime) -> String {
    let sample = (seconds(stem, origin) * f64::from(stem.rate)).round() as u64;
    Clock { sample, sample_rate: stem.rate }.to_string()
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
