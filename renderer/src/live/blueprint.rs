//! What a programme is made of, and how it is made.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use formats::Warning;
use formats::scene::Scene;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::objects::{self, ObjectInfo};
use super::output::Output;
use super::reader::{MasterSamples, Reader, Samples};
use super::stream::{EngineMaker, Maker, Stream, rows};
use super::{LiveError, Options, Source};
use crate::engine::{Engine, EngineSpec};
use crate::items::RenderItem;
use crate::master::{Input, Master, SceneInput, is_scene, read_checked};
use crate::mix::mixer::{Changes, Desk, StripSpecs};
use crate::render::Target;

/// Threads that render a block together.
const MOST_THREADS: usize = 4;

/// A programme that can be played.
pub(super) struct Programme {
    pub(super) stream: Stream,
    pub(super) objects: Vec<ObjectInfo>,
    pub(super) items: Arc<[RenderItem]>,
    pub(super) warnings: Vec<String>,
    pub(super) sample_rate: u32,
    pub(super) frames: u64,
    /// Of a scene, what its strips were made with.
    pub(super) strips: Option<StripSpecs>,
    /// A scene was asked for, and an output.
    pub(super) answers: (bool, bool),
}

/// All that a programme is made of.
#[derive(Clone)]
pub(super) struct Blueprint {
    played: Played,
    pub(super) output: Output,
    options: Options,
    pool: Arc<ThreadPool>,
    /// Hz; all that is played has the same.
    pub(super) sample_rate: u32,
    /// What was found in the file of a scene.
    warnings: Vec<Warning>,
}

/// What is played.
#[derive(Clone)]
enum Played {
    Master(PathBuf),
    Scene {
        scene: Arc<Scene>,
        /// What messages call it.
        name: PathBuf,
        /// Where the names of its stems begin.
        folder: PathBuf,
    },
}

impl Played {
    fn scene(scene: Box<Scene>, folder: PathBuf) -> Self {
        let name = folder.join(if scene.name.is_empty() { "scene" } else { &scene.name });
        Self::Scene { scene: Arc::from(scene), name, folder }
    }
}

impl Blueprint {
    /// The first one; its sample rate is known when it was built.
    pub(super) fn new(source: Source, options: Options) -> Result<Self, LiveError> {
        let threads = thread::available_parallelism().map_or(1, usize::from) / 2;
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads.clamp(1, MOST_THREADS))
            .thread_name(|n| format!("live render {n}"))
            .build()
            .map_err(|error| LiveError::Thread { name: "rendering", message: error.to_string() })?;
        let mut warnings = Vec::new();
        let played = match source {
            Source::File(path) if is_scene(&path) => {
                let (scene, found) = read_checked(&path)?;
                warnings = found;
                let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
                Played::Scene { scene: Arc::new(scene), name: path, folder }
            }
            Source::File(path) => Played::Master(path),
            Source::Scene { scene, folder } => Played::scene(scene, folder),
        };
        let output = options.output.clone();
        Ok(Self { played, output, options, pool: Arc::new(pool), sample_rate: 0, warnings })
    }

    /// The scene that plays.
    pub(super) fn scene(&self) -> Option<&Scene> {
        match &self.played {
            Played::Scene { scene, .. } => Some(scene),
            Played::Master(_) => None,
        }
    }

    /// Another scene, with stems in the same folder.
    pub(super) fn set_scene(&mut self, scene: Box<Scene>) {
        let folder = match &self.played {
            Played::Scene { folder, .. } => folder.clone(),
            Played::Master(path) => path.parent().unwrap_or(Path::new("")).to_path_buf(),
        };
        (self.played, self.warnings) = (Played::scene(scene, folder), Vec::new());
    }

    /// The same with another scene, or another output.
    pub(super) fn with(&self, scene: Option<Box<Scene>>, output: Option<Output>) -> Self {
        let mut changed = Self { warnings: Vec::new(), ..self.clone() };
        scene.into_iter().for_each(|scene| changed.set_scene(scene));
        output.into_iter().for_each(|output| changed.output = output);
        changed
    }

    /// Opens and prepares everything. The stream gets this number.
    pub(super) fn build(&self, build: u64) -> Result<Programme, LiveError> {
        let Options { selection, render, .. } = &self.options;
        let mut master = match &self.played {
            Played::Master(path) => Master::open(path, selection, 0.0)?,
            Played::Scene { scene, name, folder } => {
                let made = SceneInput::of(scene, (name, folder), Desk::Attended)?;
                Master::of_scene(name, made, selection, 0.0)?
            }
        };
        let (sample_rate, frames) = (master.input.sample_rate(), master.input.frames());
        if self.sample_rate != 0 && sample_rate != self.sample_rate {
            return Err(LiveError::SampleRate { now: self.sample_rate, found: sample_rate });
        }
        let mut target = self.output.target().clone();
        if let Target::Headphones(headphones) = &mut target
            && headphones.track_modes.is_empty()
        {
            headphones.track_modes.clone_from(&master.modes);
        }
        let spec = EngineSpec {
            items: Arc::clone(&master.items),
            targets: vec![target.into()],
            sample_rate,
            frames,
            span: 0..frames,
            options: *render,
            threads: self.pool.current_num_threads(),
        };
        let (engine, found) = self.pool.install(|| Engine::in_short_blocks(spec))?;
        let rows = rows(&master.items, engine.used_tracks());
        let warnings =
            self.warnings.iter().chain(&master.warnings).chain(&found).map(ToString::to_string).collect();
        let (objects, items) = (objects::list(&master), Arc::clone(&master.items));
        let maker = EngineMaker::new(engine, Arc::clone(&self.pool), rows);
        let tracks = maker.engine.used_tracks().to_vec();
        let strips = match &mut master.input {
            Input::Scene(scene) => Some(scene.mixer().strip_specs()),
            _ => None,
        };
        let changes = Changes::default();
        let samples = MasterSamples { input: master.input, tracks, raw: Vec::new(), changes };
        let reader = Reader::start(Samples::Master(Box::new(samples)))?;
        let mut stream = Stream::new(self.output.clone(), Maker::Engine(Box::new(maker)), reader, frames);
        stream.build = build;
        let answers = (false, false);
        Ok(Programme { stream, objects, items, warnings, sample_rate, frames, strips, answers })
    }
}
