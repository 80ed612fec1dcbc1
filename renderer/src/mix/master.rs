//! What is done to the loudspeaker feeds of a deliverable: equaliser, glue compressor, limiter of true peaks.

use std::any::Any;

use formats::scene::chain;

use super::delay::Line;
use super::dynamics::{Compressor, Reduction};
use super::eq::Equaliser;
use super::grid::{GRID, Position, for_each_span};
use super::logarithm::decibels;
use super::{MixError, Processor};
use crate::audio::AudioBlock;
use crate::loudness;

/// The processors of a deliverable, in order; those that are absent change no bit.
pub struct Master {
    eq: Option<Equaliser>,
    compressor: Option<Compressor>,
    limiter: Option<Limiter>,
}

impl Master {
    /// A chain for blocks of `channels`, of which the first `mix` are the mix and the others its stems: these get the mix's
    /// filters, and the gains that follow from the mix, so that they still add up to it.
    ///
    /// # Errors
    /// A parameter out of its range, or a limiter at a sample rate without true peaks.
    pub fn new(
        parameters: &chain::MasterChain,
        sample_rate: u32,
        mix: usize,
        channels: usize,
    ) -> Result<Self, MixError> {
        parameters.check()?;
        let chain::MasterChain { eq, compressor, limiter } = parameters;
        Ok(Self {
            eq: eq.as_ref().map(|eq| Equaliser::new(eq, sample_rate, channels)).transpose()?,
            compressor: compressor
                .as_ref()
                .map(|made| Ok::<_, MixError>(Compressor::new(made, sample_rate, channels)?.hearing(mix)))
                .transpose()?,
            limiter: limiter
                .as_ref()
                .map(|limiter| Limiter::new(limiter, sample_rate, mix, channels))
                .transpose()?,
        })
    }

    /// What the compressor and the limiter did. Samples are those of what comes out of the whole chain.
    pub fn reductions(&self) -> [Option<Reduction>; 2] {
        let later = self.limiter.as_ref().map_or(0, Limiter::latency);
        let at_the_end = |reduction: Reduction, late: i64| Reduction {
            most_at: reduction.most_at.map(|at| at.saturating_add_signed(late)),
            ..reduction
        };
        let compressor = self.compressor.as_ref();
        [
            compressor.and_then(|made| Some(at_the_end(made.reduction()?, later))),
            self.limiter.as_ref().and_then(Processor::reduction),
        ]
    }

    /// Counts what the compressor and the limiter do from here on.
    pub fn count_anew(&mut self) {
        self.compressor.iter_mut().for_each(Compressor::count_anew);
        self.limiter.iter_mut().for_each(|limiter| limiter.reduction = Reduction::default());
    }

    fn each(&mut self) -> impl Iterator<Item = &mut dyn Processor> {
        let eq = self.eq.as_mut().map(|eq| eq as &mut dyn Processor);
        let compressor = self.compressor.as_mut().map(|compressor| compressor as &mut dyn Processor);
        let limiter = self.limiter.as_mut().map(|limiter| limiter as &mut dyn Processor);
        eq.into_iter().chain(compressor).chain(limiter)
    }
}

impl Processor for Master {
    fn process(&mut self, block: &mut AudioBlock, key: Option<&[f32]>) {
        self.each().for_each(|processor| processor.process(block, key));
    }

    fn latency(&self) -> i64 {
        let compressor = self.compressor.as_ref().map_or(0, Compressor::latency);
        compressor + self.limiter.as_ref().map_or(0, Limiter::latency)
    }

    fn tail(&self) -> usize {
        let eq = self.eq.as_ref().map_or(0, Equaliser::tail);
        let compressor = self.compressor.as_ref().map_or(0, Compressor::tail);
        eq + compressor + self.limiter.as_ref().map_or(0, Limiter::tail)
    }

    fn reduction(&self) -> Option<Reduction> {
        self.compressor.as_ref().and_then(Compressor::reduction)
    }

    fn take_over(&mut self, new: &mut dyn Processor) {
        let Some(new) = new.as_any_mut().downcast_mut::<Self>() else { return };
        for (old, new) in self.each().zip(new.each()) {
            old.take_over(new);
        }
    }

    fn is_changing(&self) -> bool {
        self.eq.as_ref().is_some_and(Equaliser::is_changing)
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn reset(&mut self) {
        self.each().for_each(Processor::reset);
    }
}

/// The limiter of the loudness room, with the sound in time with its gains.
pub struct Limiter {
    gains: loudness::Limiter,
    /// The same before anything went in.
    fresh: loudness::Limiter,
    lines: Vec<Line>,
    /// Gains that are decided, those of the samples that come out next first.
    decided: Vec<f32>,
    /// Samples that went in before the first gain is due.
    waiting: usize,
    position: Position,
    /// The gains of a span, dB.
    levels: Vec<f32>,
    reduction: Reduction,
}

impl Limiter {
    /// A limiter for blocks of `channels`, one gain for all of them: the one that the first `heard` need.
    ///
    /// # Errors
    /// A parameter out of its range, or a sample rate without true peaks.
    pub fn new(
        parameters: &chain::Limiter,
        sample_rate: u32,
        heard: usize,
        channels: usize,
    ) -> Result<Self, MixError> {
        parameters.check()?;
        let gains = loudness::Limiter::new(sample_rate, heard, parameters.ceiling_dbtp)
            .map_err(|error| MixError::Limiter(error.to_string()))?;
        let latency = gains.latency();
        Ok(Self {
            fresh: gains.clone(),
            gains,
            lines: vec![Line::new(latency); channels],
            decided: Vec::with_capacity(2 * latency + GRID),
            waiting: latency,
            position: Position::default(),
            levels: vec![0.0; GRID],
            reduction: Reduction::default(),
        })
    }
}

impl Processor for Limiter {
    fn process(&mut self, block: &mut AudioBlock, _key: Option<&[f32]>) {
        let Self { gains, lines, decided, waiting, position, levels, reduction, .. } = self;
        for_each_span(position, block.frames(), |span| {
            let count = span.samples.len();
            let planes = block.as_slice().get(span.samples.start..).unwrap_or_default();
            gains.add(planes, block.stride(), count, decided);
            let early = count.min(*waiting);
            *waiting -= early;
            let due = (count - early).min(decided.len());
            for (line, samples) in lines.iter_mut().zip(block.channels_mut()) {
                let samples = &mut samples[span.samples.clone()];
                line.process(samples);
                loudness::apply_gains(&decided[..due], &mut samples[early..early + due]);
            }
            let levels = &mut levels[..count];
            levels[..early].fill(0.0);
            levels[early..early + due].copy_from_slice(&decided[..due]);
            decibels(&mut levels[early..early + due]);
            reduction.note(levels);
            decided.copy_within(due.., 0);
            decided.truncate(decided.len() - due);
        });
    }

    fn latency(&self) -> i64 {
        self.lines.first().map_or(0, Line::len) as i64
    }

    fn tail(&self) -> usize {
        self.lines.first().map_or(0, Line::len)
    }

    fn reduction(&self) -> Option<Reduction> {
        Some(self.reduction)
    }

    /// Its ceiling cannot be changed while it works: what it has decided already would pass the new one.
    fn take_over(&mut self, _new: &mut dyn Processor) {}

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn reset(&mut self) {
        self.reduction = Reduction::default();
        self.gains = self.fresh.clone();
        self.lines.iter_mut().for_each(Line::reset);
        self.decided.clear();
        self.waiting = self.gains.latency();
        self.position = Position::default();
    }
}
