//! The page as XML, with the worst that a file can be called and hold.

use std::collections::BTreeSet;
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::*;
use crate::layout::Layout;
use crate::loudness::{Measures, Meter, MeterChannel, SpeechActivity, SpeechGate, SpeechSource};

const RATE: u32 = 48_000;
const HOSTILE: &str = "</title><script>alert(1)</script>\"'&amp;\u{202e}\0.wav";

fn measured(layout: &str, samples: impl Fn(usize, usize) -> f32, frames: usize, block: usize) -> Measurement {
    let channels: Vec<MeterChannel> =
        Layout::by_name(layout).unwrap().channels.iter().map(MeterChannel::of).collect();
    let count = channels.len();
    let measures = Measures { true_peak: true, offsets: true, timeline: true };
    let stretches = vec![100..150, 180..181, 200..400];
    let activity = SpeechActivity { gate: SpeechGate::VoiceActivity, stretches };
    let meter = Meter::new(RATE, channels, measures).unwrap();
    let mut meter = meter.with_speech(SpeechSource::Known(Arc::new(activity))).with_leq_m();
    for start in (0..frames).step_by(block) {
        let length = block.min(frames - start);
        let planes: Vec<f32> = (0..count)
            .flat_map(|c| (start..start + length).map(move |n| (c, n)))
            .map(|(c, n)| samples(c, n))
            .collect();
        meter.add(&planes, length, length);
    }
    meter.finish()
}

fn page(measurement: Measurement) -> Page {
    let judged = |name: &str| {
        let mut specification = Specification::by_name(name).unwrap();
        specification.title = HOSTILE.to_owned();
        let judgement = specification.judge(&measurement);
        (specification, judgement)
    };
    let judgements = ["ebu-r128", "ebu-r128-s1", "netflix"].map(judged).to_vec();
    let mut table = Table::new(HOSTILE, &["a", HOSTILE]);
    table.rows.push(vec![Cell::Code(HOSTILE.to_owned()), Cell::Verdict(Verdict::Open)]);
    table.rows.push(vec![Cell::Link(HOSTILE.to_owned(), "file1".to_owned()), Cell::Text(String::new())]);
    let facts = vec![Fact::new(HOSTILE, HOSTILE)];
    let section = Section {
        title: HOSTILE.to_owned(),
        anchor: "file1".to_owned(),
        limiter: Some(ReductionCurve { column_frames: 4800, reduction_db: vec![0.0, 2.5, 7.25] }),
        facts: facts.clone(),
        tables: vec![table.clone()],
        warnings: vec![HOSTILE.to_owned()],
        judgements,
        measurement: Some(measurement),
    };
    Page {
        title: "Loudness report".to_owned(),
        subject: HOSTILE.to_owned(),
        facts,
        tables: vec![table],
        sections: vec![section],
        warnings: vec![HOSTILE.to_owned()],
    }
}

/// Names of the elements and of their attributes; fails where the text is no XML.
fn parts(html: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut elements, mut attributes) = (BTreeSet::new(), BTreeSet::new());
    let mut take = |start: &BytesStart<'_>| {
        elements.insert(start.name().as_ref().to_owned());
        for attribute in start.attributes() {
            let attribute = attribute.unwrap();
            assert!(!attribute.value.contains('<'));
            // Links lead to places in the page.
            assert!(attribute.key.as_ref() != "href" || attribute.value.starts_with('#'));
            attributes.insert(attribute.key.as_ref().to_owned());
        }
    };
    let mut reader = Reader::from_str(html);
    reader.config_mut().check_end_names = true;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) | Event::Empty(start) => take(&start),
            Event::Eof => return (elements, attributes),
            _ => {}
        }
    }
}

fn programme(channel: usize, frame: usize) -> f32 {
    let angle = frame as f32 / (20.0 + channel as f32);
    if (frame / 30_000).is_multiple_of(3) { 0.0 } else { angle.sin() * 1.2 / (channel + 1) as f32 }
}

#[test]
fn a_page_is_xml_that_fetches_nothing_and_runs_nothing() {
    let broken = |channel: usize, frame: usize| match (channel, frame) {
        (1, 20_000) => f32::NAN,
        (0, 60_000..60_010) => 1.0,
        _ => programme(channel, frame),
    };
    for found in [
        measured("22.2", programme, 240_000, 4096),
        measured("stereo", broken, 240_000, 4096),
        measured("mono", |_, _| 0.0, 240_000, 4096),
        measured("mono", programme, 100, 4096),
        measured("5.1", |_, _| 0.0, 0, 4096),
        Measurement { timeline: None, ..measured("5.1", programme, 50_000, 4096) },
        Measurement { true_peak: None, channels: Vec::new(), ..measured("5.1", programme, 50_000, 4096) },
    ] {
        let html = page(found).html();
        let (elements, attributes) = parts(&html);
        for element in ["script", "link", "img", "iframe", "image", "use", "object", "foreignObject"] {
            assert!(!elements.contains(element), "{element}");
        }
        let is_bad = |name: &&String| name.starts_with("on") || (name.contains("href") && *name != "href");
        let events = attributes.iter().filter(is_bad);
        assert_eq!(events.count() + usize::from(attributes.contains("src")), 0);
        assert!(!html.contains("NaN") || html.contains("NaN or infinite"), "a number that is none");
        assert!(!html.contains("inf\"") && !html.contains("inf "), "a number that is none");
        assert!(!html.contains("url(") && !html.contains("@import"));
        let escaped =
            "&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;amp;\u{fffd}\u{fffd}.wav";
        assert!(html.contains(&format!("<h1>{escaped}</h1>")));
        assert!(html.len() < 1_000_000, "{}", html.len());
    }
}

#[test]
fn every_clause_has_its_verdict_and_every_picture_its_title() {
    let html = page(measured("5.1", programme, 400_000, 4096)).html();
    for text in ["✗ fail", "integrated −23.2 … −22.8 LUFS", "short-term ≤ −18", ">dialogue −29 … −25<"]
    {
        assert!(html.contains(text), "{text}");
    }
    assert!(html.contains("– does not apply") && !html.contains(">−26 … −22<"), "there is much speech");
    for text in ["Dialogue loudness", "<small> % of the time", "≈ ", "Leq(m)", "an estimate"] {
        assert!(html.contains(text), "{text}");
    }
    // The picture is 600 wide from 72 on; the programme lasts 833⅓ steps.
    assert!(html.contains(r#"<path d="M144 322h36v14h-36zM201.6 322h0.7v14h-0.7zM216 322h144v14h-144z""#));
    assert_eq!(html.matches("<svg").count(), 7);
    assert_eq!(html.matches(r#"role="img"#).count(), 7);
    assert_eq!(html.matches("</title>").count(), 8);
    assert_eq!(html.matches("</desc>").count(), 7);
    assert!(html.contains(r#"<section id="file1">"#) && html.contains(r##"<a href="#file1">"##));
    // 0.1 s of 8⅓ and 2.5 dB of a scale of 8; then what is left of the programme, for a column is as long as that before.
    assert!(
        html.contains(r#"<path d="M79.2 12h7.2v34.4h-7.2zM86.4 12h7.2v99.7h-7.2z" class="reduction""#),
        "limiter"
    );
    assert!(html.contains("M+110/M-110"), "pairs");
    assert!(!html.contains("digital silence"), "silences are shorter than a second");
}

#[test]
fn the_page_is_the_same_for_blocks_of_any_size() {
    let whole = page(measured("5.1", programme, 150_000, 150_000)).html();
    assert!(page(measured("5.1", programme, 150_000, 77)).html() == whole);
}

#[test]
fn numbers_have_real_signs() {
    let texts = [-23.004, -0.001, 0.0, 12.0].map(|value| shown(Some(value)));
    assert_eq!(texts, ["−23.00", "0.00", "0.00", "12.00"]);
    assert_eq!(
        (shown(None), counted(1, "run"), counted(2, "run")),
        ("–".into(), "1 run".into(), "2 runs".into())
    );
}
