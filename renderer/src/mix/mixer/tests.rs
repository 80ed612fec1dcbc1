use std::num::NonZeroU32;

use formats::scene::chain::{self, Chain};
use formats::scene::{
    Bed, BedLayout, Bus, Clip, Fade, FadeShape, Group, ReverbReturn, ReverbUnit, Spatial, Time, Track,
};

use super::*;
use crate::mix::tests::noise;

const RATE: NonZeroU32 = Scene::DEFAULT_SAMPLE_RATE;

/// A file in memory.
pub(super) struct Memory(pub(super) Vec<Vec<f32>>);

impl ClipSource for Memory {
    fn frames(&self) -> u64 {
        self.0[0].len() as u64
    }

    fn read(&mut self, start: u64, block: &mut AudioBlock) -> Result<(), StemError> {
        for (row, samples) in block.channels_mut().zip(&self.0) {
            let there = samples.get(start as usize..).ok_or_else(|| StemError("beyond its end".into()))?;
            let count = there.len().min(row.len());
            row[..count].copy_from_slice(&there[..count]);
            row[count..].fill(0.0);
        }
        Ok(())
    }
}

fn samples(count: u64) -> Time {
    Time::from_samples(count, RATE)
}

pub(super) fn clip(start: u64) -> Clip {
    Clip { file: "stem.wav".into(), start: samples(start), ..Default::default() }
}

pub(super) fn track(name: &str, role: Role, chain: Chain) -> Track {
    Track { name: name.into(), role, chain, clips: vec![clip(0)], ..Default::default() }
}

pub(super) fn scene(tracks: Vec<Track>) -> Scene {
    Scene { tracks, length: Some(samples(30_000)), ..Default::default() }
}

/// The whole master, each clip being a stem of its own, in blocks of `frames`.
pub(super) fn mixed(
    scene: &Scene,
    stems: &[Vec<Vec<f32>>],
    frames: usize,
) -> Result<Vec<Vec<f32>>, MixError> {
    mixed_at((scene, Desk::Unattended), stems, frames)
}

/// The same at a desk.
fn mixed_at(
    (scene, desk): (&Scene, Desk),
    stems: &[Vec<Vec<f32>>],
    frames: usize,
) -> Result<Vec<Vec<f32>>, MixError> {
    let mut stems = stems.iter();
    let clips = scene
        .tracks
        .iter()
        .map(|track| {
            let sources = track.clips.iter().zip(&mut stems);
            sources.map(|(_, stem)| Box::new(Memory(stem.clone())) as Box<dyn ClipSource>).collect()
        })
        .collect();
    let mut mixer = Mixer::new(
        scene,
        &scene.returns(),
        Stems { clips, responses: vec![vec![vec![1.0]]; scene.reverbs.len()] },
        desk,
    )?;
    let mut master = vec![Vec::new(); mixer.channels()];
    let mut block = AudioBlock::new(mixer.channels(), frames);
    let mut left = mixer.frames() as usize;
    while left > 0 {
        block.set_frames(left.min(frames));
        mixer.next(&mut block)?;
        for (channel, row) in master.iter_mut().enumerate() {
            row.extend_from_slice(block.channel(channel));
        }
        left -= block.frames();
    }
    Ok(master)
}

pub(super) fn stem(seed: u64) -> Vec<Vec<f32>> {
    vec![noise(seed, 20_000)]
}

#[test]
fn clips_are_put_where_they_belong_and_else_no_bit_changes() {
    let mut first = track("A", Role::Dialogue, Chain::default());
    first.clips = vec![clip(1_500), clip(22_000)];
    first.clips[0].trim_start = samples(300);
    first.clips[0].length = Some(samples(2_000));
    first.clips[1].fade_in =
        Some(Fade { length: samples(100), shape: FadeShape::Linear, ..Default::default() });
    let stems = [stem(1), stem(2)];
    for frames in [1_024, 333, 4_000] {
        let master = mixed(&scene(vec![first.clone()]), &stems, frames).expect("a mix");
        assert_eq!(master.len(), 1);
        assert!(master[0][..1_500].iter().all(|sample| *sample == 0.0));
        assert_eq!(master[0][1_500..3_500], stems[0][0][300..2_300]);
        assert!(master[0][3_500..=22_000].iter().all(|sample| *sample == 0.0));
        assert_eq!(master[0][22_050], stems[1][0][50] * 0.5);
        assert_eq!(master[0][22_100..30_000], stems[1][0][100..8_000]);
    }
}

fn late_chain() -> Chain {
    let compressor =
        chain::Compressor { threshold_db: 0.0, knee_db: 0.0, look_ahead_ms: 7.0, ..Default::default() };
    Chain { compressor: Some(compressor), ..Default::default() }
}

#[test]
fn whatever_their_latencies_all_tracks_come_out_in_time() {
    let early = Chain { delay: Some(chain::Delay::Samples(-100)), ..Default::default() };
    let later = Chain { delay: Some(chain::Delay::Samples(250)), ..Default::default() };
    let tracks = [("A", Chain::default()), ("B", late_chain()), ("C", early), ("D", later)];
    let mut scene = scene(tracks.map(|(name, chain)| track(name, Role::Effects, chain)).to_vec());
    scene.buses.push(Bus { role: Role::Music, chain: late_chain(), ..Default::default() });
    scene.tracks.push(track("E", Role::Music, late_chain()));
    let stems = [stem(1), stem(2), stem(3), stem(4), stem(5)];
    let master = mixed(&scene, &stems, 700).expect("a mix");
    assert_eq!(master[0][..20_000], stems[0][0]);
    assert_eq!(master[1][..20_000], stems[1][0]);
    assert_eq!(master[2][..19_900], stems[2][0][100..]);
    assert_eq!(master[3][250..20_250], stems[3][0]);
    assert_eq!(master[4][..20_000], stems[4][0]);
}

pub(super) fn ducked() -> Chain {
    let compressor = chain::Compressor {
        threshold_db: -30.0,
        ratio: 4.0,
        attack_ms: 5.0,
        key: Some("dialogue".into()),
        ..Default::default()
    };
    Chain { compressor: Some(compressor), ..Default::default() }
}

/// Gain of a track over its stem at a sample, dB.
fn gain_db(master: &[f32], stem: &[f32], at: usize) -> f64 {
    let power = |row: &[f32]| row[at - 200..at + 200].iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    10.0 * (power(master) / power(stem)).log10()
}

#[test]
fn dialogue_ducks_music_and_nothing_else() {
    let mut voice = vec![noise(1, 20_000)];
    voice[0][..10_000].fill(0.0);
    for on_bus in [false, true] {
        let music = track("MX", Role::Music, if on_bus { Chain::default() } else { ducked() });
        let mut scene = scene(vec![
            music,
            track("DX", Role::Dialogue, late_chain()),
            track("FX", Role::Effects, Chain::default()),
        ]);
        if on_bus {
            scene.buses.push(Bus { role: Role::Music, chain: ducked(), ..Default::default() });
        }
        let stems = [stem(2), voice.clone(), stem(3)];
        let master = mixed(&scene, &stems, 1_024).expect("a mix");
        assert_eq!(master[0][..10_000], stems[0][0][..10_000], "before the voice");
        let gain = gain_db(&master[0], &stems[0][0], 18_000);
        assert!(gain < -12.0 && gain > -23.0, "{gain} dB under the voice");
        assert_eq!(master[1][..20_000], voice[0]);
        assert_eq!(master[2][..20_000], stems[2][0]);
        // The voice's own latency must not make the duck late: 5 ms after its first sample it is well under way.
        let early = gain_db(&master[0], &stems[0][0], 10_700);
        assert!(early < -8.0, "{early} dB after 10 ms");
    }
}

#[test]
fn all_tracks_of_a_bus_have_one_gain_by_their_sum() {
    let compressor =
        chain::Compressor { threshold_db: -20.0, ratio: 100.0, knee_db: 0.0, ..Default::default() };
    let chain = Chain { compressor: Some(compressor), ..Default::default() };
    let mut scene = scene(vec![
        track("loud", Role::Effects, Chain::default()),
        track("quiet", Role::Effects, Chain::default()),
    ]);
    scene.buses.push(Bus { role: Role::Effects, chain, ..Default::default() });
    let quiet = vec![noise(2, 20_000).iter().map(|sample| sample * 0.001).collect::<Vec<f32>>()];
    let stems = [stem(1), quiet];
    let master = mixed(&scene, &stems, 512).expect("a mix");
    for at in [5_000, 12_000, 19_000] {
        let (loud, quiet) = (gain_db(&master[0], &stems[0][0], at), gain_db(&master[1], &stems[1][0], at));
        assert!(loud < -10.0 && (loud - quiet).abs() < 0.5, "{loud} and {quiet} dB");
    }
}

pub(super) fn hall(returns: ReverbReturn) -> ReverbUnit {
    let convolution = chain::Convolution { file: "one.wav".into(), ..Default::default() };
    ReverbUnit {
        name: "hall".into(),
        returns,
        reverb: chain::Reverb::Convolution(convolution),
        reverb_kept: Default::default(),
        kept: Default::default(),
    }
}

/// A response of one sample: what is sent comes back as it is.
#[test]
fn sends_come_back_in_time_on_all_channels_but_the_lfe() {
    let send = |gain_db| vec![chain::Send { to: "hall".into(), gain_db }];
    let faded = chain::Fader { gain_db: -20.0, ..Default::default() };
    let chain = Chain { sends: send(0.0), fader: Some(faded), ..late_chain() };
    let mut scene = scene(vec![track("A", Role::Effects, chain)]);
    scene.reverbs = vec![hall(ReverbReturn::Bed(BedLayout::default()))];
    let stems = [stem(1)];
    let master = mixed(&scene, &stems, 1_024).expect("a mix");
    assert_eq!(master.len(), 7);
    for (channel, row) in master.iter().enumerate().skip(1) {
        let is_lfe = channel - 1 == 3;
        for (n, sample) in row.iter().enumerate() {
            let expected = if is_lfe { 0.0 } else { master[0][n] };
            assert!((sample - expected).abs() < 2e-6, "channel {channel}, sample {n}: {sample}, {expected}");
        }
    }
}

/// Late, and without a gain however loud a sum is.
fn late_bus() -> Chain {
    let compressor = chain::Compressor { ratio: 1.0, look_ahead_ms: 7.0, ..Default::default() };
    Chain { compressor: Some(compressor), ..Default::default() }
}

/// The room of a role goes through its bus: what is turned down there takes its reverberation along.
#[test]
fn reverbs_of_a_role_come_back_before_its_bus() {
    let sending = || Chain { sends: vec![chain::Send { to: "hall".into(), gain_db: 0.0 }], ..late_chain() };
    let mut scene = scene(vec![track("A", Role::Effects, sending()), track("B", Role::Music, sending())]);
    scene.reverbs = vec![hall(ReverbReturn::Objects { count: 1, elevation: 0.0 })];
    let stems = [stem(1), stem(2)];
    let plain = mixed(&scene, &stems, 1_024).expect("a mix");
    let fader = Some(chain::Fader { gain_db: -20.0, ..Default::default() });
    let chain = Chain { fader, ..late_bus() };
    scene.buses.push(Bus { role: Role::Music, chain, ..Default::default() });
    let bused = mixed(&scene, &stems, 500).expect("a mix");
    assert_eq!((plain.len(), bused.len()), (4, 4));
    for (channel, factor) in [(0, 1.0), (1, 0.1), (2, 1.0), (3, 0.1)] {
        for (n, sample) in bused[channel].iter().enumerate() {
            let expected = factor * plain[channel][n];
            assert!((sample - expected).abs() < 1e-6, "channel {channel}, sample {n}: {sample}, {expected}");
        }
    }
}

/// A compressor that is bypassed has nothing to listen to, and what it would have made late is in time.
#[test]
fn what_is_bypassed_changes_no_bit() {
    let bypassed = |chain: Chain| Chain { bypassed: [chain::Stage::Compressor].into(), ..chain };
    let mut plain = scene(vec![track("A", Role::Music, Chain::default())]);
    let stems = [stem(1)];
    let expected = mixed(&plain, &stems, 512).expect("a mix");
    plain.tracks[0].chain = bypassed(late_chain());
    plain.buses.push(Bus { role: Role::Music, chain: bypassed(ducked()), ..Default::default() });
    assert!(mixed(&plain, &stems, 512).expect("a mix") == expected);
    plain.buses[0].chain.bypassed.clear();
    assert!(mixed(&plain, &stems, 512).is_err(), "now it listens to a role that isn't there");
}

/// What a bus sends is the sum of what leaves it, and comes back beside it.
#[test]
fn buses_send_what_leaves_them() {
    let mut scene =
        scene(vec![track("A", Role::Music, late_chain()), track("B", Role::Music, Chain::default())]);
    scene.reverbs = vec![hall(ReverbReturn::Objects { count: 1, elevation: 0.0 })];
    let chain = Chain {
        fader: Some(chain::Fader { gain_db: -6.0, ..Default::default() }),
        sends: vec![chain::Send { to: "hall".into(), gain_db: -20.0 }],
        ..late_bus()
    };
    scene.buses.push(Bus { role: Role::Music, chain, ..Default::default() });
    let stems = [stem(1), stem(2)];
    let master = mixed(&scene, &stems, 777).expect("a mix");
    assert_eq!(master.len(), 3);
    for (n, returned) in master[2].iter().enumerate() {
        let sent = 0.1 * (master[0][n] + master[1][n]);
        assert!((returned - sent).abs() < 2e-6, "sample {n}: {returned}, {sent}");
    }
    let expected = 10f32.powf(-0.3) * stems[0][0][500];
    assert!((master[0][500] - expected).abs() < 1e-6, "in time: {}, {expected}", master[0][500]);
}

#[test]
fn muted_tracks_are_silent_and_groups_turn_up() {
    let mut scene =
        scene(vec![track("A", Role::Effects, Chain::default()), track("B", Role::Effects, Chain::default())]);
    scene.tracks[0].mute = true;
    scene.tracks[1].group = Some("ferry".into());
    scene.groups = vec![Group { name: "ferry".into(), gain_db: -20.0, ..Default::default() }];
    let stems = [stem(1), stem(2)];
    let master = mixed(&scene, &stems, 1_024).expect("a mix");
    assert!(master[0].iter().all(|sample| *sample == 0.0));
    assert!((master[1][500] - stems[1][0][500] * 0.1).abs() < 1e-8);
}

#[test]
fn neither_blocks_nor_threads_change_a_bit() {
    let eq = chain::Eq { bands: vec![chain::EqBand::HighPass { frequency_hz: 100.0, slope: 24 }] };
    let chain = Chain {
        eq: Some(eq),
        gate: Some(chain::Gate::default()),
        de_esser: Some(chain::DeEsser::default()),
        sends: vec![chain::Send { to: "hall".into(), gain_db: -6.0 }],
        ..ducked()
    };
    let mut scene = scene(vec![
        track("A", Role::Music, chain.clone()),
        track("B", Role::Effects, chain),
        track("C", Role::Dialogue, late_chain()),
    ]);
    scene.tracks[1].spatial = Spatial::Bed(Bed { layout: BedLayout::default(), ..Default::default() });
    let fdn = chain::Reverb::Fdn(chain::Fdn::default());
    scene.reverbs =
        vec![ReverbUnit { reverb: fdn, ..hall(ReverbReturn::Objects { count: 4, elevation: 30.0 }) }];
    scene.buses.push(Bus { role: Role::Effects, chain: ducked(), ..Default::default() });
    let stems = [stem(1), (0..6).map(|n| noise(n + 10, 20_000)).collect(), stem(3)];
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
    let one = pool(1).install(|| mixed(&scene, &stems, 1_024)).expect("a mix");
    // Music and effects have a hall each.
    assert_eq!(one.len(), 1 + 6 + 1 + 2 * 4);
    for (threads, frames) in [(4, 1_024), (2, 100), (3, 5_000)] {
        let again = pool(threads).install(|| mixed(&scene, &stems, frames)).expect("a mix");
        assert_eq!(again, one, "{threads} threads, blocks of {frames}");
    }
    // A bus and a track on which nothing is done have all stages then.
    scene.buses.push(Bus { role: Role::Dialogue, ..Default::default() });
    scene.tracks.push(track("D", Role::Dialogue, Chain::default()));
    let stems = [&stems[..], &[stem(4)]].concat();
    let unattended = mixed(&scene, &stems, 1_024).expect("a mix");
    assert_eq!(mixed_at((&scene, Desk::Attended), &stems, 1_024).expect("a mix"), unattended);
}

#[test]
fn levels_name_every_stage() {
    let chain = Chain {
        trim: Some(chain::Trim { gain_db: -20.0, invert: false }),
        fader: Some(chain::Fader { gain_db: 6.0, ..Default::default() }),
        ..Default::default()
    };
    let scene = scene(vec![track("A", Role::Effects, chain)]);
    let clips = vec![vec![Box::new(Memory(vec![vec![0.5; 2_000]])) as Box<dyn ClipSource>]];
    let mut mixer =
        Mixer::new(&scene, &scene.returns(), Stems { clips, responses: Vec::new() }, Desk::Unattended)
            .expect("a mixer");
    mixer.next(&mut AudioBlock::new(1, 2_000)).expect("samples");
    let levels = mixer.levels();
    let stages: Vec<(&str, f32)> = levels[0].stages.iter().map(|stage| (stage.stage, stage.peak)).collect();
    assert_eq!(levels[0].strip, "track A");
    assert_eq!(stages[..2], [("input", 0.5), ("trim", 0.05)]);
    assert!((stages[2].1 - 0.099_763).abs() < 1e-5 && stages[2].0 == "fader");
}

#[test]
fn what_cannot_be_is_said_in_one_line() {
    let fault = |scene: &Scene| match mixed(scene, &[stem(1), stem(2)], 1_024) {
        Ok(_) => panic!("a mix"),
        Err(error) => error.to_string(),
    };
    let keyed = |key: &str| {
        let compressor = chain::Compressor { key: Some(key.into()), ..Default::default() };
        Chain { compressor: Some(compressor), ..Default::default() }
    };
    let circle =
        scene(vec![track("A", Role::Music, keyed("effects")), track("B", Role::Effects, keyed("music"))]);
    assert!(fault(&circle).contains("the role that it listens to listens to its own role"));
    let nobody = scene(vec![track("A", Role::Music, keyed("dialogue"))]);
    assert_eq!(
        fault(&nobody),
        "track A: compressor: key is \"dialogue\", expected the role of a track of the scene"
    );
    let sends = vec![chain::Send { to: "cave".into(), gain_db: 0.0 }];
    let nowhere = scene(vec![track("A", Role::Music, Chain { sends, ..Default::default() })]);
    assert_eq!(fault(&nowhere), "track A: send: to is \"cave\", expected the name of a reverb of the scene");
    let wrong = Chain { denoise: Some(chain::Denoise { amount: 3.0 }), ..Default::default() };
    assert_eq!(
        fault(&scene(vec![track("A", Role::Music, wrong)])),
        "track A: denoise: amount is 3, expected 0 to 1"
    );
    let mut beyond = scene(vec![track("A", Role::Music, Chain::default())]);
    beyond.tracks[0].clips[0].trim_start = samples(50_000);
    beyond.tracks[0].clips[0].length = Some(samples(10));
    assert_eq!(fault(&beyond), "track A: beyond its end");
}
