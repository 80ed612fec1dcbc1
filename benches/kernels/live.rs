//! Live playback of 128 moving objects in blocks of 64: what of its time the device's thread takes, and what of theirs the
//! threads that render. The yardstick is the deadline.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use hrtf::HrtfSet;
use proscenium_benches::file::{Sound, write_scene};
use proscenium_benches::scene::{Motion, Scene};
use proscenium_benches::timing::table;
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
    Ok(())
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
    let silence = until_silent(&handle, &mut processor, &mut out);
    println!("  {name:<12} rendering, longest             {:>10}", percent(telemetry.peak_load));
    println!("  {name:<12} from a change to its first sample, mean {:>5.1} ms", silence * 1e3);
    Ok(())
}

/// Seconds from muting everything to where the fade to silence begins, the mean of some times.
fn until_silent(handle: &Handle, processor: &mut Processor, out: &mut [f32]) -> f64 {
    const TIMES: usize = 24;
    // Gains go through one block of the engine.
    const FADE: usize = 1_024;
    let mut pull = |out: &mut [f32]| {
        while processor.ready(BLOCK) < BLOCK {
            thread::sleep(Duration::from_micros(50));
        }
        thread::sleep(Duration::from_secs_f64(BLOCK as f64 / RATE));
        processor.process(out);
    };
    let mut frames = 0;
    handle.seek(0);
    for time in 0..TIMES {
        for mute in [false, true] {
            (0..128).for_each(|item| handle.set_mute(item, mute));
            // Another place within a block each time.
            let most = if mute { usize::MAX } else { 64 + 5 * time };
            for block in 1..=most {
                pull(out);
                if mute && out.iter().all(|sample| *sample == 0.0) {
                    frames += (block * BLOCK).saturating_sub(FADE);
                    break;
                }
            }
        }
    }
    frames as f64 / TIMES as f64 / RATE
}
