//! A reverb at work: what is sent to it, and the tracks that it comes back on.

use formats::scene::{self, ReverbReturn, ReverbUnit, Role, chain};

use super::alignment::Alignment;
use super::bus::{BusPart, BusSum};
use super::track::{TrackStrip, add, delay};
use super::{BLOCK_FRAMES, StripLevels, bed_channels, equal_channels};
use crate::audio::AudioBlock;
use crate::loudness::MeterChannel;
use crate::mix::MixError;
use crate::mix::delay::Line;
use crate::mix::reverb::{Convolution, Fdn, Reverb};
use crate::mix::stage_meter::{OutputPeaks, StageMeter};
use crate::mix::strip::Strip;

/// An instance of a reverb: it hears some of the tracks.
pub(super) struct Return {
    instance: scene::Return,
    reverb: Reverb,
    sends: AudioBlock,
    block: AudioBlock,
    /// For each channel of the master the reverb's; `None` for a loudspeaker of low frequency effects.
    channels: Vec<Option<usize>>,
    /// To the time of everything before the buses, after them, at the end.
    lines: [Vec<Line>; 3],
    bus: Option<BusPart>,
    /// `hall (dialogue)`.
    name: String,
    /// The loudspeaker of each channel that sounds; empty for objects.
    places: Vec<String>,
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
        let is_bed = matches!(unit.returns, ReverbReturn::Bed(_));
        let place = |channel: &MeterChannel| if is_bed { channel.name.clone() } else { String::new() };
        let weights: Vec<MeterChannel> = sounding.map(|(weight, _)| weight).collect();
        Ok(Self {
            places: weights.iter().map(place).collect(),
            name: format!("{} ({role}{})", unit.name, if instance.is_after_bus { " bus" } else { "" }),
            bus: None,
            weights,
            meter: StageMeter::default(),
            output: None,
            instance: instance.clone(),
            reverb,
            sends: AudioBlock::new(1, BLOCK_FRAMES),
            block: AudioBlock::new(returns, BLOCK_FRAMES),
            channels,
            lines: Default::default(),
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

    /// It hears what buses send, after their chains.
    pub(super) fn is_after_bus(&self) -> bool {
        self.instance.is_after_bus
    }

    /// Whether it hears one of these tracks: those that it hears are always together.
    pub(super) fn hears_one_of(&self, tracks: &[usize]) -> bool {
        self.instance.tracks.first().is_some_and(|track| tracks.contains(track))
    }

    /// Channels that aren't silent by their nature.
    pub(super) fn sounding(&self) -> usize {
        self.block.channels()
    }

    pub(super) fn put_on_bus(&mut self, part: BusPart) {
        self.bus = Some(part);
    }

    pub(super) fn bus_number(&self) -> Option<usize> {
        self.bus.as_ref().map(|bus| bus.bus)
    }

    /// Takes over the parameters of its part in its bus, which has been asked whether it can.
    pub(super) fn take_over_part(&mut self, new: &mut Strip) {
        if let Some(bus) = &mut self.bus {
            bus.strip.take_over(new);
        }
    }

    pub(super) fn align(&mut self, alignment: &Alignment) {
        let Alignment { strips, returned, bused, all, .. } = *alignment;
        let bus = self.bus.as_ref().map_or(0, |bus| bus.strip.latency());
        let waits = if self.is_after_bus() {
            [0, 0, all - bused - self.latency()]
        } else {
            [returned - strips - self.latency(), bused - returned - bus, all - bused]
        };
        let channels = self.block.channels();
        self.lines = waits.map(|samples| vec![Line::new(usize::try_from(samples).unwrap_or(0)); channels]);
    }

    /// Forgets everything that was sent; what goes in next is the sample `now` of the scene.
    pub(super) fn restart(&mut self, now: i64) {
        self.reverb.reset();
        self.bus.iter_mut().for_each(|bus| bus.strip.restart(now));
        self.lines.iter_mut().flatten().for_each(Line::reset);
    }

    /// Sums what its tracks send to it, where it is one of those `after_bus` or not.
    pub(super) fn gather(&mut self, tracks: &[TrackStrip], frames: usize, after_bus: bool) {
        if self.is_after_bus() != after_bus {
            return;
        }
        self.sends.set_frames(frames);
        self.block.set_frames(frames);
        self.sends.silence();
        for track in &self.instance.tracks {
            tracks[*track].add_sends(self.instance.reverb, after_bus, self.sends.channel_mut(0));
        }
    }

    /// What comes back, in the time of everything before the buses.
    pub(super) fn process(&mut self) {
        self.reverb.process(&self.sends, &mut self.block);
        delay(&mut self.lines[0], &mut self.block);
    }

    /// Through the bus of its role.
    pub(super) fn pass_bus(&mut self, buses: &[BusSum]) {
        if self.is_after_bus() {
            return;
        }
        if let Some(bus) = &mut self.bus {
            bus.process(&mut self.block, buses);
        }
        delay(&mut self.lines[1], &mut self.block);
    }

    /// To the time of everything.
    pub(super) fn finish(&mut self) {
        delay(&mut self.lines[2], &mut self.block);
        self.meter.add(&self.block);
    }

    /// The loudspeaker of each channel that sounds; empty for objects.
    pub(super) fn places(&self) -> &[String] {
        &self.places
    }

    /// Adds each channel to the row of its loudspeaker.
    pub(super) fn add_by_place(&self, rows: &[usize], sum: &mut AudioBlock) {
        for (channel, row) in (0..self.block.channels()).zip(rows) {
            add(self.block.channel(channel), sum.channel_mut(*row));
        }
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

    /// Its level, everything being so `late` behind the time of the scene; it is heard where its tracks are.
    pub(super) fn levels(&self, tracks: &[TrackStrip], late: i64) -> StripLevels {
        let own = self.instance.tracks.first().and_then(|track| tracks.get(*track));
        StripLevels {
            strip: format!("reverb {}", self.name),
            programmes: own.map(|track| track.programmes().to_vec()).unwrap_or_default(),
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
