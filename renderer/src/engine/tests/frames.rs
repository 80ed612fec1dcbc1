//! Frames of a file as they are, and the same samples as planes.

use formats::bw64::{Encoder, Planar, SampleFormat};

use super::*;
use crate::audio::FrameBlock;

/// A file of noise: its bytes, and its tracks decoded by the reader's whole-file decoder.
fn file(format: SampleFormat, tracks: usize, frames: usize) -> (Vec<u8>, Vec<Vec<f32>>) {
    let mut planes = Planar::<f32>::new(tracks, frames);
    (0..tracks).for_each(|track| planes.channel_mut(track).copy_from_slice(&noise(track as u32, frames)));
    let mut bytes = Vec::new();
    Encoder { format, dither: None }.encode(&planes, 0, &mut bytes);
    format.decode(&bytes, tracks, &mut planes);
    (bytes, (0..tracks).map(|track| planes.channel(track).to_vec()).collect())
}

/// All output channels of the only target.
fn render_frames(
    mut engine: Engine,
    threads: usize,
    (format, tracks, bytes): (SampleFormat, usize, &[u8]),
) -> Vec<Vec<f32>> {
    assert!(engine.takes_frames());
    let (mut block, mut outputs) = (FrameBlock::new(format, tracks), engine.output_blocks());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let mut rendered = vec![Vec::new(); outputs[0].channels()];
    let (span, size) = (engine.input_span(), tracks * format.bytes());
    for at in span.clone().step_by(engine.block_frames()) {
        let end = span.end.min(at + engine.block_frames() as u64);
        let wanted = &bytes[at as usize * size..end as usize * size];
        block.fill((end - at) as usize, |bytes| *bytes = wanted.to_vec());
        pool.install(|| engine.process(&block, &mut outputs)).unwrap();
        for (channel, all) in rendered.iter_mut().enumerate() {
            all.extend_from_slice(outputs[0].channel(channel));
        }
    }
    rendered
}

/// Tracks 0 and 2, of which one is diffuse, out of three and out of many, some of which are decoded one by one.
#[test]
fn they_have_the_bits_of_planes() {
    let frames = 150_001;
    let formats = [SampleFormat::Uint8, SampleFormat::Int16, SampleFormat::Int24, SampleFormat::Int32];
    for (format, tracks) in formats.into_iter().zip([5, 3, 22, 7]) {
        let (bytes, audio) = file(format, tracks, frames);
        let whole = render(spec(scene()[..2].to_vec(), frames), &audio);
        for (threads, span) in [(1, 0..150_001), (3, 0..150_001), (3, 70_000..149_000), (2, 150_000..150_001)]
        {
            let all = EngineSpec { threads, span, ..spec(scene()[..2].to_vec(), frames) };
            let wanted = all.span.start as usize..all.span.end as usize;
            let found = render_frames(Engine::new(all).unwrap().0, threads, (format, tracks, &bytes));
            let mut pairs = found.iter().zip(&whole);
            assert!(pairs.all(|(found, whole)| *found == whole[wanted.clone()]), "{format}, {wanted:?}");
        }
    }
}

#[test]
fn they_have_the_bits_of_planes_on_headphones_and_in_batches() {
    let (frames, format, tracks) = (150_001, SampleFormat::Int24, 3);
    let (bytes, audio) = file(format, tracks, frames);
    let items: Vec<RenderItem> = std::iter::repeat_with(|| scene()[..2].to_vec()).take(9).flatten().collect();
    let ears = EngineSpec { items: scene()[..2].into(), ..on_headphones(frames, 3) };
    let whole = render(ears.clone(), &audio);
    assert_eq!(render_frames(Engine::new(ears).unwrap().0, 3, (format, tracks, &bytes)), whole);
    let whole = render(spec(items.clone(), frames), &audio);
    let mut engine = Engine::new(EngineSpec { threads: 2, ..spec(items, frames) }).unwrap().0;
    engine.renderers.iter_mut().for_each(|renderer| renderer.plan_within(1));
    assert_eq!(render_frames(engine, 2, (format, tracks, &bytes)), whole);
}

#[test]
fn they_are_refused_where_planes_are_needed() {
    let (with_filters, _) = Engine::new(spec(scene(), 9000)).unwrap();
    let mut several = spec(scene()[..1].to_vec(), 9000);
    several.targets.push(Target::Ambisonics { order: 1 }.into());
    let (several, _) = Engine::new(several).unwrap();
    for mut engine in [with_filters, several] {
        assert!(!engine.takes_frames());
        let mut block = FrameBlock::new(SampleFormat::Int16, 3);
        block.fill(9000, |bytes| bytes.resize(9000 * 6, 0));
        let mut outputs = engine.output_blocks();
        let error = engine.process(&block, &mut outputs).unwrap_err().to_string();
        let expected = format!("{} channels of 9000 samples", engine.used_tracks().len());
        assert_eq!(error, format!("input block of 9000 frames that are not decoded, expected {expected}"));
    }
}
