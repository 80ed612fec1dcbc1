//! What people call layouts and loudspeakers.

use formats::nearest;

use super::bs2051_table::{TABLES, Table};
use super::{Channel, Layout};

/// No layout has the name asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no layout is called `{name}`{}; there are {}",
    .suggestion.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default(),
    known_names()
)]
pub struct LayoutError {
    /// What was asked for, shortened when very long.
    pub name: String,
    /// The name that is nearest to it.
    pub suggestion: Option<&'static str>,
}

/// Longest name that is compared and quoted.
const LONGEST_NAME: usize = 32;

pub(super) fn find(name: &str) -> Result<&'static Table, LayoutError> {
    let wanted = name.trim();
    let found = TABLES.iter().find(|table| table.names().any(|known| known.eq_ignore_ascii_case(wanted)));
    found.ok_or_else(|| {
        let name: String = wanted.chars().take(LONGEST_NAME).collect();
        let candidates = TABLES.iter().flat_map(Table::names).filter(|known| known.len() > 1);
        let suggestion = nearest(&name, candidates);
        LayoutError { name, suggestion }
    })
}

impl Table {
    fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.everyday_names.iter().copied())
    }

    /// The name people use, unless it is only a letter.
    fn everyday_name(&self) -> Option<&'static str> {
        self.everyday_names.first().copied().filter(|name| name.len() > 1)
    }
}

fn known_names() -> String {
    let both = |table: &Table| match table.everyday_name() {
        Some(everyday) => format!("{} ({everyday})", table.name),
        None => table.name.to_owned(),
    };
    TABLES.iter().map(both).collect::<Vec<_>>().join(", ")
}

impl Layout {
    /// What people call it (`7.1.4`), where they call it anything.
    pub fn everyday_name(&self) -> Option<&'static str> {
        TABLES.iter().find(|table| table.name == self.name)?.everyday_name()
    }

    /// Its letter in BS.2051, where it has one.
    pub fn letter(&self) -> Option<char> {
        let table = TABLES.iter().find(|table| table.name == self.name)?;
        table.everyday_names.last().filter(|name| name.len() == 1)?.chars().next()
    }

    /// `dwChannelMask` of WAVEFORMATEXTENSIBLE, where there is one that tells the truth: it lists the
    /// loudspeakers in a fixed order, so layouts whose channels come in another order (sides before rears, as
    /// BS.2051 has them) have none.
    pub fn channel_mask(&self) -> Option<u32> {
        self.channels.iter().try_fold(0u32, |mask, channel| {
            let bit = channel.mask_bit()?;
            (bit > mask).then_some(mask | bit)
        })
    }

    /// What people call the channels, in output order: `L`, `R`, `C`, `LFE`, `Ls` ….
    pub fn everyday_channel_names(&self) -> Vec<&str> {
        let lone_lfe = self.channels.iter().filter(|channel| channel.is_lfe).count() == 1;
        let name = |i: usize| match &self.channels[i] {
            lfe if lfe.is_lfe && lone_lfe => "LFE",
            channel => channel.everyday_name(),
        };
        (0..self.channels.len()).map(name).collect()
    }
}

impl Channel {
    /// What people call the loudspeaker: `L`, `Rrs`, `Ltf` …; its label where they don't call it anything.
    pub fn everyday_name(&self) -> &str {
        match self.name.as_str() {
            "M+030" => "L",
            "M-030" => "R",
            "M+000" => "C",
            "M+SC" => "Lsc",
            "M-SC" => "Rsc",
            "M+060" => "Lw",
            "M-060" => "Rw",
            "M+090" => "Lss",
            "M-090" => "Rss",
            "M+110" => "Ls",
            "M-110" => "Rs",
            "M+135" => "Lrs",
            "M-135" => "Rrs",
            "M+180" => "Cs",
            "U+000" => "Ctf",
            "U+030" | "U+045" => "Ltf",
            "U-030" | "U-045" => "Rtf",
            "U+090" => "Ltm",
            "U-090" => "Rtm",
            "U+110" | "U+135" => "Ltr",
            "U-110" | "U-135" => "Rtr",
            "U+180" | "UH+180" => "Ctr",
            "T+000" => "Tc",
            "B+000" => "Cbf",
            "B+045" => "Lbf",
            "B-045" => "Rbf",
            label => label,
        }
    }

    /// The bit of the loudspeaker in `dwChannelMask` (Microsoft, `ksmedia.h`).
    fn mask_bit(&self) -> Option<u32> {
        Some(match self.name.as_str() {
            "M+030" => 0x1,
            "M-030" => 0x2,
            "M+000" => 0x4,
            "LFE1" => 0x8,
            "M+135" => 0x10,
            "M-135" => 0x20,
            "M+180" => 0x100,
            "M+090" | "M+110" => 0x200,
            "M-090" | "M-110" => 0x400,
            "T+000" => 0x800,
            "U+030" | "U+045" => 0x1000,
            "U+000" => 0x2000,
            "U-030" | "U-045" => 0x4000,
            "U+110" | "U+135" => 0x8000,
            "U+180" => 0x1_0000,
            "U-110" | "U-135" => 0x2_0000,
            _ => return None,
        })
    }
}
