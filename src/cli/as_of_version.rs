//! `--as-of-version`: which older state of the lake a query reads.

use crate::error::{Error, Result};
use crate::lake::{Lake, Table, TableName};
use crate::models::{is_model, refuse_opted_out_since};
use crate::nearest::nearest;
use crate::pull::Withheld;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::str::FromStr;

/// One value of the option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AsOfVersion {
    /// A table at a version of its Delta log.
    Version(TableName, u64),
    /// Every table as it was at a moment.
    Moment(DateTime<Utc>),
}

impl FromStr for AsOfVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((table, version)) = text.split_once('=') {
            let table = TableName::parse(table.trim());
            let version = version.trim().parse().ok();
            return match (table, version) {
                (Some(table), Some(version)) => Ok(AsOfVersion::Version(table, version)),
                (None, _) => Err("a table is written layer.name, as in record.patient=12".into()),
                (_, None) => Err("a version is a whole number, as in record.patient=12".into()),
            };
        }
        let moment = moment(text.trim());
        moment.map(AsOfVersion::Moment).ok_or_else(|| {
            "write record.patient=12, or a moment as 2026-11-20T02:00:00Z or 2026-11-20".into()
        })
    }
}

/// A moment; without a zone it is UTC, and a date is its last microsecond.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.to_utc());
    }
    let forms = [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
    ];
    let moment = forms
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    if let Some(moment) = moment {
        return Some(moment.and_utc());
    }
    let next = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()?
        .succ_opt()?;
    let midnight = next.and_time(NaiveTime::MIN).and_utc();
    midnight.checked_sub_signed(TimeDelta::microseconds(1))
}

/// The state of the lake that a query reads; the newest of each table when nothing else is said.
#[derive(Debug, Clone, Default)]
pub(super) struct Past {
    versions: BTreeMap<TableName, u64>,
    moment: Option<DateTime<Utc>>,
}

impl Past {
    /// Puts the values of the option together; a table's own version goes before the moment.
    ///
    /// Refuses two versions of one table, two moments, and tables that the lake does not have.
    pub(super) async fn new(lake: &Lake, values: &[AsOfVersion]) -> Result<Self> {
        let mut past = Past::default();
        for value in values {
            match value {
                AsOfVersion::Version(table, version) => {
                    if past.versions.insert(table.clone(), *version).is_some() {
                        let what = format!("--as-of-version gives {table} two versions");
                        return Err(Error::usage(what).hint("give it one"));
                    }
                }
                AsOfVersion::Moment(moment) => {
                    if past.moment.replace(*moment).is_some() {
                        return Err(Error::usage("--as-of-version gives two moments")
                            .hint("give one moment, and versions of tables beside it"));
                    }
                }
            }
        }
        if past.versions.is_empty() {
            return Ok(past);
        }
        let known = lake.tables().await?;
        if let Some(table) = past.versions.keys().find(|table| !known.contains(table)) {
            let wrong = Error::usage(format!("--as-of-version: there is no table {table}"));
            return Err(wrong.hint(nearest(table, &known)));
        }
        Ok(past)
    }

    /// Refuses a version of a table that a question does not read: its answer would be of today.
    pub(super) fn is_read(&self, tables: &[Table]) -> Result<()> {
        let unread = |name: &&TableName| tables.iter().all(|table| table.name != **name);
        let Some(name) = self.versions.keys().find(unread) else {
            return Ok(());
        };
        let wrong = format!("--as-of-version names {name}, which the query does not read");
        let error = Error::usage(wrong);
        Err(match tables.is_empty() {
            true => error.hint("leave the option out"),
            false => error.hint(nearest(name, tables.iter().map(|table| &table.name))),
        })
    }

    /// The table as it is, or was, without rows of people who have opted out since; None when the lake
    /// does not have it.
    ///
    /// # Errors
    /// Refused: such rows cannot be told from the others, as in a model's.
    pub(super) async fn table(&self, lake: &Lake, name: &TableName) -> Result<Option<Table>> {
        let Some(table) = self.stored(lake, name).await? else {
            return Ok(None);
        };
        refuse_opted_out_since(lake, &table).await?;
        let newest = lake.table(name).await?.map(|newest| newest.version);
        if is_model(name) || newest == Some(table.version) {
            return Ok(Some(table));
        }
        Withheld::load(lake)
            .await?
            .without(lake, table)
            .await
            .map(Some)
    }

    /// The table as the lake keeps it.
    async fn stored(&self, lake: &Lake, name: &TableName) -> Result<Option<Table>> {
        if let Some(version) = self.versions.get(name) {
            return lake.table_at(name, *version).await.map(Some);
        }
        let Some(moment) = self.moment else {
            return lake.table(name).await;
        };
        if let Some(version) = lake.version_at(name, moment).await? {
            return lake.table_at(name, version).await.map(Some);
        }
        if lake.table(name).await?.is_none() {
            return Ok(None);
        }
        let moment = moment.to_rfc3339_opts(SecondsFormat::Secs, true);
        Err(
            Error::usage(format!("table {name} did not exist yet at {moment}")).hint(format!(
                "give a later moment; --as-of-version {name}=0 reads its first version"
            )),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        match text.parse().ok()? {
            AsOfVersion::Version(table, version) => Some(format!("{table} {version}")),
            AsOfVersion::Moment(moment) => {
                Some(moment.to_rfc3339_opts(SecondsFormat::Micros, true))
            }
        }
    }

    #[test]
    fn versions_and_moments() {
        for (text, expected) in [
            ("record.patient=12", Some("record.patient 12")),
            ("record.patient = 12", Some("record.patient 12")),
            ("record.patient=new", None),
            ("patient=12", None),
            ("record.patient=-1", None),
            ("2026-11-20T02:00:00Z", Some("2026-11-20T02:00:00.000000Z")),
            (
                "2026-06-20T02:00:00+01:00",
                Some("2026-06-20T01:00:00.000000Z"),
            ),
            ("2026-11-20T02:00", Some("2026-11-20T02:00:00.000000Z")),
            ("2026-11-20 02:00:00", Some("2026-11-20T02:00:00.000000Z")),
            ("2026-11-20", Some("2026-11-20T23:59:59.999999Z")),
            ("2026-11-31", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(read(text).as_deref(), expected, "{text}");
        }
    }
}
