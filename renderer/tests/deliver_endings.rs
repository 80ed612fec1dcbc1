//! How `proscenium deliver` ends when its surroundings misbehave: no file may look finished.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use command::{Call, Demo, Done, error_line, proscenium};

/// Runs a shell line in which `$P` is the command and `$IN` the demo's master.
fn shell(demo: &Demo, line: &str) -> Done {
    let mut shell = Command::new("bash");
    shell.args(["-c", line]).env("P", env!("CARGO_BIN_EXE_proscenium")).env("IN", demo.master());
    Call(shell.current_dir(demo.folder.path())).run()
}

/// Names in the folder `out`, hidden ones apart; none where there is no such folder.
fn visible(demo: &Demo) -> Vec<String> {
    let Ok(entries) = fs::read_dir(demo.path("out")) else { return Vec::new() };
    let names = entries.flatten().map(|entry| entry.file_name().into_string().unwrap());
    names.filter(|name| !name.starts_with('.')).collect()
}

/// A delivery that takes long enough to be disturbed, once it has begun to write.
fn begun(demo: &Demo) -> Child {
    let wanted = (0..8).map(|n| format!("--deliverable=none:22.2={n}"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_proscenium"));
    command
        .args(["deliver", &demo.master(), "-d", "adm", "--threads", "1", "-o", &demo.path("out")])
        .args(wanted);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    let is_writing = || fs::read_dir(demo.path("out")).is_ok_and(|entries| entries.count() > 4);
    while !is_writing() && began.elapsed() < Duration::from_secs(20) {
        sleep(Duration::from_millis(2));
    }
    child
}

#[test]
fn an_interrupted_delivery_ends_at_once_and_leaves_nothing() {
    let demo = Demo::new();
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let child = begun(&demo);
        let asked = Instant::now();
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
        assert_eq!(String::from_utf8_lossy(&output.stderr), "error: interrupted; nothing was written\n");
        assert!(!Path::new(&demo.path("out")).exists(), "something was left");
    }
}

#[test]
fn a_killed_delivery_leaves_nothing_that_looks_finished_and_can_be_run_again() {
    let demo = Demo::new();
    let mut child = begun(&demo);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(visible(&demo), Vec::<String>::new());
    let done = proscenium(&["deliver", &demo.master(), "-d", "none:stereo", "-o", &demo.path("out")]).run();
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(visible(&demo).contains(&"demo-master_stereo_mix.wav".to_owned()));
}

#[test]
fn a_file_too_large_leaves_what_was_there() {
    let demo = Demo::new();
    fs::create_dir(demo.path("out")).unwrap();
    fs::write(demo.path("out/demo-master_stereo_mix.wav"), "old").unwrap();
    let done = shell(
        &demo,
        "ulimit -f 256; exec \"$P\" deliver --force \"$IN\" -d none:stereo -d none:7.1.4 -d adm -o out",
    );
    assert_eq!(done.code, Some(2), "{}", done.stderr);
    assert!(error_line(&done).contains("too large"), "{}", done.stderr);
    assert_eq!(visible(&demo), ["demo-master_stereo_mix.wav"]);
    assert_eq!(fs::read(demo.path("out/demo-master_stereo_mix.wav")).unwrap(), b"old");
}

/// Where the machine lets a test mount a small disk of its own.
#[test]
fn a_full_or_read_only_disk_leaves_nothing() {
    let demo = Demo::new();
    fs::create_dir(demo.path("out")).unwrap();
    let mount = |options: &str| format!("mount -t tmpfs -o {options} none out");
    let probe = shell(&demo, &format!("unshare -m sh -c '{}'", mount("size=1m")));
    if probe.code != Some(0) {
        eprintln!("left out: no disk can be mounted here: {}", probe.stderr.trim());
        return;
    }
    let job = "\"$P\" deliver \"$IN\" -d none:stereo -d none:5.1 -d adm -o out/delivery; code=$?; find out -mindepth 1; exit $code";
    for (options, hint) in [("size=8m", "disk full"), ("size=36m", "no space left"), ("ro", "Read-only")] {
        let done = shell(&demo, &format!("unshare -m bash -c '{} && {{ {job}; }}'", mount(options)));
        assert_eq!(done.code, Some(2), "{options}: {} {}", done.stdout, done.stderr);
        assert!(error_line(&done).contains(hint), "{options}: {}", done.stderr);
        assert_eq!(done.stdout, "", "{options} left something");
    }
}
