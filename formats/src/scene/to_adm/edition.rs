//! Which edition of BS.2076 a scene needs.

use crate::scene::{BinauralMode, Object, ObjectParameter, Scene, Spatial};

/// An edition of BS.2076 that a document is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edition {
    /// BS.2076-1, which every reader knows: times with five decimals, track and stream formats.
    First,
    /// BS.2076-2: times in samples, tracks that name their channels, and what it brought.
    Second,
}

impl Edition {
    /// The `version` attribute; the first edition has none.
    pub fn version(self) -> Option<&'static str> {
        match self {
            Self::First => None,
            Self::Second => Some("ITU-R_BS.2076-2"),
        }
    }
}

impl Scene {
    /// What there is in it that only BS.2076-2 has; `None` when BS.2076-1 is enough.
    pub fn second_edition(&self) -> Option<String> {
        let heard = self.tracks.iter().filter(|track| self.is_heard(track));
        heard.into_iter().find_map(|track| match &track.spatial {
            Spatial::Object(object) => Some(format!("{} of track \"{}\"", only_second(object)?, track.name)),
            _ => None,
        })
    }
}

/// `headLocked` and `headphoneVirtualise` of blocks.
fn only_second(object: &Object) -> Option<&'static str> {
    let takes = |parameter: ObjectParameter, is_it: &dyn Fn(f64) -> bool| {
        let curve =
            object.automation.get(&parameter).filter(|automation| !automation.curve.keys().is_empty());
        match curve {
            Some(automation) => automation.curve.keys().iter().any(|key| is_it(key.value)),
            None => object.values.get(&parameter).is_some_and(|value| is_it(*value)),
        }
    };
    let is_off = |value: f64| BinauralMode::from_value(value) == BinauralMode::Off;
    if takes(ObjectParameter::HeadLocked, &|value| value >= 0.5) {
        Some("headLocked")
    } else if takes(ObjectParameter::BinauralMode, &is_off) {
        Some("binauralMode \"off\" (headphoneVirtualise)")
    } else {
        None
    }
}
