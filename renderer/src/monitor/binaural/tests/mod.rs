//! Whole renders to two ears, in memory: each test makes items and tracks and listens to what the engine gives.

mod build_up;
mod level;
mod octaves;
mod polarity;
mod rooms;
mod routing;
mod width;
mod without_head;

use std::sync::{Arc, OnceLock};

use formats::adm::{
    AdmId, AudioChannelFormat, BlockCommon, BlockFormats, DirectSpeakersBlock, Frequency, ObjectPosition,
    ObjectsBlock, PolarPosition,
};
use hrtf::HrtfSet;

use super::Headphones;
use crate::engine::{Engine, EngineSpec};
use crate::items::{
    DirectSpeakersItem, HoaChannel, HoaItem, Importance, ItemContext, ObjectsItem, RenderItem, TrackSpec,
};
use crate::panner::ambisonics::SphericalHarmonics;
use crate::render::{RenderOptions, Target};

pub(super) const RATE: u32 = 48_000;

/// The built-in set as the command uses it.
pub(super) fn headphones() -> Headphones {
    static SET: OnceLock<Arc<HrtfSet>> = OnceLock::new();
    let set = SET.get_or_init(|| Arc::new(HrtfSet::built_in().diffuse_field_equalised().resampled(RATE)));
    Headphones::new(Arc::clone(set))
}

pub(super) fn context() -> ItemContext {
    ItemContext { adm_version: 2, ..ItemContext::default() }
}

pub(super) fn block(azimuth: f64, elevation: f64) -> ObjectsBlock {
    ObjectsBlock {
        common: BlockCommon::default(),
        position: ObjectPosition::Polar(PolarPosition { azimuth, elevation, distance: 1.0 }),
        width: 0.0,
        height: 0.0,
        depth: 0.0,
        diffuse: 0.0,
        screen_ref: false,
        screen_edge_lock: Default::default(),
        special: None,
    }
}

pub(super) fn channel(blocks: BlockFormats) -> Arc<AudioChannelFormat> {
    Arc::new(AudioChannelFormat {
        id: AdmId::new("AC_00031001"),
        name: String::new(),
        blocks,
        frequency: Frequency::default(),
        unknown: Default::default(),
    })
}

pub(super) fn object(track: usize, block: ObjectsBlock) -> RenderItem {
    let channel = channel(BlockFormats::Objects(vec![block]));
    RenderItem::Objects(ObjectsItem { track: TrackSpec::Direct(track), channel, context: context() })
}

/// A bed channel.
pub(super) fn speaker(track: usize, block: DirectSpeakersBlock) -> RenderItem {
    let channel = channel(BlockFormats::DirectSpeakers(vec![block]));
    RenderItem::DirectSpeakers(DirectSpeakersItem {
        track: TrackSpec::Direct(track),
        channel,
        context: context(),
        common_pack: None,
    })
}

/// A scene of an order in N3D, its components in tracks 0, 1, 2 ….
pub(super) fn scene(order: i32) -> RenderItem {
    let components = (0..=order).flat_map(|order| (-order..=order).map(move |degree| (order, degree)));
    let component = |(track, (order, degree))| HoaChannel {
        track: TrackSpec::Direct(track),
        order,
        degree,
        gain: 1.0,
        importance: 10,
        path_importance: Importance::default(),
        channel: AdmId::new("AC_00041001"),
    };
    RenderItem::Hoa(HoaItem {
        channels: components.enumerate().map(component).collect(),
        normalization: "N3D".to_owned(),
        nfc_ref_dist: None,
        screen_ref: false,
        rtime: None,
        duration: None,
        context: context(),
    })
}

/// The tracks of a plane wave from a direction.
pub(super) fn plane_wave(order: usize, direction: hrtf::Direction, samples: &[f32]) -> Vec<Vec<f32>> {
    let functions = SphericalHarmonics::new(order);
    let mut values = vec![0.0; functions.len()];
    functions.n3d(direction.unit_vector(), &mut values);
    values.iter().map(|value| samples.iter().map(|sample| sample * *value as f32).collect()).collect()
}

/// White noise of ±0.5.
pub(super) fn noise(seed: u32, length: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(747_796_405).wrapping_add(1);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    (0..length).map(|_| next()).collect()
}

/// Both ears.
pub(super) fn render(headphones: &Headphones, items: Vec<RenderItem>, tracks: &[Vec<f32>]) -> [Vec<f32>; 2] {
    render_to(Target::Headphones(Box::new(headphones.clone())), items, tracks)
}

/// A target of two channels.
pub(super) fn render_to(target: Target, items: Vec<RenderItem>, tracks: &[Vec<f32>]) -> [Vec<f32>; 2] {
    let frames = tracks[0].len();
    let spec = EngineSpec {
        items: items.into(),
        targets: vec![target.into()],
        sample_rate: RATE,
        frames: frames as u64,
        span: 0..frames as u64,
        options: RenderOptions::default(),
        threads: 1,
    };
    let (mut engine, _) = Engine::new(spec).unwrap();
    let (mut input, mut outputs) = (engine.input_block(), engine.output_blocks());
    let mut rendered = [Vec::new(), Vec::new()];
    let (mut at, end) = (0, frames);
    while at < end {
        let count = engine.block_frames().min(end - at);
        input.set_frames(count);
        for (row, track) in engine.used_tracks().to_vec().into_iter().enumerate() {
            input.channel_mut(row).copy_from_slice(&tracks[track][at..at + count]);
        }
        engine.process(&input, &mut outputs).unwrap();
        for (ear, all) in rendered.iter_mut().enumerate() {
            all.extend_from_slice(outputs[0].channel(ear));
        }
        at += count;
    }
    rendered
}

/// dB.
pub(super) fn level(samples: &[f32]) -> f64 {
    let power: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    10.0 * (power / samples.len() as f64).log10()
}

/// Level of the left ear beside the right one's, dB.
pub(super) fn between(ears: &[Vec<f32>; 2]) -> f64 {
    level(&ears[0]) - level(&ears[1])
}

/// Level of both ears together, dB.
pub(super) fn both(ears: &[Vec<f32>; 2]) -> f64 {
    level(&ears.concat()) + 10.0 * 2_f64.log10()
}
