//! What there is to say of a set.

use std::fmt::Write;
use std::path::Path;

use hrtf::{Direction, HrirPair, HrtfSet, Measurements};
use serde::Serialize;

use crate::cli::info::printable;

/// Directions that are asked how far the nearest measurement is.
const PROBES: usize = 1000;
/// Two directions this near are mirror images of each other, degrees.
const SAME: f64 = 0.05;
/// Sets with more directions than this are compared left with right for a part of them only.
const MOST_COMPARED: usize = 2000;

/// Time and level differences between the ears, left against right.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Difference {
    pub(super) azimuth: f64,
    /// µs, positive where the left ear hears first.
    pub(super) time: f64,
    /// dB, positive where the left ear hears louder.
    pub(super) level: f64,
}

#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) file: Option<String>,
    pub(super) name: String,
    licence: String,
    sample_rate: u32,
    measured_directions: usize,
    measured_taps: usize,
    elevation_range: (f64, f64),
    /// Degrees from the least covered direction to the nearest measurement, and that direction's angles.
    widest_gap: f64,
    widest_gap_at: (f64, f64),
    /// µs over the measured directions.
    interaural_time_difference: (f64, f64),
    /// RMS difference between the left ear and the right ear's mirror image, dB of the signal; none without any
    /// mirrored directions.
    left_right_difference: Option<f64>,
    mirrored_directions: usize,
    interpolated_taps: usize,
    longest_delay: f64,
    gain_db: f64,
    latency_samples: i64,
    /// By how many samples a render at the set's rate is later than the responses; negative: earlier.
    render_latency_samples: i64,
    /// In the horizontal plane.
    pub(super) horizontal: Vec<Difference>,
    remarks: Vec<String>,
}

impl Report {
    pub(super) fn new(file: Option<&Path>, set: &HrtfSet) -> Self {
        let measured = set.measurements();
        let elevations = measured.directions.iter().map(|direction| direction.elevation);
        let (widest_gap, widest) = widest_gap(&measured.directions);
        let time = |point: usize| {
            let late = |ear: usize| set.arrivals()[point][ear] + measured.delays[point][ear];
            (late(1) - late(0)) / f64::from(set.sample_rate()) * 1e6
        };
        let times = (0..measured.directions.len()).map(time);
        let (left_right_difference, mirrored_directions) = asymmetry(measured);
        Self {
            file: file.map(|file| file.display().to_string()),
            name: measured.name.clone(),
            licence: measured.licence.clone(),
            sample_rate: set.sample_rate(),
            measured_directions: measured.directions.len(),
            measured_taps: measured.taps,
            elevation_range: range(elevations),
            widest_gap,
            widest_gap_at: (rounded(widest.azimuth), rounded(widest.elevation)),
            interaural_time_difference: range(times),
            left_right_difference,
            mirrored_directions,
            interpolated_taps: set.taps(),
            longest_delay: set.longest_delay(),
            gain_db: 20.0 * set.gain().log10(),
            latency_samples: set.latency(),
            render_latency_samples: -set.frontal_arrival(),
            horizontal: horizontal(set),
            remarks: measured.remarks.clone(),
        }
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: &str| {
            // Writing to a string never fails.
            let _ = writeln!(text, "{name:<15} {value}");
        };
        let or = |text: &str, otherwise: &str| {
            if text.is_empty() { otherwise.to_owned() } else { printable(text) }
        };
        line("set", &or(&self.name, "(no name)"));
        line("file", self.file.as_deref().unwrap_or("built in"));
        let (low, high) = self.elevation_range;
        line("directions", &format!("{}, elevation {low:.1}° … {high:.1}°", self.measured_directions));
        let (azimuth, elevation) = self.widest_gap_at;
        let gap = self.widest_gap;
        line(
            "widest gap",
            &format!("{gap:.0}° from azimuth {azimuth:.0}°, elevation {elevation:.0}° to the nearest"),
        );
        line("responses", &format!("{} samples at {} Hz", self.measured_taps, self.sample_rate));
        let (least, most) = self.interaural_time_difference;
        line("ITD", &format!("{least:.0} … {most:.0} µs (positive: the left ear first)"));
        let levels = range(self.horizontal.iter().map(|difference| difference.level));
        line("ILD", &format!("{:.1} … {:.1} dB in the horizontal plane", levels.0, levels.1));
        line("left/right", &self.symmetry());
        let (taps, longest) = (self.interpolated_taps, self.longest_delay);
        line("interpolated", &format!("{taps} samples and delays up to {longest:.1}"));
        let (gain, latency) = (self.gain_db, self.latency_samples);
        line("constant", &format!("{gain:+.2} dB and {latency} samples against the responses as measured"));
        let rendered = self.render_latency_samples;
        line(
            "in renders",
            &format!("{rendered} samples instead, so that they are in time with loudspeakers"),
        );
        super::end(&self.remarks, &self.licence, &mut line);
        text
    }

    fn symmetry(&self) -> String {
        match self.left_right_difference {
            None => "no mirrored directions to compare".to_owned(),
            Some(difference) if difference < -120.0 => {
                format!("mirror images of each other ({} directions)", self.mirrored_directions)
            }
            Some(difference) => {
                format!(
                    "differ by {difference:.1} dB of the signal ({} mirrored directions)",
                    self.mirrored_directions
                )
            }
        }
    }
}

fn rounded(angle: f64) -> f64 {
    (angle * 10.0).round() / 10.0
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}

/// The angle from the least covered direction to the nearest measurement, degrees, and that direction.
fn widest_gap(directions: &[Direction]) -> (f64, Direction) {
    let points: Vec<[f64; 3]> = directions.iter().map(|direction| direction.unit_vector()).collect();
    let mut widest = (1.0, Direction::FRONT);
    for i in 0..PROBES {
        // A spiral of equal areas, from pole to pole.
        let height = 1.0 - 2.0 * i as f64 / (PROBES - 1) as f64;
        let around = i as f64 * std::f64::consts::PI * (3.0 - 5.0_f64.sqrt());
        let radius = (1.0 - height * height).max(0.0).sqrt();
        let probe = [radius * around.cos(), radius * around.sin(), height];
        let near = |p: &[f64; 3]| p[0] * probe[0] + p[1] * probe[1] + p[2] * probe[2];
        let nearest = points.iter().map(near).fold(-1.0, f64::max);
        if nearest < widest.0 {
            widest = (nearest, Direction::from_vector(probe));
        }
    }
    (widest.0.clamp(-1.0, 1.0).acos().to_degrees(), widest.1)
}

/// How much the left ear's response differs from the right ear's of the mirrored direction: RMS over all, dB of the
/// signal; and for how many directions.
fn asymmetry(measured: &Measurements) -> (Option<f64>, usize) {
    let step = measured.directions.len().div_ceil(MOST_COMPARED).max(1);
    let (mut difference, mut signal, mut count) = (0.0, 0.0, 0);
    let points: Vec<[f64; 3]> = measured.directions.iter().map(|direction| direction.unit_vector()).collect();
    let same = SAME.to_radians().cos();
    for (point, here) in measured.directions.iter().enumerate().step_by(step) {
        let there = Direction::new(-here.azimuth, here.elevation).unit_vector();
        let near = |other: &[f64; 3]| (0..3).map(|axis| other[axis] * there[axis]).sum::<f64>() > same;
        let Some(mirror) = points.iter().position(near) else { continue };
        for (a, b) in measured.response(point, 0).iter().zip(measured.response(mirror, 1)) {
            difference += f64::from(a - b).powi(2);
            signal += f64::from(*a).powi(2);
        }
        count += 1;
    }
    // Below what single precision tells apart, they are the same.
    let ratio = |difference: f64| 10.0 * (difference / signal).max(1e-15).log10();
    ((count > 0 && signal > 0.0).then(|| ratio(difference)), count)
}

fn horizontal(set: &HrtfSet) -> Vec<Difference> {
    let mut pair = HrirPair::default();
    let mut at = |azimuth: f64| {
        let direction = Direction::new(azimuth, 0.0);
        set.response(direction, &mut pair);
        let energy = |samples: &[f32]| samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>().max(1e-30);
        Difference {
            azimuth,
            time: set.interaural_time_difference(direction) * 1e6,
            level: 10.0 * (energy(&pair.left) / energy(&pair.right)).log10(),
        }
    };
    (-36..=36).map(|i| at(f64::from(i) * 5.0)).collect()
}
