//! Masters to play, and what a device would hear of them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use formats::adm::{self, WriteOptions};
use formats::bw64::{AudioFormat, ChunkId, Planar, Reader, SampleFormat, Writer, WriterSpec};
use hrtf::HrtfSet;
use renderer::deliver::{Deliverable, Job, Output as JobOutput};
use renderer::demo;
use renderer::live::{self, Event, Handle, Options, Output, Processor, Source};
use renderer::monitor::binaural::Headphones;

/// How long something that must happen may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Files {
    folder: tempfile::TempDir,
}

/// The demo's master, written once.
pub(crate) fn master() -> PathBuf {
    static FILES: OnceLock<Files> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let scene = demo::make();
        let frames = scene.tracks[0].len();
        let format = AudioFormat::new(scene.tracks.len() as u16, demo::SAMPLE_RATE, SampleFormat::Int24);
        let spec = WriterSpec { format, frames: Some(frames as u64), dither: None };
        let mut writer = Writer::create(&folder.path().join("master.wav"), &spec).unwrap();
        let mut axml = Vec::new();
        adm::write(&scene.document, &mut axml, &WriteOptions::default()).unwrap();
        writer.add_chna(&scene.document.chna()).unwrap();
        writer.add_axml(axml).unwrap();
        let mut block = Planar::<f32>::new(scene.tracks.len(), frames);
        for (channel, track) in scene.tracks.iter().enumerate() {
            block.channel_mut(channel).copy_from_slice(track);
        }
        writer.write_planar(&block).unwrap();
        writer.finish().unwrap();
        Files { folder }
    });
    files.folder.path().join("master.wav")
}

pub(crate) fn stereo() -> Output {
    Output::by_name("stereo").unwrap()
}

pub(crate) fn headphones() -> Headphones {
    Headphones::new(Arc::new(HrtfSet::built_in()))
}

pub(crate) fn open(output: Output) -> (Handle, Processor) {
    live::open(Source::File(master()), Options::new(output)).unwrap()
}

/// What a job renders of a file, interleaved.
pub(crate) fn rendered(file: &Path, deliverable: Deliverable) -> Vec<f32> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.wav");
    let mut job = Job::new(file.to_path_buf());
    job.sample_format = SampleFormat::Float32;
    job.outputs.push(JobOutput::mix(out.clone(), deliverable));
    job.open().unwrap().run(&mut |_| {}, &|| false).unwrap().publish().unwrap();
    let mut reader = Reader::open(&out).unwrap();
    assert!(reader.find(ChunkId::AXML).is_some());
    let (channels, frames) = (reader.channels(), reader.frames() as usize);
    let mut planar = Planar::<f32>::new(channels, frames);
    reader.read_planar(0, frames, &mut planar).unwrap();
    (0..frames * channels).map(|n| planar.channel(n % channels)[n / channels]).collect()
}

/// The next frames of a playback in blocks of some sizes; waits for them.
pub(crate) fn pull(processor: &mut Processor, blocks: &[usize], frames: usize) -> Vec<f32> {
    let (mut all, begun) = (Vec::new(), Instant::now());
    for block in blocks.iter().cycle() {
        if all.len() >= frames * processor.channels() {
            break;
        }
        while processor.ready(*block) < *block {
            assert!(begun.elapsed() < PATIENCE, "nothing is rendered");
            thread::sleep(Duration::from_micros(200));
        }
        let start = all.len();
        all.resize(start + block * processor.channels(), 9.0);
        processor.process(&mut all[start..]);
    }
    all.truncate(frames * processor.channels());
    all
}

/// Pulls until an event comes.
pub(crate) fn pull_until(
    handle: &Handle,
    processor: &mut Processor,
    wanted: impl Fn(&Event) -> bool,
) -> Vec<f32> {
    let (mut all, begun) = (Vec::new(), Instant::now());
    loop {
        all.extend(pull(processor, &[64], 64));
        let events = handle.events();
        if let Some(failed) = events.iter().find(|event| matches!(event, Event::Failed { .. })) {
            panic!("{failed:?}");
        }
        if events.iter().any(&wanted) {
            return all;
        }
        assert!(begun.elapsed() < PATIENCE, "the event never comes");
    }
}

/// The largest second difference of a channel: what a click makes large.
pub(crate) fn roughness(samples: &[f32], channel: usize, channels: usize) -> f32 {
    let row: Vec<f32> = samples.iter().skip(channel).step_by(channels).copied().collect();
    row.windows(3).map(|w| (w[0] - 2.0 * w[1] + w[2]).abs()).fold(0.0, f32::max)
}

/// A scene with a steady tone on one object in front, for clicks to be heard; `constant.wav` beside it stands still.
pub(crate) fn tone() -> PathBuf {
    static FILES: OnceLock<Files> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let tone = |n: usize| 0.25 * (n as f64 * 220.0 * std::f64::consts::TAU / 48_000.0).sin() as f32;
        stem(&folder.path().join("tone.wav"), &tone);
        stem(&folder.path().join("constant.wav"), &|_| 0.25);
        let scene = r#"<?xml version="1.0" encoding="UTF-8"?>
<scene version="1" name="tone" sampleRate="48000">
  <track name="Tone" role="effects"><clip file="tone.wav"/><object azimuth="0" elevation="0" distance="1"/></track>
</scene>"#;
        std::fs::write(folder.path().join("scene.xml"), scene).unwrap();
        Files { folder }
    });
    files.folder.path().join("scene.xml")
}

/// A message of floats, as the specification of OSC 1.0 lays it out.
pub(crate) fn message(address: &str, floats: &[f32]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for text in [address.to_owned(), format!(",{}", "f".repeat(floats.len()))] {
        bytes.extend(text.as_bytes());
        bytes.push(0);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    floats.iter().for_each(|float| bytes.extend(float.to_be_bytes()));
    bytes
}

/// A minute of one channel.
fn stem(path: &Path, sample: &dyn Fn(usize) -> f32) {
    let frames = 48_000 * 60;
    let format = AudioFormat::new(1, 48_000, SampleFormat::Float32);
    let spec = WriterSpec { format, frames: Some(frames as u64), dither: None };
    let mut writer = Writer::create(path, &spec).unwrap();
    let mut block = Planar::<f32>::new(1, frames);
    block.channel_mut(0).iter_mut().enumerate().for_each(|(n, to)| *to = sample(n));
    writer.write_planar(&block).unwrap();
    writer.finish().unwrap();
}
