//! One pass over a spool: the gain, the limiter, and whoever takes what comes of it.

use super::Watch;
use super::work::LimiterWork;
use crate::deliver::JobError;
use crate::deliver::sink::FileSink;
use crate::deliver::spool::{Piece, Spool};
use crate::loudness::{Limiter, Measurement, Meter, apply_gains};

/// What to do to a programme.
#[derive(Clone, Debug)]
pub(super) struct Treatment {
    /// Linear, of every sample.
    pub(super) factor: f32,
    /// A limiter that nothing has gone through yet.
    pub(super) limiter: Option<Limiter>,
}

/// A spool and the file it becomes.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) spool: Spool,
    pub(super) file: FileSink,
}

/// The gains of a limiter that listens to a spool, in order.
struct Curve<'a> {
    key: &'a Spool,
    factor: f32,
    limiter: Option<Limiter>,
    /// Frames that the limiter has heard.
    heard: u64,
    piece: Piece,
    /// Those that nobody has used yet.
    gains: Vec<f32>,
}

impl Curve<'_> {
    /// Makes sure of the gains of the next `frames` frames.
    fn fill(&mut self, frames: usize) -> Result<(), JobError> {
        while self.gains.len() < frames {
            let left = self.key.frames().saturating_sub(self.heard);
            let count = usize::try_from(left).unwrap_or(usize::MAX).min(self.key.piece_frames());
            let Some(limiter) = self.limiter.as_mut().filter(|_| count > 0) else {
                match self.limiter.take() {
                    Some(limiter) => limiter.finish(&mut self.gains),
                    None => self.gains.resize(frames, 1.0),
                }
                continue;
            };
            self.key.read(self.heard, count, self.factor, &mut self.piece)?;
            let planes = &self.piece.planes;
            limiter.add(planes.as_slice(), planes.stride(), planes.frames(), &mut self.gains);
            self.heard += count as u64;
        }
        Ok(())
    }
}

/// Who takes pieces: the first frame, and the gains of so many frames from there on.
type Take<'a> = dyn FnMut(u64, &[f32]) -> Result<(), JobError> + 'a;

/// Goes through `key` piece by piece.
fn walk(
    key: &Spool,
    treatment: &Treatment,
    watch: &Watch,
    work: &mut LimiterWork,
    take: &mut Take,
) -> Result<(), JobError> {
    let Treatment { factor, limiter } = treatment.clone();
    let mut curve = Curve { key, factor, limiter, heard: 0, piece: Piece::new(), gains: Vec::new() };
    let mut at = 0;
    while at < key.frames() {
        if (watch.stop)() {
            return Err(JobError::Interrupted);
        }
        let left = usize::try_from(key.frames() - at).unwrap_or(usize::MAX);
        let frames = left.min(key.piece_frames());
        curve.fill(frames)?;
        let gains = &curve.gains[..frames];
        work.add(gains);
        take(at, gains)?;
        curve.gains.drain(..frames);
        at += frames as u64;
    }
    Ok(())
}

/// Reads a piece as it is after `factor` and `gains`.
fn treat(spool: &Spool, at: u64, factor: f32, gains: &[f32], piece: &mut Piece) -> Result<(), JobError> {
    spool.read(at, gains.len(), factor, piece)?;
    for channel in 0..spool.channels() {
        apply_gains(gains, piece.planes.channel_mut(channel));
    }
    Ok(())
}

/// Measures what would be written.
pub(super) fn measure(
    key: &Spool,
    treatment: &Treatment,
    mut meter: Meter,
    watch: &Watch,
) -> Result<Measurement, JobError> {
    let (mut piece, mut work) = (Piece::new(), LimiterWork::new(1));
    walk(key, treatment, watch, &mut work, &mut |at, gains| {
        treat(key, at, treatment.factor, gains, &mut piece)?;
        meter.add(piece.planes.as_slice(), piece.planes.stride(), gains.len());
        Ok(())
    })?;
    Ok(meter.finish())
}

/// Writes `parts`, all with the gains that the first of them asks for.
pub(super) fn write(
    parts: &mut [Part],
    treatment: &Treatment,
    watch: &Watch,
    work: &mut LimiterWork,
) -> Result<(), JobError> {
    let (mut spools, mut files): (Vec<_>, Vec<_>) =
        parts.iter_mut().map(|Part { spool, file }| (&*spool, file)).unzip();
    let Some(key) = spools.first().copied() else { return Ok(()) };
    let mut piece = Piece::new();
    walk(key, treatment, watch, work, &mut |at, gains| {
        for (spool, file) in spools.iter_mut().zip(&mut files) {
            treat(spool, at, treatment.factor, gains, &mut piece)?;
            let planes = &piece.planes;
            file.add(planes.as_slice(), planes.stride(), spool.channels(), gains.len())?;
            (watch.progress)(gains.len() as u64);
        }
        Ok(())
    })
}
