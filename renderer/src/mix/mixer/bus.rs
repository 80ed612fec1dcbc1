//! The bus of a role: its sum, which decides about gains, and the part that each of its tracks and reverbs has in it.

use super::BLOCK_FRAMES;
use super::plan::BusPlan;
use super::returns::Return;
use super::track::TrackStrip;
use crate::audio::AudioBlock;
use crate::mix::spectrum::SpectrumMeter;
use crate::mix::strip::{Strip, StripSpec};
use crate::mix::strip_meter::{StripMeter, StripReading};

/// The sum of the tracks of a role and of their reverbs, as its bus hears it.
pub(super) struct BusSum {
    /// Place in the scene's buses.
    pub(super) bus: usize,
    /// What people call it.
    pub(super) name: String,
    /// Places of the tracks that it is the sum of.
    tracks: Vec<usize>,
    pub(super) strip: Strip,
    /// What its strip was made with.
    pub(super) spec: StripSpec,
    key: Option<usize>,
    block: AudioBlock,
    /// What it is before each stage.
    pub(super) stages: AudioBlock,
    /// What leaves it, where somebody watches.
    meter: Option<StripMeter>,
}

/// The part of a track or of a reverb in a bus: a strip of its own with the gains of the whole.
pub(super) struct BusPart {
    pub(super) strip: Strip,
    pub(super) key: Option<usize>,
    pub(super) bus: usize,
}

impl BusSum {
    pub(super) fn new(plan: &BusPlan, (strip, spec): (Strip, StripSpec), key: Option<usize>) -> Self {
        Self {
            bus: plan.bus,
            name: plan.name.clone(),
            tracks: plan.sum.clone(),
            stages: AudioBlock::new(strip.stages(), BLOCK_FRAMES),
            strip,
            spec,
            key,
            block: AudioBlock::new(1, BLOCK_FRAMES),
            meter: None,
        }
    }

    /// Shows its level from now on.
    pub(super) fn show(&mut self, sample_rate: u32) {
        self.meter = Some(StripMeter::new(sample_rate, 1, BLOCK_FRAMES));
    }

    pub(super) fn watch(&mut self, sample_rate: Option<u32>) {
        self.strip.watch(sample_rate.map(|rate| SpectrumMeter::new(rate, 1)));
    }

    pub(super) fn bands(&self) -> Option<Vec<(f32, f32)>> {
        self.strip.bands()
    }

    pub(super) fn reset_peak(&mut self) {
        self.meter.iter_mut().for_each(StripMeter::reset);
    }

    pub(super) fn reading(&self) -> StripReading {
        self.meter.as_ref().map_or_else(StripReading::default, |meter| meter.reading(&self.strip))
    }

    /// Takes in what comes together on the bus.
    pub(super) fn sum(
        &mut self,
        tracks: &[TrackStrip],
        returns: &[Return],
        frames: usize,
        keys: &AudioBlock,
    ) {
        self.block.set_frames(frames);
        self.block.silence();
        for track in self.tracks.iter().filter_map(|track| tracks.get(*track)) {
            track.add_to(self.block.channel_mut(0));
        }
        let hears = |unit: &&Return| !unit.is_after_bus() && unit.hears_one_of(&self.tracks);
        for unit in returns.iter().filter(hears) {
            unit.add_to(self.block.channel_mut(0));
        }
        let key = self.key.map(|key| keys.channel(key));
        self.strip.process_sum(&mut self.block, key, &mut self.stages);
        if let Some(meter) = &mut self.meter {
            meter.add(&self.block);
        }
    }
}

impl BusPart {
    /// Its part of the next block.
    pub(super) fn process(&mut self, block: &mut AudioBlock, keys: &AudioBlock, buses: &[BusSum]) {
        let whole = buses.get(self.bus).map(|bus| &bus.stages);
        self.strip.process(block, self.key.map(|key| keys.channel(key)), whole);
    }
}
