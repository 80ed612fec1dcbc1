/// A sample type of planar blocks.
pub trait Sample: Copy + Default + Send + Sync + Into<f64> + 'static {
    /// A number within −1…1.
    fn is_within_full_scale(self) -> bool;
}

impl Sample for f32 {
    #[inline(always)]
    fn is_within_full_scale(self) -> bool {
        self.abs() <= 1.0
    }
}

impl Sample for f64 {
    #[inline(always)]
    fn is_within_full_scale(self) -> bool {
        self.abs() <= 1.0
    }
}

/// Samples of the same length per 64-byte line of the stride.
const LINE: usize = 16;

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
