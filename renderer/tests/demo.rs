//! `proscenium demo`: four files that are what it says they are.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use command::proscenium;

#[test]
fn the_demo_writes_a_master_and_three_renders_that_do_not_clip() {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("new folder");
    let done = proscenium(&["demo".as_ref(), "-o".as_ref(), into.as_os_str()]).run();
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    for (name, channels) in [("master", 18), ("7.1.4", 12), ("5.1", 6), ("stereo", 2)] {
        let file = format!("demo-{name}.wav");
        assert!(done.stdout.contains(&file), "{}", done.stdout);
        let mut reader = hound::WavReader::open(into.join(file)).unwrap();
        let spec = reader.spec();
        assert_eq!(
            (spec.channels, spec.bits_per_sample, reader.duration()),
            (channels, 24, 12 * 48_000),
            "{name}"
        );
        let peak = reader.samples::<i32>().map(|x| x.unwrap().unsigned_abs()).max().unwrap();
        let peak = 20.0 * (f64::from(peak) / f64::from(1 << 23)).log10();
        assert!((-15.0..-3.0).contains(&peak), "{name}: peak {peak} dBFS");
    }
    assert_eq!(std::fs::read_dir(&into).unwrap().count(), 4);
}
