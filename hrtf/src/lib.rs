//! Heads and convolution.
