//! Ratios of polynomials of φ = sin²(ω/2) fitted to a magnitude, and the filters of minimum phase that have it.

use nalgebra::{Complex, DMatrix, DVector};

use super::matched::Section;

/// Rounds of the fit: each weighs with the denominator of the one before.
const ROUNDS: usize = 8;
/// Rounds until the roots of a polynomial stand still.
const ROOT_ROUNDS: usize = 200;
/// Roots of a filter lie no nearer to the unit circle, so that it rings no longer than some hundred samples.
const INSIDE: f64 = 0.98;

/// Zeros and poles in the z plane, all inside the unit circle; as many of each.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rational {
    zeros: Vec<Quadratic>,
    poles: Vec<Quadratic>,
}

/// 1 + c₁ z⁻¹ + c₂ z⁻².
type Quadratic = [f64; 3];

impl Rational {
    /// Filters with these zeros and poles.
    pub(super) fn sections(&self) -> Vec<Section> {
        self.zeros.iter().zip(&self.poles).map(|(b, [_, a1, a2])| Section { b: *b, a: [*a1, *a2] }).collect()
    }
}

/// Ratios of polynomials of `order` whose logarithms come close to `logarithms` at the points `phis`, one of each round;
/// those that are the magnitude of no filter are left out.
pub(super) fn fit(phis: &[f64], logarithms: &[f64], order: usize) -> Vec<Rational> {
    let Some(width) = phis.iter().copied().reduce(f64::max) else { return Vec::new() };
    let middle = logarithms.iter().sum::<f64>() / logarithms.len() as f64;
    let rows = phis.len();
    // Chebyshev polynomials from 0 to the largest φ: well-conditioned.
    let basis = DMatrix::from_fn(rows, order + 1, |row, column| {
        let x = 2.0 * phis[row] / width - 1.0;
        (column as f64 * x.clamp(-1.0, 1.0).acos()).cos()
    });
    let values = logarithms.iter().map(|value| (value - middle).exp()).collect::<Vec<_>>();
    let mut weights = vec![1.0; rows];
    let mut found = Vec::new();
    for _ in 0..ROUNDS {
        // (N − C D) / (C D before) as small as can be, the constant of D being 1.
        let system = DMatrix::from_fn(rows, 2 * order + 1, |row, column| {
            if column <= order {
                basis[(row, column)] / (values[row] * weights[row])
            } else {
                -basis[(row, column - order)] / weights[row]
            }
        });
        let wanted = DVector::from_fn(rows, |row, _| 1.0 / weights[row]);
        let Ok(solution) = system.svd(true, true).solve(&wanted, f64::EPSILON) else { break };
        let numerator = (0..=order).map(|at| solution[at]).collect::<Vec<_>>();
        let denominator =
            (0..=order).map(|at| if at == 0 { 1.0 } else { solution[order + at] }).collect::<Vec<_>>();
        if let (Some(zeros), Some(poles)) = (inside(&numerator, width), inside(&denominator, width)) {
            found.push(Rational { zeros, poles });
        }
        for (row, weight) in weights.iter_mut().enumerate() {
            let value: f64 = (0..=order).map(|at| denominator[at] * basis[(row, at)]).sum();
            *weight = value.abs().max(1e-3);
        }
    }
    found
}

/// The filter of minimum phase with the magnitude of a polynomial in Chebyshev form; `None` where there is none: the
/// polynomial goes through zero, or comes so near to it that the filter would ring.
fn inside(chebyshev: &[f64], width: f64) -> Option<Vec<Quadratic>> {
    let (mut pairs, mut singles) = (Vec::new(), Vec::new());
    for x in roots(monomials(chebyshev))? {
        // z + 1/z = 2 − 4φ.
        let half = Complex::new(1.0, 0.0) - (x + 1.0) * width;
        let root = (half * half - 1.0).sqrt();
        let (one, other) = (half + root, half - root);
        let z = if one.norm() < other.norm() { one } else { other };
        if z.norm() >= INSIDE || !z.is_finite() {
            return None;
        }
        if z.im.abs() < 1e-9 {
            singles.push(z.re);
        } else if z.im > 0.0 {
            pairs.push([1.0, -2.0 * z.re, z.norm_sqr()]);
        }
    }
    singles.sort_by(f64::total_cmp);
    pairs.extend(singles.chunks(2).map(|two| match *two {
        [one, other] => [1.0, -(one + other), one * other],
        [one, ..] => [1.0, -one, 0.0],
        [] => [1.0, 0.0, 0.0],
    }));
    (pairs.len() == (chebyshev.len() - 1).div_ceil(2)).then_some(pairs)
}

/// Coefficients of powers of x, lowest first, of a sum of Chebyshev polynomials.
fn monomials(chebyshev: &[f64]) -> Vec<f64> {
    let size = chebyshev.len();
    let (mut before, mut now) = (vec![0.0; size], vec![0.0; size]);
    now[0] = 1.0;
    let mut sum = vec![0.0; size];
    for (degree, weight) in chebyshev.iter().enumerate() {
        for (to, from) in sum.iter_mut().zip(&now) {
            *to += weight * from;
        }
        let factor = if degree == 0 { 1.0 } else { 2.0 };
        let mut next = vec![0.0; size];
        for power in 1..size {
            next[power] = factor * now[power - 1];
        }
        for (to, from) in next.iter_mut().zip(&before) {
            *to -= from;
        }
        before = std::mem::replace(&mut now, next);
    }
    sum
}

/// All roots, by the method of Durand and Kerner; `None` where the highest coefficient vanishes.
fn roots(coefficients: Vec<f64>) -> Option<Vec<Complex<f64>>> {
    let (highest, rest) = coefficients.split_last()?;
    let largest = coefficients.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    if highest.abs() <= 1e-9 * largest {
        return None;
    }
    let seed = Complex::new(0.4, 0.9);
    let mut roots = (0..rest.len()).map(|at| seed.powu(at as u32)).collect::<Vec<_>>();
    for _ in 0..ROOT_ROUNDS {
        let mut moved = 0.0_f64;
        for at in 0..roots.len() {
            let x = roots[at];
            let value = rest
                .iter()
                .rev()
                .fold(Complex::new(1.0, 0.0), |sum, coefficient| sum * x + coefficient / highest);
            let others = roots
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != at)
                .fold(Complex::new(1.0, 0.0), |product, (_, root)| product * (x - root));
            let step = value / others;
            if !step.is_finite() {
                return None;
            }
            roots[at] -= step;
            moved = moved.max(step.norm());
        }
        if moved < 1e-14 {
            break;
        }
    }
    Some(roots)
}
