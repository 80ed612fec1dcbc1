//! One decode, many outputs, on an absolute grid of blocks.
