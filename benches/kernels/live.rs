//! Live playback of 128 moving objects in blocks of 64: what of its time the device's thread takes, and what of theirs the
//! threads that render. The yardstick is the deadline. Then how long a change by hand is on its way, at a device in real time: of
//! those objects, and of the faders of a desk.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use hrtf::HrtfSet;
use proscenium_benches::desk;
use proscenium_benches::file::{Sound, write_scene};
use proscenium_benches::scene::{Motion, Scene};
use proscenium_benches::timing::table;
use renderer::live::mock_device::{MockDevice, Pace};
use renderer::live::{self, Handle, Options, Output, Processor, Source};
use renderer::monitor::binaural::Headphones;

const RATE: f64 = 48_000.0;
const BLOCK: usize = 64;
const SECONDS: u64 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("objects.wav");
    let scene =
        Scene { seconds: SECONDS, has_bed: false, objects: 128, motion: Motion::Points, blocks: None };
    write_scene(&file, &scene, Sound::Dense)?;
    table("128 moving objects, live, blocks of 64", "part of the deadline");
    let headphones = Headphones::new(Arc::new(HrtfSet::built_in()));
    for output in [Output::by_name("7.1.4")?, Output::headphones(headphones)] {
        play(&file, output)?;
    }
    turn(folder.path())
}

/// The faders of a scene of 32 full strips.
fn turn(folder: &Path) -> Result<(), Box<dyn Error>> {
    let file = desk::write(folder, 32, SECONDS)?;
    let mut scene = formats::scene::read(&std::fs::read_to_string(file)?).scene.ok_or("no scene")?;
    // Rooms would go on sounding.
    scene.tracks.iter_mut().for_each(|track| track.chain.sends.clear());
    let mut silent = scene.clone();
    for fader in silent.tracks.iter_mut().filter_map(|track| track.chain.fader.as_mut()) {
        fader.gain_db = f64::NEG_INFINITY;
    }
    let source = Source::Scene { scene: Box::new(scene.clone()), folder: folder.to_path_buf() };
    let options = Options { device_block: BLOCK, ..Options::new(Output::by_name("7.1.4")?) };
    let (handle, mut processor) = live::open(source, options)?;
    table("32 strips of a desk, live", "from a fader to its first sample");
    for block in [BLOCK, 8 * BLOCK] {
        let silence = |is_silent| {
            handle.set_strips(Box::new(if is_silent { silent.clone() } else { scene.clone() }));
        };
        processor = tell_waits("desk", &handle, (processor, block), &silence)?;
    }
    println!("  {:<12} underruns                      {:>10}", "desk", handle.telemetry().underruns);
    Ok(())
}

/// Tells how long changes are on their way.
fn tell_waits(
    name: &str,
    handle: &Handle,
    (processor, block): (Processor, usize),
    silence: &dyn Fn(bool),
) -> Result<Processor, Box<dyn Error>> {
    let (waits, processor) = waits_for_a_change(handle, (processor, block), silence)?;
    let mean = waits.iter().sum::<f64>() / waits.len() as f64;
    let (least, most) = waits.iter().fold((f64::MAX, 0.0_f64), |(a, b), wait| (a.min(*wait), b.max(*wait)));
    println!(
        "  {name:<12} from a change to its first sample, blocks of {block:<4} {:>5.1} ms ({:.1} … {:.1})",
        mean * 1e3,
        least * 1e3,
        most * 1e3
    );
    Ok(processor)
}

fn play(file: &Path, output: Output) -> Result<(), Box<dyn Error>> {
    let name = output.name().to_owned();
    let options = Options { device_block: BLOCK, ..Options::new(output) };
    let (handle, mut processor) = live::open(Source::File(file.to_path_buf()), options)?;
    let mut out = vec![0.0; BLOCK * processor.channels()];
    handle.play();
    let blocks = (SECONDS as usize - 1) * RATE as usize / BLOCK;
    let (mut all, mut longest) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..blocks {
        while processor.ready(BLOCK) < BLOCK {
            thread::sleep(Duration::from_micros(50));
        }
        let begun = Instant::now();
        processor.process(&mut out);
        let spent = begun.elapsed();
        (all, longest) = (all + spent, longest.max(spent));
    }
    let telemetry = handle.telemetry();
    let deadline = BLOCK as f64 / RATE;
    let percent = |part: f64| format!("{:.2} %", part * 100.0);
    println!(
        "  {name:<12} device's thread, mean          {:>10}",
        percent(all.as_secs_f64() / blocks as f64 / deadline)
    );
    println!("  {name:<12} device's thread, longest       {:>10}", percent(longest.as_secs_f64() / deadline));
    println!("  {name:<12} rendering, mean (blocks of 1024) {:>8}", percent(telemetry.load));
    println!("  {name:<12} rendering, longest             {:>10}", percent(telemetry.peak_load));
    for block in [BLOCK, 8 * BLOCK] {
        let silence = |is_muted| (0..128).for_each(|item| handle.set_mute(item, is_muted));
        processor = tell_waits(&name, &handle, (processor, block), &silence)?;
    }
    println!("  {name:<12} underruns                      {:>10}", handle.telemetry().underruns);
    Ok(())
}

/// Seconds from asking for what is silent to be heard until the block leaves the processor that has their first sample,
/// some times.
fn waits_for_a_change(
    handle: &Handle,
    (processor, block): (Processor, usize),
    silence: &dyn Fn(bool),
) -> Result<(Vec<f64>, Processor), Box<dyn Error>> {
    const TIMES: u32 = 24;
    const SILENCE: Duration = Duration::from_millis(150);
    let (heard, first) = mpsc::channel();
    let mut was_silent = false;
    let sink = move |block: &[f32]| {
        let is_silent = block.iter().all(|sample| *sample == 0.0);
        if was_silent && !is_silent {
            // Nobody listens at the end.
            let _ = heard.send(Instant::now());
        }
        was_silent = is_silent;
    };
    handle.seek(0);
    handle.play();
    let device = MockDevice::start_into(processor, block, Pace::RealTime(RATE as u32), Box::new(sink))?;
    let mut waits = Vec::new();
    for time in 0..TIMES {
        silence(true);
        // Another place within a block each time.
        thread::sleep(SILENCE + Duration::from_micros(1_700 * u64::from(time)));
        while first.try_recv().is_ok() {}
        let asked = Instant::now();
        silence(false);
        waits.push((first.recv_timeout(Duration::from_secs(5))? - asked).as_secs_f64());
        thread::sleep(SILENCE / 3);
    }
    let processor = device.stop().ok_or("the device's thread is gone")?;
    Ok((waits, processor))
}
