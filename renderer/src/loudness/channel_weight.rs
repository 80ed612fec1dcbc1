//! BS.1770-5 Annex 3: how much each channel counts.

use crate::layout::Channel;

/// Weight of loudspeakers beside the listener, about +1.5 dB.
pub const SURROUND_WEIGHT: f64 = 1.41;

/// A channel of the programme to measure.
#[derive(Clone, Debug, PartialEq)]
pub struct MeterChannel {
    /// BS.2051 label, or what the channel is called.
    pub name: String,
    /// Factor of its mean square; 0 leaves it out of the loudness.
    pub weight: f64,
}

impl MeterChannel {
    /// A loudspeaker of a layout.
    pub fn of(channel: &Channel) -> Self {
        Self { name: channel.name.clone(), weight: channel_weight(channel) }
    }
}

/// BS.1770-5 Annex 3, table 4: 1.41 below 30° of elevation and between 60° and 120° of azimuth to either side, 1 elsewhere;
/// LFE channels don't count. By the nominal position: a loudspeaker keeps its weight wherever the room has it.
pub fn channel_weight(channel: &Channel) -> f64 {
    let place = channel.nominal_position;
    place_weight(channel.is_lfe, (place.azimuth, place.elevation))
}

/// The same of a loudspeaker in a direction, azimuth and elevation in degrees.
pub(crate) fn place_weight(is_lfe: bool, (azimuth, elevation): (f64, f64)) -> f64 {
    match (is_lfe, elevation.abs() < 30.0, azimuth.abs()) {
        (true, ..) => 0.0,
        (false, true, 60.0..=120.0) => SURROUND_WEIGHT,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Layout;

    /// BS.1770-5 Annex 3 by label: only these are beside the listener.
    #[test]
    fn only_loudspeakers_beside_the_listener_count_more() {
        const BESIDE: [&str; 6] = ["M+060", "M-060", "M+090", "M-090", "M+110", "M-110"];
        for layout in Layout::all() {
            for channel in &layout.channels {
                let expected = match channel.name.as_str() {
                    "LFE1" | "LFE2" => 0.0,
                    name if BESIDE.contains(&name) => 1.41,
                    _ => 1.0,
                };
                assert_eq!(channel_weight(channel), expected, "{} {}", layout.name, channel.name);
            }
        }
    }
}
