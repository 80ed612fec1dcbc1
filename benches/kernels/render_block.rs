//! Goals 4 and 4b: 118 moving objects and a bed of ten channels to 7.1.4, one thread, items and gains ready.
//! The yardstick in this process is the loop that one would write first: every object into every loudspeaker
//! with a ramp in f64. Then the engine alone with one thread and with two, without files: what rendering itself
//! gains from a second core.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::hint::black_box;

use proscenium_benches::job;
use proscenium_benches::scene::{Motion, RATE, Scene};
use proscenium_benches::timing::{best_of, row, table};
use proscenium_benches::yardstick::{LIBEAR_DIFFUSE, LIBEAR_OBJECTS, Yardstick};

const SECONDS: u64 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let naive = Yardstick { name: "plain loop, here", value: naive() };
    table("118 moving objects and a bed of 10 to 7.1.4, one thread", "ns per object-sample");
    let objects = |motion| Scene { seconds: SECONDS, has_bed: true, objects: 118, motion, blocks: None };
    row("points", measure(&objects(Motion::Points), 1)?, &[LIBEAR_OBJECTS, naive], false);
    let diffuse = measure(&objects(Motion::Quarter), 1)?;
    row("a quarter with extent and diffuse", diffuse, &[LIBEAR_DIFFUSE, naive], false);

    table("The engine without files, to 7.1.4, two threads", "ns per object-sample");
    for (name, scene) in [
        ("60 s of film, a bed and 10 objects", Scene::FILM),
        ("118 objects every 32 ms, a third with size", Scene { seconds: SECONDS, ..Scene::ATMOS }),
    ] {
        let one = Yardstick { name: "one thread", value: measure(&scene, 1)? };
        row(name, measure(&scene, 2)?, &[one], false);
    }
    Ok(())
}

fn measure(scene: &Scene, threads: usize) -> Result<f64, Box<dyn Error>> {
    let (items, frames) = (job::items(scene)?, scene.seconds * u64::from(RATE));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let mut failed = None;
    // A new engine each time, as a render starts; its preparation and that of its input is measured apart and taken off.
    let ready = || job::engine(&items, "4+7+0", frames, threads).map(|engine| (job::blocks(&engine), engine));
    let prepared = pool.install(|| best_of(5, || ready().is_ok()));
    let seconds = pool.install(|| {
        best_of(5, || {
            let result = ready().and_then(|(blocks, mut engine)| job::render(&mut engine, blocks));
            if let Err(error) = result {
                failed = Some(error.to_string());
            }
        })
    });
    match failed {
        Some(error) => Err(error.into()),
        None => Ok((seconds - prepared) * 1e9 / (frames as f64 * f64::from(scene.tracks()))),
    }
}

/// ns per object-sample of the plain loop to twelve loudspeakers.
fn naive() -> f64 {
    const FRAMES: usize = 48_000;
    const SPEAKERS: usize = 12;
    let input: Vec<f32> = (0..FRAMES).map(|n| (n as f32 * 0.01).sin()).collect();
    let mut output = vec![vec![0f32; FRAMES]; SPEAKERS];
    let seconds = best_of(5, || {
        for (speaker, out) in output.iter_mut().enumerate() {
            let (from, to) = (0.1 * speaker as f64, 0.9 - 0.05 * speaker as f64);
            for (frame, (out, sample)) in out.iter_mut().zip(&input).enumerate() {
                let gain = from + (to - from) * frame as f64 / FRAMES as f64;
                *out += (f64::from(*sample) * gain) as f32;
            }
        }
        black_box(&mut output);
    });
    seconds * 1e9 / FRAMES as f64
}
