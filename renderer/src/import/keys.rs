//! Events as curves: for each parameter the keys that say how it gets from event to event.

use ObjectParameter as P;
use std::num::NonZeroU32;

use formats::adm::AdmTime;
use formats::scene::{
    self, AutomationCurve, Coordinates, Key, KeyOrderError, Object, ObjectParameter, Shape, Time, Zone,
};

use super::Automation;
use super::blocks::{Event, Kind, MOST_FOLLOWED, NamedZone, PARAMETERS, State, Way};
use super::thin::{self, Tolerance};

/// The object that these events are.
///
/// # Errors
/// Never for events in their order.
pub(super) fn object(
    kind: Kind,
    mut events: Vec<Event>,
    zones: &[NamedZone],
    (automation, rate): (Automation, NonZeroU32),
) -> Result<Object, KeyOrderError> {
    let mut object = Object { coordinates: kind.coordinates, ..Object::default() };
    if events.iter().all(|event| event.way == Way::Step) {
        // What jumps between two samples jumps with the second of them.
        events.iter_mut().for_each(|event| event.time = on_samples(event.time, rate));
        // And what lasts no sample isn't heard.
        let lasts = |index: usize| events.get(index + 1).is_none_or(|next| next.time > events[index].time);
        let lasting: Vec<bool> = (0..events.len()).map(lasts).collect();
        let mut lasting = lasting.into_iter();
        events.retain(|_| lasting.next().unwrap_or(true));
    }
    let tolerance = match automation {
        Automation::Exact => None,
        Automation::Thinned(tolerance) => {
            follow(&mut events, kind.coordinates);
            unwrap_azimuths(&mut events);
            Some(tolerance)
        }
    };
    for parameter in PARAMETERS.into_iter().filter(|parameter| parameter.is_of(kind.coordinates)) {
        let curve = curve(&events, parameter, (kind.coordinates, tolerance))?;
        match curve.keys() {
            [] => {}
            [only] => state_value(&mut object, parameter, only.value),
            _ => {
                let automation = scene::Automation { curve, ..scene::Automation::default() };
                object.automation.insert(parameter, automation);
            }
        }
    }
    for (place, (bounds, name)) in zones.iter().enumerate() {
        let is_on = |state: &State| Some(f64::from(u8::from(state.zones.contains(&place))));
        let active = kept_keys(&events, is_on, &|_, _| Vec::new())?;
        let active = match active.keys() {
            [only] if only.value == 0.0 => continue,
            [] | [_] => AutomationCurve::default(),
            _ => active,
        };
        let (bounds, name) = (*bounds, name.clone());
        object.zones.push(Zone { name, bounds, active, kept: scene::Kept::default() });
    }
    Ok(object)
}

/// The first sample that isn't before `time`.
fn on_samples(time: AdmTime, rate: NonZeroU32) -> AdmTime {
    let samples = u128::from(time.numerator) * u128::from(rate.get());
    let samples = samples.div_ceil(u128::from(time.denominator.get()));
    AdmTime::from_samples(u64::try_from(samples).unwrap_or(u64::MAX), rate)
}

/// States a value that doesn't change, unless it is what an object means that doesn't say.
fn state_value(object: &mut Object, parameter: ObjectParameter, value: f64) {
    let is_any = parameter == P::ChannelLockDistance && value == parameter.range(object.coordinates).max;
    if parameter.default() != Some(value) && !is_any {
        object.values.insert(parameter, value);
    }
}

fn curve(
    events: &[Event],
    parameter: ObjectParameter,
    (coordinates, tolerance): (Coordinates, Option<Tolerance>),
) -> Result<AutomationCurve, KeyOrderError> {
    let value = |state: &State| state.of(parameter);
    kept_keys(events, value, &|times, values| match tolerance {
        Some(tolerance) => thin::kept(times, values, tolerance.of(parameter, coordinates)),
        None => (0..values.len()).collect(),
    })
}

/// Which of a path's points, by times and values, stay.
type Thinning<'a> = dyn Fn(&[f64], &[f64]) -> Vec<usize> + 'a;

/// The keys of what `value` says of the events, without those that change nothing. `thinned` chooses among the events of
/// a path, the first and the last of which stay.
fn kept_keys(
    events: &[Event],
    value: impl Fn(&State) -> Option<f64>,
    thinned: &Thinning<'_>,
) -> Result<AutomationCurve, KeyOrderError> {
    let values: Option<Vec<f64>> = events.iter().map(|event| value(&event.state)).collect();
    let Some(values) = values else { return Ok(AutomationCurve::default()) };
    let mut chosen: Vec<usize> = Vec::new();
    let mut start = 0;
    while start < events.len() {
        let path = events[start + 1..].iter().take_while(|event| event.way == Way::Path).count();
        if path > 0 {
            let end = start + path;
            let times: Vec<f64> = events[start..=end].iter().map(|event| event.time.seconds_f64()).collect();
            chosen.extend(thinned(&times, &values[start..=end]).into_iter().map(|index| start + index));
            // Its end begins the next piece.
            start = end + 1;
        } else {
            chosen.push(start);
            start += 1;
        }
    }
    chosen.dedup();
    let mut keys: Vec<Key> = Vec::new();
    for (place, &index) in chosen.iter().enumerate() {
        let value = values[index];
        let before = place.checked_sub(1).and_then(|place| chosen.get(place)).map(|index| values[*index]);
        let leaves = chosen
            .get(place + 1)
            .is_some_and(|next| events[*next].way != Way::Step && values[*next] != value);
        if before.is_none() || before != Some(value) || leaves {
            let shape = match events[index].way {
                Way::Step => Shape::Step,
                Way::Gains => Shape::Gains,
                Way::Path => Shape::Linear,
            };
            keys.push(Key::new(Time::new(events[index].time), value, shape));
        }
    }
    if let Some(first) = keys.first_mut() {
        // It says nothing on the first.
        first.shape = Shape::Linear;
    }
    AutomationCurve::new(keys)
}

/// Where no parameter goes far in a block, the path is followed: its keys can be edited, and thinned.
fn follow(events: &mut [Event], coordinates: Coordinates) {
    for index in 1..events.len() {
        let (before, rest) = events.split_at_mut(index);
        if let (Some(before), Some(event)) = (before.last(), rest.first_mut())
            && event.way == Way::Gains
            && is_near(&before.state, &event.state, coordinates)
        {
            event.way = Way::Path;
        }
    }
}

fn is_near(a: &State, b: &State, coordinates: Coordinates) -> bool {
    a.zones == b.zones
        && PARAMETERS.into_iter().all(|parameter| match (a.of(parameter), b.of(parameter)) {
            (a, b) if a == b => true,
            (Some(a), Some(b)) if !parameter.only_steps() => {
                let far = if parameter == P::Azimuth { turn(a, b).abs() } else { (b - a).abs() };
                far <= farthest(parameter, coordinates)
            }
            _ => false,
        })
}

fn farthest(parameter: ObjectParameter, coordinates: Coordinates) -> f64 {
    match (parameter, coordinates) {
        (P::Gain, _) => MOST_FOLLOWED.decibels,
        (P::Azimuth | P::Elevation, _) | (P::Width | P::Height | P::DivergenceRange, Coordinates::Polar) => {
            MOST_FOLLOWED.degrees
        }
        _ => MOST_FOLLOWED.units,
    }
}

/// Degrees from `a` to `b` on the shorter way.
fn turn(a: f64, b: f64) -> f64 {
    (b - a + 180.0).rem_euclid(360.0) - 180.0
}

/// On a path azimuths go on beyond ±180, as far as a scene has them.
fn unwrap_azimuths(events: &mut [Event]) {
    let mut last: Option<f64> = None;
    for event in events.iter_mut() {
        let Some(azimuth) = event.state.of(P::Azimuth) else { continue };
        // The same direction is the same number.
        let stays = last.filter(|last| turn(*last, azimuth).abs() < 1e-9);
        let mut there = stays.unwrap_or(azimuth);
        if let (Way::Path, Some(last), None) = (event.way, last, stays) {
            let along = last + turn(last, azimuth);
            // The same direction as it was written, where that is on the way.
            there = if (along - azimuth).abs() < 1e-9 { azimuth } else { along };
            if !P::Azimuth.range(Coordinates::Polar).contains(there) {
                there = azimuth;
                event.way = Way::Gains;
            }
        }
        event.state.values[P::Azimuth as usize] = Some(there);
        last = Some(there);
    }
}
