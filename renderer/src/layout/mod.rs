//! Loudspeaker layouts: ITU-R BS.2051 by name, everyday names, and real rooms.

use formats::adm::{PolarPosition, Screen};

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
