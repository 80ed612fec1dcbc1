//! Complex FFTs whose real and imaginary parts lie apart, so that every pass is plain arithmetic on whole rows.
//!
//! Stockham's order: each pass reads four rows, each a quarter of the data, side by side and writes them
//! interleaved one level deeper; what comes out is in natural order. Sizes are 4ᵃ, 2 · 4ᵃ, 3 · 4ᵃ and 6 · 4ᵃ.

use std::f64::consts::TAU;

use multiversion::{multiversion, target::target_cfg_f};

use super::row::Row;

/// The least size.
pub(super) const LEAST: usize = 16;

/// Samples computed before they are written in groups of four.
const STRIP: usize = 128;

/// Samples on cache lines: a register's worth that lies across two takes twice as long to store.
#[repr(align(64))]
struct Strip([[f32; STRIP]; 4]);

/// A transform of one size.
#[derive(Clone, Debug)]
pub(super) struct Fft {
    size: usize,
    passes: Vec<Pass>,
}

/// `radix` rows into one, at distance `stride`.
#[derive(Clone, Debug)]
struct Pass {
    radix: usize,
    stride: usize,
    /// Twiddle factors. Radix 4: six rows (real and imaginary part of w, w², w³), one value per sample of a row
    /// for strides up to 4, else six values for each group of a stride. Radix 2: two values for each group.
    turns: Row,
}

pub(super) type Rows<'a> = (&'a [f32], &'a [f32]);
pub(super) type RowsMut<'a> = (&'a mut [f32], &'a mut [f32]);

/// exp(−2πi · `part` / `of`), computed in double precision.
pub(super) fn turn(part: usize, of: usize) -> (f32, f32) {
    let angle = TAU * (part % of) as f64 / of as f64;
    (angle.cos() as f32, -angle.sin() as f32)
}

impl Fft {
    /// The least size at or above `least` that there is a transform of.
    pub(super) fn fast_size(least: usize) -> usize {
        let two = least.max(LEAST).next_power_of_two();
        let three = two / 4 * 3;
        if three >= least.max(LEAST) && three.is_multiple_of(LEAST) { three } else { two }
    }

    /// A transform of `size`, which is one of [`Fft::fast_size`].
    pub(super) fn new(size: usize) -> Self {
        let (mut stride, mut length, mut passes) = (1, size, Vec::new());
        while length > 1 {
            let radix = [4, 2, 3].into_iter().find(|radix| length.is_multiple_of(*radix)).unwrap_or(length);
            passes.push(Pass { radix, stride, turns: turns(radix, stride, length) });
            length /= radix;
            stride *= radix;
        }
        Self { size, passes }
    }

    /// Samples.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Passes from input to output. Each reads one buffer and writes another.
    pub(super) fn passes(&self) -> usize {
        self.passes.len()
    }

    /// The first pass, of samples by turns real and imaginary parts, which lie in four quarters.
    pub(super) fn first_pass(&self, samples: [&[f32]; 4], to: RowsMut<'_>) {
        if let Some(Pass { turns, .. }) = self.passes.first() {
            first_of_samples(turns, samples.map(|quarter| quarter.as_chunks().0), to.0, to.1);
        }
    }

    /// Pass `number`. Real and imaginary part exchanged in the first and the last, it's the inverse, times the size.
    pub(super) fn pass(&self, number: usize, from: Rows<'_>, to: RowsMut<'_>) {
        let Some(Pass { radix, stride, turns }) = self.passes.get(number) else { return };
        match (radix, stride) {
            (4, 1) => first(turns, from.0, from.1, to.0, to.1),
            (4, 4) => narrow(turns, from.0, from.1, to.0, to.1),
            (4, 16) => wide::<16>(turns, from.0, from.1, to.0, to.1),
            (4, 64) => wide::<64>(turns, from.0, from.1, to.0, to.1),
            (4, 256) => wide::<256>(turns, from.0, from.1, to.0, to.1),
            (4, 1024) => wide::<1024>(turns, from.0, from.1, to.0, to.1),
            (4, 4096) => wide::<4096>(turns, from.0, from.1, to.0, to.1),
            (4, _) => wide::<16384>(turns, from.0, from.1, to.0, to.1),
            (2, stride) => two(*stride, turns, from.0, from.1, to.0, to.1),
            _ => three(from.0, from.1, to.0, to.1),
        }
    }
}

fn turns(radix: usize, stride: usize, length: usize) -> Row {
    let groups = length / radix;
    match radix {
        4 if stride <= 4 => (0..6)
            .flat_map(|row| (0..groups * stride).map(move |at| (row, at / stride)))
            .map(|(row, group)| part(turn((row / 2 + 1) * group, length), row % 2))
            .collect(),
        4 => (0..groups)
            .flat_map(|group| (0..6).map(move |row| (row, group)))
            .map(|(row, group)| part(turn((row / 2 + 1) * group, length), row % 2))
            .collect(),
        2 => (0..groups).flat_map(|group| <[f32; 2]>::from(turn(group, length))).collect(),
        _ => Row::default(),
    }
}

fn part((re, im): (f32, f32), number: usize) -> f32 {
    if number == 0 { re } else { im }
}

/// `a · b + c`, rounded once where the processor can; elsewhere a fused product would be a slow call.
#[inline(always)]
pub(crate) fn multiply_add(a: f32, b: f32, c: f32, fused: bool) -> f32 {
    if fused { a.mul_add(b, c) } else { a * b + c }
}

/// `x · w`.
#[inline(always)]
fn multiply(x: (f32, f32), w: (f32, f32), fused: bool) -> (f32, f32) {
    (multiply_add(-x.1, w.1, x.0 * w.0, fused), multiply_add(x.1, w.0, x.0 * w.1, fused))
}

/// Four values to four, the last three turned.
#[inline(always)]
fn four([a, b, c, d]: [(f32, f32); 4], w: [(f32, f32); 3], fused: bool) -> [(f32, f32); 4] {
    let (even, odd) = ((a.0 + c.0, a.1 + c.1), (a.0 - c.0, a.1 - c.1));
    let (sum, difference) = ((b.0 + d.0, b.1 + d.1), (b.0 - d.0, b.1 - d.1));
    [
        (even.0 + sum.0, even.1 + sum.1),
        multiply((odd.0 + difference.1, odd.1 - difference.0), w[0], fused),
        multiply((even.0 - sum.0, even.1 - sum.1), w[1], fused),
        multiply((odd.0 - difference.1, odd.1 + difference.0), w[2], fused),
    ]
}

/// The four quarters of a row.
#[inline(always)]
fn quarters(row: &[f32]) -> [&[f32]; 4] {
    let quarter = row.len() / 4;
    let (low, high) = row.split_at(2 * quarter);
    let ((a, b), (c, d)) = (low.split_at(quarter), high.split_at(quarter));
    [a, b, c, &d[..quarter]]
}

/// Samples `from .. from + count` of four rows.
#[inline(always)]
fn stretch(rows: [&[f32]; 4], from: usize, count: usize) -> [&[f32]; 4] {
    let [a, b, c, d] = rows;
    let end = from + count;
    [&a[from..end], &b[from..end], &c[from..end], &d[from..end]]
}

/// Six rows of `length`.
#[inline(always)]
fn sixths(turns: &[f32], length: usize) -> [&[f32]; 6] {
    let (turns, rest) = turns.split_at(3 * length);
    let [a, b, c] = thirds(turns, length);
    let [d, e, f] = thirds(rest, length);
    [a, b, c, d, e, f]
}

#[inline(always)]
fn thirds(rows: &[f32], length: usize) -> [&[f32]; 3] {
    let (a, rest) = rows.split_at(length);
    let (b, c) = rest.split_at(length);
    [a, b, &c[..length]]
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop)]
fn first(turns: &[f32], x_re: &[f32], x_im: &[f32], y_re: &mut [f32], y_im: &mut [f32]) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let quarter = x_re.len() / 4;
    let ([ar, br, cr, dr], [ai, bi, ci, di]) = (quarters(x_re), quarters(&x_im[..4 * quarter]));
    let [w1r, w1i, w2r, w2i, w3r, w3i] = sixths(turns, quarter);
    let y_re = &mut y_re[..4 * quarter];
    let y_im = &mut y_im[..4 * quarter];
    for i in 0..quarter {
        let x = [(ar[i], ai[i]), (br[i], bi[i]), (cr[i], ci[i]), (dr[i], di[i])];
        let y = four(x, [(w1r[i], w1i[i]), (w2r[i], w2i[i]), (w3r[i], w3i[i])], fused);
        y_re[4 * i] = y[0].0;
        y_re[4 * i + 1] = y[1].0;
        y_re[4 * i + 2] = y[2].0;
        y_re[4 * i + 3] = y[3].0;
        y_im[4 * i] = y[0].1;
        y_im[4 * i + 1] = y[1].1;
        y_im[4 * i + 2] = y[2].1;
        y_im[4 * i + 3] = y[3].1;
    }
}

/// [`first`] of samples by turns real and imaginary parts.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop)]
fn first_of_samples(turns: &[f32], samples: [&[[f32; 2]]; 4], y_re: &mut [f32], y_im: &mut [f32]) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let quarter = samples[0].len();
    let [a, b, c, d] = samples;
    let (b, c, d) = (&b[..quarter], &c[..quarter], &d[..quarter]);
    let [w1r, w1i, w2r, w2i, w3r, w3i] = sixths(turns, quarter);
    let y_re = &mut y_re[..4 * quarter];
    let y_im = &mut y_im[..4 * quarter];
    for i in 0..quarter {
        let x = [(a[i][0], a[i][1]), (b[i][0], b[i][1]), (c[i][0], c[i][1]), (d[i][0], d[i][1])];
        let y = four(x, [(w1r[i], w1i[i]), (w2r[i], w2i[i]), (w3r[i], w3i[i])], fused);
        y_re[4 * i] = y[0].0;
        y_re[4 * i + 1] = y[1].0;
        y_re[4 * i + 2] = y[2].0;
        y_re[4 * i + 3] = y[3].0;
        y_im[4 * i] = y[0].1;
        y_im[4 * i + 1] = y[1].1;
        y_im[4 * i + 2] = y[2].1;
        y_im[4 * i + 3] = y[3].1;
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop)]
fn narrow(turns: &[f32], x_re: &[f32], x_im: &[f32], y_re: &mut [f32], y_im: &mut [f32]) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let quarter = x_re.len() / 4;
    let (x_re, x_im) = (quarters(x_re), quarters(&x_im[..4 * quarter]));
    let turns = sixths(turns, quarter);
    let (Strip(re), Strip(im)) = (&mut Strip([[0.0; STRIP]; 4]), &mut Strip([[0.0; STRIP]; 4]));
    let mut at = 0;
    while at < quarter {
        let count = (quarter - at).min(STRIP);
        let [ar, br, cr, dr] = stretch(x_re, at, count);
        let [ai, bi, ci, di] = stretch(x_im, at, count);
        let [w1r, w1i, w2r, w2i, w3r, w3i] = turns;
        let [w1r, w1i, w2r, w2i] = stretch([w1r, w1i, w2r, w2i], at, count);
        let (w3r, w3i) = (&w3r[at..at + count], &w3i[at..at + count]);
        for i in 0..count {
            let x = [(ar[i], ai[i]), (br[i], bi[i]), (cr[i], ci[i]), (dr[i], di[i])];
            let y = four(x, [(w1r[i], w1i[i]), (w2r[i], w2i[i]), (w3r[i], w3i[i])], fused);
            (re[0][i], re[1][i], re[2][i], re[3][i]) = (y[0].0, y[1].0, y[2].0, y[3].0);
            (im[0][i], im[1][i], im[2][i], im[3][i]) = (y[0].1, y[1].1, y[2].1, y[3].1);
        }
        by_fours(re, &mut y_re[4 * at..4 * (at + count)]);
        by_fours(im, &mut y_im[4 * at..4 * (at + count)]);
        at += count;
    }
}

/// Four values of each row by turns.
#[inline(always)]
fn by_fours(rows: &[[f32; STRIP]; 4], to: &mut [f32]) {
    let [a, b, c, d] = rows.each_ref().map(|row| row.as_chunks::<4>().0);
    let to = to.as_chunks_mut::<4>().0.as_chunks_mut::<4>().0;
    for (to, (((a, b), c), d)) in to.iter_mut().zip(a.iter().zip(b).zip(c).zip(d)) {
        *to = [*a, *b, *c, *d];
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
#[allow(clippy::needless_range_loop)]
fn wide<const STRIDE: usize>(turns: &[f32], x_re: &[f32], x_im: &[f32], y_re: &mut [f32], y_im: &mut [f32]) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let quarter = x_re.len() / 4;
    let (x_re, x_im) = (quarters(x_re), quarters(&x_im[..4 * quarter]));
    for (group, w) in turns.as_chunks::<6>().0.iter().enumerate() {
        let w = [(w[0], w[1]), (w[2], w[3]), (w[4], w[5])];
        let from = group * STRIDE;
        let [ar, br, cr, dr] = stretch(x_re, from, STRIDE);
        let [ai, bi, ci, di] = stretch(x_im, from, STRIDE);
        let y_re = &mut y_re[4 * from..4 * (from + STRIDE)];
        let y_im = &mut y_im[4 * from..4 * (from + STRIDE)];
        for i in 0..STRIDE {
            let y = four([(ar[i], ai[i]), (br[i], bi[i]), (cr[i], ci[i]), (dr[i], di[i])], w, fused);
            y_re[i] = y[0].0;
            y_re[i + STRIDE] = y[1].0;
            y_re[i + 2 * STRIDE] = y[2].0;
            y_re[i + 3 * STRIDE] = y[3].0;
            y_im[i] = y[0].1;
            y_im[i + STRIDE] = y[1].1;
            y_im[i + 2 * STRIDE] = y[2].1;
            y_im[i + 3 * STRIDE] = y[3].1;
        }
    }
}

/// Two rows to two, the second turned.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn two(stride: usize, turns: &[f32], x_re: &[f32], x_im: &[f32], y_re: &mut [f32], y_im: &mut [f32]) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let half = x_re.len() / 2;
    for (group, w) in turns.as_chunks::<2>().0.iter().enumerate() {
        let (from, to) = (group * stride, (group + 1) * stride);
        let (ar, ai) = (&x_re[from..to], &x_im[from..to]);
        let (br, bi) = (&x_re[half + from..half + to], &x_im[half + from..half + to]);
        let (sum_re, difference_re) = y_re[2 * from..2 * to].split_at_mut(stride);
        let (sum_im, difference_im) = y_im[2 * from..2 * to].split_at_mut(stride);
        for i in 0..stride {
            let difference = multiply((ar[i] - br[i], ai[i] - bi[i]), (w[0], w[1]), fused);
            (sum_re[i], sum_im[i]) = (ar[i] + br[i], ai[i] + bi[i]);
            (difference_re[i], difference_im[i]) = difference;
        }
    }
}

/// Three rows to three: always the last pass, where nothing turns.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn three(x_re: &[f32], x_im: &[f32], y_re: &mut [f32], y_im: &mut [f32]) {
    const SINE: f32 = 0.866_025_4;
    let third = x_re.len() / 3;
    let (ar, rest) = x_re.split_at(third);
    let (br, cr) = rest.split_at(third);
    let (ai, rest) = x_im.split_at(third);
    let (bi, ci) = rest.split_at(third);
    let (y0r, rest) = y_re.split_at_mut(third);
    let (y1r, y2r) = rest.split_at_mut(third);
    let (y0i, rest) = y_im.split_at_mut(third);
    let (y1i, y2i) = rest.split_at_mut(third);
    let (ai, bi, ci, br, cr) = (&ai[..third], &bi[..third], &ci[..third], &br[..third], &cr[..third]);
    let (y1r, y2r, y0i) = (&mut y1r[..third], &mut y2r[..third], &mut y0i[..third]);
    let (y1i, y2i) = (&mut y1i[..third], &mut y2i[..third]);
    for i in 0..third {
        let sum = (br[i] + cr[i], bi[i] + ci[i]);
        let side = (SINE * (bi[i] - ci[i]), SINE * (cr[i] - br[i]));
        let middle = (ar[i] - 0.5 * sum.0, ai[i] - 0.5 * sum.1);
        (y0r[i], y0i[i]) = (ar[i] + sum.0, ai[i] + sum.1);
        (y1r[i], y1i[i]) = (middle.0 + side.0, middle.1 + side.1);
        (y2r[i], y2i[i]) = (middle.0 - side.0, middle.1 - side.1);
    }
}
