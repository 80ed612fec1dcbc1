//! Loudspeaker layouts: ITU-R BS.2051 by name, everyday names, and real rooms.
//!
//! [`Layout::by_name`] gives the nominal layout; [`measured`] puts its loudspeakers where they stand.

mod bs2051_table;
pub mod measured;
mod names;
mod screen;

use formats::Warning;
use formats::adm::{PolarPosition, Screen};

use crate::geom::inside_angle_range;
pub use names::LayoutError;
pub use screen::{ScreenEdges, ScreenError};

/// Longest piece of the user's text that a message quotes.
const LONGEST_QUOTE: usize = 80;

/// One loudspeaker of a layout.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// BS.2051 label, e.g. `M+030`.
    pub name: String,
    /// Where the loudspeaker really stands.
    pub position: PolarPosition,
    /// Where BS.2051 says it should stand; several rules look at this one.
    pub nominal_position: PolarPosition,
    /// Permitted azimuths, anticlockwise from the first to the second; degrees.
    pub azimuth_range: (f64, f64),
    /// Permitted elevations, degrees.
    pub elevation_range: (f64, f64),
    /// A low-frequency effects channel: no object ever feeds it.
    pub is_lfe: bool,
}

/// A set of loudspeakers in channel order, with the picture screen of the room.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// BS.2051 name (`4+7+0`), or the name of a layout BS.2051 has no letter for (`2+7+0`, `6+9+0`).
    pub name: String,
    /// In output order.
    pub channels: Vec<Channel>,
    /// The reproduction screen; `None`: no screen, screen-related processing is off.
    pub screen: Option<Screen>,
}

impl Layout {
    /// The layout of that name with its loudspeakers at their nominal positions and the default screen.
    ///
    /// `name` is the BS.2051 name (`4+7+0`), its letter (`J`) or the everyday name (`7.1.4`), in any case.
    ///
    /// # Errors
    /// No layout has that name; the error suggests one.
    pub fn by_name(name: &str) -> Result<Self, LayoutError> {
        names::find(name).map(Self::nominal)
    }

    /// Every layout there is a name for.
    pub fn all() -> impl Iterator<Item = Self> {
        bs2051_table::TABLES.iter().map(Self::nominal)
    }

    fn nominal(table: &bs2051_table::Table) -> Self {
        let channels = table.rows.iter().map(|row| {
            let position = PolarPosition { azimuth: row.azimuth, elevation: row.elevation, distance: 1.0 };
            Channel {
                name: row.name.to_owned(),
                position,
                nominal_position: position,
                azimuth_range: row.azimuth_range,
                elevation_range: row.elevation_range,
                is_lfe: row.is_lfe,
            }
        });
        Self { name: table.name.to_owned(), channels: channels.collect(), screen: Some(Screen::default()) }
    }

    /// The same layout without its LFE channels: what objects are panned to.
    pub fn without_lfe(&self) -> Self {
        let channels = self.channels.iter().filter(|channel| !channel.is_lfe).cloned().collect();
        Self { name: self.name.clone(), channels, screen: self.screen }
    }

    /// Index of the channel with this BS.2051 label.
    pub fn channel_index(&self, name: &str) -> Option<usize> {
        self.channels.iter().position(|channel| channel.name == name)
    }

    /// One warning for each coordinate of a loudspeaker that is outside the range BS.2051 permits.
    pub fn check_positions(&self) -> Vec<Warning> {
        self.channels.iter().flat_map(Channel::check_position).collect()
    }
}

impl Channel {
    /// True for the screen loudspeakers `M+SC` and `M-SC`, which have two permitted ranges and change places
    /// with their neighbours (BS.2127-1 §6.1.3.1).
    pub fn is_screen_loudspeaker(&self) -> bool {
        matches!(self.name.as_str(), "M+SC" | "M-SC")
    }

    fn check_position(&self) -> Vec<Warning> {
        const RULE: &str = "loudspeaker-outside-range";
        let mut warnings = Vec::new();
        let PolarPosition { azimuth, elevation, .. } = self.position;
        let (from, to) = self.azimuth_range;
        if !inside_angle_range(azimuth, from, to, 0.0) {
            let message =
                format!("azimuth {azimuth}° is outside the permitted {from}° to {to}°; used as it is");
            warnings.push(Warning::new(RULE, self.name.as_str(), message));
        }
        let (from, to) = self.elevation_range;
        if !(from <= elevation && elevation <= to) {
            let message =
                format!("elevation {elevation}° is outside the permitted {from}° to {to}°; used as it is");
            warnings.push(Warning::new(RULE, self.name.as_str(), message));
        }
        warnings
    }
}

#[cfg(test)]
mod tests;
