//! A table that a pull fills: its columns, and how its rows find their person.

use crate::lake::properties::DEFINITION;
use crate::lake::{Table, TableName};
use crate::privacy::Treatment;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Columns that the pull adds to every table, after the view's own.
pub(super) const ADDED: [&str; 4] = ["source", "updated", "digest", "record_row"];

/// The column that holds who a Patient was by its own number, once it was merged into another.
pub(crate) const MERGED_FROM: &str = "merged_from_key";

/// The column that holds whom a row is of by a number that is not verified. It links nothing: it is
/// there so that an opt-out finds the row.
pub(crate) const UNVERIFIED: &str = "unverified_person_key";

/// The column of the people themselves by which older data can be linked.
pub(crate) const OPEN_PSEUDONYM: &str = "open_pseudonym";

/// A table that a pull fills.
#[derive(Debug, Clone)]
pub(crate) struct TablePlan {
    /// `record.<name>`.
    pub name: TableName,
    /// The stored columns.
    pub schema: SchemaRef,
    /// How each decoded column is treated, in the order of the decoded batch.
    pub columns: Vec<ColumnPlan>,
    /// How rows find their person.
    pub person: PersonLink,
    /// Whether it is known that no record has more than one row.
    pub one_row: bool,
    /// The column with the person's own identifier in a reference that names no record.
    pub logical: Option<usize>,
    /// Where the table says which Patients were merged, when it does.
    pub merges: Option<MergeColumns>,
    /// The column that rows of a person are sorted by.
    pub order: Option<String>,
    /// Changes when a definition of the table does.
    pub fingerprint: String,
    /// The fingerprint of each definition: sources of two versions of FHIR fill one table.
    pub(super) definitions: BTreeSet<String>,
}

impl TablePlan {
    /// Another definition of the same table: the order in which sources are read does not matter.
    pub(super) fn also_defined_by(&mut self, other: &TablePlan) {
        self.definitions.extend(other.definitions.iter().cloned());
        self.one_row &= other.one_row;
        if self.definitions.len() > 1 {
            let mut hash = blake3::Hasher::new();
            for definition in &self.definitions {
                hash.update(definition.as_bytes());
            }
            self.fingerprint = hash.finalize().to_hex()[..32].to_string();
        }
    }

    /// Adds columns by which the pull tells versions and extracts apart.
    pub(super) fn add_numbers(&mut self, names: &[&str]) {
        let mut fields = self.schema.fields().to_vec();
        let added = names.iter();
        fields.extend(added.map(|name| Arc::new(Field::new(*name, DataType::Int64, true))));
        self.schema = Arc::new(Schema::new(fields));
    }

    /// Whether it has all of these columns of its own.
    pub(crate) fn has_all(&self, names: &[String]) -> bool {
        let mut names = names.iter();
        names.all(|name| self.columns.iter().any(|c| c.stored && c.name == *name))
    }

    /// Whether `table` was made by another definition, or by a program that had fewer columns for it.
    pub(crate) fn redefines(&self, table: &Table) -> bool {
        let lacks = |field: &Arc<Field>| table.schema.index_of(field.name()).is_err();
        table.property(DEFINITION) != Some(&self.fingerprint)
            || self.schema.fields().iter().any(lacks)
    }

    /// The value of [`COLUMNS`]: the pseudonyms among the view's own columns, with `,` between them,
    /// and the sort column after `;`.
    pub(crate) fn keyed_columns(&self) -> String {
        let columns = self.columns.iter();
        let pseudonyms: Vec<&str> = columns
            .filter(|c| c.stored && c.treatment == Treatment::Pseudonym)
            .map(|c| c.name.as_str())
            .collect();
        let order = self.order.as_deref().unwrap_or_default();
        format!("{};{order}", pseudonyms.join(","))
    }
}

/// The columns of `Patient.link`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MergeColumns {
    /// The pseudonym of the other Patient.
    pub other: String,
    /// FHIR's link-type.
    pub kind: String,
}

/// How the rows of a table find their person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PersonLink {
    /// They belong to nobody (organisations).
    None,
    /// This decoded column refers to a Patient.
    Patient(usize),
    /// This decoded column is the person's own identifier.
    Identifier(usize),
}

/// What happens to a decoded column.
#[derive(Debug, Clone)]
pub(crate) struct ColumnPlan {
    /// Its name.
    pub name: String,
    /// Its treatment.
    pub treatment: Treatment,
    /// Whether a value after the record's own last update is a mistake.
    pub not_after: bool,
    /// Whether a row is nothing without its value.
    pub needed: bool,
    /// Whether it is stored (the person's columns are not, their pseudonym is).
    pub stored: bool,
}
