/// Dither with triangular density, two steps wide (TPDF), for 16- and 24-bit output.
///
/// The noise is a function of seed, channel and frame alone, so the same signal gives the same bits whatever
/// the block size, the number of threads and the start point. Exact zeros stay zero: digital black stays black,
/// as delivery checks for silence expect, and a zero carries no rounding error that noise would have to mask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dither {
    /// Another seed gives other noise.
    pub seed: u32,
}

impl Dither {
    /// The keys of one channel's noise.
    pub(super) fn keys(self, channel: usize, high_frame: u32) -> [u32; 2] {
        let first = mix(self.seed ^ (channel as u32).wrapping_mul(0x9E37_79B9) ^ mix(high_frame));
        [first, mix(first ^ 0x85EB_CA6B)]
    }
}

/// A 32-bit hash without visible bias (constants: C. Wellons, "Prospecting for Hash Functions", public domain).
#[inline(always)]
const fn mix(x: u32) -> u32 {
    let x = (x ^ (x >> 16)).wrapping_mul(0x21F0_AAAD);
    let x = (x ^ (x >> 15)).wrapping_mul(0xD35A_2D97);
    x ^ (x >> 15)
}

/// Noise of one frame, −1…1 steps, triangular: the sum of two uniform numbers of 16 bits.
#[inline(always)]
pub(super) fn tpdf([a, b]: [u32; 2], frame: u32) -> f64 {
    let x = frame.wrapping_add(a);
    let x = (x ^ (x >> 16)).wrapping_mul(0x21F0_AAAD) ^ b;
    let x = (x ^ (x >> 15)).wrapping_mul(0xD35A_2D97);
    let x = x ^ (x >> 15);
    let sum = (x & 0xFFFF).wrapping_add(x >> 16) as i32;
    // 0…131070 around 65535.
    f64::from(sum.wrapping_sub(65_535)) * (1.0 / 65_536.0)
}
