//! `proscenium new`: a scene file from stems, every guess listed.

mod spot;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::num::NonZeroU32;
use std::path::{Component, Path, PathBuf};

use formats::Warning;
use formats::adm::AdmTime;
use formats::bw64::Reader;
use formats::scene::{
    self, Clip, Guess, Kept, Picture, Placement, Programme, Role, Scene, Spatial, Time, Track, limits,
};
use formats::timecode::FrameRate;
use serde::Serialize;

use super::info::{plural, printable};
use super::input::{check_not_read, check_seekable};
use super::table::aligned;
use super::text_file::save;
use super::{CliError, Console, Outcome};

/// Make a scene file from WAV stems: roles, languages and layouts guessed from names and channels
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The table says what each guess goes by; edit the scene where one is wrong (docs/scene-format.md) and let
`proscenium check scene.xml` look at it.

Examples:
  proscenium new scene.xml --stems stems/
  proscenium new film.xml --stems DX_Anna.wav MX_5.1.wav FX_*.wav --frame-rate 24
  proscenium new film.xml --stems stems/ --frame-rate 25 --spot
  proscenium new scene.xml --stems stems/ --force --json"
)]
pub struct Args {
    /// The scene file to write
    #[arg(value_name = "SCENE.xml")]
    output: PathBuf,
    /// The stems: WAV files, or folders of them
    #[arg(long, value_name = "DIR|FILE", required = true, num_args = 1..)]
    stems: Vec<PathBuf>,
    /// What the scene is called [default: the name of its file]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The picture's frames per second: 23.976, 24, 25, 29.97, 30, 48, 50, 59.94 or 60
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    frame_rate: Option<FrameRate>,
    /// Put each stem where its bext time reference says; the scene begins with the earliest
    #[arg(long)]
    spot: bool,
    /// Put the scene in the place of a file that is there
    #[arg(long)]
    force: bool,
}

/// A stem and what is guessed of it.
struct Stem {
    path: PathBuf,
    name: String,
    channels: u16,
    rate: u32,
    frames: u64,
    /// Its first sample on the time line, where it says that.
    time_reference: Option<u64>,
    role: Guess<Role>,
    language: Option<Guess<&'static str>>,
    placement: Guess<Placement>,
    /// What was found in the file.
    warnings: Vec<Warning>,
}

impl Stem {
    fn describes(&self) -> bool {
        self.role.value == Role::AudioDescription
    }
}

/// What `--json` says. Fields are only ever added.
#[derive(Serialize)]
struct Answer {
    output: String,
    sample_rate: u32,
    programmes: Vec<String>,
    stems: Vec<StemAnswer>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct StemAnswer {
    file: String,
    channels: u16,
    sample_rate: u32,
    frames: u64,
    role: String,
    role_from: String,
    language: Option<&'static str>,
    language_from: Option<String>,
    place: String,
    place_from: String,
    /// The channels of the file in the order of the place, where that isn't theirs.
    order: Vec<u16>,
    /// Where it begins in the scene, seconds; with `--spot`.
    start: Option<f64>,
}

/// Guesses and writes.
///
/// # Errors
/// When there are no stems, one that was named cannot be read, or the scene is there already.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    let output = args.output.as_path();
    if !args.force && fs::symlink_metadata(output).is_ok() {
        return Err(CliError::file(output, "is there already; give another name, or --force to replace it"));
    }
    let (stems, mut warnings) = stems(&args.stems)?;
    if args.spot {
        warnings.extend(spot::without_place(&stems));
    } else {
        warnings.extend(spot::unspotted(&stems));
    }
    for stem in &stems {
        check_not_read(output, &[("--stems", &stem.path)])?;
    }
    console.warnings(output, &warnings)?;
    let origin = args.spot.then(|| spot::origin(&stems, args.frame_rate)).transpose()?;
    let scene = scene(args, &stems, origin)?;
    save(output, &scene::write(&scene))?;
    let place = |stem: &Stem| place_name(stem.placement.value.spatial.as_ref(), stem.channels);
    if console.wants_json() {
        let answer = |stem: &Stem| StemAnswer {
            file: stem.path.display().to_string(),
            channels: stem.channels,
            sample_rate: stem.rate,
            frames: stem.frames,
            role: stem.role.value.name().to_owned(),
            role_from: stem.role.reason.clone(),
            language: stem.language.as_ref().map(|guess| guess.value),
            language_from: stem.language.as_ref().map(|guess| guess.reason.clone()),
            place: place(stem),
            place_from: stem.placement.reason.clone(),
            order: stem.placement.value.channels.clone(),
            start: origin.map(|origin| spot::seconds(stem, origin)),
        };
        console.json(&Answer {
            output: output.display().to_string(),
            sample_rate: scene.sample_rate.get(),
            programmes: scene.programmes.iter().map(|programme| programme.name.clone()).collect(),
            stems: stems.iter().map(answer).collect(),
            warnings: warnings.iter().map(Warning::to_string).collect(),
        })?;
        return Ok(Outcome::Good);
    }
    if !console.is_quiet() {
        console.write(&table(&stems, &place, origin));
        let programmes: Vec<&str> =
            scene.programmes.iter().map(|programme| programme.name.as_str()).collect();
        if !programmes.is_empty() {
            console.line(format_args!(
                "\nprogrammes, by the languages of the speech: {}",
                programmes.join(", ")
            ));
        }
    }
    let (tracks, name) = (plural(scene.tracks.len(), "track"), printable(&output.display().to_string()));
    console.note(format_args!("\n{name}: {tracks} at {} Hz", scene.sample_rate));
    Ok(Outcome::Good)
}

fn parse_rate(text: &str) -> Result<FrameRate, String> {
    FrameRate::from_name(text).ok_or_else(|| {
        let names: Vec<&str> = FrameRate::ALL.iter().map(|rate| rate.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

/// The stems that were named, and those in the folders that were named, each folder's by name.
fn stems(named: &[PathBuf]) -> Result<(Vec<Stem>, Vec<Warning>), CliError> {
    let (mut stems, mut warnings, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for path in named {
        if !path.is_dir() {
            check_seekable(path)?;
            if seen.insert(path.clone()) {
                stems.push(stem(path).map_err(|error| CliError::file(path, error))?);
            }
            continue;
        }
        let (sounds, others) = sounds_in(path)?;
        if others > 0 {
            let message =
                format!("{} beside its .wav, .bw64 and .rf64 files; not looked at", plural(others, "thing"));
            warnings.push(Warning::new("not-looked-at", path.display().to_string(), message));
        }
        for file in sounds {
            if !seen.insert(file.clone()) {
                continue;
            }
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            match stem(&file) {
                Ok(stem) if stem.frames == 0 => {
                    warnings.push(Warning::new("stem-empty", name, "has no samples; left out"));
                }
                Ok(stem) => {
                    warnings.extend(
                        stem.warnings.iter().cloned().map(|found| Warning { element: name.clone(), ..found }),
                    );
                    stems.push(stem);
                }
                Err(error) => {
                    warnings.push(Warning::new("stem-unreadable", name, format!("{error}; left out")));
                }
            }
        }
    }
    if stems.is_empty() {
        let places: Vec<String> = named.iter().map(|path| path.display().to_string()).collect();
        return Err(CliError::new(format_args!(
            "no stems in {}; expected files ending in .wav, .bw64 or .rf64",
            places.join(", ")
        )));
    }
    if stems.len() > limits::TRACKS {
        let message = format!("{} stems, and a scene has at most {} tracks", stems.len(), limits::TRACKS);
        return Err(CliError::new(message));
    }
    Ok((stems, warnings))
}

/// The sound files of a folder, by name, and how many other things lie in it; what is hidden isn't counted.
fn sounds_in(folder: &Path) -> Result<(Vec<PathBuf>, usize), CliError> {
    let entries = fs::read_dir(folder).map_err(|error| CliError::file(folder, error))?;
    let is_sound = |path: &PathBuf| {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        path.is_file() && matches!(ending.as_str(), "wav" | "bw64" | "rf64")
    };
    let is_hidden =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let paths = entries.flatten().map(|entry| entry.path()).filter(|path| !is_hidden(path));
    let (mut files, others): (Vec<PathBuf>, Vec<PathBuf>) = paths.partition(is_sound);
    files.sort();
    Ok((files, others.len()))
}

fn stem(path: &Path) -> Result<Stem, formats::bw64::Error> {
    let mut reader = Reader::open(path)?;
    let time_reference = spot::time_reference(&mut reader);
    let format = reader.format();
    let name = path.file_stem().unwrap_or_default().to_string_lossy().trim().to_owned();
    let role = scene::role(&name);
    let may_be_spoken = role.value.is_speech();
    Ok(Stem {
        path: path.to_path_buf(),
        channels: format.channels,
        rate: format.sample_rate,
        frames: reader.frames(),
        time_reference,
        warnings: reader.warnings().to_vec(),
        language: scene::language(&name).filter(|_| may_be_spoken),
        placement: scene::placement(&name, format.channels, format.channel_mask),
        role,
        name,
    })
}

/// The scene of the guesses.
fn scene(args: &Args, stems: &[Stem], origin: Option<AdmTime>) -> Result<Scene, CliError> {
    let file_name = args.output.file_stem().unwrap_or_default().to_string_lossy();
    let name = args.name.clone().unwrap_or_else(|| file_name.into_owned());
    let folder =
        args.output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = fs::canonicalize(folder).map_err(|error| CliError::file(folder, error))?;
    let mut scene = Scene { name, sample_rate: common_rate(stems), ..Scene::default() };
    scene.picture = args.frame_rate.map(|frame_rate| Picture {
        frame_rate,
        start: Default::default(),
        ffoa: None,
        kept: Kept::default(),
    });
    if let (Some(picture), Some(origin)) = (&mut scene.picture, origin) {
        spot::begin(picture, origin);
    }
    let versions = Versions::of(stems);
    scene.programmes.clone_from(&versions.programmes);
    let mut names = BTreeSet::new();
    for stem in stems {
        let file = named_from(&folder, &stem.path)?;
        let track = Track {
            role: stem.role.value.clone(),
            language: stem.language.as_ref().map(|guess| guess.value.to_owned()),
            programmes: versions.of_stem(stem),
            ..Track::default()
        };
        let start = origin.map_or_else(Time::default, |origin| spot::start(stem, origin));
        let clip = |channels: Vec<u16>| vec![Clip { file: file.clone(), channels, start, ..Clip::default() }];
        match &stem.placement.value.spatial {
            Some(spatial) => scene.tracks.push(Track {
                name: unique(&mut names, &stem.name),
                clips: clip(stem.placement.value.channels.clone()),
                spatial: spatial.clone(),
                ..track
            }),
            None => scene.tracks.extend((1..=stem.channels).map(|channel| Track {
                name: unique(&mut names, &format!("{} {channel}", stem.name)),
                clips: clip(vec![channel]),
                ..track.clone()
            })),
        }
    }
    if scene.tracks.len() > limits::TRACKS {
        let message = format!("{} tracks, and a scene has at most {}", scene.tracks.len(), limits::TRACKS);
        return Err(CliError::new(message));
    }
    Ok(scene)
}

/// The programmes of a scene: one for each language that is spoken, one for what is spoken without a word of which, and one with
/// audio description. None where there is nothing to choose.
struct Versions {
    programmes: Vec<Programme>,
    has_original: bool,
    has_description: bool,
}

/// The programme of dialogue that says nothing of its language, beside some that does.
const ORIGINAL: &str = "Original";
/// The programme with audio description.
const DESCRIBED: &str = "Audio description";

impl Versions {
    fn of(stems: &[Stem]) -> Self {
        let spoken = || stems.iter().filter(|stem| stem.role.value.is_speech() && !stem.describes());
        let languages: BTreeSet<&str> =
            spoken().filter_map(|stem| Some(stem.language.as_ref()?.value)).collect();
        let has_original = !languages.is_empty() && spoken().any(|stem| stem.language.is_none());
        let has_description = stems.iter().any(Stem::describes);
        let programme = |name: &str, language: Option<&str>| Programme {
            name: name.to_owned(),
            language: language.map(str::to_owned),
            ..Programme::default()
        };
        let mut programmes: Vec<Programme> = Vec::new();
        programmes.extend(has_original.then(|| programme(ORIGINAL, None)));
        programmes.extend(languages.iter().map(|code| programme(scene::language_name(code), Some(code))));
        if has_description {
            if programmes.is_empty() {
                programmes.push(programme(ORIGINAL, None));
            }
            let language = stems.iter().find(|stem| stem.describes()).and_then(|stem| stem.language.as_ref());
            programmes.push(programme(DESCRIBED, language.map(|guess| guess.value)));
        }
        if programmes.len() < 2 {
            programmes.clear();
        }
        Self { programmes, has_original, has_description }
    }

    /// Names of the programmes that a stem is part of; none is all.
    fn of_stem(&self, stem: &Stem) -> Vec<String> {
        if self.programmes.is_empty() || !stem.role.value.is_speech() {
            return Vec::new();
        }
        if stem.describes() {
            return vec![DESCRIBED.to_owned()];
        }
        let own = match &stem.language {
            Some(guess) => scene::language_name(guess.value),
            None if self.has_original => ORIGINAL,
            None => return Vec::new(),
        };
        // What is described is the version of its language, or the first.
        let described = self.programmes.last().filter(|_| self.has_description);
        let language = described.and_then(|programme| programme.language.as_deref());
        let of_language = self.programmes.iter().find(|programme| programme.language.as_deref() == language);
        let main = of_language.filter(|programme| programme.name != DESCRIBED).or(self.programmes.first());
        let is_main = described.is_some() && main.is_some_and(|programme| programme.name == own);
        std::iter::once(own).chain(is_main.then_some(DESCRIBED)).map(str::to_owned).collect()
    }
}

/// The rate of most stems that a scene may have; of two as frequent the higher.
fn common_rate(stems: &[Stem]) -> NonZeroU32 {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for stem in stems.iter().filter(|stem| Scene::SAMPLE_RATES.contains(&stem.rate)) {
        *counts.entry(stem.rate).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(rate, count)| (*count, *rate));
    most.and_then(|(rate, _)| NonZeroU32::new(rate)).unwrap_or(Scene::DEFAULT_SAMPLE_RATE)
}

/// The name that a scene in `folder` calls `file` by: from its folder, unless they have nothing in common but the root.
fn named_from(folder: &Path, file: &Path) -> Result<String, CliError> {
    let file = fs::canonicalize(file).map_err(|error| CliError::file(file, error))?;
    let shared = folder.components().zip(file.components()).take_while(|(a, b)| a == b).count();
    let name = if shared > 1 {
        let up = folder.components().skip(shared).map(|_| Component::ParentDir);
        up.chain(file.components().skip(shared)).collect()
    } else {
        file.clone()
    };
    let name = name.to_str().map(str::to_owned);
    name.ok_or_else(|| CliError::file(&file, "has a name that is not UTF-8, which XML can't hold; rename it"))
}

/// `name`, with a number when it is taken.
fn unique(names: &mut BTreeSet<String>, name: &str) -> String {
    let name = if name.is_empty() { "track" } else { name };
    let with = |number: usize| if number == 1 { name.to_owned() } else { format!("{name} {number}") };
    let free = (1..).map(with).find(|name| !names.contains(name)).unwrap_or_default();
    names.insert(free.clone());
    free
}

fn place_name(spatial: Option<&Spatial>, channels: u16) -> String {
    match spatial {
        Some(Spatial::Object(_)) => "object".to_owned(),
        Some(Spatial::Bed(bed)) => format!("bed {}", bed.layout.everyday_name()),
        Some(Spatial::Loudspeakers(found)) => plural(found.channels.len(), "loudspeaker"),
        Some(Spatial::Hoa(hoa)) => format!("hoa order {}", hoa.order),
        Some(Spatial::Binaural(_)) => "binaural".to_owned(),
        None => plural(usize::from(channels), "object"),
    }
}

fn table(stems: &[Stem], place: &dyn Fn(&Stem) -> String, origin: Option<AdmTime>) -> String {
    let head = ["stem", "role", "because", "language", "place", "because"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows[0].extend(origin.map(|_| "start".to_owned()));
    for stem in stems {
        let language = stem.language.as_ref().map_or("", |guess| guess.value);
        let (role, place) = (stem.role.value.name(), place(stem));
        let reasons = [stem.role.reason.as_str(), stem.placement.reason.as_str()];
        let row = [stem.name.as_str(), role, reasons[0], language, place.as_str(), reasons[1]];
        let start = origin.map(|origin| spot::clock(stem, origin));
        rows.push(row.map(printable).into_iter().chain(start).collect());
    }
    aligned(&rows, head.len() + usize::from(origin.is_some()))
}
