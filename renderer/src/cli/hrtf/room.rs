//! What there is to say of a measured room.

use std::fmt::Write;
use std::path::Path;

use hrtf::room::{BrirSet, reverberation_time, reverberation_time_in_octave};
use hrtf::{Direction, Orientation};
use serde::Serialize;

use crate::cli::info::printable;
use crate::monitor::binaural::{BinauralPath, RoomSound};

/// Octaves whose reverberation times are told, Hz.
const OCTAVES: [f64; 6] = [125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0];
/// Loudspeakers and orientations that are listed.
const MOST_LISTED: usize = 32;
/// Loudspeakers that the reverberation time is the median of.
const MOST_MEASURED: usize = 12;

#[derive(Debug, Serialize)]
pub(super) struct RoomReport {
    file: String,
    name: String,
    licence: String,
    sample_rate: u32,
    /// Azimuth and elevation.
    loudspeakers: Vec<(f64, f64)>,
    orientations: usize,
    /// Degrees from the least to the greatest azimuth of the nose.
    yaw_range: (f64, f64),
    taps: usize,
    seconds: f64,
    /// Seconds to −60 dB from the decay between −5 and −25 dB, all frequencies; median over loudspeakers.
    reverberation_time: Option<f64>,
    /// The same in octaves: hertz and seconds.
    reverberation_times: Vec<(f64, Option<f64>)>,
    /// The largest layout whose loudspeakers were all measured.
    layout: Option<String>,
    first_arrival: usize,
    gain_db: f64,
    remarks: Vec<String>,
}

impl RoomReport {
    pub(super) fn new(file: &Path, set: BrirSet) -> Self {
        let set = std::sync::Arc::new(set);
        let measured = set.measurements();
        let rate = measured.sample_rate;
        let ahead = set.ahead();
        let count = measured.loudspeakers.len().min(MOST_MEASURED);
        let times = |one: &dyn Fn(&[f32]) -> Option<f64>| {
            median((0..count).filter_map(|loudspeaker| one(set.response(ahead, loudspeaker, 0))).collect())
        };
        let octave = |centre: f64| (centre, times(&|r| reverberation_time_in_octave(r, rate, centre)));
        let yaw = |head: &Orientation| -head.to_head(Direction::FRONT).azimuth;
        let yaws = measured.orientations.iter().map(yaw);
        let objects = RoomSound::measured(set.clone(), &BinauralPath::Objects).ok();
        let layout = objects.as_ref().and_then(RoomSound::layout).map(|layout| layout.name.clone());
        Self {
            file: file.display().to_string(),
            name: measured.name.clone(),
            licence: measured.licence.clone(),
            sample_rate: rate,
            loudspeakers: measured
                .loudspeakers
                .iter()
                .map(|at| (tenth(at.azimuth), tenth(at.elevation)))
                .collect(),
            orientations: measured.orientations.len(),
            yaw_range: yaws.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), yaw| {
                (low.min(tenth(yaw)), high.max(tenth(yaw)))
            }),
            taps: measured.taps,
            seconds: measured.taps as f64 / f64::from(rate.max(1)),
            reverberation_time: times(&|response| reverberation_time(response, rate)),
            reverberation_times: OCTAVES.map(octave).to_vec(),
            layout,
            first_arrival: set.first_arrival(),
            gain_db: 20.0 * set.gain().log10(),
            remarks: measured.remarks.clone(),
        }
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: &str| {
            // Writing to a string never fails.
            let _ = writeln!(text, "{name:<15} {value}");
        };
        line("room", &if self.name.is_empty() { "(no name)".to_owned() } else { printable(&self.name) });
        line("file", &self.file);
        let places = self.loudspeakers.iter().take(MOST_LISTED);
        let mut places = places
            .map(|(azimuth, elevation)| format!("{azimuth}°/{elevation}°"))
            .collect::<Vec<_>>()
            .join(", ");
        if self.loudspeakers.len() > MOST_LISTED {
            places += ", …";
        }
        line("loudspeakers", &format!("{}: {places}", self.loudspeakers.len()));
        line(
            "objects",
            &match &self.layout {
                Some(layout) => format!("are panned to {layout}"),
                None => "cannot be panned: the loudspeakers hold no layout".to_owned(),
            },
        );
        let (low, high) = self.yaw_range;
        line(
            "orientations",
            &match self.orientations {
                1 => "1: the head cannot turn".to_owned(),
                count => format!("{count}, yaw {low}° … {high}°"),
            },
        );
        line(
            "responses",
            &format!("{} samples ({:.2} s) at {} Hz", self.taps, self.seconds, self.sample_rate),
        );
        line("RT60", &seconds(self.reverberation_time));
        let octaves =
            self.reverberation_times.iter().map(|(centre, time)| format!("{centre} Hz {}", seconds(*time)));
        line("", &octaves.collect::<Vec<_>>().join(", "));
        let (gain, arrival) = (self.gain_db, self.first_arrival);
        line(
            "constant",
            &format!("{gain:+.2} dB; the first sound comes after {arrival} samples, which are taken off"),
        );
        super::end(&self.remarks, &self.licence, &mut line);
        text
    }
}

fn seconds(time: Option<f64>) -> String {
    time.map_or("too short to tell".to_owned(), |time| format!("{time:.2} s"))
}

fn tenth(angle: f64) -> f64 {
    // Adding zero makes −0 a plain 0.
    (angle * 10.0).round() / 10.0 + 0.0
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
