//! The `.atmos` text: which beds and objects there are, and where their events and their sound lie.

use super::error::Fault;
use super::yaml::{self, Node};
use crate::adm::AdmTime;
use crate::scene::{Kept, Picture, Time};
use crate::timecode::{FrameCode, FrameRate};

/// Beds' channels and objects at most.
pub(super) const MOST_TRACKS: usize = 128;
/// IDs of beds' channels and objects at most.
const HIGHEST_ID: u32 = 65_535;

/// What the text says of its first presentation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Presentation {
    /// The file of events, a plain name.
    pub metadata: String,
    /// The file of sound, a plain name.
    pub audio: String,
    /// Seconds: the timecode at which the sound starts.
    pub offset: f64,
    /// Frames per second as it is written: `24`, `29.97df`.
    pub fps: Option<String>,
    /// Seconds: the timecode of the first frame of action.
    pub first_frame_of_action: Option<f64>,
    /// The program that made it.
    pub creation_tool: Option<String>,
    /// In the order of the tracks.
    pub beds: Vec<BedInstance>,
    /// The tracks after those of the beds.
    pub objects: Vec<ObjectEntry>,
}

/// A bed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BedInstance {
    /// What it is called.
    pub description: Option<String>,
    /// Name and ID of each channel.
    pub channels: Vec<(String, u32)>,
}

/// An object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectEntry {
    /// What it is called.
    pub description: Option<String>,
    /// What it belongs to.
    pub group: Option<String>,
    /// The ID of its events.
    pub id: u32,
}

/// A master begins earlier, seconds since midnight.
const LONGEST_SECONDS: f64 = 172_800.0;

impl Presentation {
    /// Reads the text.
    ///
    /// # Errors
    /// When it is malformed, names no files, or has no or too many beds and objects.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let tree = yaml::parse(text)?;
        let presentations = tree.get("presentations").map(Node::items).unwrap_or_default();
        let Some(first) = presentations.first() else {
            return Err(Fault::new("has no presentations; expected the text of a Dolby Atmos master"));
        };
        let text = |key: &str| first.get(key).and_then(Node::text).filter(|text| !text.is_empty());
        let named = |key: &str| {
            text(key)
                .map(str::to_owned)
                .ok_or_else(|| Fault::new(format!("its presentation names no `{key}` file")))
        };
        let offset = text("offset").map_or(Ok(0.0), |text| number(text, "offset"))?;
        let presentation = Self {
            metadata: named("metadata")?,
            audio: named("audio")?,
            offset,
            first_frame_of_action: text("ffoa").map(|text| number(text, "ffoa")).transpose()?,
            fps: text("fps").map(str::to_owned),
            creation_tool: text("creationTool").map(str::to_owned),
            beds: list(first, "bedInstances").iter().map(bed).collect::<Result<_, _>>()?,
            objects: list(first, "objects").iter().map(object).collect::<Result<_, _>>()?,
        };
        presentation.check()?;
        Ok(presentation)
    }

    fn check(&self) -> Result<(), Fault> {
        if !(0.0..LONGEST_SECONDS).contains(&self.offset) {
            let offset = self.offset;
            return Err(Fault::new(format!(
                "has an offset of {offset} s; expected seconds since midnight, below {LONGEST_SECONDS}"
            )));
        }
        let tracks = self.tracks();
        if tracks == 0 || tracks > MOST_TRACKS {
            return Err(Fault::new(format!(
                "names {tracks} bed channels and objects; expected 1 to {MOST_TRACKS}"
            )));
        }
        let mut ids: Vec<u32> = self.ids().collect();
        ids.sort_unstable();
        match ids.array_windows::<2>().find(|[a, b]| a == b) {
            Some([id, _]) => Err(Fault::new(format!("gives ID {id} to two tracks; expected each once"))),
            None => Ok(()),
        }
    }

    /// The picture, where its frame rate is told: it starts at the frame nearest to where the sound does.
    pub fn picture(&self) -> Option<Picture> {
        let (name, is_drop) = match self.fps.as_deref()? {
            "29.97df" => ("29.97", true),
            name => (name, false),
        };
        let frame_rate = FrameRate::from_name(name)?;
        let (frames, seconds) = frame_rate.to_ratio();
        let start = (self.offset * f64::from(frames) / f64::from(seconds)).round();
        let after = self.first_frame_of_action.map(|first| first - self.offset);
        let ticks = |seconds: f64| (seconds * f64::from(AdmTime::TICKS_PER_SECOND.get())).round() as u64;
        let ffoa =
            after.filter(|after| *after >= 0.0).map(|after| Time::new(AdmTime::from_ticks(ticks(after))));
        let start = FrameCode { frames: start as u64, is_drop };
        Some(Picture { frame_rate, start, ffoa, kept: Kept::default() })
    }

    /// How many tracks it names.
    pub fn tracks(&self) -> usize {
        self.beds.iter().map(|bed| bed.channels.len()).sum::<usize>() + self.objects.len()
    }

    /// The IDs of the tracks, in their order.
    pub fn ids(&self) -> impl Iterator<Item = u32> {
        let beds = self.beds.iter().flat_map(|bed| bed.channels.iter().map(|(_, id)| *id));
        beds.chain(self.objects.iter().map(|object| object.id))
    }
}

fn list<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

fn bed(node: &Node) -> Result<BedInstance, Fault> {
    let channel = |node: &Node| {
        let name = node.get("channel").and_then(Node::text).unwrap_or_default();
        Ok((name.to_owned(), id(node)?))
    };
    let channels = list(node, "channels").iter().map(channel).collect::<Result<_, Fault>>()?;
    Ok(BedInstance { description: owned(node, "description"), channels })
}

fn object(node: &Node) -> Result<ObjectEntry, Fault> {
    Ok(ObjectEntry {
        description: owned(node, "description"),
        group: owned(node, "groupName"),
        id: id(node)?,
    })
}

fn owned(node: &Node, key: &str) -> Option<String> {
    node.get(key).and_then(Node::text).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn id(node: &Node) -> Result<u32, Fault> {
    let text = node.get("ID").and_then(Node::text).unwrap_or_default();
    let id = text.parse().ok().filter(|id| *id <= HIGHEST_ID);
    id.ok_or_else(|| {
        let shown: String = text.chars().take(20).collect();
        Fault::new(format!("a bed channel or an object has the ID {shown:?}; expected 0 to {HIGHEST_ID}"))
    })
}

/// A finite number in the ASCII grammar.
pub(super) fn number(text: &str, what: &str) -> Result<f64, Fault> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let number = text.parse().ok().filter(|number: &f64| is_number && number.is_finite());
    number.ok_or_else(|| {
        let shown: String = text.chars().take(20).collect();
        Fault::new(format!("{what} is {shown:?}; expected a number"))
    })
}
