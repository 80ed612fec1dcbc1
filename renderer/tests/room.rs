//! `proscenium render --layout binaural --room`, as a user runs it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod command;
mod sofa_file;

use std::path::Path;

use command::run_in as run;
use formats::bw64::{AudioFormat, Planar, Reader, SampleFormat, Writer, WriterSpec};
use sofa_file::Brir;

const RATE: u32 = 48_000;

fn render(folder: &Path, arguments: &[&str]) -> [Vec<f32>; 2] {
    let mut all = vec!["render", "in.wav", "--bits", "32f", "-q", "--layout", "binaural", "-o", "out.wav"];
    all.extend(arguments);
    let output = run(folder, &all);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut reader = Reader::open(&folder.join("out.wav")).unwrap();
    let frames = reader.frames() as usize;
    let mut raw = Vec::new();
    reader.read_raw(0, frames, &mut raw).unwrap();
    let all: Vec<f32> =
        raw.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect();
    [0, 1].map(|ear| all.iter().skip(ear).step_by(2).copied().collect())
}

/// A plain stereo file.
fn master(folder: &Path, channels: &[Vec<f32>]) {
    let format = AudioFormat::new(2, RATE, SampleFormat::Float32);
    let spec = WriterSpec { format, frames: None, dither: None };
    let mut writer = Writer::create(&folder.join("in.wav"), &spec).unwrap();
    let mut block = Planar::<f32>::new(2, channels[0].len());
    for (number, channel) in channels.iter().enumerate() {
        block.channel_mut(number).copy_from_slice(channel);
    }
    writer.write_planar(&block).unwrap();
    writer.finish().unwrap();
}

fn white(seed: u32, length: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    (0..length).map(|_| next()).collect()
}

/// Pink noise: Kellet's filter of white noise, within 0.05 dB of −3 dB an octave from 9 Hz on.
fn pink(seed: u32, length: usize) -> Vec<f32> {
    let mut b = [0.0_f32; 6];
    let filter = |white: f32| {
        b[0] = 0.998_86 * b[0] + white * 0.055_517_9;
        b[1] = 0.993_32 * b[1] + white * 0.075_075_9;
        b[2] = 0.969 * b[2] + white * 0.153_852;
        b[3] = 0.866_5 * b[3] + white * 0.310_485_6;
        b[4] = 0.55 * b[4] + white * 0.532_952_2;
        b[5] = -0.761_6 * b[5] - white * 0.016_898;
        0.1 * (b.iter().sum::<f32>() + white * 0.536_2)
    };
    white(seed, length).into_iter().map(filter).collect()
}

/// BS.1770 K-weighting at 48 kHz and the mean power, LU; without gates, as the noise is steady.
fn loudness(ears: &[Vec<f32>; 2]) -> f64 {
    let stages = [
        (
            [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85],
            [-1.690_659_293_182_41, 0.732_480_774_215_85],
        ),
        ([1.0, -2.0, 1.0], [-1.990_047_454_833_98, 0.990_072_250_366_21]),
    ];
    let ear = |samples: &Vec<f32>| {
        let mut signal: Vec<f64> = samples.iter().map(|sample| f64::from(*sample)).collect();
        for (b, a) in stages {
            let mut z = [0.0; 2];
            for sample in &mut signal {
                let x = *sample;
                let y = b[0] * x + z[0];
                z = [b[1] * x - a[0] * y + z[1], b[2] * x - a[1] * y];
                *sample = y;
            }
        }
        let steady = &signal[signal.len() / 3..];
        steady.iter().map(|x| x * x).sum::<f64>() / steady.len() as f64
    };
    -0.691 + 10.0 * ears.iter().map(ear).sum::<f64>().log10()
}

#[test]
fn a_room_keeps_the_loudness_and_off_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    master(folder, &[pink(1, 144_000), pink(2, 144_000)]);
    for path in ["objects", "speakers:stereo"] {
        let dry = loudness(&render(folder, &["--binaural", path]));
        for room in ["living", "studio", "stage", "cinema"] {
            for mode in ["near", "mid", "far"] {
                let wet = render(folder, &["--binaural", path, "--room", room, "--binaural-mode", mode]);
                let change = loudness(&wet) - dry;
                assert!(change.abs() < 1.0, "{path} {room} {mode}: {change:+.2} LU");
            }
        }
    }
    let plain = render(folder, &["--binaural-mode", "off"]);
    assert_eq!(render(folder, &["--binaural-mode", "off", "--room", "cinema"]), plain);
}

/// The decay after a click: with a room there is one, farther away there is more of it.
#[test]
fn a_click_reverberates_by_mode() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut click = vec![0.0; 48_000];
    click[100] = 1.0;
    master(folder, &[click.clone(), click]);
    let parts = |arguments: &[&str]| {
        let [left, right] = render(folder, arguments);
        let power = |from: usize, to: usize| -> f64 {
            left[from..to].iter().chain(&right[from..to]).map(|x| f64::from(*x).powi(2)).sum()
        };
        // What comes straight, before the floor's reflection, and what comes after 30 ms.
        (10.0 * power(0, 160).log10(), 10.0 * power(1_540, 48_000).max(1e-30).log10())
    };
    let (dry, silence) = parts(&[]);
    assert!(silence < dry - 60.0);
    let modes = ["near", "mid", "far"].map(|mode| parts(&["--room", "stage", "--binaural-mode", mode]));
    // Of the power, direct sound keeps 1 / (1 + r): r is −12, −6 and 0 dB. Stereo adds both channels alike.
    for ((direct, _), share) in modes.iter().zip([-0.266, -0.973, -3.010]) {
        assert!((direct - dry - share).abs() < 0.1, "{:.3}", direct - dry);
    }
    for pair in modes.windows(2) {
        assert!(pair[1].1 > pair[0].1 + 2.5, "{modes:?}");
    }
}

#[test]
fn the_same_bits_for_any_threads_and_from_any_start() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    master(folder, &[white(1, 96_000), white(2, 96_000)]);
    std::fs::write(folder.join("track.csv"), "0,-40,0,0\n2,60,10,0\n").unwrap();
    for turning in [&[][..], &["--head-track", "track.csv"]] {
        let with = |more: &[&str]| render(folder, &[&["--room", "living"], turning, more].concat());
        let whole = with(&["--threads", "1"]);
        let part = with(&["--threads", "3", "--start", "1.4"]);
        assert!((0..2).all(|ear| whole[ear][67_200..] == part[ear][..]), "{turning:?}");
    }
}

#[test]
fn silence_stays_silence() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    master(folder, &[vec![0.0; 9_000], vec![0.0; 9_000]]);
    let ears = render(folder, &["--room", "cinema", "--binaural-mode", "far"]);
    assert!(ears.iter().flatten().all(|sample| *sample == 0.0));
}

/// A response that decays by 60 dB within its length.
fn decaying(seed: u32, length: usize) -> Vec<f32> {
    let fall = |n: usize| 10.0_f32.powf(-3.0 * n as f32 / length as f32);
    white(seed, length).into_iter().enumerate().map(|(n, x)| x * fall(n)).collect()
}

#[test]
fn four_seconds_of_a_measured_room_are_direct_convolution() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let taps = 4 * RATE as usize;
    let responses: Vec<Vec<f32>> = (0..4).map(|number| decaying(9 + number, taps)).collect();
    Brir { azimuths: &[30.0, -30.0], yaws: &[0.0], rate: RATE, responses: responses.clone() }
        .write(&folder.join("room.sofa"));
    let input = white(3, 6 * RATE as usize);
    master(folder, &[input.clone(), vec![0.0; input.len()]]);
    let ears = render(folder, &["--room", "room.sofa"]);
    let shown = run(folder, &["hrtf", "room.sofa", "--json"]);
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    let gain = 10.0_f64.powf(shown["gain_db"].as_f64().unwrap() / 20.0);
    let first = shown["first_arrival"].as_u64().unwrap() as usize;
    assert_eq!(shown["layout"], "0+2+0");
    // Decays by 60 dB in 4 s.
    assert!((shown["reverberation_time"].as_f64().unwrap() - 4.0).abs() < 0.1, "{shown}");
    for (ear, found) in ears.iter().enumerate() {
        let response = &responses[ear];
        let norm = response.iter().map(|tap| f64::from(*tap).powi(2)).sum::<f64>().sqrt();
        for n in (0..input.len() - first).step_by(9_973) {
            let reach = (n + first).min(taps - 1);
            let sum: f64 =
                (0..=reach).map(|k| f64::from(response[k]) * f64::from(input[n + first - k])).sum();
            let error = f64::from(found[n]) - gain * sum;
            assert!(error.abs() < 1e-6 * gain * norm * 0.5, "ear {ear}, sample {n}: {error:e}");
        }
    }
}

/// Another sampling rate than the scene's: the arrival stays where it is in seconds.
#[test]
fn a_room_at_another_rate_is_resampled() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut responses: Vec<Vec<f32>> = vec![vec![0.0; 4_410]; 4];
    for response in &mut responses {
        response[441] = 0.5;
        response[441 + 882] = 0.25;
    }
    Brir { azimuths: &[30.0, -30.0], yaws: &[0.0], rate: 44_100, responses }.write(&folder.join("room.sofa"));
    let mut click = vec![0.0; 24_000];
    click[1_000] = 1.0;
    master(folder, &[click.clone(), click]);
    let [left, _] = render(folder, &["--room", "room.sofa"]);
    let peak = |range: std::ops::Range<usize>| {
        range.max_by(|a, b| left[*a].abs().total_cmp(&left[*b].abs())).unwrap()
    };
    let (direct, echo) = (peak(0..1_500), peak(1_500..24_000));
    // The first arrival is in time with loudspeakers, but for the foot of the sinc; the echo 20 ms later.
    assert!((1_000..1_008).contains(&direct), "{direct}");
    assert_eq!(echo - direct, 960);
}

#[test]
fn the_head_turns_among_measured_orientations() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // Louder at the left for the head that looks ahead, at the right for the one that looks to the left.
    let tap = |level: f32| vec![0.0, level, 0.0, 0.0];
    let row = |left: f32, right: f32| [tap(left), tap(right), tap(left), tap(right)].concat();
    let responses = [row(0.5, 0.1), row(0.1, 0.5)].concat().chunks(4).map(<[f32]>::to_vec).collect();
    Brir { azimuths: &[30.0, -30.0], yaws: &[0.0, 90.0], rate: RATE, responses }
        .write(&folder.join("room.sofa"));
    master(folder, &[white(5, 96_000), vec![0.0; 96_000]]);
    std::fs::write(folder.join("track.csv"), "0,0,0,0\n0.9,0,0,0\n1.1,90,0,0\n").unwrap();
    let [left, right] = render(folder, &["--room", "room.sofa", "--head-track", "track.csv"]);
    let level = |ear: &[f32]| ear.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    for (range, sign) in [(0..40_000, 1.0), (60_000..96_000, -1.0)] {
        let difference = 10.0 * (level(&left[range.clone()]) / level(&right[range])).log10();
        assert!((difference - sign * 13.98).abs() < 0.1, "{difference}");
    }
    let turned = render(folder, &["--room", "room.sofa", "--head", "80,0,0"]);
    assert!((10.0 * (level(&turned[1]) / level(&turned[0])).log10() - 13.98).abs() < 0.1);
}

#[test]
fn options_that_change_nothing_are_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let quiet = |seed| white(seed, 4_800).into_iter().map(|x| 0.1 * x).collect();
    master(folder, &[quiet(1), quiet(2)]);
    let room = |yaws: &[f64], name: &str| {
        let responses = vec![vec![0.5_f32, 0.1]; 4 * yaws.len()];
        Brir { azimuths: &[30.0, -30.0], yaws, rate: RATE, responses }.write(&folder.join(name));
    };
    room(&[0.0], "one.sofa");
    room(&[0.0, 90.0], "two.sofa");
    std::fs::write(folder.join("track.csv"), "0,0,0,0\n1,90,0,0\n").unwrap();
    let run = |arguments: &[&str]| {
        let all = ["render", "in.wav", "-q", "--layout", "binaural", "-o", "out.wav"];
        let output = run(folder, &[&all, arguments].concat());
        let audio = std::fs::read(folder.join("out.wav")).ok();
        std::fs::remove_file(folder.join("out.wav")).ok();
        (audio, output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    // Without the last two the file is the same.
    for (arguments, idle) in [
        (&["--room", "one.sofa", "--head", "30,0,0"][..], "--head"),
        (&["--room", "one.sofa", "--head-track", "track.csv"], "--head-track"),
        (&["--room", "one.sofa", "--binaural-mode", "near"], "--binaural-mode"),
        (&["--binaural-mode", "far"], "--binaural-mode"),
        (&["--binaural", "speakers:stereo", "--binaural-mode", "off"], "--binaural-mode"),
        (&["--binaural-mode", "off", "--room", "studio"], "--room"),
        (&["--binaural-mode", "off", "--head", "30,0,0"], "--head"),
    ] {
        let (found, code, message) = run(arguments);
        let wanted = format!(": {idle}: does nothing here");
        assert!(message.contains(&wanted) && message.contains("[option-without-effect]"), "{message}");
        assert_eq!((code, message.lines().count()), (Some(0), 1), "{arguments:?}: {message}");
        let (plain, _, nothing) = run(&arguments[..arguments.len() - 2]);
        assert!(found == plain && found.is_some(), "{arguments:?}");
        assert_eq!(nothing, "", "{arguments:?}");
        let strict = run(&[arguments, &["--strict"]].concat());
        assert_eq!(strict.1, Some(2), "{arguments:?}: {}", strict.2);
    }
    for arguments in [
        &["--room", "two.sofa", "--head", "80,0,0"][..],
        &["--room", "studio", "--binaural-mode", "far"],
        &["--room", "studio", "--head", "30,0,0"],
    ] {
        assert_eq!(run(arguments).2, "", "{arguments:?}");
    }
}

#[test]
fn rooms_that_cannot_serve_are_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    master(folder, &[white(1, 480), white(2, 480)]);
    let tap = || vec![vec![0.5_f32, 0.1]; 4];
    Brir { azimuths: &[30.0, -30.0], yaws: &[0.0], rate: RATE, responses: tap() }
        .write(&folder.join("room.sofa"));
    Brir { azimuths: &[90.0, -90.0], yaws: &[0.0], rate: RATE, responses: tap() }
        .write(&folder.join("sides.sofa"));
    let mut silent = tap();
    silent[2..].iter_mut().flatten().for_each(|sample| *sample = 0.0);
    Brir { azimuths: &[30.0, -30.0], yaws: &[0.0], rate: RATE, responses: silent }
        .write(&folder.join("silent.sofa"));
    std::fs::write(folder.join("no.sofa"), "no HDF5").unwrap();
    let head = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hrtf/src/sofa/fixtures/classic.sofa");
    std::fs::copy(head, folder.join("head.sofa")).unwrap();
    for (arguments, word) in [
        (&["--room", "studoi"][..], "living, studio, stage, cinema"),
        (&["--room", "no.sofa"], "signature"),
        (&["--room", "head.sofa"], "a head without a room"),
        (&["--room", "silent.sofa"], "loudspeaker 2 is silent"),
        (&["--room", "sides.sofa"], "none of the layouts"),
        (&["--room", "room.sofa", "--binaural", "speakers"], "speakers:0+2+0"),
        (&["--room", "room.sofa", "--hrtf", "head.sofa"], "leave --hrtf out"),
    ] {
        let mut all = vec!["render", "in.wav", "-q", "--layout", "binaural", "-o", "a.wav"];
        all.extend(arguments);
        let output = run(folder, &all);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(message.contains(word) && message.lines().count() == 1, "{arguments:?}: {message}");
        assert!(!folder.join("a.wav").exists());
    }
    let output = run(folder, &["render", "in.wav", "--layout", "stereo", "-o", "a.wav", "--room", "studio"]);
    assert_eq!(output.status.code(), Some(2));
    let shown = String::from_utf8(run(folder, &["hrtf", "room.sofa"]).stdout).unwrap();
    assert!(shown.contains("2: 30°/0°, -30°/0°") && shown.contains("the head cannot turn"), "{shown}");
}
