//! References to Patients that can never be resolved, counted by their kind.

use super::{KeptRow, Preparer, TableRows};
use crate::decode::Decoded;
use crate::decode::fhir::ReferenceKind;
use crate::pull::plan::{PersonLink, SourceKind};
use crate::pull::prepare::named_person::NamedPerson;
use crate::pull::prepare::unresolved::Unresolved;
use arrow::array::Array;

impl Preparer<'_> {
    /// Counts the lines of a table's `kept` rows that refer to no Patient and name nobody themselves;
    /// `text` is the chunk and `offset` its place.
    pub(super) fn count_unresolved(
        &self,
        table: &TableRows,
        kept: &[KeptRow],
        decoded: &Decoded,
        (text, offset): (&[u8], u64),
        unresolved: &mut Unresolved,
    ) {
        let (SourceKind::Fhir { .. }, PersonLink::Patient(column)) =
            (&self.source.kind, table.plan.person)
        else {
            return;
        };
        let references = table.rows.batch.column(column);
        if references.null_count() == 0 {
            return;
        }
        let mut last = None;
        for KeptRow { row, line } in kept {
            let (row, first) = (*row as usize, last != Some(*line));
            last = Some(*line);
            let named = table
                .named
                .get(row)
                .is_some_and(|named| *named != NamedPerson::Nobody);
            if !first || named || references.is_valid(row) {
                continue;
            }
            let facts = &decoded.lines[*line as usize];
            let place = |at: u64| usize::try_from(at.checked_sub(offset)?).ok();
            let resource = place(facts.start)
                .zip(place(facts.end))
                .and_then(|(from, to)| text.get(from..to));
            let kind = ReferenceKind::of(resource.unwrap_or_default());
            *unresolved.entry((table.index, kind)).or_default() += 1;
        }
    }
}
