//! Headphones beside loudspeakers: how loud the 5.1 render of the same mix is, measured in the same pass and not written.
//!
//! A head makes what is behind or above softer, and BS.1770 makes surrounds louder: the two figures tell what of a
//! mix's loudness is the mixer's and what is the way it is heard.

use serde::{Deserialize, Serialize};

use super::{Deliverable, Output};
use crate::audio::AudioBlock;
use crate::engine::{EngineTarget, Part};
use crate::loudness::{Measures, Meter};
use crate::render::Target;

/// The layout that BS.1770 gives its weights for.
const LAYOUT: &str = "0+5+0";
/// The loudness and nothing else.
const LOUDNESS: Measures = Measures { true_peak: false, offsets: false, timeline: false };

/// How loud the 5.1 render of a mix is that was rendered to headphones. What there was nothing to measure of is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// Of the 5.1 render, BS.1770-5, LUFS.
    pub integrated_lufs: Option<f64>,
    /// The headphones, as rendered, less that, LU.
    pub difference_lu: Option<f64>,
}

impl Compared {
    /// With the loudness of the headphones, LUFS.
    pub(super) fn with(self, headphones: Option<f64>) -> Self {
        let difference = |(ears, speakers): (f64, f64)| ears - speakers;
        Self { difference_lu: headphones.zip(self.integrated_lufs).map(difference), ..self }
    }
}

impl Output {
    /// There is something to compare it with.
    pub(super) fn is_mix_on_headphones(&self) -> bool {
        self.part == Part::Mix && matches!(self.deliverable.target(), Target::Headphones(_))
    }
}

/// The 5.1 render, among the engine's targets.
#[derive(Debug)]
pub(super) struct Comparison {
    /// Which of the targets.
    target: usize,
    deliverable: Deliverable,
}

impl Comparison {
    /// Adds the 5.1 render to `targets`.
    pub(super) fn add(targets: &mut Vec<EngineTarget>) -> Option<Self> {
        let deliverable = Deliverable::by_name(LAYOUT).ok()?;
        targets.push(EngineTarget { target: deliverable.target().clone(), part: Part::Mix });
        Some(Self { target: targets.len() - 1, deliverable })
    }

    /// A meter for it, where loudness is defined.
    pub(super) fn meter(&self, sample_rate: u32) -> Option<ComparisonMeter> {
        let meter = self.deliverable.meter(sample_rate, LOUDNESS)?;
        Some(ComparisonMeter { target: self.target, meter })
    }
}

/// Measures the 5.1 render.
#[derive(Debug)]
pub(super) struct ComparisonMeter {
    target: usize,
    meter: Meter,
}

impl ComparisonMeter {
    /// Goes on with the blocks of all targets.
    pub(super) fn add(&mut self, blocks: &[AudioBlock]) {
        if let Some(block) = blocks.get(self.target) {
            self.meter.add(block.as_slice(), block.stride(), block.frames());
        }
    }

    /// What was found; nothing to compare with yet.
    pub(super) fn finish(self) -> Compared {
        Compared { integrated_lufs: self.meter.finish().integrated_lufs, difference_lu: None }
    }
}
