//! `proscenium chunks`: the chunks of a WAV, RF64 or BW64 file, listed, taken out and exchanged.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use formats::Warning;
use formats::adm;
use formats::bw64::{self, ChnaChunk, ChunkEdit, ChunkEntry, ChunkId, ChunkMap, OutputFile};
use serde::Serialize;

use super::info::{plural, printable};
use super::input::{check_not_read, check_present, check_seekable};
use super::{CliError, Console, Interrupt, OpenOutputs, Outcome};

/// Largest replacement that is read.
const MAX_REPLACEMENT_BYTES: u64 = bw64::MAX_AXML_BYTES;
const COPY_BYTES: usize = 1 << 20;

/// List the chunks of a file; extract, replace or remove metadata chunks without touching the audio
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  proscenium chunks master.wav
  proscenium chunks master.wav --extract axml -o master.xml
  proscenium chunks master.wav --replace axml=edited.xml -o edited.wav
  proscenium chunks master.wav --remove dbmd --in-place")]
pub struct Args {
    /// The file
    #[arg(value_name = "IN.wav")]
    input: PathBuf,
    /// Write the contents of this chunk to the file of -o, or to standard output
    #[arg(long, value_name = "ID", value_parser = parse_id, conflicts_with_all = ["replace", "remove", "in_place"])]
    extract: Option<ChunkId>,
    /// Give this chunk the contents of a file (- is standard input); added when there is none
    #[arg(long, value_name = "ID=FILE", value_parser = parse_replacement)]
    replace: Vec<(ChunkId, PathBuf)>,
    /// Leave this chunk out
    #[arg(long, value_name = "ID", value_parser = parse_id)]
    remove: Vec<ChunkId>,
    /// The new file
    #[arg(short, long, value_name = "FILE", conflicts_with = "in_place")]
    output: Option<PathBuf>,
    /// Put the new file in place of the old one, once it is complete
    #[arg(long)]
    in_place: bool,
}

/// What `--json` says about a file.
#[derive(Serialize)]
struct Listing<'a> {
    file: String,
    container: bw64::Container,
    file_size: u64,
    chunks: &'a [ChunkEntry],
    warnings: Vec<String>,
}

/// What `--json` says about an edit or an extraction.
#[derive(Serialize)]
struct Done {
    output: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extracted: Vec<ChunkId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    replaced: Vec<ChunkId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    removed: Vec<ChunkId>,
}

/// Lists, extracts or edits.
///
/// # Errors
/// When the file is no WAV, a chunk is not there, or the output cannot be written.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    let input = args.input.as_path();
    check_seekable(input)?;
    let mut file = File::open(input).map_err(|e| CliError::file(input, e))?;
    let map = ChunkMap::scan(&mut file).map_err(|e| told(input, &e))?;
    console.warnings(input, &map.warnings)?;
    if let Some(id) = args.extract {
        extract(args, console, &mut file, &map, id)?;
    } else if args.replace.is_empty() && args.remove.is_empty() {
        if args.in_place || args.output.is_some() {
            return Err(CliError::new("nothing to write: give --extract, --replace or --remove"));
        }
        list(input, console, &map)?;
    } else {
        edit(args, console)?;
    }
    Ok(Outcome::Good)
}

fn list(input: &Path, console: &Console, map: &ChunkMap) -> Result<(), CliError> {
    if console.wants_json() {
        return console.json(&Listing {
            file: input.display().to_string(),
            container: map.container,
            file_size: map.file_size,
            chunks: &map.chunks,
            warnings: map.warnings.iter().map(Warning::to_string).collect(),
        });
    }
    let mut text = format!(
        "{} of {}\n{:>4} {:>16} {:>16}\n",
        map.container,
        plural(map.file_size as usize, "byte"),
        "id",
        "offset",
        "bytes"
    );
    for chunk in &map.chunks {
        text.push_str(&format!("{:>4} {:>16} {:>16}\n", chunk.id, chunk.offset, chunk.size));
    }
    console.write(&text);
    Ok(())
}

fn extract(
    args: &Args,
    console: &Console,
    file: &mut File,
    map: &ChunkMap,
    id: ChunkId,
) -> Result<(), CliError> {
    let input = args.input.as_path();
    let Some(entry) = map.find(id) else {
        let mut ids: Vec<String> = map.chunks.iter().take(32).map(|chunk| chunk.id.to_string()).collect();
        ids.dedup();
        return Err(CliError::file(input, format_args!("no {id} chunk; there are {}", ids.join(", "))));
    };
    file.seek(SeekFrom::Start(entry.body())).map_err(|e| CliError::file(input, e))?;
    let mut body = file.take(entry.size);
    let Some(output) = args.output.as_deref().filter(|output| *output != Path::new("-")) else {
        return match copy(&mut body, &mut io::stdout().lock()) {
            Err(CopyError::Write(e)) if e.kind() != io::ErrorKind::BrokenPipe => {
                Err(CliError::new(format_args!("standard output: {e}")))
            }
            Err(CopyError::Read(e)) => Err(CliError::file(input, e)),
            Err(CopyError::Stopped(e)) => Err(e),
            Err(CopyError::Write(_)) | Ok(()) => Ok(()),
        };
    };
    if bw64::same_file(input, output) {
        return Err(CliError::file(output, "is the input itself; give another name"));
    }
    let open = OpenOutputs::hold()?;
    let mut to = OutputFile::create(output, Some(entry.size)).map_err(|e| told(input, &e))?;
    copy(&mut body, &mut to).map_err(|error| match error {
        CopyError::Write(e) => told(input, &to.error(e)),
        CopyError::Read(e) => CliError::file(input, e),
        CopyError::Stopped(e) => e,
    })?;
    to.finish().map_err(|e| told(input, &e))?;
    std::mem::forget(open);
    report(console, &format!("{id}: {}", plural(entry.size as usize, "byte")), output, |done| {
        done.extracted = vec![id]
    })
}

fn edit(args: &Args, console: &Console) -> Result<(), CliError> {
    let input = args.input.as_path();
    let output = match (&args.output, args.in_place) {
        (Some(output), false) => output.as_path(),
        (None, true) => input,
        _ => return Err(CliError::new("where to? give -o FILE or --in-place")),
    };
    let mut edits = Vec::new();
    for (id, path) in &args.replace {
        if path != Path::new("-") {
            check_present("--replace", path)?;
            check_not_read(output, &[("--replace", path)])?;
        }
        let body = read_replacement(path)?;
        if let Some(warning) = unreadable(*id, &body) {
            console.warning(path, &warning)?;
        }
        edits.push(ChunkEdit::Replace(*id, body));
    }
    edits.extend(args.remove.iter().map(|id| ChunkEdit::Remove(*id)));
    let mut ids: Vec<ChunkId> = edits.iter().map(ChunkEdit::id).collect();
    ids.sort_unstable();
    if let Some([id, _]) = ids.array_windows::<2>().find(|[a, b]| a == b) {
        return Err(CliError::new(format_args!("two edits of the {id} chunk; give one")));
    }
    let open = OpenOutputs::hold()?;
    let mut go_on = |_| Interrupt::received().is_none();
    let result = if args.in_place {
        bw64::rewrite_chunks_in_place(input, &edits, &mut go_on)
    } else {
        bw64::rewrite_chunks(input, output, &edits, &mut go_on)
    };
    if let Err(bw64::Error::Stopped) = result {
        Interrupt::check()?;
    }
    result.map_err(|e| told(input, &e))?;
    // The file is complete: a signal that comes now must not call it interrupted.
    std::mem::forget(open);
    let of = |replace: bool| -> Vec<ChunkId> {
        edits.iter().filter(|e| matches!(e, ChunkEdit::Replace(..)) == replace).map(ChunkEdit::id).collect()
    };
    let names: Vec<String> = edits.iter().map(|edit| edit.id().to_string()).collect();
    report(console, &format!("changed {}", names.join(", ")), output, |done| {
        (done.replaced, done.removed) = (of(true), of(false));
    })
}

fn report(
    console: &Console,
    text: &str,
    output: &Path,
    fill: impl FnOnce(&mut Done),
) -> Result<(), CliError> {
    let name = output.display().to_string();
    if !console.wants_json() {
        console.note(format_args!("{text}: {}", printable(&name)));
        return Ok(());
    }
    let mut done = Done { output: name, extracted: Vec::new(), replaced: Vec::new(), removed: Vec::new() };
    fill(&mut done);
    console.json(&done)
}

fn read_replacement(path: &Path) -> Result<Vec<u8>, CliError> {
    let mut body = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().take(MAX_REPLACEMENT_BYTES + 1).read_to_end(&mut body)
    } else {
        File::open(path).and_then(|file| file.take(MAX_REPLACEMENT_BYTES + 1).read_to_end(&mut body))
    };
    match read {
        Err(e) => Err(CliError::file(path, e)),
        Ok(_) if body.len() as u64 > MAX_REPLACEMENT_BYTES => Err(CliError::file(
            path,
            format_args!("is larger than {MAX_REPLACEMENT_BYTES} bytes, the limit for a chunk"),
        )),
        Ok(_) => Ok(body),
    }
}

/// What will keep this program from reading the new chunk; somebody else may well want it so.
fn unreadable(id: ChunkId, body: &[u8]) -> Option<Warning> {
    let cause = match id {
        ChunkId::AXML => adm::read(body).err()?.to_string(),
        ChunkId::CHNA => {
            let mut found = Vec::new();
            let chna = ChnaChunk::parse(body, &mut found);
            let first = found.first().map(Warning::to_string);
            first.or_else(|| chna.rows.is_empty().then(|| "it has no rows".to_owned()))?
        }
        _ => return None,
    };
    let message = format!("proscenium can't read the new contents as {id}: {cause}; written all the same");
    Some(Warning::new("replacement-unreadable", id.to_string(), message))
}

enum CopyError {
    Read(io::Error),
    Write(io::Error),
    Stopped(CliError),
}

fn copy(from: &mut impl Read, to: &mut impl Write) -> Result<(), CopyError> {
    let mut buffer = vec![0; COPY_BYTES];
    loop {
        Interrupt::check().map_err(CopyError::Stopped)?;
        match from.read(&mut buffer).map_err(CopyError::Read)? {
            0 => return to.flush().map_err(CopyError::Write),
            n => to.write_all(buffer.get(..n).unwrap_or_default()).map_err(CopyError::Write)?,
        }
    }
}

/// The error with the name of the file it is about.
fn told(input: &Path, error: &bw64::Error) -> CliError {
    if error.is_about_output() { CliError::new(error) } else { CliError::file(input, error) }
}

fn parse_id(text: &str) -> Result<ChunkId, String> {
    ChunkId::parse(text).ok_or_else(|| "a chunk id has one to four printable ASCII characters".to_owned())
}

fn parse_replacement(text: &str) -> Result<(ChunkId, PathBuf), String> {
    let (id, path) = text.split_once('=').ok_or("say ID=FILE, for example axml=edited.xml")?;
    if path.is_empty() {
        return Err("say ID=FILE, for example axml=edited.xml".to_owned());
    }
    Ok((parse_id(id)?, PathBuf::from(path)))
}
