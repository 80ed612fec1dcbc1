//! What a limiter did: how much, how long, where.

use serde::{Deserialize, Serialize};

use crate::deliver::Clock;
use crate::loudness::Columns;

/// Limiting that pauses for less than this is one region, seconds.
const PAUSE_SECONDS: u64 = 1;
/// Regions that a report has: the deepest.
const MOST_REGIONS: usize = 100;
/// Columns of the curve.
const MOST_COLUMNS: usize = 400;
/// Frames of which it keeps one gain.
const CELL: u64 = 256;

/// Gains as they went by.
#[derive(Clone, Debug)]
pub(super) struct LimiterWork {
    sample_rate: u32,
    frames: u64,
    active: u64,
    regions: Vec<Region>,
    /// The least gain of each cell.
    curve: Columns<f32>,
    /// Of the cell that is being filled: frames, and the least gain.
    cell: (u64, f32),
}

#[derive(Clone, Copy, Debug)]
struct Region {
    start: u64,
    end: u64,
    least: f32,
    least_frame: u64,
}

/// The limiter's work on an output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LimiterReport {
    /// What it kept below, dBTP.
    pub ceiling_dbtp: f64,
    /// Its greatest reduction, dB; 0 when nothing was too loud.
    pub max_reduction_db: f64,
    /// The frame of that, counted from the start of the output.
    pub max_reduction_frame: Option<u64>,
    /// The same as `h:mm:ss.mmm`.
    pub max_reduction_at: Option<String>,
    /// Share of the time with any reduction, 0 … 1.
    pub active_share: f64,
    /// Where it worked: the deepest hundred, in the order of time.
    pub regions: Vec<LimitedRegion>,
    /// All of it over time; `None` when it did nothing.
    pub curve: Option<ReductionCurve>,
}

/// What a limiter took away over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReductionCurve {
    /// Frames of a column but the last.
    pub column_frames: u64,
    /// The greatest reduction within each, dB.
    pub reduction_db: Vec<f64>,
}

/// A part of an output that was limited, with pauses of less than a second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LimitedRegion {
    /// First frame.
    pub start: u64,
    /// Frame after the last.
    pub end: u64,
    /// The first as `h:mm:ss.mmm`.
    pub at: String,
    /// Greatest reduction, dB.
    pub max_reduction_db: f64,
}

/// A gain as a reduction.
fn decibels(gain: f32) -> f64 {
    (-20.0 * f64::from(gain).log10()).max(0.0)
}

impl LimiterWork {
    pub(super) fn new(sample_rate: u32) -> Self {
        let curve = Columns::new(MOST_COLUMNS, |least: &mut f32, later| *least = least.min(*later));
        Self { sample_rate, frames: 0, active: 0, regions: Vec::new(), curve, cell: (0, 1.0) }
    }

    /// Takes in the next gains.
    pub(super) fn add(&mut self, gains: &[f32]) {
        self.draw(gains);
        let pause = PAUSE_SECONDS * u64::from(self.sample_rate);
        for (frame, gain) in (self.frames..).zip(gains).filter(|(_, gain)| **gain < 1.0) {
            self.active += 1;
            match self.regions.last_mut().filter(|region| frame - region.end < pause) {
                Some(region) => {
                    region.end = frame + 1;
                    if *gain < region.least {
                        (region.least, region.least_frame) = (*gain, frame);
                    }
                }
                None => self.regions.push(Region {
                    start: frame,
                    end: frame + 1,
                    least: *gain,
                    least_frame: frame,
                }),
            }
        }
        self.frames = self.frames.saturating_add(gains.len() as u64);
    }

    fn draw(&mut self, gains: &[f32]) {
        let mut rest = gains;
        while !rest.is_empty() {
            let left = usize::try_from(CELL - self.cell.0).unwrap_or(usize::MAX);
            let (cell, after) = rest.split_at(left.min(rest.len()));
            let least = cell.iter().fold(self.cell.1, |least, gain| least.min(*gain));
            self.cell = (self.cell.0 + cell.len() as u64, least);
            if self.cell.0 == CELL {
                self.curve.add(least);
                self.cell = (0, 1.0);
            }
            rest = after;
        }
    }

    fn drawn(&self) -> Option<ReductionCurve> {
        let mut curve = self.curve.clone();
        if self.cell.0 > 0 {
            curve.add(self.cell.1);
        }
        let (columns, cells, _) = curve.finish();
        let hundredths = |gain: &f32| (decibels(*gain) * 100.0).round() / 100.0;
        (self.active > 0).then(|| ReductionCurve {
            column_frames: cells.saturating_mul(CELL),
            reduction_db: columns.iter().map(hundredths).collect(),
        })
    }

    pub(super) fn report(&self, ceiling_dbtp: f64) -> LimiterReport {
        let clock = |sample| Clock { sample, sample_rate: self.sample_rate }.to_string();
        let mut deepest: Vec<&Region> = self.regions.iter().collect();
        deepest.sort_by(|a, b| a.least.total_cmp(&b.least).then(a.start.cmp(&b.start)));
        deepest.truncate(MOST_REGIONS);
        let worst = deepest.first().copied();
        let (least, frame) =
            (worst.map_or(1.0, |region| region.least), worst.map(|region| region.least_frame));
        deepest.sort_by_key(|region| region.start);
        let region = |region: &Region| LimitedRegion {
            start: region.start,
            end: region.end,
            at: clock(region.start),
            max_reduction_db: decibels(region.least),
        };
        LimiterReport {
            ceiling_dbtp,
            max_reduction_db: decibels(least),
            max_reduction_frame: frame,
            max_reduction_at: frame.map(clock),
            active_share: self.active as f64 / self.frames.max(1) as f64,
            regions: deepest.into_iter().map(region).collect(),
            curve: self.drawn(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_told_apart_by_their_pauses() {
        let mut work = LimiterWork::new(10);
        let mut gains = vec![1.0; 60];
        (gains[5], gains[10], gains[40], gains[41]) = (0.9, 0.5, 0.25, 0.8);
        work.add(&gains[..7]);
        work.add(&gains[7..]);
        let report = work.report(-1.0);
        let spans: Vec<_> =
            report.regions.iter().map(|region| (region.start, region.end, region.at.as_str())).collect();
        assert_eq!(spans, [(5, 11, "0:00:00.500"), (40, 42, "0:00:04.000")]);
        assert!((report.max_reduction_db - 12.041).abs() < 1e-3);
        assert_eq!(
            (report.max_reduction_frame, report.max_reduction_at.as_deref()),
            (Some(40), Some("0:00:04.000"))
        );
        assert!((report.active_share - 4.0 / 60.0).abs() < 1e-12);
        let idle = LimiterWork::new(10).report(-1.0);
        assert_eq!((idle.max_reduction_db, idle.max_reduction_frame, idle.active_share), (0.0, None, 0.0));
        assert_eq!((report.curve.map(|curve| curve.reduction_db), idle.curve), (Some(vec![12.04]), None));
    }

    /// However the gains come, and however many there are.
    #[test]
    fn the_curve_has_the_least_gain_of_each_column() {
        let mut gains = vec![1.0_f32; 1000 * CELL as usize + 10];
        (gains[3], gains[700 * CELL as usize], gains[1000 * CELL as usize + 9]) = (0.5, 0.25, 0.8);
        let drawn = |blocks: usize| {
            let mut work = LimiterWork::new(48_000);
            gains.chunks(blocks).for_each(|block| work.add(block));
            work.report(-1.0).curve.unwrap()
        };
        let curve = drawn(gains.len());
        assert_eq!((curve.column_frames, curve.reduction_db.len()), (4 * CELL, 251));
        assert_eq!(
            (curve.reduction_db[0], curve.reduction_db[175], curve.reduction_db[250]),
            (6.02, 12.04, 1.94)
        );
        assert_eq!(curve.reduction_db.iter().filter(|reduction| **reduction > 0.0).count(), 3);
        assert_eq!(drawn(77), curve);
    }
}
