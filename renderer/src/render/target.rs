//! What is rendered to: a loudspeaker layout or an Ambisonics format, and its panner.

use std::borrow::Cow;
use std::sync::Arc;

use formats::Warning;
use formats::adm::{BinauralBlock, DirectSpeakersBlock, ObjectPosition, ObjectsBlock, PositionOffset};

use super::ambisonics::AmbisonicPanner;
use super::error::RenderError;
use super::loudspeakers::LoudspeakerPanner;
use crate::items::{BinauralItem, DirectSpeakersItem, HoaItem, ItemContext, RenderItem};
use crate::layout::Layout;
use crate::monitor::binaural::{Headphones, Stage};
use crate::panner::DirectDiffuseGains;
use crate::panner::objects::offset_position;
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
    /// Converts `block`, unless it is already what it should become. An offset in the block's own coordinates
    /// is added before, and taken out of the context that comes back with it; one in the others waits there,
    /// for the converted block.
    pub(crate) fn apply<'c>(
        self,
        block: &ObjectsBlock,
        context: &'c ItemContext,
    ) -> (ObjectsBlock, Cow<'c, ItemContext>) {
        let (mut block, mut context) = (block.clone(), Cow::Borrowed(context));
        if let (ObjectPosition::Polar(_), Some(PositionOffset::Polar(_)))
        | (ObjectPosition::Cartesian(_), Some(PositionOffset::Cartesian(_))) =
            (block.position, context.position_offset)
        {
            block.position = offset_position(block.position, context.position_offset);
            context.to_mut().position_offset = None;
        }
        match self {
            Self::ToCartesian => to_cartesian(&mut block),
            Self::ToPolar => to_polar(&mut block),
        }
        (block, context)
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

#[cfg(test)]
mod tests {
    use formats::adm::{BlockCommon, CartesianPosition, PolarPosition, ScreenEdgeLock};

    use super::*;

    fn context(position_offset: Option<PositionOffset>) -> ItemContext {
        ItemContext { position_offset, adm_version: 2, ..ItemContext::default() }
    }

    fn block(position: ObjectPosition) -> ObjectsBlock {
        ObjectsBlock {
            common: BlockCommon::default(),
            position,
            width: 0.0,
            height: 0.0,
            depth: 0.0,
            diffuse: 0.0,
            screen_ref: false,
            screen_edge_lock: ScreenEdgeLock::default(),
            special: None,
        }
    }

    fn polar(azimuth: f64) -> PolarPosition {
        PolarPosition { azimuth, elevation: 0.0, distance: 1.0 }
    }

    fn place(x: f64, y: f64) -> CartesianPosition {
        CartesianPosition { x, y, z: 0.0 }
    }

    /// BS.2127-1 §10: 110° is the corner (−1, −1) of the cube, where M+110 stands. A Cartesian offset of a polar
    /// block moves the block that it becomes, as in EAR 2.1.0.
    #[test]
    fn offsets_are_added_in_the_coordinates_they_are_in() {
        let turn = PositionOffset::Polar(PolarPosition { distance: 0.0, ..polar(30.0) });
        let back = PositionOffset::Cartesian(place(0.0, -1.0));
        let left = |y| ObjectPosition::Cartesian(place(-1.0, y));
        let at = |azimuth| ObjectPosition::Polar(polar(azimuth));
        let cases = [
            (Conversion::ToCartesian, at(80.0), turn),
            (Conversion::ToCartesian, left(0.0), back),
            (Conversion::ToPolar, at(80.0), turn),
            (Conversion::ToPolar, left(0.0), back),
            (Conversion::ToCartesian, at(30.0), PositionOffset::Cartesian(place(0.0, -2.0))),
            (
                Conversion::ToPolar,
                left(1.0),
                PositionOffset::Polar(PolarPosition { distance: 0.0, ..polar(80.0) }),
            ),
        ];
        for target in [
            Target::Loudspeakers { layout: Layout::by_name("0+5+0").unwrap(), wiring: None },
            Target::Ambisonics { order: 3 },
        ] {
            let panner = |conversion| target.bus(&Vec::new().into(), 48_000, conversion).unwrap().panner;
            let mut plain = panner(None);
            let expected = plain.objects(0, &block(at(110.0)), &context(None)).clone();
            assert!(expected.direct.iter().any(|gain| (gain - 1.0).abs() < 1e-12));
            for (conversion, position, offset) in cases {
                let mut panner = panner(Some(conversion));
                let found = panner.objects(0, &block(position), &context(Some(offset)));
                for (found, expected) in found.direct.iter().zip(&expected.direct) {
                    assert!((found - expected).abs() < 1e-12, "{conversion:?} {position:?} {offset:?}");
                }
            }
        }
    }
}
