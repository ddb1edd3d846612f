//! A look over the whole lake: whether every log adds up and every file is as it was written.

use super::integrity::{Damage, advice};
use super::{DataFile, Lake, Settings, Table, TableName};
use crate::error::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaDataPushDecoder};
use serde::Serialize;
use std::collections::HashSet;

/// Files whose footers are read at once.
const AT_ONCE: usize = 16;

/// What a look over a lake found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Verified {
    /// Tables that were looked at.
    pub tables: usize,
    /// Files that they name.
    pub files: usize,
    /// Bytes of these files.
    pub bytes: u64,
    /// Files without a checksum, which another program wrote: their bytes were not checked.
    pub not_checked: Vec<String>,
    /// Files in the folders of tables that no table names: old versions, or left by commands that
    /// were cut short. They are no damage; a vacuum removes them in time.
    pub unnamed: usize,
    /// What is wrong, by table, then by file.
    pub problems: Vec<Problem>,
}

/// Something wrong with a table of the lake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The table; empty for the settings of the lake.
    pub table: String,
    /// The file or log, relative to the lake.
    pub file: Option<String>,
    /// What is wrong with it.
    pub what: String,
    /// The sources that fill the table, where it is a pulled one.
    pub sources: Vec<String>,
    /// What to do.
    pub hint: String,
}

impl Problem {
    fn of(table: &TableName, file: &str, what: impl Into<String>) -> Self {
        Problem {
            table: table.to_string(),
            file: Some(file.to_string()),
            what: what.into(),
            sources: Vec::new(),
            hint: advice(table),
        }
    }
}

impl Lake {
    /// Looks whether the log of every table can be read, has no gap and adds up, and whether every
    /// file that the newest version names is there, holds the bytes that were written, and can be
    /// read as Parquet with as many rows as the log says. Every file is read to its end.
    ///
    /// # Errors
    /// Data, when the storage cannot be reached, or the lake's settings are damaged. What is wrong
    /// with a table is no error here.
    pub async fn verify(&self) -> Result<Verified> {
        let mut verified = Verified::default();
        // That they were read when the lake was opened may be long ago.
        Settings::load(self.store(), self.location()).await?;
        for name in self.tables().await? {
            verified.tables += 1;
            let gaps = self.gaps(&name).await?;
            verified.problems.extend(gaps);
            // Not as it was last seen: what is stored is looked at.
            let stored = match self.load(&name, None).await {
                Ok(Some(table)) => self.refuse_rolled_back(&table).await.map(|()| Some(table)),
                other => other,
            };
            match stored {
                Ok(Some(table)) => self.verify_table(&table, &mut verified).await?,
                Ok(None) => {}
                Err(error) => match error.damaged_path() {
                    Some(path) => {
                        let problem = Problem::of(&name, path, error.to_string());
                        verified.problems.push(problem);
                    }
                    None => return Err(error),
                },
            }
        }
        Ok(verified)
    }

    async fn verify_table(&self, table: &Table, verified: &mut Verified) -> Result<()> {
        verified.files += table.files.len();
        verified.bytes += table.bytes();
        let damage = self.damage(&table.files).await?;
        let broken: HashSet<&str> = damage.iter().map(|d| d.path.as_str()).collect();
        let problem =
            |damage: &Damage| Problem::of(&table.name, &damage.path, damage.fault.words());
        verified.problems.extend(damage.iter().map(problem));
        let whole: Vec<&DataFile> = table.files.iter().collect();
        let whole = whole
            .into_iter()
            .filter(|f| !broken.contains(f.path.as_str()));
        let checks: Vec<_> = whole.map(|file| self.rows_of(&table.name, file)).collect();
        let found: Vec<Option<Problem>> =
            stream::iter(checks).buffered(AT_ONCE).try_collect().await?;
        verified.problems.extend(found.into_iter().flatten());
        let unchecked = table.files.iter().filter(|f| f.checksum().is_none());
        let unchecked = unchecked.map(|file| file.path.clone());
        verified.not_checked.extend(unchecked);
        verified.unnamed += self.unnamed(table).await?;
        Ok(())
    }

    /// What is wrong with the footer of a file whose bytes are all there.
    async fn rows_of(&self, table: &TableName, file: &DataFile) -> Result<Option<Problem>> {
        let what = match self.footer_rows(file).await? {
            Some(rows) if rows == file.written_rows() => match file.removed.positions().last() {
                Some(last) if u64::from(*last) >= rows => {
                    "has fewer rows than its deletion vector names".to_string()
                }
                _ => return Ok(None),
            },
            Some(rows) => format!("has {rows} rows in place of {}", file.written_rows()),
            None => "cannot be read as Parquet".to_string(),
        };
        Ok(Some(Problem::of(table, &file.path, what)))
    }

    /// The rows that a file says it has; None when it is no Parquet file.
    async fn footer_rows(&self, file: &DataFile) -> Result<Option<u64>> {
        let opened = self.opened(file)?;
        let end = file.size.saturating_sub(opened.read_sizes().end)..file.size;
        let mut ranges = vec![end];
        let Ok(decoder) = ParquetMetaDataPushDecoder::try_new(file.size) else {
            return Ok(None);
        };
        let mut decoder = decoder.with_page_index_policy(PageIndexPolicy::Skip);
        loop {
            let bytes = opened.ranges(&ranges).await?;
            if decoder.push_ranges(ranges, bytes).is_err() {
                return Ok(None);
            }
            match decoder.try_decode() {
                Ok(parquet::DecodeResult::Data(found)) => {
                    return Ok(u64::try_from(found.file_metadata().num_rows()).ok());
                }
                Ok(parquet::DecodeResult::NeedsData(more)) => ranges = more,
                Ok(parquet::DecodeResult::Finished) | Err(_) => return Ok(None),
            }
        }
    }

    /// Versions that a log lacks between others.
    async fn gaps(&self, name: &TableName) -> Result<Option<Problem>> {
        let log = Path::from(name.log());
        let listed = self.store().list(Some(&log));
        let versions = listed.try_filter_map(|file| async move {
            let version = file
                .location
                .filename()
                .and_then(|n| n.strip_suffix(".json"));
            Ok(version.and_then(|version| version.parse::<u64>().ok()))
        });
        let mut versions: Vec<u64> = versions
            .try_collect()
            .await
            .data(|| format!("the log of table {name} cannot be listed"))?;
        versions.sort_unstable();
        let gap = versions.windows(2).find(|pair| pair[1] != pair[0] + 1);
        Ok(gap.map(|gap| {
            let what = format!("the log has version {} after {}", gap[1], gap[0]);
            Problem::of(name, &name.log(), what)
        }))
    }

    /// How many files lie in a table's folder that it does not name.
    async fn unnamed(&self, table: &Table) -> Result<usize> {
        let named: HashSet<&str> = table.files.iter().map(|f| f.path.as_str()).collect();
        let folder = Path::from(table.name.folder());
        let log = Path::from(table.name.log());
        let listed: Vec<_> = self
            .store()
            .list(Some(&folder))
            .try_collect()
            .await
            .data(|| format!("the files of table {} cannot be listed", table.name))?;
        let data = listed.iter().filter(|f| !f.location.prefix_matches(&log));
        Ok(data
            .filter(|f| !named.contains(f.location.as_ref()))
            .count())
    }
}
