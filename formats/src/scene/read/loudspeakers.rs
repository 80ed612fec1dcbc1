//! Loudspeakers of own places, and the screen of a programme.

use super::decoder::{Decoder, Fault, Open, Times};
use super::track::importance;
use super::tree::NodeId;
use crate::adm::{
    Bound, CartesianPosition, DirectSpeakersPosition, Frequency, PolarPosition, Screen, ScreenCentre,
    ScreenEdgeLock,
};
use crate::scene::chain::Range;
use crate::scene::{Loudspeaker, Loudspeakers, ReferenceScreen, limits};

const AZIMUTH: Range = Range::new(-180.0, 180.0, "degrees");
const ELEVATION: Range = Range::new(-90.0, 90.0, "degrees");
const DISTANCE: Range = Range::new(0.0, 100.0, "");
/// Loudspeakers and screens may stand outside of the room's cube.
const CUBE: Range = Range::new(-100.0, 100.0, "");
const WIDTH: Range = Range::new(0.0, 360.0, "degrees");
const ASPECT_RATIO: Range = Range::new(0.01, 100.0, "");

/// A coordinate: its attribute and those of its bounds.
type Names = [&'static str; 3];
const POLAR: [(Names, Range); 3] = [
    (["azimuth", "minAzimuth", "maxAzimuth"], AZIMUTH),
    (["elevation", "minElevation", "maxElevation"], ELEVATION),
    (["distance", "minDistance", "maxDistance"], DISTANCE),
];
const CARTESIAN: [(Names, Range); 3] =
    [(["x", "minX", "maxX"], CUBE), (["y", "minY", "maxY"], CUBE), (["z", "minZ", "maxZ"], CUBE)];

pub(super) fn loudspeakers(d: &mut Decoder<'_>, id: NodeId) -> Loudspeakers {
    let mut element = d.open(id);
    let mut channels = Vec::new();
    for child in d.tree.children(id) {
        if d.child(&mut element, child, &[("loudspeaker", Times::UpTo(limits::CHANNELS))]).is_some() {
            channels.push(loudspeaker(d, child));
        }
    }
    if channels.is_empty() {
        let found = "no loudspeakers".to_owned();
        let expected = "at least one <loudspeaker/>".to_owned();
        d.note(id, true, Fault { rule: "no-loudspeakers", found, expected, remedy: "add one" });
    }
    Loudspeakers { channels, kept: d.close(element) }
}

fn loudspeaker(d: &mut Decoder<'_>, id: NodeId) -> Loudspeaker {
    let mut element = d.open(id);
    let labels = d.text(&mut element, "labels").unwrap_or_default();
    let position = position(d, &mut element);
    let left = d.choice(
        &mut element,
        "screenEdgeHorizontal",
        &[(None, "none"), (Some(true), "left"), (Some(false), "right")],
    );
    let top = d.choice(
        &mut element,
        "screenEdgeVertical",
        &[(None, "none"), (Some(true), "top"), (Some(false), "bottom")],
    );
    let low_pass = d.number(&mut element, "lowPass", Loudspeaker::FREQUENCY);
    let high_pass = d.number(&mut element, "highPass", Loudspeaker::FREQUENCY);
    Loudspeaker {
        labels: labels.split_whitespace().map(str::to_owned).collect(),
        position,
        screen_edge_lock: ScreenEdgeLock { left: left.flatten(), top: top.flatten() },
        frequency: Frequency { low_pass, high_pass },
        gain_db: d.number_or(&mut element, "gain", Loudspeaker::GAIN, 0.0),
        invert: d.switch(&mut element, "invert"),
        importance: importance(d, &mut element).unwrap_or(10),
        head_locked: d.switch(&mut element, "headLocked"),
        kept: d.leaf(element),
    }
}

/// Where a loudspeaker is: by `x` in the room's cube, else by angles.
fn position<'t>(d: &mut Decoder<'t>, element: &mut Open<'t>) -> DirectSpeakersPosition {
    let bound = |d: &mut Decoder<'t>,
                 element: &mut Open<'t>,
                 coordinates: &[(Names, Range); 3],
                 index: usize,
                 default| {
        let ([name, min, max], range) = coordinates[index];
        Bound {
            value: d.number_or(element, name, range, default),
            min: d.number(element, min, range),
            max: d.number(element, max, range),
        }
    };
    if d.tree.attribute(element.id, "x").is_some() {
        return DirectSpeakersPosition::Cartesian {
            x: bound(d, element, &CARTESIAN, 0, 0.0),
            y: bound(d, element, &CARTESIAN, 1, 1.0),
            z: bound(d, element, &CARTESIAN, 2, 0.0),
        };
    }
    DirectSpeakersPosition::Polar {
        azimuth: bound(d, element, &POLAR, 0, 0.0),
        elevation: bound(d, element, &POLAR, 1, 0.0),
        distance: bound(d, element, &POLAR, 2, 1.0),
    }
}

/// The screen of a programme: by `x` in the room's cube, else by angles.
pub(super) fn screen(d: &mut Decoder<'_>, id: NodeId) -> Option<ReferenceScreen> {
    let mut element = d.open(id);
    let is_in_cube = d.tree.attribute(id, "x").is_some();
    let aspect_ratio = d.number_or(&mut element, "aspectRatio", ASPECT_RATIO, Screen::default().aspect_ratio);
    let width_range = if is_in_cube { Range::new(0.0, 2.0, "") } else { WIDTH };
    let width = d.number(&mut element, "width", width_range);
    let mut number = |name, range, default| d.number_or(&mut element, name, range, default);
    let position = if is_in_cube {
        let centre = CartesianPosition {
            x: number("x", CUBE, 0.0),
            y: number("y", CUBE, 1.0),
            z: number("z", CUBE, 0.0),
        };
        ScreenCentre::Cartesian { centre, width_x: width.unwrap_or_default() }
    } else {
        let centre = PolarPosition {
            azimuth: number("azimuth", AZIMUTH, 0.0),
            elevation: number("elevation", ELEVATION, 0.0),
            distance: number("distance", DISTANCE, 1.0),
        };
        ScreenCentre::Polar { centre, width_azimuth: width.unwrap_or_default() }
    };
    if d.tree.attribute(id, "width").is_none() {
        d.missing(&element, "width");
    }
    let kept = d.leaf(element);
    width.map(|_| ReferenceScreen { screen: Screen { aspect_ratio, position }, kept })
}
