//! Renders equal to the reference renderer of ITU-R BS.2127, sample by sample.
//!
//! `data/` holds a small part of the corpus, which is always tested; the whole of it is tested where it lies
//! beside the workspace. Each case names its input, options and reference in `manifest.json`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod imported;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use formats::adm::AdmId;
use formats::bw64::SampleFormat;
use proscenium_tests::{beside_the_workspace, read_wav, run};
use renderer::deliver::{Deliverable, Job, Output, Selection};
use renderer::layout::Layout;
use renderer::layout::measured::MeasuredRoom;
use renderer::render::{Conversion, RenderOptions};
use serde::Deserialize;

/// −120 dBFS. Rendering with f64 gains and f32 samples differs from the f64 reference by less than −135 dBFS;
/// the mildest known mistake, PCM scaled by 2ⁿ⁻¹ − 1, by −100 dBFS.
const TOLERANCE: f64 = 1e-6;

#[derive(Deserialize)]
struct Manifest {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    file: String,
    frames: usize,
    sample_rate: u32,
    renders: Vec<Render>,
}

#[derive(Deserialize)]
struct Render {
    layout: String,
    expect: String,
    #[serde(rename = "ref")]
    reference: Option<String>,
    ref_channels: Option<Vec<usize>>,
    out_channels: Option<usize>,
    programme: Option<String>,
    #[serde(default)]
    comp_objects: Vec<String>,
    importance: Option<u8>,
    conversion: Option<String>,
    real_layout: Option<String>,
}

#[test]
fn the_small_set_equals_the_reference() {
    let rendered = run_corpus(&Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/data"));
    assert!(rendered >= 20, "only {rendered} renders");
}

#[test]
fn the_whole_corpus_equals_the_reference_where_it_is_present() {
    match beside_the_workspace("conformance") {
        None => println!("the whole corpus is not here; its small set is tested"),
        Some(corpus) => println!("{} renders", run_corpus(&corpus)),
    }
}

/// Renders every reference of a corpus and returns their number.
fn run_corpus(corpus: &Path) -> usize {
    let manifest = fs::read_to_string(corpus.join("manifest.json")).expect("a manifest");
    let manifest: Manifest = serde_json::from_str(&manifest).expect("a manifest of cases");
    let work: Vec<(&Case, &Render)> = manifest
        .cases
        .iter()
        .flat_map(|case| case.renders.iter().map(move |render| (case, render)))
        .collect();
    run_all(&work, &|case, render| {
        check(corpus, case, render).map_err(|fault| format!("{} to {}: {fault}", case.name, render.layout))
    });
    work.len()
}

/// Does `check` with all of them, in as many threads as there are processors, and tells every fault.
fn run_all<T: Copy + Sync, U: Copy + Sync>(
    work: &[(T, U)],
    check: &(dyn Fn(T, U) -> Result<(), String> + Sync),
) {
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((a, b)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(fault) = check(*a, *b) {
                        faults.lock().unwrap().push(fault);
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{} of {}:\n  {}", faults.len(), work.len(), faults.join("\n  "));
}

fn check(corpus: &Path, case: &Case, render: &Render) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let file = folder.path().join("out.wav");
    let job = job(corpus, case, render, &file)?;
    if render.expect == "error" {
        return refused(job, &file);
    }
    check_render(corpus, case, render, job)
}

/// The only output of the job against the reference.
fn check_render(corpus: &Path, case: &Case, render: &Render, job: Job) -> Result<(), String> {
    let file: PathBuf = job.outputs.first().map(|output| output.file.clone()).ok_or("no output")?;
    run(job).map_err(|e| e.to_string())?;
    let (found, rate) = read_wav(&file).map_err(|e| e.to_string())?;
    let channels = render.out_channels.unwrap_or(found.len());
    if (found.len(), rate) != (channels, case.sample_rate) || found.iter().any(|row| row.len() != case.frames)
    {
        return Err(format!(
            "{} channels of {} frames at {rate} Hz",
            found.len(),
            found.first().map_or(0, Vec::len)
        ));
    }
    // A reference holds only the channels that are not silent.
    let mut expected = vec![vec![0.0; case.frames]; channels];
    if let Some(reference) = &render.reference {
        let rows = read_wav(&corpus.join(reference)).map_err(|e| e.to_string())?.0;
        let places = render.ref_channels.clone().unwrap_or_else(|| (0..channels).collect());
        for (place, row) in places.into_iter().zip(rows) {
            expected[place] = row;
        }
    }
    let error = |(found, expected): (&f64, &f64)| (found - expected).abs();
    let worst = found.iter().zip(&expected).map(|(found, expected)| {
        found
            .iter()
            .zip(expected)
            .map(error)
            .fold(0.0, |worst: f64, e| if e.is_nan() { f64::MAX } else { worst.max(e) })
    });
    let (channel, worst) = worst.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0));
    if worst > TOLERANCE {
        return Err(format!("channel {channel} differs by {:.1} dBFS", 20.0 * worst.log10()));
    }
    Ok(())
}

/// What the reference refuses is refused or repaired under a name, so that `--strict` refuses it as well.
fn refused(job: Job, file: &Path) -> Result<(), String> {
    match job.open() {
        Err(error) if error.to_string().lines().count() == 1 => Ok(()),
        Err(error) => Err(format!("not one line: {error}")),
        Ok(open) if open.warnings().is_empty() => Err("accepted without a warning".to_owned()),
        Ok(_) if file.exists() => Err("a file was left".to_owned()),
        Ok(_) => Ok(()),
    }
}

fn job(corpus: &Path, case: &Case, render: &Render, file: &Path) -> Result<Job, String> {
    let deliverable = match &render.real_layout {
        None => Deliverable::by_name(&render.layout).map_err(|e| e.to_string())?,
        Some(speakers) => {
            let text = fs::read_to_string(corpus.join(speakers)).map_err(|e| e.to_string())?;
            let layout = Layout::by_name(&render.layout).map_err(|e| e.to_string())?;
            let (room, _) = MeasuredRoom::read(&text, &layout).map_err(|e| e.to_string())?;
            Deliverable::room(room)
        }
    };
    let conversion = match render.conversion.as_deref() {
        None => None,
        Some("to_cartesian") => Some(Conversion::ToCartesian),
        Some("to_polar") => Some(Conversion::ToPolar),
        Some(other) => return Err(format!("conversion {other}?")),
    };
    Ok(Job {
        outputs: vec![Output::mix(file.to_path_buf(), deliverable)],
        sample_format: SampleFormat::Float32,
        selection: Selection {
            programme: render.programme.as_deref().map(AdmId::new),
            complementary: render.comp_objects.iter().map(|id| AdmId::new(id)).collect(),
        },
        options: RenderOptions { importance: render.importance, conversion },
        ..Job::new(corpus.join(&case.file))
    })
}
