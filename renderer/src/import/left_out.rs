//! What a scene has no place for: named once for each kind, never dropped in silence.

use std::collections::BTreeSet;

use formats::Warning;
use formats::adm::{AdmId, AdmTime, AudioContent, BlockFormats, Document, Unknown};

use super::parts::{Selection, Sound};
use super::role;

/// A kind of what is left out: what it is called, and which elements have it.
type Kind<'a> = (&'static str, &'static str, Vec<&'a AdmId>);

/// Names all of them.
pub(super) fn remarks(document: &Document, selection: &Selection<'_>, warnings: &mut Vec<Warning>) {
    let of_parts = of_parts(selection);
    for (rule, what, ids) in of_programmes(document)
        .into_iter()
        .chain(of_contents(document))
        .chain(of_objects(document))
        .chain(of_parts)
        .chain(of_unknown(document))
    {
        let Some(first) = ids.first() else { continue };
        let message = match ids.len() {
            1 => format!("{what}, which a scene has no place for; left out"),
            count => format!("{what} here and in {} more; a scene has no place for it; left out", count - 1),
        };
        warnings.push(Warning::new(rule, first.to_string(), message));
    }
    if !document.tags.is_empty() {
        let message = "tags, which a scene has no place for; left out";
        warnings.push(Warning::new("tags-left-out", "tagList", message));
    }
}

fn of_programmes(document: &Document) -> Vec<Kind<'_>> {
    let with = |has: &dyn Fn(&formats::adm::AudioProgramme) -> bool| {
        document.programmes.iter().filter(|p| has(p)).map(|p| &p.id).collect::<Vec<_>>()
    };
    vec![
        ("loudness-left-out", "loudnessMetadata", with(&|p| !p.loudness.is_empty())),
        ("labels-left-out", "labels", with(&|p| !p.labels.is_empty())),
        ("authoring-left-out", "authoringInformation", with(&|p| p.authoring_information.is_some())),
        ("ducking-left-out", "maxDuckingDepth", with(&|p| p.max_ducking_depth.is_some())),
        (
            "programme-start-left-out",
            "a start of the programme other than 0",
            with(&|p| p.start.is_some_and(|start| start != AdmTime::ZERO)),
        ),
    ]
}

fn of_contents(document: &Document) -> Vec<Kind<'_>> {
    let with = |has: &dyn Fn(&AudioContent) -> bool| {
        document.contents.iter().filter(|c| has(c)).map(|c| &c.id).collect::<Vec<_>>()
    };
    vec![
        ("loudness-left-out", "loudnessMetadata", with(&|c| !c.loudness.is_empty())),
        ("labels-left-out", "labels", with(&|c| !c.labels.is_empty())),
        ("content-names-left-out", "a name of the content's own", with(&|c| !is_named_by_role(c))),
    ]
}

/// Whether the content's name is the one that an export of the scene gives: its role, and its language.
fn is_named_by_role(content: &AudioContent) -> bool {
    let role = role::role(Some(content), &[], &content.name).to_string();
    let rest = content.name.strip_prefix(&role).map(str::trim);
    rest.is_some_and(|rest| rest.is_empty() || Some(rest) == content.language.as_deref())
}

fn of_objects(document: &Document) -> Vec<Kind<'_>> {
    let with = |has: &dyn Fn(&formats::adm::AudioObject) -> bool| {
        document.objects.iter().filter(|o| has(o)).map(|o| &o.id).collect::<Vec<_>>()
    };
    let of_programmes = document.programmes.iter().flat_map(|p| &p.alternative_value_sets);
    let of_contents = document.contents.iter().flat_map(|c| &c.alternative_value_sets);
    let chosen: BTreeSet<&AdmId> = of_programmes.chain(of_contents).collect();
    vec![
        (
            "interaction-left-out",
            "audioObjectInteraction",
            with(&|o| o.interact.is_some() || o.interaction.is_some()),
        ),
        ("ducking-left-out", "disableDucking", with(&|o| o.disable_ducking.is_some())),
        (
            "labels-left-out",
            "labels",
            with(&|o| !o.labels.is_empty() || !o.complementary_group_labels.is_empty()),
        ),
        (
            "alternative-values-left-out",
            "an alternativeValueSet that no programme chooses",
            with(&|o| o.alternative_value_sets.iter().any(|set| !chosen.contains(&set.id))),
        ),
    ]
}

/// What renderers look at no more than a scene has it.
fn of_parts<'a>(selection: &'a Selection<'_>) -> Vec<Kind<'a>> {
    let mut distances = Vec::new();
    let mut frequencies = Vec::new();
    for part in &selection.parts {
        let context = part.sound.context();
        if context.is_some_and(|context| context.absolute_distance.is_some()) {
            distances.extend(context.and_then(|context| context.path.pack_formats.first()));
        }
        if let Sound::Object(item) = &part.sound
            && (item.frequency().low_pass.is_some() || item.frequency().high_pass.is_some())
        {
            frequencies.push(&item.channel.id);
        }
    }
    distances.dedup();
    vec![
        ("absolute-distance-left-out", "absoluteDistance", distances),
        ("frequency-left-out", "band limits of an object", frequencies),
    ]
}

/// Elements and attributes that aren't known.
fn of_unknown(document: &Document) -> Vec<Kind<'_>> {
    let is_something = |unknown: &Unknown| !unknown.attributes.is_empty() || !unknown.elements.is_empty();
    let mut ids: Vec<&AdmId> = Vec::new();
    ids.extend(document.programmes.iter().filter(|p| is_something(&p.unknown)).map(|p| &p.id));
    ids.extend(document.contents.iter().filter(|c| is_something(&c.unknown)).map(|c| &c.id));
    ids.extend(document.objects.iter().filter(|o| is_something(&o.unknown)).map(|o| &o.id));
    ids.extend(document.pack_formats.iter().filter(|p| is_something(&p.unknown)).map(|p| &p.id));
    let in_blocks = |blocks: &BlockFormats| match blocks {
        BlockFormats::Objects(blocks) => blocks
            .iter()
            .any(|block| block.special.as_deref().is_some_and(|special| is_something(&special.unknown))),
        BlockFormats::DirectSpeakers(blocks) => blocks.iter().any(|block| is_something(&block.unknown)),
        BlockFormats::Hoa(blocks) => blocks.iter().any(|block| is_something(&block.unknown)),
        BlockFormats::Binaural(blocks) => blocks.iter().any(|block| is_something(&block.unknown)),
        BlockFormats::Matrix(_) | BlockFormats::Other(_) => false,
    };
    let channels = document.channel_formats.iter();
    let channels = channels.filter(|channel| is_something(&channel.unknown) || in_blocks(&channel.blocks));
    ids.extend(channels.map(|channel| &channel.id));
    vec![("unknown-left-out", "elements or attributes that are not known here", ids)]
}
