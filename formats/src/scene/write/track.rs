//! Tracks, their clips and where they are.

use super::output::Output;
use super::{Times, chain, loudspeakers};
use crate::adm::ExclusionZone;
use crate::scene::{
    AutomationCurve, Clip, Fade, Hoa, Object, ObjectParameter, ParameterKind, Shape, Spatial, Time, Track,
    Zone,
};

pub(super) fn track(out: &mut Output, track: &Track, times: &Times<'_>) {
    let mut element = out.start("track", Some(&track.kept));
    out.attribute("name", &track.name);
    out.attribute("role", track.role.name());
    out.optional("language", track.language.as_deref());
    if !track.programmes.is_empty() {
        out.attribute("programmes", &track.programmes.join(", "));
    }
    out.optional("group", track.group.as_deref());
    out.optional("alternativeTo", track.alternative_to.as_deref());
    out.optional("with", track.with.as_deref());
    out.switch("mute", track.mute);
    out.switch("solo", track.solo);
    if let Some(importance) = track.importance {
        out.attribute("importance", &importance.to_string());
    }
    out.switch("headLocked", track.head_locked);
    for found in &track.clips {
        out.before_child(&mut element);
        clip(out, found, times);
    }
    if chain::is_written(&track.chain, &track.chain_kept) {
        out.before_child(&mut element);
        chain::chain(out, &track.chain, &track.chain_kept, times);
    }
    out.before_child(&mut element);
    match &track.spatial {
        Spatial::Object(found) => object(out, found, times),
        Spatial::Bed(bed) => {
            let element = out.start("bed", Some(&bed.kept));
            out.attribute("layout", bed.layout.everyday_name());
            out.end(element);
        }
        Spatial::Loudspeakers(found) => loudspeakers::loudspeakers(out, found),
        Spatial::Hoa(found) => hoa(out, found),
        Spatial::Binaural(binaural) => {
            let element = out.start("binaural", Some(&binaural.kept));
            out.end(element);
        }
    }
    out.end(element);
}

fn clip(out: &mut Output, clip: &Clip, times: &Times<'_>) {
    let mut element = out.start("clip", Some(&clip.kept));
    out.attribute("file", &clip.file);
    if !clip.channels.is_empty() {
        let channels: Vec<String> = clip.channels.iter().map(u16::to_string).collect();
        out.attribute("channels", &channels.join(" "));
    }
    if clip.start != Time::ZERO {
        out.attribute("start", &times.at(clip.start));
    }
    if clip.trim_start != Time::ZERO {
        out.attribute("trimStart", &times.length(clip.trim_start));
    }
    out.optional("length", clip.length.map(|length| times.length(length)).as_deref());
    out.number_unless("gain", clip.gain_db, 0.0);
    for (name, found) in [("fadeIn", &clip.fade_in), ("fadeOut", &clip.fade_out)] {
        if let Some(found) = found {
            out.before_child(&mut element);
            fade(out, name, found, times);
        }
    }
    out.end(element);
}

fn fade(out: &mut Output, name: &str, fade: &Fade, times: &Times<'_>) {
    let element = out.start(name, Some(&fade.kept));
    out.attribute("length", &times.length(fade.length));
    out.attribute("shape", fade.shape.name());
    out.end(element);
}

fn hoa(out: &mut Output, hoa: &Hoa) {
    let mut element = out.start("hoa", Some(&hoa.kept));
    out.attribute("order", &hoa.order.to_string());
    out.attribute("normalization", hoa.normalization.name());
    out.switch("screenRef", hoa.screen_ref);
    if let Some(distance) = hoa.nfc_ref_dist {
        out.number("nfcRefDist", distance);
    }
    for part in &hoa.components {
        out.before_child(&mut element);
        let child = out.start("component", Some(&part.kept));
        out.attribute("order", &part.order.to_string());
        out.attribute("degree", &part.degree.to_string());
        out.number_unless("gain", part.gain_db, 0.0);
        out.switch("invert", part.invert);
        if part.importance != 10 {
            out.attribute("importance", &part.importance.to_string());
        }
        out.end(child);
    }
    out.end(element);
}

fn object(out: &mut Output, object: &Object, times: &Times<'_>) {
    let mut element = out.start("object", Some(&object.kept));
    out.attribute("coordinates", object.coordinates.name());
    for (parameter, value) in &object.values {
        out.attribute(parameter.name(), &value_text(*parameter, *value));
    }
    for (parameter, automation) in &object.automation {
        out.before_child(&mut element);
        let mut automate = out.start("automate", Some(&automation.kept));
        out.attribute("parameter", parameter.name());
        let text = |value| value_text(*parameter, value);
        keys(out, &mut automate, &automation.curve, parameter.only_steps(), &text, times);
        out.end(automate);
    }
    for found in &object.zones {
        out.before_child(&mut element);
        zone(out, found, times);
    }
    out.end(element);
}

fn value_text(parameter: ObjectParameter, value: f64) -> String {
    match parameter.kind() {
        ParameterKind::Choice(names) => {
            let name = names.get(value as usize);
            name.map_or_else(|| value.to_string(), |name| (*name).to_owned())
        }
        ParameterKind::Number(..) | ParameterKind::Whole(_) => value.to_string(),
    }
}

/// The keys of a curve as children of `element`; where all step anyway, their shape isn't said.
pub(super) fn keys(
    out: &mut Output,
    element: &mut super::output::Element<'_>,
    curve: &AutomationCurve,
    only_steps: bool,
    text: &dyn Fn(f64) -> String,
    times: &Times<'_>,
) {
    for key in curve.keys() {
        out.before_child(element);
        let child = out.start("key", Some(&key.kept));
        out.attribute("time", &times.at(key.time));
        out.attribute("value", &text(key.value));
        if key.shape != if only_steps { Shape::Step } else { Shape::Linear } {
            out.attribute("shape", key.shape.name());
        }
        out.end(child);
    }
}

fn zone(out: &mut Output, zone: &Zone, times: &Times<'_>) {
    let mut element = out.start("zone", Some(&zone.kept));
    out.optional("name", zone.name.as_deref());
    match zone.bounds {
        ExclusionZone::Cartesian { min_x, min_y, min_z, max_x, max_y, max_z } => {
            for (name, value) in [
                ("minX", min_x),
                ("maxX", max_x),
                ("minY", min_y),
                ("maxY", max_y),
                ("minZ", min_z),
                ("maxZ", max_z),
            ] {
                out.number(name, value);
            }
        }
        ExclusionZone::Polar { min_azimuth, max_azimuth, min_elevation, max_elevation } => {
            out.number("minAzimuth", min_azimuth);
            out.number("maxAzimuth", max_azimuth);
            out.number("minElevation", min_elevation);
            out.number("maxElevation", max_elevation);
        }
    }
    keys(out, &mut element, &zone.active, true, &|value| value.to_string(), times);
    out.end(element);
}
