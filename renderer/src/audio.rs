//! Blocks of samples on their way through the engine.

use std::ops::Range;

use formats::bw64::SampleFormat;
use hrtf::convolver::Row;
use multiversion::multiversion;

/// Floats between the ends of two channels beyond whole cache lines, so that channels of a block whose length
/// is a power of two don't fall on the same cache sets.
const STRIDE_SKEW: usize = 272;

/// Planar `f32` samples: `channels` rows of `frames` samples, full scale 1.0. Every channel begins where a cache line does.
///
/// The room for samples is taken once in [`AudioBlock::new`]; [`AudioBlock::set_frames`] never allocates.
#[derive(Clone, Debug, Default)]
pub struct AudioBlock {
    channels: usize,
    frames: usize,
    capacity: usize,
    stride: usize,
    samples: Row,
}

impl AudioBlock {
    /// A silent block of `channels` × `capacity` samples.
    pub fn new(channels: usize, capacity: usize) -> Self {
        let stride = capacity.next_multiple_of(16).saturating_add(STRIDE_SKEW);
        Self {
            channels,
            frames: capacity,
            capacity,
            stride,
            samples: Row::zero(channels.saturating_mul(stride)),
        }
    }

    /// Number of channels.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Samples per channel now.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Samples per channel at most.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Changes the length; the samples there stay what they were. More than the capacity gives the capacity.
    pub fn set_frames(&mut self, frames: usize) {
        self.frames = frames.min(self.capacity);
    }

    /// Takes the first `count` samples of every channel out.
    pub(crate) fn drop_first(&mut self, count: usize) {
        let count = count.min(self.frames);
        if count > 0 {
            self.channels_mut().for_each(|samples| samples.copy_within(count.., 0));
            self.frames -= count;
        }
    }

    /// The samples of a channel.
    pub fn channel(&self, channel: usize) -> &[f32] {
        let start = channel * self.stride;
        &self.samples[start..start + self.frames]
    }

    /// The samples of a channel, to write.
    pub fn channel_mut(&mut self, channel: usize) -> &mut [f32] {
        let start = channel * self.stride;
        &mut self.samples[start..start + self.frames]
    }

    /// Every channel in order, to write.
    pub fn channels_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        let frames = self.frames;
        self.samples.chunks_exact_mut(self.stride).map(move |row| &mut row[..frames])
    }

    /// Samples from the start of one channel to the start of the next.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// All channels, [`AudioBlock::stride`] apart.
    pub fn as_slice(&self) -> &[f32] {
        &self.samples
    }

    /// All channels, [`AudioBlock::stride`] apart, to write.
    pub fn as_mut_slice(&mut self) -> &mut [f32] {
        &mut self.samples
    }

    /// Makes every sample zero.
    pub fn silence(&mut self) {
        for channel in self.channels_mut() {
            channel.fill(0.0);
        }
    }
}

/// Frames as they lie in a file: the interleaved samples of all its tracks, which whoever wants them decodes.
#[derive(Clone, Debug)]
pub struct FrameBlock {
    format: SampleFormat,
    tracks: usize,
    frames: usize,
    bytes: Vec<u8>,
}

impl FrameBlock {
    /// An empty block of a file of so many tracks.
    pub fn new(format: SampleFormat, tracks: usize) -> Self {
        Self { format, tracks, frames: 0, bytes: Vec::new() }
    }

    /// Makes it `frames` frames long, whose bytes come from `fill`; after fewer of them there is silence.
    pub fn fill<T>(&mut self, frames: usize, fill: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        self.frames = frames;
        fill(&mut self.bytes)
    }

    /// Frames now.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Decodes the frames `range` of the tracks `wanted`, ascending, into the rows of `to`, which has one for each, and room for so
    /// many. Samples that are no numbers become 0.
    pub fn decode(&self, range: Range<usize>, wanted: &[usize], to: &mut AudioBlock) {
        to.set_frames(range.len());
        let size = self.tracks * self.format.bytes();
        let bytes = self.bytes.get(range.start * size..).unwrap_or_default();
        let bytes = &bytes[..bytes.len().min(range.len() * size)];
        if bytes.len() < range.len() * size {
            to.silence();
        }
        let stride = to.stride();
        self.format.decode_tracks(bytes, self.tracks, wanted, to.as_mut_slice(), stride);
    }
}

/// Lanes that are compared at once.
const LANES: usize = 16;

/// Highest magnitude of `samples`; 0 for none. NaN counts as nothing.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512dq", "x86_64+avx2+fma"))]
pub(crate) fn peak(samples: &[f32]) -> f32 {
    let (groups, rest) = samples.as_chunks::<LANES>();
    let mut highest = [0.0_f32; LANES];
    for group in groups {
        for (high, sample) in highest.iter_mut().zip(group) {
            // Not `max`, whose care for NaN on either side takes more instructions.
            *high = if sample.abs() > *high { sample.abs() } else { *high };
        }
    }
    highest.iter().copied().chain(rest.iter().map(|sample| sample.abs())).fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_apart_and_lengths_stay_within_the_capacity() {
        let mut block = AudioBlock::new(3, 100);
        for (index, channel) in block.channels_mut().enumerate() {
            channel.fill(index as f32);
        }
        block.set_frames(1000);
        assert_eq!(block.frames(), 100);
        block.set_frames(7);
        assert_eq!((block.channel(0), block.channel(2)), (&[0.0; 7][..], &[2.0; 7][..]));
        assert_eq!(block.channels_mut().count(), 3);
        assert_eq!(AudioBlock::new(0, 64).channels_mut().count(), 0);
    }

    #[test]
    fn frames_that_the_file_lacks_are_silent() {
        let mut block = FrameBlock::new(SampleFormat::Int16, 3);
        // Three frames of 0.25, 0.5 and 0.75; two more are missing.
        block.fill(5, |bytes| *bytes = [[0, 0x20, 0, 0x40, 0, 0x60]; 3].concat());
        let mut planes = AudioBlock::new(2, 1024);
        block.decode(1..5, &[0, 2], &mut planes);
        assert_eq!((planes.channels(), planes.frames()), (2, 4));
        assert_eq!(planes.channel(0), [0.25, 0.25, 0.0, 0.0]);
        assert_eq!(planes.channel(1), [0.75, 0.75, 0.0, 0.0]);
        block.decode(4..5, &[0, 2], &mut planes);
        assert_eq!((planes.channel(0), planes.channel(1)), (&[0.0][..], &[0.0][..]));
    }
}
