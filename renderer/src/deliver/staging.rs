//! Gain staging of a scene: how loud it is at every stage of every strip and in every mix, and where it would clip first.
//!
//! ```text
//!  scene ──┬── Mixer with meters at every stage ── strips
//!          └── one render for each programme ── every layout, and every deliverable behind its master chain ── mixes
//! ```

use std::path::PathBuf;

use formats::Warning;
use formats::scene::Scene;
use serde::Serialize;

use super::package::{SceneDeliverable, deliverables_of};
use super::{Clock, Deliverable, Job, JobError, Output, Treatment};
use crate::loudness::{Measurement, Measures};
use crate::master::{BadStem, SceneInput, Selection, read_scene, timecode_at};
use crate::mix::mixer::{Desk, StripLevels};
use crate::mix::strip::{PEAK_CELL, StageLevel};

/// Strips that are named as the loudest of a moment.
const MOST_CONTRIBUTIONS: usize = 3;
/// A strip that is so far below the loudest has no part in a peak, dB.
const NO_PART_DB: f64 = 12.0;

/// What to look at.
#[derive(Clone, Debug)]
pub struct StagingJob {
    /// The scene.
    pub scene: PathBuf,
    /// The layouts that it is mixed to, with their names.
    pub layouts: Vec<(String, Deliverable)>,
    /// Threads; all of the machine's by default.
    pub threads: Option<usize>,
}

/// What was found. Levels of silence are `None`.
#[derive(Clone, Debug, Serialize)]
pub struct StagingReport {
    /// The scene, as it was given.
    pub scene: String,
    /// Hz.
    pub sample_rate: u32,
    /// Samples of the scene.
    pub frames: u64,
    /// The same as `h:mm:ss.mmm`.
    pub length: String,
    /// Every strip that is heard, in the order of the signal.
    pub strips: Vec<StripReport>,
    /// Every mix.
    pub mixes: Vec<MixReport>,
    /// Where it would clip, in words; the first stage of each strip that passes full scale, and the mixes that do.
    pub clipping: Vec<String>,
    /// What was repaired or is remarkable.
    pub warnings: Vec<String>,
}

/// A strip, or what a reverb returns.
#[derive(Clone, Debug, Serialize)]
pub struct StripReport {
    /// `track NAME`, `track NAME on bus ROLE`, `bus ROLE`, `reverb NAME (ROLE)`.
    pub strip: String,
    /// It is the sum of a role, which the bus listens to and nobody hears.
    pub is_sum: bool,
    /// In their order; the first is `clips`, what goes in.
    pub stages: Vec<StageReport>,
}

/// The level after a stage.
#[derive(Clone, Debug, Serialize)]
pub struct StageReport {
    /// `clips`, or the element of the scene that it comes out of.
    pub stage: &'static str,
    /// Highest sample, dBFS.
    pub sample_peak_dbfs: Option<f64>,
    /// dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// Up to full scale, dB: 0 less the true peak.
    pub headroom_db: Option<f64>,
    /// LUFS, objects as if they were in front.
    pub integrated_lufs: Option<f64>,
    /// LUFS.
    pub max_short_term_lufs: Option<f64>,
    /// The most that its gain took away, dB, where it has one.
    pub max_reduction_db: Option<f64>,
    /// When it first passed full scale.
    pub first_over_at: Option<String>,
}

/// A mix.
#[derive(Clone, Debug, Serialize)]
pub struct MixReport {
    /// The programme; empty for that of everything.
    pub programme: String,
    /// As it was asked for.
    pub layout: String,
    /// The deliverable whose master chain it went through.
    pub master: Option<String>,
    /// Highest sample, dBFS.
    pub sample_peak_dbfs: Option<f64>,
    /// dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// When.
    pub true_peak_at: Option<String>,
    /// Up to full scale, dB.
    pub headroom_db: Option<f64>,
    /// LUFS.
    pub integrated_lufs: Option<f64>,
    /// LUFS.
    pub max_short_term_lufs: Option<f64>,
    /// The loudest strips at the moment of the true peak, where that passes full scale.
    pub loudest: Vec<Contribution>,
}

/// A strip's part in a peak.
#[derive(Clone, Debug, Serialize)]
pub struct Contribution {
    /// `track NAME` …
    pub strip: String,
    /// Its highest sample in that tenth of a second, dBFS.
    pub peak_dbfs: f64,
}

/// Times as the scene counts them.
struct Times<'a> {
    scene: &'a Scene,
}

impl Times<'_> {
    /// Timecode of the picture where there is one.
    fn at(&self, sample: u64) -> String {
        let sample_rate = self.scene.sample_rate.get();
        match &self.scene.picture {
            Some(picture) => timecode_at(picture, sample, sample_rate),
            None => Clock { sample, sample_rate }.to_string(),
        }
    }
}

impl StagingJob {
    /// Mixes the scene once, and once more for each programme, and says what it found. `progress` hears how many of how many
    /// frames are done.
    ///
    /// # Errors
    /// When the scene is unusable, a mix can't be measured, or `stop` said so.
    pub fn run(
        self,
        progress: &mut (dyn FnMut(u64, u64) + Send),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<(StagingReport, Vec<Warning>), JobError> {
        let scene = read_scene(&self.scene)?;
        let masters = deliverables_of(&self.scene)?;
        let masters: Vec<SceneDeliverable> =
            masters.into_iter().filter(|deliverable| !deliverable.master.is_empty()).collect();
        let (mut input, contents) = SceneInput::open_at(&self.scene, Desk::Metered)?;
        input.use_threads(self.threads)?;
        let (frames, sample_rate) = (input.frames(), input.sample_rate());
        let passes = 1 + scene.programmes.len().max(1) as u64;
        let all = frames.saturating_mul(passes);
        let mut go_on = |done: u64| {
            progress(done, all);
            !stop()
        };
        let (levels, bad) = input.levels(&self.scene, &mut go_on)?.ok_or(JobError::Interrupted)?;
        let times = Times { scene: &scene };
        let mut mixes = Vec::new();
        for index in 0..scene.programmes.len().max(1) {
            let before = frames.saturating_mul(1 + index as u64);
            let mut tell = |done: u64| progress(before.saturating_add(done), all);
            let name = scene.programmes.get(index).map_or("", |programme| programme.name.as_str());
            let heard: Vec<&StripLevels> = levels.iter().filter(|strip| is_in(strip, name)).collect();
            let is_of_it =
                |master: &&SceneDeliverable| master.programme.as_deref().is_none_or(|own| own == name);
            let masters: Vec<&SceneDeliverable> = masters.iter().filter(is_of_it).collect();
            for (asked, measurement) in self.measured(index, &masters, &mut tell, stop)? {
                mixes.push(mix(name, asked, &measurement, (&heard, &times)));
            }
        }
        let warnings: Vec<Warning> =
            contents.warnings.into_iter().chain(bad.iter().map(BadStem::warning)).collect();
        let strips: Vec<StripReport> = levels.iter().map(|strip| strip_report(strip, &times)).collect();
        let report = StagingReport {
            scene: self.scene.display().to_string(),
            sample_rate,
            frames,
            length: Clock { sample: frames, sample_rate }.to_string(),
            clipping: clipping(&strips, &mixes),
            strips,
            mixes,
            warnings: warnings.iter().map(Warning::to_string).collect(),
        };
        Ok((report, warnings))
    }

    /// The mixes of a programme: layout and deliverable of each, and what was measured.
    fn measured(
        &self,
        programme: usize,
        masters: &[&SceneDeliverable],
        progress: &mut (dyn FnMut(u64) + Send),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Vec<(Mix, Measurement)>, JobError> {
        let (mut asked, mut outputs) = (Vec::new(), Vec::new());
        for (layout, deliverable) in &self.layouts {
            let plain = Output::mix(PathBuf::from(layout), deliverable.clone());
            asked.push((layout.clone(), None));
            outputs.push(plain.clone());
            let its = masters.iter().filter(|master| master.layout.eq_ignore_ascii_case(layout));
            let mastered = its.clone().map(|master| {
                let treatment = Treatment::Chain(Box::new(master.master.clone()));
                Output { treatment, ..plain.clone() }
            });
            outputs.extend(mastered);
            asked.extend(its.map(|master| (layout.clone(), Some(called(master)))));
        }
        let selection = Selection { programme: Some(Scene::programme_id(programme)), ..Selection::default() };
        let job = Job { outputs, selection, threads: self.threads, ..Job::new(self.scene.clone()) };
        let measures = Measures { true_peak: true, offsets: false, timeline: false };
        let (measurements, _) = job.open_unwritten()?.measure(measures, progress, stop)?;
        Ok(asked.into_iter().zip(measurements).collect())
    }
}

/// Whether a strip can be heard in a programme.
fn is_in(strip: &StripLevels, programme: &str) -> bool {
    strip.programmes.is_empty() || strip.programmes.iter().any(|own| own == programme)
}

/// Layout and deliverable of a mix.
type Mix = (String, Option<String>);

/// What people call a deliverable.
fn called(deliverable: &SceneDeliverable) -> String {
    deliverable.name.clone().unwrap_or_else(|| deliverable.text.clone())
}

fn decibels(peak: f32) -> Option<f64> {
    (peak > 0.0).then(|| 20.0 * f64::from(peak).log10())
}

fn strip_report(strip: &StripLevels, times: &Times) -> StripReport {
    let stage = |level: &StageLevel| {
        let measured = level.measurement.as_deref();
        let true_peak_dbtp = measured.and_then(|found| found.true_peak).map(|peak| peak.value);
        let sample_peak_dbfs = decibels(level.peak);
        StageReport {
            stage: if level.stage == "input" { "clips" } else { level.stage },
            sample_peak_dbfs,
            true_peak_dbtp,
            headroom_db: true_peak_dbtp.or(sample_peak_dbfs).map(|peak| 0.0 - peak),
            integrated_lufs: measured.and_then(|found| found.integrated_lufs),
            max_short_term_lufs: measured.and_then(|found| found.max_short_term).map(|most| most.value),
            max_reduction_db: level.reduction.map(|reduction| 0.0 - reduction.most_db),
            first_over_at: level.first_over.map(|over| times.at(over)),
        }
    };
    let stages = strip.stages.iter().map(stage).collect();
    StripReport { strip: strip.strip.clone(), is_sum: strip.is_sum, stages }
}

fn mix(
    programme: &str,
    (layout, master): (String, Option<String>),
    found: &Measurement,
    (levels, times): (&[&StripLevels], &Times),
) -> MixReport {
    let peak = found.true_peak;
    let is_over = peak.is_some_and(|peak| peak.value > 0.0);
    let loudest = peak.filter(|_| is_over).map(|peak| loudest(levels, peak.frame));
    MixReport {
        programme: programme.to_owned(),
        layout,
        master,
        sample_peak_dbfs: found.sample_peak.map(|peak| peak.value),
        true_peak_dbtp: peak.map(|peak| peak.value),
        true_peak_at: peak.map(|peak| times.at(peak.frame)),
        headroom_db: peak.map(|peak| 0.0 - peak.value),
        integrated_lufs: found.integrated_lufs,
        max_short_term_lufs: found.max_short_term.map(|most| most.value),
        loudest: loudest.unwrap_or_default(),
    }
}

/// The strips that are loudest about a sample of the scene, the loudest first.
fn loudest(levels: &[&StripLevels], sample: u64) -> Vec<Contribution> {
    let cell = usize::try_from(sample).unwrap_or(usize::MAX) / PEAK_CELL;
    let there = levels.iter().filter_map(|strip| {
        let peak_dbfs = decibels(*strip.output.get(cell)?)?;
        Some(Contribution { strip: strip.strip.clone(), peak_dbfs })
    });
    let mut there: Vec<Contribution> = there.collect();
    // Equally loud ones stay in their order.
    there.sort_by(|a, b| b.peak_dbfs.total_cmp(&a.peak_dbfs));
    let highest = there.first().map_or(0.0, |first| first.peak_dbfs);
    there.retain(|strip| strip.peak_dbfs > highest - NO_PART_DB);
    there.truncate(MOST_CONTRIBUTIONS);
    there
}

/// The first stage of every strip that passes full scale, then the mixes that do.
fn clipping(strips: &[StripReport], mixes: &[MixReport]) -> Vec<String> {
    let first = |strip: &StripReport| {
        let (place, stage) =
            strip.stages.iter().enumerate().find(|(_, stage)| stage.first_over_at.is_some())?;
        let at = stage.first_over_at.as_deref().unwrap_or_default();
        let peak = stage.sample_peak_dbfs.unwrap_or(0.0);
        let later = strip.stages.get(place..).unwrap_or_default().last();
        let back = if later.is_some_and(|last| last.first_over_at.is_none()) {
            format!("; below it again after {}", later.map_or("", |last| last.stage))
        } else {
            String::new()
        };
        Some(format!(
            "{}: {} passes full scale first at {at}, highest {peak:+.2} dBFS{back}",
            strip.strip, stage.stage
        ))
    };
    let over = |mix: &&MixReport| mix.true_peak_dbtp.is_some_and(|peak| peak > 0.0);
    let of_mix = |mix: &MixReport| {
        let at = mix.true_peak_at.as_deref().unwrap_or_default();
        let loudest = mix.loudest.iter().map(|part| format!("{} {:+.1} dBFS", part.strip, part.peak_dbfs));
        let loudest = loudest.collect::<Vec<_>>().join(", ");
        let who = if loudest.is_empty() { String::new() } else { format!("; loudest then: {loudest}") };
        format!("{}: true peak {:+.2} dBTP at {at}{who}", mix.title(), mix.true_peak_dbtp.unwrap_or(0.0))
    };
    let strips = strips.iter().filter(|strip| !strip.is_sum).filter_map(first);
    strips.chain(mixes.iter().filter(over).map(of_mix)).collect()
}

impl MixReport {
    /// `English, 5.1, master netflix:5.1`.
    pub fn title(&self) -> String {
        let programme = if self.programme.is_empty() { "mix" } else { self.programme.as_str() };
        let master = self.master.as_ref().map_or_else(String::new, |name| format!(", master {name}"));
        format!("{programme}, {}{master}", self.layout)
    }
}

#[cfg(test)]
mod tests {
    use formats::scene::Picture;
    use formats::timecode::FrameRate;

    use super::*;

    #[test]
    fn times_are_those_of_the_picture() {
        let frame_rate = FrameRate::from_name("25").unwrap();
        let start = frame_rate.parse("10:00:00:00").unwrap();
        let picture = Picture { frame_rate, start, ffoa: None, kept: Default::default() };
        let with = Scene { picture: Some(picture), ..Scene::default() };
        let without = Scene::default();
        // 48 000 samples are a second; 1 920 are a frame.
        assert_eq!(Times { scene: &with }.at(48_000 + 3 * 1_920 + 5), "10:00:01:03");
        assert_eq!(Times { scene: &without }.at(72_000), "0:00:01.500");
    }

    #[test]
    fn the_loudest_of_a_moment_are_those_that_matter() {
        let strip = |name: &str, output: Vec<f32>| StripLevels {
            strip: name.to_owned(),
            programmes: Vec::new(),
            is_sum: false,
            stages: Vec::new(),
            output,
        };
        let levels = [
            strip("a", vec![0.1, 0.5]),
            strip("b", vec![0.9, 1.0]),
            strip("c", vec![0.0, 0.2]),
            strip("d", vec![]),
        ];
        let levels: Vec<&StripLevels> = levels.iter().collect();
        let found = loudest(&levels, PEAK_CELL as u64 + 7);
        let names: Vec<&str> = found.iter().map(|part| part.strip.as_str()).collect();
        assert_eq!(names, ["b", "a"]);
        assert!((found[1].peak_dbfs + 6.02).abs() < 0.01);
    }
}
