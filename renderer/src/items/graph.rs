//! The document and the common definitions (BS.2094) with every reference resolved to an index, so that the
//! walks of this room neither search nor follow strings. Building it is linear in the document.

use std::collections::HashMap;
use std::sync::Arc;

use formats::Warning;
use formats::adm::{
    AdmId, AudioChannelFormat, AudioObject, AudioPackFormat, AudioStreamFormat, AudioTrackFormat,
    AudioTrackUid, Document,
};

use super::error::{Error, shown};

/// Index of a pack in [`Graph::packs`].
pub(super) type PackIndex = usize;
/// Index of a channel in [`Graph::channels`].
pub(super) type ChannelIndex = usize;
/// Index of an object in [`Graph::objects`]; as in the document.
pub(super) type ObjectIndex = usize;
/// Index of a track UID in [`Graph::track_uids`]; as in the document.
pub(super) type TrackUidIndex = usize;

/// See the module.
pub(super) struct Graph<'a> {
    pub(super) document: &'a Document,
    /// Common definitions first, as the reference renderer orders them.
    pub(super) packs: Vec<Pack<'a>>,
    pub(super) channels: Vec<Channel<'a>>,
    pub(super) objects: Vec<Object<'a>>,
    pub(super) track_uids: Vec<&'a AudioTrackUid>,
    pack_ids: HashMap<&'a AdmId, PackIndex>,
    channel_ids: HashMap<&'a AdmId, ChannelIndex>,
    object_ids: HashMap<&'a AdmId, ObjectIndex>,
    stream_formats: HashMap<&'a AdmId, &'a AudioStreamFormat>,
    track_formats: HashMap<&'a AdmId, &'a AudioTrackFormat>,
    stream_of_track: HashMap<&'a AdmId, &'a AudioStreamFormat>,
}

/// An `audioPackFormat` and what it refers to.
pub(super) struct Pack<'a> {
    pub(super) element: &'a AudioPackFormat,
    /// From BS.2094, not from the file.
    pub(super) is_common: bool,
    pub(super) packs: Vec<PackIndex>,
    pub(super) channels: Vec<ChannelIndex>,
    pub(super) encode: Vec<PackIndex>,
    pub(super) input: Option<PackIndex>,
    pub(super) output: Option<PackIndex>,
    /// The first reference that leads nowhere.
    pub(super) dangling: Option<&'a AdmId>,
}

/// An `audioChannelFormat`.
pub(super) struct Channel<'a> {
    pub(super) element: &'a Arc<AudioChannelFormat>,
}

/// An `audioObject` and what it refers to.
pub(super) struct Object<'a> {
    pub(super) element: &'a AudioObject,
    pub(super) packs: Vec<PackIndex>,
    pub(super) objects: Vec<ObjectIndex>,
    pub(super) complementary: Vec<ObjectIndex>,
    pub(super) track_uids: Vec<TrackUidIndex>,
    /// How many references to `ATU_00000000`.
    pub(super) silent_tracks: usize,
    /// The first reference that leads nowhere.
    pub(super) dangling: Option<&'a AdmId>,
}

/// Resolves references and remembers the first that leads nowhere.
struct Resolver<'m, 'a> {
    dangling: Option<&'a AdmId>,
    map: &'m HashMap<&'a AdmId, usize>,
}

impl<'a> Resolver<'_, 'a> {
    fn one(&mut self, id: &'a AdmId) -> Option<usize> {
        let found = self.map.get(id).copied();
        if found.is_none() && self.dangling.is_none() {
            self.dangling = Some(id);
        }
        found
    }

    fn all(&mut self, ids: &'a [AdmId]) -> Vec<usize> {
        ids.iter().filter_map(|id| self.one(id)).collect()
    }
}

impl<'a> Graph<'a> {
    /// Resolves `document` over `common`; hands back what is remarkable about ids.
    pub(super) fn new(document: &'a Document, common: &'a Document) -> (Self, Vec<Warning>) {
        let mut ids = Ids::default();
        let channels =
            ids.merge("audioChannelFormat", &common.channel_formats, &document.channel_formats, |c| &c.id);
        let channel_ids = index(&channels.kept, |c| &c.id);
        let packs = ids.merge("audioPackFormat", &common.pack_formats, &document.pack_formats, |p| &p.id);
        let pack_ids = index(&packs.kept, |p| &p.id);
        let streams =
            ids.merge("audioStreamFormat", &common.stream_formats, &document.stream_formats, |s| &s.id);
        let tracks = ids.merge("audioTrackFormat", &common.track_formats, &document.track_formats, |t| &t.id);
        let objects = ids.merge("audioObject", &[], &document.objects, |o| &o.id);
        let object_ids = index(&objects.kept, |o| &o.id);
        let uids = ids.merge("audioTrackUID", &[], &document.track_uids, |u| &u.id);
        let uid_ids = index(&uids.kept, |u| &u.id);
        let mut stream_of_track = HashMap::new();
        for stream in &streams.kept {
            for track in &stream.track_formats {
                stream_of_track.entry(track).or_insert(*stream);
            }
        }
        let graph = Self {
            document,
            packs: (packs.kept.iter().enumerate())
                .map(|(place, pack)| Pack::new(pack, place < packs.common, &pack_ids, &channel_ids))
                .collect(),
            channels: channels.kept.iter().map(|element| Channel { element }).collect(),
            objects: objects.kept.iter().map(|o| Object::new(o, &object_ids, &pack_ids, &uid_ids)).collect(),
            track_uids: uids.kept,
            pack_ids,
            channel_ids,
            object_ids,
            stream_formats: streams.kept.iter().map(|s| (&s.id, *s)).collect(),
            track_formats: tracks.kept.iter().map(|t| (&t.id, *t)).collect(),
            stream_of_track,
        };
        (graph, ids.warnings)
    }

    /// A document, not chna alone, of an edition before BS.2076-2.
    pub(super) fn is_before_v2(&self) -> bool {
        let is_chna_only = self.document.programmes.is_empty() && self.objects.is_empty();
        self.document.adm_version() < 2 && !is_chna_only
    }

    pub(super) fn pack(&self, id: &AdmId) -> Option<PackIndex> {
        self.pack_ids.get(id).copied()
    }

    pub(super) fn object(&self, id: &AdmId) -> Option<ObjectIndex> {
        self.object_ids.get(id).copied()
    }

    pub(super) fn channel(&self, id: &AdmId) -> Option<ChannelIndex> {
        self.channel_ids.get(id).copied()
    }

    pub(super) fn pack_id(&self, pack: PackIndex) -> &'a AdmId {
        &self.packs[pack].element.id
    }

    pub(super) fn channel_id(&self, channel: ChannelIndex) -> &'a AdmId {
        &self.channels[channel].element.id
    }

    /// The channel that a track UID stands for: directly (BS.2076-2), or through its track and stream
    /// formats (BS.2076 §5.1–5.3).
    pub(super) fn channel_of_track_uid(&self, uid: &AudioTrackUid) -> Result<ChannelIndex, Error> {
        let direct = match &uid.channel_format {
            Some(id) => Some(self.channel(id).ok_or_else(|| Error::dangling(&uid.id, id))?),
            None => None,
        };
        let through_stream = match &uid.track_format {
            Some(id) => Some(self.channel_of_track_format(uid, id)?),
            None => None,
        };
        match (direct, through_stream) {
            (Some(channel), None) | (None, Some(channel)) => Ok(channel),
            (Some(a), Some(b)) if a == b => Ok(a),
            (Some(a), Some(b)) => Err(Error::element(
                &uid.id,
                format!(
                    "its audioChannelFormatIDRef is {} but its audioTrackFormatIDRef leads to {}; keep one of them",
                    shown(self.channel_id(a)),
                    shown(self.channel_id(b))
                ),
            )),
            (None, None) => Err(Error::element(
                &uid.id,
                "refers to no audioTrackFormat and no audioChannelFormat, so what it carries is unknown; \
                 add one of the two references",
            )),
        }
    }

    fn channel_of_track_format(&self, uid: &AudioTrackUid, id: &AdmId) -> Result<ChannelIndex, Error> {
        let track = *self.track_formats.get(id).ok_or_else(|| Error::dangling(&uid.id, id))?;
        let stream = match &track.stream_format {
            Some(id) => *self.stream_formats.get(id).ok_or_else(|| Error::dangling(&track.id, id))?,
            None => *self.stream_of_track.get(&track.id).ok_or_else(|| {
                Error::element(&track.id, "is linked to no audioStreamFormat; add an audioStreamFormatIDRef")
            })?,
        };
        let channel = stream.channel_format.as_ref().ok_or_else(|| {
            Error::element(
                &stream.id,
                "refers to no audioChannelFormat (coded streams can't be rendered); \
                 decode it to PCM and add an audioChannelFormatIDRef",
            )
        })?;
        self.channel(channel).ok_or_else(|| Error::dangling(&stream.id, channel))
    }
}

impl<'a> Pack<'a> {
    fn new(
        element: &'a AudioPackFormat,
        is_common: bool,
        packs: &HashMap<&'a AdmId, PackIndex>,
        channels: &HashMap<&'a AdmId, ChannelIndex>,
    ) -> Self {
        let mut to_packs = Resolver { dangling: None, map: packs };
        let mut to_channels = Resolver { dangling: None, map: channels };
        Self {
            element,
            is_common,
            packs: to_packs.all(&element.pack_formats),
            channels: to_channels.all(&element.channel_formats),
            encode: to_packs.all(&element.encode_pack_formats),
            input: element.input_pack_format.as_ref().and_then(|id| to_packs.one(id)),
            output: element.output_pack_format.as_ref().and_then(|id| to_packs.one(id)),
            dangling: to_channels.dangling.or(to_packs.dangling),
        }
    }
}

impl<'a> Object<'a> {
    fn new(
        element: &'a AudioObject,
        objects: &HashMap<&'a AdmId, ObjectIndex>,
        packs: &HashMap<&'a AdmId, PackIndex>,
        uids: &HashMap<&'a AdmId, TrackUidIndex>,
    ) -> Self {
        let mut to_objects = Resolver { dangling: None, map: objects };
        let mut to_packs = Resolver { dangling: None, map: packs };
        let mut to_uids = Resolver { dangling: None, map: uids };
        let is_silent = |id: &AdmId| id.is_silent_track();
        let real = element.track_uids.iter().filter(|id| !is_silent(id));
        Self {
            element,
            packs: to_packs.all(&element.pack_formats),
            objects: to_objects.all(&element.objects),
            complementary: to_objects.all(&element.complementary_objects),
            track_uids: real.filter_map(|id| to_uids.one(id)).collect(),
            silent_tracks: element.track_uids.iter().filter(|id| is_silent(id)).count(),
            dangling: to_packs.dangling.or(to_uids.dangling).or(to_objects.dangling),
        }
    }
}

fn index<'a, T>(elements: &[&'a T], id: impl Fn(&'a T) -> &'a AdmId) -> HashMap<&'a AdmId, usize> {
    elements.iter().enumerate().map(|(place, element)| (id(element), place)).collect()
}

/// Elements of one kind, each id once. A definition of the file is not a common one even when it has the
/// same id and says the same: the reference renderer doesn't apply mapping rules to it.
struct Merged<'a, T> {
    /// Common definitions, then the file's.
    kept: Vec<&'a T>,
    /// How many of them are common definitions.
    common: usize,
}

#[derive(Default)]
struct Ids {
    warnings: Vec<Warning>,
}

impl Ids {
    /// The file's elements override common definitions of the same id; of two in the file, the first counts.
    fn merge<'a, T>(
        &mut self,
        kind: &str,
        common: &'a [T],
        file: &'a [T],
        id: impl Fn(&'a T) -> &'a AdmId,
    ) -> Merged<'a, T> {
        let mut in_file = HashMap::with_capacity(file.len());
        let mut kept_of_file = Vec::new();
        let mut twice: Vec<&AdmId> = Vec::new();
        for element in file {
            if id(element).is_empty() || in_file.insert(id(element), ()).is_none() {
                kept_of_file.push(element);
            } else {
                twice.push(id(element));
            }
        }
        let mut kept: Vec<&T> = common.iter().filter(|element| !in_file.contains_key(id(element))).collect();
        let common = kept.len();
        kept.append(&mut kept_of_file);
        if let Some(first) = twice.first() {
            let message = format!(
                "{} {kind} element(s) repeat an id that is already taken; the first of each is used",
                twice.len()
            );
            self.warnings.push(Warning::new("duplicate-id", shown(first), message));
        }
        Merged { kept, common }
    }
}
