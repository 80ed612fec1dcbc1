//! The thread that makes what takes long and may fail: masters opened, scenes mixed, engines for other outputs.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use formats::scene::Scene;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::objects::{self, ObjectInfo};
use super::output::Output;
use super::reader::{MasterSamples, Reader, Samples, open_reference};
use super::stream::{EngineMaker, Maker, Stream, rows};
use super::{LiveError, Options, Source, metering};
use crate::engine::{Engine, EngineSpec};
use crate::items::RenderItem;
use crate::master::{Master, SceneInput};
use crate::mix::mixer::ClipSource;
use crate::render::Target;

/// Threads that render a block together.
const MOST_THREADS: usize = 4;

/// What was made.
pub(super) enum Built {
    /// The programme: another scene, another output, or both.
    Programme(Box<Programme>),
    /// The reference file, or none any more.
    Reference(Option<Box<Stream>>),
    /// Its loudness, LUFS.
    ReferenceLoudness(Option<f64>),
    /// What could not be made; everything stays as it was.
    Failed(String),
}

/// A programme that can be played.
pub(super) struct Programme {
    pub(super) stream: Stream,
    pub(super) objects: Vec<ObjectInfo>,
    pub(super) items: Arc<[RenderItem]>,
    pub(super) warnings: Vec<String>,
    pub(super) sample_rate: u32,
    pub(super) frames: u64,
    /// A scene was asked for, and an output.
    pub(super) answers: (bool, bool),
}

/// What is asked for; what was asked before and not begun is forgotten.
#[derive(Default)]
struct Requests {
    scene: Option<Box<Scene>>,
    output: Option<Output>,
    reference: Option<Option<PathBuf>>,
    over: bool,
}

/// The near end.
#[derive(Clone)]
pub(super) struct Builder {
    requests: Arc<(Mutex<Requests>, Condvar)>,
}

impl Builder {
    /// Starts the thread; what it makes comes out of the receiver.
    pub(super) fn start(plan: Blueprint) -> Result<(Self, Receiver<Built>), LiveError> {
        let builder = Self { requests: Arc::default() };
        let (results, built) = channel();
        let far = builder.clone();
        thread::Builder::new()
            .name("live build".to_owned())
            .spawn(move || far.run(plan, &results))
            .map_err(|error| LiveError::Thread { name: "building", message: error.to_string() })?;
        Ok((builder, built))
    }

    fn ask(&self, ask: impl FnOnce(&mut Requests)) {
        let (requests, bell) = &*self.requests;
        ask(&mut requests.lock().unwrap_or_else(PoisonError::into_inner));
        bell.notify_one();
    }

    pub(super) fn scene(&self, scene: Box<Scene>) {
        self.ask(|requests| requests.scene = Some(scene));
    }

    pub(super) fn output(&self, output: Output) {
        self.ask(|requests| requests.output = Some(output));
    }

    pub(super) fn reference(&self, file: Option<PathBuf>) {
        self.ask(|requests| requests.reference = Some(file));
    }

    /// Ends the thread when it is done with what it does.
    pub(super) fn end(&self) {
        self.ask(|requests| requests.over = true);
    }

    fn is_over(&self) -> bool {
        self.requests.0.lock().unwrap_or_else(PoisonError::into_inner).over
    }

    /// Waits for requests; `None` at the end.
    fn wait(&self) -> Option<Requests> {
        let (requests, bell) = &*self.requests;
        let mut requests = requests.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if requests.over {
                return None;
            }
            if requests.scene.is_some() || requests.output.is_some() || requests.reference.is_some() {
                return Some(std::mem::take(&mut *requests));
            }
            requests = bell.wait(requests).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn run(&self, mut plan: Blueprint, results: &Sender<Built>) {
        let mut reference: Option<PathBuf> = None;
        while let Some(Requests { scene, output, reference: file, .. }) = self.wait() {
            let answers = (scene.is_some(), output.is_some());
            // Another output has other channels to play the reference on.
            let again = file.is_some() || (answers.1 && reference.is_some());
            if answers != (false, false) {
                let changed = plan.with(scene, output);
                let built = match changed.build() {
                    Ok(programme) => {
                        plan = changed;
                        Built::Programme(Box::new(Programme { answers, ..programme }))
                    }
                    Err(error) => Built::Failed(error.to_string()),
                };
                // Nobody listens at the end.
                let _ = results.send(built);
            }
            if let Some(file) = file {
                reference = file;
            }
            if again && let Err(message) = self.refer(&plan, reference.as_ref(), results) {
                reference = None;
                let _ = results.send(Built::Failed(message));
            }
        }
    }

    /// Makes the reference, then measures it.
    fn refer(&self, plan: &Blueprint, file: Option<&PathBuf>, results: &Sender<Built>) -> Result<(), String> {
        let Some(file) = file else {
            let _ = results.send(Built::Reference(None));
            return Ok(());
        };
        let opened = open_reference(file.clone(), plan.sample_rate)?;
        let frames = opened.frames();
        let reader = Reader::start(Samples::File(Box::new(opened))).map_err(|error| error.to_string())?;
        let maker = Maker::Reference { gain: 1.0, before: 1.0 };
        let stream = Stream::new(plan.output.clone(), maker, reader, frames);
        let _ = results.send(Built::Reference(Some(Box::new(stream))));
        let mut opened = open_reference(file.clone(), plan.sample_rate)?;
        let mut channels = plan.output.meter_channels();
        channels.truncate(opened.channels());
        let mut loudness = None;
        if channels.len() == opened.channels() {
            let stop = || self.is_over();
            loudness = metering::loudness_of(&mut opened, (&channels, plan.sample_rate), &stop)?;
        }
        let _ = results.send(Built::ReferenceLoudness(loudness));
        Ok(())
    }
}

/// All that a programme is made of.
#[derive(Clone)]
pub(super) struct Blueprint {
    pub(super) source: Source,
    pub(super) output: Output,
    pub(super) options: Options,
    pub(super) pool: Arc<ThreadPool>,
    /// Hz; all that is played has the same.
    pub(super) sample_rate: u32,
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
        Ok(Self { source, output: options.output.clone(), options, pool: Arc::new(pool), sample_rate: 0 })
    }

    fn with(&self, scene: Option<Box<Scene>>, output: Option<Output>) -> Self {
        let mut changed = self.clone();
        if let Some(scene) = scene {
            changed.source = Source::Scene { scene, folder: self.source.folder() };
        }
        if let Some(output) = output {
            changed.output = output;
        }
        changed
    }

    /// Opens and prepares everything.
    pub(super) fn build(&self) -> Result<Programme, LiveError> {
        let Options { selection, render, .. } = &self.options;
        let master = match &self.source {
            Source::File(path) => Master::open(path, selection, 0.0)?,
            Source::Scene { scene, folder } => {
                let name = folder.join(if scene.name.is_empty() { "scene" } else { &scene.name });
                Master::of_scene(&name, SceneInput::of(scene, (&name, folder))?, selection, 0.0)?
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
        let warnings = master.warnings.iter().chain(&found).map(ToString::to_string).collect();
        let (objects, items) = (objects::list(&master), Arc::clone(&master.items));
        let maker = EngineMaker::new(engine, Arc::clone(&self.pool), rows);
        let tracks = maker.engine.used_tracks().to_vec();
        let samples = MasterSamples { input: master.input, tracks, raw: Vec::new() };
        let reader = Reader::start(Samples::Master(Box::new(samples)))?;
        let stream = Stream::new(self.output.clone(), Maker::Engine(Box::new(maker)), reader, frames);
        Ok(Programme { stream, objects, items, warnings, sample_rate, frames, answers: (false, false) })
    }
}
