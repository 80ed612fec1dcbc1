//! Tracks, their clips and where they are.

use super::chain;
use super::decoder::{Child, Decoder, Fault, Open, Times};
use super::mistakes::{Place, shown};
use super::tree::NodeId;
use super::{loudspeakers, object, references, whole};
use crate::nearest;
use crate::scene::chain::Range;
use crate::scene::{
    Bed, BedLayout, Binaural, Clip, Fade, FadeShape, Hoa, HoaComponent, Normalization, Origin, Role, Spatial,
    Time, Track, limits,
};

const CHILDREN: &[Child] = &[
    ("clip", Times::UpTo(limits::CLIPS)),
    ("chain", Times::Once),
    ("object", Times::Once),
    ("bed", Times::Once),
    ("loudspeakers", Times::Once),
    ("hoa", Times::Once),
    ("binaural", Times::Once),
];

pub(super) fn track(d: &mut Decoder<'_>, id: NodeId, clip_places: &mut Vec<Vec<Place>>) -> Track {
    let mut element = d.open(id);
    let mut track = Track {
        name: d.required(&mut element, "name"),
        role: Role::from_name(&d.required(&mut element, "role")),
        language: d.text(&mut element, "language"),
        programmes: programmes(d, &mut element),
        group: d.text(&mut element, "group"),
        alternative_to: d.text(&mut element, "alternativeTo"),
        with: d.text(&mut element, "with"),
        mute: d.switch(&mut element, "mute"),
        solo: d.switch(&mut element, "solo"),
        importance: importance(d, &mut element),
        head_locked: d.switch(&mut element, "headLocked"),
        ..Track::default()
    };
    references::solo(d, id, track.solo);
    let (mut places, mut spatial) = (Vec::new(), None);
    for child in d.tree.children(id) {
        let found = match d.child(&mut element, child, CHILDREN) {
            Some("clip") => {
                places.push(d.place(child));
                track.clips.push(clip(d, child));
                continue;
            }
            Some("chain") => {
                (track.chain, track.chain_kept) = chain::chain(d, child);
                continue;
            }
            Some("object") => Spatial::Object(Box::new(object::object(d, child))),
            Some("bed") => Spatial::Bed(bed(d, child)),
            Some("loudspeakers") => Spatial::Loudspeakers(loudspeakers::loudspeakers(d, child)),
            Some("hoa") => Spatial::Hoa(hoa(d, child)),
            Some("binaural") => {
                let element = d.open(child);
                Spatial::Binaural(Binaural { kept: d.leaf(element) })
            }
            _ => continue,
        };
        if spatial.replace(found).is_some() {
            let found = "a second place of the track".to_owned();
            let expected = "one of object, bed, loudspeakers, hoa and binaural".to_owned();
            let remedy = "leave one out, or make two tracks";
            d.note(child, true, Fault { rule: "two-places", found, expected, remedy });
        }
    }
    match spatial {
        Some(spatial) => track.spatial = spatial,
        None => {
            let found = "no place of the track".to_owned();
            let expected =
                "one of <object/>, <bed layout=\"…\"/>, <loudspeakers>, <hoa order=\"…\"/> and <binaural/>"
                    .to_owned();
            d.note(id, true, Fault { rule: "no-place", found, expected, remedy: "add one" });
        }
    }
    track.kept = d.close(element);
    clip_places.push(places);
    track
}

/// 0…10.
pub(super) fn importance<'t>(d: &mut Decoder<'t>, element: &mut Open<'t>) -> Option<u8> {
    const IMPORTANCE: Range = Range::new(0.0, 10.0, "");
    d.whole(element, "importance", IMPORTANCE).map(|value| value as u8)
}

/// Names with commas between them.
fn programmes<'t>(d: &mut Decoder<'t>, element: &mut Open<'t>) -> Vec<String> {
    let Some(text) = d.text(element, "programmes") else { return Vec::new() };
    text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

fn clip(d: &mut Decoder<'_>, id: NodeId) -> Clip {
    const CHILDREN: &[Child] = &[("fadeIn", Times::Once), ("fadeOut", Times::Once)];
    let mut element = d.open(id);
    let mut clip = Clip {
        file: d.required(&mut element, "file"),
        channels: channels(d, &mut element),
        start: d.time(&mut element, "start", Origin::Start).unwrap_or_default(),
        trim_start: d.time(&mut element, "trimStart", Origin::Nothing).unwrap_or_default(),
        length: d.time(&mut element, "length", Origin::Nothing),
        gain_db: d.number_or(&mut element, "gain", Clip::GAIN, 0.0),
        ..Clip::default()
    };
    for child in d.tree.children(id) {
        match d.child(&mut element, child, CHILDREN) {
            Some("fadeIn") => clip.fade_in = Some(fade(d, child)),
            Some("fadeOut") => clip.fade_out = Some(fade(d, child)),
            _ => {}
        }
    }
    clip.kept = d.close(element);
    if let Some(length) = clip.length {
        check_fades(d, id, &clip, length);
    }
    clip
}

/// Both fades together have to fit into the clip.
fn check_fades(d: &mut Decoder<'_>, id: NodeId, clip: &Clip, length: Time) {
    let of = |fade: &Option<Fade>| fade.as_ref().map_or(0.0, |fade| fade.length.seconds_f64());
    let fades = of(&clip.fade_in) + of(&clip.fade_out);
    // Sums of times in f64 are off by less than a sample.
    const SAMPLE: f64 = 1e-6;
    let fault = if length.seconds.numerator == 0 {
        Some(("a clip of no length".to_owned(), "a length above 0".to_owned()))
    } else if fades > length.seconds_f64() + SAMPLE {
        let found = format!("fades of {fades} s in a clip of {} s", length.seconds_f64());
        Some((found, "fades no longer than the clip".to_owned()))
    } else {
        None
    };
    if let Some((found, expected)) = fault {
        d.note(
            id,
            true,
            Fault { rule: "clip-length", found, expected, remedy: "shorten the fades or lengthen the clip" },
        );
    }
}

/// Numbers from 1 with spaces between them.
fn channels<'t>(d: &mut Decoder<'t>, element: &mut Open<'t>) -> Vec<u16> {
    let Some(text) = d.text(element, "channels") else { return Vec::new() };
    let numbers: Option<Vec<u16>> =
        text.split_whitespace().map(|number| number.parse().ok().filter(|number| *number > 0)).collect();
    match numbers.filter(|numbers| numbers.len() <= limits::CHANNELS) {
        Some(numbers) => numbers,
        None => {
            let expected =
                format!("up to {} channel numbers from 1, with spaces between them", limits::CHANNELS);
            d.wrong(element, "bad-channels", "channels", &text, expected);
            Vec::new()
        }
    }
}

fn fade(d: &mut Decoder<'_>, id: NodeId) -> Fade {
    let mut element = d.open(id);
    let length = d.required_time(&mut element, "length", Origin::Nothing);
    let shape = d.choice(&mut element, "shape", &FadeShape::NAMES).unwrap_or_default();
    Fade { length, shape, kept: d.leaf(element) }
}

fn bed(d: &mut Decoder<'_>, id: NodeId) -> Bed {
    let mut element = d.open(id);
    let name = d.required(&mut element, "layout");
    let layout = layout(d, &element, "layout", &name).unwrap_or_default();
    Bed { layout, kept: d.leaf(element) }
}

/// A bed's layout by name; a mistake is noted.
pub(super) fn layout<'t>(
    d: &mut Decoder<'t>,
    element: &Open<'t>,
    attribute: &str,
    name: &str,
) -> Option<BedLayout> {
    let found = BedLayout::from_name(name.trim());
    if found.is_none() && !name.is_empty() {
        let meant = nearest(name, BedLayout::names());
        let names: Vec<&str> = BedLayout::all().map(BedLayout::everyday_name).collect();
        let expected = match meant {
            Some(meant) => format!("a layout, perhaps {meant}"),
            None => format!("one of {}", names.join(", ")),
        };
        let found = format!("{attribute}=\"{}\"", shown(name));
        d.note(element.id, true, Fault { rule: "bad-layout", found, expected, remedy: "" });
    }
    found
}

fn hoa(d: &mut Decoder<'_>, id: NodeId) -> Hoa {
    let mut element = d.open(id);
    if d.tree.attribute(id, "order").is_none() {
        d.missing(&element, "order");
    }
    let normalization = d.choice(&mut element, "normalization", &Normalization::NAMES).unwrap_or_default();
    let highest =
        if normalization == Normalization::FuMa { Hoa::HIGHEST_FUMA_ORDER } else { Hoa::HIGHEST_ORDER };
    let order = d.whole(&mut element, "order", whole(highest)).unwrap_or(1.0);
    let mut hoa = Hoa {
        order: order as u8,
        normalization,
        screen_ref: d.switch(&mut element, "screenRef"),
        nfc_ref_dist: d.number(&mut element, "nfcRefDist", Hoa::NFC_REF_DIST),
        ..Hoa::default()
    };
    for child in d.tree.children(id) {
        if d.child(&mut element, child, &[("component", Times::UpTo(limits::CHANNELS))]).is_some() {
            let part = component(d, child, hoa.order);
            let is_same = |known: &HoaComponent| (known.order, known.degree) == (part.order, part.degree);
            if hoa.components.iter().any(is_same) {
                let found = format!("a second component of order {}, degree {}", part.order, part.degree);
                let expected = "one of each".to_owned();
                d.note(
                    child,
                    true,
                    Fault { rule: "two-components", found, expected, remedy: "leave one out" },
                );
            }
            hoa.components.push(part);
        }
    }
    hoa.kept = d.close(element);
    hoa
}

/// A component of a scene of order `highest`.
fn component(d: &mut Decoder<'_>, id: NodeId, highest: u8) -> HoaComponent {
    let mut element = d.open(id);
    for name in ["order", "degree"] {
        if d.tree.attribute(id, name).is_none() {
            d.missing(&element, name);
        }
    }
    let order = d.whole(&mut element, "order", Range::new(0.0, f64::from(highest), "")).unwrap_or(0.0);
    let degree = d.whole(&mut element, "degree", Range::new(-order, order, "")).unwrap_or(0.0);
    HoaComponent {
        order: order as u8,
        degree: degree as i8,
        gain_db: d.number_or(&mut element, "gain", HoaComponent::GAIN, 0.0),
        invert: d.switch(&mut element, "invert"),
        importance: importance(d, &mut element).unwrap_or(10),
        kept: d.leaf(element),
    }
}
