//! Gains applied to samples (BS.2127-1 §7.4): ramps, decorrelation, alignment.
