//! Which version of each table was the newest: a log that lost its newest commits is a good log of an
//! older state, and only something beside it can tell.
//!
//! Commands that write keep it when they end. One that was cut short keeps nothing, so that what is
//! kept is never newer than the tables; it may be older.

use super::advice::advice;
use super::known_versions::{All, KnownVersions, Newest};
use super::sealed::{sealed, unsealed};
use super::store::store_error;
use super::{Lake, Table, TableName};
use crate::error::{Error, Result};
use object_store::{ObjectStoreExt, path::Path};

/// Where it is kept, relative to the lake.
const FILE: &str = "populace.newest";
/// Commands without a lock add to the audit log at the same time, and its own newest key tells what is
/// gone from it.
const GUARDS_ITSELF: &str = "populace.audit";

impl Lake {
    /// Refuses the newest version of a table whose log held newer ones.
    pub(super) async fn refuse_rolled_back(&self, table: &Table) -> Result<()> {
        let known = self.newest.lock().await;
        let (name, found) = (table.name.to_string(), Newest::of(table));
        let mut known = self.with_kept(known).await?;
        let kept = known.kept.get_or_insert_default();
        let Some(newest) = kept.get(&name) else {
            return Ok(());
        };
        let why = match found.version.cmp(&newest.version) {
            std::cmp::Ordering::Less => "its newest commits are gone",
            // A table of an earlier Populace has no checksum.
            std::cmp::Ordering::Equal
                if found.checksum.is_some() && found.checksum != newest.checksum =>
            {
                "that version is another one than Populace made"
            }
            _ => return Ok(()),
        };
        Err(Error::data(format!(
            "the log of table {name} is damaged: it ends at version {}, and was at version {}",
            found.version, newest.version
        ))
        .cause(why)
        .damaged(table.name.log())
        .hint(advice(&table.name)))
    }

    async fn with_kept<'k>(
        &self,
        mut known: tokio::sync::MutexGuard<'k, KnownVersions>,
    ) -> Result<tokio::sync::MutexGuard<'k, KnownVersions>> {
        if known.kept.is_none() {
            known.kept = Some(self.kept_newest().await?);
        }
        Ok(known)
    }

    /// What is kept in the lake.
    async fn kept_newest(&self) -> Result<All> {
        let failed = |e| {
            store_error(
                format!("cannot read {FILE} of the lake at {}", self.location),
                e,
            )
        };
        let bytes = match self.store.get(&Path::from(FILE)).await {
            Ok(found) => found.bytes().await.map_err(failed)?,
            // A lake of an earlier Populace.
            Err(object_store::Error::NotFound { .. }) => return Ok(All::new()),
            Err(e) => return Err(failed(e)),
        };
        Ok(unsealed(&bytes).unwrap_or_else(|| {
            tracing::warn!(
                "{FILE} of the lake at {} is damaged: it is written again, and until then nothing tells a table that lost its newest commits",
                self.location
            );
            All::new()
        }))
    }

    /// Notes what this process has committed.
    pub(super) async fn made_newest(&self, name: &TableName, newest: Newest) {
        let mut known = self.newest.lock().await;
        known.made.insert(name.to_string(), newest);
    }

    /// Forgets a table that is made anew, from its version 0 on.
    pub(super) async fn forget_newest(&self, name: &TableName) -> Result<()> {
        let known = self.newest.lock().await;
        let mut known = self.with_kept(known).await?;
        known.made.remove(&name.to_string());
        let kept = known.kept.get_or_insert_default();
        if kept.remove(&name.to_string()).is_none() {
            return Ok(());
        }
        let mut all = self.kept_newest().await?;
        all.remove(&name.to_string());
        self.put(FILE, sealed(&all)?).await
    }

    /// Keeps the newest versions of the tables that this process has seen or made: the last thing that a
    /// command which writes does.
    ///
    /// # Errors
    /// Data: the lake cannot be read or written.
    pub(crate) async fn keep_newest(&self) -> Result<()> {
        let mut known = self.newest.lock().await;
        let kept = self.kept_newest().await?;
        let mut all = kept.clone();
        let seen: All = self
            .seen()
            .iter()
            .map(|(name, table)| (name.to_string(), Newest::of(table)))
            .collect();
        for (name, newest) in seen.into_iter().chain(known.made.clone()) {
            match all.get(&name) {
                _ if name == GUARDS_ITSELF => (),
                Some(held) if held.version >= newest.version => (),
                _ => {
                    all.insert(name, newest);
                }
            }
        }
        if all != kept {
            self.put(FILE, sealed(&all)?).await?;
        }
        known.kept = Some(all);
        drop(known);
        // Without it, logs are replayed.
        if let Err(why) = self.keep_tables().await {
            tracing::warn!("the states of tables cannot be kept: {why}");
        }
        Ok(())
    }
}
