//! Which edition of BS.2076 a scene needs.

use crate::adm::AdmTime;
use crate::scene::{BinauralMode, Key, Object, ObjectParameter, Scene, Shape, Spatial};

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
        let mut heard = self.tracks.iter().filter(|track| self.is_heard(track));
        heard.find_map(|track| {
            let what = if track.head_locked { Some("headLocked") } else { of_place(&track.spatial) };
            Some(format!("{} of track \"{}\"", what?, track.name))
        })
    }
}

/// What the place of a track has that only BS.2076-2 has.
fn of_place(spatial: &Spatial) -> Option<&'static str> {
    let is_plain = |gain_db: f64, invert: bool, importance: u8| gain_db == 0.0 && !invert && importance == 10;
    match spatial {
        Spatial::Object(object) => only_second(object),
        Spatial::Loudspeakers(found) => {
            let mut all = found.channels.iter();
            all.find_map(|found| match found {
                found if found.head_locked => Some("headLocked"),
                found if !is_plain(found.gain_db, found.invert, found.importance) => {
                    Some("gain or importance of a loudspeaker")
                }
                _ => None,
            })
        }
        Spatial::Hoa(hoa) => {
            let mut all = hoa.components.iter();
            let is_second = all.any(|part| !is_plain(part.gain_db, part.invert, part.importance));
            is_second.then_some("gain or importance of a component")
        }
        Spatial::Bed(_) | Spatial::Binaural(_) => None,
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
    } else if has_gains_between_ticks(object) {
        Some("a key with shape \"gains\" between ticks of 10 µs")
    } else {
        None
    }
}

/// Gains go to a key, so that times count as they are, and one of them has more decimals than BS.2076-1.
fn has_gains_between_ticks(object: &Object) -> bool {
    let curves = object.automation.values().map(|automation| &automation.curve);
    let zones = object.zones.iter().map(|zone| &zone.active);
    let keys = || curves.clone().chain(zones.clone()).flat_map(|curve| curve.keys());
    let is_between = |key: &Key| {
        let ticks = u128::from(key.time.seconds.numerator) * u128::from(AdmTime::TICKS_PER_SECOND.get());
        !ticks.is_multiple_of(u128::from(key.time.seconds.denominator.get()))
    };
    keys().any(|key| key.shape == Shape::Gains) && keys().any(is_between)
}
