//! Rows of numbers that registers are filled from at once.

use std::ops::{Deref, DerefMut};

/// Values of a cache line. A register of as many that straddles two lines takes twice as long to load.
const LINE: usize = 16;

/// A row that begins where a cache line does. Its length does not change.
#[derive(Default)]
pub struct Row {
    room: Vec<f32>,
    start: usize,
    length: usize,
}

impl Row {
    /// `length` zeros.
    pub fn zero(length: usize) -> Self {
        let room = vec![0.0; length + LINE - 1];
        // Any start is right, but for time.
        let start = room.as_ptr().align_offset(size_of::<[f32; LINE]>()).min(LINE - 1);
        Self { room, start, length }
    }
}

impl From<&[f32]> for Row {
    fn from(values: &[f32]) -> Self {
        let mut row = Self::zero(values.len());
        row.copy_from_slice(values);
        row
    }
}

impl FromIterator<f32> for Row {
    fn from_iter<Values: IntoIterator<Item = f32>>(values: Values) -> Self {
        Self::from(&*values.into_iter().collect::<Vec<f32>>())
    }
}

impl Deref for Row {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.room[self.start..self.start + self.length]
    }
}

impl DerefMut for Row {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.room[self.start..self.start + self.length]
    }
}

impl Clone for Row {
    fn clone(&self) -> Self {
        Self::from(&**self)
    }
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_and_its_copies_begin_with_a_line() {
        for length in [0, 1, 15, 16, 1000] {
            let row: Row = (0..length).map(|number| number as f32).collect();
            let copy = row.clone();
            assert!(row.len() == length && row == copy);
            assert!([row, copy].iter().all(|row| (row.as_ptr() as usize).is_multiple_of(64)));
        }
    }
}
