//! The variables and attributes of a file, as `sofar` finds them.

use sofar::hdf::{DataFormat, DataObject, ParsedHdf, parse_with_children};

use crate::HrtfError;

/// A sound file's variables.
pub(super) struct Variables<'a> {
    file: ParsedHdf<'a>,
}

/// An array of numbers with its attributes.
pub(super) struct Variable {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f64>,
    attributes: Vec<(String, String)>,
}

impl Variable {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.trim())
    }
}

impl<'a> Variables<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, HrtfError> {
        let file = parse_with_children(bytes).map_err(|e| {
            let detail = e.to_string().replace('\n', ", ");
            let detail = if detail.is_empty() { String::new() } else { format!(" ({detail})") };
            HrtfError::new(format!("the HDF5 structure is corrupt or not supported{detail}"))
        })?;
        Ok(Self { file })
    }

    /// A text attribute of the file.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let attributes = &self.file.root.parsed_attributes;
        attributes.iter().find(|a| a.name == name).and_then(|a| a.value.as_deref()).map(str::trim)
    }

    /// A variable that must be there.
    pub(super) fn variable(&self, name: &str) -> Result<Variable, HrtfError> {
        self.optional(name)?.ok_or_else(|| HrtfError::new(format!("the variable {name} is missing")))
    }

    /// A variable that may be there.
    pub(super) fn optional(&self, name: &str) -> Result<Option<Variable>, HrtfError> {
        let object = match self.file.get_child(name) {
            None => return Ok(None),
            Some(Ok(object)) => object,
            Some(Err(_)) => {
                return Err(HrtfError::new(format!(
                    "the variable {name} is corrupt, too large or not supported"
                )));
            }
        };
        let shape: Vec<usize> =
            object.ds.dimension_size.iter().filter_map(|&size| usize::try_from(size).ok()).collect();
        let wanted = shape.iter().try_fold(1_usize, |all, &size| all.checked_mul(size));
        let values = numbers(&object)
            .ok_or_else(|| HrtfError::new(format!("the variable {name} does not hold floats or integers")))?;
        if wanted != Some(values.len()) {
            return Err(HrtfError::new(format!(
                "the variable {name} holds {} values, its dimensions {shape:?} want more or fewer; it may be truncated, \
                 too large or stored in a way that is not supported",
                values.len()
            )));
        }
        let text = |a: sofar::hdf::Attribute| a.value.map(|value| (a.name, value));
        let attributes = object.parsed_attributes.into_iter().filter_map(text).collect();
        Ok(Some(Variable { shape, values, attributes }))
    }
}

/// Floats of 4 or 8 bytes, integers of 4 or 8.
fn numbers(object: &DataObject) -> Option<Vec<f64>> {
    let eight = |bytes: &[u8]| <[u8; 8]>::try_from(bytes).unwrap_or_default();
    let four = |bytes: &[u8]| <[u8; 4]>::try_from(bytes).unwrap_or_default();
    let data = &object.data;
    // The lowest bit of the class's bit field is set where the most significant byte comes first.
    if object.dt.class_bit_field & 1 != 0 {
        return None;
    }
    let signed = object.dt.class_bit_field & 8 != 0;
    let wide = data.chunks_exact(8).map(eight);
    let narrow = data.chunks_exact(4).map(four);
    Some(match (object.dt.data_fmt, object.dt.size) {
        (Some(DataFormat::Float { .. }), 8) => wide.map(f64::from_le_bytes).collect(),
        (Some(DataFormat::Float { .. }), 4) => narrow.map(|b| f64::from(f32::from_le_bytes(b))).collect(),
        (Some(DataFormat::Fixed { .. }), 8) if signed => wide.map(|b| i64::from_le_bytes(b) as f64).collect(),
        (Some(DataFormat::Fixed { .. }), 8) => wide.map(|b| u64::from_le_bytes(b) as f64).collect(),
        (Some(DataFormat::Fixed { .. }), 4) if signed => {
            narrow.map(|b| f64::from(i32::from_le_bytes(b))).collect()
        }
        (Some(DataFormat::Fixed { .. }), 4) => narrow.map(|b| f64::from(u32::from_le_bytes(b))).collect(),
        _ => return None,
    })
}
