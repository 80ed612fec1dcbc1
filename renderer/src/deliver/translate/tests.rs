//! Sounds whose fold-downs are known from arithmetic.

use super::*;
use crate::layout::Layout;

const RATE: u32 = 48_000;

/// Noise that repeats never: a linear congruential generator.
fn noise(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32 / (1 << 23) as f32 - 1.0) * 0.1
    };
    (0..count).map(|_| next()).collect()
}

/// What is found when these channels of 7.1.4 sound.
fn findings(channels: &[(&str, Vec<f32>)]) -> Vec<Finding> {
    let layout = Layout::by_name(LAYOUTS[0]).unwrap();
    let frames = channels[0].1.len();
    let mut analyser = Analyser::new(RATE, 0);
    for start in (0..frames).step_by(1000) {
        let count = 1000.min(frames - start);
        let mut block = AudioBlock::new(layout.channels.len(), count);
        for (name, samples) in channels {
            let row = layout.channel_index(name).unwrap();
            block.channel_mut(row).copy_from_slice(&samples[start..start + count]);
        }
        analyser.add(&block);
    }
    analyser.finish(MOMENTS)
}

/// Folds and kinds that are found.
fn kinds(findings: &[Finding]) -> Vec<(usize, Kind)> {
    let mut kinds: Vec<_> = findings.iter().map(|finding| (finding.fold, finding.kind)).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

#[test]
fn sounds_with_nothing_in_common_fold_down_well() {
    let names = ["M+030", "M-030", "M+090", "M-135", "U+045"];
    let channels: Vec<_> =
        names.iter().enumerate().map(|(n, name)| (*name, noise(n as u64 + 1, 4 * 48_000))).collect();
    assert_eq!(findings(&channels), []);
}

#[test]
fn opposite_polarities_cancel_in_mono() {
    let left = noise(1, 2 * 48_000);
    let right = left.iter().map(|sample| -0.9 * sample).collect();
    let found = findings(&[("M+030", left), ("M-030", right)]);
    assert_eq!(kinds(&found), [(2, Kind::Cancellation)]);
    // (1 − 0.9)² over 1 + 0.9².
    let expected = 10.0 * (0.01_f64 / 1.81).log10();
    assert!(found.iter().all(|finding| (finding.value - expected).abs() < 0.01), "{found:?}");
}

#[test]
fn three_alike_build_up_where_they_meet() {
    // Side, rear and height of one side: 1 + 1 + 0.7071 beside √2.5.
    let one = noise(2, 2 * 48_000);
    let found = findings(&[("M+090", one.clone()), ("M+135", one.clone()), ("U+135", one)]);
    assert_eq!(kinds(&found), [(0, Kind::BuildUp)]);
    let expected = 20.0 * (2.0 + 0.5_f64.sqrt()).log10() - 10.0 * 2.5_f64.log10();
    assert!(found.iter().all(|finding| (finding.value - expected).abs() < 0.01), "{found:?}");
}

#[test]
fn an_echo_across_the_front_combs_in_mono() {
    let left = noise(3, 2 * 48_000);
    let mut right = vec![0.0; 96];
    right.extend_from_slice(&left[..left.len() - 96]);
    let found = findings(&[("M+030", left), ("M-030", right)]);
    // The first tooth, at 250 Hz, is as wide as an octave: there 1 + (sin 4.449 − sin 2.224) / 2.224 is left.
    assert_eq!(kinds(&found), [(2, Kind::Cancellation), (2, Kind::Comb)]);
    let (combs, teeth): (Vec<_>, Vec<_>) = found.iter().partition(|finding| finding.kind == Kind::Comb);
    let expected = 10.0 * 0.209_f64.log10();
    let is_tooth = |finding: &&Finding| finding.band[0] < 250.0 && (finding.value - expected).abs() < 0.5;
    assert!(teeth.iter().all(is_tooth), "{teeth:?}");
    // Bins where 1 + cos φ is below a quarter: arccos(3/4)/π of them, 23 %.
    assert!(combs.iter().all(|finding| (finding.value + 23.0).abs() < 3.0), "{combs:?}");
}
