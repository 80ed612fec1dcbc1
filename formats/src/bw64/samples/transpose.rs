//! Between "all channels of a frame" and "all frames of a channel", sixteen rows at a time.

/// Rows of a tile.
pub(super) const ROWS: usize = 16;
/// Columns of a tile: with a fixed 64, both passes become shuffles of full registers.
pub(super) const COLUMNS: usize = 64;

/// A tile and its transpose, 12 KiB that stay in the first-level cache.
///
/// Transposing is two passes of four-way interleaving: rows r, r+4, r+8, r+12 first, then the four results.
/// Interleaving is what compilers turn into shuffles without help; a direct transpose they do not.
pub(super) struct Tile {
    pub(super) rows: [[u32; COLUMNS]; ROWS],
    half: [[[u32; 4]; COLUMNS]; 4],
    pub(super) columns: [[u32; ROWS]; COLUMNS],
}

impl Tile {
    pub(super) fn new() -> Self {
        Self { rows: [[0; COLUMNS]; ROWS], half: [[[0; 4]; COLUMNS]; 4], columns: [[0; ROWS]; COLUMNS] }
    }

    /// Fills the first `used` columns, and some more, from the rows; every word goes through `map`.
    #[inline(always)]
    pub(super) fn transpose(&mut self, used: usize, map: impl Fn(u32) -> u32) {
        let used = used.next_multiple_of(16).min(COLUMNS);
        let [r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, r13, r14, r15] = &self.rows;
        let [h0, h1, h2, h3] = &mut self.half;
        let (columns, _) = self.columns.as_flattened_mut().as_chunks_mut::<4>();
        interleave(r0, r4, r8, r12, h0, used, |word| word);
        interleave(r1, r5, r9, r13, h1, used, |word| word);
        interleave(r2, r6, r10, r14, h2, used, |word| word);
        interleave(r3, r7, r11, r15, h3, used, |word| word);
        let (h0, h1, h2, h3) = (h0.as_flattened(), h1.as_flattened(), h2.as_flattened(), h3.as_flattened());
        interleave(h0, h1, h2, h3, columns, 4 * used, map);
    }
}

#[inline(always)]
fn interleave(
    a: &[u32],
    b: &[u32],
    c: &[u32],
    d: &[u32],
    out: &mut [[u32; 4]],
    used: usize,
    map: impl Fn(u32) -> u32,
) {
    for ((((to, a), b), c), d) in out.iter_mut().zip(a).zip(b).zip(c).zip(d).take(used) {
        *to = [map(*a), map(*b), map(*c), map(*d)];
    }
}
