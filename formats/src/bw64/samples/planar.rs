/// A sample type of planar blocks.
pub trait Sample: Copy + Default + PartialEq + Send + Sync + Into<f64> + 'static {
    /// A number within −1…1.
    fn is_within_full_scale(self) -> bool;

    /// 0 for what is no number, and within −2…2.
    #[must_use]
    fn bounded(self) -> Self;

    /// In single precision.
    fn to_f32(self) -> f32;

    /// In steps of 1 / `scale`: the nearest multiple of 2^20 steps, in these, and the steps that are left, −2^19…2^19.
    /// For samples that are [`bounded`](Self::bounded), and scales up to 2^40.
    fn split(self, scale: f32) -> (i32, f32);
}

/// Added to a number, 1.5 × 2^23 leaves a single no bits for fractions: the sum is rounded to an integer, halves to
/// even, which its low bits are. Unlike a cast it needs no care for numbers beyond all integers.
pub(super) const WHOLE_F32: f32 = 12_582_912.0;
/// The same for a double, 1.5 × 2^52.
pub(super) const WHOLE_F64: f64 = 6_755_399_441_055_744.0;
/// What [`Sample::split`] takes multiples of.
const MULTIPLE: f32 = 1_048_576.0;

impl Sample for f32 {
    #[inline(always)]
    fn is_within_full_scale(self) -> bool {
        self.abs() <= 1.0
    }

    #[inline(always)]
    fn bounded(self) -> Self {
        if self.is_nan() { 0.0 } else { self.clamp(-2.0, 2.0) }
    }

    #[inline(always)]
    fn to_f32(self) -> f32 {
        self
    }

    #[inline(always)]
    fn split(self, scale: f32) -> (i32, f32) {
        const COARSE: f32 = MULTIPLE * WHOLE_F32;
        let value = self * scale;
        let rounded = value + COARSE;
        let multiples = rounded.to_bits().wrapping_sub(COARSE.to_bits()).cast_signed();
        (multiples, value - (rounded - COARSE))
    }
}

impl Sample for f64 {
    #[inline(always)]
    fn is_within_full_scale(self) -> bool {
        self.abs() <= 1.0
    }

    #[inline(always)]
    fn bounded(self) -> Self {
        if self.is_nan() { 0.0 } else { self.clamp(-2.0, 2.0) }
    }

    #[inline(always)]
    fn to_f32(self) -> f32 {
        self as f32
    }

    #[inline(always)]
    fn split(self, scale: f32) -> (i32, f32) {
        const COARSE: f64 = MULTIPLE as f64 * WHOLE_F64;
        let value = self * f64::from(scale);
        let rounded = value + COARSE;
        let multiples = (rounded.to_bits() as u32).cast_signed();
        (multiples, (value - (rounded - COARSE)) as f32)
    }
}

/// Samples of the same length per 64-byte line of the stride.
const LINE: usize = 16;

/// On cache lines: what lies across two is slow to read back.
#[repr(align(64))]
pub(super) struct Aligned<T>(pub(super) T);

/// A block of audio, one plane per channel, in one piece of memory.
///
/// Planes start `stride` samples apart. The stride is an odd number of cache lines: with a power of two, the
/// same frame of all channels falls into the same cache sets, which costs a factor of eight in transposing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Planar<T = f32> {
    data: Vec<T>,
    channels: usize,
    frames: usize,
    stride: usize,
}

impl<T: Sample> Planar<T> {
    /// A silent block.
    pub fn new(channels: usize, frames: usize) -> Self {
        let mut planar = Self { data: Vec::new(), channels: 0, frames: 0, stride: 0 };
        planar.resize(channels, frames);
        planar
    }

    /// Changes the shape; what the samples are afterwards is not specified. Allocates only to grow.
    pub fn resize(&mut self, channels: usize, frames: usize) {
        (self.channels, self.frames, self.stride) = (channels, frames, Self::stride_for(frames));
        let needed = self.stride.saturating_mul(channels);
        if self.data.len() < needed {
            self.data.resize(needed, T::default());
        }
    }

    /// The distance between planes of `frames` frames: at least `frames`, an odd number of cache lines.
    pub const fn stride_for(frames: usize) -> usize {
        (frames.div_ceil(LINE) | 1) * LINE
    }

    /// Number of planes.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Samples in each plane.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Samples from the start of one plane to the start of the next.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// The plane of `channel`; empty when there is none.
    pub fn channel(&self, channel: usize) -> &[T] {
        let start = channel.saturating_mul(self.stride);
        if channel < self.channels {
            self.data.get(start..start + self.frames).unwrap_or_default()
        } else {
            &[]
        }
    }

    /// The plane of `channel`; empty when there is none.
    pub fn channel_mut(&mut self, channel: usize) -> &mut [T] {
        let start = channel.saturating_mul(self.stride);
        if channel < self.channels {
            self.data.get_mut(start..start + self.frames).unwrap_or_default()
        } else {
            &mut []
        }
    }

    /// All planes, `stride` apart.
    pub fn as_slice(&self) -> &[T] {
        self.data.get(..self.channels * self.stride).unwrap_or_default()
    }

    /// All planes, `stride` apart.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        self.data.get_mut(..self.channels * self.stride).unwrap_or_default()
    }

    /// Makes every sample zero.
    pub fn silence(&mut self) {
        self.data.fill(T::default());
    }
}
