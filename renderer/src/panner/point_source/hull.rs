use std::collections::BTreeSet;

use crate::geom::Vector3;

/// Points this near to a plane lie in it: nominal positions are given in whole degrees.
const IN_PLANE: f64 = 1e-6;

/// Three points that span less than this lie on a line.
const ON_LINE: f64 = 1e-9;

/// The facets of the convex hull of a few points on a sphere, each the set of its corners; what lies in one
/// plane is one facet, however many corners it has (BS.2127-1 §6.1.3.1).
///
/// Tries the plane through each triple: at most a few dozen points come, once per layout.
pub(super) fn facets(points: &[Vector3]) -> Vec<BTreeSet<usize>> {
    let mut facets: Vec<BTreeSet<usize>> = Vec::new();
    for i in 0..points.len() {
        for j in i + 1..points.len() {
            for k in j + 1..points.len() {
                let known = |facet: &BTreeSet<usize>| [i, j, k].iter().all(|corner| facet.contains(corner));
                if facets.iter().any(known) {
                    continue;
                }
                if let Some(facet) = facet_through(points, [i, j, k]) {
                    facets.push(facet);
                }
            }
        }
    }
    facets
}

/// All points in the plane through three of them, if no point lies beyond it.
fn facet_through(points: &[Vector3], [i, j, k]: [usize; 3]) -> Option<BTreeSet<usize>> {
    let normal = (points[j] - points[i]).cross(&(points[k] - points[i]));
    let normal = if normal.norm() < ON_LINE { return None } else { normal.normalize() };
    let height = |point: &Vector3| normal.dot(&(point - points[i]));
    let (mut above, mut below) = (false, false);
    for height in points.iter().map(height) {
        above |= height > IN_PLANE;
        below |= height < -IN_PLANE;
        if above && below {
            return None;
        }
    }
    let lies_in = |(index, point)| (height(point).abs() <= IN_PLANE).then_some(index);
    Some(points.iter().enumerate().filter_map(lies_in).collect())
}
