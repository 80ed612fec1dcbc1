//! Two trees, element by element.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::Node;
use super::{Difference, PRESENT};

/// Attributes that tell elements of one name apart, the first that is there. Ids of ADM elements come before them.
const KEYS: [&str; 9] =
    ["UID", "rtime", "coordinate", "parameter", "time", "name", "to", "typeDefinition", "language"];
/// What an id of a block numbers is its place, and no difference by itself.
const BLOCK: &str = "audioBlockFormat";
const BLOCK_ID: &str = "audioBlockFormatID";

/// All that differs between `a` and `b`, in the order of `a`.
pub(super) fn compare(a: &Node, b: &Node) -> Vec<Difference> {
    let mut walk = Walk::default();
    if a.name == b.name {
        walk.node(a, b, &Place::default().of(a));
    } else {
        walk.found.push(Difference {
            element: String::new(),
            time: None,
            parameter: "root element".to_owned(),
            a: Some(a.name.clone()),
            b: Some(b.name.clone()),
        });
    }
    walk.found
}

/// Where an element is, for people.
#[derive(Clone, Debug, Default)]
struct Place {
    element: String,
    time: Option<String>,
    /// What lies between the element that has a name and the one that is compared.
    path: String,
}

impl Place {
    /// That of the child `node`.
    fn of(&self, node: &Node) -> Self {
        if node.name == BLOCK || node.name == "key" {
            let time = node.attribute("rtime").or(node.attribute("time"));
            let time = Some(time.unwrap_or("the start").to_owned());
            return Self { element: self.element.clone(), time, path: self.path.clone() };
        }
        if let Some(label) = label(node) {
            return Self { element: label, time: None, path: String::new() };
        }
        let step = node.attribute("coordinate").or(node.attribute("parameter")).unwrap_or(&node.name);
        let path = if self.path.is_empty() { step.to_owned() } else { format!("{}/{step}", self.path) };
        Self { path, ..self.clone() }
    }

    fn difference(&self, parameter: &str, a: Option<&str>, b: Option<&str>) -> Difference {
        let parameter = match (self.path.is_empty(), parameter.is_empty()) {
            (_, true) => self.path.clone(),
            (true, false) => parameter.to_owned(),
            (false, false) => format!("{}/{parameter}", self.path),
        };
        let owned = |value: Option<&str>| value.map(str::to_owned);
        Difference {
            element: self.element.clone(),
            time: self.time.clone(),
            parameter,
            a: owned(a),
            b: owned(b),
        }
    }
}

/// `audioObject AO_1003 "Car"`, of elements that have an id or a name.
fn label(node: &Node) -> Option<String> {
    let id = id(node);
    let name = node.attribute(&format!("{}Name", node.name)).or(node.attribute("name"));
    match (id, name) {
        (None, None) => None,
        (Some(id), None) => Some(format!("{} {id}", node.name)),
        (None, Some(name)) => Some(format!("{} \"{name}\"", node.name)),
        (Some(id), Some(name)) => Some(format!("{} {id} \"{name}\"", node.name)),
    }
}

/// The id of an ADM element: its `…ID`, or `UID`.
pub(super) fn id(node: &Node) -> Option<&str> {
    node.attribute(&format!("{}ID", node.name)).or(node.attribute("UID")).filter(|_| node.name != BLOCK)
}

/// What identifies a child among its siblings.
fn key(node: &Node, is_repeated: bool, counts: &mut BTreeMap<String, usize>) -> (String, String, usize) {
    let mark = id(node).or_else(|| KEYS.iter().find_map(|name| node.attribute(name)));
    let mark = match mark {
        Some(mark) => mark,
        None if is_repeated && node.children.is_empty() => node.text.as_str(),
        None => "",
    };
    let count = counts.entry(format!("{}\0{mark}", node.name)).or_default();
    *count += 1;
    (node.name.clone(), mark.to_owned(), *count)
}

#[derive(Debug, Default)]
struct Walk {
    found: Vec<Difference>,
}

impl Walk {
    fn node(&mut self, a: &Node, b: &Node, place: &Place) {
        if a == b {
            return;
        }
        for (name, value) in &a.attributes {
            let other = b.attribute(name);
            if other != Some(value) && name != BLOCK_ID {
                self.found.push(place.difference(name, Some(value), other));
            }
        }
        for (name, value) in &b.attributes {
            if a.attribute(name).is_none() && name != BLOCK_ID {
                self.found.push(place.difference(name, None, Some(value)));
            }
        }
        if a.text != b.text {
            self.found.push(place.difference("", Some(&a.text), Some(&b.text)));
        }
        self.children(a, b, place);
    }

    fn children(&mut self, a: &Node, b: &Node, place: &Place) {
        let repeated = repeated(a).union(&repeated(b)).cloned().collect::<BTreeSet<&str>>();
        let keyed = |parent: &'_ Node| {
            let mut counts = BTreeMap::new();
            let keys = parent.children.iter();
            keys.map(|node| key(node, repeated.contains(node.name.as_str()), &mut counts)).collect::<Vec<_>>()
        };
        let (keys_a, keys_b) = (keyed(a), keyed(b));
        let mut there: BTreeMap<_, &Node> = keys_b.iter().zip(&b.children).collect();
        for (key, node) in keys_a.iter().zip(&a.children) {
            match there.remove(key) {
                Some(other) => self.node(node, other, &place.of(node)),
                None => self.only(node, place, true),
            }
        }
        for (key, node) in keys_b.iter().zip(&b.children) {
            if there.contains_key(key) {
                self.only(node, place, false);
            }
        }
    }

    /// `node` is in one of the two alone.
    fn only(&mut self, node: &Node, place: &Place, in_a: bool) {
        let inside = place.of(node);
        let value = if node.children.is_empty() && !node.text.is_empty() { &node.text } else { PRESENT };
        let (a, b) = if in_a { (Some(value), None) } else { (None, Some(value)) };
        self.found.push(inside.difference("", a, b));
    }
}

/// Names that several children have.
fn repeated(node: &Node) -> BTreeSet<&str> {
    let (mut once, mut more) = (BTreeSet::new(), BTreeSet::new());
    for child in &node.children {
        if !once.insert(child.name.as_str()) {
            more.insert(child.name.as_str());
        }
    }
    more
}
