use std::fmt;

/// What a number may be, ends included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// In what it counts (`dB`, `Hz`); empty for a plain number.
    pub unit: &'static str,
}

impl Range {
    /// From `min` to `max`.
    pub const fn new(min: f64, max: f64, unit: &'static str) -> Self {
        Self { min, max, unit }
    }

    /// Whether `value` is a number in the range.
    pub fn contains(&self, value: f64) -> bool {
        (self.min..=self.max).contains(&value)
    }

    /// Whether `value`, which is `parameter` of `element` in a scene file, is in the range.
    ///
    /// # Errors
    /// [`ParameterError::OutOfRange`] when it isn't, or is not a number.
    pub fn check(
        self,
        element: &'static str,
        parameter: &'static str,
        value: f64,
    ) -> Result<(), ParameterError> {
        if self.contains(value) {
            Ok(())
        } else {
            Err(ParameterError::OutOfRange { element, parameter, value, range: self })
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.min, self.max)?;
        if self.unit.is_empty() { Ok(()) } else { write!(f, " {}", self.unit) }
    }
}

/// A processor that cannot be as a scene asks for it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ParameterError {
    /// A number outside its range.
    #[error("{element}: {parameter} is {value}, expected {range}")]
    OutOfRange {
        /// The element of the scene file.
        element: &'static str,
        /// Its attribute.
        parameter: &'static str,
        /// What was found.
        value: f64,
        /// What is allowed.
        range: Range,
    },
    /// A slope no filter has.
    #[error("{element}: slope is {found} dB per octave, expected one of 6, 12, 18, 24, 30, 36, 42, 48")]
    Slope {
        /// The element of the scene file.
        element: &'static str,
        /// What was found.
        found: u32,
    },
    /// A name is missing.
    #[error("{element}: {parameter} is empty, expected a name")]
    NoName {
        /// The element of the scene file.
        element: &'static str,
        /// Its attribute.
        parameter: &'static str,
    },
    /// More of something than a chain holds.
    #[error("{found} elements {element} in one chain, at most {most} are allowed")]
    TooMany {
        /// The element of the scene file.
        element: &'static str,
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
}
