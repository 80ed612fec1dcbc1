//! The sound files of a scene: their heads, their names, and tracks made of new ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use formats::bw64::Reader;
use formats::scene::chain::Reverb;
use formats::scene::{self, Clip, Scene, SoundHead, Track, limits};

use super::files::OpenError;
use crate::edit::{Edit, track_edit};

/// A file as it is: how long, and when it was changed.
type Stamp = (u64, Option<SystemTime>);

/// The heads of all stems of a scene. One is read again when its file has changed.
#[derive(Clone, Debug, Default)]
pub struct Stems {
    /// By the names that the scene has for them.
    heads: BTreeMap<String, Option<SoundHead>>,
    /// By their files, as they were when they were read.
    known: BTreeMap<PathBuf, (Stamp, Result<SoundHead, String>)>,
}

impl Stems {
    /// The head of a file.
    pub(super) fn head(&mut self, path: &Path) -> Result<SoundHead, String> {
        let found = fs::metadata(path).map_err(|error| error.to_string())?;
        let now = (found.len(), found.modified().ok());
        if let Some((then, head)) = self.known.get(path)
            && *then == now
        {
            return head.clone();
        }
        let head = SoundHead::read(path);
        self.known.insert(path.to_path_buf(), (now, head.clone()));
        head
    }

    /// Reads the heads that aren't known yet.
    pub(super) fn read(&mut self, scene: &Scene, folder: &Path) {
        for clip in scene.tracks.iter().flat_map(|track| &track.clips) {
            let head = self.head(&scene::resolve(folder, &clip.file)).ok();
            match self.heads.get_mut(&clip.file) {
                Some(known) => *known = head,
                None => drop(self.heads.insert(clip.file.clone(), head)),
            }
        }
    }

    /// What is known of the file; `None` when it can't be read.
    pub fn info(&self, file: &str) -> Option<SoundHead> {
        self.heads.get(file).cloned().flatten()
    }

    /// How long a clip sounds, seconds; 0 when its file can't be read and it doesn't say.
    pub fn seconds_of(&self, clip: &Clip) -> f64 {
        let seconds = |head: SoundHead| head.frames as f64 / f64::from(head.sample_rate.max(1));
        let left =
            || self.info(&clip.file).map(|head| (seconds(head) - clip.trim_start.seconds_f64()).max(0.0));
        clip.length.map(|length| length.seconds_f64()).or_else(left).unwrap_or(0.0)
    }

    /// When a clip ends, seconds.
    pub fn end_of(&self, clip: &Clip) -> f64 {
        clip.start.seconds_f64() + self.seconds_of(clip)
    }

    /// Edits that name the files, which `scene` names from `old`, from `new`.
    pub(super) fn renamed(&self, scene: &Scene, old: &Path, new: &Path) -> Vec<Edit> {
        let named =
            |file: &str| name_of_file(new, &scene::resolve(old, file)).unwrap_or_else(|| file.to_owned());
        let tracks = (0..scene.tracks.len()).filter_map(|index| {
            track_edit(scene, index, |track| {
                track.clips.iter_mut().for_each(|clip| clip.file = named(&clip.file));
            })
        });
        let mut edits: Vec<Edit> = tracks.collect();
        let mut reverbs = scene.reverbs.clone();
        for unit in &mut reverbs {
            if let Reverb::Convolution(convolution) = &mut unit.reverb {
                convolution.file = named(&convolution.file);
            }
        }
        if reverbs != scene.reverbs {
            edits.push(Edit::Reverbs(reverbs));
        }
        edits
    }

    /// The scene with the whole names of its files.
    pub(super) fn with_whole_names(&self, scene: &Scene, folder: &Path) -> Scene {
        let mut scene = scene.clone();
        for clip in scene.tracks.iter_mut().flat_map(|track| &mut track.clips) {
            let whole = scene::resolve(folder, &clip.file);
            clip.file = whole.to_str().map_or_else(|| clip.file.clone(), str::to_owned);
        }
        scene
    }
}

/// The tracks that a sound makes in `scene`: with role, language and place guessed from its name and channels. Gives its
/// sample rate too.
///
/// # Errors
/// When the file is no sound that can be read, has a name that XML can't hold, or there are too many tracks.
pub fn added_stems(scene: &Scene, folder: &Path, path: &Path) -> Result<(Vec<Track>, u32), OpenError> {
    let reader = Reader::open(path).map_err(|error| OpenError::new(path, error))?;
    let format = reader.format();
    let name = path.file_stem().unwrap_or_default().to_string_lossy().trim().to_owned();
    let file = name_of_file(folder, path).ok_or_else(|| {
        OpenError::new(path, "has a name that is not UTF-8, which XML can't hold; rename it")
    })?;
    let role = scene::role(&name).value;
    let language = scene::language(&name).filter(|_| role.is_speech()).map(|guess| guess.value.to_owned());
    let guess = scene::placement(&name, format.channels, format.channel_mask).value;
    let mut taken: Vec<String> = scene.tracks.iter().map(|track| track.name.clone()).collect();
    let mut track = |name: &str, channels: Vec<u16>| {
        let name = unique(&taken, name);
        taken.push(name.clone());
        let clips = vec![Clip { file: file.clone(), channels, ..Clip::default() }];
        Track { name, role: role.clone(), language: language.clone(), clips, ..Track::default() }
    };
    let tracks: Vec<Track> = match guess.spatial {
        Some(spatial) => vec![Track { spatial, ..track(&name, guess.channels) }],
        None => {
            (1..=format.channels).map(|channel| track(&format!("{name} {channel}"), vec![channel])).collect()
        }
    };
    if scene.tracks.len() + tracks.len() > limits::TRACKS {
        return Err(OpenError::new(path, format_args!("a scene has at most {} tracks", limits::TRACKS)));
    }
    Ok((tracks, format.sample_rate))
}

/// `name`, with a number when it is taken.
fn unique(taken: &[String], name: &str) -> String {
    let name = if name.is_empty() { "track" } else { name };
    let with = |number: usize| if number == 1 { name.to_owned() } else { format!("{name} {number}") };
    (1..=taken.len() + 1).map(with).find(|name| !taken.contains(name)).unwrap_or_else(|| name.to_owned())
}

/// The name that a scene in `folder` calls `file` by: from its folder, unless they have nothing in common but the root.
pub fn name_of_file(folder: &Path, file: &Path) -> Option<String> {
    let whole = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let (folder, file) = (whole(folder), whole(file));
    let shared = folder.components().zip(file.components()).take_while(|(a, b)| a == b).count();
    let name: PathBuf = if shared > 1 {
        let up = folder.components().skip(shared).map(|_| Component::ParentDir);
        up.chain(file.components().skip(shared)).collect()
    } else {
        file
    };
    name.to_str().map(str::to_owned)
}
