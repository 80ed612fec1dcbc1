//! What an output is for: a layout or Ambisonics by the name that users give it.

use formats::adm::Document;
use formats::nearest;

use super::carried_adm::Carried;
use crate::layout::measured::{MeasuredRoom, Route};
use crate::layout::{Layout, LayoutError};
use crate::monitor::binaural::Headphones;
use crate::render::{Target, Wiring};

/// Highest order of Ambisonics output.
pub const HIGHEST_HOA_ORDER: u32 = 7;

/// Name of the output for headphones.
pub const BINAURAL: &str = "binaural";

/// Its channels.
pub const EARS: [&str; 2] = ["left ear", "right ear"];

/// A target with the names of its channels.
#[derive(Clone, Debug, PartialEq)]
pub struct Deliverable {
    target: Target,
}

/// No output has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliverableError {
    /// Not the name of a layout.
    #[error("{0}, binaural, hoa1 … hoa{HIGHEST_HOA_ORDER}")]
    Layout(#[from] LayoutError),
    /// An order that there is no output of.
    #[error("`{0}` is no Ambisonics output; there are hoa1 … hoa{HIGHEST_HOA_ORDER}")]
    Order(String),
}

impl Deliverable {
    /// A layout by its BS.2051 or everyday name, or `hoa1` … `hoa7`.
    ///
    /// # Errors
    /// When there is none of that name; suggests one.
    pub fn by_name(name: &str) -> Result<Self, DeliverableError> {
        let order =
            name.get(..3).filter(|start| start.eq_ignore_ascii_case("hoa")).and_then(|_| name.get(3..));
        if let Some(order) = order {
            let known = |order: &u32| (1..=HIGHEST_HOA_ORDER).contains(order);
            let order = order.parse().ok().filter(known);
            let order = order.ok_or_else(|| DeliverableError::Order(name.chars().take(20).collect()))?;
            return Ok(Self { target: Target::Ambisonics { order } });
        }
        Ok(Self {
            target: Target::Loudspeakers {
                layout: Layout::by_name(name).map_err(suggesting_binaural)?,
                wiring: None,
            },
        })
    }

    /// The loudspeakers of a real room, where they stand and as they are wired.
    pub fn room(room: MeasuredRoom) -> Self {
        // A loudspeaker that goes nowhere is one whose gain is 0.
        let wire = |route: &Option<Route>| route.map_or((0, 0.0), |route| (route.output, route.gain));
        let outputs = room.routing.iter().map(wire).collect();
        let wiring = Some(Wiring { channels: room.output_channels, outputs });
        Self { target: Target::Loudspeakers { layout: room.layout, wiring } }
    }

    /// Two ears.
    pub fn headphones(headphones: Headphones) -> Self {
        Self { target: Target::Headphones(Box::new(headphones)) }
    }

    /// What the engine renders to.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// BS.2051 name or `hoa3`.
    pub fn name(&self) -> String {
        match &self.target {
            Target::Loudspeakers { layout, .. } => layout.name.clone(),
            Target::Ambisonics { order } => format!("hoa{order}"),
            Target::Headphones(_) => BINAURAL.to_owned(),
        }
    }

    /// What people call it, when that is another name.
    pub fn known_as(&self) -> Option<&'static str> {
        match &self.target {
            Target::Loudspeakers { layout, .. } => layout.everyday_name(),
            Target::Ambisonics { .. } => Some("AmbiX"),
            Target::Headphones(_) => None,
        }
    }

    /// Label of every channel of the file.
    pub fn channel_names(&self) -> Vec<String> {
        match &self.target {
            Target::Loudspeakers { layout, wiring: None } => {
                layout.channels.iter().map(|channel| channel.name.clone()).collect()
            }
            Target::Loudspeakers { layout, wiring: Some(wiring) } => {
                let mut names: Vec<String> = (1..=wiring.channels).map(|n| format!("channel {n}")).collect();
                for (channel, (output, gain)) in layout.channels.iter().zip(&wiring.outputs) {
                    if let Some(name) = names.get_mut(*output).filter(|_| *gain != 0.0) {
                        name.clone_from(&channel.name);
                    }
                }
                names
            }
            Target::Ambisonics { order } => (0..(order + 1).pow(2)).map(|acn| format!("ACN {acn}")).collect(),
            Target::Headphones(_) => EARS.map(str::to_owned).to_vec(),
        }
    }

    /// `dwChannelMask`, where one tells the truth.
    pub fn channel_mask(&self) -> Option<u32> {
        match self.in_file_order() {
            Some(layout) => layout.channel_mask(),
            None => None,
        }
    }

    /// The ADM that a file of this output carries; `None` for channels that are no layout.
    pub(super) fn document(&self, carried: &Carried) -> Option<Document> {
        match &self.target {
            Target::Ambisonics { order } => Some(carried.ambix(*order as usize)),
            Target::Headphones(_) => Some(carried.binaural()),
            Target::Loudspeakers { .. } => self.in_file_order().map(|layout| carried.loudspeakers(&layout)),
        }
    }

    /// The layout with its channels as they lie in the file; `None` when the file has others as well.
    fn in_file_order(&self) -> Option<Layout> {
        let Target::Loudspeakers { layout, wiring } = &self.target else { return None };
        let Some(wiring) = wiring else { return Some(layout.clone()) };
        let at =
            |output: usize| wiring.outputs.iter().position(|(wired, gain)| *wired == output && *gain != 0.0);
        let order: Option<Vec<usize>> = (0..wiring.channels).map(at).collect();
        let order = order.filter(|order| order.len() == layout.channels.len())?;
        let channels = order.iter().filter_map(|index| layout.channels.get(*index).cloned()).collect();
        Some(Layout { channels, ..layout.clone() })
    }
}

/// Layouts know nothing of headphones.
fn suggesting_binaural(error: LayoutError) -> LayoutError {
    let suggestion = error.suggestion.or_else(|| nearest(&error.name, std::iter::once(BINAURAL)));
    LayoutError { suggestion, ..error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_outputs() {
        let channels = |name: &str| Deliverable::by_name(name).map(|d| d.channel_names().len());
        assert_eq!(channels("7.1.4"), Ok(12));
        assert_eq!(channels("HOA3"), Ok(16));
        assert_eq!(channels("hoa7"), Ok(64));
        for wrong in ["hoa0", "hoa8", "hoa", "hoa-1", "hoaé", "binaural", ""] {
            let message = channels(wrong).unwrap_err().to_string();
            assert!(message.ends_with("hoa1 … hoa7") && message.lines().count() == 1, "{message}");
        }
    }

    #[test]
    fn a_file_wired_otherwise_is_described_in_its_own_order() {
        let routed = |output_channels, outputs: [usize; 2]| {
            let mut room = MeasuredRoom::nominal(Layout::by_name("stereo").unwrap());
            room.routing = outputs.map(|output| Some(Route { output, gain: 1.0 })).to_vec();
            Deliverable::room(MeasuredRoom { output_channels, ..room })
        };
        let swapped = routed(2, [1, 0]);
        assert_eq!(swapped.channel_names(), ["M-030", "M+030"]);
        assert_eq!(swapped.channel_mask(), None);
        let spread = routed(4, [0, 3]);
        assert_eq!(spread.channel_names(), ["M+030", "channel 2", "channel 3", "M-030"]);
        let carried = Carried { name: "x", sample_rate: 48_000, bits: 24 };
        assert_eq!(spread.document(&carried), None);
    }
}
