//! The page of `--report`.

use std::io::Write;
use std::path::Path;

use formats::Warning;
use formats::bw64::OutputFile;

use super::answer::{ALGORITHM, GATE, MeasuredOn};
use super::{Args, CliError};
use crate::cli::OpenOutputs;
use crate::cli::input::{check_no_source, check_not_read};
use crate::deliver::Clock;
use crate::deliver::page::{Fact, Page, Section};
use crate::layout::Layout;
use crate::loudness::{Judgement, Measurement, Specification};

/// A file that waits for its page; dropped without one, nothing is left of it.
pub(super) struct File {
    file: OutputFile,
    // After the file: what a signal interrupts is tidied up before the process ends.
    _guard: OpenOutputs,
}

impl File {
    /// The file of that name, which may be none that the command reads.
    ///
    /// # Errors
    /// When it can't be written.
    pub(super) fn create(path: &Path, args: &Args) -> Result<Self, CliError> {
        let read: Vec<(&str, &Path)> = args.spec.iter().map(|name| ("--spec", Path::new(name))).collect();
        check_not_read(path, &read)?;
        check_no_source(path, &args.input)?;
        let guard = OpenOutputs::hold()?;
        let file =
            OutputFile::create(path, None).map_err(|e| CliError::new(format_args!("--report: {e}")))?;
        Ok(Self { file, _guard: guard })
    }

    /// Writes the page, all of it or nothing.
    ///
    /// # Errors
    /// When the disk is full or the like.
    pub(super) fn write(mut self, page: &str) -> Result<(), CliError> {
        let fault = |e: formats::bw64::Error| CliError::new(format_args!("--report: {e}"));
        let written = self.file.write_all(page.as_bytes());
        written.map_err(|e| fault(self.file.error(e)))?;
        self.file.finish().map_err(fault)
    }
}

/// The page of one file.
pub(super) fn page(
    input: &Path,
    measured_on: &MeasuredOn,
    found: &Measurement,
    specifications: &[Specification],
    judgements: &[Judgement],
    warnings: &[Warning],
) -> Page {
    let name = input.file_name().unwrap_or(input.as_os_str()).to_string_lossy().into_owned();
    let clock = Clock { sample: found.frames, sample_rate: found.sample_rate };
    let facts = vec![
        Fact::new("File", input.display().to_string()),
        Fact::new("Length", format!("{clock}, {} frames", found.frames)),
        Fact::new("Sample rate", format!("{} Hz", found.sample_rate)),
        Fact::new("Measured on", layout(measured_on)),
        Fact::new("Channels", found.channels.len().to_string()),
        Fact::new("Algorithm", format!("{ALGORITHM}; EBU Tech 3341, 3342")),
        Fact::new("Gate", GATE),
        Fact::new("True peak", format!("{}× the sample rate", found.oversampling)),
    ];
    let section = Section {
        measurement: Some(found.clone()),
        judgements: specifications.iter().cloned().zip(judgements.iter().cloned()).collect(),
        ..Section::default()
    };
    Page {
        title: "Loudness report".to_owned(),
        subject: name,
        facts,
        sections: vec![section],
        warnings: warnings.iter().map(Warning::to_string).collect(),
        ..Page::default()
    }
}

fn layout(measured_on: &MeasuredOn) -> String {
    match measured_on {
        MeasuredOn::OwnChannels => "the file's own channels".to_owned(),
        MeasuredOn::Rendered { layout, programme } => {
            let known = Layout::by_name(layout).ok();
            let of = programme.iter().map(|name| format!(" of {name}")).collect::<String>();
            match known.as_ref().and_then(Layout::everyday_name) {
                Some(everyday) => format!("a render{of} to {layout} ({everyday})"),
                None => format!("a render{of} to {layout}"),
            }
        }
    }
}
