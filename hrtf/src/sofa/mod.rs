//! SOFA files (AES69): head-related impulse responses, in the free field and in rooms.
//!
//! Takes the bytes of a file; gives [`Measurements`] or [`RoomMeasurements`], or one line that says why the file cannot serve. The crate
//! `sofar` reads the HDF5 structure of netCDF-4, after `guard` has found it sound, `modern` what it leaves, and `classic` the older
//! kind; what the variables mean is decided here and in `rooms`.
//! Nothing is replaced silently: what had to be interpreted stands in [`Measurements::remarks`].

mod classic;
mod filter;
mod geometry;
mod guard;
mod lookup3;
mod modern;
mod rooms;
mod variables;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::room::RoomMeasurements;
use crate::{HrtfError, Measurements};
pub use filter::{EarFilters, open_filter, read_filter};
use geometry::Ears;
use variables::{Variable, Variables};

/// Longest file that is read: 1 GiB.
const LONGEST_FILE: u64 = 1 << 30;
/// Conventions whose data are responses of two ears to sources in the free field.
const CONVENTIONS: [&str; 2] = ["SimpleFreeFieldHRIR", "FreeFieldHRIR"];
/// Most measurements and taps.
const MOST_MEASUREMENTS: usize = 1_000_000;
const MOST_TAPS: usize = 1 << 20;
/// Sampling rates that make sense, Hz.
const RATES: std::ops::RangeInclusive<f64> = 8_000.0..=768_000.0;
/// Longest delay beside a response, seconds.
const LONGEST_DELAY: f64 = 1.0;

/// Reads the file at `path`.
///
/// # Errors
/// When it cannot be read or cannot serve; says why.
pub fn open(path: &Path) -> Result<Measurements, HrtfError> {
    read(&bytes_of(path)?)
}

/// Reads the room at `path`.
///
/// # Errors
/// When it cannot be read or cannot serve; says why.
pub fn open_room(path: &Path) -> Result<RoomMeasurements, HrtfError> {
    read_room(&bytes_of(path)?)
}

/// Reads a room that is in memory.
///
/// # Errors
/// When it cannot serve; says why.
pub fn read_room(bytes: &[u8]) -> Result<RoomMeasurements, HrtfError> {
    let structure = guard::check(bytes)?;
    rooms::read(&Variables::new(bytes, &structure)?)
}

/// The bytes of a file.
fn bytes_of(path: &Path) -> Result<Vec<u8>, HrtfError> {
    let unreadable = |e: std::io::Error| HrtfError::new(format!("cannot read: {e}"));
    let file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(HrtfError::new("not a file"));
    }
    if about.len() > LONGEST_FILE {
        return Err(HrtfError::new(format!("{} bytes: too large, the limit is {LONGEST_FILE}", about.len())));
    }
    let mut bytes = Vec::new();
    file.take(LONGEST_FILE).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// What a SOFA file holds.
pub enum Found {
    /// A head without a room.
    Head(Measurements),
    /// A head in a room.
    Room(RoomMeasurements),
}

/// Reads the file at `path`, whether it is of a head or of a room.
///
/// # Errors
/// When it cannot be read or cannot serve; says why.
pub fn open_either(path: &Path) -> Result<Found, HrtfError> {
    let bytes = bytes_of(path)?;
    let structure = guard::check(&bytes)?;
    let file = Variables::new(&bytes, &structure)?;
    if rooms::is_room(&file) { rooms::read(&file).map(Found::Room) } else { head(&file).map(Found::Head) }
}

/// Reads a file that is in memory.
///
/// # Errors
/// When it cannot serve; says why.
pub fn read(bytes: &[u8]) -> Result<Measurements, HrtfError> {
    let structure = guard::check(bytes)?;
    head(&Variables::new(bytes, &structure)?)
}

fn head(file: &Variables<'_>) -> Result<Measurements, HrtfError> {
    convention(file, &CONVENTIONS, "head-related responses")?;
    let responses = file.variable("Data.IR")?;
    let (count, taps) = shape(&responses)?;
    let sample_rate = sample_rate(file)?;
    let mut remarks = Vec::new();
    let delays = delays(file, count, sample_rate)?;
    let sources = geometry::sources(file, count)?;
    let kept = geometry::one_distance(&sources, &mut remarks);
    let both = responses.values.chunks_exact(2 * taps).map(|both| <[&[f64]; 2]>::from(both.split_at(taps)));
    let heard = sources.iter().map(|source| source.direction).zip(both);
    let swapped = geometry::ears(file, heard, &mut remarks)? == Ears::RightFirst;
    let mut made = Measurements {
        name: name(file),
        licence: file.attribute("License").unwrap_or_default().to_owned(),
        remarks,
        sample_rate,
        taps,
        ..Measurements::default()
    };
    for point in kept {
        made.directions.push(sources[point].direction);
        let ears = if swapped { [1, 0] } else { [0, 1] };
        made.delays.push(ears.map(|ear| delays[point][ear]));
        for ear in ears {
            let from = (2 * point + ear) * taps;
            made.responses.extend(responses.values[from..from + taps].iter().map(|&sample| sample as f32));
        }
    }
    Ok(made)
}

/// Refuses what is no SOFA file at all.
fn is_sofa(file: &Variables<'_>) -> Result<(), HrtfError> {
    match file.attribute("Conventions") {
        Some("SOFA") => Ok(()),
        other => {
            let found = other.unwrap_or("nothing");
            Err(HrtfError::new(format!("not a SOFA file: its attribute Conventions says {found}")))
        }
    }
}

/// Refuses files that are not of one of `wanted`, the conventions of `what`.
fn convention(file: &Variables<'_>, wanted: &[&str], what: &str) -> Result<(), HrtfError> {
    is_sofa(file)?;
    let convention = file.attribute("SOFAConventions").unwrap_or("nothing");
    if !wanted.contains(&convention) {
        return Err(HrtfError::new(format!(
            "SOFAConventions is {convention}; {what} are {}{}",
            wanted.join(" or "),
            if rooms::is_room(file) { ": this is a room" } else { "" }
        )));
    }
    match file.attribute("DataType") {
        Some("FIR" | "FIR-E") => Ok(()),
        other => {
            let found = other.unwrap_or("missing");
            Err(HrtfError::new(format!("DataType is {found}; impulse responses (FIR) are needed")))
        }
    }
}

/// How many measurements and taps `Data.IR` has.
fn shape(responses: &Variable) -> Result<(usize, usize), HrtfError> {
    let shape = responses.shape.as_slice();
    let said = || responses.shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" × ");
    let ([count, ears, taps] | [count, ears, taps, 1]) = *shape else {
        return Err(HrtfError::new(format!("Data.IR has the dimensions {}; M × R × N are needed", said())));
    };
    if ears != 2 {
        return Err(HrtfError::new(format!(
            "Data.IR is {}: {ears} receivers (R = {ears}), two ears are needed",
            said()
        )));
    }
    if count == 0 || taps == 0 {
        return Err(HrtfError::new(format!("Data.IR is {}: empty", said())));
    }
    if count > MOST_MEASUREMENTS || taps > MOST_TAPS {
        return Err(HrtfError::new(format!(
            "Data.IR is {}: too large, the limits are {MOST_MEASUREMENTS} measurements and {MOST_TAPS} taps",
            said()
        )));
    }
    if !responses.values.iter().all(|sample| sample.is_finite() && sample.abs() < 1e30) {
        return Err(HrtfError::new("Data.IR has a sample that is not finite (NaN or infinite)"));
    }
    Ok((count, taps))
}

fn sample_rate(file: &Variables<'_>) -> Result<u32, HrtfError> {
    let rate = file.variable("Data.SamplingRate")?;
    if let Some(unit) = rate.attribute("Units")
        && !matches!(unit.to_ascii_lowercase().as_str(), "hertz" | "hz")
    {
        return Err(HrtfError::new(format!("Data.SamplingRate has the unit {unit}; hertz is needed")));
    }
    let Some(&first) = rate.values.first() else {
        return Err(HrtfError::new("Data.SamplingRate is empty"));
    };
    if rate.values.iter().any(|&other| other != first) {
        return Err(HrtfError::new("Data.SamplingRate differs between measurements"));
    }
    if !RATES.contains(&first) || first.fract() != 0.0 {
        return Err(HrtfError::new(format!(
            "Data.SamplingRate is {first} Hz; a whole number from {} to {} is needed",
            RATES.start(),
            RATES.end()
        )));
    }
    Ok(first as u32)
}

/// `Data.Delay` of every measurement and receiver, samples: one row for all or one for each.
fn delays(file: &Variables<'_>, count: usize, rate: u32) -> Result<Vec<[f64; 2]>, HrtfError> {
    let Some(delay) = file.optional("Data.Delay")? else {
        return Ok(vec![[0.0; 2]; count]);
    };
    let seconds =
        delay.attribute("Units").is_some_and(|unit| unit.to_ascii_lowercase().starts_with("second"));
    let scale = if seconds { f64::from(rate) } else { 1.0 };
    let limit = LONGEST_DELAY * f64::from(rate);
    if !delay.values.iter().all(|&delay| (delay * scale).abs() <= limit) {
        return Err(HrtfError::new(format!("Data.Delay has a value beyond {LONGEST_DELAY} s")));
    }
    let row = |i: usize| [delay.values[2 * i] * scale, delay.values[2 * i + 1] * scale];
    match delay.values.len() {
        2 => Ok(vec![row(0); count]),
        n if n == 2 * count => Ok((0..count).map(row).collect()),
        n => Err(HrtfError::new(format!(
            "Data.Delay has {n} values; 2 or {} (for {count} measurements) are needed",
            2 * count
        ))),
    }
}

fn name(file: &Variables<'_>) -> String {
    let parts = ["DatabaseName", "ListenerShortName", "Title"];
    let mut said: Vec<&str> = Vec::new();
    for text in parts.iter().filter_map(|part| file.attribute(part)) {
        let text = text.trim();
        if !text.is_empty() && !said.contains(&text) {
            said.push(text);
        }
    }
    said.join(", ")
}

#[cfg(test)]
mod tests;
