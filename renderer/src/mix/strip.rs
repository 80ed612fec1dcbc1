//! A strip of the desk: the processors of a chain in their order, what they listen to, and what each leaves behind.

use formats::scene::chain::{self, Chain};

use super::delay::{Delay, Line};
use super::denoise::Denoise;
use super::dynamics::{Compressor, DeEsser, Gate};
use super::eq::Equaliser;
use super::fader::Fader;
use super::gain::Gain;
use super::spectrum::SpectrumMeter;
use super::stage_meter::StageMeter;
pub use super::stage_meter::{PEAK_CELL, StageLevel};
use super::{MixError, Processor};
use crate::audio::AudioBlock;
use crate::loudness::MeterChannel;
use crate::units::Decibels;

/// What a strip has to know beside its chain.
#[derive(Clone, Copy, Debug)]
pub struct StripSpec {
    /// Hz.
    pub sample_rate: u32,
    /// Frames of the picture per second, for delays in frames.
    pub frame_rate: f64,
    /// Channels of its sound.
    pub channels: usize,
    /// What the fader is turned up by in addition (its group).
    pub fader_offset: Decibels,
    /// Samples that its sound is behind the time of the scene when it comes in.
    pub late: i64,
    /// The same of the key that comes with it.
    pub key_late: i64,
    /// Longest block.
    pub block_frames: usize,
    /// Stages without latency that do nothing now are there too, for they may be turned up while it works. They change no bit.
    pub keeps_idle: bool,
}

/// The processors of a chain; those that would do nothing are left out, so an empty chain changes no bit.
#[derive(Default)]
pub struct Strip {
    stages: Vec<Stage>,
    input: StageMeter,
    /// Samples that its sound is behind the time of the scene when it comes in.
    late: i64,
    latency: i64,
    key: Vec<f32>,
    /// Of what leaves the equaliser, or would, where somebody watches it.
    spectrum: Option<Box<SpectrumMeter>>,
}

/// A processor in its place.
struct Stage {
    name: &'static str,
    processor: Box<dyn Processor>,
    listens: Listens,
    /// Until the key is there.
    wait: Vec<Line>,
    /// Until the sound is there.
    key: Line,
    /// Samples that its sound is behind the time of the scene when it goes out.
    late: i64,
    meter: StageMeter,
}

/// What became of a strip that was to be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeOver {
    /// Its parameters are taken over; what is in its place now is not needed any more.
    Done,
    /// The change before is still going on: nothing was changed, and a few milliseconds later it can be.
    Busy,
    /// It has other stages, or another latency: it can only take the place of the whole strip.
    Unlike,
}

/// What a stage takes its gain from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listens {
    /// It has no such gain.
    Not,
    /// The sound itself.
    Itself,
    /// The key.
    Key,
}

impl Strip {
    /// A strip with the processors of `chain`. Its sends are for whoever has the reverbs.
    ///
    /// # Errors
    /// A parameter out of its range, or a processor that doesn't work at this sample rate.
    pub fn new(chain: &Chain, spec: &StripSpec) -> Result<Self, MixError> {
        chain.check()?;
        let mut strip = Self { late: spec.late, key: vec![0.0; spec.block_frames], ..Self::default() };
        let StripSpec { sample_rate, frame_rate, channels, .. } = *spec;
        let Chain { trim, denoise, eq, gate, de_esser, compressor, delay, fader, .. } = &*chain.heard();
        let idle = spec.keeps_idle;
        let trim = trim.unwrap_or_default();
        if idle || trim != chain::Trim::default() {
            strip.add("trim", Listens::Not, Gain::trim(&trim)?);
        }
        if let Some(denoise) = denoise.filter(|denoise| denoise.amount > 0.0) {
            strip.add("denoise", Listens::Not, Denoise::new(&denoise, sample_rate, channels)?);
        }
        let bands = eq.as_ref().is_some_and(|eq| !eq.bands.is_empty());
        if idle || bands {
            let eq = Equaliser::new(eq.as_ref().unwrap_or(&chain::Eq::default()), sample_rate, channels)?;
            strip.add("eq", Listens::Not, eq);
        }
        if let Some(gate) = gate {
            strip.add("gate", Listens::Itself, Gate::new(gate, sample_rate, channels)?);
        }
        if let Some(de_esser) = de_esser {
            strip.add("deEsser", Listens::Itself, DeEsser::new(de_esser, sample_rate, channels)?);
        }
        if let Some(compressor) = compressor {
            let listens = if compressor.key.is_some() { Listens::Key } else { Listens::Itself };
            strip.add("compressor", listens, Compressor::new(compressor, sample_rate, channels)?);
            if listens == Listens::Key {
                strip.align_key(spec);
            }
        }
        let delay = delay.unwrap_or_default();
        if idle || delay != chain::Delay::default() {
            strip.add("delay", Listens::Not, Delay::new(&delay, sample_rate, frame_rate, channels)?);
        }
        let none = chain::Fader::default();
        let fader = fader.as_ref().unwrap_or(&none);
        if idle || *fader != none || spec.fader_offset != Decibels(0.0) {
            let late = spec.late + strip.latency;
            strip.add("fader", Listens::Not, Fader::new(fader, spec.fader_offset, sample_rate, late)?);
        }
        Ok(strip)
    }

    fn add(&mut self, name: &'static str, listens: Listens, processor: impl Processor + 'static) {
        self.latency += processor.latency();
        let (wait, key, late) = (Vec::new(), Line::new(0), self.late + self.latency);
        let (processor, meter) = (Box::new(processor), StageMeter::default());
        self.stages.push(Stage { name, processor, listens, wait, key, late, meter });
    }

    /// Brings the last stage and its key to the same time.
    fn align_key(&mut self, spec: &StripSpec) {
        let Some(stage) = self.stages.last_mut() else { return };
        let late = spec.late + self.latency - stage.processor.latency();
        let samples = |count: i64| usize::try_from(count).unwrap_or(0);
        stage.key = Line::new(samples(late - spec.key_late));
        stage.wait = vec![Line::new(samples(spec.key_late - late)); spec.channels];
        let waits = (spec.key_late - late).max(0);
        stage.late += waits;
        self.latency += waits;
    }

    /// Measures loudness and true peaks at its input and after every stage from now on; blocks have these channels.
    pub fn measure(&mut self, channels: &[MeterChannel], sample_rate: u32) {
        let stages = self.stages.iter_mut().map(|stage| &mut stage.meter);
        std::iter::once(&mut self.input).chain(stages).for_each(|meter| meter.measure(channels, sample_rate));
    }

    /// Samples that everything comes later.
    pub fn latency(&self) -> i64 {
        self.latency
    }

    /// Samples for which something may come out after the last that went in.
    pub fn tail(&self) -> usize {
        let waits = self.stages.iter().filter_map(|stage| stage.wait.first()).map(Line::len);
        self.stages.iter().map(|stage| stage.processor.tail()).chain(waits).sum()
    }

    /// How many stages there are.
    pub fn stages(&self) -> usize {
        self.stages.len()
    }

    /// Processes a block in place. `key` is the sum of the role that the chain's compressor listens to; `bus` the gains of the bus as
    /// a whole, a row for each stage, for a part of it: those take the place of its own.
    pub fn process(&mut self, block: &mut AudioBlock, key: Option<&[f32]>, bus: Option<&AudioBlock>) {
        self.input.add(block);
        let (watched, mut spectrum) = (self.watched_stage(), self.spectrum.as_mut());
        for (number, stage) in self.stages.iter_mut().enumerate() {
            stage.wait(block);
            if number == watched {
                spectrum.take().into_iter().for_each(|spectrum| spectrum.add(block));
            }
            match bus.filter(|_| stage.listens != Listens::Not) {
                Some(bus) => {
                    stage.processor.follow(block, bus.channel(number));
                    stage.meter.add(block);
                }
                None => stage.run(block, key, &mut self.key, None),
            }
        }
        spectrum.into_iter().for_each(|spectrum| spectrum.add(block));
    }

    /// The same for the sum of a bus: writes the gains of each stage that has some to its row of `bus`.
    pub fn process_sum(&mut self, block: &mut AudioBlock, key: Option<&[f32]>, bus: &mut AudioBlock) {
        bus.set_frames(block.frames());
        self.input.add(block);
        let (watched, mut spectrum) = (self.watched_stage(), self.spectrum.as_mut());
        for (number, stage) in self.stages.iter_mut().enumerate() {
            stage.wait(block);
            if number == watched {
                spectrum.take().into_iter().for_each(|spectrum| spectrum.add(block));
            }
            stage.run(block, key, &mut self.key, Some(bus.channel_mut(number)));
        }
        spectrum.into_iter().for_each(|spectrum| spectrum.add(block));
    }

    /// The stage behind the equaliser, or behind the place where that would be.
    fn watched_stage(&self) -> usize {
        self.stages.iter().take_while(|stage| ["trim", "denoise", "eq"].contains(&stage.name)).count()
    }

    /// Shows the spectrum of what leaves the equaliser from now on, or no more.
    pub(super) fn watch(&mut self, spectrum: Option<SpectrumMeter>) {
        self.spectrum = spectrum.map(Box::new);
    }

    /// That spectrum: centre in Hz and level in dBFS of each band.
    pub(super) fn bands(&self) -> Option<Vec<(f32, f32)>> {
        self.spectrum.as_ref().map(|spectrum| spectrum.bands())
    }

    /// What gate, de-esser and compressor take away now, dB, 0 or more.
    pub(super) fn taken_db(&self) -> [f32; 3] {
        ["gate", "deEsser", "compressor"].map(|name| {
            let stage = self.stages.iter().find(|stage| stage.name == name);
            let reduction = stage.and_then(|stage| stage.processor.reduction());
            reduction.map_or(0.0, |reduction| (-reduction.now_db).max(0.0) as f32)
        })
    }

    /// Takes over the parameters of `new`, a strip that was made with the same [`StripSpec`] and stages, while it is at work: without a
    /// click, and without taking or giving back memory, so that it can be made where there is time and dropped there.
    pub fn take_over(&mut self, new: &mut Self) -> TakeOver {
        if !self.is_like(new) {
            return TakeOver::Unlike;
        }
        if self.stages.iter().any(|stage| stage.processor.is_changing()) {
            return TakeOver::Busy;
        }
        for (old, new) in self.stages.iter_mut().zip(&mut new.stages) {
            old.processor.take_over(&mut *new.processor);
        }
        TakeOver::Done
    }

    /// Whether it could take over the parameters of `other`: both have the same stages, and these the same latencies.
    pub fn is_like(&self, other: &Self) -> bool {
        let is_like = |(one, other): (&Stage, &Stage)| {
            let latencies = one.processor.latency() == other.processor.latency() && one.late == other.late;
            one.name == other.name && one.listens == other.listens && latencies
        };
        self.stages.len() == other.stages.len() && self.stages.iter().zip(&other.stages).all(is_like)
    }

    /// Forgets everything that went in; the next sample that does is that one of all.
    pub fn restart(&mut self, sample: i64) {
        for stage in &mut self.stages {
            stage.processor.restart(sample);
            stage.wait.iter_mut().for_each(Line::reset);
            stage.key.reset();
        }
    }

    /// The same for a part of a bus, whose gains are those of the bus as a whole.
    pub(super) fn levels_of_part(&self, sum: &Self) -> Vec<StageLevel> {
        let reductions = sum.stages.iter().map(|stage| stage.processor.reduction());
        let mut levels = self.levels();
        levels.iter_mut().skip(1).zip(reductions).for_each(|(level, found)| level.reduction = found);
        levels
    }

    /// The level before the first stage and after each.
    pub fn levels(&self) -> Vec<StageLevel> {
        let input = self.input.level("input", self.late, None);
        let after = |stage: &Stage| stage.meter.level(stage.name, stage.late, stage.processor.reduction());
        std::iter::once(input).chain(self.stages.iter().map(after)).collect()
    }
}

/// All channels in one.
fn sum(block: &AudioBlock, to: &mut [f32]) {
    to.fill(0.0);
    for channel in 0..block.channels() {
        to.iter_mut().zip(block.channel(channel)).for_each(|(to, sample)| *to += sample);
    }
}

impl Stage {
    fn wait(&mut self, block: &mut AudioBlock) {
        for (line, samples) in self.wait.iter_mut().zip(block.channels_mut()) {
            line.process(samples);
        }
    }

    /// The next block; its gains go to `lead`, where it decides for others too.
    fn run(
        &mut self,
        block: &mut AudioBlock,
        key: Option<&[f32]>,
        scratch: &mut [f32],
        lead: Option<&mut [f32]>,
    ) {
        let row = &mut scratch[..block.frames()];
        let heard = match self.listens {
            // A filter makes nothing of the loudest of several sounds, so the de-esser of a bus hears their sum.
            Listens::Itself if lead.is_some() && self.name == "deEsser" => {
                sum(block, row);
                Some(&*row)
            }
            Listens::Not | Listens::Itself => None,
            Listens::Key => {
                let key = key.unwrap_or_default();
                let there = key.len().min(row.len());
                row[..there].copy_from_slice(&key[..there]);
                row[there..].fill(0.0);
                self.key.process(row);
                Some(&*row)
            }
        };
        self.processor.lead(block, heard, lead);
        self.meter.add(block);
    }
}
