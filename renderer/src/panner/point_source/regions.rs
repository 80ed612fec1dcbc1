use super::quad::Quad;
use super::triplet::Triplet;
use super::virtual_ngon::VirtualNgon;
use crate::geom::Vector3;

/// The regions of a layout and the way to the first that holds a direction.
#[derive(Clone, Debug)]
pub(super) struct Regions {
    regions: Vec<Region>,
    /// One cone round each region, apart from it: most regions are passed over without being looked at.
    cones: Vec<Cone>,
    /// Loudspeakers of the rings round the virtual loudspeakers.
    rings: Vec<Vec<usize>>,
    /// Every corner and the loudspeaker that plays it.
    corners: Vec<(Vector3, usize)>,
    outputs: usize,
}

#[derive(Clone, Debug)]
enum Region {
    /// Three loudspeakers.
    Triplet { triplet: Triplet, outputs: [usize; 3] },
    /// Two neighbours of a ring and its centre, whose gain the whole ring plays.
    Sector { triplet: Triplet, outputs: [usize; 2], ring: usize, centre_gain: f64 },
    /// Four loudspeakers.
    Quad { quad: Box<Quad>, outputs: [usize; 4] },
}

/// The directions within an angle of an axis. What lies outside the cone of a region isn't in the region.
#[derive(Clone, Copy, Debug)]
struct Cone {
    axis: Vector3,
    /// Cosine of the angle.
    cosine: f64,
}

impl Cone {
    /// Directions on an edge count as inside although rounding puts them outside.
    const MARGIN: f64 = 1e-6;

    /// A cone that holds all corners, and so, when it is narrower than a half-space, all sums of them: what a
    /// triplet pans.
    fn around(corners: &[Vector3]) -> Self {
        let Some((axis, cosine)) = Self::narrowest(corners) else { return Self::everything() };
        let cosine = cosine - Self::MARGIN;
        if cosine > 0.0 { Self { axis, cosine } } else { Self::everything() }
    }

    /// A cone that holds whatever is less than a right angle from one of the corners. A quad that is far from
    /// flat may also pan directions outside its corners, but the sum of its loudspeakers must have a part in
    /// the direction of the source, and so must one of them.
    fn before(corners: &[Vector3]) -> Self {
        match Self::narrowest(corners) {
            Some((axis, cosine)) if cosine > 0.0 => {
                Self { axis, cosine: -(1.0 - cosine * cosine).max(0.0).sqrt() - Self::MARGIN }
            }
            _ => Self::everything(),
        }
    }

    /// The axis amid the corners and the cosine of the greatest angle from it to one of them.
    fn narrowest(corners: &[Vector3]) -> Option<(Vector3, f64)> {
        let axis = corners.iter().sum::<Vector3>().try_normalize(1e-9)?;
        Some((axis, corners.iter().map(|corner| corner.dot(&axis)).fold(1.0, f64::min)))
    }

    fn everything() -> Self {
        Self { axis: Vector3::zeros(), cosine: -1.0 }
    }
}

impl Regions {
    pub(super) fn new(outputs: usize) -> Self {
        Self { regions: Vec::new(), cones: Vec::new(), rings: Vec::new(), corners: Vec::new(), outputs }
    }

    pub(super) fn add_triplet(&mut self, triplet: Triplet, directions: [Vector3; 3], outputs: [usize; 3]) {
        let cone = Cone::around(&directions);
        self.add(Region::Triplet { triplet, outputs }, cone, &directions, &outputs);
    }

    pub(super) fn add_quad(&mut self, quad: Quad, directions: [Vector3; 4], outputs: [usize; 4]) {
        let cone = Cone::before(&directions);
        self.add(Region::Quad { quad: Box::new(quad), outputs }, cone, &directions, &outputs);
    }

    pub(super) fn add_ngon(
        &mut self,
        ngon: &VirtualNgon,
        directions: &[Vector3],
        centre: Vector3,
        outputs: Vec<usize>,
    ) {
        let ring = self.rings.len();
        for ([i, j], triplet) in &ngon.triplets {
            let pair = [outputs[*i], outputs[*j]];
            let region = Region::Sector {
                triplet: triplet.clone(),
                outputs: pair,
                ring,
                centre_gain: ngon.centre_gain,
            };
            let corners = [directions[*i], directions[*j], centre];
            self.add(region, Cone::around(&corners), &corners, &pair);
        }
        self.rings.push(outputs);
    }

    fn add(&mut self, region: Region, cone: Cone, directions: &[Vector3], outputs: &[usize]) {
        self.regions.push(region);
        self.cones.push(cone);
        self.corners.extend(directions.iter().copied().zip(outputs.iter().copied()));
    }

    /// Adds the gains of a source in `direction`, of length 1, to zeros.
    pub(super) fn gains(&self, direction: &Vector3, gains: &mut [f64]) {
        let gains = &mut gains[..self.outputs];
        let near =
            |(region, cone): (usize, &Cone)| (cone.axis.dot(direction) >= cone.cosine).then_some(region);
        for region in self.cones.iter().enumerate().filter_map(near) {
            if self.try_region(&self.regions[region], direction, gains) {
                let power: f64 = gains.iter().map(|gain| gain * gain).sum();
                let scale = 1.0 / power.sqrt();
                gains.iter_mut().for_each(|gain| *gain *= scale);
                return;
            }
        }
        // Rooms far from their layout have gaps; there BS.2127-1 says nothing, and its reference implementation
        // fails. The nearest loudspeaker plays what falls in one.
        let closeness = |(corner, _): &(Vector3, usize)| corner.dot(direction);
        if let Some((_, output)) = self.corners.iter().max_by(|a, b| closeness(a).total_cmp(&closeness(b))) {
            gains[*output] = 1.0;
        }
    }

    /// The gains, normalised, of each region that holds the direction.
    #[cfg(test)]
    pub(super) fn every_answer(&self, direction: &Vector3) -> Vec<Vec<f64>> {
        let answer = |region: &Region| {
            let mut gains = vec![0.0; self.outputs];
            let holds = self.try_region(region, direction, &mut gains);
            let norm = gains.iter().map(|gain| gain * gain).sum::<f64>().sqrt();
            holds.then(|| gains.iter().map(|gain| gain / norm).collect())
        };
        self.regions.iter().filter_map(answer).collect()
    }

    /// Adds the gains in proportion if the region holds the direction.
    #[inline]
    fn try_region(&self, region: &Region, direction: &Vector3, gains: &mut [f64]) -> bool {
        match region {
            Region::Triplet { triplet, outputs } => add(triplet.gains(direction), outputs, gains),
            Region::Quad { quad, outputs } => add(quad.gains(direction), outputs, gains),
            Region::Sector { triplet, outputs, ring, centre_gain } => {
                let Some([first, second, centre]) = triplet.gains(direction) else { return false };
                for &output in &self.rings[*ring] {
                    gains[output] += centre * centre_gain;
                }
                add(Some([first, second]), outputs, gains)
            }
        }
    }
}

/// Adds one region's gains; several of its corners may be played by one loudspeaker.
#[inline]
fn add<const N: usize>(region: Option<[f64; N]>, outputs: &[usize; N], gains: &mut [f64]) -> bool {
    let Some(region) = region else { return false };
    for (&output, gain) in outputs.iter().zip(region) {
        gains[output] += gain;
    }
    true
}
