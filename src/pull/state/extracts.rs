//! Which files were taken: `populace.extract`, a row a file.

use crate::error::Result;
use crate::lake::{Lake, StateRow, TableName, VisitColumns, state_table_name};
use crate::pull::discover::source_file::SourceFile;
use std::collections::BTreeMap;

/// What is remembered of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Extract {
    /// Bytes, as stored.
    pub size: u64,
    /// When it was last changed, in microseconds since 1970.
    pub modified: i64,
    /// The mark of its version on an object store; empty for files of this machine.
    pub etag: String,
    /// The settings it was read with.
    pub settings: String,
    /// All its lines.
    pub lines: u64,
    /// Lines that are in tables.
    pub accepted: u64,
    /// Lines of a resource type that has no view.
    pub without_view: u64,
    /// Lines that could not be used.
    pub rejected: u64,
    /// Lines that delete records.
    pub deletions: u64,
    /// Empty lines, and the header of a CSV file.
    pub other: u64,
    /// Lines a resource type or table: `Observation 7852, Patient 50`.
    pub types: String,
}

/// Files taken, by source and name.
pub(crate) type Extracts = BTreeMap<(String, String), Extract>;

/// `populace.extract`.
pub(crate) fn table() -> TableName {
    state_table_name::<ExtractRow>()
}

/// The number by which rows say that they came from `file` of `source`.
pub(crate) fn file_number(source: &str, file: &str) -> i64 {
    let mut hash = blake3::Hasher::new();
    hash.update(source.as_bytes()).update(&[0]);
    hash.update(file.as_bytes());
    let mut bytes = [0; 8];
    hash.finalize_xof().fill(&mut bytes);
    i64::from_le_bytes(bytes) & i64::MAX
}

/// A row of `populace.extract`.
#[derive(Default)]
struct ExtractRow {
    source: String,
    file: String,
    extract: Extract,
}

impl StateRow for ExtractRow {
    const TABLE: &'static str = "extract";

    fn columns(&mut self, visit: &mut impl VisitColumns) {
        let extract = &mut self.extract;
        visit.column("source", &mut self.source);
        visit.column("file", &mut self.file);
        visit.column("settings", &mut extract.settings);
        visit.column("types", &mut extract.types);
        visit.column("size", &mut extract.size);
        visit.column("modified", &mut extract.modified);
        visit.column("lines", &mut extract.lines);
        visit.column("accepted", &mut extract.accepted);
        visit.column("without_view", &mut extract.without_view);
        visit.column("rejected", &mut extract.rejected);
        visit.column("deletions", &mut extract.deletions);
        visit.column("other", &mut extract.other);
        // Lakes made before object stores do not have it.
        let mut etag = Some(std::mem::take(&mut extract.etag));
        visit.column("etag", &mut etag);
        extract.etag = etag.unwrap_or_default();
    }
}

/// In the place of a file's settings: what it held has to be read again.
const AGAIN: &str = "again";

/// In the place of a file's settings: later extracts have taken its place.
const REPLACED: &str = "replaced";

impl Extract {
    /// The same file, to be read again whatever the settings are.
    pub(in crate::pull) fn read_again(&mut self) {
        self.settings = AGAIN.to_string();
    }

    /// The same file, whose place later extracts have taken: it is not read again as it is.
    pub(in crate::pull) fn replace(&mut self) {
        self.settings = REPLACED.to_string();
    }

    /// Whether later extracts have taken its place.
    pub(in crate::pull) fn is_replaced(&self) -> bool {
        self.settings == REPLACED
    }

    /// Whether `file` has the bytes that were taken, as far as its place tells.
    pub(in crate::pull) fn is_of(&self, file: &SourceFile) -> bool {
        self.size == file.size && self.modified == file.modified && self.etag == file.etag()
    }

    /// Whether it was read with other settings than `settings`.
    pub(in crate::pull) fn is_of_others(&self, settings: &str) -> bool {
        self.settings != settings && !self.is_to_read_again() && !self.is_replaced()
    }

    /// Whether it has to be read again although it has not changed.
    pub(in crate::pull) fn is_to_read_again(&self) -> bool {
        self.settings == AGAIN
    }

    /// Whether `file`, read with these settings, would bring nothing new.
    pub(crate) fn covers(&self, file: &SourceFile, settings: &str) -> bool {
        self.is_of(file) && self.settings == settings
    }

    /// Lines that brought something: neither empty nor rejected.
    pub(crate) fn used(&self) -> u64 {
        self.accepted + self.without_view + self.deletions
    }
}

/// Reads what was taken before.
pub(crate) async fn load(lake: &Lake) -> Result<Extracts> {
    let stored = lake.state_table::<ExtractRow>().await?;
    let rows = lake.state_rows::<ExtractRow>(stored.as_ref()).await?;
    let taken = rows.into_iter();
    Ok(taken
        .map(|row| ((row.source, row.file), row.extract))
        .collect())
}

/// Stores what has been taken up to now. This is a pull's last commit: until then its files count
/// as not taken, and a pull that was cut short reads them again.
pub(crate) async fn store(
    lake: &Lake,
    taken: &Extracts,
    properties: BTreeMap<String, String>,
) -> Result<()> {
    let base = lake.state_table::<ExtractRow>().await?;
    let rows = taken.iter().map(|((source, file), extract)| ExtractRow {
        source: source.clone(),
        file: file.clone(),
        extract: extract.clone(),
    });
    lake.replace_state(base.as_ref(), rows, properties).await
}
