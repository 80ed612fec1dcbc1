//! Files whose differences are known because they were made.

use std::path::Path;
use std::slice::from_ref;

use super::{SoundComparison, compare_sound};

const RATE: u32 = 48_000;

/// Noise of a linear congruential generator.
fn noise(frames: usize) -> Vec<f32> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..frames).map(|_| 0.25 * next()).collect()
}

fn write(path: &Path, channels: &[Vec<f32>]) {
    let spec = hound::WavSpec {
        channels: channels.len() as u16,
        sample_rate: RATE,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec).expect("a temporary file");
    for frame in 0..channels[0].len() {
        channels.iter().for_each(|channel| writer.write_sample(channel[frame]).expect("room"));
    }
    writer.finalize().expect("room");
}

fn compare(a: &[Vec<f32>], b: &[Vec<f32>], tolerance: f64) -> SoundComparison {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (path_a, path_b) = (folder.path().join("a.wav"), folder.path().join("b.wav"));
    write(&path_a, a);
    write(&path_b, b);
    compare_sound(&path_a, &path_b, tolerance, &mut |_, _| {}, &|| false).expect("two good files")
}

#[test]
fn a_copy_is_equal() {
    let channels = [noise(60_000), vec![0.0; 60_000]];
    let found = compare(&channels, &channels, 0.0);
    assert!(found.is_equal && found.first_difference.is_none() && found.lag.is_none());
    assert_eq!((found.each[0].null_db, found.each[0].difference_peak_dbfs), (None, None));
    assert_eq!((found.each[1].peaks_dbfs, found.each[1].gain_db), ([None; 2], None));
}

#[test]
fn a_gain_is_found_and_taken_back() {
    let a = noise(96_000);
    let b: Vec<f32> = a.iter().map(|sample| 0.5 * sample).collect();
    let found = &compare(&[a], &[b], 0.0).each[0];
    let near = |value: Option<f64>, expected: f64| (value.unwrap_or(f64::NAN) - expected).abs() < 1e-6;
    // Half of it is left: 20 lg 0.5.
    assert!(near(found.gain_db, -6.020_599_913) && near(found.null_db, -6.020_599_913), "{found:?}");
    assert_eq!(found.null_after_gain_db, None);
    let [a, b] = found.loudness_lufs;
    assert!((a.unwrap_or(0.0) - b.unwrap_or(0.0) - 6.020_6).abs() < 1e-3);
}

#[test]
fn the_first_sample_beyond_the_tolerance_is_found() {
    let a = noise(50_000);
    let mut b = a.clone();
    b[12_000] += 1e-4;
    b[30_000] += 1e-2;
    let [a, b] = [[a], [b]];
    let exact = compare(&a, &b, 0.0);
    assert_eq!((exact.first_difference, exact.each[0].samples_different), (Some(12_000), 2));
    assert!((exact.each[0].difference_peak_dbfs.unwrap_or(0.0) + 40.0).abs() < 0.01);
    assert_eq!(compare(&a, &b, 1e-3).first_difference, Some(30_000));
    assert!(compare(&a, &b, 0.02).is_equal);
}

#[test]
fn a_shift_is_told_either_way() {
    let whole = noise(200_000);
    let (early, late) = (whole[500..150_500].to_vec(), whole[0..150_000].to_vec());
    assert_eq!(compare(from_ref(&early), from_ref(&late), 0.0).lag, Some(500));
    assert_eq!(compare(&[late], &[early], 0.0).lag, Some(-500));
    assert_eq!(compare(&[noise(40_000)], &[noise(90_000)[50_000..].to_vec()], 0.0).lag, None);
}

#[test]
fn other_lengths_and_channels_are_no_equals() {
    let (long, short) = (noise(40_000), noise(39_000));
    let found = compare(from_ref(&long), &[short], 0.0);
    assert_eq!((found.is_equal, found.first_difference), (false, Some(39_000)));
    let found = compare(from_ref(&long), &[long.clone(), long.clone()], 0.0);
    assert_eq!((found.is_equal, found.first_difference, found.each.len()), (false, None, 1));
}
