//! Tracks: which sound, when, through which chain, and where in the room.

use super::chain::{Chain, Range};
use super::{BedLayout, Kept, Loudspeakers, Object, Role, Time};

/// One strip of the desk: clips of one role and language, a chain, and a place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Track {
    /// Its name, different from that of every other track.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// ISO 639 code of what is spoken or sung.
    pub language: Option<String>,
    /// Names of the programmes it belongs to; none is all of them.
    pub programmes: Vec<String>,
    /// Name of the group that it is muted, soloed and turned up with.
    pub group: Option<String>,
    /// Name of the track that it can stand in for: at most one of them is heard (`audioComplementaryObject`).
    pub alternative_to: Option<String>,
    /// Name of the track that this one is a part of: where that can be chosen, or stood in for, both are.
    pub with: Option<String>,
    /// Not heard.
    pub mute: bool,
    /// While any track or group is soloed, only those that are.
    pub solo: bool,
    /// 0…10 (`importance` of the audioObject); the highest when absent.
    pub importance: Option<u8>,
    /// Stays when the head turns (`headLocked` of the audioObject).
    pub head_locked: bool,
    /// What sounds.
    pub clips: Vec<Clip>,
    /// What is done to it.
    pub chain: Chain,
    /// What the chain's elements have that this edition doesn't know.
    pub chain_kept: Kept,
    /// Where it is.
    pub spatial: Spatial,
    /// What this edition doesn't know.
    pub kept: Kept,
}

/// A part of a sound file, put somewhere in time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clip {
    /// The file as the scene names it: relative to the folder of the scene, or absolute.
    pub file: String,
    /// Channels of the file that are used, counted from 1, in this order; none is all of them in theirs.
    pub channels: Vec<u16>,
    /// When it begins to sound.
    pub start: Time,
    /// How much is left out at the start of the file.
    pub trim_start: Time,
    /// How long it sounds; to the end of the file when absent.
    pub length: Option<Time>,
    /// dB.
    pub gain_db: f64,
    /// From silence, at its start.
    pub fade_in: Option<Fade>,
    /// To silence, at its end.
    pub fade_out: Option<Fade>,
    /// What this edition doesn't know.
    pub kept: Kept,
}

impl Clip {
    /// Range of `gain_db`.
    pub const GAIN: Range = Range::new(f64::NEG_INFINITY, 60.0, "dB");
}

/// A fade of a clip.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fade {
    /// How long.
    pub length: Time,
    /// Along which curve.
    pub shape: FadeShape,
    /// What this edition doesn't know.
    pub kept: Kept,
}

/// The gain of a fade-in over its length, u being 0 at its start and 1 at its end; a fade-out is the same backwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FadeShape {
    /// u.
    Linear,
    /// sin(π u / 2): two that cross keep the power of unrelated sounds.
    #[default]
    EqualPower,
    /// (1 − cos(π u)) / 2: without a corner at either end; two that cross keep the amplitude.
    SCurve,
}

impl FadeShape {
    /// All, with their names in the file.
    pub const NAMES: [(Self, &'static str); 3] =
        [(Self::Linear, "linear"), (Self::EqualPower, "equalPower"), (Self::SCurve, "sCurve")];

    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::EqualPower => "equalPower",
            Self::SCurve => "sCurve",
        }
    }
}

/// Where a track is.
#[derive(Clone, Debug, PartialEq)]
pub enum Spatial {
    /// A mono sound with a place, which may move.
    Object(Box<Object>),
    /// One channel for each loudspeaker of a layout.
    Bed(Bed),
    /// One channel for each of any loudspeakers.
    Loudspeakers(Loudspeakers),
    /// Ambisonics.
    Hoa(Hoa),
    /// Two channels, one for each ear.
    Binaural(Binaural),
}

impl Spatial {
    /// Channels that the track has.
    pub fn channels(&self) -> usize {
        match self {
            Self::Object(_) => 1,
            Self::Bed(bed) => bed.layout.channels(),
            Self::Loudspeakers(loudspeakers) => loudspeakers.channels.len(),
            Self::Hoa(hoa) => hoa.channels(),
            Self::Binaural(_) => 2,
        }
    }

    /// Its element in the file.
    pub fn element(&self) -> &'static str {
        match self {
            Self::Object(_) => "object",
            Self::Bed(_) => "bed",
            Self::Loudspeakers(_) => "loudspeakers",
            Self::Hoa(_) => "hoa",
            Self::Binaural(_) => "binaural",
        }
    }
}

impl Default for Spatial {
    /// An object in front.
    fn default() -> Self {
        Self::Object(Box::default())
    }
}

/// A bed: channels for the loudspeakers of a layout, in the layout's order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bed {
    /// Its loudspeakers.
    pub layout: BedLayout,
    /// What this edition doesn't know.
    pub kept: Kept,
}

/// An Ambisonics scene, its components in ACN order (FuMa: in FuMa's), unless it names them.
#[derive(Clone, Debug, PartialEq)]
pub struct Hoa {
    /// 1…15.
    pub order: u8,
    /// How its components are scaled.
    pub normalization: Normalization,
    /// It follows the size of the screen.
    pub screen_ref: bool,
    /// Metres; `None` or 0 is no near-field compensation.
    pub nfc_ref_dist: Option<f64>,
    /// Its channels, where they aren't just all components of the order in their order.
    pub components: Vec<HoaComponent>,
    /// What this edition doesn't know.
    pub kept: Kept,
}

/// A channel of an Ambisonics scene.
#[derive(Clone, Debug, PartialEq)]
pub struct HoaComponent {
    /// 0…15.
    pub order: u8,
    /// −order…order.
    pub degree: i8,
    /// dB.
    pub gain_db: f64,
    /// Polarity turned over.
    pub invert: bool,
    /// 0…10.
    pub importance: u8,
    /// What this edition doesn't know.
    pub kept: Kept,
}

impl HoaComponent {
    /// Range of `gain_db`.
    pub const GAIN: Range = Range::new(f64::NEG_INFINITY, 60.0, "dB");
}

impl Default for HoaComponent {
    /// The omnidirectional one, as it is.
    fn default() -> Self {
        let (order, degree, gain_db, invert) = (0, 0, 0.0, false);
        Self { order, degree, gain_db, invert, importance: 10, kept: Kept::default() }
    }
}

impl Hoa {
    /// Highest order.
    pub const HIGHEST_ORDER: u8 = 15;
    /// Highest order for which there are common definitions (BS.2094-1).
    pub const HIGHEST_COMMON_ORDER: u8 = 6;
    /// Highest order of FuMa.
    pub const HIGHEST_FUMA_ORDER: u8 = 3;
    /// Range of `nfc_ref_dist`.
    pub const NFC_REF_DIST: Range = Range::new(0.0, 100.0, "m");

    /// Components that it has channels for.
    pub fn channels(&self) -> usize {
        if self.components.is_empty() { (usize::from(self.order) + 1).pow(2) } else { self.components.len() }
    }

    /// Order and degree of all channels, in their order.
    pub fn places(&self) -> impl Iterator<Item = (i32, i32)> {
        let all = if self.components.is_empty() { self.channels() } else { 0 };
        let all = (0..all).map(|index| match self.normalization {
            Normalization::FuMa => FUMA.get(index).copied().unwrap_or(acn(index)),
            Normalization::Sn3d | Normalization::N3d => acn(index),
        });
        let own = self.components.iter().map(|part| (i32::from(part.order), i32::from(part.degree)));
        all.chain(own)
    }
}

impl Default for Hoa {
    /// First order, SN3D.
    fn default() -> Self {
        let (normalization, kept) = (Normalization::default(), Kept::default());
        Self { order: 1, normalization, screen_ref: false, nfc_ref_dist: None, components: Vec::new(), kept }
    }
}

/// Order and degree of an ambisonic channel number.
fn acn(number: usize) -> (i32, i32) {
    let order = number.isqrt() as i32;
    (order, number as i32 - order * (order + 1))
}

/// Order and degree of the channels of FuMa, W X Y Z R S T U V K L M N O P Q.
const FUMA: [(i32, i32); 16] = [
    (0, 0),
    (1, 1),
    (1, -1),
    (1, 0),
    (2, 0),
    (2, 1),
    (2, -1),
    (2, 2),
    (2, -2),
    (3, 0),
    (3, 1),
    (3, -1),
    (3, 2),
    (3, -2),
    (3, 3),
    (3, -3),
];

/// How the components of an Ambisonics scene are scaled (BS.2076-2 §11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Normalization {
    #[default]
    Sn3d,
    N3d,
    FuMa,
}

impl Normalization {
    /// All, with their names in the file and in ADM.
    pub const NAMES: [(Self, &'static str); 3] =
        [(Self::Sn3d, "SN3D"), (Self::N3d, "N3D"), (Self::FuMa, "FuMa")];

    /// Its name in the file and in ADM.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sn3d => "SN3D",
            Self::N3d => "N3D",
            Self::FuMa => "FuMa",
        }
    }
}

/// Two channels for the two ears; headphones only.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Binaural {
    /// What this edition doesn't know.
    pub kept: Kept,
}
