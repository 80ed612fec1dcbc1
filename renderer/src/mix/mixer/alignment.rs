//! How late everything is at each place of the desk, and the delays that bring it together.

use formats::scene::chain::{Chain, Send};
use formats::scene::{Role, Scene};

use super::Mixer;
use super::bus::{BusPart, BusSum};
use super::plan::Plan;
use super::returns::Return;
use super::track::TrackStrip;
use crate::mix::MixError;
use crate::mix::strip::{Strip, StripSpec};
use crate::units::Decibels;

/// Samples behind the time of the scene.
#[derive(Clone, Debug, Default)]
pub(super) struct Alignment {
    /// The keys of the roles that are listened to.
    pub(super) keys: Vec<i64>,
    /// All tracks at the end of their strips, and so all sends of theirs.
    pub(super) strips: i64,
    /// All tracks and what comes back of their sends, before the buses.
    pub(super) returned: i64,
    /// All of them after the buses, and so all sends of these.
    pub(super) bused: i64,
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
                let key = plan.key_of.get(number).copied().flatten();
                let group = scene.groups.iter().find(|group| Some(&group.name) == track.group.as_ref());
                let spec = StripSpec {
                    channels: track.spatial.channels(),
                    fader_offset: Decibels(group.map_or(0.0, |group| group.gain_db)),
                    key_late: key.map_or(0, |key| alignment.keys[plan.keys[key].role]),
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

    /// The buses: their sums, and a strip for each of their tracks and of the reverbs of these.
    pub(super) fn make_buses(
        &mut self,
        scene: &Scene,
        plan: &Plan,
        spec: &StripSpec,
        alignment: &mut Alignment,
    ) -> Result<(), MixError> {
        alignment.bused = alignment.returned;
        for planned in &plan.buses {
            let (Some(bus), key) = (scene.buses.get(planned.bus), planned.key) else { continue };
            let fault = |error: MixError| error.in_strip(planned.name.clone());
            let spec = StripSpec {
                late: alignment.returned,
                key_late: key.map_or(0, |key| alignment.keys[plan.keys[key].role]),
                ..*spec
            };
            let number = self.buses.len();
            let part = |channels: usize| {
                let strip = Strip::new(&bus.chain, &StripSpec { channels, ..spec }).map_err(fault)?;
                Ok::<_, MixError>(BusPart { strip, bus: number })
            };
            for track in &planned.tracks {
                let track = &mut self.tracks[*track];
                track.put_on_bus(part(track.channels())?);
                for (unit, gain) in sends(scene, &bus.chain, &planned.name)? {
                    track.send_after_bus(unit, gain);
                }
            }
            let its = |unit: &&mut Return| !unit.is_after_bus() && unit.hears_one_of(&planned.tracks);
            for unit in self.returns.iter_mut().filter(its) {
                unit.put_on_bus(part(unit.sounding())?);
            }
            let strip = |channels: usize| Ok(part(channels)?.strip);
            let sum = BusSum::new(planned, (&self.tracks, &self.returns), (spec, key), strip)?;
            alignment.bused = alignment.bused.max(alignment.returned + sum.strip.latency());
            self.buses.push(sum);
        }
        Ok(())
    }

    /// The reverbs.
    pub(super) fn make_returns(
        &mut self,
        scene: &Scene,
        returns: &[formats::scene::Return],
        responses: &[Vec<Vec<f32>>],
        alignment: &mut Alignment,
    ) -> Result<(), MixError> {
        alignment.returned = alignment.strips;
        for instance in returns {
            let unit = &scene.reverbs[instance.reverb];
            let responses = responses.get(instance.reverb).map(Vec::as_slice).unwrap_or_default();
            let role = instance.tracks.first().map(|track| scene.tracks[*track].role.clone());
            let unit_of = (unit, &role.unwrap_or_default());
            let made = Return::new(unit_of, instance, responses, scene.sample_rate.get())
                .map_err(|error| error.in_strip(format!("reverb {}", unit.name)))?;
            if !made.is_after_bus() {
                alignment.returned = alignment.returned.max(alignment.strips + made.latency());
            }
            self.returns.push(made);
        }
        for (track, strip) in scene.tracks.iter().zip(&mut self.tracks) {
            for (unit, gain) in sends(scene, &track.chain, &format!("track {}", track.name))? {
                strip.send(unit, gain);
            }
        }
        Ok(())
    }

    /// The delays that bring everything to the time of the latest.
    pub(super) fn align(&mut self, alignment: &mut Alignment) {
        let after_buses = self.returns.iter().filter(|unit| unit.is_after_bus());
        let latest = after_buses.map(|unit| alignment.bused + unit.latency()).max().unwrap_or(0);
        alignment.all = alignment.bused.max(latest);
        for track in &mut self.tracks {
            let key = role_number(&self.roles, &track.role).map(|role| alignment.keys[role]);
            track.align(key, alignment);
        }
        for unit in &mut self.returns {
            unit.align(alignment);
        }
        self.latency = u64::try_from(alignment.all).unwrap_or(0);
    }

    /// Samples of the scene.
    pub(super) fn length(&self, scene: &Scene) -> u64 {
        if let Some(length) = scene.length {
            return length.to_sample(scene.sample_rate);
        }
        let rings = |unit: &Return| unit.tail().saturating_sub(usize::try_from(unit.latency()).unwrap_or(0));
        let longest = self.returns.iter().map(rings).max().unwrap_or(0);
        self.tracks.iter().map(|track: &TrackStrip| track.end(longest)).max().unwrap_or(0)
    }
}

fn role_number(roles: &[Role], role: &Role) -> Option<usize> {
    roles.iter().position(|known| known == role)
}

/// The reverbs that a chain sends to, and how much.
fn sends(scene: &Scene, chain: &Chain, strip: &str) -> Result<Vec<(usize, Decibels)>, MixError> {
    let place = |send: &Send| {
        let unit = scene.reverbs.iter().position(|unit| unit.name == send.to);
        let nowhere = || MixError::NoSuchReverb { strip: strip.to_owned(), reverb: send.to.clone() };
        Ok((unit.ok_or_else(nowhere)?, Decibels(send.gain_db)))
    };
    chain.sends.iter().map(place).collect()
}
