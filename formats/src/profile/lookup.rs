//! Elements by id, and the walks over their references that the rules share.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use crate::adm::{
    AdmId, AudioChannelFormat, AudioObject, AudioPackFormat, AudioStreamFormat, AudioTrackFormat,
    AudioTrackUid, BlockFormats, Document, IdKind, Index, TypeDefinition,
};

/// Steps that the walks over nested packs may take in all, so that a hostile web of packs costs no more than a
/// second; beyond it the rules that need such a walk say nothing.
const WALK_BUDGET: u32 = 2_000_000;

/// The element that has ids of `kind`, and their form (BS.2076-2 §6).
pub(super) fn names_of(kind: IdKind) -> (&'static str, &'static str) {
    match kind {
        IdKind::Programme => ("audioProgramme", "APR_hhhh"),
        IdKind::Content => ("audioContent", "ACO_hhhh"),
        IdKind::Object => ("audioObject", "AO_hhhh"),
        IdKind::AlternativeValueSet => ("alternativeValueSet", "AVS_hhhh_hhhh"),
        IdKind::PackFormat => ("audioPackFormat", "AP_hhhhhhhh"),
        IdKind::ChannelFormat => ("audioChannelFormat", "AC_hhhhhhhh"),
        IdKind::BlockFormat => ("audioBlockFormat", "AB_hhhhhhhh_hhhhhhhh"),
        IdKind::StreamFormat => ("audioStreamFormat", "AS_hhhhhhhh"),
        IdKind::TrackFormat => ("audioTrackFormat", "AT_hhhhhhhh_hh"),
        IdKind::TrackUid => ("audioTrackUID", "ATU_hhhhhhhh"),
    }
}

/// `xxxx` is in the range that BS.2076-2 §6 keeps for the common definitions.
pub(super) fn is_reserved(id: &AdmId) -> bool {
    id.digits().is_some_and(|digits| (1..0x1000).contains(&(digits & 0xffff)))
}

/// An element as the general rules see it.
pub(super) struct Element<'a> {
    pub(super) kind: IdKind,
    pub(super) id: &'a AdmId,
    pub(super) name: &'a str,
}

impl fmt::Display for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.id.is_empty() {
            write!(f, "{} \"{}\"", names_of(self.kind).0, self.name)
        } else {
            write!(f, "{}", self.id)
        }
    }
}

/// The element types of a channel's blocks, as a `typeDefinition`.
pub(super) fn channel_type(channel: &AudioChannelFormat) -> Option<TypeDefinition> {
    match channel.blocks {
        BlockFormats::DirectSpeakers(_) => Some(TypeDefinition::DirectSpeakers),
        BlockFormats::Matrix(_) => Some(TypeDefinition::Matrix),
        BlockFormats::Objects(_) => Some(TypeDefinition::Objects),
        BlockFormats::Hoa(_) => Some(TypeDefinition::Hoa),
        BlockFormats::Binaural(_) => Some(TypeDefinition::Binaural),
        BlockFormats::Other(_) => None,
    }
}

/// The name of a type as `typeDefinition` writes it.
pub(super) fn type_name(definition: Option<TypeDefinition>) -> &'static str {
    definition.map_or("none", TypeDefinition::name)
}

/// A document with its elements by id; where ids repeat, the first counts.
pub(super) struct Lookup<'a> {
    pub(super) document: &'a Document,
    index: Index<'a>,
    budget: Cell<u32>,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        Self { document, index: Index::new(document), budget: Cell::new(WALK_BUDGET) }
    }

    pub(super) fn object(&self, id: &AdmId) -> Option<&'a AudioObject> {
        self.index.object(id)
    }

    pub(super) fn pack(&self, id: &AdmId) -> Option<&'a AudioPackFormat> {
        self.index.pack_format(id)
    }

    pub(super) fn channel(&self, id: &AdmId) -> Option<&'a AudioChannelFormat> {
        self.index.channel_format(id).map(AsRef::as_ref)
    }

    pub(super) fn stream(&self, id: &AdmId) -> Option<&'a AudioStreamFormat> {
        self.index.stream_format(id)
    }

    pub(super) fn track_format(&self, id: &AdmId) -> Option<&'a AudioTrackFormat> {
        self.index.track_format(id)
    }

    pub(super) fn track_uid(&self, id: &AdmId) -> Option<&'a AudioTrackUid> {
        self.index.track_uid(id)
    }

    /// An element of `kind` has this id, here or in the common definitions.
    pub(super) fn exists(&self, kind: IdKind, id: &AdmId) -> bool {
        match kind {
            IdKind::Programme => self.index.programme(id).is_some(),
            IdKind::Content => self.index.content(id).is_some(),
            IdKind::Object => self.index.object(id).is_some(),
            IdKind::AlternativeValueSet => self.index.alternative_value_set(id).is_some(),
            IdKind::PackFormat => self.index.pack_format(id).is_some(),
            IdKind::ChannelFormat => self.index.channel_format(id).is_some(),
            IdKind::StreamFormat => self.index.stream_format(id).is_some(),
            IdKind::TrackFormat => self.index.track_format(id).is_some(),
            IdKind::TrackUid => self.index.track_uid(id).is_some(),
            IdKind::BlockFormat => false,
        }
    }

    /// All elements of the document that have an id, in file order kind by kind.
    pub(super) fn elements(&self) -> Vec<Element<'a>> {
        let document = self.document;
        let mut all = Vec::new();
        let mut add = |kind, id: &'a AdmId, name: &'a str| all.push(Element { kind, id, name });
        document.programmes.iter().for_each(|e| add(IdKind::Programme, &e.id, &e.name));
        document.contents.iter().for_each(|e| add(IdKind::Content, &e.id, &e.name));
        document.objects.iter().for_each(|e| add(IdKind::Object, &e.id, &e.name));
        let sets = document.objects.iter().flat_map(|object| &object.alternative_value_sets);
        sets.for_each(|e| add(IdKind::AlternativeValueSet, &e.id, ""));
        document.pack_formats.iter().for_each(|e| add(IdKind::PackFormat, &e.id, &e.name));
        document.channel_formats.iter().for_each(|e| add(IdKind::ChannelFormat, &e.id, &e.name));
        document.stream_formats.iter().for_each(|e| add(IdKind::StreamFormat, &e.id, &e.name));
        document.track_formats.iter().for_each(|e| add(IdKind::TrackFormat, &e.id, &e.name));
        document.track_uids.iter().for_each(|e| add(IdKind::TrackUid, &e.id, ""));
        all
    }

    /// The channel that a track UID carries: named itself, or through its track and stream formats.
    pub(super) fn channel_of(&self, uid: &'a AudioTrackUid) -> Option<&'a AdmId> {
        let through_stream = || {
            let track = self.track_format(uid.track_format.as_ref()?)?;
            self.stream(track.stream_format.as_ref()?)?.channel_format.as_ref()
        };
        uid.channel_format.as_ref().or_else(through_stream)
    }

    /// Whether `pack` or a pack nested in it satisfies `test`; `None` when the walks' budget is spent.
    pub(super) fn any_pack_in(
        &self,
        pack: &AdmId,
        mut test: impl FnMut(&AudioPackFormat) -> bool,
    ) -> Option<bool> {
        let mut seen = HashSet::new();
        let mut open: Vec<&AdmId> = vec![pack];
        while let Some(id) = open.pop() {
            let Some(pack) = self.pack(id) else { continue };
            if !seen.insert(&pack.id) {
                continue;
            }
            let steps = 1 + pack.channel_formats.len() + pack.pack_formats.len();
            let left = self.budget.get().checked_sub(u32::try_from(steps).ok()?)?;
            self.budget.set(left);
            if test(pack) {
                return Some(true);
            }
            open.extend(&pack.pack_formats);
        }
        Some(false)
    }

    /// The number of channels of `pack`, nested ones included, each once; `None` when the budget is spent.
    pub(super) fn channel_count(&self, pack: &AdmId) -> Option<usize> {
        let mut channels: HashSet<AdmId> = HashSet::new();
        self.any_pack_in(pack, |pack| {
            channels.extend(pack.channel_formats.iter().cloned());
            false
        })?;
        Some(channels.len())
    }
}
