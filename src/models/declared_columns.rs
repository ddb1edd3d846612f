//! The columns that are declared of a reference table, and by which files.

use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::pipeline::ReferenceColumn;
use arrow::array::{RecordBatch, new_null_array};
use arrow::datatypes::{Field, Schema, SchemaRef};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The columns of a reference table, by name. Types are never guessed from values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DeclaredColumns {
    /// The files that declare them; of two that declare the same column, the later counts.
    places: Vec<String>,
    columns: BTreeMap<String, ReferenceColumn>,
    /// The column that rows and labels are ordered by.
    order: Option<String>,
    /// The columns that tell rows apart.
    key: Vec<String>,
}

impl DeclaredColumns {
    /// Adds what `place` declares; nothing when it declares nothing.
    pub(super) fn declare(&mut self, place: String, columns: BTreeMap<String, ReferenceColumn>) {
        if !columns.is_empty() {
            self.places.push(place);
            self.columns.extend(columns);
        }
    }

    /// Takes the order of rows and labels from a sidecar that has one.
    pub(super) fn order_by(&mut self, order: Option<String>) {
        self.order = order.or_else(|| self.order.take());
    }

    /// Takes the columns that tell rows apart from a sidecar that has some.
    pub(super) fn keyed_by(&mut self, key: Vec<String>) {
        if !key.is_empty() {
            self.key = key;
        }
    }

    /// The columns that tell rows apart.
    pub(super) fn key(&self) -> &[String] {
        &self.key
    }

    /// The column that rows and labels are ordered by.
    pub(super) fn order(&self) -> Option<&String> {
        self.order.as_ref()
    }

    /// Whether nothing is declared.
    pub(super) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// The column of this name.
    pub(super) fn column(&self, name: &str) -> Option<&ReferenceColumn> {
        self.columns.get(name)
    }

    /// What decides the rows that a file makes, and their order in reports: another declaration loads it
    /// again, another word does not.
    pub(super) fn content(&self) -> String {
        let columns = self.columns.iter();
        let columns = columns.map(|(name, column)| {
            let optional = if column.optional { "?" } else { "" };
            format!("{name} {}{optional}", column.kind.name())
        });
        let order = self.order.iter().map(|column| format!("by {column}"));
        let key = self.key.iter().map(|column| format!("key {column}"));
        columns
            .chain(order)
            .chain(key)
            .collect::<Vec<_>>()
            .join(",")
    }

    /// The declared columns that a file with columns of these names lacks, and may lack.
    ///
    /// # Errors
    /// Data: the file has a column that is not declared, or lacks one that must be there.
    pub(super) fn lacking<'a>(
        &'a self,
        place: &str,
        names: &[String],
    ) -> Result<Vec<(&'a String, &'a ReferenceColumn)>> {
        let by = self.places.join(" and ");
        if let Some(name) = names.iter().find(|name| !self.columns.contains_key(*name)) {
            return Err(Error::data(format!(
                "{place}:1: column {name} is not declared in {by}"
            ))
            .cause("types of columns are never guessed from values")
            .hint(format!(
                "add `{name} = \"string\"` (or another type) to [columns] of the sidecar, or to `types` of the table under [reference]; or choose columns by `columns` there"
            )));
        }
        let lacking = self
            .columns
            .iter()
            .filter(|(name, _)| !names.contains(name));
        let lacking: Vec<_> = lacking.collect();
        if let Some((name, _)) = lacking.iter().find(|(_, column)| !column.optional) {
            let hint = nearest(name, names);
            return Err(Error::data(format!("{place}:1: there is no column {name}"))
                .cause(format!("{by} declares it"))
                .hint(format!(
                    "{hint}; a column that a file may lack has optional = true"
                )));
        }
        Ok(lacking)
    }

    /// A table of these columns without rows.
    pub(super) fn without_rows(&self) -> RecordBatch {
        let fields = self.columns.iter();
        let fields: Vec<Field> = fields
            .map(|(name, column)| Field::new(name, column.kind.data_type(), true))
            .collect();
        let schema: SchemaRef = Arc::new(Schema::new(fields));
        RecordBatch::new_empty(schema)
    }
}

/// The fields and arrays of columns that a file of so many rows lacks.
pub(super) fn null_columns(
    lacking: &[(&String, &ReferenceColumn)],
    rows: usize,
) -> Vec<(Field, arrow::array::ArrayRef)> {
    let column = |(name, column): &(&String, &ReferenceColumn)| {
        let kind = column.kind.data_type();
        let nulls = new_null_array(&kind, rows);
        (Field::new(name.as_str(), kind, true), nulls)
    };
    lacking.iter().map(column).collect()
}
