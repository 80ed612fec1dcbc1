//! The loudness of each programme, where the profile asks for it (BS.2168-0 §2.1.3).

use std::path::PathBuf;

use formats::adm::{AdmId, Document};
use formats::profile::Profile;

use super::ExportJob;
use super::plan::Plan;
use crate::conform::emission::SILENCE_LUFS;
use crate::deliver::{Deliverable, Job, JobError, Output, Selection};
use crate::loudness::Measures;
use crate::master::{Master, SceneContents, SceneInput};

/// The layout that programmes are measured on, as the EBU's tools do.
const LAYOUT: &str = "4+5+0";

/// The programmes to measure.
pub(super) fn programmes(job: &ExportJob, document: &Document) -> Vec<AdmId> {
    let programmes = document.programmes.iter().filter(|_| job.profile == Profile::Emission);
    programmes.map(|programme| programme.id.clone()).collect()
}

/// Measures them as they are in the master, converted, writes their loudness into its document, and gives how many frames of
/// work that was. The profile's tracks are those of the scene.
///
/// # Errors
/// When the scene can't be rendered, or `stop` said so.
pub(super) fn measure(
    job: &ExportJob,
    plan: &mut Plan,
    progress: &mut (dyn FnMut(u64) + Send),
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<u64, JobError> {
    let mut done = 0_u64;
    for id in programmes(job, &plan.document) {
        let fault = |e: &dyn std::fmt::Display| JobError::file(&job.scene, e);
        let deliverable = Deliverable::by_name(LAYOUT).map_err(|e| fault(&e))?;
        let outputs = vec![Output::mix(PathBuf::new(), deliverable)];
        let selection = Selection { programme: Some(id.clone()), ..Selection::default() };
        let render = Job { outputs, selection, threads: job.threads, ..Job::new(job.scene.clone()) };
        let (mut input, contents) = SceneInput::open(&job.scene)?;
        input.turn_by(plan.tracks.iter().map(|track| track.gain.clone()).collect());
        let contents = SceneContents { document: plan.document.clone(), warnings: Vec::new(), ..contents };
        let master = Master::of_scene(&job.scene, (input, contents), &render.selection, 0.0)?;
        let open = render.open_on(master)?;
        let frames = open.frames();
        let mut here = |frames: u64| progress(done.saturating_add(frames));
        let measures = Measures { true_peak: false, offsets: false, timeline: false };
        let (measured, _) = open.measure(measures, &mut here, stop)?;
        done = done.saturating_add(frames);
        let loudness = measured.first().and_then(|measurement| measurement.integrated_lufs);
        let programmes = plan.document.programmes.iter_mut().filter(|programme| programme.id == id);
        for metadata in programmes.flat_map(|programme| &mut programme.loudness) {
            // Two decimals, as loudness is stated.
            metadata.integrated = Some((loudness.unwrap_or(SILENCE_LUFS) * 100.0).round() / 100.0);
        }
    }
    Ok(done)
}
