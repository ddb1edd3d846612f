//! The state table `populace.unused_table`: tables whose models are gone from the project, and since
//! when.
//!
//! Such a table holds figures of people that nothing makes anew: no report reads it, rows of people who
//! opt out leave it with all others, and a vacuum removes it when older versions of it are no longer
//! kept either.

use super::library::Library;
use super::opted_out_since::{is_model, refuse_opted_out_since};
use crate::error::{Kind, Result};
use crate::lake::{Change, Lake, StateRow, Table, TableName, Timestamp, VisitColumns};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

/// A table that no model of the project makes any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct UnusedTable {
    /// The table.
    #[serde(serialize_with = "shown")]
    pub table: TableName,
    /// When that was found.
    pub since: DateTime<Utc>,
}

impl UnusedTable {
    /// The first day on which a vacuum that keeps so many days removes it.
    pub(crate) fn removed_from(&self, days: u16) -> NaiveDate {
        (self.since + TimeDelta::days(i64::from(days))).date_naive()
    }

    /// Whether a vacuum that keeps so many days removes it at `now`.
    pub(crate) fn is_over(&self, days: u16, now: DateTime<Utc>) -> bool {
        self.since + TimeDelta::days(i64::from(days)) <= now
    }
}

fn shown<S: serde::Serializer>(name: &TableName, s: S) -> std::result::Result<S::Ok, S::Error> {
    s.collect_str(name)
}

/// A row of `populace.unused_table`.
#[derive(Default)]
struct UnusedTableRow {
    table: String,
    since: i64,
}

impl StateRow for UnusedTableRow {
    const TABLE: &'static str = "unused_table";

    fn columns(&mut self, visit: &mut impl VisitColumns) {
        let mut since = Timestamp(self.since);
        visit.column("table", &mut self.table);
        visit.column("since", &mut since);
        self.since = since.0;
    }
}

/// The tables that no model of `library` makes, each since when; since now where that is new.
///
/// # Errors
/// Data: the lake cannot be read.
pub(crate) async fn unused_tables(lake: &Lake, library: &Library) -> Result<Vec<UnusedTable>> {
    let known = known(lake, lake.state_table::<UnusedTableRow>().await?.as_ref()).await?;
    let now = Utc::now();
    let unused = |table: &TableName| is_model(table) && !library.models.contains_key(table);
    let unused = lake.tables_among(unused).await?.into_iter();
    let since = |table: &TableName| known.get(&table.to_string()).copied();
    Ok(unused
        .map(|table| UnusedTable {
            since: since(&table).unwrap_or(now),
            table,
        })
        .collect())
}

async fn known(lake: &Lake, table: Option<&Table>) -> Result<BTreeMap<String, DateTime<Utc>>> {
    let rows = lake.state_rows::<UnusedTableRow>(table).await?;
    let moment = |row: UnusedTableRow| {
        let since = DateTime::from_timestamp_micros(row.since)?;
        Some((row.table, since))
    };
    Ok(rows.into_iter().filter_map(moment).collect())
}

/// Writes down which tables no model of `library` makes, and takes all rows out of those that may hold
/// rows of people who have opted out since they were built.
///
/// # Errors
/// Data: the lake cannot be read or written to.
pub(crate) async fn note_unused(lake: &Lake, library: &Library) -> Result<Vec<UnusedTable>> {
    let unused = unused_tables(lake, library).await?;
    note(lake, &unused).await?;
    for one in &unused {
        // A damaged log is for the vacuum to take away.
        let Ok(Some(table)) = lake.table(&one.table).await else {
            continue;
        };
        match refuse_opted_out_since(lake, &table).await {
            Err(e) if e.kind() == Kind::Refused && !table.files.is_empty() => {
                let (schema, properties) = (table.schema.clone(), table.properties.clone());
                let change = Change::replacing(Some(&table), schema, properties, Vec::new());
                lake.commit(&one.table, Some(&table), change).await?;
            }
            Err(e) if e.kind() != Kind::Refused => return Err(e),
            _ => {}
        }
    }
    Ok(unused)
}

/// Writes down which tables are unused, and nothing where that is known.
async fn note(lake: &Lake, unused: &[UnusedTable]) -> Result<()> {
    let base = lake.state_table::<UnusedTableRow>().await?;
    if base.is_none() && unused.is_empty() {
        return Ok(());
    }
    let rows = unused.iter().map(|one| UnusedTableRow {
        table: one.table.to_string(),
        since: one.since.timestamp_micros(),
    });
    lake.replace_state(base.as_ref(), rows, BTreeMap::new())
        .await
}

/// Removes the unused tables whose time is over at a vacuum that keeps so many days; gives them. A dry
/// run removes nothing.
///
/// # Errors
/// Data: the lake cannot be read or written to.
pub(crate) async fn remove_unused(
    lake: &Lake,
    library: &Library,
    days: u16,
    dry_run: bool,
) -> Result<Vec<TableName>> {
    let unused = match dry_run {
        true => unused_tables(lake, library).await?,
        false => note_unused(lake, library).await?,
    };
    let now = Utc::now();
    let (over, left): (Vec<_>, Vec<_>) = unused.into_iter().partition(|one| one.is_over(days, now));
    let over: Vec<TableName> = over.into_iter().map(|one| one.table).collect();
    if !dry_run && !over.is_empty() {
        for table in &over {
            lake.remove_table(table).await?;
        }
        note(lake, &left).await?;
    }
    Ok(over)
}
