//! Rows with their hashes.

use super::people::{ByPerson, people_of, person_at};
use super::person_tally::PersonTally;
use crate::error::Result;
use crate::lake::row_hashes;
use arrow::array::RecordBatch;

/// Rows with their hashes.
pub(super) struct HashedRows {
    /// The rows.
    pub rows: Vec<RecordBatch>,
    /// The hash of each.
    pub hashes: Vec<Vec<u128>>,
}

impl HashedRows {
    pub(super) fn of(rows: Vec<RecordBatch>) -> Result<Self> {
        let hashes = rows.iter().map(row_hashes).collect::<Result<_>>()?;
        Ok(HashedRows { rows, hashes })
    }

    /// Adds or takes away each row of its person.
    pub(super) fn tally(&self, tally: &mut ByPerson<PersonTally>, add: bool) -> Result<()> {
        for (rows, hashes) in self.rows.iter().zip(&self.hashes) {
            let people = people_of(rows)?;
            for (at, hash) in hashes.iter().enumerate() {
                let tally = tally.entry(person_at(people, at)).or_default();
                tally.count(*hash, add);
            }
        }
        Ok(())
    }
}
