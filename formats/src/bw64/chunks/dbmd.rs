//! `dbmd`: Dolby audio metadata (EBU Tech 3285 supplement 6; field meanings as in Dolby's published
//! `dbmd_atmos_parse`).
//!
//! The chunk is a version and a list of segments. Segments are kept byte for byte, and only fields whose
//! meaning is published are read out of them: [`Segment::content`].

use serde::Serialize;

use super::bext::text;
pub use super::dbmd_write::{AtmosSettings, BinauralRenderMode};
use crate::Warning;

/// Segments looked at; an honest chunk has fewer than ten.
const MAX_SEGMENTS: usize = 1024;

/// First bytes of an Atmos supplement.
pub(super) const SUPPLEMENT_SYNC: u32 = 0xF872_6FBD;

/// Beds and objects of an Atmos master.
const MAX_ATMOS_TRACKS: u16 = 128;

/// The chunk, byte for byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DbmdChunk {
    /// Version, most significant number first (1.0.0.6).
    pub version: [u8; 4],
    /// The segments in file order.
    pub segments: Vec<Segment>,
    /// What follows the last segment, the end mark included.
    pub rest: Vec<u8>,
}

/// One segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// What it is: 1 Dolby E, 3 Dolby Digital, 7 Dolby Digital Plus, 8 audio info, 9 Atmos, 10 Atmos
    /// supplement.
    pub id: u8,
    /// Its bytes.
    pub payload: Vec<u8>,
    /// The checksum as the file has it.
    pub checksum: u8,
}

/// What the published fields of a segment say.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "segment", rename_all = "snake_case")]
pub enum SegmentContent {
    /// Dolby Digital Plus, segment 7.
    DolbyDigitalPlus(DolbyDigitalPlus),
    /// Atmos, segment 9.
    Atmos(Atmos),
    /// Atmos supplement, segment 10.
    AtmosSupplement(AtmosSupplement),
    /// A segment whose fields are not read.
    Other {
        /// Its id.
        id: u8,
        /// Its length in bytes.
        bytes: usize,
    },
}

/// Dolby Digital Plus metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DolbyDigitalPlus {
    /// There is an LFE channel.
    pub lfe_on: bool,
    /// `bsmod`: kind of service, 0 main.
    pub bitstream_mode: u8,
    /// `acmod`: channels, 7 is 3/2.
    pub audio_coding_mode: u8,
    /// The language code field counts.
    pub language_code: bool,
    /// Protected by copyright.
    pub copyright: bool,
    /// An original bitstream.
    pub original: bool,
    /// Dialogue level, −dB; 0 is reserved and read as 31.
    pub dialnorm: u8,
}

/// Atmos metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Atmos {
    /// Free text in the reserved field.
    pub note: String,
    /// The program that made it.
    pub creation_tool: String,
    /// Its version.
    pub creation_tool_version: String,
    /// Frames per second, when it is a known code.
    pub frame_rate: Option<&'static str>,
    /// First frame of action, when set.
    pub first_frame_of_action: Option<FirstFrameOfAction>,
    /// How 5.1 becomes stereo.
    pub downmix_5_to_2: &'static str,
    /// The code of the 90° phase shift of the surrounds in the downmix.
    pub phase_90_code: u8,
    /// The code of the bed's distribution.
    pub bed_distribution_code: u8,
    /// How 7.1 becomes 5.1.
    pub warp_mode: &'static str,
}

/// A place on the time line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FirstFrameOfAction {
    /// Hours.
    pub hours: u8,
    /// Minutes.
    pub minutes: u8,
    /// Seconds in steps of 10 µs.
    pub seconds_e5: u32,
}

/// Trims and headphone modes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AtmosSupplement {
    /// Bed channels and objects.
    pub object_count: u16,
    /// One per group of layouts, in the order of [`TRIM_LAYOUTS`].
    pub trims: Vec<Trim>,
    /// Per bed channel and object: the code of trim bypass.
    pub trim_bypass_codes: Vec<u8>,
    /// Per bed channel and object.
    pub headphone: Vec<HeadphoneMode>,
}

/// The layouts of an Atmos supplement's trims.
pub const TRIM_LAYOUTS: [&str; 9] =
    ["2.0", "5.1", "7.1", "2.1.2", "5.1.2", "7.1.2", "2.1.4", "5.1.4", "7.1.4"];

/// Level changes when the programme is rendered to fewer loudspeakers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Trim {
    /// The output layout.
    pub layout: &'static str,
    /// `None` is automatic.
    pub manual: Option<ManualTrim>,
}

/// A trim set by hand.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ManualTrim {
    /// dB.
    pub centre_db: f32,
    /// dB.
    pub surround_db: f32,
    /// dB.
    pub height_db: f32,
    /// Front-back balance between overhead and floor, −1…1.
    pub balance_overhead_floor: f32,
    /// Front-back balance around the listener, −1…1.
    pub balance_listener: f32,
}

/// How one bed channel or object is heard on headphones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct HeadphoneMode {
    /// The code of head tracking.
    pub head_track_code: u8,
    /// Distance of the binaural renderer.
    pub binaural: &'static str,
}

impl DbmdChunk {
    /// Reads the chunk's body, which has at least 4 bytes. What cannot be read stays in [`DbmdChunk::rest`], with
    /// a warning.
    pub fn parse(body: &[u8], warnings: &mut Vec<Warning>) -> Self {
        let mut warn = |message: String| warnings.push(Warning::new("dbmd-segment", "dbmd", message));
        let Some((version, mut rest)) = body.split_first_chunk::<4>() else {
            warn(format!("{} bytes are too short for a dbmd (at least 4); not read", body.len()));
            return Self::default();
        };
        let mut version = *version;
        version.reverse();
        let mut segments = Vec::new();
        while let [id, low, high, after @ ..] = rest
            && *id != 0
        {
            let size = usize::from(u16::from_le_bytes([*low, *high]));
            let Some((payload, [checksum, next @ ..])) = after.split_at_checked(size) else {
                warn(format!(
                    "segment {id} says {size} bytes but {} are left; not read, kept as it is",
                    after.len()
                ));
                break;
            };
            if segments.len() == MAX_SEGMENTS {
                warn(format!("more than {MAX_SEGMENTS} segments; the rest is not read, kept as it is"));
                break;
            }
            let segment = Segment { id: *id, payload: payload.to_vec(), checksum: *checksum };
            let expected = segment.expected_checksum();
            if expected != *checksum {
                warn(format!(
                    "segment {id} has checksum {checksum:#04x}, expected {expected:#04x}; its fields may be wrong"
                ));
            }
            segments.push(segment);
            rest = next;
        }
        Self { version, segments, rest: rest.to_vec() }
    }

    /// The chunk's body: what was read, byte for byte.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.version.iter().rev().copied().collect();
        for segment in &self.segments {
            bytes.push(segment.id);
            bytes.extend(segment.size().to_le_bytes());
            bytes.extend(&segment.payload);
            bytes.push(segment.checksum);
        }
        bytes.extend(&self.rest);
        bytes
    }

    /// The version as text: `1.0.0.6`.
    pub fn version_text(&self) -> String {
        let [a, b, c, d] = self.version;
        format!("{a}.{b}.{c}.{d}")
    }
}

impl Serialize for DbmdChunk {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let contents: Vec<SegmentContent> = self.segments.iter().map(Segment::content).collect();
        let mut chunk = serializer.serialize_struct("DbmdChunk", 2)?;
        chunk.serialize_field("version", &self.version_text())?;
        chunk.serialize_field("segments", &contents)?;
        chunk.end()
    }
}

impl Segment {
    /// A segment with its checksum. A payload beyond 65535 bytes is cut.
    pub fn new(id: u8, mut payload: Vec<u8>) -> Self {
        payload.truncate(usize::from(u16::MAX));
        let mut segment = Self { id, payload, checksum: 0 };
        segment.checksum = segment.expected_checksum();
        segment
    }

    fn size(&self) -> u16 {
        u16::try_from(self.payload.len()).unwrap_or(u16::MAX)
    }

    /// The checksum its bytes ask for: size and payload add up to 0 with it.
    pub fn expected_checksum(&self) -> u8 {
        self.size()
            .to_le_bytes()
            .iter()
            .chain(&self.payload)
            .fold(0u8, |sum, b| sum.wrapping_add(*b))
            .wrapping_neg()
    }

    /// The published fields.
    pub fn content(&self) -> SegmentContent {
        let content = match self.id {
            7 => DolbyDigitalPlus::parse(&self.payload).map(SegmentContent::DolbyDigitalPlus),
            9 => Atmos::parse(&self.payload).map(SegmentContent::Atmos),
            10 => AtmosSupplement::parse(&self.payload).map(SegmentContent::AtmosSupplement),
            _ => None,
        };
        content.unwrap_or(SegmentContent::Other { id: self.id, bytes: self.payload.len() })
    }
}

impl DolbyDigitalPlus {
    fn parse(payload: &[u8]) -> Option<Self> {
        let (mode, rights) = (*payload.get(1)?, *payload.get(5)?);
        Some(Self {
            lfe_on: mode & 0x40 != 0,
            bitstream_mode: mode >> 3 & 7,
            audio_coding_mode: mode & 7,
            language_code: rights & 0x80 != 0,
            copyright: rights & 0x40 != 0,
            original: rights & 0x20 != 0,
            dialnorm: match rights & 0x1F {
                0 => 31,
                level => level,
            },
        })
    }
}

impl Atmos {
    fn parse(payload: &[u8]) -> Option<Self> {
        let version = payload.get(96..99)?.iter().map(u8::to_string).collect::<Vec<_>>().join(".");
        let [hours, minutes, s0, s1, s2, s3] = *payload.get(112..)?.first_chunk()?;
        let (downmix, modes) = (*payload.get(139)?, *payload.get(152)?);
        Some(Self {
            note: text(payload.get(..32)?),
            creation_tool: text(payload.get(32..96)?),
            creation_tool_version: version,
            frame_rate: frame_rate(*payload.get(111)? & 0x0F),
            first_frame_of_action: (hours != 0xFF).then(|| FirstFrameOfAction {
                hours,
                minutes,
                seconds_e5: u32::from_le_bytes([s0, s1, s2, s3]),
            }),
            downmix_5_to_2: downmix_name(downmix >> 4 & 7),
            phase_90_code: downmix & 3,
            bed_distribution_code: modes >> 6,
            warp_mode: warp_mode(modes & 7),
        })
    }
}

impl AtmosSupplement {
    fn parse(payload: &[u8]) -> Option<Self> {
        let (sync, rest) = payload.split_first_chunk::<4>()?;
        let ([count0, count1, _reserved], rest) = rest.split_first_chunk::<3>()?;
        let object_count = u16::from_le_bytes([*count0, *count1]);
        if u32::from_le_bytes(*sync) != SUPPLEMENT_SYNC || object_count > MAX_ATMOS_TRACKS {
            return None;
        }
        let (trims, rest) = rest.split_at_checked(15 * TRIM_LAYOUTS.len())?;
        let (bypass, modes) = rest.split_at_checked(usize::from(object_count))?;
        let modes = modes.get(..usize::from(object_count))?;
        let (trims, _) = trims.as_chunks::<15>();
        Some(Self {
            object_count,
            trims: TRIM_LAYOUTS
                .into_iter()
                .zip(trims)
                .map(|(layout, bytes)| Trim::parse(layout, bytes))
                .collect(),
            trim_bypass_codes: bypass.iter().map(|b| b & 3).collect(),
            headphone: modes
                .iter()
                .map(|b| HeadphoneMode { head_track_code: b >> 6, binaural: binaural_mode(b & 7) })
                .collect(),
        })
    }
}

impl Trim {
    fn parse(layout: &'static str, bytes: &[u8; 15]) -> Self {
        let [mode, c0, c1, c2, c3, s0, s1, s2, s3, h0, h1, h2, h3, overhead, listener] = *bytes;
        // Sign and seven bits of magnitude.
        let balance = |b: u8| {
            let magnitude = f32::from(b & 0x7F) / 127.0;
            if b & 0x80 == 0 || magnitude == 0.0 { magnitude } else { -magnitude }
        };
        Self {
            layout,
            manual: (mode & 1 == 0).then(|| ManualTrim {
                centre_db: f32::from_le_bytes([c0, c1, c2, c3]),
                surround_db: f32::from_le_bytes([s0, s1, s2, s3]),
                height_db: f32::from_le_bytes([h0, h1, h2, h3]),
                balance_overhead_floor: balance(overhead),
                balance_listener: balance(listener),
            }),
        }
    }
}

fn frame_rate(code: u8) -> Option<&'static str> {
    match code {
        1 => Some("23.976"),
        2 => Some("24"),
        3 => Some("25"),
        4 => Some("29.97 drop frame"),
        5 => Some("29.97"),
        6 => Some("30"),
        _ => None,
    }
}

fn downmix_name(code: u8) -> &'static str {
    match code {
        0 => "not indicated",
        1 => "LoRo",
        2 => "LtRt Pro Logic",
        3 => "LtRt Pro Logic II",
        4 => "direct stereo render",
        _ => "reserved",
    }
}

fn warp_mode(code: u8) -> &'static str {
    match code {
        0 => "normal",
        1 => "warping",
        2 => "downmix Pro Logic IIx",
        3 => "downmix LoRo",
        4 => "not indicated",
        _ => "reserved",
    }
}

fn binaural_mode(code: u8) -> &'static str {
    match code {
        0 => "off",
        1 => "near",
        2 => "far",
        3 => "mid",
        4 => "not indicated",
        _ => "reserved",
    }
}
