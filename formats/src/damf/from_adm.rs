//! A document of the Dolby profile as the two texts of a master.

use std::fmt::Write as _;

use super::error::Fault;
use super::events::{MODES, Zones};
use super::labels_table::{BedLabel, by_speaker_label};
use super::yaml::quoted;
use crate::adm::{AdmTime, AudioChannelFormat, BlockFormats, Document, Index, ObjectPosition, ObjectsBlock};
use crate::bw64::chunks::dbmd::BinauralRenderMode;

/// Version of the format that is written.
const VERSION: &str = "0.5.1";
/// The ID of the first object.
const FIRST_OBJECT: u32 = 10;

/// What the texts say beside the document.
#[derive(Clone, Debug)]
pub struct DamfSettings<'a> {
    /// The name of the `.atmos` file without folder and ending: those of its siblings begin with it.
    pub name: &'a str,
    /// Hz.
    pub sample_rate: u32,
    /// Seconds: the timecode at which the sound starts.
    pub offset: f64,
    /// Frames per second as the format writes it: `24`, `29.97df`.
    pub fps: &'a str,
    /// The program that writes it, and its version.
    pub creation_tool: (&'a str, &'a str),
    /// The headphone mode of each track.
    pub modes: &'a [BinauralRenderMode],
}

/// The contents of `.atmos` and `.atmos.metadata`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DamfTexts {
    /// Beds, objects, and the names of the other files.
    pub atmos: String,
    /// Events.
    pub metadata: String,
}

/// A track: a bed channel or an object.
struct Track<'a> {
    id: u32,
    mode: BinauralRenderMode,
    /// Of an object.
    blocks: Option<&'a [ObjectsBlock]>,
}

/// The texts of `document`, whose tracks are one bed at most and then objects.
///
/// # Errors
/// When it has several beds, a bed with channels that 7.1.2 hasn't, or sound of another kind.
pub fn to_texts(document: &Document, settings: &DamfSettings<'_>) -> Result<DamfTexts, Fault> {
    let index = Index::new(document);
    let (mut bed, mut objects, mut tracks) = (String::new(), String::new(), Vec::new());
    for object in &document.objects {
        let content = document.contents.iter().find(|content| content.objects.contains(&object.id));
        let pack = object.pack_formats.first().and_then(|pack| index.pack_format(pack));
        let channels = pack.map(|pack| pack.channel_formats.as_slice()).unwrap_or_default();
        let channels = channels.iter().filter_map(|id| index.channel_format(id).map(AsRef::as_ref));
        let group = content.map_or("", |content| content.name.as_str());
        for channel in channels {
            let mode = settings.modes.get(tracks.len()).copied().unwrap_or_default();
            match bed_label(channel) {
                Some((label, id)) if tracks.iter().all(|track: &Track<'_>| track.id != id) => {
                    if bed.is_empty() {
                        bed = format!("      - description: {}\n        channels:\n", quoted(&object.name));
                    }
                    bed += &format!("          - channel: {}\n            ID: {id}\n", label.name);
                    tracks.push(Track { id, mode, blocks: None });
                }
                _ => {
                    let BlockFormats::Objects(blocks) = &channel.blocks else {
                        return Err(Fault::new(format!(
                            "{} ({}) is no channel of the one bed that the format has, 7.1.2 or less",
                            channel.id, channel.name
                        )));
                    };
                    let count = tracks.iter().filter(|track| track.blocks.is_some()).count();
                    let id = FIRST_OBJECT + u32::try_from(count).unwrap_or(u32::MAX - FIRST_OBJECT);
                    objects += &format!("      - description: {}\n", quoted(&object.name));
                    if !group.is_empty() {
                        objects += &format!("        groupName: {}\n", quoted(group));
                    }
                    objects += &format!("        ID: {id}\n");
                    tracks.push(Track { id, mode, blocks: Some(blocks) });
                }
            }
        }
    }
    Ok(DamfTexts { atmos: atmos(settings, &bed, &objects), metadata: metadata(settings, &tracks) })
}

/// The bed channel that `channel` is, with its ID.
fn bed_label(channel: &AudioChannelFormat) -> Option<(&'static BedLabel, u32)> {
    let BlockFormats::DirectSpeakers(blocks) = &channel.blocks else { return None };
    let label = by_speaker_label(blocks.first()?.speaker_labels.first()?)?;
    Some((label, label.id?))
}

fn atmos(settings: &DamfSettings<'_>, bed: &str, objects: &str) -> String {
    let (tool, version) = settings.creation_tool;
    let file = |ending: &str| quoted(&format!("{}{ending}", settings.name));
    let mut text = format!("version: {VERSION}\npresentations:\n  - type: home\n    simplified: false\n");
    for (key, value) in [
        ("metadata", file(".atmos.metadata")),
        ("audio", file(".atmos.audio")),
        ("offset", format!("{:?}", settings.offset)),
        ("fps", settings.fps.to_owned()),
        ("creationTool", quoted(tool)),
        ("creationToolVersion", version.to_owned()),
        ("downmixType_5to2", "LoRo_Stereo".to_owned()),
        ("51-to-20_LsRs90degPhaseShift", "false".to_owned()),
        ("warpMode", "normal".to_owned()),
    ] {
        text += &format!("    {key}: {value}\n");
    }
    if !bed.is_empty() {
        text += "    bedInstances:\n";
        text += bed;
    }
    if !objects.is_empty() {
        text += "    objects:\n";
        text += objects;
    }
    text
}

fn metadata(settings: &DamfSettings<'_>, tracks: &[Track<'_>]) -> String {
    let rate = settings.sample_rate;
    // Sample, track, block.
    let mut order: Vec<(u64, usize, usize)> = Vec::new();
    for (track, own) in tracks.iter().enumerate() {
        let Some(blocks) = own.blocks else {
            order.push((0, track, 0));
            continue;
        };
        let start = |block: &ObjectsBlock| block.common.rtime.map_or(0, |time| first_sample(time, rate));
        order.extend(blocks.iter().enumerate().map(|(index, block)| (start(block), track, index)));
    }
    order.sort_unstable();
    let mut text = format!("sampleRate: {rate}\nevents:\n");
    for (sample, track, index) in order {
        let Some(own) = tracks.get(track) else { continue };
        let _ = write!(text, "  - ID: {}\n    samplePos: {sample}\n", own.id);
        let lines = |index: usize| match own.blocks.and_then(|blocks| blocks.get(index)) {
            Some(block) => object_lines(block, rate, own.mode),
            None => bed_lines(own.mode),
        };
        let before = index.checked_sub(1).map(lines);
        for (place, (key, value)) in lines(index).into_iter().enumerate() {
            // What hasn't changed isn't said again.
            let same =
                before.as_ref().and_then(|before| before.get(place)).is_some_and(|(_, old)| *old == value);
            if !same {
                let _ = writeln!(text, "    {key}: {value}");
            }
        }
    }
    text
}

/// The first sample at or after a time.
fn first_sample(time: AdmTime, rate: u32) -> u64 {
    let samples = u128::from(time.numerator) * u128::from(rate);
    u64::try_from(samples.div_ceil(u128::from(time.denominator.get()))).unwrap_or(u64::MAX)
}

fn bed_lines(mode: BinauralRenderMode) -> Vec<(&'static str, String)> {
    vec![
        ("active", "true".to_owned()),
        ("importance", "1".to_owned()),
        ("gain", "0".to_owned()),
        ("rampLength", "0".to_owned()),
        ("trimBypass", "false".to_owned()),
        ("headTrackMode", "undefined".to_owned()),
        ("binauralRenderMode", mode_name(mode).to_owned()),
    ]
}

fn object_lines(block: &ObjectsBlock, rate: u32, mode: BinauralRenderMode) -> Vec<(&'static str, String)> {
    let position = match block.position {
        ObjectPosition::Cartesian(at) => format!("[{}, {}, {}]", at.x, at.y, at.z),
        ObjectPosition::Polar(_) => "[0, 1, 0]".to_owned(),
    };
    let special = block.special.as_deref();
    let names = special.map(|special| special.zone_names.as_slice()).unwrap_or_default();
    let has = |name: &str| names.iter().any(|own| own == name);
    let is_it = |zones: &[&str]| !zones.is_empty() && zones.iter().all(|name| has(name));
    let zones = Zones::NAMES.iter().find(|(.., zones)| is_it(zones)).map_or("all", |(_, name, _)| name);
    let gain = block.common.gain.linear();
    let ramp = block.common.jump_position.interpolation_length.map_or(0.0, AdmTime::seconds_f64);
    let gain_db = if gain > 0.0 { decimals(20.0 * gain.log10()) } else { "-inf".to_owned() };
    vec![
        ("active", (gain > 0.0).to_string()),
        ("pos", position),
        ("snap", special.is_some_and(|special| special.channel_lock.is_some()).to_string()),
        ("elevation", (!has("ZT")).to_string()),
        ("zones", zones.to_owned()),
        ("size", block.width.to_string()),
        ("importance", "1".to_owned()),
        ("gain", gain_db),
        ("rampLength", (ramp * f64::from(rate)).round().to_string()),
        ("trimBypass", "false".to_owned()),
        ("headTrackMode", "undefined".to_owned()),
        ("binauralRenderMode", mode_name(mode).to_owned()),
    ]
}

/// A number with six decimals at most.
fn decimals(value: f64) -> String {
    ((value * 1e6).round() / 1e6 + 0.0).to_string()
}

fn mode_name(mode: BinauralRenderMode) -> &'static str {
    MODES.iter().find(|(known, _)| *known == mode).map_or("undefined", |(_, name)| name)
}
