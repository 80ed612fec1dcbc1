//! Values over time in a bounded number of columns, however long the programme is.

/// Columns of equal length. When there are too many, neighbours are joined two by two, so that a film takes no more memory
/// than a trailer.
#[derive(Clone, Debug)]
pub(crate) struct Columns<T> {
    columns: Vec<T>,
    /// Units that make a column, a power of two.
    length: u64,
    /// Units that came.
    units: u64,
    most: usize,
    join: fn(&mut T, &T),
}

impl<T> Columns<T> {
    /// At most `most` of them, an even number; `join` takes a later value into an earlier one.
    pub(crate) fn new(most: usize, join: fn(&mut T, &T)) -> Self {
        Self { columns: Vec::new(), length: 1, units: 0, most, join }
    }

    /// Takes in the next unit of time.
    pub(crate) fn add(&mut self, unit: T) {
        let is_new = self.units.is_multiple_of(self.length);
        if is_new && self.columns.len() >= self.most {
            self.halve();
        }
        match self.columns.last_mut().filter(|_| !self.units.is_multiple_of(self.length)) {
            Some(column) => (self.join)(column, &unit),
            None => self.columns.push(unit),
        }
        self.units += 1;
    }

    fn halve(&mut self) {
        let mut old = std::mem::take(&mut self.columns).into_iter();
        while let Some(mut column) = old.next() {
            if let Some(later) = old.next() {
                (self.join)(&mut column, &later);
            }
            self.columns.push(column);
        }
        self.length = self.length.saturating_mul(2);
    }

    /// The columns, units in each but the last, and units in all.
    pub(crate) fn finish(self) -> (Vec<T>, u64, u64) {
        (self.columns, self.length, self.units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_length_fits_and_nothing_is_lost() {
        for count in [0_u64, 1, 7, 8, 9, 16, 17, 100, 1000] {
            let mut columns = Columns::new(8, |sum: &mut u64, later| *sum += later);
            (1..=count).for_each(|unit| columns.add(unit));
            let (columns, length, units) = columns.finish();
            assert!(columns.len() <= 8 && (count <= 4 || columns.len() > 4), "{count}: {}", columns.len());
            assert_eq!(units, count);
            assert_eq!(columns.len() as u64, count.div_ceil(length));
            for (column, first) in columns.iter().zip((1..).step_by(length as usize)) {
                assert_eq!(*column, (first..=count.min(first + length - 1)).sum::<u64>());
            }
        }
    }
}
