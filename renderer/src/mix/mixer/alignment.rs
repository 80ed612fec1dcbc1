//! How late everything is at each place of the desk, and the delays that bring it together.

use formats::scene::{Role, Scene};

use super::plan::{self, Plan};
use super::returns::Return;
use super::track::TrackStrip;
use super::{BLOCK_FRAMES, BusSum, Mixer};
use crate::audio::AudioBlock;
use crate::mix::MixError;
use crate::mix::strip::{Strip, StripSpec};
use crate::units::Decibels;

/// Samples behind the time of the scene.
#[derive(Clone, Debug, Default)]
pub(super) struct Alignment {
    /// The keys of the roles that are listened to.
    pub(super) keys: Vec<i64>,
    /// All tracks before their buses, and so all sends.
    pub(super) strips: i64,
    /// Everything at the end.
    pub(super) all: i64,
}

impl Mixer {
    /// The strips of all tracks, level by level: a key's latency is known when all tracks of its role are made.
    pub(super) fn make_strips(
        &mut self,
        scene: &Scene,
        plan: &Plan,
        spec: &StripSpec,
        alignment: &mut Alignment,
    ) -> Result<(), MixError> {
        alignment.keys = vec![0; plan.roles.len()];
        for level in 0..plan.levels {
            let here = |number: &usize| plan.level_of.get(*number) == Some(&level);
            for number in (0..scene.tracks.len()).filter(here) {
                let track = &scene.tracks[number];
                let key = plan::key_of(&track.chain).and_then(|key| role_number(&plan.roles, &key));
                let group = scene.groups.iter().find(|group| Some(&group.name) == track.group.as_ref());
                let spec = StripSpec {
                    channels: track.spatial.channels(),
                    fader_offset: Decibels(group.map_or(0.0, |group| group.gain_db)),
                    key_late: key.map_or(0, |key| alignment.keys[key]),
                    ..*spec
                };
                let strip = Strip::new(&track.chain, &spec)
                    .map_err(|error| error.in_strip(format!("track {}", track.name)))?;
                let late = strip.latency();
                if let Some(role) = role_number(&plan.roles, &track.role) {
                    alignment.keys[role] = alignment.keys[role].max(late);
                }
                alignment.strips = alignment.strips.max(late);
                self.tracks[number].put((strip, spec), key, level);
            }
        }
        Ok(())
    }

    /// The buses: their sums, and a strip for each of their tracks.
    pub(super) fn make_buses(
        &mut self,
        scene: &Scene,
        plan: &Plan,
        spec: &StripSpec,
        alignment: &mut Alignment,
    ) -> Result<(), MixError> {
        alignment.all = alignment.strips;
        for bus in scene.buses.iter().filter(|bus| !bus.chain.is_empty()) {
            let fault = |error: MixError| error.in_strip(format!("bus {}", bus.role));
            if !bus.chain.sends.is_empty() {
                return Err(fault(MixError::BusSend));
            }
            let key = plan::key_of(&bus.chain).and_then(|key| role_number(&plan.roles, &key));
            let spec = StripSpec {
                late: alignment.strips,
                key_late: key.map_or(0, |key| alignment.keys[key]),
                ..*spec
            };
            let strip = Strip::new(&bus.chain, &spec).map_err(fault)?;
            alignment.all = alignment.all.max(alignment.strips + strip.latency());
            for track in self.tracks.iter_mut().filter(|track| track.role == bus.role) {
                let spec = StripSpec { channels: track.channels(), ..spec };
                track.put_on_bus(Strip::new(&bus.chain, &spec).map_err(fault)?, key, self.buses.len());
            }
            let stages = AudioBlock::new(strip.stages(), BLOCK_FRAMES);
            let (role, block) = (bus.role.clone(), AudioBlock::new(1, BLOCK_FRAMES));
            self.buses.push(BusSum { role, strip, key, block, stages });
        }
        Ok(())
    }

    /// The reverbs.
    pub(super) fn make_returns(
        &mut self,
        scene: &Scene,
        returns: &[formats::scene::Return],
        responses: &[Vec<Vec<f32>>],
    ) -> Result<(), MixError> {
        for instance in returns {
            let unit = &scene.reverbs[instance.reverb];
            let responses = responses.get(instance.reverb).map(Vec::as_slice).unwrap_or_default();
            let role = instance.tracks.first().map(|track| scene.tracks[*track].role.clone());
            let unit_of = (unit, &role.unwrap_or_default());
            let made = Return::new(unit_of, instance, responses, scene.sample_rate.get())
                .map_err(|error| error.in_strip(format!("reverb {}", unit.name)))?;
            self.returns.push(made);
        }
        for (track, strip) in scene.tracks.iter().zip(&mut self.tracks) {
            for send in &track.chain.sends {
                let Some(unit) = scene.reverbs.iter().position(|unit| unit.name == send.to) else {
                    let strip = format!("track {}", track.name);
                    return Err(MixError::NoSuchReverb { strip, reverb: send.to.clone() });
                };
                strip.send(unit, Decibels(send.gain_db));
            }
        }
        Ok(())
    }

    /// The delays that bring everything to the time of the latest.
    pub(super) fn align(&mut self, alignment: &Alignment) {
        let latest = self.returns.iter().map(|unit| alignment.strips + unit.latency()).max().unwrap_or(0);
        let all = alignment.all.max(latest);
        for track in &mut self.tracks {
            let key = role_number(&self.roles, &track.role).map(|role| alignment.keys[role]);
            track.align(key, alignment.strips, all);
        }
        for unit in &mut self.returns {
            unit.align(all - alignment.strips - unit.latency());
        }
        self.latency = u64::try_from(all).unwrap_or(0);
    }

    /// Samples of the scene.
    pub(super) fn length(&self, scene: &Scene) -> u64 {
        if let Some(length) = scene.length {
            return length.to_sample(scene.sample_rate);
        }
        let longest = self.returns.iter().map(Return::tail).max().unwrap_or(0);
        self.tracks.iter().map(|track: &TrackStrip| track.end(longest)).max().unwrap_or(0)
    }
}

fn role_number(roles: &[Role], role: &Role) -> Option<usize> {
    roles.iter().position(|known| known == role)
}
