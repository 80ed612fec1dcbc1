//! The built-in rooms. Absorptions are typical of the surfaces named; with them the rooms decay as quoted.
//!
//! The listener sits a little left of the middle, so that the reflections of both sides do not fall on each other.

use super::acoustics::Room;

/// Diffusing and absorbing panels on a control room's walls.
const PANELS: [f64; 7] = [0.24, 0.27, 0.30, 0.32, 0.32, 0.32, 0.32];
/// A broadband absorber under the ceiling, or a rear wall of absorbers.
const ABSORBER: [f64; 7] = [0.36, 0.42, 0.46, 0.48, 0.48, 0.46, 0.44];
/// Carpet on a screed, with desks and chairs.
const CARPET: [f64; 7] = [0.14, 0.16, 0.20, 0.25, 0.30, 0.34, 0.36];
/// Plaster with shelves, pictures and windows.
const HOME_WALL: [f64; 7] = [0.20, 0.16, 0.14, 0.13, 0.13, 0.14, 0.16];
/// Plaster on concrete.
const HOME_CEILING: [f64; 7] = [0.12, 0.10, 0.08, 0.08, 0.08, 0.09, 0.10];
/// Rug, sofa and cushions over a wooden floor.
const HOME_FLOOR: [f64; 7] = [0.18, 0.26, 0.36, 0.42, 0.46, 0.50, 0.52];
/// Fabric over mineral wool.
const FABRIC: [f64; 7] = [0.38, 0.48, 0.54, 0.55, 0.54, 0.52, 0.50];
/// Seats, taken or not, over carpet.
const SEATS: [f64; 7] = [0.36, 0.42, 0.48, 0.50, 0.50, 0.48, 0.44];
/// A perforated screen before absorbers and loudspeakers.
const SCREEN: [f64; 7] = [0.36, 0.42, 0.44, 0.42, 0.38, 0.34, 0.30];
/// A suspended ceiling of panels.
const TILES: [f64; 7] = [0.38, 0.44, 0.48, 0.50, 0.50, 0.48, 0.46];

/// From the smallest to the largest.
pub(super) static ROOMS: [Room; 4] = [
    Room {
        name: "living",
        about: "a furnished living room",
        size: [4.6, 6.0, 2.5],
        absorption: [HOME_WALL, HOME_WALL, HOME_WALL, HOME_WALL, HOME_FLOOR, HOME_CEILING],
        listener: [2.15, 2.4, 1.15],
        distance: 2.2,
    },
    Room {
        name: "studio",
        about: "a small treated control room",
        size: [5.2, 6.4, 3.0],
        absorption: [PANELS, PANELS, ABSORBER, PANELS, CARPET, ABSORBER],
        listener: [2.4, 3.6, 1.2],
        distance: 2.2,
    },
    Room {
        name: "stage",
        about: "a dubbing stage",
        size: [10.0, 15.0, 6.0],
        absorption: [FABRIC, FABRIC, FABRIC, SCREEN, CARPET, TILES],
        listener: [4.7, 6.0, 1.3],
        distance: 5.0,
    },
    Room {
        name: "cinema",
        about: "a large cinema",
        size: [18.0, 26.0, 9.0],
        absorption: [FABRIC, FABRIC, FABRIC, SCREEN, SEATS, TILES],
        listener: [8.5, 9.0, 1.4],
        distance: 8.0,
    },
];
