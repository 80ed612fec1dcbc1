//! The chunks whose contents are understood, as plain data: each has `parse` and `to_bytes`.

pub mod bext;
pub mod chna;
pub mod dbmd;
mod dbmd_write;
pub(super) mod ds64;
pub mod fmt;
#[cfg(test)]
mod tests;
