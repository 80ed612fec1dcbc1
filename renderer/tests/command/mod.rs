//! Running the command, and a master to run it on.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// What a run ended with.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A command to run.
pub(crate) struct Call<'a>(pub(crate) &'a mut Command);

impl Call<'_> {
    pub(crate) fn run(self) -> Done {
        let output = self.0.stdin(Stdio::null()).output().expect("the command starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Done { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

/// The built command with arguments.
pub(crate) struct Proscenium(Command);

pub(crate) fn proscenium(args: &[impl AsRef<OsStr>]) -> Proscenium {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proscenium"));
    command.args(args);
    Proscenium(command)
}

impl Proscenium {
    pub(crate) fn run(mut self) -> Done {
        Call(&mut self.0).run()
    }
}

/// The command with arguments, run in `folder`.
pub(crate) fn run_in(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_proscenium")).args(arguments).current_dir(folder).output().unwrap()
}

/// The same; it has to succeed. What it said on standard output and on standard error.
#[track_caller]
pub(crate) fn done_in(folder: &Path, arguments: &[&str]) -> (String, String) {
    let output = run_in(folder, arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, error) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}{error}");
    (said, error)
}

/// The one line of error, which is all that was said on standard error but for warnings.
#[track_caller]
pub(crate) fn error_line(done: &Done) -> String {
    let errors: Vec<&str> = done.stderr.lines().filter(|line| !line.starts_with("warning: ")).collect();
    assert!(errors.len() == 1 && errors[0].starts_with("error: "), "{}", done.stderr);
    errors[0].to_owned()
}

/// The warnings.
pub(crate) fn warnings(done: &Done) -> Vec<&str> {
    done.stderr.lines().filter(|line| line.starts_with("warning: ")).collect()
}

/// The demo's master in one folder, and another folder for outputs.
pub(crate) struct Demo {
    pub(crate) input: PathBuf,
    pub(crate) folder: TempDir,
    source: TempDir,
}

impl Demo {
    /// Twelve seconds at 48 kHz.
    pub(crate) const FRAMES: u32 = 12 * 48_000;

    pub(crate) fn new() -> Self {
        let source = tempfile::tempdir().unwrap();
        let folder = source.path().to_str().unwrap().to_owned();
        let done = proscenium(&["demo", "-o", &folder]).run();
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{}", done.stdout);
        Self { input: source.path().join("demo-master.wav"), folder: tempfile::tempdir().unwrap(), source }
    }

    pub(crate) fn master(&self) -> String {
        self.input.to_str().unwrap().to_owned()
    }

    /// A name in the folder for outputs.
    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// The folder for outputs holds no WAV file, not even an unfinished one.
    pub(crate) fn is_clean(&self) -> bool {
        let names = fs::read_dir(self.folder.path()).unwrap().flatten().map(|entry| entry.file_name());
        names.filter(|name| name.to_string_lossy().contains("wav")).count() == 0
    }
}
