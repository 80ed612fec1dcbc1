use super::*;
use crate::panner::golden;

/// The reference renderer computes in another order; rounding differs by a few units in the last place,
/// which a root of the smallest gains makes larger.
const TOLERANCE: f64 = 1e-12;

/// The layouts of BS.2051, which the reference renderer knows.
const BS2051: [&str; 10] =
    ["0+2+0", "0+5+0", "2+5+0", "4+5+0", "4+5+1", "3+7+0", "4+9+0", "9+10+3", "0+7+0", "4+7+0"];

fn layout(name: &str) -> Layout {
    Layout::by_name(name).unwrap()
}

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

fn flags(text: &str) -> Vec<bool> {
    text.trim().chars().map(|flag| flag == '1').collect()
}

#[track_caller]
fn assert_gains(found: &[f64], expected: &[f64], what: &str) -> f64 {
    assert_eq!(found.len(), expected.len(), "{what}");
    let error = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(error < TOLERANCE, "{what}: error {error:e}\nfound    {found:?}\nexpected {expected:?}");
    error
}

#[test]
fn gains_equal_the_reference_with_and_without_zones() {
    let mut lines = 0;
    for line in include_str!("golden.txt").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(';').collect();
        let panner = AllocentricPanner::new(&layout(fields[0])).unwrap();
        let mut excluded = flags(fields[1]);
        panner.complete_exclusion(&mut excluded);
        assert_eq!(excluded, flags(fields[2]), "{line}");
        let (position, size) = (numbers(fields[3]), numbers(fields[4]));
        let mut gains = vec![f64::NAN; panner.positions().len()];
        let position = [position[0], position[1], position[2]];
        panner.extent(position, size[0], size[1], size[2], &excluded, &mut gains);
        assert_gains(&gains, &numbers(fields[5]), line);
        lines += 1;
    }
    assert_eq!(lines, 70);
}

#[test]
fn gains_equal_the_whole_corpus() {
    for name in BS2051 {
        let panner = AllocentricPanner::new(&layout(name)).unwrap();
        let mut gains = vec![f64::NAN; panner.positions().len()];
        let mut worst = 0f64;
        let Some(positions) = golden::table(&layout(name), "allo_pos") else { return };
        for (p, expected) in positions.rows().zip(golden::table(&layout(name), "allo_gain").unwrap().rows()) {
            panner.point([p[0], p[1], p[2]], &[], &mut gains);
            worst = worst.max(assert_gains(&gains, expected, &format!("{name} {p:?}")));
        }
        let inputs = golden::table(&layout(name), "alloext_in").unwrap();
        for (p, expected) in inputs.rows().zip(golden::table(&layout(name), "alloext_gain").unwrap().rows()) {
            panner.extent([p[0], p[1], p[2]], p[3], p[4], p[5], &[], &mut gains);
            worst = worst.max(assert_gains(&gains, expected, &format!("{name} {p:?}")));
        }
        println!("{name}: worst error {worst:e}");
    }
}

#[test]
fn a_point_at_a_loudspeaker_comes_from_it_alone() {
    for layout in Layout::all() {
        let (name, panner) = (&layout.name, AllocentricPanner::new(&layout).unwrap());
        let count = panner.positions().len();
        for (loudspeaker, &position) in panner.positions().iter().enumerate() {
            let mut gains = vec![f64::NAN; count];
            panner.point(position, &[], &mut gains);
            let expected: Vec<f64> = (0..count).map(|i| f64::from(u8::from(i == loudspeaker))).collect();
            assert_eq!(gains, expected, "{name} {position:?}");
        }
    }
}

#[test]
fn power_is_one_and_mirror_images_have_mirrored_gains() {
    for layout in Layout::all() {
        let (name, panner) = (&layout.name, AllocentricPanner::new(&layout).unwrap());
        let loudspeakers = layout.without_lfe();
        let names: Vec<&str> = loudspeakers.channels.iter().map(|channel| channel.name.as_str()).collect();
        let opposite = |name: &str| {
            let other = if name.contains('+') { name.replace('+', "-") } else { name.replace('-', "+") };
            names
                .iter()
                .position(|n| *n == other)
                .unwrap_or_else(|| names.iter().position(|n| *n == name).unwrap())
        };
        for step in 0..40 {
            let t = f64::from(step) / 40.0;
            let [x, y, z] = [2.0 * t - 1.0, (t * 17.0).sin(), (t * 29.0).cos()];
            let [w, h, d] = [t, (t * 3.7) % 1.0, (t * 5.3) % 1.0];
            let (mut gains, mut mirrored) = (vec![0.0; names.len()], vec![0.0; names.len()]);
            panner.extent([x, y, z], w, h, d, &[], &mut gains);
            panner.extent([-x, y, z], w, h, d, &[], &mut mirrored);
            let power: f64 = gains.iter().map(|gain| gain * gain).sum();
            assert!((power - 1.0).abs() < 1e-12, "{name} {power}");
            for (index, gain) in gains.iter().enumerate() {
                assert!((gain - mirrored[opposite(names[index])]).abs() < 1e-12, "{name} {x} {y} {z}");
            }
        }
    }
}

#[test]
fn positions_outside_the_cube_and_not_numbers_are_harmless() {
    let panner = AllocentricPanner::new(&layout("4+7+0")).unwrap();
    let (mut outside, mut wall) = (vec![0.0; 11], vec![0.0; 11]);
    panner.extent([-1.0 - 1e-12, 3.0, 9.0], 0.4, 0.2, 0.1, &[], &mut outside);
    panner.extent([-1.0, 1.0, 1.0], 0.4, 0.2, 0.1, &[], &mut wall);
    assert_eq!(outside, wall);
    panner.extent([f64::NAN; 3], f64::NAN, f64::INFINITY, -1.0, &[], &mut outside);
    panner.extent([f64::INFINITY; 3], 1e300, 0.0, 0.0, &[true; 11], &mut outside);
}

#[test]
fn the_wides_of_9_1_6_stand_where_film_masters_put_them() {
    let panner = AllocentricPanner::new(&layout("6+9+0")).unwrap();
    let wide = layout("6+9+0").without_lfe().channel_index("M+060").unwrap();
    assert_eq!(panner.positions()[wide], [-1.0, 0.677419, 0.0]);
    assert_eq!(cube_positions(&layout("9+10+3")).unwrap()[0], [-1.0, 0.414214, 0.0]);
}

#[test]
fn layouts_without_a_place_for_every_loudspeaker_are_refused() {
    let mut two = layout("0+2+0");
    two.channels[1].name = "X+123".to_owned();
    assert!(matches!(AllocentricPanner::new(&two), Err(AllocentricError::NoPosition { .. })));
    two.channels[1].name = "M+030".to_owned();
    assert!(matches!(AllocentricPanner::new(&two), Err(AllocentricError::SamePlace { .. })));
    two.channels[1].name = "M-SC".to_owned();
    two.channels[1].position.azimuth = -150.0;
    assert!(matches!(AllocentricPanner::new(&two), Err(AllocentricError::NoPosition { .. })));
    two.channels.clear();
    assert!(matches!(AllocentricPanner::new(&two), Err(AllocentricError::NoLoudspeakers { .. })));
}
