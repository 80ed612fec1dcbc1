use std::sync::OnceLock;

use hrtf::HrtfSet;

use super::*;

fn binauraliser() -> &'static Binauraliser {
    static MADE: OnceLock<Binauraliser> = OnceLock::new();
    MADE.get_or_init(|| Binauraliser::new(HrtfSet::built_in(), GRID))
}

/// The value of a response's spectrum at a frequency, as length and angle.
fn line(response: &[f64], hertz: f64) -> (f64, f64) {
    let omega = 2.0 * PI * hertz / f64::from(binauraliser().set().sample_rate());
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in response.iter().enumerate() {
        let (sine, cosine) = (omega * n as f64).sin_cos();
        re += sample * cosine;
        im -= sample * sine;
    }
    (re.hypot(im), im.atan2(re))
}

/// What a plane wave of an order sounds like at both ears.
fn heard(order: usize, components: &[[Vec<f64>; 2]], direction: Direction) -> [Vec<f64>; 2] {
    let functions = SphericalHarmonics::new(order);
    let mut values = vec![0.0; functions.len()];
    functions.n3d(direction.unit_vector(), &mut values);
    [0, 1].map(|ear| {
        let mut sum = vec![0.0; components[0][ear].len()];
        for (component, value) in components.iter().zip(&values) {
            sum.iter_mut().zip(&component[ear]).for_each(|(sum, tap)| *sum += value * tap);
        }
        sum
    })
}

/// Twelve directions all round, none of which the responses are fitted at.
fn directions() -> impl Iterator<Item = Direction> {
    let at = |i: i32| Direction::new(f64::from(i) * 137.5 - 77.0, [3.0, 33.0, -27.0][(i % 3) as usize]);
    (0..12).map(at)
}

fn decibels(ratio: f64) -> f64 {
    20.0 * ratio.log10()
}

/// Third octaves from 100 Hz to 12.5 kHz.
fn thirds() -> impl Iterator<Item = f64> {
    (0..22).map(|third| 100.0 * 2_f64.powf(f64::from(third) / 3.0))
}

/// Mean differences to the head's own responses over all directions: of the level between the ears, dB, of the phase
/// between the ears at 500 Hz, as time in µs, and of the spectra, dB.
fn differences(order: usize) -> [f64; 3] {
    let components = responses(&SphericalHarmonics::new(order), order, binauraliser());
    let mut sums = [0.0; 3];
    for direction in directions() {
        let (found, wanted) = (heard(order, &components, direction), binauraliser().response(direction));
        let level = |ears: &[Vec<f64>; 2]| {
            let power = |ear: usize| thirds().map(|f| line(&ears[ear], f).0.powi(2)).sum::<f64>().sqrt();
            decibels(power(0) / power(1))
        };
        let time = |ears: &[Vec<f64>; 2]| {
            let turn = line(&ears[1], 500.0).1 - line(&ears[0], 500.0).1;
            (turn + PI).rem_euclid(2.0 * PI) - PI
        };
        sums[0] += (level(&found) - level(&wanted)).abs();
        sums[1] += (time(&found) - time(&wanted)).abs() / (2.0 * PI * 500.0) * 1e6;
        for ear in 0..2 {
            let apart = |f: f64| decibels(line(&found[ear], f).0 / line(&wanted[ear], f).0).powi(2);
            sums[2] += (thirds().map(apart).sum::<f64>() / 22.0).sqrt() / 2.0;
        }
    }
    sums.map(|sum| sum / 12.0)
}

#[test]
fn a_plane_wave_comes_nearer_to_its_direction_with_every_order() {
    let found: Vec<[f64; 3]> = [1, 2, 3, 5, 7].map(differences).to_vec();
    for kind in [0, 2] {
        assert!(found.windows(2).all(|pair| pair[1][kind] < pair[0][kind] * 1.05), "{kind}: {found:.2?}");
        assert!(found[4][kind] < found[0][kind] / 2.0, "{kind}: {found:.2?}");
    }
    // A just noticeable difference of the time is about 10 µs ahead and 40 µs at the side.
    assert!(found[0][1] < 60.0 && found[2][1] < 20.0, "{found:.2?}");
    assert!(found[2][0] < 1.5 && found[2][2] < 3.0, "{found:.2?}");
}

#[test]
fn sound_from_everywhere_has_its_tone_at_every_order() {
    let fine = evaluated(&SphericalHarmonics::new(0), ELEVATIONS);
    let own: Vec<([Vec<f64>; 2], f64)> = fine
        .iter()
        .step_by(7)
        .map(|(point, weight, _)| (binauraliser().response(Direction::from_vector(*point)), *weight))
        .collect();
    let shares: f64 = own.iter().map(|(_, weight)| weight).sum();
    for order in [0, 1, 2, 3, 6] {
        let components = responses(&SphericalHarmonics::new(order), order, binauraliser());
        for hertz in thirds() {
            let power = |ears: &[Vec<f64>; 2]| ears.iter().map(|ear| line(ear, hertz).0.powi(2)).sum::<f64>();
            let found: f64 = components.iter().map(power).sum();
            let wanted = own.iter().map(|(ears, weight)| weight * power(ears)).sum::<f64>() / shares;
            let apart = decibels((found / wanted).sqrt());
            assert!(apart.abs() < 0.5, "order {order}, {hertz:.0} Hz: {apart:.2} dB");
        }
    }
}

/// Powers of both ears, and what they have in common, at a frequency, of sounds that have nothing to do with each other.
fn covariance<'a>(sounds: impl Iterator<Item = &'a [Vec<f64>; 2]>, hertz: f64) -> [f64; 4] {
    let mut sum = [0.0; 4];
    for [left, right] in sounds {
        let ((l, l_angle), (r, r_angle)) = (line(left, hertz), line(right, hertz));
        let (sine, cosine) = (l_angle - r_angle).sin_cos();
        let each = [l * l, r * r, l * r * cosine, l * r * sine];
        sum.iter_mut().zip(each).for_each(|(sum, each)| *sum += each);
    }
    sum
}

/// The ears in a diffuse field have in common what they have through the head itself, which is found at directions of a
/// spiral, so evenly that each counts alike.
#[test]
fn sound_from_everywhere_is_as_wide_as_the_head_hears_it_at_every_order() {
    const POINTS: usize = 600;
    let spiral = |i: usize| {
        let height = 1.0 - (2 * i + 1) as f64 / POINTS as f64;
        let angle = i as f64 * PI * (3.0 - 5.0_f64.sqrt());
        let radius = (1.0 - height * height).sqrt();
        binauraliser().response(Direction::from_vector([radius * angle.sin(), radius * angle.cos(), height]))
    };
    let own: Vec<[Vec<f64>; 2]> = (0..POINTS).map(spiral).collect();
    for order in [1, 2, 3, 4, 5, 6, 7] {
        let components = responses(&SphericalHarmonics::new(order), order, binauraliser());
        for hertz in thirds() {
            let [l, r, re, im] = covariance(components.iter(), hertz);
            let [wl, wr, wre, wim] = covariance(own.iter(), hertz).map(|sum| sum / POINTS as f64);
            let (found, wanted) =
                ([re, im].map(|v| v / (l * r).sqrt()), [wre, wim].map(|v| v / (wl * wr).sqrt()));
            let apart = (found[0] - wanted[0]).hypot(found[1] - wanted[1]);
            // What is not heard, and a little for the ends of the responses.
            let most = 0.3 * (1.0 - wanted[0].powi(2) - wanted[1].powi(2)) + 0.03;
            assert!(apart < most, "order {order}, {hertz:.0} Hz: coherence {found:.3?}, not {wanted:.3?}");
            for (power, wanted) in [(l, wl), (r, wr)] {
                let apart = decibels((power / wanted).sqrt());
                assert!(apart.abs() < 0.5, "order {order}, {hertz:.0} Hz: {apart:.2} dB");
            }
        }
    }
}

#[test]
fn the_rings_integrate_products_of_functions_exactly() {
    let functions = SphericalHarmonics::new(5);
    let points = evaluated(&functions, 6);
    for a in 0..functions.len() {
        for b in 0..functions.len() {
            let product: f64 = points.iter().map(|(_, weight, values)| weight * values[a] * values[b]).sum();
            assert!((product - if a == b { 1.0 } else { 0.0 }).abs() < 1e-12, "{a} {b} {product}");
        }
    }
}

#[test]
fn a_turned_head_hears_the_scene_turned_back() {
    const ORDER: usize = 3;
    const RATE: f64 = 48_000.0;
    let functions = SphericalHarmonics::new(ORDER);
    let source = Direction::new(70.0, 20.0);
    let mut values = vec![0.0; functions.len()];
    functions.n3d(source.unit_vector(), &mut values);
    let turned = |head: &Head, locked: bool, start: i64| {
        let scene = Scene::new(ORDER, locked, 1..17, binauraliser());
        let mut lines = AudioBlock::new(17, 3 * GRID);
        for (row, value) in (1..17).zip(&values) {
            lines.channel_mut(row).fill(*value as f32);
        }
        scene.turn(&mut lines, (GRID, start, 2), (head, RATE, 256));
        lines
    };
    let moving = Head::from_csv("0,0,0,0\n0.1,90,-20,10\n").unwrap();
    for (head, start) in [(Head::still(50.0, 10.0, -5.0), 0), (moving, 1024)] {
        let lines = turned(&head, false, start);
        for n in [0, 100, 256, 700, 1023, 1024, 2000] {
            let mut expected = vec![0.0; functions.len()];
            let pose = head.at((start + n as i64) as f64 / RATE);
            functions.n3d(pose.to_head(source).unit_vector(), &mut expected);
            for (row, expected) in (1..17).zip(&expected) {
                let found = f64::from(lines.channel(row)[GRID + n]);
                // Straight lines between knots 5 ms apart, 5° at this speed.
                assert!((found - expected).abs() < 0.02, "{n} {row}: {found} {expected}");
            }
        }
        // What was turned already stays as it is.
        assert_eq!(lines.channel(4)[GRID - 1], values[3] as f32);
        assert_eq!(turned(&head, true, start).channel(4)[GRID], values[3] as f32);
    }
}
