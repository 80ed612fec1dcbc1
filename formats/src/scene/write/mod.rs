//! Writes a scene file: readable, stable, and with all that was kept in its place.

mod chain;
mod loudspeakers;
mod output;
mod track;

use self::output::Output;
use super::{Bus, Deliverable, Kept, Origin, Picture, ReverbReturn, ReverbUnit, Scene, Time, migrate, read};

/// What times are written in.
struct Times<'s> {
    scene: &'s Scene,
}

impl Times<'_> {
    /// A point in time.
    fn at(&self, time: Time) -> String {
        time.text(Origin::Start, self.scene.sample_rate, self.scene.picture.as_ref())
    }

    /// A length.
    fn length(&self, time: Time) -> String {
        time.text(Origin::Nothing, self.scene.sample_rate, self.scene.picture.as_ref())
    }
}

/// The text of a scene file.
pub fn write(scene: &Scene) -> String {
    let (mut out, times) = (Output::default(), Times { scene });
    let (before, after) = scene.kept.outside();
    out.line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    if !before.is_empty() {
        out.line(before);
    }
    let mut root = out.start(read::ROOT, Some(&scene.kept));
    out.attribute("version", &migrate::VERSION.to_string());
    if !scene.name.is_empty() {
        out.attribute("name", &scene.name);
    }
    out.attribute("sampleRate", &scene.sample_rate.to_string());
    out.optional("length", scene.length.map(|length| times.length(length)).as_deref());
    if let Some(found) = &scene.picture {
        out.before_child(&mut root);
        picture(&mut out, found, &times);
    }
    for marker in &scene.markers {
        out.before_child(&mut root);
        let element = out.start("marker", Some(&marker.kept));
        out.attribute("time", &times.at(marker.time));
        out.attribute("name", &marker.name);
        out.end(element);
    }
    for programme in &scene.programmes {
        out.before_child(&mut root);
        let mut element = out.start("programme", Some(&programme.kept));
        out.attribute("name", &programme.name);
        out.optional("language", programme.language.as_deref());
        if let Some(found) = &programme.screen {
            out.before_child(&mut element);
            loudspeakers::screen(&mut out, found);
        }
        out.end(element);
    }
    for group in &scene.groups {
        out.before_child(&mut root);
        let element = out.start("group", Some(&group.kept));
        out.attribute("name", &group.name);
        out.switch("mute", group.mute);
        out.switch("solo", group.solo);
        out.number_unless("gain", group.gain_db, 0.0);
        out.end(element);
    }
    for found in &scene.tracks {
        out.before_child(&mut root);
        track::track(&mut out, found, &times);
    }
    for found in &scene.buses {
        out.before_child(&mut root);
        bus(&mut out, found, &times);
    }
    for found in &scene.reverbs {
        out.before_child(&mut root);
        reverb(&mut out, found);
    }
    for found in &scene.deliverables {
        out.before_child(&mut root);
        deliverable(&mut out, found);
    }
    out.end(root);
    if !after.is_empty() {
        out.line(after);
    }
    out.text
}

fn picture(out: &mut Output, picture: &Picture, times: &Times<'_>) {
    let element = out.start("picture", Some(&picture.kept));
    out.attribute("frameRate", picture.frame_rate.name());
    out.attribute("start", &picture.frame_rate.display(picture.start).to_string());
    out.optional("ffoa", picture.ffoa.map(|ffoa| times.at(ffoa)).as_deref());
    out.end(element);
}

fn bus(out: &mut Output, bus: &Bus, times: &Times<'_>) {
    let mut element = out.start("bus", Some(&bus.kept));
    out.attribute("role", bus.role.name());
    if chain::is_written(&bus.chain, &bus.chain_kept) {
        out.before_child(&mut element);
        chain::chain(out, &bus.chain, &bus.chain_kept, times);
    }
    out.end(element);
}

fn reverb(out: &mut Output, reverb: &ReverbUnit) {
    let mut element = out.start("reverb", Some(&reverb.kept));
    out.attribute("name", &reverb.name);
    match reverb.returns {
        ReverbReturn::Bed(layout) => out.attribute("return", layout.everyday_name()),
        ReverbReturn::Objects { count, elevation } => {
            out.attribute("return", "objects");
            out.attribute("objects", &count.to_string());
            out.number_unless("elevation", elevation, 0.0);
        }
    }
    out.before_child(&mut element);
    chain::reverb(out, &reverb.reverb, &reverb.reverb_kept);
    out.end(element);
}

fn deliverable(out: &mut Output, deliverable: &Deliverable) {
    let mut element = out.start("deliverable", Some(&deliverable.kept));
    out.optional("name", deliverable.name.as_deref());
    out.optional("spec", deliverable.spec.as_deref());
    out.attribute("layout", &deliverable.layout);
    out.optional("programme", deliverable.programme.as_deref());
    let parts = deliverable.parts.join(" ");
    out.optional("parts", Some(parts.as_str()).filter(|parts| !parts.is_empty()));
    if !deliverable.master.is_empty() || deliverable.master_kept != Kept::default() {
        out.before_child(&mut element);
        chain::master(out, &deliverable.master, &deliverable.master_kept);
    }
    out.end(element);
}
