//! The XML as a tree of spans of the text: nothing is copied, and everything can be written back word for word.

use quick_xml::Reader;
use quick_xml::events::attributes::{AttrError, Attributes};
use quick_xml::events::{BytesRef, Event};

use crate::scene::limits;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Element,
    /// A comment or processing instruction.
    Comment,
    /// Text that is not white space.
    Text,
}

/// An element, a comment or a piece of text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'t> {
    pub(super) kind: Kind,
    /// Of an element, as written.
    pub(super) name: &'t str,
    /// Its attributes as written.
    pub(super) attributes: &'t str,
    /// Bytes of the text.
    pub(super) start: usize,
    pub(super) end: usize,
    parent: u32,
    first_child: u32,
    next: u32,
}

/// A node of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NodeId(u32);

/// No node.
const NONE: u32 = u32::MAX;

/// The text is no XML that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TreeFault {
    pub(super) rule: &'static str,
    pub(super) at: usize,
    pub(super) found: String,
    pub(super) expected: &'static str,
    pub(super) remedy: &'static str,
}

/// The whole file.
#[derive(Debug)]
pub(super) struct Tree<'t> {
    pub(super) text: &'t str,
    nodes: Vec<Node<'t>>,
    /// What stands outside of the root.
    pub(super) before: &'t str,
    pub(super) after: &'t str,
    root: NodeId,
}

impl<'t> Tree<'t> {
    /// Reads `text`.
    pub(super) fn new(text: &'t str) -> Result<Self, TreeFault> {
        let is_none =
            |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
        if let Some((at, c)) = text.char_indices().find(|(_, c)| is_none(*c)) {
            return Err(ill_formed(
                at,
                format!("the character U+{:04X}, which XML doesn't have", u32::from(c)),
            ));
        }
        let mut builder = Builder { text, nodes: Vec::new(), open: Vec::new(), last: Vec::new(), root: None };
        let mut reader = Reader::from_str(text);
        loop {
            let from = offset(reader.buffer_position());
            match reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(event) => builder.take(event, from, offset(reader.buffer_position()))?,
                Err(error) => {
                    let at = offset(reader.error_position()).min(text.len());
                    return Err(ill_formed(at, error.to_string()));
                }
            }
        }
        builder.finish()
    }

    /// The outermost element.
    pub(super) fn root(&self) -> NodeId {
        self.root
    }

    pub(super) fn node(&self, id: NodeId) -> Node<'t> {
        // Ids come from the tree itself.
        self.nodes[id.0 as usize]
    }

    /// The text of a node as written.
    pub(super) fn xml(&self, id: NodeId) -> &'t str {
        let node = self.node(id);
        self.text.get(node.start..node.end).unwrap_or_default()
    }

    /// The nodes right inside `id`, in their order.
    pub(super) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        let mut next = self.node(id).first_child;
        std::iter::from_fn(move || {
            let child = NodeId(next);
            next = self.nodes.get(next as usize)?.next;
            Some(child)
        })
    }

    /// The elements that `id` lies in, innermost first.
    pub(super) fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        let mut parent = self.node(id).parent;
        std::iter::from_fn(move || {
            let id = NodeId(parent);
            parent = self.nodes.get(parent as usize)?.parent;
            Some(id)
        })
    }

    /// An attribute of `id` as written; for messages.
    pub(super) fn attribute(&self, id: NodeId, name: &str) -> Option<&'t str> {
        let node = self.node(id);
        let mut attributes = Attributes::new(node.attributes, 0);
        let found = attributes.find_map(|attribute| attribute.ok().filter(|a| a.key.0 == name))?;
        match found.value {
            std::borrow::Cow::Borrowed(value) => Some(value),
            std::borrow::Cow::Owned(_) => None,
        }
    }
}

struct Builder<'t> {
    text: &'t str,
    nodes: Vec<Node<'t>>,
    /// The elements that are open, and the last child of each.
    open: Vec<u32>,
    last: Vec<u32>,
    root: Option<NodeId>,
}

impl<'t> Builder<'t> {
    fn take(&mut self, event: Event<'t>, from: usize, to: usize) -> Result<(), TreeFault> {
        match event {
            Event::Start(_) => {
                let id = self.element(from, to, 1)?;
                self.open.push(id);
                self.last.push(NONE);
                if self.open.len() > limits::DEPTH {
                    let found = format!("elements nested more than {} deep", limits::DEPTH);
                    return Err(limit(from, found, "take the inner ones out; it is damaged or no scene"));
                }
            }
            Event::Empty(_) => {
                self.element(from, to, 2)?;
            }
            Event::End(_) => {
                self.last.pop();
                if let Some(node) = self.open.pop().and_then(|id| self.nodes.get_mut(id as usize)) {
                    node.end = to;
                }
            }
            Event::Text(text) if text.trim().is_empty() => {}
            Event::GeneralRef(reference) => {
                check_reference(&reference, from)?;
                self.text(from, to)?;
            }
            Event::Text(_) | Event::CData(_) => self.text(from, to)?,
            Event::Comment(_) | Event::PI(_) if !self.open.is_empty() => {
                self.push(Kind::Comment, "", "", from, to)?;
            }
            Event::DocType(_) => {
                return Err(TreeFault {
                    rule: "doctype",
                    at: from,
                    found: "a DOCTYPE".into(),
                    expected: "none: its entities could be hostile",
                    remedy: "leave it out",
                });
            }
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::Eof => {}
        }
        Ok(())
    }

    /// A start tag that ends with `closing` bytes after its attributes.
    fn element(&mut self, from: usize, to: usize, closing: usize) -> Result<u32, TreeFault> {
        let tag = self.text.get(from + 1..to.saturating_sub(closing)).unwrap_or_default();
        let length = tag.find(|c: char| c.is_ascii_whitespace()).unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(length);
        for (count, attribute) in Attributes::new(attributes, 0).enumerate() {
            if count >= limits::ATTRIBUTES {
                let found = format!("<{name}> with more than {} attributes", limits::ATTRIBUTES);
                return Err(limit(from, found, "leave some out"));
            }
            let at = from + 1 + length;
            let attribute =
                attribute.map_err(|error| ill_formed(at + position(&error), error.to_string()))?;
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
            value.map_err(|error| ill_formed(at, format!("{}: {error}", attribute.key.0)))?;
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(ill_formed(from, format!("a second root element, <{name}>")));
        }
        let id = self.push(Kind::Element, name, attributes, from, to)?;
        if self.open.is_empty() {
            self.root = Some(NodeId(id));
        }
        Ok(id)
    }

    fn text(&mut self, from: usize, to: usize) -> Result<(), TreeFault> {
        if self.open.is_empty() {
            return Err(ill_formed(from, "text outside of the root element".into()));
        }
        self.push(Kind::Text, "", "", from, to).map(|_| ())
    }

    fn push(
        &mut self,
        kind: Kind,
        name: &'t str,
        attributes: &'t str,
        start: usize,
        end: usize,
    ) -> Result<u32, TreeFault> {
        if self.nodes.len() >= limits::NODES {
            let found = format!("more than {} elements", limits::NODES);
            return Err(limit(start, found, "thin the automation out or split the scene"));
        }
        let id = u32::try_from(self.nodes.len()).unwrap_or(NONE);
        let parent = self.open.last().copied().unwrap_or(NONE);
        self.nodes.push(Node { kind, name, attributes, start, end, parent, first_child: NONE, next: NONE });
        if let Some(last) = self.last.last_mut() {
            if let Some(before) = self.nodes.get_mut(*last as usize) {
                before.next = id;
            } else if let Some(parent) = self.nodes.get_mut(parent as usize) {
                parent.first_child = id;
            }
            *last = id;
        }
        Ok(id)
    }

    fn finish(self) -> Result<Tree<'t>, TreeFault> {
        let end = self.text.len();
        if let Some(&open) = self.open.last() {
            let name = self.nodes.get(open as usize).map_or("", |node| node.name);
            return Err(ill_formed(end, format!("the end of the file inside <{name}>")));
        }
        let Some(root) = self.root else {
            return Err(ill_formed(end, "no element at all".into()));
        };
        let Node { start, end, .. } = self.nodes[root.0 as usize];
        let outside = |range| self.text.get(range).unwrap_or_default();
        let (before, after) = (outside(0..start), outside(end..self.text.len()));
        Ok(Tree { text: self.text, nodes: self.nodes, before, after, root })
    }
}

/// Only what XML itself defines.
fn check_reference(reference: &BytesRef<'_>, at: usize) -> Result<(), TreeFault> {
    let known = matches!(&**reference, "lt" | "gt" | "amp" | "apos" | "quot");
    match reference.resolve_char_ref() {
        Ok(Some(_)) => Ok(()),
        Ok(None) if known => Ok(()),
        Ok(None) => Err(ill_formed(at, format!("the entity &{};, which XML does not define", &**reference))),
        Err(error) => Err(ill_formed(at, error.to_string())),
    }
}

/// Where in the attributes an error is.
fn position(error: &AttrError) -> usize {
    match *error {
        AttrError::ExpectedEq(at)
        | AttrError::ExpectedValue(at)
        | AttrError::UnquotedValue(at)
        | AttrError::ExpectedQuote(at, _)
        | AttrError::Duplicated(at, _) => at,
    }
}

fn ill_formed(at: usize, found: String) -> TreeFault {
    let expected = "well-formed XML 1.0";
    TreeFault { rule: "ill-formed", at, found, expected, remedy: "correct the text here or just before" }
}

fn limit(at: usize, found: String, remedy: &'static str) -> TreeFault {
    TreeFault { rule: "limit", at, found, expected: "a scene within the limits", remedy }
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
