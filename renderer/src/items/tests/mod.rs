//! Tests of the selection: documents built by hand, hostile ones, and the corpus against what the reference
//! renderer selects.

mod allocation;
mod build;
mod golden;
mod hoa_and_matrix;
mod hostile;
mod offsets;
mod structure;
mod timing;
