//! One atomic step from a version of a table to the next.

use super::checksum::{checksum, state};
use super::known_versions::Newest;
use super::properties::{CHECKSUM, DELETION_VECTORS, SHARD, STATE};
use super::{DataFile, Lake, NewFile, Table, TableName, identity};
use crate::error::{Context, Error, Result};
use crate::retry::{Backoff, RetryPolicy};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use deltalake::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake::kernel::transaction::{
    CommitBuilder, CommitProperties, PreCommit, TableReference, TransactionError,
};
use deltalake::kernel::{Action, Add, Remove, StructType, new_metadata};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaResult, DeltaTableError};
use std::collections::{BTreeMap, HashMap};

/// What a commit does to a table.
#[derive(Debug, Clone)]
pub struct Change {
    /// The columns after the commit, without the partition column.
    pub schema: SchemaRef,
    /// Whether files lie in shards.
    pub sharded: bool,
    /// All properties after the commit.
    pub properties: BTreeMap<String, String>,
    /// New files, already written, and files that stay with other rows removed.
    pub add: Vec<NewFile>,
    /// Files as they were before, that are no longer part of the table in that state.
    pub remove: Vec<DataFile>,
}

/// Commits after which Delta sums a log up, where a table's properties say nothing else.
const SUMMED_UP: u64 = 100;

impl Lake {
    /// Commits `change` on top of `base`, the version it was made from (None for a new table).
    ///
    /// Fails, changing nothing, when another writer changed the table meanwhile.
    pub async fn commit(
        &self,
        name: &TableName,
        base: Option<&Table>,
        change: Change,
    ) -> Result<u64> {
        self.try_commit(name, base, change).await?.ok_or_else(|| {
            Error::data(format!("another command changed table {name} at the same time"))
                .hint("its change is in place and this one is not; nothing was lost, run again when the other command has ended")
        })
    }

    /// Commits `change` on top of `base`; None, changing nothing, when another writer was first.
    pub async fn try_commit(
        &self,
        name: &TableName,
        base: Option<&Table>,
        change: Change,
    ) -> Result<Option<u64>> {
        let failed = || format!("cannot commit table {name}");
        let delta = match base {
            Some(table) => match self.delta_of(table).await? {
                Some(delta) => delta,
                None => return Ok(None),
            },
            None => {
                self.forget_newest(name).await?;
                self.delta(name)?
            }
        };
        // A table that an earlier Populace made learns to mark removed rows with its next commit.
        let new_form = base.is_none_or(|table| !table.marks_removed_rows());
        let mut change = change;
        identity::mark(&self.settings, name, &change.schema, &mut change.properties);
        let columns = columns(&change).data(|| format!("cannot describe table {name}"))?;
        let files = left(base, &change);
        let said = state(&columns, &change.properties, &files)?;
        change.properties.insert(STATE.to_string(), said);
        let version = base.map_or(0, |table| table.version + 1);
        let said = checksum(version, &change.schema, &change.properties, &files);
        change.properties.insert(CHECKSUM.to_string(), said.clone());
        let actions = actions(new_form, &change, &columns, name)?;
        let operation = DeltaOperation::Write {
            mode: SaveMode::Overwrite,
            partition_by: change.sharded.then(|| vec![SHARD.to_string()]),
            predicate: None,
        };
        let snapshot = match base {
            Some(_) => Some(delta.snapshot().data(failed)?.clone()),
            None => None,
        };
        let reference = snapshot
            .as_ref()
            .map(|s| s.snapshot() as &dyn TableReference);
        let properties = CommitProperties::default()
            .with_metadata([mark()?])
            .with_max_retries(0);
        let commit = CommitBuilder::from(properties).with_actions(actions).build(
            reference,
            delta.log_store(),
            operation,
        );
        match make(commit).await {
            Ok(version) => {
                let newest = Newest::new(version, Some(&said));
                self.made_newest(name, newest).await;
                self.state_changed(name).await;
                Ok(Some(version))
            }
            Err(e) if is_second(&e) => Ok(None),
            Err(e) => Err(Error::data(failed())
                .cause(e)
                .hint("check that the disk is not full, or that the store can be reached and written to, then run again")),
        }
    }
}

/// Attempts at a commit to a table that other commands commit to at the same time.
#[derive(Debug)]
pub(crate) struct CommitAttempts(Backoff);

impl CommitAttempts {
    /// Before the first attempt.
    pub(crate) fn new() -> Self {
        CommitAttempts(Backoff::new(RetryPolicy::COMMIT))
    }

    /// Waits when another writer was first; the next attempt begins with the table as it is then.
    ///
    /// # Errors
    /// Data, after the last attempt.
    pub(crate) async fn was_second(&mut self, name: &TableName) -> Result<()> {
        if self.0.wait(None).await {
            return Ok(());
        }
        Err(
            Error::data(format!("another command keeps changing table {name}"))
                .hint("run again when it has ended"),
        )
    }
}

/// Makes a commit; gives its version.
///
/// Delta reads a log again after every commit, although most have nothing to follow: only every
/// hundredth sums the log up, and what the sum holds may then be tidied away.
async fn make(commit: PreCommit<'_>) -> DeltaResult<u64> {
    let made = commit.into_prepared_commit_future().await?.await?;
    let version = made.version;
    if (version + 1).is_multiple_of(SUMMED_UP) {
        made.await?;
    }
    Ok(version)
}

/// Whether another writer was first.
fn is_second(error: &DeltaTableError) -> bool {
    matches!(
        error,
        DeltaTableError::Transaction {
            source: TransactionError::VersionAlreadyExists(_)
                | TransactionError::MaxCommitAttempts(_)
                | TransactionError::CommitConflict(_),
        }
    )
}

/// The files that a table has after `change`.
fn left(base: Option<&Table>, change: &Change) -> Vec<DataFile> {
    let mut files: Vec<DataFile> = base.map(|table| table.files.clone()).unwrap_or_default();
    // As the log is replayed: a file is known by its path and the rows that were removed from it.
    let same = |a: &DataFile, b: &DataFile| a.path == b.path && a.removed == b.removed;
    files.retain(|file| !change.remove.iter().any(|gone| same(gone, file)));
    for new in &change.add {
        files.retain(|file| !same(new, file));
        files.push(new.clone());
    }
    files
}

/// A mark that no other commit has: a writer whose answer was lost knows its own commit by it.
fn mark() -> Result<(String, serde_json::Value)> {
    let mut mark = [0u8; 16];
    getrandom::fill(&mut mark).data(|| "there is no randomness on this machine")?;
    let mark = format!("{:032x}", u128::from_be_bytes(mark));
    Ok(("populace.commit".to_string(), mark.into()))
}

/// The columns after a change as the log writes them, the partition column among them.
fn columns(change: &Change) -> Result<StructType, ArrowError> {
    let mut fields: Vec<_> = change.schema.fields().iter().cloned().collect();
    if change.sharded {
        fields.push(Field::new(SHARD, DataType::Int32, true).into());
    }
    (&Schema::new(fields)).try_into_kernel()
}

/// One protocol for all tables: timestamps without a zone need version 3 and 7.
fn protocol() -> serde_json::Result<Action> {
    let protocol = serde_json::json!({
        "minReaderVersion": 3, "minWriterVersion": 7,
        "readerFeatures": ["timestampNtz", "deletionVectors"],
        "writerFeatures": ["timestampNtz", "deletionVectors"],
    });
    serde_json::from_value(protocol).map(Action::Protocol)
}

fn actions(
    new_form: bool,
    change: &Change,
    columns: &StructType,
    name: &TableName,
) -> Result<Vec<Action>> {
    let failed = || format!("cannot describe table {name}");
    let partitions = match change.sharded {
        true => vec![SHARD.to_string()],
        false => Vec::new(),
    };
    let mut properties = change.properties.clone();
    properties.insert(DELETION_VECTORS.to_string(), "true".to_string());
    let metadata = new_metadata(columns, partitions, properties).data(failed)?;
    let mut actions = Vec::with_capacity(2 + change.add.len() + change.remove.len());
    if new_form {
        actions.push(protocol().data(failed)?);
    }
    actions.push(Action::Metadata(metadata));
    let now = chrono::Utc::now().timestamp_millis();
    let folder = format!("{}/", name.folder());
    let partition = |shard: Option<i32>| -> HashMap<String, Option<String>> {
        match shard {
            Some(s) if change.sharded => HashMap::from([(SHARD.to_string(), Some(s.to_string()))]),
            _ => HashMap::new(),
        }
    };
    let below = |path: &str| path.strip_prefix(&folder).unwrap_or(path).to_string();
    for file in &change.remove {
        actions.push(Action::Remove(Remove {
            path: below(&file.path),
            data_change: true,
            deletion_timestamp: Some(now),
            extended_file_metadata: Some(true),
            partition_values: Some(partition(file.shard)),
            size: i64::try_from(file.size).ok(),
            deletion_vector: file.removed.to_log()?,
            ..Remove::default()
        }));
    }
    for file in &change.add {
        actions.push(Action::Add(Add {
            path: below(&file.path),
            partition_values: partition(file.shard),
            size: i64::try_from(file.size).data(failed)?,
            modification_time: now,
            data_change: true,
            stats: Some(file.stats()),
            tags: Some(file.tags()),
            deletion_vector: file.removed.to_log()?,
            ..Add::default()
        }));
    }
    Ok(actions)
}
