//! A small XML document held whole.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Elements in elements at most.
const DEEPEST: usize = 64;
/// Elements of a document at most.
const MOST_ELEMENTS: usize = 4_000_000;

/// Why a text can't be compared as XML.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlTreeError {
    /// It is not well-formed.
    #[error("is no well-formed XML: {0}")]
    Malformed(String),
    /// It is deeper than anything sensible.
    #[error("has elements more than {DEEPEST} levels deep")]
    TooDeep,
    /// It is larger than anything sensible.
    #[error("has more than {MOST_ELEMENTS} elements")]
    TooLarge,
}

/// An element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Node {
    /// Without its prefix.
    pub(super) name: String,
    /// In the order of the file, without declarations of namespaces.
    pub(super) attributes: Vec<(String, String)>,
    /// All text directly inside, trimmed.
    pub(super) text: String,
    pub(super) children: Vec<Node>,
}

impl Node {
    /// The root element of `text`.
    pub(super) fn parse(text: &str) -> Result<Self, XmlTreeError> {
        let malformed = |e: &dyn std::fmt::Display| XmlTreeError::Malformed(e.to_string());
        let mut reader = Reader::from_str(text);
        let (mut open, mut count) = (vec![Self::default()], 0_usize);
        loop {
            let event = reader.read_event().map_err(|e| malformed(&e))?;
            match event {
                Event::Start(start) => {
                    count += 1;
                    if open.len() > DEEPEST {
                        return Err(XmlTreeError::TooDeep);
                    }
                    open.push(Self::of(&start)?);
                }
                Event::Empty(start) => {
                    count += 1;
                    let node = Self::of(&start)?;
                    if let Some(parent) = open.last_mut() {
                        parent.children.push(node);
                    }
                }
                Event::End(_) => close(&mut open),
                Event::Text(part) => {
                    if let Some(node) = open.last_mut() {
                        node.text.push_str(&part);
                    }
                }
                Event::GeneralRef(name) => {
                    let escaped = format!("&{};", &*name);
                    let part = quick_xml::escape::unescape(&escaped).map_err(|e| malformed(&e))?;
                    if let Some(node) = open.last_mut() {
                        node.text.push_str(&part);
                    }
                }
                Event::CData(part) => {
                    if let Some(node) = open.last_mut() {
                        node.text.push_str(&part);
                    }
                }
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
            if count > MOST_ELEMENTS {
                return Err(XmlTreeError::TooLarge);
            }
        }
        if open.len() > 1 {
            return Err(malformed(&"it ends inside an element"));
        }
        let root = open.pop().and_then(|top| top.children.into_iter().next());
        root.ok_or_else(|| malformed(&"it has no element"))
    }

    fn of(start: &BytesStart<'_>) -> Result<Self, XmlTreeError> {
        let malformed = |e: &dyn std::fmt::Display| XmlTreeError::Malformed(e.to_string());
        let name = local(start.name().as_ref());
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|e| malformed(&e))?;
            let key = attribute.key.as_ref();
            if key == "xmlns" || key.starts_with("xmlns:") {
                continue;
            }
            let value = quick_xml::escape::unescape(&attribute.value).map_err(|e| malformed(&e))?;
            attributes.push((local(key), value.into_owned()));
        }
        Ok(Self { name, attributes, ..Self::default() })
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Ends the innermost open element.
fn close(open: &mut Vec<Node>) {
    let Some(mut node) = open.pop() else { return };
    node.text = node.text.trim().to_owned();
    match open.last_mut() {
        Some(parent) => parent.children.push(node),
        None => open.push(node),
    }
}

fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().to_owned()
}
