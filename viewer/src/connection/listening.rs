//! What the sound is listened on, as it was chosen and as it is kept from one time to the next: no files are read here.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use renderer::layout::Layout;
use renderer::live::osc::{ADM_OSC_PORT, OscOptions};
use renderer::monitor::binaural::HeadphoneMode;
use serde::{Deserialize, Serialize};

/// The port that head trackers are heard at, unless another is chosen.
const HEAD_PORT: u16 = 8000;
/// The port that moves are sent to, unless another is chosen.
const SEND_PORT: u16 = 4002;

/// Loudspeakers or headphones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum On {
    /// The loudspeakers of the room.
    #[default]
    Loudspeakers,
    /// Ambisonics, for whatever decodes it.
    Ambisonics,
    /// Headphones.
    Headphones,
}

/// All that was chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Listening {
    /// Loudspeakers or headphones.
    pub on: On,
    /// Order of Ambisonics, 1…7.
    pub order: u32,
    /// Where the loudspeakers of the layout really stand: a speakers file.
    pub speakers: Option<PathBuf>,
    /// What headphones do.
    pub headphones: HeadphoneSettings,
    /// The file to compare with.
    pub reference: Option<PathBuf>,
    /// What plays.
    pub device: DeviceSettings,
    /// OSC and head trackers.
    pub remote: RemoteSettings,
}

impl Default for Listening {
    fn default() -> Self {
        Self {
            on: On::default(),
            order: 3,
            speakers: None,
            headphones: HeadphoneSettings::default(),
            reference: None,
            device: DeviceSettings::default(),
            remote: RemoteSettings::default(),
        }
    }
}

/// How the scene comes to two ears.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HeadphoneSettings {
    /// A SOFA file with the listener's ears; the built-in set without.
    pub hrtf: Option<PathBuf>,
    /// The tone of all directions together is taken out of that file; it always is of the built-in set.
    pub equalised: bool,
    /// The layout whose loudspeakers get directions; objects do without.
    pub speakers: Option<String>,
    /// How near everything is.
    pub mode: Mode,
    /// The room around the listener.
    pub room: RoomChoice,
    /// What corrects the headphones' own tone: a WAV or SOFA file, or filters as AutoEq writes them.
    pub equaliser: Option<PathBuf>,
}

/// How near everything is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// As the scene says.
    #[default]
    Scene,
    /// Near.
    Near,
    /// At a middling distance.
    Mid,
    /// Far away.
    Far,
    /// As stereo pans it, without a head.
    Off,
}

impl Mode {
    /// All of them, with their names.
    pub const NAMES: [(Self, &'static str); 5] = [
        (Self::Scene, "as the scene says"),
        (Self::Near, "near"),
        (Self::Mid, "mid"),
        (Self::Far, "far"),
        (Self::Off, "off"),
    ];

    /// For the engine.
    pub fn engine(self) -> Option<HeadphoneMode> {
        match self {
            Self::Scene => None,
            Self::Near => Some(HeadphoneMode::Near),
            Self::Mid => Some(HeadphoneMode::Mid),
            Self::Far => Some(HeadphoneMode::Far),
            Self::Off => Some(HeadphoneMode::Off),
        }
    }
}

/// The room around the listener.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RoomChoice {
    /// None.
    #[default]
    Dry,
    /// A built-in one, by its name.
    BuiltIn(String),
    /// A measured one: a SOFA file.
    File(PathBuf),
}

/// What plays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeviceSettings {
    /// Its name; the system's choice without.
    pub name: Option<String>,
    /// Frames of a block; the system's choice without.
    pub buffer: Option<u32>,
    /// For each channel of the output the channel of the device, from 0; in their order when empty.
    pub map: Vec<usize>,
}

/// OSC and head trackers. Everything is off until it is switched on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RemoteSettings {
    /// ADM-OSC is heard …
    pub hears: bool,
    /// … at this address.
    pub listen: SocketAddr,
    /// What moves is sent …
    pub sends: bool,
    /// … to this one.
    pub send: SocketAddr,
    /// A head tracker is heard …
    pub tracks: bool,
    /// … at this one.
    pub head: SocketAddr,
    /// Angles of the tracker that have another sign: yaw, pitch, roll.
    pub invert: [bool; 3],
}

impl Default for RemoteSettings {
    fn default() -> Self {
        let here = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self {
            hears: false,
            listen: here(ADM_OSC_PORT),
            sends: false,
            send: here(SEND_PORT),
            tracks: false,
            head: here(HEAD_PORT),
            invert: [false; 3],
        }
    }
}

impl RemoteSettings {
    /// The ports that are in use, in a few words; `None` when all of it is off.
    pub(crate) fn ports(&self) -> Option<String> {
        let all = [
            (self.hears, "hears", self.listen),
            (self.sends, "sends", self.send),
            (self.tracks, "head", self.head),
        ];
        let on = all.iter().filter(|(is_on, ..)| *is_on).map(|(_, name, address)| {
            match address.ip().is_loopback() {
                true => format!("{name} {}", address.port()),
                false => format!("{name} {address}"),
            }
        });
        let on: Vec<String> = on.collect();
        (!on.is_empty()).then(|| format!("OSC {}", on.join(", ")))
    }

    /// With all of it off: a port is opened by who sits there, and not by who sat there last.
    pub(crate) fn off(&self) -> Self {
        Self { hears: false, sends: false, tracks: false, ..self.clone() }
    }

    /// For the engine; `None` when all of it is off.
    pub(crate) fn engine(&self) -> Option<OscOptions> {
        let options = OscOptions {
            listen: self.hears.then_some(self.listen),
            send: self.sends.then_some(self.send),
            head: self.tracks.then_some(self.head),
            invert_head: self.invert,
        };
        (self.hears || self.sends || self.tracks).then_some(options)
    }
}

/// An address that a person typed: with its port, or a port of this machine alone.
pub fn address(text: &str) -> Option<SocketAddr> {
    let text = text.trim();
    let port = text.parse().ok().map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    port.or_else(|| text.parse().ok())
}

/// An address as it is typed: a port of this machine alone is only the port.
pub fn address_text(address: &SocketAddr) -> String {
    match address.ip() == Ipv4Addr::LOCALHOST {
        true => address.port().to_string(),
        false => address.to_string(),
    }
}

/// Channels that a person typed, from 1 and with commas; nothing is their order.
pub fn channel_map(text: &str) -> Option<Vec<usize>> {
    const MOST: usize = 256;
    let text = text.trim();
    if text.is_empty() {
        return Some(Vec::new());
    }
    let channel = |part: &str| {
        part.trim().parse().ok().filter(|n: &usize| (1..=MOST).contains(n)).and_then(|n| n.checked_sub(1))
    };
    text.split(',').map(channel).collect()
}

/// Channels as they are typed.
pub fn channel_map_text(map: &[usize]) -> String {
    map.iter().map(|channel| (channel + 1).to_string()).collect::<Vec<_>>().join(", ")
}

/// On what else the programme is heard for a moment, while what was chosen stays chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audition {
    /// 5.1.
    Surround,
    /// Two loudspeakers.
    Stereo,
    /// One.
    Mono,
    /// Headphones, as they are set.
    Headphones,
}

impl Audition {
    /// All of them, with their names.
    pub const NAMES: [(Self, &'static str); 4] = [
        (Self::Surround, "5.1"),
        (Self::Stereo, "Stereo"),
        (Self::Mono, "Mono"),
        (Self::Headphones, "Binaural"),
    ];

    /// The layout, where it is one.
    pub(super) fn layout(self) -> Option<&'static str> {
        match self {
            Self::Surround => Some("0+5+0"),
            Self::Stereo => Some("0+2+0"),
            Self::Mono => Some("0+1+0"),
            Self::Headphones => None,
        }
    }
}

/// What the sound is to go to, by names and files.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wanted {
    /// Loudspeakers of a layout, where they should stand or, by a file, where they do.
    Loudspeakers { layout: String, speakers: Option<PathBuf> },
    /// Ambisonics of an order.
    Ambisonics(u32),
    /// Headphones.
    Headphones(HeadphoneSettings),
}

impl Listening {
    /// What is to be heard: what was chosen, or what it is auditioned on.
    pub(super) fn wanted(&self, layout: &Layout, audition: Option<Audition>) -> Wanted {
        let headphones = || Wanted::Headphones(self.headphones.clone());
        match (audition.map(Audition::layout), self.on) {
            (Some(Some(layout)), _) => Wanted::Loudspeakers { layout: layout.to_owned(), speakers: None },
            (Some(None), _) | (None, On::Headphones) => headphones(),
            (None, On::Ambisonics) => Wanted::Ambisonics(self.order.clamp(1, 7)),
            (None, On::Loudspeakers) => {
                Wanted::Loudspeakers { layout: layout.name.clone(), speakers: self.speakers.clone() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_one_of_this_machine() {
        assert_eq!(address(" 4001 "), Some(SocketAddr::from(([127, 0, 0, 1], 4001))));
        assert_eq!(address("0.0.0.0:9000"), Some(SocketAddr::from(([0, 0, 0, 0], 9000))));
        for wrong in ["", "65536", "-1", "localhost", "1.2.3.4", "::1"] {
            assert_eq!(address(wrong), None, "{wrong}");
        }
        for text in ["4001", "0.0.0.0:4001", "[::1]:9000"] {
            assert_eq!(address_text(&address(text).unwrap()), text);
        }
    }

    #[test]
    fn channels_are_counted_from_one_where_people_see_them() {
        assert_eq!(channel_map("3, 4,1"), Some(vec![2, 3, 0]));
        assert_eq!(channel_map("  "), Some(Vec::new()));
        for wrong in ["0", "1,,2", "1;2", "257", "two"] {
            assert_eq!(channel_map(wrong), None, "{wrong}");
        }
        assert_eq!(channel_map_text(&[2, 3, 0]), "3, 4, 1");
    }

    #[test]
    fn what_was_chosen_comes_back_and_unknown_or_broken_files_are_the_usual_choice() {
        let chosen = Listening {
            on: On::Headphones,
            headphones: HeadphoneSettings {
                hrtf: Some("/ears.sofa".into()),
                mode: Mode::Far,
                room: RoomChoice::BuiltIn("studio".into()),
                ..HeadphoneSettings::default()
            },
            remote: RemoteSettings { invert: [true, false, true], ..RemoteSettings::default() },
            ..Listening::default()
        };
        let text = serde_json::to_string(&chosen).unwrap();
        assert_eq!(serde_json::from_str::<Listening>(&text).unwrap(), chosen);
        assert_eq!(serde_json::from_str::<Listening>("{\"later\": 1}").unwrap(), Listening::default());
    }

    /// Whoever auditions a fold-down loses nothing of what was chosen.
    #[test]
    fn an_audition_takes_the_place_of_the_choice_while_it_lasts() {
        let listening = Listening { speakers: Some("/room.yaml".into()), ..Listening::default() };
        let layout = Layout::by_name("7.1.4").unwrap();
        let plain = |name: &str| Wanted::Loudspeakers { layout: name.into(), speakers: None };
        assert_eq!(listening.wanted(&layout, Some(Audition::Mono)), plain("0+1+0"));
        let headphones = Wanted::Headphones(HeadphoneSettings::default());
        assert_eq!(listening.wanted(&layout, Some(Audition::Headphones)), headphones);
        let speakers = listening.speakers.clone();
        let chosen = Wanted::Loudspeakers { layout: "4+7+0".into(), speakers };
        assert_eq!(listening.wanted(&layout, None), chosen);
        for (audition, _) in Audition::NAMES {
            assert!(audition.layout().is_none_or(|name| Layout::by_name(name).is_ok()));
        }
    }
}
