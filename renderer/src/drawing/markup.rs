//! Elements, attributes and text, escaped.

use std::fmt::{self, Display, Write};

/// A name, which comes from the program, and a value, which may come from anywhere.
pub type Attribute<'a> = (&'static str, &'a dyn Display);

/// HTML, SVG or XML that is being written. Names of elements are the program's own; texts and values may be anything.
#[derive(Clone, Debug, Default)]
pub struct Markup(String);

impl Markup {
    /// An HTML page, whose root is written by `inner`.
    pub fn html(inner: impl FnOnce(&mut Self)) -> String {
        let mut page = Self("<!DOCTYPE html>\n".to_owned());
        page.element("html", &[("xmlns", &"http://www.w3.org/1999/xhtml"), ("lang", &"en")], inner);
        page.finish()
    }

    /// The text.
    pub fn finish(mut self) -> String {
        self.0.push('\n');
        self.0
    }

    /// An element with what `inner` writes into it.
    pub fn element(
        &mut self,
        name: &'static str,
        attributes: &[Attribute<'_>],
        inner: impl FnOnce(&mut Self),
    ) {
        self.start(name, attributes);
        self.0.push('>');
        inner(self);
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    /// An element that never has anything in it: `meta`, and everything that SVG draws.
    pub fn empty(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.start(name, attributes);
        self.0.push_str("/>");
    }

    /// An element with nothing but text in it.
    pub fn text_in(&mut self, name: &'static str, attributes: &[Attribute<'_>], text: impl Display) {
        self.element(name, attributes, |inner| inner.text(text));
    }

    /// Text.
    pub fn text(&mut self, text: impl Display) {
        // Writing to a String never fails.
        let _ = write!(Escaped(&mut self.0), "{text}");
    }

    /// A line feed, for people who read the source.
    pub fn line_feed(&mut self) {
        self.0.push('\n');
    }

    /// A style sheet of the program's own, which has neither `<` nor `&`.
    pub fn style(&mut self, sheet: &'static str) {
        self.element("style", &[], |inner| inner.0.push_str(sheet));
    }

    fn start(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.0.push('<');
        self.0.push_str(name);
        for (name, value) in attributes {
            self.0.push(' ');
            self.0.push_str(name);
            self.0.push_str("=\"");
            self.text(value);
            self.0.push('"');
        }
    }
}

/// Escapes what is written through it. Characters that XML has no place for, and those that are not seen but turn the order of
/// others round, are shown as �.
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c {
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '&' => self.0.push_str("&amp;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' | '\t' => self.0.push(c),
                '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => {
                    self.0.push('\u{fffd}');
                }
                '\u{feff}' | '\u{fffe}' | '\u{ffff}' => self.0.push('\u{fffd}'),
                c if c.is_control() => self.0.push('\u{fffd}'),
                c => self.0.push(c),
            }
        }
        Ok(())
    }
}
