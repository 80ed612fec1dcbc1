//! Names lead to what they name, and no two things of a kind have the same.

use std::collections::{BTreeMap, BTreeSet};

use super::decoder::{Decoder, Fault};
use super::mistakes::shown;
use super::tree::NodeId;
use crate::nearest;
use crate::scene::chain::{Chain, Denoise};
use crate::scene::{Role, Scene, Track};

/// Notes every name that leads nowhere or stands for two things.
pub(super) fn check(d: &mut Decoder<'_>, scene: &Scene) {
    let root = d.tree.root();
    let of = |d: &Decoder<'_>, name: &str| -> Vec<NodeId> {
        d.tree.children(root).filter(|id| d.tree.node(*id).name == name).collect()
    };
    let (tracks, buses, deliverables) = (of(d, "track"), of(d, "bus"), of(d, "deliverable"));
    for (programme, id) in scene.programmes.iter().zip(of(d, "programme")) {
        let is_in = |track: &Track| track.programmes.is_empty() || track.programmes.contains(&programme.name);
        if !scene.tracks.is_empty() && !scene.tracks.iter().any(is_in) {
            let found = format!("the programme \"{}\", which no track is in", shown(&programme.name));
            let expected = "a track with its name in programmes".to_owned();
            d.note(
                id,
                false,
                Fault { rule: "empty-programme", found, expected, remedy: "nothing is heard in it" },
            );
        }
    }
    for (element, attribute) in [
        ("programme", "name"),
        ("group", "name"),
        ("track", "name"),
        ("reverb", "name"),
        ("bus", "role"),
        ("deliverable", "name"),
    ] {
        unique(d, &of(d, element), attribute);
    }
    // A name that leads nowhere takes the nearest that does.
    let programmes: BTreeSet<&str> =
        scene.programmes.iter().map(|programme| programme.name.as_str()).collect();
    let groups: BTreeSet<&str> = scene.groups.iter().map(|group| group.name.as_str()).collect();
    for (track, &id) in scene.tracks.iter().zip(&tracks) {
        for name in &track.programmes {
            leads(d, id, "programme", name, &programmes);
        }
        if let Some(name) = &track.group {
            leads(d, id, "group", name, &groups);
        }
        chain(d, id, scene, &track.chain);
    }
    for (deliverable, &id) in scene.deliverables.iter().zip(&deliverables) {
        if let Some(name) = &deliverable.programme {
            leads(d, id, "programme", name, &programmes);
        }
    }
    for (bus, &id) in scene.buses.iter().zip(&buses) {
        chain(d, id, scene, &bus.chain);
        if !scene.tracks.iter().any(|track| track.role == bus.role) {
            let found = format!("a bus for {}, a role that no track has", shown(bus.role.name()));
            let expected = "the role of a track".to_owned();
            d.note(id, false, Fault { rule: "idle-bus", found, expected, remedy: "it has no effect" });
        }
    }
    key_circles(d, scene, &tracks);
    alternatives(d, scene, &tracks);
    parts(d, scene, &tracks);
    if scene.tracks.is_empty() {
        let fault = Fault {
            rule: "no-tracks",
            found: "no tracks".into(),
            expected: "at least one <track>".into(),
            remedy: "the scene is silent",
        };
        d.note(root, false, fault);
    }
}

/// Solo is for who listens at the desk; what is made of the scene has it all the same.
pub(super) fn solo(d: &mut Decoder<'_>, id: NodeId, is_on: bool) {
    if is_on {
        let found = "solo: all that is not soloed is left out of whatever is made of the scene".to_owned();
        let expected = "none in what is delivered".to_owned();
        d.note(
            id,
            false,
            Fault { rule: "solo", found, expected, remedy: "take it off, unless that is meant" },
        );
    }
}

fn unique(d: &mut Decoder<'_>, elements: &[NodeId], attribute: &str) {
    let mut seen = BTreeSet::new();
    for &id in elements {
        let Some(name) = d.tree.attribute(id, attribute) else { continue };
        if !seen.insert(name) {
            let found = format!("a second {} with {attribute}=\"{}\"", d.tree.node(id).name, shown(name));
            let expected = "one of that name".to_owned();
            d.note(
                id,
                true,
                Fault { rule: "same-name", found, expected, remedy: "give it a name of its own" },
            );
        }
    }
}

fn leads(d: &mut Decoder<'_>, id: NodeId, kind: &str, name: &str, known: &BTreeSet<&str>) {
    if known.contains(name) {
        return;
    }
    let found = format!("the {kind} \"{}\", which the scene doesn't have", shown(name));
    let expected = match nearest(name, known.iter().copied()) {
        Some(meant) => format!("the name of a {kind}, perhaps \"{}\"", shown(meant)),
        None if known.is_empty() => format!("a <{kind}> of that name"),
        None => format!("the name of a {kind}"),
    };
    d.note(
        id,
        true,
        Fault { rule: "no-such-name", found, expected, remedy: "correct the name or add what it names" },
    );
}

/// Sends lead to reverbs, keys to roles.
fn chain(d: &mut Decoder<'_>, id: NodeId, scene: &Scene, chain: &Chain) {
    if chain.denoise.is_some() && scene.sample_rate.get() != Denoise::SAMPLE_RATE {
        let found = format!("denoise in a scene of {} Hz", scene.sample_rate);
        let expected = format!("a scene of {} Hz", Denoise::SAMPLE_RATE);
        d.note(
            id,
            true,
            Fault {
                rule: "denoise-rate",
                found,
                expected,
                remedy: "leave it out, or change the rate of the scene",
            },
        );
    }
    // Those too of which something else is wrong.
    let root = d.tree.root();
    let units = d.tree.children(root).filter(|id| d.tree.node(*id).name == "reverb");
    let reverbs: BTreeSet<&str> = units.filter_map(|id| d.tree.attribute(id, "name")).collect();
    for send in &chain.sends {
        let at = within(d, id, "send", ("to", &send.to));
        leads(d, at, "reverb", &send.to, &reverbs);
    }
    if let Some(key) = chain.compressor.as_ref().and_then(|compressor| compressor.key.as_deref()) {
        let roles: BTreeSet<&str> = scene.tracks.iter().map(|track| track.role.name()).collect();
        let at = within(d, id, "compressor", ("key", key));
        leads(d, at, "role", key, &roles);
    }
}

/// The element of the chain inside `id` that says so, or `id` itself.
fn within(d: &Decoder<'_>, id: NodeId, name: &str, (attribute, value): (&str, &str)) -> NodeId {
    let chains = d.tree.children(id).filter(|child| d.tree.node(*child).name == "chain");
    let mut stages = chains.flat_map(|chain| d.tree.children(chain));
    let is_it = |stage: &NodeId| {
        d.tree.node(*stage).name == name && d.tree.attribute(*stage, attribute) == Some(value)
    };
    stages.find(is_it).unwrap_or(id)
}

/// Roles that listen to each other in a circle, or to themselves: no track of them could be the first to be mixed.
fn key_circles(d: &mut Decoder<'_>, scene: &Scene, tracks: &[NodeId]) {
    let key =
        |track: &Track| track.chain.heard().compressor.as_ref().and_then(|compressor| compressor.key.clone());
    let mut listens: BTreeSet<(String, String)> = scene
        .tracks
        .iter()
        .filter_map(|track| {
            Some((track.role.name().to_owned(), Role::from_name(&key(track)?).name().to_owned()))
        })
        .collect();
    // Who listens to nobody who listens, or is listened to by nobody who does, is in no circle.
    loop {
        let listeners: BTreeSet<String> = listens.iter().map(|(listener, _)| listener.clone()).collect();
        let heard: BTreeSet<String> = listens.iter().map(|(_, heard)| heard.clone()).collect();
        let before = listens.len();
        listens.retain(|(listener, to)| listeners.contains(to) && heard.contains(listener));
        if listens.len() == before {
            break;
        }
    }
    for (track, &id) in scene.tracks.iter().zip(tracks) {
        let Some(key) = key(track).map(|key| Role::from_name(&key)) else { continue };
        if listens.contains(&(track.role.name().to_owned(), key.name().to_owned())) {
            let found = format!(
                "a key of {} in a track of {}, which listen to each other",
                shown(key.name()),
                shown(track.role.name())
            );
            let expected =
                "a key of a role that doesn't listen to this one, not even by way of others".to_owned();
            let remedy = "take one of the keys away, or put the compressor on the bus of the role";
            d.note(id, true, Fault { rule: "key-circle", found, expected, remedy });
        }
    }
}

/// An alternative stands in for a track that is none itself, in programmes which that track is part of: elsewhere it
/// would never be heard.
fn alternatives(d: &mut Decoder<'_>, scene: &Scene, tracks: &[NodeId]) {
    let by_name: BTreeMap<&str, &Track> =
        scene.tracks.iter().map(|track| (track.name.as_str(), track)).collect();
    let names: BTreeSet<&str> = by_name.keys().copied().collect();
    for (track, &id) in scene.tracks.iter().zip(tracks) {
        let Some(name) = track.alternative_to.as_deref() else { continue };
        let Some(leader) = by_name.get(name) else {
            leads(d, id, "track", name, &names);
            continue;
        };
        let is_in = |programme: &str| {
            leader.programmes.is_empty() || leader.programmes.iter().any(|p| p == programme)
        };
        let everywhere = leader.programmes.is_empty();
        let within =
            if track.programmes.is_empty() { everywhere } else { track.programmes.iter().all(|p| is_in(p)) };
        let fault = if leader.alternative_to.is_some() {
            Some((
                format!("an alternative to \"{}\", which is one itself", shown(name)),
                "a track that is none",
            ))
        } else if !within {
            let found =
                format!("a programme without \"{}\", which this track is an alternative to", shown(name));
            Some((found, "only programmes that both are in: in others nobody could choose it"))
        } else {
            None
        };
        if let Some((found, expected)) = fault {
            let expected = expected.to_owned();
            let remedy = "leave out alternativeTo; tracks of different programmes need none";
            d.note(id, true, Fault { rule: "alternative", found, expected, remedy });
        }
    }
}

/// A part is of the role, language and programmes of the track that it is a part of, and can't be chosen by itself.
fn parts(d: &mut Decoder<'_>, scene: &Scene, tracks: &[NodeId]) {
    let names: BTreeSet<&str> = scene.tracks.iter().map(|track| track.name.as_str()).collect();
    for (track, &id) in scene.tracks.iter().zip(tracks) {
        let Some(name) = track.with.as_deref() else { continue };
        let Some(leader) = scene.tracks.iter().find(|leader| leader.name == name) else {
            leads(d, id, "track", name, &names);
            continue;
        };
        let is_alike = track.role == leader.role
            && track.language == leader.language
            && track.programmes.iter().collect::<BTreeSet<_>>() == leader.programmes.iter().collect();
        let (found, expected) = if leader.with.is_some() || leader.name == track.name {
            (
                format!("a part of \"{}\", which is one itself", shown(name)),
                "a track that is no part of another",
            )
        } else if track.alternative_to.is_some() {
            let found = format!("a part of \"{}\" that is an alternative as well", shown(name));
            (found, "alternativeTo at the track that it is a part of")
        } else if !is_alike {
            let found = format!("a part of \"{}\" with another role, language or programmes", shown(name));
            (found, "those of the track that it is a part of")
        } else {
            continue;
        };
        let (expected, remedy) = (expected.to_owned(), "make them alike, or leave out `with`");
        d.note(id, true, Fault { rule: "part", found, expected, remedy });
    }
}
