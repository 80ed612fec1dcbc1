//! Planar samples to interleaved bytes: dither, rounding to nearest, clipping, all counted.

use multiversion::multiversion;

use super::dither::{Keys, tpdf};
use super::{Dither, Planar, Sample, SampleFormat};

/// Channels that are packed at a time: four samples of n bytes are n words.
const GROUP: usize = 4;
/// Frames that are packed at a time; all of it stays in the first-level cache.
const FRAMES: usize = 128;

/// What happened to the samples.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EncodeReport {
    /// Per channel, the samples beyond −1…1 that PCM had to clip; always 0 for float formats.
    pub overloads: Vec<u64>,
    /// Samples that were not finite: NaN is written as 0, and so is an infinity in float formats.
    pub non_finite: u64,
}

impl EncodeReport {
    /// Adds what happened to another block of the same channels.
    pub fn add(&mut self, other: &Self) {
        if self.overloads.len() < other.overloads.len() {
            self.overloads.resize(other.overloads.len(), 0);
        }
        for (sum, count) in self.overloads.iter_mut().zip(&other.overloads) {
            *sum += count;
        }
        self.non_finite += other.non_finite;
    }
}

/// Turns planar blocks into the bytes of a data chunk. Pure: blocks can be encoded by different threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoder {
    /// The samples to make.
    pub format: SampleFormat,
    /// Noise before rounding to 16 or 24 bits; other formats take none.
    pub dither: Option<Dither>,
}

impl Encoder {
    /// Appends `block` to `out`; its first frame is frame `first_frame` of the file.
    pub fn encode<T: Sample>(&self, block: &Planar<T>, first_frame: u64, out: &mut Vec<u8>) -> EncodeReport {
        self.encode_planes(
            block.as_slice(),
            block.stride(),
            block.channels(),
            block.frames(),
            first_frame,
            out,
        )
    }

    /// The same for `channels` planes of `frames` frames that start `stride` samples apart.
    pub fn encode_planes<T: Sample>(
        &self,
        planes: &[T],
        stride: usize,
        channels: usize,
        frames: usize,
        first_frame: u64,
        out: &mut Vec<u8>,
    ) -> EncodeReport {
        let mut report = EncodeReport { overloads: vec![0; channels], non_finite: 0 };
        let start = out.len();
        let frame_bytes = channels * self.format.bytes();
        out.resize(start + frames * frame_bytes, 0);
        let bytes = out.get_mut(start..).unwrap_or_default();
        if bytes.is_empty() {
            return report;
        }
        let planes = Planes { planes, stride, channels };
        let mut first = 0;
        while first < frames {
            let frame = first_frame.saturating_add(first as u64);
            // The noise has keys per 2^32 frames: no tile goes across the border.
            let to_border = usize::try_from(u64::from(!(frame as u32)) + 1).unwrap_or(FRAMES);
            let count = FRAMES.min(frames - first).min(to_border);
            let rows = bytes.get_mut(first * frame_bytes..(first + count) * frame_bytes).unwrap_or_default();
            match self.format {
                SampleFormat::Uint8 => store::<T, 1>(*self, planes, first, frame, rows, &mut report),
                SampleFormat::Int16 => store::<T, 2>(*self, planes, first, frame, rows, &mut report),
                SampleFormat::Int24 => store::<T, 3>(*self, planes, first, frame, rows, &mut report),
                SampleFormat::Int32 | SampleFormat::Float32 => {
                    store::<T, 4>(*self, planes, first, frame, rows, &mut report);
                }
                SampleFormat::Float64 => store_f64(planes, first, rows, &mut report),
            }
            first += count;
        }
        report
    }

    /// Words to be stored of `samples`, the first of which is `frame`: integers, or the bits of an `f32`.
    #[inline(always)]
    fn words_of<T: Sample>(
        &self,
        samples: &[T],
        channel: usize,
        frame: u64,
        words: &mut [u32; FRAMES],
    ) -> Counts {
        let (scale, zero) = match self.format {
            SampleFormat::Float32 | SampleFormat::Float64 => return f32_words(samples, words),
            SampleFormat::Uint8 => (128.0, 128),
            SampleFormat::Int16 => (32_768.0, 0),
            SampleFormat::Int24 => (8_388_608.0, 0),
            SampleFormat::Int32 => (2_147_483_648.0, 0),
        };
        let mut usable = [T::default(); FRAMES];
        let (samples, counts) = match all_within_full_scale(samples) {
            true => (samples, Counts::default()),
            false => {
                let counts = inspect(samples, &mut usable);
                (usable.get(..samples.len()).unwrap_or_default(), counts)
            }
        };
        match self.dither {
            Some(dither) if matches!(self.format, SampleFormat::Int16 | SampleFormat::Int24) => {
                quantise_dithered(samples, scale, dither.keys(channel, frame), frame as u32, words);
            }
            _ => quantise(samples, scale, zero, words),
        }
        counts
    }
}

/// Planes in one piece of memory.
#[derive(Clone, Copy)]
struct Planes<'a, T> {
    planes: &'a [T],
    stride: usize,
    channels: usize,
}

impl<'a, T> Planes<'a, T> {
    /// A piece of the plane of `channel`.
    #[inline(always)]
    fn piece(self, channel: usize, first: usize, count: usize) -> &'a [T] {
        let start = channel * self.stride + first;
        self.planes.get(start..start + count).unwrap_or_default()
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    overloads: u32,
    non_finite: u32,
}

/// Stores a tile of all channels, four at a time, in samples of `W` bytes.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512dq", "x86_64+avx2+fma"))]
fn store<T: Sample, const W: usize>(
    encoder: Encoder,
    planes: Planes<T>,
    first: usize,
    frame: u64,
    rows: &mut [u8],
    report: &mut EncodeReport,
) {
    let frame_bytes = planes.channels * W;
    let count = rows.len() / frame_bytes;
    let mut words = [[0; FRAMES]; GROUP];
    let mut packed = [[0; W]; FRAMES];
    for group in (0..planes.channels).step_by(GROUP) {
        let used = GROUP.min(planes.channels - group);
        for (channel, words) in (group..group + used).zip(&mut words) {
            let counts = encoder.words_of(planes.piece(channel, first, count), channel, frame, words);
            report.non_finite += u64::from(counts.non_finite);
            if let Some(sum) = report.overloads.get_mut(channel) {
                *sum += u64::from(counts.overloads);
            }
        }
        pack(&words, &mut packed);
        let at = group * W;
        match used {
            1 => place::<W, 1>(&packed, rows, frame_bytes, at),
            2 => place::<W, 2>(&packed, rows, frame_bytes, at),
            3 => place::<W, 3>(&packed, rows, frame_bytes, at),
            _ => place::<W, GROUP>(&packed, rows, frame_bytes, at),
        }
    }
}

/// The integer nearest to `value`, halves to even, as its low 32 bits: adding 1.5 × 2^52 leaves a double no
/// bits for fractions. Unlike a cast it needs no care for values that a clamp has already ruled out.
#[inline(always)]
fn nearest(value: f64) -> u32 {
    (value + 6_755_399_441_055_744.0).to_bits() as u32
}

/// `value`, a number, clipped to what integers of full scale `scale` hold. Not `clamp`, `min` and `max`, whose
/// care for NaN takes more instructions.
#[inline(always)]
fn clip(value: f64, scale: f64) -> f64 {
    let value = if value < -scale { -scale } else { value };
    if value > scale - 1.0 { scale - 1.0 } else { value }
}

/// No overload, no NaN: nothing to count, as nearly always.
#[inline(always)]
fn all_within_full_scale<T: Sample>(samples: &[T]) -> bool {
    let mut beyond = 0u32;
    for sample in samples {
        beyond |= u32::from(!sample.is_within_full_scale());
    }
    beyond == 0
}

/// Copies `samples` with zeros for NaN, and counts. Wrapping, because at most a tile is counted and a check per
/// sample would keep the loop from becoming vectors.
fn inspect<T: Sample>(samples: &[T], usable: &mut [T; FRAMES]) -> Counts {
    let mut counts = Counts::default();
    for (to, sample) in usable.iter_mut().zip(samples) {
        let value: f64 = (*sample).into();
        *to = if value.is_nan() { T::default() } else { *sample };
        counts.non_finite = counts.non_finite.wrapping_add(u32::from(!value.is_finite()));
        counts.overloads = counts.overloads.wrapping_add(u32::from(value.abs() > 1.0));
    }
    counts
}

#[inline(always)]
fn quantise<T: Sample>(samples: &[T], scale: f64, zero: u32, words: &mut [u32; FRAMES]) {
    for (word, sample) in words.iter_mut().zip(samples) {
        let value: f64 = (*sample).into();
        *word = nearest(clip(value * scale, scale)).wrapping_add(zero);
    }
}

#[inline(always)]
fn quantise_dithered<T: Sample>(
    samples: &[T],
    scale: f64,
    keys: Keys,
    frame: u32,
    words: &mut [u32; FRAMES],
) {
    let mut frame = frame;
    for (word, sample) in words.iter_mut().zip(samples) {
        let value: f64 = (*sample).into();
        let noise = if value == 0.0 { 0.0 } else { tpdf(keys, frame) };
        frame = frame.wrapping_add(1);
        *word = nearest(clip(value * scale + noise, scale));
    }
}

#[inline(always)]
fn f32_words<T: Sample>(samples: &[T], words: &mut [u32; FRAMES]) -> Counts {
    let mut counts = Counts::default();
    for (word, sample) in words.iter_mut().zip(samples) {
        let value: f64 = (*sample).into();
        let value = value as f32;
        counts.non_finite = counts.non_finite.wrapping_add(u32::from(!value.is_finite()));
        *word = if value.is_finite() { value.to_bits() } else { 0 };
    }
    counts
}

/// Four samples of `W` bytes, little-endian and next to one another, as `W` words.
#[inline(always)]
fn pack<const W: usize>(words: &[[u32; FRAMES]; GROUP], packed: &mut [[u32; W]; FRAMES]) {
    let [a, b, c, d] = words;
    for ((((to, a), b), c), d) in packed.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        match to.as_mut_slice() {
            [x] => *x = a & 0xFF | (b & 0xFF) << 8 | (c & 0xFF) << 16 | d << 24,
            [x, y] => (*x, *y) = (a & 0xFFFF | b << 16, c & 0xFFFF | d << 16),
            [x, y, z] => {
                *x = a & 0xFF_FFFF | b << 24;
                *y = b >> 8 & 0xFFFF | c << 16;
                *z = c >> 16 & 0xFF | d << 8;
            }
            [x, y, z, w] => (*x, *y, *z, *w) = (*a, *b, *c, *d),
            _ => {}
        }
    }
}

/// Puts the first `U` of each four samples into the frames, `at` bytes from where each begins.
#[inline(always)]
fn place<const W: usize, const U: usize>(
    packed: &[[u32; W]; FRAMES],
    rows: &mut [u8],
    frame_bytes: usize,
    at: usize,
) {
    for (words, row) in packed.iter().zip(rows.chunks_exact_mut(frame_bytes)) {
        let mut bytes = [[0; 4]; W];
        for (bytes, word) in bytes.iter_mut().zip(words) {
            *bytes = word.to_le_bytes();
        }
        if let (Some(to), Some(from)) = (row.get_mut(at..at + U * W), bytes.as_flattened().get(..U * W)) {
            to.copy_from_slice(from);
        }
    }
}

fn store_f64<T: Sample>(planes: Planes<T>, first: usize, rows: &mut [u8], report: &mut EncodeReport) {
    let frame_bytes = planes.channels * 8;
    let count = rows.len() / frame_bytes;
    for channel in 0..planes.channels {
        let samples = planes.piece(channel, first, count);
        for (sample, row) in samples.iter().zip(rows.chunks_exact_mut(frame_bytes)) {
            let value: f64 = (*sample).into();
            report.non_finite += u64::from(!value.is_finite());
            if let Some(to) = row.get_mut(channel * 8..).and_then(|row| row.first_chunk_mut()) {
                *to = if value.is_finite() { value.to_le_bytes() } else { [0; 8] };
            }
        }
    }
}
