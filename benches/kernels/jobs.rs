//! Goal 8: a whole job, 128 tracks of a BW64 file to 7.1.4 and a 24-bit file: read, decode, render, measure loudness
//! and true peak, encode and write, one after the other.
//! `benches/run.sh` times the command, which overlaps reading and writing with rendering.
//! And a delivery of six: one pass, each measured, corrected, written, read back, measured again and summed, beside the dearest of
//! them delivered alone.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use formats::bw64::{AudioFormat, Planar, Reader, SampleFormat, Writer, WriterSpec};
use formats::scene::chain::MasterChain;
use proscenium_benches::file::{Sound, write_scene};
use proscenium_benches::job;
use proscenium_benches::scene::{RATE, Scene};
use proscenium_benches::timing::{best_of, row, table};
use proscenium_benches::yardstick::{PEERS_CHAINED, Yardstick};
use renderer::deliver::package::{
    Content, DEFAULT_TEMPLATE, Package, RenderRequest, Request, Wanted, WantedRender,
};
use renderer::deliver::{BINAURAL, Deliverable, Job};
use renderer::items::RenderItem;
use renderer::layout::Layout;
use renderer::loudness::{Measures, Meter, MeterChannel, Specification};
use renderer::monitor::binaural::Headphones;

const SECONDS: u64 = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (input, output) = (folder.path().join("in.wav"), folder.path().join("out.wav"));
    let scene = Scene { seconds: SECONDS, objects: 118, ..Scene::FILM };
    write_scene(&input, &scene, Sound::Dense)?;
    let items = job::items(&scene)?;

    table("128 tracks to 7.1.4 and 24 bits with loudness and true peak, warm", "× real time");
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        let mut failed = None;
        let seconds = pool.install(|| {
            best_of(3, || {
                if let Err(error) = run(&input, &output, &items, threads) {
                    failed = Some(error.to_string());
                }
            })
        });
        if let Some(error) = failed {
            return Err(error.into());
        }
        row(&format!("{threads} thread(s)"), SECONDS as f64 / seconds, &[PEERS_CHAINED], true);
    }
    deliveries(folder.path(), "A minute of film", &Scene::FILM)?;
    deliveries(folder.path(), "118 objects every 32 ms", &Scene::ATMOS)
}

/// What the six deliverables are.
const DELIVERABLES: [&str; 6] =
    ["ebu-r128:7.1.4", "ebu-r128:5.1.4", "ebu-r128:5.1", "ebu-r128:stereo", "ebu-r128:binaural", "none:hoa3"];

/// Six deliverables of a scene, and the dearest of them alone.
fn deliveries(folder: &Path, name: &str, scene: &Scene) -> Result<(), Box<dyn Error>> {
    let input = folder.join("master.wav");
    write_scene(&input, scene, Sound::Dense)?;
    table(&format!("{name}, delivered, warm, two processors"), "s");
    let time = |wanted: &[&str]| {
        let mut failed = None;
        let seconds = best_of(3, || {
            if let Err(error) = deliver(&input, &folder.join("out"), wanted) {
                failed = Some(error.to_string());
            }
        });
        failed.map_or(Ok(seconds), Err)
    };
    let mut dearest = Yardstick { name: "1.5 × the dearest alone", value: 0.0 };
    for wanted in DELIVERABLES {
        let alone = time(&[wanted])?;
        row(wanted, alone, &[], false);
        dearest.value = dearest.value.max(1.5 * alone);
    }
    row("all six", time(&DELIVERABLES)?, &[dearest], false);
    Ok(())
}

/// Delivers to `folder`, whatever lies there.
fn deliver(input: &Path, folder: &Path, wanted: &[&str]) -> Result<(), Box<dyn Error>> {
    let wanted = wanted.iter().map(|text| {
        let Request::Render(request) = text.parse::<Request>()? else { return Err("is no render".into()) };
        let specification = request.specification.as_deref().map(Specification::by_name).transpose()?;
        let deliverable = if request.layout == BINAURAL {
            Deliverable::headphones(Headphones::built_in())
        } else {
            Deliverable::by_name(&request.layout)?
        };
        let RenderRequest { layout, parts, name, .. } = request;
        let (settings, master) = (String::new(), MasterChain::default());
        let render =
            WantedRender { specification, deliverable, layout, programme: None, settings, parts, master };
        Ok(Wanted { text: (*text).to_owned(), content: Content::Render(Box::new(render)), name })
    });
    let package = Package {
        job: Job::new(input.to_path_buf()),
        folder: folder.to_path_buf(),
        title: None,
        name: DEFAULT_TEMPLATE.parse()?,
        wanted: wanted.collect::<Result<_, Box<dyn Error>>>()?,
        reads: Vec::new(),
        sanitize: false,
        force: true,
    };
    package.open()?.run(&|_| {}, &|| false)?.publish()?;
    Ok(())
}

fn run(input: &Path, output: &Path, items: &Arc<[RenderItem]>, threads: usize) -> Result<(), Box<dyn Error>> {
    let mut reader = Reader::open(input)?;
    let mut engine = job::engine(items, "4+7+0", reader.frames(), threads)?;
    let (mut block, mut outputs) = (engine.input_block(), engine.output_blocks());
    let channels = outputs.first().map_or(0, renderer::audio::AudioBlock::channels);
    let format = AudioFormat::new(u16::try_from(channels)?, RATE, SampleFormat::Int24);
    let spec = WriterSpec { format, frames: Some(reader.frames()), dither: None };
    let mut writer = Writer::create(output, &spec)?;
    let (mut decoded, mut encoded) = (Planar::<f32>::new(0, 0), Planar::<f32>::new(0, 0));
    let loudspeakers = Layout::by_name("4+7+0")?.channels.iter().map(MeterChannel::of).collect();
    let mut meter =
        Meter::new(RATE, loudspeakers, Measures { true_peak: true, offsets: false, timeline: false })?;
    let span = engine.input_span();
    let mut at = span.start;
    while at < span.end {
        let frames = engine.block_frames().min(usize::try_from(span.end - at)?);
        reader.read_planar(at, frames, &mut decoded)?;
        block.set_frames(frames);
        let tracks: Vec<usize> = engine.used_tracks().to_vec();
        for (row, track) in tracks.into_iter().enumerate() {
            block.channel_mut(row).copy_from_slice(decoded.channel(track));
        }
        engine.process(&block, &mut outputs)?;
        for made in &outputs {
            meter.add(made.as_slice(), made.stride(), made.frames());
            encoded.resize(channels, made.frames());
            for channel in 0..channels {
                encoded.channel_mut(channel).copy_from_slice(made.channel(channel));
            }
            writer.write_planar(&encoded)?;
        }
        at += frames as u64;
    }
    writer.finish()?;
    std::hint::black_box(meter.finish());
    Ok(())
}
