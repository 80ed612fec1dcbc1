//! Outputs as they are chosen, made: SOFA sets take seconds to read, so that goes on in a thread of its own.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use hrtf::HrtfSet;
use hrtf::room::{BrirSet, Room};
use renderer::layout::Layout;
use renderer::layout::measured::{MAX_FILE_BYTES, MeasuredRoom};
use renderer::live::Output;
use renderer::monitor::binaural::{BinauralPath, Headphones, RoomSound};
use renderer::monitor::headphone_eq::HeadphoneEq;
use renderer::render::Target;

use super::listening::{HeadphoneSettings, RoomChoice, Wanted};

/// An output, and what there is to know of it.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) output: Output,
    /// The loudspeakers where they really stand.
    pub(super) measured: Option<Layout>,
    /// What was interpreted or left out, a line each.
    pub(super) remarks: Vec<String>,
}

/// Makes outputs; what was asked for last counts.
#[derive(Debug, Default)]
pub(super) struct Outputs {
    wanted: Option<Wanted>,
    pending: Option<Mutex<Receiver<Result<Made, String>>>>,
    made: Option<Result<Made, String>>,
    /// Goes up with each output that was made.
    number: u64,
    library: Arc<Mutex<Library>>,
}

impl Outputs {
    /// Begins to make what is wanted, unless it is made or being made.
    pub(super) fn want(&mut self, wanted: &Wanted) {
        if self.wanted.as_ref() == Some(wanted) {
            return;
        }
        self.wanted = Some(wanted.clone());
        let (library, wanted) = (Arc::clone(&self.library), wanted.clone());
        // Nobody waits for what is only a table.
        let is_quick =
            !matches!(wanted, Wanted::Headphones(_) | Wanted::Loudspeakers { speakers: Some(_), .. });
        let make = move || wanted.make(&mut library.lock().unwrap_or_else(PoisonError::into_inner));
        if is_quick {
            self.pending = None;
            self.done(make());
            return;
        }
        let (sender, result) = channel();
        self.pending = Some(Mutex::new(result));
        // When something else is wanted meanwhile, nobody takes it.
        std::thread::spawn(move || drop(sender.send(make())));
    }

    fn done(&mut self, made: Result<Made, String>) {
        self.number += u64::from(made.is_ok());
        self.made = Some(made);
    }

    /// Takes over what was made since; whether anything was.
    pub(super) fn take(&mut self) -> bool {
        let Some(pending) = &self.pending else { return false };
        let made = match pending.lock().unwrap_or_else(PoisonError::into_inner).try_recv() {
            Ok(made) => made,
            Err(TryRecvError::Empty) => return false,
            Err(TryRecvError::Disconnected) => Err("the output could not be made".to_owned()),
        };
        self.pending = None;
        self.done(made);
        true
    }

    /// Waits for what is wanted.
    pub(super) fn wait(&mut self) -> Result<Made, String> {
        if let Some(pending) = self.pending.take() {
            let made = pending.into_inner().unwrap_or_else(PoisonError::into_inner).recv();
            self.done(made.unwrap_or_else(|_| Err("the output could not be made".to_owned())));
        }
        self.made.clone().unwrap_or_else(|| Err("no output was chosen".to_owned()))
    }

    /// What was made last, unless that failed.
    pub(super) fn made(&self) -> Option<&Made> {
        self.made.as_ref()?.as_ref().ok()
    }

    /// Why what was asked for last can't be made.
    pub(super) fn fault(&self) -> Option<&str> {
        self.made.as_ref()?.as_ref().err().map(String::as_str)
    }

    /// Something is being made.
    pub(super) fn is_making(&self) -> bool {
        self.pending.is_some()
    }

    /// Of the output that was made last.
    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

/// A file as it is now: its name, length and when it was changed.
type Stamp = (PathBuf, u64, Option<SystemTime>);

fn stamp(path: &Path) -> Option<Stamp> {
    let found = fs::metadata(path).ok()?;
    Some((path.to_path_buf(), found.len(), found.modified().ok()))
}

/// Which ears: a file, or the built-in ones, equalised or not.
type Ears = (Option<Stamp>, bool);

/// What was read last, for it is wanted again when something else changes.
#[derive(Debug, Default)]
struct Library {
    ears: Option<(Ears, Arc<HrtfSet>)>,
    room: Option<(Stamp, Arc<BrirSet>)>,
}

impl Library {
    fn ears(&mut self, settings: &HeadphoneSettings) -> Result<Arc<HrtfSet>, String> {
        let equalised = settings.equalised || settings.hrtf.is_none();
        let which = (settings.hrtf.as_deref().and_then(stamp), equalised);
        if let Some((known, set)) = &self.ears
            && *known == which
            && which.0.is_some() == settings.hrtf.is_some()
        {
            return Ok(Arc::clone(set));
        }
        let mut set = match &settings.hrtf {
            Some(file) => HrtfSet::open(file).map_err(|error| told(file, error))?,
            None => HrtfSet::built_in(),
        };
        if equalised {
            set = set.diffuse_field_equalised();
        }
        let set = Arc::new(set);
        self.ears = Some((which, Arc::clone(&set)));
        Ok(set)
    }

    fn room(&mut self, file: &Path) -> Result<Arc<BrirSet>, String> {
        let now = stamp(file);
        if let Some((known, set)) = &self.room
            && Some(known) == now.as_ref()
        {
            return Ok(Arc::clone(set));
        }
        let set = Arc::new(BrirSet::open(file).map_err(|error| told(file, error))?);
        self.room = now.map(|now| (now, Arc::clone(&set)));
        Ok(set)
    }
}

/// What is wrong with a file, in a line.
fn told(file: &Path, what: impl std::fmt::Display) -> String {
    format!("{}: {what}", file.file_name().unwrap_or_default().to_string_lossy())
}

impl Wanted {
    fn make(&self, library: &mut Library) -> Result<Made, String> {
        match self {
            Self::Loudspeakers { layout, speakers: None } => {
                let output = Output::by_name(layout).map_err(|error| error.to_string())?;
                Ok(Made { output, measured: None, remarks: Vec::new() })
            }
            Self::Loudspeakers { layout, speakers: Some(file) } => measured(layout, file),
            Self::Ambisonics(order) => {
                let output = Output::of_target(format!("hoa{order}"), Target::Ambisonics { order: *order });
                Ok(Made { output, measured: None, remarks: Vec::new() })
            }
            Self::Headphones(settings) => headphones(settings, library),
        }
    }
}

/// Loudspeakers where a file says that they stand.
fn measured(layout: &str, file: &Path) -> Result<Made, String> {
    let layout = Layout::by_name(layout).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    let opened = fs::File::open(file).map_err(|error| told(file, error))?;
    opened.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| told(file, error))?;
    let text =
        String::from_utf8(bytes).map_err(|_| told(file, "is no text; expected YAML or JSON in UTF-8"))?;
    let (room, warnings) = MeasuredRoom::read(&text, &layout).map_err(|error| told(file, error))?;
    let remarks = warnings.iter().map(|warning| told(file, warning)).collect();
    Ok(Made { measured: Some(room.layout.clone()), output: Output::room(room), remarks })
}

fn headphones(settings: &HeadphoneSettings, library: &mut Library) -> Result<Made, String> {
    let mut remarks = Vec::new();
    let interpreted = |file: &Path, found: &[String], remarks: &mut Vec<String>| {
        remarks.extend(found.iter().map(|remark| told(file, remark)));
    };
    // A measured room has a head of its own.
    let has_own_head = matches!(settings.room, RoomChoice::File(_));
    let chosen = if has_own_head { &HeadphoneSettings::default() } else { settings };
    let set = library.ears(chosen)?;
    if let Some(file) = &chosen.hrtf {
        interpreted(file, &set.measurements().remarks, &mut remarks);
    }
    let mut headphones = Headphones::new(set);
    if let Some(layout) = &settings.speakers {
        let layout = Layout::by_name(layout).map_err(|error| error.to_string())?;
        headphones.path = BinauralPath::Speakers(layout);
    }
    headphones.mode = settings.mode.engine();
    headphones.room = match &settings.room {
        RoomChoice::Dry => None,
        RoomChoice::BuiltIn(name) => {
            let room = Room::by_name(name).ok_or_else(|| format!("there is no built-in room `{name}`"))?;
            Some(RoomSound::BuiltIn(room))
        }
        RoomChoice::File(file) => {
            let set = library.room(file)?;
            interpreted(file, &set.measurements().remarks, &mut remarks);
            Some(RoomSound::measured(set, &headphones.path).map_err(|error| told(file, error))?)
        }
    };
    if let Some(file) = &settings.equaliser {
        let (equaliser, warnings) = HeadphoneEq::open(file).map_err(|error| told(file, error))?;
        remarks.extend(warnings.iter().map(|warning| told(file, warning)));
        headphones.equaliser = Some(Arc::new(equaliser));
    }
    Ok(Made { output: Output::headphones(headphones), measured: None, remarks })
}
