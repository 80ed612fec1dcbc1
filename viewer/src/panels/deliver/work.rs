//! A delivery in a thread of its own.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};

use formats::adm::AdmId;
use formats::scene::{Deliverable, Place};
use renderer::deliver::package::{
    Content, DEFAULT_TEMPLATE, Package, PackageReport, Request, SceneDeliverable, Wanted, WantedRender,
};
use renderer::deliver::{self, Job, Selection};
use renderer::loudness::Specification;
use renderer::monitor::binaural::Headphones;

/// How far a delivery is.
#[derive(Debug)]
pub(super) enum State {
    /// This part of it is done, 0…1.
    Working(f32),
    /// It couldn't be made, or was cancelled.
    Failed(String),
    /// It lies in its folder.
    Done(Box<PackageReport>),
}

/// A delivery that is made, or was.
#[derive(Debug)]
pub(super) struct Work {
    folder: PathBuf,
    state: State,
    progress: Arc<Progress>,
    result: Mutex<Receiver<Result<PackageReport, String>>>,
}

#[derive(Debug, Default)]
struct Progress {
    done: AtomicU64,
    all: AtomicU64,
    stop: AtomicBool,
}

/// The delivery of a scene.
///
/// # Errors
/// When a specification or a layout doesn't exist.
pub(super) fn package(
    scene: &Path,
    folder: &Path,
    wanted: &[Deliverable],
    programme: Option<AdmId>,
    force: bool,
) -> Result<Package, String> {
    let wanted = wanted.iter().map(wanted_of).collect::<Result<_, String>>()?;
    Ok(Package {
        job: Job {
            selection: Selection { programme, ..Selection::default() },
            ..Job::new(scene.to_path_buf())
        },
        folder: folder.to_path_buf(),
        title: None,
        name: DEFAULT_TEMPLATE.parse().map_err(|error| format!("{error}"))?,
        wanted,
        reads: Vec::new(),
        sanitize: false,
        force,
    })
}

fn wanted_of(deliverable: &Deliverable) -> Result<Wanted, String> {
    let Deliverable { spec, layout, name, .. } = deliverable;
    let text = SceneDeliverable::of(deliverable, Place::default())?.text;
    let own_name = name.as_deref().map(str::parse).transpose().map_err(|error| format!("{error}"))?;
    let request = match text.parse::<Request>().map_err(|error| error.to_string())? {
        Request::Adm { .. } => return Ok(Wanted { text, content: Content::Adm, name: own_name }),
        Request::Render(request) => request,
    };
    let specification =
        spec.as_deref().map(Specification::by_name).transpose().map_err(|error| error.to_string())?;
    let target = if layout.eq_ignore_ascii_case(deliver::BINAURAL) {
        deliver::Deliverable::headphones(Headphones::built_in())
    } else {
        deliver::Deliverable::by_name(layout).map_err(|error| error.to_string())?
    };
    let render = WantedRender {
        specification,
        deliverable: target,
        layout: layout.clone(),
        programme: request.programme,
        settings: String::new(),
        parts: request.parts,
        master: deliverable.master.clone(),
    };
    Ok(Wanted { text, content: Content::Render(Box::new(render)), name: own_name })
}

impl Work {
    /// Starts to make `package`.
    pub(super) fn start(package: Package, folder: PathBuf, context: egui::Context) -> Self {
        let progress = Arc::new(Progress::default());
        let (sender, result) = channel();
        let shared = Arc::clone(&progress);
        std::thread::spawn(move || {
            // When nobody waits for it any more, nobody needs the report.
            let _ = sender.send(make(package, &shared));
            context.request_repaint();
        });
        Self { folder, state: State::Working(0.0), progress, result: Mutex::new(result) }
    }

    /// Takes over how far it is.
    pub(super) fn take(&mut self) {
        if !self.is_working() {
            return;
        }
        let result = self.result.lock().unwrap_or_else(PoisonError::into_inner).try_recv();
        self.state = match result {
            Ok(Ok(report)) => State::Done(Box::new(report)),
            Ok(Err(error)) => State::Failed(error),
            Err(TryRecvError::Disconnected) => {
                State::Failed("the delivery ended without a result".to_owned())
            }
            Err(TryRecvError::Empty) => {
                let all = self.progress.all.load(Ordering::Relaxed).max(1);
                let done = self.progress.done.load(Ordering::Relaxed);
                State::Working((done as f32 / all as f32).clamp(0.0, 1.0))
            }
        };
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }

    pub(super) fn is_working(&self) -> bool {
        matches!(self.state, State::Working(_))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Stops as soon as it can; nothing of it stays.
    pub(super) fn cancel(&self) {
        self.progress.stop.store(true, Ordering::Relaxed);
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.cancel();
    }
}

fn make(package: Package, progress: &Progress) -> Result<PackageReport, String> {
    let stop = || progress.stop.load(Ordering::Relaxed);
    let done = |amount: u64| {
        progress.done.fetch_add(amount, Ordering::Relaxed);
    };
    let mut open = package.open().map_err(|error| error.to_string())?;
    open.survey(&|_| (), &stop).map_err(|error| error.to_string())?;
    progress.all.store(open.work(), Ordering::Relaxed);
    let finished = open.run(&done, &stop).map_err(|error| error.to_string())?;
    finished.publish().map_err(|error| error.to_string())
}

/// Shows a file in the program that the system has for it.
///
/// # Errors
/// When there is none.
pub(super) fn open_file(path: &Path) -> Result<(), String> {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let started = std::process::Command::new(program).arg(path).spawn();
    started.map(drop).map_err(|error| format!("{}: {program}: {error}", path.display()))
}
