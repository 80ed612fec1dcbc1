//! The loudspeakers as a grid of few coordinates per axis, and which places of it are occupied.

use super::AllocentricError;

/// Different x, y or z that a layout may have; 9+10+3 has 3, 4 and 3, 4+9+0 up to 5.
pub(super) const MAX_COORDINATES: usize = 6;

/// Rows of loudspeakers, over all planes; 9+10+3 has 8.
pub(super) const MAX_ROWS: usize = 12;

/// Loudspeakers without LFE; 9+10+3 has 22.
pub(super) const MAX_LOUDSPEAKERS: usize = 64;

/// A set of coordinates of one axis: bit `i` is the `i`-th smallest.
pub(super) type Line = u8;

/// Coordinates of the three axes and the place of each loudspeaker among them.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// x, y and z; ascending.
    pub(super) axes: [Vec<f64>; 3],
    /// Index into each axis, per loudspeaker.
    pub(super) places: Vec<[usize; 3]>,
    /// The loudspeaker at a place, by z, y, x; `u8::MAX` where there is none.
    pub(super) loudspeakers: [[[u8; MAX_COORDINATES]; MAX_COORDINATES]; MAX_COORDINATES],
}

/// Which coordinates are in use: the planes, the rows of each plane, the columns of each row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Occupancy {
    pub(super) planes: Line,
    /// By z.
    pub(super) rows: [Line; MAX_COORDINATES],
    /// By z, then y.
    pub(super) columns: [[Line; MAX_COORDINATES]; MAX_COORDINATES],
}

/// The coordinates of a line that a value lies between, and their gains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Between {
    lower: (usize, f64),
    upper: Option<(usize, f64)>,
}

impl Grid {
    pub(super) fn new(positions: &[[f64; 3]], layout: &str) -> Result<Self, AllocentricError> {
        let too_large = |what, found, limit| {
            Err(AllocentricError::TooLarge { layout: layout.to_owned(), what, found, limit })
        };
        if positions.len() > MAX_LOUDSPEAKERS {
            return too_large("loudspeakers", positions.len(), MAX_LOUDSPEAKERS);
        }
        let axes = [0, 1, 2].map(|axis| {
            let mut coordinates: Vec<f64> = positions.iter().map(|position| position[axis]).collect();
            coordinates.sort_by(f64::total_cmp);
            coordinates.dedup();
            coordinates
        });
        if let Some(axis) = axes.iter().find(|axis| axis.len() > MAX_COORDINATES) {
            return too_large("coordinates on one axis", axis.len(), MAX_COORDINATES);
        }
        let place = |position: &[f64; 3]| {
            [0, 1, 2].map(|axis| axes[axis].iter().take_while(|&&at| at < position[axis]).count())
        };
        let places: Vec<[usize; 3]> = positions.iter().map(place).collect();
        let mut loudspeakers = [[[u8::MAX; MAX_COORDINATES]; MAX_COORDINATES]; MAX_COORDINATES];
        for (loudspeaker, &[x, y, z]) in (0u8..).zip(&places) {
            loudspeakers[z][y][x] = loudspeaker;
        }
        let grid = Self { axes, places, loudspeakers };
        let rows = grid.occupancy(&[]).rows.iter().map(|row| row.count_ones() as usize).sum();
        if rows > MAX_ROWS {
            return too_large("rows", rows, MAX_ROWS);
        }
        Ok(grid)
    }

    /// What is in use once the loudspeakers flagged in `excluded` are away; missing flags count as `false`.
    pub(super) fn occupancy(&self, excluded: &[bool]) -> Occupancy {
        let mut occupancy = Occupancy::default();
        for (index, &[x, y, z]) in self.places.iter().enumerate() {
            if !excluded.get(index).copied().unwrap_or(false) {
                occupancy.planes |= 1 << z;
                occupancy.rows[z] |= 1 << y;
                occupancy.columns[z][y] |= 1 << x;
            }
        }
        occupancy
    }
}

impl Occupancy {
    /// Whether the place is in use.
    pub(super) fn contains(&self, [x, y, z]: [usize; 3]) -> bool {
        self.columns[z][y] >> x & 1 == 1
    }

    /// All y in use.
    pub(super) fn all_rows(&self) -> Line {
        self.rows.iter().fold(0, |all, row| all | row)
    }

    /// All x in use.
    pub(super) fn all_columns(&self) -> Line {
        self.columns.iter().flatten().fold(0, |all, columns| all | columns)
    }
}

/// The coordinates of a line, ascending, as indexes into its axis.
pub(super) fn members(line: Line) -> impl Iterator<Item = usize> {
    (0..MAX_COORDINATES).filter(move |index| line >> index & 1 == 1)
}

/// BS.2127-1 §7.3.9: the coordinates of `line` around `value`, with constant-power gains. One alone
/// sounds when the value is at it, or beyond the end of the line. `line` isn't empty.
pub(super) fn between(axis: &[f64], line: Line, value: f64) -> Between {
    let mut lower: Option<usize> = None;
    for index in members(line) {
        let coordinate = axis[index];
        if coordinate >= value {
            return match lower {
                Some(lower) if coordinate > value => {
                    let fraction = (value - axis[lower]) / (coordinate - axis[lower]);
                    let (sine, cosine) = (fraction * std::f64::consts::PI / 2.0).sin_cos();
                    Between { lower: (lower, cosine), upper: Some((index, sine)) }
                }
                _ => Between { lower: (index, 1.0), upper: None },
            };
        }
        lower = Some(index);
    }
    Between { lower: (lower.unwrap_or(0), 1.0), upper: None }
}

impl Between {
    /// Index into the axis and gain, one or two.
    pub(super) fn pairs(self) -> impl Iterator<Item = (usize, f64)> {
        std::iter::once(self.lower).chain(self.upper)
    }
}
