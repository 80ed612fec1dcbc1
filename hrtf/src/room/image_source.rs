//! Image sources of a shoebox (Allen and Berkley, 1979): what each wall's mirror images add, until they are too
//! many to tell apart.

use super::SPEED_OF_SOUND;
use super::acoustics::{AIR, BANDS, Room, early_share};
use crate::Direction;

/// Most walls that one path meets.
pub(super) const MOST_ORDER: u32 = 4;
/// Part of the way to a wall that a source may stand from the listener.
const NEAR_WALL: f64 = 0.85;

/// One way from the source over walls to the listener.
#[derive(Clone, Debug, PartialEq)]
pub struct Reflection {
    /// Where it comes from, the listener looking at the front wall.
    pub direction: Direction,
    /// Seconds after the direct sound.
    pub delay: f64,
    /// How often it meets each wall: left, right, rear, front, floor, ceiling.
    pub hits: [u32; 6],
    /// Amplitudes in each octave of [`BANDS`]; the direct sound has 1.
    pub gains: [f64; BANDS.len()],
}

/// So much nearer than a source ahead stands one behind: no two sources have all their reflections at once.
const NEARER: f64 = 0.15;

/// Where a source of a direction stands in the room: at the room's distance, or before the wall in its way.
pub(super) fn place(room: &Room, direction: Direction) -> [f64; 3] {
    let away = direction.unit_vector();
    let reach = |axis: usize| {
        let (at, step) = (room.listener[axis], away[axis]);
        if step > 1e-9 {
            (room.size[axis] - at) / step
        } else if step < -1e-9 {
            -at / step
        } else {
            f64::INFINITY
        }
    };
    let wall = (0..3).map(reach).fold(f64::INFINITY, f64::min);
    let distance = room.distance * (1.0 - NEARER * (1.0 - away[1]) / 2.0);
    let distance = distance.min(NEAR_WALL * wall);
    [0, 1, 2].map(|axis| room.listener[axis] + distance * away[axis])
}

/// The reflections of a source at `source` (metres from the left wall, the rear wall and the floor) that reach the
/// room's listener while image sources are told apart, up to four walls each; none for a source at the
/// listener's own place.
pub fn reflections(room: &Room, source: [f64; 3]) -> Vec<Reflection> {
    let most = MOST_ORDER as i32;
    let axis = |axis: usize| {
        // The mirrored source lies in cell n: n walls are met on the way, in turn.
        (-most..=most).map(move |n| {
            let (side, at) = (room.size[axis], source[axis]);
            let inside = if n % 2 == 0 { at } else { side - at };
            let place = f64::from(n) * side + inside;
            // Of n walls to the upper side, the upper one is met first and so once more where n is odd.
            let (first, second) = (n.unsigned_abs().div_ceil(2), n.unsigned_abs() / 2);
            (
                n.unsigned_abs(),
                place - room.listener[axis],
                if n > 0 { [second, first] } else { [first, second] },
            )
        })
    };
    let away: [f64; 3] = [0, 1, 2].map(|axis| source[axis] - room.listener[axis]);
    let direct = length(away);
    let mut found = Vec::new();
    if direct <= 0.0 {
        return found;
    }
    let paths =
        axis(0).flat_map(|x| axis(1).map(move |y| (x, y))).flat_map(|(x, y)| axis(2).map(move |z| [x, y, z]));
    for [x, y, z] in paths {
        if (1..=MOST_ORDER).contains(&(x.0 + y.0 + z.0)) {
            let hits = [x.2[0], x.2[1], y.2[0], y.2[1], z.2[0], z.2[1]];
            found.extend(reflection(room, [x.1, y.1, z.1], direct, hits));
        }
    }
    found
}

/// The reflection that comes from an image source; none when it comes too late to be one.
fn reflection(room: &Room, away: [f64; 3], direct: f64, hits: [u32; 6]) -> Option<Reflection> {
    let distance = length(away);
    let share = early_share(distance / SPEED_OF_SOUND, room.horizon());
    if share <= 1e-6 {
        return None;
    }
    let gain = |band: usize| {
        let walls = room
            .absorption
            .iter()
            .zip(hits)
            .map(|(wall, times)| (1.0 - wall[band]).powf(f64::from(times) / 2.0));
        let air = (-AIR[band] * (distance - direct) / 2.0).exp();
        share * direct / distance * air * walls.product::<f64>()
    };
    Some(Reflection {
        direction: Direction::from_vector(away),
        delay: (distance - direct) / SPEED_OF_SOUND,
        hits,
        gains: std::array::from_fn(gain),
    })
}

fn length(v: [f64; 3]) -> f64 {
    v.iter().map(|c| c * c).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hall() -> Room {
        let mut absorption = [[0.36; 7]; 6];
        absorption[5] = [0.19; 7];
        Room {
            name: "hall",
            about: "",
            size: [8.0, 12.0, 5.0],
            absorption,
            listener: [4.0, 4.0, 1.5],
            distance: 4.0,
        }
    }

    fn only(hits: [u32; 6]) -> Reflection {
        let found = reflections(&hall(), place(&hall(), Direction::FRONT));
        let matching: Vec<&Reflection> = found.iter().filter(|one| one.hits == hits).collect();
        assert_eq!(matching.len(), 1, "{hits:?}");
        matching[0].clone()
    }

    /// The source is 4 m ahead: (4, 8, 1.5). Ways by hand, from the mirrored source.
    #[test]
    fn walls_floor_and_ceiling_by_hand() {
        // Wall, hits, image seen from the listener, amplitude of the walls.
        let left = only([1, 0, 0, 0, 0, 0]);
        let cases = [
            (left.clone(), [-8.0, 4.0, 0.0], 0.8),
            (only([0, 1, 0, 0, 0, 0]), [8.0, 4.0, 0.0], 0.8),
            (only([0, 0, 1, 0, 0, 0]), [0.0, -12.0, 0.0], 0.8),
            (only([0, 0, 0, 1, 0, 0]), [0.0, 12.0, 0.0], 0.8),
            (only([0, 0, 0, 0, 1, 0]), [0.0, 4.0, -3.0], 0.8),
            (only([0, 0, 0, 0, 0, 1]), [0.0, 4.0, 7.0], 0.9),
            (only([1, 0, 0, 0, 1, 0]), [-8.0, 4.0, -3.0], 0.64),
            (only([0, 0, 1, 0, 0, 1]), [0.0, -12.0, 7.0], 0.72),
        ];
        for (found, away, walls) in cases {
            let distance = length(away);
            assert!((found.delay - (distance - 4.0) / 343.0).abs() < 1e-12, "{away:?}");
            assert!(found.direction.angle_to(Direction::from_vector(away)) < 1e-9, "{away:?}");
            // At 125 Hz air takes nothing to speak of; 10 m are gone until a third of the horizon.
            let expected = 4.0 / distance * walls * early_share(distance / 343.0, hall().horizon());
            assert!((found.gains[0] / expected - 1.0).abs() < 2e-3, "{away:?}");
        }
        // Floor then ceiling, and ceiling then floor: two heights up and two down.
        let found = reflections(&hall(), place(&hall(), Direction::FRONT));
        let mut both: Vec<f64> = found
            .iter()
            .filter(|one| one.hits == [0, 0, 0, 0, 1, 1])
            .map(|one| one.direction.elevation)
            .collect();
        both.sort_by(f64::total_cmp);
        let up = 10.0_f64.atan2(4.0).to_degrees();
        assert!(both.len() == 2 && (both[0] + up).abs() < 1e-9 && (both[1] - up).abs() < 1e-9, "{both:?}");
        assert!((left.direction.azimuth - 63.434_948_822_922_01).abs() < 1e-9);
    }

    /// The number of image sources within a radius is that of cells in a ball: 4/3 π R³ / V.
    #[test]
    fn as_many_come_as_the_volume_says() {
        let room = hall();
        let found = reflections(&room, [3.1, 7.3, 1.9]);
        let direct = length([0.9, 3.3, 0.4]);
        let radius = 0.9 * room.horizon() * SPEED_OF_SOUND;
        let count = found.iter().filter(|one| one.delay * SPEED_OF_SOUND + direct < radius).count() + 1;
        let expected = 4.0 / 3.0 * std::f64::consts::PI * radius.powi(3) / room.volume();
        assert!((count as f64 / expected - 1.0).abs() < 0.2, "{count} {expected:.1}");
    }

    #[test]
    fn sources_stand_inside_and_a_source_in_the_head_has_no_reflections() {
        for room in Room::all() {
            for (azimuth, elevation) in
                [(0.0, 0.0), (110.0, 0.0), (180.0, 0.0), (45.0, 45.0), (0.0, 90.0), (0.0, -90.0)]
            {
                let at = place(room, Direction::new(azimuth, elevation));
                assert!(
                    (0..3).all(|axis| at[axis] > 0.0 && at[axis] < room.size[axis]),
                    "{} {azimuth}",
                    room.name
                );
            }
            assert!(reflections(room, room.listener).is_empty());
        }
    }
}
