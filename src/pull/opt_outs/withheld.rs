//! The lake as it was, without those who have opted out since: an opt-out holds for older versions of
//! tables too, as long as these are kept.

use crate::error::{Context, Error, Result};
use crate::lake::properties::KEY;
use crate::lake::{Lake, Table};
use crate::pull::merge::exclusions::{Exclusions, Theirs, WHOSE};
use crate::pull::opt_outs::stored;
use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use std::sync::Arc;

/// Who must not be read of older versions: the people on the opt-out lists of the last pull, and
/// their Patients.
pub(crate) struct Withheld {
    exclusions: Exclusions,
}

impl Withheld {
    /// Everybody who had opted out at the last pull.
    ///
    /// # Errors
    /// Data: `populace.opt_out` cannot be read.
    pub(crate) async fn load(lake: &Lake) -> Result<Self> {
        let stored = stored::load(lake).await?;
        let exclusions = Exclusions {
            patients: stored.links.iter().map(|link| link.patient_key).collect(),
            opted_out: stored.people.into_iter().collect(),
            ..Exclusions::default()
        };
        Ok(Withheld { exclusions })
    }

    /// An older version of a pulled table or a state table, with their rows marked as removed.
    ///
    /// # Errors
    /// Refused: nothing shows which rows are theirs, since the key changed or a column that says so
    /// was not there yet. Data: a file cannot be read.
    pub(crate) async fn without(&self, lake: &Lake, mut table: Table) -> Result<Table> {
        if self.exclusions.opted_out.is_empty() {
            return Ok(table);
        }
        let newest = lake.table(&table.name).await?;
        let columns = |table: &Table| -> Vec<String> {
            let names = table.schema.fields().iter().map(|f| f.name().clone());
            names.filter(|n| WHOSE.contains(&n.as_str())).collect()
        };
        let said = columns(&table);
        if said.is_empty() {
            return Ok(table);
        }
        let lacking = newest.iter().flat_map(columns).find(|n| !said.contains(n));
        if let Some(column) = lacking {
            let why = format!("it has no column {column} yet, which says whose a row is");
            return Err(unproved(&table, &why));
        }
        if table.property(KEY) != Some(&lake.settings().key_fingerprint) {
            return Err(unproved(&table, "its pseudonyms are of an earlier key"));
        }
        let fields = table.schema.fields().iter();
        let whose = fields.filter(|field| WHOSE.contains(&field.name().as_str()));
        let shape: SchemaRef = Arc::new(Schema::new(whose.cloned().collect::<Vec<_>>()));
        for file in &mut table.files {
            let theirs = self.positions(&lake.read_as(file, &shape, None).await?)?;
            file.rows -= theirs.len() as u64;
            file.removed = file.removed.with(&file.removed.positions_of(&theirs));
        }
        Ok(table)
    }

    /// Where among the rows of a file are theirs, ascending.
    fn positions(&self, batches: &[RecordBatch]) -> Result<Vec<u32>> {
        let mut found = Vec::new();
        let mut before = 0;
        for batch in batches {
            let theirs = Theirs::of(&self.exclusions, batch);
            for at in (0..batch.num_rows()).filter(|at| theirs.has(*at)) {
                found.push(u32::try_from(before + at).data(|| "a file has too many rows")?);
            }
            before += batch.num_rows();
        }
        Ok(found)
    }
}

fn unproved(table: &Table, why: &str) -> Error {
    Error::refused(format!(
        "table {} cannot be read at version {}: people have opted out, and nothing shows which of its rows are theirs",
        table.name, table.version
    ))
    .cause(why)
    .hint("read a newer version")
}
