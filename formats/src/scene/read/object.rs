//! Objects: values, curves and zones.

use super::decoder::{Child, Decoder, Fault, Open, Times, one_of, parse_number};
use super::mistakes::shown;
use super::tree::NodeId;
use crate::adm::ExclusionZone;
use crate::nearest;
use crate::scene::chain::Range;
use crate::scene::{
    Automation, AutomationCurve, Coordinates, Key, Object, ObjectParameter, Origin, ParameterKind, Shape,
    Zone, limits,
};

const CHILDREN: &[Child] = &[("automate", Times::UpTo(64)), ("zone", Times::UpTo(limits::ZONES))];
const KEYS: &[Child] = &[("key", Times::UpTo(limits::KEYS))];
/// What the value of a switch is called.
const ON: Range = Range::new(0.0, 1.0, "");

pub(super) fn object(d: &mut Decoder<'_>, id: NodeId) -> Object {
    let mut element = d.open(id);
    let coordinates = d.choice(&mut element, "coordinates", &Coordinates::NAMES).unwrap_or_default();
    let mut object = Object { coordinates, ..Object::default() };
    for parameter in ObjectParameter::all().filter(|parameter| parameter.is_of(coordinates)) {
        let Some(text) = d.attribute(&mut element, parameter.name()) else { continue };
        match value(parameter, coordinates, &text) {
            Ok(value) => {
                object.values.insert(parameter, value);
            }
            Err(expected) => d.wrong(&element, "bad-number", parameter.name(), &text, expected),
        }
    }
    for child in d.tree.children(id) {
        match d.child(&mut element, child, CHILDREN) {
            Some("automate") => automate(d, child, &mut object),
            Some("zone") => object.zones.extend(zone(d, child)),
            _ => {}
        }
    }
    object.kept = d.close(element);
    object
}

/// The value that a text is of a parameter, or what was expected.
fn value(parameter: ObjectParameter, coordinates: Coordinates, text: &str) -> Result<f64, String> {
    let range = parameter.range(coordinates);
    match parameter.kind() {
        ParameterKind::Number(..) => parse_number(text)
            .filter(|value| range.contains(*value))
            .ok_or_else(|| format!("a number from {range}")),
        ParameterKind::Whole(_) => parse_number(text)
            .filter(|value| range.contains(*value) && value.fract() == 0.0)
            .ok_or_else(|| format!("a whole number from {range}")),
        ParameterKind::Choice(names) => {
            let place = names.iter().position(|name| *name == text.trim());
            place.map(|place| place as f64).ok_or_else(|| one_of(names))
        }
    }
}

fn automate(d: &mut Decoder<'_>, id: NodeId, object: &mut Object) {
    let mut element = d.open(id);
    let name = d.required(&mut element, "parameter");
    let coordinates = object.coordinates;
    let parameter = ObjectParameter::from_name(&name).filter(|parameter| parameter.is_of(coordinates));
    let Some(parameter) = parameter else {
        if !name.is_empty() {
            let names = || ObjectParameter::all().filter(|p| p.is_of(coordinates)).map(ObjectParameter::name);
            let expected = match nearest(&name, names()) {
                Some(meant) => format!("a parameter of {} objects, perhaps {meant}", coordinates.name()),
                None => format!("one of {}", names().collect::<Vec<_>>().join(", ")),
            };
            d.wrong(&element, "bad-parameter", "parameter", &name, expected);
        }
        return;
    };
    let shapes = if parameter.only_steps() { Shapes::WholeSteps } else { Shapes::All };
    let curve = keys(d, &mut element, shapes, &|text| value(parameter, coordinates, text));
    let kept = d.close(element);
    if curve.keys().is_empty() {
        let found = format!("no keys for {name}");
        let expected = "at least one <key time=\"…\" value=\"…\"/>".to_owned();
        d.note(
            id,
            true,
            Fault { rule: "no-keys", found, expected, remedy: "add one or leave <automate> out" },
        );
    }
    if object.automation.insert(parameter, Automation { curve, kept }).is_some() {
        let found = format!("a second curve for {name}");
        let expected = "one for each parameter".to_owned();
        d.note(id, true, Fault { rule: "two-curves", found, expected, remedy: "put their keys together" });
    }
}

/// How a curve may go to its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shapes {
    /// A number of an object.
    All,
    /// What has no values between: in steps, whatever its keys say, unless it is the gains that go.
    WholeSteps,
    /// A number that no audioBlockFormat has.
    NoGains,
}

/// The keys inside an element as a curve.
pub(super) fn keys<'t>(
    d: &mut Decoder<'t>,
    element: &mut Open<'t>,
    shapes: Shapes,
    value: &dyn Fn(&str) -> Result<f64, String>,
) -> AutomationCurve {
    let (mut keys, mut ids) = (Vec::new(), Vec::new());
    for child in d.tree.children(element.id) {
        if d.child(element, child, KEYS).is_some() {
            keys.push(key(d, child, shapes, value));
            ids.push(child);
        }
    }
    let in_order = |keys: &[Key]| AutomationCurve::new(keys.to_vec());
    match in_order(&keys) {
        Ok(curve) => curve,
        Err(error) => {
            if let Some(&id) = ids.get(error.index) {
                let found = "a key that comes no later than the one before it".to_owned();
                let expected =
                    "keys in order of time, and two at one time only where the second is a step".to_owned();
                d.note(id, true, Fault { rule: "key-order", found, expected, remedy: "put it in its place" });
            }
            keys.truncate(error.index);
            in_order(&keys).unwrap_or_default()
        }
    }
}

fn key(d: &mut Decoder<'_>, id: NodeId, shapes: Shapes, value: &dyn Fn(&str) -> Result<f64, String>) -> Key {
    let mut element = d.open(id);
    let time = d.required_time(&mut element, "time", Origin::Start);
    let mut key = Key::new(time, 0.0, Shape::Linear);
    match d.attribute(&mut element, "value") {
        None => d.missing(&element, "value"),
        Some(text) => match value(&text) {
            Ok(value) => key.value = value,
            Err(expected) => d.wrong(&element, "bad-number", "value", &text, expected),
        },
    }
    let shape = d.choice(&mut element, "shape", &Shape::NAMES);
    key.shape = match (shapes, shape) {
        (Shapes::WholeSteps, None | Some(Shape::Step)) => Shape::Step,
        (Shapes::WholeSteps, Some(Shape::Gains)) => Shape::Gains,
        (Shapes::WholeSteps, Some(_)) => {
            let found = "a shape for a parameter that has only whole steps".to_owned();
            let expected = "shape=\"step\" or \"gains\", or none".to_owned();
            d.note(id, false, Fault { rule: "steps-only", found, expected, remedy: "it is read as step" });
            Shape::Step
        }
        (Shapes::NoGains, Some(Shape::Gains)) => {
            let found = "shape=\"gains\" of a curve that is no parameter of an object".to_owned();
            let expected = "linear, step or smooth".to_owned();
            d.note(id, true, Fault { rule: "bad-choice", found, expected, remedy: "" });
            Shape::Linear
        }
        (_, shape) => shape.unwrap_or_default(),
    };
    key.kept = d.leaf(element);
    key
}

fn zone(d: &mut Decoder<'_>, id: NodeId) -> Option<Zone> {
    const CUBE: Range = Range::new(-1.0, 1.0, "");
    const AZIMUTH: Range = Range::new(-180.0, 180.0, "degrees");
    const ELEVATION: Range = Range::new(-90.0, 90.0, "degrees");
    const CARTESIAN: [&str; 6] = ["minX", "maxX", "minY", "maxY", "minZ", "maxZ"];
    const POLAR: [&str; 4] = ["minAzimuth", "maxAzimuth", "minElevation", "maxElevation"];
    let mut element = d.open(id);
    let name = d.text(&mut element, "name");
    let cube = CARTESIAN.map(|name| d.number(&mut element, name, CUBE));
    let ranges = [AZIMUTH, AZIMUTH, ELEVATION, ELEVATION];
    let mut polar = [None; 4];
    for ((slot, name), range) in polar.iter_mut().zip(POLAR).zip(ranges) {
        *slot = d.number(&mut element, name, range);
    }
    let bounds = match (cube, polar) {
        (
            [Some(min_x), Some(max_x), Some(min_y), Some(max_y), Some(min_z), Some(max_z)],
            [None, None, None, None],
        ) => Some(ExclusionZone::Cartesian { min_x, min_y, min_z, max_x, max_y, max_z }),
        (
            [None, None, None, None, None, None],
            [Some(min_azimuth), Some(max_azimuth), Some(min_elevation), Some(max_elevation)],
        ) => Some(ExclusionZone::Polar { min_azimuth, max_azimuth, min_elevation, max_elevation }),
        _ => None,
    };
    if bounds.is_none() {
        let found = "a zone without its bounds".to_owned();
        let expected = format!("either {} or {}", CARTESIAN.join(", "), POLAR.join(", "));
        d.note(id, true, Fault { rule: "zone-bounds", found, expected, remedy: "give all of one kind" });
    }
    let on = |text: &str| {
        let known = parse_number(text).filter(|value| ON.contains(*value) && value.fract() == 0.0);
        known.ok_or_else(|| format!("0 or 1, not {}", shown(text)))
    };
    let active = keys(d, &mut element, Shapes::WholeSteps, &on);
    Some(Zone { name, bounds: bounds?, active, kept: d.close(element) })
}
