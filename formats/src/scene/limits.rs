//! How much of everything a scene file may have. A file beyond one of these is refused, or what is too much is told as a
//! mistake, with the limit.

/// Bytes of a scene file.
pub const DOCUMENT_BYTES: u64 = 128 << 20;
/// Elements, comments and pieces of text in it.
pub const NODES: usize = 2_000_000;
/// Elements inside one another.
pub const DEPTH: usize = 32;
/// Attributes of one element.
pub const ATTRIBUTES: usize = 64;
/// Bytes of a name or a path.
pub const TEXT_BYTES: usize = 4096;
/// Keys of one curve.
pub const KEYS: usize = 1_000_000;
/// Tracks.
pub const TRACKS: usize = 4096;
/// Clips of one track.
pub const CLIPS: usize = 20_000;
/// Markers.
pub const MARKERS: usize = 20_000;
/// Programmes.
pub const PROGRAMMES: usize = 64;
/// Groups.
pub const GROUPS: usize = 1024;
/// Buses of roles.
pub const BUSES: usize = 128;
/// Reverbs.
pub const REVERBS: usize = 64;
/// Deliverables.
pub const DELIVERABLES: usize = 128;
/// Zones of one object.
pub const ZONES: usize = 32;
/// Channels of a track or a clip.
pub const CHANNELS: usize = 256;
/// Mistakes that are kept word for word; the others are counted.
pub const MISTAKES: usize = 200;
