//! The loudspeaker layouts that a bed may have.

use std::fmt;

use super::bed_table::{BEDS, BedRow, LFE};
use crate::adm::{AdmId, TypeDefinition};

/// The loudspeakers of a bed, in the order of BS.2051.
#[derive(Clone, Copy, Debug)]
pub struct BedLayout(&'static BedRow);

impl BedLayout {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        BEDS.iter().map(Self)
    }

    /// The layout that is called `name`: as BS.2051 does (`0+5+0`) or as people do (`5.1`).
    pub fn from_name(name: &str) -> Option<Self> {
        let is_name = |known: &str| known.eq_ignore_ascii_case(name);
        BEDS.iter()
            .find(|row| is_name(row.name) || row.everyday_names.iter().any(|known| is_name(known)))
            .map(Self)
    }

    /// All names of all layouts.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BEDS.iter().flat_map(|row| std::iter::once(row.name).chain(row.everyday_names.iter().copied()))
    }

    /// Its name, of BS.2051 where it has one there.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// What people call it.
    pub fn everyday_name(self) -> &'static str {
        self.0.everyday_names.first().copied().unwrap_or(self.0.name)
    }

    /// Number of loudspeakers.
    pub fn channels(self) -> usize {
        self.0.channels.len()
    }

    /// The common `audioChannelFormat`s of its loudspeakers (BS.2094-1).
    pub fn channel_formats(self) -> impl ExactSizeIterator<Item = AdmId> {
        self.0.channels.iter().map(|&number| AdmId::channel_format(TypeDefinition::DirectSpeakers, number))
    }

    /// The common `audioPackFormat` with just these channels; `None` when there is none.
    pub fn pack_format(self) -> Option<AdmId> {
        self.0.pack.map(|digits| AdmId::new(&format!("AP_{digits:08x}")))
    }

    /// Whether the loudspeaker `channel`, counted from 0, is one for low frequency effects.
    pub fn is_lfe(self, channel: usize) -> bool {
        self.0.channels.get(channel).is_some_and(|number| LFE.contains(number))
    }
}

impl PartialEq for BedLayout {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for BedLayout {}

impl Default for BedLayout {
    /// 5.1.
    fn default() -> Self {
        BEDS.iter().find(|row| row.name == "0+5+0").map_or(Self(&BEDS[0]), Self)
    }
}

impl fmt::Display for BedLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adm::COMMON_DEFINITIONS;

    /// The table against BS.2094-1: a pack that is named has just the channels that are listed.
    #[test]
    fn common_packs_have_the_channels_of_the_bed() {
        for layout in BedLayout::all() {
            let channels: Vec<AdmId> = layout.channel_formats().collect();
            for id in &channels {
                assert!(COMMON_DEFINITIONS.channel_formats.iter().any(|c| c.id == *id), "{layout} {id}");
            }
            let same = COMMON_DEFINITIONS.pack_formats.iter().find(|p| p.channel_formats == channels);
            assert_eq!(layout.pack_format(), same.map(|pack| pack.id.clone()), "{layout}");
        }
    }

    #[test]
    fn names_lead_to_layouts_and_no_two_to_one_name() {
        let mut names: Vec<String> = BedLayout::names().map(str::to_ascii_lowercase).collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
        assert_eq!(BedLayout::from_name("7.1.4").unwrap().name(), "4+7+0");
        assert_eq!(BedLayout::from_name("lcr").unwrap().channels(), 3);
        assert!(BedLayout::from_name("5.1").unwrap().is_lfe(3));
        assert!(!BedLayout::from_name("3+7+0").unwrap().is_lfe(3));
        assert_eq!(BedLayout::from_name("5.2"), None);
    }
}
