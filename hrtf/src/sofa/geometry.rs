//! Where the sources stood and which receiver was which ear.
//!
//! SOFA's axes are x front, y left, z up, azimuth positive to the left; ours x right, y front, z up.

use crate::{Direction, HrtfError};

use super::variables::{Variable, Variables};

/// Sources nearer to each other in distance than this stand on one sphere, metres.
const SAME_DISTANCE: f64 = 0.01;
/// From this share of energy on, the louder side of the sources tells the ears apart.
const TELLING: f64 = 0.05;

pub(super) type Vector = [f64; 3];

/// A source as the listener sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    pub(super) direction: Direction,
    distance: f64,
}

/// Which ear the first receiver is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ears {
    LeftFirst,
    RightFirst,
}

/// The sources, seen from the listener's position, view and up.
pub(super) fn sources(file: &Variables<'_>, count: usize) -> Result<Vec<Source>, HrtfError> {
    let source = file.variable("SourcePosition")?;
    let positions = rows(&source, "SourcePosition", count)?;
    let listener = optional_rows(file, "ListenerPosition", count, [0.0; 3])?;
    let view = optional_rows(file, "ListenerView", count, [1.0, 0.0, 0.0])?;
    let up = optional_rows(file, "ListenerUp", count, [0.0, 0.0, 1.0])?;
    let mut sources = Vec::with_capacity(count);
    for point in 0..count {
        let away = [0, 1, 2].map(|axis| positions[point][axis] - listener[point][axis]);
        let distance = length(away);
        if !(distance > 1e-6 && distance.is_finite()) {
            return Err(HrtfError::new(format!(
                "SourcePosition of measurement {point} is not finite or is the listener's own place"
            )));
        }
        let front = unit(view[point]).ok_or_else(|| HrtfError::new("ListenerView is no direction"))?;
        let left = unit(cross(up[point], front))
            .ok_or_else(|| HrtfError::new("ListenerUp is no direction, or the same as ListenerView"))?;
        let up = cross(front, left);
        let seen = [-dot(left, away), dot(front, away), dot(up, away)];
        let exact = listener[point] == [0.0; 3] && view[point] == [1.0, 0.0, 0.0] && up == [0.0, 0.0, 1.0];
        let direction = match spherical(&source, point, count) {
            // Angles stay as they were written where nothing turns them.
            Some([azimuth, elevation]) if exact => Direction { azimuth: wrapped(azimuth), elevation },
            _ => Direction::from_vector(seen),
        };
        sources.push(Source { direction, distance });
    }
    Ok(sources)
}

/// −180 … 180 from any number of degrees.
fn wrapped(azimuth: f64) -> f64 {
    let turned = azimuth.rem_euclid(360.0);
    if turned > 180.0 { turned - 360.0 } else { turned }
}

/// The angles of a row in degrees, where the variable is spherical in degrees.
fn spherical(variable: &Variable, row: usize, count: usize) -> Option<[f64; 2]> {
    let degrees =
        variable.attribute("Units").is_none_or(|units| units.to_ascii_lowercase().starts_with("degree"));
    let cartesian = is_cartesian(variable).unwrap_or(false);
    let row = if variable.values.len() == 3 * count { row } else { 0 };
    match variable.values.get(3 * row..3 * row + 2) {
        Some(&[azimuth, elevation]) if degrees && !cartesian => Some([azimuth, elevation]),
        _ => None,
    }
}

/// `None` when the type is neither cartesian nor spherical. Without a type: cartesian, as the standard says.
fn is_cartesian(variable: &Variable) -> Option<bool> {
    match variable.attribute("Type").unwrap_or("cartesian").to_ascii_lowercase().as_str() {
        "cartesian" => Some(true),
        "spherical" => Some(false),
        _ => None,
    }
}

/// One cartesian vector for each of `count` measurements, in metres; one row serves for all.
pub(super) fn rows(variable: &Variable, name: &str, count: usize) -> Result<Vec<Vector>, HrtfError> {
    let found = variable.values.len();
    if found != 3 && found != 3 * count {
        return Err(HrtfError::new(format!(
            "{name} has {found} values; 3 for each of {count} measurements are needed"
        )));
    }
    let cartesian = is_cartesian(variable).ok_or_else(|| {
        let said = variable.attribute("Type").unwrap_or_default();
        HrtfError::new(format!("{name} has the type {said}; cartesian or spherical is needed"))
    })?;
    let radians = units(variable, name, cartesian)?;
    let vector = |row: &[f64]| {
        if cartesian {
            [row[0], row[1], row[2]]
        } else {
            let angle = |value: f64| if radians { value } else { value.to_radians() };
            let ((sin_az, cos_az), (sin_el, cos_el)) = (angle(row[0]).sin_cos(), angle(row[1]).sin_cos());
            [cos_az * cos_el, sin_az * cos_el, sin_el].map(|c| c * row[2])
        }
    };
    let vectors: Vec<Vector> = variable.values.chunks_exact(3).map(vector).collect();
    Ok(if vectors.len() == count { vectors } else { vec![vectors[0]; count] })
}

/// Whether the angles of a variable are radians; refuses units that are neither these nor degrees and metres.
fn units(variable: &Variable, name: &str, cartesian: bool) -> Result<bool, HrtfError> {
    let Some(units) = variable.attribute("Units").map(str::to_ascii_lowercase) else { return Ok(false) };
    let first = units.split([',', ' ', ';']).next().unwrap_or_default();
    match (first, cartesian) {
        ("metre" | "meter" | "metres" | "meters" | "m" | "", true) => Ok(false),
        ("degree" | "degrees" | "deg" | "", false) => Ok(false),
        ("radian" | "radians" | "rad", false) => Ok(true),
        _ => Err(HrtfError::new(format!("{name} has the units {units}, which do not fit its type"))),
    }
}

pub(super) fn optional_rows(
    file: &Variables<'_>,
    name: &str,
    count: usize,
    otherwise: Vector,
) -> Result<Vec<Vector>, HrtfError> {
    match file.optional(name)? {
        None => Ok(vec![otherwise; count]),
        Some(variable) => rows(&variable, name, count),
    }
}

/// The measurements on the sphere that holds most of them: sets at several distances are used at one.
pub(super) fn one_distance(sources: &[Source], remarks: &mut Vec<String>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..sources.len()).collect();
    order.sort_by(|&a, &b| sources[a].distance.total_cmp(&sources[b].distance));
    let mut best: &[usize] = &[];
    let spheres = order.chunk_by(|&a, &b| sources[b].distance - sources[a].distance < SAME_DISTANCE);
    for sphere in spheres {
        // Of equals the farther: nearer to the plane waves that a scene asks for.
        if sphere.len() >= best.len() {
            best = sphere;
        }
    }
    if best.len() < sources.len() {
        let distance = best.first().map_or(0.0, |&point| sources[point].distance);
        remarks.push(format!(
            "sources stand at several distances: the {} at {distance:.2} m of {} measurements are used",
            best.len(),
            sources.len()
        ));
    }
    let mut kept = best.to_vec();
    kept.sort_unstable();
    kept
}

/// Tells the ears apart: a source at the left is louder in the left ear. Where that says nothing, by
/// `ReceiverPosition`, and without it the first is the left one.
///
/// `heard` is the direction and the responses of the first and the second receiver, one after the other.
pub(super) fn ears<'r>(
    file: &Variables<'_>,
    heard: impl Iterator<Item = (Direction, [&'r [f64]; 2])>,
    remarks: &mut Vec<String>,
) -> Result<Ears, HrtfError> {
    let written = match file.optional("ReceiverPosition")? {
        Some(variable) if variable.values.len() >= 6 => {
            let side = |ear: usize| match is_cartesian(&variable) {
                Some(false) => variable.values[3 * ear].to_radians().sin(),
                _ => variable.values[3 * ear + 1],
            };
            if side(0) < side(1) { Ears::RightFirst } else { Ears::LeftFirst }
        }
        _ => Ears::LeftFirst,
    };
    let (mut sum, mut count) = (0.0, 0);
    for (direction, both) in heard {
        let energy = |ear: &[f64]| ear.iter().map(|sample| sample * sample).sum::<f64>();
        let [first, second] = both.map(energy);
        count += 1;
        if first + second > 0.0 {
            sum += -direction.unit_vector()[0] * (first - second) / (first + second);
        }
    }
    let share = sum / f64::from(count.max(1));
    let heard = match share {
        share if share > TELLING => Ears::LeftFirst,
        share if share < -TELLING => Ears::RightFirst,
        _ => written,
    };
    if heard != written {
        let side = if heard == Ears::LeftFirst { "left" } else { "right" };
        remarks.push(format!(
            "ReceiverPosition says otherwise, but sources at the {side} are louder in the first receiver: taken for the \
             {side} ear"
        ));
    }
    Ok(heard)
}

pub(super) fn length(v: Vector) -> f64 {
    dot(v, v).sqrt()
}

fn unit(v: Vector) -> Option<Vector> {
    let length = length(v);
    (length > 1e-9 && length.is_finite()).then(|| v.map(|c| c / length))
}

fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}
