//! Deliveries: one master in, a folder of deliverables out, each measured, corrected, read back from the disk and proved.
//!
//! ```text
//!  request, job_file ── what is asked for ── plan: file names; manifest: what lies there already
//!        │
//!  one pass of the engine for all ── corrected to their specifications ── read_back: measured and summed from the disk
//!        │
//!  report.json, overview: report.html, checksums, mhl (ASC MHL 2.0), manifest ── folder: everything gets its name at the end, or nothing does
//! ```

mod checksum;
mod copy;
pub(super) mod folder;
mod job_file;
mod manifest;
mod masters;
mod mhl;
mod naming;
mod of_scene;
mod overview;
mod papers;
mod plan;
mod read_back;
mod report;
mod request;
mod run;
mod work;

use std::path::{Path, PathBuf};

use formats::adm::AdmId;
use formats::bw64::SampleFormat;
use formats::scene::chain::MasterChain;

pub use checksum::{Checksums, digest};
pub use job_file::{DELIVERABLE, Element, ElementKind, Entry, JobFileError, MAX_JOB_FILE_BYTES, Place, read};
pub use naming::{DEFAULT_TEMPLATE, NameError, NameTemplate, check_title};
pub use of_scene::{SceneDeliverable, deliverables_of, master_of};
pub use report::{Corrected, DialogueReport, FileReport, JudgedBy, PackageReport};
pub use request::{ADM, NO_SPECIFICATION, RenderRequest, Request, RequestError, STEMS, part_name};
pub use run::{Finished, OpenPackage};

use super::{Deliverable, Job, JobError};
use crate::engine::Part;
use crate::loudness::{Measures, Specification};

/// What is measured of the files.
const PROVED: Measures = Measures { true_peak: true, offsets: true, timeline: true };

/// A delivery to make.
#[derive(Clone, Debug)]
pub struct Package {
    /// The master, what of it, and how the files store their samples; its outputs are not looked at.
    pub job: Job,
    /// Where everything goes.
    pub folder: PathBuf,
    /// Of the film; the name of the master by default.
    pub title: Option<String>,
    /// Names of the files.
    pub name: NameTemplate,
    /// At least one.
    pub wanted: Vec<Wanted>,
    /// Files that the options name, which no deliverable may replace.
    pub reads: Vec<PathBuf>,
    /// Deliver silence in place of samples that are no numbers.
    pub sanitize: bool,
    /// Make again what is there already.
    pub force: bool,
}

/// A deliverable to make.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// As it was asked for.
    pub text: String,
    /// What it is.
    pub content: Content,
    /// Its own names.
    pub name: Option<NameTemplate>,
}

/// What a deliverable is.
#[derive(Clone, Debug)]
pub enum Content {
    /// A copy of the master, byte for byte.
    Adm,
    /// A render.
    Render(Box<WantedRender>),
}

/// A render to make.
#[derive(Clone, Debug)]
pub struct WantedRender {
    /// What it is corrected to and judged by; as it is rendered without one.
    pub specification: Option<Specification>,
    /// Where it sounds.
    pub deliverable: Deliverable,
    /// Name of that.
    pub layout: String,
    /// The programme that it is of, by its id or its name; that of the job when absent.
    pub programme: Option<String>,
    /// Everything else that its samples depend on, and that the name doesn't tell: the headphones.
    pub settings: String,
    /// The files to make of it; at least one, and the mix among them where there is a specification or a master chain.
    pub parts: Vec<Part>,
    /// What is done to its feeds before anything is measured.
    pub master: MasterChain,
}

/// Whether the files of `wanted` have names, each of its own, as a delivery of `input` gives them by default.
///
/// # Errors
/// When a name is impossible, or two files have one.
pub fn check_names(wanted: &[Wanted], input: &Path, sample_rate: u32) -> Result<(), JobError> {
    let name = DEFAULT_TEMPLATE.parse().map_err(|error: NameError| JobError::Request(error.to_string()))?;
    let package = Package {
        job: Job::new(input.to_path_buf()),
        folder: PathBuf::new(),
        title: None,
        name,
        wanted: wanted.to_vec(),
        reads: Vec::new(),
        sanitize: false,
        force: false,
    };
    let title = naming::title_of(&input.file_stem().unwrap_or_default().to_string_lossy());
    let of = |_: &WantedRender, _: Part| true;
    let names = plan::Known { title: &title, sample_rate, programme: &|_| None, has: &of };
    plan::Planned::all(&package, &names).map(drop)
}

impl Package {
    /// The programme that is rendered where a deliverable names none.
    fn programme(&self) -> Option<&str> {
        self.job.selection.programme.as_ref().map(AdmId::as_str)
    }

    /// The programme that a render asks for.
    fn programme_of<'a>(&'a self, render: &'a WantedRender) -> Option<&'a str> {
        render.programme.as_deref().or(self.programme())
    }
}

impl Wanted {
    fn render(&self) -> Option<&WantedRender> {
        match &self.content {
            Content::Adm => None,
            Content::Render(render) => Some(render),
        }
    }

    fn parts(&self) -> Vec<Option<Part>> {
        match &self.content {
            Content::Adm => vec![None],
            Content::Render(render) => render.parts.iter().copied().map(Some).collect(),
        }
    }

    /// The render with a specification.
    fn judged_render(&self) -> Option<&WantedRender> {
        self.render().filter(|render| render.specification.is_some())
    }

    /// Its stems get what its mix gets.
    fn is_made_together(&self) -> bool {
        self.render().is_some_and(|render| !render.master.is_empty() || render.specification.is_some())
    }

    fn specification(&self) -> Option<&Specification> {
        self.render().and_then(|render| render.specification.as_ref())
    }
}

/// `24`, `32f`.
fn bits_name(format: SampleFormat) -> &'static str {
    super::report::bits_name(format)
}
