//! Patients that arrived and could not be used, kept as `populace.rejected_patient`: what refers to one
//! does not wait for a Patient that has yet to come, and later nights say so too. One that arrives again
//! and can be used is forgotten.

use crate::error::Result;
use crate::lake::{Lake, StateRow, TableName, VisitColumns, state_table_name};
use crate::privacy::PatientKey;
use std::collections::BTreeMap;

/// `populace.rejected_patient`.
pub(crate) fn table() -> TableName {
    state_table_name::<RejectedPatientRow>()
}

/// A row of `populace.rejected_patient`.
struct RejectedPatientRow(PatientKey);

impl Default for RejectedPatientRow {
    fn default() -> Self {
        RejectedPatientRow(PatientKey::new(0))
    }
}

impl StateRow for RejectedPatientRow {
    const TABLE: &'static str = "rejected_patient";

    fn columns(&mut self, visit: &mut impl VisitColumns) {
        visit.column("patient_key", &mut self.0);
    }
}

/// The Patients of which no usable version had come up to the last pull.
pub(crate) async fn load(lake: &Lake) -> Result<Vec<PatientKey>> {
    let stored = lake.state_table::<RejectedPatientRow>().await?;
    let rows = lake
        .state_rows::<RejectedPatientRow>(stored.as_ref())
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Keeps those of which none has come up to now.
pub(crate) async fn store(lake: &Lake, mut patients: Vec<PatientKey>) -> Result<()> {
    let base = lake.state_table::<RejectedPatientRow>().await?;
    if base.is_none() && patients.is_empty() {
        return Ok(());
    }
    patients.sort_unstable();
    let rows = patients.into_iter().map(RejectedPatientRow);
    lake.replace_state(base.as_ref(), rows, BTreeMap::new())
        .await
}
