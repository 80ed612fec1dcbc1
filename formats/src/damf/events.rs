//! The `.atmos.metadata` text: events in order of time, each with what changes for one bed channel or object.

use std::io::{BufRead, Read};

use super::error::Fault;
use super::presentation::number;
use super::yaml::{LONGEST_LINE, Line, bracketed, scalar};
use crate::bw64::chunks::dbmd::BinauralRenderMode;

/// Events at most; a film has a few million.
const MOST_EVENTS: usize = 16_000_000;

/// Which loudspeakers of the middle layer an object doesn't use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Zones {
    #[default]
    All,
    NoBack,
    NoSides,
    CenterBack,
    ScreenOnly,
    SurroundOnly,
}

impl Zones {
    /// All, with their names in the text and the zones of ADM that they exclude.
    pub(super) const NAMES: [(Self, &'static str, &'static [&'static str]); 6] = [
        (Self::All, "all", &[]),
        (Self::NoBack, "no back", &["ZM1"]),
        (Self::NoSides, "no sides", &["ZM2L", "ZM2R"]),
        (Self::CenterBack, "center back", &["ZM3L", "ZM3Lss", "ZM3R", "ZM3Rss"]),
        (Self::ScreenOnly, "screen only", &["ZM4"]),
        (Self::SurroundOnly, "surround only", &["ZM5"]),
    ];
}

/// What changes, and when. What isn't there stays as it was.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Event {
    /// The bed channel or object.
    pub id: u32,
    /// The sample from which it holds.
    pub sample: u64,
    /// It sounds.
    pub active: Option<bool>,
    /// X right, Y front, Z up, −1 to 1.
    pub position: Option<[f64; 3]>,
    /// Snaps to the nearest loudspeaker.
    pub snap: Option<bool>,
    /// It may use loudspeakers above.
    pub elevation: Option<bool>,
    /// Which loudspeakers of the middle layer it doesn't use.
    pub zones: Option<Zones>,
    /// 0 to 1.
    pub size: Option<f64>,
    /// dB; −∞ is silence.
    pub gain_db: Option<f64>,
    /// Samples in which it comes there.
    pub ramp: Option<u32>,
    /// On headphones.
    pub mode: Option<BinauralRenderMode>,
}

/// Reads the events of a text.
///
/// # Errors
/// When it is malformed or longer than any film.
pub fn read_events(source: impl BufRead) -> Result<Vec<Event>, Fault> {
    let mut reader = Events { source, number: 0, buffer: Vec::new() };
    let mut events: Vec<Event> = Vec::new();
    // Before the list, and the indent of its dashes in it.
    let mut dashes: Option<usize> = None;
    let mut is_listed = false;
    let (mut id, mut sample) = (0, 0);
    while let Some(text) = reader.next()? {
        let Some(line) = Line::new(reader.number, &text)? else { continue };
        let entry = match line.item() {
            Some(item) if is_listed && dashes.is_none_or(|dashes| dashes == line.indent) => {
                dashes = Some(line.indent);
                if events.len() >= MOST_EVENTS {
                    return Err(Fault::new(format!("has more than {MOST_EVENTS} events")));
                }
                // Both are carried on where an event doesn't say them.
                events.push(Event { id, sample, ..Event::default() });
                item
            }
            Some(_) => return Err(Fault::at(line.number, "is a list where none is expected")),
            None => line,
        };
        if entry.text.is_empty() {
            continue;
        }
        let (key, value) = entry.pair()?;
        match events.last_mut().filter(|_| dashes.is_some_and(|dashes| entry.indent > dashes)) {
            Some(event) => {
                set(event, &key, value, line.number)?;
                (id, sample) = (event.id, event.sample);
            }
            None => {
                is_listed = key == "events";
                dashes = None;
                if is_listed && !value.is_empty() && value != "[]" {
                    return Err(Fault::at(line.number, "expected a list of events, one below the other"));
                }
            }
        }
    }
    Ok(events)
}

/// Sets what a line of an event says. What has no counterpart in ADM is passed over: importance, dialog, music, screenFactor,
/// depthFactor, trimBypass, decorr, headTrackMode.
fn set(event: &mut Event, key: &str, value: &str, line: usize) -> Result<(), Fault> {
    let text = || scalar(value, line);
    let wrong = |expected: &str| {
        let shown: String = value.chars().take(40).collect();
        Fault::at(line, format_args!("{key} is {shown:?}; expected {expected}"))
    };
    let switch = || match text()?.as_ref() {
        "true" => Ok(Some(true)),
        "false" => Ok(Some(false)),
        _ => Err(wrong("true or false")),
    };
    match key {
        "ID" => event.id = text()?.parse().map_err(|_| wrong("a whole number"))?,
        "samplePos" => event.sample = text()?.parse().map_err(|_| wrong("a whole number of samples"))?,
        "active" => event.active = switch()?,
        "snap" => event.snap = switch()?,
        "elevation" => event.elevation = switch()?,
        "pos" => event.position = Some(triple(value, line).ok_or_else(|| wrong("[x, y, z]"))?),
        "size" => event.size = Some(number(&text()?, "size").map_err(|_| wrong("a number"))?.clamp(0.0, 1.0)),
        "size3D" => {
            let [a, b, c] = triple(value, line).ok_or_else(|| wrong("[width, depth, height]"))?;
            event.size = Some(a.max(b).max(c).clamp(0.0, 1.0));
        }
        "zones" => {
            let name = text()?;
            let zones = Zones::NAMES.iter().find(|(_, known, _)| *known == name);
            event.zones = Some(zones.map(|(zones, ..)| *zones).ok_or_else(|| wrong("all, no back, …"))?);
        }
        "gain" => event.gain_db = Some(gain(&text()?).ok_or_else(|| wrong("dB or -inf"))?),
        "rampLength" => event.ramp = Some(text()?.parse().map_err(|_| wrong("a whole number of samples"))?),
        "binauralRenderMode" => {
            event.mode = Some(mode(&text()?).ok_or_else(|| wrong("off, near, mid or far"))?)
        }
        _ => {}
    }
    Ok(())
}

/// Three finite numbers in brackets, brought into the room.
fn triple(value: &str, line: usize) -> Option<[f64; 3]> {
    let numbers = bracketed(value)?.map(|item| number(scalar(item, line).ok()?.as_ref(), "").ok());
    let numbers: Vec<f64> = numbers.collect::<Option<_>>()?;
    let [x, y, z] = *numbers.first_chunk::<3>().filter(|_| numbers.len() == 3)?;
    Some([x, y, z].map(|value| value.clamp(-1.0, 1.0)))
}

/// dB up to what cannot overflow.
fn gain(text: &str) -> Option<f64> {
    if text.eq_ignore_ascii_case("-inf") || text.eq_ignore_ascii_case("-.inf") {
        return Some(f64::NEG_INFINITY);
    }
    number(text, "").ok().filter(|gain| *gain <= 120.0)
}

/// The names of the modes.
pub(super) const MODES: [(BinauralRenderMode, &str); 5] = [
    (BinauralRenderMode::Off, "off"),
    (BinauralRenderMode::Near, "near"),
    (BinauralRenderMode::Mid, "mid"),
    (BinauralRenderMode::Far, "far"),
    (BinauralRenderMode::NotIndicated, "undefined"),
];

fn mode(name: &str) -> Option<BinauralRenderMode> {
    MODES.iter().find(|(_, known)| *known == name).map(|(mode, _)| *mode)
}

/// Lines of a text, each of bounded length.
struct Events<S> {
    source: S,
    number: usize,
    buffer: Vec<u8>,
}

impl<S: BufRead> Events<S> {
    fn next(&mut self) -> Result<Option<String>, Fault> {
        self.buffer.clear();
        let most = LONGEST_LINE as u64 + 2;
        let got = (&mut self.source).take(most).read_until(b'\n', &mut self.buffer)?;
        if got == 0 {
            return Ok(None);
        }
        self.number += 1;
        let text = std::str::from_utf8(&self.buffer)
            .map_err(|_| Fault::at(self.number, "is not UTF-8; expected the text of a master's events"))?;
        Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()))
    }
}
