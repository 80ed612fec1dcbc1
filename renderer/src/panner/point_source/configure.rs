use std::collections::BTreeSet;

use super::division_table::DIVISIONS;
use super::hull::facets;
use super::quad::Quad;
use super::triplet::Triplet;
use super::virtual_ngon::VirtualNgon;
use super::{PointSourceError, Regions};
use crate::geom::{Vector3, cartesian};
use crate::layout::{Channel, Layout};

/// A corner of the hull: a loudspeaker, or a virtual one that a loudspeaker plays.
struct Corner {
    name: String,
    nominal: Vector3,
    real: Vector3,
    /// The loudspeaker that plays it; `None` for the virtual ones above and below the listener.
    output: Option<usize>,
}

/// BS.2127-1 §6.1.3.1: divides the sphere into the regions of a layout without LFE. The division follows the
/// nominal positions, the panning within it the real ones. The regions are in the order they are looked at.
pub(super) fn regions(layout: &Layout) -> Result<Regions, PointSourceError> {
    let channels: Vec<Channel> = layout.channels.iter().map(with_screen_place).collect();
    let mut corners: Vec<Corner> = channels.iter().enumerate().map(loudspeaker).collect();
    for layer in
        [Layer { elevation: -30.0, from: -70.0, to: -10.0 }, Layer { elevation: 30.0, from: 10.0, to: 70.0 }]
    {
        corners.extend(layer.fill(&channels));
    }
    let loudspeakers = corners.len();
    corners.push(virtual_corner(-90.0));
    // No virtual loudspeaker above where there is a real one, or one that may stand there.
    if layout.channel_index("T+000").or(layout.channel_index("UH+180")).is_none() {
        corners.push(virtual_corner(90.0));
    }

    let nominal: Vec<Vector3> = corners.iter().map(|corner| corner.nominal).collect();
    let facets = facets(&nominal);
    let ring = |centre: usize| {
        let meeting = facets.iter().filter(|facet| facet.contains(&centre));
        let ring: BTreeSet<usize> = meeting.flatten().copied().filter(|&corner| corner != centre).collect();
        ring
    };
    let rings: Vec<_> = (loudspeakers..corners.len()).map(ring).collect();
    let without_virtual = |facet: &&BTreeSet<usize>| facet.iter().all(|&corner| corner < loudspeakers);
    let facets: Vec<_> = facets.iter().filter(without_virtual).cloned().collect();
    let (rings, facets) = in_order(&layout.name, &rings, &facets);

    let mut regions = Regions::new(channels.len());
    for (ring, centre) in rings.iter().zip(loudspeakers..) {
        add_ngon(&mut regions, &corners, ring, centre)?;
    }
    for facet in &facets {
        add_facet(&mut regions, &corners, facet)?;
    }
    Ok(regions)
}

/// The rings and the facets in the order of the table, or as they come for a layout it doesn't have.
fn in_order(
    layout: &str,
    rings: &[BTreeSet<usize>],
    facets: &[BTreeSet<usize>],
) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let sets = |lists: &[&[usize]]| -> Vec<BTreeSet<usize>> {
        lists.iter().map(|list| list.iter().copied().collect()).collect()
    };
    let same_facets = |table: &[&[usize]]| {
        let table = sets(table);
        table.len() == facets.len() && facets.iter().all(|facet| table.contains(facet))
    };
    let known = DIVISIONS
        .iter()
        .find(|known| known.layout == layout && sets(known.rings) == rings && same_facets(known.facets));
    let as_found = |found: &[BTreeSet<usize>]| -> Vec<Vec<usize>> {
        found.iter().map(|set| set.iter().copied().collect()).collect()
    };
    let as_known =
        |known: &[&[usize]]| -> Vec<Vec<usize>> { known.iter().map(|list| list.to_vec()).collect() };
    match known {
        Some(known) => (as_known(known.rings), as_known(known.facets)),
        None => (as_found(rings), as_found(facets)),
    }
}

/// The screen loudspeakers stand inside or outside M±030; their nominal place follows, so that the division
/// has the same order as the room.
fn with_screen_place(channel: &Channel) -> Channel {
    let mut channel = channel.clone();
    if channel.is_screen_loudspeaker() {
        let azimuth = channel.position.azimuth;
        channel.nominal_position.azimuth = if azimuth.abs() > 30.0 { 45f64 } else { 15f64 }.copysign(azimuth);
        channel.nominal_position.elevation = 0.0;
    }
    channel
}

fn loudspeaker((index, channel): (usize, &Channel)) -> Corner {
    let at = |position: &formats::adm::PolarPosition| cartesian(position.azimuth, position.elevation, 1.0);
    Corner {
        name: channel.name.clone(),
        nominal: at(&channel.nominal_position),
        real: at(&channel.position),
        output: Some(index),
    }
}

fn virtual_corner(elevation: f64) -> Corner {
    let direction = Vector3::new(0.0, 0.0, f64::copysign(1.0, elevation));
    Corner { name: String::new(), nominal: direction, real: direction, output: None }
}

/// A layer above or below the middle one, which is −10°…10°. Nominal elevations, degrees.
struct Layer {
    elevation: f64,
    from: f64,
    to: f64,
}

impl Layer {
    /// BS.2127-1 §6.1.3.1: virtual loudspeakers that fill the gaps of the layer, one above (or below) each
    /// middle loudspeaker that the layer leaves uncovered, and played by it. A layer covers 40° more than its
    /// loudspeakers span, lest sources that move level jump up or down.
    ///
    /// Differs from BS.2127-1, which only knows layers that begin in front: a layer that begins at 60° or
    /// further back (2+7+0) is filled in front by the same rule.
    fn fill(&self, channels: &[Channel]) -> Vec<Corner> {
        const SPACE: f64 = 40.0;
        const BEGINS_IN_FRONT: f64 = 60.0;
        const ROUNDING: f64 = 1e-5;
        let (mut nearest, mut furthest, mut sum, mut count) = (f64::INFINITY, f64::NEG_INFINITY, 0.0, 0.0);
        let inside = |elevation: f64| self.from <= elevation && elevation <= self.to;
        for channel in channels.iter().filter(|channel| inside(channel.nominal_position.elevation)) {
            let azimuth = channel.nominal_position.azimuth.abs();
            nearest = azimuth.min(nearest);
            furthest = azimuth.max(furthest);
            sum += channel.position.elevation;
            count += 1.0;
        }
        let empty = count == 0.0;
        let elevation = if empty { self.elevation } else { sum / count };
        let uncovered = |azimuth: f64| {
            empty
                || azimuth >= furthest + SPACE - ROUNDING
                || (nearest >= BEGINS_IN_FRONT && azimuth <= nearest - SPACE + ROUNDING)
        };
        let middle = |channel: &Channel| (-10.0..=10.0).contains(&channel.nominal_position.elevation);
        let corner = |(output, channel): (usize, &Channel)| Corner {
            name: channel.name.clone(),
            nominal: cartesian(channel.nominal_position.azimuth, self.elevation, 1.0),
            real: cartesian(channel.position.azimuth, elevation, 1.0),
            output: Some(output),
        };
        let gaps = channels
            .iter()
            .enumerate()
            .filter(|(_, channel)| middle(channel) && uncovered(channel.nominal_position.azimuth.abs()));
        gaps.map(corner).collect()
    }
}

/// The loudspeakers round a virtual one.
fn add_ngon(
    regions: &mut Regions,
    corners: &[Corner],
    ring: &[usize],
    centre: usize,
) -> Result<(), PointSourceError> {
    let ring: Vec<&Corner> = ring.iter().map(|&corner| &corners[corner]).collect();
    let outputs = ring.iter().map(|corner| corner.output).collect::<Option<Vec<_>>>();
    let real: Vec<Vector3> = ring.iter().map(|corner| corner.real).collect();
    let ngon = VirtualNgon::new(&real, corners[centre].real);
    match (outputs, ngon) {
        (Some(outputs), Some(ngon)) if outputs.len() >= 3 => {
            regions.add_ngon(&ngon, &real, corners[centre].real, outputs)
        }
        _ => return Err(degenerate(&ring)),
    }
    Ok(())
}

fn add_facet(regions: &mut Regions, corners: &[Corner], facet: &[usize]) -> Result<(), PointSourceError> {
    let corners: Vec<&Corner> = facet.iter().map(|&corner| &corners[corner]).collect();
    let outputs: Option<Vec<usize>> = corners.iter().map(|corner| corner.output).collect();
    let real: Vec<Vector3> = corners.iter().map(|corner| corner.real).collect();
    match (outputs.as_deref(), real.as_slice()) {
        (Some(&[a, b, c]), &[at_a, at_b, at_c]) => {
            let triplet = Triplet::new([at_a, at_b, at_c]).ok_or_else(|| degenerate(&corners))?;
            regions.add_triplet(triplet, [at_a, at_b, at_c], [a, b, c]);
        }
        (Some(&[a, b, c, d]), &[at_a, at_b, at_c, at_d]) => {
            let directions = [at_a, at_b, at_c, at_d];
            regions.add_quad(Quad::new(directions), directions, [a, b, c, d]);
        }
        _ => return Err(degenerate(&corners)),
    }
    Ok(())
}

fn degenerate(corners: &[&Corner]) -> PointSourceError {
    let mut names: Vec<&str> = corners.iter().map(|corner| corner.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    PointSourceError::Degenerate { loudspeakers: names.join(", ") }
}
