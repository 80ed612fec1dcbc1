//! What is done to the feeds of an output before anything is measured: the master chain of a deliverable.
//!
//! ```text
//!  engine ── blocks ── Mastering: the mix and its stems through one chain ── meters, spools, files
//! ```
//!
//! The chain hears the mix; its stems get the same filters and, sample by sample, the same gains, so that they still add up to
//! it. What the chain holds back comes out at the end: every output stays as long as it was and in its time.
//!
//! A chain remembers what it heard and looks ahead, so it hears the programme from its first sample on, wherever the file begins, and a
//! little beyond where it ends: what is too much is left out behind it, and a part of a film has the samples of the whole one.

use formats::scene::chain::MasterChain;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Clock, JobError, Output};
use crate::audio::AudioBlock;
use crate::mix::Processor;
use crate::mix::dynamics::Reduction;
use crate::mix::master::Master;

/// What is done to an output.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Treatment {
    /// Nothing.
    #[default]
    None,
    /// A chain.
    Chain(Box<MasterChain>),
    /// What the chain of another output of the job, by its index, does to that one; this is a stem of it.
    With(usize),
}

/// What a chain did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MasterReport {
    /// Filters of the equaliser.
    pub eq_bands: usize,
    /// What the compressor did.
    pub compressor: Option<GainReport>,
    /// What the limiter did.
    pub limiter: Option<GainReport>,
    /// Its ceiling, dBTP.
    pub ceiling_dbtp: Option<f64>,
}

/// What a gain did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GainReport {
    /// The most that it took away, dB.
    pub max_reduction_db: f64,
    /// When, counted from the start of the file; `None` where it took nothing away.
    pub max_reduction_at: Option<String>,
    /// Part of the time in which it took away 0.1 dB or more.
    pub active_share: f64,
}

/// The chains of a job.
pub(super) struct Mastering {
    groups: Vec<Group>,
    /// Frames before the first of the files that are still to come.
    lead: usize,
    /// For each block, frames of its file that are still to come.
    left: Vec<u64>,
    sample_rate: u32,
}

/// A mix and its stems on their way through a chain.
struct Group {
    /// The mix first.
    outputs: Vec<usize>,
    chain: MasterChain,
    master: Master,
    /// The channels of all of them.
    wide: AudioBlock,
    /// Frames that are still to be left out, for they came before the first.
    early: usize,
    /// Frames that were still to be left out when its gains began to be counted.
    counted_from: usize,
    /// Frames that the chain holds at the end.
    held: usize,
}

impl Mastering {
    /// The chains of `outputs`, whose blocks are like `blocks` and begin `lead` frames before the files, which are `frames` long;
    /// the blocks may go on behind them.
    ///
    /// # Errors
    /// When a chain cannot be made, or a stem goes with something that has none.
    pub(super) fn new(
        outputs: &[Output],
        blocks: &[AudioBlock],
        (lead, frames): (u64, u64),
        sample_rate: u32,
    ) -> Result<Self, JobError> {
        let lead = usize::try_from(lead).unwrap_or(usize::MAX);
        let mut groups = Vec::new();
        for (index, output) in outputs.iter().enumerate() {
            let fault = |message: &dyn std::fmt::Display| JobError::file(&output.file, message);
            match &output.treatment {
                Treatment::Chain(chain) if !chain.is_empty() => {
                    let with = |(_, other): &(usize, &Output)| other.treatment == Treatment::With(index);
                    let stems = outputs.iter().enumerate().filter(with).map(|(stem, _)| stem);
                    let group = Group::new(chain, (index, stems.collect()), blocks, (lead, sample_rate));
                    groups.push(group.map_err(|e| fault(&format_args!("its master chain: {e}")))?);
                }
                Treatment::With(mix)
                    if !outputs.get(*mix).is_some_and(|mix| matches!(mix.treatment, Treatment::Chain(_))) =>
                {
                    return Err(fault(&format_args!("is a stem of output {mix}, which has no master chain")));
                }
                _ => {}
            }
        }
        let left = vec![frames; blocks.len()];
        Ok(Self { groups, lead, left, sample_rate })
    }

    /// Puts what comes out of the chains in the place of what goes in. At the beginning that is less.
    pub(super) fn process(&mut self, blocks: &mut [AudioBlock]) {
        let frames = blocks.first().map_or(0, AudioBlock::frames);
        for group in &mut self.groups {
            group.gather(blocks);
        }
        self.run(blocks);
        let before = self.lead.min(frames);
        self.lead -= before;
        let treated = |index: &usize| self.groups.iter().any(|group| group.outputs.contains(index));
        let others = blocks.iter_mut().enumerate().filter(|(index, _)| !treated(index));
        others.for_each(|(_, block)| block.drop_first(before));
        self.end(blocks);
    }

    /// Takes out what comes after the end of the files.
    fn end(&mut self, blocks: &mut [AudioBlock]) {
        for (block, left) in blocks.iter_mut().zip(&mut self.left) {
            let frames = usize::try_from(*left).unwrap_or(usize::MAX).min(block.frames());
            block.set_frames(frames);
            *left -= frames as u64;
        }
    }

    /// After the last block: a part of what the chains still hold, and nothing of all other outputs. False when there is no more.
    pub(super) fn drain(&mut self, blocks: &mut [AudioBlock]) -> bool {
        blocks.iter_mut().for_each(|block| block.set_frames(0));
        let mut is_there = false;
        for group in &mut self.groups {
            let frames = group.held.min(group.wide.capacity());
            group.held -= frames;
            group.wide.set_frames(frames);
            group.wide.silence();
            is_there |= frames > 0;
        }
        self.run(blocks);
        self.end(blocks);
        is_there
    }

    fn run(&mut self, blocks: &mut [AudioBlock]) {
        self.groups.par_iter_mut().for_each(Group::process);
        self.groups.iter_mut().for_each(|group| group.scatter(blocks));
    }

    /// What was done to the output `index`.
    pub(super) fn report(&self, index: usize) -> Option<MasterReport> {
        let group = self.groups.iter().find(|group| group.outputs.contains(&index))?;
        let late = group.counted_from as u64;
        let gain = |reduction: Reduction| GainReport {
            max_reduction_db: 0.0 - reduction.most_db,
            max_reduction_at: reduction.most_at.map(|at| {
                let (sample, sample_rate) = (at.saturating_sub(late), self.sample_rate);
                Clock { sample, sample_rate }.to_string()
            }),
            active_share: reduction.active_share(),
        };
        let [compressor, limiter] = group.master.reductions();
        Some(MasterReport {
            eq_bands: group.chain.eq.as_ref().map_or(0, |eq| eq.bands.len()),
            compressor: compressor.map(gain),
            limiter: limiter.map(gain),
            ceiling_dbtp: group.chain.limiter.map(|limiter| limiter.ceiling_dbtp),
        })
    }
}

impl Group {
    fn new(
        chain: &MasterChain,
        (mix, stems): (usize, Vec<usize>),
        blocks: &[AudioBlock],
        (lead, sample_rate): (usize, u32),
    ) -> Result<Self, crate::mix::MixError> {
        let channels = |index: &usize| blocks.get(*index).map_or(0, AudioBlock::channels);
        let outputs: Vec<usize> = std::iter::once(mix).chain(stems).collect();
        let all = outputs.iter().map(channels).sum();
        let master = Master::new(chain, sample_rate, channels(&mix), all)?;
        let latency = usize::try_from(master.latency()).unwrap_or(0);
        let capacity = blocks.get(mix).map_or(0, AudioBlock::capacity);
        let wide = AudioBlock::new(all, capacity);
        let early = lead.saturating_add(latency);
        Ok(Self { outputs, chain: chain.clone(), master, wide, early, counted_from: early, held: latency })
    }

    fn gather(&mut self, blocks: &[AudioBlock]) {
        let its = || self.outputs.iter().filter_map(|index| blocks.get(*index));
        self.wide.set_frames(its().next().map_or(0, AudioBlock::frames));
        let rows = its().flat_map(|block| (0..block.channels()).map(|channel| block.channel(channel)));
        for (to, from) in self.wide.channels_mut().zip(rows) {
            to.copy_from_slice(from);
        }
    }

    fn process(&mut self) {
        // What it did to sound that is in no file is of no interest.
        if self.early > 0 && self.early >= self.wide.frames() {
            self.master.count_anew();
            self.counted_from = self.early;
        }
        self.master.process(&mut self.wide, None);
    }

    fn scatter(&mut self, blocks: &mut [AudioBlock]) {
        let early = self.early.min(self.wide.frames());
        self.early -= early;
        let mut channel = 0;
        for index in &self.outputs {
            let Some(block) = blocks.get_mut(*index) else { continue };
            block.set_frames(self.wide.frames() - early);
            for row in block.channels_mut() {
                row.copy_from_slice(&self.wide.channel(channel)[early..]);
                channel += 1;
            }
        }
    }
}

impl MasterReport {
    /// In words.
    pub fn text(&self) -> String {
        let gain = |name: &str, gain: &GainReport| match &gain.max_reduction_at {
            None => format!("{name} idle"),
            Some(at) => format!(
                "{name} up to {:.2} dB at {at}, {:.1} % of the time",
                gain.max_reduction_db,
                100.0 * gain.active_share
            ),
        };
        let eq = (self.eq_bands > 0)
            .then(|| format!("EQ of {} band{}", self.eq_bands, if self.eq_bands == 1 { "" } else { "s" }));
        let compressor = self.compressor.as_ref().map(|made| gain("compressor", made));
        let limiter = self.limiter.as_ref().map(|made| {
            let ceiling = self.ceiling_dbtp.map_or_else(String::new, |ceiling| format!(" at {ceiling} dBTP"));
            gain(&format!("limiter{ceiling}"), made)
        });
        eq.into_iter().chain(compressor).chain(limiter).collect::<Vec<_>>().join("; ")
    }
}
