//! Complementary objects (BS.2127-1 §5.2.5): of each group one is rendered, the one that lists the others
//! unless another is chosen.

use std::collections::HashSet;

use formats::Warning;
use formats::adm::AdmId;

use super::error::{Error, shown};
use super::graph::{Graph, ObjectIndex};
use super::object_paths::named;

/// The objects that are not to be rendered.
pub(super) fn unselected(
    graph: &Graph,
    chosen: &[AdmId],
    warnings: &mut Vec<Warning>,
) -> Result<HashSet<ObjectIndex>, Error> {
    let groups = groups(graph, warnings);
    let members: HashSet<ObjectIndex> = groups.iter().flatten().copied().collect();
    let mut selected = HashSet::new();
    for id in chosen {
        let found = graph.object(id).filter(|object| members.contains(object));
        selected.insert(found.ok_or_else(|| {
            let all = groups.iter().flatten().map(|object| &graph.objects[*object].element);
            Error::Choice(format!(
                "audioObject {} can't be chosen: it is in no group of complementary audioObjects of this file; in one are {}",
                shown(id),
                named(all.map(|object| (&object.id, object.name.as_str())))
            ))
        })?);
    }
    let explicit = selected.clone();
    for group in &groups {
        if !group.iter().any(|object| explicit.contains(object)) {
            selected.extend(group.first());
        }
    }
    let mut ignored = HashSet::new();
    for group in &groups {
        let mut of_group = group.iter().filter(|object| selected.contains(object));
        if let (Some(&a), Some(&b)) = (of_group.next(), of_group.next()) {
            let id = |object: ObjectIndex| shown(&graph.objects[object].element.id);
            return Err(Error::Choice(format!(
                "both {} and {} are selected from the complementary group of {}; choose one of them",
                id(a),
                id(b),
                id(group[0])
            )));
        }
        ignored.extend(group.iter().filter(|object| !selected.contains(object)));
    }
    Ok(ignored)
}

/// Each group's members, the referring object first.
fn groups(graph: &Graph, warnings: &mut Vec<Warning>) -> Vec<Vec<ObjectIndex>> {
    let mut groups = Vec::new();
    for (root, object) in graph.objects.iter().enumerate() {
        if object.complementary.is_empty() {
            continue;
        }
        let mut seen = HashSet::from([root]);
        let mut group = vec![root];
        group.extend(object.complementary.iter().copied().filter(|&member| seen.insert(member)));
        if group.len() <= object.complementary.len() {
            let message =
                "lists itself, or another object twice, as complementary; the repetition is ignored";
            warnings.push(Warning::new("self-complementary", shown(&object.element.id), message));
        }
        if group.len() > 1 {
            groups.push(group);
        }
    }
    groups
}
