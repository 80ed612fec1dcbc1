//! From parts to the tracks of a scene, with their clips, programmes and alternatives.

use std::collections::BTreeSet;
use std::ops::Range;

use formats::Warning;
use formats::adm::{AudioContent, AudioObject, Document};
use formats::scene::chain::Trim;
use formats::scene::{Clip, Programme, ReferenceScreen, Scene, Spatial, Time, Track, limits};

use super::names::{self, Names};
use super::parts::{Part, Selection, Sound};
use super::stems::Stems;
use super::units::Units;
use super::{Automation, Counts, ImportError, Imported, Source, Stem, role};
use crate::items::{ItemContext, TrackSpec};

/// A track of which only the sound and the place are known.
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) spatial: Spatial,
    /// Where the samples of its channels come from.
    pub(super) channels: Vec<TrackSpec>,
    /// When they are heard, and how loud, dB.
    pub(super) spans: Vec<(Range<u64>, f64)>,
    /// Polarity turned over.
    pub(super) invert: bool,
}

/// Makes drafts of sounds.
pub(super) struct Drafts<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) automation: Automation,
    pub(super) counts: Counts,
    pub(super) warnings: Vec<Warning>,
}

/// A track whose clips have no file yet.
struct Unplaced {
    track: Track,
    /// Its stem, and its parts of the master with their gains.
    stem: usize,
    spans: Vec<(Range<u64>, f64)>,
}

/// The scene of what was selected.
pub(super) fn scene(
    source: &Source<'_>,
    selection: Selection<'_>,
    automation: Automation,
    warnings: Vec<Warning>,
) -> Result<Imported, ImportError> {
    let mut drafts = Drafts { source, automation, counts: Counts::default(), warnings };
    let mut scene = Scene {
        name: names::printable(source.name, "scene"),
        sample_rate: source.sample_rate,
        length: Some(Time::from_samples(source.frames, source.sample_rate)),
        picture: source.picture.clone(),
        programmes: programmes(&selection, &mut drafts.warnings),
        ..Scene::default()
    };
    let (mut stems, mut tracks, mut track_names) = (Stems::default(), Vec::new(), Names::default());
    let mut units = Units::new(&selection);
    // Alternatives come after what they stand in for.
    let (leaders, alternatives): (Vec<&Part>, Vec<&Part>) =
        selection.parts.iter().partition(|part| part.alternative.is_none());
    for part in leaders.iter().chain(&alternatives) {
        let Some(unit) = units.of(part, &mut drafts.warnings) else { continue };
        for draft in drafts.of(part)? {
            if draft.spans.iter().all(|(span, _)| span.is_empty()) {
                let message = "lies outside of the file; left out";
                drafts.warnings.push(Warning::new("object-outside-file", draft.name, message));
                continue;
            }
            let name = track_names.unique(&draft.name);
            let own = Track {
                programmes: of_programmes(&unit.programmes, &scene.programmes),
                ..described(source.document, part)
            };
            let track = units.place(&unit, Track { name, ..own });
            tracks.push(unplaced(draft, track, &mut stems));
        }
        if tracks.len() > limits::TRACKS {
            return Err(ImportError::TooManyTracks(tracks.len()));
        }
    }
    let stems = stems.finish(source);
    scene.tracks = tracks.into_iter().map(|unplaced| placed(unplaced, &stems, &scene)).collect();
    let Drafts { counts, mut warnings, .. } = drafts;
    warnings.dedup();
    Ok(Imported { scene, stems, counts, warnings })
}

impl Drafts<'_> {
    fn of(&mut self, part: &Part) -> Result<Vec<Draft>, ImportError> {
        let document = self.source.document;
        let object = part.sound.context().and_then(|context| innermost(document, context));
        let channel = match &part.sound {
            Sound::Object(item) => item.channel.name.as_str(),
            Sound::Bed(_) => "bed",
            Sound::Hoa(_) => "hoa",
            Sound::Binaural(_) => "binaural",
        };
        let name = names::printable(object.map_or("", |object| object.name.as_str()), "");
        let name = if name.is_empty() { names::printable(channel, "track") } else { name };
        match &part.sound {
            Sound::Object(item) => self.object(item, &name),
            Sound::Bed(items) => Ok(self.bed(items, &name)),
            Sound::Hoa(item) => Ok(self.hoa(item, &name)),
            Sound::Binaural(ears) => Ok(self.binaural(ears, &name)),
        }
    }
}

/// The programmes, with names of their own.
fn programmes(selection: &Selection<'_>, warnings: &mut Vec<Warning>) -> Vec<Programme> {
    let mut names = Names::default();
    let programme = |found: &&formats::adm::AudioProgramme| {
        let name = names.unique(&names::printable(&found.name, found.id.as_str()));
        if name != found.name {
            let message = format!("its name is \"{name}\" in the scene");
            warnings.push(Warning::new("programme-renamed", found.id.to_string(), message));
        }
        let screen = |screen| ReferenceScreen { screen, ..ReferenceScreen::default() };
        Programme {
            name,
            language: language(found.language.as_deref()),
            screen: found.reference_screen.map(screen),
            ..Programme::default()
        }
    };
    selection.programmes.iter().map(programme).collect()
}

fn language(stated: Option<&str>) -> Option<String> {
    stated.map(|text| names::printable(text, "")).filter(|text| !text.is_empty())
}

/// The names of programmes; none for all of them.
fn of_programmes(places: &BTreeSet<usize>, programmes: &[Programme]) -> Vec<String> {
    if places.len() >= programmes.len() {
        return Vec::new();
    }
    let names = places.iter().filter_map(|place| programmes.get(*place));
    names.map(|programme| programme.name.clone()).collect()
}

/// What contents and objects say about a track.
fn described(document: &Document, part: &Part) -> Track {
    let Some(context) = part.sound.context() else { return Track::default() };
    let content = content(document, context);
    let objects: Vec<&AudioObject> = context
        .path
        .objects
        .iter()
        .filter_map(|id| document.objects.iter().find(|object| object.id == *id))
        .collect();
    let name = objects.last().map_or("", |object| object.name.as_str());
    let importance = [context.importance.object, context.importance.pack_format];
    Track {
        role: role::role(content, &objects, name),
        language: content.and_then(|content| language(content.language.as_deref())),
        importance: importance.into_iter().flatten().min().map(|importance| importance.min(10)),
        head_locked: context.head_locked,
        ..Track::default()
    }
}

fn content<'a>(document: &'a Document, context: &ItemContext) -> Option<&'a AudioContent> {
    let id = context.path.content.as_ref()?;
    document.contents.iter().find(|content| content.id == *id)
}

fn innermost<'a>(document: &'a Document, context: &ItemContext) -> Option<&'a AudioObject> {
    let id = context.path.objects.last()?;
    document.objects.iter().find(|object| object.id == *id)
}

fn unplaced(draft: Draft, mut track: Track, stems: &mut Stems) -> Unplaced {
    let Draft { spatial, channels, spans, invert, .. } = draft;
    let spans: Vec<(Range<u64>, f64)> = spans.into_iter().filter(|(span, _)| !span.is_empty()).collect();
    let start = spans.iter().map(|(span, _)| span.start).min().unwrap_or(0);
    let end = spans.iter().map(|(span, _)| span.end).max().unwrap_or(0);
    let stem = stems.of(channels, start..end, &track.name);
    track.chain.trim = invert.then_some(Trim { gain_db: 0.0, invert });
    track.spatial = spatial;
    Unplaced { track, stem, spans }
}

fn placed(unplaced: Unplaced, stems: &[Stem], scene: &Scene) -> Track {
    let Unplaced { mut track, stem, spans } = unplaced;
    let Some(stem) = stems.get(stem) else { return track };
    let at = |sample: u64| Time::from_samples(sample, scene.sample_rate);
    for (span, gain_db) in spans {
        let is_to_the_end = span.end == stem.start + stem.frames;
        let trim = span.start - stem.start;
        track.clips.push(Clip {
            file: stem.file.clone(),
            start: at(span.start),
            trim_start: if trim == 0 { Time::ZERO } else { at(trim) },
            length: (!is_to_the_end).then(|| at(span.end - span.start)),
            gain_db,
            ..Clip::default()
        });
    }
    track
}
