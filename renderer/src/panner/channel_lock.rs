//! `channelLock`: the source snaps to the nearest loudspeaker (BS.2127-1 §7.3.6).

use formats::adm::ChannelLock as Lock;

use crate::geom::{Vector3, direction};
use crate::layout::Layout;

/// Snaps positions to the loudspeakers of a layout without its LFE channels.
#[derive(Clone, Debug)]
pub struct ChannelLock {
    loudspeakers: Vec<Loudspeaker>,
    /// Weights of the squared distances along x, y and z that choose the loudspeaker.
    weights: Vector3,
}

#[derive(Clone, Debug)]
struct Loudspeaker {
    position: Vector3,
    /// Decides between loudspeakers that are equally near; the least wins.
    rank: usize,
}

/// Distances that differ by less are equal.
const SAME: f64 = 1e-5;

impl ChannelLock {
    /// On the sphere: to the real directions of the loudspeakers.
    pub fn polar(layout: &Layout) -> Self {
        let loudspeakers = layout.channels.iter().filter(|channel| !channel.is_lfe);
        let positions: Vec<Vector3> = loudspeakers.map(|channel| direction(&channel.position)).collect();
        Self::new(layout, &positions, Vector3::new(1.0, 1.0, 1.0))
    }

    /// In the room cube: to the loudspeakers' places there. Height matters most, left and right least.
    pub fn in_cube(layout: &Layout, places: &[[f64; 3]]) -> Self {
        let places: Vec<Vector3> = places.iter().map(|&place| Vector3::from(place)).collect();
        Self::new(layout, &places, Vector3::new(1.0 / 16.0, 4.0, 32.0))
    }

    fn new(layout: &Layout, positions: &[Vector3], weights: Vector3) -> Self {
        let loudspeakers = layout.channels.iter().filter(|channel| !channel.is_lfe);
        let keys: Vec<[f64; 4]> = loudspeakers
            .map(|channel| {
                let position = channel.position;
                [position.elevation.abs(), position.elevation, position.azimuth.abs(), position.azimuth]
            })
            .collect();
        let before = |a: &[f64; 4], b: &[f64; 4]| a.iter().partial_cmp(b) == Some(std::cmp::Ordering::Less);
        let ranked = positions.iter().zip(&keys).map(|(&position, key)| Loudspeaker {
            position,
            rank: keys.iter().filter(|other| before(other, key)).count(),
        });
        Self { loudspeakers: ranked.collect(), weights }
    }

    /// Where a source at `position` goes. Loudspeakers flagged in `excluded` don't count; it may be empty.
    /// When none is near enough the source stays.
    pub fn apply(&self, position: Vector3, lock: &Lock, excluded: &[bool]) -> Vector3 {
        let limit = lock.max_distance.map_or(f64::INFINITY, |distance| distance + SAME);
        let near = || {
            let flags = excluded.iter().copied().chain(std::iter::repeat(false));
            let candidates = self.loudspeakers.iter().zip(flags).filter(|(_, excluded)| !excluded);
            let candidates = candidates.map(|(loudspeaker, _)| loudspeaker);
            candidates.filter(|loudspeaker| (position - loudspeaker.position).norm() < limit)
        };
        let distance = |loudspeaker: &Loudspeaker| {
            let way = position - loudspeaker.position;
            way.component_mul(&way).dot(&self.weights).sqrt()
        };
        let nearest = near().map(distance).fold(f64::INFINITY, f64::min);
        let equal = near().filter(|loudspeaker| distance(loudspeaker) < nearest + SAME);
        equal.min_by_key(|loudspeaker| loudspeaker.rank).map_or(position, |loudspeaker| loudspeaker.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::cartesian;

    fn lock(max_distance: Option<f64>) -> Lock {
        Lock { max_distance }
    }

    #[test]
    fn snaps_to_the_nearest_within_reach() {
        let handler = ChannelLock::polar(&Layout::by_name("4+5+0").unwrap());
        let source = cartesian(20.0, 3.0, 1.0);
        assert_eq!(handler.apply(source, &lock(None), &[]), cartesian(30.0, 0.0, 1.0));
        assert_eq!(handler.apply(source, &lock(Some(0.1)), &[]), source);
        assert_eq!(handler.apply(source, &lock(Some(0.2)), &[]), cartesian(30.0, 0.0, 1.0));
        let mut excluded = [false; 9];
        excluded[0] = true;
        assert_eq!(handler.apply(source, &lock(None), &excluded), cartesian(0.0, 0.0, 1.0));
    }

    /// Equal distances: low before high, then front before back, then right before left (its azimuth is less).
    #[test]
    fn ties_are_decided() {
        let layout = Layout::by_name("4+5+0").unwrap();
        let handler = ChannelLock::polar(&layout);
        assert_eq!(handler.apply(cartesian(0.0, 90.0, 1.0), &lock(None), &[]), cartesian(-30.0, 30.0, 1.0));
        assert_eq!(handler.apply(cartesian(180.0, 0.0, 1.0), &lock(None), &[]), cartesian(-110.0, 0.0, 1.0));
        assert_eq!(handler.apply(Vector3::zeros(), &lock(None), &[]), cartesian(0.0, 0.0, 1.0));
    }

    #[test]
    fn the_cube_prefers_the_same_height() {
        let layout = Layout {
            channels: Layout::by_name("4+5+0").unwrap().without_lfe().channels,
            ..Layout::by_name("4+5+0").unwrap()
        };
        let mut places = [[0.0, 1.0, 0.0]; 9];
        places[0] = [-1.0, 1.0, 0.0];
        places[5] = [-1.0, 1.0, 1.0];
        let handler = ChannelLock::in_cube(&layout, &places);
        assert_eq!(
            handler.apply(Vector3::new(-0.4, 1.0, 0.45), &lock(None), &[]),
            Vector3::new(0.0, 1.0, 0.0)
        );
    }
}
