//! Which objects make a fold-down build up, cancel or comb.
//!
//! The power of a sum is that of its parts and what they have in common. Each object's share of the latter is its spectrum
//! times that of the whole: the shares of all objects add up to what is wrong, so none is guessed.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use realfft::num_complex::Complex;

use super::fold::{Fold, LAYOUTS};
use super::interference::{Finding, Powers, Transform, add_powers, bins_of, folded};
use crate::audio::AudioBlock;
use crate::deliver::{Deliverable, JobError};
use crate::engine::{Engine, EngineSpec};
use crate::items::RenderItem;
use crate::master::Input;
use crate::render::RenderOptions;

/// Objects that have less of it are not named.
const LEAST_SHARE: f64 = 0.15;
/// Nor more of them than this.
const MOST: usize = 3;

/// An object and its part in what is wrong, 0…1.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Culprit {
    /// Its name.
    pub object: String,
    /// Of what is too much or too little, 1 being all of it. Others can work against it, so shares may add up to more.
    pub share: f64,
}

/// Spectra of all transforms of a window: per transform, per channel, per bin.
type Spectra = Vec<Vec<Vec<Complex<f32>>>>;

/// Looks at moments of a programme again, in their order.
pub(super) struct Inquiry<'a> {
    pub(super) items: &'a Arc<[RenderItem]>,
    /// The object of each item.
    pub(super) names: &'a [String],
    pub(super) options: RenderOptions,
    pub(super) sample_rate: u32,
    pub(super) frames: u64,
    pub(super) path: &'a Path,
    pub(super) input: Input,
    pub(super) transform: Transform,
    pub(super) folds: [Fold; 3],
    /// What was read last: its first frame, and the tracks that items use.
    pub(super) sound: (u64, AudioBlock),
}

impl Inquiry<'_> {
    /// Who is to blame for `finding`, most of all first.
    pub(super) fn culprits(&mut self, finding: &Finding) -> Result<Vec<Culprit>, JobError> {
        let engine = self.engine(Arc::clone(self.items), finding)?;
        let (span, tracks) = (engine.input_span(), engine.used_tracks().to_vec());
        let sound = self.read(&span, &tracks)?;
        let all = self.rendered(engine, (&sound, span.start, &tracks))?;
        let spectra = self.spectra(&all);
        let mut powers: [Powers; 3] = std::array::from_fn(|_| Powers::of(&self.transform));
        spectra.iter().for_each(|spectra| add_powers(&self.folds, spectra, &mut powers));
        let bins = bins_of(&self.transform, &powers[finding.fold], finding);
        let total = self.common(&spectra, &spectra, finding.fold, &bins);
        let mut shares: BTreeMap<&str, f64> = BTreeMap::new();
        let items = Arc::clone(self.items);
        for (item, name) in items.iter().zip(self.names) {
            let engine = self.engine(Arc::from([item.clone()]), finding)?;
            let is_silent = |track: &usize| {
                let row = tracks.iter().position(|used| used == track);
                row.is_none_or(|row| sound.channel(row).iter().all(|sample| *sample == 0.0))
            };
            if engine.used_tracks().iter().all(is_silent) {
                continue;
            }
            let own = self.rendered(engine, (&sound, span.start, &tracks))?;
            let own = self.spectra(&own);
            *shares.entry(name).or_default() += self.common(&own, &spectra, finding.fold, &bins) / total;
        }
        let mut culprits: Vec<Culprit> = shares
            .into_iter()
            .filter(|(_, share)| *share >= LEAST_SHARE)
            .map(|(object, share)| Culprit { object: object.to_owned(), share })
            .collect();
        culprits.sort_by(|a, b| b.share.total_cmp(&a.share));
        culprits.truncate(MOST);
        self.sound = (span.start, sound);
        Ok(culprits)
    }

    /// The `tracks` over `span`, which doesn't begin before what was read last. What that had of it is not read again.
    fn read(&mut self, span: &Range<u64>, tracks: &[usize]) -> Result<AudioBlock, JobError> {
        let frames = |length: u64| usize::try_from(length).unwrap_or(usize::MAX);
        let mut sound = AudioBlock::new(tracks.len(), frames(span.end - span.start));
        let (start, last) = &self.sound;
        let from = frames(span.start.saturating_sub(*start)).min(last.frames());
        let known = (last.frames() - from).min(sound.frames());
        let mut rest = AudioBlock::new(tracks.len(), sound.frames() - known);
        let (start, mut raw) = (span.start.saturating_add(known as u64), Vec::new());
        let read = self.input.read(tracks, start, &mut rest, (&mut raw, &mut |_, _| ()));
        read.map_err(|e| JobError::file(self.path, e))?;
        for (channel, row) in sound.channels_mut().enumerate() {
            if known > 0 {
                row[..known].copy_from_slice(&last.channel(channel)[from..from + known]);
            }
            row[known..].copy_from_slice(rest.channel(channel));
        }
        Ok(sound)
    }

    fn engine(&self, items: Arc<[RenderItem]>, finding: &Finding) -> Result<Engine, JobError> {
        let error = |e: &dyn std::fmt::Display| JobError::file(self.path, e);
        let deliverable = Deliverable::by_name(LAYOUTS[0]).map_err(|e| error(&e))?;
        let length = self.transform.window_frames() + self.transform.size();
        let spec = EngineSpec {
            items,
            targets: vec![deliverable.target().clone().into()],
            sample_rate: self.sample_rate,
            frames: self.frames,
            span: finding.frame..finding.frame.saturating_add(length as u64),
            options: self.options,
            threads: 1,
        };
        Engine::new(spec).map(|(engine, _)| engine).map_err(|e| error(&e))
    }

    /// What `engine` makes of `sound`, whose rows are `tracks` from frame `start` on.
    fn rendered(
        &self,
        mut engine: Engine,
        (sound, start, tracks): (&AudioBlock, u64, &[usize]),
    ) -> Result<AudioBlock, JobError> {
        let error = |e: &dyn std::fmt::Display| JobError::file(self.path, e);
        let (span, wanted) = (engine.input_span(), engine.used_tracks().to_vec());
        let (mut input, mut outputs) = (engine.input_block(), engine.output_blocks());
        let channels = outputs.first().map_or(0, AudioBlock::channels);
        let mut whole = AudioBlock::new(channels, self.transform.window_frames() + self.transform.size());
        let (mut at, mut filled) = (span.start, 0);
        while at < span.end {
            let frames = input.capacity().min(usize::try_from(span.end - at).unwrap_or(usize::MAX));
            input.set_frames(frames);
            for (row, track) in input.channels_mut().zip(&wanted) {
                row.fill(0.0);
                // An engine of one item never looks further to either side than that of all.
                let from = usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX);
                let samples = tracks.iter().position(|other| other == track).map(|row| sound.channel(row));
                let samples = samples.and_then(|samples| samples.get(from..)).unwrap_or_default();
                row.iter_mut().zip(samples).for_each(|(to, from)| *to = *from);
            }
            engine.process(&input, &mut outputs).map_err(|e| error(&e))?;
            if let Some(output) = outputs.first() {
                let count = output.frames().min(whole.frames() - filled);
                for (channel, row) in whole.channels_mut().enumerate() {
                    row[filled..filled + count].copy_from_slice(&output.channel(channel)[..count]);
                }
                filled += count;
            }
            at += frames as u64;
        }
        Ok(whole)
    }

    fn spectra(&mut self, block: &AudioBlock) -> Spectra {
        let (size, hop) = (self.transform.size(), self.transform.hop());
        let mut at = 0;
        let mut all = Vec::new();
        while at < self.transform.window_frames() {
            let channels = (0..block.channels()).map(|channel| {
                let mut spectrum = vec![Complex::default(); size / 2 + 1];
                self.transform.spectrum(&block.channel(channel)[at..at + size], &mut spectrum);
                spectrum
            });
            all.push(channels.collect());
            at += hop;
        }
        all
    }

    /// What `own` has in common with `whole` after fold-down `fold` beyond what it has before.
    fn common(&self, own: &Spectra, whole: &Spectra, fold: usize, bins: &[usize]) -> f64 {
        let mut sum = 0.0;
        for (own, whole) in own.iter().zip(whole) {
            let (own_before, whole_before) = (self.before(own, fold), self.before(whole, fold));
            let mut ignored = vec![0.0; own.first().map_or(0, Vec::len)];
            for row in &self.folds[fold].rows {
                let own_sum = folded(row, &own_before, &mut ignored);
                let whole_sum = folded(row, &whole_before, &mut ignored);
                sum += product(&own_sum, &whole_sum, bins);
                for (channel, factor) in row {
                    sum -= factor.powi(2) * product(&own_before[*channel], &whole_before[*channel], bins);
                }
            }
        }
        sum
    }

    /// What goes into fold-down `fold`.
    fn before(&self, spectra: &[Vec<Complex<f32>>], fold: usize) -> Vec<Vec<Complex<f32>>> {
        let mut channels = spectra.to_vec();
        for fold in &self.folds[..fold] {
            let mut ignored = vec![0.0; channels.first().map_or(0, Vec::len)];
            channels = fold.rows.iter().map(|row| folded(row, &channels, &mut ignored)).collect();
        }
        channels
    }
}

fn product(a: &[Complex<f32>], b: &[Complex<f32>], bins: &[usize]) -> f64 {
    bins.iter().map(|bin| f64::from((a[*bin] * b[*bin].conj()).re)).sum()
}
