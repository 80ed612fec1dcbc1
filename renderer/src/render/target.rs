//! What is rendered to: a loudspeaker layout or an Ambisonics format, and its panner.

use std::sync::Arc;

use formats::Warning;
use formats::adm::{BinauralBlock, DirectSpeakersBlock, ObjectsBlock};

use super::ambisonics::AmbisonicPanner;
use super::error::RenderError;
use super::loudspeakers::LoudspeakerPanner;
use crate::items::{BinauralItem, DirectSpeakersItem, HoaItem, ItemContext, RenderItem};
use crate::layout::Layout;
use crate::monitor::binaural::{Headphones, Stage};
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
    /// Two ears.
    Headphones(Box<Headphones>),
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
    pub(crate) fn apply(self, block: &mut ObjectsBlock) {
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
            Self::Headphones(_) => 2,
        }
    }

    /// What is panned to, and what comes after.
    pub(super) fn bus(
        &self,
        items: &Arc<[RenderItem]>,
        sample_rate: u32,
        conversion: Option<Conversion>,
    ) -> Result<Bus, RenderError> {
        let straight = |channels: usize| (0..channels).map(|channel| (channel, 1.0)).collect();
        Ok(match self {
            Self::Loudspeakers { layout, wiring } => Bus {
                names: layout.channels.iter().map(|channel| channel.name.clone()).collect(),
                wiring: match wiring {
                    Some(wiring) => wiring.outputs.iter().map(|(to, gain)| (*to, *gain as f32)).collect(),
                    None => straight(layout.channels.len()),
                },
                panner: Box::new(LoudspeakerPanner::new(layout, conversion)?),
                stage: None,
            },
            Self::Ambisonics { order } => Bus {
                names: (0..self.channels()).map(|number| format!("ACN{number:02}")).collect(),
                wiring: straight(self.channels()),
                panner: Box::new(AmbisonicPanner::new(*order, conversion)?),
                stage: None,
            },
            Self::Headphones(headphones) => {
                let stage = Stage::new(headphones, items, sample_rate)?;
                Bus {
                    names: stage.names().to_vec(),
                    wiring: Vec::new(),
                    panner: stage.panner(conversion)?,
                    stage: Some(stage),
                }
            }
        })
    }
}

/// The bus of a target.
pub(super) struct Bus {
    /// Its channels.
    pub names: Vec<String>,
    /// For each of them its output and its gain; none where a stage makes the output.
    pub wiring: Vec<(usize, f32)>,
    /// Pans to its channels.
    pub panner: Box<dyn Panner>,
    /// What makes the output of headphones.
    pub stage: Option<Stage>,
}

/// Metadata in, gains for the channels of one target out.
pub trait Panner: Send + Sync {
    /// Another one with room of its own to work in.
    fn for_another_thread(&self) -> Box<dyn Panner>;

    /// Gains of an Objects block of the item of that number.
    fn objects(&mut self, item: usize, block: &ObjectsBlock, context: &ItemContext) -> &DirectDiffuseGains;

    /// Gains of a DirectSpeakers block of the item of that number; adds what is strange about it to `warnings`.
    fn direct_speakers(
        &self,
        index: usize,
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
