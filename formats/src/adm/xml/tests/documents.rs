//! Encodings, envelopes, and what this edition does not know.

use std::io::{self, Read};

use super::{inner, objects_block, objects_channel, second_edition, written};
use crate::adm::xml::{EnvelopeForm, read, read_str};
use crate::adm::{BlockFormats, Document};

const NAMED: &str = "<audioObject audioObjectID=\"AO_1001\" audioObjectName=\"Tür &amp; &#x97f3;\"/>";

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

fn name(bytes: &[u8]) -> String {
    let (document, warnings) = read(bytes).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    document.objects[0].name.clone()
}

#[test]
fn encodings_are_recognised() {
    let text = format!("<?xml version=\"1.0\"?>\n{}", second_edition(NAMED));
    let marked = format!("\u{feff}{text}");
    assert_eq!(name(text.as_bytes()), "Tür & 音");
    assert_eq!(name(marked.as_bytes()), "Tür & 音");
    assert_eq!(name(&utf16(&marked, u16::to_le_bytes)), "Tür & 音");
    assert_eq!(name(&utf16(&marked, u16::to_be_bytes)), "Tür & 音");
    assert_eq!(name(&utf16(&text, u16::to_le_bytes)), "Tür & 音");
    assert_eq!(name(&utf16(&text, u16::to_be_bytes)), "Tür & 音");
}

#[test]
fn padding_after_the_document_is_no_content() {
    assert_eq!(name(format!("{}\0\0\0\n\0 ", second_edition(NAMED)).as_bytes()), "Tür & 音");
}

/// Hands out one byte at a time.
struct Drop<'a>(&'a [u8]);

impl Read for Drop<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.0.len().min(into.len()).min(1);
        into[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

#[test]
fn pieces_of_any_size_make_the_same_document() {
    let text = second_edition(&(NAMED.to_owned() + &objects_block("<width>30</width>")));
    let whole = read_str(&text).unwrap();
    assert_eq!(read(Drop(text.as_bytes())).unwrap(), whole);
    let wide = utf16(&format!("\u{feff}{text}🎬"), u16::to_le_bytes);
    let (document, _) = read(Drop(&wide)).unwrap();
    assert_eq!(inner(document), inner(whole.0));
}

#[test]
fn text_comes_in_pieces() {
    let label = "<audioObjectLabel language=\"en\"> Tom <!-- x -->&amp; <![CDATA[<Jerry> ]]>&#33; </audioObjectLabel>";
    let text = second_edition(&format!(
        "<audioObject audioObjectID=\"AO_1001\" audioObjectName=\"o\">{label}</audioObject>"
    ));
    let (document, warnings) = read_str(&text).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(document.objects[0].labels[0].text, "Tom & <Jerry> !");
    assert_eq!(document.objects[0].labels[0].language.as_deref(), Some("en"));
}

#[test]
fn any_namespace_and_any_prefix() {
    for (open, close) in [
        (
            "<ebuCoreMain xmlns=\"urn:ebu:metadata-schema:ebuCore_2014\"><coreMetadata><format><audioFormatExtended>",
            "</audioFormatExtended></format></coreMetadata></ebuCoreMain>",
        ),
        (
            "<ituADM xmlns=\"urn:metadata-schema:adm\"><audioFormatExtended>",
            "</audioFormatExtended></ituADM>",
        ),
        ("<frame><frameHeader/><audioFormatExtended>", "</audioFormatExtended></frame>"),
        ("<audioFormatExtended>", "</audioFormatExtended>"),
        ("<x:audioFormatExtended xmlns:x=\"urn:any\">", "</x:audioFormatExtended>"),
    ] {
        let object = if open.contains("x:") { NAMED.replace("<audio", "<x:audio") } else { NAMED.to_owned() };
        let (document, warnings) = read_str(&format!("{open}{object}{close}")).unwrap();
        assert!(warnings.is_empty());
        assert_eq!(document.objects.len(), 1, "{open}");
    }
}

#[test]
fn what_stands_around_is_written_back_as_it_was() {
    let before = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- made by hand -->\n<e:ebuCoreMain xmlns:e=\"urn:e\" \
                  xmlns:dc=\"urn:dc\">\n  <dc:title>A &lt; B</dc:title>\n  <coreMetadata>\n    ";
    let after = "\n  </coreMetadata>\n</e:ebuCoreMain>\n<!-- end -->\n";
    let text = format!("{before}<audioFormatExtended xmlns=\"urn:own\">{NAMED}</audioFormatExtended>{after}");
    let (document, _) = read_str(&text).unwrap();
    let again = written(&document, EnvelopeForm::Original);
    assert!(again.starts_with(before), "{again}");
    assert!(again.ends_with(after), "{again}");
    assert!(again.contains("\n    </audioFormatExtended>"), "{again}");
    assert!(again.contains("<audioFormatExtended xmlns=\"urn:own\">"), "{again}");
    assert_eq!(read_str(&again).unwrap().0, document);
    // With a prefix the elements keep their namespace.
    let prefixed =
        "<r xmlns:a=\"urn:metadata-schema:adm\"><a:audioFormatExtended><a:new/></a:audioFormatExtended></r>";
    let (document, _) = read_str(prefixed).unwrap();
    let again = written(&document, EnvelopeForm::Original);
    assert!(again.contains("<audioFormatExtended xmlns=\"urn:metadata-schema:adm\">"), "{again}");
    assert!(again.contains("<a:new/>"), "{again}");
}

#[test]
fn unknown_parts_are_kept_word_for_word() {
    let block = "<futureShape kind='round'><part n=\"1\"/> &lt;text&gt; <!-- note --></futureShape>";
    let text = second_edition(&format!(
        "<audioThing audioThingID=\"X\"/><audioObject audioObjectID=\"AO_1001\" audioObjectName=\"o\" mood=\"good\">\
         <taste>sweet</taste></audioObject>{}",
        objects_block(block)
    ));
    let (document, warnings) = read_str(&text).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(document.unknown.elements, ["<audioThing audioThingID=\"X\"/>"]);
    assert_eq!(document.objects[0].unknown.attributes, [("mood".to_owned(), "good".to_owned())]);
    assert_eq!(document.objects[0].unknown.elements, ["<taste>sweet</taste>"]);
    let BlockFormats::Objects(blocks) = &document.channel_formats[0].blocks else { panic!("type") };
    assert_eq!(blocks[0].special.as_ref().unwrap().unknown.elements, [block]);
    let again = written(&document, EnvelopeForm::EbuCore);
    for kept in [block, "mood=\"good\"", "<taste>sweet</taste>", "<audioThing audioThingID=\"X\"/>"] {
        assert!(again.contains(kept), "{kept}");
    }
}

#[test]
fn times_and_lengths_are_written_in_their_form() {
    let block = |rtime: &str, length: &str| {
        format!(
            "<audioBlockFormat audioBlockFormatID=\"AB_00031001_00000001\" rtime=\"{rtime}\" duration=\"{rtime}\">\
             <position coordinate=\"azimuth\">0</position><position coordinate=\"elevation\">0</position>\
             <jumpPosition interpolationLength=\"{length}\">1</jumpPosition></audioBlockFormat>"
        )
    };
    let blocks =
        [("00:00:01.00100", "0.005208"), ("00:00:01.2105S48000", "00:00:00.250S48000"), ("00:00:02.5", "1")];
    let text: String = blocks.iter().map(|(rtime, length)| block(rtime, length)).collect();
    let (document, warnings) = read_str(&second_edition(&objects_channel(&text))).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    let again = written(&document, EnvelopeForm::Bare);
    for (rtime, length) in blocks {
        assert!(again.contains(&format!("rtime=\"{rtime}\" duration=\"{rtime}\"")), "{again}");
        assert!(again.contains(&format!("interpolationLength=\"{length}\"")), "{again}");
    }
}

#[test]
fn versions_tell_the_edition() {
    let edition = |version: &str| {
        let (document, warnings) = read_str(&format!("<audioFormatExtended{version}/>")).unwrap();
        (document.adm_version(), warnings.first().map(|warning| warning.rule))
    };
    assert_eq!(edition(""), (1, None));
    assert_eq!(edition(" version=\"ITU-R_BS.2076-1\""), (1, None));
    assert_eq!(edition(" version=\"ITU-R_BS.2076-2\""), (2, None));
    assert_eq!(edition(" version=\"ITU-R_BS.2076-3\""), (2, None));
    assert_eq!(edition(" version=\"ITU-R_BS.2076-9\""), (2, Some("version-unknown")));
    assert_eq!(Document::default().adm_version(), 1);
}

#[test]
fn a_common_definition_may_be_repeated_but_not_changed_in_silence() {
    let speaker = |azimuth: &str| {
        second_edition(&format!(
            "<audioChannelFormat audioChannelFormatID=\"AC_00010001\" audioChannelFormatName=\"FrontLeft\" \
             typeLabel=\"0001\"><audioBlockFormat audioBlockFormatID=\"AB_00010001_00000001\">\
             <speakerLabel>urn:itu:bs:2051:0:speaker:M+030</speakerLabel>\
             <position coordinate=\"azimuth\">{azimuth}</position><position coordinate=\"elevation\">0</position>\
             </audioBlockFormat></audioChannelFormat>"
        ))
    };
    assert!(read_str(&speaker("30")).unwrap().1.is_empty());
    assert_eq!(read_str(&speaker("35")).unwrap().1[0].rule, "common-definition-changed");
}
