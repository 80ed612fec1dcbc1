//! The thread that makes what takes long and may fail: masters opened, scenes mixed, engines for other outputs.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use formats::scene::Scene;

use super::blueprint::{Blueprint, Programme};
use super::output::Output;
use super::reader::{Reader, Samples, open_reference};
use super::stream::{Maker, Stream};
use super::{LiveError, metering};
use crate::mix::mixer::{Changes, ClipSource as _, StripSpecs};

/// What was made.
pub(super) enum Built {
    /// The programme: another scene, another output, or both.
    Programme(Box<Programme>),
    /// Strips of the programme of this number are turned.
    Strips {
        build: u64,
        changes: Box<Changes>,
        /// A scene was asked for.
        answers: bool,
    },
    /// The reference file, or none any more.
    Reference(Option<Box<Stream>>),
    /// Its loudness, LUFS.
    ReferenceLoudness(Option<f64>),
    /// What could not be made; everything stays as it was.
    Failed(String),
}

/// What is asked for; what was asked before and not begun is forgotten.
#[derive(Default)]
struct Requests {
    scene: Option<Box<Scene>>,
    /// Later than that, and for strips alone.
    strips: Option<Box<Scene>>,
    output: Option<Output>,
    reference: Option<Option<PathBuf>>,
    over: bool,
}

/// The near end.
#[derive(Clone)]
pub(super) struct Builder {
    requests: Arc<(Mutex<Requests>, Condvar)>,
    /// References that were asked for.
    references: Arc<AtomicU64>,
}

impl Builder {
    /// Starts the thread; what it makes comes out of the receiver.
    ///
    /// `plan` is that of the first programme, which has number 0 and, of a scene, these strips.
    pub(super) fn start(
        plan: Blueprint,
        strips: Option<StripSpecs>,
    ) -> Result<(Self, Receiver<Built>), LiveError> {
        let builder = Self { requests: Arc::default(), references: Arc::default() };
        let (results, built) = channel();
        let far = builder.clone();
        thread::Builder::new()
            .name("live build".to_owned())
            .spawn(move || far.run(Plan { blueprint: plan, strips, build: 0 }, &results))
            .map_err(|error| LiveError::Thread { name: "building", message: error.to_string() })?;
        Ok((builder, built))
    }

    fn ask(&self, ask: impl FnOnce(&mut Requests)) {
        let (requests, bell) = &*self.requests;
        ask(&mut requests.lock().unwrap_or_else(PoisonError::into_inner));
        bell.notify_one();
    }

    pub(super) fn scene(&self, scene: Box<Scene>) {
        self.ask(|requests| (requests.scene, requests.strips) = (Some(scene), None));
    }

    pub(super) fn strips(&self, scene: Box<Scene>) {
        self.ask(|requests| requests.strips = Some(scene));
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
            let Requests { scene, strips, output, reference, .. } = &*requests;
            if scene.is_some() || strips.is_some() || output.is_some() || reference.is_some() {
                return Some(std::mem::take(&mut *requests));
            }
            requests = bell.wait(requests).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn run(&self, mut plan: Plan, results: &Sender<Built>) {
        let mut reference: Option<PathBuf> = None;
        // Nobody listens at the end.
        let send = |built: Built| drop(results.send(built));
        while let Some(Requests { scene, strips, output, reference: file, .. }) = self.wait() {
            // What the knobs of the desk can do needs no other desk.
            let mut scene = scene;
            if let Some(asked) = scene.take() {
                match plan.turn(asked, true) {
                    Ok(built) => send(built),
                    Err(asked) => scene = Some(asked),
                }
            }
            if scene.is_some() || output.is_some() {
                send(plan.build(scene, output.clone()));
            }
            if let Some(Ok(built)) = strips.map(|scene| plan.turn(scene, false)) {
                send(built);
            }
            // Another output has other channels to play the reference on.
            let again = file.is_some() || (output.is_some() && reference.is_some());
            if let Some(file) = file {
                reference = file;
            }
            if again && let Err(message) = self.refer(&plan.blueprint, reference.as_ref(), results) {
                reference = None;
                send(Built::Failed(message));
            }
        }
    }

    /// Makes the reference. It is measured on a thread of its own, for that takes the longer the longer it is.
    fn refer(&self, plan: &Blueprint, file: Option<&PathBuf>, results: &Sender<Built>) -> Result<(), String> {
        let number = self.references.fetch_add(1, Ordering::Relaxed) + 1;
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
        let (rate, builder, results) = (plan.sample_rate, self.clone(), results.clone());
        let measure = move || {
            let stop = || builder.is_over() || builder.references.load(Ordering::Relaxed) != number;
            let loudness = match channels.len() == opened.channels() {
                true => metering::loudness_of(&mut opened, (&channels, rate), &stop),
                false => Ok(None),
            };
            if !stop() {
                let _ = results.send(loudness.map_or_else(Built::Failed, Built::ReferenceLoudness));
            }
        };
        let spawned = thread::Builder::new().name("live reference".to_owned()).spawn(measure);
        spawned.map(drop).map_err(|error| format!("cannot start the measuring thread: {error}"))
    }
}

/// What plays, as far as it was made.
struct Plan {
    blueprint: Blueprint,
    /// Of a scene, what its strips were made with.
    strips: Option<StripSpecs>,
    /// The number of the programme.
    build: u64,
}

impl Plan {
    /// What has to be turned for another state of the scene.
    ///
    /// # Errors
    /// The scene, when turning is not enough.
    fn turn(&mut self, scene: Box<Scene>, answers: bool) -> Result<Built, Box<Scene>> {
        // The desk has a strip for each way in which a track sounds.
        let parted = |scene: &Scene| Some(scene.clone().parted().ok()?.scene);
        let changes = self.strips.as_ref().zip(self.blueprint.scene()).and_then(|(strips, before)| {
            let (before, after) = (parted(before)?, parted(&scene)?);
            strips.changes(&before, &after)
        });
        let Some(changes) = changes else { return Err(scene) };
        self.blueprint.set_scene(scene);
        Ok(Built::Strips { build: self.build, changes: Box::new(changes), answers })
    }

    /// Makes the programme anew.
    fn build(&mut self, scene: Option<Box<Scene>>, output: Option<Output>) -> Built {
        let answers = (scene.is_some(), output.is_some());
        let blueprint = self.blueprint.with(scene, output);
        match blueprint.build(self.build + 1) {
            Ok(mut programme) => {
                self.build += 1;
                (self.blueprint, self.strips) = (blueprint, programme.strips.take());
                Built::Programme(Box::new(Programme { answers, ..programme }))
            }
            Err(error) => Built::Failed(error.to_string()),
        }
    }
}
