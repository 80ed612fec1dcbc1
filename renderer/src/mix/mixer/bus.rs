//! The bus of a role: its sum, which decides about gains, and the part that each of its tracks and reverbs has in it.

use formats::scene::Role;

use super::BLOCK_FRAMES;
use super::returns::Return;
use super::track::TrackStrip;
use crate::audio::AudioBlock;
use crate::mix::strip::Strip;

/// The sum of the tracks of a role and of their reverbs, as its bus hears it.
pub(super) struct BusSum {
    /// Of whose tracks it is the sum.
    pub(super) role: Role,
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
    pub(super) fn new(role: Role, strip: Strip, key: Option<usize>) -> Self {
        let stages = AudioBlock::new(strip.stages(), BLOCK_FRAMES);
        Self { role, strip, key, block: AudioBlock::new(1, BLOCK_FRAMES), stages }
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
        for track in tracks.iter().filter(|track| track.role == self.role) {
            track.add_to(self.block.channel_mut(0));
        }
        for unit in returns.iter().filter(|unit| !unit.is_after_bus() && *unit.role() == self.role) {
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
