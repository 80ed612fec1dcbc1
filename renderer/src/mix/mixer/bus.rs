//! The bus of a role: its sum, which decides about gains, and the part that each of its tracks and reverbs has in it.

use super::BLOCK_FRAMES;
use super::returns::Return;
use super::track::TrackStrip;
use crate::audio::AudioBlock;
use crate::mix::strip::Strip;

/// The sum of the tracks of a role and of their reverbs, as its bus hears it.
pub(super) struct BusSum {
    /// What people call it.
    pub(super) name: String,
    /// Places of the tracks that it is the sum of.
    tracks: Vec<usize>,
    pub(super) strip: Strip,
    key: Option<usize>,
    block: AudioBlock,
    /// What it is before each stage.
    pub(super) stages: AudioBlock,
}

/// The part of a track or of a reverb in a bus: a strip of its own with the gains of the whole.
pub(super) struct BusPart {
    pub(super) strip: Strip,
    pub(super) key: Option<usize>,
    pub(super) bus: usize,
}

impl BusSum {
    pub(super) fn new((name, tracks): (String, Vec<usize>), strip: Strip, key: Option<usize>) -> Self {
        let stages = AudioBlock::new(strip.stages(), BLOCK_FRAMES);
        Self { name, tracks, strip, key, block: AudioBlock::new(1, BLOCK_FRAMES), stages }
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
    }
}

impl BusPart {
    /// Its part of the next block.
    pub(super) fn process(&mut self, block: &mut AudioBlock, keys: &AudioBlock, buses: &[BusSum]) {
        let whole = buses.get(self.bus).map(|bus| &bus.stages);
        self.strip.process(block, self.key.map(|key| keys.channel(key)), whole);
    }
}
