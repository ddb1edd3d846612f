//! Which rows of a column have a value.

use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer};

/// The rows without a value: a bit for each, which costs nothing while all rows have one.
#[derive(Debug, Default)]
pub(super) struct Missing {
    words: Vec<u64>,
}

impl Missing {
    /// Notes that `row` has no value.
    #[inline(always)]
    pub(super) fn push(&mut self, row: usize) {
        let at = row / 64;
        if at >= self.words.len() {
            self.words.resize(at + 1, 0);
        }
        if let Some(word) = self.words.get_mut(at) {
            *word |= 1 << (row % 64);
        }
    }

    /// Forgets the rows after the first `rows`.
    pub(super) fn truncate(&mut self, rows: usize) {
        self.words.truncate(rows.div_ceil(64));
        if let Some(word) = self.words.get_mut(rows / 64) {
            *word &= (1 << (rows % 64)) - 1;
        }
    }

    /// For Arrow, of a column of so many rows; none when every row has a value.
    pub(super) fn finish(mut self, rows: usize) -> Option<NullBuffer> {
        if self.words.iter().all(|word| *word == 0) {
            return None;
        }
        self.words.resize(rows.div_ceil(64), 0);
        // Arrow has a bit for each row with a value.
        self.words.iter_mut().for_each(|word| *word = !*word);
        let bits = BooleanBuffer::new(Buffer::from_vec(self.words), 0, rows);
        Some(NullBuffer::new(bits))
    }
}

#[cfg(test)]
mod tests {
    use super::Missing;

    #[test]
    fn rows_are_noted_and_taken_off() {
        let valid = |row: usize| row % 3 != 1;
        for rows in [0, 1, 2, 63, 64, 65, 128, 200] {
            let mut missing = Missing::default();
            let note = |missing: &mut Missing, row| {
                if !valid(row) {
                    missing.push(row);
                }
            };
            (0..200).for_each(|row| note(&mut missing, row));
            missing.truncate(rows);
            (rows..rows + 70).for_each(|row| note(&mut missing, row));
            let found = missing.finish(rows + 70).unwrap();
            assert_eq!(found.len(), rows + 70);
            let nulls = (0..rows + 70).filter(|row| !valid(*row)).count();
            assert_eq!(found.null_count(), nulls);
            assert!((0..rows + 70).all(|row| found.is_valid(row) == valid(row)));
        }
        let mut full = Missing::default();
        full.push(1);
        full.truncate(1);
        assert!(full.finish(1).is_none());
    }
}
