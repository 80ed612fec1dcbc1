//! Output that is complete or not there: written beside its final name and renamed when finished.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, IntoInnerError, Seek, SeekFrom, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::error::Error;

/// Tries for a free temporary name.
const MAX_NAME_TRIES: u32 = 100;
/// Longest file name of common file systems, bytes.
const MAX_NAME_BYTES: usize = 255;
const BUFFER_BYTES: usize = 256 * 1024;
/// The system begins to put samples on the disk whenever so many more were written, so that little is left to wait
/// for at the end.
const WRITE_BACK_BYTES: u64 = 4 * 1024 * 1024;
/// Room left beside the file itself for the folder entry and block rounding.
const SPARE_BYTES: u64 = 64 * 1024;

/// A file that appears under its name only when [`OutputFile::finish`] has put all of it on the disk.
///
/// Until then it is `.NAME.part-PID` in the same folder, and an old file of the name stays as it is. Dropped
/// unfinished, it is deleted. A name that is a device or a pipe (`/dev/stdout`) is written directly.
#[derive(Debug)]
pub struct OutputFile {
    /// The name as the caller gave it, for messages.
    name: PathBuf,
    /// Where the finished file goes: `name` with symbolic links followed.
    target: PathBuf,
    /// The temporary name; `None` for devices and pipes.
    part: Option<PathBuf>,
    file: Option<BufWriter<File>>,
    /// Bytes written, and how many of them the system was asked to put on the disk.
    written: u64,
    written_back: u64,
}

impl OutputFile {
    /// Starts a file that will be called `path`. With `expected_bytes`, a disk that has not that much room is
    /// reported now rather than at the end of the job.
    pub fn create(path: &Path, expected_bytes: Option<u64>) -> Result<Self, Error> {
        let refuse = |reason: &str| Error::Output { path: path.into(), reason: reason.into() };
        let old = fs::metadata(path).ok();
        if old.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(refuse("cannot write: it is a folder; give a file name"));
        }
        if let Some(kind) = old.as_ref().map(fs::Metadata::file_type)
            && (kind.is_char_device() || kind.is_fifo() || kind.is_socket() || kind.is_block_device())
        {
            let file =
                OpenOptions::new().write(true).open(path).map_err(|source| write_error(path, source))?;
            return Ok(Self::new(path, path.into(), None, file));
        }
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.into());
        let Some(file_name) = target.file_name() else {
            return Err(refuse("cannot write: no file name given"));
        };
        let folder = folder_of(&target);
        if let Some(bytes) = expected_bytes {
            check_free_space(path, folder, bytes)?;
        }
        let (part, file) = create_part(folder, file_name).map_err(|source| write_error(path, source))?;
        let output = Self::new(path, target, Some(part), file);
        if let (Some(old), Some(file)) = (old, &output.file) {
            // The new file is as readable as the one it replaces; where that is refused, it is still written.
            let _ = file.get_ref().set_permissions(old.permissions());
        }
        Ok(output)
    }

    fn new(name: &Path, target: PathBuf, part: Option<PathBuf>, file: File) -> Self {
        let file = Some(BufWriter::with_capacity(BUFFER_BYTES, file));
        Self { name: name.into(), target, part, file, written: 0, written_back: 0 }
    }

    /// The final name, as given.
    pub fn path(&self) -> &Path {
        &self.name
    }

    /// It can be gone back in: not a pipe.
    pub fn is_seekable(&self) -> bool {
        self.part.is_some()
    }

    /// Gives an error of this file its name.
    pub fn error(&self, source: io::Error) -> Error {
        write_error(&self.name, source)
    }

    /// Puts everything on the disk and gives the file its name. After an error nothing of it is left.
    pub fn finish(mut self) -> Result<(), Error> {
        self.complete()?;
        self.publish()
    }

    /// Puts everything on the disk under the temporary name: what is left to do is [`OutputFile::publish`]. For
    /// jobs with several outputs, of which all or none shall appear.
    pub fn complete(&mut self) -> Result<(), Error> {
        let sync = |buffered: BufWriter<File>| {
            let file = buffered.into_inner().map_err(IntoInnerError::into_error)?;
            if self.part.is_some() { file.sync_all() } else { Ok(()) }
        };
        self.file.take().map_or(Ok(()), sync).map_err(|source| write_error(&self.name, source))
    }

    /// Opens a file that is complete to read what is on the disk: what the system remembers of it is dropped first, where
    /// that can be.
    pub fn read_back(&self) -> Result<File, Error> {
        let file = File::open(self.part.as_ref().unwrap_or(&self.target))
            .map_err(|source| write_error(&self.name, source))?;
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            // Advice: whether it is taken changes only where the bytes come from.
            let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
        }
        Ok(file)
    }

    /// Gives a file that is complete its name.
    pub fn publish(mut self) -> Result<(), Error> {
        let Some(part) = self.part.as_ref() else { return Ok(()) };
        fs::rename(part, &self.target).map_err(|source| write_error(&self.name, source))?;
        self.part = None;
        // The rename itself is on the disk only when the folder is. Some network file systems refuse this; the
        // file is complete either way.
        match File::open(folder_of(&self.target)).and_then(|folder| folder.sync_all()) {
            Err(error) if error.kind() == io::ErrorKind::StorageFull => Err(write_error(&self.name, error)),
            _ => Ok(()),
        }
    }

    /// Asks the system to begin to put what it holds of the file on the disk. To say that the pages are not needed
    /// does that, and drops only those that are there already.
    fn write_back(&mut self) {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if let Some(file) = &self.file {
            let length = std::num::NonZeroU64::new(self.written - self.written_back);
            // Advice: whether it is taken changes only how long the end takes.
            let _ =
                rustix::fs::fadvise(file.get_ref(), self.written_back, length, rustix::fs::Advice::DontNeed);
        }
        self.written_back = self.written;
    }

    fn inner(&mut self) -> io::Result<&mut BufWriter<File>> {
        self.file.as_mut().ok_or_else(|| io::Error::other("the file is already closed"))
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            // Without its buffer being written: nobody will read it.
            drop(file.into_parts().0);
        }
        if let Some(part) = self.part.take() {
            let _ = fs::remove_file(part);
        }
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner()?.write(bytes)?;
        self.written += count as u64;
        if self.part.is_none() {
            // Who reads a pipe may wait for this before it reads what another output wrote.
            self.flush()?;
        } else if self.written - self.written_back >= WRITE_BACK_BYTES {
            self.write_back();
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner()?.flush()
    }
}

impl Seek for OutputFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner()?.seek(to)
    }
}

/// Both names lead to one file, by whatever links: writing one would destroy the other.
pub fn same_file(a: &Path, b: &Path) -> bool {
    match (fs::metadata(a), fs::metadata(b)) {
        (Ok(a), Ok(b)) => a.dev() == b.dev() && a.ino() == b.ino() && !a.file_type().is_char_device(),
        _ => false,
    }
}

fn write_error(path: &Path, source: io::Error) -> Error {
    Error::Write { path: path.into(), source }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether the disk that `path` will be on has room for so many bytes.
///
/// # Errors
/// When it hasn't: how many are needed, and how many are free.
pub fn check_room_for(path: &Path, needed: u64) -> Result<(), Error> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.into());
    check_free_space(path, folder_of(&target), needed)
}

fn check_free_space(path: &Path, folder: &Path, needed: u64) -> Result<(), Error> {
    // A folder that cannot be asked is one that the file cannot be created in: that error comes next.
    let Ok(space) = rustix::fs::statvfs(folder) else { return Ok(()) };
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    if needed.saturating_add(SPARE_BYTES) <= free {
        return Ok(());
    }
    let reason = format!(
        "cannot write: disk full: {needed} bytes needed, {free} free; make room or choose another disk"
    );
    Err(Error::Output { path: path.into(), reason })
}

/// Creates `.NAME.part-PID`, never following or reusing what is already there.
fn create_part(folder: &Path, name: &OsStr) -> io::Result<(PathBuf, File)> {
    let mut attempt = 0;
    loop {
        let suffix = match attempt {
            0 => format!(".part-{}", std::process::id()),
            n => format!(".part-{}-{n}", std::process::id()),
        };
        let kept = MAX_NAME_BYTES.saturating_sub(suffix.len() + 1);
        let mut part = vec![b'.'];
        part.extend(name.as_bytes().iter().take(kept));
        part.extend(suffix.bytes());
        let part = folder.join(OsString::from_vec(part));
        match OpenOptions::new().read(true).write(true).create_new(true).open(&part) {
            Ok(file) => return Ok((part, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < MAX_NAME_TRIES => {
                attempt += 1
            }
            Err(error) => return Err(error),
        }
    }
}
