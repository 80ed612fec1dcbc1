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

/// What one channel's noise starts from, for 2^32 frames.
pub(super) type Keys = [u32; 2];

impl Dither {
    /// The keys of `channel` around `frame`.
    pub(super) fn keys(self, channel: usize, frame: u64) -> Keys {
        let era = mix((frame >> 32) as u32);
        let first = mix(self.seed ^ (channel as u32).wrapping_mul(0x9E37_79B9) ^ era);
        [first, mix(first ^ 0x85EB_CA6B)]
    }
}

/// A 32-bit hash without visible bias (constants: C. Wellons, "Prospecting for Hash Functions", public domain).
const fn mix(x: u32) -> u32 {
    let x = (x ^ (x >> 16)).wrapping_mul(0x21F0_AAAD);
    let x = (x ^ (x >> 15)).wrapping_mul(0xD35A_2D97);
    x ^ (x >> 15)
}

/// Noise of one frame, −1…1 steps, triangular: the sum of two uniform numbers of 16 bits.
#[inline(always)]
pub(super) fn tpdf([before, within]: Keys, frame: u32) -> f32 {
    let x = frame.wrapping_add(before);
    let x = (x ^ (x >> 16)).wrapping_mul(0x21F0_AAAD) ^ within;
    let x = (x ^ (x >> 15)).wrapping_mul(0xD35A_2D97);
    let x = x ^ (x >> 15);
    // 0…131070, so the difference fits.
    let sum = ((x & 0xFFFF).wrapping_add(x >> 16)).wrapping_sub(0xFFFF).cast_signed();
    sum as f32 * (1.0 / 65_536.0)
}
