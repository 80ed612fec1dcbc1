//! `dbmd` made anew: an Atmos segment and its supplement with the fields whose meaning is published, all others 0.
//!
//! Nothing in it says that a tool of Dolby's had a hand in it.

use super::dbmd::{DbmdChunk, SUPPLEMENT_SYNC, Segment, TRIM_LAYOUTS};

/// Version of the chunk that is written, most significant number first.
const VERSION: [u8; 4] = [1, 0, 0, 6];
/// Bytes of an Atmos segment.
const ATMOS_BYTES: usize = 248;
/// Where the creation tool's name begins, and its bytes.
const TOOL: (usize, usize) = (32, 64);
/// Its version, three numbers.
const TOOL_VERSION: usize = 96;
/// Frame rate in the low half.
const FRAME_RATE: usize = 111;
/// Hours of the first frame of action; [`UNSET`] where there is none.
const FIRST_FRAME: usize = 112;
const UNSET: u8 = 0xFF;
/// Downmix from 5.1 to stereo in bits 6 to 4.
const DOWNMIX: usize = 139;
const LO_RO: u8 = 1 << 4;
/// A trim that is automatic: its first byte, and its bytes.
const AUTOMATIC: u8 = 1;
const TRIM_BYTES: usize = 15;
/// Head tracking that is not indicated, in the upper bits of a mode.
const HEAD_TRACK_UNSET: u8 = 2 << 6;

/// How a bed channel or an object is to be heard on headphones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum BinauralRenderMode {
    Off = 0,
    Near = 1,
    Far = 2,
    Mid = 3,
    #[default]
    NotIndicated = 4,
}

/// What a new `dbmd` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AtmosSettings {
    /// The program that makes it, up to 63 bytes.
    pub creation_tool: String,
    /// Its version.
    pub creation_tool_version: [u8; 3],
    /// The code of the frame rate, [`AtmosSettings::frame_rate_code`].
    pub frame_rate_code: u8,
    /// One for each bed channel and object, in the order of the tracks.
    pub modes: Vec<BinauralRenderMode>,
}

impl AtmosSettings {
    /// The code of a frame rate by its name; that of 24 frames where there is none.
    pub fn frame_rate_code(name: &str, is_drop: bool) -> u8 {
        match (name, is_drop) {
            ("23.976", _) => 1,
            ("25", _) => 3,
            ("29.97", true) => 4,
            ("29.97", false) => 5,
            ("30", _) => 6,
            _ => 2,
        }
    }

    /// The chunk: downmix Lo/Ro, no warping, all trims automatic.
    pub fn to_chunk(&self) -> DbmdChunk {
        let segments = vec![Segment::new(9, self.atmos()), Segment::new(10, self.supplement())];
        DbmdChunk { version: VERSION, segments, rest: vec![0] }
    }

    fn atmos(&self) -> Vec<u8> {
        let mut payload = vec![0; ATMOS_BYTES];
        let (start, room) = TOOL;
        let name = self.creation_tool.as_bytes();
        // The last byte stays 0.
        let name = name.get(..name.len().min(room - 1)).unwrap_or_default();
        for (place, byte) in payload.iter_mut().skip(start).zip(name) {
            *place = *byte;
        }
        for (place, number) in payload.iter_mut().skip(TOOL_VERSION).zip(self.creation_tool_version) {
            *place = number;
        }
        for (at, byte) in [(FRAME_RATE, self.frame_rate_code), (FIRST_FRAME, UNSET), (DOWNMIX, LO_RO)] {
            if let Some(place) = payload.get_mut(at) {
                *place = byte;
            }
        }
        payload
    }

    fn supplement(&self) -> Vec<u8> {
        let mut payload = SUPPLEMENT_SYNC.to_le_bytes().to_vec();
        payload.extend(u16::try_from(self.modes.len()).unwrap_or(u16::MAX).to_le_bytes());
        payload.push(0);
        for _ in TRIM_LAYOUTS {
            payload.push(AUTOMATIC);
            payload.extend([0; TRIM_BYTES - 1]);
        }
        payload.extend(self.modes.iter().map(|_| 0));
        payload.extend(self.modes.iter().map(|mode| HEAD_TRACK_UNSET | *mode as u8));
        payload
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bw64::chunks::dbmd::SegmentContent;

    /// Read back by the parser, which is tested on files of Dolby's tools; lengths as in those files.
    #[test]
    fn what_is_written_is_what_is_read() {
        let modes = vec![BinauralRenderMode::Mid, BinauralRenderMode::Off, BinauralRenderMode::NotIndicated];
        let settings = AtmosSettings {
            creation_tool: "x".repeat(90),
            creation_tool_version: [1, 2, 3],
            frame_rate_code: AtmosSettings::frame_rate_code("25", false),
            modes,
        };
        let mut warnings = Vec::new();
        let chunk = DbmdChunk::parse(&settings.to_chunk().to_bytes(), &mut warnings);
        assert_eq!(warnings, []);
        assert_eq!(chunk.version_text(), "1.0.0.6");
        assert_eq!(chunk.segments.iter().map(|s| s.payload.len()).collect::<Vec<_>>(), [248, 142 + 2 * 3]);
        let SegmentContent::Atmos(atmos) = chunk.segments[0].content() else { panic!("no Atmos") };
        assert_eq!((atmos.note.as_str(), atmos.creation_tool.len()), ("", 63));
        assert_eq!((atmos.creation_tool_version.as_str(), atmos.frame_rate), ("1.2.3", Some("25")));
        assert_eq!(atmos.first_frame_of_action, None);
        assert_eq!((atmos.downmix_5_to_2, atmos.warp_mode), ("LoRo", "normal"));
        let SegmentContent::AtmosSupplement(supplement) = chunk.segments[1].content() else {
            panic!("no supplement")
        };
        assert!(supplement.trims.iter().all(|trim| trim.manual.is_none()));
        let modes: Vec<&str> = supplement.headphone.iter().map(|mode| mode.binaural).collect();
        assert_eq!(modes, ["mid", "off", "not indicated"]);
    }
}
