//! The variables and attributes of a file, whichever reader finds them.

use sofar::hdf::{DataFormat, ParsedHdf, parse_with_children};

use super::classic::Classic;
use super::guard::Structure;
use super::modern;
use crate::HrtfError;

/// A sound file's variables.
pub(super) enum Variables<'a> {
    Netcdf4(Box<ParsedHdf<'a>>, &'a [u8]),
    Classic(Classic<'a>),
}

/// An array of numbers with its attributes.
pub(super) struct Variable {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f64>,
    attributes: Vec<(String, String)>,
}

impl<'a> Variables<'a> {
    /// The variables of a file whose structure `guard` found.
    pub(super) fn new(bytes: &'a [u8], structure: &'a Structure) -> Result<Self, HrtfError> {
        match structure {
            Structure::Classic(root) => Ok(Self::Classic(Classic::new(bytes, *root)?)),
            Structure::Netcdf4(safe) => {
                parse_with_children(safe).map(|file| Self::Netcdf4(Box::new(file), safe)).map_err(|e| {
                    let detail = e.to_string().replace('\n', ", ");
                    let detail = if detail.is_empty() { String::new() } else { format!(" ({detail})") };
                    HrtfError::new(format!("the HDF5 structure is corrupt or not supported{detail}"))
                })
            }
        }
    }

    /// A text attribute of the file.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        match self {
            Self::Classic(file) => file.attributes.iter().find(|a| a.0 == name).map(|a| a.1.as_str()),
            Self::Netcdf4(file, _) => {
                let attributes = &file.root.parsed_attributes;
                attributes.iter().find(|a| a.name == name).and_then(|a| a.value.as_deref())
            }
        }
        .map(str::trim)
    }

    /// A variable that must be there.
    pub(super) fn variable(&self, name: &str) -> Result<Variable, HrtfError> {
        self.optional(name)?.ok_or_else(|| HrtfError::new(format!("the variable {name} is missing")))
    }

    /// A variable that may be there.
    pub(super) fn optional(&self, name: &str) -> Result<Option<Variable>, HrtfError> {
        let (shape, values, attributes) = match self {
            Self::Classic(file) => {
                let named = |e: HrtfError| HrtfError::new(format!("{name}: {e}"));
                let Some(object) = file.variable(name).map_err(named)? else { return Ok(None) };
                let little = !object.is_big_endian;
                let values = numbers(&object.data, object.is_float, object.is_signed, little, object.width);
                (object.shape, values, object.attributes)
            }
            Self::Netcdf4(file, bytes) => {
                let children = &file.root.child_directories;
                let Some(address) =
                    children.iter().find(|child| child.name == name).map(|child| child.address)
                else {
                    return Ok(None);
                };
                // The responses are nearly all of a file, and `sofar` puts their chunks in place byte by byte.
                if name == "Data.IR" {
                    return large(bytes, name, address).map(Some);
                }
                let object = match file.parse_child(name, address) {
                    Ok(object) if object.ds.dimension_size.len() <= 3 && !object.data.is_empty() => object,
                    _ => return large(bytes, name, address).map(Some),
                };
                let is_float = matches!(object.dt.data_fmt, Some(DataFormat::Float { .. }));
                let known = is_float || matches!(object.dt.data_fmt, Some(DataFormat::Fixed { .. }));
                // Bits of the class: the most significant byte comes first; integers have a sign.
                let (little, signed) =
                    (object.dt.class_bit_field & 1 == 0, object.dt.class_bit_field & 8 != 0);
                let width = if known { u64::from(object.dt.size) } else { 0 };
                let values = numbers(&object.data, is_float, signed, little, width);
                let text = |a: sofar::hdf::Attribute| a.value.map(|value| (a.name, value));
                let attributes = object.parsed_attributes.into_iter().filter_map(text).collect();
                (object.ds.dimension_size.to_vec(), values, attributes)
            }
        };
        Variable::new(name, (&shape, values, attributes)).map(Some)
    }
}

/// An array that `sofar` does not read, or slowly.
fn large(bytes: &[u8], name: &str, address: u64) -> Result<Variable, HrtfError> {
    let named = |e: HrtfError| HrtfError::new(format!("{name}: {e}"));
    let address = usize::try_from(address).unwrap_or(usize::MAX);
    let object = modern::object(bytes, address).map_err(named)?;
    let little = !object.is_big_endian;
    let values = numbers(&object.data, object.is_float, object.is_signed, little, object.width);
    Variable::new(name, (&object.shape, values, object.attributes))
}

type Parts<'a> = (&'a [u64], Option<Vec<f64>>, Vec<(String, String)>);

impl Variable {
    /// An array whose values are as many as its dimensions say.
    fn new(name: &str, (shape, values, attributes): Parts<'_>) -> Result<Self, HrtfError> {
        let shape: Vec<usize> = shape.iter().filter_map(|&size| usize::try_from(size).ok()).collect();
        let wanted = shape.iter().try_fold(1_usize, |all, &size| all.checked_mul(size));
        let values = values.ok_or_else(|| {
            HrtfError::new(format!("the variable {name} does not hold little-endian floats or integers"))
        })?;
        if wanted != Some(values.len()) {
            return Err(HrtfError::new(format!(
                "the variable {name} holds {} values, its dimensions {shape:?} want another number; it may be \
                 truncated, too large or stored in a way that is not supported",
                values.len()
            )));
        }
        Ok(Self { shape, values, attributes })
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.trim())
    }
}

/// Floats of 4 or 8 bytes, integers of 4 or 8.
fn numbers(data: &[u8], is_float: bool, signed: bool, little: bool, width: u64) -> Option<Vec<f64>> {
    if !little {
        return None;
    }
    let eight = data.chunks_exact(8).map(|bytes| <[u8; 8]>::try_from(bytes).unwrap_or_default());
    let four = data.chunks_exact(4).map(|bytes| <[u8; 4]>::try_from(bytes).unwrap_or_default());
    Some(match (is_float, width) {
        (true, 8) => eight.map(f64::from_le_bytes).collect(),
        (true, 4) => four.map(|b| f64::from(f32::from_le_bytes(b))).collect(),
        (false, 8) if signed => eight.map(|b| i64::from_le_bytes(b) as f64).collect(),
        (false, 8) => eight.map(|b| u64::from_le_bytes(b) as f64).collect(),
        (false, 4) if signed => four.map(|b| f64::from(i32::from_le_bytes(b))).collect(),
        (false, 4) => four.map(|b| f64::from(u32::from_le_bytes(b))).collect(),
        _ => return None,
    })
}
