//! How much of everything is read. A file beyond one of these is refused with an error that names the limit.

/// Bytes of a whole axml chunk.
pub const DOCUMENT_BYTES: u64 = 1 << 30;
/// Bytes of one name, tag, text or comment.
pub const TOKEN_BYTES: u64 = 1 << 20;
/// Elements inside one another.
pub const DEPTH: usize = 64;
/// Attributes of one element.
pub const ATTRIBUTES: usize = 256;
/// Elements of one kind in one parent.
pub const ELEMENTS: usize = 100_000;
/// `audioBlockFormat`s in the document: more than a document of [`DOCUMENT_BYTES`] has when its blocks say something.
/// In memory they are then 0.8 GB.
pub const BLOCKS: usize = 5_000_000;
/// `audioBlockFormat`s of other types than Objects, which take more memory and of which a channel has one or few.
pub const STATIC_BLOCKS: usize = 500_000;
/// Bytes kept word for word: unknown elements and attributes.
pub const UNKNOWN_BYTES: usize = 64 << 20;
/// Bytes kept of what surrounds `audioFormatExtended`.
pub const ENVELOPE_BYTES: usize = 16 << 20;
/// Namespace declarations in force at one place.
pub const NAMESPACES: usize = 1_000;
