//! The built-in set: MIT KEMAR, normal pinna (`LICENCE-KEMAR.txt`).
//!
//! `kemar.bin` holds what was measured, exactly: little-endian `u32` count, taps and sampling rate; for each direction
//! `f32` azimuth, elevation and the arrival at the left ear in samples, and the `u32` number of its mirror image;
//! then `i16` samples of the left ear, full scale 32768. The head is symmetric: the right ear hears what the
//! left hears from the mirror image. `cargo run -p proscenium-hrtf --example pack_built_in SOFA` writes it.

use crate::{Direction, HrtfSet, Measurements};

const KEMAR: &[u8] = include_bytes!("kemar.bin");
const LICENCE: &str = include_str!("LICENCE-KEMAR.txt");
/// Bytes before the directions, and of one direction.
const HEAD: usize = 12;
const ROW: usize = 16;

/// The built-in measurements and when each arrives.
pub(crate) fn kemar() -> (Measurements, Vec<[f64; 2]>) {
    let (head, rest) = KEMAR.split_at(HEAD);
    let [count, taps, rate] = [0, 1, 2].map(|i| word(head, 4 * i));
    let (rows, samples) = rest.split_at(count as usize * ROW);
    let taps = taps as usize;
    let number = |row: &[u8], i: usize| f64::from(f32::from_bits(word(row, 4 * i)));
    let left = |point: usize| samples[2 * taps * point..][..2 * taps].chunks_exact(2);
    let mut made = Measurements {
        name: "MIT KEMAR, normal pinna".to_owned(),
        licence: LICENCE.trim().to_owned(),
        sample_rate: rate,
        taps,
        ..Measurements::default()
    };
    let mut arrivals = Vec::new();
    for (point, row) in rows.chunks_exact(ROW).enumerate() {
        let mirror = word(row, 12) as usize;
        made.directions.push(Direction::new(number(row, 0), number(row, 1)));
        made.delays.push([0.0; 2]);
        arrivals.push([number(row, 2), number(&rows[mirror * ROW..], 2)]);
        for side in [point, mirror] {
            let sample = |bytes: &[u8]| f32::from(i16::from_le_bytes([bytes[0], bytes[1]])) / 32_768.0;
            made.responses.extend(left(side).map(sample));
        }
    }
    (made, arrivals)
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes[at..].iter().take(4).rev().fold(0, |word, &byte| word << 8 | u32::from(byte))
}

impl HrtfSet {
    /// The built-in set: MIT KEMAR, 710 directions down to −40°, 44.1 kHz.
    pub fn built_in() -> Self {
        let (measurements, arrivals) = kemar();
        Self::with_arrivals(measurements, Some(arrivals), None)
    }
}
