//! Objects: one track for each kind of block that the channel has.

use formats::Warning;
use formats::adm::{BlockFormats, ExclusionZone};
use formats::scene::{BinauralMode, ObjectParameter, Spatial, limits};

use super::blocks::{Blocks, NamedZone};
use super::clips::Window;
use super::tracks::{Draft, Drafts};
use super::{ImportError, MOST_BLOCKS, keys};
use crate::items::{ObjectsItem, TrackSpec};
use crate::monitor::binaural::HeadphoneMode;

impl Drafts<'_> {
    /// The tracks of an object.
    pub(super) fn object(&mut self, item: &ObjectsItem, name: &str) -> Result<Vec<Draft>, ImportError> {
        let BlockFormats::Objects(formats) = &item.channel.blocks else { return Ok(Vec::new()) };
        if formats.len() > MOST_BLOCKS {
            let (channel, blocks) = (item.channel.id.to_string(), formats.len());
            return Err(ImportError::TooManyBlocks { channel, blocks });
        }
        let span = Window::of(&item.context, self.source).samples(self.source);
        let mut blocks = Blocks::new(self.source, item);
        let kinds = blocks.events(formats);
        let mode = blocks.mode(formats, self.mode_of(&item.track));
        let (mut zones, odd) = (blocks.zones.clone(), blocks.odd);
        let idle = kinds.iter().any(|(kind, _)| blocks.has_idle_offset(*kind));
        self.counts.blocks += formats.len();
        let element = item.channel.id.to_string();
        let mut warn = |rule, count: usize, message: &str| {
            if count > 0 {
                self.warnings.push(Warning::new(rule, element.clone(), format!("{count} {message}")));
            }
        };
        warn(
            "out-of-range",
            odd.clamped,
            "value(s) beyond what a scene has; brought to the nearest that it has",
        );
        let message =
            "block(s) with a direct-to-reverberant ratio (DRR), which a scene has no place for; left out";
        warn("drr-left-out", odd.ratios, message);
        let message =
            "block(s) that go past the head, or don't, unlike the first; a scene has one mode for an object";
        warn("bypass-changes", odd.bypasses, message);
        warn(
            "offset-idle",
            usize::from(idle),
            "positionOffset in other coordinates than its blocks; it moves none",
        );
        let message = "zone(s) more than an object of a scene can have; left out";
        warn("zones-left-out", zones.len().saturating_sub(limits::ZONES), message);
        zones.truncate(limits::ZONES);
        let clamped = zones.iter_mut().map(|zone| usize::from(clamp(zone))).sum();
        warn("out-of-range", clamped, "zone(s) that reach beyond the room; cut at its walls");
        let count = kinds.len();
        let mut drafts = Vec::new();
        for (index, (kind, events)) in kinds.into_iter().enumerate() {
            let mut object = keys::object(kind, events, &zones, (self.automation, self.source.sample_rate))?;
            if let Some(mode) = mode {
                object.values.insert(ObjectParameter::BinauralMode, value_of(mode));
            }
            self.counts.keys +=
                object.automation.values().map(|moving| moving.curve.keys().len()).sum::<usize>()
                    + object.zones.iter().map(|zone| zone.active.keys().len()).sum::<usize>();
            drafts.push(Draft {
                name: if index == 0 { name.to_owned() } else { format!("{name} {}", index + 1) },
                spatial: Spatial::Object(Box::new(object)),
                channels: vec![item.track.clone()],
                spans: vec![(span.clone(), 0.0)],
                invert: kind.invert,
            });
        }
        if count > 1 {
            let message =
                "has blocks in two coordinate systems, or with gains of both signs; each kind is a track";
            self.warnings.push(Warning::new("object-split", element, message));
        }
        Ok(drafts)
    }

    /// The headphone mode of the track that a channel is, where the master says one.
    pub(super) fn mode_of(&self, track: &TrackSpec) -> Option<BinauralMode> {
        let TrackSpec::Direct(track) = track else { return None };
        self.source.modes.get(*track).copied().flatten().map(|mode| match mode {
            HeadphoneMode::Off => BinauralMode::Off,
            HeadphoneMode::Near => BinauralMode::Near,
            HeadphoneMode::Mid => BinauralMode::Mid,
            HeadphoneMode::Far => BinauralMode::Far,
        })
    }
}

fn value_of(mode: BinauralMode) -> f64 {
    match mode {
        BinauralMode::Off => 0.0,
        BinauralMode::Near => 1.0,
        BinauralMode::Mid => 2.0,
        BinauralMode::Far => 3.0,
    }
}

/// Brings the bounds of a zone within what a scene has; whether that changed them.
fn clamp((zone, name): &mut NamedZone) -> bool {
    if let Some(name) = name
        && name.len() > limits::TEXT_BYTES
    {
        name.clear();
    }
    let before = *zone;
    let within = |value: &mut f64, most: f64| {
        *value = if value.is_nan() { 0.0 } else { value.clamp(-most, most) };
    };
    match zone {
        ExclusionZone::Cartesian { min_x, min_y, min_z, max_x, max_y, max_z } => {
            [min_x, min_y, min_z, max_x, max_y, max_z].into_iter().for_each(|value| within(value, 1.0));
        }
        ExclusionZone::Polar { min_azimuth, max_azimuth, min_elevation, max_elevation } => {
            [min_azimuth, max_azimuth].into_iter().for_each(|value| within(value, 180.0));
            [min_elevation, max_elevation].into_iter().for_each(|value| within(value, 90.0));
        }
    }
    before != *zone
}
