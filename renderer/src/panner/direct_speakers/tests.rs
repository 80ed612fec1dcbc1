use formats::adm::{BlockCommon, CartesianPosition, Gain, PositionOffset, ScreenEdgeLock, Unknown};

use super::*;

/// The reference renderer computes in another order; gains differ by a few units in the last place.
const TOLERANCE: f64 = 1e-12;

const RULES: [(char, &str); 3] = [('f', "frequency-not-lfe"), ('m', "lfe-indication"), ('l', "lfe-label")];

fn context() -> ItemContext {
    ItemContext { ..ItemContext::default() }
}

fn block(labels: &[&str], position: DirectSpeakersPosition) -> DirectSpeakersBlock {
    DirectSpeakersBlock {
        common: BlockCommon::default(),
        speaker_labels: labels.iter().map(|&label| label.to_owned()).collect(),
        position,
        screen_edge_lock: ScreenEdgeLock::default(),
        unknown: Unknown::default(),
    }
}

fn at(value: f64) -> Bound {
    Bound { value, min: None, max: None }
}

fn polar(azimuth: f64, elevation: f64) -> DirectSpeakersPosition {
    DirectSpeakersPosition::Polar { azimuth: at(azimuth), elevation: at(elevation), distance: at(1.0) }
}

fn cartesian(x: f64, y: f64, z: f64) -> DirectSpeakersPosition {
    DirectSpeakersPosition::Cartesian { x: at(x), y: at(y), z: at(z) }
}

fn panner(layout: &str) -> DirectSpeakersPanner {
    DirectSpeakersPanner::new(&Layout::by_name(layout).unwrap()).unwrap()
}

fn gains(panner: &DirectSpeakersPanner, block: &DirectSpeakersBlock, pack: Option<&str>) -> Vec<f64> {
    let mut out = vec![f64::NAN; panner.layout.channels.len()];
    panner.gains(block, &context(), Frequency::default(), pack.map(AdmId::new).as_ref(), &mut out);
    out
}

/// `label=gain` pairs as gains of all channels.
fn dense(layout: &Layout, sparse: &str) -> Vec<f64> {
    let mut gains = vec![0.0; layout.channels.len()];
    for pair in sparse.split_whitespace() {
        let (label, gain) = pair.split_once('=').unwrap();
        gains[layout.channel_index(label).unwrap()] = gain.parse().unwrap();
    }
    gains
}

#[track_caller]
fn assert_gains(found: &[f64], expected: &[f64], what: &str) {
    let same =
        found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < TOLERANCE);
    assert!(same, "{what}\nfound    {found:?}\nexpected {expected:?}");
}

/// `value`, `value[min,max]`, `value[min,]` …
fn bound(text: &str) -> Bound {
    let (value, limits) = text.split_once('[').unwrap_or((text, ",]"));
    let (min, max) = limits.trim_end_matches(']').split_once(',').unwrap();
    Bound { value: value.parse().unwrap(), min: min.parse().ok(), max: max.parse().ok() }
}

/// `left`, `top`, `right bottom` …
fn screen_edges(text: &str) -> ScreenEdgeLock {
    let edge = |one: &str, other: &str| match (text.contains(one), text.contains(other)) {
        (false, false) => None,
        (is_one, _) => Some(is_one),
    };
    ScreenEdgeLock { left: edge("left", "right"), top: edge("top", "bottom") }
}

#[test]
fn common_packs_equal_the_reference_on_every_layout() {
    let panners: Vec<DirectSpeakersPanner> =
        Layout::all().map(|layout| DirectSpeakersPanner::new(&layout).unwrap()).collect();
    let mut compared = 0;
    for line in include_str!("golden_packs.txt").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split("; ").collect();
        let (azimuth, elevation) = fields[2].split_once(' ').unwrap();
        let mut block = block(&[fields[1]], polar(azimuth.parse().unwrap(), elevation.parse().unwrap()));
        block.screen_edge_lock = screen_edges(fields[4]);
        let frequency = Frequency { low_pass: fields[3].parse().ok(), high_pass: None };
        for field in &fields[5..] {
            let (layout, expected) = field.split_once(':').unwrap();
            let panner = panners.iter().find(|panner| panner.layout.name == layout).unwrap();
            let mut out = vec![f64::NAN; panner.layout.channels.len()];
            let warnings =
                panner.gains(&block, &context(), frequency, Some(&AdmId::new(fields[0])), &mut out);
            assert_gains(&out, &dense(&panner.layout, expected), &format!("{line}\n{layout}"));
            assert_eq!(warnings, []);
            compared += 1;
        }
    }
    assert_eq!(compared, 1300);
}

#[test]
fn other_blocks_equal_the_reference_and_warn_alike() {
    let mut compared = 0;
    for line in include_str!("golden_blocks.txt").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(';').map(str::trim).collect();
        let panner = panner(fields[0]);
        let labels: Vec<&str> = fields[1].split_whitespace().filter(|label| *label != "-").collect();
        let coordinates: Vec<Bound> = fields[2].split_whitespace().skip(1).map(bound).collect();
        let [a, b, c] = coordinates[..] else { panic!("{line}") };
        let position = if fields[2].starts_with('P') {
            DirectSpeakersPosition::Polar { azimuth: a, elevation: b, distance: c }
        } else {
            DirectSpeakersPosition::Cartesian { x: a, y: b, z: c }
        };
        let mut block = block(&labels, position);
        block.screen_edge_lock = screen_edges(fields[4]);
        let (low_pass, high_pass) = fields[3].split_once(',').unwrap();
        let frequency = Frequency { low_pass: low_pass.parse().ok(), high_pass: high_pass.parse().ok() };
        let mut out = vec![f64::NAN; panner.layout.channels.len()];
        let warnings = panner.gains(&block, &context(), frequency, None, &mut out);
        assert_gains(&out, &dense(&panner.layout, fields[6]), line);
        let mut found: Vec<&str> = warnings.iter().map(|warning| warning.rule).collect();
        let mut expected: Vec<&str> =
            RULES.iter().filter(|(letter, _)| fields[5].contains(*letter)).map(|(_, rule)| *rule).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{line}");
        compared += 1;
    }
    assert_eq!(compared, 260);
}

/// BS.2076-2 and BS.2051 name loudspeakers in several ways; Dolby's master profile in another.
#[test]
fn labels_have_one_meaning() {
    for (label, nominal) in [
        ("M+030", "M+030"),
        ("urn:itu:bs:2051:0:speaker:M+030", "M+030"),
        ("urn:itu:bs:2051:12:speaker:LFER", "LFE2"),
        ("urn:itu:bs:2051::speaker:M+030", "urn:itu:bs:2051::speaker:M+030"),
        ("urn:itu:bs:2051:x:speaker:M+030", "urn:itu:bs:2051:x:speaker:M+030"),
        ("LFE", "LFE1"),
        ("LFEL", "LFE1"),
        ("RC_LFE", "LFE1"),
        ("RC_Lss", "M+090"),
        ("RC_Rts", "U-090"),
        ("RC_X", "RC_X"),
        ("", ""),
    ] {
        assert_eq!(nominal_label(label), nominal);
    }
}

#[test]
fn dolby_lfe_reaches_the_lfe_with_one_warning() {
    let panner = panner("4+7+0");
    let mut out = vec![f64::NAN; 12];
    let block = block(&["RC_LFE"], cartesian(-1.0, 1.0, -1.0));
    let warnings = panner.gains(&block, &context(), Frequency::default(), None, &mut out);
    assert_gains(&out, &dense(&panner.layout, "LFE1=1"), "RC_LFE");
    assert_eq!(warnings.iter().map(|warning| warning.rule).collect::<Vec<_>>(), ["dolby-speaker-label"]);
    assert_eq!(warnings[0].element, "AB_00000000_00000000");
}

/// BS.2051 doesn't have these layouts: upper channels stay up, no channel is lost, and a mono listener hears
/// the sum that BS.775 defines.
#[test]
fn layouts_outside_bs2051_get_what_suits_them() {
    let root = |power: f64| power.sqrt();
    for (layout, pack, label, position, expected) in [
        ("2+7+0", "AP_00010017", "U+045", polar(45.0, 30.0), vec![("U+090", 1.0)]),
        ("2+7+0", "AP_00010005", "U-110", polar(-110.0, 30.0), vec![("U-090", 1.0)]),
        ("2+7+0", "AP_00010009", "T+000", polar(0.0, 90.0), vec![("U+090", root(0.5)), ("U-090", root(0.5))]),
        ("2+7+0", "AP_00010009", "LFE2", polar(-45.0, -30.0), vec![("LFE1", root(0.5))]),
        ("6+9+0", "AP_00010009", "U-090", polar(-90.0, 30.0), vec![("U-090", 1.0)]),
        ("6+9+0", "AP_00010003", "M+110", polar(110.0, 0.0), vec![("M+135", 1.0)]),
        ("0+1+0", "AP_00010003", "M+000", polar(0.0, 0.0), vec![("M+000", 1.0)]),
        ("0+1+0", "AP_00010003", "M-030", polar(-30.0, 0.0), vec![("M+000", root(0.5))]),
        ("0+1+0", "AP_00010003", "M+110", polar(110.0, 0.0), vec![("M+000", 0.5)]),
        ("0+1+0", "AP_00010003", "LFE1", polar(45.0, -30.0), vec![]),
    ] {
        let panner = panner(layout);
        let sparse: Vec<String> = expected.iter().map(|(name, gain)| format!("{name}={gain}")).collect();
        let found = gains(&panner, &block(&[label], position), Some(pack));
        assert_gains(&found, &dense(&panner.layout, &sparse.join(" ")), &format!("{layout} {label}"));
    }
}

#[test]
fn gains_of_block_and_object_multiply() {
    let panner = panner("0+5+0");
    let mut block = block(&["M-110"], polar(0.0, 0.0));
    block.common.gain = Gain::Decibels(-20.0);
    let item = ItemContext { object_gain: -0.5, ..context() };
    let mut out = vec![0.0; 6];
    panner.gains(&block, &item, Frequency::default(), None, &mut out);
    assert_gains(&out, &dense(&panner.layout, "M-110=-0.05"), "gain");
}

#[test]
fn a_position_offset_is_ignored_with_a_warning() {
    let panner = panner("0+5+0");
    let offset = PositionOffset::Cartesian(CartesianPosition { x: 1.0, y: 0.0, z: 0.0 });
    let item = ItemContext { position_offset: Some(offset), ..context() };
    let mut out = vec![0.0; 6];
    let block = block(&[], polar(110.0, 0.0));
    let warnings = panner.gains(&block, &item, Frequency::default(), None, &mut out);
    assert_gains(&out, &dense(&panner.layout, "M+110=1"), "offset");
    assert_eq!(warnings[0].rule, "direct-speakers-position-offset");
}

#[test]
fn binaural_plays_from_the_front_pair() {
    let item = ItemContext { object_gain: 0.25, ..context() };
    for layout in Layout::all() {
        let panner = panner(&layout.name);
        let mut out = vec![f64::NAN; layout.channels.len()];
        for (left, label) in [(true, "M+030"), (false, "M-030")] {
            panner.binaural(left, &item, &mut out);
            let expected = match layout.name.as_str() {
                "0+1+0" => format!("M+000={}", 0.25 * 0.5f64.sqrt()),
                _ => format!("{label}=0.25"),
            };
            assert_gains(&out, &dense(&layout, &expected), &layout.name);
        }
    }
}

/// Every channel of every common pack keeps its power between −6 dB and 0 dB on every layout, LFE apart.
#[test]
fn no_channel_is_lost() {
    for layout in Layout::all() {
        let panner = panner(&layout.name);
        for line in include_str!("golden_packs.txt").lines().filter(|line| !line.starts_with('#')) {
            let fields: Vec<&str> = line.split("; ").collect();
            let (azimuth, elevation) = fields[2].split_once(' ').unwrap();
            let block = block(&[fields[1]], polar(azimuth.parse().unwrap(), elevation.parse().unwrap()));
            let power: f64 = gains(&panner, &block, Some(fields[0])).iter().map(|gain| gain * gain).sum();
            let lfe = fields[1].contains("LFE");
            assert!(power < 1.0 + 1e-12 && (lfe || power > 0.25 - 1e-12), "{} {line} {power}", layout.name);
        }
    }
}

#[test]
fn hostile_positions_are_harmless() {
    let panner = panner("9+10+3");
    for value in [f64::NAN, f64::INFINITY, -1e300, 1e300, 0.0] {
        gains(&panner, &block(&["", "LFE\u{202e}", "M+"], polar(value, value)), None);
        gains(&panner, &block(&[], cartesian(value, value, value)), Some("AP_00010003"));
    }
}
