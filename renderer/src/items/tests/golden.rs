//! The conformance corpus against what the reference renderer selects from it.

use std::fmt::Write;
use std::path::Path;

use formats::adm::{AdmTime, BlockFormats, Document, PositionOffset};
use formats::bw64::Reader;

use super::build::ids;
use crate::items::{Importance, ItemContext, RenderItem, SelectOptions, TrackSpec, select};
use crate::panner::golden::corpus;
use formats::Warning;

const EXPECTED: &str = include_str!("ear_items.txt");

/// The document of a file with its chna applied; `Err` is a line for the user.
fn load(path: &Path) -> Result<(Document, SelectOptions, Vec<Warning>), String> {
    let mut reader = Reader::open(path).map_err(|error| error.to_string())?;
    let (mut document, mut warnings) = match reader.axml().map_err(|error| error.to_string())? {
        Some(axml) => formats::adm::read(axml).map_err(|error| error.to_string())?,
        None => Default::default(),
    };
    if let Some(chna) = reader.chna(&mut warnings).map_err(|error| error.to_string())? {
        document.apply_chna(&chna, &mut warnings);
    }
    let rate = reader.sample_rate().try_into().unwrap();
    let options = SelectOptions {
        file_tracks: reader.channels(),
        file_duration: Some(AdmTime::from_samples(reader.frames(), rate)),
        ..SelectOptions::default()
    };
    Ok((document, options, warnings))
}

fn dash<T: ToString>(value: Option<T>) -> String {
    value.map_or("-".to_owned(), |value| value.to_string())
}

fn ratio(time: Option<AdmTime>) -> String {
    dash(time.map(|time| match time.to_ratio() {
        (whole, 1) => whole.to_string(),
        (numerator, denominator) => format!("{numerator}/{denominator}"),
    }))
}

fn track_text(track: &TrackSpec) -> String {
    match track {
        TrackSpec::Direct(track) => track.to_string(),
        TrackSpec::Silent => "silent".to_owned(),
        TrackSpec::Mix(all) => format!("({})", all.iter().map(track_text).collect::<Vec<_>>().join(" + ")),
        TrackSpec::Gain(of, gain) => format!("{}*{gain:.6}", track_text(of)),
        TrackSpec::Matrix(of, coefficient) => {
            let gain = coefficient.gain.unwrap_or_default().linear();
            let delay = coefficient.delay.filter(|&delay| delay != 0.0);
            format!(
                "{}*{gain:.6}{}",
                track_text(of),
                delay.map_or(String::new(), |delay| format!("@{delay:.6}"))
            )
        }
    }
}

fn context_text(context: &ItemContext) -> String {
    let offset = match context.position_offset {
        None => "-".to_owned(),
        Some(PositionOffset::Polar(p)) => {
            format!("polar:{:.4},{:.4},{:.4}", p.azimuth, p.elevation, p.distance)
        }
        Some(PositionOffset::Cartesian(p)) => format!("cartesian:{:.4},{:.4},{:.4}", p.x, p.y, p.z),
    };
    let (start, duration) = (ratio(context.object_start), ratio(context.object_duration));
    format!("start={start} duration={duration} gain={:.6} offset={offset}", context.object_gain)
}

fn path_text(context: &ItemContext) -> String {
    let joined =
        |ids: &[formats::adm::AdmId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(">");
    let objects =
        if context.path.objects.is_empty() { "-".to_owned() } else { joined(&context.path.objects) };
    let (programme, content) = (dash(context.path.programme.as_ref()), dash(context.path.content.as_ref()));
    format!("{programme}/{content}/{objects}/{}", joined(&context.path.pack_formats))
}

fn importance_text(importance: Importance) -> String {
    format!("importance={},{}", dash(importance.object), dash(importance.pack_format))
}

fn item_text(item: &RenderItem) -> String {
    let context = item.context();
    let (kind, track, channel) = match item {
        RenderItem::Objects(item) => ("Objects", &item.track, &item.channel),
        RenderItem::DirectSpeakers(item) => ("DirectSpeakers", &item.track, &item.channel),
        RenderItem::Binaural(item) => ("Binaural", &item.track, &item.channel),
        RenderItem::Hoa(item) => {
            let mut text = format!(
                "HOA {} nfc={} screen_ref={} rtime={} block_duration={} {} {}\n",
                item.normalization,
                dash(item.nfc_ref_dist),
                item.screen_ref,
                ratio(item.rtime),
                ratio(item.duration),
                context_text(context),
                path_text(context)
            );
            for c in &item.channels {
                let (track, importance) = (track_text(&c.track), importance_text(c.path_importance));
                let _ = writeln!(
                    text,
                    "  {track} {},{} gain={:.6} {importance} {}",
                    c.order, c.degree, c.gain, c.channel
                );
            }
            return text;
        }
    };
    let blocks = match &channel.blocks {
        BlockFormats::Objects(blocks) => blocks.len(),
        BlockFormats::DirectSpeakers(blocks) => blocks.len(),
        other => panic!("{other:?}"),
    };
    let (path, importance) = (path_text(context), importance_text(context.importance));
    format!(
        "{kind} {} {path}/{} {importance} blocks={blocks} {}\n",
        track_text(track),
        channel.id,
        context_text(context)
    )
}

/// What EAR refuses is refused, or repaired with a warning; all else is selected as EAR selects it.
#[test]
fn the_corpus_is_selected_as_the_reference_renderer_does() {
    let Some(corpus) = corpus() else { return };
    let mut cases = 0;
    for case in EXPECTED.split("\n= ").skip(1) {
        let (title, expected) = case.split_once('\n').unwrap();
        let fields: Vec<&str> = title.split(' ').collect();
        let value = |field: usize| fields[field].split_once('=').unwrap().1;
        let (document, mut options, warnings) = match load(&corpus.join(format!("in/{}.wav", fields[0]))) {
            Ok(loaded) => loaded,
            Err(error) => {
                assert!(expected.starts_with("refused"), "{title}: {error}");
                continue;
            }
        };
        options.programme = (value(1) != "-").then(|| value(1).into());
        options.complementary = if value(2) == "-" { Vec::new() } else { ids(&[value(2)]) };
        match select(&document, &options) {
            Ok((items, more)) if expected.starts_with("refused") => {
                assert!(
                    !warnings.is_empty() || !more.is_empty(),
                    "{title}: {} items without a word",
                    items.len()
                );
            }
            Ok((items, _)) => {
                let found: String = items.iter().map(item_text).collect();
                assert_eq!(found.trim_end(), expected.trim_end(), "{title}");
            }
            Err(error) => assert!(expected.starts_with("refused"), "{title}: {error}"),
        }
        cases += 1;
    }
    assert!(cases > 40, "{cases}");
}

/// Masters of Dolby's and Avid's tools, which the reference renderer refuses.
#[test]
fn real_masters_are_selected_with_named_repairs() {
    let Some(real) = corpus().and_then(|corpus| Some(corpus.parent()?.join("realworld"))) else { return };
    let selection = |file: &str| {
        let (document, options, _) = load(&real.join(file)).unwrap();
        let (items, warnings) = select(&document, &options).unwrap();
        let tracks: Vec<_> = items.iter().map(|item| super::build::track_and_channel(item).0).collect();
        let in_order: Vec<_> = (0..options.file_tracks).map(TrackSpec::Direct).collect();
        assert_eq!(tracks, in_order, "{file}");
        let mut rules: Vec<_> = warnings.iter().map(|warning| warning.rule).collect();
        rules.sort_unstable();
        rules.dedup();
        (items, rules)
    };
    let dolby = selection("dolby-dbmd-samples/sample_files/sample_adm_file_0.wav");
    assert_eq!((dolby.0.len(), dolby.1), (2, vec!["stream-pack-and-channel"]));
    let (items, rules) = selection("protools/Test_ADM_ProTools.wav");
    let beds = items.iter().filter(|item| matches!(item, RenderItem::DirectSpeakers(_))).count();
    assert_eq!((beds, items.len()), (10, 14));
    let repairs =
        ["block-gap-rounding", "block-overlap", "interpolation-too-long", "stream-pack-and-channel"];
    assert_eq!(rules, repairs);
}
