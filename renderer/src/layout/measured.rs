//! The loudspeakers of a real room: a speakers file as users of the reference renderer have it, in YAML or
//! JSON (which is YAML).
//!
//! ```yaml
//! speakers:                                        # without it: every loudspeaker at its nominal position
//!   - {channel: 0, names: M+030, position: {az: 29, el: 0, r: 2.1}, gain_linear: 0.9}
//!   - {channel: 1, names: [U+180, UH+180]}         # one output for either label
//! screen:                                          # without it: the default screen; null: no screen
//!   {type: polar, aspectRatio: 1.78, centrePosition: {az: 0, el: 0, r: 1}, widthAzimuth: 58}
//!   # or {type: cart, aspectRatio: 1.78, centrePosition: {X: 0, Y: 1, Z: 0}, widthX: 1}
//! ```
//!
//! A list of loudspeakers alone will do, too. `channel` counts outputs from 0. A channel of the layout goes to
//! the first loudspeaker that has its name; `position` and `gain_linear` may be left out.

use formats::Warning;
use formats::adm::{CartesianPosition, PolarPosition, Screen, ScreenCentre};
use serde_yaml_ng::{Mapping, Value};

use super::screen::{ScreenEdges, ScreenError};
use super::{LONGEST_QUOTE, Layout};

/// More outputs than any sound device has.
pub const MAX_OUTPUTS: usize = 1024;

/// Characters of what the YAML reader says.
const LONGEST_CAUSE: usize = 200;
/// Labels that a message lists, and characters of each.
const MOST_LISTED: usize = 6;
const LONGEST_LABEL: usize = 16;

/// Longest speakers file.
pub const MAX_FILE_BYTES: usize = 1 << 20;

/// Why a speakers file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SpeakersFileError {
    /// It is longer than a list of loudspeakers can be.
    #[error("speakers file has {found} bytes, expected at most {MAX_FILE_BYTES}: is this the right file?")]
    TooLong {
        /// Bytes.
        found: usize,
    },
    /// Neither YAML nor JSON.
    #[error("speakers file is neither YAML nor JSON: {0}")]
    Syntax(String),
    /// A value is missing or isn't what it should be.
    #[error("speakers file: {place}: found {found}, expected {expected}")]
    Value {
        /// Where in the file, e.g. `speakers[2].channel`.
        place: String,
        /// What is there.
        found: String,
        /// What should be.
        expected: &'static str,
    },
    /// The screen can't be.
    #[error("speakers file: {0}")]
    Screen(#[from] ScreenError),
    /// Nothing would be heard.
    #[error(
        "speakers file: no loudspeaker plays a channel of {layout}: found {found}, expected labels like {expected} with \
         a gain other than 0"
    )]
    NothingPlays {
        /// The layout's name.
        layout: String,
        /// Labels of the file.
        found: String,
        /// Labels of the layout.
        expected: String,
    },
}

/// A layout in a real room.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredRoom {
    /// The layout with its loudspeakers where they stand, and the room's screen.
    pub layout: Layout,
    /// For each channel of the layout the output it goes to and the factor it goes with; `None`: it goes
    /// nowhere. Channels that share an output are summed; outputs nothing goes to are silent.
    pub routing: Vec<Option<Route>>,
    /// Outputs in all.
    pub output_channels: usize,
}

/// Where a channel of a layout goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Route {
    /// Output channel, from 0.
    pub output: usize,
    /// Linear factor.
    pub gain: f64,
}

impl MeasuredRoom {
    /// A room that is as the layout says: every channel goes to the output of the same number.
    pub fn nominal(layout: Layout) -> Self {
        let output_channels = layout.channels.len();
        let routing = (0..output_channels).map(|output| Some(Route { output, gain: 1.0 })).collect();
        Self { layout, routing, output_channels }
    }

    /// Puts `layout` into the room that the text of a speakers file describes.
    ///
    /// The warnings name loudspeakers outside their permitted range, loudspeakers that the layout doesn't have,
    /// channels that go nowhere, outputs that several channels share, and what of the file wasn't understood.
    ///
    /// # Errors
    /// The text isn't a speakers file, or one whose loudspeakers play nothing of this layout.
    pub fn read(text: &str, layout: &Layout) -> Result<(Self, Vec<Warning>), SpeakersFileError> {
        if text.len() > MAX_FILE_BYTES {
            return Err(SpeakersFileError::TooLong { found: text.len() });
        }
        let file: Value = serde_yaml_ng::from_str(text)
            .map_err(|error| SpeakersFileError::Syntax(beginning(&error.to_string(), LONGEST_CAUSE)))?;
        let mut warnings = Vec::new();
        let (speakers, screen) = match &file {
            Value::Sequence(_) => (Some(&file), None),
            Value::Mapping(map) => {
                check_keys(map, "speakers file", &["speakers", "screen"], &mut warnings);
                (map.get("speakers"), map.get("screen"))
            }
            other => {
                return Err(wrong(
                    "the whole file",
                    other,
                    "a list of loudspeakers, or `speakers` and `screen`",
                ));
            }
        };
        let mut room = Self::nominal(layout.clone());
        if let Some(speakers) = speakers {
            room.place(&read_speakers(speakers, &mut warnings)?, &mut warnings)?;
        }
        room.layout.screen = match screen {
            None => Some(Screen::default()),
            Some(Value::Null) => None,
            Some(screen) => Some(read_screen(screen, &mut warnings)?),
        };
        warnings.extend(room.layout.check_positions());
        room.check_routing(&mut warnings);
        Ok((room, warnings))
    }

    fn place(&mut self, speakers: &[Speaker], warnings: &mut Vec<Warning>) -> Result<(), SpeakersFileError> {
        let is_known = |speaker: &&Speaker| {
            self.layout.channels.iter().any(|channel| speaker.names.contains(&channel.name))
        };
        let plays = |speaker: &Speaker| is_known(&speaker) && speaker.gain != 0.0;
        if !speakers.iter().any(plays) {
            return Err(SpeakersFileError::NothingPlays {
                layout: self.layout.name.clone(),
                found: listed(speakers.iter().flat_map(|speaker| &speaker.names)),
                expected: listed(self.layout.channels.iter().take(2).map(|channel| &channel.name)),
            });
        }
        let unknown: Vec<&Speaker> = speakers.iter().filter(|speaker| !is_known(speaker)).collect();
        if !unknown.is_empty() {
            let names = listed(unknown.iter().flat_map(|speaker| &speaker.names));
            let message = format!(
                "{names}: no channel of {} has such a label; nothing is sent there",
                self.layout.name
            );
            warnings.push(Warning::new("speakers-unknown-name", "speakers", message));
        }
        self.output_channels = speakers.iter().map(|speaker| speaker.output + 1).max().unwrap_or(0);
        for (channel, route) in self.layout.channels.iter_mut().zip(&mut self.routing) {
            let speaker = speakers.iter().find(|speaker| speaker.names.contains(&channel.name));
            *route = speaker.map(|speaker| Route { output: speaker.output, gain: speaker.gain });
            channel.position = speaker.and_then(|speaker| speaker.position).unwrap_or(channel.position);
        }
        Ok(())
    }

    fn check_routing(&self, warnings: &mut Vec<Warning>) {
        let mut users: Vec<Vec<&str>> = vec![Vec::new(); self.output_channels];
        for (channel, route) in self.layout.channels.iter().zip(&self.routing) {
            match route {
                Some(route) if route.gain != 0.0 => users[route.output].push(&channel.name),
                _ => warnings.push(Warning::new(
                    "channel-without-output",
                    channel.name.as_str(),
                    "no loudspeaker of the speakers file plays this channel; it won't be heard",
                )),
            }
        }
        for (output, users) in users.iter().enumerate().filter(|(_, users)| users.len() > 1) {
            let message = format!("output {output} is shared by {}; they are summed", users.join(", "));
            warnings.push(Warning::new("output-shared", users[0], message));
        }
    }
}

/// A loudspeaker of the file.
struct Speaker {
    output: usize,
    names: Vec<String>,
    position: Option<PolarPosition>,
    gain: f64,
}

fn read_speakers(value: &Value, warnings: &mut Vec<Warning>) -> Result<Vec<Speaker>, SpeakersFileError> {
    let expected = "a list of one or more loudspeakers";
    match value {
        Value::Sequence(list) if list.len() > MAX_OUTPUTS => Err(SpeakersFileError::Value {
            place: "speakers".to_owned(),
            found: format!("{} loudspeakers", list.len()),
            expected: "1024 at most",
        }),
        Value::Sequence(list) if !list.is_empty() => {
            let numbered = list.iter().enumerate();
            numbered.map(|(i, speaker)| read_speaker(speaker, &format!("speakers[{i}]"), warnings)).collect()
        }
        other => Err(wrong("speakers", other, expected)),
    }
}

fn read_speaker(
    value: &Value,
    place: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Speaker, SpeakersFileError> {
    let map = mapping(value, place)?;
    check_keys(map, place, &["channel", "names", "position", "gain_linear"], warnings);
    let within = |key: &str| format!("{place}.{key}");
    let names = map.get("names").unwrap_or(&Value::Null);
    let name = |value: &Value| match value {
        Value::String(name) => Ok(name.clone()),
        other => Err(wrong(&within("names"), other, "a loudspeaker label or a list of them, e.g. \"M+030\"")),
    };
    let names = match names {
        Value::Sequence(list) => list.iter().map(name).collect::<Result<_, _>>()?,
        single => vec![name(single)?],
    };
    let channel = map.get("channel").unwrap_or(&Value::Null);
    let output = channel.as_u64().and_then(|output| usize::try_from(output).ok());
    let output = output.filter(|&output| output < MAX_OUTPUTS);
    let output = output.ok_or_else(|| wrong(&within("channel"), channel, "an output channel, 0 to 1023"))?;
    let position = map.get("position").map(|value| read_polar(value, &within("position")));
    let gain = map.get("gain_linear").map(|value| number(value, &within("gain_linear"), -1e6, 1e6));
    Ok(Speaker { output, names, position: position.transpose()?, gain: gain.transpose()?.unwrap_or(1.0) })
}

fn read_screen(value: &Value, warnings: &mut Vec<Warning>) -> Result<Screen, SpeakersFileError> {
    let map = mapping(value, "screen")?;
    let get = |key: &str| map.get(key).unwrap_or(&Value::Null);
    let kind = get("type");
    let width_key = match kind.as_str() {
        Some("polar") => "widthAzimuth",
        Some("cart") => "widthX",
        _ => return Err(wrong("screen.type", kind, "`polar` or `cart`")),
    };
    check_keys(map, "screen", &["type", "aspectRatio", "centrePosition", width_key], warnings);
    let aspect_ratio = number(get("aspectRatio"), "screen.aspectRatio", 1e-3, 1e3)?;
    let width = number(get(width_key), &format!("screen.{width_key}"), 0.0, 360.0)?;
    let (centre, place) = (get("centrePosition"), "screen.centrePosition");
    let position = if width_key == "widthAzimuth" {
        ScreenCentre::Polar { centre: read_polar(centre, place)?, width_azimuth: width }
    } else {
        let [x, y, z] = coordinates(centre, place, ["X", "Y", "Z"], [(-10.0, 10.0); 3])?;
        ScreenCentre::Cartesian { centre: CartesianPosition { x, y, z }, width_x: width }
    };
    let screen = Screen { aspect_ratio, position };
    ScreenEdges::new(&screen)?;
    Ok(screen)
}

fn read_polar(value: &Value, place: &str) -> Result<PolarPosition, SpeakersFileError> {
    let ranges = [(-180.0, 180.0), (-90.0, 90.0), (0.0, 1e6)];
    let [azimuth, elevation, distance] = coordinates(value, place, ["az", "el", "r"], ranges)?;
    Ok(PolarPosition { azimuth, elevation, distance })
}

/// Three coordinates, all there and nothing else.
fn coordinates(
    value: &Value,
    place: &str,
    keys: [&str; 3],
    ranges: [(f64, f64); 3],
) -> Result<[f64; 3], SpeakersFileError> {
    let expected =
        if keys[0] == "az" { "a position with az, el and r" } else { "a position with X, Y and Z" };
    let map = value.as_mapping().filter(|map| map.len() == 3 && keys.iter().all(|key| map.contains_key(key)));
    let map = map.ok_or_else(|| wrong(place, value, expected))?;
    let mut found = [0.0; 3];
    for ((coordinate, key), (low, high)) in found.iter_mut().zip(keys).zip(ranges) {
        let value = map.get(key).unwrap_or(&Value::Null);
        *coordinate = number(value, &format!("{place}.{key}"), low, high)?;
    }
    Ok(found)
}

fn number(value: &Value, place: &str, low: f64, high: f64) -> Result<f64, SpeakersFileError> {
    value.as_f64().filter(|number| (low..=high).contains(number)).ok_or_else(|| SpeakersFileError::Value {
        place: place.to_owned(),
        found: describe(value),
        expected: match (low, high) {
            (-180.0, _) => "an azimuth from -180 to 180 degrees",
            (-90.0, _) => "an elevation from -90 to 90 degrees",
            (-10.0, _) => "a coordinate from -10 to 10",
            (-1e6, _) => "a linear factor",
            (0.0, 360.0) => "a width, in degrees 360 at most",
            (0.0, _) => "a distance in metres, not negative",
            _ => "a ratio of width to height, e.g. 1.78",
        },
    })
}

fn mapping<'a>(value: &'a Value, place: &str) -> Result<&'a Mapping, SpeakersFileError> {
    value.as_mapping().ok_or_else(|| wrong(place, value, "keys and values"))
}

fn check_keys(map: &Mapping, place: &str, known: &[&str], warnings: &mut Vec<Warning>) {
    for key in map.keys().filter(|key| !key.as_str().is_some_and(|key| known.contains(&key))) {
        let message =
            format!("key {} isn't known and is ignored; known are {}", describe(key), known.join(", "));
        warnings.push(Warning::new("speakers-file-key", place, message));
    }
}

fn wrong(place: &str, value: &Value, expected: &'static str) -> SpeakersFileError {
    SpeakersFileError::Value { place: place.to_owned(), found: describe(value), expected }
}

fn describe(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::String(value) => format!("`{}`", one_line(value)),
        Value::Sequence(list) => format!("a list of {}", list.len()),
        Value::Mapping(map) => {
            let keys = map.keys().take(4).filter_map(Value::as_str).map(one_line);
            format!("the keys {}", keys.collect::<Vec<_>>().join(", "))
        }
        Value::Tagged(_) => "a tagged value".to_owned(),
    }
}

/// The beginning of a text of the file, fit for a message.
fn one_line(text: &str) -> String {
    beginning(text, LONGEST_QUOTE)
}

/// `text` without control characters; of a longer one the words within `most` characters, and `…`.
fn beginning(text: &str, most: usize) -> String {
    let mut short: String =
        text.chars().take(most).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if text.chars().nth(most).is_some() {
        // One word alone is cut where it must be.
        let end = short.rfind(' ').filter(|end| *end > 0).unwrap_or(short.len());
        short.truncate(end);
        short.push('…');
    }
    short
}

/// The first few names.
fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let mut names = names.map(|name| beginning(name, LONGEST_LABEL));
    let mut text = names.by_ref().take(MOST_LISTED).collect::<Vec<_>>().join(", ");
    let more = names.count();
    if more > 0 {
        text += &format!(" and {more} more");
    }
    text
}

#[cfg(test)]
mod tests;
