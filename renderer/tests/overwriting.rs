//! No output takes the place of a file that it is made from.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::fs;
use std::os::unix::fs::symlink;

use command::{Demo, error_line, proscenium};

/// The command fails in one line that names `option`, and `file` has the bytes it had.
#[track_caller]
fn refused(args: &[&str], option: &str, file: &str) {
    let before = fs::read(file).unwrap();
    let done = proscenium(args).run();
    assert_eq!(done.code, Some(2), "{args:?}: {}", done.stderr);
    assert!(error_line(&done).contains(option), "{args:?}: {}", done.stderr);
    assert_eq!(fs::read(file).unwrap(), before, "{args:?}");
}

#[test]
fn a_render_keeps_the_files_of_its_options() {
    let demo = Demo::new();
    let (master, file, link) = (demo.master(), demo.path("file.txt"), demo.path("link"));
    // A head track, and an equalisation; for the others anything, since it must not come so far that they are read.
    fs::write(&file, "0,10,0,0\n").unwrap();
    symlink(&file, &link).unwrap();
    let to = format!("binaural={link}");
    for option in ["--hrtf", "--head-track", "--room", "--headphone-eq"] {
        refused(&["render", &master, "--layout", "binaural", option, &file, "-o", &file], option, &file);
        refused(&["render", &master, "--layout", "binaural", option, &link, "-o", &file], option, &file);
        refused(&["render", &master, "--to", &to, option, &file], option, &file);
    }
    refused(&["render", &master, "--layout", "5.1", "--speakers", &file, "-o", &file], "--speakers", &file);
    let both = format!("stereo={file}");
    let other = demo.path("phones");
    let args =
        ["render", &master, "--layout", "binaural", "--head-track", &file, "-o", &other, "--to", &both];
    refused(&args, "--head-track", &file);
    assert!(!fs::exists(&other).unwrap());
}

#[test]
fn an_edit_of_chunks_keeps_the_replacement() {
    let demo = Demo::new();
    let (master, new) = (demo.master(), demo.path("new.xml"));
    fs::write(&new, "<new/>").unwrap();
    let replace = format!("axml={new}");
    refused(&["chunks", &master, "--replace", &replace, "-o", &new], "--replace", &new);
    let done =
        proscenium(&["chunks", &master, "--replace", "axml=nope.xml", "-o", &demo.path("out.wav")]).run();
    assert!(error_line(&done).contains("nope.xml: cannot read for --replace"), "{}", done.stderr);
    let itself = format!("axml={master}");
    refused(&["chunks", &master, "--replace", &itself, "--in-place"], "--replace", &master);
}

#[test]
fn two_pictures_have_two_names() {
    let folder = tempfile::tempdir().unwrap();
    let name = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (one, other) = (name("k.svg"), name("./k.svg"));
    let done = proscenium(&["hrtf", "--svg", &one, "--rendered", &other]).run();
    assert_eq!(done.code, Some(2), "{}", done.stderr);
    assert!(error_line(&done).contains("--svg and --rendered"), "{}", done.stderr);
    assert!(!fs::exists(&one).unwrap());
    let set = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../hrtf/src/sofa/fixtures/netcdf4.sofa");
    fs::copy(set, name("set.sofa")).unwrap();
    for option in ["--svg", "--rendered"] {
        refused(&["hrtf", &name("set.sofa"), option, &name("set.sofa")], "the set", &name("set.sofa"));
    }
}
