//! Whom rows name by an NHS number beside a reference to a Patient that has not come, kept as
//! `populace.named_beside`: such rows are that person's, and are found again when the Patient comes and
//! is somebody else.

use crate::error::Result;
use crate::lake::{Lake, StateRow, TableName, VisitColumns, state_table_name};
use crate::privacy::{PatientKey, PersonKey};
use crate::pull::identity::facts::NamedBeside;
use std::collections::BTreeMap;

/// `populace.named_beside`.
pub(crate) fn table() -> TableName {
    state_table_name::<NamedBesideRow>()
}

/// A row of `populace.named_beside`.
struct NamedBesideRow(NamedBeside);

impl Default for NamedBesideRow {
    fn default() -> Self {
        NamedBesideRow((PatientKey::new(0), PersonKey::new(0)).into())
    }
}

impl StateRow for NamedBesideRow {
    const TABLE: &'static str = "named_beside";

    fn columns(&mut self, visit: &mut impl VisitColumns) {
        visit.column("patient_key", &mut self.0.patient);
        visit.column("person_key", &mut self.0.person);
    }
}

/// What was kept of the last pull.
pub(crate) async fn load(lake: &Lake) -> Result<Vec<NamedBeside>> {
    let stored = lake.state_table::<NamedBesideRow>().await?;
    let rows = lake.state_rows::<NamedBesideRow>(stored.as_ref()).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Keeps those whose Patient has not come up to now.
pub(crate) async fn store(lake: &Lake, mut named: Vec<NamedBeside>) -> Result<()> {
    let base = lake.state_table::<NamedBesideRow>().await?;
    if base.is_none() && named.is_empty() {
        return Ok(());
    }
    named.sort_unstable();
    let rows = named.into_iter().map(NamedBesideRow);
    lake.replace_state(base.as_ref(), rows, BTreeMap::new())
        .await
}
