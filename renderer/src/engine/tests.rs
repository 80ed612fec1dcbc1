use std::num::NonZeroU32;

use formats::adm::{
    AdmId, AdmTime, AudioChannelFormat, BlockCommon, BlockFormats, Frequency, Gain, JumpPosition,
    MatrixCoefficient, ObjectPosition, ObjectsBlock, PolarPosition, TimeForm,
};

use super::*;
use crate::items::{ItemContext, ObjectsItem, TrackSpec};
use crate::layout::Layout;
use crate::panner::objects::ObjectsGainCalculator;
use crate::render::Target;

mod frames;

const RATE: u32 = 48000;

fn time(numerator: u64, denominator: u32) -> AdmTime {
    let denominator = NonZeroU32::new(denominator).unwrap();
    AdmTime { numerator, denominator, form: TimeForm::Decimal }
}

fn context() -> ItemContext {
    ItemContext { adm_version: 2, ..ItemContext::default() }
}

/// A block at `azimuth` from `start` to `end`, in units of 1/7000 s: no boundary falls on a sample.
fn block(azimuth: f64, (start, end): (u64, u64), diffuse: f64) -> ObjectsBlock {
    ObjectsBlock {
        common: BlockCommon {
            rtime: Some(time(start, 7000)),
            duration: Some(time(end - start, 7000)),
            ..BlockCommon::default()
        },
        position: ObjectPosition::Polar(PolarPosition { azimuth, elevation: 0.0, distance: 1.0 }),
        width: 0.0,
        height: 0.0,
        depth: 0.0,
        diffuse,
        screen_ref: false,
        screen_edge_lock: Default::default(),
        special: None,
    }
}

fn object(track: TrackSpec, blocks: Vec<ObjectsBlock>) -> RenderItem {
    let channel = AudioChannelFormat {
        id: AdmId::new("AC_00031001"),
        name: String::new(),
        blocks: BlockFormats::Objects(blocks),
        frequency: Frequency::default(),
        unknown: Default::default(),
    };
    RenderItem::Objects(ObjectsItem { track, channel: Arc::new(channel), context: context() })
}

fn noise(seed: u32, length: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(747_796_405).wrapping_add(1);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..length).map(|_| next()).collect()
}

fn layout() -> Layout {
    Layout::by_name("4+7+0").unwrap()
}

fn spec(items: Vec<RenderItem>, frames: usize) -> EngineSpec {
    EngineSpec {
        items: items.into(),
        targets: vec![Target::Loudspeakers { layout: layout(), wiring: None }.into()],
        sample_rate: RATE,
        frames: frames as u64,
        span: 0..frames as u64,
        options: RenderOptions::default(),
        threads: 1,
    }
}

/// All output channels of the first target.
fn render(spec: EngineSpec, tracks: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let threads = spec.threads;
    render_with(Engine::new(spec).unwrap().0, threads, tracks)
}

fn render_with(engine: Engine, threads: usize, tracks: &[Vec<f32>]) -> Vec<Vec<f32>> {
    rendered(engine, threads, tracks).1
}

/// The engine again, and what it made.
fn rendered(mut engine: Engine, threads: usize, tracks: &[Vec<f32>]) -> (Engine, Vec<Vec<f32>>) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let (mut input, mut outputs) = (engine.input_block(), engine.output_blocks());
    let mut rendered = vec![Vec::new(); outputs[0].channels()];
    let span = engine.input_span();
    let (mut at, end) = (span.start as usize, span.end as usize);
    while at < end {
        let frames = engine.block_frames().min(end - at);
        input.set_frames(frames);
        for (row, track) in engine.used_tracks().to_vec().into_iter().enumerate() {
            input.channel_mut(row).copy_from_slice(&tracks[track][at..at + frames]);
        }
        pool.install(|| engine.process(&input, &mut outputs)).unwrap();
        for (channel, all) in rendered.iter_mut().enumerate() {
            all.extend_from_slice(outputs[0].channel(channel));
        }
        at += frames;
    }
    (engine, rendered)
}

/// A moving object with a gap, a jumping one with a diffuse part, and one through a matrix.
fn scene() -> Vec<RenderItem> {
    let mut jumping = block(90.0, (3000, 9001), 0.6);
    jumping.common.jump_position = JumpPosition { flag: true, interpolation_length: Some(time(53, 10_000)) };
    let coefficient = MatrixCoefficient {
        gain: Some(Gain::Linear(0.5)),
        delay: Some(12.3),
        phase: Some(90.0),
        ..MatrixCoefficient::default()
    };
    let matrix = TrackSpec::Matrix(Box::new(TrackSpec::Direct(1)), coefficient);
    vec![
        object(
            TrackSpec::Direct(0),
            vec![
                block(30.0, (0, 1000), 0.0),
                block(-100.0, (1000, 4001), 0.0),
                block(0.0, (5000, 9000), 0.0),
                block(170.0, (9000, 40_000), 0.0),
            ],
        ),
        object(TrackSpec::Direct(2), vec![block(-30.0, (0, 3000), 0.3), jumping]),
        object(matrix, vec![block(45.0, (0, 40_000), 0.0)]),
    ]
}

fn tracks(frames: usize) -> Vec<Vec<f32>> {
    (0..3).map(|track| noise(track, frames)).collect()
}

/// Gains of `block` on the test's layout.
fn gains(block: &ObjectsBlock) -> Vec<f64> {
    let mut calculator = ObjectsGainCalculator::new(&layout()).unwrap();
    let mut gains = calculator.silence();
    calculator.gains(block, &context(), &mut gains);
    gains.direct
}

/// f32 samples and gains against f64: the corpus's references allow −120 dB, f32 mixing reaches −135.
const TOLERANCE: f64 = 1.8e-7;

#[test]
fn moves_equal_the_slow_twin_sample_by_sample() {
    let frames = 70_000;
    let audio = tracks(frames);
    let blocks = [(30.0, 0, 1000), (-100.0, 1000, 4001), (0.0, 5000, 9000), (170.0, 9000, 40_000)];
    let rendered = render(spec(scene()[..1].to_vec(), frames), &audio);
    let gains: Vec<_> = blocks.map(|(azimuth, start, end)| gains(&block(azimuth, (start, end), 0.0))).into();
    for n in 0..frames {
        // In units of 1/7000 s a sample is at 7 n / 48.
        let moment = |units: u64| units as f64 * 48.0 / 7.0;
        let inside =
            |(_, start, end): &(f64, u64, u64)| 7 * n as u64 >= 48 * start && (7 * n as u64) < 48 * end;
        let active = blocks.iter().position(inside);
        for (channel, output) in rendered.iter().enumerate() {
            let gain = active.map_or(0.0, |index| {
                let (_, start, end) = blocks[index];
                let continues = index > 0 && blocks[index - 1].2 == start;
                let progress = (n as f64 - moment(start)) / (moment(end) - moment(start));
                let (from, to) = (gains[index.saturating_sub(1)][channel], gains[index][channel]);
                if continues { from + (to - from) * progress } else { to }
            });
            let expected = gain * f64::from(audio[0][n]);
            assert!((f64::from(output[n]) - expected).abs() < TOLERANCE, "sample {n}, channel {channel}");
        }
    }
}

#[test]
fn the_bits_depend_neither_on_threads_nor_on_other_targets() {
    let frames = 150_001;
    let audio = tracks(frames);
    let alone = render(spec(scene(), frames), &audio);
    assert!(alone.iter().all(|channel| channel.len() == frames));
    let mut together = spec(scene(), frames);
    together.threads = 7;
    together.targets.push(Target::Ambisonics { order: 2 }.into());
    assert_eq!(render(together, &audio), alone);
}

fn on_headphones(frames: usize, threads: usize) -> EngineSpec {
    let set = hrtf::HrtfSet::built_in().resampled(RATE);
    let headphones = crate::monitor::binaural::Headphones::new(Arc::new(set));
    let targets = vec![Target::Headphones(Box::new(headphones)).into()];
    EngineSpec { targets, threads, ..spec(scene(), frames) }
}

#[test]
fn the_bits_on_headphones_do_not_depend_on_threads() {
    let frames = 150_001;
    let audio = tracks(frames);
    let alone = render(on_headphones(frames, 1), &audio);
    assert!(alone.iter().all(|ear| ear.len() == frames && ear.iter().any(|sample| *sample != 0.0)));
    assert_eq!(render(on_headphones(frames, 7), &audio), alone);
}

/// What several threads have left on their buses is forgotten.
#[test]
fn a_restart_has_the_bits_of_a_new_engine() {
    let frames = 150_001;
    let audio = tracks(frames);
    for all in [EngineSpec { threads: 3, ..spec(scene(), frames) }, on_headphones(frames, 3)] {
        let whole = render(all.clone(), &audio);
        let mut engine = Engine::new(all).unwrap().0;
        let (mut input, mut outputs) = (engine.input_block(), engine.output_blocks());
        for (row, track) in engine.used_tracks().to_vec().into_iter().enumerate() {
            let count = engine.block_frames();
            input.channel_mut(row).copy_from_slice(&audio[track][..count]);
        }
        engine.process(&input, &mut outputs).unwrap();
        for span in [70_000..150_001, 0..30_000] {
            engine.restart(span.start as u64..span.end as u64, frames);
            let again;
            (engine, again) = rendered(engine, 3, &audio);
            let expected = whole.iter().map(|channel| &channel[span.clone()]);
            assert!(again.iter().zip(expected).all(|(again, expected)| again == expected), "{span:?}");
        }
    }
}

/// The sum of all parts differs from the mix by rounding only: 120 dB below full scale.
const PARTS_TOLERANCE: f32 = 1e-6;

#[test]
fn the_parts_of_all_roles_add_up_to_the_mix() {
    let frames = 50_001;
    let audio = tracks(frames);
    let mut items = scene();
    for (item, role) in items.iter_mut().zip([Role::Dialogue, Role::Effects, Role::Other]) {
        let RenderItem::Objects(item) = item else { continue };
        item.context.role = role;
    }
    let mix = render(spec(items.clone(), frames), &audio);
    let target = Target::Loudspeakers { layout: layout(), wiring: None };
    let part = |role: Role| {
        let mut part = spec(items.clone(), frames);
        part.targets = vec![EngineTarget { target: target.clone(), part: Part::Role(role) }];
        render(part, &audio)
    };
    let parts = Role::ALL.map(part);
    let peak = |part: &[Vec<f32>]| part.iter().flatten().fold(0.0_f32, |most, sample| most.max(sample.abs()));
    let peaks = [&parts[0], &parts[2], &parts[3]].map(|part| peak(part));
    assert!(peaks.iter().all(|peak| *peak > 0.01), "{peaks:?}");
    assert_eq!(peak(&parts[1]), 0.0, "nothing is music");
    for (channel, whole) in mix.iter().enumerate() {
        for (n, whole) in whole.iter().enumerate() {
            let sum: f32 = parts.iter().map(|part| part[channel][n]).sum();
            assert!((sum - whole).abs() <= PARTS_TOLERANCE, "channel {channel}, sample {n}: {sum}, {whole}");
        }
    }
    let mut together = spec(items.clone(), frames);
    together.targets.push(EngineTarget { target, part: Part::Role(Role::Dialogue) });
    assert_eq!(render(together, &audio), mix);
}

#[test]
fn the_bits_do_not_depend_on_where_a_render_starts_and_ends() {
    let frames = 150_001;
    let audio = tracks(frames);
    let whole = render(spec(scene(), frames), &audio);
    for span in [1..2, 1023..5000, 1024..2048, 70_000..150_001, 99_999..100_000, 150_000..150_001, 7..7] {
        let mut part = spec(scene(), frames);
        part.span = span.clone();
        let part = render(part, &audio);
        let range = span.start as usize..span.end as usize;
        for (part, whole) in part.iter().zip(&whole) {
            assert_eq!(part, &whole[range.clone()], "{span:?}");
        }
    }
}

#[test]
fn files_shorter_than_the_filters_keep_their_length() {
    for frames in [1, 2, 255, 256, 1023, 1024, 1025] {
        let rendered = render(spec(scene(), frames), &tracks(frames));
        assert!(rendered.iter().all(|channel| channel.len() == frames), "{frames}");
    }
}

/// What a delay holds back at the end of the file still reaches the decorrelators, which look ahead: as if the
/// file went on in silence.
#[test]
fn delays_go_on_sounding_past_the_end_of_the_file() {
    let coefficient = MatrixCoefficient { delay: Some(5.0), ..MatrixCoefficient::default() };
    let track = TrackSpec::Matrix(Box::new(TrackSpec::Direct(0)), coefficient);
    let items = vec![object(track, vec![block(30.0, (0, 40_000), 1.0)])];
    for frames in [300, 1024, 5000, 70_001] {
        let mut audio = tracks(frames);
        let short = render(spec(items.clone(), frames), &audio);
        audio.iter_mut().for_each(|track| track.resize(frames + 3000, 0.0));
        let long = render(spec(items.clone(), frames + 3000), &audio);
        for (short, long) in short.iter().zip(&long) {
            assert_eq!(short, &long[..frames], "{frames}");
        }
    }
}

#[test]
fn a_quarter_turn_is_one_and_keeps_the_delay() {
    let frames = 20_000;
    let sine = |n: f64| (n * std::f64::consts::TAU * 997.0 / f64::from(RATE)).sin();
    let audio = vec![(0..frames).map(|n| sine(n as f64) as f32).collect::<Vec<_>>()];
    let coefficient =
        MatrixCoefficient { phase: Some(90.0), delay: Some(1.0), ..MatrixCoefficient::default() };
    let track = TrackSpec::Matrix(Box::new(TrackSpec::Direct(0)), coefficient);
    let rendered = render(spec(vec![object(track, vec![block(0.0, (0, 40_000), 0.0)])], frames), &audio);
    let centre = layout().channel_index("M+000").unwrap();
    for (n, found) in rendered[centre].iter().enumerate().take(frames - 3000).skip(3000) {
        // A phase of +90° turns sin into cos; 1 ms is 48 samples.
        let expected = sine(n as f64 - 48.0 + f64::from(RATE) / 997.0 / 4.0);
        assert!((f64::from(*found) - expected).abs() < 1e-3, "{n}");
    }
}

#[test]
fn samples_that_are_no_numbers_stop_the_render_by_channel_and_time() {
    let frames = 9000;
    let mut audio = tracks(frames);
    audio[0][5000] = f32::NAN;
    let (mut engine, _) = Engine::new(spec(scene()[..1].to_vec(), frames)).unwrap();
    let (mut input, mut outputs) = (engine.input_block(), engine.output_blocks());
    input.set_frames(frames);
    input.channel_mut(0).copy_from_slice(&audio[0]);
    let error = engine.process(&input, &mut outputs).unwrap_err().to_string();
    assert!(error.starts_with("M+0") && error.contains("0.085 s to 0.107 s"), "{error}");
}

#[test]
fn blocks_of_another_shape_are_refused() {
    let (mut engine, _) = Engine::new(spec(scene(), 9000)).unwrap();
    let mut outputs = engine.output_blocks();
    let input = AudioBlock::new(1, 9000);
    let error = engine.process(&input, &mut outputs).unwrap_err().to_string();
    assert_eq!(error, "input block of 1 channels of 9000 samples, expected 3 channels of 9000 samples");
}

#[test]
fn importance_leaves_out_items_and_silences_blocks() {
    let frames = 9000;
    let mut items = scene()[..1].to_vec();
    let mut threshold = spec(items.clone(), frames);
    threshold.options.importance = Some(10);
    let full = render(threshold.clone(), &tracks(frames));
    assert!(full.iter().flatten().any(|sample| *sample != 0.0));
    if let RenderItem::Objects(item) = &mut items[0] {
        item.context.importance.object = Some(9);
    }
    threshold.items = items.into();
    assert!(render(threshold, &tracks(frames)).iter().flatten().all(|sample| *sample == 0.0));
}

/// Runs of several threads, plans that there is no room for, voices in batches: always the same bits.
#[test]
fn voices_in_batches_have_the_bits_of_all_at_once() {
    let frames = 150_001;
    let audio = tracks(frames);
    let items: Vec<RenderItem> = std::iter::repeat_with(scene).take(8).flatten().collect();
    let whole = render(spec(items.clone(), frames), &audio);
    for threads in [1, 3] {
        let mut all = spec(items.clone(), frames);
        (all.span, all.threads) = (5_000..149_000, threads);
        let mut engine = Engine::new(all).unwrap().0;
        // No room for a single span: sixteen voices at a time are the least.
        engine.renderers.iter_mut().for_each(|renderer| renderer.plan_within(1));
        let batches = render_with(engine, threads, &audio);
        assert!(batches.iter().zip(&whole).all(|(batches, whole)| *batches == whole[5_000..149_000]));
    }
}

/// No block of metadata is longer than a sample.
#[test]
fn many_voices_with_a_block_on_every_sample_are_summed() {
    const VOICES: usize = 150;
    let frames = 3000;
    let moment = |sample: u64| time(sample, RATE);
    let one = |n: u64| {
        let mut block = block(if n.is_multiple_of(2) { 30.0 } else { -30.0 }, (0, 0), 0.0);
        (block.common.rtime, block.common.duration) = (Some(moment(n)), Some(moment(1)));
        block.common.jump_position = JumpPosition { flag: true, interpolation_length: None };
        block
    };
    let blocks: Vec<_> = (0..frames as u64).map(one).collect();
    let items = vec![object(TrackSpec::Direct(0), blocks); VOICES];
    let audio = tracks(frames);
    let rendered = render(spec(items, frames), &audio);
    let channels = ["M+030", "M-030"].map(|name| layout().channel_index(name).unwrap());
    for n in 0..frames {
        for (parity, channel) in channels.into_iter().enumerate() {
            let expected = if n % 2 == parity { VOICES as f64 * f64::from(audio[0][n]) } else { 0.0 };
            let found = f64::from(rendered[channel][n]);
            // Rounded at every voice: at most half a unit of the sum each time.
            assert!((found - expected).abs() < 1e-5 * VOICES as f64, "sample {n}, {channel}");
        }
    }
}
