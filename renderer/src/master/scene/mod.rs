//! A scene as a master: mixed on the fly to the tracks of the master that it is.
//!
//! ```text
//!  scene.xml ── Scene ──┬── to_adm ── document, what each track carries
//!  stems ── StemFile ───┴── Mixer ── blocks of all strips ── tracks asked for
//! ```

mod resampled;
mod stem_file;
mod stems;

use std::fs;
use std::io::Read;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use formats::Warning;
use formats::adm::{AdmTime, Document};
use formats::profile::Severity;
use formats::scene::{
    self, BinauralMode, Deliverable, Feed, Mistake, Parted, Picture, Place, Places, Return, Scene, Spatial,
    limits,
};
use rayon::{ThreadPool, ThreadPoolBuilder};

use self::stem_file::BadStems;
pub(crate) use self::stem_file::{BadStem, StemFile};
pub(crate) use self::stems::bad_responses;
use self::stems::{clips, files, responses};
use super::OpenError;
use crate::audio::AudioBlock;
use crate::conform::GainCurve;
use crate::mix::mixer::{self, Desk, Mixer, Readings, Stems, StripLevels};
use crate::monitor::binaural::HeadphoneMode;

/// Bytes of a file that are looked at for a scene's outermost element: comments may stand before it.
const LOOK: u64 = 64 << 10;
/// Samples that are mixed before a place that is begun at, for dynamics and filters to settle.
const PRE_ROLL: u64 = 4096;
/// Samples that are mixed at a time.
const BLOCK_FRAMES: usize = 4096;

/// Whether the file `path` is a scene: by its outermost element, whatever its name. What can't be read is none.
pub fn is_scene(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(LOOK).read_to_end(&mut start));
    read.is_ok() && scene::is_scene(&start)
}

/// The text of the scene file `path`.
///
/// # Errors
/// When it can't be read, is larger than a scene may be, or is no UTF-8.
pub fn scene_text(path: &Path) -> Result<String, OpenError> {
    let error = |e: &dyn std::fmt::Display| OpenError::file(path, e);
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|e| error(&format_args!("cannot read it as a scene: {e}")))?;
    let read = file.take(limits::DOCUMENT_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|e| error(&format_args!("cannot read it as a scene: {e}")))?;
    if bytes.len() as u64 > limits::DOCUMENT_BYTES {
        let most = limits::DOCUMENT_BYTES >> 20;
        return Err(error(&format_args!("is larger than {most} MiB, the limit for a scene")));
    }
    String::from_utf8(bytes).map_err(|_| error(&"is not UTF-8; save the scene as UTF-8"))
}

/// An open scene.
pub(crate) struct SceneInput {
    mixer: Mixer,
    pool: Option<ThreadPool>,
    sample_rate: NonZeroU32,
    frames: u64,
    /// For each track of the master, the row of the mixer.
    rows: Vec<usize>,
    /// All rows of the mixer, of which some of the last were not asked for yet.
    block: AudioBlock,
    /// The first frame after those that the mixer gave.
    mixed: u64,
    /// Which of the block's frames is the next.
    used: usize,
    /// Tracks of the scene that was given; those of the desk that were added to it come after them.
    own_tracks: usize,
    /// Gains of the master's tracks over time; those that are missing are 1.
    gains: Vec<GainCurve>,
    /// Stems that were found to have samples that are no numbers.
    bad: BadStems,
}

impl std::fmt::Debug for SceneInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SceneInput")
            .field("frames", &self.frames)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// The level at every stage of every strip, and the stems with samples that are no numbers.
pub(crate) type FoundLevels = (Vec<StripLevels>, Vec<BadStem>);

/// What a scene says beside its sound.
pub(crate) struct SceneContents {
    /// The ADM of the master that it is.
    pub(crate) document: Document,
    /// What makes it one of BS.2076-2, if it is.
    pub(crate) second_edition: Option<String>,
    /// The picture that it goes with.
    pub(crate) picture: Option<Picture>,
    /// How many markers it has.
    pub(crate) markers: usize,
    /// The headphone mode of each track.
    pub(crate) modes: Vec<Option<HeadphoneMode>>,
    /// What each track of the master carries.
    pub(crate) feeds: Vec<Feed>,
    /// Tracks of the scene that are objects, ascending.
    pub(crate) object_tracks: Vec<usize>,
    /// What was found on the way.
    pub(crate) warnings: Vec<Warning>,
    /// Its stems and responses, each once.
    pub(crate) files: Vec<PathBuf>,
}

impl SceneInput {
    /// Opens the scene file `path` and its stems.
    ///
    /// # Errors
    /// When the file is no scene, a stem is missing or doesn't fit, or a processor can't be made.
    pub(crate) fn open(path: &Path) -> Result<(Self, SceneContents), OpenError> {
        Self::open_at(path, Desk::Unattended)
    }

    /// The same at another desk.
    ///
    /// # Errors
    /// As [`SceneInput::open`].
    pub(crate) fn open_at(path: &Path, desk: Desk) -> Result<(Self, SceneContents), OpenError> {
        let (scene, warnings) = read_checked(path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let (input, contents) = Self::of(&scene, (path, folder), desk)?;
        Ok((input, SceneContents { warnings, ..contents }))
    }

    /// Opens the stems, relative to `folder`, of a scene that messages call `name`. At an attended desk it is mixed no
    /// further ahead than it has to be.
    ///
    /// # Errors
    /// When a stem is missing or doesn't fit, or a processor can't be made.
    pub(crate) fn of(
        scene: &Scene,
        (name, folder): (&Path, &Path),
        desk: Desk,
    ) -> Result<(Self, SceneContents), OpenError> {
        let error = |e: &dyn std::fmt::Display| OpenError::file(name, e);
        let own_tracks = scene.tracks.len();
        let is_object = |track: &usize| matches!(scene.tracks[*track].spatial, Spatial::Object(_));
        let object_tracks = (0..own_tracks).filter(is_object).collect();
        let (scene, origins) = parted(scene).map_err(|e| error(&e))?;
        let scene = &scene;
        let returns = scene.returns();
        let bad = BadStems::default();
        let stems = Stems { clips: clips(scene, folder, &bad)?, responses: responses(scene, folder)? };
        let mixer = Mixer::new(scene, &returns, stems, desk).map_err(|e| error(&e))?;
        let frames = mixer.frames();
        if frames == 0 {
            let message =
                "nothing is heard: it has no clips, or all of its tracks are muted; put a clip into a track";
            return Err(error(&message));
        }
        let duration = AdmTime::from_samples(frames, scene.sample_rate);
        let master = scene.to_adm(duration).map_err(|e| error(&e))?;
        let frames_at_a_time = match desk {
            Desk::Unattended | Desk::Metered => BLOCK_FRAMES,
            Desk::Attended => mixer::BLOCK_FRAMES,
        };
        let block = AudioBlock::new(mixer.channels(), frames_at_a_time);
        let input = Self {
            rows: rows(scene, &returns, &master.feeds),
            mixer,
            pool: None,
            sample_rate: scene.sample_rate,
            frames,
            used: block.frames(),
            block,
            mixed: 0,
            own_tracks,
            gains: Vec::new(),
            bad,
        };
        let contents = SceneContents {
            modes: master.binaural_modes.iter().map(|mode| mode.map(headphone_mode)).collect(),
            document: master.document,
            feeds: master.feeds.into_iter().map(|feed| of_origin(feed, &origins)).collect(),
            object_tracks,
            second_edition: scene.second_edition(),
            picture: scene.picture.clone(),
            markers: scene.markers.len(),
            warnings: Vec::new(),
            files: files(scene, folder),
        };
        Ok((input, contents))
    }

    /// Whether stems had samples so far that are no numbers.
    pub(crate) fn has_bad_stems(&self) -> bool {
        !self.bad.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Which, in the order of their names.
    pub(crate) fn bad_stems(&self) -> Vec<BadStem> {
        let mut bad = self.bad.lock().unwrap_or_else(PoisonError::into_inner).clone();
        bad.sort_unstable_by(|a, b| a.file.cmp(&b.file));
        bad
    }

    /// Mixes with so many threads.
    pub(crate) fn use_threads(&mut self, threads: Option<usize>) -> Result<(), OpenError> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads.unwrap_or(0))
            .thread_name(|n| format!("mix {n}"))
            .build()
            .map_err(|e| OpenError::Threads(e.to_string()))?;
        self.pool = Some(pool);
        Ok(())
    }

    /// The desk that it is mixed at.
    pub(crate) fn mixer(&mut self) -> &mut Mixer {
        &mut self.mixer
    }

    /// What an attended desk shows, of the tracks that the scene has.
    pub(crate) fn readings(&self) -> Readings {
        let mut readings = self.mixer.readings();
        readings.tracks.truncate(self.own_tracks);
        readings
    }

    /// Turns the tracks of the master up and down over time.
    pub(crate) fn turn_by(&mut self, gains: Vec<GainCurve>) {
        self.gains = gains;
    }

    /// Hz.
    pub(crate) fn sample_rate(&self) -> u32 {
        self.sample_rate.get()
    }

    /// Samples of each track.
    pub(crate) fn frames(&self) -> u64 {
        self.frames
    }

    /// Tracks of the master.
    pub(crate) fn tracks(&self) -> usize {
        self.rows.len()
    }

    /// Goes on from frame `start`, as if the scene began a moment before.
    pub(crate) fn restart(&mut self, start: u64) {
        let start = start.saturating_sub(PRE_ROLL) / BLOCK_FRAMES as u64 * BLOCK_FRAMES as u64;
        self.mixer.restart(start);
        self.mixed = start;
        self.used = self.block.frames();
    }

    /// Fills the rows of `block` with `tracks` of the master from frame `start` on, which must not lie before what was read last.
    ///
    /// # Errors
    /// When a stem can't be read on.
    pub(crate) fn read(
        &mut self,
        tracks: &[usize],
        start: u64,
        block: &mut AudioBlock,
    ) -> Result<(), String> {
        let next = |input: &Self| input.mixed - (input.block.frames() - input.used) as u64;
        let mut filled = 0;
        while filled < block.frames() {
            if self.used == self.block.frames() {
                self.mix()?;
            }
            let there = self.block.frames() - self.used;
            let behind = start.saturating_add(filled as u64).saturating_sub(next(self));
            let skipped = there.min(usize::try_from(behind).unwrap_or(usize::MAX));
            self.used += skipped;
            let taken = (there - skipped).min(block.frames() - filled);
            for (to, track) in block.channels_mut().zip(tracks) {
                let to = &mut to[filled..filled + taken];
                match self.rows.get(*track) {
                    Some(row) => to.copy_from_slice(&self.block.channel(*row)[self.used..self.used + taken]),
                    None => to.fill(0.0),
                }
            }
            self.used += taken;
            filled += taken;
        }
        let rate = self.sample_rate();
        for (samples, track) in block.channels_mut().zip(tracks) {
            if let Some(gain) = self.gains.get(*track).filter(|gain| !gain.is_unity()) {
                gain.apply(start, rate, samples);
            }
        }
        Ok(())
    }

    /// Mixes all of it and tells the level at every stage, and which stems have samples that are no numbers. `progress` hears how
    /// many frames are done and says whether to go on; `None` when it said no.
    ///
    /// # Errors
    /// When a stem can't be read on.
    pub(crate) fn levels(
        mut self,
        path: &Path,
        progress: &mut dyn FnMut(u64) -> bool,
    ) -> Result<Option<FoundLevels>, OpenError> {
        self.mixer.measure();
        while self.mixed < self.frames {
            let left = usize::try_from(self.frames - self.mixed).unwrap_or(BLOCK_FRAMES);
            self.block.set_frames(left.min(BLOCK_FRAMES));
            self.mix().map_err(|e| OpenError::file(path, e))?;
            if !progress(self.mixed) {
                return Ok(None);
            }
        }
        Ok(Some((self.mixer.levels(), self.bad_stems())))
    }

    fn mix(&mut self) -> Result<(), String> {
        let (mixer, block) = (&mut self.mixer, &mut self.block);
        let mixed = match &self.pool {
            Some(pool) => pool.install(|| mixer.next(block)),
            None => mixer.next(block),
        };
        mixed.map_err(|e| e.to_string())?;
        self.mixed = self.mixed.saturating_add(self.block.frames() as u64);
        self.used = 0;
        Ok(())
    }
}

/// The scene in the file `path`, whose stems are there.
///
/// # Errors
/// When the file is no scene, or has mistakes.
pub fn read_scene(path: &Path) -> Result<Scene, OpenError> {
    read_checked(path).map(|(scene, _)| scene)
}

/// The same, and its warnings.
pub(crate) fn read_checked(path: &Path) -> Result<(Scene, Vec<Warning>), OpenError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let error = |e: &dyn std::fmt::Display| OpenError::file(path, e);
    let reading = scene::read(&scene_text(path)?);
    let mut mistakes = reading.mistakes;
    if let Some(scene) = reading.scene.as_ref().filter(|_| mistakes.errors() == 0) {
        scene::check_files(scene, &reading.places, folder, &mut mistakes);
    }
    if let Some(first) = mistakes.first_error() {
        let more = match mistakes.errors() {
            1 => String::new(),
            errors => format!("; and {} more, which `proscenium check` lists", errors - 1),
        };
        return Err(error(&format_args!("{first}{more}")));
    }
    let scene = reading.scene.ok_or_else(|| no_scene(path))?;
    let warnings = mistakes.list().iter().filter(|mistake| mistake.severity == Severity::Warning);
    Ok((scene, warnings.map(Mistake::to_warning).collect()))
}

/// The scene with a track for each way in which one sounds, and for each track its place in `scene`.
fn parted(scene: &Scene) -> Result<(Scene, Vec<usize>), String> {
    match scene.clone().parted() {
        Ok(Parted { scene, origins }) => Ok((scene, origins)),
        Err(tracks) => Err(format!(
            "compressors listen to what differs from programme to programme: that takes {tracks} tracks, and a scene has {} \
             at most; put fewer tracks into several programmes",
            limits::TRACKS
        )),
    }
}

/// What carries a track of the scene that was given, and not one that was added to it.
fn of_origin(feed: Feed, origins: &[usize]) -> Feed {
    match feed {
        Feed::Strip { track, channel } => {
            Feed::Strip { track: origins.get(track).copied().unwrap_or(track), channel }
        }
        of_return @ Feed::Return { .. } => of_return,
    }
}

/// The scene in the file `path`, whose stems nobody looked at, and where its parts stand.
fn parsed(path: &Path) -> Result<(Scene, Places), OpenError> {
    let reading = scene::read(&scene_text(path)?);
    match (reading.scene, reading.mistakes.first_error()) {
        (Some(scene), None) => Ok((scene, reading.places)),
        (_, Some(mistake)) => Err(OpenError::file(path, mistake)),
        (None, None) => Err(no_scene(path)),
    }
}

/// The files that the master `path` is made of beside itself, where that can be told.
pub fn sources(path: &Path) -> Vec<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new(""));
    if !is_scene(path) {
        return Vec::new();
    }
    parsed(path).map_or(Vec::new(), |(scene, _)| files(&scene, folder))
}

/// The deliverables of the scene in the file `path`, and where they stand in it.
///
/// # Errors
/// When the file can't be read, is no scene, or has errors.
pub(crate) fn deliverables(path: &Path) -> Result<Vec<(Deliverable, Place)>, OpenError> {
    let (scene, places) = parsed(path)?;
    Ok(scene.deliverables.into_iter().zip(places.deliverables).collect())
}

fn no_scene(path: &Path) -> OpenError {
    OpenError::file(path, "is no scene: expected <scene version=\"1\"> in it")
}

/// For each track of the master, the row of the mixer: its rows are the channels of all tracks, then those of all returns.
fn rows(scene: &Scene, returns: &[Return], feeds: &[Feed]) -> Vec<usize> {
    let starts = |sizes: &mut dyn Iterator<Item = usize>, first: usize| {
        let next = |next: &mut usize, size| Some(std::mem::replace(next, *next + size));
        sizes.scan(first, next).collect::<Vec<_>>()
    };
    let strips = starts(&mut scene.tracks.iter().map(|track| track.spatial.channels()), 0);
    let all: usize = scene.tracks.iter().map(|track| track.spatial.channels()).sum();
    let mut sizes = returns.iter().map(|unit| scene.reverbs[unit.reverb].returns.channels());
    let returns = starts(&mut sizes, all);
    let row = |feed: &Feed| match *feed {
        Feed::Strip { track, channel } => strips[track] + channel,
        Feed::Return { instance, channel } => returns[instance] + channel,
    };
    feeds.iter().map(row).collect()
}

fn headphone_mode(mode: BinauralMode) -> HeadphoneMode {
    match mode {
        BinauralMode::Off => HeadphoneMode::Off,
        BinauralMode::Near => HeadphoneMode::Near,
        BinauralMode::Mid => HeadphoneMode::Mid,
        BinauralMode::Far => HeadphoneMode::Far,
    }
}
