//! Meters of what a specification asks for beyond loudness and peaks: dialogue, Leq(m).

use super::Deliverable;
use crate::loudness::{Measures, Meter, Specification, SpeechSource};

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
