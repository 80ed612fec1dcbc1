//! Whether the second file is the first one shifted: the maximum of their cross-correlation around the loudest moment.

use realfft::RealFftPlanner;

use super::{Side, Sums};
use crate::deliver::JobError;

/// Frames of the first that are looked for in the second.
const WINDOW: usize = 1 << 15;
/// Frames of the transform: shifts up to half of what is beyond the window, 1 s at 48 kHz, are found.
const SIZE: usize = 1 << 17;
/// How far the second is looked at before and after the window.
const REACH: usize = (SIZE - WINDOW) / 2;
/// Below this, of 1, they are not the same sound.
const LIKE: f64 = 0.9;
/// Files that cancel deeper than this, relative to the first, have no shift worth looking for.
const CANCELS: f64 = 1e-4;

/// The channel with most sound in the first file, and where its peak is; `None` when the files cancel anyway.
pub(super) fn loudest(sums: &[Sums]) -> Option<(usize, u64)> {
    let power = |sums: &Sums| sums.squares[0];
    let (channel, loudest) = sums.iter().enumerate().max_by(|a, b| power(a.1).total_cmp(&power(b.1)))?;
    (loudest.difference > CANCELS * power(loudest)).then_some((channel, loudest.peak_frame))
}

/// By how many frames `channel` of `b` is later than that of `a` around `frame`, other than none.
pub(super) fn find(
    a: &mut Side<'_>,
    b: &mut Side<'_>,
    channel: usize,
    frame: u64,
) -> Result<Option<i64>, JobError> {
    let length = a.input.frames().min(b.input.frames());
    let window = (length / 2).min(WINDOW as u64);
    // As much room before the window as after it, however near the moment is to an end.
    let room = ((length - window) / 2).min(REACH as u64);
    let start = frame.saturating_sub(window / 2).clamp(room, length - window - room);
    a.decode(start, window as usize)?;
    b.decode(start - room, (window + 2 * room) as usize)?;
    let (window, field) = (a.block.channel(channel), b.block.channel(channel));
    let Some((place, likeness)) = best_match(window, field) else { return Ok(None) };
    let lag = place as i64 - room as i64;
    Ok(Some(lag).filter(|lag| *lag != 0 && likeness >= LIKE))
}

/// Where in `field` the `window` fits best, and how well: 1 is the same but for a gain.
fn best_match(window: &[f32], field: &[f32]) -> Option<(usize, f64)> {
    let places = (field.len() + 1).checked_sub(window.len())?;
    let mut planner = RealFftPlanner::<f64>::new();
    let (forward, inverse) = (planner.plan_fft_forward(SIZE), planner.plan_fft_inverse(SIZE));
    let spectrum = |samples: &[f32]| {
        let mut padded = vec![0.0; SIZE];
        for (to, from) in padded.iter_mut().zip(samples) {
            *to = f64::from(*from);
        }
        let mut bins = forward.make_output_vec();
        forward.process(&mut padded, &mut bins).ok().map(|()| bins)
    };
    let (window_bins, mut bins) = (spectrum(window)?, spectrum(field)?);
    for (bin, other) in bins.iter_mut().zip(&window_bins) {
        *bin *= other.conj();
    }
    // What is real by definition is real to the last bit.
    for edge in [0, SIZE / 2] {
        bins[edge].im = 0.0;
    }
    let mut correlation = vec![0.0; SIZE];
    inverse.process(&mut bins, &mut correlation).ok()?;
    let energy = |samples: &[f32]| samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
    let best = (0..places).max_by(|a, b| correlation[*a].abs().total_cmp(&correlation[*b].abs()))?;
    let there = energy(&field[best..best + window.len()]) * energy(window);
    Some((best, correlation[best].abs() / SIZE as f64 / there.sqrt()))
}
