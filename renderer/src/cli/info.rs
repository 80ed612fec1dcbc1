//! `proscenium info`: what a file holds, without reading its sound.

mod report;
mod text;

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use formats::Warning;
use formats::adm::{self, Document};
use formats::bw64::{self, BextChunk, ChunkId, DbmdChunk, Reader};
use formats::damf::{Damf, is_damf};

use super::input::check_seekable;
use super::{CliError, Console, Outcome};
use crate::master::is_scene;

pub(super) use text::{clean, plural, printable};

/// Show what a master holds: programmes, contents, objects, packs, tracks, chunks and Dolby metadata
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  proscenium info master.wav
  proscenium info master.wav --json | jq '.adm.objects[].name'")]
pub struct Args {
    /// The file: BW64, RF64 or WAV, with or without ADM, or the .atmos of a Dolby Atmos master
    #[arg(value_name = "IN.wav")]
    input: PathBuf,
}

/// Prints the tree, or the same as JSON.
///
/// # Errors
/// When the file is no WAV, or its ADM cannot be read.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    let input = args.input.as_path();
    check_seekable(input)?;
    if is_scene(input) {
        let message = "is a scene, and no master yet: `proscenium check` and `proscenium levels` tell of it, \
                       `proscenium export` makes a master of it";
        return Err(CliError::file(input, message));
    }
    if is_damf(input) {
        let mut damf = Damf::open(input).map_err(CliError::new)?;
        let warnings = std::mem::take(&mut damf.warnings);
        let chna = damf.document.chna();
        return show(input, &report::Report::of_damf(input, &damf, &chna, &warnings), &warnings, console);
    }
    let mut contents = Contents::read(input)?;
    let warnings = std::mem::take(&mut contents.warnings);
    show(input, &report::Report::new(input, &contents, &warnings), &warnings, console)
}

fn show(
    input: &Path,
    report: &report::Report<'_>,
    warnings: &[Warning],
    console: &Console,
) -> Result<Outcome, CliError> {
    if console.wants_json() {
        console.json(report)?;
    } else {
        console.write(&text::render(report));
    }
    console.warnings(input, warnings)?;
    Ok(Outcome::Good)
}

/// All of a file but its sound.
pub(super) struct Contents {
    pub(super) reader: Reader,
    pub(super) document: Option<Document>,
    /// The axml says `ebuCoreMain` before anything of ADM.
    pub(super) is_in_ebu_core: Option<bool>,
    pub(super) chna: Option<bw64::ChnaChunk>,
    pub(super) dbmd: Option<(DbmdChunk, u64)>,
    pub(super) bext: Option<BextChunk>,
    pub(super) warnings: Vec<Warning>,
}

impl Contents {
    /// Reads headers, axml, chna, dbmd and bext of `input`.
    pub(super) fn read(input: &Path) -> Result<Self, CliError> {
        let told = |error: bw64::Error| CliError::file(input, error);
        let mut reader = Reader::open(input).map_err(told)?;
        let mut warnings = reader.warnings().to_vec();
        let is_in_ebu_core = match reader.axml().map_err(told)? {
            Some(body) => Some(starts_in_ebu_core(body).map_err(|error| CliError::file(input, error))?),
            None => None,
        };
        let document = match reader.axml().map_err(told)? {
            Some(body) => {
                let (document, repairs) = adm::read(body).map_err(|error| CliError::file(input, error))?;
                warnings.extend(repairs);
                Some(document)
            }
            None => None,
        };
        let chna = reader.chna(&mut warnings).map_err(told)?;
        let dbmd = reader.read_chunk(ChunkId::DBMD).map_err(told)?;
        let dbmd = dbmd.map(|body| (DbmdChunk::parse(&body, &mut warnings), body.len() as u64));
        let bext = reader.read_chunk(ChunkId::BEXT).map_err(told)?.and_then(|body| BextChunk::parse(&body));
        Ok(Self { reader, document, is_in_ebu_core, chna, dbmd, bext, warnings })
    }
}

/// Whether the root element is `ebuCoreMain`; looks at what can be before it.
fn starts_in_ebu_core(axml: impl Read) -> io::Result<bool> {
    const LOOK: u64 = 4096;
    const ROOT: &[u8] = b"ebuCoreMain";
    let mut start = Vec::new();
    axml.take(LOOK).read_to_end(&mut start)?;
    Ok(start.windows(ROOT.len()).any(|window| window == ROOT))
}
