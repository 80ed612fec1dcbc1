//! What is rendered to: a loudspeaker layout or an Ambisonics format, and its panner.

use formats::Warning;
use formats::adm::{BinauralBlock, DirectSpeakersBlock, ObjectsBlock};

use super::ambisonics::AmbisonicPanner;
use super::error::RenderError;
use super::loudspeakers::LoudspeakerPanner;
use crate::items::{BinauralItem, DirectSpeakersItem, HoaItem, ItemContext};
use crate::layout::Layout;
use crate::panner::DirectDiffuseGains;
use crate::panner::position_conversion::{to_cartesian, to_polar};

/// What is rendered to.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// Loudspeakers.
    Loudspeakers {
        /// The loudspeakers that gains are computed for.
        layout: Layout,
        /// How they are wired, where the file's channels aren't the layout's.
        wiring: Option<Wiring>,
    },
    /// AmbiX: ACN order, SN3D normalisation, (order + 1)² channels.
    Ambisonics {
        /// 1…7.
        order: u32,
    },
}

/// Which output channel each loudspeaker of a layout is wired to, with a trim.
#[derive(Clone, Debug, PartialEq)]
pub struct Wiring {
    /// Channels of the output; those that no loudspeaker is wired to stay silent.
    pub channels: usize,
    /// One for each channel of the layout: the output channel, counted from 0, and a linear gain.
    pub outputs: Vec<(usize, f64)>,
}

/// How the positions of Objects blocks are converted before they are rendered (BS.2127-1 §10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// Every block becomes Cartesian.
    ToCartesian,
    /// Every block becomes polar.
    ToPolar,
}

impl Conversion {
    /// Converts `block`, unless it is already what it should become.
    pub(super) fn apply(self, block: &mut ObjectsBlock) {
        match self {
            Self::ToCartesian => to_cartesian(block),
            Self::ToPolar => to_polar(block),
        }
    }
}

impl Target {
    /// Channels of the output.
    pub fn channels(&self) -> usize {
        match self {
            Self::Loudspeakers { wiring: Some(wiring), .. } => wiring.channels,
            Self::Loudspeakers { layout, wiring: None } => layout.channels.len(),
            Self::Ambisonics { order } => (*order as usize + 1).pow(2),
        }
    }

    /// Names of the channels that are panned to, before wiring.
    pub(super) fn channel_names(&self) -> Vec<String> {
        match self {
            Self::Loudspeakers { layout, .. } => {
                layout.channels.iter().map(|channel| channel.name.clone()).collect()
            }
            Self::Ambisonics { .. } => (0..self.channels()).map(|number| format!("ACN{number:02}")).collect(),
        }
    }

    /// For each of those channels its output and its gain.
    pub(super) fn wiring(&self) -> Vec<(usize, f32)> {
        match self {
            Self::Loudspeakers { wiring: Some(wiring), .. } => {
                wiring.outputs.iter().map(|(output, gain)| (*output, *gain as f32)).collect()
            }
            _ => (0..self.channels()).map(|channel| (channel, 1.0)).collect(),
        }
    }

    /// The panner for this target.
    pub(super) fn panner(&self, conversion: Option<Conversion>) -> Result<Box<dyn Panner>, RenderError> {
        match self {
            Self::Loudspeakers { layout, .. } => Ok(Box::new(LoudspeakerPanner::new(layout, conversion)?)),
            Self::Ambisonics { order } => Ok(Box::new(AmbisonicPanner::new(*order, conversion)?)),
        }
    }
}

/// Metadata in, gains for the channels of one target out.
pub trait Panner: Send + Sync {
    /// Another one with room of its own to work in.
    fn for_another_thread(&self) -> Box<dyn Panner>;

    /// Gains of an Objects block.
    fn objects(&mut self, block: &ObjectsBlock, context: &ItemContext) -> &DirectDiffuseGains;

    /// Gains of a DirectSpeakers block; adds what is strange about it to `warnings`.
    fn direct_speakers(
        &self,
        block: &DirectSpeakersBlock,
        item: &DirectSpeakersItem,
        warnings: &mut Vec<Warning>,
    ) -> Vec<f64>;

    /// Gains of a Binaural block, which belongs on headphones.
    fn ear(&self, block: &BinauralBlock, item: &BinauralItem) -> Vec<f64>;

    /// Gains of every component of an HOA scene, in the item's order; adds what is strange about it to
    /// `warnings`.
    fn hoa(&self, item: &HoaItem, warnings: &mut Vec<Warning>) -> Result<Vec<Vec<f64>>, RenderError>;
}
