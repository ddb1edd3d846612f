//! What sources have deleted, kept as `populace.deleted`: an older version of a deleted record that
//! arrives later must not bring it back.

use crate::error::Result;
use crate::lake::{Lake, StateRow, TableName, Timestamp, VisitColumns, state_table_name};
use crate::privacy::{PatientKey, PersonKey, RecordKey};
use crate::pull::clock::Clock;
use crate::pull::identity::patient_index::Owners;
use crate::pull::version::ByRecord;
use std::collections::{BTreeMap, HashMap};

/// `populace.deleted`.
pub(crate) fn table() -> TableName {
    state_table_name::<DeletedRow>()
}

/// A row of `populace.deleted`.
struct DeletedRow {
    record: RecordKey,
    deleted: Timestamp,
    /// Whose a Patient was: somebody may opt out after it was deleted. Lakes of an earlier Populace do
    /// not say it.
    person: Option<PersonKey>,
}

impl Default for DeletedRow {
    fn default() -> Self {
        DeletedRow {
            record: RecordKey::new(0),
            deleted: Timestamp::default(),
            person: None,
        }
    }
}

impl StateRow for DeletedRow {
    const TABLE: &'static str = "deleted";

    fn columns(&mut self, visit: &mut impl VisitColumns) {
        visit.column("record_key", &mut self.record);
        visit.column("deleted", &mut self.deleted);
        visit.column("person_key", &mut self.person);
    }
}

/// When each deleted record was deleted, in microseconds since 1970.
pub(crate) type Deleted = HashMap<RecordKey, i64, ByRecord>;

/// Reads what was deleted up to the last pull.
pub(crate) async fn load(lake: &Lake) -> Result<Deleted> {
    let clock = Clock::of_command();
    // An earlier Populace believed times in the future.
    let bounded = |row: DeletedRow| (row.record, clock.bounded(row.deleted.0));
    Ok(rows(lake).await?.into_iter().map(bounded).collect())
}

/// Whose each deleted Patient was, where that was known.
pub(crate) async fn owners(lake: &Lake) -> Result<Vec<(PatientKey, PersonKey)>> {
    let owner = |row: DeletedRow| Some((PatientKey::of_record(row.record), row.person?));
    Ok(rows(lake).await?.into_iter().filter_map(owner).collect())
}

async fn rows(lake: &Lake) -> Result<Vec<DeletedRow>> {
    let stored = lake.state_table::<DeletedRow>().await?;
    lake.state_rows(stored.as_ref()).await
}

/// Stores what has been deleted up to now, and whose the Patients among it were.
pub(crate) async fn store(lake: &Lake, deleted: &Deleted, owners: &Owners) -> Result<()> {
    let base = lake.state_table::<DeletedRow>().await?;
    if base.is_none() && deleted.is_empty() {
        return Ok(());
    }
    let owner = |record| owners.get(&PatientKey::of_record(record));
    let mut rows: Vec<(RecordKey, i64)> = deleted.iter().map(|(k, when)| (*k, *when)).collect();
    rows.sort_unstable();
    let rows = rows.into_iter().map(|(record, when)| DeletedRow {
        record,
        deleted: Timestamp(when),
        person: owner(record).copied(),
    });
    lake.replace_state(base.as_ref(), rows, BTreeMap::new())
        .await
}
