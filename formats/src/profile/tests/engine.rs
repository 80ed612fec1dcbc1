use std::collections::HashSet;
use std::time::Instant;

use super::{findings, id};
use crate::Warning;
use crate::adm::{
    AdmId, AudioChannelFormat, AudioObject, AudioPackFormat, AudioProgramme, BlockCommon, BlockFormats,
    BlockId, CartesianPosition, Document, Frequency, ObjectPosition, ObjectsBlock, TypeDefinition,
};
use crate::profile::repeats_table::REPEATS;
use crate::profile::{FileFacts, Findings, Profile, Severity};

#[test]
fn rule_ids_are_unique_and_say_what_to_do() {
    let mut seen = HashSet::new();
    for profile in Profile::ALL {
        assert_eq!(profile.name().parse(), Ok(profile));
        for rule in profile.rules() {
            assert!(seen.insert(rule.id), "{} twice", rule.id);
            let (prefix, name) = rule.id.split_once('/').unwrap();
            assert!(prefix.starts_with(profile.name()), "{}", rule.id);
            assert!(
                name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{name}"
            );
            assert!([rule.allowed, rule.fix, rule.source].iter().all(|text| !text.is_empty()), "{}", rule.id);
        }
    }
    assert!("atmos".parse::<Profile>().is_err());
}

/// A million blocks that break rules: time in proportion, few findings kept, all counted.
#[test]
fn a_million_broken_blocks_are_counted_and_a_few_are_shown() {
    const BLOCKS: u32 = 1_000_000;
    let block = |number| ObjectsBlock {
        common: BlockCommon { id: BlockId { channel: 0x0003_1001, number }, ..BlockCommon::default() },
        position: ObjectPosition::Cartesian(CartesianPosition { x: 2.0, y: 0.0, z: 0.0 }),
        width: 0.0,
        height: 0.0,
        depth: 0.0,
        diffuse: 0.0,
        screen_ref: false,
        screen_edge_lock: Default::default(),
        special: None,
    };
    let channel = AudioChannelFormat {
        id: id("AC_00031001"),
        name: "Bee".into(),
        blocks: BlockFormats::Objects((1..=BLOCKS).map(block).collect()),
        frequency: Frequency::default(),
        unknown: Default::default(),
    };
    let document = Document { channel_formats: vec![channel.into()], ..Document::default() };
    for profile in Profile::ALL {
        let found = findings(&document, &FileFacts::default(), profile);
        assert!(found.list().len() < profile.rules().len() * Findings::KEPT_PER_RULE as usize);
        assert!(found.totals().any(|(_, _, total)| total >= u64::from(BLOCKS)), "{profile}");
    }
}

/// Packs that each hold the two after them, and an object per pack: walks without a budget never end.
#[test]
fn a_web_of_packs_takes_no_time() {
    let pack = |n: u32| AudioPackFormat {
        id: id(&format!("AP_{:08x}", 0x0003_1000 + n)),
        name: "Web".into(),
        type_definition: Some(TypeDefinition::Objects),
        pack_formats: [1, 2].map(|next| id(&format!("AP_{:08x}", 0x0003_1000 + n + next))).to_vec(),
        ..AudioPackFormat::default()
    };
    let object = |n: u32| AudioObject {
        id: id(&format!("AO_{:04x}", 0x1000 + n)),
        pack_formats: vec![id(&format!("AP_{:08x}", 0x0003_1000 + n))],
        track_uids: vec![id("ATU_00000000")],
        objects: vec![id(&format!("AO_{:04x}", 0x1001 + n)), id(&format!("AO_{:04x}", 0x1002 + n))],
        ..AudioObject::default()
    };
    let document = Document {
        pack_formats: (1..20_000).map(pack).collect(),
        objects: (1..20_000).map(object).collect(),
        ..Document::default()
    };
    let start = Instant::now();
    for profile in Profile::ALL {
        assert!(findings(&document, &FileFacts::default(), profile).count_of(Severity::Error) > 0);
    }
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

/// What a rule has found is not said again by the repair of the same thing, but the repair of another is.
#[test]
fn repairs_do_not_repeat_rules() {
    let programme =
        |n: u16| AudioProgramme { id: AdmId::programme(n), name: "p".into(), ..Default::default() };
    let document = Document { programmes: vec![programme(0x1001)], ..Document::default() };
    let mut found = findings(&document, &FileFacts::default(), Profile::Bs2076);
    assert_eq!(found.total("bs2076/programme-empty"), 1);
    found.add_warning(&Warning::new("empty-programme", "APR_1001", "holds nothing"));
    assert_eq!(found.total("empty-programme"), 0);
    found.add_warning(&Warning::new("empty-programme", "APR_1002", "holds nothing"));
    found.add_warning(&Warning::new("block-overlap", "AB_00031001_00000001", "3 blocks overlap"));
    assert_eq!((found.total("empty-programme"), found.total("block-overlap")), (1, 1));
}

#[test]
fn repairs_repeat_rules_that_exist() {
    let rules = Profile::Bs2076.rules();
    for (repair, same, _) in REPEATS {
        for rule in *same {
            assert!(rules.iter().any(|known| known.id == *rule), "{repair}: {rule}");
        }
    }
}
