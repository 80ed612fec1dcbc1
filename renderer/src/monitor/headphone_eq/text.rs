//! Filters as text: the lines that AutoEq, Room EQ Wizard and Equalizer APO write and read.
//!
//! `Preamp: −6.2 dB`, `Filter 1: ON PK Fc 105 Hz Gain 5.1 dB Q 0.70`, `GraphicEQ: 20 -1.2; 21 …` and `Channel: L`.
//! A shelf with a Q has the cookbook's meaning, its frequency in the middle of the slope; one without has a slope
//! of 0.9, or of `LSC 6 dB`, and for `LS` and `HS` the frequency is the corner, as Equalizer APO has it.

use formats::Warning;
use hrtf::minimum_phase_response;

use super::biquad::{Biquad, Filter, Kind, Width};
use super::{HeadphoneEqError, LONGEST};

/// Most filters and most points of a curve.
const MOST_FILTERS: usize = 256;
const MOST_POINTS: usize = 65_536;
/// What a gain, a frequency and a Q may be: decibels, hertz.
const GAINS: std::ops::RangeInclusive<f64> = -60.0..=60.0;
const FREQUENCIES: std::ops::RangeInclusive<f64> = 1.0..=200_000.0;
const WIDTHS: std::ops::RangeInclusive<f64> = 0.01..=1000.0;
/// Of a shelf, where the text says none.
const SLOPE: f64 = 0.9;
const NOTCH_Q: f64 = 30.0;
/// How long the response of a curve is, seconds.
const CURVE: f64 = 0.35;
/// What is left out at the end of a response holds less than this of its energy, so that at no frequency more than
/// about −130 dB is missing.
const LEFT_OUT: f64 = 1e-18;
/// Decibels that every filter rings down by.
const RINGING: f64 = 180.0;
/// Commands that change the sound in ways that are not offered here.
const REFUSED: [&str; 11] =
    ["include", "copy", "delay", "convolution", "device", "stage", "if", "elseif", "else", "endif", "eval"];

/// The filters of both ears.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Settings {
    pub(super) ears: [Chain; 2],
}

/// What one ear hears through.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Chain {
    preamp: f64,
    /// With their lines in the text, counted from 1.
    filters: Vec<(usize, Filter)>,
    /// Hertz, ascending, and decibels.
    curve: Vec<(f64, f64)>,
}

impl Settings {
    pub(super) fn is_same(&self) -> bool {
        self.ears[0] == self.ears[1]
    }
}

/// Reads a text. Lines that are no command come back as warnings.
///
/// # Errors
/// When a command can't be understood, or there is none.
pub(super) fn parse(text: &str) -> Result<(Settings, Vec<Warning>), HeadphoneEqError> {
    let (mut settings, mut warnings) = (Settings::default(), Vec::new());
    let (mut channels, mut commands) = (0..2, 0);
    for (index, whole) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = whole.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let failed = |expected: String| {
            let found: String = line.chars().filter(|c| !c.is_control()).take(60).collect();
            HeadphoneEqError(format!("line {}: found `{found}`, expected {expected}", index + 1))
        };
        let (command, rest) = line.split_once(':').map_or(("", line), |(c, rest)| (c.trim(), rest.trim()));
        let command = command.to_ascii_lowercase();
        let ears = &mut settings.ears[channels.clone()];
        match command.split_whitespace().next().unwrap_or_default() {
            "preamp" => {
                let gain = preamp(rest).ok_or_else(|| failed("decibels, e.g. Preamp: -6.2 dB".into()))?;
                ears.iter_mut().for_each(|ear| ear.preamp += gain);
            }
            "filter" => {
                let Some(filter) = filter(rest).map_err(failed)? else { continue };
                if ears.iter().any(|ear| ear.filters.len() == MOST_FILTERS) {
                    return Err(failed(format!("{MOST_FILTERS} filters at most")));
                }
                ears.iter_mut().for_each(|ear| ear.filters.push((index + 1, filter)));
            }
            "graphiceq" => {
                let curve = curve(rest).map_err(failed)?;
                if ears.iter().any(|ear| !ear.curve.is_empty()) {
                    return Err(failed("one GraphicEQ for each ear".into()));
                }
                ears.iter_mut().for_each(|ear| ear.curve.clone_from(&curve));
            }
            "channel" => {
                channels = match rest.to_ascii_lowercase().as_str() {
                    "l" | "1" => 0..1,
                    "r" | "2" => 1..2,
                    "all" | "l r" | "r l" | "1 2" => 0..2,
                    _ => return Err(failed("Channel: L, R or ALL".into())),
                };
                continue;
            }
            known if REFUSED.contains(&known) => {
                return Err(failed("Preamp, Filter, GraphicEQ or Channel".into()));
            }
            _ => {
                let left_out = failed("Preamp, Filter, GraphicEQ or Channel; left out".into());
                warnings.push(Warning::new("headphone-eq-line", "", left_out.to_string()));
                continue;
            }
        }
        commands += 1;
    }
    if commands == 0 {
        return Err(HeadphoneEqError::new(
            "no Preamp, Filter or GraphicEQ line; expected e.g. Filter 1: ON PK Fc 105 Hz Gain 5.1 dB Q 0.70",
        ));
    }
    Ok((settings, warnings))
}

fn number(text: &str, range: &std::ops::RangeInclusive<f64>) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| range.contains(number))
}

fn preamp(text: &str) -> Option<f64> {
    let mut words = text.split_whitespace();
    let gain = number(words.next()?, &GAINS)?;
    let unit = words.next().unwrap_or("dB");
    (unit.eq_ignore_ascii_case("db") && words.next().is_none()).then_some(gain)
}

/// A filter; `None` where it is off. The error says what was expected.
fn filter(text: &str) -> Result<Option<Filter>, String> {
    let mut words = text.split_whitespace().map(str::to_ascii_lowercase).peekable();
    match words.next().as_deref() {
        Some("on") => {}
        Some("off") => return Ok(None),
        _ => return Err("ON or OFF and the filter's type".into()),
    }
    let name = words.next().unwrap_or_default();
    if name == "none" {
        return Ok(None);
    }
    let mut slope = None;
    if let Some(steepness) = words.peek().and_then(|word| word.trim_end_matches("db").parse::<f64>().ok()) {
        words.next();
        words.next_if(|word| word == "db");
        slope = Some(steepness / 12.0).filter(|slope| *slope > 0.0 && *slope <= 1.0);
        if slope.is_none() || !(name.starts_with("ls") || name.starts_with("hs")) {
            return Err("a slope above 0 and up to 12 dB for a shelf only".into());
        }
    }
    let (mut frequency, mut gain, mut width) = (None, None, None);
    let range = |name: &str, range: &std::ops::RangeInclusive<f64>| {
        format!("{name} between {} and {}", range.start(), range.end())
    };
    while let Some(word) = words.next() {
        let mut value = |allowed: &std::ops::RangeInclusive<f64>, unit: &str| {
            let value = words.next().and_then(|value| number(&value, allowed));
            words.next_if(|word| word == unit);
            value
        };
        match word.as_str() {
            "fc" => frequency = Some(value(&FREQUENCIES, "hz").ok_or_else(|| range("Fc", &FREQUENCIES))?),
            "gain" => gain = Some(value(&GAINS, "db").ok_or_else(|| range("Gain", &GAINS))?),
            "q" => width = Some(Width::Q(value(&WIDTHS, "").ok_or_else(|| range("Q", &WIDTHS))?)),
            "bw" => {
                words.next_if(|word| word == "oct");
                let octaves = words.next().and_then(|value| number(&value, &(0.01..=10.0)));
                width = Some(Width::Octaves(octaves.ok_or("BW Oct between 0.01 and 10")?));
            }
            _ => return Err("Fc, Gain, Q or BW Oct".into()),
        }
    }
    let frequency = frequency.ok_or("Fc, the frequency in Hz")?;
    assemble(&name, frequency, gain, (width, slope)).map(Some)
}

fn assemble(
    name: &str,
    mut frequency: f64,
    gain: Option<f64>,
    (width, slope): (Option<Width>, Option<f64>),
) -> Result<Filter, String> {
    let level = || gain.ok_or_else(|| "Gain, in dB".to_owned());
    let kind = match name {
        "pk" | "peq" | "modal" => Kind::Peak(level()?),
        "ls" | "lsc" | "lsq" => Kind::LowShelf(level()?),
        "hs" | "hsc" | "hsq" => Kind::HighShelf(level()?),
        "lp" | "lpq" => Kind::LowPass,
        "hp" | "hpq" => Kind::HighPass,
        "bp" => Kind::BandPass,
        "no" => Kind::Notch,
        "ap" => Kind::AllPass,
        _ => return Err("a filter of type PK, LS, LSC, LSQ, HS, HSC, HSQ, LP, HP, BP, NO or AP".into()),
    };
    let width = match (kind, width) {
        (_, Some(width)) => width,
        (Kind::LowShelf(gain) | Kind::HighShelf(gain), None) => {
            let slope = slope.unwrap_or(SLOPE);
            if name == "ls" || name == "hs" {
                let away = 10_f64.powf(gain.abs() / 80.0 / slope);
                frequency *= if name == "ls" { away } else { 1.0 / away };
            }
            Width::Slope(slope)
        }
        (Kind::LowPass | Kind::HighPass, None) => Width::Q(std::f64::consts::FRAC_1_SQRT_2),
        (Kind::Notch, None) => Width::Q(NOTCH_Q),
        (Kind::Peak(_) | Kind::BandPass | Kind::AllPass, None) => return Err("Q or BW Oct".into()),
    };
    Ok(Filter { kind, frequency, width })
}

/// The points of a curve. The error says what was expected.
fn curve(text: &str) -> Result<Vec<(f64, f64)>, String> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for point in text.split(';').map(str::trim).filter(|point| !point.is_empty()) {
        let mut words = point.split_whitespace();
        let pair = (
            words.next().and_then(|word| number(word, &FREQUENCIES)),
            words.next().and_then(|word| number(word, &GAINS)),
        );
        let ((Some(frequency), Some(gain)), None) = (pair, words.next()) else {
            let point: String = point.chars().take(30).collect();
            return Err(format!(
                "hertz and decibels of each point, e.g. GraphicEQ: 20 -1.2; 21 -1.1, not `{point}`"
            ));
        };
        if points.last().is_some_and(|(last, _)| *last >= frequency) || points.len() == MOST_POINTS {
            return Err(format!(
                "up to {MOST_POINTS} points in the order of frequency, not {frequency} Hz here"
            ));
        }
        points.push((frequency, gain));
    }
    if points.is_empty() { Err("points, e.g. GraphicEQ: 20 -1.2; 21 -1.1".into()) } else { Ok(points) }
}

impl Chain {
    /// The response at a sampling rate, to where less than −180 dB of its energy is left.
    ///
    /// # Errors
    /// When a filter's frequency is not below half the rate, or it rings too long.
    pub(super) fn response(&self, sample_rate: u32) -> Result<Vec<f64>, HeadphoneEqError> {
        let rate = f64::from(sample_rate);
        let mut biquads = self.biquads(sample_rate)?;
        let preamp = 10_f64.powf(self.preamp / 20.0);
        let input = if self.curve.is_empty() {
            vec![preamp]
        } else {
            let magnitude = |hertz: f64| preamp * 10_f64.powf(self.level(hertz) / 20.0);
            minimum_phase_response(magnitude, sample_rate, (CURVE * rate) as usize)
        };
        let longest = (LONGEST * rate) as usize;
        let mut length = input.len();
        for biquad in &biquads {
            length = (length + biquad.ringing(RINGING) as usize + 1).min(longest);
        }
        let samples = input.into_iter().chain(std::iter::repeat(0.0)).take(length);
        let mut response: Vec<f64> =
            samples.map(|x| biquads.iter_mut().fold(x, |x, biquad| biquad.next(x))).collect();
        let energy: f64 = response.iter().map(|sample| sample * sample).sum();
        let mut left = 0.0;
        let tail = response.iter().rev().take_while(|sample| {
            left += **sample * **sample;
            left < LEFT_OUT * energy
        });
        let tail = tail.count();
        response.truncate((length - tail).max(1));
        Ok(response)
    }

    /// The filters at a sampling rate.
    ///
    /// # Errors
    /// When a filter's frequency is not below half the rate, or it rings too long.
    pub(super) fn biquads(&self, sample_rate: u32) -> Result<Vec<Biquad>, HeadphoneEqError> {
        let rate = f64::from(sample_rate);
        let at = |(line, filter): &(usize, Filter)| {
            let hertz = filter.frequency;
            let biquad = filter.at(sample_rate).ok_or_else(|| {
                HeadphoneEqError(format!(
                    "line {line}: a filter at {hertz:.0} Hz: at {sample_rate} Hz, filters below {} Hz can be had",
                    rate / 2.0
                ))
            })?;
            if biquad.ringing(RINGING) > (LONGEST * rate).floor() {
                return Err(HeadphoneEqError(format!(
                    "line {line}: the filter at {hertz:.0} Hz rings for longer than {LONGEST} s; lower its Q"
                )));
            }
            Ok(biquad)
        };
        self.filters.iter().map(at).collect()
    }

    /// Decibels of the curve at a frequency: lines over the logarithm of frequency, level outside.
    fn level(&self, hertz: f64) -> f64 {
        let next = self.curve.partition_point(|(frequency, _)| *frequency <= hertz);
        match (next.checked_sub(1).map(|last| self.curve[last]), self.curve.get(next)) {
            (Some((low, from)), Some((high, to))) => {
                from + (to - from) * (hertz / low).ln() / (high / low).ln()
            }
            (Some((_, level)), None) | (None, Some(&(_, level))) => level,
            (None, None) => 0.0,
        }
    }
}
