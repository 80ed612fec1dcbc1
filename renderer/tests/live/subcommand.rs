//! `proscenium live`.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::command::{error_line, proscenium};
use crate::support::{PATIENCE, master};

#[test]
fn silent_playback_ends_with_the_programme() {
    let file = master();
    let begun = Instant::now();
    let done = proscenium(&[
        "live",
        file.to_str().unwrap(),
        "--silent",
        "--start",
        "10.5",
        "--json",
        "--layout",
        "5.1",
    ])
    .run();
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    // A second and a half is left, and it is played in real time.
    assert!(begun.elapsed() > Duration::from_millis(1_400));
    let report: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(report["position"], 12 * 48_000);
    assert_eq!(report["output"], "0+5+0");
}

#[test]
fn an_interrupt_ends_it_in_good_order() {
    let file = master();
    let mut child = Command::new(env!("CARGO_BIN_EXE_proscenium"))
        .args(["live", file.to_str().unwrap(), "--silent", "--loop", "2-3", "--osc-in", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It says where OSC is heard once it plays.
    let mut said = Vec::new();
    let mut stdout = child.stdout.take().unwrap();
    let begun = Instant::now();
    while !String::from_utf8_lossy(&said).contains("ADM-OSC is heard at 127.0.0.1:") {
        assert!(begun.elapsed() < PATIENCE);
        let mut byte = [0];
        assert_eq!(stdout.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&said));
        said.push(byte[0]);
    }
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(0));
    stdout.read_to_end(&mut said).unwrap();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(said.lines().last().unwrap().starts_with("ended at"), "{said}");
}

#[test]
fn what_cannot_be_played_is_said_in_one_line() {
    let file = master();
    let file = file.to_str().unwrap();
    let cases: [(&[&str], &str); 7] = [
        (&["live", "/nowhere.wav", "--silent"], "there is no such file"),
        (&["live", file, "--silent", "--layout", "6.1"], "--layout"),
        (&["live", file, "--silent", "--loop", "3-2"], "--loop"),
        (&["live", file, "--silent", "--osc-in", "nobody"], "expected a port or an address"),
        (&["live", file, "--silent", "--head-osc", "0"], "take --layout binaural"),
        (&["live", file, "--silent", "--head-invert", "yaw"], "--head-osc"),
        (&["live", file, "--silent", "--room", "studio"], "--room is for headphones"),
    ];
    for (args, expected) in cases {
        let done = proscenium(args).run();
        assert_eq!(done.code, Some(2), "{args:?}");
        let line = error_line(&done);
        assert!(line.contains(expected), "{args:?}: {line}");
    }
}

#[cfg(not(feature = "play"))]
#[test]
fn a_build_without_sound_says_what_it_lacks() {
    let file = master();
    for args in [&["live", file.to_str().unwrap()][..], &["live", "--list-devices"]] {
        let done = proscenium(args).run();
        assert_eq!(done.code, Some(2));
        let line = error_line(&done);
        assert!(line.contains("--features play") && line.contains("--silent"), "{line}");
    }
}
