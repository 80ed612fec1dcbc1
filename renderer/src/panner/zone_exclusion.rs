//! `zoneExclusion`: loudspeakers that must not sound (BS.2127-1 §7.3.12). Which they are is decided by nominal
//! positions, wherever they stand.

use formats::adm::ExclusionZone;

use crate::geom::{Vector3, inside_angle_range, point};
use crate::layout::{Channel, Layout};

/// Finds the excluded loudspeakers of a layout without its LFE channels and hands their power to others.
#[derive(Clone, Debug)]
pub struct ZoneExclusion {
    loudspeakers: Vec<Loudspeaker>,
}

#[derive(Clone, Debug)]
struct Loudspeaker {
    /// Nominal; degrees.
    azimuth: f64,
    elevation: f64,
    /// Nominal.
    position: Vector3,
    /// All loudspeakers in groups, the first choice for this one's power first: itself alone.
    heirs: Vec<Vec<usize>>,
}

/// Positions that differ by less are the same.
const SAME: f64 = 1e-6;

impl ZoneExclusion {
    /// Ranks the loudspeakers of `layout`.
    pub fn new(layout: &Layout) -> Self {
        let channels: Vec<&Channel> = layout.channels.iter().filter(|channel| !channel.is_lfe).collect();
        let loudspeakers = channels.iter().map(|channel| Loudspeaker {
            azimuth: channel.nominal_position.azimuth,
            elevation: channel.nominal_position.elevation,
            position: point(&channel.nominal_position),
            heirs: heirs(channel, &channels),
        });
        Self { loudspeakers: loudspeakers.collect() }
    }

    /// Flags the loudspeakers that lie in one of the zones.
    pub fn find_excluded(&self, zones: &[ExclusionZone], excluded: &mut [bool]) {
        for (loudspeaker, excluded) in self.loudspeakers.iter().zip(excluded) {
            *excluded = zones.iter().any(|zone| loudspeaker.is_in(zone));
        }
    }

    /// BS.2127-1 §7.3.12.2: moves the power of excluded loudspeakers to others: of the same layer before those
    /// above and below, in front or behind as they were, the nearest, in equal parts. When all are excluded
    /// nothing changes. `powers` are squared gains; `moved` receives them.
    pub fn move_power(&self, powers: &[f64], excluded: &[bool], moved: &mut [f64]) {
        if excluded.iter().all(|&flag| flag) {
            moved.copy_from_slice(powers);
            return;
        }
        moved.fill(0.0);
        for (loudspeaker, power) in self.loudspeakers.iter().zip(powers) {
            let heirs = loudspeaker.heirs.iter().find(|group| group.iter().any(|&heir| !excluded[heir]));
            let heirs = heirs.into_iter().flatten().filter(|&&heir| !excluded[heir]);
            let share = power / heirs.clone().count() as f64;
            heirs.for_each(|&heir| moved[heir] += share);
        }
    }
}

impl Loudspeaker {
    fn is_in(&self, zone: &ExclusionZone) -> bool {
        let within = |value: f64, min: f64, max: f64| value - SAME < max && value + SAME > min;
        match *zone {
            ExclusionZone::Cartesian { min_x, min_y, min_z, max_x, max_y, max_z } => {
                within(self.position.x, min_x, max_x)
                    && within(self.position.y, min_y, max_y)
                    && within(self.position.z, min_z, max_z)
            }
            ExclusionZone::Polar { min_azimuth, max_azimuth, min_elevation, max_elevation } => {
                // Straight above or below, any azimuth is as good as another.
                let at_pole = self.elevation.abs() > 90.0 - SAME;
                within(self.elevation, min_elevation, max_elevation)
                    && (at_pole || inside_angle_range(self.azimuth, min_azimuth, max_azimuth, SAME))
            }
        }
    }
}

/// What makes one loudspeaker a better heir of another's power than a third; less is better, the first first:
/// change of layer, of front and back, distance, and distance along y.
type Claim = [f64; 4];

/// The loudspeakers grouped by their claim to the power of `from`, the best first.
fn heirs(from: &Channel, channels: &[&Channel]) -> Vec<Vec<usize>> {
    let mut groups: Vec<(Claim, Vec<usize>)> = Vec::new();
    for (index, to) in channels.iter().enumerate() {
        let claim = claim(from, to);
        let same = |known: &Claim| known.iter().zip(&claim).all(|(a, b)| (a - b).abs() < SAME);
        match groups.iter_mut().find(|(known, _)| same(known)) {
            Some((_, group)) => group.push(index),
            None => groups.push((claim, vec![index])),
        }
    }
    groups.sort_by(|(a, _), (b, _)| a.iter().partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    groups.into_iter().map(|(_, group)| group).collect()
}

/// BS.2127-1 §7.3.12.1, the priorities in their order.
fn claim(from: &Channel, to: &Channel) -> Claim {
    /// From the layer of the row to that of the column: bottom, middle, upper, top. Up before down.
    const LAYERS: [[f64; 4]; 4] =
        [[0.0, 1.0, 2.0, 3.0], [3.0, 0.0, 1.0, 2.0], [3.0, 2.0, 0.0, 1.0], [3.0, 2.0, 1.0, 0.0]];
    let layer = |channel: &Channel| match channel.nominal_position.elevation {
        elevation if elevation < -10.0 => 0,
        elevation if elevation < 10.0 => 1,
        elevation if elevation < 75.0 => 2,
        _ => 3,
    };
    let half = |y: f64| if y.abs() <= SAME { 0.0 } else { y.signum() };
    let (a, b) = (point(&from.nominal_position), point(&to.nominal_position));
    [LAYERS[layer(from)][layer(to)], (half(a.y) - half(b.y)).abs(), (a - b).norm(), (a.y - b.y).abs()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excluding(name: &str, labels: &[&str]) -> (Layout, ZoneExclusion, Vec<bool>) {
        let layout = Layout::by_name(name).unwrap().without_lfe();
        let excluded =
            layout.channels.iter().map(|channel| labels.contains(&channel.name.as_str())).collect();
        let zones = ZoneExclusion::new(&layout);
        (layout, zones, excluded)
    }

    fn moved(name: &str, labels: &[&str], from: &str) -> Vec<(String, f64)> {
        let (layout, zones, excluded) = excluding(name, labels);
        let powers: Vec<f64> =
            layout.channels.iter().map(|channel| if channel.name == from { 1.0 } else { 0.0 }).collect();
        let mut moved = vec![0.0; powers.len()];
        zones.move_power(&powers, &excluded, &mut moved);
        let named = layout.channels.iter().map(|channel| channel.name.clone()).zip(moved);
        named.filter(|(_, power)| *power > 0.0).collect()
    }

    fn expect(list: &[(&str, f64)]) -> Vec<(String, f64)> {
        list.iter().map(|&(name, power)| (name.to_owned(), power)).collect()
    }

    #[test]
    fn power_goes_to_the_nearest_of_the_layer() {
        assert_eq!(moved("4+5+0", &["M+000"], "M+000"), expect(&[("M+030", 0.5), ("M-030", 0.5)]));
        assert_eq!(moved("4+5+0", &["M+030"], "M+030"), expect(&[("M+000", 1.0)]));
        assert_eq!(moved("4+5+0", &["U+110"], "U+110"), expect(&[("U-110", 1.0)]));
        let upper = ["U+030", "U-030", "U+110", "U-110"];
        assert_eq!(moved("4+5+0", &upper, "U+110"), expect(&[("M+110", 1.0)]));
        assert_eq!(moved("4+5+0", &["M+030"], "M-110"), expect(&[("M-110", 1.0)]));
    }

    #[test]
    fn all_excluded_is_none_excluded() {
        assert_eq!(moved("0+2+0", &["M+030", "M-030"], "M+030"), expect(&[("M+030", 1.0)]));
    }

    #[test]
    fn power_is_kept() {
        for layout in Layout::all() {
            let zones = ZoneExclusion::new(&layout);
            let count = zones.loudspeakers.len();
            let powers: Vec<f64> = (1..=count).map(|power| power as f64).collect();
            for pattern in 0u32..64 {
                let excluded: Vec<bool> = (0..count).map(|i| (pattern * 37) >> (i % 11) & 1 == 1).collect();
                let mut moved = vec![0.0; count];
                zones.move_power(&powers, &excluded, &mut moved);
                assert!(
                    (moved.iter().sum::<f64>() - powers.iter().sum::<f64>()).abs() < 1e-9,
                    "{}",
                    layout.name
                );
            }
        }
    }

    #[test]
    fn zones_of_both_kinds() {
        let layout = Layout::by_name("9+10+3").unwrap();
        let zones = ZoneExclusion::new(&layout);
        let found = |zone: ExclusionZone| {
            let mut excluded = vec![false; zones.loudspeakers.len()];
            zones.find_excluded(&[zone], &mut excluded);
            let without = layout.without_lfe();
            let named = without.channels.iter().zip(excluded).filter(|(_, flag)| *flag);
            named.map(|(channel, _)| channel.name.clone()).collect::<Vec<_>>()
        };
        let polar = |min_azimuth, max_azimuth, min_elevation, max_elevation| {
            found(ExclusionZone::Polar { min_azimuth, max_azimuth, min_elevation, max_elevation })
        };
        assert_eq!(polar(135.0, -135.0, 0.0, 0.0), ["M+135", "M-135", "M+180"]);
        assert_eq!(polar(10.0, 20.0, 90.0, 90.0), ["T+000"]);
        let low = ExclusionZone::Cartesian {
            min_x: -1.0,
            min_y: -1.0,
            min_z: -1.0,
            max_x: 1.0,
            max_y: 1.0,
            max_z: -0.5,
        };
        assert_eq!(found(low), ["B+000", "B+045", "B-045"]);
    }
}
