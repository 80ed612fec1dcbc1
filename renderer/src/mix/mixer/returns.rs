//! A reverb at work: what is sent to it, and the tracks that it comes back on.

use formats::scene::{self, ReverbReturn, ReverbUnit, Role, chain};

use super::track::TrackStrip;
use super::{BLOCK_FRAMES, StripLevels, bed_channels, equal_channels};
use crate::audio::AudioBlock;
use crate::loudness::MeterChannel;
use crate::mix::MixError;
use crate::mix::delay::Line;
use crate::mix::reverb::{Convolution, Fdn, Reverb};
use crate::mix::stage_meter::{OutputPeaks, StageMeter};

/// An instance of a reverb: it hears some of the tracks.
pub(super) struct Return {
    instance: scene::Return,
    reverb: Reverb,
    sends: AudioBlock,
    block: AudioBlock,
    /// For each channel of the master the reverb's; `None` for a loudspeaker of low frequency effects.
    channels: Vec<Option<usize>>,
    lines: Vec<Line>,
    /// `hall (dialogue)`.
    name: String,
    /// How a meter weights the reverb's channels.
    weights: Vec<MeterChannel>,
    meter: StageMeter,
    output: Option<OutputPeaks>,
}

impl Return {
    /// An instance of `unit` for what is sent by tracks of `role`.
    pub(super) fn new(
        (unit, role): (&ReverbUnit, &Role),
        instance: &scene::Return,
        responses: &[Vec<f32>],
        sample_rate: u32,
    ) -> Result<Self, MixError> {
        let all = unit.returns.channels();
        let is_lfe = |channel| match unit.returns {
            ReverbReturn::Bed(layout) => layout.is_lfe(channel),
            ReverbReturn::Objects { .. } => false,
        };
        let mut returns = 0;
        let channels = (0..all)
            .map(|channel| {
                (!is_lfe(channel)).then(|| {
                    returns += 1;
                    returns - 1
                })
            })
            .collect::<Vec<_>>();
        let reverb = match &unit.reverb {
            chain::Reverb::Fdn(fdn) => Reverb::Fdn(Box::new(Fdn::new(fdn, sample_rate, 1, returns)?)),
            chain::Reverb::Convolution(convolution) => {
                let sounding = if responses.len() == all {
                    let pairs = responses.iter().zip(&channels);
                    pairs.filter(|(_, channel)| channel.is_some()).map(|(row, _)| row.clone()).collect()
                } else {
                    responses.to_vec()
                };
                let made = Convolution::new(convolution, &sounding, sample_rate, 1, returns)?;
                Reverb::Convolution(Box::new(made))
            }
        };
        let weights = match unit.returns {
            ReverbReturn::Bed(layout) => bed_channels(layout),
            ReverbReturn::Objects { .. } => equal_channels(all),
        };
        let sounding = weights.into_iter().zip(&channels).filter(|(_, channel)| channel.is_some());
        Ok(Self {
            name: format!("{} ({role})", unit.name),
            weights: sounding.map(|(weight, _)| weight).collect(),
            meter: StageMeter::default(),
            output: None,
            instance: instance.clone(),
            reverb,
            sends: AudioBlock::new(1, BLOCK_FRAMES),
            block: AudioBlock::new(returns, BLOCK_FRAMES),
            channels,
            lines: Vec::new(),
        })
    }

    pub(super) fn channels(&self) -> usize {
        self.channels.len()
    }

    pub(super) fn latency(&self) -> i64 {
        self.reverb.latency()
    }

    pub(super) fn tail(&self) -> usize {
        self.reverb.tail()
    }

    pub(super) fn align(&mut self, samples: i64) {
        self.lines = vec![Line::new(usize::try_from(samples).unwrap_or(0)); self.block.channels()];
    }

    /// Forgets everything that was sent.
    pub(super) fn restart(&mut self) {
        self.reverb.reset();
        self.lines.iter_mut().for_each(Line::reset);
    }

    /// Sums what its tracks send to it.
    pub(super) fn gather(&mut self, tracks: &[TrackStrip], frames: usize) {
        self.sends.set_frames(frames);
        self.block.set_frames(frames);
        self.sends.silence();
        for track in &self.instance.tracks {
            tracks[*track].add_sends(self.instance.reverb, self.sends.channel_mut(0));
        }
    }

    pub(super) fn process(&mut self) {
        self.reverb.process(&self.sends, &mut self.block);
        for (line, samples) in self.lines.iter_mut().zip(self.block.channels_mut()) {
            line.process(samples);
        }
        self.meter.add(&self.block);
    }

    /// Measures loudness, and notes what comes out.
    pub(super) fn measure(&mut self, sample_rate: u32) {
        self.meter.measure(&self.weights, sample_rate);
        self.output = Some(OutputPeaks::default());
    }

    /// Notes what came out.
    pub(super) fn note(&mut self) {
        if let Some(output) = &mut self.output {
            output.add(&self.block);
        }
    }

    /// Its level, everything being so `late` behind the time of the scene.
    pub(super) fn levels(&self, late: i64) -> StripLevels {
        StripLevels {
            strip: format!("reverb {}", self.name),
            is_sum: false,
            stages: vec![self.meter.level("return", late, None)],
            output: self.output.as_ref().map_or(&[][..], OutputPeaks::cells).to_vec(),
        }
    }

    /// Its channels; `None` for one that stays silent.
    pub(super) fn rows(&self) -> impl Iterator<Item = Option<&[f32]>> {
        self.channels.iter().map(|channel| channel.map(|channel| self.block.channel(channel)))
    }
}
