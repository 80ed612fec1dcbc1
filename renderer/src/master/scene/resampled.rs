//! A file at another sample rate than its scene: `rubato`'s synchronous resampler, chunk by chunk on an absolute grid.
//!
//! A chunk of its output depends on that chunk of the input and the one before, so any place can be reached at once with
//! the same bits.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler, WindowFunction};

use crate::audio::AudioBlock;
use crate::mix::mixer::StemError;

/// Frames of a chunk of the file, at least.
const CHUNK: usize = 2048;

/// Fills rows with frames of the file: first frame, how many, rows and their stride.
pub(super) type Decode<'a> = dyn FnMut(u64, usize, (&mut [f32], usize)) -> Result<(), StemError> + 'a;

/// The resampler of a file, with the chunk that it made last.
pub(super) struct Resampled {
    resampler: Fft<f32>,
    channels: usize,
    chunk_in: usize,
    chunk_out: usize,
    /// Frames that the output is late.
    delay: u64,
    input: Vec<f32>,
    output: Vec<f32>,
    /// Number of the chunk in `output`.
    made: Option<u64>,
}

impl Resampled {
    /// From rate to rate, Hz.
    ///
    /// # Errors
    /// When the rates have too little in common.
    pub(super) fn new(from: u32, to: u32, channels: usize) -> Result<Self, String> {
        let common = greatest_common_divisor(from, to);
        // An even number of units makes the delay a whole number of frames.
        let unit = (from / common) as usize;
        let units = CHUNK.div_ceil(unit).next_multiple_of(2);
        let (window, sync) = (WindowFunction::BlackmanHarris2, FixedSync::Both);
        let (rate_in, rate_out) = (from as usize, to as usize);
        let resampler = Fft::new_custom(rate_in, rate_out, units * unit, 1, channels, window, sync)
            .map_err(|e| format!("cannot be resampled from {from} to {to} Hz: {e}"))?;
        let (chunk_in, chunk_out) = (resampler.input_frames_next(), resampler.output_frames_next());
        Ok(Self {
            channels,
            chunk_in,
            chunk_out,
            delay: resampler.output_delay() as u64,
            input: vec![0.0; chunk_in * channels],
            output: vec![0.0; chunk_out * channels],
            made: None,
            resampler,
        })
    }

    /// Frames that so many of the file become.
    pub(super) fn length(&self, file_frames: u64) -> u64 {
        let frames = u128::from(file_frames) * self.chunk_out as u128;
        u64::try_from(frames.div_ceil(self.chunk_in as u128)).unwrap_or(u64::MAX)
    }

    /// Fills `block` from frame `start` of the output on.
    pub(super) fn read(
        &mut self,
        start: u64,
        block: &mut AudioBlock,
        decode: &mut Decode<'_>,
    ) -> Result<(), StemError> {
        let mut filled = 0;
        while filled < block.frames() {
            let at = start.saturating_add(filled as u64).saturating_add(self.delay);
            let (chunk, within) = (at / self.chunk_out as u64, (at % self.chunk_out as u64) as usize);
            self.make(chunk, decode)?;
            let taken = (self.chunk_out - within).min(block.frames() - filled);
            for (to, from) in block.channels_mut().zip(self.output.chunks(self.chunk_out)) {
                to[filled..filled + taken].copy_from_slice(&from[within..within + taken]);
            }
            filled += taken;
        }
        Ok(())
    }

    /// Makes sure that `output` is this chunk.
    fn make(&mut self, chunk: u64, decode: &mut Decode<'_>) -> Result<(), StemError> {
        if self.made == Some(chunk) {
            return Ok(());
        }
        if self.made.is_none_or(|made| made.checked_add(1) != Some(chunk)) {
            self.resampler.reset();
            if let Some(before) = chunk.checked_sub(1) {
                self.process(before, decode)?;
            }
        }
        self.process(chunk, decode)
    }

    fn process(&mut self, chunk: u64, decode: &mut Decode<'_>) -> Result<(), StemError> {
        self.made = None;
        let start = chunk.saturating_mul(self.chunk_in as u64);
        decode(start, self.chunk_in, (&mut self.input, self.chunk_in))?;
        let fault = |e: &dyn std::fmt::Display| StemError(format!("cannot be resampled: {e}"));
        let input = SequentialSlice::new(&self.input, self.channels, self.chunk_in).map_err(|e| fault(&e))?;
        let mut output = SequentialSlice::new_mut(&mut self.output, self.channels, self.chunk_out)
            .map_err(|e| fault(&e))?;
        self.resampler.process_into_buffer(&input, &mut output, None).map_err(|e| fault(&e))?;
        self.made = Some(chunk);
        Ok(())
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
