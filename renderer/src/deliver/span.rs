//! Which part of its master a job renders.

use std::ops::Range;

use formats::Warning;

use super::{Clock, Job, JobError, Timecode};
use crate::master::Master;

/// The frames that `--start` and `--end` leave.
pub(super) fn span(job: &Job, master: &mut Master) -> Result<Range<u64>, JobError> {
    let (frames, rate) = (master.input.frames(), master.input.sample_rate());
    let clock = |sample| Clock { sample, sample_rate: rate };
    let sample = |name: &str, time: Option<Timecode>, otherwise| match time {
        Some(time) => time
            .to_sample(rate, master.picture.as_ref())
            .map_err(|error| JobError::file(&job.input, format_args!("{name} {error}"))),
        None => Ok(otherwise),
    };
    let start = sample("--start", job.start, 0)?;
    let mut end = sample("--end", job.end, frames)?;
    if start > 0 && start >= frames {
        let message =
            format!("--start {} is not before the end of the file, {}", clock(start), clock(frames));
        return Err(JobError::file(&job.input, message));
    }
    if end < start || (end == start && job.end.is_some()) {
        let message = format!("--end {} is not after the start, {}", clock(end), clock(start));
        return Err(JobError::file(&job.input, message));
    }
    if end > frames {
        let message = format!(
            "--end {} is after the end of the file, {}; rendered to there",
            clock(end),
            clock(frames)
        );
        master.warnings.push(Warning::new("end-after-file", "", message));
        end = frames;
    }
    Ok(start..end)
}
