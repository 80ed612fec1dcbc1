//! The folder of a delivery or an import: what is to lie in it waits under temporary names until all of it is complete.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use formats::bw64::{CompleteFile, OutputFile};

use super::{manifest, mhl};
use crate::deliver::JobError;

/// A folder, there or made.
#[derive(Debug)]
pub(in crate::deliver) struct Folder {
    path: PathBuf,
    /// Folders that were made for it, outermost first; gone again when nothing gets into them.
    made: Vec<PathBuf>,
    ready: Vec<Ready>,
    /// Locked for as long as the job goes on, where the file system can do that.
    _lock: Option<File>,
}

/// A file that is complete and waits for its name.
#[derive(Debug)]
struct Ready {
    path: PathBuf,
    file: Waiting,
}

#[derive(Debug)]
enum Waiting {
    Samples(Box<CompleteFile>),
    Bytes(OutputFile),
}

impl Folder {
    /// Opens `path`, or makes it. Nobody else writes into it in this way until this is dropped.
    ///
    /// # Errors
    /// When it is a file, can't be made, or another job is writing into it.
    pub(in crate::deliver) fn open(path: &Path) -> Result<Self, JobError> {
        let mut folder = Self { path: path.to_path_buf(), made: Vec::new(), ready: Vec::new(), _lock: None };
        folder.make(path)?;
        // A folder that can't be opened or locked (some network file systems know no locks) is used without.
        let Ok(lock) = File::open(path) else { return Ok(folder) };
        if let Err(TryLockError::WouldBlock) = lock.try_lock() {
            let message = "another job is writing into this folder; wait for it, or choose another one";
            return Err(JobError::file(path, message));
        }
        folder._lock = Some(lock);
        Ok(folder)
    }

    /// Removes what a job that was killed left of files whose names `is_own` knows: `.NAME.part-PID`.
    pub(in crate::deliver) fn remove_left_over(&self, is_own: &dyn Fn(&str) -> bool) {
        for folder in [self.path.clone(), self.path.join(mhl::FOLDER)] {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let name = entry.file_name();
                let part = name.to_str().and_then(|name| name.strip_prefix('.')?.rsplit_once(".part-"));
                let Some((name, process)) = part else { continue };
                let process = process.split('-').next().unwrap_or_default();
                if is_own(name) && is_gone(process) {
                    // Whoever may not remove it may not write here either, and hears of that soon.
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
    }

    pub(in crate::deliver) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder `inner` in it.
    pub(in crate::deliver) fn make_inner(&mut self, inner: &str) -> Result<(), JobError> {
        let path = self.place(inner)?;
        self.make(&path)
    }

    fn make(&mut self, path: &Path) -> Result<(), JobError> {
        let missing: Vec<&Path> =
            path.ancestors().take_while(|above| !above.as_os_str().is_empty() && !above.exists()).collect();
        for above in missing.into_iter().rev() {
            let made = fs::create_dir(above);
            made.map_err(|e| JobError::file(above, format_args!("cannot make the folder: {e}")))?;
            self.made.push(above.to_path_buf());
        }
        if path.is_dir() {
            return Ok(());
        }
        Err(JobError::file(path, "is no folder, and the output is one; give another name"))
    }

    /// Where the file `name` lies. A link there could lead out of the folder.
    ///
    /// # Errors
    /// When there is one.
    pub(in crate::deliver) fn place(&self, name: &str) -> Result<PathBuf, JobError> {
        let path = self.path.join(name);
        if fs::symlink_metadata(&path).is_ok_and(|there| there.is_symlink()) {
            let message = "is a link, which could lead out of the folder; remove it first";
            return Err(JobError::file(&path, message));
        }
        Ok(path)
    }

    /// A file for bytes; it gets its name with the others.
    pub(in crate::deliver) fn create(
        &self,
        name: &str,
        expected_bytes: Option<u64>,
    ) -> Result<OutputFile, JobError> {
        let path = self.place(name)?;
        OutputFile::create(&path, expected_bytes).map_err(|e| JobError::output(&path, &e))
    }

    /// Writes a text.
    pub(in crate::deliver) fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), JobError> {
        let mut file = self.create(name, Some(bytes.len() as u64))?;
        file.write_all(bytes).map_err(|e| JobError::output(file.path(), &file.error(e)))?;
        file.complete().map_err(|e| JobError::output(file.path(), &e))?;
        self.keep_bytes(file);
        Ok(())
    }

    /// Takes a file that is complete.
    pub(in crate::deliver) fn keep_bytes(&mut self, file: OutputFile) {
        self.ready.push(Ready { path: file.path().to_path_buf(), file: Waiting::Bytes(file) });
    }

    /// Takes a file of samples that is complete.
    pub(in crate::deliver) fn keep(&mut self, path: PathBuf, file: CompleteFile) {
        self.ready.push(Ready { path, file: Waiting::Samples(Box::new(file)) });
    }

    /// Gives every file its name.
    ///
    /// # Errors
    /// When the system refuses one; then none of them stays.
    pub(in crate::deliver) fn publish(mut self) -> Result<(), JobError> {
        let mut published: Vec<PathBuf> = Vec::new();
        let mut ready = std::mem::take(&mut self.ready);
        // First what tells whose the others are, should the machine stop between two of them.
        ready.sort_by_key(|ready| !ready.path.ends_with(manifest::NAME));
        for Ready { path, file } in ready {
            let named = match file {
                Waiting::Samples(file) => file.publish().map(drop),
                Waiting::Bytes(file) => file.publish(),
            };
            if let Err(e) = named {
                // What can't be removed is complete at least.
                published.iter().for_each(|path| drop(fs::remove_file(path)));
                return Err(JobError::output(&path, &e));
            }
            published.push(path);
        }
        self.made.clear();
        Ok(())
    }
}

/// No process has this number. Where that can't be told, one may have it.
fn is_gone(process: &str) -> bool {
    let Ok(number) = process.parse::<u32>() else { return false };
    let processes = Path::new("/proc");
    number == std::process::id()
        || processes.join("self").exists() && !processes.join(number.to_string()).exists()
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.ready.clear();
        // Those with something in them stay.
        self.made.iter().rev().for_each(|path| drop(fs::remove_dir(path)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_appear_together_or_none() {
        let outer = tempfile::tempdir().unwrap();
        let path = outer.path().join("a/b");
        let mut folder = Folder::open(&path).unwrap();
        folder.write("x.json", b"{}").unwrap();
        folder.make_inner("inner").unwrap();
        folder.write("inner/y", b"y").unwrap();
        assert!(!path.join("x.json").exists());
        drop(folder);
        assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 0, "something was left");
        let mut folder = Folder::open(&path).unwrap();
        folder.write("x.json", b"{}").unwrap();
        folder.publish().unwrap();
        assert_eq!(fs::read(path.join("x.json")).unwrap(), b"{}");
        assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
        // A folder that was there stays.
        drop(Folder::open(&path).unwrap());
        assert!(path.join("x.json").exists());
    }

    #[test]
    fn one_delivery_at_a_time() {
        let outer = tempfile::tempdir().unwrap();
        let first = Folder::open(outer.path()).unwrap();
        let refused = Folder::open(outer.path()).unwrap_err().to_string();
        assert!(refused.contains("another job is writing"), "{refused}");
        drop(first);
        assert!(Folder::open(outer.path()).is_ok());
    }

    #[test]
    fn what_a_killed_job_left_is_removed_and_nothing_else() {
        let outer = tempfile::tempdir().unwrap();
        let path = |name: &str| outer.path().join(name);
        // No process has a number beyond 2^22 on Linux, and process 1 is always there.
        let kept = [".a.wav.part-1", ".b.wav.part-4294967295", ".a.wav.part-x", "a.wav", ".a.wav"];
        let gone = [".a.wav.part-4294967295", ".a.wav.part-4294967295-2", ".report.json.part-4294967295"];
        kept.iter().chain(&gone).for_each(|name| fs::write(path(name), "").unwrap());
        let folder = Folder::open(outer.path()).unwrap();
        folder.remove_left_over(&|name| ["a.wav", "report.json"].contains(&name));
        assert!(kept.iter().all(|name| path(name).exists()));
        assert!(gone.iter().all(|name| !path(name).exists()));
    }

    #[test]
    fn links_and_files_are_refused() {
        let outer = tempfile::tempdir().unwrap();
        fs::write(outer.path().join("file"), "").unwrap();
        assert!(Folder::open(&outer.path().join("file")).unwrap_err().to_string().contains("no folder"));
        assert!(Folder::open(&outer.path().join("file/x")).is_err());
        std::os::unix::fs::symlink("/dev/null", outer.path().join("link")).unwrap();
        let mut folder = Folder::open(outer.path()).unwrap();
        assert!(folder.write("link", b"").unwrap_err().to_string().contains("is a link"));
        assert!(folder.make_inner("link").is_err());
    }
}
