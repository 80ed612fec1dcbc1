//! Between "all channels of a frame" and "all frames of a channel", four rows at a time.
//!
//! Interleaving four rows is what compilers turn into shuffles without help; a direct transpose they do not.

/// Rows that are interleaved at a time.
pub(super) const QUAD: usize = 4;

/// The first samples of four rows, as many as `out` takes, next to one another.
#[inline(always)]
pub(super) fn interleave<T: Copy>([a, b, c, d]: [&[T]; QUAD], out: &mut [[T; QUAD]]) {
    let n = out.len();
    let (a, b, c, d) = (&a[..n], &b[..n], &c[..n], &d[..n]);
    for i in 0..n {
        out[i] = [a[i], b[i], c[i], d[i]];
    }
}

/// The same of words as they lie in a file.
#[inline(always)]
pub(super) fn interleave_words([a, b, c, d]: [&[[u8; 4]]; QUAD], out: &mut [[u32; QUAD]]) {
    let n = out.len();
    let (a, b, c, d) = (&a[..n], &b[..n], &c[..n], &d[..n]);
    for i in 0..n {
        out[i] = [a[i], b[i], c[i], d[i]].map(u32::from_le_bytes);
    }
}
