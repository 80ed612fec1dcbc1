//! Block times: what is repaired, and what must be left alone.

use std::sync::Arc;

use formats::adm::{BlockFormats, Document, ObjectsBlock};
use proptest::prelude::*;

use super::build::*;
use crate::items::{RenderItem, select};

fn with_blocks(mut blocks: Vec<ObjectsBlock>, object_duration: Option<&str>) -> Document {
    for (block, number) in blocks.iter_mut().zip(1..) {
        block.common.id = formats::adm::BlockId { channel: 0x0003_1001, number };
    }
    let mut document = monos(1);
    document.objects[0].duration = object_duration.map(time);
    document.channel_formats[0] = channel_with("AC_00031001", BlockFormats::Objects(blocks));
    document
}

fn blocks_of(item: &RenderItem) -> &[ObjectsBlock] {
    match item {
        RenderItem::Objects(item) => match &item.channel.blocks {
            BlockFormats::Objects(blocks) => blocks,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// Times in seconds as decimals: rtime, duration, interpolation length; and the rules that were used.
fn repaired(blocks: Vec<ObjectsBlock>, object_duration: Option<&str>) -> (Vec<String>, Vec<String>) {
    let (items, warnings) = selected(&with_blocks(blocks, object_duration));
    let text = |block: &ObjectsBlock| {
        let seconds = |time: Option<formats::adm::AdmTime>| {
            time.map_or("-".to_owned(), |time| time.seconds_f64().to_string())
        };
        let common = &block.common;
        let interpolation = common.jump_position.interpolation_length;
        format!("{} {} {}", seconds(common.rtime), seconds(common.duration), seconds(interpolation))
    };
    let rules = warnings.iter().map(|warning| format!("{} {}", warning.element, warning.rule)).collect();
    (blocks_of(&items[0]).iter().map(text).collect(), rules)
}

fn block(rtime: &str, duration: &str) -> ObjectsBlock {
    let given = |text: &str| (!text.is_empty()).then(|| format!("00:00:{text}"));
    objects_block(given(rtime).as_deref(), given(duration).as_deref())
}

#[track_caller]
fn assert_repaired(blocks: Vec<ObjectsBlock>, end: Option<&str>, expected: &[&str], rules: &[&str]) {
    let (found, found_rules) = repaired(blocks, end);
    assert_eq!(found, expected);
    assert_eq!(found_rules, rules);
}

#[test]
fn sound_times_and_true_gaps_share_the_channel() {
    for (gap, rules) in [("01.0", &[][..]), ("01.5", &["block-gap"][..])] {
        let document = with_blocks(vec![block("00.0", "01.0"), block(gap, "01.0")], None);
        let (items, warnings) = selected(&document);
        assert_eq!(super::build::rules(&warnings), rules);
        let RenderItem::Objects(item) = &items[0] else { panic!("an object") };
        assert!(Arc::ptr_eq(&item.channel, &document.channel_formats[0]));
    }
}

#[test]
fn overlaps_are_cut_at_the_next_block() {
    let blocks = vec![
        block("00.0", "01.02"),
        interpolating(block("01.0", "02.0"), "00:00:01.5"),
        block("02.0", "01.0"),
    ];
    let expected = ["0 1 -", "1 1 1", "2 1 -"];
    assert_repaired(blocks, None, &expected, &["AB_00031001_00000001 block-overlap"]);
}

/// Pro Tools rounds rtime and duration to five decimals each.
#[test]
fn gaps_of_rounding_are_closed() {
    let blocks =
        vec![block("00.00000", "00.33333"), block("00.33334", "00.33333"), block("00.66669", "00.1")];
    let expected = ["0 0.33334 -", "0.33334 0.33335 -", "0.66669 0.1 -"];
    assert_repaired(blocks, None, &expected, &["AB_00031001_00000001 block-gap-rounding"]);
    let blocks = vec![block("00.00000", "00.33333"), block("00.33336", "00.1")];
    assert_repaired(blocks, None, &["0 0.33333 -", "0.33336 0.1 -"], &["AB_00031001_00000001 block-gap"]);
}

#[test]
fn interpolation_stays_within_the_block() {
    let blocks = vec![interpolating(block("00.0", "01.0"), "00:00:01.5")];
    assert_repaired(blocks, None, &["0 1 1"], &["AB_00031001_00000001 interpolation-too-long"]);
    let blocks = vec![interpolating(block("", ""), "00:00:01.5")];
    let rules = ["AB_00031001_00000001 interpolation-too-long"];
    assert_repaired(blocks, Some("00:00:01.0"), &["- - 1"], &rules);
}

#[test]
fn blocks_stay_within_their_object() {
    let blocks = vec![block("00.0", "01.0"), block("01.0", "01.0"), block("02.0", "01.0")];
    let rules = ["AB_00031001_00000002 block-after-object", "AB_00031001_00000003 block-outside-object"];
    assert_repaired(blocks, Some("00:00:01.5"), &["0 1 -", "1 0.5 -"], &rules);
}

#[test]
fn missing_times_are_completed() {
    let rules = ["AB_00031001_00000001 block-times-incomplete"];
    assert_repaired(vec![block("01.0", "")], None, &["1 9 -"], &rules);
    assert_repaired(vec![block("01.0", "")], Some("00:00:03.0"), &["1 2 -"], &rules);
    assert_repaired(vec![block("", "01.0")], None, &["0 1 -"], &rules);
    let blocks = vec![block("", ""), block("02.0", ""), block("", "")];
    assert_repaired(blocks, None, &["0 2 -", "2 8 -", "10 0 -"], &rules);
}

#[test]
fn blocks_out_of_order_are_sorted() {
    let blocks = vec![block("01.0", "01.0"), block("00.0", "01.0")];
    assert_repaired(blocks, None, &["0 1 -", "1 1 -"], &["AB_00031001_00000002 block-order"]);
}

#[test]
fn a_shared_channel_is_cut_for_each_object() {
    let mut document = with_blocks(vec![block("00.0", "03.0")], Some("00:00:02.0"));
    let mut second = document.objects[0].clone();
    second.id = "AO_1002".into();
    second.duration = Some(time("00:00:01.0"));
    document.objects.push(second);
    document.contents[0].objects = ids(&["AO_1001", "AO_1002"]);
    let (items, _) = selected(&document);
    let lengths: Vec<_> = items.iter().map(|item| blocks_of(item)[0].common.duration).collect();
    assert_eq!(lengths, [Some(time("00:00:02.0")), Some(time("00:00:01.0"))]);
}

fn any_time() -> impl Strategy<Value = Option<formats::adm::AdmTime>> {
    let rate = prop::sample::select(vec![1u32, 10, 100_000, 1_000_000_000, 44_100, 48_000, 4_294_967_291]);
    prop::option::weighted(0.9, (0u64..200_000, rate)).prop_map(|time| {
        time.map(|(numerator, rate)| formats::adm::AdmTime {
            numerator,
            denominator: rate.try_into().unwrap(),
            form: Default::default(),
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]
    /// What the renderer relies on: complete, in order, without overlap, interpolating within.
    #[test]
    fn any_times_come_out_in_order(
        times in prop::collection::vec((any_time(), any_time(), any_time()), 1..8),
        end in any_time(),
    ) {
        let mut blocks = Vec::new();
        for (rtime, duration, interpolation) in times {
            let mut block = objects_block(None, None);
            block.common.rtime = rtime;
            block.common.duration = duration;
            block.common.jump_position.flag = interpolation.is_some();
            block.common.jump_position.interpolation_length = interpolation;
            blocks.push(block);
        }
        let mut document = with_blocks(blocks, None);
        document.objects[0].duration = end;
        let (items, _) = select(&document, &options()).unwrap();
        let blocks = blocks_of(&items[0]);
        if let [only] = blocks && only.common.rtime.is_none() {
            prop_assert!(only.common.duration.is_none());
            return Ok(());
        }
        // Where the exact sum has no room: as f64 with a margin.
        const MARGIN: f64 = 1e-4;
        for pair in blocks.windows(2) {
            let [before, after] = [&pair[0].common, &pair[1].common];
            if let Some(end) = before.rtime.unwrap().checked_add(before.duration.unwrap()) {
                prop_assert!(end <= after.rtime.unwrap());
            }
        }
        let mut last_end = 0.0;
        for block in blocks {
            let (rtime, duration) = (block.common.rtime.unwrap(), block.common.duration.unwrap());
            prop_assert!(rtime.seconds_f64() >= last_end - MARGIN);
            last_end = rtime.seconds_f64() + duration.seconds_f64();
            let interpolation = block.common.jump_position.interpolation_length;
            prop_assert!(interpolation.is_none_or(|length| length <= duration));
            prop_assert!(end.is_none_or(|end| last_end <= end.seconds_f64() + MARGIN));
        }
    }
}
