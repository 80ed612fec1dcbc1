//! The parameters of objects: names, ranges and defaults (BS.2076-2 §5.4.3.3, §9, §10).

use super::chain::Range;
use super::object::{ObjectParameter, ParameterKind};
use ObjectParameter as P;
use ParameterKind::{Choice, Number, Whole};

/// A parameter as the file has it.
#[derive(Debug)]
pub(super) struct ParameterSpec {
    pub(super) parameter: ObjectParameter,
    pub(super) name: &'static str,
    pub(super) kind: ParameterKind,
    pub(super) default: Option<f64>,
}

/// Azimuths go on beyond ±180° where a path leads around: a hundred times.
const AZIMUTH: Range = Range::new(-36_000.0, 36_000.0, "degrees");
const ELEVATION: Range = Range::new(-90.0, 90.0, "degrees");
const DISTANCE: Range = Range::new(0.0, 100.0, "");
const CUBE: Range = Range::new(-1.0, 1.0, "");
const GAIN: Range = Range::new(f64::NEG_INFINITY, 40.0, "dB");
const ANGLE: Range = Range::new(0.0, 360.0, "degrees");
const CUBE_SIZE: Range = Range::new(0.0, 2.0, "");
const SHARE: Range = Range::new(0.0, 1.0, "");
const DIVERGENCE_ANGLE: Range = Range::new(0.0, 180.0, "degrees");
/// No two places are further apart.
const LOCK_DISTANCE: Range = Range::new(0.0, 200.0, "");
const IMPORTANCE: Range = Range::new(0.0, 10.0, "");
const SWITCH: Range = Range::new(0.0, 1.0, "");

const fn spec(
    parameter: ObjectParameter,
    name: &'static str,
    kind: ParameterKind,
    default: Option<f64>,
) -> ParameterSpec {
    ParameterSpec { parameter, name, kind, default }
}

pub(super) const PARAMETERS: [ParameterSpec; 21] = [
    spec(P::Azimuth, "azimuth", Number(AZIMUTH, AZIMUTH), Some(0.0)),
    spec(P::Elevation, "elevation", Number(ELEVATION, ELEVATION), Some(0.0)),
    spec(P::Distance, "distance", Number(DISTANCE, DISTANCE), Some(1.0)),
    spec(P::X, "x", Number(CUBE, CUBE), Some(0.0)),
    spec(P::Y, "y", Number(CUBE, CUBE), Some(1.0)),
    spec(P::Z, "z", Number(CUBE, CUBE), Some(0.0)),
    spec(P::Gain, "gain", Number(GAIN, GAIN), Some(0.0)),
    spec(P::Width, "width", Number(ANGLE, CUBE_SIZE), Some(0.0)),
    spec(P::Height, "height", Number(ANGLE, CUBE_SIZE), Some(0.0)),
    spec(P::Depth, "depth", Number(SHARE, CUBE_SIZE), Some(0.0)),
    spec(P::Diffuse, "diffuse", Number(SHARE, SHARE), Some(0.0)),
    spec(P::Divergence, "divergence", Number(SHARE, SHARE), Some(0.0)),
    spec(P::DivergenceRange, "divergenceRange", Number(DIVERGENCE_ANGLE, SHARE), None),
    spec(P::ChannelLock, "channelLock", Whole(SWITCH), Some(0.0)),
    spec(P::ChannelLockDistance, "channelLockDistance", Number(LOCK_DISTANCE, LOCK_DISTANCE), None),
    spec(P::ScreenRef, "screenRef", Whole(SWITCH), Some(0.0)),
    spec(P::ScreenEdgeHorizontal, "screenEdgeHorizontal", Choice(&["none", "left", "right"]), Some(0.0)),
    spec(P::ScreenEdgeVertical, "screenEdgeVertical", Choice(&["none", "top", "bottom"]), Some(0.0)),
    spec(P::Importance, "importance", Whole(IMPORTANCE), Some(10.0)),
    spec(P::HeadLocked, "headLocked", Whole(SWITCH), Some(0.0)),
    spec(P::BinauralMode, "binauralMode", Choice(&["off", "near", "mid", "far"]), None),
];
