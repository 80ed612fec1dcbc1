//! The bits of a job, no clicks, and no memory on the device's thread.

use std::thread;
use std::time::{Duration, Instant};

use formats::adm::{CartesianPosition, ObjectPosition};
use formats::bw64::{AudioFormat, Planar, SampleFormat, Writer, WriterSpec};
use renderer::deliver::Deliverable;
use renderer::live::{
    self, Event, Listen, Monitor, ObjectEdit, ObjectKind, Options, Output, SHORTEST_LOOP, Source,
};

use crate::support::{
    PATIENCE, headphones, master, open, pull, pull_until, rendered, roughness, stereo, tone,
};

/// Second differences of a sine of 220 Hz at 48 kHz and amplitude `a` are at most a · (2π · 220 / 48 000)².
const TONE_BEND: f32 = 0.000_83;

#[test]
fn live_has_the_bits_of_a_job_whatever_the_blocks() {
    let cases: [(Output, Deliverable); 3] = [
        (Output::by_name("7.1.4").unwrap(), Deliverable::by_name("7.1.4").unwrap()),
        (stereo(), Deliverable::by_name("stereo").unwrap()),
        (Output::headphones(headphones()), Deliverable::headphones(headphones())),
    ];
    let frames = 200_000;
    for (output, deliverable) in cases {
        let expected = rendered(&master(), deliverable);
        for blocks in [&[32][..], &[480], &[1024], &[64, 7, 1000]] {
            let (handle, mut processor) = open(output.clone());
            handle.play();
            let found = pull(&mut processor, blocks, frames);
            let same = found.iter().zip(&expected).position(|(a, b)| a.to_bits() != b.to_bits());
            assert_eq!(same, None, "{} in blocks of {blocks:?}", output.name());
            assert_eq!(handle.telemetry().underruns, 0);
        }
    }
}

#[test]
fn the_end_comes_after_the_last_sample() {
    let expected = rendered(&master(), Deliverable::by_name("stereo").unwrap());
    let (handle, mut processor) = open(stereo());
    handle.play();
    let found = pull(&mut processor, &[512], expected.len() / 2 + 4096);
    assert_eq!(found[..expected.len()], expected[..]);
    assert!(found[expected.len()..].iter().all(|sample| *sample == 0.0));
    let begun = Instant::now();
    while !handle.events().contains(&Event::Ended) {
        assert!(begun.elapsed() < PATIENCE);
        thread::sleep(Duration::from_millis(1));
    }
    assert!(!handle.is_playing());
    assert_eq!(handle.position(), handle.frames());
}

/// The device's thread may ask for samples before the engine's has made what the seek to the start needs.
#[test]
fn at_its_end_it_begins_again() {
    let (handle, mut processor) = open(stereo());
    for block in [64, 512, 1024] {
        handle.seek(handle.frames() - 2_000);
        thread::sleep(Duration::from_millis(50));
        handle.play();
        let begun = Instant::now();
        while handle.is_playing() {
            assert!(begun.elapsed() < PATIENCE);
            pull(&mut processor, &[block], block);
            thread::sleep(Duration::from_millis(1));
        }
        handle.play();
        for _ in 0..100 {
            pull(&mut processor, &[block], block);
            thread::sleep(Duration::from_micros(500));
        }
        let (position, end) = (handle.position(), handle.frames());
        assert!(handle.is_playing() && position > 0 && position < end, "block {block}: {position} of {end}");
    }
}

#[test]
fn a_seek_and_a_loop_reach_the_samples_they_name() {
    let expected = rendered(&master(), Deliverable::by_name("stereo").unwrap());
    let (handle, mut processor) = open(stereo());
    handle.seek(100_000);
    handle.set_loop(Some(99_000..110_001));
    thread::sleep(Duration::from_millis(50));
    handle.play();
    let found = pull(&mut processor, &[128], 40_000);
    // Fades take a few milliseconds at the start.
    for (frame, pair) in found.chunks_exact(2).enumerate().skip(1_000) {
        let at = 100_000 + frame;
        let at = if at < 110_001 { at } else { 99_000 + (at - 110_001) % 11_001 };
        let wanted = &expected[2 * at..2 * at + 2];
        // What decorrelators remember differs at a loop's seam only by what came before.
        assert!(
            pair.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-6),
            "frame {frame}: {pair:?} {wanted:?}"
        );
    }
    handle.set_loop(None);
    handle.seek(48_000);
    let begun = Instant::now();
    while !(48_000..60_000).contains(&handle.position()) {
        assert!(begun.elapsed() < PATIENCE);
        pull(&mut processor, &[128], 128);
    }
}

#[test]
fn nothing_that_is_changed_clicks() {
    let (handle, mut processor) = live::open(
        Source::File(tone()),
        Options { channels: Some(2), ..Options::new(Output::headphones(headphones())) },
    )
    .unwrap();
    handle.play();
    pull(&mut processor, &[64], 48_000);
    let place = |x: f64| ObjectPosition::Cartesian(CartesianPosition { x, y: 0.7, z: 0.2 });
    let mut all = Vec::new();
    for step in 0..40 {
        let edit =
            ObjectEdit { position: Some(place(f64::from(step % 20) / 10.0 - 1.0)), ..Default::default() };
        handle.edit_object(0, edit);
        handle.set_head(f64::from(step), 0.0, 0.0);
        handle.set_monitor(Monitor { dim: step % 7 == 3, ..Monitor::default() });
        handle.set_mute(0, step % 11 == 5);
        all.extend(pull(&mut processor, &[64], 1_600));
    }
    handle.release_objects();
    handle.set_mute(0, false);
    for name in ["7.1.4", "stereo"] {
        handle.set_output(Output::by_name(name).unwrap());
        all.extend(pull_until(&handle, &mut processor, |event| matches!(event, Event::OutputReady { .. })));
        all.extend(pull(&mut processor, &[64], 4_800));
    }
    handle.set_output(Output::headphones(headphones()));
    all.extend(pull_until(&handle, &mut processor, |event| matches!(event, Event::OutputReady { .. })));
    for sample in [90_000, 5_000, 700_000] {
        handle.seek(sample);
        all.extend(pull(&mut processor, &[64], 9_600));
    }
    handle.pause();
    all.extend(pull(&mut processor, &[64], 1_000));
    handle.play();
    all.extend(pull(&mut processor, &[64], 4_800));
    for channel in 0..2 {
        let found = roughness(&all, channel, 2);
        // A fade of 5 ms bends the tone by a little more; a click by a tenth of it would bend it by 0.025.
        assert!(found < 4.0 * TONE_BEND, "channel {channel}: {found}");
    }
    assert!(all.iter().any(|sample| sample.abs() > 0.1), "the tone is there");
    assert_eq!(handle.telemetry().underruns, 0);
}

#[test]
fn the_device_thread_takes_no_memory() {
    let (handle, mut processor) = open(Output::by_name("5.1").unwrap());
    let controls = handle.clone();
    let control = thread::spawn(move || {
        let place = |x: f64| ObjectPosition::Cartesian(CartesianPosition { x, y: 1.0, z: 0.0 });
        for round in 0_u64..40 {
            controls.play();
            controls.seek(round * 9_000);
            controls.edit_object(16, ObjectEdit { position: Some(place(0.1)), ..Default::default() });
            controls.set_output(Output::by_name(["7.1.4", "stereo"][round as usize % 2]).unwrap());
            controls.set_monitor(Monitor { gain_db: -(round as f64), ..Monitor::default() });
            if round == 20 {
                controls.set_output(Output::headphones(headphones()));
                controls.pause();
            }
            thread::sleep(Duration::from_millis(40));
        }
    });
    let mut out = vec![0.0; 64 * processor.channels()];
    let mut heard = 0.0_f32;
    while !control.is_finished() {
        let taken = allocation_counter::measure(|| processor.process(&mut out));
        assert_eq!((taken.count_total, taken.count_current), (0, 0));
        heard = out.iter().fold(heard, |peak, sample| peak.max(sample.abs()));
        thread::sleep(Duration::from_micros(1_333));
    }
    control.join().unwrap();
    assert!(heard > 0.001);
}

#[test]
fn a_reference_is_brought_to_the_level_of_the_programme() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("reference.wav");
    let expected = rendered(&master(), Deliverable::by_name("stereo").unwrap());
    let format = AudioFormat::new(2, 48_000, SampleFormat::Float32);
    let frames = expected.len() / 2;
    let spec = WriterSpec { format, frames: Some(frames as u64), dither: None };
    let mut writer = Writer::create(&file, &spec).unwrap();
    let mut block = Planar::<f32>::new(2, frames);
    for channel in 0..2 {
        for (n, sample) in block.channel_mut(channel).iter_mut().enumerate() {
            *sample = expected[2 * n + channel] * 0.25;
        }
    }
    writer.write_planar(&block).unwrap();
    writer.finish().unwrap();
    let (handle, mut processor) = open(stereo());
    handle.set_reference(Some(file));
    handle.play();
    pull_until(&handle, &mut processor, |event| matches!(event, Event::ReferenceReady { .. }));
    handle.seek(0);
    handle.reset_meters();
    pull(&mut processor, &[256], 400_000);
    let begun = Instant::now();
    while handle.telemetry().loudness.integrated.is_none() {
        assert!(begun.elapsed() < PATIENCE);
        thread::sleep(Duration::from_millis(5));
    }
    handle.listen(Listen::Reference);
    pull(&mut processor, &[256], 24_000);
    let telemetry = handle.telemetry();
    assert_eq!(telemetry.listening, Listen::Reference);
    // The reference is 12.04 dB quieter; up to here the programme is about as loud as the whole.
    let matched = telemetry.matched_db.unwrap();
    assert!((matched - 12.04).abs() < 1.5, "{matched}");
    let at = handle.position() as usize;
    let found = pull(&mut processor, &[256], 2_560);
    let gain = 0.25 * 10f64.powf(matched / 20.0) as f32;
    for (found, expected) in found.iter().zip(&expected[2 * at..]) {
        assert!((found - expected * gain).abs() < 1e-5, "{found} {expected}");
    }
    handle.listen(Listen::Programme);
    pull(&mut processor, &[256], 24_000);
    let at = handle.position() as usize;
    let found = pull(&mut processor, &[256], 2_560);
    assert_eq!(found[..], expected[2 * at..][..found.len()]);
    // Back again before the one that was left has died away.
    for _ in 0..3 {
        for to in [Listen::Reference, Listen::Programme] {
            handle.listen(to);
            pull(&mut processor, &[64], 192);
        }
    }
    pull(&mut processor, &[256], 24_000);
    assert_eq!(handle.telemetry().listening, Listen::Programme);
    let failed = |event: &Event| matches!(event, Event::Failed { .. });
    assert!(!handle.events().iter().any(failed));
    let at = handle.position() as usize;
    let found = pull(&mut processor, &[256], 2_560);
    assert_eq!(found[..], expected[2 * at..][..found.len()]);
}

/// Forty places that were gone to would be a second of sound.
#[test]
fn what_is_not_played_does_not_count_for_the_loudness() {
    let (handle, mut processor) = open(stereo());
    for place in 0..40 {
        handle.seek(place * 12_000);
        thread::sleep(Duration::from_millis(8));
        pull(&mut processor, &[256], 256);
    }
    thread::sleep(Duration::from_millis(200));
    assert_eq!(handle.telemetry().loudness.integrated, None);
}

/// A loop of ten samples lasts as long as the shortest one, to the sample.
#[test]
fn no_loop_is_too_short_to_be_played() {
    let expected = rendered(&master(), Deliverable::by_name("stereo").unwrap());
    let (handle, mut processor) = open(stereo());
    let start = 60_000_usize;
    handle.set_loop(Some(start as u64..start as u64 + 10));
    handle.seek(start as u64);
    handle.play();
    let length = SHORTEST_LOOP as usize;
    let found = pull(&mut processor, &[64], 10 * length);
    // The first frames rise from silence.
    for (turn, heard) in found.chunks(2 * length).enumerate().skip(1) {
        assert_eq!(heard, &expected[2 * start..][..2 * length], "turn {turn}");
    }
    assert_eq!(handle.telemetry().underruns, 0);
}

#[test]
fn items_have_names_numbers_and_levels() {
    let (handle, mut processor) = open(stereo());
    let objects = handle.objects();
    let numbered: Vec<_> = objects.iter().filter_map(|object| object.number).collect();
    assert!(!numbered.is_empty() && numbered == (1..=numbered.len()).collect::<Vec<_>>());
    assert!(objects.iter().all(|object| !object.name.is_empty()));
    assert!(objects.iter().any(|object| object.kind == ObjectKind::Bed));
    handle.seek(96_000);
    handle.play();
    pull(&mut processor, &[256], 48_000);
    let begun = Instant::now();
    loop {
        let telemetry = handle.telemetry();
        let there = telemetry.objects.len() == objects.len()
            && telemetry.objects.iter().any(|level| *level > 0.01)
            && telemetry.channels.iter().all(|channel| channel.rms > 0.0 && channel.peak >= channel.rms)
            && telemetry.loudness.momentary.is_some();
        if there {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{telemetry:?}");
        pull(&mut processor, &[256], 2_560);
    }
}

#[test]
fn a_scene_has_the_bits_of_its_render_and_can_be_replaced_while_it_plays() {
    let file = tone();
    let expected = rendered(&file, Deliverable::by_name("5.1").unwrap());
    let text = std::fs::read_to_string(&file).unwrap();
    let options = Options::new(Output::by_name("5.1").unwrap());
    let (handle, mut processor) = live::open(Source::File(file), options).unwrap();
    assert_eq!(handle.objects()[0].track, Some(0));
    handle.play();
    let found = pull(&mut processor, &[480], 96_000);
    assert_eq!(found.iter().zip(&expected).position(|(a, b)| a.to_bits() != b.to_bits()), None);
    let moved = text.replace("azimuth=\"0\"", "azimuth=\"110\"");
    let scene = formats::scene::read(&moved).scene.unwrap();
    handle.set_scene(Box::new(scene));
    let all = pull_until(&handle, &mut processor, |event| *event == Event::SceneReady);
    let after = pull(&mut processor, &[64], 9_600);
    // In front it was on the centre alone; at 110° it is on the left surround alone.
    let loudest = |samples: &[f32], channel: usize| {
        samples.iter().skip(channel).step_by(6).fold(0.0_f32, |peak, sample| peak.max(sample.abs()))
    };
    let last = &after[after.len() / 2..];
    assert!(loudest(&all, 2) > 0.2 && loudest(last, 2) == 0.0 && loudest(last, 4) > 0.2);
    for channel in [2, 4] {
        assert!(roughness(&[&all[..], &after].concat(), channel, 6) < 4.0 * TONE_BEND);
    }
}
