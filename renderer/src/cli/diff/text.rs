//! The comparison for people.

use std::fmt::Write;

use super::{Answer, Told};
use crate::cli::info::{plural, printable};
use crate::cli::table::aligned;
use crate::deliver::{ChannelComparison, Clock, SoundComparison};

/// Channels that are listed; the deepest nulls of the others say nothing.
const CHANNELS: usize = 128;

/// All of `answer`, with at most so many differences of the metadata.
pub(super) fn render(answer: &Answer, listed: usize) -> String {
    let mut text = format!("A  {}\nB  {}\n", printable(&answer.a), printable(&answer.b));
    if let Some(found) = &answer.metadata {
        metadata(&mut text, found, listed);
    }
    if let Some(found) = &answer.sound {
        sound(&mut text, found, answer.first_difference_timecode.as_deref());
    }
    text
}

fn metadata(text: &mut String, found: &[Told], listed: usize) {
    let _ = match found.len() {
        0 => writeln!(text, "\nMetadata: no difference"),
        count => writeln!(text, "\nMetadata: {}", plural(count, "difference")),
    };
    let mut last = None;
    for told in found.iter().take(listed) {
        if last != Some(&told.element) {
            let element = if told.element.is_empty() { "document" } else { &told.element };
            let _ = writeln!(text, "  {}", printable(element));
        }
        last = Some(&told.element);
        let _ = writeln!(text, "    {}", printable(&line(told)));
    }
    if found.len() > listed {
        let _ = writeln!(text, "  and {} more; --all lists them", found.len() - listed);
    }
}

/// `00:00:01.00000  azimuth: 30 → 45`.
fn line(told: &Told) -> String {
    let time = told.time.as_ref().map(|time| format!("{time}  ")).unwrap_or_default();
    let what = if told.parameter.is_empty() { String::new() } else { format!("{}: ", told.parameter) };
    let whole = |value: &str| value == formats::difference::PRESENT;
    let values = match (&told.a, &told.b) {
        (Some(a), Some(b)) => format!("{a} → {b}"),
        (Some(a), None) if whole(a) => "only in A".to_owned(),
        (None, Some(b)) if whole(b) => "only in B".to_owned(),
        (Some(a), None) => format!("{a} only in A"),
        (None, Some(b)) => format!("{b} only in B"),
        (None, None) => String::new(),
    };
    format!("{time}{what}{values}")
}

fn sound(text: &mut String, found: &SoundComparison, timecode: Option<&str>) {
    let verdict = if found.is_equal { "no difference" } else { "different" };
    let _ = writeln!(text, "\nSound: {verdict}");
    let sample_rate = found.sample_rates[0];
    if found.sample_rates[0] != found.sample_rates[1] {
        let [a, b] = found.sample_rates;
        let _ = writeln!(text, "  sample rates {a} and {b} Hz; samples are not compared");
    }
    for (names, which) in found.only_in.iter().zip(["A", "B"]) {
        if !names.is_empty() {
            let names: Vec<String> = names.iter().take(CHANNELS).map(|name| printable(name)).collect();
            let _ = writeln!(text, "  only in {which}: {}", names.join(", "));
        }
    }
    let has_names = found.each.iter().any(|channel| channel.name.is_some());
    if found.channels[0] != found.channels[1] && !has_names {
        let [a, b] = found.channels;
        let _ = writeln!(
            text,
            "  {} and {}; the first of both are compared",
            plural(a, "channel"),
            plural(b, "channel")
        );
    }
    if found.frames[0] != found.frames[1] {
        let [a, b] = found.frames.map(|sample| Clock { sample, sample_rate });
        let [frames_a, frames_b] = found.frames;
        let _ = writeln!(text, "  lengths {a} and {b} ({frames_a} and {frames_b} frames)");
    }
    if let Some(sample) = found.first_difference {
        let at = timecode.map_or_else(|| Clock { sample, sample_rate }.to_string(), str::to_owned);
        let _ = writeln!(text, "  first difference at {at} (frame {sample})");
    }
    if let Some(lag) = found.lag {
        let (frames, which) = (lag.unsigned_abs(), if lag > 0 { "later" } else { "earlier" });
        let milliseconds = frames as f64 / f64::from(sample_rate.max(1)) * 1000.0;
        let _ = writeln!(text, "  B looks like A shifted: {frames} frames ({milliseconds:.2} ms) {which}");
    }
    if !found.each.is_empty() {
        text.push('\n');
        text.push_str(&channels(&found.each));
    }
}

const HEAD: [&str; 8] =
    ["channel", "level A", "level B", "LUFS A", "LUFS B", "gain dB", "null dB", "null after gain"];

fn channels(each: &[ChannelComparison]) -> String {
    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"));
    let mut rows = vec![HEAD.map(str::to_owned).to_vec()];
    for (index, channel) in each.iter().enumerate().take(CHANNELS) {
        let null = match channel.difference_peak_dbfs {
            None => "equal".to_owned(),
            Some(_) => shown(channel.null_db),
        };
        let after = match (channel.difference_peak_dbfs, channel.gain_db, channel.null_after_gain_db) {
            (Some(_), Some(_), None) => "< -140".to_owned(),
            (None, ..) => "-".to_owned(),
            (.., left) => shown(left),
        };
        let gain = channel.gain_db.filter(|_| channel.difference_peak_dbfs.is_some());
        let [level_a, level_b] = channel.levels_dbfs.map(shown);
        let [lufs_a, lufs_b] = channel.loudness_lufs.map(shown);
        let name = channel.name.as_ref().map_or_else(|| (index + 1).to_string(), |name| printable(name));
        rows.push(vec![name, level_a, level_b, lufs_a, lufs_b, shown(gain), null, after]);
    }
    let mut text = aligned(&rows, 1);
    if each.len() > CHANNELS {
        let _ = writeln!(text, "and {} more; --json has them all", each.len() - CHANNELS);
    }
    text
}
