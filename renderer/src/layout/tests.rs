use super::*;

#[test]
fn every_name_finds_its_layout() {
    let expected = [
        ("mono", "0+1+0"),
        ("stereo", "0+2+0"),
        ("5.1", "0+5+0"),
        ("5.1.2", "2+5+0"),
        ("5.1.4", "4+5+0"),
        ("7.1", "0+7+0"),
        ("7.1.2", "2+7+0"),
        ("7.1.4", "4+7+0"),
        ("9.1.6", "6+9+0"),
        ("22.2", "9+10+3"),
        ("E", "4+5+1"),
        ("f", "3+7+0"),
        (" 4+9+0 ", "4+9+0"),
    ];
    for (name, layout) in expected {
        assert_eq!(Layout::by_name(name).unwrap().name, layout);
    }
}

#[test]
fn a_wrong_name_is_answered_with_the_right_one() {
    let error = Layout::by_name("7.14").unwrap_err();
    assert_eq!(error.suggestion, Some("7.1.4"));
    assert!(error.to_string().starts_with("no layout is called `7.14` (did you mean `7.1.4`?); there are"));
    assert_eq!(Layout::by_name("stero").unwrap_err().suggestion, Some("stereo"));
    assert_eq!(Layout::by_name("headphones").unwrap_err().suggestion, None);
    assert!(Layout::by_name(&"9".repeat(100_000)).unwrap_err().to_string().len() < 400);
}

/// Numbers of channels: BS.2051 names count loudspeakers per layer without LFEs.
#[test]
fn names_count_the_loudspeakers() {
    for layout in Layout::all() {
        let counted = |low: f64, high: f64| {
            let channels = layout.channels.iter().filter(|channel| !channel.is_lfe);
            channels.filter(|channel| (low..high).contains(&channel.nominal_position.elevation)).count()
        };
        let name = format!("{}+{}+{}", counted(10.0, 91.0), counted(-10.0, 10.0), counted(-91.0, -10.0));
        assert_eq!(layout.name, name);
        assert!(layout.check_positions().is_empty(), "{name}");
        assert_eq!(layout.without_lfe().channels.len(), counted(-91.0, 91.0));
    }
}

#[test]
fn masks_are_given_where_the_order_allows() {
    let mask = |name| Layout::by_name(name).unwrap().channel_mask();
    assert_eq!(mask("mono"), Some(0x4));
    assert_eq!(mask("stereo"), Some(0x3));
    assert_eq!(mask("5.1"), Some(0x60F)); // KSAUDIO_SPEAKER_5POINT1_SURROUND
    assert_eq!(mask("5.1.4"), Some(0x2_D60F));
    assert_eq!(mask("7.1"), None); // BS.2051 has the sides before the rears, the mask the rears first
    assert_eq!(mask("22.2"), None);
}

#[test]
fn a_misplaced_loudspeaker_is_named() {
    let mut layout = Layout::by_name("4+7+0").unwrap();
    layout.channels[0].position.azimuth = 50.0;
    layout.channels[8].position.elevation = 20.0;
    let warnings = layout.check_positions();
    assert_eq!(warnings.len(), 2);
    assert_eq!(warnings[0].element, "M+030");
    assert_eq!(warnings[1].element, "U+045");
    assert!(warnings[0].message.contains("azimuth 50° is outside the permitted 30° to 45°"));
}

#[test]
fn everyday_channel_names() {
    let layout = Layout::by_name("7.1.4").unwrap();
    let names = ["L", "R", "C", "LFE", "Lss", "Rss", "Lrs", "Rrs", "Ltf", "Rtf", "Ltr", "Rtr"];
    assert_eq!(layout.everyday_channel_names(), names);
    assert_eq!(layout.letter(), Some('J'));
    assert_eq!(layout.everyday_name(), Some("7.1.4"));
    for layout in Layout::all() {
        let mut names = layout.everyday_channel_names();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), layout.channels.len(), "{}", layout.name);
    }
}
