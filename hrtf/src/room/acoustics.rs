//! What a box's size and walls say of its sound: statistical room acoustics.

use super::SPEED_OF_SOUND;
use super::image_source::MOST_ORDER;
use super::rooms_table::ROOMS;

/// Centres of the octaves that rooms are described in, Hz.
pub const BANDS: [f64; 7] = [125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0];

/// Energy that air takes in each octave, for a metre: 20 °C, 50 % humidity (ISO 9613-1, dB/km / 4343).
pub(super) const AIR: [f64; BANDS.len()] = [0.0001, 0.0003, 0.0006, 0.0011, 0.0023, 0.0068, 0.0242];

/// Natural logarithm of a decay by 60 dB of energy.
pub(super) const DECAY: f64 = 13.815_510_557_964_274;

/// A shoebox room with a listener and where loudspeakers stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Room {
    /// What `--room` calls it.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// Width, depth and height, metres.
    pub size: [f64; 3],
    /// Share of energy that a wall takes in each octave of [`BANDS`]: left, right, rear, front, floor, ceiling.
    pub absorption: [[f64; BANDS.len()]; 6],
    /// The middle of the listener's head: metres from the left wall, the rear wall and the floor.
    pub listener: [f64; 3],
    /// Metres from the listener to the sources; nearer ones where a wall is nearer.
    pub distance: f64,
}

impl Room {
    /// The built-in rooms.
    pub fn all() -> &'static [Self] {
        &ROOMS
    }

    /// The built-in room of this name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        ROOMS.iter().find(|room| room.name.eq_ignore_ascii_case(name))
    }

    /// Cubic metres.
    pub fn volume(&self) -> f64 {
        self.size.iter().product()
    }

    /// Areas of the walls in the order of [`Room::absorption`], square metres.
    pub fn areas(&self) -> [f64; 6] {
        let [width, depth, height] = self.size;
        let (side, end, flat) = (depth * height, width * height, width * depth);
        [side, side, end, end, flat, flat]
    }

    /// Time in which an octave decays by 60 dB, seconds: Eyring, with the absorption of the air.
    pub fn reverberation_time(&self, band: usize) -> f64 {
        let areas = self.areas();
        let surface: f64 = areas.iter().sum();
        let taken: f64 = areas.iter().zip(&self.absorption).map(|(area, wall)| area * wall[band]).sum();
        let walls = -surface * (1.0 - taken / surface).ln();
        4.0 * DECAY * self.volume() / (SPEED_OF_SOUND * (walls + 4.0 * AIR[band] * self.volume()))
    }

    /// Mean of the octaves at 500 Hz and 1 kHz, as rooms are usually quoted, seconds.
    pub fn middle_reverberation_time(&self) -> f64 {
        (self.reverberation_time(2) + self.reverberation_time(3)) / 2.0
    }

    /// Where direct and reverberant sound are equally strong at 500 Hz and 1 kHz, for a source that sounds the same all
    /// round; metres.
    pub fn critical_distance(&self) -> f64 {
        let rate = DECAY / self.middle_reverberation_time();
        (self.volume() * rate / (4.0 * std::f64::consts::PI * SPEED_OF_SOUND)).sqrt()
    }

    /// Until when, after a sound was made, its image sources are known as a whole, seconds: those of higher order
    /// than are computed lie farther away. Until half of it they are heard alone, then they give way to the tail.
    pub(super) fn horizon(&self) -> f64 {
        let cells: f64 = self.size.iter().map(|side| 1.0 / (side * side)).sum();
        f64::from(MOST_ORDER + 1) / cells.sqrt() / SPEED_OF_SOUND
    }
}

/// How much a time after the sound was made belongs to the image sources, as an amplitude; the tail has the rest
/// of the power.
pub(super) fn early_share(time: f64, horizon: f64) -> f64 {
    let part = (2.0 * time / horizon - 1.0).clamp(0.0, 1.0);
    (std::f64::consts::FRAC_PI_2 * part).cos()
}

/// The two octaves round a frequency and the share of the upper one; shares run evenly over the logarithm.
pub(super) fn octaves(frequency: f64) -> (usize, usize, f64) {
    let place = (frequency.max(1.0) / BANDS[0]).log2().clamp(0.0, (BANDS.len() - 1) as f64);
    let lower = (place as usize).min(BANDS.len() - 2);
    (lower, lower + 1, place - lower as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cube_decays_as_eyring_says() {
        // 10 m: V = 1000 m³, S = 600 m², α = 0.2: T = 0.1611 V / (−S ln 0.8) = 1.203 s; at 8 kHz with 4 m V = 96.8 m².
        let cube = Room {
            name: "cube",
            about: "",
            size: [10.0; 3],
            absorption: [[0.2; 7]; 6],
            listener: [5.0; 3],
            distance: 2.0,
        };
        assert!((cube.reverberation_time(0) - 1.2).abs() < 0.01, "{}", cube.reverberation_time(0));
        let dull = 0.1611 * 1000.0 / (600.0 * 0.2231 + 96.8);
        assert!((cube.reverberation_time(6) - dull).abs() < 0.005, "{}", cube.reverberation_time(6));
        // r_c = 0.057 √(V / T).
        let critical = 0.057 * (1000.0 / cube.middle_reverberation_time()).sqrt();
        assert!((cube.critical_distance() / critical - 1.0).abs() < 0.01);
    }

    #[test]
    fn shares_of_octaves_sum_to_one_and_hold_beyond_the_ends() {
        assert_eq!(octaves(1_000.0), (3, 4, 0.0));
        assert_eq!(octaves(20.0), (0, 1, 0.0));
        assert_eq!(octaves(20_000.0), (5, 6, 1.0));
        let (lower, _, share) = octaves(500.0 * 2.0_f64.sqrt());
        assert!(lower == 2 && (share - 0.5).abs() < 1e-12);
    }

    #[test]
    fn built_in_rooms_hold_their_listeners() {
        for room in Room::all() {
            for axis in 0..3 {
                assert!((0.5..room.size[axis] - 0.5).contains(&room.listener[axis]), "{}", room.name);
            }
            assert_eq!(Room::by_name(&room.name.to_uppercase()), Some(room));
            assert!(room.absorption.iter().flatten().all(|share| (0.02..0.95).contains(share)));
        }
    }
}
