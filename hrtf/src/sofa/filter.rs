//! SOFA files that hold one filter for each ear, as for the equalisation of headphones.

use std::path::Path;

use super::variables::Variables;
use super::{bytes_of, convention, delays, guard, name, sample_rate, shape};
use crate::HrtfError;

/// Conventions whose data are responses of two receivers without a direction.
const CONVENTIONS: [&str; 2] = ["SimpleHeadphoneIR", "GeneralFIR"];

/// A finite response for each ear.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EarFilters {
    /// What the file calls itself.
    pub name: String,
    /// Hertz.
    pub sample_rate: u32,
    /// Left and right, `Data.Delay` in them as whole samples.
    pub responses: [Vec<f32>; 2],
}

/// Reads the filters of the file at `path`.
///
/// # Errors
/// When it cannot be read, or holds anything but one response of two receivers; says why.
pub fn open_filter(path: &Path) -> Result<EarFilters, HrtfError> {
    read_filter(&bytes_of(path)?)
}

/// Reads the filters of a file that is in memory.
///
/// # Errors
/// When it holds anything but one response of two receivers; says why.
pub fn read_filter(bytes: &[u8]) -> Result<EarFilters, HrtfError> {
    let structure = guard::check(bytes)?;
    let file = Variables::new(bytes, &structure)?;
    convention(&file, &CONVENTIONS, "filters for headphones")?;
    let data = file.variable("Data.IR")?;
    let (count, taps) = shape(&data)?;
    if count != 1 {
        return Err(HrtfError::new(format!(
            "{count} measurements (M = {count}): one filter for each ear is needed, not the measurements that it is made \
             from"
        )));
    }
    let sample_rate = sample_rate(&file)?;
    let delays = delays(&file, count, sample_rate)?;
    let ear = |ear: usize| {
        let late = delays.first().map_or(0.0, |ears| ears[ear]).round().max(0.0) as usize;
        let samples = data.values[ear * taps..(ear + 1) * taps].iter().map(|sample| *sample as f32);
        std::iter::repeat_n(0.0, late).chain(samples).collect()
    };
    Ok(EarFilters { name: name(&file), sample_rate, responses: [ear(0), ear(1)] })
}
