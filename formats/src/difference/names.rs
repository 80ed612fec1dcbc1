//! Elements of two documents that are numbered differently and have one name.

use std::collections::BTreeMap;

use super::compare::id;
use super::tree::Node;

/// Gives elements of `b` whose id is not in `a` the id of the one element of `a` that has their kind and name, and is not in `b`.
pub(super) fn align(a: &Node, b: &mut Node) {
    let (mut ids_a, mut ids_b) = (BTreeMap::new(), BTreeMap::new());
    gather(a, &mut ids_a);
    gather(b, &mut ids_b);
    let unmatched = |ids: &BTreeMap<String, String>, other: &BTreeMap<String, String>| {
        let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (id, name) in ids.iter().filter(|(id, _)| !other.contains_key(*id)) {
            by_name.entry(name.clone()).or_default().push(id.clone());
        }
        by_name
    };
    let (left_a, left_b) = (unmatched(&ids_a, &ids_b), unmatched(&ids_b, &ids_a));
    let mut renamed = BTreeMap::new();
    for (name, ids) in &left_b {
        if let ([old], Some([new])) = (ids.as_slice(), left_a.get(name).map(Vec::as_slice)) {
            renamed.insert(old.clone(), new.clone());
        }
    }
    if !renamed.is_empty() {
        rename(b, &renamed);
    }
}

/// Ids with kind and name, of elements that have both.
fn gather(node: &Node, ids: &mut BTreeMap<String, String>) {
    let name = node.attribute(&format!("{}Name", node.name));
    if let (Some(id), Some(name)) = (id(node), name) {
        ids.insert(id.to_owned(), format!("{} {name}", node.name));
    }
    node.children.iter().for_each(|child| gather(child, ids));
}

fn rename(node: &mut Node, renamed: &BTreeMap<String, String>) {
    let values = node.attributes.iter_mut().map(|(_, value)| value).chain(std::iter::once(&mut node.text));
    for value in values {
        if let Some(new) = renamed.get(value) {
            value.clone_from(new);
        }
    }
    node.children.iter_mut().for_each(|child| rename(child, renamed));
}
