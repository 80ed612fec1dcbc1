//! With loudspeakers for headphones: what many of them carry at once is as loud as in a room, and a point is what they are.

use super::level::{FRAMES, loudness, pink};
use super::octaves::{OCTAVES, decibels, heard, loudspeakers, sized};
use super::*;
use crate::layout::Layout;
use crate::monitor::binaural::BinauralPath;
use crate::render::{LoudspeakerPanner, Panner};

/// What the sum of the loudspeakers' powers may be missed by, LU, and in octaves up to 250 Hz, dB. Two bands cannot follow
/// every comb above; without them the widest is 5 LU and 10 dB louder.
const MOST: f64 = 0.6;
const MOST_LOW: f64 = 1.0;
/// −120 dBFS.
const ROUNDING: f32 = 1e-6;

fn on(layout: &Layout) -> Headphones {
    Headphones { path: BinauralPath::Speakers(layout.clone()), ..headphones() }
}

fn layout(name: &str) -> Layout {
    Layout::by_name(name).unwrap()
}

/// How loud pink noise is from each loudspeaker alone, as a power; nothing from LFE.
fn powers(layout: &Layout) -> Vec<f64> {
    let tracks = [pink(11)];
    let of = |channel: &crate::layout::Channel| {
        let place = block(channel.position.azimuth, channel.position.elevation);
        match channel.is_lfe {
            true => 0.0,
            false => 10_f64.powf(loudness(&render(&headphones(), vec![object(0, place)], &tracks)) / 10.0),
        }
    };
    layout.channels.iter().map(of).collect()
}

#[test]
fn what_is_wide_is_as_loud_as_loudspeakers_are_in_a_room() {
    for name in ["4+7+0", "0+5+0"] {
        let layout = layout(name);
        let (powers, responses) = (powers(&layout), loudspeakers(&layout));
        let mut panner = LoudspeakerPanner::new(&layout, None).unwrap();
        for (azimuth, width, height) in [
            (0.0, 60.0, 0.0),
            (0.0, 120.0, 60.0),
            (90.0, 120.0, 60.0),
            (135.0, 90.0, 30.0),
            (0.0, 360.0, 360.0),
        ] {
            let block = sized(azimuth, width, height);
            let gains = panner.gains(&block, &context()).direct.clone();
            let room: f64 = gains.iter().zip(&powers).map(|(gain, power)| gain * gain * power).sum();
            let found = loudness(&render(&on(&layout), vec![object(0, block.clone())], &[pink(11)]));
            let apart = found - decibels(room);
            assert!(apart.abs() < MOST, "{name}, {azimuth}°, {width}° × {height}°: {apart:+.2} LU");
            let heard = heard(&on(&layout), &block, &layout, &responses);
            for (heard, octave) in heard.iter().zip(OCTAVES).take(3) {
                let level = decibels(heard.power[0] / heard.power[1]);
                assert!(level.abs() < MOST_LOW, "{name}, {azimuth}°, {width}°, {octave} Hz: {level:+.2} dB");
            }
        }
    }
}

#[test]
fn a_scene_all_round_is_as_loud_as_loudspeakers_are_in_a_room() {
    let layout = layout("4+7+0");
    let powers = powers(&layout);
    let panner = LoudspeakerPanner::new(&layout, None).unwrap();
    for order in [1, 3] {
        // Components without anything in common: a diffuse field.
        let count = (order + 1) * (order + 1);
        let tracks: Vec<Vec<f32>> = (0..count).map(|seed| pink(40 + seed as u32)).collect();
        let RenderItem::Hoa(item) = scene(order) else { return };
        let gains = panner.hoa(&item, &mut Vec::new()).unwrap();
        let of = |gains: &Vec<f64>| {
            gains.iter().zip(&powers).map(|(gain, power)| gain * gain * power).sum::<f64>()
        };
        let room: f64 = gains.iter().map(of).sum();
        let found = loudness(&render(&on(&layout), vec![scene(order)], &tracks));
        let apart = found - decibels(room);
        assert!(apart.abs() < MOST, "order {order}: {apart:+.2} LU");
    }
}

#[test]
fn a_point_is_its_loudspeakers_whatever_else_there_is() {
    let layout = layout("4+7+0");
    let wide = sized(0.0, 360.0, 360.0);
    let tracks = [noise(3, FRAMES / 3), vec![0.0; FRAMES / 3]];
    let mut panner = LoudspeakerPanner::new(&layout, None).unwrap();
    for (azimuth, elevation) in [(12.0, 5.0), (-160.0, 20.0), (30.0, 0.0)] {
        let point = block(azimuth, elevation);
        let gains = panner.gains(&point, &context()).direct.clone();
        let mut sum = [vec![0.0_f32; FRAMES / 3], vec![0.0; FRAMES / 3]];
        for (gain, channel) in gains.iter().zip(&layout.channels).filter(|(gain, _)| **gain != 0.0) {
            let place = block(channel.position.azimuth, channel.position.elevation);
            let alone = render(&headphones(), vec![object(0, place)], &tracks);
            for (sum, ear) in sum.iter_mut().zip(&alone) {
                sum.iter_mut().zip(ear).for_each(|(sum, sample)| *sum += *gain as f32 * sample);
            }
        }
        let found = render(&on(&layout), vec![object(0, point), object(1, wide.clone())], &tracks);
        let apart = found.concat().iter().zip(sum.concat()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < ROUNDING, "{azimuth}°: {apart:e}");
    }
}
