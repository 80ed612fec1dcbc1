//! What the tests across crates share: jobs run in a folder of their own, and WAV files read by `hound`, which
//! shares no code with ours.

use std::path::{Path, PathBuf};

use renderer::deliver::{Job, JobError, Report};

/// The workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Shared material that lies beside the workspace, or where `PROSCENIUM_SHARED` says, when the whole of a corpus
/// is wanted; `None` elsewhere.
pub fn beside_the_workspace(folder: &str) -> Option<PathBuf> {
    let shared =
        std::env::var_os("PROSCENIUM_SHARED").map_or_else(|| workspace().join("../shared"), PathBuf::from);
    let path = shared.join(folder);
    path.is_dir().then_some(path)
}

/// Runs a job to its end. The warnings come as `element: message [rule]`.
///
/// # Errors
/// Those of the job.
pub fn run(job: Job) -> Result<Report, JobError> {
    job.open()?.run(&mut |_| {}, &|| false)?.publish()
}

/// Samples of a WAV file, one row per channel, full scale 1, and its rate.
///
/// # Errors
/// What `hound` doesn't understand.
pub fn read_wav(path: &Path) -> Result<(Vec<Vec<f64>>, u32), hound::Error> {
    let mut reader = hound::WavReader::open(path)?;
    let spec = reader.spec();
    let scale = (-f64::from(spec.bits_per_sample - 1)).exp2();
    let samples: Vec<f64> = match spec.sample_format {
        hound::SampleFormat::Float => {
            reader.samples::<f32>().map(|x| x.map(f64::from)).collect::<Result<_, _>>()?
        }
        hound::SampleFormat::Int => {
            reader.samples::<i32>().map(|x| x.map(|x| f64::from(x) * scale)).collect::<Result<_, _>>()?
        }
    };
    let count = usize::from(spec.channels);
    let mut channels = vec![Vec::with_capacity(samples.len() / count); count];
    for frame in samples.chunks_exact(count) {
        channels.iter_mut().zip(frame).for_each(|(channel, x)| channel.push(*x));
    }
    Ok((channels, spec.sample_rate))
}
