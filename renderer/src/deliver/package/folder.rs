//! The folder of a delivery: what is to lie in it waits under temporary names until all of it is complete.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use formats::bw64::{CompleteFile, OutputFile};

use crate::deliver::JobError;

/// A folder, there or made.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Folders that were made for it, outermost first; gone again when nothing gets into them.
    made: Vec<PathBuf>,
    ready: Vec<Ready>,
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
    /// Opens `path`, or makes it.
    ///
    /// # Errors
    /// When it is a file, or can't be made.
    pub(super) fn open(path: &Path) -> Result<Self, JobError> {
        let mut folder = Self { path: path.to_path_buf(), made: Vec::new(), ready: Vec::new() };
        folder.make(path)?;
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder `inner` in it.
    pub(super) fn make_inner(&mut self, inner: &str) -> Result<(), JobError> {
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
        Err(JobError::file(path, "is no folder, and the output of deliver is one; give another name"))
    }

    /// Where the file `name` lies. A link there could lead out of the folder.
    ///
    /// # Errors
    /// When there is one.
    pub(super) fn place(&self, name: &str) -> Result<PathBuf, JobError> {
        let path = self.path.join(name);
        if fs::symlink_metadata(&path).is_ok_and(|there| there.is_symlink()) {
            let message = "is a link, which could lead out of the folder; remove it first";
            return Err(JobError::file(&path, message));
        }
        Ok(path)
    }

    /// A file for bytes; it gets its name with the others.
    pub(super) fn create(&self, name: &str, expected_bytes: Option<u64>) -> Result<OutputFile, JobError> {
        let path = self.place(name)?;
        OutputFile::create(&path, expected_bytes).map_err(|e| JobError::output(&path, &e))
    }

    /// Writes a text.
    pub(super) fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), JobError> {
        let mut file = self.create(name, Some(bytes.len() as u64))?;
        file.write_all(bytes).map_err(|e| JobError::output(file.path(), &file.error(e)))?;
        file.complete().map_err(|e| JobError::output(file.path(), &e))?;
        self.keep_bytes(file);
        Ok(())
    }

    /// Takes a file that is complete.
    pub(super) fn keep_bytes(&mut self, file: OutputFile) {
        self.ready.push(Ready { path: file.path().to_path_buf(), file: Waiting::Bytes(file) });
    }

    /// Takes a file of samples that is complete.
    pub(super) fn keep(&mut self, path: PathBuf, file: CompleteFile) {
        self.ready.push(Ready { path, file: Waiting::Samples(Box::new(file)) });
    }

    /// Gives every file its name, in the order they came.
    ///
    /// # Errors
    /// When the system refuses one; then none of them stays.
    pub(super) fn publish(mut self) -> Result<(), JobError> {
        let mut published: Vec<PathBuf> = Vec::new();
        for Ready { path, file } in std::mem::take(&mut self.ready) {
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
