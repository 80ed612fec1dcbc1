//! What the items of a selection become, object by object.

use formats::adm::{AdmId, Document};

use super::beds::convert;
use super::hoa::decoded;
use super::objects::tell;
use super::{Group, Moving, Sources, Still};
use crate::conform::notes::Notes;
use crate::conform::path::{Path, end_tick};
use crate::conform::{Refusal, Sound};
use crate::items::{DirectSpeakersItem, ItemContext, ObjectsItem, RenderItem};

/// What `items` become, by content.
pub(super) fn groups(
    document: &Document,
    items: &[RenderItem],
    sound: &Sound<'_>,
    notes: &mut Notes,
) -> Result<Vec<Group>, Refusal> {
    let mut groups: Vec<(Option<AdmId>, Group)> = Vec::new();
    // The channels of an object follow one another.
    for own in items.chunk_by(|a, b| place_of(a.context()) == place_of(b.context())) {
        let Some(first) = own.first() else { continue };
        let name = object_name(document, first.context());
        let content = first.context().path.content.clone();
        let place = groups.iter().position(|(known, _)| *known == content).unwrap_or_else(|| {
            groups.push((content.clone(), new_group(document, content.as_ref())));
            groups.len() - 1
        });
        add(&mut groups[place].1, &name, own, sound, notes)?;
    }
    Ok(groups.into_iter().map(|(_, group)| group).collect())
}

/// What makes items channels of one thing.
fn place_of(context: &ItemContext) -> (Option<&AdmId>, Option<&AdmId>, Option<&AdmId>) {
    let path = &context.path;
    (path.content.as_ref(), path.objects.last(), path.pack_formats.first())
}

fn object_name(document: &Document, context: &ItemContext) -> String {
    let id = context.path.objects.last();
    let object = document.objects.iter().find(|object| Some(&object.id) == id);
    object.map_or_else(|| "master".to_owned(), |object| object.name.clone())
}

fn new_group(document: &Document, content: Option<&AdmId>) -> Group {
    let content = document.contents.iter().find(|known| Some(&known.id) == content);
    Group {
        name: content.map_or_else(|| "Atmos_Master_Content".to_owned(), |content| content.name.clone()),
        language: content.and_then(|content| content.language.clone()),
        beds: Vec::new(),
        objects: Vec::new(),
    }
}

/// Adds the items of one object.
fn add(
    group: &mut Group,
    name: &str,
    items: &[RenderItem],
    sound: &Sound<'_>,
    notes: &mut Notes,
) -> Result<(), Refusal> {
    let mut speakers: Vec<&DirectSpeakersItem> = Vec::new();
    for item in items {
        match item {
            RenderItem::Objects(item) => group.objects.push(moving(name, item, sound, notes)?),
            RenderItem::DirectSpeakers(item) => speakers.push(item),
            RenderItem::Hoa(item) => group.beds.push(decoded(name, item, sound, notes)?),
            RenderItem::Binaural(_) => return Err(binaural(name)),
        }
    }
    if !speakers.is_empty() {
        let (bed, stills) = convert(name, &speakers, sound, notes)?;
        group.beds.extend(bed);
        for Still { name, place: [x, y, z], sources } in stills {
            group.objects.push(Moving { name, path: Path::still([x, y, z, 0.0]), sources });
        }
    }
    Ok(())
}

fn binaural(name: &str) -> Refusal {
    let message = "is binaural sound, which the Dolby profile can't hold; put the sound that it was made of in its place";
    Refusal::new(name, message)
}

fn moving(name: &str, item: &ObjectsItem, sound: &Sound<'_>, notes: &mut Notes) -> Result<Moving, Refusal> {
    let path = Path::new(item, end_tick(sound.frames, sound.sample_rate));
    tell(name, item, &path.blocks, notes);
    let sources = Sources::of(&item.track, path.gain.clone(), sound, name)?;
    Ok(Moving { name: name.to_owned(), path, sources })
}
