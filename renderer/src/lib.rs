//! Everything that makes or measures sound, and the `proscenium` command.
//!
//! ```text
//!  formats::scene + stems ── mix: strips, buses, reverbs → the tracks of a master
//!  formats::adm + bw64 ── items ── panner ── render ── engine ── deliver
//!                           │        │         │          │         └ files in, files out; loudness measures them
//!                           │        │         │          └ blocks on an absolute grid, any number of outputs
//!                           │        │         └ gains applied to samples: ramps, decorrelation, alignment
//!                           │        └ metadata + layout → f64 gains; sees no audio
//!                           └ what to render: one item per channel, with its track
//! ```

pub mod units;

pub mod audio;

pub mod geom;

pub mod mix;

pub mod layout;

pub mod items;

pub mod panner;

pub mod render;

pub mod monitor;

pub mod conform;

pub mod import;

pub mod engine;

pub mod master;

pub mod loudness;

pub mod drawing;

pub mod deliver;

pub mod live;

pub mod demo;

pub mod cli;
