//! Most of a document are elements of attributes and plain text: those that lie whole in the buffer are found here at
//! once, and everything else is left to the parser.

use std::ops::Range;

/// Where the parts of `<name attributes>text</name>` lie.
pub(super) struct Leaf {
    /// What stands between `<` and `>`.
    pub(super) tag: Range<usize>,
    /// Length of the name in it.
    pub(super) name: usize,
    /// The text; free of references and carriage returns, so it stands for itself.
    pub(super) text: Range<usize>,
    /// The first byte after the element.
    pub(super) end: usize,
}

impl Leaf {
    /// The element at the start of `bytes`, after white space; `None` when it has another form or isn't whole.
    pub(super) fn find(bytes: &[u8]) -> Option<Self> {
        let start = bytes.iter().position(|byte| !is_space(*byte))? + 1;
        if bytes.get(start - 1) != Some(&b'<') || matches!(bytes.get(start)?, b'/' | b'!' | b'?' | b'>') {
            return None;
        }
        let name = bytes.get(start..)?.iter().position(|byte| is_space(*byte) || *byte == b'>')?;
        let tag_end = end_of_tag(bytes, start + name)?;
        let text_start = tag_end + 1;
        let rest = bytes.get(text_start..)?;
        let length = rest.iter().position(|byte| matches!(byte, b'<' | b'&' | b'\r'))?;
        let closing =
            rest.get(length..)?.strip_prefix(b"</")?.strip_prefix(bytes.get(start..start + name)?)?;
        if tag_end == start || bytes.get(tag_end - 1) == Some(&b'/') || closing.first() != Some(&b'>') {
            return None;
        }
        let text = text_start..text_start + length;
        Some(Self { tag: start..tag_end, name, end: text.end + name + "</>".len(), text })
    }
}

/// The `>` that is not part of an attribute's value.
fn end_of_tag(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let first = rest.iter().position(|byte| *byte == b'>')?;
    let before = rest.get(..first)?;
    // Even double quotes and no single ones: all of them are closed, and the first `>` it is.
    let (odd, other) = before.iter().fold((false, false), |(odd, other), &byte| {
        (odd ^ (byte == b'"'), other | (byte == b'\'') | (byte == b'<'))
    });
    if odd || other { end_of_quoted_tag(bytes, from) } else { Some(from + first) }
}

#[cold]
fn end_of_quoted_tag(bytes: &[u8], from: usize) -> Option<usize> {
    let mut quote = None;
    for (place, &byte) in bytes.iter().enumerate().skip(from) {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return Some(place),
            (_, b'<') => return None,
            _ => {}
        }
    }
    None
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<(&str, &str, &str, &str)> {
        let leaf = Leaf::find(text.as_bytes())?;
        let tag = &text[leaf.tag];
        Some((tag, &tag[..leaf.name], &text[leaf.text], &text[leaf.end..]))
    }

    #[test]
    fn plain_elements_are_found_whole() {
        assert_eq!(parts("\n <a>1</a><b/>"), Some(("a", "a", "1", "<b/>")));
        assert_eq!(parts("<p:a b='>' c=\"'\"> é </p:a>"), Some(("p:a b='>' c=\"'\"", "p:a", " é ", "")));
        assert_eq!(parts("<a></a>"), Some(("a", "a", "", "")));
    }

    #[test]
    fn everything_else_is_left_to_the_parser() {
        for text in [
            "",
            " ",
            "x<a>1</a>",
            "<a/>",
            "<a />",
            "<a>1</a",
            "<a>1</a >",
            "<a>1</ab>",
            "<ab>1</a>",
            "<a>&lt;</a>",
            "<a>1\r\n</a>",
            "<a><b/></a>",
            "<a>1<!-- x --></a>",
            "<a><![CDATA[1]]></a>",
            "<!-- a --><a>1</a>",
            "<?a?><a>1</a>",
            "</a><a>1</a>",
            "<></>",
            "<a b=\"1></a>",
            "<a b=\"<\">1</a>",
        ] {
            assert_eq!(parts(text), None, "{text}");
        }
    }
}
