//! The timeline: readings at their times, bands as mathematics has them, the same for blocks of any size.

use super::material::{EVERYTHING, Programme, RATE, labelled, layout, segments, stereo};
use crate::loudness::{BANDS, Measurement, Measures, MeterChannel, Silence, Timeline, band_centre};

/// LU, Tech 3341.
const LOUDNESS: f64 = 0.1;
const WITH_TIMELINE: Measures = Measures { timeline: true, ..EVERYTHING };

fn timeline_of(programme: &Programme, channels: Vec<MeterChannel>) -> (Timeline, Measurement) {
    let found = programme.measure_all(channels, WITH_TIMELINE, &[4096]);
    (*found.timeline.clone().unwrap(), found)
}

fn decibels(mean_square: f64) -> f64 {
    10.0 * (2.0 * mean_square).log10()
}

/// Tech 3341 case 3: 10 s at −36 LUFS, 60 s at −23, 10 s at −36.
#[test]
fn readings_stand_where_they_are_taken() {
    let (timeline, found) =
        timeline_of(&segments(&[(-36.0, 10_000), (-23.0, 60_000), (-36.0, 10_000)]), stereo());
    assert_eq!(timeline.column_seconds, 0.08, "8000 steps in at most 1024 columns of a power of two");
    assert_eq!(timeline.loudness.len(), 1000);
    let at = |seconds: f64| timeline.loudness[(seconds / 0.08) as usize];
    let near = |range: Option<[f64; 2]>, level: f64| {
        range.is_some_and(|range| range.iter().all(|value| (value - level).abs() <= LOUDNESS))
    };
    assert_eq!((at(0.2).momentary, at(2.8).short_term, at(0.2).integrated), (None, None, None));
    for (seconds, momentary, short_term) in [
        (5.0, -36.0, -36.0),
        (10.6, -23.0, f64::NAN),
        (14.0, -23.0, -23.0),
        (69.0, -23.0, -23.0),
        (74.0, -36.0, -36.0),
    ] {
        assert!(near(at(seconds).momentary, momentary), "{seconds}: {:?}", at(seconds));
        assert!(
            short_term.is_nan() || near(at(seconds).short_term, short_term),
            "{seconds}: {:?}",
            at(seconds)
        );
    }
    // Half of a window of 3 s is louder: the mean of both powers.
    let half = 10.0 * ((10f64.powf(-3.6) + 10f64.powf(-2.3)) / 2.0).log10();
    let [low, high] = at(11.5).short_term.unwrap();
    assert!(low - LOUDNESS < half && half < high + LOUDNESS, "{low} {half} {high}");
    assert!((at(9.0).integrated.unwrap() + 36.0).abs() <= LOUDNESS);
    assert_eq!(timeline.loudness.last().unwrap().integrated, found.integrated_lufs);
    let highest =
        timeline.loudness.iter().filter_map(|c| c.momentary).map(|[_, high]| high).fold(-99.0, f64::max);
    assert_eq!(Some(highest), found.max_momentary.map(|momentary| momentary.value));
    let highest =
        timeline.loudness.iter().filter_map(|c| c.short_term).map(|[_, high]| high).fold(-99.0, f64::max);
    assert_eq!(Some(highest), found.max_short_term.map(|short_term| short_term.value));
}

/// A sine's power is half its square; both channels have it.
#[test]
fn a_tone_is_in_its_band_with_its_level() {
    for (hertz, band) in [(100.0, 7), (1000.0, 17), (10_000.0, 27)] {
        assert!((band_centre(band) / hertz - 1.0).abs() < 1e-9);
        let levels = [Some(-23.0), Some(-23.0)];
        let (timeline, _) = timeline_of(&Programme::new(2, RATE).tones(&levels, 20_000, hertz), stereo());
        let both = -23.0 + 10.0 * 2f64.log10();
        let found = decibels(timeline.bands.mean[band]);
        assert!((found - both).abs() < 0.02, "{hertz} Hz: {found}");
        for column in &timeline.bands.columns[2..timeline.bands.columns.len() - 2] {
            assert!((decibels(column[band]) - both).abs() < 0.05, "{hertz} Hz: {}", decibels(column[band]));
            for other in (0..BANDS).filter(|other| other.abs_diff(band) > 2) {
                assert!(decibels(column[other]) < both - 45.0, "{hertz} Hz in {:.0} Hz", band_centre(other));
            }
        }
    }
}

/// A quarter of a period apart, two rows that are transformed as one are a line on one side of the spectrum alone.
#[test]
fn rows_a_quarter_of_a_period_apart_are_in_their_band() {
    for side in [1.0, -1.0] {
        let mut programme = Programme::new(2, RATE).tones(&[Some(-23.0), Some(-23.0)], 20_000, 1000.0);
        let cosine = |n: usize| {
            let phase = std::f64::consts::TAU * 1000.0 * n as f64 / f64::from(RATE);
            (side * 10f64.powf(-23.0 / 20.0) * phase.cos()) as f32
        };
        programme.planes[1] = (0..programme.frames()).map(cosine).collect();
        let (timeline, _) = timeline_of(&programme, stereo());
        let found = decibels(timeline.bands.mean[17]);
        assert!((found - (-23.0 + 10.0 * 2f64.log10())).abs() < 0.02, "{side}: {found}");
    }
}

/// What all bands hold is the energy of the programme: here of noise without any outside them.
#[test]
fn bands_hold_the_energy_of_the_programme() {
    let mut programme = Programme::new(1, RATE);
    for hertz in [40.0, 45.3, 120.7, 333.3, 1050.0, 1999.0, 7011.0, 15_020.0] {
        programme = programme.tones(&[Some(-12.0)], 1370, hertz);
    }
    let energy: f64 = programme.planes[0].iter().map(|sample| f64::from(*sample).powi(2)).sum();
    let (timeline, found) = timeline_of(&programme, labelled(&["M+000"]));
    let sum: f64 = timeline.bands.mean.iter().sum::<f64>() * found.frames as f64;
    // The clicks where tones meet reach beyond the bands.
    assert!((sum / energy - 1.0).abs() < 0.002, "{sum} of {energy}");
}

#[test]
fn silences_and_peaks_stand_where_they_are() {
    let programme =
        Programme::new(2, RATE).silence(1500).tone(-20.0, 700).silence(990).tone(-20.0, 510).silence(1000);
    let (timeline, found) = timeline_of(&programme, stereo());
    // A sine begins and ends with a zero.
    let silence = |frame, frames| Silence { frame, frames };
    assert_eq!(found.silences, [silence(0, 72_001), silence(177_600, 48_000)]);
    assert_eq!((found.silence_count, found.frames), (2, 225_600));
    let column = |frame: u64| timeline.peaks[(frame / timeline.peak_column_frames) as usize][0];
    assert_eq!((column(48_000), column(130_000)), (0.0, 0.0));
    assert!((20.0 * column(90_000).log10() + 20.0).abs() < 0.01);
    assert_eq!(Programme::new(2, RATE).silence(2000).measure(stereo()).silences, [silence(0, 96_000)]);
    assert_eq!(Programme::new(2, RATE).measure(stereo()).silences, []);
    // To the frame wherever it begins and ends, and in all channels only.
    for (from, to) in [(1, 48_001), (511, 48_511), (512, 60_000), (700, 48_763), (63, 90_065)] {
        let mut planes = vec![vec![0.0_f32; 100_000]; 2];
        (planes[0][from - 1], planes[1][to], planes[0][to + 1]) = (1e-9, -0.5, 0.5);
        let found = Programme { rate: RATE, planes }.measure(stereo());
        assert_eq!(found.silences[0], silence(from as u64, (to - from) as u64), "{from}..{to}");
    }
}

#[test]
fn blocks_of_any_size_give_the_same_timeline() {
    let noise = |n: usize| ((n * 7919 % 4093) as f32 / 2046.5 - 1.0) * (n % 30_000) as f32 / 40_000.0;
    let planes = (0..6).map(|channel| (0..200_000).map(|n| noise(n * (channel + 1))).collect()).collect();
    let programme = Programme { rate: 44_100, planes };
    let whole = programme.measure_all(layout("5.1"), WITH_TIMELINE, &[200_000]);
    for blocks in [&[1][..], &[511, 3, 4097], &[16_384]] {
        assert_eq!(programme.measure_all(layout("5.1"), WITH_TIMELINE, blocks), whole);
    }
    let without = programme.measure_all(layout("5.1"), EVERYTHING, &[4096]);
    assert_eq!(Measurement { timeline: None, ..whole }, without, "a timeline changes no figure");
}

/// Any rate, and channels that are no numbers.
#[test]
fn every_rate_has_a_timeline() {
    for rate in [8000, 44_100, 96_000, 768_000] {
        let mut programme = Programme::new(1, rate).tone(-20.0, 1200);
        programme.planes[0][500] = f32::NAN;
        programme.planes[0][501] = f32::INFINITY;
        let (timeline, _) = timeline_of(&programme, labelled(&["M+000"]));
        let found = decibels(timeline.bands.mean[17]);
        assert!((found + 20.0).abs() < 0.1, "{rate}: {found}");
        assert!(timeline.bands.columns.iter().flatten().all(|square| square.is_finite()));
    }
}
