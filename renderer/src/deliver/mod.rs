//! Files in, files out: a [`Job`] reads one master once and feeds any number of outputs in the same pass.
//!
//! ```text
//!  block n + 1: read       block n: rendered by the Engine       block n − 1: levels, encoded, written, output by output
//! ```
//!
//! All of it at the same time, among the threads of one pool; there are never more blocks than these three, so memory does not grow
//! with the film. Every output is complete on the disk before
//! the first of them gets its name; when one fails, none of them does. Outputs can be measured on their way
//! ([`Job::measure`]), or instead of being written ([`OpenJob::measure`]); [`page`] shows
//! the measurement to people. Outputs with a [`Level`] of their own are spooled, corrected and written in a
//! second pass.

mod carried_adm;
mod comparison;
mod correction;
mod deliverable;
mod difference;
mod error;
mod export;
mod faults;
mod import;
mod job;
mod levels;
mod line;
mod mastering;
mod measure;
pub mod package;
pub mod page;
mod places;
mod report;
mod sink;
mod source;
mod span;
mod speech;
mod spool;
mod staging;
mod suggest;
mod time_line;
mod timecode;
mod translate;

pub use crate::master::Selection;
pub use comparison::Compared;
pub use correction::{
    Correction, CorrectionReport, Level, LimitedRegion, LimiterReport, Peaks, ReductionCurve,
};
pub use deliverable::{BINAURAL, Deliverable, DeliverableError, EARS, HIGHEST_HOA_ORDER};
pub use difference::{ChannelComparison, SoundComparison, compare_sound};
pub use error::JobError;
pub use export::{ExportJob, ExportReport, Exported, OpenExport};
pub use import::{ImportJob, ImportReport, ImportedTrack, OpenImport, ReadyScene, SCENE};
pub use job::{Job, OpenJob, Output, Rendered};
pub use levels::ChannelLevels;
pub use mastering::{GainReport, MasterReport, Treatment};
pub use measure::{OwnChannels, channel_named, measure_channels, own_channels};
pub use places::place;
pub use report::{ChannelReport, LoudnessReport, OutputReport, Report};
pub use staging::{Contribution, MixReport, StageReport, StagingJob, StagingReport, StripReport};
pub use suggest::{Measured, Step, SuggestJob, Suggestion, standing, suggest};
pub use timecode::{Clock, Timecode, TimecodeError};
pub use translate::{Culprit, Kind, Moment, SystemReport, TranslateJob, Translation, translate};
