//! Meters of what a specification asks for beyond loudness and peaks: dialogue, Leq(m).

use super::Deliverable;
use crate::engine::{EngineTarget, Part};
use crate::items::{RenderItem, Role};
use crate::loudness::{Measures, Meter, Specification, SpeechSource};
use crate::render::Target;

impl Deliverable {
    /// A meter for this output that measures what `specification` asks for; of speech it learns from `source`.
    pub(super) fn meter_for(
        &self,
        specification: Option<&Specification>,
        source: Option<&SpeechSource>,
        (sample_rate, measures): (u32, Measures),
    ) -> Option<Meter> {
        let mut meter = self.meter(sample_rate, measures)?;
        if specification.is_some_and(Specification::needs_leq_m) {
            meter = meter.with_leq_m();
        }
        let source = source.filter(|_| specification.is_some_and(Specification::needs_speech));
        Some(match source {
            Some(source) => meter.with_speech(source.clone()),
            None => meter,
        })
    }
}

/// Adds, for every mix but Ambisonics that `needs` it, its dialogue alone to `targets`; tells where it is. None where no item is
/// dialogue.
pub(super) fn add_stems(
    targets: &mut Vec<EngineTarget>,
    items: &[RenderItem],
    needs: impl Iterator<Item = bool>,
) -> Vec<Option<usize>> {
    let part = Part::Role(Role::Dialogue);
    let there_is = items.iter().any(|item| part.holds(item));
    let mut stems = Vec::new();
    for (output, needed) in needs.enumerate() {
        let Some(EngineTarget { target, part: whole }) = targets.get(output) else { break };
        let is_fit = *whole == Part::Mix && !matches!(target, Target::Ambisonics { .. });
        let wanted = needed && there_is && is_fit;
        let stem = EngineTarget { target: target.clone(), part };
        stems.push(wanted.then_some(targets.len()));
        if wanted {
            targets.push(stem);
        }
    }
    stems
}
