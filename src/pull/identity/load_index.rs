//! What the lake says of Patients and merges, read into the patient index.

use super::facts::{LinkFact, Replacement};
use super::patient_index::PatientIndex;
use crate::error::{Context, Result};
use crate::lake::Lake;
use crate::privacy::{PatientKey, PersonKey, RecordKey};
use crate::pull::plan::{MERGED_FROM, TablePlan, UNVERIFIED};
use crate::pull::state::{rowless_versions, stored_rows};
use crate::pull::supersede::rules::Superseded;
use crate::pull::version::{
    EXTRACT_FILE, EXTRACT_ORDER, RecordVersion, VERSION_ORDER, Version, VersionColumns,
};
use arrow::array::{Array, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::Int64Type;

/// Which stored rows of a table are replaced by what is read now: any version that is read counts
/// before them.
pub(crate) struct KnownRows<'a> {
    /// The rules.
    pub superseded: &'a Superseded,
    /// The table's number in the plan.
    pub table: usize,
}

impl KnownRows<'_> {
    /// The rows that are replaced; empty where none is.
    fn replaced(&self, rows: &RecordBatch) -> Result<Vec<bool>> {
        if self.superseded.is_empty() {
            return Ok(Vec::new());
        }
        let sources = rows.column_by_name("source").ok_or("it is missing");
        let sources = sources.data(|| "column source of a pulled table")?;
        let sources = sources.as_string::<i32>();
        let files = rows.column_by_name(EXTRACT_FILE);
        let files = files.map(|files| files.as_primitive::<Int64Type>());
        let file = |row| {
            let files = files.filter(|files| files.is_valid(row))?;
            Some(files.value(row))
        };
        let takes = |row| {
            let source = sources.value(row);
            self.superseded.takes(source, self.table, file(row))
        };
        Ok((0..rows.num_rows()).map(takes).collect())
    }

    fn version(&self, replaced: &[bool], row: usize, version: Version) -> Version {
        match replaced.get(row) {
            Some(true) => Version::OLDEST,
            _ => version,
        }
    }
}

impl PatientIndex {
    /// Adds the links that `table`, whose records are people, holds already; `known` says which rows
    /// are replaced by what is read now.
    pub(crate) async fn load(
        &mut self,
        lake: &Lake,
        table: &TablePlan,
        known: &KnownRows<'_>,
    ) -> Result<()> {
        for rows in rows(
            lake,
            table,
            &[
                "person_key",
                "record_key",
                MERGED_FROM,
                UNVERIFIED,
                "updated",
                "digest",
                VERSION_ORDER,
                EXTRACT_ORDER,
                "source",
                EXTRACT_FILE,
            ],
        )
        .await?
        {
            let person = numbers(&rows, table, "person_key")?;
            let record = numbers(&rows, table, "record_key")?;
            let merged = numbers(&rows, table, MERGED_FROM)?;
            let claimed = numbers(&rows, table, UNVERIFIED)?;
            let replaced = known.replaced(&rows)?;
            for (row, RecordVersion { version, .. }) in
                VersionColumns::of(&rows)?.iter().enumerate()
            {
                let version = known.version(&replaced, row, version);
                let own = if merged.is_valid(row) { merged } else { person };
                self.learn(LinkFact {
                    patient_key: PatientKey::new(record.value(row)),
                    person: person_at(own, row),
                    claimed: person_at(claimed, row),
                    version,
                });
            }
        }
        Ok(())
    }

    /// Adds the merged Patients that `table` holds already; `other` and `kind` name its columns.
    pub(crate) async fn load_merges(
        &mut self,
        lake: &Lake,
        table: &TablePlan,
        (other, kind): (&str, &str),
        known: &KnownRows<'_>,
    ) -> Result<()> {
        for rows in rows(
            lake,
            table,
            &[
                "record_key",
                other,
                kind,
                "updated",
                "digest",
                VERSION_ORDER,
                EXTRACT_ORDER,
                "source",
                EXTRACT_FILE,
            ],
        )
        .await?
        {
            let record = numbers(&rows, table, "record_key")?;
            let others = numbers(&rows, table, other)?;
            let kinds = column(&rows, table, kind)?;
            let kinds = kinds.as_string::<i32>();
            let replaced = known.replaced(&rows)?;
            for (row, RecordVersion { version, .. }) in
                VersionColumns::of(&rows)?.iter().enumerate()
            {
                let version = known.version(&replaced, row, version);
                if kinds.is_valid(row) && others.is_valid(row) {
                    let record = RecordKey::new(record.value(row));
                    let other = PatientKey::new(others.value(row));
                    let pair = Replacement::of(record, other, kinds.value(row));
                    self.learn_merge(Replacement {
                        record,
                        version,
                        pair,
                    });
                }
            }
        }
        Ok(())
    }

    /// Takes in which records of `table` have a version that says nothing of a merge.
    pub(crate) async fn load_unmerged(&mut self, lake: &Lake, table: &TablePlan) -> Result<()> {
        for rowless in rowless_versions::load(lake).await?.of(&table.name) {
            self.learn_unmerged(rowless.record, rowless.version);
        }
        Ok(())
    }
}

async fn rows(lake: &Lake, table: &TablePlan, columns: &[&str]) -> Result<Vec<RecordBatch>> {
    let mut found = Vec::new();
    if let Some(held) = lake.table(&table.name).await? {
        let shape = stored_rows::shape(table, columns);
        for file in &held.files {
            found.extend(stored_rows::rows(lake, file, &shape).await?);
        }
    }
    Ok(found)
}

fn column<'b>(
    rows: &'b RecordBatch,
    table: &TablePlan,
    name: &str,
) -> Result<&'b arrow::array::ArrayRef> {
    rows.column_by_name(name)
        .ok_or("it is missing")
        .data(|| format!("column {name} of table {}", table.name))
}

fn numbers<'b>(rows: &'b RecordBatch, table: &TablePlan, name: &str) -> Result<&'b Int64Array> {
    Ok(column(rows, table, name)?.as_primitive::<Int64Type>())
}

fn person_at(column: &Int64Array, row: usize) -> Option<PersonKey> {
    let known = column.is_valid(row);
    known.then(|| PersonKey::new(column.value(row)))
}
