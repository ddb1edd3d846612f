//! The state table `populace.ledger`: every figure that has been published, with what later releases
//! have to know of who was behind it.
//!
//! It is written before the release that it tells of. A release that is cut short in between leaves rows
//! of figures that nobody saw, and these count as published: they hold later figures back, and give
//! nobody away.

use crate::disclosure::Released;
use crate::disclosure::ledger::{CellName, LedgerEntry};
use crate::disclosure::members::MemberKey;
use crate::error::{Error, Result};
use crate::lake::{Lake, StateRow, Table, VisitColumns, state_table_name};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The property that says under which secret the people of the table are hashed.
const MEMBER_KEY: &str = "populace.member_key";

/// A row of `populace.ledger`.
#[derive(Default)]
struct LedgerRow {
    number: u64,
    release: String,
    date: NaiveDate,
    key: String,
    scheme: String,
    counted: String,
    labels: String,
    figure: Option<u64>,
    truth: Vec<u8>,
}

impl StateRow for LedgerRow {
    const TABLE: &'static str = "ledger";

    fn columns(&mut self, visit: &mut impl VisitColumns) {
        visit.column("number", &mut self.number);
        visit.column("release", &mut self.release);
        visit.column("date", &mut self.date);
        visit.column("key", &mut self.key);
        visit.column("scheme", &mut self.scheme);
        visit.column("counted", &mut self.counted);
        visit.column("labels", &mut self.labels);
        visit.column("figure", &mut self.figure);
        visit.column("truth", &mut self.truth);
    }
}

/// Whether figures were published from the lake that its ledger has.
///
/// # Errors
/// Data, when the table cannot be looked up.
pub(super) async fn is_there(lake: &Lake) -> Result<bool> {
    let table = lake.state_table::<LedgerRow>().await?;
    Ok(table.is_some_and(|table| table.rows() > 0))
}

/// All figures that were published from the lake under this scheme, in their order, and the table that
/// has them.
///
/// # Errors
/// Refused: they are of another lake, or were published under another scheme. Data: the table cannot be
/// read, or is not as it was written.
pub(super) async fn load(
    lake: &Lake,
    key: &MemberKey,
    scheme: &str,
) -> Result<(Option<Table>, Vec<LedgerEntry>)> {
    let table = lake.state_table::<LedgerRow>().await?;
    let made_under = table.as_ref().and_then(|table| table.property(MEMBER_KEY));
    if made_under.is_some_and(|known| known != key.fingerprint()) {
        return Err(of_another_lake(
            "its people are hashed under another secret",
        ));
    }
    let (mut entries, mut damage) = (Vec::new(), None);
    let take = |row| match entry(row, key) {
        Ok(entry) => entries.push(entry),
        Err(e) => damage = Some(e),
    };
    lake.each_state_row(table.as_ref(), take).await?;
    if let Some(damage) = damage {
        return Err(damage);
    }
    entries.sort_by(|a, b| (a.number, &a.cell).cmp(&(b.number, &b.cell)));
    let ours = known_keys(lake);
    if entries.iter().any(|entry| !ours.contains(&entry.key)) {
        return Err(of_another_lake(
            "its people are under a key that the lake never had",
        ));
    }
    if let Some(other) = entries.iter().find(|entry| entry.scheme != scheme) {
        return Err(Error::refused(format!(
            "figures of this lake have been published under the scheme {}, and [disclosure] names {scheme}",
            other.scheme
        ))
        .cause("two schemes over the same people tell more of them than either does")
        .hint(format!(
            "give [disclosure] what it had: scheme = {}",
            other.scheme
        )));
    }
    Ok((table, entries))
}

/// Writes down what is about to be published, after all that has been: that which was read of `table`. No
/// row of it is written again, so that a release costs what is new in it.
///
/// # Errors
/// Data, when the lake cannot be written to, or another command wrote to the table since it was read.
pub(super) async fn keep(
    lake: &Lake,
    table: Option<&Table>,
    key: &MemberKey,
    entries: impl IntoIterator<Item = LedgerEntry>,
) -> Result<()> {
    let rows = entries.into_iter().map(|entry| LedgerRow {
        truth: entry.truth(key),
        number: entry.number,
        release: entry.release,
        date: entry.date,
        key: entry.key,
        scheme: entry.scheme,
        counted: entry.cell.table,
        labels: entry.cell.labels,
        figure: entry.figure.count(),
    });
    let properties = BTreeMap::from([(MEMBER_KEY.to_string(), key.fingerprint())]);
    let kept = lake.add_state(table, rows, properties).await;
    kept.map_err(|e| {
        e.hint("if another release was made at the same time, run `populace release` again")
    })
}

fn entry(row: LedgerRow, key: &MemberKey) -> Result<LedgerEntry> {
    let truth = row.truth;
    let open = LedgerEntry {
        number: row.number,
        release: row.release,
        date: row.date,
        key: row.key,
        scheme: row.scheme,
        cell: CellName {
            table: row.counted,
            labels: row.labels,
        },
        figure: Released::published(row.figure),
        ..LedgerEntry::default()
    };
    open.with_truth(key, &truth).ok_or_else(|| {
        Error::data(format!("{} is damaged", state_table_name::<LedgerRow>()))
            .cause("a row in it is not as it was written")
            .hint("run `populace verify lake`, and restore the table's folder from a copy")
    })
}

/// The fingerprints of all keys that the lake's pseudonyms have been under.
fn known_keys(lake: &Lake) -> Vec<String> {
    let settings = lake.settings();
    let chain = &settings.key_chain;
    let mut known: Vec<String> = (1..=chain.len())
        .map(|n| crate::privacy::chain_fingerprint(&chain[..n]))
        .collect();
    known.push(settings.key_fingerprint.clone());
    known
}

fn of_another_lake(why: &str) -> Error {
    let name = state_table_name::<LedgerRow>();
    Error::refused(format!("{name} is the ledger of another lake"))
        .cause(why)
        .hint("restore the folder of the table from a copy of this lake: without it nobody can say what the figures of earlier releases give away together with new ones")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::members::Members;
    use crate::lake::{Location, Settings};
    use zeroize::Zeroizing;

    fn key(byte: u8) -> MemberKey {
        MemberKey::new(Zeroizing::new([byte; 32]))
    }

    fn entries(lake_key: &str) -> Vec<LedgerEntry> {
        let one = |number: u64, figure: Option<u64>, people: i64| {
            let mut members = Members::default();
            (0..people).for_each(|person| members.add(&key(1), Some(person), 1));
            LedgerEntry {
                number,
                release: format!("2026-11-2{number}-ab"),
                date: NaiveDate::from_ymd_opt(2026, 11, 20).unwrap_or_default(),
                key: lake_key.to_string(),
                scheme: "hes2018".to_string(),
                cell: CellName {
                    table: "people of core.person by place".to_string(),
                    labels: format!("place = {number}"),
                },
                figure: Released::published(figure),
                count: members.people(),
                members,
                ..LedgerEntry::default()
            }
        };
        vec![one(1, Some(40), 41), one(1, None, 3), one(2, Some(0), 0)]
    }

    async fn lake(folder: &tempfile::TempDir) -> Lake {
        let location = Location::parse(folder.path().to_str().unwrap(), folder.path()).unwrap();
        let settings =
            Settings::new(4, "b".repeat(16)).with_chain(vec!["a".repeat(16), "c".repeat(16)]);
        Lake::open_or_create(location, &settings).await.unwrap()
    }

    #[tokio::test]
    async fn the_table_gives_what_was_published() {
        let folder = tempfile::tempdir().unwrap();
        let lake = lake(&folder).await;
        assert_eq!(load(&lake, &key(1), "hes2018").await.unwrap().1, vec![]);
        let mut expected = entries(&"b".repeat(16));
        // One from before the lake was given another key.
        expected[0].key = "a".repeat(16);
        keep(&lake, None, &key(1), expected.clone()).await.unwrap();
        let (table, mut found) = load(&lake, &key(1), "hes2018").await.unwrap();
        expected.sort_by(|a, b| (a.number, &a.cell).cmp(&(b.number, &b.cell)));
        found.sort_by(|a, b| (a.number, &a.cell).cmp(&(b.number, &b.cell)));
        assert_eq!(found, expected);
        // The next release adds its own, and no row is written again.
        let next = LedgerEntry {
            number: 3,
            release: "2026-11-23-ab".to_string(),
            ..found[0].clone()
        };
        let files = |table: &Option<Table>| table.as_ref().map_or(0, |table| table.files.len());
        assert_eq!(files(&table), 1);
        keep(&lake, table.as_ref(), &key(1), [next.clone()])
            .await
            .unwrap();
        let (table, found) = load(&lake, &key(1), "hes2018").await.unwrap();
        expected.push(next);
        assert_eq!((found, files(&table)), (expected, 2));
    }

    #[tokio::test]
    async fn another_lakes_ledger_another_scheme_and_damage_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let lake = lake(&folder).await;
        keep(&lake, None, &key(1), entries(&"b".repeat(16)))
            .await
            .unwrap();
        // Who read the ledger before that would forget what was published meanwhile.
        assert!(
            keep(&lake, None, &key(1), entries(&"b".repeat(16)))
                .await
                .is_err()
        );
        let other = load(&lake, &key(2), "hes2018").await.unwrap_err();
        assert_eq!(
            other.what(),
            "populace.ledger is the ledger of another lake"
        );
        let scheme = load(&lake, &key(1), "midpoint6").await.unwrap_err();
        assert_eq!(scheme.kind().exit_code(), 1);
        assert!(
            scheme.what().contains("under the scheme hes2018"),
            "{scheme}"
        );
        let table = lake.state_table::<LedgerRow>().await.unwrap();
        keep(&lake, table.as_ref(), &key(1), entries(&"d".repeat(16)))
            .await
            .unwrap();
        let keyed = load(&lake, &key(1), "hes2018").await.unwrap_err();
        assert_eq!(
            keyed.what(),
            "populace.ledger is the ledger of another lake"
        );
        // Somebody edits a figure.
        let table = lake.state_table::<LedgerRow>().await.unwrap();
        let mut rows = Vec::new();
        lake.each_state_row::<LedgerRow>(table.as_ref(), |row| rows.push(row))
            .await
            .unwrap();
        rows[0].figure = Some(35);
        let properties = BTreeMap::from([(MEMBER_KEY.to_string(), key(1).fingerprint())]);
        lake.replace_state(table.as_ref(), rows, properties)
            .await
            .unwrap();
        let damaged = load(&lake, &key(1), "hes2018").await.unwrap_err();
        assert_eq!(damaged.what(), "populace.ledger is damaged");
        assert_eq!(damaged.kind().exit_code(), 3);
    }
}
