//! `proscenium eq`: what an equaliser of a scene does, as numbers and as a picture.

mod picture;

use std::path::{Path, PathBuf};

use formats::scene::chain::Eq;
use formats::scene::{Role, Scene};
use serde::Serialize;

use super::info::printable;
use super::input::{check_no_source, check_seekable};
use super::render::failure;
use super::table::aligned;
use super::text_file::save;
use super::{CliError, Console, Outcome};
use crate::deliver::package::master_of;
use crate::master::read_scene;
use crate::mix::eq::{Response, response};

/// Points of an octave in the answer.
const POINTS: u32 = 24;
/// From here on, Hz.
const LOWEST_HZ: f64 = 20.0;
/// Up to here, Hz, or to nearly half the sample rate.
const HIGHEST_HZ: f64 = 20_000.0;
/// Strips that an error names.
const MOST_NAMED: usize = 12;

/// Show what an equaliser of a scene does: magnitude, phase and group delay, as numbers and as a picture
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  proscenium eq scene.xml --track \"DX Anna\"
  proscenium eq scene.xml --track \"DX Anna\" -o eq.svg
  proscenium eq scene.xml --bus music --json | jq .points
  proscenium eq scene.xml --master netflix:5.1 -o master.svg")]
pub struct Args {
    /// The scene
    #[arg(value_name = "SCENE.xml")]
    scene: PathBuf,
    #[command(flatten)]
    strip: Strip,
    /// Draw it
    #[arg(short, long, value_name = "OUT.svg")]
    output: Option<PathBuf>,
}

/// Whose equaliser.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct Strip {
    /// That of a track
    #[arg(long, value_name = "NAME")]
    track: Option<String>,
    /// That of the bus of a role
    #[arg(long, value_name = "ROLE")]
    bus: Option<String>,
    /// That of the master of a deliverable: its name, or SPEC:LAYOUT
    #[arg(long, value_name = "DELIVERABLE")]
    master: Option<String>,
}

/// What `--json` says. Fields are only ever added.
#[derive(Debug, Serialize)]
struct Answer {
    scene: String,
    strip: String,
    sample_rate: u32,
    bands: usize,
    points: Vec<Point>,
}

#[derive(Debug, Serialize)]
struct Point {
    frequency_hz: f64,
    /// `null` where nothing passes.
    magnitude_db: f64,
    phase_degrees: f64,
    group_delay_ms: f64,
}

impl From<&Response> for Point {
    fn from(found: &Response) -> Self {
        let Response { frequency_hz, magnitude_db, phase_degrees, group_delay_ms } = *found;
        Self { frequency_hz, magnitude_db, phase_degrees, group_delay_ms }
    }
}

/// Shows the equaliser.
///
/// # Errors
/// When the scene is unusable, has no such equaliser, or the picture can't be written.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    check_seekable(&args.scene)?;
    if let Some(output) = &args.output {
        check_no_source(output, &args.scene)?;
    }
    let scene = read_scene(&args.scene).map_err(CliError::new)?;
    let (strip, eq) = equaliser(args, &scene)?;
    let rate = scene.sample_rate.get();
    let fault = |error| CliError::file(&args.scene, format_args!("{strip}: {error}"));
    let found = response(&eq, rate, &frequencies(rate)).map_err(fault)?;
    if let Some(output) = &args.output {
        let title = format!("{}: equaliser of {strip}", name(&args.scene));
        let svg = picture::draw(&title, &eq, &found, rate).map_err(fault)?;
        save(output, &svg)?;
    }
    if console.wants_json() {
        let (scene, points) = (args.scene.display().to_string(), found.iter().map(Point::from).collect());
        console.json(&Answer { scene, strip, sample_rate: rate, bands: eq.bands.len(), points })?;
    } else {
        console.write(&text(&strip, &eq, rate)?);
    }
    Ok(Outcome::Good)
}

/// The equaliser that was asked for, and whose it is.
fn equaliser(args: &Args, scene: &Scene) -> Result<(String, Eq), CliError> {
    if let Some(name) = &args.strip.master {
        let (master, _) = master_of(&args.scene, name, None).map_err(failure)?;
        let none =
            || CliError::file(&args.scene, format_args!("the master of `{}` has no eq", printable(name)));
        return Ok((format!("master {name}"), master.eq.ok_or_else(none)?));
    }
    let tracks = scene.tracks.iter().map(|track| (format!("track {}", track.name), &track.chain));
    let buses = scene.buses.iter().map(|bus| (format!("bus {}", bus.role), &bus.chain));
    let with_eq = tracks.chain(buses).filter_map(|(strip, chain)| Some((strip, chain.eq.as_ref()?)));
    let all: Vec<(String, &Eq)> = with_eq.collect();
    let wanted = match (&args.strip.track, &args.strip.bus) {
        (Some(name), _) => Some(format!("track {name}")),
        (None, Some(role)) => Some(format!("bus {}", Role::from_name(role))),
        // The only one there is.
        (None, None) => all.first().filter(|_| all.len() == 1).map(|(strip, _)| strip.clone()),
    };
    let found = wanted.as_ref().and_then(|wanted| all.iter().find(|(strip, _)| strip == wanted));
    found.map(|(strip, eq)| (strip.clone(), (*eq).clone())).ok_or_else(|| {
        let names: Vec<String> = all.iter().take(MOST_NAMED).map(|(strip, _)| printable(strip)).collect();
        let there = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        let more = if all.len() > MOST_NAMED { " …" } else { "" };
        let what = match wanted {
            Some(wanted) => format!("there is no eq in {}", printable(&wanted)),
            None => "say whose eq: --track NAME, --bus ROLE or --master DELIVERABLE".to_owned(),
        };
        CliError::file(&args.scene, format_args!("{what}; there is one in {there}{more}"))
    })
}

/// From 20 Hz to 20 kHz in equal ratios.
fn frequencies(rate: u32) -> Vec<f64> {
    let top = HIGHEST_HZ.min(f64::from(rate) * 0.499);
    let steps = (0..).map(|step| LOWEST_HZ * 2f64.powf(f64::from(step) / f64::from(POINTS)));
    steps.take_while(|hz| *hz < top).chain([top]).collect()
}

fn text(strip: &str, eq: &Eq, rate: u32) -> Result<String, CliError> {
    let octaves: Vec<f64> = (0..10).map(|octave| 31.25 * 2f64.powi(octave)).collect();
    let found = response(eq, rate, &octaves).map_err(CliError::new)?;
    let mut rows = vec![["Hz", "dB", "phase °", "group delay ms"].map(str::to_owned).to_vec()];
    rows.extend(found.iter().map(|at| {
        vec![
            format!("{:.0}", at.frequency_hz),
            format!("{:+.2}", at.magnitude_db),
            format!("{:+.1}", at.phase_degrees),
            format!("{:.3}", at.group_delay_ms),
        ]
    }));
    let bands = eq.bands.len();
    let plural = if bands == 1 { "" } else { "s" };
    Ok(format!("{}: {bands} band{plural} at {rate} Hz\n\n{}", printable(strip), aligned(&rows, 0)))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
