//! The channels of a pack with the packs that lead to each (BS.2127-1 §5.2.6): in order, every channel
//! reached once, everything of one type.

use std::collections::HashMap;
use std::rc::Rc;

use formats::adm::TypeDefinition;

use super::error::{Budget, Error, shown, shown_path};
use super::graph::{ChannelIndex, Graph, PackIndex};

/// Packs inside packs; the common definitions of 7th-order HOA nest eight deep.
const MAX_DEPTH: usize = 32;

/// One channel of a pack.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// From the pack that was asked for down to the one that lists the channel.
    pub(super) path: Rc<[PackIndex]>,
    pub(super) channel: ChannelIndex,
}

/// The trees that were asked for so far.
#[derive(Default)]
pub(super) struct PackTrees {
    known: HashMap<PackIndex, Rc<[Leaf]>>,
}

impl PackTrees {
    /// The channels of `pack`: its own first, then those of its packs in order.
    ///
    /// # Errors
    /// For references that lead nowhere, loops, channels reached twice, and mixed types.
    pub(super) fn leaves(
        &mut self,
        graph: &Graph,
        pack: PackIndex,
        budget: &mut Budget,
    ) -> Result<Rc<[Leaf]>, Error> {
        if let Some(leaves) = self.known.get(&pack) {
            return Ok(Rc::clone(leaves));
        }
        let leaves: Rc<[Leaf]> = expand(graph, pack, budget)?.into();
        self.known.insert(pack, Rc::clone(&leaves));
        Ok(leaves)
    }
}

/// Depth first with a stack of its own: how deep a file nests is not for our stack to find out.
fn expand(graph: &Graph, root: PackIndex, budget: &mut Budget) -> Result<Vec<Leaf>, Error> {
    let root_type = graph.packs[root].element.type_definition;
    let mut leaves = Vec::new();
    let mut seen_packs: HashMap<PackIndex, Rc<[PackIndex]>> = HashMap::new();
    let mut seen_channels: HashMap<ChannelIndex, Rc<[PackIndex]>> = HashMap::new();
    let mut to_visit: Vec<Rc<[PackIndex]>> = vec![Rc::from([root])];
    while let Some(path) = to_visit.pop() {
        let Some(&place) = path.last() else { continue };
        let pack = &graph.packs[place];
        let (id, what) = (&pack.element.id, "audioPackFormat references take too many steps to follow");
        budget.spend(1 + path.len() + pack.channels.len() + pack.packs.len(), id, what)?;
        if path[..path.len() - 1].contains(&place) {
            let ids: Vec<_> = path.iter().map(|&p| graph.pack_id(p)).collect();
            return Err(Error::Loop { kind: "audioPackFormat", path: shown_path(ids.into_iter()) });
        }
        if path.len() > MAX_DEPTH {
            let what = "audioPackFormats are nested too deep";
            return Err(Error::TooComplex {
                element: shown(graph.pack_id(root)),
                what,
                limit: MAX_DEPTH as u64,
            });
        }
        check_own(graph, place, root_type)?;
        if let Some(first) = seen_packs.insert(place, Rc::clone(&path)) {
            return Err(reached_twice(graph, "audioPackFormat", &shown(id), &first, &path));
        }
        for &channel in &pack.channels {
            if let Some(first) = seen_channels.insert(channel, Rc::clone(&path)) {
                let channel = shown(graph.channel_id(channel));
                return Err(reached_twice(graph, "audioChannelFormat", &channel, &first, &path));
            }
            leaves.push(Leaf { path: Rc::clone(&path), channel });
        }
        for &child in pack.packs.iter().rev() {
            to_visit.push(path.iter().copied().chain([child]).collect());
        }
    }
    Ok(leaves)
}

/// Every reference of the pack leads somewhere, and to things of its type.
fn check_own(graph: &Graph, place: PackIndex, root_type: Option<TypeDefinition>) -> Result<(), Error> {
    let pack = &graph.packs[place];
    if let Some(to) = pack.dangling {
        return Err(Error::dangling(&pack.element.id, to));
    }
    let name = |kind: Option<TypeDefinition>| kind.map_or("unknown", TypeDefinition::name);
    if pack.element.type_definition != root_type {
        let found = name(pack.element.type_definition);
        let problem =
            format!("is of type {found} inside a pack of type {}; types can't be mixed", name(root_type));
        return Err(Error::element(&pack.element.id, problem));
    }
    for &channel in &pack.channels {
        let found = graph.channels[channel].element.blocks.type_definition();
        if found != root_type {
            let problem = format!(
                "is of type {} but its {} is of type {}; types can't be mixed",
                name(root_type),
                shown(graph.channel_id(channel)),
                name(found)
            );
            return Err(Error::element(&pack.element.id, problem));
        }
    }
    Ok(())
}

fn reached_twice(graph: &Graph, kind: &str, what: &str, a: &[PackIndex], b: &[PackIndex]) -> Error {
    let text = |path: &[PackIndex]| {
        let ids: Vec<_> = path.iter().map(|&pack| graph.pack_id(pack)).collect();
        shown_path(ids.into_iter())
    };
    let root = graph.pack_id(a.first().copied().unwrap_or_default());
    Error::element(
        root,
        format!("contains {kind} {what} more than once (via {} and via {}); remove one", text(a), text(b)),
    )
}
