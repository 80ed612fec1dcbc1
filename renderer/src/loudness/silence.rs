//! Digital silence of all channels at once.

use serde::Serialize;

use super::levels::CELL;
use super::timeline::Page;

/// Silence shorter than this is a pause, milliseconds.
const SHORTEST: u64 = 1000;
/// Silences that are kept one by one.
const MOST: usize = 100;

/// A span in which every sample of every channel is zero, a second or longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Silence {
    /// Its first frame.
    pub frame: u64,
    /// How many they are.
    pub frames: u64,
}

/// Looks for them, cell by cell; at the frame only where sound begins and ends.
#[derive(Clone, Debug)]
pub(super) struct Silences {
    shortest: u64,
    /// There was sound in the last cell.
    sounds: bool,
    /// The frame after the last that is not silent.
    sound_end: u64,
    found: Vec<Silence>,
    count: u64,
}

impl Silences {
    pub(super) fn new(sample_rate: u32) -> Self {
        let shortest = (u64::from(sample_rate) * SHORTEST / 1000).max(1);
        Self { shortest, sounds: false, sound_end: 0, found: Vec::new(), count: 0 }
    }

    /// Takes in a page of so many cells; `sounds` tells of a cell whether any channel sounds in it. In the rows, the cell before the
    /// page lies before it.
    pub(super) fn add(&mut self, page: Page<'_>, cells: usize, sounds: impl Fn(usize) -> bool) {
        for cell in 0..cells {
            let sounds = sounds(cell);
            if sounds != self.sounds {
                let frame = page.start.saturating_add((cell * CELL) as u64);
                let at = page.from + cell * CELL;
                let is_sound = |sample: &f32| *sample != 0.0;
                let rows = || page.rows.chunks_exact(page.stride);
                if sounds {
                    let first = rows().filter_map(|row| row[at..at + CELL].iter().position(is_sound)).min();
                    self.end(frame.saturating_add(first.unwrap_or(0) as u64));
                } else {
                    let last = rows().filter_map(|row| row[at - CELL..at].iter().rposition(is_sound)).max();
                    let back = CELL - 1 - last.unwrap_or(CELL - 1);
                    self.sound_end = frame.saturating_sub(back as u64);
                }
                self.sounds = sounds;
            }
        }
    }

    /// Sound begins with `frame`.
    fn end(&mut self, frame: u64) {
        let frames = frame.saturating_sub(self.sound_end);
        if frames >= self.shortest {
            self.count += 1;
            if self.found.len() < MOST {
                self.found.push(Silence { frame: self.sound_end, frames });
            }
        }
    }

    /// The end of a programme of so many frames: the first hundred silences, and how many there are.
    pub(super) fn finish(mut self, frames: u64) -> (Vec<Silence>, u64) {
        if !self.sounds {
            self.end(frames);
        }
        (self.found, self.count)
    }
}
