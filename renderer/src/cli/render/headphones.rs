//! Options of the output `binaural`.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use clap::ValueEnum;
use formats::Warning;
use formats::bw64::Reader;
use formats::nearest;
use hrtf::HrtfSet;
use hrtf::room::{BrirSet, Room};

use crate::cli::hrtf::interpreted;
use crate::cli::input::check_present;
use crate::cli::render::busy;
use crate::cli::{CliError, Console};
use crate::layout::Layout;
use crate::monitor::binaural::{BinauralPath, Head, HeadphoneMode, Headphones, RoomSound};
use crate::monitor::headphone_eq::HeadphoneEq;

/// What goes on with a set, which takes seconds for ten thousands of directions.
pub(in crate::cli) const READING: &str = "reading and aligning the responses of all directions";
/// The largest head track that is read.
const MAX_TRACK_BYTES: u64 = 256 << 20;

/// What headphones may be told.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Headphones (layout binaural)")]
pub(in crate::cli) struct HeadphoneArgs {
    /// The listener's ears: a SOFA file with head-related responses; MIT KEMAR by default
    #[arg(long, value_name = "FILE.sofa")]
    hrtf: Option<PathBuf>,
    /// Take the tone that the set has in the mean of all directions out of it; on for the built-in set, else off
    #[arg(long, value_enum, value_name = "on|off")]
    diffuse_field_eq: Option<Switch>,
    /// What gets a direction: every object, or the loudspeakers of a layout, 7.1.4 by default
    #[arg(long, value_name = "objects|speakers[:LAYOUT]")]
    binaural: Option<PathName>,
    /// The mode of every object and bed channel, whatever the master says
    #[arg(long, value_enum, value_name = "MODE")]
    binaural_mode: Option<Mode>,
    /// Where the listener looks: degrees to the left, up, and tilted to the right
    #[arg(long, value_name = "YAW,PITCH,ROLL", allow_hyphen_values = true)]
    head: Option<Pose>,
    /// How the head moves: lines of seconds, yaw, pitch and roll with commas, semicolons or tabs between; a first line
    /// `yaw,pitch,roll,time` says another order
    #[arg(long, value_name = "FILE.csv", conflicts_with = "head")]
    head_track: Option<PathBuf>,
    /// The room round the listener: living, studio, stage, cinema, or a SOFA file (MultiSpeakerBRIR, SingleRoomSRIR); dry
    /// by default
    #[arg(long, value_name = "NAME|FILE.sofa")]
    room: Option<PathBuf>,
    /// Correct the headphones' own tone: an impulse response (WAV, SOFA) or filters as AutoEq writes them
    #[arg(long, value_name = "FILE")]
    headphone_eq: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Switch {
    /// Equalised
    On,
    /// As measured
    Off,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Mode {
    /// As stereo pans it, without a head
    Off,
    /// From its direction, with little of the room: 12 dB below the direct sound
    Near,
    /// With more of it: 6 dB below
    Mid,
    /// With as much of it as of the direct sound
    Far,
}

#[derive(Clone, Debug)]
struct PathName(BinauralPath);

impl FromStr for PathName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let layout = match text.split_once(':') {
            None if text == "objects" => return Ok(Self(BinauralPath::Objects)),
            None if text == "speakers" => "7.1.4",
            Some(("speakers", layout)) => layout,
            _ => return Err("expected objects, speakers or speakers:LAYOUT, e.g. speakers:5.1".to_owned()),
        };
        let layout = Layout::by_name(layout).map_err(|error| error.to_string())?;
        Ok(Self(BinauralPath::Speakers(layout)))
    }
}

#[derive(Clone, Copy, Debug)]
struct Pose([f64; 3]);

impl FromStr for Pose {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let angle = |text: &str| text.trim().parse::<f64>().ok().filter(|angle| angle.abs() <= 360.0);
        let angles: Option<Vec<f64>> = text.split(',').map(angle).collect();
        let angles = angles.and_then(|angles| <[f64; 3]>::try_from(angles).ok());
        angles.map(Self).ok_or_else(|| "expected three angles of -360 to 360 degrees, e.g. 30,0,0".to_owned())
    }
}

impl HeadphoneArgs {
    /// Reads the files and puts the options together, for `master`.
    pub(in crate::cli) fn read(&self, master: &Path, console: &Console) -> Result<Headphones, CliError> {
        // That there is no such room is said with the names of those that there are.
        let files = self.files();
        let mut present = files.iter().filter(|(option, _)| *option != "--room");
        present.try_for_each(|(option, file)| check_present(option, file))?;
        let mut set = match &self.hrtf {
            Some(file) => {
                let _busy = busy(file, READING, console);
                HrtfSet::open(file).map_err(|error| CliError::file(file, error))?
            }
            None => HrtfSet::built_in(),
        };
        let equalised = self.diffuse_field_eq.unwrap_or(match &self.hrtf {
            Some(_) => Switch::Off,
            None => Switch::On,
        });
        if equalised == Switch::On {
            set = set.diffuse_field_equalised();
        }
        let mut headphones = Headphones::new(Arc::new(set));
        if let Some(PathName(path)) = &self.binaural {
            headphones.path = path.clone();
        }
        headphones.mode = self.binaural_mode.map(|mode| match mode {
            Mode::Off => HeadphoneMode::Off,
            Mode::Near => HeadphoneMode::Near,
            Mode::Mid => HeadphoneMode::Mid,
            Mode::Far => HeadphoneMode::Far,
        });
        if let Some(Pose([yaw, pitch, roll])) = self.head {
            headphones.head = Head::still(yaw, pitch, roll);
        }
        if let Some(file) = &self.head_track {
            headphones.head = track(file)?;
        }
        if let Some(room) = &self.room {
            headphones.room = Some(self.read_room(room, &headphones.path, console)?);
        }
        if let Some(file) = &self.headphone_eq {
            let (equaliser, warnings) =
                HeadphoneEq::open(file).map_err(|error| CliError::file(file, error))?;
            console.warnings(file, &warnings)?;
            // What is wrong with the master is told when it is opened to be rendered.
            if let Ok(reader) = Reader::open(master) {
                equaliser.check(reader.sample_rate()).map_err(|error| CliError::file(file, error))?;
            }
            headphones.equaliser = Some(Arc::new(equaliser));
        }
        let idle = self.without_effect(&headphones);
        console.warnings(Path::new("--layout binaural"), &idle)?;
        Ok(headphones)
    }

    /// Options that change nothing, as warnings: beside these others nothing is left for them to do.
    fn without_effect(&self, headphones: &Headphones) -> Vec<Warning> {
        let measured = match &headphones.room {
            Some(RoomSound::Measured(room)) => Some(room),
            _ => None,
        };
        let off = headphones.mode == Some(HeadphoneMode::Off) && headphones.path == BinauralPath::Objects;
        let reason_of_head = match measured {
            _ if off => Some("nothing has a direction in --binaural-mode off"),
            Some(room) if room.orientations() < 2 => {
                Some("the room was measured with one orientation of the head")
            }
            _ => None,
        };
        let reason_of_room = off.then_some("nothing is in a room in --binaural-mode off");
        let reason_of_mode = match (headphones.mode, measured, &headphones.room, &headphones.path) {
            (None, ..) => None,
            (_, Some(_), _, BinauralPath::Speakers(_)) => {
                Some("a measured room sets how much of it is heard")
            }
            (_, None, None, BinauralPath::Speakers(_)) => {
                Some("without --room loudspeakers sound alike in all modes")
            }
            (Some(HeadphoneMode::Off), ..) => None,
            (_, Some(_), ..) => Some(
                "a measured room says how much of it is heard; what the master has as off is all that changes",
            ),
            (_, _, None, _) => Some(
                "near, mid and far sound alike without --room; what the master has as off is all that changes",
            ),
            _ => None,
        };
        let given = [
            ("--head", self.head.is_some(), reason_of_head),
            ("--head-track", self.head_track.is_some(), reason_of_head),
            ("--room", self.room.is_some(), reason_of_room),
            ("--binaural-mode", true, reason_of_mode),
        ];
        let warn = |(option, given, reason): (&str, bool, Option<&str>)| {
            let reason = reason.filter(|_| given)?;
            Some(Warning::new("option-without-effect", option, format!("does nothing here: {reason}")))
        };
        given.into_iter().filter_map(warn).collect()
    }

    /// A built-in room by its name, or a measured one by its file.
    fn read_room(&self, room: &Path, path: &BinauralPath, console: &Console) -> Result<RoomSound, CliError> {
        if let Some(room) = room.to_str().and_then(Room::by_name) {
            return Ok(RoomSound::BuiltIn(room));
        }
        if !room.exists() {
            let names: Vec<&str> = Room::all().iter().map(|room| room.name).collect();
            let meant = room.to_str().and_then(|name| nearest(name, names.iter().copied()));
            let meant = meant.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default();
            return Err(CliError::new(format_args!(
                "--room {}: there is no such file, and no such built-in room{meant}; these are {}",
                room.display(),
                names.join(", ")
            )));
        }
        let set = BrirSet::open(room).map_err(|error| CliError::file(room, error))?;
        if self.hrtf.is_some() || self.diffuse_field_eq.is_some() {
            let option = if self.hrtf.is_some() { "--hrtf" } else { "--diffuse-field-eq" };
            let message = format!("a measured room has a head of its own: leave {option} out");
            return Err(CliError::file(room, message));
        }
        console.warnings(room, &interpreted(&set.measurements().remarks))?;
        RoomSound::measured(Arc::new(set), path).map_err(|error| CliError::file(room, error))
    }

    /// The files that are read, with their options.
    pub(in crate::cli) fn files(&self) -> Vec<(&'static str, &Path)> {
        // A built-in room is no file, even where one has its name.
        let is_file = |room: &&PathBuf| room.to_str().and_then(Room::by_name).is_none();
        let files = [
            ("--hrtf", self.hrtf.as_ref()),
            ("--head-track", self.head_track.as_ref()),
            ("--room", self.room.as_ref().filter(is_file)),
            ("--headphone-eq", self.headphone_eq.as_ref()),
        ];
        files.into_iter().filter_map(|(option, file)| Some((option, file?.as_path()))).collect()
    }

    /// The first option that was given, if any.
    pub(in crate::cli) fn first_given(&self) -> Option<&'static str> {
        let given = [
            ("--hrtf", self.hrtf.is_some()),
            ("--diffuse-field-eq", self.diffuse_field_eq.is_some()),
            ("--binaural", self.binaural.is_some()),
            ("--binaural-mode", self.binaural_mode.is_some()),
            ("--head", self.head.is_some()),
            ("--head-track", self.head_track.is_some()),
            ("--room", self.room.is_some()),
            ("--headphone-eq", self.headphone_eq.is_some()),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(option, _)| option)
    }

    /// Nothing of this has an effect on other outputs; `example` asks for one that it has.
    pub(in crate::cli) fn refuse_without_binaural(&self, example: &str) -> Result<(), CliError> {
        match self.first_given() {
            None => Ok(()),
            Some(option) => Err(CliError::new(format_args!(
                "{option} is for headphones, and no output is; ask for one with {example}"
            ))),
        }
    }
}

fn track(file: &Path) -> Result<Head, CliError> {
    let mut bytes = Vec::new();
    fs::File::open(file)
        .and_then(|opened| opened.take(MAX_TRACK_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| CliError::file(file, format_args!("cannot read it as a head track: {error}")))?;
    if bytes.len() as u64 > MAX_TRACK_BYTES {
        let message = format!("longer than {MAX_TRACK_BYTES} bytes, the limit for a head track; thin it out");
        return Err(CliError::file(file, message));
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        let expected = "lines of time, yaw, pitch and roll in UTF-8";
        CliError::file(file, format_args!("was read as a head track and is no text; expected {expected}"))
    })?;
    Head::from_csv(&text).map_err(|error| CliError::file(file, error))
}
