//! Point sources (BS.2127-1 §6.1): a direction in, one gain per loudspeaker out.
//!
//! The sphere round the listener is divided into regions: triangles ([`triplet`]) and quadrilaterals
//! ([`quad`]) of loudspeakers, and rings round a virtual loudspeaker above and below ([`virtual_ngon`]).
//! [`configure`] divides it for a layout by the convex hull ([`hull`]) of the nominal positions, in the order of
//! [`division_table`]; the first region that holds a direction pans it. 0+2+0 has a
//! way of its own ([`stereo_downmix`]); a single loudspeaker gets everything at full level.

mod configure;
mod division_table;
mod hull;
mod quad;
mod regions;
mod stereo_downmix;
mod triplet;
mod virtual_ngon;

use crate::geom::Vector3;
use crate::layout::Layout;
use regions::Regions;
use stereo_downmix::StereoDownmix;

/// Most loudspeakers a layout may have, LFE channels left out; 9+10+3 has 22.
pub const MAX_LOUDSPEAKERS: usize = 64;

/// Why a layout can't be panned to.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PointSourceError {
    /// A screen loudspeaker is where the layout doesn't allow one.
    #[error(
        "loudspeaker {name} is at azimuth {azimuth}°; screen loudspeakers must be 5° to 25° or 35° to 60° off \
         the centre: correct its position in the speakers file"
    )]
    ScreenLoudspeaker {
        /// `M+SC` or `M-SC`.
        name: String,
        /// Degrees.
        azimuth: f64,
    },
    /// Loudspeakers that should span a surface lie in one plane with the listener.
    #[error(
        "loudspeakers {loudspeakers} leave a gap that can't be panned across: correct their positions in the \
         speakers file, keeping each in its permitted range"
    )]
    Degenerate {
        /// Their labels.
        loudspeakers: String,
    },
    /// The layout has nothing but LFE channels.
    #[error("layout `{layout}` has no loudspeaker to pan to")]
    NoLoudspeakers {
        /// The layout's name.
        layout: String,
    },
    /// The layout is larger than any there is.
    #[error("found {found} loudspeakers, expected at most {MAX_LOUDSPEAKERS}")]
    TooManyLoudspeakers {
        /// How many.
        found: usize,
    },
}

/// Pans a point source to the loudspeakers of a layout.
///
/// The gains are never negative; their powers sum to 1 (but behind 0+2+0, where they are down to 3 dB softer);
/// a source at a loudspeaker comes from it alone; gains change continuously with the direction. The last two
/// don't hold of every room: where loudspeakers have changed places regions overlap, and the first of them
/// pans, as in BS.2127-1's reference implementation.
#[derive(Clone, Debug)]
pub struct PointSourcePanner {
    method: Method,
    outputs: usize,
}

#[derive(Clone, Debug)]
enum Method {
    One,
    Stereo(StereoDownmix),
    Regions(Regions),
}

impl PointSourcePanner {
    /// A panner for the loudspeakers of `layout`; its LFE channels are left out.
    ///
    /// # Errors
    /// The real positions leave no surface to pan on.
    pub fn new(layout: &Layout) -> Result<Self, PointSourceError> {
        let layout = layout.without_lfe();
        check_screen_loudspeakers(&layout)?;
        let stereo = layout.channel_index("M+030").zip(layout.channel_index("M-030"));
        let method = match (layout.channels.len(), layout.name.as_str(), stereo) {
            (0, ..) => return Err(PointSourceError::NoLoudspeakers { layout: layout.name }),
            (1, ..) => Method::One,
            (found, ..) if found > MAX_LOUDSPEAKERS => {
                return Err(PointSourceError::TooManyLoudspeakers { found });
            }
            (2, "0+2+0", Some((left, right))) => {
                Method::Stereo(StereoDownmix { surround: configure::regions(&surround())?, left, right })
            }
            _ => Method::Regions(configure::regions(&layout)?),
        };
        Ok(Self { method, outputs: layout.channels.len() })
    }

    /// How many gains it gives: one per loudspeaker that isn't an LFE, in layout order.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The gains of a source in `direction`, of any length; straight ahead for the origin. `gains` has room
    /// for [`Self::outputs`].
    pub fn gains(&self, direction: &Vector3, gains: &mut [f64]) {
        let direction = crate::geom::normalised(direction);
        gains.fill(0.0);
        match &self.method {
            Method::One => gains[0] = 1.0,
            Method::Stereo(stereo) => stereo.gains(&direction, gains),
            Method::Regions(regions) => regions.gains(&direction, gains),
        }
    }
}

/// 0+5+0 without LFE, for 0+2+0.
fn surround() -> Layout {
    let loudspeakers = |name: &str| Layout::by_name(name).map(|layout| layout.without_lfe());
    loudspeakers("0+5+0").unwrap_or(Layout { name: String::new(), channels: Vec::new(), screen: None })
}

fn check_screen_loudspeakers(layout: &Layout) -> Result<(), PointSourceError> {
    let permitted = |azimuth: f64| (5.0..=25.0).contains(&azimuth) || (35.0..=60.0).contains(&azimuth);
    let misplaced = |channel: &&crate::layout::Channel| {
        channel.is_screen_loudspeaker() && !permitted(channel.position.azimuth.abs())
    };
    match layout.channels.iter().find(misplaced) {
        Some(channel) => Err(PointSourceError::ScreenLoudspeaker {
            name: channel.name.clone(),
            azimuth: channel.position.azimuth,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
