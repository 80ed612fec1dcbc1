//! What can be moved and muted: the items of a master, as people see them.

use formats::adm::ObjectPosition;
use formats::scene::Feed;

use crate::items::{RenderItem, Role, TrackSpec};
use crate::master::Master;
use crate::render::ItemEdit;

/// Of what kind an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// It has a place of its own, which may move.
    Object,
    /// A channel of a bed.
    Bed,
    /// An HOA scene.
    Hoa,
    /// One ear of a binaural pair.
    Binaural,
}

/// One item of what is played.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectInfo {
    /// Its number, from 0.
    pub item: usize,
    /// What people call it.
    pub name: String,
    /// `audioObjectID` of the innermost object that it belongs to.
    pub object: Option<String>,
    /// Its kind.
    pub kind: ObjectKind,
    /// The track of the scene that it is made of, from 0, where a scene is played.
    pub track: Option<usize>,
    /// Which channel of that track, from 0.
    pub channel: usize,
    /// What it is for.
    pub role: Role,
    /// What ADM-OSC calls it, from 1: `/adm/obj/1`. Only objects have a number.
    pub number: Option<usize>,
}

/// What is done to an object by hand. What is `None` goes on as its metadata says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectEdit {
    /// Where it is.
    pub position: Option<ObjectPosition>,
    /// Its gain, linear; takes the place of that of its blocks.
    pub gain: Option<f64>,
    /// Width, height, depth: degrees and a part of the distance (polar), units of the cube (Cartesian).
    pub size: Option<[f64; 3]>,
    /// 0…1.
    pub diffuse: Option<f64>,
}

impl ObjectEdit {
    /// Everything that is no number or outside its range brought into it.
    pub(super) fn sane(&self) -> Self {
        let number = |value: f64, least: f64, most: f64| {
            if value.is_nan() { least.max(0.0) } else { value.clamp(least, most) }
        };
        let position = self.position.map(|position| match position {
            ObjectPosition::Polar(mut polar) => {
                polar.azimuth = number(polar.azimuth, -36_000.0, 36_000.0);
                polar.elevation = number(polar.elevation, -90.0, 90.0);
                polar.distance = number(polar.distance, 0.0, 1.0);
                ObjectPosition::Polar(polar)
            }
            ObjectPosition::Cartesian(mut place) => {
                for axis in [&mut place.x, &mut place.y, &mut place.z] {
                    *axis = number(*axis, -1.0, 1.0);
                }
                ObjectPosition::Cartesian(place)
            }
        });
        Self {
            position,
            gain: self.gain.map(|gain| number(gain, -LOUDEST, LOUDEST)),
            size: self.size.map(|size| size.map(|extent| number(extent, 0.0, 360.0))),
            diffuse: self.diffuse.map(|diffuse| number(diffuse, 0.0, 1.0)),
        }
    }

    /// The same at a level.
    pub(super) fn at_level(&self, level: f64) -> ItemEdit {
        let Self { position, gain, size, diffuse } = self.clone();
        ItemEdit { position, gain, size, diffuse, level }
    }

    /// `later` on top of it.
    pub(super) fn with(&self, later: &Self) -> Self {
        Self {
            position: later.position.or(self.position),
            gain: later.gain.or(self.gain),
            size: later.size.or(self.size),
            diffuse: later.diffuse.or(self.diffuse),
        }
    }
}

/// Highest gain that is taken, linear: 60 dB.
const LOUDEST: f64 = 1_000.0;

/// The items of a master. The objects of a scene have the numbers of their tracks among all that are objects, whichever programme
/// is chosen; what comes back from reverbs comes after them.
pub(super) fn list(master: &Master) -> Vec<ObjectInfo> {
    let mut number = master.object_tracks.len();
    let infos = master.items.iter().zip(&master.object_names).enumerate().map(|(item, (render, object))| {
        let (kind, track) = match render {
            RenderItem::Objects(object) => (ObjectKind::Object, Some(&object.track)),
            RenderItem::DirectSpeakers(channel) => (ObjectKind::Bed, Some(&channel.track)),
            RenderItem::Binaural(ear) => (ObjectKind::Binaural, Some(&ear.track)),
            RenderItem::Hoa(hoa) => (ObjectKind::Hoa, hoa.channels.first().map(|channel| &channel.track)),
        };
        let feed = match track {
            Some(TrackSpec::Direct(track)) => master.feeds.get(*track),
            _ => None,
        };
        let (track, channel) = match feed {
            Some(Feed::Strip { track, channel }) => (Some(*track), *channel),
            _ => (None, 0),
        };
        let own = track.and_then(|track| master.object_tracks.binary_search(&track).ok());
        number += usize::from(kind == ObjectKind::Object && own.is_none());
        ObjectInfo {
            item,
            name: name(render, object),
            object: render.context().path.objects.last().map(ToString::to_string),
            kind,
            track,
            channel,
            role: render.context().role,
            number: (kind == ObjectKind::Object).then(|| own.map_or(number, |own| own + 1)),
        }
    });
    infos.collect()
}

/// What people call an item: its object, and of a bed or a binaural pair the channel too.
fn name(item: &RenderItem, object: &str) -> String {
    match item {
        RenderItem::DirectSpeakers(item) => format!("{object}: {}", item.channel.name),
        RenderItem::Binaural(item) => format!("{object}: {}", item.channel.name),
        RenderItem::Objects(_) | RenderItem::Hoa(_) => object.to_owned(),
    }
}
