//! What this edition of the scene file doesn't know and must not lose.

/// Attributes, elements and comments that are no part of the model, word for word, so that loading and saving keeps
/// them where they were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept(Option<Box<Inside>>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Inside {
    attributes: Vec<(String, String)>,
    nodes: Vec<KeptNode>,
    parts: Vec<(String, Kept)>,
    before: String,
    after: String,
}

/// An element or a comment that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptNode {
    /// How many children that the model knows stand before it in the file.
    pub after: usize,
    /// The whole of it as XML.
    pub xml: String,
}

impl Kept {
    /// Nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Name and value of the attributes, in file order.
    pub fn attributes(&self) -> &[(String, String)] {
        self.0.as_ref().map_or(&[], |inside| &inside.attributes)
    }

    /// Elements and comments, in file order.
    pub fn nodes(&self) -> &[KeptNode] {
        self.0.as_ref().map_or(&[], |inside| &inside.nodes)
    }

    /// What was kept of a child whose type has no place for it; `name` is the child's path, e.g. `eq/bell 2`.
    pub fn part(&self, name: &str) -> Option<&Self> {
        let parts = &self.0.as_ref()?.parts;
        parts.iter().find(|(part, _)| part == name).map(|(_, kept)| kept)
    }

    /// Keeps an attribute.
    pub fn push_attribute(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.inside().attributes.push((name.into(), value.into()));
    }

    /// Keeps an element or a comment.
    pub fn push_node(&mut self, node: KeptNode) {
        self.inside().nodes.push(node);
    }

    /// Keeps `kept` of the child `name`; nothing when there is nothing in it.
    pub fn set_part(&mut self, name: impl Into<String>, kept: Self) {
        if !kept.is_empty() {
            self.inside().parts.push((name.into(), kept));
        }
    }

    /// What stands around the outermost element of the file, comments for one.
    pub fn outside(&self) -> (&str, &str) {
        self.0.as_ref().map_or(("", ""), |inside| (&inside.before, &inside.after))
    }

    /// Keeps what stands around the outermost element; an XML declaration is no part of it.
    pub fn set_outside(&mut self, before: &str, after: &str) {
        let before = before.trim_start();
        let declared = before.strip_prefix("<?xml ").and_then(|rest| rest.split_once("?>"));
        let before = declared.map_or(before, |(_, rest)| rest).trim();
        let after = after.trim();
        if !before.is_empty() || !after.is_empty() {
            let inside = self.inside();
            (inside.before, inside.after) = (before.to_owned(), after.to_owned());
        }
    }

    fn inside(&mut self) -> &mut Inside {
        self.0.get_or_insert_default()
    }
}
