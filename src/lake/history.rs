//! Older versions of a table: what its log still says, and whether its files are still there.

use super::{Lake, Table, TableName};
use crate::error::{Context, Error, Result};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use object_store::{ObjectStoreExt, path::Path};
use std::collections::HashSet;

/// One step of a table's log.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Commit {
    version: u64,
    path: Path,
    /// When the store says that it was written.
    written: DateTime<Utc>,
}

impl Lake {
    /// A table as it was at `version` of its log.
    ///
    /// Fails when there is no such table or version, or when files of that version are gone.
    pub(crate) async fn table_at(&self, name: &TableName, version: u64) -> Result<Table> {
        let commits = self.commits(name).await?;
        let Some((first, last)) = commits.first().zip(commits.last()) else {
            return Err(Error::usage(format!("there is no table {name}")));
        };
        if version > last.version {
            return Err(Error::usage(format!(
                "table {name} has no version {version}: its newest is {}",
                last.version
            ))
            .hint("`populace status` lists the tables with their versions"));
        }
        let gone = || {
            Error::data(format!("table {name} can no longer be read at version {version}"))
                .hint("its log or its files were removed to keep the lake small: read a newer version, or restore the lake from a copy of that time")
        };
        let table = match self.load(name, Some(version)).await {
            Ok(Some(table)) => table,
            Ok(None) => return Err(gone()),
            Err(e) if version < first.version => {
                let oldest = format!("the log begins at version {}", first.version);
                return Err(e.causes().iter().fold(gone().cause(oldest), Error::cause));
            }
            Err(e) => return Err(e),
        };
        let kept = self.kept_files(name).await?;
        let missing = table.files.iter().filter(|f| !kept.contains(&f.path));
        match missing.count() {
            0 => Ok(table),
            count => Err(gone().cause(format!(
                "{count} of its {} files are gone",
                table.files.len()
            ))),
        }
    }

    /// The version that a table had at `moment`; None when it did not exist then.
    ///
    /// The time of a version is what its writer wrote down, so that copying a lake does not change
    /// it; where nothing is written down, it is the time of its file.
    pub(crate) async fn version_at(
        &self,
        name: &TableName,
        moment: DateTime<Utc>,
    ) -> Result<Option<u64>> {
        let mut oldest = None;
        for commit in self.commits(name).await?.iter().rev() {
            if self.committed(name, commit).await? <= moment {
                return Ok(Some(commit.version));
            }
            oldest = Some(commit.version);
        }
        match oldest {
            // The log was cut: what came before its first step is not known.
            Some(version) if version > 0 => Err(Error::data(format!(
                "the log of table {name} no longer reaches back to {}",
                moment.format("%Y-%m-%dT%H:%M:%SZ")
            ))
            .cause(format!("it begins at version {version}"))
            .hint("read a later moment, or restore the lake from a copy of that time")),
            _ => Ok(None),
        }
    }

    /// When a table last changed; None when it is not there.
    pub(crate) async fn changed(&self, name: &TableName) -> Result<Option<DateTime<Utc>>> {
        match self.commits(name).await?.last() {
            Some(commit) => self.committed(name, commit).await.map(Some),
            None => Ok(None),
        }
    }

    /// The steps of a table's log, the oldest first; none when there is no such table.
    async fn commits(&self, name: &TableName) -> Result<Vec<Commit>> {
        let folder = Path::from(format!("{}/_delta_log", name.folder()));
        let listed: Vec<_> = self
            .store()
            .list(Some(&folder))
            .try_collect()
            .await
            .data(|| format!("the log of table {name} cannot be listed"))?;
        let mut commits: Vec<Commit> = listed
            .into_iter()
            .filter_map(|file| {
                let version = file.location.filename()?.strip_suffix(".json")?;
                Some(Commit {
                    version: version.parse().ok()?,
                    path: file.location,
                    written: file.last_modified,
                })
            })
            .collect();
        commits.sort_by_key(|commit| commit.version);
        Ok(commits)
    }

    async fn committed(&self, name: &TableName, commit: &Commit) -> Result<DateTime<Utc>> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Line {
            commit_info: Option<Info>,
        }
        #[derive(serde::Deserialize)]
        struct Info {
            timestamp: Option<i64>,
        }
        let cannot = || {
            format!(
                "version {} of the log of table {name} cannot be read",
                commit.version
            )
        };
        let bytes = self.store().get(&commit.path).await.data(cannot)?;
        let bytes = bytes.bytes().await.data(cannot)?;
        let lines = serde_json::Deserializer::from_slice(&bytes).into_iter::<Line>();
        let told = lines
            .map_while(|line| line.ok())
            .find_map(|line| line.commit_info?.timestamp)
            .and_then(DateTime::from_timestamp_millis);
        Ok(told.unwrap_or(commit.written))
    }

    /// The data files that lie in a table's folder, relative to the lake.
    async fn kept_files(&self, name: &TableName) -> Result<HashSet<String>> {
        let folder = Path::from(name.folder());
        let files: Vec<_> = self
            .store()
            .list(Some(&folder))
            .try_collect()
            .await
            .data(|| format!("the files of table {name} cannot be listed"))?;
        Ok(files
            .into_iter()
            .map(|file| file.location.to_string())
            .collect())
    }
}
