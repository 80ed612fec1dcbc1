use super::triplet::Triplet;
use crate::geom::{Vector3, polygon_order};

/// A ring of loudspeakers round a virtual one straight above or below the listener (BS.2127-1 §6.1.2.2). The
/// ring and its centre make triplets; what the centre gets goes to the whole ring in equal parts, by power.
#[derive(Clone, Debug)]
pub(super) struct VirtualNgon {
    /// Triplets of two neighbours on the ring and the centre, with the neighbours' places in the ring.
    pub(super) triplets: Vec<([usize; 2], Triplet)>,
    /// What a gain of 1 at the centre adds to each loudspeaker of the ring.
    pub(super) centre_gain: f64,
}

impl VirtualNgon {
    /// `None` when two neighbours lie in one plane with the centre and the listener.
    pub(super) fn new(ring: &[Vector3], centre: Vector3) -> Option<Self> {
        let order = polygon_order(ring);
        let sides = order.iter().zip(order.iter().cycle().skip(1));
        let triplets = sides.map(|(&i, &j)| Some(([i, j], Triplet::new([ring[i], ring[j], centre])?)));
        Some(Self {
            triplets: triplets.collect::<Option<_>>()?,
            centre_gain: 1.0 / (ring.len() as f64).sqrt(),
        })
    }
}
