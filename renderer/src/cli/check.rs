//! `proscenium check`: the findings of one or more profiles about a file, and the mistakes of a scene.

mod scene;

use std::fmt::Write as _;
use std::fs::File;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use formats::Warning;
use formats::adm::{self, AdmTime, Document};
use formats::bw64::{ChnaChunk, ChunkId};
use formats::damf::{Damf, is_damf};
use formats::profile::{self, AudioFacts, DbmdFacts, FileFacts, Finding, Findings, Profile, Severity};
use serde::Serialize;

use super::info::{Contents, clean, plural, printable};
use super::input::check_seekable;
use super::{CliError, Console, Outcome};
use crate::items::{self, SelectOptions};
use crate::master::{is_scene, is_xml};

/// Say what is wrong with a master or a scene, who says so and how to put it right
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  proscenium check master.wav
  proscenium check master.wav --profile bs2076 --profile dolby
  proscenium check document.xml --profile emission --json
  proscenium check scene.xml
  proscenium check --schema > scene.xsd

Exit code 0: no errors; 1: errors were found (warnings too under --strict); 2: the file can't be read.")]
pub struct Args {
    /// A BW64, RF64 or WAV file, a master in three files (film.atmos), a bare ADM document as XML, or a scene
    #[arg(value_name = "IN", required_unless_present = "schema")]
    input: Option<PathBuf>,
    /// Print the schema of scene files (XSD) instead
    #[arg(long, conflicts_with_all = ["input", "profiles"])]
    schema: bool,
    /// The rules to hold it against: bs2076, dolby or emission; repeatable [default: bs2076]
    #[arg(long = "profile", value_name = "PROFILE")]
    profiles: Vec<Profile>,
}

/// Places of a rule that are printed.
const PLACES: usize = 10;

/// What `--json` says. Fields are only ever added.
#[derive(Serialize)]
struct Answer<'a> {
    file: String,
    profiles: Vec<ProfileOf>,
    errors: u64,
    warnings: u64,
    infos: u64,
    /// Each broken rule with the number of its places; `findings` has the first of them.
    rules: Vec<Total>,
    findings: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct ProfileOf {
    name: &'static str,
    title: &'static str,
    rules: usize,
}

#[derive(Serialize)]
struct Total {
    rule: &'static str,
    severity: &'static str,
    total: u64,
}

#[derive(Serialize)]
struct Found<'a> {
    rule: &'static str,
    severity: &'static str,
    element: &'a str,
    found: &'a str,
    allowed: &'a str,
    fix: &'a str,
    source: &'a str,
}

/// Holds the file against the profiles and prints the findings.
///
/// # Errors
/// When the file or its ADM cannot be read.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    let Some(input) = args.input.as_deref() else {
        console.write(formats::scene::SCHEMA);
        return Ok(Outcome::Good);
    };
    check_seekable(input)?;
    if is_scene(input) {
        if !args.profiles.is_empty() {
            return Err(CliError::file(
                input,
                "is a scene, and profiles are for masters; leave --profile out",
            ));
        }
        return scene::run(input, console);
    }
    let mut profiles = args.profiles.clone();
    if profiles.is_empty() {
        profiles.push(if is_damf(input) { Profile::Dolby } else { Profile::Bs2076 });
    }
    profiles.sort_unstable_by_key(|profile| profile.name());
    profiles.dedup();
    let mut findings = Findings::new();
    let (document, facts, mut warnings) = read(input)?;
    match document {
        Some(document) => {
            for &profile in &profiles {
                profile::check(&document, &facts, profile, &mut findings);
            }
            check_selection(document, &facts, &mut findings, &mut warnings);
        }
        None => check_without_axml(&facts, &profiles, &mut findings),
    }
    // The Dolby profile has those references, and BS.2076 alone hasn't.
    if profiles == [Profile::Dolby] {
        warnings.retain(|warning| warning.rule != "stream-pack-and-channel");
    }
    // After the rules, which say the same better.
    warnings.iter().for_each(|warning| findings.add_warning(warning));
    if console.wants_json() {
        console.json(&answer(input, &profiles, &findings))?;
    } else {
        let (mut text, severities) = (String::new(), [Severity::Error, Severity::Warning, Severity::Info]);
        let shown = if console.is_quiet() { &severities[..2] } else { &severities[..] };
        render(&mut text, shown, &findings);
        if !console.is_quiet() {
            summarise(&mut text, input, &profiles, &findings);
        }
        console.write(&text);
    }
    let warnings = findings.count_of(Severity::Warning);
    let is_bad = findings.count_of(Severity::Error) > 0 || (console.is_strict() && warnings > 0);
    Ok(if is_bad { Outcome::Bad } else { Outcome::Good })
}

/// The document, the facts of its file, and the repairs while reading.
fn read(input: &Path) -> Result<(Option<Document>, FileFacts, Vec<Warning>), CliError> {
    if is_xml(input).map_err(|error| CliError::file(input, error))? {
        let file = File::open(input).map_err(|error| CliError::file(input, error))?;
        let (document, warnings) = adm::read(file).map_err(|error| CliError::file(input, error))?;
        return Ok((Some(document), FileFacts::default(), warnings));
    }
    if is_damf(input) {
        return read_damf(input);
    }
    let contents = Contents::read(input)?;
    let dbmd = contents.dbmd.as_ref().map(|(dbmd, length)| (dbmd, *length));
    let facts = FileFacts::new(&contents.reader, contents.chna.as_ref(), dbmd);
    let facts = FileFacts { is_in_ebu_core: contents.is_in_ebu_core, ..facts };
    Ok((contents.document, facts, contents.warnings))
}

/// The same of a master in the Dolby Atmos Master Format: its texts stand for the chunks of a file.
fn read_damf(input: &Path) -> Result<(Option<Document>, FileFacts, Vec<Warning>), CliError> {
    let damf = Damf::open(input).map_err(CliError::new)?;
    let format = damf.audio.format();
    let audio = AudioFacts {
        channels: u16::try_from(damf.audio.channels()).unwrap_or(u16::MAX),
        sample_rate: damf.audio.sample_rate(),
        bits: format.bits(),
        integer: !format.is_float(),
        frames: damf.audio.frames(),
    };
    let dbmd = DbmdFacts { length: 0, checksums_hold: true, has_atmos: true, supplemental_elements: None };
    let facts = FileFacts {
        audio: Some(audio),
        chna: Some(damf.document.chna().rows),
        chunks: vec![ChunkId::FMT, ChunkId::DATA, ChunkId::AXML, ChunkId::CHNA, ChunkId::DBMD],
        dbmd: Some(dbmd),
        is_in_ebu_core: None,
    };
    Ok((Some(damf.document), facts, damf.warnings))
}

/// A file without axml: nothing to check but that chna leads to common definitions.
fn check_without_axml(facts: &FileFacts, profiles: &[Profile], findings: &mut Findings) {
    if facts.chna.as_ref().is_some_and(|rows| !rows.is_empty()) {
        profile::check(&Document::default(), facts, Profile::Bs2076, findings);
    }
    if facts.chna.is_none() || profiles.iter().any(|&profile| profile != Profile::Bs2076) {
        findings.add_unusable("adm-missing", "axml", "no axml chunk: the file holds no ADM document".into());
    }
}

/// What a renderer would have to repair, or why it would refuse.
fn check_selection(
    mut document: Document,
    facts: &FileFacts,
    findings: &mut Findings,
    warnings: &mut Vec<Warning>,
) {
    let (Some(audio), Some(rows)) = (facts.audio, &facts.chna) else { return };
    document.apply_chna(&ChnaChunk { rows: rows.clone() }, warnings);
    let rate = NonZeroU32::new(audio.sample_rate);
    let options = SelectOptions {
        file_tracks: usize::from(audio.channels),
        file_duration: rate.map(|rate| AdmTime::from_samples(audio.frames, rate)),
        ..SelectOptions::default()
    };
    match items::select(&document, &options) {
        Ok((_, repairs)) => warnings.extend(repairs),
        Err(error) => findings.add_unusable("render-refused", "audioFormatExtended", error.to_string()),
    }
}

fn answer<'a>(input: &Path, profiles: &[Profile], findings: &'a Findings) -> Answer<'a> {
    let found = |finding: &'a Finding| Found {
        rule: finding.rule,
        severity: finding.severity.name(),
        element: &finding.element,
        found: &finding.found,
        allowed: &finding.allowed,
        fix: &finding.fix,
        source: &finding.source,
    };
    let of = |profile: &Profile| ProfileOf {
        name: profile.name(),
        title: profile.title(),
        rules: profile.rules().len(),
    };
    let total = |(rule, severity, total): (_, Severity, _)| Total { rule, severity: severity.name(), total };
    Answer {
        file: input.display().to_string(),
        profiles: profiles.iter().map(of).collect(),
        errors: findings.count_of(Severity::Error),
        warnings: findings.count_of(Severity::Warning),
        infos: findings.count_of(Severity::Info),
        rules: findings.totals().map(total).collect(),
        findings: findings.list().iter().map(found).collect(),
    }
}

/// Rules grouped by severity; of each what it asks, and where it is broken.
fn render(out: &mut String, severities: &[Severity], findings: &Findings) {
    for &severity in severities {
        let title = match severity {
            Severity::Error => "Errors",
            Severity::Warning => "Warnings",
            Severity::Info => "Remarks",
        };
        let of_severity: Vec<&Finding> = findings.list().iter().filter(|f| f.severity == severity).collect();
        if of_severity.is_empty() {
            continue;
        }
        // Writing to a String never fails.
        let _ = writeln!(out, "{title}");
        let mut done = Vec::new();
        for first in &of_severity {
            if !done.contains(&first.rule) {
                done.push(first.rule);
                render_rule(out, first, &of_severity, findings.total(first.rule));
            }
        }
        let _ = writeln!(out);
    }
}

/// How many there are of each severity.
fn summarise(out: &mut String, input: &Path, profiles: &[Profile], findings: &Findings) {
    let names: Vec<&str> = profiles.iter().map(|profile| profile.name()).collect();
    let _ = writeln!(
        out,
        "{}: {}, {}, {} ({})",
        printable(&input.display().to_string()),
        plural(findings.count_of(Severity::Error) as usize, "error"),
        plural(findings.count_of(Severity::Warning) as usize, "warning"),
        plural(findings.count_of(Severity::Info) as usize, "remark"),
        names.join(", "),
    );
}

fn render_rule(out: &mut String, first: &Finding, findings: &[&Finding], total: u64) {
    let _ = writeln!(out, "  {}  ({})", first.rule, first.source);
    if !first.allowed.is_empty() {
        let _ = writeln!(out, "    allowed  {}", first.allowed);
    }
    if !first.fix.is_empty() {
        let _ = writeln!(out, "    fix      {}", first.fix);
    }
    let mut shown: u64 = 0;
    for finding in findings.iter().filter(|finding| finding.rule == first.rule).take(PLACES) {
        shown += 1;
        let element = if finding.element.is_empty() { "file".into() } else { clean(&finding.element) };
        let _ = writeln!(out, "    found    {element}: {}", printable(&finding.found));
    }
    if total > shown {
        let _ = writeln!(out, "             … and {} more", total - shown);
    }
}
