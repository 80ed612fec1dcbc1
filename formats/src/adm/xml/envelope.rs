//! What stands around `audioFormatExtended`, and the document as a whole.

use std::io::{self, Read};

use super::context::Context;
use super::declare::{Element, Node, Part, Shape};
use super::element_macro::element;
use super::input::{Input, Tag, Token, trimmed};
use super::limits;
use super::output::Output;
use super::screen::read_nodes;
use crate::Warning;
use crate::adm::elements::edition;
use crate::adm::error::{Error, ErrorKind, quoted};
use crate::adm::{Document, Envelope, Unknown, repair};

element!(Document {
    attributes {
        "version" => version,
    }
    children {
        "audioProgramme" => programmes,
        "audioContent" => contents,
        "audioObject" => objects,
        "audioPackFormat" => pack_formats,
        "audioChannelFormat" => channel_formats,
        "audioStreamFormat" => stream_formats,
        "audioTrackFormat" => track_formats,
        "audioTrackUID" => track_uids,
    }
    last { Lists }
});

/// `profileList` and `tagList` (v2).
struct Lists;

impl Part<Document> for Lists {
    fn child<R: Read>(
        document: &mut Document,
        (): &mut (),
        tag: &Tag<'_>,
        input: &mut Input<R>,
    ) -> Result<bool, Error> {
        match tag.name() {
            "profileList" => read_nodes(&mut document.profiles, "profile", input)?,
            "tagList" => read_nodes(&mut document.tags, "tagGroup", input)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn write_children(document: &Document, output: &mut Output<'_>) {
        if !document.profiles.is_empty() {
            output.open("profileList");
            document.profiles.iter().for_each(|profile| profile.write("profile", output));
            output.close("profileList");
        }
        if !document.tags.is_empty() {
            output.open("tagList");
            document.tags.iter().for_each(|group| group.write("tagGroup", output));
            output.close("tagList");
        }
    }
}

impl Shape for Document {
    type Scratch = ();

    fn opened(&mut self, (): &mut (), context: &mut Context) -> Result<(), Error> {
        if let Some(version) = &self.version
            && edition(version).is_none()
        {
            let version = quoted(version);
            context.warn("version-unknown", || {
                format!("audioFormatExtended has the version {version}; it is read as ITU-R_BS.2076-2")
            });
        }
        context.edition = self.adm_version();
        // Namespace declarations belong to the envelope.
        self.unknown.attributes.retain(|(name, _)| !is_namespace(name));
        Ok(())
    }

    fn keep(&mut self) -> Option<&mut Unknown> {
        Some(&mut self.unknown)
    }

    fn kept(&self) -> Option<&Unknown> {
        Some(&self.unknown)
    }
}

fn is_namespace(attribute: &str) -> bool {
    attribute == "xmlns" || attribute.starts_with("xmlns:")
}

/// Reads an axml chunk: finds `audioFormatExtended` wherever it stands and reads it into a [`Document`], with the
/// warnings of all named repairs. References are not resolved: [`Index`](crate::adm::Index) does.
///
/// # Errors
/// When `source` is not XML in UTF-8 or UTF-16, holds no ADM, exceeds one of the [`limits`], or an element lacks
/// what nothing can stand in for; the error names line, element, finding and remedy.
pub fn read(source: impl Read) -> Result<(Document, Vec<Warning>), Error> {
    let mut input = Input::new(source);
    match read_document(&mut input) {
        Ok(document) => Ok((document, input.context.remarks.into_warnings())),
        Err(error) => Err(input.locate(error)),
    }
}

/// [`read`] from a text.
///
/// # Errors
/// As [`read`].
pub fn read_str(text: &str) -> Result<(Document, Vec<Warning>), Error> {
    read(text.as_bytes())
}

fn read_document<R: Read>(input: &mut Input<R>) -> Result<Document, Error> {
    let mut surroundings = Surroundings::default();
    let mut found: Option<Document> = None;
    let mut elements = 0u64;
    let mut buffer = Vec::new();
    input.source().record();
    loop {
        let start = input.source().recorded();
        if start > limits::ENVELOPE_BYTES {
            let most = limits::ENVELOPE_BYTES >> 20;
            return Err(Error::limit(format!("has more than {most} MiB around audioFormatExtended")));
        }
        match input.next(&mut buffer)? {
            Token::Start(tag) if tag.name() == "audioFormatExtended" => {
                elements += 1;
                surroundings.enter(&tag, input.depth())?;
                if found.is_some() {
                    second_document(input)?;
                    continue;
                }
                let before = input.source().take_recording();
                let mut document = Document::read(&tag, input)?;
                document.envelope = Some(Box::new(surroundings.envelope(&tag, &before, start, input)));
                found = Some(document);
                input.source().record();
            }
            Token::Start(tag) => {
                elements += 1;
                surroundings.enter(&tag, input.depth())?;
            }
            Token::End => surroundings.leave(input.depth()),
            Token::Text(text) if input.depth() == 0 && !trimmed(&text).is_empty() => {
                outside_text(&text, elements, &mut input.context)?;
            }
            Token::EndOfDocument => break,
            Token::Text(_) | Token::Character(_) | Token::Other => {}
        }
    }
    let Some(mut document) = found else { return Err(nothing_found(elements)) };
    if let Some(envelope) = &mut document.envelope {
        envelope.after = input.source().take_recording();
    }
    repair::document(&mut document, &mut input.context)?;
    Ok(document)
}

/// Namespaces in force, each with the depth of the element that declares it.
#[derive(Default)]
struct Surroundings(Vec<(usize, String, String)>);

impl Surroundings {
    fn enter(&mut self, tag: &Tag<'_>, depth: usize) -> Result<(), Error> {
        for attribute in tag.attributes() {
            let (name, value) = attribute?;
            if is_namespace(name) {
                if self.0.len() >= limits::NAMESPACES {
                    let most = limits::NAMESPACES;
                    return Err(Error::limit(format!(
                        "has more than {most} namespaces in force at one place"
                    )));
                }
                self.0.push((depth, name.to_owned(), value.into_owned()));
            }
        }
        Ok(())
    }

    fn leave(&mut self, depth: usize) {
        while self.0.last().is_some_and(|(declared, _, _)| *declared > depth) {
            self.0.pop();
        }
    }

    fn envelope<R: Read>(&self, tag: &Tag<'_>, before: &str, start: usize, input: &mut Input<R>) -> Envelope {
        let own_depth = input.depth() + 1;
        // White space before the tag was read with it.
        let space = before.get(start..).and_then(|rest| rest.find('<')).unwrap_or(0);
        let start_of_tag = start + space;
        let mut envelope = Envelope {
            before: before.get(..start_of_tag).unwrap_or_default().to_owned(),
            prefix: tag.full_name().split_once(':').map_or("", |(prefix, _)| prefix).to_owned(),
            ..Envelope::default()
        };
        for (depth, name, address) in &self.0 {
            let into = if *depth == own_depth { &mut envelope.declared } else { &mut envelope.namespaces };
            match into.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => known.clone_from(address),
                None => into.push((name.clone(), address.clone())),
            }
        }
        if input.source().was_transcoded() {
            // The declaration named the encoding it had; it is written as UTF-8.
            envelope.before = without_declaration(&envelope.before);
        }
        envelope
    }
}

fn without_declaration(before: &str) -> String {
    match before.split_once("?>") {
        Some((declaration, rest)) if declaration.trim_start().starts_with("<?xml") => {
            rest.trim_start().to_owned()
        }
        _ => before.to_owned(),
    }
}

#[cold]
fn second_document<R: Read>(input: &mut Input<R>) -> Result<(), Error> {
    input.context.warn("second-document", || {
        "there is more than one audioFormatExtended; the first counts and the others are kept unread"
            .to_owned()
    });
    input.skip()
}

/// Text outside of the root element.
#[cold]
fn outside_text(text: &str, elements: u64, context: &mut Context) -> Result<(), Error> {
    let text = quoted(trimmed(text));
    if elements == 0 {
        let message = format!("is not XML: it starts with {text}; expected <ebuCoreMain> or another element");
        return Err(Error::new(ErrorKind::Xml, message));
    }
    context.warn("text-after-document", || format!("there is the text {text} after the end of the document"));
    Ok(())
}

fn nothing_found(elements: u64) -> Error {
    if elements == 0 {
        return Error::new(ErrorKind::NoAdm, "is empty; expected XML with an audioFormatExtended element");
    }
    let message = "is XML without an audioFormatExtended element, so it holds no ADM";
    Error::new(ErrorKind::NoAdm, message)
}

/// What is written around `audioFormatExtended`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EnvelopeForm {
    /// `ebuCoreMain`, `coreMetadata`, `format`: what most tools read.
    #[default]
    EbuCore,
    /// `ituADM` with the namespace of BS.2076-2.
    Itu,
    /// What the document was read with; [`EbuCore`](Self::EbuCore) when it was not read.
    Original,
    /// Nothing.
    Bare,
}

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteOptions {
    /// What is written around it.
    pub envelope: EnvelopeForm,
    /// Spaces per level; 0 writes everything in one line.
    pub indent: usize,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self { envelope: EnvelopeForm::EbuCore, indent: 2 }
    }
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const EBU_CORE: (&str, &str) = ("ebuCoreMain", "urn:ebu:metadata-schema:ebuCore_2016");
const ITU: (&str, &str) = ("ituADM", "urn:metadata-schema:adm");

/// Writes `document` as UTF-8 XML. Common definitions are not part of a document and so are not written.
///
/// # Errors
/// Those of `sink`.
pub fn write(document: &Document, mut sink: impl io::Write, options: &WriteOptions) -> io::Result<()> {
    let mut output = Output::new(&mut sink, options.indent);
    match (options.envelope, &document.envelope) {
        (EnvelopeForm::Original, Some(envelope)) => write_original(document, envelope, &mut output),
        (EnvelopeForm::EbuCore | EnvelopeForm::Original, _) => write_inside(document, EBU_CORE, &mut output),
        (EnvelopeForm::Itu, _) => write_inside(document, ITU, &mut output),
        (EnvelopeForm::Bare, _) => {
            output.raw(DECLARATION.trim_end());
            write_extended(document, &foreign_namespaces(document), &mut output);
            output.raw("\n");
        }
    }
    output.finish()
}

fn write_inside(document: &Document, (root, namespace): (&str, &str), output: &mut Output<'_>) {
    output.raw(DECLARATION.trim_end());
    output.open(root);
    output.attribute("xmlns", namespace);
    for (name, address) in foreign_namespaces(document) {
        output.attribute(&name, &address);
    }
    output.open("coreMetadata");
    output.open("format");
    write_extended(document, &[], output);
    output.close("format");
    output.close("coreMetadata");
    output.close(root);
    output.raw("\n");
}

/// The prefixes that kept elements may use; the inner declaration of one counts.
fn foreign_namespaces(document: &Document) -> Vec<(String, String)> {
    let mut foreign: Vec<(String, String)> = Vec::new();
    let envelope = document.envelope.iter();
    for (name, address) in envelope.flat_map(|envelope| envelope.declared.iter().chain(&envelope.namespaces))
    {
        if name != "xmlns" && !foreign.iter().any(|(known, _)| known == name) {
            foreign.push((name.clone(), address.clone()));
        }
    }
    foreign
}

/// The text that was around it, and inside it the elements without prefix, in the namespace they had.
fn write_original(document: &Document, envelope: &Envelope, output: &mut Output<'_>) {
    let mut declared = envelope.declared.clone();
    if !envelope.prefix.is_empty() {
        let own = format!("xmlns:{}", envelope.prefix);
        let address = envelope.declared.iter().chain(&envelope.namespaces).find(|(name, _)| *name == own);
        declared.retain(|(name, _)| name != "xmlns");
        declared.extend(address.map(|(_, address)| ("xmlns".to_owned(), address.clone())));
    }
    output.raw(&envelope.before);
    output.continue_line(&envelope.before);
    write_extended(document, &declared, output);
    output.raw(&envelope.after);
}

fn write_extended(document: &Document, namespaces: &[(String, String)], output: &mut Output<'_>) {
    output.open("audioFormatExtended");
    for (name, address) in namespaces {
        output.attribute(name, address);
    }
    document.write_attributes(output);
    for (name, value) in &document.unknown.attributes {
        output.attribute(name, value);
    }
    document.write_children(output);
    for whole in &document.unknown.elements {
        output.verbatim(whole);
    }
    output.close("audioFormatExtended");
}
