//! What becomes tracks: the items of every programme and of every alternative, each once.

use std::collections::{BTreeMap, BTreeSet};

use formats::Warning;
use formats::adm::{AdmId, AdmTime, AudioProgramme, Screen};
use formats::scene::limits;

use super::{ImportError, Source};
use crate::items::{self, BinauralItem, DirectSpeakersItem, HoaItem, ItemContext, ObjectsItem};
use crate::items::{RenderItem, SelectOptions};

/// Times that the items are selected: for every programme, with every alternative.
const MOST_SELECTIONS: usize = 256;

/// What becomes one track, or several where its blocks are of several kinds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sound {
    Object(ObjectsItem),
    /// The channels of one pack of one object.
    Bed(Vec<DirectSpeakersItem>),
    Hoa(HoaItem),
    /// The ears of one pack.
    Binaural(Vec<BinauralItem>),
}

/// A sound and where it is heard.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) sound: Sound,
    /// Places in [`Selection::programmes`].
    pub(super) programmes: BTreeSet<usize>,
    /// The object that it can stand in for, and the one that does, of which it is the whole or a part.
    pub(super) alternative: Option<(AdmId, AdmId)>,
}

/// All that there is to hear.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection<'a> {
    /// By their ids: the first is what is rendered unless another one is chosen. Empty where the master has none.
    pub(super) programmes: Vec<&'a AudioProgramme>,
    pub(super) parts: Vec<Part>,
}

impl Sound {
    pub(super) fn context(&self) -> Option<&ItemContext> {
        match self {
            Self::Object(item) => Some(&item.context),
            Self::Bed(items) => items.first().map(|item| &item.context),
            Self::Hoa(item) => Some(&item.context),
            Self::Binaural(items) => items.first().map(|item| &item.context),
        }
    }

    /// What two that are the same have in common, and cheap to compare.
    fn key(&self) -> Vec<AdmId> {
        let (channel, context) = match self {
            Self::Object(item) => (Some(item.channel.id.clone()), Some(&item.context)),
            other => (None, other.context()),
        };
        let path = context.map(|context| &context.path);
        let objects = path.into_iter().flat_map(|path| path.objects.iter().chain(&path.pack_formats));
        let content = path.and_then(|path| path.content.clone());
        objects.cloned().chain(content).chain(channel).collect()
    }
}

/// Selects what each programme sounds of, by itself and with each alternative.
pub(super) fn select<'a>(
    source: &Source<'a>,
    warnings: &mut Vec<Warning>,
) -> Result<Selection<'a>, ImportError> {
    let mut programmes: Vec<&AudioProgramme> = source.document.programmes.iter().collect();
    programmes.sort_by_key(|programme| programme.id.as_str().to_ascii_lowercase());
    programmes.dedup_by(|a, b| a.id == b.id);
    if programmes.len() > limits::PROGRAMMES {
        let message = format!(
            "{} programmes; the first {} are imported, the others left out",
            programmes.len(),
            limits::PROGRAMMES
        );
        warnings.push(Warning::new("programmes-left-out", "audioProgramme", message));
        programmes.truncate(limits::PROGRAMMES);
    }
    let mut collected = Collected { parts: Vec::new(), known: BTreeMap::new() };
    let mut runs = 0;
    for index in 0..programmes.len().max(1) {
        let programme = programmes.get(index).map(|programme| programme.id.clone());
        let (items, found) = items::select(source.document, &options(source, programme.clone(), None))?;
        warnings.extend(found);
        collected.add(sounds(items), index, None);
        for (leader, member) in alternatives(source) {
            runs += 1;
            if runs > MOST_SELECTIONS {
                let message = format!("more than {MOST_SELECTIONS} alternatives; the others are left out");
                warnings.push(Warning::new("alternatives-left-out", leader.to_string(), message));
                break;
            }
            // An alternative that can't be chosen was named when all were looked at.
            let chosen = options(source, programme.clone(), Some(member.clone()));
            let Ok((items, _)) = items::select(source.document, &chosen) else { continue };
            let of_member = |sound: &Sound| holds(sound, member);
            let sounds = sounds(items).into_iter().filter(of_member).collect();
            collected.add(sounds, index, Some((leader, member)));
        }
    }
    warnings.dedup();
    Ok(Selection { programmes, parts: collected.parts })
}

/// The sound comes from within the object.
pub(super) fn holds(sound: &Sound, object: &AdmId) -> bool {
    sound.context().is_some_and(|context| context.path.objects.contains(object))
}

fn options(source: &Source<'_>, programme: Option<AdmId>, member: Option<AdmId>) -> SelectOptions {
    SelectOptions {
        programme,
        complementary: member.into_iter().collect(),
        file_tracks: source.tracks,
        file_duration: Some(AdmTime::from_samples(source.frames, source.sample_rate)),
    }
}

/// Objects and those that can stand in for them.
fn alternatives<'a>(source: &Source<'a>) -> impl Iterator<Item = (&'a AdmId, &'a AdmId)> {
    let of = |object: &'a formats::adm::AudioObject| {
        object.complementary_objects.iter().map(move |member| (&object.id, member))
    };
    source.document.objects.iter().flat_map(of).filter(|(leader, member)| leader != member)
}

struct Collected {
    parts: Vec<Part>,
    known: BTreeMap<Vec<AdmId>, Vec<usize>>,
}

impl Collected {
    /// Adds what a programme sounds of; what is there already belongs to it too.
    fn add(&mut self, sounds: Vec<Sound>, programme: usize, alternative: Option<(&AdmId, &AdmId)>) {
        let alternative = alternative.map(|(leader, member)| (leader.clone(), member.clone()));
        let mut used = BTreeSet::new();
        for sound in sounds {
            let same = self.known.entry(sound.key()).or_default();
            let there = same.iter().copied().find(|place| {
                let part = &self.parts[*place];
                !used.contains(place) && part.sound == sound && part.alternative == alternative
            });
            let place = there.unwrap_or_else(|| {
                same.push(self.parts.len());
                let (programmes, alternative) = (BTreeSet::new(), alternative.clone());
                self.parts.push(Part { sound, programmes, alternative });
                self.parts.len() - 1
            });
            used.insert(place);
            self.parts[place].programmes.insert(programme);
        }
    }
}

/// Items as sounds: the channels of a bed together. What belongs to the programme isn't looked at.
fn sounds(items: Vec<RenderItem>) -> Vec<Sound> {
    let mut sounds: Vec<Sound> = Vec::new();
    for item in items {
        match (item, sounds.last_mut()) {
            (RenderItem::Objects(mut item), _) => {
                neutral(&mut item.context);
                sounds.push(Sound::Object(item));
            }
            (RenderItem::Hoa(mut item), _) => {
                neutral(&mut item.context);
                sounds.push(Sound::Hoa(item));
            }
            (RenderItem::DirectSpeakers(mut item), last) => {
                neutral(&mut item.context);
                match last {
                    Some(Sound::Bed(bed)) if belongs(&item, bed) => bed.push(item),
                    _ => sounds.push(Sound::Bed(vec![item])),
                }
            }
            (RenderItem::Binaural(mut item), last) => {
                neutral(&mut item.context);
                match last {
                    Some(Sound::Binaural(ears))
                        if ears.len() == 1
                            && ears.iter().all(|ear| {
                                ear.left != item.left && is_one_pack(&ear.context, &item.context)
                            }) =>
                    {
                        ears.push(item);
                    }
                    _ => sounds.push(Sound::Binaural(vec![item])),
                }
            }
        }
    }
    sounds
}

fn neutral(context: &mut ItemContext) {
    context.path.programme = None;
    context.reference_screen = Screen::default();
}

/// The channel is one more of the pack that the bed is.
fn belongs(item: &DirectSpeakersItem, bed: &[DirectSpeakersItem]) -> bool {
    let is_new = bed.iter().all(|other| other.channel.id != item.channel.id);
    is_new
        && bed.len() < limits::CHANNELS
        && bed.first().is_some_and(|first| {
            first.common_pack == item.common_pack && is_one_pack(&first.context, &item.context)
        })
}

fn is_one_pack(a: &ItemContext, b: &ItemContext) -> bool {
    let place = |context: &ItemContext| {
        let path = &context.path;
        (path.objects.clone(), path.content.clone(), path.pack_formats.first().cloned())
    };
    place(a) == place(b) && a.importance == b.importance
}
