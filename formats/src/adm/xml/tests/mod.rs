mod corpus;
mod documents;
mod properties;
mod refusals;
mod sweep;

use super::{EnvelopeForm, WriteOptions, read_str, write};
use crate::adm::Document;

fn written(document: &Document, envelope: EnvelopeForm) -> String {
    let mut text = Vec::new();
    write(document, &mut text, &WriteOptions { envelope, indent: 2 }).unwrap();
    String::from_utf8(text).unwrap()
}

/// Everything but what stands around the document.
fn inner(mut document: Document) -> Document {
    document.envelope = None;
    document
}

fn assert_round_trip(document: &Document, name: &str) {
    for form in [EnvelopeForm::EbuCore, EnvelopeForm::Itu, EnvelopeForm::Original, EnvelopeForm::Bare] {
        let text = written(document, form);
        let (again, _) = read_str(&text).unwrap_or_else(|error| panic!("{name}, {form:?}: {error}\n{text}"));
        assert_eq!(inner(again), inner(document.clone()), "{name}, {form:?}");
    }
}

/// A document of edition 2 around `content`.
fn second_edition(content: &str) -> String {
    format!("<audioFormatExtended version=\"ITU-R_BS.2076-2\">{content}</audioFormatExtended>")
}

/// An Objects channel around `blocks`.
fn objects_channel(blocks: &str) -> String {
    format!(
        "<audioChannelFormat audioChannelFormatID=\"AC_00031001\" audioChannelFormatName=\"c\" typeLabel=\"0003\" \
         typeDefinition=\"Objects\">{blocks}</audioChannelFormat>"
    )
}

/// One Objects block in front around `content`.
fn objects_block(content: &str) -> String {
    objects_channel(&format!(
        "<audioBlockFormat audioBlockFormatID=\"AB_00031001_00000001\"><position coordinate=\"azimuth\">0</position>\
         <position coordinate=\"elevation\">0</position>{content}</audioBlockFormat>"
    ))
}
