//! Objects: the parameters of an audioBlockFormat of type Objects (BS.2076-2 §5.4.3.3), each of which may move.

use std::collections::BTreeMap;

use super::chain::Range;
use super::parameter_table::{PARAMETERS, ParameterSpec};
use super::{AutomationCurve, Kept};
use crate::adm::ExclusionZone;

/// The coordinates of an object's position (BS.2076-2 §8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Coordinates {
    /// Azimuth, elevation and distance.
    #[default]
    Polar,
    /// x right, y front, z up in the room's cube.
    Cartesian,
}

impl Coordinates {
    /// All, with their names in the file.
    pub const NAMES: [(Self, &'static str); 2] = [(Self::Polar, "polar"), (Self::Cartesian, "cartesian")];

    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Polar => "polar",
            Self::Cartesian => "cartesian",
        }
    }
}

/// A parameter of an object. Its name in the file is an attribute of `object` and the `parameter` of `automate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ObjectParameter {
    /// Degrees, positive to the left; goes on beyond ±180 where a path leads around.
    Azimuth,
    /// Degrees, positive up.
    Elevation,
    /// Normalised: 1 is the distance of the loudspeakers.
    Distance,
    /// −1 left … 1 right.
    X,
    /// −1 back … 1 front.
    Y,
    /// −1 bottom … 1 top.
    Z,
    /// dB, −∞ is silence.
    Gain,
    /// Degrees (polar) or halves of the room (Cartesian).
    Width,
    /// Degrees (polar) or halves of the room (Cartesian).
    Height,
    /// 0…1 (polar) or halves of the room (Cartesian).
    Depth,
    /// 0 direct … 1 diffuse.
    Diffuse,
    /// 0 one source … 1 only the two beside it.
    Divergence,
    /// How far these two are from the middle: degrees (polar) or cube units (Cartesian).
    DivergenceRange,
    /// Snaps to the nearest loudspeaker: 0 or 1.
    ChannelLock,
    /// Snaps only to a loudspeaker no further away than that; any when absent.
    ChannelLockDistance,
    /// Its place follows the size of the screen: 0 or 1.
    ScreenRef,
    /// Sticks to an edge of the screen: 0 none, 1 left, 2 right.
    ScreenEdgeHorizontal,
    /// Sticks to an edge of the screen: 0 none, 1 top, 2 bottom.
    ScreenEdgeVertical,
    /// 0…10.
    Importance,
    /// Stays when the head turns: 0 or 1.
    HeadLocked,
    /// On headphones: 0 off, 1 near, 2 mid, 3 far ([`BinauralMode`]); the renderer's choice when absent.
    BinauralMode,
}

/// What the value of a parameter is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ParameterKind {
    /// A number in this range for polar, and in this for Cartesian objects.
    Number(Range, Range),
    /// A whole number in this range, which only steps.
    Whole(Range),
    /// One of these names, whose place in the list is the value; only steps.
    Choice(&'static [&'static str]),
}

impl ObjectParameter {
    /// All of them, in the order of the file.
    pub fn all() -> impl Iterator<Item = Self> {
        PARAMETERS.iter().map(|spec| spec.parameter)
    }

    fn spec(self) -> &'static ParameterSpec {
        // The table has them in their order, which a test checks.
        &PARAMETERS[self as usize]
    }

    /// Its name in the file.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// The parameter of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        PARAMETERS.iter().find(|spec| spec.name == name).map(|spec| spec.parameter)
    }

    /// What its values are.
    pub fn kind(self) -> ParameterKind {
        self.spec().kind
    }

    /// What it is where an object doesn't say; `None` is "not stated", which is not the same as any value.
    pub fn default(self) -> Option<f64> {
        self.spec().default
    }

    /// It is part of objects in these coordinates.
    pub fn is_of(self, coordinates: Coordinates) -> bool {
        match self {
            Self::Azimuth | Self::Elevation | Self::Distance => coordinates == Coordinates::Polar,
            Self::X | Self::Y | Self::Z => coordinates == Coordinates::Cartesian,
            _ => true,
        }
    }

    /// The range of its values.
    pub fn range(self, coordinates: Coordinates) -> Range {
        match (self.kind(), coordinates) {
            (ParameterKind::Number(range, _), Coordinates::Polar)
            | (ParameterKind::Number(_, range), Coordinates::Cartesian)
            | (ParameterKind::Whole(range), _) => range,
            (ParameterKind::Choice(names), _) => Range::new(0.0, names.len().saturating_sub(1) as f64, ""),
        }
    }

    /// Its curve only steps, whatever the keys say.
    pub fn only_steps(self) -> bool {
        !matches!(self.kind(), ParameterKind::Number(..))
    }
}

/// How an object sounds on headphones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinauralMode {
    /// Without head and room.
    Off,
    /// Little of the room.
    Near,
    /// Some of it.
    Mid,
    /// Much of it.
    Far,
}

impl BinauralMode {
    /// The mode of a value of [`ObjectParameter::BinauralMode`].
    pub fn from_value(value: f64) -> Self {
        match value {
            value if value < 0.5 => Self::Off,
            value if value < 1.5 => Self::Near,
            value if value < 2.5 => Self::Mid,
            _ => Self::Far,
        }
    }
}

/// A sound with a place: what its parameters are, and how they move.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// The coordinates of its place.
    pub coordinates: Coordinates,
    /// What is stated; the others have their defaults.
    pub values: BTreeMap<ObjectParameter, f64>,
    /// What moves; a curve takes the place of the value.
    pub automation: BTreeMap<ObjectParameter, Automation>,
    /// Loudspeakers that it doesn't use.
    pub zones: Vec<Zone>,
    /// What this edition doesn't know.
    pub kept: Kept,
}

/// The curve of a parameter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Automation {
    /// The curve.
    pub curve: AutomationCurve,
    /// What this edition doesn't know.
    pub kept: Kept,
}

/// Loudspeakers that an object doesn't use (`zoneExclusion`), while the zone is on.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// Its name, if it has one (Dolby names its zones).
    pub name: Option<String>,
    /// Where it is.
    pub bounds: ExclusionZone,
    /// On where it is 0.5 or more; without keys always on. Only steps.
    pub active: AutomationCurve,
    /// What this edition doesn't know.
    pub kept: Kept,
}

impl Zone {
    /// Whether it is on at `seconds` from the start of the scene.
    pub fn is_active_at(&self, seconds: f64) -> bool {
        self.active.value_at(seconds).is_none_or(|value| value >= 0.5)
    }
}

impl Object {
    /// What `parameter` is at `seconds` from the start of the scene: its curve's value, else what is stated, else the
    /// default; `None` when there is none of these. A curve that only steps has whole values.
    pub fn value_at(&self, parameter: ObjectParameter, seconds: f64) -> Option<f64> {
        let curve = self.automation.get(&parameter).and_then(|automation| automation.curve.value_at(seconds));
        curve.or_else(|| self.values.get(&parameter).copied()).or(parameter.default())
    }

    /// Something of it moves.
    pub fn is_automated(&self) -> bool {
        let moves = |automation: &Automation| !automation.curve.is_constant();
        self.automation.values().any(moves) || self.zones.iter().any(|zone| !zone.active.is_constant())
    }
}
