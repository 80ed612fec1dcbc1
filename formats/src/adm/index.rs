use std::collections::HashMap;
use std::sync::Arc;

use super::common_definitions::{COMMON_DEFINITIONS, COMMON_POSITIONS};
use super::{
    AdmId, AlternativeValueSet, AudioChannelFormat, AudioContent, AudioObject, AudioPackFormat,
    AudioProgramme, AudioStreamFormat, AudioTrackFormat, AudioTrackUid, Document,
};

/// Elements by id: first the file's own, then the common definitions of BS.2094-1.
///
/// Ids are compared without regard to case. When a file has two elements of one id, the first counts.
#[derive(Debug)]
pub struct Index<'a> {
    document: &'a Document,
    programmes: HashMap<&'a AdmId, usize>,
    contents: HashMap<&'a AdmId, usize>,
    objects: HashMap<&'a AdmId, usize>,
    pack_formats: HashMap<&'a AdmId, usize>,
    channel_formats: HashMap<&'a AdmId, usize>,
    stream_formats: HashMap<&'a AdmId, usize>,
    track_formats: HashMap<&'a AdmId, usize>,
    track_uids: HashMap<&'a AdmId, usize>,
    /// Object and set within it.
    alternative_value_sets: HashMap<&'a AdmId, (usize, usize)>,
}

/// The first position of each id.
fn first_positions<'a>(ids: impl Iterator<Item = &'a AdmId>) -> HashMap<&'a AdmId, usize> {
    let mut positions = HashMap::new();
    for (position, id) in ids.enumerate() {
        positions.entry(id).or_insert(position);
    }
    positions
}

impl<'a> Index<'a> {
    /// Indexes `document`: one pass, then every look-up takes constant time.
    pub fn new(document: &'a Document) -> Self {
        let mut alternative_value_sets = HashMap::new();
        for (object_position, object) in document.objects.iter().enumerate() {
            for (position, set) in object.alternative_value_sets.iter().enumerate() {
                alternative_value_sets.entry(&set.id).or_insert((object_position, position));
            }
        }
        Self {
            document,
            programmes: first_positions(document.programmes.iter().map(|element| &element.id)),
            contents: first_positions(document.contents.iter().map(|element| &element.id)),
            objects: first_positions(document.objects.iter().map(|element| &element.id)),
            pack_formats: first_positions(document.pack_formats.iter().map(|element| &element.id)),
            channel_formats: first_positions(document.channel_formats.iter().map(|element| &element.id)),
            stream_formats: first_positions(document.stream_formats.iter().map(|element| &element.id)),
            track_formats: first_positions(document.track_formats.iter().map(|element| &element.id)),
            track_uids: first_positions(document.track_uids.iter().map(|element| &element.id)),
            alternative_value_sets,
        }
    }

    /// The document that was indexed.
    pub fn document(&self) -> &'a Document {
        self.document
    }

    /// The `audioProgramme` called `id`.
    pub fn programme(&self, id: &AdmId) -> Option<&'a AudioProgramme> {
        self.document.programmes.get(*self.programmes.get(id)?)
    }

    /// The `audioContent` called `id`.
    pub fn content(&self, id: &AdmId) -> Option<&'a AudioContent> {
        self.document.contents.get(*self.contents.get(id)?)
    }

    /// The `audioObject` called `id`.
    pub fn object(&self, id: &AdmId) -> Option<&'a AudioObject> {
        self.document.objects.get(*self.objects.get(id)?)
    }

    /// The position in [`Document::objects`] of the `audioObject` called `id`.
    pub fn object_position(&self, id: &AdmId) -> Option<usize> {
        self.objects.get(id).copied()
    }

    /// The `audioPackFormat` called `id`, the file's or a common one.
    pub fn pack_format(&self, id: &AdmId) -> Option<&'a AudioPackFormat> {
        match self.pack_formats.get(id) {
            Some(&position) => self.document.pack_formats.get(position),
            None => COMMON_DEFINITIONS.pack_formats.get(*COMMON_POSITIONS.packs.get(id)?),
        }
    }

    /// The `audioChannelFormat` called `id`, the file's or a common one.
    pub fn channel_format(&self, id: &AdmId) -> Option<&'a Arc<AudioChannelFormat>> {
        match self.channel_formats.get(id) {
            Some(&position) => self.document.channel_formats.get(position),
            None => COMMON_DEFINITIONS.channel_formats.get(*COMMON_POSITIONS.channels.get(id)?),
        }
    }

    /// The `audioStreamFormat` called `id`, the file's or a common one.
    pub fn stream_format(&self, id: &AdmId) -> Option<&'a AudioStreamFormat> {
        match self.stream_formats.get(id) {
            Some(&position) => self.document.stream_formats.get(position),
            None => COMMON_DEFINITIONS.stream_formats.get(*COMMON_POSITIONS.streams.get(id)?),
        }
    }

    /// The `audioTrackFormat` called `id`, the file's or a common one.
    pub fn track_format(&self, id: &AdmId) -> Option<&'a AudioTrackFormat> {
        match self.track_formats.get(id) {
            Some(&position) => self.document.track_formats.get(position),
            None => COMMON_DEFINITIONS.track_formats.get(*COMMON_POSITIONS.tracks.get(id)?),
        }
    }

    /// The `audioTrackUID` called `id`.
    pub fn track_uid(&self, id: &AdmId) -> Option<&'a AudioTrackUid> {
        self.document.track_uids.get(*self.track_uids.get(id)?)
    }

    /// The `alternativeValueSet` called `id`, with the object that it belongs to.
    pub fn alternative_value_set(&self, id: &AdmId) -> Option<(&'a AudioObject, &'a AlternativeValueSet)> {
        let &(object, set) = self.alternative_value_sets.get(id)?;
        let object = self.document.objects.get(object)?;
        Some((object, object.alternative_value_sets.get(set)?))
    }

    /// The common `audioPackFormat` called `id`.
    pub fn common_pack_format(id: &AdmId) -> Option<&'static AudioPackFormat> {
        COMMON_DEFINITIONS.pack_formats.get(*COMMON_POSITIONS.packs.get(id)?)
    }

    /// The common `audioChannelFormat` called `id`.
    pub fn common_channel_format(id: &AdmId) -> Option<&'static Arc<AudioChannelFormat>> {
        COMMON_DEFINITIONS.channel_formats.get(*COMMON_POSITIONS.channels.get(id)?)
    }

    /// Whether `id` (of a pack, channel, stream or track format) leads to a common definition: it is one, and the
    /// file does not define it anew.
    pub fn is_common_definition(&self, id: &AdmId) -> bool {
        let common = &*COMMON_POSITIONS;
        (common.packs.contains_key(id) && !self.pack_formats.contains_key(id))
            || (common.channels.contains_key(id) && !self.channel_formats.contains_key(id))
            || (common.streams.contains_key(id) && !self.stream_formats.contains_key(id))
            || (common.tracks.contains_key(id) && !self.track_formats.contains_key(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(id: &str) -> Arc<AudioChannelFormat> {
        let mut channel = (*COMMON_DEFINITIONS.channel_formats[0]).clone();
        channel.id = id.into();
        channel.name = "own".to_owned();
        Arc::new(channel)
    }

    #[test]
    fn the_file_comes_before_the_common_definitions() {
        let document = Document {
            channel_formats: vec![channel("AC_0001000A"), channel("AC_00011001")],
            ..Document::default()
        };
        let index = Index::new(&document);
        assert_eq!(index.channel_format(&"AC_0001000a".into()).unwrap().name, "own");
        assert!(!index.is_common_definition(&"AC_0001000a".into()));
        assert_eq!(index.channel_format(&"AC_0001000B".into()).unwrap().name, "SideRight");
        assert!(index.is_common_definition(&"AC_0001000B".into()));
        assert!(!index.is_common_definition(&"AC_00011001".into()));
        assert!(index.channel_format(&"AC_00011002".into()).is_none());
        assert_eq!(index.pack_format(&"AP_00010002".into()).unwrap().channel_formats.len(), 2);
        assert_eq!(index.track_format(&"AT_00010001_01".into()).unwrap().name, "PCM_FrontLeft");
    }
}
