mod delivery;
mod worker;

use std::ops::Range;
use std::sync::Arc;

use formats::Warning;
use hrtf::Orientation;
use rayon::prelude::*;

use super::casting::{add_voices, any_diffuse};
use super::decorrelation::{DecorrelationFilters, Decorrelators};
use super::error::{RenderError, element};
use super::hand::ItemEdit;
use super::importance;
use super::plan::{GRID, Plan, Stretch};
use super::target::{Bus, Conversion, Panner, Target};
use super::track_processor::ItemSources;
use super::voice::{PlanContext, Voice};
use crate::items::RenderItem;
use crate::monitor::binaural::Stage;
use worker::{MOST_PLAN_BYTES, Worker};

/// Choices of the user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RenderOptions {
    /// Objects, packs and blocks less important than this are left out.
    pub importance: Option<u8>,
    /// Converts the position of every Objects block first.
    pub conversion: Option<Conversion>,
}

/// Renders an item list to one target, grid block by grid block.
pub struct Renderer {
    items: Arc<[RenderItem]>,
    panner: Box<dyn Panner>,
    importance: Option<u8>,
    voices: Vec<Voice>,
    /// Of the voices that are being mixed.
    plans: Vec<Plan>,
    most_plan_bytes: usize,
    names: Vec<String>,
    /// One for each thread; the first goes on from the last stretch.
    workers: Vec<Worker>,
    decorrelators: Option<Decorrelators>,
    /// For each channel of the bus, where it goes and with which gain.
    wiring: Vec<(usize, f32)>,
    /// How many channels of the bus, from the first, have a diffuse one.
    diffuse: usize,
    stage: Option<Stage>,
    outputs: usize,
    sample_rate: u32,
}

impl Renderer {
    /// A renderer of those `items` that `sounds` has true for; `sources` are the sources of all.
    pub fn new(
        (items, sounds): (&Arc<[RenderItem]>, &[bool]),
        sources: &ItemSources,
        target: &Target,
        sample_rate: u32,
        options: RenderOptions,
    ) -> Result<(Self, Vec<Warning>), RenderError> {
        let Bus { names, wiring, panner, stage } = target.bus(items, sample_rate, options.conversion)?;
        let mut warnings = Vec::new();
        let mut voices = Vec::new();
        let sounding =
            || items.iter().enumerate().zip(sounds).filter(|(_, sounds)| **sounds).map(|(item, _)| item);
        for (index, item) in sounding() {
            if importance::is_audible(item, options.importance) {
                add_voices(
                    &mut voices,
                    (index, item),
                    &sources[index],
                    (sample_rate, options.importance),
                    &*panner,
                    &mut warnings,
                )?;
            }
        }
        let decorrelated =
            any_diffuse(sounding().map(|(_, item)| item)) || stage.as_ref().is_some_and(Stage::spreads);
        let filters = || match &stage {
            None => DecorrelationFilters::of_layout(&names),
            Some(stage) => stage.decorrelation_filters(),
        };
        let decorrelators = decorrelated.then(|| Decorrelators::new(&filters()));
        let diffuse = stage.as_ref().map_or(names.len(), Stage::diffuse);
        let (items, importance, outputs) = (items.clone(), options.importance, target.channels());
        let renderer = Self {
            items,
            panner,
            importance,
            voices,
            plans: Vec::new(),
            most_plan_bytes: MOST_PLAN_BYTES,
            names,
            workers: Vec::new(),
            decorrelators,
            wiring,
            diffuse,
            stage,
            outputs,
            sample_rate,
        };
        Ok((renderer, warnings))
    }

    /// Channels of the output.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Samples after a moment that its output depends on: those that decorrelators look ahead to, and those by
    /// which the head comes late.
    pub fn look_ahead(&self) -> usize {
        self.ahead() + self.decorrelators.as_ref().map_or(0, Decorrelators::look_ahead)
    }

    /// Samples by which the stage's feeds run ahead of its output.
    fn ahead(&self) -> usize {
        self.stage.as_ref().map_or(0, Stage::latency)
    }

    /// Takes room for stretches of up to `capacity` samples whose output lags by `lag`, and for a grid block of `rows` rows of input
    /// that are to be decoded first, to be rendered by so many threads.
    pub fn reserve(&mut self, (capacity, lag): (usize, usize), rows: usize, threads: usize) {
        if let Some(stage) = &mut self.stage {
            stage.reserve((capacity + lag).div_ceil(GRID) + 1);
        }
        self.hire((capacity, lag), rows, threads);
    }

    /// Makes the room for plans small.
    #[cfg(test)]
    pub(crate) fn plan_within(&mut self, bytes: usize) {
        self.most_plan_bytes = bytes;
    }

    /// What is done by hand to an item from the next stretch on; no click comes of it.
    pub fn change(&mut self, item: usize, edit: &Arc<ItemEdit>) {
        let voices = self.voices.iter_mut().filter(|voice| voice.item == item);
        voices.for_each(|voice| voice.change(edit));
        if let Some(stage) = &mut self.stage {
            stage.change(item, edit);
        }
    }

    /// Where the head looks from the next stretch on. Headphones have to be made for a head that moves.
    pub fn turn_head(&mut self, to: Orientation) {
        if let Some(stage) = &mut self.stage {
            stage.turn_head(to);
        }
    }

    /// Forgets all samples: what comes next may be any stretch.
    pub fn restart(&mut self) {
        self.workers.iter_mut().for_each(|worker| worker.bus.silence());
        if let Some(stage) = &mut self.stage {
            stage.restart();
        }
    }

    /// Samples in front of a moment that its output depends on, beyond those of decorrelation: whole grid blocks.
    pub fn memory(&self) -> usize {
        self.stage.as_ref().map_or(0, Stage::memory)
    }

    /// Samples of the bus kept from the last stretch, where the output lags.
    fn history(&self, lag: usize) -> usize {
        let look_back = self.decorrelators.as_ref().map_or(0, Decorrelators::look_back);
        if lag == 0 { 0 } else { lag + look_back.next_multiple_of(16) }
    }

    fn bus_channels(&self) -> usize {
        self.names.len() + if self.decorrelators.is_some() { self.diffuse } else { 0 }
    }

    /// Gains of a batch of voices for the stretch.
    fn prepare(&mut self, batch: Range<usize>, stretch: Stretch) -> Result<(), RenderError> {
        let panner = &self.panner;
        let context = PlanContext {
            items: &self.items,
            bus_channels: self.bus_channels(),
            importance: self.importance,
        };
        let failed = self.voices[batch]
            .par_iter_mut()
            .zip(&mut self.plans)
            .map_init(
                || panner.for_another_thread(),
                |panner, (voice, plan)| {
                    let stretch = (stretch.start, stretch.blocks());
                    let prepared = voice.prepare(context, &mut **panner, stretch, plan);
                    prepared.err().map(|error| (voice.item, error))
                },
            )
            .find_first(Option::is_some)
            .flatten();
        match failed {
            None => Ok(()),
            Some((item, error)) => {
                Err(RenderError::Gain { element: element(&self.items[item]), block: error.0.to_string() })
            }
        }
    }
}
