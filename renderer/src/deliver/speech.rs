//! When there is speech in what a job writes: the dialogue alone, rendered in the same pass and listened to.

use std::sync::{Arc, OnceLock};

use super::job::Output;
use super::{Deliverable, JobError};
use crate::audio::AudioBlock;
use crate::engine::Part;
use crate::loudness::{Measures, Meter, Specification, SpeechActivity, SpeechSource};
use crate::render::Target;

/// The stems of a job.
#[derive(Debug, Default)]
pub(super) struct Stems(Vec<Stem>);

/// The dialogue of one output alone.
#[derive(Debug)]
struct Stem {
    /// Which of the engine's targets it is.
    target: usize,
    meter: Meter,
    told: Arc<OnceLock<Arc<SpeechActivity>>>,
}

impl Stems {
    /// Listens to those of the engine's targets that `stems` has for outputs. Gives, for each output that can have
    /// speech, what its meter learns of it from.
    ///
    /// # Errors
    /// When loudness isn't defined at this sample rate.
    pub(super) fn new(
        outputs: &[Output],
        stems: &[Option<usize>],
        sample_rate: u32,
    ) -> Result<(Self, Vec<Option<SpeechSource>>), JobError> {
        let (mut all, mut sources) = (Self::default(), Vec::new());
        for (output, stem) in outputs.iter().zip(stems) {
            let is_mix =
                output.part == Part::Mix && !matches!(output.deliverable.target(), Target::Ambisonics { .. });
            let source = match (stem, output.deliverable.meter_channels()) {
                (Some(target), Some(channels)) => {
                    let meter =
                        Meter::of_stem(sample_rate, channels).map_err(|e| JobError::file(&output.file, e))?;
                    let told = Arc::new(OnceLock::new());
                    all.0.push(Stem { target: *target, meter, told: Arc::clone(&told) });
                    Some(SpeechSource::Promised(told))
                }
                _ => is_mix.then_some(SpeechSource::Voice),
            };
            sources.push(source);
        }
        Ok((all, sources))
    }

    /// Takes in the blocks of all of the engine's targets.
    pub(super) fn add(&mut self, blocks: &[AudioBlock]) {
        for Stem { target, meter, .. } in &mut self.0 {
            if let Some(block) = blocks.get(*target) {
                meter.add(block.as_slice(), block.stride(), block.frames());
            }
        }
    }

    /// Tells the meters of the outputs, which must not have ended.
    pub(super) fn tell(self) {
        for Stem { meter, told, .. } in self.0 {
            // Nobody told before: each has its own.
            let _ = told.set(Arc::new(meter.activity()));
        }
    }
}

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
