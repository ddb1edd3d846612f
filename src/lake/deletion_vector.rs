//! Rows of a file that a later version of its table no longer holds: Delta's deletion vectors.
//!
//! A night that changes one record in a hundred must not write the other ninety-nine again. The old
//! row stays in its file and is marked here; compaction writes the file anew when too much of it is
//! marked.

use crate::error::{Context, Error, Result};
use deltalake::kernel::{DeletionVectorDescriptor, StorageType};
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};
use roaring::RoaringTreemap;
use std::io::Cursor;
use std::sync::Arc;

/// How Delta marks a bitmap in the portable form of Roaring (Delta protocol, "Deletion Vector
/// Format").
const PORTABLE: u32 = 1_681_511_377;

/// Positions of removed rows in a file, ascending; empty for most files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeletionVector(Arc<Vec<u32>>);

impl DeletionVector {
    /// These positions, counted from 0 in the file, in any order.
    pub fn new(mut positions: Vec<u32>) -> Self {
        positions.sort_unstable();
        positions.dedup();
        DeletionVector(Arc::new(positions))
    }

    /// These and `more`.
    pub(crate) fn with(&self, more: &[u32]) -> Self {
        Self::new(self.0.iter().chain(more).copied().collect())
    }

    /// How many rows.
    pub(crate) fn len(&self) -> u64 {
        self.0.len() as u64
    }

    /// The positions, ascending.
    pub(super) fn positions(&self) -> &[u32] {
        &self.0
    }

    /// The positions, ascending, that `other` does not have.
    pub(crate) fn beyond(&self, other: &Self) -> Vec<u32> {
        if Arc::ptr_eq(&self.0, &other.0) {
            return Vec::new();
        }
        let mut others = other.0.iter().peekable();
        let beyond = self.0.iter().filter(|at| {
            while others.next_if(|other| other < at).is_some() {}
            others.peek() != Some(at)
        });
        beyond.copied().collect()
    }

    /// Whether every row of the file counts.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rows of a file of `rows` rows that still count; None when all do.
    pub(crate) fn selection(&self, rows: u64) -> Option<RowSelection> {
        if self.0.is_empty() {
            return None;
        }
        let mut selectors: Vec<RowSelector> = Vec::with_capacity(self.0.len() * 2 + 1);
        let mut next = 0usize;
        for position in self.0.iter() {
            let position = *position as usize;
            if position > next {
                selectors.push(RowSelector::select(position - next));
            }
            match selectors.last_mut() {
                Some(last) if last.skip => last.row_count += 1,
                _ => selectors.push(RowSelector::skip(1)),
            }
            next = position + 1;
        }
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        if rows > next {
            selectors.push(RowSelector::select(rows - next));
        }
        Some(selectors.into())
    }

    /// Where in the file the rows are that are at the positions `counting`, ascending, among those
    /// that still count.
    pub(crate) fn positions_of(&self, counting: &[u32]) -> Vec<u32> {
        let mut before = 0;
        let places = counting.iter().map(|counting| {
            let place = |before: usize| *counting + u32::try_from(before).unwrap_or(u32::MAX);
            while self
                .0
                .get(before)
                .is_some_and(|gone| *gone <= place(before))
            {
                before += 1;
            }
            place(before)
        });
        places.collect()
    }

    /// As the log of a table writes it; None when there is nothing to write.
    pub(super) fn to_log(&self) -> Result<Option<DeletionVectorDescriptor>> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let failed = || "cannot describe removed rows";
        let rows: RoaringTreemap = self.0.iter().map(|at| u64::from(*at)).collect();
        let mut bytes = PORTABLE.to_le_bytes().to_vec();
        rows.serialize_into(&mut bytes).data(failed)?;
        let size = bytes.len();
        // Base 85 takes four bytes at a time.
        bytes.resize(size.next_multiple_of(4), 0);
        Ok(Some(DeletionVectorDescriptor {
            storage_type: StorageType::Inline,
            path_or_inline_dv: z85::encode(&bytes),
            offset: None,
            size_in_bytes: i32::try_from(size).data(failed)?,
            cardinality: i64::try_from(self.0.len()).data(failed)?,
        }))
    }

    /// Reads what the log of a table says.
    pub(super) fn from_log(described: Option<&DeletionVectorDescriptor>) -> Result<Self> {
        let Some(described) = described else {
            return Ok(Self::default());
        };
        let broken = || "a deletion vector cannot be read";
        if described.storage_type != StorageType::Inline {
            return Err(Error::data(broken())
                .cause("it lies outside the log, where Populace never writes one")
                .hint("another program changed this table: restore it from a copy"));
        }
        let bytes = z85::decode(&described.path_or_inline_dv).data(broken)?;
        let (magic, rows) = bytes
            .split_first_chunk::<4>()
            .ok_or("it is too short")
            .data(broken)?;
        if u32::from_le_bytes(*magic) != PORTABLE {
            return Err(Error::data(broken()).cause("it is of an unknown form"));
        }
        let rows = RoaringTreemap::deserialize_from(Cursor::new(rows)).data(broken)?;
        let positions = rows
            .iter()
            .map(u32::try_from)
            .collect::<std::result::Result<Vec<_>, _>>()
            .data(broken)?;
        Ok(Self::new(positions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removed_rows_go_through_the_log() {
        let removed = DeletionVector::new(vec![70_000, 3, 4, 9, 3]);
        let described = removed.to_log().unwrap().unwrap();
        assert_eq!(described.cardinality, 4);
        assert_eq!(DeletionVector::from_log(Some(&described)).unwrap(), removed);
        assert_eq!(
            DeletionVector::from_log(None).unwrap(),
            DeletionVector::default()
        );
    }

    #[test]
    fn positions_beyond_others_are_found() {
        let of = |positions: &[u32]| DeletionVector::new(positions.to_vec());
        let all = of(&[0, 3, 4, 9]);
        assert_eq!(all.beyond(&of(&[3, 5, 9])), [0, 4]);
        assert_eq!(of(&[3, 5, 9]).beyond(&all), [5]);
        assert_eq!(all.beyond(&of(&[])), [0, 3, 4, 9]);
        assert!(all.beyond(&all.clone()).is_empty());
        assert!(all.beyond(&of(&[0, 3, 4, 9])).is_empty());
        assert!(of(&[]).beyond(&all).is_empty());
    }

    #[test]
    fn a_selection_leaves_out_what_was_removed() {
        let removed = DeletionVector::new(vec![0, 3, 4, 9]);
        let selection: Vec<RowSelector> = removed.selection(10).unwrap().into();
        assert_eq!(
            selection,
            [
                RowSelector::skip(1),
                RowSelector::select(2),
                RowSelector::skip(2),
                RowSelector::select(4),
                RowSelector::skip(1),
            ]
        );
        assert!(DeletionVector::default().selection(10).is_none());
    }

    #[test]
    fn rows_that_count_are_found_in_their_file() {
        let removed = DeletionVector::new(vec![0, 3, 4, 9]);
        assert_eq!(
            removed.positions_of(&[0, 1, 2, 3, 4, 5, 6]),
            [1, 2, 5, 6, 7, 8, 10]
        );
        assert_eq!(removed.positions_of(&[2, 6]), [5, 10]);
        assert_eq!(DeletionVector::default().positions_of(&[0, 7]), [0, 7]);
    }
}
