//! What a limiter did: how much, how long, where.

use serde::{Deserialize, Serialize};

use crate::deliver::Clock;

/// Limiting that pauses for less than this is one region, seconds.
const PAUSE_SECONDS: u64 = 1;
/// Regions that a report has: the deepest.
const MOST_REGIONS: usize = 100;

/// Gains as they went by.
#[derive(Clone, Debug)]
pub(super) struct LimiterWork {
    sample_rate: u32,
    frames: u64,
    active: u64,
    regions: Vec<Region>,
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
        Self { sample_rate, frames: 0, active: 0, regions: Vec::new() }
    }

    /// Takes in the next gains.
    pub(super) fn add(&mut self, gains: &[f32]) {
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
    }
}
