//! What must not be in the lake: rows of people who have opted out, and deleted records.

use crate::privacy::{PatientKey, PersonKey};
use crate::pull::plan::{MERGED_FROM, UNVERIFIED};
use crate::pull::state::deleted_records::Deleted;
use crate::pull::version::ByRecord;
use arrow::array::{Array, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::Int64Type;
use std::collections::HashSet;

/// What a pull must leave out.
#[derive(Debug, Default)]
pub(crate) struct Exclusions {
    /// People who have opted out.
    pub opted_out: HashSet<PersonKey, ByRecord>,
    /// Their Patients: those that are theirs, that claim to be with a number that is not verified,
    /// that were before a merge, and that were before they were deleted.
    pub patients: HashSet<PatientKey, ByRecord>,
    /// Whether some of these Patients were not known at the last pull: rows that wait for one of
    /// them must be found.
    pub new_patients: bool,
    /// Deleted records, and when they were deleted.
    pub deleted: Deleted,
}

/// The columns that say whose a row is, in whichever table.
pub(crate) const WHOSE: [&str; 5] = [
    "person_key",
    UNVERIFIED,
    MERGED_FROM,
    "patient_key",
    "record_key",
];

/// Which rows of a batch are of people who have opted out.
pub(crate) struct Theirs<'a> {
    exclusions: &'a Exclusions,
    people: Vec<&'a Int64Array>,
    patients: Option<&'a Int64Array>,
}

impl<'a> Theirs<'a> {
    /// Of rows with those of the columns of [`WHOSE`] that their table has.
    pub(crate) fn of(exclusions: &'a Exclusions, rows: &'a RecordBatch) -> Self {
        let numbers = |name: &str| {
            let column = rows.column_by_name(name)?;
            column.as_primitive_opt::<Int64Type>()
        };
        let people = ["person_key", UNVERIFIED, MERGED_FROM];
        // A record that is a person may be a Patient.
        let patients = match numbers(MERGED_FROM) {
            Some(_) => numbers("record_key"),
            None => numbers("patient_key"),
        };
        Theirs {
            exclusions,
            people: people.into_iter().filter_map(numbers).collect(),
            patients,
        }
    }

    /// Whether the row at this position is one of theirs.
    pub(crate) fn has(&self, at: usize) -> bool {
        let Exclusions {
            opted_out,
            patients,
            ..
        } = self.exclusions;
        if opted_out.is_empty() {
            return false;
        }
        let person = |column: &&Int64Array| {
            column.is_valid(at) && opted_out.contains(&PersonKey::new(column.value(at)))
        };
        let patient = |column: &Int64Array| {
            column.is_valid(at) && patients.contains(&PatientKey::new(column.value(at)))
        };
        self.people.iter().any(person) || self.patients.is_some_and(patient)
    }
}
