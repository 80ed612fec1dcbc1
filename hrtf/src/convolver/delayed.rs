//! Delays by any part of a sample, as turns of spectra, on the way to a sum.

use std::f64::consts::TAU;

use multiversion::{multiversion, target::target_cfg_f};

use super::fft::{Rows, multiply_add};
use super::row::Row;
use super::spectrum::Spectrum;
use super::transform::Transform;

/// Bins done at once; the last ones, up to [`MORE`], with those before.
const STRIP: usize = 128;
const MORE: usize = 16;

/// Most filters that are blended in one pass.
pub(crate) const MOST: usize = 6;

/// Images below this are the side lobes of the kernel's window and are left out.
const FAINT: f32 = 1e-4;

/// What delays spectra of one size by a windowed sinc.
///
/// A turn exp(−iωd) alone would ring round the whole transform for lack of treble: at half the sampling rate its phase
/// leaps. The kernel of a finite number of taps lets a share of each frequency through, and in the highest ones its
/// image from above half the rate: exp(−iωd) · (pass(ω) + image(ω) · exp(2πid)).
#[derive(Clone, Debug)]
pub(crate) struct Delayer {
    size: usize,
    pass: Row,
    image: Row,
    /// Bins below pass as they are.
    clear: usize,
}

/// A delay.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(crate) struct Turn {
    re: [f32; STRIP + MORE],
    im: [f32; STRIP + MORE],
    /// From a strip to the next.
    strip: (f64, f64),
    image: (f32, f32),
}

impl Default for Turn {
    fn default() -> Self {
        Self { re: [1.0; STRIP + MORE], im: [0.0; STRIP + MORE], strip: (1.0, 0.0), image: (1.0, 0.0) }
    }
}

impl Delayer {
    /// For spectra of `transform`. `half` are the taps of the kernel that reads halfway between samples, the same
    /// forwards and backwards; its delay for a whole sample is taken to be a single tap.
    pub(crate) fn new(transform: &Transform, half: &[f64]) -> Self {
        let (size, centre) = (transform.size(), (half.len() as f64 - 1.0) / 2.0);
        let halfway = |bin: usize| {
            let omega = TAU * bin as f64 / size as f64;
            half.iter()
                .enumerate()
                .map(|(tap, gain)| gain * (omega * (tap as f64 - centre)).cos())
                .sum::<f64>()
        };
        let halfway: Vec<f64> = (0..transform.row()).map(|bin| halfway(bin.min(size / 2))).collect();
        let image: Row = halfway.iter().map(|gain| (0.5 - 0.5 * gain) as f32).collect();
        let clear = image.iter().position(|image| image.abs() > FAINT).unwrap_or(image.len());
        Self { size, pass: halfway.iter().map(|gain| (0.5 + 0.5 * gain) as f32).collect(), image, clear }
    }

    /// Makes `turn` the one of a delay of `samples`.
    pub(crate) fn turn(&self, samples: f64, turn: &mut Turn) {
        let (sine, cosine) = (TAU * samples / self.size as f64).sin_cos();
        let (sine_of_image, cosine_of_image) = ((TAU * (samples - samples.floor())) as f32).sin_cos();
        turn.strip = powers(&mut turn.re, &mut turn.im, (cosine, -sine));
        turn.image = (cosine_of_image, sine_of_image);
    }

    /// Adds to `sum` the signal, late by `turn`, times Σ weight · filter. Filters without a weight are left out.
    pub(crate) fn add(
        &self,
        signal: &Spectrum,
        filters: &[&Spectrum],
        (sum, turn, weights): (&mut Spectrum, &Turn, &[f32]),
    ) {
        for (filters, weights) in filters.chunks(MOST).zip(weights.chunks(MOST)) {
            match filters.len().min(weights.len()) {
                0..=3 => self.add_some::<3>(signal, filters, (sum, turn, weights)),
                4 => self.add_some::<4>(signal, filters, (sum, turn, weights)),
                5 => self.add_some::<5>(signal, filters, (sum, turn, weights)),
                _ => self.add_some::<MOST>(signal, filters, (sum, turn, weights)),
            }
        }
    }

    /// [`Delayer::add`] to two sums with a delay and weights of its own each, for up to [`MOST`] filters, which are
    /// read once.
    pub(crate) fn add_twice(
        &self,
        signal: &Spectrum,
        filters: &[&Spectrum],
        sums: [&mut Spectrum; 2],
        turns: [&Turn; 2],
        weights: [&[f32]; 2],
    ) {
        match filters.len() {
            0..=3 => self.add_some_twice::<3>(signal, filters, sums, turns, weights),
            4 => self.add_some_twice::<4>(signal, filters, sums, turns, weights),
            5 => self.add_some_twice::<5>(signal, filters, sums, turns, weights),
            _ => self.add_some_twice::<MOST>(signal, filters, sums, turns, weights),
        }
    }

    fn add_some<const COUNT: usize>(
        &self,
        signal: &Spectrum,
        filters: &[&Spectrum],
        (sum, turn, given): (&mut Spectrum, &Turn, &[f32]),
    ) {
        let Some(rows) = rows::<COUNT>(filters) else { return };
        add_turned(&mut sum.re, &mut sum.im, self.common(signal), turn, rows, weights(given));
    }

    fn add_some_twice<const COUNT: usize>(
        &self,
        signal: &Spectrum,
        filters: &[&Spectrum],
        [a, b]: [&mut Spectrum; 2],
        turns: [&Turn; 2],
        given: [&[f32]; 2],
    ) {
        let Some(rows) = rows::<COUNT>(filters) else { return };
        let filters = (rows, given.map(weights));
        add_turned_twice(&mut a.re, &mut a.im, &mut b.re, &mut b.im, self.common(signal), turns, filters);
    }

    fn common<'a>(&'a self, signal: &'a Spectrum) -> Common<'a> {
        let Self { pass, image, clear, .. } = self;
        Common { signal: (&signal.re, &signal.im), pass, image, clear: *clear }
    }
}

/// What all sums have in common.
#[derive(Clone, Copy)]
struct Common<'a> {
    signal: Rows<'a>,
    pass: &'a [f32],
    image: &'a [f32],
    clear: usize,
}

/// Real and imaginary rows of some filters.
type Filters<'a, const COUNT: usize> = [[&'a [f32]; COUNT]; 2];

/// The rows of filters; the first stands for those that are missing.
fn rows<'a, const COUNT: usize>(filters: &[&'a Spectrum]) -> Option<Filters<'a, COUNT>> {
    let first = filters.first()?;
    let of = |number: usize| filters.get(number).unwrap_or(first);
    Some([std::array::from_fn(|number| &*of(number).re), std::array::from_fn(|number| &*of(number).im)])
}

fn weights<const COUNT: usize>(given: &[f32]) -> [f32; COUNT] {
    std::array::from_fn(|number| given.get(number).copied().unwrap_or(0.0))
}

/// Fills both rows with the powers of `one`, from 0 on; gives the one after [`STRIP`].
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn powers(re: &mut [f32; STRIP + MORE], im: &mut [f32; STRIP + MORE], one: (f64, f64)) -> (f64, f64) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let (mut known, mut power) = (1, one);
    loop {
        // As many as are known, times the first that isn't.
        let more = known.min(STRIP + MORE - known);
        let by = (power.0 as f32, power.1 as f32);
        let (from_re, to_re) = re.split_at_mut(known);
        let (from_im, to_im) = im.split_at_mut(known);
        let (from_re, to_re) = (&from_re[..more], &mut to_re[..more]);
        let (from_im, to_im) = (&from_im[..more], &mut to_im[..more]);
        for i in 0..more {
            (to_re[i], to_im[i]) = product((from_re[i], from_im[i]), by, fused);
        }
        if known == STRIP {
            return power;
        }
        power = times(power, power);
        known *= 2;
    }
}

fn times(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

#[inline(always)]
fn product(a: (f32, f32), b: (f32, f32), fused: bool) -> (f32, f32) {
    (multiply_add(-a.1, b.1, a.0 * b.0, fused), multiply_add(a.0, b.1, a.1 * b.0, fused))
}

/// The sum of weight · filter in one bin.
#[inline(always)]
fn blend<const COUNT: usize>(
    [re, im]: &Filters<'_, COUNT>,
    weights: &[f32; COUNT],
    bin: usize,
    fused: bool,
) -> (f32, f32) {
    let mut sum = (weights[0] * re[0][bin], weights[0] * im[0][bin]);
    for filter in 1..COUNT {
        sum.0 = multiply_add(weights[filter], re[filter][bin], sum.0, fused);
        sum.1 = multiply_add(weights[filter], im[filter][bin], sum.1, fused);
    }
    sum
}

/// `sum + a · b`.
#[inline(always)]
fn add_product(sum: (f32, f32), a: (f32, f32), b: (f32, f32), fused: bool) -> (f32, f32) {
    (
        multiply_add(-a.1, b.1, multiply_add(a.0, b.0, sum.0, fused), fused),
        multiply_add(a.1, b.0, multiply_add(a.0, b.1, sum.1, fused), fused),
    )
}

/// Bins `from .. from + count` of filters.
#[inline(always)]
fn stretch<'a, const COUNT: usize>(
    [re, im]: &Filters<'a, COUNT>,
    from: usize,
    count: usize,
) -> Filters<'a, COUNT> {
    let (mut h_re, mut h_im) = (*re, *im);
    for filter in 0..COUNT {
        h_re[filter] = &re[filter][from..][..count];
        h_im[filter] = &im[filter][from..][..count];
    }
    [h_re, h_im]
}

/// Bins of the strip that begins at `from`, of `total`.
#[inline(always)]
fn strip(from: usize, total: usize) -> usize {
    let rest = total - from;
    if rest > STRIP + MORE { STRIP } else { rest }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn add_turned<const COUNT: usize>(
    sum_re: &mut [f32],
    sum_im: &mut [f32],
    common: Common<'_>,
    turn: &Turn,
    filters: Filters<'_, COUNT>,
    weights: [f32; COUNT],
) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let total = sum_re.len();
    let (mut from, mut turned) = (0, (1.0, 0.0));
    while from < total {
        let count = strip(from, total);
        let h = stretch(&filters, from, count);
        let (y_re, y_im) = (&mut sum_re[from..][..count], &mut sum_im[from..][..count]);
        let (x_re, x_im) = (&common.signal.0[from..][..count], &common.signal.1[from..][..count]);
        let (t_re, t_im) = (&turn.re[..count], &turn.im[..count]);
        let start = (turned.0 as f32, turned.1 as f32);
        if from + count <= common.clear {
            for i in 0..count {
                let z = product((x_re[i], x_im[i]), product((t_re[i], t_im[i]), start, fused), fused);
                let h = blend(&h, &weights, i, fused);
                (y_re[i], y_im[i]) = add_product((y_re[i], y_im[i]), z, h, fused);
            }
        } else {
            let (pass, image) = (&common.pass[from..][..count], &common.image[from..][..count]);
            for i in 0..count {
                let z = product((x_re[i], x_im[i]), product((t_re[i], t_im[i]), start, fused), fused);
                let through = multiply_add(image[i], turn.image.0, pass[i], fused);
                let z = product(z, (through, image[i] * turn.image.1), fused);
                let h = blend(&h, &weights, i, fused);
                (y_re[i], y_im[i]) = add_product((y_re[i], y_im[i]), z, h, fused);
            }
        }
        turned = times(turned, turn.strip);
        from += count;
    }
}

/// [`add_turned`] to two sums, `a` and `b`.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
    "x86_64+avx2+fma",
    "aarch64+neon"
))]
fn add_turned_twice<const COUNT: usize>(
    a_re: &mut [f32],
    a_im: &mut [f32],
    b_re: &mut [f32],
    b_im: &mut [f32],
    common: Common<'_>,
    [ta, tb]: [&Turn; 2],
    (filters, [wa, wb]): (Filters<'_, COUNT>, [[f32; COUNT]; 2]),
) {
    let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
    let total = a_re.len();
    let (mut from, mut turned) = (0, [(1.0, 0.0); 2]);
    while from < total {
        let count = strip(from, total);
        let h = stretch(&filters, from, count);
        let (a_re, a_im) = (&mut a_re[from..][..count], &mut a_im[from..][..count]);
        let (b_re, b_im) = (&mut b_re[from..][..count], &mut b_im[from..][..count]);
        let (x_re, x_im) = (&common.signal.0[from..][..count], &common.signal.1[from..][..count]);
        let (ta_re, ta_im) = (&ta.re[..count], &ta.im[..count]);
        let (tb_re, tb_im) = (&tb.re[..count], &tb.im[..count]);
        let [sa, sb] = turned.map(|(re, im): (f64, f64)| (re as f32, im as f32));
        if from + count <= common.clear {
            for i in 0..count {
                let x = (x_re[i], x_im[i]);
                let za = product(x, product((ta_re[i], ta_im[i]), sa, fused), fused);
                let zb = product(x, product((tb_re[i], tb_im[i]), sb, fused), fused);
                let (ha, hb) = (blend(&h, &wa, i, fused), blend(&h, &wb, i, fused));
                (a_re[i], a_im[i]) = add_product((a_re[i], a_im[i]), za, ha, fused);
                (b_re[i], b_im[i]) = add_product((b_re[i], b_im[i]), zb, hb, fused);
            }
        } else {
            let (pass, image) = (&common.pass[from..][..count], &common.image[from..][..count]);
            for i in 0..count {
                let x = (x_re[i], x_im[i]);
                let za = product(x, product((ta_re[i], ta_im[i]), sa, fused), fused);
                let zb = product(x, product((tb_re[i], tb_im[i]), sb, fused), fused);
                let through = multiply_add(image[i], ta.image.0, pass[i], fused);
                let za = product(za, (through, image[i] * ta.image.1), fused);
                let through = multiply_add(image[i], tb.image.0, pass[i], fused);
                let zb = product(zb, (through, image[i] * tb.image.1), fused);
                let (ha, hb) = (blend(&h, &wa, i, fused), blend(&h, &wb, i, fused));
                (a_re[i], a_im[i]) = add_product((a_re[i], a_im[i]), za, ha, fused);
                (b_re[i], b_im[i]) = add_product((b_re[i], b_im[i]), zb, hb, fused);
            }
        }
        turned = [times(turned[0], ta.strip), times(turned[1], tb.strip)];
        from += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kernel of 32 taps that delays by 15 samples and `fraction`: a sinc under Kaiser's window.
    fn kernel(fraction: f64) -> Vec<f64> {
        crate::binauraliser::delay::kernel(fraction).to_vec()
    }

    #[test]
    fn a_delayed_spectrum_is_the_windowed_sinc_of_its_delay() {
        let mut state = 3u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 23) - 1.0
        };
        for size in [128, 256, 1536, 2048] {
            let transform = Transform::new(size);
            let delayer = Delayer::new(&transform, &kernel(0.5));
            let input: Vec<f32> = (0..size - 64).map(|_| next() as f32).collect();
            let (mut signal, mut scratch) = (transform.spectrum(), transform.scratch());
            transform.forward(&input, &mut scratch, &mut signal);
            let taps = [0.3, -0.2, 0.5, 0.1, -0.4, 0.7, 0.9, -0.8];
            let filters: Vec<Spectrum> = taps.iter().map(|tap| transform.response(&[*tap])).collect();
            let filters: Vec<&Spectrum> = filters.iter().collect();
            let weights = [1.0, 0.5, -0.25, 2.0, 1.5, -1.0, 0.75, 0.5];
            for count in 1..=taps.len() {
                let gain: f64 = taps.iter().zip(weights).take(count).map(|(a, b)| a * f64::from(b)).sum();
                for delay in [0.0, 7.0, 11.25, 3.5, 30.9] {
                    let (mut sum, mut turn) = (transform.spectrum(), Turn::default());
                    delayer.turn(delay + 15.0, &mut turn);
                    delayer.add(&signal, &filters[..count], (&mut sum, &turn, &weights[..count]));
                    let found = transform.inverse(&sum, &mut scratch);
                    let whole = delay.floor();
                    let kernel = kernel(delay - whole);
                    for (n, found) in found.iter().enumerate() {
                        let tap =
                            |tap: usize| n.checked_sub(tap + whole as usize).and_then(|at| input.get(at));
                        let expected: f64 =
                            (0..32).filter_map(|k| Some(kernel[k] * f64::from(*tap(k)?))).sum();
                        let error = (f64::from(*found) - gain * expected).abs();
                        // What lies between the turn and the finite kernel: the window's side lobes.
                        let most = if delay == whole { 3e-6 } else { 3e-4 };
                        assert!(error < most, "{size} {count} {delay} {n}: {error:e}");
                    }
                }
            }
        }
    }
}
