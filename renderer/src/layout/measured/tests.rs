use super::*;

fn layout(name: &str) -> Layout {
    Layout::by_name(name).unwrap()
}

fn read(text: &str, name: &str) -> (MeasuredRoom, Vec<Warning>) {
    MeasuredRoom::read(text, &layout(name)).unwrap()
}

fn fault(text: &str) -> String {
    let message = MeasuredRoom::read(text, &layout("0+5+0")).unwrap_err().to_string();
    assert!(!message.contains('\n') && message.len() < 300, "{message}");
    message
}

const STEREO: &str = "
- {channel: 3, names: M-030, gain_linear: 0.5}
- channel: 1
  names: [M+030, X+999]
  position: {az: 28.5, el: 0, r: 2.1}
";

#[test]
fn yaml_and_json_say_the_same() {
    let json = r#"{"speakers": [{"channel": 3, "names": ["M-030"], "gain_linear": 0.5},
        {"channel": 1, "names": ["M+030"], "position": {"az": 28.5, "el": 0.0, "r": 2.1}}]}"#;
    let (room, warnings) = read(STEREO, "0+2+0");
    assert_eq!(room, read(json, "0+2+0").0);
    assert_eq!(room.routing, [Some(Route { output: 1, gain: 1.0 }), Some(Route { output: 3, gain: 0.5 })]);
    assert_eq!(room.output_channels, 4);
    assert_eq!(
        room.layout.channels[0].position,
        PolarPosition { azimuth: 28.5, elevation: 0.0, distance: 2.1 }
    );
    assert_eq!(room.layout.channels[1].position, layout("0+2+0").channels[1].position);
    assert_eq!(room.layout.channels[0].nominal_position.azimuth, 30.0);
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].rule, "loudspeaker-outside-range");
}

#[test]
fn what_is_left_out_keeps_its_default() {
    let (room, warnings) = read("screen: null", "4+7+0");
    assert_eq!(room, MeasuredRoom::nominal(Layout { screen: None, ..layout("4+7+0") }));
    assert!(warnings.is_empty());
    assert_eq!(read("{}", "4+7+0").0, MeasuredRoom::nominal(layout("4+7+0")));
}

#[test]
fn screens_of_both_kinds() {
    let text =
        "screen: {type: cart, aspectRatio: 1.85, centrePosition: {X: 0.1, Y: 0.9, Z: 0.05}, widthX: 0.8}";
    let centre = CartesianPosition { x: 0.1, y: 0.9, z: 0.05 };
    let screen = Screen { aspect_ratio: 1.85, position: ScreenCentre::Cartesian { centre, width_x: 0.8 } };
    assert_eq!(read(text, "9+10+3").0.layout.screen, Some(screen));
    let text =
        "screen: {type: polar, aspectRatio: 2, centrePosition: {az: 8, el: 4, r: 1.2}, widthAzimuth: 74}";
    let centre = PolarPosition { azimuth: 8.0, elevation: 4.0, distance: 1.2 };
    let screen = Screen { aspect_ratio: 2.0, position: ScreenCentre::Polar { centre, width_azimuth: 74.0 } };
    assert_eq!(read(text, "9+10+3").0.layout.screen, Some(screen));
}

#[test]
fn routing_that_loses_or_shares_is_reported() {
    let (room, warnings) = read("[{channel: 0, names: [M+030, M-030]}, {channel: 0, names: LFE1}]", "0+5+0");
    assert_eq!(room.output_channels, 1);
    assert_eq!(room.routing[2], None);
    let rules: Vec<_> = warnings.iter().map(|warning| (warning.rule, warning.element.as_str())).collect();
    let lost = "channel-without-output";
    let expected = [(lost, "M+000"), (lost, "M+110"), (lost, "M-110"), ("output-shared", "M+030")];
    assert_eq!(rules, expected);
    assert!(warnings[3].message.contains("M+030, M-030, LFE1"));
}

#[test]
fn loudspeakers_that_the_layout_lacks_are_named() {
    let text =
        "[{channel: 0, names: M+030}, {channel: 1, names: [M-030, X]}, {channel: 2, names: [U+999, Y]}]";
    let (room, warnings) = read(text, "0+2+0");
    assert_eq!(room.output_channels, 3);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!((warnings[0].rule, warnings[0].element.as_str()), ("speakers-unknown-name", "speakers"));
    assert!(warnings[0].message.starts_with("U+999, Y: "), "{}", warnings[0].message);
    for text in ["[{channel: 0, names: Left}]", "[{channel: 0, names: M+030, gain_linear: 0}]"] {
        assert!(fault(text).contains("no loudspeaker plays a channel of 0+5+0"), "{}", fault(text));
    }
    let crowd = "- {channel: 1, names: a-name-that-is-longer-than-labels-are}\n".repeat(MAX_OUTPUTS);
    assert!(fault(&crowd).contains("and 1018 more"), "{}", fault(&crowd));
}

#[test]
fn long_texts_are_cut_between_words() {
    assert_eq!(beginning("one two three", 13), "one two three");
    assert_eq!(beginning("one two three", 12), "one two…");
    assert_eq!(beginning("unbroken", 3), "unb…");
    assert_eq!(beginning("a\u{1b}b", 9), "a b");
}

#[test]
fn the_first_loudspeaker_of_a_name_is_taken() {
    let (room, _) = read("[{channel: 5, names: M+030}, {channel: 2, names: M+030}]", "0+2+0");
    assert_eq!(room.routing[0], Some(Route { output: 5, gain: 1.0 }));
}

#[test]
fn every_fault_has_its_place() {
    for (text, message) in [
        ("speakers: []", "speakers: found a list of 0, expected a list of one or more loudspeakers"),
        ("speakers: 7", "speakers: found 7, expected a list"),
        ("7", "the whole file: found 7, expected a list of loudspeakers"),
        ("[{names: M+030}]", "speakers[0].channel: found nothing, expected an output channel, 0 to 1023"),
        ("[{channel: 1000000000, names: M+030}]", "speakers[0].channel: found 1000000000, expected"),
        ("[{channel: -1, names: M+030}]", "speakers[0].channel: found -1"),
        ("[{channel: 1.5, names: M+030}]", "speakers[0].channel: found 1.5"),
        ("[{channel: 1}]", "speakers[0].names: found nothing"),
        ("[{channel: 1, names: [[M+030]]}]", "speakers[0].names: found a list of 1"),
        ("[{channel: 1, names: A, position: {az: 1, el: 2}}]", "position: found the keys az, el, expected"),
        ("[{channel: 1, names: A, position: {az: 181, el: 2, r: 1}}]", "position.az: found 181"),
        ("[{channel: 1, names: A, position: {az: 1, el: .nan, r: 1}}]", "position.el: found .nan"),
        ("[{channel: 1, names: A, gain_linear: .inf}]", "gain_linear: found .inf"),
        ("[{channel: 1, names: A, gain_linear: loud}]", "gain_linear: found `loud`"),
        ("screen: {type: round}", "screen.type: found `round`, expected `polar` or `cart`"),
        ("screen: 7", "screen: found 7"),
        ("{", "neither YAML nor JSON"),
        ("a: &a [*a]", ""),
    ] {
        assert!(fault(text).contains(message), "{text}: {}", fault(text));
    }
    let behind =
        "screen: {type: polar, aspectRatio: 2, centrePosition: {az: 180, el: 0, r: 1}, widthAzimuth: 60}";
    assert!(fault(behind).contains("screen extends behind the listener"));
    assert!(fault(&"#".repeat(MAX_FILE_BYTES + 1)).contains("1048577 bytes"));
    assert!(fault(&"[".repeat(100_000)).contains("neither YAML nor JSON"));
    let crowd = "- {channel: 1, names: A}\n".repeat(MAX_OUTPUTS + 1);
    assert!(fault(&crowd).contains("found 1025 loudspeakers, expected 1024 at most"));
}

#[test]
fn unknown_keys_are_named() {
    let (_, warnings) =
        read("[{channel: 0, names: M+030, delay_ms: 3}, {channel: 1, names: M-030}]", "0+2+0");
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].element, "speakers[0]");
    assert!(warnings[0].message.contains("`delay_ms`"));
}

/// Aliases that would unfold to a billion loudspeakers end in an error.
#[test]
fn a_billion_aliases_are_refused() {
    let mut text = String::from("a0: &a0 [1,1,1,1,1,1,1,1,1]\n");
    for level in 1..10 {
        let list = vec![format!("*a{}", level - 1); 9].join(",");
        text += &format!("a{level}: &a{level} [{list}]\n");
    }
    assert!(fault(&text).contains("neither YAML nor JSON"));
}
