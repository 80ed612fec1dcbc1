//! How much of a file is read at a time.

/// Bytes of a piece, about: when it is decoded it is still in the processor's cache.
pub(crate) const PIECE_BYTES: usize = 1 << 18;
/// A piece is a multiple of so many frames, which is what decodes fastest.
const PIECE_FRAMES: usize = 64;

/// Frames of a piece of a file that has so many bytes in a frame; never none, however many these are.
pub(crate) fn piece_frames(frame_bytes: usize) -> usize {
    (PIECE_BYTES / frame_bytes.max(1)).max(PIECE_FRAMES).next_multiple_of(PIECE_FRAMES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_of_whole_groups_and_never_empty() {
        assert_eq!([0, 1, 60, 65_535 * 8].map(piece_frames), [262_144, 262_144, 4416, 64]);
    }
}
