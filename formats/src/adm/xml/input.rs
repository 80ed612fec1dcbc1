//! The pull parser over quick-xml that the declarations read from: tokens, limits, warnings and where we are.

use std::borrow::Cow;
use std::io::{BufRead, Read};

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::context::Context;
use super::leaf::Leaf;
use super::limits;
use super::source::Source;
use crate::adm::error::{Error, ErrorKind, quoted};

/// What the next piece of XML is.
pub(super) enum Token<'b> {
    Start(Tag<'b>),
    Text(Cow<'b, str>),
    /// A character written as a reference.
    Character(char),
    End,
    EndOfDocument,
    /// A comment, declaration or processing instruction.
    Other,
}

/// A start tag.
pub(super) struct Tag<'b>(BytesStart<'b>);

impl<'b> Tag<'b> {
    /// The name without prefix.
    #[inline]
    pub(super) fn name(&self) -> &str {
        let name = self.0.name().0;
        match name.bytes().position(|byte| byte == b':') {
            Some(colon) => &name[colon + 1..],
            None => name,
        }
    }

    /// The name as written.
    pub(super) fn full_name(&self) -> &str {
        self.0.name().0
    }

    /// Attributes in order with their values; entities are resolved.
    #[inline]
    pub(super) fn attributes(&self) -> impl Iterator<Item = Result<(&str, Cow<'_, str>), Error>> {
        let mut attributes = self.0.attributes();
        attributes.with_checks(false);
        attributes.enumerate().map(|(count, attribute)| {
            let attribute =
                attribute.map_err(|error| ill_formed(format!("<{}>: {error}", self.full_name())))?;
            if count >= limits::ATTRIBUTES {
                return Err(Error::limit(format!(
                    "<{}> has more than {} attributes",
                    self.full_name(),
                    limits::ATTRIBUTES
                )));
            }
            let value = match attribute.value {
                Cow::Borrowed(raw) if !needs_normalizing(raw) => Cow::Borrowed(raw),
                _ => attribute.normalized_value(XmlVersion::Implicit1_0).map_err(convert)?,
            };
            Ok((attribute.key.0, value))
        })
    }

    /// The tag as written, without `<`, `>` and the `/` of an empty element.
    fn raw(&self) -> &str {
        &self.0
    }
}

#[inline]
fn needs_normalizing(raw: &str) -> bool {
    raw.bytes().any(|byte| byte == b'&' || byte < b' ')
}

fn ill_formed(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Xml, message)
}

fn convert(error: quick_xml::Error) -> Error {
    match error {
        quick_xml::Error::Io(error) => {
            match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
                Some(ours) => ours.clone(),
                None => Error::new(ErrorKind::Io, format!("could not be read: {error}")),
            }
        }
        quick_xml::Error::Encoding(error) => {
            Error::new(ErrorKind::Encoding, format!("is not valid UTF-8 text ({error}); save it as UTF-8"))
        }
        other => ill_formed(format!("is not well-formed XML: {other}")),
    }
}

/// What of an element that was found whole is still to be handed out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pending {
    Nothing,
    Text,
    End,
}

/// The document as a stream of tokens.
pub(super) struct Input<R> {
    xml: Reader<Source<R>>,
    depth: usize,
    /// Buffers that were used before, one per level of nesting.
    buffers: Vec<Vec<u8>>,
    text: String,
    /// The parser stands between tokens, right after a start or end tag.
    between: bool,
    /// Of the element that [`next_leaf`](Self::next_leaf) gave last; its text is in `text`.
    pending: Pending,
    pub(super) context: Context,
}

impl<R: Read> Input<R> {
    pub(super) fn new(source: R) -> Self {
        let mut xml = Reader::from_reader(Source::new(source));
        let config = xml.config_mut();
        config.expand_empty_elements = true;
        Self {
            xml,
            depth: 0,
            buffers: Vec::new(),
            text: String::new(),
            between: false,
            pending: Pending::Nothing,
            context: Context::new(),
        }
    }

    pub(super) fn source(&mut self) -> &mut Source<R> {
        self.xml.get_mut()
    }

    /// Adds line and element to an error.
    pub(super) fn locate(&self, error: Error) -> Error {
        error.located(self.xml.get_ref().line(), self.context.current.name())
    }

    /// Levels of elements that are open.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn take_buffer(&mut self) -> Vec<u8> {
        self.buffers.pop().unwrap_or_default()
    }

    pub(super) fn give_back(&mut self, buffer: Vec<u8>) {
        self.buffers.push(buffer);
    }

    /// The next token; what it borrows lies in `buffer`.
    #[inline]
    pub(super) fn next<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<Token<'b>, Error> {
        if self.pending != Pending::Nothing {
            return Ok(self.next_pending());
        }
        buffer.clear();
        self.xml.get_mut().start_token();
        let event = self.xml.read_event_into(buffer).map_err(convert)?;
        // White space at the start of an element's content says nothing; after a reference or CDATA it is text.
        let between = matches!(event, Event::Start(_) | Event::End(_));
        self.xml.config_mut().trim_text_start = between;
        self.between = match event {
            Event::Start(_) => !self.xml.get_ref().after_empty_element(),
            Event::End(_) => true,
            _ => false,
        };
        match event {
            Event::Start(tag) | Event::Empty(tag) => {
                self.descend()?;
                Ok(Token::Start(Tag(tag)))
            }
            Event::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(Token::End)
            }
            Event::Text(text) => Ok(Token::Text(text.xml10_content())),
            Event::CData(text) => Ok(Token::Text(text.xml10_content())),
            Event::GeneralRef(reference) => Ok(Token::Character(character(&reference)?)),
            Event::DocType(_) => {
                Err(ill_formed("has a DOCTYPE (DTD), which is refused because of its entities; remove it"))
            }
            Event::Eof if self.depth > 0 => Err(ill_formed("is cut: it ends inside an element")),
            Event::Eof => Ok(Token::EndOfDocument),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Ok(Token::Other),
        }
    }

    fn descend(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > limits::DEPTH {
            let most = limits::DEPTH;
            return Err(Error::limit(format!(
                "nests elements more than {most} deep; it is damaged or hostile"
            )));
        }
        Ok(())
    }

    /// The parser stands between elements and nothing is still to be handed out.
    pub(super) fn is_between(&self) -> bool {
        self.between && self.pending == Pending::Nothing
    }

    /// The bytes that are at hand, and what is kept besides.
    pub(super) fn at_hand(&mut self) -> (&[u8], &mut Context) {
        (self.xml.get_ref().at_hand(), &mut self.context)
    }

    /// Passes over whole elements of `length` bytes.
    pub(super) fn pass(&mut self, length: usize) {
        let source = self.xml.get_mut();
        source.start_token();
        source.consume(length);
    }

    /// The start of an element that comes next and holds nothing but text, past the parser; white space before it is
    /// skipped. `None` leaves everything to [`next`](Self::next).
    #[inline]
    pub(super) fn next_leaf<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<Option<Tag<'b>>, Error> {
        if !self.is_between() {
            return Ok(None);
        }
        let source = self.xml.get_mut();
        let bytes = source.at_hand();
        let Some(leaf) = Leaf::find(bytes) else { return Ok(None) };
        let text = std::str::from_utf8(bytes.get(leaf.text).unwrap_or_default());
        buffer.clear();
        buffer.extend_from_slice(bytes.get(leaf.tag).unwrap_or_default());
        let (Ok(text), Ok(tag)) = (text, std::str::from_utf8(buffer)) else { return Ok(None) };
        self.text.clear();
        self.text.push_str(text);
        source.start_token();
        source.consume(leaf.end);
        self.descend()?;
        self.pending = Pending::Text;
        Ok(Some(Tag(BytesStart::from_content(tag, leaf.name))))
    }

    #[cold]
    fn next_pending(&mut self) -> Token<'static> {
        if self.pending == Pending::Text && !self.text.is_empty() {
            self.pending = Pending::End;
            return Token::Text(Cow::Owned(std::mem::take(&mut self.text)));
        }
        self.end_leaf();
        Token::End
    }

    fn end_leaf(&mut self) {
        self.pending = Pending::Nothing;
        self.depth = self.depth.saturating_sub(1);
    }

    /// The trimmed text of the element whose start tag was just read, up to and with its end tag.
    #[inline]
    pub(super) fn read_text(&mut self) -> Result<(&str, &mut Context), Error> {
        if self.pending == Pending::Text {
            self.end_leaf();
            return Ok((trimmed(&self.text), &mut self.context));
        }
        let mut buffer = self.take_buffer();
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let depth = self.depth;
        loop {
            match self.next(&mut buffer)? {
                Token::Text(piece) => text.push_str(&piece),
                Token::Character(character) => text.push(character),
                Token::Start(tag) => self.stray(tag.name()),
                Token::End if self.depth < depth => break,
                Token::End | Token::Other => {}
                Token::EndOfDocument => return Err(cut()),
            }
        }
        self.give_back(buffer);
        self.text = text;
        Ok((trimmed(&self.text), &mut self.context))
    }

    #[cold]
    fn stray(&mut self, name: &str) {
        let field = self.context.field;
        self.context.warn("stray-element", || format!("<{name}> inside the text of {field} is ignored"));
    }

    /// Skips the content of the element whose start tag was just read; what it held is not kept.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        let mut buffer = self.take_buffer();
        let depth = self.depth;
        loop {
            match self.next(&mut buffer)? {
                Token::End if self.depth < depth => break,
                Token::EndOfDocument => return Err(cut()),
                _ => {}
            }
        }
        self.give_back(buffer);
        Ok(())
    }

    /// The whole element of `tag` as it was written.
    pub(super) fn read_verbatim(&mut self, tag: &Tag<'_>) -> Result<String, Error> {
        let raw = tag.raw().to_owned();
        if self.pending == Pending::Text {
            self.end_leaf();
            let whole = format!("<{raw}>{}</{}>", self.text, tag.full_name());
            self.context.keep(whole.len())?;
            return Ok(whole);
        }
        self.source().record();
        self.skip()?;
        let rest = self.source().take_recording();
        // An empty element ends without another byte.
        let whole = if rest.is_empty() { format!("<{}/>", raw.trim_end()) } else { format!("<{raw}>{rest}") };
        self.context.keep(whole.len())?;
        Ok(whole)
    }
}

/// White space of XML only: other spaces belong to a name.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|character| matches!(character, ' ' | '\t' | '\r' | '\n'))
}

pub(super) fn cut() -> Error {
    ill_formed("is cut: it ends inside an element")
}

fn character(reference: &quick_xml::events::BytesRef<'_>) -> Result<char, Error> {
    if let Some(character) = reference.resolve_char_ref().map_err(convert)? {
        return Ok(character);
    }
    match &**reference {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        other => Err(ill_formed(format!(
            "refers to the entity {}, which XML does not define; write the character itself",
            quoted(other)
        ))),
    }
}
