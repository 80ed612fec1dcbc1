//! What goes which way, and which head turns what.

use formats::adm::{BinauralBlock, DirectSpeakersBlock};

use super::*;
use crate::items::{BinauralItem, DirectSpeakersItem};
use crate::monitor::binaural::{Head, HeadphoneMode};

const FRAMES: usize = 12_000;

#[test]
fn binaural_tracks_pass_bit_by_bit() {
    let ear = |track: usize| {
        let channel = channel(BlockFormats::Binaural(vec![BinauralBlock::default()]));
        RenderItem::Binaural(BinauralItem {
            track: TrackSpec::Direct(track),
            channel,
            context: context(),
            left: track == 0,
        })
    };
    let tracks = [noise(1, FRAMES), noise(2, FRAMES)];
    let turned = Headphones { head: Head::still(40.0, 0.0, 0.0), ..headphones() };
    for headphones in [headphones(), turned] {
        assert!(render(&headphones, vec![ear(0), ear(1)], &tracks) == tracks);
    }
}

#[test]
fn low_frequency_effects_are_in_both_ears_with_the_power_of_one_channel() {
    let block = DirectSpeakersBlock { speaker_labels: vec!["LFE1".to_owned()], ..Default::default() };
    let mut channel = AudioChannelFormat::clone(&channel(BlockFormats::DirectSpeakers(vec![block])));
    channel.frequency = Frequency { low_pass: Some(120.0), ..Frequency::default() };
    let item = RenderItem::DirectSpeakers(DirectSpeakersItem {
        track: TrackSpec::Direct(0),
        channel: Arc::new(channel),
        context: context(),
        common_pack: None,
    });
    let tracks = [noise(3, FRAMES)];
    let [left, right] = render(&headphones(), vec![item], &tracks);
    assert_eq!(left, right);
    for (found, sample) in left.iter().zip(&tracks[0]) {
        assert!((found - sample * std::f32::consts::FRAC_1_SQRT_2).abs() < 1e-7);
    }
}

#[test]
fn each_track_has_the_mode_that_dbmd_gives_it_and_the_user_the_last_word() {
    let tracks = [noise(4, FRAMES)];
    let at_the_left = || vec![object(0, block(30.0, 0.0))];
    let of = |track: Option<HeadphoneMode>, user: Option<HeadphoneMode>| {
        let headphones = Headphones { track_modes: vec![track], mode: user, ..headphones() };
        render(&headphones, at_the_left(), &tracks)
    };
    let plain = of(None, None);
    let without_head = of(Some(HeadphoneMode::Off), None);
    // 30° is the left loudspeaker of stereo.
    assert!(without_head[0] == tracks[0] && without_head[1].iter().all(|sample| *sample == 0.0));
    assert!(plain[1].iter().any(|sample| *sample != 0.0));
    assert!(of(Some(HeadphoneMode::Near), None) == plain);
    assert!(of(Some(HeadphoneMode::Off), Some(HeadphoneMode::Near)) == plain);
    assert!(of(Some(HeadphoneMode::Near), Some(HeadphoneMode::Off)) == without_head);
    for (name, mode) in
        [("off", HeadphoneMode::Off), ("near", HeadphoneMode::Near), ("far", HeadphoneMode::Far)]
    {
        assert_eq!(HeadphoneMode::of_dolby(name), Some(mode));
    }
}

#[test]
fn head_locked_objects_stay_with_the_head_and_others_do_not() {
    let tracks = [noise(5, FRAMES)];
    let side = |locked: bool| {
        let mut block = block(90.0, 0.0);
        block.common.head_locked = locked;
        vec![object(0, block)]
    };
    let ahead = render(&headphones(), side(false), &tracks);
    let track = Head::from_csv("0,0,0,0\n0.2,90,0,0\n").unwrap();
    for head in [Head::still(90.0, 0.0, 0.0), track] {
        let turned = Headphones { head, ..headphones() };
        assert!(render(&turned, side(true), &tracks) == ahead);
        let heard = render(&turned, side(false), &tracks).map(|ear| ear[FRAMES - 1000..].to_vec());
        // Turned to the source, it is ahead: both ears alike.
        assert!(
            between(&ahead) > 6.0 && between(&heard).abs() < 0.7,
            "{} {}",
            between(&ahead),
            between(&heard)
        );
    }
}

#[test]
fn scenes_turn_with_the_head_unless_they_are_locked_to_it() {
    let direction = hrtf::Direction::new(90.0, 0.0);
    let tracks = plane_wave(3, direction, &noise(6, FRAMES));
    let locked = || match scene(3) {
        RenderItem::Hoa(mut item) => {
            item.context.head_locked = true;
            RenderItem::Hoa(item)
        }
        other => other,
    };
    let ahead = render(&headphones(), vec![scene(3)], &tracks);
    assert!(between(&ahead) > 6.0);
    let turned = Headphones { head: Head::still(90.0, 0.0, 0.0), ..headphones() };
    assert!(between(&render(&turned, vec![scene(3)], &tracks)).abs() < 0.7);
    assert!(render(&turned, vec![locked()], &tracks) == ahead);
}
