//! The ways that objects have come and will go, with the keys on them.

use std::collections::BTreeSet;

use egui::Color32;
use formats::scene::{Object, ObjectParameter as P};

use super::Point;
use super::drawing::{Drawing, Sprite, Stroke, faded};
use super::space::Space;

/// Seconds that a trail goes back and ahead, and how many pieces that is, for a selected object and for others.
const SPANS: [(f64, usize); 2] = [(6.0, 160), (2.5, 30)];
/// An object that goes further than this from one piece to the next has jumped.
const JUMP: f64 = 0.45;
/// Most keys that are marked on one trail.
const MOST_KEYS: usize = 200;

const PLACE: [P; 6] = [P::Azimuth, P::Elevation, P::Distance, P::X, P::Y, P::Z];

/// Whether an object's place moves.
pub fn moves(object: &Object) -> bool {
    PLACE.iter().any(|parameter| {
        object.automation.get(parameter).is_some_and(|automation| !automation.curve.is_constant())
    })
}

/// Draws the trail of an object around `seconds`: solid behind it, dashed ahead.
pub fn draw(
    drawing: &mut Drawing,
    object: &Object,
    (space, seconds): (Space, f64),
    (colour, strength): (Color32, f32),
    is_selected: bool,
) {
    if !moves(object) {
        return;
    }
    let (span, pieces) = SPANS[usize::from(!is_selected)];
    let step = span / pieces as f64;
    for way in [-1.0, 1.0] {
        let mut last = space.place(object, seconds);
        for piece in 1..=pieces {
            let at = seconds + way * step * piece as f64;
            if at < 0.0 {
                break;
            }
            let next = space.place(object, at);
            let fade = |piece: usize| {
                let share = piece as f32 / pieces as f32;
                faded(colour, (1.0 - share).powf(1.3) * 0.85 * strength)
            };
            if (next - last).norm() < JUMP {
                let dash = if way > 0.0 { 5.0 } else { 0.0 };
                let width = if is_selected { 2.2 } else { 1.3 };
                drawing.line(&last, &next, Stroke { width, dash, from: fade(piece - 1), to: fade(piece) });
            }
            last = next;
        }
    }
    if is_selected {
        for at in key_times(object, seconds - span..seconds + span) {
            let place: Point = space.place(object, at);
            drawing.sprite(Sprite::Diamond, &place, 0.014, faded(colour, strength), 4.5);
        }
    }
}

/// When the place of an object has keys, seconds.
pub fn key_times(object: &Object, within: std::ops::Range<f64>) -> Vec<f64> {
    let curves = PLACE.iter().filter_map(|parameter| object.automation.get(parameter));
    let times = curves.flat_map(|automation| automation.curve.keys()).map(|key| key.time.seconds_f64());
    // Times are positive, so that their bits are in their order.
    let times: BTreeSet<u64> = times.filter(|at| within.contains(at)).map(f64::to_bits).collect();
    times.into_iter().take(MOST_KEYS).map(f64::from_bits).collect()
}
