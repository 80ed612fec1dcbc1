//! Where the sound goes: loudspeakers, Ambisonics, headphones.

use super::LiveError;
use crate::layout::Layout;
use crate::layout::measured::MeasuredRoom;
use crate::loudness::MeterChannel;
use crate::monitor::binaural::{Head, Headphones};
use crate::render::{Target, Wiring};

/// A target with the name that people give it.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    name: String,
    target: Target,
}

impl Output {
    /// A layout by its BS.2051 or everyday name.
    ///
    /// # Errors
    /// When there is none of that name; suggests one.
    pub fn by_name(name: &str) -> Result<Self, LiveError> {
        let layout = Layout::by_name(name)?;
        Ok(Self { name: layout.name.clone(), target: Target::Loudspeakers { layout, wiring: None } })
    }

    /// Anything that can be rendered to.
    pub fn of_target(name: impl Into<String>, target: Target) -> Self {
        Self { name: name.into(), target }
    }

    /// The loudspeakers of a real room, where they stand and as they are wired.
    pub fn room(room: MeasuredRoom) -> Self {
        // A loudspeaker that goes nowhere is one whose gain is 0.
        let outputs =
            room.routing.iter().map(|route| route.map_or((0, 0.0), |route| (route.output, route.gain)));
        let wiring = Some(Wiring { channels: room.output_channels, outputs: outputs.collect() });
        Self { name: room.layout.name.clone(), target: Target::Loudspeakers { layout: room.layout, wiring } }
    }

    /// Two ears. A head that looks ahead can be turned while it listens; one that is told how to move does that.
    pub fn headphones(headphones: Headphones) -> Self {
        let head = match headphones.head == Head::default() {
            true => Head::tracked(),
            false => headphones.head.clone(),
        };
        let target = Target::Headphones(Box::new(Headphones { head, ..headphones }));
        Self { name: "binaural".to_owned(), target }
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the engine renders to.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// How many channels it has.
    pub fn channels(&self) -> usize {
        self.target.channels()
    }

    /// Their names.
    pub fn channel_names(&self) -> Vec<String> {
        self.meter_channels().into_iter().map(|channel| channel.name).collect()
    }

    /// Its channels as a meter weights them; those of Ambisonics feed nothing and count for nothing.
    pub(super) fn meter_channels(&self) -> Vec<MeterChannel> {
        match &self.target {
            Target::Ambisonics { .. } => {
                let channel = |acn| MeterChannel { name: format!("ACN {acn}"), weight: 0.0 };
                (0..self.channels()).map(channel).collect()
            }
            Target::Headphones(_) => {
                ["left ear", "right ear"].map(|ear| MeterChannel { name: ear.to_owned(), weight: 1.0 }).into()
            }
            Target::Loudspeakers { layout, wiring: None } => {
                layout.channels.iter().map(MeterChannel::of).collect()
            }
            Target::Loudspeakers { layout, wiring: Some(wiring) } => {
                let unused = |n: usize| MeterChannel { name: format!("channel {}", n + 1), weight: 0.0 };
                let mut channels: Vec<MeterChannel> = (0..wiring.channels).map(unused).collect();
                for (channel, (output, gain)) in layout.channels.iter().zip(&wiring.outputs) {
                    if let Some(wired) = channels.get_mut(*output).filter(|_| *gain != 0.0) {
                        *wired = MeterChannel::of(channel);
                    }
                }
                channels
            }
        }
    }
}
