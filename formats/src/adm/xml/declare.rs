//! What a declaration of an element is made of, and how it is walked for reading and for writing.
//!
//! [`element!`](super::element_macro) lists the attributes and children of an element with the fields that hold them. From that one
//! list come both directions; what takes several XML nodes to make one field is a [`Part`].

use std::io::Read;

use super::context::Context;
use super::input::{Input, Tag, Token, cut, trimmed};
use super::limits;
use super::output::Output;
use crate::adm::Unknown;
use crate::adm::error::{Error, quoted};

/// A value that is written as text, in an attribute or as the content of an element.
pub(super) trait Value: Sized {
    /// Written even when it is the default.
    const ALWAYS: bool = false;

    fn parse(text: &str, context: &mut Context) -> Result<Self, Error>;

    /// An id in an attribute names the element it stands in.
    fn parse_attribute(text: &str, context: &mut Context) -> Result<Self, Error> {
        Self::parse(text, context)
    }

    fn format(&self) -> String;
}

/// A value that is an element: text alone, or attributes and children.
pub(super) trait Node: Sized {
    /// Reads what follows the start `tag`, up to and with its end.
    fn read<R: Read>(tag: &Tag<'_>, input: &mut Input<R>) -> Result<Self, Error>;

    fn write(&self, name: &str, output: &mut Output<'_>);
}

impl<T: Value> Node for T {
    #[inline]
    fn read<R: Read>(_: &Tag<'_>, input: &mut Input<R>) -> Result<Self, Error> {
        let (text, context) = input.read_text()?;
        T::parse(text, context)
    }

    fn write(&self, name: &str, output: &mut Output<'_>) {
        output.leaf(name, &self.format());
    }
}

/// A field that is an attribute.
pub(super) trait AttributeField {
    fn read_attribute(&mut self, text: &str, context: &mut Context) -> Result<(), Error>;

    fn write_attribute(&self, default: &Self, name: &str, output: &mut Output<'_>);
}

impl<T: Value + PartialEq> AttributeField for T {
    #[inline]
    fn read_attribute(&mut self, text: &str, context: &mut Context) -> Result<(), Error> {
        *self = T::parse_attribute(text, context)?;
        Ok(())
    }

    fn write_attribute(&self, default: &Self, name: &str, output: &mut Output<'_>) {
        if T::ALWAYS || self != default {
            output.attribute(name, &self.format());
        }
    }
}

impl<T: Value> AttributeField for Option<T> {
    #[inline]
    fn read_attribute(&mut self, text: &str, context: &mut Context) -> Result<(), Error> {
        *self = Some(T::parse(text, context)?);
        Ok(())
    }

    fn write_attribute(&self, _: &Self, name: &str, output: &mut Output<'_>) {
        if let Some(value) = self {
            output.attribute(name, &value.format());
        }
    }
}

/// A field that is made of child elements of one name.
pub(super) trait ChildField {
    /// A second element of the name is one too many.
    const SINGLE: bool;

    fn read_child<R: Read>(&mut self, tag: &Tag<'_>, input: &mut Input<R>) -> Result<(), Error>;

    fn write_child(&self, default: &Self, name: &str, output: &mut Output<'_>);
}

impl<T: Node + PartialEq> ChildField for T {
    const SINGLE: bool = true;

    #[inline]
    fn read_child<R: Read>(&mut self, tag: &Tag<'_>, input: &mut Input<R>) -> Result<(), Error> {
        *self = T::read(tag, input)?;
        Ok(())
    }

    fn write_child(&self, default: &Self, name: &str, output: &mut Output<'_>) {
        if self != default {
            Node::write(self, name, output);
        }
    }
}

impl<T: Node> ChildField for Option<T> {
    const SINGLE: bool = true;

    fn read_child<R: Read>(&mut self, tag: &Tag<'_>, input: &mut Input<R>) -> Result<(), Error> {
        *self = Some(T::read(tag, input)?);
        Ok(())
    }

    fn write_child(&self, _: &Self, name: &str, output: &mut Output<'_>) {
        if let Some(value) = self {
            value.write(name, output);
        }
    }
}

impl<T: Node> ChildField for Vec<T> {
    const SINGLE: bool = false;

    fn read_child<R: Read>(&mut self, tag: &Tag<'_>, input: &mut Input<R>) -> Result<(), Error> {
        if self.len() >= limits::ELEMENTS {
            let most = limits::ELEMENTS;
            return Err(Error::limit(format!("has more than {most} <{}> in one element", tag.name())));
        }
        self.push(T::read(tag, input)?);
        Ok(())
    }

    fn write_child(&self, _: &Self, name: &str, output: &mut Output<'_>) {
        for value in self {
            value.write(name, output);
        }
    }
}

/// A field that several XML nodes of the element `E` make together.
pub(super) trait Part<E: Element> {
    /// Takes an attribute; `false` when it belongs to another.
    fn attribute(
        _: &mut E,
        _: &mut E::Scratch,
        _name: &str,
        _value: &str,
        _: &mut Context,
    ) -> Result<bool, Error> {
        Ok(false)
    }

    /// Takes a child; `false` when it belongs to another.
    fn child<R: Read>(_: &mut E, _: &mut E::Scratch, _: &Tag<'_>, _: &mut Input<R>) -> Result<bool, Error> {
        Ok(false)
    }

    fn write_attributes(_: &E, _: &mut Output<'_>) {}

    fn write_children(_: &E, _: &mut Output<'_>) {}
}

/// What an element does besides its rows.
pub(super) trait Shape: Sized {
    /// Where its parts gather what belongs together.
    type Scratch: Default;

    /// Called when all attributes are read.
    fn opened(&mut self, _: &mut Self::Scratch, _: &mut Context) -> Result<(), Error> {
        Ok(())
    }

    /// Called between children: takes those that come next and can be read past the parser.
    #[inline]
    fn sweep<R: Read>(&mut self, _: &mut Input<R>) {}

    /// Called when all children are read.
    fn finish(&mut self, _: Self::Scratch, _: &mut Context) -> Result<(), Error> {
        Ok(())
    }

    /// Where unknown attributes and elements are kept; `None` drops them.
    fn keep(&mut self) -> Option<&mut Unknown>;

    /// What was kept.
    fn kept(&self) -> Option<&Unknown>;
}

/// An element that [`element!`] declares.
pub(super) trait Element: Shape {
    /// Its text is a field.
    const HAS_TEXT: bool;

    /// What it is before anything was read; fields equal to it are not written.
    fn blank() -> Self;

    fn attribute(
        &mut self,
        scratch: &mut Self::Scratch,
        seen: &mut u64,
        name: &str,
        value: &str,
        context: &mut Context,
    ) -> Result<bool, Error>;

    fn child<R: Read>(
        &mut self,
        scratch: &mut Self::Scratch,
        seen: &mut u64,
        tag: &Tag<'_>,
        input: &mut Input<R>,
    ) -> Result<bool, Error>;

    fn text(&mut self, text: &str, context: &mut Context) -> Result<(), Error>;

    fn write_attributes(&self, output: &mut Output<'_>);

    fn write_children(&self, output: &mut Output<'_>);

    /// Its text; empty when it has children.
    fn text_written(&self) -> String;
}

/// Reads an element by its declaration; `tag` is its start.
pub(super) fn read_element<E: Element, R: Read>(tag: &Tag<'_>, input: &mut Input<R>) -> Result<E, Error> {
    let mut element = E::blank();
    let outer = std::mem::take(&mut input.context.current);
    read_into(&mut element, tag, input)?;
    input.context.current = outer;
    Ok(element)
}

fn read_into<E: Element, R: Read>(element: &mut E, tag: &Tag<'_>, input: &mut Input<R>) -> Result<(), Error> {
    let mut scratch = E::Scratch::default();
    let mut seen = 0;
    for attribute in tag.attributes() {
        let (name, value) = attribute?;
        if !element.attribute(&mut scratch, &mut seen, name, &value, &mut input.context)? {
            keep_attribute(element, name, &value, &mut input.context)?;
        }
    }
    element.opened(&mut scratch, &mut input.context)?;
    read_children(element, &mut scratch, input)?;
    element.finish(scratch, &mut input.context)
}

fn read_children<E: Element, R: Read>(
    element: &mut E,
    scratch: &mut E::Scratch,
    input: &mut Input<R>,
) -> Result<(), Error> {
    let mut seen = 0;
    let mut text = String::new();
    let mut buffer = input.take_buffer();
    loop {
        element.sweep(input);
        if !E::HAS_TEXT
            && let Some(tag) = input.next_leaf(&mut buffer)?
        {
            if !element.child(scratch, &mut seen, &tag, input)? {
                keep_child(element, &tag, input)?;
            }
            continue;
        }
        match input.next(&mut buffer)? {
            Token::Start(tag) => {
                if !element.child(scratch, &mut seen, &tag, input)? {
                    keep_child(element, &tag, input)?;
                }
            }
            Token::Text(piece) if E::HAS_TEXT => text.push_str(&piece),
            Token::Character(character) if E::HAS_TEXT => text.push(character),
            Token::Text(piece) if trimmed(&piece).is_empty() => {}
            Token::Text(piece) => stray_text(&piece, &mut input.context),
            Token::Character(character) => stray_text(character.encode_utf8(&mut [0; 4]), &mut input.context),
            Token::End => break,
            Token::EndOfDocument => return Err(cut()),
            Token::Other => {}
        }
    }
    input.give_back(buffer);
    if E::HAS_TEXT { element.text(trimmed(&text), &mut input.context) } else { Ok(()) }
}

#[cold]
fn stray_text(text: &str, context: &mut Context) {
    let text = quoted(trimmed(text));
    context.warn("stray-text", || format!("the text {text} between elements is ignored"));
}

#[cold]
fn keep_attribute<E: Element>(
    element: &mut E,
    name: &str,
    value: &str,
    context: &mut Context,
) -> Result<(), Error> {
    context.keep(name.len() + value.len())?;
    match element.keep() {
        Some(unknown) if unknown.attributes.iter().any(|(known, _)| known == name) => Err(twice(name)),
        Some(unknown) => {
            unknown.attributes.push((name.to_owned(), value.to_owned()));
            Ok(())
        }
        None => {
            dropped(name, context);
            Ok(())
        }
    }
}

#[cold]
fn keep_child<E: Element, R: Read>(
    element: &mut E,
    tag: &Tag<'_>,
    input: &mut Input<R>,
) -> Result<(), Error> {
    let whole = input.read_verbatim(tag)?;
    match element.keep() {
        Some(unknown) => unknown.elements.push(whole),
        None => dropped(tag.name(), &mut input.context),
    }
    Ok(())
}

/// An attribute or element that has no place to be kept in; namespace declarations are no loss.
#[cold]
pub(super) fn dropped(name: &str, context: &mut Context) {
    if !name.starts_with("xmlns") {
        let name = quoted(name);
        context.warn("unknown-dropped", || format!("{name} is not part of BS.2076-2 here and is dropped"));
    }
}

#[cold]
pub(super) fn twice(name: &str) -> Error {
    Error::structure(format!("has the attribute {name} twice; one is allowed"))
}

/// Writes an element by its declaration.
pub(super) fn write_element<E: Element>(element: &E, name: &str, output: &mut Output<'_>) {
    output.open(name);
    element.write_attributes(output);
    for (name, value) in element.kept().into_iter().flat_map(|unknown| &unknown.attributes) {
        output.attribute(name, value);
    }
    if E::HAS_TEXT {
        output.text(&element.text_written());
        return output.close_text(name);
    }
    element.write_children(output);
    for whole in element.kept().into_iter().flat_map(|unknown| &unknown.elements) {
        output.verbatim(whole);
    }
    output.close(name);
}

/// Remarks that an element may stand only once; the first counts. `true` when this is the first.
#[inline]
pub(super) fn first(seen: &mut u64, row: usize) -> bool {
    let bit = 1 << row;
    let first = *seen & bit == 0;
    *seen |= bit;
    first
}

/// Skips a repetition of the element `name`.
#[cold]
pub(super) fn skip_repetition<R: Read>(name: &str, input: &mut Input<R>) -> Result<(), Error> {
    input.context.warn("repeated-element", || format!("has <{name}> more than once; the first counts"));
    input.skip()
}

/// The place of `name` among `rows`, found while compiling.
pub(super) const fn row(rows: &[&str], name: &str) -> usize {
    let mut row = 0;
    while row < rows.len() {
        if same(rows[row].as_bytes(), name.as_bytes()) {
            return row;
        }
        row += 1;
    }
    row
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut place = 0;
    while place < a.len() {
        if a[place] != b[place] {
            return false;
        }
        place += 1;
    }
    true
}

/// Whether a field of this type takes one element only.
#[inline]
pub(super) fn is_single<F: ChildField>(_: &F) -> bool {
    F::SINGLE
}
