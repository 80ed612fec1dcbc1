//! Words of four samples to the bytes that they take in the file.

use super::encode::FRAMES;

/// Samples that are packed at a time: four of n bytes are n words.
pub(super) const GROUP: usize = 4;

/// Four samples of `W` bytes, little-endian and next to one another, in `W` words; the others are zero.
#[inline(always)]
fn pack_four<const W: usize>([a, b, c, d]: [u32; GROUP]) -> [u32; GROUP] {
    match W {
        1 => [a & 0xFF | (b & 0xFF) << 8 | (c & 0xFF) << 16 | d << 24, 0, 0, 0],
        2 => [a & 0xFFFF | b << 16, c & 0xFFFF | d << 16, 0, 0],
        3 => [a & 0xFF_FFFF | b << 24, b >> 8 & 0xFFFF | c << 16, c >> 16 & 0xFF | d << 8, 0],
        _ => [a, b, c, d],
    }
}

/// Each frame of four channels.
#[inline(always)]
pub(super) fn pack<const W: usize>(
    [a, b, c, d]: &[[u32; FRAMES]; GROUP],
    packed: &mut [[u32; GROUP]; FRAMES],
) {
    for frame in 0..FRAMES {
        packed[frame] = pack_four::<W>([a[frame], b[frame], c[frame], d[frame]]);
    }
}

/// Puts four samples into the rows of `channels` channels, as channels `first` and following, as far as there are so
/// many.
#[inline(always)]
pub(super) fn place<const W: usize>(
    packed: &[[u32; GROUP]; FRAMES],
    rows: &mut [u8],
    channels: usize,
    first: usize,
) {
    let (row_bytes, at) = (channels * W, first * W);
    let left = row_bytes - at;
    if left >= 4 * GROUP {
        // The zeros go where the next samples will be.
        return place_bytes::<{ 4 * GROUP }>(packed, rows, row_bytes, at);
    }
    match left.min(GROUP * W) {
        1 => place_bytes::<1>(packed, rows, row_bytes, at),
        2 => place_bytes::<2>(packed, rows, row_bytes, at),
        3 => place_bytes::<3>(packed, rows, row_bytes, at),
        4 => place_bytes::<4>(packed, rows, row_bytes, at),
        6 => place_bytes::<6>(packed, rows, row_bytes, at),
        8 => place_bytes::<8>(packed, rows, row_bytes, at),
        9 => place_bytes::<9>(packed, rows, row_bytes, at),
        _ => place_bytes::<12>(packed, rows, row_bytes, at),
    }
}

/// Puts `N` bytes into every row, `at` bytes from where it begins.
#[inline(always)]
fn place_bytes<const N: usize>(
    packed: &[[u32; GROUP]; FRAMES],
    rows: &mut [u8],
    row_bytes: usize,
    at: usize,
) {
    for (four, row) in packed.iter().zip(rows.chunks_exact_mut(row_bytes)) {
        let bytes = four.map(u32::to_le_bytes);
        if let (Some(to), Some(from)) = (row.get_mut(at..at + N), bytes.as_flattened().get(..N)) {
            to.copy_from_slice(from);
        }
    }
}

/// Four frames of one channel lie like one of four.
#[inline(always)]
pub(super) fn pack_mono<const W: usize>([words, ..]: &[[u32; FRAMES]; GROUP], rows: &mut [u8]) {
    let (fours, _) = words.as_chunks::<GROUP>();
    let (packed, _) = rows.as_chunks_mut::<4>().0.as_chunks_mut::<W>();
    let packed = &mut packed[..FRAMES / 4];
    for i in 0..FRAMES / 4 {
        let four = pack_four::<W>(fours[i]);
        for n in 0..W {
            packed[i][n] = four[n].to_le_bytes();
        }
    }
}

/// Two frames of two channels lie like one of four.
#[inline(always)]
pub(super) fn pack_stereo<const W: usize>([left, right, ..]: &[[u32; FRAMES]; GROUP], rows: &mut [u8]) {
    let (left, right) = (left.as_chunks::<2>().0, right.as_chunks::<2>().0);
    let (packed, _) = rows.as_chunks_mut::<4>().0.as_chunks_mut::<W>();
    let packed = &mut packed[..FRAMES / 2];
    for i in 0..FRAMES / 2 {
        let ([a, c], [b, d]) = (left[i], right[i]);
        let four = pack_four::<W>([a, b, c, d]);
        for n in 0..W {
            packed[i][n] = four[n].to_le_bytes();
        }
    }
}
