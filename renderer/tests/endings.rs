//! How the command ends when its surroundings misbehave: closed pipes, full disks, signals.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use command::{Demo, error_line, proscenium};

/// Runs a shell line in which `$P` is the command and `$IN` the demo's master.
fn shell(demo: &Demo, line: &str) -> command::Done {
    let mut shell = Command::new("bash");
    shell.args(["-c", line]).env("P", env!("CARGO_BIN_EXE_proscenium")).env("IN", demo.master());
    command::Call(shell.current_dir(demo.folder.path())).run()
}

#[test]
fn a_closed_or_full_stream_never_ends_in_a_panic() {
    let demo = Demo::new();
    for (line, codes) in [
        ("\"$P\" layouts >&-", [0, 0]),
        ("\"$P\" layouts >/dev/full", [2, 2]),
        ("\"$P\" nonsense 2>&-", [2, 2]),
        ("\"$P\" nonsense 2>/dev/full", [2, 2]),
        ("\"$P\" layouts --json | true; exit ${PIPESTATUS[0]}", [0, 0]),
        ("\"$P\" render \"$IN\" --layout mono -o a.wav >/dev/full", [0, 2]),
        ("\"$P\" render \"$IN\" --layout mono -o b.wav 2>&-", [0, 0]),
    ] {
        let done = shell(&demo, line);
        assert!(
            done.code.is_some_and(|code| codes.contains(&code)),
            "{line}: {:?} {}",
            done.code,
            done.stderr
        );
        assert!(
            !done.stderr.contains("panicked") && !done.stderr.contains("internal fault"),
            "{line}: {}",
            done.stderr
        );
    }
}

#[test]
fn a_file_too_large_is_an_error_and_the_old_one_stays() {
    let demo = Demo::new();
    fs::write(demo.path("out.wav"), "old").unwrap();
    let done = shell(&demo, "ulimit -f 256; exec \"$P\" render \"$IN\" --layout 7.1.4 -o out.wav");
    assert_eq!(done.code, Some(2), "{}", done.stderr);
    let line = error_line(&done);
    assert!(line.contains("out.wav") && line.contains("too large"), "{line}");
    assert_eq!(fs::read(demo.path("out.wav")).unwrap(), b"old");
    fs::remove_file(demo.path("out.wav")).unwrap();
    assert!(demo.is_clean(), "something was left");
}

#[test]
fn an_interrupted_render_ends_at_once_and_leaves_nothing() {
    let demo = Demo::new();
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let to: Vec<String> =
            (0..12).map(|n| format!("--to=22.2={}", demo.path(&format!("{n}.wav")))).collect();
        let mut command = Command::new(env!("CARGO_BIN_EXE_proscenium"));
        command.args(["render", &demo.master(), "--threads", "1"]).args(to);
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        // Until it has begun to write.
        let began = Instant::now();
        while demo.is_clean() && began.elapsed() < Duration::from_secs(10) {
            sleep(Duration::from_millis(2));
        }
        let asked = Instant::now();
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
        assert_eq!(String::from_utf8_lossy(&output.stderr), "error: interrupted; nothing was written\n");
        assert!(demo.is_clean(), "something was left");
    }
}

#[test]
fn a_render_into_standard_output_is_nothing_but_the_file() {
    let demo = Demo::new();
    for line in [
        "\"$P\" render \"$IN\" --layout mono -o /dev/stdout | cat > piped.wav",
        "\"$P\" render \"$IN\" --layout mono -o /dev/stdout --json | cat > piped.wav",
    ] {
        let done = shell(&demo, line);
        assert!(done.stderr.contains("0+1+0"), "{line}: {}", done.stderr);
        // A stream doesn't know its length in its header; nothing of the report may lie in it.
        let bytes = fs::read(demo.path("piped.wav")).unwrap();
        assert!(bytes.starts_with(b"RIFF") && bytes.len() > Demo::FRAMES as usize * 3, "{line}");
        for report in [&b"peak dBFS"[..], b"peak_dbfs", b"real time"] {
            assert!(!bytes.windows(report.len()).any(|window| window == report), "{line}");
        }
    }
}

#[test]
fn usage_errors_are_one_line_with_a_hint() {
    for (args, hint) in [
        (&["rendre"][..], "render"),
        (&["render", "x.wav", "--layuot", "5.1"], "--layout"),
        (&["render", "x.wav", "--to", "5.1=y.wav", "--bits", "20"], "24"),
        (&["render", "x.wav", "--to", "5.1=y.wav", "--start", "1:99"], "hh:mm:ss"),
        (&["render", "x.wav", "--to", "5.1=y.wav", "--importance", "11"], "10"),
        (&["layouts", "7.1.5"], "7.1.4"),
        (&["layouts", "binaurl"], "did you mean `binaural`?"),
        (&["check", "nofile.wav"], "nofile.wav: cannot read: there is no such file"),
        (&["info", "/"], "is a folder"),
    ] {
        let done = proscenium(args).run();
        assert_eq!(done.code, Some(2), "{args:?}");
        assert!(error_line(&done).contains(hint), "{args:?}: {}", done.stderr);
    }
}

#[test]
fn help_completions_and_manual_pages_are_there() {
    let help = proscenium(&["--help"]).run();
    assert_eq!(help.code, Some(0));
    for name in [
        "render",
        "deliver",
        "demo",
        "info",
        "check",
        "loudness",
        "import",
        "translate",
        "master",
        "levels",
        "eq",
        "specs",
        "chunks",
        "layouts",
        "live",
        "diff",
        "new",
        "export",
        "view",
        "hrtf",
        "completions",
        "man",
    ] {
        assert!(help.stdout.contains(name), "{name}");
        let one = proscenium(&[name, "--help"]).run();
        assert_eq!(one.code, Some(0), "{name}");
        assert!(one.stdout.contains("Usage: proscenium"), "{name}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(proscenium(&["completions", shell]).run().stdout.contains("proscenium"), "{shell}");
    }
    assert!(proscenium(&["man"]).run().stdout.contains(".TH proscenium 1"));
    let folder = tempfile::tempdir().unwrap();
    let pages = |folder: &str| proscenium(&["man", "-o", folder]).run();
    assert_eq!(pages(folder.path().to_str().unwrap()).code, Some(0));
    let names = fs::read_dir(folder.path()).unwrap().flatten();
    let mut names: Vec<String> = names.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names.len(), 23, "{names:?}");
    assert!(names[0].starts_with("proscenium-check.1") && !names.concat().contains("help"), "{names:?}");
    let line = error_line(&pages("/nowhere"));
    assert!(line.contains("/nowhere: there is no such folder"), "{line}");
}

#[test]
fn options_stand_under_the_heading_they_belong_to() {
    let help = proscenium(&["render", "--help"]).run().stdout;
    let (general, headphones) = help.split_once("\nHeadphones (layout binaural):").unwrap();
    let headphones = headphones.split("\nCommon options:").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(proscenium(&["man", "-o", folder.path().to_str().unwrap()]).run().code, Some(0));
    let page = fs::read_to_string(folder.path().join("proscenium-render.1")).unwrap().replace("\\-", "-");
    let (in_general, in_headphones) = page.split_once("LAYOUT BINAURAL").unwrap();
    for option in ["--bits", "--no-dither", "--programme", "--start", "--gain-db", "--fail-on-overload"] {
        let found =
            |text: &str| text.lines().any(|line| line.contains(option) && !line.contains("proscenium"));
        assert!(found(general) && !found(headphones), "{option}: {help}");
        assert!(found(in_general) && !found(in_headphones.split(".SH").next().unwrap()), "{option}: {page}");
    }
    assert!(headphones.contains("--headphone-eq") && headphones.contains("--room"), "{help}");
}
