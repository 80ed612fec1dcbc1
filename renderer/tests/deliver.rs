//! `proscenium deliver`: what lies in the folder, that it is what it is said to be, and what a second run does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use command::{Call, Demo, Done, error_line, proscenium, warnings};
use serde_json::Value;

fn deliver(demo: &Demo, folder: &str, args: &[&str]) -> Done {
    let mut all = vec!["deliver".to_owned(), demo.master(), "-o".to_owned(), demo.path(folder)];
    all.extend(args.iter().map(|arg| (*arg).to_owned()));
    proscenium(&all).run()
}

fn report(demo: &Demo, folder: &str) -> Value {
    serde_json::from_slice(&fs::read(demo.path(&format!("{folder}/report.json"))).unwrap()).unwrap()
}

/// Every file of a folder with its time.
fn files(folder: &Path) -> BTreeMap<String, SystemTime> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            let inner = files(&entry.path());
            found.extend(inner.into_iter().map(|(inner, time)| (format!("{name}/{inner}"), time)));
        } else {
            found.insert(name, entry.metadata().unwrap().modified().unwrap());
        }
    }
    found
}

fn samples(path: &str) -> Vec<i32> {
    hound::WavReader::open(path).unwrap().into_samples::<i32>().map(Result::unwrap).collect()
}

#[test]
fn a_delivery_is_whole_and_its_checksums_hold() {
    let demo = Demo::new();
    let args = [
        "-d",
        "none:5.1+stems",
        "-d",
        "none:stereo=lo{layout}",
        "-d",
        "none:hoa2",
        "-d",
        "adm",
        "--no-dither",
    ];
    let done = deliver(&demo, "out", &args);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{}", done.stdout);
    let names: Vec<String> = files(&demo.folder.path().join("out")).into_keys().collect();
    let expected = [
        "demo-master_5.1_dialogue.wav",
        "demo-master_5.1_effects.wav",
        "demo-master_5.1_mix.wav",
        "demo-master_5.1_music.wav",
        "demo-master_adm_master.wav",
        "demo-master_hoa2_mix.wav",
        "lostereo.wav",
    ];
    for name in expected {
        for name in [name.to_owned(), format!("{name}.md5"), format!("{name}.sha256")] {
            assert!(names.contains(&name), "{name} is not in {names:?}");
        }
    }
    assert_eq!(names.len(), 3 * expected.len() + 5, "{names:?}");
    // By the system's own tools, not ours.
    for tool in ["md5sum -c --quiet *.md5", "sha256sum -c --quiet *.sha256"] {
        let done = Call(Command::new("sh").args(["-c", tool]).current_dir(demo.path("out"))).run();
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{tool}: {}", done.stdout);
    }
    let copy = fs::read(demo.path("out/demo-master_adm_master.wav")).unwrap();
    assert!(copy == fs::read(&demo.input).unwrap(), "the copy of the master is another file");
    let report = report(&demo, "out");
    let page = fs::read_to_string(demo.path("out/report.html")).unwrap();
    let sha256 = report["deliverables"][0]["sha256"].as_str().unwrap();
    assert!(page.contains(sha256) && page.contains("<svg"), "{page:.500}");
    assert_eq!(report["verdict"], "pass");
    assert_eq!(report["input_xxh128"], renderer::deliver::package::digest(&demo.input).unwrap());
    assert_eq!(report["deliverables"][0]["file"], "demo-master_5.1_mix.wav");
}

/// EBU R 128: -23 LUFS, 0.2 LU, -1 dBTP; by a meter that is not ours.
#[test]
fn what_is_delivered_meets_its_specification_by_another_meter() {
    let demo = Demo::new();
    let done =
        deliver(&demo, "out", &["-d", "ebu-r128:5.1", "-d", "ebu-r128:stereo", "-d", "ebu-r128:binaural"]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{}", done.stdout);
    for (layout, channels) in [("5.1", 6), ("stereo", 2), ("binaural", 2)] {
        let name = demo.path(&format!("out/demo-master_ebu-r128_{layout}_mix.wav"));
        let full_scale = f64::from(1 << 23);
        let samples: Vec<f64> =
            samples(&name).into_iter().map(|sample| f64::from(sample) / full_scale).collect();
        let mut meter =
            ebur128::EbuR128::new(channels, 48_000, ebur128::Mode::I | ebur128::Mode::TRUE_PEAK).unwrap();
        meter.add_frames_f64(&samples).unwrap();
        let loudness = meter.loudness_global().unwrap();
        assert!((loudness + 23.0).abs() < 0.2, "{layout}: {loudness} LUFS");
        for channel in 0..channels {
            let peak = 20.0 * meter.true_peak(channel).unwrap().log10();
            assert!(peak < -0.9, "{layout}: channel {channel}: {peak} dBTP");
        }
    }
}

/// Netflix: -27 LKFS over the dialogue, 2 LU. When there is speech is told by the master's dialogue, before and after.
#[test]
fn dialogue_is_what_some_specifications_are_about() {
    let demo = Demo::new();
    let done = deliver(&demo, "out", &["-d", "netflix:5.1", "-d", "netflix:stereo+dialogue"]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{}", done.stdout);
    let report = report(&demo, "out");
    for mix in [0, 1] {
        let file = &report["deliverables"][mix];
        let dialogue = file["judgement"]["clauses"][0]["measured"][0].as_f64().unwrap();
        assert!((dialogue + 27.0).abs() < 0.1, "{dialogue}");
        let (rendered, delivered) =
            (&file["rendered"]["integrated_lufs"], &file["delivered"]["integrated_lufs"]);
        let change = delivered.as_f64().unwrap() - rendered.as_f64().unwrap();
        assert!((change - file["correction"]["gain_db"].as_f64().unwrap()).abs() < 0.02, "{change}");
    }
    assert_eq!(report["deliverables"][2]["correction"], report["deliverables"][1]["correction"]);
}

/// Loud, and a ceiling so low that the limiter has to work.
const LOUD: &str =
    "{name: loud, title: Loud, edition: '1', read: 2026-11, sources: [], algorithm: BS.1770-5, clauses: [
  {clause: loud, any: [{measure: integrated, minimum: -15.0, maximum: -13.0}]},
  {clause: low, any: [{measure: true_peak, maximum: -6.0}]}]}";
/// Rounding of single precision, of four stems.
const FLOAT_TOLERANCE: f32 = 4e-6;

#[test]
fn stems_of_a_limited_mix_are_limited_with_it_and_sum_to_it() {
    let demo = Demo::new();
    fs::write(demo.path("loud.yaml"), LOUD).unwrap();
    let wanted = format!("{}:5.1+stems", demo.path("loud.yaml"));
    let done = deliver(&demo, "out", &["-d", &wanted, "--bits", "32f"]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{}", done.stdout);
    let report = report(&demo, "out");
    let reduction = report["deliverables"][0]["correction"]["limiter"]["max_reduction_db"].as_f64().unwrap();
    assert!(reduction > 0.5, "{reduction}");
    assert!(report["deliverables"][0]["rendered"]["integrated_lufs"].as_f64().unwrap() < -16.0);
    let part = |part: &str| {
        let name = demo.path(&format!("out/demo-master_loud_5.1_{part}.wav"));
        hound::WavReader::open(name).unwrap().into_samples::<f32>().map(Result::unwrap).collect::<Vec<f32>>()
    };
    let (mix, stems) = (part("mix"), ["dialogue", "music", "effects"].map(part));
    for (n, whole) in mix.iter().enumerate() {
        let sum: f32 = stems.iter().map(|stem| stem[n]).sum();
        assert!((sum - whole).abs() <= FLOAT_TOLERANCE, "sample {n}: {sum}, {whole}");
    }
    // One of them is gone: its mix is needed to make it.
    fs::remove_file(demo.path("out/demo-master_loud_5.1_music.wav")).unwrap();
    let done = deliver(&demo, "out", &["-d", &wanted, "--bits", "32f"]);
    assert_eq!((done.code, done.stdout.matches("unchanged").count()), (Some(0), 0), "{}", done.stdout);
    assert_eq!(part("music"), stems[1]);
}

#[test]
fn samples_that_are_no_numbers_are_refused_or_replaced() {
    let demo = Demo::new();
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 48_000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(demo.path("in.wav"), spec).unwrap();
    for n in 0..96_000 {
        writer.write_sample(0.1 * (n as f32 * 0.05).sin()).unwrap();
        writer.write_sample(if n == 72_000 { f32::NAN } else { 0.1 }).unwrap();
    }
    writer.finalize().unwrap();
    let (input, out) = (demo.path("in.wav"), demo.path("out"));
    let args = ["deliver", &input, "-d", "none:stereo", "-o", &out];
    let done = proscenium(&args).run();
    assert_eq!(done.code, Some(2), "{}", done.stdout);
    let line = error_line(&done);
    assert!(line.contains("1 sample is NaN or infinite") && line.contains("--sanitize"), "{line}");
    assert!(!Path::new(&out).exists(), "something was left");
    let done = proscenium(&[&args[..], &["--sanitize"]].concat()).run();
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("taken as silence [non-finite-samples]"), "{}", done.stderr);
    assert_eq!(samples(&demo.path("out/in_stereo_mix.wav"))[2 * 72_000 + 1], 0);
    // A copy of the master is none to deliver either.
    let copy = proscenium(&["deliver", &input, "-d", "adm", "-o", &demo.path("copy")]).run();
    assert!(
        error_line(&copy)
            .contains("track 2: 1 sample is NaN or infinite, the first at frame 72000 (0:00:01.500)")
    );
    // What was sanitised once is not taken for good.
    assert_eq!(proscenium(&args).run().code, Some(2));
}

/// Four roundings of half a step each, one of the mix.
const STEM_STEPS: i32 = 2;

#[test]
fn stems_sum_to_their_mix() {
    let demo = Demo::new();
    let done = deliver(&demo, "out", &["-d", "none:5.1+stems", "--no-dither"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let part = |part: &str| samples(&demo.path(&format!("out/demo-master_5.1_{part}.wav")));
    let (mix, stems) = (part("mix"), ["dialogue", "music", "effects"].map(part));
    assert!(stems.iter().all(|stem| stem.iter().any(|sample| *sample != 0)), "a stem is silent");
    for (n, whole) in mix.iter().enumerate() {
        let sum: i32 = stems.iter().map(|stem| stem[n]).sum();
        assert!((sum - whole).abs() <= STEM_STEPS, "sample {n}: {sum}, {whole}");
    }
}

#[test]
fn what_is_read_back_is_what_a_measurement_of_the_file_says() {
    let demo = Demo::new();
    let done = deliver(&demo, "out", &["-d", "none:7.1.4", "-d", "none:binaural"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let file = demo.path("out/demo-master_7.1.4_mix.wav");
    let measured = proscenium(&["loudness", &file, "--json"]).run();
    let measured: Value = serde_json::from_str(&measured.stdout).unwrap();
    let report = report(&demo, "out");
    for field in ["integrated_lufs", "max_momentary_lufs", "loudness_range_lu", "true_peak_dbtp"] {
        assert_eq!(report["deliverables"][0]["delivered"][field], measured[field], "{field}");
    }
    assert!(report["deliverables"][1]["delivered"]["integrated_lufs"].is_f64());
}

/// Whether their level is corrected or not.
#[test]
fn headphones_have_the_loudness_of_the_5_1_render_beside_them() {
    let demo = Demo::new();
    let done = deliver(&demo, "out", &["-d", "none:5.1", "-d", "none:binaural", "-d", "ebu-r128:binaural"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(done.stdout.matches("its 5.1 render").count(), 2, "{}", done.stdout);
    let report = report(&demo, "out");
    let [room, plain, corrected] = [0, 1, 2].map(|file| &report["deliverables"][file]);
    assert!(room.get("compared_with_5_1").is_none());
    let number = |value: &Value| value.as_f64().unwrap();
    for (file, rendered) in [(plain, &plain["delivered"]), (corrected, &corrected["rendered"])] {
        let compared = &file["compared_with_5_1"];
        // What lies on the disk is rounded to 24 bits.
        assert!(
            (number(&compared["integrated_lufs"]) - number(&room["delivered"]["integrated_lufs"])).abs()
                < 0.01
        );
        let difference = number(&rendered["integrated_lufs"]) - number(&compared["integrated_lufs"]);
        assert!((number(&compared["difference_lu"]) - difference).abs() < 1e-9);
    }
    let page = fs::read_to_string(demo.path("out/report.html")).unwrap();
    assert!(page.contains("5.1 render of the same mix"));
}

#[test]
fn a_second_run_makes_only_what_is_missing_or_changed() {
    let demo = Demo::new();
    let folder = demo.folder.path().join("out");
    let args = ["-d", "none:5.1", "-d", "none:stereo", "-d", "adm"];
    assert_eq!(deliver(&demo, "out", &args).code, Some(0));
    let first = files(&folder);
    let done = deliver(&demo, "out", &args);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    assert_eq!(done.stdout.matches("unchanged").count(), 3, "{}", done.stdout);
    assert_eq!(files(&folder), first, "something was written");
    // A changed file is made again, and nothing else.
    let stereo = demo.path("out/demo-master_stereo_mix.wav");
    let whole = fs::read(&stereo).unwrap();
    let mut damaged = whole.clone();
    *damaged.last_mut().unwrap() ^= 1;
    fs::write(&stereo, damaged).unwrap();
    let done = deliver(&demo, "out", &args);
    let warnings = warnings(&done);
    assert!(warnings.len() == 1 && warnings[0].contains("[deliverable-changed]"), "{}", done.stderr);
    assert_eq!(fs::read(&stereo).unwrap(), whole);
    let third = files(&folder);
    for kept in ["demo-master_5.1_mix.wav", "demo-master_adm_master.wav"] {
        assert_eq!(third[kept], first[kept], "{kept} was made again");
    }
    // One that is gone, other options, and --force.
    fs::remove_file(&stereo).unwrap();
    assert_eq!(deliver(&demo, "out", &args).code, Some(0));
    assert_eq!(fs::read(&stereo).unwrap(), whole);
    let done = deliver(&demo, "out", &[&args[..], &["--importance", "5"]].concat());
    assert_eq!(done.stdout.matches("unchanged").count(), 1, "only the copy stays: {}", done.stdout);
    let done = deliver(&demo, "out", &[&args[..], &["--importance", "5", "--force"]].concat());
    assert_eq!(done.stdout.matches("unchanged").count(), 0, "{}", done.stdout);
    // A master of which one bit is another, as long and as old as before.
    let modified = fs::metadata(&demo.input).unwrap().modified().unwrap();
    let mut master = fs::read(&demo.input).unwrap();
    let middle = master.len() / 2;
    master[middle] ^= 1;
    fs::write(&demo.input, master).unwrap();
    fs::File::options().write(true).open(&demo.input).unwrap().set_modified(modified).unwrap();
    let done = deliver(&demo, "out", &[&args[..], &["--importance", "5"]].concat());
    assert_eq!((done.code, done.stdout.matches("unchanged").count()), (Some(0), 0), "{}", done.stdout);
    // One hash list, of this run, and no other.
    let lists = files(&folder.join("ascmhl")).into_keys().filter(|name| name.ends_with(".mhl")).count();
    assert_eq!(lists, 1);
}

/// The hash list says when it was made, in its name as well, which the manifest repeats.
fn is_timeless(name: &String) -> bool {
    !name.starts_with("ascmhl/") && name != "proscenium-manifest.json"
}

#[test]
fn the_same_job_gives_the_same_bytes_with_any_number_of_threads() {
    let demo = Demo::new();
    let args = ["-d", "none:7.1.4", "-d", "none:stereo"];
    assert_eq!(deliver(&demo, "a", &[&args[..], &["--threads", "1"]].concat()).code, Some(0));
    assert_eq!(deliver(&demo, "b", &[&args[..], &["--threads", "3"]].concat()).code, Some(0));
    for name in files(&demo.folder.path().join("a")).into_keys().filter(is_timeless) {
        let bytes = |folder: &str| fs::read(demo.path(&format!("{folder}/{name}"))).unwrap();
        assert!(bytes("a") == bytes("b"), "{name} differs");
    }
}

#[test]
fn a_job_file_is_the_command_line() {
    let demo = Demo::new();
    let job = format!(
        "<job>\n <input>{}</input>\n <output>out</output>\n <title>Night &amp; Day</title>\n <no-dither/>\n \
         <deliverable layout=\"5.1\" parts=\"mix dialogue\"/>\n <deliverable adm=\"yes\" name=\"M\"/>\n</job>\n",
        demo.master()
    );
    fs::write(demo.path("job.xml"), &job).unwrap();
    let done = proscenium(&["deliver", "--job", &demo.path("job.xml")]).run();
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    for name in ["Night & Day_5.1_mix.wav", "Night & Day_5.1_dialogue.wav", "M.wav"] {
        assert!(Path::new(&demo.path(&format!("out/{name}"))).is_file(), "{name}");
    }
    for (from, to, place, hint) in [
        ("no-dither", "no-dithr", "line 5, column 2", "did you mean `no-dither`?"),
        ("<no-dither/>", "<bits>20</bits>", "line 5, column 2", "24"),
        ("layout=\"5.1\"", "layout=\"5.11\"", "line 6, column 2", "`5.1`?"),
        ("layout=\"5.1\"", "spec=\"netflx\" layout=\"5.1\"", "line 6, column 2", "netflix"),
        ("name=\"M\"", "name=\"../M\"", "line 7, column 2", "slash"),
        ("mix dialogue", "mix dialog", "line 6, column 2", "dialogue"),
        ("<output>out</output>", "", "wrong.xml: ", "no element `output`"),
        ("</job>", "", "line ", "cut"),
    ] {
        fs::write(demo.path("wrong.xml"), job.replace(from, to)).unwrap();
        let done = proscenium(&["deliver", "--job", &demo.path("wrong.xml")]).run();
        let line = error_line(&done);
        assert_eq!(done.code, Some(2), "{line}");
        assert!(line.contains(place) && line.contains(hint), "{from}: {line}");
    }
}

#[test]
fn what_can_not_be_delivered_is_refused_before_anything_is_made() {
    let demo = Demo::new();
    for (args, hint) in [
        (&["-d", "5.1"][..], "none:5.1"),
        (&["-d", "netflix:5.11"], "5.1"),
        (&["-d", "nflx:5.1"], "no specification is called `nflx`"),
        (&["-d", "ebu-r128:hoa3"], "none:hoa3"),
        (&["-d", "none:5.1", "-d", "none:5.1"], "=NAME"),
        (&["-d", "none:5.1", "--name", "../{layout}"], "slash"),
        (&["-d", "none:5.1", "--name", "{lyout}"], "{layout}"),
        (&["-d", "none:5.1", "--title", "a/b"], "slash"),
        (&["-d", "none:5.1", "--room", "stage"], "none:binaural"),
        (&["-d", "none:5.1", "--start", "100"], "not before the end"),
        (&[], "--deliverable SPEC:LAYOUT is missing"),
        (&["--job", "x.xml"], "cannot be used with"),
    ] {
        let done = deliver(&demo, "out", args);
        assert_eq!(done.code, Some(2), "{args:?}: {}", done.stdout);
        assert!(error_line(&done).contains(hint), "{args:?}: {}", done.stderr);
        assert!(!Path::new(&demo.path("out")).exists(), "{args:?} left a folder");
    }
    // Neither the master nor a link out of the folder is written to.
    let own = demo.input.parent().unwrap().to_str().unwrap();
    let args = ["deliver", &demo.master(), "-o", own, "-d", "none:5.1=demo-master"];
    assert!(error_line(&proscenium(&args).run()).contains("the master itself"));
    fs::create_dir(demo.path("out")).unwrap();
    fs::write(demo.path("elsewhere"), "old").unwrap();
    std::os::unix::fs::symlink(demo.path("elsewhere"), demo.path("out/x.wav")).unwrap();
    let done = deliver(&demo, "out", &["-d", "none:5.1=x"]);
    assert!(error_line(&done).contains("is a link"), "{}", done.stderr);
    assert_eq!(fs::read(demo.path("elsewhere")).unwrap(), b"old");
}
