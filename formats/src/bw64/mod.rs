//! BW64, RF64 and WAV files (ITU-R BS.2088-1, EBU Tech 3306): chunks and samples in, chunks and samples out.
//!
//! ```text
//!  file ── ChunkMap ──┬── fmt, ds64, chna, bext, dbmd: read on demand into models
//!                     ├── axml: streamed
//!                     └── data ── Reader::read_raw ── SampleFormat::decode ── Planar<f32>
//!  Planar ── Encoder ── Writer ── OutputFile (temporary name, renamed when complete)
//! ```
//!
//! [`Reader::open`] costs a few reads whatever the length of the file. Reading bytes and decoding them are
//! apart, so that one thread can read while others decode; so are encoding and writing. [`rewrite_chunks`]
//! changes metadata chunks of a file and copies everything else byte for byte.

pub mod chunks;
mod edit;
mod error;
mod output_file;
mod reader;
mod riff;
mod samples;
#[cfg(test)]
mod tests;
mod walk;
mod writer;

pub use chunks::bext::{BextChunk, BextLoudness};
pub use chunks::chna::{ChnaChunk, ChnaRow, TrackRef};
pub use chunks::dbmd::DbmdChunk;
pub use chunks::fmt::AudioFormat;
pub use edit::{ChunkEdit, rewrite_chunks, rewrite_chunks_in_place};
pub use error::{Error, Fault};
pub use output_file::{OutputFile, check_room_for, same_file};
pub use reader::{ChunkBody, MAX_AXML_BYTES, MAX_CHUNK_BYTES, Reader};
pub use riff::{ChunkEntry, ChunkId, ChunkMap, Container};
pub use samples::{Dither, EncodeReport, Encoder, Planar, Sample, SampleFormat};
pub use writer::{CompleteFile, WriteSummary, Writer, WriterSpec};
