//! Which rows of a column have a value.

use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer};

/// The rows without a value. A row with one costs nothing until the column is complete.
#[derive(Debug, Default)]
pub(super) struct Missing {
    rows: Vec<u32>,
}

impl Missing {
    /// Notes that `row` has no value. Rows come in their order; a chunk has far fewer than 2³².
    #[inline(always)]
    pub(super) fn push(&mut self, row: usize) {
        self.rows.push(row as u32);
    }

    /// Forgets the rows after the first `rows`.
    pub(super) fn truncate(&mut self, rows: usize) {
        while self.rows.last().is_some_and(|row| *row as usize >= rows) {
            self.rows.pop();
        }
    }

    /// For Arrow, of a column of so many rows; none when every row has a value.
    pub(super) fn finish(self, rows: usize) -> Option<NullBuffer> {
        if self.rows.is_empty() {
            return None;
        }
        let mut words = vec![u64::MAX; rows.div_ceil(64)];
        for row in &self.rows {
            if let Some(word) = words.get_mut(*row as usize / 64) {
                *word &= !(1 << (row % 64));
            }
        }
        let bits = BooleanBuffer::new(Buffer::from_vec(words), 0, rows);
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
