//! The tracks of a master, block by block: those of the mix, summed and turned up as its plan says.

use crate::audio::AudioBlock;
use crate::conform::TrackPlan;
use crate::master::SceneInput;

/// Frames on their way.
const BLOCK_FRAMES: usize = 4096;

/// The tracks that plans ask for.
pub(super) struct Tracks<'a> {
    plans: &'a [TrackPlan],
    /// Tracks of the mix that are read, each once.
    wanted: Vec<usize>,
    mix: AudioBlock,
    /// What was made last.
    pub(super) made: AudioBlock,
}

impl<'a> Tracks<'a> {
    pub(super) fn new(plans: &'a [TrackPlan]) -> Self {
        let mut wanted: Vec<usize> =
            plans.iter().flat_map(|plan| &plan.sources).map(|(track, _)| *track).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mix = AudioBlock::new(wanted.len(), BLOCK_FRAMES);
        Self { plans, wanted, mix, made: AudioBlock::new(plans.len(), BLOCK_FRAMES) }
    }

    /// Makes up to a block of what comes from frame `at` on, `left` frames before the end; gives how many.
    ///
    /// # Errors
    /// When a stem can't be read on.
    pub(super) fn next(&mut self, input: &mut SceneInput, at: u64, left: u64) -> Result<usize, String> {
        let frames = usize::try_from(left).unwrap_or(BLOCK_FRAMES).min(BLOCK_FRAMES);
        self.mix.set_frames(frames);
        self.made.set_frames(frames);
        input.read(&self.wanted, at, &mut self.mix)?;
        for (plan, made) in self.plans.iter().zip(self.made.channels_mut()) {
            let row = |track: &usize| self.wanted.binary_search(track).ok();
            if let Some(row) = plan.same_as().as_ref().and_then(row) {
                made.copy_from_slice(self.mix.channel(row));
                continue;
            }
            made.fill(0.0);
            for (track, factor) in &plan.sources {
                let Some(row) = row(track) else { continue };
                for (made, sample) in made.iter_mut().zip(self.mix.channel(row)) {
                    *made += (f64::from(*sample) * factor) as f32;
                }
            }
            plan.gain.apply(at, input.sample_rate(), made);
        }
        Ok(frames)
    }
}
