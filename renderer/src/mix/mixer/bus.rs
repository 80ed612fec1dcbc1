//! The bus of a role: its sum, which decides about gains, and the part that each of its tracks and reverbs has in it.
//!
//! The sum has a channel for each loudspeaker that one of its beds has, and one for everything else: gains follow the loudest, as on
//! a strip of several channels.

use super::BLOCK_FRAMES;
use super::plan::BusPlan;
use super::returns::Return;
use super::track::TrackStrip;
use crate::audio::AudioBlock;
use crate::mix::MixError;
use crate::mix::spectrum::SpectrumMeter;
use crate::mix::strip::{Strip, StripSpec};
use crate::mix::strip_meter::{StripMeter, StripReading};

/// The sum of the tracks of a role and of their reverbs, as its bus hears it.
pub(super) struct BusSum {
    /// Place in the scene's buses.
    pub(super) bus: usize,
    /// What people call it.
    pub(super) name: String,
    /// Places of the tracks and reverbs that it is the sum of, with the row of each of their channels.
    tracks: Vec<(usize, Vec<usize>)>,
    returns: Vec<(usize, Vec<usize>)>,
    pub(super) strip: Strip,
    /// What its strip was made with.
    pub(super) spec: StripSpec,
    key: Option<usize>,
    block: AudioBlock,
    /// The gains of each stage.
    pub(super) gains: AudioBlock,
    /// What leaves it, where somebody watches.
    meter: Option<StripMeter>,
}

/// The part of a track or of a reverb in a bus: a strip of its own with the gains of the whole.
pub(super) struct BusPart {
    pub(super) strip: Strip,
    /// Place in the mixer's buses.
    pub(super) bus: usize,
}

impl BusSum {
    /// The bus of `plan`; `strip` makes its strip for so many channels.
    pub(super) fn new(
        plan: &BusPlan,
        (tracks, returns): (&[TrackStrip], &[Return]),
        (spec, key): (StripSpec, Option<usize>),
        strip: impl FnOnce(usize) -> Result<Strip, MixError>,
    ) -> Result<Self, MixError> {
        let mut places = vec![String::new()];
        let mut row = |place: &String| {
            let known = places.iter().position(|known| known == place);
            known.unwrap_or_else(|| {
                places.push(place.clone());
                places.len() - 1
            })
        };
        let mut rows = |all: &[String]| all.iter().map(&mut row).collect::<Vec<usize>>();
        let of_track = |number: &usize| Some((*number, rows(tracks.get(*number)?.places())));
        let of_tracks = plan.sum.iter().filter_map(of_track).collect();
        let hears = |(_, unit): &(usize, &Return)| !unit.is_after_bus() && unit.hears_one_of(&plan.sum);
        let returns = returns.iter().enumerate().filter(hears);
        let of_returns = returns.map(|(number, unit)| (number, rows(unit.places()))).collect();
        let channels = places.len();
        let strip = strip(channels)?;
        Ok(Self {
            bus: plan.bus,
            name: plan.name.clone(),
            tracks: of_tracks,
            returns: of_returns,
            gains: AudioBlock::new(strip.stages(), BLOCK_FRAMES),
            strip,
            spec: StripSpec { channels, ..spec },
            key,
            block: AudioBlock::new(channels, BLOCK_FRAMES),
            meter: None,
        })
    }

    /// Channels of the sum.
    pub(super) fn channels(&self) -> usize {
        self.block.channels()
    }

    /// Shows its level from now on.
    pub(super) fn show(&mut self, sample_rate: u32) {
        self.meter = Some(StripMeter::new(sample_rate, self.channels(), BLOCK_FRAMES));
    }

    pub(super) fn watch(&mut self, sample_rate: Option<u32>) {
        let channels = self.channels();
        self.strip.watch(sample_rate.map(|rate| SpectrumMeter::new(rate, channels)));
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
        for (track, rows) in &self.tracks {
            if let Some(track) = tracks.get(*track) {
                track.add_by_place(rows, &mut self.block);
            }
        }
        for (unit, rows) in &self.returns {
            if let Some(unit) = returns.get(*unit) {
                unit.add_by_place(rows, &mut self.block);
            }
        }
        let key = self.key.map(|key| keys.channel(key));
        self.strip.process_sum(&mut self.block, key, &mut self.gains);
        if let Some(meter) = &mut self.meter {
            meter.add(&self.block);
        }
    }
}

impl BusPart {
    /// Its part of the next block.
    pub(super) fn process(&mut self, block: &mut AudioBlock, buses: &[BusSum]) {
        self.strip.process(block, None, buses.get(self.bus).map(|bus| &bus.gains));
    }
}
