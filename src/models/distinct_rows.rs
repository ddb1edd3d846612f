//! Rows that are seen to be distinct, without a table of their values.
//!
//! Equal values have equal hashes, so rows of which no two have the same hash are distinct. Two hashes that are
//! the same prove nothing: 64 bits of some millions of rows agree by chance once in a million tables.

use super::locality::PERSON_KEY;
use crate::error::{Context, Result};
use crate::lake::row_hashes;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Int64Type, Schema};

/// Hashes that are kept: 64 MB. More rows are seen to be distinct only where they come by person.
const MOST_HASHES: usize = 8 * 1024 * 1024;

/// The values that rows have in some columns, by their hashes.
pub(super) struct DistinctRows {
    columns: Vec<usize>,
    /// The place of the person among the columns of the rows, as long as rows come in order of people.
    person: Option<usize>,
    /// The person of the last row.
    last: Option<i64>,
    /// Hashes of rows, those of the last person after all others.
    hashes: Vec<u64>,
    /// Where those of the last person begin.
    of_last: usize,
    /// Whether hashes of earlier people, who have distinct rows, are gone.
    is_cut: bool,
    most: usize,
}

impl DistinctRows {
    /// For rows with these columns; None when two values of one of them may be equal and have other hashes.
    pub(super) fn of(names: &[String], schema: &Schema) -> Option<Self> {
        let place = |name: &String| {
            let at = schema.index_of(name).ok()?;
            is_exact(schema.field(at).data_type()).then_some(at)
        };
        let columns: Vec<usize> = names.iter().map(place).collect::<Option<_>>()?;
        let is_person = |at: &&usize| {
            let field = schema.field(**at);
            field.name() == PERSON_KEY && field.data_type() == &DataType::Int64
        };
        Some(DistinctRows {
            person: columns.iter().find(is_person).copied(),
            columns,
            last: None,
            hashes: Vec::new(),
            of_last: 0,
            is_cut: false,
            most: MOST_HASHES,
        })
    }

    /// Looks at the next rows; false when it is not known any more that all are distinct.
    ///
    /// # Errors
    /// Data: rows cannot be compared.
    pub(super) fn see(&mut self, rows: &RecordBatch) -> Result<bool> {
        let values = rows.project(&self.columns);
        let hashes = row_hashes(&values.data(|| "rows cannot be compared")?)?;
        // Both lanes of a hash are as good as the other.
        #[allow(clippy::cast_possible_truncation)]
        let hashes = hashes.into_iter().map(|hash| hash as u64);
        let Some(person) = self.person else {
            self.hashes.extend(hashes);
            return Ok(self.fits());
        };
        let people = rows.column(person).as_primitive::<Int64Type>();
        if people.null_count() > 0 {
            self.person = None;
        }
        for (hash, person) in hashes.zip(people.values()) {
            if self.person.is_some() && self.last != Some(*person) {
                if self.last > Some(*person) {
                    self.person = None;
                } else if !self.end_person() {
                    return Ok(false);
                }
                self.last = Some(*person);
            }
            self.hashes.push(hash);
        }
        Ok(self.fits())
    }

    /// Ends the rows of the last person; false when two have the same hash.
    fn end_person(&mut self) -> bool {
        let distinct = differ(&mut self.hashes[self.of_last..]);
        if self.hashes.len() > self.most {
            self.hashes.clear();
            self.is_cut = true;
        }
        self.of_last = self.hashes.len();
        distinct
    }

    /// Whether enough is known of all rows.
    fn fits(&self) -> bool {
        match self.person {
            Some(_) => self.hashes.len() - self.of_last <= self.most,
            None => !self.is_cut && self.hashes.len() <= self.most,
        }
    }

    /// Whether all rows that came are distinct; false also when that is not known.
    pub(super) fn are_distinct(mut self) -> bool {
        match self.person {
            Some(_) => self.end_person(),
            None => !self.is_cut && differ(&mut self.hashes),
        }
    }
}

/// Whether no two are the same.
fn differ(hashes: &mut [u64]) -> bool {
    match hashes {
        [] | [_] => true,
        [one, other] => one != other,
        _ => {
            hashes.sort_unstable();
            hashes.windows(2).all(|pair| pair[0] != pair[1])
        }
    }
}

/// Whether equal values of this type, in a query, have equal hashes.
fn is_exact(kind: &DataType) -> bool {
    kind.is_signed_integer()
        || matches!(
            kind,
            DataType::Boolean
                | DataType::Date32
                | DataType::Timestamp(_, _)
                | DataType::Decimal128(_, _)
                | DataType::Utf8
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray};
    use std::sync::Arc;

    type Row<'a> = (Option<i64>, Option<&'a str>);

    fn batch(rows: &[Row]) -> RecordBatch {
        let people: ArrayRef = Arc::new(rows.iter().map(|row| row.0).collect::<Int64Array>());
        let words: ArrayRef = Arc::new(rows.iter().map(|row| row.1).collect::<StringArray>());
        RecordBatch::try_from_iter_with_nullable([
            (PERSON_KEY, people, true),
            ("word", words, true),
        ])
        .unwrap()
    }

    fn distinct(most: usize, columns: &[&str], batches: &[&[Row]]) -> bool {
        let names: Vec<String> = columns.iter().map(|name| (*name).to_string()).collect();
        let schema = batch(&[]).schema();
        let mut rows = DistinctRows::of(&names, &schema).unwrap();
        rows.most = most;
        let seen = batches
            .iter()
            .all(|rows_of| rows.see(&batch(rows_of)).unwrap());
        seen && rows.are_distinct()
    }

    const BOTH: [&str; 2] = ["word", PERSON_KEY];

    #[test]
    fn rows_that_are_the_same_are_found_in_any_order() {
        let a: Row = (Some(1), Some("a"));
        let b: Row = (Some(1), Some("b"));
        let c: Row = (Some(2), Some("a"));
        let nobody: Row = (None, Some("a"));
        let orders: [&[&[Row]]; 6] = [
            &[&[a, b], &[c]],
            &[&[a], &[b, c]],
            &[&[c], &[a, b]],
            &[&[b, c], &[a]],
            &[&[nobody, a], &[b]],
            &[&[a, b, c], &[nobody]],
        ];
        for batches in orders {
            assert!(distinct(10, &BOTH, batches), "{batches:?}");
            assert!(!distinct(10, &[PERSON_KEY], &[&[a, b, c]]));
            for again in batches.iter().flat_map(|rows| rows.iter()) {
                let last: &[Row] = &[*again];
                let with: Vec<&[Row]> = batches.iter().copied().chain([last]).collect();
                assert!(!distinct(10, &BOTH, &with), "{with:?}");
                let with: Vec<&[Row]> = [last].into_iter().chain(batches.iter().copied()).collect();
                assert!(!distinct(10, &BOTH, &with), "{with:?}");
            }
        }
        assert!(!distinct(10, &["word"], &[&[a], &[c]]));
        assert!(distinct(10, &["word"], &[&[a], &[b], &[(None, None)]]));
        assert!(!distinct(
            10,
            &["word"],
            &[&[(Some(1), None), (Some(2), None)]]
        ));
        assert!(distinct(10, &BOTH, &[]));
    }

    #[test]
    fn what_is_too_much_to_keep_is_known_only_in_order_of_people() {
        let row = |person: i64| (Some(person), Some("a"));
        let many: Vec<Row> = (0..20).map(row).collect();
        assert!(distinct(4, &BOTH, &[&many]));
        // The last person twice, and one whose hash is long gone.
        assert!(!distinct(4, &BOTH, &[&many, &[row(19)]]));
        assert!(!distinct(4, &BOTH, &[&many, &[row(0)]]));
        // Perhaps distinct, but that is not known.
        assert!(!distinct(4, &BOTH, &[&many, &[row(-1)]]));
        assert!(!distinct(4, &["word"], &[&many]));
        let words: Vec<String> = (0..6).map(|word| word.to_string()).collect();
        let of_one: Vec<Row> = words
            .iter()
            .map(|word| (Some(1), Some(word.as_str())))
            .collect();
        assert!(!distinct(5, &BOTH, &[&of_one]));
        assert!(distinct(6, &BOTH, &[&of_one]));
    }

    #[test]
    fn fractions_are_left_to_the_query() {
        let number: ArrayRef = Arc::new(Float64Array::from(vec![0.0, -0.0]));
        let rows = RecordBatch::try_from_iter([("number", number)]).unwrap();
        assert!(DistinctRows::of(&["number".to_string()], &rows.schema()).is_none());
        assert!(DistinctRows::of(&["other".to_string()], &rows.schema()).is_none());
    }
}
