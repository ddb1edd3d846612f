//! Which rows of a column have a value.

use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer};

/// One bit a row, set when it has a value. Rows are appended one by one, which a builder for runs of
/// rows is not made for.
#[derive(Debug, Default)]
pub(super) struct Validity {
    words: Vec<u64>,
    length: usize,
    missing: usize,
}

impl Validity {
    /// Room for so many rows.
    pub fn with_capacity(rows: usize) -> Validity {
        Validity {
            words: Vec::with_capacity(rows.div_ceil(64)),
            ..Validity::default()
        }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Appends a row.
    #[inline(always)]
    pub fn push(&mut self, valid: bool) {
        let bit = self.length % 64;
        match self.words.last_mut() {
            Some(word) if bit > 0 => *word |= u64::from(valid) << bit,
            _ => self.words.push(u64::from(valid)),
        }
        self.length += 1;
        self.missing += usize::from(!valid);
    }

    /// Takes the rows after the first `rows` off again.
    pub fn truncate(&mut self, rows: usize) {
        if rows >= self.length {
            return;
        }
        self.words.truncate(rows.div_ceil(64));
        if let Some(word) = self.words.last_mut()
            && !rows.is_multiple_of(64)
        {
            *word &= (1 << (rows % 64)) - 1;
        }
        let valid: u32 = self.words.iter().map(|word| word.count_ones()).sum();
        self.length = rows;
        self.missing = rows - valid as usize;
    }

    /// For Arrow; none when every row has a value.
    pub fn finish(self) -> Option<NullBuffer> {
        let bits = BooleanBuffer::new(Buffer::from_vec(self.words), 0, self.length);
        (self.missing > 0).then(|| NullBuffer::new(bits))
    }
}

#[cfg(test)]
mod tests {
    use super::Validity;

    #[test]
    fn rows_are_appended_and_taken_off() {
        let valid = |row: usize| row % 3 != 1;
        for rows in [0, 1, 2, 63, 64, 65, 128, 200] {
            let mut validity = Validity::with_capacity(10);
            (0..200).for_each(|row| validity.push(valid(row)));
            validity.truncate(rows);
            assert_eq!(validity.len(), rows);
            (rows..rows + 70).for_each(|row| validity.push(valid(row)));
            let found = validity.finish().unwrap();
            assert_eq!(found.len(), rows + 70);
            assert_eq!(
                found.null_count(),
                (0..rows + 70).filter(|row| !valid(*row)).count()
            );
            assert!((0..rows + 70).all(|row| found.is_valid(row) == valid(row)));
        }
        let mut full = Validity::default();
        full.push(true);
        full.push(false);
        full.truncate(1);
        assert!(full.finish().is_none());
    }
}
