//! Reads a scene file: XML in, a [`Scene`] out, with every mistake by line and column.
//!
//! ```text
//!  text ── tree (spans) ── migrate ── decoder: scene, track, object, chain ── references ── Scene, Mistakes
//! ```
//!
//! A mistake never ends the reading, unless the text is no XML or no scene: the list is complete in one go, up to
//! [`limits::MISTAKES`](super::limits::MISTAKES).

mod chain;
mod decoder;
mod loudspeakers;
mod mistakes;
mod object;
mod references;
mod track;
mod tree;

pub(super) use mistakes::shown;
pub use mistakes::{Mistake, Mistakes, Place};

use std::num::NonZeroU32;

use self::decoder::{Child, Decoder, Fault, Open, Times};
use self::mistakes::Lines;
use self::tree::{NodeId, Tree, TreeFault};
use super::chain::Range;
use super::{Bus, Deliverable, Group, Marker, Origin, Picture, Programme, Role, Scene, limits, migrate};
use crate::profile::Severity;
use crate::timecode::{FrameCode, FrameRate};

/// What came of reading a scene file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The scene, as far as it could be read; `None` when the text is no scene at all.
    pub scene: Option<Scene>,
    /// What is wrong with it, in the order of the file.
    pub mistakes: Mistakes,
    /// Where its parts are.
    pub places: Places,
}

/// Where the parts of a scene are in its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Of each track.
    pub tracks: Vec<Place>,
    /// Of each clip of each track.
    pub clips: Vec<Vec<Place>>,
    /// Of each reverb.
    pub reverbs: Vec<Place>,
    /// Of each deliverable.
    pub deliverables: Vec<Place>,
}

/// The name of the outermost element.
pub(super) const ROOT: &str = "scene";

const CHILDREN: &[Child] = &[
    ("picture", Times::Once),
    ("marker", Times::UpTo(limits::MARKERS)),
    ("programme", Times::UpTo(limits::PROGRAMMES)),
    ("group", Times::UpTo(limits::GROUPS)),
    ("track", Times::UpTo(limits::TRACKS)),
    ("bus", Times::UpTo(limits::BUSES)),
    ("reverb", Times::UpTo(limits::REVERBS)),
    ("deliverable", Times::UpTo(limits::DELIVERABLES)),
];

/// Reads the text of a scene file and finds every mistake in it.
pub fn read(text: &str) -> Reading {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let tree = match Tree::new(text) {
        Ok(tree) => tree,
        Err(fault) => return refused(text, fault),
    };
    let mut decoder = Decoder::new(&tree);
    let mut places = Places::default();
    let scene = scene(&mut decoder, &mut places);
    let mut mistakes = decoder.mistakes;
    mistakes.sort();
    Reading { scene, mistakes, places }
}

/// Whether what begins with `start` is a scene, by its outermost element.
pub fn is_scene(start: &[u8]) -> bool {
    // One in UTF-16 is refused later, as that.
    let units =
        |pair: fn([u8; 2]) -> u16| start.as_chunks().0.iter().map(|two| pair(*two)).collect::<Vec<u16>>();
    let text = match start {
        [0xff, 0xfe, ..] => String::from_utf16_lossy(&units(u16::from_le_bytes)).into(),
        [0xfe, 0xff, ..] => String::from_utf16_lossy(&units(u16::from_be_bytes)).into(),
        _ => String::from_utf8_lossy(start),
    };
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = if rest.starts_with("<?") {
            "?>"
        } else if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<!DOCTYPE") {
            // With what it declares, to its own end.
            let inner = rest.find('[').is_some_and(|at| rest.find('>').is_none_or(|end| at < end));
            if inner { "]>" } else { ">" }
        } else {
            let name = rest.strip_prefix('<').unwrap_or_default();
            let after = name.strip_prefix(ROOT).and_then(|after| after.chars().next());
            return after.is_some_and(|c| c.is_ascii_whitespace() || c == '>' || c == '/');
        };
        let Some((_, after)) = rest.split_once(end) else { return false };
        rest = after.trim_start();
    }
}

fn refused(text: &str, fault: TreeFault) -> Reading {
    let mut mistakes = Mistakes::default();
    mistakes.push(Mistake {
        rule: fault.rule,
        severity: Severity::Error,
        place: Lines::new(text).place(fault.at),
        element: String::new(),
        found: fault.found,
        expected: fault.expected.to_owned(),
        remedy: fault.remedy.to_owned(),
    });
    Reading { mistakes, ..Reading::default() }
}

fn scene(d: &mut Decoder<'_>, places: &mut Places) -> Option<Scene> {
    let root = d.tree.root();
    let name = d.tree.node(root).name;
    if name != ROOT {
        let found = format!("the element <{}>", shown(name));
        let expected = format!("<{ROOT} version=\"{}\">", migrate::VERSION);
        let fault = Fault { rule: "no-scene", found, expected, remedy: "give a scene file" };
        d.note(root, true, fault);
        return None;
    }
    let mut element = d.open(root);
    if !version(d, &mut element) {
        return None;
    }
    let mut scene = Scene { name: d.text(&mut element, "name").unwrap_or_default(), ..Scene::default() };
    scene.sample_rate = sample_rate(d, &mut element);
    d.rate = scene.sample_rate;
    // Times count in its frames wherever it stands.
    let picture_at = d.tree.children(root).find(|child| d.tree.node(*child).name == "picture");
    scene.picture = picture_at.and_then(|child| picture(d, child));
    scene.length = d.time(&mut element, "length", Origin::Nothing);
    if scene.length.is_some_and(|length| length.seconds.numerator == 0) {
        d.wrong(&element, "bad-time", "length", "0", "more than nothing, or no such attribute");
        scene.length = None;
    }
    for child in d.tree.children(root) {
        match d.child(&mut element, child, CHILDREN) {
            Some("marker") => scene.markers.push(marker(d, child)),
            Some("programme") => scene.programmes.push(programme(d, child)),
            Some("group") => scene.groups.push(group(d, child)),
            Some("track") => {
                places.tracks.push(d.place(child));
                scene.tracks.push(track::track(d, child, &mut places.clips));
            }
            Some("bus") => scene.buses.push(bus(d, child)),
            Some("reverb") => {
                if let Some(reverb) = chain::reverb_unit(d, child) {
                    places.reverbs.push(d.place(child));
                    scene.reverbs.push(reverb);
                }
            }
            Some("deliverable") => {
                places.deliverables.push(d.place(child));
                scene.deliverables.push(deliverable(d, child));
            }
            _ => {}
        }
    }
    let mut kept = d.close(element);
    kept.set_outside(d.tree.before, d.tree.after);
    scene.kept = kept;
    references::check(d, &scene);
    Some(scene)
}

/// The version, which must be one that is known.
fn version<'t>(d: &mut Decoder<'t>, element: &mut Open<'t>) -> bool {
    let value = d.attribute(element, "version");
    match migrate::version(value.as_deref()) {
        Ok(migrate::Version::Stated) => true,
        Ok(migrate::Version::Assumed) => {
            let fault = Fault {
                rule: "no-version",
                found: "no attribute version".into(),
                expected: format!("version=\"{}\"", migrate::VERSION),
                remedy: "it is read as that",
            };
            d.note(element.id, false, fault);
            true
        }
        Err(error) => {
            let found = format!("version=\"{}\"", shown(value.as_deref().unwrap_or_default()));
            let expected = format!("a version up to {}", migrate::VERSION);
            d.note(element.id, true, Fault { rule: "version", found, expected, remedy: error.remedy() });
            false
        }
    }
}

fn sample_rate<'t>(d: &mut Decoder<'t>, element: &mut Open<'t>) -> NonZeroU32 {
    let Some(value) = d.attribute(element, "sampleRate") else { return Scene::DEFAULT_SAMPLE_RATE };
    let rate = value.parse().ok().filter(|rate: &NonZeroU32| Scene::SAMPLE_RATES.contains(&rate.get()));
    rate.unwrap_or_else(|| {
        let rates = Scene::SAMPLE_RATES.map(|rate| rate.to_string());
        let names: Vec<&str> = rates.iter().map(String::as_str).collect();
        d.wrong(element, "bad-choice", "sampleRate", &value, decoder::one_of(&names));
        Scene::DEFAULT_SAMPLE_RATE
    })
}

fn picture(d: &mut Decoder<'_>, id: NodeId) -> Option<Picture> {
    let mut element = d.open(id);
    let rates = FrameRate::ALL.map(|rate| (rate, rate.name()));
    let frame_rate = d.choice(&mut element, "frameRate", &rates);
    let start = d.attribute(&mut element, "start");
    let Some(frame_rate) = frame_rate else {
        if d.tree.attribute(id, "frameRate").is_none() {
            d.missing(&element, "frameRate");
        }
        d.leaf(element);
        return None;
    };
    let start = start.map_or(Some(FrameCode::default()), |text| {
        let code = frame_rate.parse(&text);
        if code.is_none() {
            let expected = format!("a timecode hh:mm:ss:ff at {} frames per second", frame_rate.name());
            d.wrong(&element, "bad-time", "start", &text, expected);
        }
        code
    });
    let mut picture =
        Picture { frame_rate, start: start.unwrap_or_default(), ffoa: None, kept: super::Kept::default() };
    d.picture = Some(picture.clone());
    picture.ffoa = d.time(&mut element, "ffoa", Origin::Start);
    picture.kept = d.leaf(element);
    Some(picture)
}

fn marker(d: &mut Decoder<'_>, id: NodeId) -> Marker {
    let mut element = d.open(id);
    let time = d.required_time(&mut element, "time", Origin::Start);
    let name = d.required(&mut element, "name");
    Marker { time, name, kept: d.leaf(element) }
}

fn programme(d: &mut Decoder<'_>, id: NodeId) -> Programme {
    let mut element = d.open(id);
    let name = d.required(&mut element, "name");
    let language = d.text(&mut element, "language");
    let mut screen = None;
    for child in d.tree.children(id) {
        if d.child(&mut element, child, &[("screen", Times::Once)]).is_some() {
            screen = loudspeakers::screen(d, child);
        }
    }
    Programme { name, language, screen, kept: d.close(element) }
}

fn group(d: &mut Decoder<'_>, id: NodeId) -> Group {
    let mut element = d.open(id);
    let name = d.required(&mut element, "name");
    let (mute, solo) = (d.switch(&mut element, "mute"), d.switch(&mut element, "solo"));
    references::solo(d, id, solo);
    let gain_db = d.number_or(&mut element, "gain", Group::GAIN, 0.0);
    Group { name, mute, solo, gain_db, kept: d.leaf(element) }
}

fn bus(d: &mut Decoder<'_>, id: NodeId) -> Bus {
    let mut element = d.open(id);
    let mut bus = Bus { role: Role::from_name(&d.required(&mut element, "role")), ..Bus::default() };
    for child in d.tree.children(id) {
        if d.child(&mut element, child, &[("chain", Times::Once)]).is_some() {
            (bus.chain, bus.chain_kept) = chain::chain(d, child);
        }
    }
    bus.kept = d.close(element);
    bus
}

fn deliverable(d: &mut Decoder<'_>, id: NodeId) -> Deliverable {
    let mut element = d.open(id);
    let mut deliverable = Deliverable {
        name: d.text(&mut element, "name"),
        spec: d.text(&mut element, "spec"),
        layout: d.required(&mut element, "layout"),
        programme: d.text(&mut element, "programme"),
        parts: parts(d, &mut element),
        ..Deliverable::default()
    };
    for child in d.tree.children(id) {
        if d.child(&mut element, child, &[("master", Times::Once)]).is_some() {
            (deliverable.master, deliverable.master_kept) = chain::master(d, child);
        }
    }
    deliverable.kept = d.close(element);
    deliverable
}

/// Names with spaces between them.
fn parts<'t>(d: &mut Decoder<'t>, element: &mut Open<'t>) -> Vec<String> {
    let text = d.text(element, "parts").unwrap_or_default();
    text.split_whitespace().map(str::to_owned).collect()
}

/// Whole numbers from 1 to `most`.
const fn whole(most: u8) -> Range {
    Range::new(1.0, most as f64, "")
}
