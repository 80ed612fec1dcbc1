//! Blocks read in one sweep are those that their declaration reads. A prefix before their names keeps the sweep off.

use proptest::prelude::*;

use super::{inner, objects_channel, second_edition};
use crate::adm::xml::read_str;
use crate::adm::{AdmTime, BlockFormats, BlockId, CartesianPosition, Gain, ObjectPosition};

/// Reads `blocks` both ways, in either edition, and compares everything that comes out.
fn assert_both_ways_agree(blocks: &str) {
    let slow = blocks.replace("<audioBlockFormat", "<p:audioBlockFormat");
    let slow = slow.replace("</audioBlockFormat", "</p:audioBlockFormat");
    let first = |content: &str| format!("<audioFormatExtended>{content}</audioFormatExtended>");
    for edition in [first as fn(&str) -> String, second_edition] {
        let read = |blocks: &str| read_str(&edition(&objects_channel(blocks)));
        match (read(blocks), read(&slow)) {
            (Ok((swept, swept_warnings)), Ok((declared, warnings))) => {
                // As text, because equality does not see the form of a time.
                assert_eq!(format!("{:?}", inner(swept)), format!("{:?}", inner(declared)), "{blocks}");
                assert_eq!(swept_warnings, warnings, "{blocks}");
            }
            (Err(swept), Err(declared)) => {
                let place =
                    |error: &crate::adm::Error| (error.kind(), error.line(), error.element().to_owned());
                assert_eq!(place(&swept), place(&declared), "{blocks}");
            }
            (swept, declared) => panic!("{blocks}\n{swept:?}\n{declared:?}"),
        }
    }
}

/// Numbers as files have them, and some that are none.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (-2.0..2.0f64, 0usize..13).prop_map(|(value, decimals)| format!("{value:.decimals$}")),
        2 => any::<f64>().prop_map(|value| format!("{value}")),
        1 => (-400.0..400.0f64).prop_map(|value| format!("{value}")),
        1 => "-?[0-9]{0,25}\\.?[0-9]{0,25}",
        1 => prop::sample::select(
            vec!["", " 1", "+1", "1e-3", "1.", ".5", "-", "--1", "-0", "-0.0", "inf", "1,5", "1\n", "0x1", "1&#48;"]
        ).prop_map(str::to_owned),
    ]
}

fn time() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[0-9]{2}:[0-5][0-9]:[0-5][0-9]\\.[0-9]{1,9}",
        2 => (0u32..48_000).prop_map(|samples| format!("00:00:01.{samples}S48000")),
        1 => "[0-9]{1,3}:[0-9]{1,3}:[0-9]{1,2}(\\.[0-9S]{0,14})?",
        1 => Just(" 00:00:01.0".to_owned()),
    ]
}

/// A child of a block.
fn child() -> impl Strategy<Value = String> {
    let axes = vec!["X", "Y", "Z", "azimuth", "elevation", "distance"];
    let leaves = vec!["width", "height", "depth", "diffuse", "gain", "importance", "cartesian", "screenRef"];
    prop_oneof![
        4 => (prop::sample::select(axes), number())
            .prop_map(|(axis, value)| format!("<position coordinate=\"{axis}\">{value}</position>")),
        4 => (prop::sample::select(leaves), number())
            .prop_map(|(name, value)| format!("<{name}>{value}</{name}>")),
        2 => (0u8..=11).prop_map(|value| format!("<importance>{value}</importance>")),
        2 => (number(), 0u8..3).prop_map(|(length, flag)| {
            format!("<jumpPosition interpolationLength=\"{length}\">{flag}</jumpPosition>")
        }),
        1 => prop::sample::select(vec![
            "<jumpPosition>1</jumpPosition>", "<jumpPosition>true</jumpPosition>", "<channelLock>1</channelLock>",
            "<gain gainUnit=\"dB\">-3</gain>", "<position coordinate='X'>1</position>", "<width >1</width>",
            "<position coordinate=\"X\" bound=\"min\">1</position>", "<!-- <width>1</width> -->", "stray",
            "<width>1<!-- -->2</width>", "<width/>", "<other>é</other>", "<a:width>1</a:width>", "&amp;",
            "<objectDivergence azimuthRange=\"30\">0.5</objectDivergence>", "<width>1</height>", "\r\n",
            "<jumpPosition interpolationLength=\"00:00:00.1\">1</jumpPosition>", "<![CDATA[]]>",
        ]).prop_map(str::to_owned),
    ]
}

fn block() -> impl Strategy<Value = String> {
    let place = prop_oneof![
        4 => (number(), number()).prop_map(|(x, y)| format!(
            "<cartesian>1</cartesian><position coordinate=\"X\">{x}</position> <position coordinate=\"Y\">{y}</position>"
        )),
        2 => (number(), number()).prop_map(|(azimuth, elevation)| format!(
            "<position coordinate=\"azimuth\">{azimuth}</position><position coordinate=\"elevation\">{elevation}</position>"
        )),
        1 => Just(String::new()),
    ];
    let id = prop_oneof![
        8 => (0u32..9).prop_map(|number| format!(" audioBlockFormatID=\"AB_0003100a_{number:08X}\"")),
        1 => Just(" audioBlockFormatID=\"AB_0003100g_00000001\"".to_owned()),
        1 => Just(String::new()),
    ];
    let times = prop_oneof![
        8 => (time(), time()).prop_map(|(start, length)| format!(" rtime=\"{start}\" duration=\"{length}\"")),
        1 => time().prop_map(|start| format!(" rtime=\"{start}\" rtime=\"{start}\"")),
        1 => time().prop_map(|length| format!(" duration=\"{length}\"")),
        1 => Just(String::new()),
    ];
    let space = prop::sample::select(vec!["", " ", "\n\t", "\r\n"]);
    (id, times, place, prop::collection::vec(child(), 0..4), space).prop_map(
        |(id, times, place, children, space)| {
            let children = children.join(space);
            format!("<audioBlockFormat{id}{times}>{place}{space}{children}</audioBlockFormat>{space}")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_sweep_reads_what_the_declaration_reads(blocks in prop::collection::vec(block(), 1..3)) {
        assert_both_ways_agree(&blocks.concat());
    }
}

/// Around 128 KiB, where one piece of the file ends and the next begins, and at the end of a document that is cut.
#[test]
fn blocks_that_are_not_whole_at_hand_are_read_too() {
    let block = |number: usize| {
        format!(
            "\n<audioBlockFormat audioBlockFormatID=\"AB_00031001_{number:08x}\" rtime=\"00:00:00.{number:05}\">\
             <cartesian>1</cartesian><position coordinate=\"X\">0.{number}</position><position coordinate=\"Y\">1\
             </position><jumpPosition interpolationLength=\"0.005\">1</jumpPosition></audioBlockFormat>"
        )
    };
    let blocks: String = (0..2000).map(block).collect();
    assert_both_ways_agree(&blocks);
    let (document, warnings) = read_str(&second_edition(&objects_channel(&blocks))).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    let BlockFormats::Objects(read) = &document.channel_formats[0].blocks else { panic!("type") };
    assert_eq!(read.len(), 2000);
    for (number, block) in (0..).zip(read) {
        assert_eq!(block.common.id, BlockId { channel: 0x0003_1001, number });
        assert_eq!(block.common.rtime, Some(format!("00:00:00.{number:05}").parse().unwrap()));
        let x = format!("0.{number}").parse().unwrap();
        assert_eq!(block.position, ObjectPosition::Cartesian(CartesianPosition { x, y: 1.0, z: 0.0 }));
    }
    let one = block(1);
    for end in 0..one.len() {
        assert_both_ways_agree(&format!("{}<p>", &one[..end]));
    }
}

#[test]
fn every_part_of_a_usual_block_arrives() {
    let text = "<audioBlockFormat audioBlockFormatID=\"AB_0003100A_0000001f\" rtime=\"01:02:03.4\" \
                duration=\"00:00:00.00500\">\n\t<position coordinate=\"azimuth\">-30.5</position>\n\t\
                <position coordinate=\"elevation\">15</position>\n\t<position coordinate=\"distance\">0.25</position>\
                <width>10</width><height>20.5</height><depth>0.125</depth><gain>-0.5</gain><diffuse>0.75</diffuse>\
                <importance>7</importance><jumpPosition interpolationLength=\"0.0052\">1</jumpPosition>\
                </audioBlockFormat>";
    let (document, warnings) = read_str(&second_edition(&objects_channel(text))).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    let BlockFormats::Objects(blocks) = &document.channel_formats[0].blocks else { panic!("type") };
    let [block] = blocks.as_slice() else { panic!("one block") };
    let ObjectPosition::Polar(at) = block.position else { panic!("polar") };
    assert_eq!((at.azimuth, at.elevation, at.distance), (-30.5, 15.0, 0.25));
    assert_eq!((block.width, block.height, block.depth, block.diffuse), (10.0, 20.5, 0.125, 0.75));
    let common = &block.common;
    assert_eq!((common.id.channel, common.id.number), (0x0003_100a, 31));
    assert_eq!(common.rtime.map(AdmTime::to_ratio), Some((18_617, 5)));
    assert_eq!(common.duration.map(AdmTime::to_ratio), Some((1, 200)));
    assert_eq!((common.gain, common.importance), (Gain::Linear(-0.5), 7));
    assert!(common.jump_position.flag);
    assert_eq!(common.jump_position.interpolation_length.map(AdmTime::to_ratio), Some((13, 2500)));
}
