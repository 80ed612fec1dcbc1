use formats::scene::chain;
use formats::scene::{BedLayout, Marker, ReverbReturn, Role};

use super::*;
use crate::audio::AudioBlock;
use crate::mix::mixer::tests::{Memory, ducked, hall, scene, stem, track};
use crate::mix::mixer::{ClipSource, Desk, Stems};

const FRAMES: usize = 30_000;
const BLOCK: usize = 1_000;

fn mixer(scene: &Scene) -> Mixer {
    let clips = (1..=scene.tracks.len() as u64)
        .map(|seed| vec![Box::new(Memory(stem(seed))) as Box<dyn ClipSource>])
        .collect();
    let responses = vec![vec![vec![1.0]]; scene.reverbs.len()];
    Mixer::new(scene, &scene.returns(), Stems { clips, responses }, Desk::Attended).expect("a mixer")
}

/// All channels one after the other from a sample on, turned from one scene to others before these samples.
fn turned(mixer: &mut Mixer, frames: usize, mut changes: Vec<(usize, Changes)>) -> Vec<Vec<f32>> {
    let (mut all, mut block) = (vec![Vec::new(); mixer.channels()], AudioBlock::new(mixer.channels(), BLOCK));
    let mut waiting = Changes::default();
    for start in (0..frames).step_by(BLOCK) {
        if changes.first().is_some_and(|(at, _)| *at == start) {
            waiting.add(changes.remove(0).1);
        }
        mixer.take_over(&mut waiting);
        mixer.next(&mut block).expect("samples");
        all.iter_mut().enumerate().for_each(|(n, row)| row.extend_from_slice(block.channel(n)));
    }
    assert!(waiting.is_empty());
    all
}

/// Two tracks of a role with a bus, both with everything that can be turned; `by` is how far.
fn full(by: f64) -> Scene {
    let chain = |threshold_db: f64| Chain {
        trim: Some(chain::Trim { gain_db: -3.0 - by, invert: false }),
        eq: Some(chain::Eq {
            bands: vec![chain::EqBand::Bell { frequency_hz: 900.0 + 100.0 * by, gain_db: by, q: 1.0 }],
        }),
        gate: Some(chain::Gate { threshold_db: -60.0 - by, ..Default::default() }),
        de_esser: Some(chain::DeEsser { threshold_db: -30.0 - by, ..Default::default() }),
        compressor: Some(chain::Compressor { threshold_db: threshold_db - by, ..Default::default() }),
        delay: Some(chain::Delay::Samples(100 + by as i64)),
        fader: Some(chain::Fader { gain_db: -by, ..Default::default() }),
        sends: vec![chain::Send { to: "hall".into(), gain_db: -by }],
        ..Default::default()
    };
    let mut scene = scene(vec![
        track("A", Role::Music, chain(-10.0)),
        track("B", Role::Music, Chain { compressor: ducked().compressor, ..chain(-20.0) }),
        track("C", Role::Dialogue, Chain::default()),
    ]);
    scene.tracks[0].group = Some("ferry".into());
    scene.groups = vec![Group { name: "ferry".into(), gain_db: -by / 2.0, ..Default::default() }];
    scene.reverbs = vec![hall(ReverbReturn::Bed(BedLayout::default()))];
    scene.buses.push(Bus { role: Role::Music, chain: chain(-15.0), ..Default::default() });
    scene
}

#[test]
fn whatever_was_turned_it_is_the_new_scene_from_the_next_start_on() {
    let (old, new) = (full(0.0), full(5.0));
    let mut mixer = mixer(&old);
    let specs = mixer.strip_specs();
    let changes = vec![
        (4_000, specs.changes(&old, &full(2.0)).expect("strips alone")),
        (5_000, specs.changes(&full(2.0), &new).expect("strips alone")),
    ];
    turned(&mut mixer, 10_000, changes);
    mixer.restart(0);
    let again = turned(&mut mixer, FRAMES, Vec::new());
    assert_eq!(again, turned(&mut super::tests::mixer(&new), FRAMES, Vec::new()));
}

/// Gains have no memory: once they are where they go to, nothing is left of what was.
#[test]
fn gains_that_have_arrived_leave_nothing_of_what_was() {
    let at = |gain_db: f64| {
        let mut scene = full(0.0);
        for chain in scene.tracks.iter_mut().map(|track| &mut track.chain) {
            chain.eq = None;
            (chain.gate, chain.de_esser, chain.compressor) = (None, None, None);
            chain.delay = Some(chain::Delay::Samples(100 - gain_db as i64));
            chain.trim = Some(chain::Trim { gain_db, invert: gain_db < -5.0 });
            chain.sends.iter_mut().for_each(|send| send.gain_db = gain_db);
            chain.fader = Some(chain::Fader { gain_db, ..Default::default() });
        }
        scene.buses[0].chain =
            Chain { fader: Some(chain::Fader { gain_db, ..Default::default() }), ..Default::default() };
        scene.groups[0].gain_db = gain_db;
        scene
    };
    let (old, new) = (at(0.0), at(-12.0));
    // C has no send.
    let mut mixer = mixer(&old);
    let specs = mixer.strip_specs();
    let changes = specs.changes(&old, &new).expect("strips alone");
    let found = turned(&mut mixer, FRAMES, vec![(8_000, changes)]);
    let (before, after) = (
        turned(&mut super::tests::mixer(&old), FRAMES, Vec::new()),
        turned(&mut super::tests::mixer(&new), FRAMES, Vec::new()),
    );
    for (channel, row) in found.iter().enumerate() {
        assert_eq!(row[..8_000], before[channel][..8_000], "channel {channel} before");
        // A convolver works on a little more than a thousand samples at a time.
        assert_eq!(row[12_000..], after[channel][12_000..], "channel {channel} after");
    }
    assert!(before[0][15_000] != after[0][15_000]);
}

#[test]
fn a_steady_sound_is_turned_without_a_jump() {
    let chain = |gain_db| Chain {
        fader: Some(chain::Fader { gain_db, ..Default::default() }),
        sends: vec![chain::Send { to: "hall".into(), gain_db }],
        ..Default::default()
    };
    let at = |gain_db| {
        let mut scene = scene(vec![track("A", Role::Music, chain(gain_db))]);
        scene.reverbs = vec![hall(ReverbReturn::Objects { count: 1, elevation: 0.0 })];
        let bus = Chain { sends: chain(gain_db).sends, ..Default::default() };
        scene.buses.push(Bus { role: Role::Music, chain: bus, ..Default::default() });
        scene
    };
    let (old, new) = (at(0.0), at(-20.0));
    let clips = vec![vec![Box::new(Memory(vec![vec![0.5; 20_000]])) as Box<dyn ClipSource>]];
    let stems = Stems { clips, responses: vec![vec![vec![1.0]]] };
    let mut mixer = Mixer::new(&old, &old.returns(), stems, Desk::Attended).expect("a mixer");
    let changes = mixer.strip_specs().changes(&old, &new).expect("strips alone");
    let found = turned(&mut mixer, 20_000, vec![(8_000, changes)]);
    // The track, what it sends, what its bus sends of it and of its room.
    for (row, expected) in found.iter().zip([0.05, 0.005, 0.005]) {
        let steepest = row[5_000..].array_windows::<2>().map(|[a, b]| (a - b).abs()).fold(0.0, f32::max);
        assert!(steepest < 0.003, "{steepest}");
        assert!((row[19_000] - expected).abs() < 1e-4, "{} {expected}", row[19_000]);
    }
}

#[test]
fn nothing_is_taken_from_memory_at_work() {
    let (old, new) = (full(0.0), full(5.0));
    let mut mixer = mixer(&old);
    let mut changes = mixer.strip_specs().changes(&old, &new).expect("strips alone");
    turned(&mut mixer, 4_000, Vec::new());
    let counted = allocation_counter::measure(|| mixer.take_over(&mut changes));
    assert_eq!(counted.count_total, 0);
    assert!(changes.is_empty());
}

#[test]
fn what_is_more_than_turning_needs_another_desk() {
    let old = full(0.0);
    let specs = mixer(&old).strip_specs();
    type Change = fn(&mut Scene);
    let more: [(&str, Change); 12] = [
        ("a mute", |scene| scene.tracks[0].mute = true),
        ("a clip", |scene| scene.tracks[0].clips[0].gain_db = -1.0),
        ("a place", |scene| scene.tracks[1].spatial = formats::scene::Spatial::Bed(Default::default())),
        ("a stage less", |scene| scene.tracks[0].chain.gate = None),
        ("a look-ahead", |scene| scene.tracks[0].chain.compressor.as_mut().expect("one").look_ahead_ms = 4.0),
        ("a key", |scene| {
            scene.tracks[0].chain.compressor.as_mut().expect("one").key = Some("dialogue".into())
        }),
        ("a send more", |scene| {
            scene.tracks[2].chain.sends = vec![chain::Send { to: "hall".into(), gain_db: 0.0 }];
        }),
        ("a room", |scene| scene.reverbs[0].returns = ReverbReturn::Objects { count: 2, elevation: 0.0 }),
        ("a bus less", |scene| scene.buses.clear()),
        ("a solo", |scene| scene.groups[0].solo = true),
        ("something out of range", |scene| {
            scene.tracks[0].chain.fader = Some(chain::Fader { gain_db: 500.0, ..Default::default() });
        }),
        ("a length", |scene| scene.length = None),
    ];
    for (name, change) in more {
        let mut new = old.clone();
        change(&mut new);
        assert!(specs.changes(&old, &new).is_none(), "{name}");
    }
    let mut same = old.clone();
    same.markers.push(Marker { name: "here".into(), ..Default::default() });
    assert!(specs.changes(&old, &same).expect("nothing").is_empty());
    // What does nothing yet is there to be turned all the same.
    let mut first = old.clone();
    first.tracks[2].chain.fader = Some(chain::Fader { gain_db: -1.0, ..Default::default() });
    let bell = chain::EqBand::Bell { frequency_hz: 500.0, gain_db: 3.0, q: 1.0 };
    first.tracks[2].chain.eq = Some(chain::Eq { bands: vec![bell] });
    assert!(!specs.changes(&old, &first).expect("strips alone").is_empty());
    // Without a length a later end would be another one.
    let (mut endless, mut later) = (old.clone(), old);
    (endless.length, later.length) = (None, None);
    later.tracks[0].chain.delay = Some(chain::Delay::Samples(90_000));
    assert!(specs.changes(&endless, &later).is_none());
}
