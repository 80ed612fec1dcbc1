//! ADM-OSC v1.0 for objects: what messages do to an object, and what it is said to be.

use formats::adm::{CartesianPosition, ObjectPosition, PolarPosition};

use super::packet::{Message, Value};
use crate::geom::{Vector3, azimuth, elevation};
use crate::live::ObjectEdit;

/// Parameters that an object has; `dref` and `dmax` mean nothing to this renderer and are heard without effect.
pub(super) const PARAMETERS: [&str; 15] =
    ["azim", "elev", "dist", "aed", "x", "y", "z", "xy", "xyz", "w", "gain", "mute", "name", "dref", "dmax"];

/// Highest gain that is taken from outside, linear: 12 dB. A number that is wrong there should hurt nobody.
const LOUDEST: f64 = 4.0;

/// What a message asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    /// The object moves, or is as loud or as wide.
    Edit(ObjectEdit),
    /// It is muted or not.
    Mute(bool),
    /// It is understood and has no effect here.
    Nothing,
}

/// What an object is at the moment.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::live) struct Now {
    pub(in crate::live) name: String,
    pub(in crate::live) position: ObjectPosition,
    pub(in crate::live) gain: f64,
    /// Width: degrees or units of the cube.
    pub(in crate::live) width: f64,
    pub(in crate::live) mute: bool,
}

/// Degrees of a width of 1.
const WIDEST: f64 = 360.0;

impl Now {
    /// Azimuth, elevation and distance. Of a Cartesian position: BS.2127's axes, azimuth positive to the left, which is
    /// what the formulas of the ADM-OSC document mean where their signs contradict each other.
    pub(super) fn polar(&self) -> PolarPosition {
        match self.position {
            ObjectPosition::Polar(polar) => polar,
            ObjectPosition::Cartesian(CartesianPosition { x, y, z }) => {
                let place = Vector3::new(x, y, z);
                let (azimuth, elevation) = match place.norm() > 1e-9 {
                    true => (azimuth(&place), elevation(&place)),
                    false => (0.0, 0.0),
                };
                PolarPosition { azimuth, elevation, distance: place.norm().min(1.0) }
            }
        }
    }

    /// x, y and z.
    pub(super) fn cartesian(&self) -> CartesianPosition {
        match self.position {
            ObjectPosition::Cartesian(place) => place,
            ObjectPosition::Polar(polar) => {
                let place = crate::geom::point(&polar);
                CartesianPosition { x: place.x, y: place.y, z: place.z }
            }
        }
    }

    /// What `message` does to `parameter`; `None` for arguments that don't belong there.
    pub(super) fn changed(&self, parameter: &str, message: &Message) -> Option<Change> {
        let one = || message.numbers::<1>().map(|[value]| value);
        let (mut polar, mut place) = (self.polar(), self.cartesian());
        polar.azimuth = wrapped(polar.azimuth);
        match parameter {
            "azim" => polar.azimuth = one()?.clamp(-180.0, 180.0),
            "elev" => polar.elevation = one()?.clamp(-90.0, 90.0),
            "dist" => polar.distance = one()?.clamp(0.0, 1.0),
            "aed" => {
                let [azimuth, elevation, distance] = message.numbers()?;
                polar.azimuth = azimuth.clamp(-180.0, 180.0);
                polar.elevation = elevation.clamp(-90.0, 90.0);
                polar.distance = distance.clamp(0.0, 1.0);
            }
            "x" => place.x = one()?,
            "y" => place.y = one()?,
            "z" => place.z = one()?,
            "xy" => [place.x, place.y] = message.numbers()?,
            "xyz" => [place.x, place.y, place.z] = message.numbers()?,
            "w" => return Some(Change::Edit(self.widened(one()?.clamp(0.0, 1.0)))),
            "gain" => {
                let gain = Some(one()?.clamp(0.0, LOUDEST));
                return Some(Change::Edit(ObjectEdit { gain, ..ObjectEdit::default() }));
            }
            "mute" => return Some(Change::Mute(one()? != 0.0)),
            "dref" | "dmax" => return one().map(|_| Change::Nothing),
            "name" => return (message.arguments().len() == 1).then_some(Change::Nothing),
            _ => return None,
        }
        for axis in [&mut place.x, &mut place.y, &mut place.z] {
            *axis = axis.clamp(-1.0, 1.0);
        }
        let position = match parameter {
            "azim" | "elev" | "dist" | "aed" => ObjectPosition::Polar(polar),
            _ => ObjectPosition::Cartesian(place),
        };
        Some(Change::Edit(ObjectEdit { position: Some(position), ..ObjectEdit::default() }))
    }

    /// As wide and as high as a part of everything.
    fn widened(&self, width: f64) -> ObjectEdit {
        let size = match self.position {
            ObjectPosition::Polar(_) => [width * WIDEST, width * WIDEST, 0.0],
            ObjectPosition::Cartesian(_) => [width; 3],
        };
        ObjectEdit { size: Some(size), ..ObjectEdit::default() }
    }

    /// The value of a parameter; `None` for those that this renderer doesn't have.
    pub(super) fn value(&self, parameter: &str) -> Option<Value> {
        let floats = |values: &[f64]| Some(Value::Floats(values.to_vec()));
        let (polar, place) = (self.polar(), self.cartesian());
        match parameter {
            "azim" => floats(&[wrapped(polar.azimuth)]),
            "elev" => floats(&[polar.elevation]),
            "dist" => floats(&[polar.distance]),
            "aed" => floats(&[wrapped(polar.azimuth), polar.elevation, polar.distance]),
            "x" => floats(&[place.x]),
            "y" => floats(&[place.y]),
            "z" => floats(&[place.z]),
            "xy" => floats(&[place.x, place.y]),
            "xyz" => floats(&[place.x, place.y, place.z]),
            "w" => match self.position {
                ObjectPosition::Polar(_) => floats(&[(self.width / WIDEST).clamp(0.0, 1.0)]),
                ObjectPosition::Cartesian(_) => floats(&[self.width.clamp(0.0, 1.0)]),
            },
            "gain" => floats(&[self.gain.max(0.0)]),
            "mute" => Some(Value::Int(i32::from(self.mute))),
            "name" => Some(Value::Text(self.name.chars().take(LONGEST_NAME).collect())),
            _ => None,
        }
    }
}

/// Characters of a name.
const LONGEST_NAME: usize = 128;

/// An azimuth within −180 … 180.
fn wrapped(azimuth: f64) -> f64 {
    let turned = (azimuth + 180.0).rem_euclid(360.0) - 180.0;
    if turned == -180.0 && azimuth > 0.0 { 180.0 } else { turned }
}

#[cfg(test)]
mod tests {
    use super::super::packet::{read, written};
    use super::*;

    fn now(position: ObjectPosition) -> Now {
        Now { name: "one".to_owned(), position, gain: 1.0, width: 0.0, mute: false }
    }

    fn change(now: &Now, parameter: &str, value: &Value) -> Option<Change> {
        let mut found = None;
        read(&written("/x", value), &mut |message| found = now.changed(parameter, message));
        found
    }

    fn moved(change: Option<Change>) -> ObjectPosition {
        match change {
            Some(Change::Edit(ObjectEdit { position: Some(position), .. })) => position,
            other => panic!("{other:?}"),
        }
    }

    /// The document's own Cartesian → polar formula has the opposite sign of its polar → Cartesian one; left is positive.
    #[test]
    fn left_is_positive_both_ways() {
        let left = now(ObjectPosition::Cartesian(CartesianPosition { x: -1.0, y: 0.0, z: 0.0 }));
        assert!((left.polar().azimuth - 90.0).abs() < 1e-9);
        for azimuth in [-170.0, -90.0, -30.0, 0.0, 30.0, 110.0, 180.0] {
            for elevation in [-40.0, 0.0, 60.0] {
                let polar = PolarPosition { azimuth, elevation, distance: 0.5 };
                let place = now(ObjectPosition::Polar(polar)).cartesian();
                assert_eq!(place.x > 1e-9, (-180.0..0.0).contains(&azimuth), "{azimuth}");
                let back = now(ObjectPosition::Cartesian(place)).polar();
                assert!(
                    (wrapped(back.azimuth - azimuth)).abs() < 1e-9
                        && (back.elevation - elevation).abs() < 1e-9
                );
                assert!((back.distance - 0.5).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn values_are_clamped_and_parts_keep_the_rest() {
        let polar = PolarPosition { azimuth: 30.0, elevation: 10.0, distance: 0.8 };
        let object = now(ObjectPosition::Polar(polar));
        let found = moved(change(&object, "azim", &Value::Floats(vec![500.0])));
        assert_eq!(found, ObjectPosition::Polar(PolarPosition { azimuth: 180.0, ..polar }));
        let found = moved(change(&object, "xyz", &Value::Floats(vec![2.0, -3.0, 0.5])));
        assert_eq!(found, ObjectPosition::Cartesian(CartesianPosition { x: 1.0, y: -1.0, z: 0.5 }));
        let louder = ObjectEdit { gain: Some(0.0), ..ObjectEdit::default() };
        assert_eq!(change(&object, "gain", &Value::Floats(vec![-2.0])), Some(Change::Edit(louder)));
        assert_eq!(change(&object, "mute", &Value::Int(1)), Some(Change::Mute(true)));
        assert_eq!(change(&object, "aed", &Value::Floats(vec![1.0])), None);
        assert_eq!(change(&object, "azim", &Value::Floats(vec![f64::NAN])), None);
        assert_eq!(change(&object, "azim", &Value::Text("left".to_owned())), None);
    }

    #[test]
    fn what_is_said_of_an_object_is_what_would_make_it_so() {
        let object =
            now(ObjectPosition::Polar(PolarPosition { azimuth: -45.0, elevation: 20.0, distance: 0.5 }));
        let said = object.value("aed").unwrap();
        assert_eq!(moved(change(&object, "aed", &said)), object.position);
        assert_eq!(object.value("name"), Some(Value::Text("one".to_owned())));
        assert_eq!(object.value("dmax"), None);
        assert!(PARAMETERS.iter().filter(|parameter| object.value(parameter).is_some()).count() == 13);
    }
}
