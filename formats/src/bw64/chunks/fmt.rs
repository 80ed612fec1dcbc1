//! `fmt `: how the samples lie (BS.2088-1 §5; Microsoft's WAVEFORMATEX and WAVEFORMATEXTENSIBLE).

use crate::Warning;
use crate::bw64::error::{Error, Fault};
use crate::bw64::samples::SampleFormat;

const TAG_PCM: u16 = 1;
const TAG_FLOAT: u16 = 3;
const TAG_EXTENSIBLE: u16 = 0xFFFE;
/// Tail of the sub-format GUIDs that stand for a format tag.
const TAG_GUID_TAIL: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];
/// The same for Ambisonic B-format (`SUBTYPE_AMBISONIC_B_FORMAT_…`).
const AMBISONIC_GUID_TAIL: [u8; 14] = [0, 0, 0x21, 7, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA, 0, 0, 0];

/// Channels, rate and samples of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct AudioFormat {
    /// Interleaved channels, at least 1.
    pub channels: u16,
    /// Frames per second, at least 1.
    pub sample_rate: u32,
    /// How a sample is stored.
    pub sample_format: SampleFormat,
    /// Bits of a sample that mean something; the bits of the container unless the file says less.
    pub valid_bits: u16,
    /// Loudspeakers of the channels (WAVEFORMATEXTENSIBLE's `dwChannelMask`), when stated and not 0.
    pub channel_mask: Option<u32>,
}

impl AudioFormat {
    /// `channels` of `sample_format` at `sample_rate` without a channel mask.
    pub fn new(channels: u16, sample_rate: u32, sample_format: SampleFormat) -> Self {
        Self { channels, sample_rate, sample_format, valid_bits: sample_format.bits(), channel_mask: None }
    }

    /// The same with a `dwChannelMask`.
    pub fn with_channel_mask(self, mask: u32) -> Self {
        Self { channel_mask: Some(mask), ..self }
    }

    /// Bytes of one sample of every channel.
    pub fn bytes_per_frame(&self) -> usize {
        usize::from(self.channels) * self.sample_format.bytes()
    }

    /// Reads the body of the `fmt ` chunk at `offset`.
    pub fn parse(body: &[u8], offset: u64, warnings: &mut Vec<Warning>) -> Result<Self, Error> {
        let fault = |rule, found: String, expected: &str, remedy| {
            Error::from(Fault { rule, chunk: "fmt".into(), offset, found, expected: expected.into(), remedy })
        };
        let Some(fields) = body.first_chunk::<16>() else {
            let found = format!("{} bytes", body.len());
            return Err(fault(
                "fmt-size",
                found,
                "at least 16",
                "the file is truncated or damaged: export it again",
            ));
        };
        let [t0, t1, c0, c1, r0, r1, r2, r3, _, _, _, _, a0, a1, b0, b1] = *fields;
        let (tag, channels) = (u16::from_le_bytes([t0, t1]), u16::from_le_bytes([c0, c1]));
        let sample_rate = u32::from_le_bytes([r0, r1, r2, r3]);
        let (block_align, bits) = (u16::from_le_bytes([a0, a1]), u16::from_le_bytes([b0, b1]));
        let extension = Extension::parse(tag, body);
        let real_tag = match (tag, &extension) {
            (TAG_EXTENSIBLE, Some(extension)) => extension.tag,
            (TAG_EXTENSIBLE, None) => {
                let found = format!("WAVE_FORMAT_EXTENSIBLE in {} bytes", body.len());
                return Err(fault(
                    "fmt-size",
                    found,
                    "40 bytes with a known sub-format",
                    "export the file as PCM or float",
                ));
            }
            _ => tag,
        };
        if !matches!(real_tag, TAG_PCM | TAG_FLOAT) {
            let found = format!("format tag {real_tag:#06x} ({})", tag_name(real_tag));
            return Err(fault(
                "fmt-tag",
                found,
                "PCM (1) or IEEE float (3)",
                "unsupported compressed format: decode it to PCM or float",
            ));
        }
        let damaged = "the header is damaged: export the file again";
        if channels == 0 {
            return Err(fault("fmt-channels", "0 channels".into(), "at least 1 channel", damaged));
        }
        if sample_rate == 0 {
            return Err(fault("fmt-rate", "sample rate 0 Hz".into(), "at least 1 Hz", damaged));
        }
        let container = block_align / channels;
        if block_align == 0 || block_align % channels != 0 || container < bits.div_ceil(8) {
            let found = format!("block align {block_align} with {channels} channels of {bits} bits");
            return Err(fault("fmt-block-align", found, "channels × bytes per sample", damaged));
        }
        let Some(sample_format) = SampleFormat::from_layout(real_tag == TAG_FLOAT, container) else {
            let found = format!(
                "{bits}-bit {} samples in {container} bytes",
                if real_tag == TAG_FLOAT { "float" } else { "PCM" }
            );
            return Err(fault(
                "fmt-bits",
                found,
                "PCM of 8, 16, 24 or 32 bits or float of 32 or 64",
                "unsupported: convert the file",
            ));
        };
        let valid = match &extension {
            Some(extension) if extension.valid_bits != 0 => extension.valid_bits.min(bits),
            _ => bits,
        };
        if bits == 0 || (tag != TAG_EXTENSIBLE && bits.div_ceil(8) < container) {
            warnings.push(Warning::new(
                "container-bits",
                "fmt",
                format!("{bits}-bit samples in {container} bytes each; read as left-justified, as WAVE asks"),
            ));
        }
        Ok(Self {
            channels,
            sample_rate,
            sample_format,
            valid_bits: if valid == 0 { sample_format.bits() } else { valid },
            channel_mask: extension.map(|e| e.channel_mask).filter(|mask| *mask != 0),
        })
    }

    /// The chunk's body: WAVEFORMATEXTENSIBLE when there is a channel mask; otherwise the plain form that every
    /// ADM tool reads, whatever the number of channels.
    pub fn to_bytes(&self) -> Vec<u8> {
        let float = self.sample_format.is_float();
        let tag = if float { TAG_FLOAT } else { TAG_PCM };
        // The fields of a nonsensical format saturate rather than wrap; Writer::create refuses such formats.
        let align = u16::try_from(self.bytes_per_frame()).unwrap_or(u16::MAX);
        let bits = self.sample_format.bits();
        let mut bytes = Vec::with_capacity(40);
        bytes.extend(if self.channel_mask.is_some() { TAG_EXTENSIBLE } else { tag }.to_le_bytes());
        bytes.extend(self.channels.to_le_bytes());
        bytes.extend(self.sample_rate.to_le_bytes());
        bytes.extend(self.sample_rate.saturating_mul(u32::from(align)).to_le_bytes());
        bytes.extend(align.to_le_bytes());
        bytes.extend(bits.to_le_bytes());
        if let Some(mask) = self.channel_mask {
            bytes.extend(22u16.to_le_bytes());
            bytes.extend(self.valid_bits.min(bits).to_le_bytes());
            bytes.extend(mask.to_le_bytes());
            bytes.extend(tag.to_le_bytes());
            bytes.extend(TAG_GUID_TAIL);
        } else if float {
            bytes.extend(0u16.to_le_bytes());
        }
        bytes
    }
}

/// The part of WAVEFORMATEXTENSIBLE after WAVEFORMATEX.
struct Extension {
    valid_bits: u16,
    channel_mask: u32,
    tag: u16,
}

impl Extension {
    fn parse(tag: u16, body: &[u8]) -> Option<Self> {
        if tag != TAG_EXTENSIBLE {
            return None;
        }
        let [v0, v1, m0, m1, m2, m3, t0, t1, tail @ ..] = *body.get(18..)?.first_chunk::<22>()?;
        let ambisonic = tail == AMBISONIC_GUID_TAIL;
        (ambisonic || tail == TAG_GUID_TAIL).then(|| {
            let tag = u16::from_le_bytes([t0, t1]);
            Self {
                valid_bits: u16::from_le_bytes([v0, v1]),
                channel_mask: if ambisonic { 0 } else { u32::from_le_bytes([m0, m1, m2, m3]) },
                tag,
            }
        })
    }
}

/// The name of a format tag (Microsoft's `mmreg.h`).
fn tag_name(tag: u16) -> &'static str {
    match tag {
        0x0002 => "Microsoft ADPCM",
        0x0006 => "A-law",
        0x0007 => "µ-law",
        0x0010 => "OKI ADPCM",
        0x0011 => "IMA ADPCM",
        0x0031 => "GSM 6.10",
        0x0050 => "MPEG layer 1/2",
        0x0055 => "MP3",
        0x0069 => "Xbox ADPCM",
        0x0092 => "AC-3 over S/PDIF",
        0x00FF | 0x1600 | 0x1610 => "AAC",
        0x0161..=0x0163 => "Windows Media Audio",
        0x0270 => "ATRAC3",
        0x2000 => "AC-3",
        0x2001 => "DTS",
        0x674F..=0x6771 => "Vorbis",
        0x704F => "Opus",
        0xF1AC => "FLAC",
        _ => "unknown codec",
    }
}
