use std::f64::consts::{FRAC_PI_2, PI};

/// The arc cosine of a number from −1 to 1, within 2 units in the last place; without branches, so that the
/// compiler can work on several at once.
///
/// Polynomials: fdlibm 5.3, `e_acos.c` (Sun Microsystems, freely granted).
#[inline(always)]
pub(super) fn arc_cosine(x: f64) -> f64 {
    let magnitude = x.abs();
    let middle = magnitude < 0.5;
    let z = if middle { x * x } else { (1.0 - magnitude) * 0.5 };
    let root = z.sqrt();
    let base = if middle { x } else { root };
    let sine = base + base * (z * numerator(z) / denominator(z));
    let outer = if x > 0.0 { 2.0 * sine } else { PI - 2.0 * sine };
    if middle { FRAC_PI_2 - sine } else { outer }
}

#[inline(always)]
fn numerator(z: f64) -> f64 {
    const P: [f64; 6] = [
        1.666_666_666_666_666_6e-1,
        -3.255_658_186_224_009e-1,
        2.012_125_321_348_629_3e-1,
        -4.005_553_450_067_941e-2,
        7.915_349_942_898_145e-4,
        3.479_331_075_960_212e-5,
    ];
    P[0] + z * (P[1] + z * (P[2] + z * (P[3] + z * (P[4] + z * P[5]))))
}

#[inline(always)]
fn denominator(z: f64) -> f64 {
    const Q: [f64; 4] = [
        -2.403_394_911_734_414,
        2.020_945_760_233_505_7,
        -6.882_839_716_054_533e-1,
        7.703_815_055_590_193e-2,
    ];
    1.0 + z * (Q[0] + z * (Q[1] + z * (Q[2] + z * Q[3])))
}

#[cfg(test)]
mod tests {
    use super::arc_cosine;

    #[test]
    fn equals_the_libraries() {
        for step in -100_000..=100_000 {
            let x = f64::from(step) / 100_000.0;
            assert!((arc_cosine(x) - x.acos()).abs() < 5e-16 * 2.0, "{x}");
        }
        for x in [1.0 - 1e-12, -1.0 + 1e-12, 1e-12, 0.5 + 1e-16, -0.5 + 1e-16, 0.0, -0.0] {
            assert!((arc_cosine(x) - x.acos()).abs() < 1e-15, "{x}");
        }
    }
}
