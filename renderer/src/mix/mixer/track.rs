//! A track at work: its clips, its strip, its part in the bus of its role.

use formats::scene::{Loudspeaker, Role, Scene, Spatial, Track};

use super::alignment::Alignment;
use super::bus::{BusPart, BusSum};
use super::changes::TrackChange;
use super::clip::{ClipSource, PlacedClip};
use super::{BLOCK_FRAMES, StripLevels, bed_channels, equal_channels};
use crate::audio::AudioBlock;
use crate::loudness::MeterChannel;
use crate::mix::MixError;
use crate::mix::delay::Line;
use crate::mix::ramp::Ramp;
use crate::mix::spectrum::SpectrumMeter;
use crate::mix::stage_meter::OutputPeaks;
use crate::mix::strip::{Strip, StripSpec, TakeOver};
use crate::mix::strip_meter::{StripMeter, StripReading};
use crate::units::Decibels;

pub(super) struct TrackStrip {
    name: String,
    /// Names of those that it is part of; none is all.
    programmes: Vec<String>,
    pub(super) role: Role,
    pub(super) level: usize,
    heard: bool,
    clips: Vec<PlacedClip>,
    strip: Strip,
    key: Option<usize>,
    bus: Option<BusPart>,
    /// What its strip was made with.
    spec: Option<StripSpec>,
    /// Reverbs and gains.
    sends: Vec<(usize, Ramp)>,
    /// The same of its bus.
    bus_sends: Vec<(usize, Ramp)>,
    /// Channels that count where one signal stands for all.
    counted: Vec<bool>,
    /// The loudspeaker of each channel; empty for what is none.
    places: Vec<String>,
    block: AudioBlock,
    clip: AudioBlock,
    /// To the time of the key of its role, of all strips, of what comes back of their sends, of everything after the buses, of
    /// everything.
    lines: [Vec<Line>; 5],
    /// How a meter weights its channels.
    weights: Vec<MeterChannel>,
    /// What comes out, where that is noted.
    output: Option<OutputPeaks>,
    /// What leaves its strip, where somebody watches.
    meter: Option<StripMeter>,
}

impl TrackStrip {
    pub(super) fn new(scene: &Scene, track: &Track, sources: Vec<Box<dyn ClipSource>>) -> Self {
        let channels = track.spatial.channels();
        let counted = (0..channels)
            .map(|channel| match &track.spatial {
                Spatial::Bed(bed) => !bed.layout.is_lfe(channel),
                Spatial::Loudspeakers(found) => found.channels.get(channel).is_some_and(|c| !c.is_lfe()),
                Spatial::Hoa(hoa) => hoa.places().nth(channel) == Some((0, 0)),
                Spatial::Object(_) | Spatial::Binaural(_) => true,
            })
            .collect();
        let placed =
            track.clips.iter().zip(sources).map(|(clip, source)| PlacedClip::new(scene, clip, source));
        Self {
            name: track.name.clone(),
            programmes: track.programmes.clone(),
            role: track.role.clone(),
            level: 0,
            heard: scene.is_heard(track),
            clips: placed.collect(),
            strip: Strip::default(),
            key: None,
            bus: None,
            spec: None,
            sends: Vec::new(),
            bus_sends: Vec::new(),
            counted,
            places: places(&track.spatial),
            block: AudioBlock::new(channels, BLOCK_FRAMES),
            clip: AudioBlock::new(channels, BLOCK_FRAMES),
            lines: Default::default(),
            weights: weights(&track.spatial),
            output: None,
            meter: None,
        }
    }

    /// Names of the programmes that it is part of; none is all.
    pub(super) fn programmes(&self) -> &[String] {
        &self.programmes
    }

    /// Shows its level from now on.
    pub(super) fn show(&mut self, sample_rate: u32) {
        self.meter = self.heard.then(|| StripMeter::new(sample_rate, self.channels(), BLOCK_FRAMES));
    }

    pub(super) fn watch(&mut self, sample_rate: Option<u32>) {
        let channels = self.channels();
        self.strip.watch(sample_rate.map(|rate| SpectrumMeter::new(rate, channels)));
    }

    pub(super) fn bands(&self) -> Option<Vec<(f32, f32)>> {
        self.strip.bands()
    }

    pub(super) fn reset_peak(&mut self) {
        self.meter.iter_mut().for_each(StripMeter::reset);
    }

    /// What it shows; nothing where it is not heard.
    pub(super) fn reading(&self) -> StripReading {
        self.meter.as_ref().map_or_else(StripReading::default, |meter| meter.reading(&self.strip))
    }

    /// Measures loudness at every stage, and notes what comes out.
    pub(super) fn measure(&mut self, sample_rate: u32) {
        if !self.heard {
            return;
        }
        let bus = self.bus.as_mut().map(|bus| &mut bus.strip);
        std::iter::once(&mut self.strip)
            .chain(bus)
            .for_each(|strip| strip.measure(&self.weights, sample_rate));
        self.output = Some(OutputPeaks::default());
    }

    /// Notes what came out.
    pub(super) fn note(&mut self) {
        if let Some(output) = &mut self.output {
            output.add(&self.block);
        }
    }

    pub(super) fn put(&mut self, (strip, spec): (Strip, StripSpec), key: Option<usize>, level: usize) {
        (self.strip, self.spec, self.key, self.level) = (strip, Some(spec), key, level);
    }

    pub(super) fn spec(&self) -> Option<&StripSpec> {
        self.spec.as_ref()
    }

    /// Takes over parameters and sends. One that is not heard has nothing that could click, and no time to change in.
    pub(super) fn take_over(&mut self, change: &mut TrackChange) -> TakeOver {
        if let Some(new) = &mut change.strip {
            if !self.heard {
                std::mem::swap(&mut self.strip, new);
            } else {
                let taken = self.strip.take_over(new);
                if taken != TakeOver::Done {
                    return taken;
                }
            }
        }
        turn(&mut self.sends, &change.sends);
        TakeOver::Done
    }

    /// The same for its part in its bus, which has been asked whether it can.
    pub(super) fn take_over_part(&mut self, new: &mut Strip) {
        let Some(bus) = &mut self.bus else { return };
        if self.heard {
            bus.strip.take_over(new);
        } else {
            std::mem::swap(&mut bus.strip, new);
        }
    }

    pub(super) fn set_bus_sends(&mut self, gains: &[Decibels]) {
        turn(&mut self.bus_sends, gains);
    }

    pub(super) fn bus_number(&self) -> Option<usize> {
        self.bus.as_ref().map(|bus| bus.bus)
    }

    pub(super) fn put_on_bus(&mut self, part: BusPart) {
        self.bus = Some(part);
    }

    pub(super) fn send(&mut self, unit: usize, gain: Decibels) {
        self.sends.push((unit, Ramp::at(gain.linear() as f32)));
    }

    pub(super) fn send_after_bus(&mut self, unit: usize, gain: Decibels) {
        self.bus_sends.push((unit, Ramp::at(gain.linear() as f32)));
    }

    /// `key` is how late the key of its role is.
    pub(super) fn align(&mut self, key: Option<i64>, alignment: &Alignment) {
        let Alignment { strips, returned, bused, all, .. } = *alignment;
        let late = self.strip.latency();
        let key = key.unwrap_or(late);
        let bus = self.bus.as_ref().map_or(0, |bus| bus.strip.latency());
        let channels = self.channels();
        let waits = [key - late, strips - key, returned - strips, bused - returned - bus, all - bused];
        self.lines = waits.map(|samples| vec![Line::new(usize::try_from(samples).unwrap_or(0)); channels]);
    }

    pub(super) fn channels(&self) -> usize {
        self.block.channels()
    }

    /// The last sample that sounds, with what a reverb makes of it.
    pub(super) fn end(&self, reverb: usize) -> u64 {
        if !self.heard {
            return 0;
        }
        let last = self.clips.iter().map(|clip| clip.end()).max().unwrap_or(0);
        let bus = self.bus.as_ref().map_or(0, |bus| rings(&bus.strip));
        let sends = self.sends.len() + self.bus_sends.len();
        let after = bus + if sends == 0 { 0 } else { reverb };
        last.saturating_add((rings(&self.strip) + after) as u64)
    }

    /// Takes in the samples from `now` on and sends them through the strip, up to the time of its role's key.
    pub(super) fn mix(&mut self, now: u64, frames: usize, keys: &AudioBlock) -> Result<(), MixError> {
        self.block.set_frames(frames);
        if !self.heard {
            return Ok(());
        }
        self.block.silence();
        for clip in &mut self.clips {
            clip.add(now, &mut self.block, &mut self.clip).map_err(|error| MixError::Stem {
                strip: format!("track {}", self.name),
                message: error.to_string(),
            })?;
        }
        self.strip.process(&mut self.block, self.key.map(|key| keys.channel(key)), None);
        if let Some(meter) = &mut self.meter {
            meter.add(&self.block);
        }
        delay(&mut self.lines[0], &mut self.block);
        Ok(())
    }

    /// Forgets everything; what goes in next is the sample `now` of the scene.
    pub(super) fn restart(&mut self, now: i64) {
        self.strip.restart(now);
        self.bus.iter_mut().for_each(|bus| bus.strip.restart(now));
        self.lines.iter_mut().flatten().for_each(Line::reset);
        self.sends.iter_mut().chain(&mut self.bus_sends).for_each(|(_, gain)| gain.arrive());
    }

    /// From the time of its role's key to that of all strips.
    pub(super) fn line_up(&mut self) {
        delay(&mut self.lines[1], &mut self.block);
    }

    /// To the time of what comes back of the sends.
    pub(super) fn meet_returns(&mut self) {
        if !self.heard {
            return;
        }
        delay(&mut self.lines[2], &mut self.block);
    }

    /// Through its bus, and to the time of all that comes out of one.
    pub(super) fn pass_bus(&mut self, buses: &[BusSum]) {
        if !self.heard {
            return;
        }
        if let Some(bus) = &mut self.bus {
            bus.process(&mut self.block, buses);
        }
        delay(&mut self.lines[3], &mut self.block);
    }

    /// To the time of everything.
    pub(super) fn finish(&mut self) {
        if !self.heard {
            return;
        }
        delay(&mut self.lines[4], &mut self.block);
        let frames = self.block.frames();
        let sends = self.sends.iter_mut().chain(&mut self.bus_sends);
        sends.for_each(|(_, gain)| gain.advance(frames));
    }

    /// The loudspeaker of each channel; empty for what is none.
    pub(super) fn places(&self) -> &[String] {
        &self.places
    }

    /// Adds each channel to the row of its loudspeaker.
    pub(super) fn add_by_place(&self, rows: &[usize], sum: &mut AudioBlock) {
        let counted = self.counted.iter().zip(rows).enumerate();
        for (channel, (_, row)) in counted.filter(|(_, (counted, _))| self.heard && **counted) {
            add(self.block.channel(channel), sum.channel_mut(*row));
        }
    }

    /// Adds all that it sounds like in one channel.
    pub(super) fn add_to(&self, sum: &mut [f32]) {
        self.add_scaled(Ramp::at(1.0), sum);
    }

    /// Adds what it sends to a reverb, itself or by its bus.
    pub(super) fn add_sends(&self, unit: usize, by_bus: bool, sum: &mut [f32]) {
        let sends = if by_bus { &self.bus_sends } else { &self.sends };
        for (_, gain) in sends.iter().filter(|(to, _)| *to == unit) {
            self.add_scaled(*gain, sum);
        }
    }

    fn add_scaled(&self, gain: Ramp, sum: &mut [f32]) {
        let counted = self.counted.iter().enumerate().filter(|(_, counted)| self.heard && **counted);
        for (channel, _) in counted {
            let pairs = sum.iter_mut().zip(self.block.channel(channel));
            let mut moving = gain;
            match gain.still() {
                Some(gain) => pairs.for_each(|(sum, sample)| *sum += gain * sample),
                None => pairs.for_each(|(sum, sample)| *sum += moving.next() * sample),
            }
        }
    }

    /// Its channels; `None` for one that is not heard.
    pub(super) fn rows(&self) -> impl Iterator<Item = Option<&[f32]>> {
        (0..self.channels()).map(|channel| self.heard.then(|| self.block.channel(channel)))
    }

    pub(super) fn levels(&self, buses: &[BusSum]) -> Vec<StripLevels> {
        if !self.heard {
            return Vec::new();
        }
        let of = |strip: String, stages, output: &[f32]| StripLevels {
            strip,
            programmes: self.programmes.clone(),
            is_sum: false,
            stages,
            output: output.to_vec(),
        };
        let output = self.output.as_ref().map_or(&[][..], OutputPeaks::cells);
        let name = format!("track {}", self.name);
        let Some(bus) = &self.bus else { return vec![of(name, self.strip.levels(), output)] };
        let on_bus = format!("{name} on bus {}", self.role);
        let on_bus_levels = match buses.get(bus.bus) {
            Some(sum) => bus.strip.levels_of_part(&sum.strip),
            None => bus.strip.levels(),
        };
        vec![of(name, self.strip.levels(), &[]), of(on_bus, on_bus_levels, output)]
    }
}

/// Samples for which a strip sounds on, in the time of the scene: what it holds back is brought to its time.
fn rings(strip: &Strip) -> usize {
    strip.tail().saturating_sub(usize::try_from(strip.latency()).unwrap_or(0))
}

/// Turns sends up or down, without a click.
fn turn(sends: &mut [(usize, Ramp)], gains: &[Decibels]) {
    for ((_, gain), wanted) in sends.iter_mut().zip(gains) {
        gain.go_to(wanted.linear() as f32);
    }
}

/// How a meter weights the channels of a track: those of a bed as loudspeakers, of Ambisonics the omnidirectional one, an
/// object as if it were in front.
fn weights(spatial: &Spatial) -> Vec<MeterChannel> {
    match spatial {
        Spatial::Bed(bed) => bed_channels(bed.layout),
        Spatial::Object(_) | Spatial::Binaural(_) => equal_channels(spatial.channels()),
        Spatial::Loudspeakers(found) => {
            let mut channels = equal_channels(spatial.channels());
            for (channel, place) in channels.iter_mut().zip(&found.channels) {
                channel.weight *= if place.is_lfe() { 0.0 } else { 1.0 };
            }
            channels
        }
        Spatial::Hoa(_) => {
            let mut channels = equal_channels(spatial.channels());
            channels.iter_mut().skip(1).for_each(|channel| channel.weight = 0.0);
            channels
        }
    }
}

/// Later, each channel by a line of its own.
pub(super) fn delay(lines: &mut [Line], block: &mut AudioBlock) {
    for (line, samples) in lines.iter_mut().zip(block.channels_mut()) {
        line.process(samples);
    }
}

/// The loudspeaker of each channel, by its BS.2051 label; empty for what is none.
fn places(spatial: &Spatial) -> Vec<String> {
    match spatial {
        Spatial::Bed(bed) => bed_channels(bed.layout).into_iter().map(|channel| channel.name).collect(),
        Spatial::Loudspeakers(found) => {
            let label = |channel: &Loudspeaker| channel.labels.first().cloned().unwrap_or_default();
            found.channels.iter().map(label).collect()
        }
        Spatial::Object(_) | Spatial::Binaural(_) | Spatial::Hoa(_) => {
            vec![String::new(); spatial.channels()]
        }
    }
}

/// Adds samples to others.
pub(super) fn add(samples: &[f32], sum: &mut [f32]) {
    sum.iter_mut().zip(samples).for_each(|(sum, sample)| *sum += sample);
}
