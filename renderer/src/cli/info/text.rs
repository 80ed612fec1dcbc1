//! The same as a tree. Names come last in a line, so that no column depends on how wide they are drawn.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use formats::bw64::chunks::dbmd::{DbmdChunk, SegmentContent};

use super::report::{Adm, Channel, Content, Master, Object, Pack, Programme, Report};

/// Characters of a name that are shown.
const LONGEST_NAME: usize = 64;
/// Packs within a pack whose channels are counted.
const MOST_NESTED_PACKS: usize = 64;
/// Levels of nested objects that are shown.
const DEEPEST: usize = 24;
/// Tracks, chunks or objects that are listed one by one before the rest is counted.
const LONGEST_LIST: usize = 512;

/// `text` for a terminal: no control characters, no marks that turn the direction of writing.
pub(in crate::cli) fn printable(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        let is_hidden = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        if c.is_control() || is_hidden {
            clean.extend(c.escape_unicode());
        } else {
            clean.push(c);
        }
    }
    clean
}

/// [`printable`], cut when it is longer than names are.
pub(in crate::cli) fn clean(text: &str) -> String {
    match text.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => printable(&text[..end]) + "…",
        None => printable(text),
    }
}

/// `1 track`, `2 tracks`.
pub(in crate::cli) fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Seconds as `hh:mm:ss.mmm`.
fn timecode(seconds: f64) -> String {
    let milliseconds = (seconds.max(0.0) * 1000.0).round() as u64;
    let seconds = milliseconds / 1000;
    format!("{:02}:{:02}:{:02}.{:03}", seconds / 3600, seconds / 60 % 60, seconds % 60, milliseconds % 1000)
}

/// The whole text.
pub(super) fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    head(&mut out, report);
    if let Some(bext) = report.bext {
        line(
            &mut out,
            0,
            &format!("bext  {} {}", clean(&bext.origination_date), clean(&bext.origination_time)),
        );
        let reference = bext.time_reference as f64 / f64::from(report.audio.sample_rate.max(1));
        line(
            &mut out,
            1,
            &format!(
                "time reference {} ({})",
                timecode(reference),
                plural(bext.time_reference as usize, "sample")
            ),
        );
        for (what, text) in [("originator", &bext.originator), ("description", &bext.description)] {
            if !text.is_empty() {
                line(&mut out, 1, &format!("{what} {}", clean(text)));
            }
        }
        if let Some(lufs) = bext.loudness.integrated_lufs {
            line(&mut out, 1, &format!("integrated loudness {lufs:.1} LUFS"));
        }
    }
    if let Some(dbmd) = report.dbmd {
        dolby(&mut out, dbmd);
    }
    match &report.adm {
        Some(adm) => tree(&mut out, report, adm),
        None => line(&mut out, 0, "no ADM: no axml chunk"),
    }
    if report.adm.as_ref().is_none_or(|adm| adm.objects.is_empty()) {
        tracks(&mut out, report);
    }
    out
}

fn line(out: &mut String, depth: usize, text: &str) {
    // Writing to a String never fails.
    let _ = writeln!(out, "{:width$}{text}", "", width = depth * 2);
}

fn head(out: &mut String, report: &Report<'_>) {
    let audio = &report.audio;
    let kind = if audio.sample_format.is_float() { "float" } else { "integer" };
    line(out, 0, &printable(&report.file));
    line(
        out,
        1,
        &format!(
            "{}  {} Hz  {}  {}-bit {kind}  {}  {}  {}",
            report.container,
            audio.sample_rate,
            plural(audio.tracks, "track"),
            audio.bits,
            timecode(audio.seconds),
            plural(audio.frames as usize, "sample"),
            size(report.file_size),
        ),
    );
    if let Some(mask) = audio.channel_mask {
        line(out, 1, &format!("channel mask {mask:#x}"));
    }
    if let Some(master) = &report.damf {
        return three_files(out, master);
    }
    line(out, 0, "chunks       offset           bytes");
    for chunk in report.chunks.iter().take(LONGEST_LIST) {
        let id = clean(&chunk.id.to_string());
        line(out, 1, &format!("{id:<4} {:>14} {:>15}", chunk.offset, chunk.size));
    }
    rest(out, 1, report.chunks.len());
}

fn three_files(out: &mut String, master: &Master) {
    for file in &master.files {
        line(out, 1, &printable(file));
    }
    let rate = master.frame_rate.as_deref().unwrap_or("not indicated");
    let mut text = format!("DAMF  frame rate {}, starts at {}", clean(rate), timecode(master.offset));
    if let Some(first) = master.first_frame_of_action {
        let _ = write!(text, ", first frame of action {}", timecode(first));
    }
    if let Some(tool) = &master.creation_tool {
        let _ = write!(text, ", created by {}", clean(tool));
    }
    line(out, 0, &text);
    for bed in &master.beds {
        let names: Vec<String> = bed.iter().map(|name| clean(name)).collect();
        line(out, 1, &format!("bed of {}: {}", plural(bed.len(), "channel"), names.join(" ")));
    }
    line(out, 1, &plural(master.objects, "object"));
}

fn rest(out: &mut String, depth: usize, count: usize) {
    if count > LONGEST_LIST {
        line(out, depth, &format!("… and {} more", count - LONGEST_LIST));
    }
}

fn size(bytes: u64) -> String {
    const UNITS: [(f64, &str); 3] = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let bytes = bytes as f64;
    let unit = UNITS.iter().find(|(unit, _)| bytes >= *unit);
    unit.map_or(format!("{bytes} bytes"), |(unit, name)| format!("{:.1} {name}", bytes / unit))
}

fn dolby(out: &mut String, dbmd: &DbmdChunk) {
    line(out, 0, &format!("dbmd  version {}", dbmd.version_text()));
    for segment in &dbmd.segments {
        match segment.content() {
            SegmentContent::DolbyDigitalPlus(plus) => line(
                out,
                1,
                &format!(
                    "Dolby Digital Plus: dialnorm −{} dB, acmod {}, {}",
                    plus.dialnorm,
                    plus.audio_coding_mode,
                    if plus.lfe_on { "LFE" } else { "no LFE" }
                ),
            ),
            SegmentContent::Atmos(atmos) => {
                let tool =
                    format!("{} ({})", clean(&atmos.creation_tool), clean(&atmos.creation_tool_version));
                line(out, 1, &format!("Atmos: created by {tool}"));
                let rate = atmos.frame_rate.unwrap_or("not indicated");
                line(
                    out,
                    2,
                    &format!(
                        "frame rate {rate}, 5.1 to 2.0 {}, warp {}",
                        atmos.downmix_5_to_2, atmos.warp_mode
                    ),
                );
                if let Some(first) = &atmos.first_frame_of_action {
                    let seconds = f64::from(first.hours) * 3600.0 + f64::from(first.minutes) * 60.0;
                    let seconds = seconds + f64::from(first.seconds_e5) / 1e5;
                    line(out, 2, &format!("first frame of action {}", timecode(seconds)));
                }
            }
            SegmentContent::AtmosSupplement(supplement) => {
                let manual: Vec<&str> = supplement
                    .trims
                    .iter()
                    .filter(|trim| trim.manual.is_some())
                    .map(|trim| trim.layout)
                    .collect();
                let trims = if manual.is_empty() {
                    "all automatic".into()
                } else {
                    format!("manual {}", manual.join(", "))
                };
                line(
                    out,
                    1,
                    &format!(
                        "Atmos supplement: {} beds' channels and objects, trims {trims}",
                        supplement.object_count
                    ),
                );
                let mut modes: Vec<&str> = supplement.headphone.iter().map(|mode| mode.binaural).collect();
                modes.sort_unstable();
                modes.dedup();
                if !modes.is_empty() {
                    line(out, 2, &format!("binaural render modes: {}", modes.join(", ")));
                }
            }
            SegmentContent::Other { id, bytes } => line(out, 1, &format!("segment {id}: {bytes} bytes")),
        }
    }
}

fn tracks(out: &mut String, report: &Report<'_>) {
    if report.tracks.is_empty() {
        return;
    }
    line(out, 0, "chna");
    for track in report.tracks.iter().take(LONGEST_LIST) {
        let channel = track.channel.as_deref().or(track.track_format.as_deref()).unwrap_or("?");
        let name = track.channel_name.as_deref().unwrap_or_default();
        let pack = track.pack.as_deref().unwrap_or("?");
        let text = format!(
            "track {:>3}  {}  {}  {}  {}",
            track.track,
            clean(&track.uid),
            clean(channel),
            clean(pack),
            clean(name)
        );
        line(out, 1, text.trim_end());
    }
    rest(out, 1, report.tracks.len());
}

/// The document's elements by id.
struct Tree<'a> {
    contents: HashMap<&'a str, &'a Content>,
    objects: HashMap<&'a str, &'a Object>,
    packs: HashMap<&'a str, &'a Pack>,
    channels: HashMap<&'a str, &'a Channel>,
    shown: HashSet<&'a str>,
}

fn tree(out: &mut String, report: &Report<'_>, adm: &Adm) {
    let version = adm.version.as_deref().unwrap_or("none (BS.2076-1 or earlier)");
    line(
        out,
        0,
        &format!(
            "ADM  version {}  {}, {}, {}, {}, {}, {}, {}",
            clean(version),
            plural(adm.programmes.len(), "programme"),
            plural(adm.contents.len(), "content"),
            plural(adm.objects.len(), "object"),
            plural(adm.packs.len(), "pack"),
            plural(adm.channels.len(), "channel"),
            plural(adm.track_uids, "track UID"),
            plural(adm.blocks as usize, "block")
        ),
    );
    for profile in &adm.profiles {
        line(out, 1, &format!("profile {}", clean(profile)));
    }
    let mut tree = Tree {
        contents: adm.contents.iter().map(|content| (content.id.as_str(), content)).collect(),
        objects: adm.objects.iter().map(|object| (object.id.as_str(), object)).collect(),
        packs: adm.packs.iter().map(|pack| (pack.id.as_str(), pack)).collect(),
        channels: adm.channels.iter().map(|channel| (channel.id.as_str(), channel)).collect(),
        shown: HashSet::new(),
    };
    for programme in &adm.programmes {
        tree.programme(out, programme);
    }
    let left: Vec<&Object> =
        adm.objects.iter().filter(|object| !tree.shown.contains(object.id.as_str())).collect();
    if !left.is_empty() {
        line(out, 1, if adm.programmes.is_empty() { "objects" } else { "in no programme" });
        for object in left.into_iter().take(LONGEST_LIST) {
            tree.object(out, &object.id, 2);
        }
    }
    let unused = report.audio.tracks.saturating_sub(report.tracks.len());
    if unused > 0 {
        line(out, 1, &format!("{} without a track UID", plural(unused, "track")));
    }
}

/// The end of an element's line: its name and what is known of it.
fn named(id: &str, name: &str, facts: &[Option<String>]) -> String {
    let facts: Vec<&str> = facts.iter().flatten().map(String::as_str).collect();
    let facts = if facts.is_empty() { String::new() } else { format!("  [{}]", facts.join(", ")) };
    format!("{}  {}{facts}", clean(id), clean(name))
}

impl<'a> Tree<'a> {
    fn programme(&mut self, out: &mut String, programme: &'a Programme) {
        let times = match (&programme.start, &programme.end) {
            (Some(start), Some(end)) => Some(format!("{start} to {end}")),
            _ => None,
        };
        let language = programme.language.as_deref().map(clean);
        let loudness = programme.integrated_loudness.map(|lufs| format!("{lufs} LUFS"));
        line(out, 1, &named(&programme.id, &programme.name, &[times, language, loudness]));
        for id in programme.contents.iter().take(LONGEST_LIST) {
            let Some(&content) = self.contents.get(id.as_str()) else {
                line(out, 2, &format!("{}  (missing)", clean(id)));
                continue;
            };
            let kind = content.dialogue.map(|kind| match kind {
                0 => "no dialogue".to_string(),
                1 => "dialogue".to_string(),
                2 => "mixed".to_string(),
                other => format!("dialogue {other}"),
            });
            line(out, 2, &named(&content.id, &content.name, &[kind, content.language.as_deref().map(clean)]));
            for object in content.objects.iter().take(LONGEST_LIST) {
                self.object(out, object, 3);
            }
            rest(out, 3, content.objects.len());
        }
        rest(out, 2, programme.contents.len());
    }

    /// Channels of a pack and of the packs in it, each pack once.
    fn channels_of(&self, pack: &'a Pack) -> usize {
        let (mut open, mut seen, mut count) = (vec![pack], HashSet::new(), 0_usize);
        while let Some(pack) = open.pop() {
            if seen.len() < MOST_NESTED_PACKS && seen.insert(pack.id.as_str()) {
                count = count.saturating_add(pack.channels.len());
                let inner = pack.packs.iter().take(MOST_NESTED_PACKS);
                open.extend(inner.filter_map(|id| self.packs.get(id.as_str()).copied()));
            }
        }
        count
    }

    /// An object and what is in it; what was shown before is only named, so that no web of references grows.
    fn object(&mut self, out: &mut String, id: &'a str, depth: usize) {
        let Some(&object) = self.objects.get(id) else {
            line(out, depth, &format!("{}  (missing)", clean(id)));
            return;
        };
        if !self.shown.insert(object.id.as_str()) {
            line(out, depth, &named(&object.id, &object.name, &[Some("shown above".into())]));
            return;
        }
        let start = object.start.as_deref().unwrap_or("00:00:00");
        let times = object.duration.as_ref().map(|duration| format!("{start} + {duration}"));
        let importance = object.importance.map(|importance| format!("importance {importance}"));
        let gain = object.gain.map(|gain| format!("gain {gain}"));
        let mute = object.mute.filter(|&mute| mute).map(|_| "muted".to_string());
        let complementary = (!object.complementary_objects.is_empty())
            .then(|| format!("complementary to {}", clean(&object.complementary_objects.join(" "))));
        line(out, depth, &named(&object.id, &object.name, &[times, importance, gain, mute, complementary]));
        for pack in object.packs.iter().take(LONGEST_LIST) {
            match self.packs.get(pack.as_str()) {
                Some(pack) => {
                    let kind = pack.kind.map(str::to_string);
                    let count = self.channels_of(pack);
                    let channels = Some(plural(count, "channel")).filter(|_| count != 1);
                    line(out, depth + 1, &named(&pack.id, &pack.name, &[kind, channels]));
                }
                None => line(out, depth + 1, &format!("{}  (missing)", clean(pack))),
            }
        }
        for track in object.tracks.iter().take(LONGEST_LIST) {
            let number =
                track.track.map_or("silent or missing".into(), |number| format!("track {number:>3}"));
            let channel = track.channel.as_deref().and_then(|id| self.channels.get(id));
            let name = channel.map_or(String::new(), |channel| {
                let blocks = plural(channel.blocks, "block");
                let label =
                    (!channel.speaker_labels.is_empty()).then(|| clean(&channel.speaker_labels.join(" ")));
                named(&channel.id, &channel.name, &[label, Some(blocks)])
            });
            line(out, depth + 1, format!("{number}  {}  {name}", clean(&track.uid)).trim_end());
        }
        rest(out, depth + 1, object.tracks.len());
        if depth >= DEEPEST {
            line(out, depth + 1, "…");
            return;
        }
        for inner in object.objects.iter().take(LONGEST_LIST) {
            self.object(out, inner, depth + 1);
        }
        rest(out, depth + 1, object.objects.len());
    }
}
