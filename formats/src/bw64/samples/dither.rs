use super::encode::FRAMES;
use super::planar::Aligned;

/// Dither with triangular density, two steps wide (TPDF), for 16- and 24-bit output.
///
/// The noise is a function of seed, channel and frame alone, so the same signal gives the same bits whatever
/// the block size, the number of threads and the start point. Exact zeros stay zero: digital black stays black,
/// as delivery checks for silence expect, and a zero has no rounding error that noise would have to mask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dither {
    /// Another seed gives other noise.
    pub seed: u32,
}

/// The noise of a tile of frames. What depends on the frames alone is computed once for all channels.
pub(super) struct Noise {
    dither: Dither,
    era: u32,
    frames: Aligned<[u32; FRAMES]>,
}

impl Noise {
    pub(super) fn new(dither: Dither) -> Self {
        Self { dither, era: 0, frames: Aligned([0; FRAMES]) }
    }

    /// Goes to the frames from `first` on, which have their upper 32 bits in common.
    #[inline(always)]
    pub(super) fn go_to(&mut self, first: u64) {
        self.era = mix((first >> 32) as u32);
        let start = (first as u32).wrapping_add(mix(self.dither.seed ^ self.era));
        for frame in 0..FRAMES {
            let x = start.wrapping_add(frame as u32);
            self.frames.0[frame] = (x ^ (x >> 16)).wrapping_mul(FIRST);
        }
    }

    /// What the noise of `channel` needs besides the frame.
    #[inline(always)]
    pub(super) fn key(&self, channel: usize) -> u32 {
        mix(mix(self.dither.seed ^ (channel as u32).wrapping_mul(0x9E37_79B9) ^ self.era) ^ 0x85EB_CA6B)
    }

    /// Noise of a frame of the tile with the channel's `key`, triangular: the sum of two uniform numbers, 0…131070.
    #[inline(always)]
    pub(super) fn tpdf(&self, key: u32, frame: usize) -> u32 {
        let x = self.frames.0[frame] ^ key;
        let x = (x ^ (x >> 15)).wrapping_mul(SECOND);
        let x = x ^ (x >> 15);
        (x & 0xFFFF).wrapping_add(x >> 16)
    }
}

/// Multipliers of the hash (C. Wellons, "Prospecting for Hash Functions", public domain).
const FIRST: u32 = 0x21F0_AAAD;
const SECOND: u32 = 0xD35A_2D97;

/// A 32-bit hash without visible bias.
const fn mix(x: u32) -> u32 {
    let x = (x ^ (x >> 16)).wrapping_mul(FIRST);
    let x = (x ^ (x >> 15)).wrapping_mul(SECOND);
    x ^ (x >> 15)
}
