//! A look over the lake: whether every file that its tables name is there as it was written.

use super::{DataFile, Lake, TableName};
use crate::error::Result;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::{ObjectStoreExt, path::Path};
use serde::Serialize;

/// Files that are looked at together.
const AT_ONCE: usize = 16;

/// What a look over a lake found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Verified {
    /// Tables that were looked at.
    pub tables: usize,
    /// Files that they name.
    pub files: usize,
    /// What is wrong, by table, then by file.
    pub problems: Vec<Problem>,
}

/// Something wrong with a table of the lake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The table.
    pub table: String,
    /// The file, relative to the lake; None when it is the table's log.
    pub file: Option<String>,
    /// What is wrong with it.
    pub what: String,
}

impl Lake {
    /// Looks whether the log of every table can be read and adds up, and whether every file that the
    /// newest version of it names is there, as long as it was written. What the files hold is not
    /// read.
    ///
    /// # Errors
    /// Data, when the storage cannot be reached. What is wrong with a table is no error here.
    pub async fn verify(&self) -> Result<Verified> {
        let mut verified = Verified::default();
        for name in self.tables().await? {
            verified.tables += 1;
            let table = match self.table(&name).await {
                Ok(Some(table)) => table,
                Ok(None) => continue,
                Err(error) => {
                    verified.problems.push(Problem {
                        table: name.to_string(),
                        file: None,
                        what: error.to_string(),
                    });
                    continue;
                }
            };
            verified.files += table.files.len();
            let found: Vec<Option<Problem>> = stream::iter(&table.files)
                .map(|file| self.verify_file(&name, file))
                .buffered(AT_ONCE)
                .try_collect()
                .await?;
            verified.problems.extend(found.into_iter().flatten());
        }
        Ok(verified)
    }

    /// What is wrong with one file of a table.
    async fn verify_file(&self, table: &TableName, file: &DataFile) -> Result<Option<Problem>> {
        let what = match self.store().head(&Path::from(file.path.as_str())).await {
            Ok(found) if found.size == file.size => return Ok(None),
            Ok(found) => format!("has {} bytes in place of {}", found.size, file.size),
            Err(object_store::Error::NotFound { .. }) => "is not there".to_string(),
            Err(e) => {
                let failed = format!("cannot read the lake at {}", self.location());
                return Err(super::store::trouble(failed, e));
            }
        };
        Ok(Some(Problem {
            table: table.to_string(),
            file: Some(file.path.clone()),
            what,
        }))
    }
}
