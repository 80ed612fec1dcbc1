use super::*;

/// The worst difference between what a set gives at its measured directions and what was measured, against the
/// set's peak, dB. The delays must be whole there.
fn error_at_measured(set: &HrtfSet) -> f64 {
    let measured = set.measurements();
    let mut pair = HrirPair::default();
    let (mut worst, mut peak) = (0.0_f64, 0.0_f64);
    for (point, &direction) in measured.directions.iter().enumerate() {
        set.response(direction, &mut pair);
        for (ear, (response, delay)) in
            [(&pair.left, pair.delay_left), (&pair.right, pair.delay_right)].into_iter().enumerate()
        {
            assert!((delay - delay.round()).abs() < 1e-6, "{direction:?} is late by {delay}");
            let late = delay.round() as i64 - set.latency() - measured.delays[point][ear] as i64;
            let expected = |j: usize| {
                let at = usize::try_from(j as i64 + late).ok();
                let tap = at.and_then(|at| measured.response(point, ear).get(at));
                f64::from(tap.copied().unwrap_or(0.0)) * set.gain()
            };
            for (j, &sample) in response.iter().enumerate() {
                peak = peak.max(expected(j).abs());
                worst = worst.max((f64::from(sample) - expected(j)).abs());
            }
            let kept: f64 = response.iter().map(|s| f64::from(*s) * f64::from(*s)).sum();
            let all: f64 = measured.response(point, ear).iter().map(|s| f64::from(*s) * f64::from(*s)).sum();
            assert!((kept / (all * set.gain() * set.gain()) - 1.0).abs() < 1e-5, "something is cut off");
        }
    }
    20.0 * (worst / peak).log10()
}

/// A rigid sphere's ears as Brown and Duda simplify it: Woodworth's delays and a one-pole head shadow. `noise` is
/// added, as in a measurement.
fn sphere_head(directions: Vec<Direction>, taps: usize, noise: f64) -> Measurements {
    const RATE: f64 = 48_000.0;
    const RADIUS: f64 = 0.0875;
    let mut made = Measurements {
        name: "a sphere".to_owned(),
        sample_rate: RATE as u32,
        taps,
        delays: vec![[0.0; 2]; directions.len()],
        ..Measurements::default()
    };
    let mut state = 1_u32;
    for direction in &directions {
        for side in [-1.0, 1.0] {
            let incidence = (side * direction.unit_vector()[0]).clamp(-1.0, 1.0).acos();
            let bent = incidence - std::f64::consts::FRAC_PI_2;
            let way = if bent < 0.0 { -incidence.cos() } else { bent };
            let arrival = 40.0 + way * RADIUS / 343.0 * RATE;
            let shadow = 1.05 + 0.95 * (incidence * 1.2).cos();
            for tap in 0..taps {
                let x = (tap as f64 - arrival) / 1.2;
                let lit = (-x * x).exp() * shadow;
                let y = (tap as f64 - arrival - 6.0) / 4.0;
                let low = (-y * y).exp() * 0.35;
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let random = f64::from(state) / f64::from(u32::MAX) - 0.5;
                made.responses.push((lit + low + noise * random) as f32);
            }
        }
    }
    made.directions = directions;
    made
}

fn rings(step: i32, lowest: i32) -> Vec<Direction> {
    let mut all = vec![Direction::new(0.0, 90.0)];
    for elevation in (lowest..90).step_by(step as usize) {
        all.extend(
            (0..360).step_by(step as usize).map(|a| Direction::new(f64::from(a), f64::from(elevation))),
        );
    }
    all
}

#[test]
fn the_built_in_set_gives_its_measurements_back() {
    let set = HrtfSet::built_in();
    assert_eq!(set.measurements().directions.len(), 710);
    let error = error_at_measured(&set);
    assert!(error < -120.0, "{error:.1} dB");
}

#[test]
fn so_it_does_at_another_rate() {
    let set = HrtfSet::built_in().resampled(48_000);
    assert_eq!(set.sample_rate(), 48_000);
    let error = error_at_measured(&set);
    assert!(error < -120.0, "{error:.1} dB");
}

#[test]
fn a_noisy_set_gives_its_measurements_back() {
    let set = HrtfSet::new(sphere_head(rings(15, -45), 160, 0.01)).unwrap();
    let error = error_at_measured(&set);
    assert!(error < -120.0, "{error:.1} dB");
}

#[test]
fn delays_beside_the_responses_count() {
    let mut measured = sphere_head(rings(30, -60), 160, 0.0);
    for (point, delays) in measured.delays.iter_mut().enumerate() {
        *delays = [f64::from(point as u32 % 7), 12.0];
    }
    let set = HrtfSet::new(measured).unwrap();
    let error = error_at_measured(&set);
    assert!(error < -120.0, "{error:.1} dB");
}

#[test]
fn time_differences_of_a_sphere_are_woodworths() {
    let set = HrtfSet::new(sphere_head(rings(15, -45), 160, 0.003)).unwrap();
    for azimuth in (-180..=180).step_by(5) {
        // Of the paths round a sphere: r / c · (θ + sin θ), θ the angle out of the middle plane.
        let lateral = f64::from(azimuth).to_radians().sin().asin();
        let expected = 0.0875 / 343.0 * (lateral + lateral.sin());
        let found = set.interaural_time_difference(Direction::new(f64::from(azimuth), 0.0));
        // The shadowed ear hears a duller pulse, whose middle is later than its front.
        assert!((found - expected).abs() < 30e-6, "{azimuth}°: {:.1} µs", (found - expected) * 1e6);
    }
}

#[test]
fn between_the_measurements_a_sphere_stays_a_sphere() {
    // What is left out of a grid of 10° is between the points of one of 20°.
    let coarse = HrtfSet::new(sphere_head(rings(20, -80), 160, 0.0)).unwrap();
    let fine = sphere_head(rings(10, -80), 160, 0.0);
    let mut pair = HrirPair::default();
    for (point, &direction) in fine.directions.iter().enumerate() {
        coarse.response(direction, &mut pair);
        for (ear, response) in [&pair.left, &pair.right].into_iter().enumerate() {
            let power = |samples: &[f32]| samples.iter().map(|s| f64::from(*s) * f64::from(*s)).sum::<f64>();
            let level = power(response) / (power(fine.response(point, ear)) * coarse.gain() * coarse.gain());
            assert!((10.0 * level.log10()).abs() < 1.5, "{direction:?}: {:.2} dB", 10.0 * level.log10());
        }
    }
}

#[test]
fn the_built_in_head_is_symmetric_between_its_measurements_too() {
    let set = HrtfSet::built_in();
    let (mut pair, mut mirrored) = (HrirPair::default(), HrirPair::default());
    for (azimuth, elevation) in [(3.3, 0.0), (47.1, 13.0), (100.0, -30.0), (20.0, -75.0), (170.0, 66.0)] {
        set.response(Direction::new(azimuth, elevation), &mut pair);
        set.response(Direction::new(-azimuth, elevation), &mut mirrored);
        let difference = pair.delay_left - mirrored.delay_right;
        // The diagonals of the triangulation need not be symmetric.
        assert!(difference.abs() < 0.6, "{azimuth} {elevation}: {difference}");
    }
    let front = set.interaural_time_difference(Direction::FRONT);
    let side = set.interaural_time_difference(Direction::new(90.0, 0.0));
    assert!(front.abs() < 5e-6 && (550e-6..850e-6).contains(&side), "{front} {side}");
}

#[test]
fn delays_and_responses_move_without_steps() {
    let set = HrtfSet::built_in();
    let (mut before, mut now) = (HrirPair::default(), HrirPair::default());
    for elevation in [-89.0, -55.0, -40.0, 0.0, 45.0] {
        set.response(Direction::new(-180.0, elevation), &mut before);
        for tenth in -1799..=1800 {
            set.response(Direction::new(f64::from(tenth) / 10.0, elevation), &mut now);
            assert!((now.delay_left - before.delay_left).abs() < 0.15, "{elevation} {tenth}");
            let step = now.left.iter().zip(&before.left).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            let peak = now.left.iter().fold(0.0_f32, |peak, s| peak.max(s.abs()));
            assert!(step < 0.08 * peak, "{elevation}° {tenth}: {step} of {peak}");
            std::mem::swap(&mut before, &mut now);
        }
    }
}

#[test]
fn below_the_measured_sphere_nothing_is_lost() {
    let set = HrtfSet::built_in();
    let mut pair = HrirPair::default();
    set.response(Direction::new(0.0, -40.0), &mut pair);
    let power =
        |pair: &HrirPair| pair.left.iter().chain(&pair.right).map(|s| f64::from(*s).powi(2)).sum::<f64>();
    let rim = power(&pair);
    set.response(Direction::new(0.0, -90.0), &mut pair);
    assert!((10.0 * (power(&pair) / rim).log10()).abs() < 3.0);
    assert!(set.interaural_time_difference(Direction::new(0.0, -90.0)).abs() < 20e-6);
}

#[test]
fn a_ring_and_a_half_sphere_serve_all_round() {
    let ring: Vec<Direction> = (0..24).map(|i| Direction::new(f64::from(i) * 15.0, 0.0)).collect();
    let upper = rings(20, 0);
    let four = [0.0, 90.0, 180.0, 270.0].map(|azimuth| Direction::new(azimuth, 0.0)).to_vec();
    for directions in [ring, upper, four] {
        let set = HrtfSet::new(sphere_head(directions, 128, 0.0)).unwrap();
        assert!(error_at_measured(&set) < -120.0);
        let mut pair = HrirPair::default();
        for i in 0..500 {
            set.response(Direction::new(f64::from(i) * 77.7, f64::from(i % 181) - 90.0), &mut pair);
            assert!(pair.left.iter().chain(&pair.right).all(|s| s.is_finite()));
            assert!(pair.left.iter().any(|s| s.abs() > 0.05));
            assert!((0.0..=set.longest_delay()).contains(&pair.delay_left));
        }
    }
}

#[test]
fn what_cannot_serve_is_refused_with_the_reason() {
    let good = sphere_head(rings(30, -60), 128, 0.0);
    let reason = |change: &dyn Fn(&mut Measurements)| {
        let mut bad = good.clone();
        change(&mut bad);
        HrtfSet::new(bad).unwrap_err().to_string()
    };
    assert!(reason(&|m| m.responses[77] = f32::NAN).contains("finite"));
    assert!(reason(&|m| m.responses.fill(0.0)).contains("silent"));
    assert!(reason(&|m| m.taps = 127).contains("fit together"));
    let few = |m: &mut Measurements| *m = sphere_head(rings(30, -60)[..3].to_vec(), 128, 0.0);
    assert!(reason(&few).contains("M = 3"));
}
