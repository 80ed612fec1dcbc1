//! A master becomes a scene with stems, in a thread of its own.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};

use formats::bw64::{ChunkId, Reader};
use renderer::deliver::{ImportJob, Selection, own_channels};
use renderer::import::{Automation, TOLERANCE};

/// An import that goes on.
#[derive(Debug)]
pub struct Import {
    progress: Arc<Progress>,
    result: Mutex<Receiver<Result<PathBuf, String>>>,
}

#[derive(Debug, Default)]
struct Progress {
    done: AtomicU64,
    all: AtomicU64,
    stop: AtomicBool,
}

/// Whether a file is an ADM master: a sound with ADM in it.
pub fn is_master(path: &Path) -> bool {
    Reader::open(path).is_ok_and(|reader| reader.find(ChunkId::AXML).is_some())
}

/// Whether it is more than a bed, which can be a sound of a scene as it is.
pub fn is_more_than_a_bed(path: &Path) -> bool {
    is_master(path) && !own_channels(path, &Selection::default()).is_ok_and(|bed| bed.is_some())
}

/// The folder beside a master that its scene is made in, unless another is chosen.
pub fn folder_for(master: &Path) -> PathBuf {
    let name = master.file_stem().unwrap_or_default().to_string_lossy();
    master.with_file_name(format!("{name} scene"))
}

/// Makes a scene of `master` in `folder`, and gives its file.
///
/// # Errors
/// When the master is unusable, the folder has something in it already, or `stop` said so.
pub fn import(
    master: &Path,
    folder: &Path,
    progress: &mut dyn FnMut(u64, u64),
    stop: &dyn Fn() -> bool,
) -> Result<PathBuf, String> {
    let job = ImportJob {
        input: master.to_path_buf(),
        folder: folder.to_path_buf(),
        automation: Automation::Thinned(TOLERANCE),
        force: false,
    };
    let open = job.open().map_err(|error| error.to_string())?;
    let all = open.frames();
    let ready = open.run(&mut |done| progress(done, all), stop).map_err(|error| error.to_string())?;
    let report = ready.publish().map_err(|error| error.to_string())?;
    Ok(PathBuf::from(report.scene))
}

impl Import {
    /// Starts.
    pub fn start(master: PathBuf, folder: PathBuf, context: egui::Context) -> Self {
        let progress = Arc::new(Progress::default());
        let (sender, result) = channel();
        let shared = Arc::clone(&progress);
        std::thread::spawn(move || {
            let stop = || shared.stop.load(Ordering::Relaxed);
            let mut told = |done, all| {
                shared.done.store(done, Ordering::Relaxed);
                shared.all.store(all, Ordering::Relaxed);
            };
            // When nobody waits for it any more, nobody opens the scene.
            let _ = sender.send(import(&master, &folder, &mut told, &stop));
            context.request_repaint();
        });
        Self { progress, result: Mutex::new(result) }
    }

    /// The scene file, or why there is none; `None` while it goes on.
    pub fn take(&self) -> Option<Result<PathBuf, String>> {
        match self.result.lock().unwrap_or_else(PoisonError::into_inner).try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err("the import ended without a result".to_owned())),
        }
    }

    /// Part that is done, 0…1.
    pub fn share(&self) -> f32 {
        let all = self.progress.all.load(Ordering::Relaxed).max(1);
        self.progress.done.load(Ordering::Relaxed) as f32 / all as f32
    }
}

impl Drop for Import {
    fn drop(&mut self) {
        self.progress.stop.store(true, Ordering::Relaxed);
    }
}
