//! Keys of a curve: added, moved, taken out, thinned. A curve always comes back in order of time.

use formats::scene::{AutomationCurve, Key, Shape, Time};

/// The curve with a key at `time`: an old one gets the value and keeps its shape.
pub fn with_key(curve: &AutomationCurve, time: Time, value: f64, shape: Shape) -> AutomationCurve {
    let mut keys = curve.keys().to_vec();
    match keys.binary_search_by(|key| key.time.seconds.cmp(&time.seconds)) {
        Ok(index) => keys[index].value = value,
        Err(index) => {
            // The new key lies on the way to the next one, and goes there as that did.
            let shape = keys.get(index).map_or(shape, |next| next.shape);
            keys.insert(index, Key::new(time, value, shape));
        }
    }
    made_of(keys, curve)
}

/// The curve as a hand that moves makes it: what was between `from` and `to` gives way to one key at `to`.
pub fn with_recorded(curve: &AutomationCurve, from: Option<Time>, to: Time, value: f64) -> AutomationCurve {
    let stays = |key: &&Key| match from {
        Some(from) => key.time.seconds <= from.seconds || key.time.seconds > to.seconds,
        None => true,
    };
    let keys = curve.keys().iter().filter(stays).cloned().collect();
    let cleared = made_of(keys, curve);
    let recorded = with_key(&cleared, to, value, Shape::Linear);
    without_middle(recorded, from, to)
}

/// A hand that stays where it is leaves a key at both ends: of three alike that end at `to`, the one at `from` goes.
fn without_middle(curve: AutomationCurve, from: Option<Time>, to: Time) -> AutomationCurve {
    let Ok(last) = curve.keys().binary_search_by(|key| key.time.seconds.cmp(&to.seconds)) else {
        return curve;
    };
    let Some(first) = last.checked_sub(2) else { return curve };
    let three = &curve.keys()[first..=last];
    let is_recorded =
        from.is_some_and(|from| three[1].time.seconds == from.seconds && from.seconds < to.seconds);
    let is_level = three.iter().all(|key| key.value == three[0].value);
    if is_recorded && is_level { without_key(&curve, first + 1) } else { curve }
}

/// The curve without the key of this index.
pub fn without_key(curve: &AutomationCurve, index: usize) -> AutomationCurve {
    let mut keys = curve.keys().to_vec();
    if index < keys.len() {
        keys.remove(index);
    }
    made_of(keys, curve)
}

/// The curve with the key of this index at another time and value. It stays between its neighbours, at least `apart`
/// from them.
pub fn with_key_moved(
    curve: &AutomationCurve,
    index: usize,
    time: Time,
    value: f64,
    apart: f64,
) -> AutomationCurve {
    let mut keys = curve.keys().to_vec();
    let seconds = time.seconds_f64();
    let fits_before = index
        .checked_sub(1)
        .and_then(|i| keys.get(i))
        .is_none_or(|key| seconds >= key.time.seconds_f64() + apart);
    let fits_after = keys.get(index + 1).is_none_or(|key| seconds <= key.time.seconds_f64() - apart);
    if let Some(key) = keys.get_mut(index) {
        key.value = value;
        if fits_before && fits_after {
            key.time = time;
        }
    }
    made_of(keys, curve)
}

/// The curve with the key of this index reached along another shape.
pub fn with_shape(curve: &AutomationCurve, index: usize, shape: Shape) -> AutomationCurve {
    let mut keys = curve.keys().to_vec();
    if let Some(key) = keys.get_mut(index) {
        key.shape = shape;
    }
    made_of(keys, curve)
}

/// The curve with the keys of `from` put in at `start`, in place of what is there for as long as they last.
pub fn with_pasted(curve: &AutomationCurve, from: &[Key], start: Time) -> AutomationCurve {
    let Some(first) = from.first().map(|key| key.time.seconds) else { return curve.clone() };
    let shifted = from.iter().filter_map(|key| {
        let seconds = key.time.seconds.checked_sub(first)?.checked_add(start.seconds)?;
        Some(Key { time: Time::new(seconds), ..key.clone() })
    });
    let shifted: Vec<Key> = shifted.collect();
    let end = shifted.last().map_or(start.seconds, |key| key.time.seconds);
    let outside = |key: &&Key| key.time.seconds < start.seconds || key.time.seconds > end;
    let mut keys: Vec<Key> = curve.keys().iter().filter(outside).cloned().collect();
    keys.extend(shifted);
    keys.sort_by_key(|key| key.time.seconds);
    made_of(keys, curve)
}

/// The curve with fewer keys: those left out lie within `tolerance` of the straight line between those that stay (Ramer
/// 1972, Douglas and Peucker 1973). Keys that are stepped to stay, and so do the two that a smooth curve goes through.
pub fn thinned(curve: &AutomationCurve, tolerance: f64) -> AutomationCurve {
    let keys = curve.keys();
    let is_corner = |index: usize| {
        let (here, next) = (keys.get(index), keys.get(index + 1));
        let bends =
            |key: Option<&Key>| key.is_some_and(|key| key.shape != Shape::Linear || !key.value.is_finite());
        index == 0 || next.is_none() || bends(here) || bends(next)
    };
    let mut stays: Vec<bool> = (0..keys.len()).map(is_corner).collect();
    let corners: Vec<usize> = (0..keys.len()).filter(|index| stays[*index]).collect();
    let mut spans: Vec<(usize, usize)> = corners.array_windows::<2>().map(|[a, b]| (*a, *b)).collect();
    while let Some((first, last)) = spans.pop() {
        if let Some((farthest, distance)) = farthest(keys, first, last)
            && distance > tolerance
        {
            stays[farthest] = true;
            spans.extend([(first, farthest), (farthest, last)]);
        }
    }
    made_of(keys.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(key, _)| key.clone()).collect(), curve)
}

/// The key between two that is farthest from the line through them, and by how much.
fn farthest(keys: &[Key], first: usize, last: usize) -> Option<(usize, f64)> {
    let (a, b) = (keys.get(first)?, keys.get(last)?);
    let (from, to) = (a.time.seconds_f64(), b.time.seconds_f64());
    let off = |index: usize| {
        let key = &keys[index];
        let share = (key.time.seconds_f64() - from) / (to - from);
        (key.value - (a.value + (b.value - a.value) * share)).abs()
    };
    (first + 1..last).map(|index| (index, off(index))).max_by(|x, y| x.1.total_cmp(&y.1))
}

fn made_of(keys: Vec<Key>, old: &AutomationCurve) -> AutomationCurve {
    AutomationCurve::new(keys).unwrap_or_else(|_| old.clone())
}
