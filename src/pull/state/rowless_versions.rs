//! Versions of records that took the rows of older versions out of a table and have none themselves,
//! kept as `populace.emptied`: an older version that arrives in a later night must not bring its
//! rows back. Few records lose all their rows, so this stays small whatever the record's size.

use crate::error::Result;
use crate::lake::{Lake, StateRow, TableName, Timestamp, VisitColumns, state_table_name};
use crate::privacy::RecordKey;
use crate::pull::clock::Clock;
use crate::pull::spool::Spool;
use crate::pull::version::{
    Digest, EXTRACT_ORDER, Micros, RecordVersion, VERSION_ORDER, Version, VersionId,
};
use std::collections::{BTreeMap, HashMap};

/// `populace.emptied`.
pub(crate) fn table() -> TableName {
    state_table_name::<EmptiedRow>()
}

/// A row of `populace.emptied`.
struct EmptiedRow {
    table: String,
    record: RecordKey,
    updated: Option<Timestamp>,
    digest: i64,
    /// The server's number and the place in the extracts: lakes of an earlier Populace lack them.
    id: Option<i64>,
    order: Option<i64>,
}

impl Default for EmptiedRow {
    fn default() -> Self {
        EmptiedRow {
            table: String::new(),
            record: RecordKey::new(0),
            updated: None,
            digest: 0,
            id: None,
            order: None,
        }
    }
}

impl StateRow for EmptiedRow {
    const TABLE: &'static str = "emptied";

    fn columns(&mut self, visit: &mut impl VisitColumns) {
        visit.column("table_name", &mut self.table);
        visit.column("record_key", &mut self.record);
        visit.column("updated", &mut self.updated);
        visit.column("digest", &mut self.digest);
        visit.column(VERSION_ORDER, &mut self.id);
        visit.column(EXTRACT_ORDER, &mut self.order);
    }
}

impl EmptiedRow {
    fn of(table: &str, record: RecordKey, version: Version) -> Self {
        EmptiedRow {
            table: table.to_string(),
            record,
            updated: version.updated.micros().map(Timestamp),
            digest: version.digest.stored(),
            id: Some(version.id.stored()),
            order: Some(version.order),
        }
    }

    /// The version; a time that `clock` does not believe is none.
    fn version(&self, clock: Clock) -> Version {
        let updated = self.updated.filter(|updated| clock.believes(updated.0));
        Version {
            updated: Micros::from(updated.map(|updated| updated.0)),
            id: VersionId::of_stored(self.id.unwrap_or_default()),
            order: self.order.unwrap_or_default(),
            digest: Digest::of_line(self.digest),
        }
    }
}

/// The version of each record that left no row, by table.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct RowlessVersions(BTreeMap<String, HashMap<RecordKey, Version>>);

impl RowlessVersions {
    /// Those of `name`.
    pub(crate) fn of(&self, name: &TableName) -> impl Iterator<Item = RecordVersion> {
        let known = self.0.get(&name.to_string());
        known.into_iter().flatten().map(|(k, v)| (*k, *v).into())
    }

    /// Those of `name` whose record has new rows in `spool`.
    pub(crate) fn arriving(
        &self,
        name: &TableName,
        spool: &Spool,
        at: usize,
    ) -> Result<Vec<RecordVersion>> {
        let mut found: HashMap<RecordKey, Version> = HashMap::new();
        if let Some(known) = self.0.get(&name.to_string()) {
            spool.each_key(at, |_, RecordVersion { record, .. }| {
                found.extend(known.get(&record).map(|version| (record, *version)));
            })?;
        }
        Ok(found.into_iter().map(RecordVersion::from).collect())
    }

    /// Takes in where records of `name` turned out to be: `emptied` are those that have no row now,
    /// and `stays` says that another version's rows are newer.
    pub(crate) fn learn(
        &mut self,
        name: &TableName,
        emptied: &[RecordVersion],
        stays: impl Fn(RecordKey) -> bool,
    ) {
        let known = self.0.entry(name.to_string()).or_default();
        known.retain(|record, _| !stays(*record));
        known.extend(emptied.iter().map(|one| (one.record, one.version)));
        self.0.retain(|_, known| !known.is_empty());
    }
}

/// Reads what was kept up to the last pull.
pub(crate) async fn load(lake: &Lake) -> Result<RowlessVersions> {
    let clock = Clock::of_command();
    let stored = lake.state_table::<EmptiedRow>().await?;
    let mut emptied = RowlessVersions::default();
    for row in lake.state_rows::<EmptiedRow>(stored.as_ref()).await? {
        let version = row.version(clock);
        let of_table = emptied.0.entry(row.table).or_default();
        of_table.insert(row.record, version);
    }
    Ok(emptied)
}

/// Keeps what is known now.
pub(crate) async fn store(lake: &Lake, emptied: &RowlessVersions) -> Result<()> {
    let base = lake.state_table::<EmptiedRow>().await?;
    let mut rows: Vec<(&str, RecordKey, Version)> = emptied
        .0
        .iter()
        .flat_map(|(name, known)| known.iter().map(|(k, v)| (name.as_str(), *k, *v)))
        .collect();
    rows.sort_unstable();
    let rows = rows.into_iter();
    let rows = rows.map(|(name, record, version)| EmptiedRow::of(name, record, version));
    lake.replace_state(base.as_ref(), rows, BTreeMap::new())
        .await
}
