//! Between "all channels of a frame" and "all frames of a channel", four rows at a time.
//!
//! Interleaving four rows is what compilers turn into shuffles without help; a direct transpose they do not.

/// Rows that are interleaved at a time.
pub(super) const QUAD: usize = 4;

/// The first samples of four rows, as many as `out` takes, next to one another, each as `of` has it.
#[inline(always)]
pub(super) fn interleave<T: Copy, U>([a, b, c, d]: [&[T]; QUAD], of: impl Fn(T) -> U, out: &mut [[U; QUAD]]) {
    let n = out.len();
    let (a, b, c, d) = (&a[..n], &b[..n], &c[..n], &d[..n]);
    for i in 0..n {
        out[i] = [of(a[i]), of(b[i]), of(c[i]), of(d[i])];
    }
}
