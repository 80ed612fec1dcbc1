//! Knobs of a desk that are turned while it plays.

use std::thread;
use std::time::{Duration, Instant};

use renderer::deliver::Deliverable;
use renderer::live::Event;

use crate::desk::{play, scene, text};
use crate::support::{PATIENCE, pull, pull_until, rendered, roughness, tone};

/// Second differences of the sine at full level are at most a · (2π · 220 / 48 000)².
const TONE_BEND: f32 = 0.000_83 * 0.25;
/// The tone in front goes to both loudspeakers, 3 dB down.
const LEVEL: f32 = 0.25 * std::f32::consts::FRAC_1_SQRT_2;

fn fader(gain_db: f64) -> String {
    format!(r#"<chain><fader gain="{gain_db}"/></chain>"#)
}

/// A bell that moves, and a compressor that listens to what comes out of it.
fn bell(step: u32) -> String {
    let (hertz, gain_db) = (150.0 + 20.0 * f64::from(step), 6.0 - 0.3 * f64::from(step));
    format!(
        r#"<chain><eq><bell frequency="{hertz}" gain="{gain_db}" q="2"/></eq><compressor threshold="-30"/><fader gain="-3"/></chain>"#
    )
}

/// What a job renders of a scene.
fn job_of(tracks: &[&str], rest: &str, name: &str) -> Vec<f32> {
    let file = tone().with_file_name(name);
    std::fs::write(&file, text(tracks, rest)).unwrap();
    rendered(&file, Deliverable::by_name("stereo").unwrap())
}

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

#[test]
fn gains_that_are_turned_end_as_the_bits_of_the_new_scene() {
    let (first, last) = (fader(0.0), fader(-12.0));
    let bus = |gain_db: f64| format!(r#"<bus role="effects">{}</bus>"#, fader(gain_db));
    let expected = job_of(&["", &last], &bus(-6.0), "gains.xml");
    let (handle, mut processor) = play(scene(&["", &first], &bus(0.0)));
    let mut found = pull(&mut processor, &[64], 48_000);
    for step in 1..=12 {
        let step = f64::from(step);
        handle.set_strips(Box::new(scene(&["", &fader(-step)], &bus(-step / 2.0))));
        found.extend(pull(&mut processor, &[64], 1_600));
    }
    let frames = found.len() / 2;
    found.extend(pull(&mut processor, &[64], 48_000));
    let arrived = 2 * (frames + 24_000);
    let differs =
        found[arrived..].iter().zip(&expected[arrived..]).position(|(a, b)| a.to_bits() != b.to_bits());
    assert_eq!(differs, None);
    assert!(roughness(&found, 0, 2) < 2.5 * 2.0 * TONE_BEND, "{}", roughness(&found, 0, 2));
    // And so it is from any other place.
    handle.seek(96_000);
    pull(&mut processor, &[64], 24_000);
    let at = handle.position() as usize;
    let found = pull(&mut processor, &[64], 9_600);
    assert_eq!(found[..], expected[2 * at..][..found.len()]);
}

#[test]
fn filters_and_dynamics_settle_to_the_new_scene_without_a_click() {
    let expected = job_of(&[&bell(20)], "", "filters.xml");
    let (handle, mut processor) = play(scene(&[&bell(0)], ""));
    let mut found = pull(&mut processor, &[64], 48_000);
    for step in 1..=20 {
        handle.set_strips(Box::new(scene(&[&bell(step)], "")));
        found.extend(pull(&mut processor, &[64], 1_600));
    }
    found.extend(pull(&mut processor, &[64], 96_000));
    assert!(roughness(&found, 0, 2) < 4.0 * TONE_BEND, "{}", roughness(&found, 0, 2));
    let settled = found.len() - 48_000;
    for (found, expected) in found[settled..].iter().zip(&expected[settled..]) {
        // What filters and envelopes remember dies away by then to what single precision rounds.
        assert!((found - expected).abs() < 1e-5, "{found} {expected}");
    }
    assert!(handle.events().iter().all(|event| !matches!(event, Event::Failed { .. })));
}

#[test]
fn a_scene_that_differs_by_more_is_left_to_set_scene() {
    let (handle, mut processor) = play(scene(&[""], ""));
    pull(&mut processor, &[64], 9_600);
    let gated = r#"<chain><gate threshold="-80"/><fader gain="-40"/></chain>"#;
    handle.set_strips(Box::new(scene(&[gated], "")));
    thread::sleep(Duration::from_millis(100));
    let found = pull(&mut processor, &[64], 24_000);
    assert!((peak(&found[40_000..]) - LEVEL).abs() < 1e-3, "{}", peak(&found[40_000..]));
    handle.set_scene(Box::new(scene(&[gated], "")));
    pull_until(&handle, &mut processor, |event| *event == Event::SceneReady);
    pull(&mut processor, &[64], 4_800);
    // Only parameters differ: it is told at once, and heard.
    handle.set_scene(Box::new(scene(&[&gated.replace("-40", "0")], "")));
    pull_until(&handle, &mut processor, |event| *event == Event::SceneReady);
    pull(&mut processor, &[64], 24_000);
    assert!((peak(&pull(&mut processor, &[64], 4_800)) - LEVEL).abs() < 1e-3);
}

/// Nothing is left of what was rendered before.
#[test]
fn what_is_turned_in_a_pause_is_there_when_it_goes_on() {
    let (handle, mut processor) = play(scene(&[""], ""));
    pull(&mut processor, &[64], 24_000);
    // On a busy machine it may take longer than it is waited for.
    let is_there = (1..=6_u32).any(|attempt| {
        handle.pause();
        pull(&mut processor, &[64], 4_800);
        let gain_db = -6.0 * f64::from(attempt);
        handle.set_strips(Box::new(scene(&[&fader(gain_db)], "")));
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(300) * attempt {
            pull(&mut processor, &[64], 64);
            thread::sleep(Duration::from_millis(1));
        }
        handle.play();
        let found = peak(&pull(&mut processor, &[64], 9_600));
        assert!(begun.elapsed() < PATIENCE);
        found < 1.02 * LEVEL * 10f32.powf(gain_db as f32 / 20.0)
    });
    assert!(is_there);
}

#[test]
fn the_device_thread_takes_no_memory_while_strips_are_turned() {
    let (handle, mut processor) = play(scene(&[&bell(0), ""], ""));
    let control = thread::spawn(move || {
        for step in 0..40 {
            handle.set_strips(Box::new(scene(&[&bell(step), &fader(-f64::from(step))], "")));
            thread::sleep(Duration::from_millis(15));
        }
        handle
    });
    let mut out = [0.0; 128];
    while !control.is_finished() {
        let taken = allocation_counter::measure(|| processor.process(&mut out));
        assert_eq!((taken.count_total, taken.count_current), (0, 0));
        thread::sleep(Duration::from_micros(1_333));
    }
    assert!(peak(&out) > 0.001);
    drop(control.join().unwrap());
}
