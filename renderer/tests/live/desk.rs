//! The desk of a scene: what it shows while it plays.

use std::thread;
use std::time::{Duration, Instant};

use formats::scene::Scene;
use renderer::live::{self, Handle, Options, Processor, Source, StripName, Telemetry};

use crate::support::{PATIENCE, open, pull, stereo, tone};

/// The tone of 220 Hz and a quarter of full scale on tracks with these chains, all on the bus of effects.
pub(crate) fn scene(tracks: &[&str], rest: &str) -> Scene {
    let reading = formats::scene::read(&text(tracks, rest));
    assert_eq!(reading.mistakes.first_error(), None);
    reading.scene.unwrap()
}

/// Its file.
pub(crate) fn text(tracks: &[&str], rest: &str) -> String {
    let track = |(number, chain): (usize, &&str)| {
        format!(
            r#"<track name="Tone {number}" role="effects"><clip file="tone.wav"/>{chain}<object azimuth="0" elevation="0" distance="1"/></track>"#
        )
    };
    let tracks: String = tracks.iter().enumerate().map(track).collect();
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<scene version="1" name="desk" sampleRate="48000">{tracks}{rest}</scene>"#
    )
}

pub(crate) fn play(scene: Scene) -> (Handle, Processor) {
    let folder = tone().parent().unwrap().to_path_buf();
    let source = Source::Scene { scene: Box::new(scene), folder };
    let (handle, processor) = live::open(source, Options::new(stereo())).unwrap();
    handle.play();
    (handle, processor)
}

/// Plays on until something is shown.
fn telemetry_when(
    handle: &Handle,
    processor: &mut Processor,
    is_there: impl Fn(&Telemetry) -> bool,
) -> Telemetry {
    let begun = Instant::now();
    loop {
        pull(processor, &[512], 4_096);
        let telemetry = handle.telemetry();
        if is_there(&telemetry) {
            return telemetry;
        }
        assert!(begun.elapsed() < PATIENCE, "{telemetry:?}");
    }
}

#[test]
fn strips_show_levels_reductions_and_a_spectrum() {
    // 8 dB above the threshold: a ratio of 2 takes 4 dB away; then 6 dB down, and 6 dB more on the bus.
    let turned_down = r#"<chain><eq><highPass frequency="20"/></eq><compressor threshold="-20.04" ratio="2" knee="0" attack="1" release="1000"/><fader gain="-6"/></chain>"#;
    let bus = r#"<bus role="effects"><chain><fader gain="-6"/></chain></bus><bus role="music"/>"#;
    let (handle, mut processor) = play(scene(&["", turned_down], bus));
    handle.watch(Some(StripName::Track(0)));
    pull(&mut processor, &[512], 96_000);
    let has_spectrum_of = |strip| {
        move |telemetry: &Telemetry| {
            telemetry.spectrum.as_ref().is_some_and(|spectrum| spectrum.strip == strip)
        }
    };
    let found = telemetry_when(&handle, &mut processor, has_spectrum_of(StripName::Track(0)));
    assert_eq!((found.tracks.len(), found.buses.len()), (2, 2));
    let [plain, down] = [found.tracks[0], found.tracks[1]];
    assert!((plain.level.peak - 0.25).abs() < 1e-3 && (plain.level.rms - 0.25 / 2f32.sqrt()).abs() < 1e-3);
    assert!((plain.level.true_peak_hold - 0.25).abs() < 5e-3, "{plain:?}");
    assert_eq!((plain.gate_db, plain.de_esser_db, plain.compressor_db), (0.0, 0.0, 0.0));
    assert!((down.compressor_db - 4.0).abs() < 0.3, "{down:?}");
    let level = 0.25 * 10f32.powf((-6.0 - down.compressor_db) / 20.0);
    assert!((down.level.peak - level).abs() < 5e-3, "{down:?}, {level}");
    let sum = (0.25 + level) * 10f32.powf(-0.3);
    assert!((found.buses[0].level.peak - sum).abs() < 1e-2, "{:?}, {sum}", found.buses[0]);
    assert_eq!(found.buses[1].level.peak, 0.0);
    // A quarter of full scale: −12 dBFS.
    pull(&mut processor, &[512], 72_000);
    let loudest = |telemetry: &Telemetry| {
        let bands = telemetry.spectrum.clone().unwrap().bands;
        assert_eq!(bands.len(), 61);
        bands.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
    };
    let (hertz, level) = loudest(&handle.telemetry());
    assert!((hertz / 220.0).log2().abs() < 1.0 / 12.0 && (-13.5..-11.9).contains(&level), "{hertz} {level}");
    handle.watch(Some(StripName::Bus(0)));
    telemetry_when(&handle, &mut processor, has_spectrum_of(StripName::Bus(0)));
    handle.pause();
    pull(&mut processor, &[512], 2_048);
    let paused = handle.telemetry();
    assert!(paused.tracks.iter().all(|strip| strip.level.peak == 0.0 && strip.compressor_db == 0.0));
    assert!(paused.tracks.iter().all(|strip| strip.level.true_peak_hold > 0.05));
    assert!(paused.spectrum.unwrap().bands.iter().all(|band| band.1 == -120.0));
    handle.watch(None);
    handle.reset_meters();
    handle.play();
    telemetry_when(&handle, &mut processor, |telemetry| telemetry.spectrum.is_none());
}

#[test]
fn a_master_has_no_desk() {
    let (handle, mut processor) = open(stereo());
    handle.play();
    pull(&mut processor, &[512], 48_000);
    thread::sleep(Duration::from_millis(20));
    let found = handle.telemetry();
    assert!(found.tracks.is_empty() && found.buses.is_empty() && found.spectrum.is_none());
    assert!(!found.objects.is_empty());
}
