//! What the headphones themselves do to the tone, taken out: one finite response for each ear, after everything else.
//!
//! ```text
//!  WAV, SOFA ─────── responses as they stand, at the scene's rate ──────────┐
//!  text ── Filter lines ── biquads, as long as they ring ─┐                 ├─ convolution of both ears
//!          GraphicEQ ───── minimum-phase response ────────┴── in series ────┘
//! ```
//!
//! Takes a file, whose content says which of these it is; gives the responses at a sampling rate. Filters that ring
//! for ever are written out to where less than −180 dB of their energy is left: so everything is a finite response, and a
//! block of output has the same bits wherever a render starts.

mod biquad;
mod processor;
mod text;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use formats::Warning;
use formats::bw64::{Planar, Reader};
use hrtf::{resampled_response, sofa};

pub(super) use processor::Processor;
use text::Settings;

/// The longest response, seconds.
const LONGEST: f64 = 4.0;
/// The longest text that is read, bytes.
const LONGEST_TEXT: u64 = 1 << 20;

/// An equalisation of headphones, for any sampling rate.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadphoneEq(Source);

#[derive(Clone, Debug, PartialEq)]
enum Source {
    Responses { sample_rate: u32, ears: [Vec<f32>; 2] },
    Settings(Settings),
}

/// Why an equalisation can't be had; one line, without the file's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct HeadphoneEqError(String);

impl HeadphoneEqError {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// The responses of both ears at one sampling rate.
#[derive(Clone, Debug, PartialEq)]
pub struct EarResponses {
    /// Left and right.
    pub ears: [Vec<f64>; 2],
    /// Samples from the start to the greatest sample of either ear: the delay of a filter with linear phase, about 0
    /// for minimum phase. The render takes it out.
    pub latency: usize,
}

impl HeadphoneEq {
    /// Reads a WAV file with an impulse response, a SOFA file with a filter for each ear, or text with parametric
    /// filters. What was odd in the file comes back as warnings.
    ///
    /// # Errors
    /// When it can't be read or is none of these.
    pub fn open(path: &Path) -> Result<(Self, Vec<Warning>), HeadphoneEqError> {
        let unreadable = |error: std::io::Error| HeadphoneEqError(format!("cannot read: {error}"));
        let mut start = Vec::new();
        let mut file = File::open(path).map_err(unreadable)?;
        if file.metadata().map_err(unreadable)?.is_dir() {
            return Err(HeadphoneEqError::new("a folder; expected a WAV, SOFA or text file"));
        }
        file.by_ref().take(LONGEST_TEXT + 1).read_to_end(&mut start).map_err(unreadable)?;
        match start.get(..4) {
            Some(b"\x89HDF") => {
                let filter = sofa::open_filter(path).map_err(|error| HeadphoneEqError(error.to_string()))?;
                Ok((Self::of_responses(filter.sample_rate, filter.responses)?, Vec::new()))
            }
            Some(b"RIFF" | b"RF64" | b"BW64") => wav(path),
            _ if start.len() as u64 > LONGEST_TEXT => {
                Err(HeadphoneEqError::new("neither WAV nor SOFA, and too long for a text with filters"))
            }
            _ => match std::str::from_utf8(&start) {
                Ok(text) => {
                    let (settings, warnings) = text::parse(text)?;
                    Ok((Self(Source::Settings(settings)), warnings))
                }
                Err(_) => Err(HeadphoneEqError::new(
                    "neither WAV, SOFA nor text; expected an impulse response or filters as AutoEq writes them",
                )),
            },
        }
    }

    /// The parametric equalisation of a text, with what is odd about it.
    ///
    /// # Errors
    /// When a line that matters can't be understood.
    pub fn from_text(text: &str) -> Result<(Self, Vec<Warning>), HeadphoneEqError> {
        let (settings, warnings) = text::parse(text)?;
        Ok((Self(Source::Settings(settings)), warnings))
    }

    /// Finite responses of both ears.
    ///
    /// # Errors
    /// When one is empty, longer than four seconds, silent or not finite.
    pub fn of_responses(sample_rate: u32, ears: [Vec<f32>; 2]) -> Result<Self, HeadphoneEqError> {
        for (ear, name) in ears.iter().zip(["left", "right"]) {
            if ear.len() as f64 > LONGEST * f64::from(sample_rate) {
                return Err(HeadphoneEqError(format!(
                    "{} samples at {sample_rate} Hz: too long for a filter, the limit is {LONGEST} s",
                    ear.len()
                )));
            }
            if !ear.iter().all(|sample| sample.is_finite() && sample.abs() < 1e30) {
                return Err(HeadphoneEqError::new("it has a sample that is not finite (NaN or infinite)"));
            }
            if ear.iter().all(|sample| *sample == 0.0) {
                return Err(HeadphoneEqError(format!("the {name} ear's response is silent or empty")));
            }
        }
        Ok(Self(Source::Responses { sample_rate, ears }))
    }

    /// Whether it can be had at a sampling rate in hertz, without working it out.
    ///
    /// # Errors
    /// As [`HeadphoneEq::at`].
    pub fn check(&self, sample_rate: u32) -> Result<(), HeadphoneEqError> {
        match &self.0 {
            Source::Responses { .. } => Ok(()),
            Source::Settings(settings) => {
                settings.ears.iter().try_for_each(|ear| ear.biquads(sample_rate).map(drop))
            }
        }
    }

    /// The responses at a sampling rate in hertz.
    ///
    /// # Errors
    /// When a filter has no place below half the sampling rate, or rings longer than four seconds.
    pub fn at(&self, sample_rate: u32) -> Result<EarResponses, HeadphoneEqError> {
        match &self.0 {
            Source::Responses { sample_rate: own, ears } => {
                let ears = [0, 1].map(|ear| resampled_response(&ears[ear], *own, sample_rate).0);
                let peak = |ear: &Vec<f64>| {
                    let later = |a: (usize, f64), b: (usize, f64)| if b.1 > a.1 { b } else { a };
                    ear.iter().map(|sample| sample.abs()).enumerate().fold((0, 0.0), later)
                };
                let (left, right) = (peak(&ears[0]), peak(&ears[1]));
                let latency = if right.1 > left.1 { right.0 } else { left.0 };
                Ok(EarResponses { ears, latency })
            }
            Source::Settings(settings) => {
                let [left, right] = &settings.ears;
                let left = left.response(sample_rate)?;
                let right = if settings.is_same() { left.clone() } else { right.response(sample_rate)? };
                Ok(EarResponses { ears: [left, right], latency: 0 })
            }
        }
    }
}

/// An impulse response in a WAV file: one channel for both ears, or left and right.
fn wav(path: &Path) -> Result<(HeadphoneEq, Vec<Warning>), HeadphoneEqError> {
    let wrong = |error: formats::bw64::Error| HeadphoneEqError(error.to_string());
    let mut reader = Reader::open(path).map_err(wrong)?;
    let (channels, sample_rate) = (reader.channels(), reader.sample_rate());
    if !matches!(channels, 1 | 2) {
        return Err(HeadphoneEqError(format!(
            "{channels} channels; an impulse response of one channel for both ears, or left and right, is needed"
        )));
    }
    if reader.frames() as f64 > LONGEST * f64::from(sample_rate) {
        return Err(HeadphoneEqError(format!(
            "{} samples at {sample_rate} Hz: too long for an impulse response, the limit is {LONGEST} s",
            reader.frames()
        )));
    }
    let frames = usize::try_from(reader.frames()).unwrap_or(0);
    let mut block = Planar::<f32>::new(channels, frames);
    let broken = reader.read_planar(0, frames, &mut block).map_err(wrong)?;
    if broken > 0 {
        return Err(HeadphoneEqError(format!("{broken} samples are not finite (NaN or infinite)")));
    }
    let left = block.channel(0).to_vec();
    let right = if channels == 2 { block.channel(1).to_vec() } else { left.clone() };
    Ok((HeadphoneEq::of_responses(sample_rate, [left, right])?, reader.warnings().to_vec()))
}

#[cfg(test)]
mod tests;
