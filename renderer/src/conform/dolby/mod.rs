//! The Dolby Atmos Master ADM Profile v1.1: one programme, beds first, then Cartesian objects whose gains are in their sound.
//!
//! ```text
//!  items ── by object ─┬─ beds      channels of the profile's beds, Ambisonics decoded to 7.1.2; others as objects that stand still
//!                      └─ objects   Path ── blocks: a ramp of 250 samples each, 512 samples from one to the next
//!                                      └──── document: ids and references as the profile counts them
//! ```
//!
//! Facts are those that public rule checkers state (`formats::profile::dolby`); nothing here claims to come from a tool of
//! Dolby's, or that one will accept it.

mod beds;
mod blocks;
mod composite;
mod document;
mod groups;
mod hoa;
mod objects;
mod places_table;

use formats::adm::Document;
use formats::profile::dolby::{MOST_ELEMENTS, MOST_OBJECTS, MOST_TRACKS};

use super::gains::GainCurve;
use super::notes::Notes;
use super::path::Path;
use super::{Conformed, Refusal, Sound, TrackPlan};
use crate::items::{RenderItem, TrackSpec};
use crate::monitor::binaural::HeadphoneMode;

/// Hz that the profile has.
const SAMPLE_RATES: [u32; 2] = [48_000, 96_000];

/// How many beds a master may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beds {
    /// As many as there are.
    Each,
    /// One, the sum of all: as the master format has it.
    Composite,
}

/// What a track sounds of.
#[derive(Clone, Debug, Default)]
struct Sources {
    /// Tracks of the old master with factors.
    tracks: Vec<(usize, f64)>,
    gain: GainCurve,
    mode: Option<HeadphoneMode>,
    /// Channels that came together here.
    joined: usize,
}

/// A bed of the profile.
#[derive(Clone, Debug)]
struct Bed {
    name: String,
    labels: &'static [&'static str],
    /// One for each label.
    sources: Vec<Sources>,
}

/// A loudspeaker that became an object.
#[derive(Clone, Debug)]
struct Still {
    name: String,
    place: [f64; 3],
    sources: Sources,
}

/// An object.
struct Moving {
    name: String,
    path: Path,
    sources: Sources,
}

/// A content of the programme with what belongs to it.
struct Group {
    name: String,
    language: Option<String>,
    beds: Vec<Bed>,
    objects: Vec<Moving>,
}

impl Sources {
    /// The tracks that `spec` names.
    fn of(spec: &TrackSpec, gain: GainCurve, sound: &Sound<'_>, name: &str) -> Result<Self, Refusal> {
        let mut tracks = Vec::new();
        if !collect(spec, 1.0, &mut tracks) {
            let message =
                "is a matrix with delays or phases, which the profile can't hold; mix it down first";
            return Err(Refusal::new(name, message));
        }
        let mode = tracks.first().and_then(|(track, _)| sound.modes.get(*track).copied().flatten());
        Ok(Self { tracks, gain, mode, joined: 1 })
    }

    fn join(&mut self, other: Self) {
        if self.joined == 0 {
            (self.gain, self.mode) = (other.gain, other.mode);
        }
        self.tracks.extend(other.tracks);
        self.joined += 1;
    }

    /// The same with its gain in the factors, where that doesn't move.
    fn into_constant(mut self) -> Option<Self> {
        let gain = self.gain.constant_factor()?;
        self.tracks.iter_mut().for_each(|(_, factor)| *factor *= gain);
        self.gain = GainCurve::default();
        Some(self)
    }

    fn plan(self) -> TrackPlan {
        TrackPlan { sources: self.tracks, gain: self.gain, mode: self.mode }
    }
}

/// Adds the tracks of `spec`, `factor` times; false where it is more than a sum.
fn collect(spec: &TrackSpec, factor: f64, tracks: &mut Vec<(usize, f64)>) -> bool {
    match spec {
        TrackSpec::Direct(track) => {
            tracks.push((*track, factor));
            true
        }
        TrackSpec::Silent => true,
        TrackSpec::Mix(parts) => parts.iter().all(|part| collect(part, factor, tracks)),
        TrackSpec::Gain(inner, gain) => collect(inner, factor * gain, tracks),
        TrackSpec::Matrix(..) => false,
    }
}

/// `items`, which were selected from `document`, as a master of the profile.
///
/// # Errors
/// When the profile can't hold them: other rates, binaural sound, too many tracks or objects.
pub fn conform(
    document: &Document,
    items: &[RenderItem],
    sound: &Sound<'_>,
    beds: Beds,
) -> Result<Conformed, Refusal> {
    if !SAMPLE_RATES.contains(&sound.sample_rate) {
        let message = format!(
            "{} Hz, and the Dolby profile has 48000 or 96000; give the scene one of these",
            sound.sample_rate
        );
        return Err(Refusal::new("sample rate", message));
    }
    let mut notes = Notes::default();
    let mut groups = groups::groups(document, items, sound, &mut notes)?;
    if beds == Beds::Composite {
        composite::merge(&mut groups, &mut notes)?;
    }
    let beds = groups.iter().flat_map(|group| &group.beds);
    let bed_channels: usize = beds.clone().map(|bed| bed.labels.len()).sum();
    let objects: usize = groups.iter().map(|group| group.objects.len()).sum();
    for (count, most, what, remedy) in [
        (objects, MOST_OBJECTS, "objects", "put some into a bed"),
        (bed_channels + objects, MOST_TRACKS, "tracks", "put objects into a bed, or mix beds together"),
        (beds.count() + objects, MOST_ELEMENTS, "beds and objects", "put some into a bed"),
        (groups.len(), MOST_ELEMENTS, "contents", "give tracks the same role and language"),
    ] {
        if count > most {
            let message = format!("{count}, and the Dolby profile has {most} at most; {remedy}");
            return Err(Refusal::new(what, message));
        }
    }
    let mut conformed = document::build(groups, sound);
    conformed.warnings = notes.into_warnings();
    Ok(conformed)
}
