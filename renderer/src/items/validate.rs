//! What is remarkable about a document although it can be rendered (BS.2127-1 §5.2, BS.2076-2 §5): looked at
//! once, in linear time, after the selection. What stood in the way of the selection was an error before.

use std::collections::HashSet;

use formats::Warning;
use formats::adm::{AdmId, AudioObject};

use super::SelectOptions;
use super::error::shown;
use super::graph::{Graph, ObjectIndex};

/// Adds a warning for each rule that the document breaks, with how often and where first.
pub(super) fn remarks(
    graph: &Graph,
    used_objects: &[ObjectIndex],
    options: &SelectOptions,
    warnings: &mut Vec<Warning>,
) {
    let mut found = |rule, what: &str, ids: &mut dyn Iterator<Item = String>| {
        if let Some(first) = ids.next() {
            let message = match ids.count() {
                0 => what.to_owned(),
                more => format!("{what} (and {more} more)"),
            };
            warnings.push(Warning::new(rule, first, message));
        }
    };
    let streams = &graph.document.stream_formats;
    let both =
        streams.iter().filter(|stream| stream.channel_format.is_some() && stream.pack_format.is_some());
    found(
        "stream-pack-and-channel",
        "refers to both an audioChannelFormat and an audioPackFormat; the channel is used",
        &mut both.map(|stream| shown(&stream.id)),
    );
    let parents = graph.objects.iter().filter(|object| !object.element.objects.is_empty());
    found(
        "parameters-on-parent-object",
        "has start, duration, gain, mute, positionOffset or alternativeValueSets and holds audioObjects; \
         start and duration are ignored, the rest is passed down",
        &mut parents.filter(|object| has_parameters(object.element)).map(|object| shown(&object.element.id)),
    );
    let direct = graph.track_uids.iter().filter(|uid| graph.is_before_v2() && uid.channel_format.is_some());
    found(
        "channel-reference-before-v2",
        "refers to an audioChannelFormat, which BS.2076 allows from version 2 on; used all the same",
        &mut direct.map(|uid| shown(&uid.id)),
    );
    let frequencies = graph.channels.iter().filter(|channel| {
        let frequency = channel.element.frequency;
        matches!(channel.element.blocks.type_definition(), Some(formats::adm::TypeDefinition::Objects))
            && (frequency.low_pass.is_some() || frequency.high_pass.is_some())
    });
    found(
        "object-frequency",
        "is an Objects channel with a frequency element, which has no meaning there; it is ignored",
        &mut frequencies.map(|channel| shown(&channel.element.id)),
    );
    unused(graph, used_objects, &mut found);
    let beyond = graph.track_uids.iter().filter(|uid| {
        uid.track_index.is_some_and(|index| usize::from(index) > options.file_tracks || index == 0)
    });
    found(
        "track-index-range",
        "has a track index in the chna chunk that the file doesn't have; nothing uses it",
        &mut beyond.map(|uid| shown(&uid.id)),
    );
}

fn has_parameters(object: &AudioObject) -> bool {
    object.start.is_some()
        || object.duration.is_some()
        || object.gain.is_some_and(|gain| gain.linear() != 1.0)
        || object.mute == Some(true)
        || object.position_offset.is_some()
        || !object.alternative_value_sets.is_empty()
}

type Found<'f> = dyn FnMut(&'static str, &str, &mut dyn Iterator<Item = String>) + 'f;

/// Faults in what is not rendered.
fn unused(graph: &Graph, used_objects: &[ObjectIndex], found: &mut Found) {
    let used: HashSet<ObjectIndex> = used_objects.iter().copied().collect();
    let reference = |from: &AdmId, to: &AdmId| format!("{} -> {}", shown(from), shown(to));
    let objects = graph.objects.iter().enumerate().filter(|(place, _)| !used.contains(place));
    let of_objects =
        objects.filter_map(|(_, object)| object.dangling.map(|to| reference(&object.element.id, to)));
    let of_packs =
        graph.packs.iter().filter_map(|pack| pack.dangling.map(|to| reference(&pack.element.id, to)));
    let contents = graph.document.contents.iter().flat_map(|content| {
        let missing = content.objects.iter().filter(|object| graph.object(object).is_none());
        missing.map(|object| reference(&content.id, object))
    });
    found(
        "dangling-reference",
        "refers to an element that doesn't exist; nothing that is rendered needs it",
        &mut of_objects.chain(of_packs).chain(contents),
    );
    let mixed = graph.packs.iter().filter(|pack| {
        let own = pack.element.type_definition;
        let is_other = |&channel: &usize| graph.channels[channel].element.blocks.type_definition() != own;
        pack.channels.iter().any(is_other)
            || pack.packs.iter().any(|&child| graph.packs[child].element.type_definition != own)
    });
    found(
        "mixed-types",
        "holds channels or packs of another type than its own; nothing that is rendered needs it",
        &mut mixed.map(|pack| shown(&pack.element.id)),
    );
}
