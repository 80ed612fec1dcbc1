//! What `proscenium deliver` does about what lies in its folder already, and about what the master has no stems or figures for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::fs;
use std::process::Command;

use command::{Call, Demo, Done, error_line, proscenium, warnings};

fn deliver(demo: &Demo, args: &[&str]) -> Done {
    let mut all = vec!["deliver".to_owned(), demo.master(), "-o".to_owned(), demo.path("out")];
    all.extend(args.iter().map(|arg| (*arg).to_owned()));
    proscenium(&all).run()
}

fn names(demo: &Demo, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(demo.path(folder)).unwrap().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn files_of_somebody_else_stay_unless_force_says_otherwise() {
    let demo = Demo::new();
    fs::create_dir(demo.path("out")).unwrap();
    for foreign in ["demo-master_stereo_mix.wav", "demo-master_stereo_mix.wav.md5", "report.html"] {
        fs::write(demo.path(&format!("out/{foreign}")), "theirs").unwrap();
        let done = deliver(&demo, &["-d", "none:stereo"]);
        assert_eq!(done.code, Some(2), "{}", done.stdout);
        assert!(error_line(&done).contains(&format!("{foreign}: lies there already")), "{}", done.stderr);
        assert!(error_line(&done).contains("--force"), "{}", done.stderr);
        assert_eq!(fs::read(demo.path(&format!("out/{foreign}"))).unwrap(), b"theirs");
        assert_eq!(names(&demo, "out"), [foreign]);
        fs::remove_file(demo.path(&format!("out/{foreign}"))).unwrap();
    }
    fs::write(demo.path("out/demo-master_stereo_mix.wav"), "theirs").unwrap();
    assert_eq!(deliver(&demo, &["-d", "none:stereo", "--force"]).code, Some(0));
    assert!(fs::metadata(demo.path("out/demo-master_stereo_mix.wav")).unwrap().len() > 1000);
    // What is ours is replaced without a word when it has to be.
    let done = deliver(&demo, &["-d", "none:stereo", "--bits", "16"]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
}

/// A manifest that is lost, and a hash list that is known all the same.
#[test]
fn the_hash_list_is_known_by_itself() {
    let demo = Demo::new();
    assert_eq!(deliver(&demo, &["-d", "none:stereo"]).code, Some(0));
    fs::remove_file(demo.path("out/proscenium-manifest.json")).unwrap();
    let done = deliver(&demo, &["-d", "none:stereo", "--force"]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "the list is ours");
    assert_eq!(names(&demo, "out/ascmhl").len(), 2, "one list and its chain");
    let chain = demo.path("out/ascmhl/ascmhl_chain.xml");
    let theirs = fs::read_to_string(&chain).unwrap().replace("sequencenr=\"1\"", "sequencenr=\"2\"");
    fs::write(&chain, &theirs).unwrap();
    let done = deliver(&demo, &["-d", "none:stereo", "--force"]);
    assert!(warnings(&done).iter().any(|line| line.contains("foreign-hash-list")), "{}", done.stderr);
    assert_eq!(fs::read_to_string(&chain).unwrap(), theirs);
}

#[test]
fn what_a_killed_job_left_is_cleared_and_two_jobs_do_not_meet() {
    let demo = Demo::new();
    fs::create_dir(demo.path("out")).unwrap();
    // A process that is gone for sure.
    let mut gone = Command::new("true").spawn().unwrap();
    gone.wait().unwrap();
    let part = format!("out/.demo-master_stereo_mix.wav.part-{}", gone.id());
    fs::write(demo.path(&part), "half").unwrap();
    let line = "exec 9<out; flock 9; \"$P\" deliver \"$IN\" -d none:stereo -o out";
    let mut shell = Command::new("bash");
    shell.args(["-c", line]).env("P", env!("CARGO_BIN_EXE_proscenium")).env("IN", demo.master());
    let done = Call(shell.current_dir(demo.folder.path())).run();
    assert_eq!(done.code, Some(2), "{}", done.stdout);
    assert!(error_line(&done).contains("another job is writing into this folder"), "{}", done.stderr);
    assert!(fs::metadata(demo.path(&part)).is_ok(), "it may be that other delivery's");
    assert_eq!(deliver(&demo, &["-d", "none:stereo"]).code, Some(0));
    assert!(fs::metadata(demo.path(&part)).is_err());
}

#[test]
fn a_plain_bed_has_no_stems() {
    let demo = Demo::new();
    let stereo = demo.path("plain.wav");
    let rendered = proscenium(&["render", &demo.master(), "--layout", "stereo", "-o", &stereo]).run();
    assert_eq!(rendered.code, Some(0), "{}", rendered.stderr);
    assert_eq!(
        proscenium(&["chunks", &stereo, "--remove", "axml", "--remove", "chna", "-o", &demo.path("bed.wav")])
            .run()
            .code,
        Some(0)
    );
    for wanted in ["none:stereo+stems", "stems:stereo", "none:stereo+me", "ebu-r128:stereo+dialogue"] {
        let done =
            proscenium(&["deliver", &demo.path("bed.wav"), "-d", wanted, "-o", &demo.path("out")]).run();
        assert_eq!(done.code, Some(2), "{wanted}");
        assert!(error_line(&done).contains("so it has no stems"), "{}", done.stderr);
        assert!(fs::metadata(demo.path("out")).is_err(), "{wanted}");
    }
}

#[test]
fn music_and_effects_are_the_mix_without_its_dialogue() {
    let demo = Demo::new();
    let done = deliver(&demo, &["-d", "stems:stereo+dialogue+me", "-d", "none:stereo", "--no-dither"]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    let samples = |part: &str| -> Vec<i32> {
        let path = demo.path(&format!("out/demo-master_stereo_{part}.wav"));
        hound::WavReader::open(path).unwrap().into_samples::<i32>().map(Result::unwrap).collect()
    };
    let (mix, dialogue, rest) = (samples("mix"), samples("dialogue"), samples("me"));
    assert!(rest.iter().any(|sample| sample.abs() > 1000));
    for (mix, (dialogue, rest)) in mix.iter().zip(dialogue.iter().zip(&rest)) {
        assert!((mix - dialogue - rest).abs() <= 2, "{mix} {dialogue} {rest}");
    }
    assert!(!names(&demo, "out").iter().any(|name| name.contains("music")), "only what was named");
}

/// Netflix asks for 5.1 and 2.0 and says nothing of the rest.
#[test]
fn a_specification_on_a_layout_that_it_does_not_name_is_remarked_on() {
    let demo = Demo::new();
    let remark = "is for 0+5+0 and 0+2+0 and says nothing of 4+7+0";
    let done = deliver(&demo, &["-d", "netflix:7.1.4", "-d", "netflix:5.1"]);
    assert_eq!(warnings(&done).iter().filter(|line| line.contains(remark)).count(), 1, "{}", done.stderr);
    let (master, out) = (demo.master(), demo.path("x.wav"));
    for args in [
        vec!["loudness", &master, "--layout", "7.1.4", "--spec", "netflix"],
        vec!["render", &master, "--layout", "7.1.4", "--target", "netflix", "-o", &out],
    ] {
        let done = proscenium(&args).run();
        assert!(warnings(&done).iter().any(|line| line.contains(remark)), "{args:?}: {}", done.stderr);
    }
}

#[test]
fn names_that_windows_keeps_are_refused() {
    let demo = Demo::new();
    for name in ["CON", "aux", "Com1", "lpt9.x", "NUL.{layout}", "CONOUT$"] {
        let done = deliver(&demo, &["-d", "none:stereo", "--name", name]);
        assert_eq!(done.code, Some(2), "{name}");
        assert!(error_line(&done).contains("Windows"), "{name}: {}", done.stderr);
    }
    assert_eq!(deliver(&demo, &["-d", "none:stereo", "--name", "CON2_{layout}"]).code, Some(0));
}
