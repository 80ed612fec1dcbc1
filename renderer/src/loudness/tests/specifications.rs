//! Specifications: whole, and judged as they say.

use std::sync::Arc;

use crate::layout::Layout;
use crate::loudness::{
    DialogueMeasurement, Maximum, Measurement, Measures, Meter, Specification, SpeechActivity, SpeechGate,
    Verdict,
};

fn measurement(integrated: f64, true_peak: f64) -> Measurement {
    let meter = Meter::new(48_000, Vec::new(), Measures { true_peak: true, offsets: true, timeline: false });
    Measurement {
        integrated_lufs: Some(integrated),
        true_peak: Some(Maximum { value: true_peak, frame: 0 }),
        ..meter.unwrap().finish()
    }
}

#[test]
fn every_file_is_whole_dated_and_names_its_sources() {
    let all = Specification::built_in();
    let files =
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/loudness/specifications")).unwrap();
    assert_eq!(all.len(), files.count(), "one of the files can't be read, or is not in the list");
    assert!(all.is_sorted_by(|a, b| a.name.as_str() < b.name.as_str() || a.name.starts_with(&b.name)));
    for specification in all {
        let name = &specification.name;
        assert!(!specification.sources.is_empty() && specification.read.starts_with("20"), "{name}");
        let mut layouts = specification.layouts.iter().chain(&specification.layout);
        assert!(
            layouts.all(|layout| Layout::by_name(layout).is_ok_and(|known| known.name == *layout)),
            "{name}"
        );
        assert_eq!(Specification::by_name(name).as_ref(), Ok(&specification));
        let json = serde_json::to_string(&specification).unwrap();
        assert_eq!(Specification::read(&json), Ok(specification));
    }
}

/// EBU R 128 (2020): −23.0 LUFS, −1 dBTP; A/85: −24 ± 2 LKFS, −2 dBTP.
#[test]
fn programmes_are_judged_by_what_is_shown() {
    let verdict = |name: &str, integrated, true_peak| {
        Specification::by_name(name).unwrap().judge(&measurement(integrated, true_peak)).verdict
    };
    assert_eq!(verdict("ebu-r128", -23.0, -1.0), Verdict::Pass);
    assert_eq!(verdict("ebu-r128", -22.796, -1.004), Verdict::Pass);
    assert_eq!(verdict("ebu-r128", -22.79, -1.0), Verdict::Fail);
    assert_eq!(verdict("ebu-r128", -23.0, -0.99), Verdict::Fail);
    assert_eq!(verdict("atsc-a85", -26.0, -2.0), Verdict::Pass);
    assert_eq!(verdict("atsc-a85", -26.01, -2.0), Verdict::Fail);
    assert_eq!(verdict("netflix", -27.0, -2.1), Verdict::Open);
    assert_eq!(verdict("netflix", -27.0, -1.9), Verdict::Fail);
}

#[test]
fn of_alternatives_one_is_enough_and_silence_stays_open() {
    let short_form = Specification::read(
        "{name: x, title: x, edition: x, read: x, sources: [], algorithm: x, clauses: [
            {clause: a, any: [{measure: integrated, minimum: -23.5, maximum: -22.5}]},
            {clause: b, any: [{measure: max_short_term, maximum: -18}, {measure: max_momentary, maximum: -15}]}]}",
    )
    .unwrap();
    let loud = Some(Maximum { value: -14.0, frame: 0 });
    let quiet = Some(Maximum { value: -18.5, frame: 0 });
    let mut programme = measurement(-23.0, -3.0);
    (programme.max_momentary, programme.max_short_term) = (loud, quiet);
    assert_eq!(short_form.judge(&programme).verdict, Verdict::Pass);
    programme.max_short_term = loud;
    assert_eq!(short_form.judge(&programme).verdict, Verdict::Fail);
    (programme.integrated_lufs, programme.max_short_term) = (None, quiet);
    assert_eq!(short_form.judge(&programme).verdict, Verdict::Open);
}

#[test]
fn what_is_no_specification_is_refused_in_one_line() {
    let clause = "{name: x, title: x, edition: x, read: x, sources: [], algorithm: x, clauses: ";
    for (text, what) in [
        (String::new(), "is no specification"),
        ("[1, 2]".into(), "is no specification"),
        (format!("{clause}[]}}"), "no clauses"),
        (format!("{clause}[{{clause: a, any: []}}]}}"), "clause `a`"),
        (format!("{clause}[{{clause: a, any: [{{measure: true_peak}}]}}]}}"), "clause `a`"),
        (format!("{clause}[{{clause: a, any: [{{measure: true_peak, maximum: .nan}}]}}]}}"), "clause `a`"),
        (format!("{clause}[{{clause: a, any: [{{measure: colour, maximum: 1}}]}}]}}"), "colour"),
        (
            format!("{clause}[{{clause: a, any: [{{measure: integrated, minimum: -20, maximum: -30}}]}}]}}"),
            "clause `a`: integrated: the minimum, -20 LUFS, is above the maximum, -30 LUFS",
        ),
        (
            format!("{clause}[{{clause: a, any: [{{measure: integrated, maximum: 37}}]}}]}}"),
            "clause `a`: integrated: 37 LUFS is none; expected -70 to 0 LUFS",
        ),
        (
            format!(
                "{clause}[{{clause: a, when: {{measure: speech_percent, minimum: 101}}, any: [{{measure: leq_m, maximum: 85}}]}}]}}"
            ),
            "101 % is none",
        ),
        ("root:x:0:0:root:/root:/bin/sh\n".repeat(500), "is no specification"),
    ] {
        let message = Specification::read(&text).unwrap_err().to_string();
        assert!(message.contains(what) && message.len() < 400, "{message}");
    }
    let message = Specification::by_name("ebu").unwrap_err().to_string();
    assert!(message.contains("ebu-r128-s1"), "{message}");
}

#[test]
fn a_specification_says_which_layouts_it_is_for() {
    let remark = |name: &str, layout: &str| Specification::by_name(name).unwrap().remark_on(layout);
    assert_eq!((remark("netflix", "0+5+0"), remark("netflix", "0+2+0")), (None, None));
    assert!(remark("netflix", "4+7+0").unwrap().contains("is for 0+5+0 and 0+2+0"));
    assert_eq!(remark("ebu-r128", "9+10+3"), None, "BS.1770-5 weights every layout");
}

/// −27 LKFS of dialogue where more than 15 % is dialogue, else −24 LKFS of the programme; TASA: Leq(m) 85.
#[test]
fn clauses_apply_where_they_say() {
    let spoken = |loudness, share, gate| {
        let activity = Arc::new(SpeechActivity { gate, stretches: Vec::new() });
        let dialogue = DialogueMeasurement {
            loudness_lufs: Some(loudness),
            stem_lufs: None,
            loudness_range_lu: Some(8.0),
            speech_share: share,
            loudness_to_dialogue_lu: Some(3.0),
            activity,
        };
        Measurement { dialogue: Some(dialogue), ..measurement(-24.0, -3.0) }
    };
    let judge = |name: &str, programme: &Measurement| Specification::by_name(name).unwrap().judge(programme);
    for (loudness, share, verdict, applies) in [
        (-27.0, 0.4, Verdict::Pass, [true, false, true]),
        (-24.9, 0.4, Verdict::Fail, [true, false, true]),
        (-24.9, 0.15, Verdict::Pass, [false, true, true]),
        (-27.0, 0.151, Verdict::Pass, [true, false, true]),
    ] {
        let judgement = judge("netflix", &spoken(loudness, share, SpeechGate::Stem));
        assert_eq!(judgement.verdict, verdict, "{loudness} {share}");
        assert_eq!(judgement.clauses.iter().map(|clause| clause.applies).collect::<Vec<_>>(), applies);
        assert!(judgement.clauses.iter().all(|clause| !clause.estimate));
    }
    let guessed = judge("netflix", &spoken(-27.0, 0.4, SpeechGate::VoiceActivity));
    let estimates: Vec<bool> = guessed.clauses.iter().map(|clause| clause.estimate).collect();
    assert_eq!(estimates, [true, true, false]);
    assert_eq!(judge("netflix-low-dialogue", &spoken(-27.0, 0.2, SpeechGate::Stem)).verdict, Verdict::Fail);

    let trailer = |leq_m| judge("tasa-trailer", &Measurement { leq_m, ..measurement(-20.0, 0.0) }).verdict;
    assert_eq!([Some(85.0), Some(85.01), None].map(trailer), [Verdict::Pass, Verdict::Fail, Verdict::Open]);
    let broken = Measurement { source_non_finite: 1, ..measurement(-23.0, -3.0) };
    assert_eq!(judge("ebu-r128", &broken).verdict, Verdict::Fail);
}
