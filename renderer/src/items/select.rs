//! From the document to items (BS.2127-1 §5.2): programme → objects → packs and tracks → channels.

use std::rc::Rc;
use std::sync::Arc;

use formats::Warning;
use formats::adm::{
    AdmId, AdmTime, AudioObject, AudioProgramme, COMMON_DEFINITIONS, Document, TypeDefinition,
};

use super::error::{Budget, Error, shown};
use super::graph::{ChannelIndex, Graph, PackIndex};
use super::object_paths::{ObjectPath, object_paths, programme, refuse_loops};
use super::object_values::{ObjectValues, ValueSets};
use super::pack_selection::{PackSelector, SelectedPack};
use super::{
    BinauralItem, DirectSpeakersItem, Importance, ItemContext, ItemPath, ObjectsItem, RenderItem, Role,
    TrackSpec, complementary, hoa, position_offsets, timing_fixes, validate,
};

/// What to select, and what the file can deliver.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SelectOptions {
    /// The programme to render; the one with the lowest id by default.
    pub programme: Option<AdmId>,
    /// Objects to render instead of the default of their complementary groups.
    pub complementary: Vec<AdmId>,
    /// How many tracks the file has.
    pub file_tracks: usize,
    /// How long it lasts; closes blocks that have no end of their own.
    pub file_duration: Option<AdmTime>,
}

/// Items in one selection; a BW64 file has fewer tracks.
const MAX_ITEMS: usize = 65_536;

/// BS.2127-1 §5: what to render of `document`, whose chna has been applied.
///
/// # Errors
/// When the document leaves open what to render, or is broken where it matters. What can be put right is
/// put right and named in a [`Warning`].
pub fn select(
    document: &Document,
    options: &SelectOptions,
) -> Result<(Vec<RenderItem>, Vec<Warning>), Error> {
    let (graph, mut warnings) = Graph::new(document, &COMMON_DEFINITIONS);
    let mut selector = PackSelector::new(&graph);
    let mut items =
        Items { graph: &graph, budget: Budget::new(), items: Vec::new(), used_objects: Vec::new() };
    if document.programmes.is_empty() && graph.objects.is_empty() {
        if graph.track_uids.is_empty() {
            return Err(Error::NoAdm);
        }
        // There is nothing to choose from.
        programme(&graph, options.programme.as_ref(), &mut warnings)?;
        complementary::unselected(&graph, &options.complementary, &mut warnings)?;
        let selected =
            selector.of_all_tracks(&graph, options.file_tracks, &mut items.budget, &mut warnings)?;
        let source = Source { programme: None, path: None, values: ObjectValues::default() };
        for pack in selected {
            items.push(&source, pack, &mut warnings)?;
        }
    } else {
        refuse_loops(&graph)?;
        let ignored = complementary::unselected(&graph, &options.complementary, &mut warnings)?;
        let programme = programme(&graph, options.programme.as_ref(), &mut warnings)?;
        let paths = object_paths(&graph, programme, &mut warnings)?;
        for id in &options.complementary {
            let is_there = graph
                .object(id)
                .is_some_and(|object| paths.iter().any(|path| path.objects.contains(&object)));
            if !is_there {
                let message = "was chosen from its complementary group and is not in the programme: nothing of it is heard";
                warnings.push(Warning::new("not-in-programme", shown(id), message));
            }
        }
        let value_sets = ValueSets::new(&graph, programme, &paths, &mut warnings);
        for path in paths.iter().filter(|path| !path.objects.iter().any(|object| ignored.contains(object))) {
            let Some(&object) = path.objects.last() else { continue };
            items.used_objects.push(object);
            let selected =
                selector.of_object(&graph, object, options.file_tracks, &mut items.budget, &mut warnings)?;
            let values = ObjectValues::of(&graph, path, &value_sets);
            let source = Source { programme, path: Some(path), values };
            for pack in selected.iter() {
                items.budget.spend(
                    pack.weight(),
                    &graph.objects[object].element.id,
                    "its matrices are too large",
                )?;
                items.push(&source, pack.clone(), &mut warnings)?;
            }
        }
    }
    validate::remarks(&graph, &items.used_objects, options, &mut warnings);
    let mut items = items.items;
    position_offsets::remarks(&items, &mut warnings);
    let blocks = graph.channels.iter().map(|channel| channel.element.blocks.len()).sum();
    timing_fixes::repair(&mut items, options.file_duration, blocks, &mut warnings)?;
    Ok((items, merge_repeated(warnings)))
}

/// A channel of a selected pack, with its samples.
#[derive(Clone, Debug)]
pub(super) struct SelectedChannel {
    /// Packs from the outermost down to the one that lists the channel.
    pub(super) path: Rc<[PackIndex]>,
    pub(super) channel: ChannelIndex,
    pub(super) track: TrackSpec,
    /// Least importance of the packs.
    pub(super) importance: Option<u8>,
}

/// Where a pack was found.
struct Source<'s, 'a> {
    programme: Option<&'a AudioProgramme>,
    path: Option<&'s ObjectPath<'a>>,
    values: ObjectValues,
}

/// The items made so far.
struct Items<'g, 'a> {
    graph: &'g Graph<'a>,
    budget: Budget,
    items: Vec<RenderItem>,
    used_objects: Vec<usize>,
}

impl Items<'_, '_> {
    /// Makes the items of one pack of one object.
    fn push(
        &mut self,
        source: &Source,
        pack: SelectedPack,
        warnings: &mut Vec<Warning>,
    ) -> Result<(), Error> {
        let element = self.graph.packs[pack.output].element;
        if self.items.len().saturating_add(pack.channels.len()) > MAX_ITEMS {
            let what = "too many channels are selected";
            return Err(Error::TooComplex { element: shown(&element.id), what, limit: MAX_ITEMS as u64 });
        }
        match element.type_definition {
            Some(TypeDefinition::Objects) => {
                for selected in pack.channels {
                    let context = self.context(source, &selected, warnings)?;
                    let channel = Arc::clone(self.graph.channels[selected.channel].element);
                    let track = selected.track;
                    self.items.push(RenderItem::Objects(ObjectsItem { track, channel, context }));
                }
            }
            Some(TypeDefinition::DirectSpeakers) => {
                let is_common = self.graph.packs[pack.output].is_common;
                for selected in pack.channels {
                    let context = self.context(source, &selected, warnings)?;
                    let channel = Arc::clone(self.graph.channels[selected.channel].element);
                    let common_pack = is_common.then(|| element.id.clone());
                    let track = selected.track;
                    let item = DirectSpeakersItem { track, channel, context, common_pack };
                    self.items.push(RenderItem::DirectSpeakers(item));
                }
            }
            Some(TypeDefinition::Hoa) => self.push_hoa(source, pack.channels, warnings)?,
            Some(TypeDefinition::Binaural) => self.push_binaural(source, pack.channels, warnings)?,
            Some(TypeDefinition::Matrix) | None => {
                let message = "its type is unknown; expected DirectSpeakers, Matrix, Objects, HOA or Binaural; \
                               it is not rendered";
                warnings.push(Warning::new("unknown-type", shown(&element.id), message));
            }
        }
        Ok(())
    }

    fn push_hoa(
        &mut self,
        source: &Source,
        channels: Vec<SelectedChannel>,
        warnings: &mut Vec<Warning>,
    ) -> Result<(), Error> {
        let Some(first) = channels.first() else { return Ok(()) };
        let mut context = self.context(source, first, warnings)?;
        context.path.pack_formats.truncate(1);
        // No importance is the highest: the scene is as important as its most important channel.
        let least_none = |channel: &SelectedChannel| channel.importance.unwrap_or(u8::MAX);
        context.importance.pack_format =
            channels.iter().map(least_none).max().filter(|&importance| importance != u8::MAX);
        self.items.push(RenderItem::Hoa(hoa::item(self.graph, channels, context, warnings)?));
        Ok(())
    }

    /// Left and right by name, else by order.
    fn push_binaural(
        &mut self,
        source: &Source,
        channels: Vec<SelectedChannel>,
        warnings: &mut Vec<Warning>,
    ) -> Result<(), Error> {
        if let (Some(first), true) = (channels.first(), channels.len() != 2) {
            let pack = first.path.first().map_or_else(String::new, |&pack| shown(self.graph.pack_id(pack)));
            let message =
                format!("is a Binaural pack of {} channel(s); expected 2, left and right", channels.len());
            warnings.push(Warning::new("binaural-channels", pack, message));
        }
        for (place, selected) in channels.into_iter().enumerate() {
            let context = self.context(source, &selected, warnings)?;
            let channel = Arc::clone(self.graph.channels[selected.channel].element);
            let name = channel.name.to_ascii_lowercase();
            let left = match (name.contains("left"), name.contains("right")) {
                (true, false) => true,
                (false, true) => false,
                _ => place % 2 == 0,
            };
            self.items.push(RenderItem::Binaural(BinauralItem {
                track: selected.track,
                channel,
                context,
                left,
            }));
        }
        Ok(())
    }

    fn context(
        &mut self,
        source: &Source,
        selected: &SelectedChannel,
        warnings: &mut Vec<Warning>,
    ) -> Result<ItemContext, Error> {
        let graph = self.graph;
        let objects: Vec<&AudioObject> = source
            .path
            .map_or_else(Vec::new, |path| path.objects.iter().map(|&o| graph.objects[o].element).collect());
        let packs: Vec<_> = selected.path.iter().map(|&pack| graph.packs[pack].element).collect();
        let path = ItemPath {
            programme: source.programme.map(|programme| programme.id.clone()),
            content: source.path.and_then(|path| path.content).map(|content| content.id.clone()),
            objects: objects.iter().map(|object| object.id.clone()).collect(),
            pack_formats: packs.iter().map(|pack| pack.id.clone()).collect(),
        };
        let ids = path.objects.iter().chain(&path.pack_formats);
        let length: usize = ids.map(|id| 16 + id.as_str().len()).sum();
        self.budget.spend(
            length,
            graph.channel_id(selected.channel),
            "the paths to its channels are too long",
        )?;
        let leaf = objects.last();
        let distances =
            packs.iter().filter_map(|pack| pack.absolute_distance.map(|distance| (distance, &pack.id)));
        let mut distances = distances.collect::<Vec<_>>().into_iter();
        let absolute_distance = distances.next();
        if let (Some((outer, _)), Some((inner, id))) = (
            absolute_distance,
            distances.find(|(distance, _)| Some(*distance) != absolute_distance.map(|d| d.0)),
        ) {
            let message =
                format!("has absoluteDistance {inner} inside a pack with {outer}; the outer one is used");
            warnings.push(Warning::new("absolute-distance-differs", shown(id), message));
        }
        Ok(ItemContext {
            path,
            role: Role::of(source.path.and_then(|path| path.content), &objects),
            importance: Importance {
                object: objects.iter().filter_map(|object| object.importance).min(),
                pack_format: selected.importance,
            },
            object_start: leaf.and_then(|object| object.start),
            object_duration: leaf.and_then(|object| object.duration),
            object_gain: source.values.gain,
            position_offset: source.values.position_offset,
            head_locked: source.values.head_locked,
            reference_screen: source.programme.and_then(|p| p.reference_screen).unwrap_or_default(),
            absolute_distance: absolute_distance.map(|(distance, _)| distance),
            adm_version: u8::try_from(graph.document.adm_version()).unwrap_or(u8::MAX),
        })
    }
}

/// One warning of each rule and element: an object that is reached twice is not reported twice.
fn merge_repeated(warnings: Vec<Warning>) -> Vec<Warning> {
    let mut seen = std::collections::HashSet::new();
    let is_first =
        |warning: &Warning| seen.insert((warning.rule, warning.element.clone(), warning.message.clone()));
    let mut is_first = is_first;
    warnings.into_iter().filter(|warning| is_first(warning)).collect()
}
