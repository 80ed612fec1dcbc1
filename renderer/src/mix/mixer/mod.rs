//! A scene mixed: from its stems to the tracks of its master.
//!
//! ```text
//!  clips ── strip of each track ──┬─────────────────────┬── bus of its role ──┬── tracks of the master
//!             ▲                   ├── sends ── reverbs ─┘                     └── sends ── reverbs ── more tracks
//!             └─── keys of roles ─┘
//! ```
//!
//! Takes a [`Scene`] and its opened stems; gives blocks of the master's tracks, all channels of all tracks in the order
//! of the scene, then the returns of all reverbs. Whatever a processor's latency, everything comes out in its own
//! time. Tracks are mixed in parallel and summed in their order: the same bits for any number of threads and any size of blocks.
//!
//! Processors remember, so a mix begins at the first sample of the scene; a later one is reached by mixing up to it, or
//! near enough by beginning a little before ([`Mixer::restart`]).

mod alignment;
mod bus;
mod changes;
mod clip;
mod plan;
mod returns;
mod show;
#[cfg(test)]
mod tests;
mod track;

use formats::adm::{AdmId, BlockFormats, COMMON_DEFINITIONS, DirectSpeakersPosition};
use formats::scene::{BedLayout, Role, Scene};
use rayon::prelude::*;

use self::alignment::Alignment;
use self::bus::BusSum;
pub use self::changes::{Changes, StripSpecs};
pub use self::clip::{ClipSource, StemError};
use self::plan::Plan;
use self::returns::Return;
pub use self::show::{Readings, StripName};
use self::track::TrackStrip;
use super::MixError;
use super::strip::{StageLevel, StripSpec};
use crate::audio::AudioBlock;
use crate::loudness::{MeterChannel, place_weight};
use crate::units::Decibels;

/// Samples that are mixed at a time at most.
pub const BLOCK_FRAMES: usize = 1_024;
/// Frames per second of a scene without a picture, for delays in frames.
const FRAME_RATE: f64 = 24.0;

/// The opened files of a scene.
pub struct Stems {
    /// For each track, for each clip, its file.
    pub clips: Vec<Vec<Box<dyn ClipSource>>>,
    /// For each reverb the channels of its file at the sample rate of the scene; empty without one.
    pub responses: Vec<Vec<Vec<f32>>>,
}

/// Whether somebody sits at the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desk {
    /// It mixes what is written.
    Unattended,
    /// The same, with the sums of all buses for their meters.
    Metered,
    /// It shows its levels, and its strips have all that may be turned up while it works. The mix is the same to the bit.
    Attended,
}

/// A scene on its way through the desk.
pub struct Mixer {
    tracks: Vec<TrackStrip>,
    buses: Vec<BusSum>,
    returns: Vec<Return>,
    /// A row for each of the sums that compressors listen to, and the tracks of which it is one.
    keys: AudioBlock,
    key_tracks: Vec<Vec<usize>>,
    /// Roles that are listened to.
    roles: Vec<Role>,
    levels: usize,
    /// Samples that everything comes out later than it goes in.
    latency: u64,
    frames: u64,
    /// Hz.
    sample_rate: u32,
    /// The first sample that went in, and the next that will.
    start: u64,
    now: u64,
    watched: Option<StripName>,
    /// Buses of the scene: what a bus does may be done to several sums.
    scene_buses: usize,
}

/// Levels of one strip.
#[derive(Clone, Debug, PartialEq)]
pub struct StripLevels {
    /// `track NAME`, `track NAME on bus ROLE`, `bus ROLE` or `reverb NAME (ROLE)`.
    pub strip: String,
    /// Names of the programmes that it is heard in; none is all.
    pub programmes: Vec<String>,
    /// It is the sum of a role, which listens for its bus and is heard nowhere.
    pub is_sum: bool,
    /// Before the first stage and after each.
    pub stages: Vec<StageLevel>,
    /// Highest sample of what comes out at the end, for each [`PEAK_CELL`](super::strip::PEAK_CELL) samples of the scene; empty where that
    /// is not known, or not the end.
    pub output: Vec<f32>,
}

impl Mixer {
    /// A mixer at the first sample of `scene`.
    ///
    /// # Errors
    /// A processor that cannot be made, a reverb or a role that isn't there, roles that listen to each other in a circle.
    pub fn new(
        scene: &Scene,
        returns: &[formats::scene::Return],
        stems: Stems,
        desk: Desk,
    ) -> Result<Self, MixError> {
        let plan = Plan::new(scene, desk)?;
        let rate = scene.sample_rate.get();
        let mut clips = stems.clips.into_iter();
        let tracks = scene
            .tracks
            .iter()
            .map(|track| TrackStrip::new(scene, track, clips.next().unwrap_or_default()))
            .collect::<Vec<_>>();
        let spec = StripSpec {
            sample_rate: rate,
            frame_rate: scene.picture.as_ref().map_or(FRAME_RATE, |picture| {
                let (frames, seconds) = picture.frame_rate.to_ratio();
                f64::from(frames) / f64::from(seconds)
            }),
            channels: 1,
            fader_offset: Decibels(0.0),
            late: 0,
            key_late: 0,
            block_frames: BLOCK_FRAMES,
            keeps_idle: desk == Desk::Attended,
        };
        let mut mixer = Self {
            tracks,
            buses: Vec::new(),
            returns: Vec::new(),
            keys: AudioBlock::new(plan.keys.len(), BLOCK_FRAMES),
            key_tracks: plan.keys.iter().map(|key| key.tracks.clone()).collect(),
            levels: plan.levels,
            roles: plan.roles.clone(),
            latency: 0,
            frames: 0,
            sample_rate: rate,
            start: 0,
            now: 0,
            watched: None,
            scene_buses: scene.buses.len(),
        };
        let mut alignment = Alignment::default();
        mixer.make_strips(scene, &plan, &spec, &mut alignment)?;
        mixer.make_returns(scene, returns, &stems.responses, &mut alignment)?;
        mixer.make_buses(scene, &plan, &spec, &mut alignment)?;
        mixer.align(&mut alignment);
        mixer.frames = mixer.length(scene);
        if desk == Desk::Attended {
            mixer.show();
        }
        Ok(mixer)
    }

    /// Channels of the master.
    pub fn channels(&self) -> usize {
        let tracks: usize = self.tracks.iter().map(TrackStrip::channels).sum();
        tracks + self.returns.iter().map(Return::channels).sum::<usize>()
    }

    /// Samples of the scene: its length, or up to the end of the last clip and of what it leaves ringing.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Mixes the next samples: as many as `master`, a block with all channels, has frames; after the end there is silence.
    ///
    /// # Errors
    /// A stem that cannot be read.
    pub fn next(&mut self, master: &mut AudioBlock) -> Result<(), MixError> {
        let first = self.start.saturating_add(self.latency);
        while self.now < first {
            let frames = usize::try_from(first - self.now).unwrap_or(BLOCK_FRAMES).min(BLOCK_FRAMES);
            self.mix(frames)?;
        }
        let mut start = 0;
        while start < master.frames() {
            let frames = BLOCK_FRAMES.min(master.frames() - start);
            self.mix(frames)?;
            self.tracks.iter_mut().for_each(TrackStrip::note);
            self.returns.iter_mut().for_each(Return::note);
            let (tracks, returns) = (&self.tracks, &self.returns);
            let rows = tracks.iter().flat_map(TrackStrip::rows).chain(returns.iter().flat_map(Return::rows));
            for (to, from) in master.channels_mut().zip(rows) {
                let to = &mut to[start..start + frames];
                match from {
                    Some(from) => to.copy_from_slice(from),
                    None => to.fill(0.0),
                }
            }
            start += frames;
        }
        Ok(())
    }

    /// Goes on with another sample of the scene, as if there were nothing in front of it: what a processor remembers from
    /// before is not heard.
    pub fn restart(&mut self, sample: u64) {
        (self.start, self.now) = (sample, sample);
        let now = i64::try_from(sample).unwrap_or(i64::MAX);
        self.tracks.iter_mut().for_each(|track| track.restart(now));
        self.buses.iter_mut().for_each(|bus| bus.strip.restart(now));
        self.returns.iter_mut().for_each(|unit| unit.restart(now));
    }

    /// What every strip's stages made of its level so far.
    pub fn levels(&self) -> Vec<StripLevels> {
        let tracks = self.tracks.iter().flat_map(|track| track.levels(&self.buses));
        let buses = self.buses.iter().map(|bus| StripLevels {
            strip: bus.name.clone(),
            programmes: Vec::new(),
            is_sum: true,
            stages: bus.strip.levels(),
            output: Vec::new(),
        });
        let late = i64::try_from(self.latency).unwrap_or(0);
        let returns = self.returns.iter().map(|unit| unit.levels(&self.tracks, late));
        tracks.chain(buses).chain(returns).collect()
    }

    /// Measures loudness and true peaks at every stage from now on, of the tracks that are heard; and notes what comes out over
    /// time. It takes several times as long as mixing alone.
    pub fn measure(&mut self) {
        let rate = self.sample_rate;
        self.tracks.iter_mut().for_each(|track| track.measure(rate));
        self.returns.iter_mut().for_each(|unit| unit.measure(rate));
        for bus in &mut self.buses {
            let channels = equal_channels(bus.channels());
            bus.strip.measure(&channels, rate);
        }
    }

    /// Takes in the next samples of all clips and mixes them.
    fn mix(&mut self, frames: usize) -> Result<(), MixError> {
        let now = self.now;
        self.now += frames as u64;
        self.keys.set_frames(frames);
        self.keys.silence();
        for level in 0..self.levels {
            let keys = &self.keys;
            self.tracks
                .par_iter_mut()
                .filter(|track| track.level == level)
                .try_for_each(|track| track.mix(now, frames, keys))?;
            let here = self.tracks.iter_mut().enumerate().filter(|(_, track)| track.level == level);
            for (number, track) in here {
                for (key, _) in
                    self.key_tracks.iter().enumerate().filter(|(_, own)| own.binary_search(&number).is_ok())
                {
                    track.add_to(self.keys.channel_mut(key));
                }
                track.line_up();
            }
        }
        self.returns.iter_mut().for_each(|unit| unit.gather(&self.tracks, frames, false));
        self.returns.par_iter_mut().filter(|unit| !unit.is_after_bus()).for_each(Return::process);
        self.tracks.par_iter_mut().for_each(TrackStrip::meet_returns);
        let (tracks, returns, keys) = (&self.tracks, &self.returns, &self.keys);
        self.buses.par_iter_mut().for_each(|bus| bus.sum(tracks, returns, frames, keys));
        let buses = &self.buses;
        self.tracks.par_iter_mut().for_each(|track| track.pass_bus(buses));
        self.returns.par_iter_mut().for_each(|unit| unit.pass_bus(buses));
        self.returns.iter_mut().for_each(|unit| unit.gather(&self.tracks, frames, true));
        self.returns.par_iter_mut().filter(|unit| unit.is_after_bus()).for_each(Return::process);
        self.tracks.par_iter_mut().for_each(TrackStrip::finish);
        self.returns.par_iter_mut().for_each(Return::finish);
        Ok(())
    }
}

/// Labels of BS.2094-1 for low frequency effects, and those of BS.2051.
const LFE_LABELS: [(&str, &str); 3] = [("LFE", "LFE1"), ("LFEL", "LFE1"), ("LFER", "LFE2")];

/// The channels of a bed as a meter weights them, by their labels of BS.2051.
fn bed_channels(layout: BedLayout) -> Vec<MeterChannel> {
    let common = &COMMON_DEFINITIONS.channel_formats;
    let speaker = |(channel, id): (usize, AdmId)| {
        let format = common.iter().find(|format| format.id == id);
        let block = format.and_then(|format| match &format.blocks {
            BlockFormats::DirectSpeakers(blocks) => blocks.first(),
            _ => None,
        });
        let label = block.and_then(|block| block.speaker_labels.first()).map_or("", String::as_str);
        let nominal =
            LFE_LABELS.iter().find(|(known, _)| *known == label).map_or(label, |(_, nominal)| *nominal);
        let place = match block.map(|block| &block.position) {
            Some(DirectSpeakersPosition::Polar { azimuth, elevation, .. }) => {
                (azimuth.value, elevation.value)
            }
            _ => (0.0, 0.0),
        };
        MeterChannel { name: nominal.to_owned(), weight: place_weight(layout.is_lfe(channel), place) }
    };
    layout.channel_formats().enumerate().map(speaker).collect()
}

/// So many channels of one weight.
fn equal_channels(count: usize) -> Vec<MeterChannel> {
    (1..=count).map(|channel| MeterChannel { name: channel.to_string(), weight: 1.0 }).collect()
}
