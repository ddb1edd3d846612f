//! The state table `populace.release`: the manifest of every release that was made from the lake, as
//! proof of what it was.
//!
//! A release lies where others can write to it. Its manifest says what its files are, so whoever
//! alters a file alters the manifest too; what the lake keeps is out of their reach.

use super::manifest::sha256;
use crate::error::{Context, Error, Result};
use crate::lake::{Lake, StateRow, Timestamp, VisitColumns, state_table_name};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// What a lake knows of a release.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// Its identifier.
    pub release: String,
    /// The manifest's bytes.
    pub manifest: String,
    /// The program that made it, with its version.
    pub program: String,
    /// When the release was last made.
    pub made: DateTime<Utc>,
}

/// A row of `populace.release`.
#[derive(Default)]
struct ReleaseRow {
    release: String,
    manifest_sha256: String,
    program: String,
    made: Timestamp,
    manifest: String,
}

impl StateRow for ReleaseRow {
    const TABLE: &'static str = "release";

    fn columns(&mut self, visit: &mut impl VisitColumns) {
        visit.column("release", &mut self.release);
        visit.column("manifest_sha256", &mut self.manifest_sha256);
        visit.column("program", &mut self.program);
        visit.column("made", &mut self.made);
        visit.column("manifest", &mut self.manifest);
    }
}

/// A row of the same table without its manifest, which is large.
#[derive(Default)]
struct ReleaseDigest {
    release: String,
    manifest_sha256: String,
}

impl StateRow for ReleaseDigest {
    const TABLE: &'static str = ReleaseRow::TABLE;

    fn columns(&mut self, visit: &mut impl VisitColumns) {
        visit.column("release", &mut self.release);
        visit.column("manifest_sha256", &mut self.manifest_sha256);
    }
}

/// What the lake knows of release `id`.
///
/// # Errors
/// Data, when the lake cannot be read, or its manifest in it is not the one that was put there.
pub(super) async fn find(lake: &Lake, id: &str) -> Result<Option<Record>> {
    let table = lake.state_table::<ReleaseRow>().await?;
    let is_it = |row: &ReleaseDigest| row.release == id;
    let rows = lake.state_rows_of(table.as_ref(), is_it).await?;
    rows.into_iter().map(record).next_back().transpose()
}

/// The SHA-256 of the manifest of each release that the lake knows of.
///
/// # Errors
/// Data, when the lake cannot be read.
pub(super) async fn digests(lake: &Lake) -> Result<BTreeMap<String, String>> {
    let table = lake.state_table::<ReleaseRow>().await?;
    let mut digests = BTreeMap::new();
    let take = |row: ReleaseDigest| {
        digests.insert(row.release, row.manifest_sha256);
    };
    lake.each_state_row(table.as_ref(), take).await?;
    Ok(digests)
}

/// Writes down that release `id` was made now with this manifest, in the place of an earlier record. Without
/// one, no other record is written again.
///
/// # Errors
/// Data, when the lake cannot be written to, or another command writes to the table.
pub(super) async fn keep(lake: &Lake, id: &str, manifest: &[u8]) -> Result<()> {
    let table = lake.state_table::<ReleaseRow>().await?;
    let table = table.as_ref();
    let row = ReleaseRow {
        release: id.to_string(),
        manifest_sha256: sha256(manifest),
        program: concat!("populace ", env!("CARGO_PKG_VERSION")).to_string(),
        made: Timestamp(Utc::now().timestamp_micros()),
        manifest: String::from_utf8(manifest.to_vec()).data(|| "a manifest is no text")?,
    };
    let mut is_known = false;
    let look = |known: ReleaseDigest| is_known |= known.release == id;
    lake.each_state_row(table, look).await?;
    if !is_known {
        return lake.add_state(table, [row], BTreeMap::new()).await;
    }
    let mut rows: Vec<ReleaseRow> = lake.state_rows(table).await?;
    rows.retain(|known| known.release != id);
    rows.push(row);
    lake.replace_state(table, rows, BTreeMap::new()).await
}

fn record(row: ReleaseRow) -> Result<Record> {
    if sha256(row.manifest.as_bytes()) != row.manifest_sha256 {
        return Err(
            Error::data(format!("{} is damaged", state_table_name::<ReleaseRow>()))
                .cause("a manifest in it does not fit its digest")
                .hint("run `populace verify lake`, and restore the table's folder from a copy"),
        );
    }
    Ok(Record {
        release: row.release,
        manifest: row.manifest,
        program: row.program,
        made: DateTime::from_timestamp_micros(row.made.0).unwrap_or_default(),
    })
}
