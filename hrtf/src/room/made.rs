//! A built-in room as one head hears it.

use std::sync::Arc;

use super::acoustics::Room;
use super::early::Early;
use super::tail::tail;
use crate::loudness::loudness;
use crate::{Direction, HrirPair, HrtfSet, Orientation};

/// The responses of a built-in room without the direct sound.
///
/// Every source has an early part of its own, and all share one tail. Pink noise through both together is as loud, in
/// both ears together (K-weighted, BS.1770), as the noise itself. How early part and tail share that follows from the
/// room.
pub struct MadeRoom {
    set: Arc<HrtfSet>,
    early: Early,
    /// What the early part of each source is multiplied by: all are equally strong for a head that looks ahead.
    gains: Vec<f64>,
    /// The early parts for that head.
    ahead: Vec<[Vec<f64>; 2]>,
    tail: [Vec<f64>; 2],
    late: usize,
}

impl MadeRoom {
    /// The responses of `room` with sources in these directions, at the ears of `set`, at its sampling rate; all as
    /// late by `late` samples as the direct sound is beside what [`HrtfSet::response`] says.
    pub fn new(room: &Room, set: Arc<HrtfSet>, sources: &[Direction], late: usize) -> Self {
        let early = Early::new(room, &set, sources);
        let mut front = HrirPair::default();
        set.response(Direction::FRONT, &mut front);
        let direct = (front.delay_left + front.delay_right) / 2.0 + set.interpolator().lead() as f64;
        let mut tail = tail(room, &set, late + direct.max(0.0).round() as usize);
        let power = |ears: &[Vec<f64>; 2]| loudness(ears, set.sample_rate());
        let mut ahead = early.responses(&set, Orientation::FORWARD, late);
        let powers: Vec<f64> = ahead.iter().map(power).collect();
        let mean = powers.iter().sum::<f64>() / powers.len().max(1) as f64;
        let whole = (mean + power(&tail)).max(f64::MIN_POSITIVE).sqrt();
        tail.iter_mut().flatten().for_each(|sample| *sample /= whole);
        let gain = |power: f64| if power > 0.0 { (mean / power).sqrt() / whole } else { 0.0 };
        let gains: Vec<f64> = powers.into_iter().map(gain).collect();
        weigh(&mut ahead, &gains);
        Self { set, early, gains, ahead, tail, late }
    }

    /// The early part of each source at both ears of a head that is turned so.
    pub fn early(&self, head: Orientation) -> Vec<[Vec<f64>; 2]> {
        if head == Orientation::FORWARD {
            return self.ahead.clone();
        }
        let mut all = self.early.responses(&self.set, head, self.late);
        weigh(&mut all, &self.gains);
        all
    }

    /// Samples of what [`MadeRoom::early`] gives.
    pub fn early_taps(&self) -> usize {
        self.early.taps() + self.late
    }

    /// The late part at both ears, the same for all sources and for any head.
    pub fn tail(&self) -> &[Vec<f64>; 2] {
        &self.tail
    }
}

fn weigh(all: &mut [[Vec<f64>; 2]], gains: &[f64]) {
    for (ears, gain) in all.iter_mut().zip(gains) {
        ears.iter_mut().flatten().for_each(|sample| *sample *= gain);
    }
}

impl std::fmt::Debug for MadeRoom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MadeRoom({} sources, a tail of {} samples)", self.gains.len(), self.tail[0].len())
    }
}

#[cfg(test)]
mod tests;
