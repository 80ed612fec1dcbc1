//! A master chain proposed for a scene: what is measured of it, and what would bring it nearer to a specification and to a
//! usual tone. Every value comes with its reason; nothing is applied.
//!
//! ```text
//!  scene ── rendered ── spectrum ─────────── against a target ──── eq
//!                    ├─ loudness range ───── against the spec ──── compressor
//!                    ├─ dialogue, the rest ─ against the least ─── ducking of the buses
//!                    └─ true peak ────────── the ceiling ───────── limiter, unless the delivery has one of its own
//! ```

mod tone;

use std::path::PathBuf;

use formats::Warning;
use formats::scene::chain::{Compressor, Eq, EqBand, Limiter, MasterChain};
use formats::scene::{Bus, Kept, KeptNode, Role, Scene};
use serde::Serialize;

use super::{BINAURAL, Deliverable, Job, JobError, Output, Selection, measure_channels, own_channels};
use crate::layout::Layout;
use crate::loudness::{BANDS, Measure, Measurement, Measures, Specification};
use crate::render::Target;

/// Loudness ranges above this are hard to follow in a living room, where a specification doesn't say: LU.
const WIDEST_RANGE_LU: f64 = 20.0;
/// Dialogue is understood that stands so far above the rest, LU.
const LEAST_DIALOGUE_LU: f64 = 6.0;
/// The most that music and effects make room by, dB.
const MOST_DUCKING_DB: f64 = 6.0;
/// Loudnesses below this are of no programme.
const SILENT_LUFS: f64 = -70.0;
/// Sample peaks stand about so far above the loudness, dB.
const CREST_DB: f64 = 12.0;
/// Where a compressor with the times of a ducker sees a voice, over the voice's loudness, dB: below its peaks, for attack and release
/// take the mean of it.
const DETECTED_DB: f64 = 4.5;
/// The ratio of glue.
const GLUE: [f64; 2] = [1.5, 3.0];
/// What is proposed is called so.
const NAME: &str = "Suggested";

/// What to look at.
#[derive(Clone, Debug)]
pub struct SuggestJob {
    /// The scene.
    pub scene: PathBuf,
    /// What it is to meet.
    pub specification: Option<Specification>,
    /// The layout it is rendered to, as users call it.
    pub layout: String,
    /// A programme whose tone is aimed at; a usual one where there is none.
    pub like: Option<PathBuf>,
    /// Threads; all of the machine's by default.
    pub threads: Option<usize>,
}

/// A proposal.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// The scene with what is proposed in it.
    pub scene: Scene,
    /// What was measured. What there was nothing to measure of is `None`.
    pub measured: Measured,
    /// What is proposed and what isn't, and why.
    pub steps: Vec<Step>,
}

/// The scene as it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// LUFS.
    pub integrated_lufs: Option<f64>,
    /// LU.
    pub loudness_range_lu: Option<f64>,
    /// dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// The dialogue above the rest while there is some, LU.
    pub dialogue_to_rest_lu: Option<f64>,
}

/// One thing that is proposed, or why it isn't.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// The element of the scene file: `eq`, `compressor` …
    pub processor: &'static str,
    /// Its values; empty where nothing is proposed.
    pub values: String,
    /// Why.
    pub because: String,
}

/// Analyses the scene of `job` and proposes. `progress` hears frames done and of how many.
///
/// # Errors
/// When the scene is unusable, has nothing to measure, or `stop` said so.
pub fn suggest(
    job: &SuggestJob,
    scene: Scene,
    progress: &mut (dyn FnMut(u64, u64) + Send),
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<(Suggestion, Vec<Warning>), JobError> {
    let error = |e: &dyn std::fmt::Display| JobError::file(&job.scene, e);
    let no_layout =
        || error(&format_args!("{} feeds no loudspeakers; choose a layout, e.g. 5.1", job.layout));
    if job.layout.eq_ignore_ascii_case(BINAURAL) {
        return Err(no_layout());
    }
    let deliverable = Deliverable::by_name(&job.layout).map_err(|e| error(&e))?;
    if !matches!(deliverable.target(), Target::Loudspeakers { .. }) {
        return Err(no_layout());
    }
    let measures = Measures { true_peak: true, offsets: false, timeline: true };
    let request = Job {
        outputs: vec![Output::mix(PathBuf::new(), deliverable)],
        measure_dialogue: true,
        threads: job.threads,
        ..Job::new(job.scene.clone())
    };
    let open = request.open_unwritten()?;
    let (mut warnings, frames) = (open.warnings().to_vec(), open.frames());
    let (measurements, late) = open.measure(measures, &mut |done| progress(done, frames), stop)?;
    warnings.extend(late);
    let Some(found) = measurements.into_iter().next() else { return Err(error(&"renders to nothing")) };
    if found.integrated_lufs.is_none_or(|level| level < SILENT_LUFS) {
        return Err(error(&"is silent: there is nothing to master"));
    }
    let target = match &job.like {
        Some(like) => spectrum_of(like, measures, stop)?,
        None => tone::built_in_target(),
    };
    Ok((propose(job, scene, &found, &target), warnings))
}

/// The mean spectrum of a finished mix.
fn spectrum_of(
    like: &std::path::Path,
    measures: Measures,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<[f64; BANDS], JobError> {
    let no_mix = || JobError::file(like, "is no finished mix; give a WAV that is a bed, e.g. a 5.1 render");
    let channels = own_channels(like, &Selection::default())?.ok_or_else(no_mix)?.channels;
    let (found, _) = measure_channels(like, channels, measures, &mut |_, _| (), stop)?;
    if found.integrated_lufs.is_none_or(|level| level < SILENT_LUFS) {
        return Err(JobError::file(like, "is silent: it has no tone to aim at"));
    }
    found.timeline.map(|timeline| tone::decibels(&timeline.bands.mean)).ok_or_else(no_mix)
}

fn propose(job: &SuggestJob, scene: Scene, found: &Measurement, target: &[f64; BANDS]) -> Suggestion {
    let measured = Measured {
        integrated_lufs: found.integrated_lufs,
        loudness_range_lu: found.loudness_range_lu,
        true_peak_dbtp: found.true_peak.map(|peak| peak.value),
        dialogue_to_rest_lu: dialogue_to_rest(found),
    };
    let mut proposal = Proposal { scene, steps: Vec::new(), said: Vec::new() };
    let specification = job.specification.as_ref();
    let master = MasterChain {
        eq: proposal.eq(job, found, target),
        compressor: proposal.compressor(specification, &measured),
        limiter: proposal.limiter(specification, &measured),
    };
    proposal.ducking(&measured, found);
    proposal.deliver(job, master);
    let Proposal { scene, steps, .. } = proposal;
    Suggestion { scene, measured, steps }
}

/// Of the mix and the dialogue alone in the same time; the rest is what the mix has more, as powers.
fn dialogue_to_rest(found: &Measurement) -> Option<f64> {
    let dialogue = found.dialogue.as_ref()?;
    let power = |level: f64| 10f64.powf(level / 10.0);
    let (mix, voice) = (dialogue.loudness_lufs?, dialogue.stem_lufs?);
    let rest = power(mix) - power(voice);
    (rest > power(SILENT_LUFS)).then(|| voice - 10.0 * rest.log10())
}

/// What is being put together.
struct Proposal {
    scene: Scene,
    steps: Vec<Step>,
    /// Comments for the file.
    said: Vec<String>,
}

impl Proposal {
    fn say(&mut self, processor: &'static str, values: String, because: String) {
        if !values.is_empty() {
            self.said.push(format!("{processor}: {because}"));
        }
        self.steps.push(Step { processor, values, because });
    }

    fn eq(&mut self, job: &SuggestJob, found: &Measurement, target: &[f64; BANDS]) -> Option<Eq> {
        let of = match &job.like {
            Some(like) => format!("the tone of {}", like.display()),
            None => "the average tone of programmes with speech and music".to_owned(),
        };
        let spectrum = tone::decibels(&found.timeline.as_ref()?.bands.mean);
        let corrections = tone::corrections(&spectrum, target, found.sample_rate);
        if corrections.is_empty() {
            let because = format!("the spectrum is within 3 dB of {of}");
            self.say("eq", String::new(), because);
            return None;
        }
        for correction in &corrections {
            let (hz, more) = (correction.band.frequency_hz(), correction.found_db);
            let side = if more > 0.0 { "above" } else { "below" };
            let because = format!(
                "about {hz:.0} Hz the mix is {:.1} dB {side} {of}; half of it is taken back, and no more than {:.0} dB",
                more.abs(),
                tone::MOST_DB
            );
            self.say("eq", shown(&correction.band), because);
        }
        Some(Eq { bands: corrections.into_iter().map(|correction| correction.band).collect() })
    }

    fn compressor(&mut self, specification: Option<&Specification>, found: &Measured) -> Option<Compressor> {
        let (range, level) = (found.loudness_range_lu?, found.integrated_lufs?);
        let limit = specification.and_then(|spec| maximum(spec, Measure::LoudnessRange));
        let (most, whose) = match limit {
            Some(limit) => (limit, "the specification allows"),
            None => (WIDEST_RANGE_LU, "can be followed in a living room"),
        };
        if range <= most {
            let because = format!("a loudness range of {range:.1} LU; {most:.0} LU {whose}");
            self.say("compressor", String::new(), because);
            return None;
        }
        // Above the threshold everything is as many times narrower; about half of the range lies there.
        let ratio = (range / (2.0 * most - range).max(1.0)).clamp(GLUE[0], GLUE[1]);
        let ratio = (10.0 * ratio).round() / 10.0;
        let threshold_db = (level + CREST_DB).clamp(-60.0, -3.0).round();
        let compressor = Compressor {
            threshold_db,
            ratio,
            knee_db: 12.0,
            attack_ms: 30.0,
            release_ms: 400.0,
            ..Compressor::default()
        };
        let because = format!(
            "a loudness range of {range:.1} LU, and {most:.0} LU {whose}: peaks of passages louder than the average of {level:.1} LUFS come down"
        );
        let values =
            format!("threshold {threshold_db} dBFS, ratio {ratio}, knee 12 dB, attack 30 ms, release 400 ms");
        self.say("compressor", values, because);
        Some(compressor)
    }

    /// The chain comes before the gain to a loudness, which a limiter in it knows nothing of: there the delivery's own works, after
    /// the gain.
    fn limiter(&mut self, specification: Option<&Specification>, found: &Measured) -> Option<Limiter> {
        if let Some(specification) = specification {
            let because = format!(
                "a delivery for {} has a limiter of its own behind the gain to its loudness",
                specification.name
            );
            self.say("limiter", String::new(), because);
            return None;
        }
        let limiter = Limiter::default();
        let (peak, ceiling) = (found.true_peak_dbtp?, limiter.ceiling_dbtp);
        if peak <= ceiling {
            let because = format!("true peaks of {peak:.1} dBTP are below {ceiling} dBTP");
            self.say("limiter", String::new(), because);
            return None;
        }
        let because = format!("true peaks of {peak:.1} dBTP; {:.0} dB stay for what coding adds", -ceiling);
        self.say("limiter", format!("ceiling {ceiling} dBTP"), because);
        Some(limiter)
    }

    /// Music and effects make room for dialogue that doesn't stand out.
    fn ducking(&mut self, measured: &Measured, found: &Measurement) {
        let Some(ratio) = measured.dialogue_to_rest_lu else {
            let because = "no dialogue, or nothing beside it".to_owned();
            return self.say("ducking", String::new(), because);
        };
        if ratio >= LEAST_DIALOGUE_LU {
            let because =
                format!("the dialogue is {}; {LEAST_DIALOGUE_LU:.0} LU above it are enough", standing(ratio));
            return self.say("ducking", String::new(), because);
        }
        let depth = (LEAST_DIALOGUE_LU - ratio).min(MOST_DUCKING_DB);
        let voice = found.dialogue.as_ref().and_then(|dialogue| dialogue.stem_lufs).unwrap_or(-27.0);
        // Where a voice is usually detected is 12 dB over the threshold: that makes `depth` of it.
        let over = 12.0;
        let ratio_of_gain = (over / (over - depth)).min(100.0);
        let compressor = Compressor {
            threshold_db: (voice + DETECTED_DB - over).clamp(-100.0, 0.0).round(),
            ratio: (100.0 * ratio_of_gain).round() / 100.0,
            knee_db: 6.0,
            attack_ms: 30.0,
            release_ms: 600.0,
            look_ahead_ms: 20.0,
            key: Some(Role::Dialogue.name().to_owned()),
            ..Compressor::default()
        };
        let roles = [Role::Music, Role::Effects, Role::Ambience, Role::Foley, Role::MusicAndEffects];
        for role in roles {
            if !self.scene.tracks.iter().any(|track| track.role == role) {
                continue;
            }
            let known = self.scene.buses.iter().position(|bus| bus.role == role);
            let at = known.unwrap_or_else(|| {
                self.scene.buses.push(Bus { role: role.clone(), ..Bus::default() });
                self.scene.buses.len() - 1
            });
            let bus = &mut self.scene.buses[at];
            if bus.chain.compressor.is_some() {
                let because =
                    format!("the bus of {} has a compressor already; look at its threshold", role.name());
                self.say("ducking", String::new(), because);
                continue;
            }
            let because = format!(
                "the dialogue is {}, {LEAST_DIALOGUE_LU:.0} LU above it are wanted: {} makes room by up to {depth:.0} dB while it sounds",
                standing(ratio),
                role.name()
            );
            bus.kept.push_node(comment(&because));
            bus.chain.compressor = Some(compressor.clone());
            let values = format!(
                "bus {}: threshold {} dBFS, ratio {}, key dialogue",
                role.name(),
                compressor.threshold_db,
                compressor.ratio
            );
            self.say("ducking", values, because);
        }
    }

    /// Puts the chain into the scene.
    fn deliver(&mut self, job: &SuggestJob, master: MasterChain) {
        let mut kept = Kept::default();
        for said in self.said.iter().filter(|said| !said.starts_with("ducking")) {
            kept.push_node(comment(said));
        }
        let proposed = formats::scene::Deliverable {
            name: Some(NAME.to_owned()),
            spec: job.specification.as_ref().map(|specification| specification.name.clone()),
            layout: everyday(&job.layout),
            programme: None,
            parts: Vec::new(),
            master,
            master_kept: Kept::default(),
            kept,
        };
        self.scene.deliverables.retain(|deliverable| deliverable.name.as_deref() != Some(NAME));
        self.scene.deliverables.push(proposed);
    }
}

/// A layout as people call it.
fn everyday(layout: &str) -> String {
    let known = Layout::by_name(layout).ok();
    known.as_ref().and_then(Layout::everyday_name).unwrap_or(layout).to_owned()
}

/// Where the dialogue stands, in words.
pub fn standing(dialogue_to_rest_lu: f64) -> String {
    let side = if dialogue_to_rest_lu < 0.0 { "below" } else { "above" };
    format!("{:.1} LU {side} the rest", dialogue_to_rest_lu.abs())
}

/// A comment in the file, before everything else of its element.
fn comment(text: &str) -> KeptNode {
    // Two hyphens end a comment too early.
    KeptNode { after: 0, xml: format!("<!-- {} -->", text.replace("--", "- -")) }
}

/// The highest value that every clause with `measure` allows.
fn maximum(specification: &Specification, measure: Measure) -> Option<f64> {
    let always = specification.clauses.iter().filter(|clause| clause.when.is_none());
    let limits = always.flat_map(|clause| &clause.any).filter(|limit| limit.measure == measure);
    limits.filter_map(|limit| limit.maximum).reduce(f64::min)
}

fn shown(band: &EqBand) -> String {
    match band {
        EqBand::Bell { frequency_hz, gain_db, q } => {
            format!("bell {frequency_hz:.0} Hz, {gain_db:+.1} dB, q {q}")
        }
        EqBand::LowShelf { frequency_hz, gain_db, .. } => {
            format!("low shelf {frequency_hz:.0} Hz, {gain_db:+.1} dB")
        }
        EqBand::HighShelf { frequency_hz, gain_db, .. } => {
            format!("high shelf {frequency_hz:.0} Hz, {gain_db:+.1} dB")
        }
        other => format!("{} {:.0} Hz", other.element(), other.frequency_hz()),
    }
}
