//! Loudspeakers of own places, and the screen of a programme.

use super::output::Output;
use crate::adm::{Bound, DirectSpeakersPosition, ScreenCentre};
use crate::scene::{Loudspeaker, Loudspeakers, ReferenceScreen};

pub(super) fn loudspeakers(out: &mut Output, loudspeakers: &Loudspeakers) {
    let mut element = out.start("loudspeakers", Some(&loudspeakers.kept));
    for found in &loudspeakers.channels {
        out.before_child(&mut element);
        loudspeaker(out, found);
    }
    out.end(element);
}

fn loudspeaker(out: &mut Output, found: &Loudspeaker) {
    let element = out.start("loudspeaker", Some(&found.kept));
    if !found.labels.is_empty() {
        out.attribute("labels", &found.labels.join(" "));
    }
    match found.position {
        DirectSpeakersPosition::Polar { azimuth, elevation, distance } => {
            bound(out, ["azimuth", "minAzimuth", "maxAzimuth"], azimuth, Some(0.0));
            bound(out, ["elevation", "minElevation", "maxElevation"], elevation, Some(0.0));
            bound(out, ["distance", "minDistance", "maxDistance"], distance, Some(1.0));
        }
        DirectSpeakersPosition::Cartesian { x, y, z } => {
            // That there is one says that the place is in the cube.
            bound(out, ["x", "minX", "maxX"], x, None);
            bound(out, ["y", "minY", "maxY"], y, Some(1.0));
            bound(out, ["z", "minZ", "maxZ"], z, Some(0.0));
        }
    }
    let edges = found.screen_edge_lock;
    out.optional("screenEdgeHorizontal", edges.left.map(|left| if left { "left" } else { "right" }));
    out.optional("screenEdgeVertical", edges.top.map(|top| if top { "top" } else { "bottom" }));
    for (name, value) in [("lowPass", found.frequency.low_pass), ("highPass", found.frequency.high_pass)] {
        value.into_iter().for_each(|value| out.number(name, value));
    }
    out.number_unless("gain", found.gain_db, 0.0);
    out.switch("invert", found.invert);
    if found.importance != 10 {
        out.attribute("importance", &found.importance.to_string());
    }
    out.switch("headLocked", found.head_locked);
    out.end(element);
}

/// A coordinate with its bounds, unless it is what a file means that doesn't say.
fn bound(out: &mut Output, [name, min, max]: [&str; 3], bound: Bound, default: Option<f64>) {
    if default != Some(bound.value) {
        out.number(name, bound.value);
    }
    bound.min.into_iter().for_each(|value| out.number(min, value));
    bound.max.into_iter().for_each(|value| out.number(max, value));
}

pub(super) fn screen(out: &mut Output, found: &ReferenceScreen) {
    let element = out.start("screen", Some(&found.kept));
    out.number("aspectRatio", found.screen.aspect_ratio);
    match found.screen.position {
        ScreenCentre::Polar { centre, width_azimuth } => {
            out.number_unless("azimuth", centre.azimuth, 0.0);
            out.number_unless("elevation", centre.elevation, 0.0);
            out.number_unless("distance", centre.distance, 1.0);
            out.number("width", width_azimuth);
        }
        ScreenCentre::Cartesian { centre, width_x } => {
            out.number("x", centre.x);
            out.number_unless("y", centre.y, 1.0);
            out.number_unless("z", centre.z, 0.0);
            out.number("width", width_x);
        }
    }
    out.end(element);
}
