//! XML on its way into a text: indentation, escaping, and what was kept in its place.

use crate::scene::Kept;

/// Spaces of a level.
const INDENT: usize = 2;

/// An element that is being written.
pub(super) struct Element<'k> {
    name: String,
    kept: Option<&'k Kept>,
    /// Nodes of `kept` that are written.
    written: usize,
    children: usize,
    is_open: bool,
}

/// The text so far.
#[derive(Default)]
pub(super) struct Output {
    pub(super) text: String,
    depth: usize,
}

impl Output {
    /// A line of its own.
    pub(super) fn line(&mut self, xml: &str) {
        self.text.extend(std::iter::repeat_n(' ', INDENT * self.depth));
        self.text.push_str(xml);
        self.text.push('\n');
    }

    /// Begins an element; its attributes come next.
    pub(super) fn start<'k>(&mut self, name: &str, kept: Option<&'k Kept>) -> Element<'k> {
        self.text.extend(std::iter::repeat_n(' ', INDENT * self.depth));
        self.text.push('<');
        self.text.push_str(name);
        Element { name: name.to_owned(), kept, written: 0, children: 0, is_open: false }
    }

    pub(super) fn attribute(&mut self, name: &str, value: &str) {
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push_str("=\"");
        escape(value, &mut self.text);
        self.text.push('"');
    }

    pub(super) fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.attribute(name, value);
        }
    }

    /// A number, in as few digits as give it back.
    pub(super) fn number(&mut self, name: &str, value: f64) {
        self.attribute(name, &value.to_string());
    }

    /// The same, unless it is what a file means that doesn't say.
    pub(super) fn number_unless(&mut self, name: &str, value: f64, default: f64) {
        if value != default {
            self.number(name, value);
        }
    }

    /// `name="1"` when it is on.
    pub(super) fn switch(&mut self, name: &str, is_on: bool) {
        if is_on {
            self.attribute(name, "1");
        }
    }

    /// Before a child: ends the start tag, and puts what was kept there.
    pub(super) fn before_child(&mut self, element: &mut Element<'_>) {
        self.open(element);
        self.kept_nodes(element, element.children);
        element.children += 1;
    }

    /// Ends an element.
    pub(super) fn end(&mut self, mut element: Element<'_>) {
        let nodes = element.kept.map_or(&[][..], Kept::nodes);
        if element.written < nodes.len() {
            self.open(&mut element);
            self.kept_nodes(&mut element, usize::MAX);
        }
        if element.is_open {
            self.depth = self.depth.saturating_sub(1);
            self.line(&format!("</{}>", element.name));
        } else {
            self.kept_attributes(&element);
            self.text.push_str("/>\n");
        }
    }

    fn open(&mut self, element: &mut Element<'_>) {
        if !element.is_open {
            self.kept_attributes(element);
            self.text.push_str(">\n");
            self.depth += 1;
            element.is_open = true;
        }
    }

    fn kept_attributes(&mut self, element: &Element<'_>) {
        for (name, value) in element.kept.map_or(&[][..], Kept::attributes) {
            self.attribute(name, value);
        }
    }

    /// What stood in the file before or after no more than `children` known ones.
    fn kept_nodes(&mut self, element: &mut Element<'_>, children: usize) {
        let nodes = element.kept.map_or(&[][..], Kept::nodes);
        while let Some(node) = nodes.get(element.written).filter(|node| node.after <= children) {
            self.line(&node.xml);
            element.written += 1;
        }
    }
}

/// Escapes what XML reserves, and what a reader would turn into a space.
fn escape(text: &str, into: &mut String) {
    for character in text.chars() {
        match character {
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '&' => into.push_str("&amp;"),
            '"' => into.push_str("&quot;"),
            '\t' | '\n' | '\r' => into.push_str(&format!("&#{};", character as u32)),
            // XML 1.0 has no way to hold these.
            '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {
                into.push('\u{fffd}')
            }
            other => into.push(other),
        }
    }
}
