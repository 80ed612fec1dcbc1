//! The sound files of a scene: where they are, and whether they fit.

use std::path::{Component, Path, PathBuf};

use super::read::shown;
use super::{Clip, Fade, Mistake, Mistakes, Place, Places, Scene, Time, Track};
use crate::bw64::Reader;
use crate::profile::Severity;

/// Where a file is that a scene in `folder` names: relative to it, or absolute. It is only ever read.
pub fn resolve(folder: &Path, file: &str) -> PathBuf {
    folder.join(file)
}

/// Whether a scene names a file outside of its folder: by an absolute name, or by going up.
pub fn is_outside(file: &str) -> bool {
    let mut depth = 0_i64;
    Path::new(file).components().any(|component| {
        match component {
            Component::Normal(_) => depth += 1,
            Component::ParentDir => depth -= 1,
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return true,
        }
        depth < 0
    })
}

/// What the head of a sound file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoundHead {
    /// Hz.
    pub sample_rate: u32,
    /// How many.
    pub channels: usize,
    /// Samples of one channel.
    pub frames: u64,
    /// What is missing, where the file is shorter than it says.
    pub cut: Option<String>,
}

impl SoundHead {
    /// Reads it.
    ///
    /// # Errors
    /// When the file is no BW64, RF64 or WAV file that can be read; says why.
    pub fn read(path: &Path) -> Result<Self, String> {
        let reader = Reader::open(path).map_err(|error| error.to_string())?;
        let (sample_rate, channels, frames) = (reader.sample_rate(), reader.channels(), reader.frames());
        let cut = reader.warnings().iter().find(|warning| warning.rule == "truncated-data");
        let cut = cut.map(|warning| warning.message.clone());
        Ok(Self { sample_rate, channels, frames, cut })
    }
}

/// Notes what is wrong with the files of a scene in `folder`: not there, unreadable, of another rate, too short, without
/// the channels that are asked for. Opens every file once for each clip and reads its headers only.
pub fn check_files(scene: &Scene, places: &Places, folder: &Path, mistakes: &mut Mistakes) {
    check_files_by(scene, places, folder, mistakes, &mut SoundHead::read);
}

/// The same, with the heads of files as `head` has them: for those who look again and again.
pub fn check_files_by(
    scene: &Scene,
    places: &Places,
    folder: &Path,
    mistakes: &mut Mistakes,
    head: &mut dyn FnMut(&Path) -> Result<SoundHead, String>,
) {
    let none = Vec::new();
    for (index, track) in scene.tracks.iter().enumerate() {
        let clips = places.clips.get(index).unwrap_or(&none);
        if track.clips.is_empty() {
            let place = places.tracks.get(index).copied().unwrap_or_default();
            let mut at = At { mistakes, place, element: format!("track \"{}\"", shown(&track.name)) };
            at.note(
                "no-clips",
                Severity::Warning,
                "no clips".into(),
                "at least one <clip file=\"…\"/>",
                "it is silent",
            );
        }
        for (number, clip) in track.clips.iter().enumerate() {
            let place = clips.get(number).copied().unwrap_or_default();
            let element = format!("track \"{}\" > clip", shown(&track.name));
            let at = &mut At { mistakes, place, element };
            if let Some(head) = open((&clip.file, folder), at, head) {
                check_clip((scene, track, clip), head, at);
            }
        }
    }
    for (index, reverb) in scene.reverbs.iter().enumerate() {
        let super::chain::Reverb::Convolution(convolution) = &reverb.reverb else { continue };
        let place = places.reverbs.get(index).copied().unwrap_or_default();
        let element = format!("reverb \"{}\" > convolution", shown(&reverb.name));
        let mut at = At { mistakes, place, element };
        let Some(head) = open((&convolution.file, folder), &mut at, head) else { continue };
        let (file, channels) = (shown(&convolution.file), reverb.returns.channels());
        if head.frames == 0 {
            let found = format!("{file}, which has no samples");
            at.note("empty-file", Severity::Error, found, "a response", "take another file");
        }
        if head.sample_rate != scene.sample_rate.get() {
            let found = format!("{file} at {} Hz", head.sample_rate);
            let expected = format!("{} Hz, the rate of the scene", scene.sample_rate);
            at.note("file-rate", Severity::Warning, found, &expected, "it is resampled");
        }
        if head.channels != 1 && head.channels != channels {
            let found = format!("{} with {} channels", shown(&convolution.file), head.channels);
            let expected = format!("1 or {channels}, as many as it returns to");
            at.note("channel-count", Severity::Error, found, &expected, "change return or take another file");
        }
    }
    mistakes.sort();
}

/// Where mistakes are noted.
struct At<'m> {
    mistakes: &'m mut Mistakes,
    place: Place,
    element: String,
}

impl At<'_> {
    fn note(&mut self, rule: &'static str, severity: Severity, found: String, expected: &str, remedy: &str) {
        let (place, element) = (self.place, self.element.clone());
        let (expected, remedy) = (expected.to_owned(), remedy.to_owned());
        self.mistakes.push(Mistake { rule, severity, place, element, found, expected, remedy });
    }
}

fn open(
    (file, folder): (&str, &Path),
    at: &mut At<'_>,
    head: &mut dyn FnMut(&Path) -> Result<SoundHead, String>,
) -> Option<SoundHead> {
    if is_outside(file) {
        let found = format!("{}, which is outside of the scene's folder", shown(file));
        at.note("outside", Severity::Info, found, "", "it is read, and nothing is ever written there");
    }
    let path = resolve(folder, file);
    if !path.is_file() {
        let (found, expected) = match path.exists() {
            true => (format!("{}, which is no file", shown(file)), "a BW64, RF64 or WAV file"),
            false => {
                (format!("{}, which is not there", shown(file)), "a file, named from the scene's folder")
            }
        };
        at.note("missing-file", Severity::Error, found, expected, "correct the name or put the file there");
        return None;
    }
    match head(&path) {
        Ok(head) => Some(head),
        Err(error) => {
            let found = format!("{}: {error}", shown(file));
            at.note(
                "unreadable-file",
                Severity::Error,
                found,
                "a BW64, RF64 or WAV file",
                "take another or export it again",
            );
            None
        }
    }
}

fn check_clip((scene, track, clip): (&Scene, &Track, &Clip), head: SoundHead, at: &mut At<'_>) {
    let (rate, file) = (head.sample_rate, shown(&clip.file));
    if rate != scene.sample_rate.get() {
        let expected = format!("{} Hz, the rate of the scene", scene.sample_rate);
        at.note("file-rate", Severity::Warning, format!("{file} at {rate} Hz"), &expected, "it is resampled");
    }
    if let Some(channel) = clip.channels.iter().find(|channel| usize::from(**channel) > head.channels) {
        let found = format!("channel {channel} of {file}, which has {}", head.channels);
        at.note("no-such-channel", Severity::Error, found, "channels of the file", "correct channels=\"…\"");
        return;
    }
    if let Some(cut) = &head.cut {
        let found = format!("{file}, which {cut}");
        at.note("truncated-data", Severity::Warning, found, "the whole file", "copy or export it again");
    }
    let used = if clip.channels.is_empty() { head.channels } else { clip.channels.len() };
    let needed = track.spatial.channels();
    if used != needed {
        let found = format!("{used} channels of {file}");
        let expected = format!("{needed}, as <{}> has", track.spatial.element());
        at.note(
            "channel-count",
            Severity::Error,
            found,
            &expected,
            "choose them with channels=\"…\" or change the place",
        );
    }
    if head.frames == 0 {
        let found = format!("{file}, which has no samples");
        at.note("empty-file", Severity::Error, found, "a sound", "take the clip out or another file");
        return;
    }
    let seconds = head.frames as f64 / f64::from(rate);
    check_length(clip, seconds, &file, at);
    check_end(scene, clip, seconds, at);
}

/// What sounds after the end of the scene.
fn check_end(scene: &Scene, clip: &Clip, seconds: f64, at: &mut At<'_>) {
    let Some(end) = scene.length.map(Time::seconds_f64) else { return };
    let length = clip.length.map_or(seconds - clip.trim_start.seconds_f64(), Time::seconds_f64);
    let past = clip.start.seconds_f64() + length - end;
    if past > SLACK {
        let found = format!("{} that goes on for {past:.3} s after the end", shown(&clip.file));
        let expected = format!("the end of the clip within the length of the scene, {end} s");
        at.note(
            "past-the-end",
            Severity::Warning,
            found,
            &expected,
            "it is cut: lengthen the scene or trim the clip",
        );
    }
}

/// Rates of file and scene differ: a millisecond is no mistake.
const SLACK: f64 = 1e-3;

/// What is used of a file of `seconds`.
fn check_length(clip: &Clip, seconds: f64, file: &str, at: &mut At<'_>) {
    let trim = clip.trim_start.seconds_f64();
    if trim >= seconds {
        let found = format!("trimStart of {trim} s in {file} of {seconds} s");
        at.note(
            "clip-length",
            Severity::Error,
            found,
            "less than the file",
            "nothing is left of it: trim less",
        );
        return;
    }
    let left = seconds - trim;
    match clip.length {
        Some(length) if length.seconds_f64() > left + SLACK => {
            let found = format!("length of {} s where {file} has {left} s", length.seconds_f64());
            at.note(
                "clip-length",
                Severity::Warning,
                found,
                "no more than the file has",
                "the rest is silent",
            );
        }
        Some(_) => {}
        None => {
            let of = |fade: &Option<Fade>| fade.as_ref().map_or(0.0, |fade| fade.length.seconds_f64());
            let fades = of(&clip.fade_in) + of(&clip.fade_out);
            if fades > left + SLACK {
                let found = format!("fades of {fades} s where {file} has {left} s");
                at.note(
                    "clip-length",
                    Severity::Error,
                    found,
                    "fades no longer than the clip",
                    "shorten them",
                );
            }
        }
    }
}
