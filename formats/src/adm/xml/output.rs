//! The writer that the declarations write to: indentation, escaping and the first error.

use std::io;

/// Text gathered before it goes to the sink.
const PIECE: usize = 64 << 10;

/// XML on its way to a sink. The first error is kept until [`finish`](Self::finish).
pub(super) struct Output<'w> {
    sink: &'w mut dyn io::Write,
    pending: String,
    indent: usize,
    depth: usize,
    tag_open: bool,
    inline: bool,
    error: Option<io::Error>,
}

impl<'w> Output<'w> {
    pub(super) fn new(sink: &'w mut dyn io::Write, indent: usize) -> Self {
        Self { sink, pending: String::new(), indent, depth: 0, tag_open: false, inline: false, error: None }
    }

    /// Writes the rest; the first error of all.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.flush();
        match self.error {
            Some(error) => Err(error),
            None => self.sink.flush(),
        }
    }

    fn flush(&mut self) {
        if self.error.is_none()
            && let Err(error) = self.sink.write_all(self.pending.as_bytes())
        {
            self.error = Some(error);
        }
        self.pending.clear();
    }

    /// Text as it is, outside of any element.
    pub(super) fn raw(&mut self, text: &str) {
        self.pending.push_str(text);
    }

    /// Goes on in the last line of `text`: the next element stands right there, and its children one level deeper.
    pub(super) fn continue_line(&mut self, text: &str) {
        let last = text.rsplit('\n').next().unwrap_or_default();
        let tabs = last.bytes().take_while(|&byte| byte == b'\t').count();
        let spaces = last.bytes().take_while(|&byte| byte == b' ').count();
        self.depth = tabs + spaces.checked_div(self.indent).unwrap_or(0);
        self.inline = true;
    }

    /// Starts an element on a line of its own.
    pub(super) fn open(&mut self, name: &str) {
        self.end_tag();
        self.new_line();
        self.pending.push('<');
        self.pending.push_str(name);
        self.tag_open = true;
        self.depth += 1;
    }

    /// An attribute of the element just started.
    pub(super) fn attribute(&mut self, name: &str, value: &str) {
        self.pending.push(' ');
        self.pending.push_str(name);
        self.pending.push_str("=\"");
        escape(value, true, &mut self.pending);
        self.pending.push('"');
    }

    /// The text of the element just started.
    pub(super) fn text(&mut self, text: &str) {
        self.end_tag();
        escape(text, false, &mut self.pending);
    }

    /// Ends an element that has children or nothing.
    pub(super) fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        if self.tag_open {
            self.pending.push_str("/>");
            self.tag_open = false;
        } else {
            self.new_line();
            self.end(name);
        }
        if self.pending.len() >= PIECE {
            self.flush();
        }
    }

    /// Ends an element that has text.
    pub(super) fn close_text(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.end_tag();
        self.end(name);
    }

    /// An element with nothing but text.
    pub(super) fn leaf(&mut self, name: &str, text: &str) {
        self.open(name);
        self.text(text);
        self.close_text(name);
    }

    /// A whole element as it was read.
    pub(super) fn verbatim(&mut self, element: &str) {
        self.end_tag();
        self.new_line();
        self.pending.push_str(element);
    }

    fn end(&mut self, name: &str) {
        self.pending.push_str("</");
        self.pending.push_str(name);
        self.pending.push('>');
    }

    fn end_tag(&mut self) {
        if self.tag_open {
            self.pending.push('>');
            self.tag_open = false;
        }
    }

    fn new_line(&mut self) {
        if std::mem::take(&mut self.inline) {
            return;
        }
        if self.indent > 0 {
            self.pending.push('\n');
            self.pending.extend(std::iter::repeat_n(' ', self.indent * self.depth));
        }
    }
}

/// Escapes what XML reserves; in attributes also what a reader would turn into a space.
fn escape(text: &str, attribute: bool, into: &mut String) {
    for character in text.chars() {
        match character {
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '&' => into.push_str("&amp;"),
            '"' if attribute => into.push_str("&quot;"),
            '\t' | '\n' if attribute => into.push_str(&format!("&#{};", character as u32)),
            '\r' => into.push_str("&#13;"),
            // XML 1.0 has no way to hold these.
            '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {
                into.push('\u{fffd}')
            }
            other => into.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    /// XML 1.0 §2.2: only tab, line feed and carriage return of the control characters may stand in a document.
    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        let mut written = String::new();
        escape("a\u{1b}[31m\0\u{b}\u{fffe}\u{e000}<\t\n\r\"", true, &mut written);
        assert_eq!(written, "a\u{fffd}[31m\u{fffd}\u{fffd}\u{fffd}\u{e000}&lt;&#9;&#10;&#13;&quot;");
    }
}
