use super::*;

/// A direction by azimuth and elevation in radians, azimuth to the left.
fn direction(azimuth: f64, elevation: f64) -> [f64; 3] {
    let (sin_azimuth, cos_azimuth) = azimuth.sin_cos();
    let (sin_elevation, cos_elevation) = elevation.sin_cos();
    [-sin_azimuth * cos_elevation, cos_azimuth * cos_elevation, sin_elevation]
}

fn n3d(order: usize, direction: [f64; 3]) -> Vec<f64> {
    let functions = SphericalHarmonics::new(order);
    let mut values = vec![f64::NAN; functions.len()];
    functions.n3d(direction, &mut values);
    values
}

/// SN3D up to order 3 as polynomials of the direction cosines, from the AmbiX proposal (Nachbar, Zotter,
/// Deleflie, Sontacchi: "ambiX – A Suggested Ambisonics Format", 2011): X front, Y left, Z up.
fn closed_forms([right, front, up]: [f64; 3]) -> [f64; 16] {
    let (x, y, z) = (front, -right, up);
    let (x2, y2, z2) = (x * x, y * y, z * z);
    let root = |square: f64| square.sqrt();
    [
        1.0,
        y,
        z,
        x,
        root(3.0) * x * y,
        root(3.0) * y * z,
        (3.0 * z2 - 1.0) / 2.0,
        root(3.0) * x * z,
        root(3.0) / 2.0 * (x2 - y2),
        root(5.0 / 8.0) * y * (3.0 * x2 - y2),
        root(15.0) * x * y * z,
        root(3.0 / 8.0) * y * (5.0 * z2 - 1.0),
        z * (5.0 * z2 - 3.0) / 2.0,
        root(3.0 / 8.0) * x * (5.0 * z2 - 1.0),
        root(15.0) / 2.0 * z * (x2 - y2),
        root(5.0 / 8.0) * x * (x2 - 3.0 * y2),
    ]
}

#[test]
fn functions_equal_their_closed_forms_up_to_order_three() {
    for step in 0..200 {
        let t = f64::from(step);
        let direction = direction(t * 0.31, (t / 199.0 - 0.5) * std::f64::consts::PI);
        let values = n3d(3, direction);
        for (component, expected) in closed_forms(direction).iter().enumerate() {
            let order = component.isqrt();
            let degree = component as i32 - (order * order + order) as i32;
            let factor = Normalization::Sn3d.from_n3d(order, degree).unwrap();
            assert!((values[component] * factor - expected).abs() < 1e-14, "{component} {direction:?}");
            assert_eq!(channel_number(order as i32, degree), Some(component));
        }
    }
}

/// Gauss–Legendre over the sine of the elevation, evenly over the azimuth: exact for products up to order 7.
#[test]
fn functions_are_orthonormal_up_to_order_seven() {
    let nodes = gauss_legendre(8);
    let functions = SphericalHarmonics::new(7);
    let count = functions.len();
    let (mut products, mut values) = (vec![0.0; count * count], vec![0.0; count]);
    for &(sine, weight) in &nodes {
        for step in 0..16 {
            let azimuth = f64::from(step) / 16.0 * std::f64::consts::TAU;
            functions.n3d(direction(azimuth, sine.asin()), &mut values);
            for (row, a) in values.iter().enumerate() {
                for (column, b) in values.iter().enumerate() {
                    products[row * count + column] += a * b * weight / 2.0 / 16.0;
                }
            }
        }
    }
    for row in 0..count {
        for column in 0..count {
            let expected = f64::from(u8::from(row == column));
            assert!((products[row * count + column] - expected).abs() < 1e-13, "{row} {column}");
        }
    }
}

/// Nodes and weights of −1…1, by Newton's method on the Legendre polynomial.
fn gauss_legendre(count: usize) -> Vec<(f64, f64)> {
    let polynomial = |x: f64| {
        let (mut last, mut before) = (x, 1.0);
        for n in 2..=count {
            let n = n as f64;
            (last, before) = (((2.0 * n - 1.0) * x * last - (n - 1.0) * before) / n, last);
        }
        (last, count as f64 * (x * last - before) / (x * x - 1.0))
    };
    (0..count)
        .map(|i| {
            let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (count as f64 + 0.5)).cos();
            for _ in 0..50 {
                let (value, slope) = polynomial(x);
                x -= value / slope;
            }
            let (_, slope) = polynomial(x);
            (x, 2.0 / ((1.0 - x * x) * slope * slope))
        })
        .collect()
}

/// The sum of squares of an order is the same everywhere: 2n + 1 (Unsöld's theorem).
#[test]
fn the_highest_order_is_still_accurate() {
    for (azimuth, elevation) in [(0.3, 1.2), (-2.0, 0.001), (1.0, -1.57), (0.0, 0.0)] {
        let values = n3d(MAX_ORDER, direction(azimuth, elevation));
        for n in 0..=MAX_ORDER {
            let power: f64 = values[n * n..(n + 1) * (n + 1)].iter().map(|value| value * value).sum();
            assert!((power / (2 * n + 1) as f64 - 1.0).abs() < 1e-12, "{n} {power}");
        }
    }
}

#[test]
fn there_are_only_components_that_exist() {
    assert_eq!(channel_number(50, 0), None);
    assert_eq!(channel_number(2, 3), None);
    assert_eq!(channel_number(2, -3), None);
    assert_eq!(channel_number(-1, 0), None);
    assert_eq!(channel_number(i32::MIN, i32::MIN), None);
    assert_eq!(channel_number(49, -49), Some(2401));
    assert_eq!(Normalization::FuMa.from_n3d(4, 0), None);
    assert_eq!("FuMa".parse(), Ok(Normalization::FuMa));
    assert!("fuma?".parse::<Normalization>().is_err());
}
