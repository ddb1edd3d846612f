//! `populace.tables`: the newest state of each table, all in one file with one read.
//!
//! To replay a Delta log takes milliseconds, and a project may have thousands of tables of which nothing
//! changed. A state counts only while the log that it was read from has the same digest, so that nothing
//! kept here can make an older state pass for the newest: a commit of whatever program, a log that was put
//! back, cut or damaged has another digest, and is replayed.

use super::kept_state;
use super::known_states::KeptTable;
use super::sealed::{sealed, unsealed};
use super::table::Table;
use super::{Lake, TableName};
use crate::error::Result;
use futures::{StreamExt, stream};
use object_store::{ObjectStoreExt, path::Path};
use std::collections::BTreeMap;

/// Where they are kept, relative to the lake.
const FILE: &str = "populace.tables";
/// Commands add to the audit log when they end: what is kept of it would never be its newest state.
const CHANGES_EACH_TIME: &str = "populace.audit";
/// Tables with more files are not kept: their logs are the better place.
const MOST_FILES: usize = 1_000;
/// Tables that are looked at together.
const AT_ONCE: usize = 32;

impl Lake {
    /// The newest versions of many tables, looked at together: those that are there, by name. One that
    /// cannot be read is not among them, and an error for whoever asks for it.
    pub(crate) async fn look_up(
        &self,
        names: impl IntoIterator<Item = TableName>,
    ) -> BTreeMap<TableName, Table> {
        stream::iter(names)
            .map(|name| {
                let lake = self.clone();
                // Tasks of their own: digests take processors as well as time.
                tokio::spawn(async move { lake.table(&name).await.ok().flatten() })
            })
            .buffer_unordered(AT_ONCE)
            .filter_map(|found| async move {
                let table = found.ok().flatten()?;
                Some((table.name.clone(), table))
            })
            .collect()
            .await
    }

    /// The newest version of a table, as it is kept; None when its log has to be replayed.
    pub(super) async fn kept_table(&self, name: &TableName) -> Option<Table> {
        let (digest, text) = self.kept(&name.to_string()).await?;
        let found = self.log_digest(name).await?;
        (found == digest)
            .then(|| kept_state::read(name, &text))
            .flatten()
    }

    async fn kept(&self, name: &str) -> Option<KeptTable> {
        let mut known = self.kept_tables.lock().await;
        if known.kept.is_none() {
            known.kept = Some(self.read_kept_tables().await);
        }
        known.kept.as_ref()?.get(name).cloned()
    }

    async fn read_kept_tables(&self) -> BTreeMap<String, KeptTable> {
        let Ok(found) = self.store.get(&Path::from(FILE)).await else {
            // An earlier Populace keeps none.
            return BTreeMap::new();
        };
        let bytes = found.bytes().await.unwrap_or_default();
        unsealed(&bytes).unwrap_or_else(|| {
            tracing::warn!(
                "{FILE} of the lake at {} is damaged: logs of tables are read until a command writes it again",
                self.location
            );
            BTreeMap::new()
        })
    }

    /// Notes a table whose log this process replayed, added to or removed: its state has to be kept anew.
    pub(super) async fn state_changed(&self, name: &TableName) {
        if name.to_string() != CHANGES_EACH_TIME {
            self.kept_tables.lock().await.changed.insert(name.clone());
        }
    }

    /// Keeps the states of the tables that this process noted.
    ///
    /// # Errors
    /// Data: the file cannot be written.
    pub(super) async fn keep_tables(&self) -> Result<()> {
        let mut known = self.kept_tables.lock().await;
        let before = match known.kept.take() {
            Some(before) => before,
            None => self.read_kept_tables().await,
        };
        let changed = std::mem::take(&mut known.changed);
        let looked_at: Vec<(TableName, Option<KeptTable>)> = stream::iter(changed)
            .map(|name| {
                let lake = self.clone();
                let known = before.get(&name.to_string()).cloned();
                async move {
                    let kept = lake.state_to_keep(&name, known).await;
                    (name, kept)
                }
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut now = before.clone();
        for (name, kept) in looked_at {
            match kept {
                Some(kept) => now.insert(name.to_string(), kept),
                None => now.remove(&name.to_string()),
            };
        }
        if now != before {
            self.put(FILE, sealed(&now)?).await?;
        }
        known.kept = Some(now);
        Ok(())
    }

    /// The state of a table that its log tells, with the digest of the log.
    async fn state_to_keep(&self, name: &TableName, known: Option<KeptTable>) -> Option<KeptTable> {
        // The digest first: a commit in between makes the state newer than its digest, which then never
        // counts, and not the digest newer than its state.
        let digest = self.log_digest(name).await?;
        if let Some(known) = known.filter(|(of, _)| *of == digest) {
            return Some(known);
        }
        let table = self.replayed(name).await.ok().flatten()?;
        if table.files.len() > MOST_FILES {
            return None;
        }
        Some((digest, kept_state::written(&table)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::{Change, Location, NewFile, Settings, encode};
    use arrow::array::{Int64Array, RecordBatch};
    use arrow::datatypes::{DataType, Field, Schema};
    use std::fs;
    use std::path::{Path as DiskPath, PathBuf};
    use std::sync::Arc;

    fn name() -> TableName {
        TableName::new("core", "thing")
    }

    fn rows(numbers: &[i64]) -> RecordBatch {
        let column = Field::new("person_key", DataType::Int64, true);
        let schema = Arc::new(Schema::new(vec![column]));
        RecordBatch::try_new(schema, vec![Arc::new(Int64Array::from(numbers.to_vec()))]).unwrap()
    }

    /// The lake in `folder`, opened anew, as the next command does.
    async fn opened(folder: &DiskPath) -> Lake {
        let location = Location::parse("lake", folder).unwrap();
        let settings = Settings::new(2, "key".into());
        Lake::open_or_create(location, &settings).await.unwrap()
    }

    /// Adds a file of `numbers` to the shard.
    async fn add(lake: &Lake, shard: i32, numbers: &[i64]) -> NewFile {
        let base = lake.table(&name()).await.unwrap();
        let rows = rows(numbers);
        let bytes = encode(&rows.schema(), std::slice::from_ref(&rows), &["person_key"]).unwrap();
        let name = name();
        let file = lake.write_file(&name, Some(shard), 7, bytes);
        let file = file.await.unwrap();
        let change = Change {
            schema: rows.schema(),
            sharded: true,
            properties: BTreeMap::from([("populace.content".into(), format!("{numbers:?}"))]),
            add: vec![file.clone()],
            remove: Vec::new(),
        };
        lake.commit(&name, base.as_ref(), change).await.unwrap();
        file
    }

    /// A lake with a table of two shards and a row that was removed, whose state was kept.
    async fn kept(folder: &DiskPath) -> Table {
        let lake = opened(folder).await;
        let file = add(&lake, 0, &[1, 2, 3]).await;
        add(&lake, 1, &[4, 5]).await;
        let base = lake.table(&name()).await.unwrap().unwrap();
        let change = Change {
            schema: base.schema.clone(),
            sharded: true,
            properties: BTreeMap::from([("populace.content".into(), "less".into())]),
            add: vec![file.without(&[1], 0).unwrap()],
            remove: vec![file],
        };
        lake.commit(&name(), Some(&base), change).await.unwrap();
        lake.keep_newest().await.unwrap();
        let table = lake.load(&name(), None).await.unwrap().unwrap();
        assert_eq!((table.version, table.rows(), table.files.len()), (2, 4, 2));
        table
    }

    fn assert_same(one: &Table, other: &Table) {
        assert_eq!(one.version, other.version);
        assert_eq!(one.schema, other.schema);
        assert_eq!(one.properties, other.properties);
        assert_eq!(one.files, other.files);
    }

    fn log(folder: &DiskPath) -> Vec<PathBuf> {
        let log = folder.join("lake/core/thing/_delta_log");
        let mut files: Vec<PathBuf> = fs::read_dir(log)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        files
    }

    #[tokio::test]
    async fn a_state_that_was_kept_is_the_state_of_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let replayed = kept(folder.path()).await;
        let lake = opened(folder.path()).await;
        let found = lake.table(&name()).await.unwrap().unwrap();
        assert!(found.delta.is_none(), "the log was replayed");
        assert_same(&found, &replayed);
        assert_eq!(found.files[0].removed.positions(), [1]);
        // It can be committed to, and what is then kept is the new state.
        add(&lake, 1, &[6]).await;
        lake.keep_newest().await.unwrap();
        let found = opened(folder.path()).await.table(&name()).await;
        let found = found.unwrap().unwrap();
        assert!(found.delta.is_none(), "the log was replayed");
        assert_eq!((found.version, found.rows(), found.files.len()), (3, 5, 3));
    }

    #[tokio::test]
    async fn a_command_that_kept_nothing_is_seen_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        kept(folder.path()).await;
        add(&opened(folder.path()).await, 1, &[6]).await;
        let lake = opened(folder.path()).await;
        let found = lake.table(&name()).await.unwrap().unwrap();
        assert_eq!((found.version, found.rows()), (3, 5));
        assert!(found.delta.is_some());
        assert_eq!(found.property("populace.content"), Some("[6]"));
    }

    #[tokio::test]
    async fn a_state_of_before_is_not_committed_over() {
        let folder = tempfile::tempdir().unwrap();
        kept(folder.path()).await;
        let lake = opened(folder.path()).await;
        let base = lake.table(&name()).await.unwrap().unwrap();
        assert!(base.delta.is_none());
        add(&opened(folder.path()).await, 1, &[6]).await;
        let (schema, properties) = (base.schema.clone(), base.properties.clone());
        let change = Change {
            sharded: true,
            ..Change::replacing(Some(&base), schema, properties, Vec::new())
        };
        let second = lake.try_commit(&name(), Some(&base), change).await.unwrap();
        assert_eq!(second, None);
        let found = opened(folder.path()).await.table(&name()).await;
        assert_eq!(found.unwrap().unwrap().rows(), 5);
    }

    #[tokio::test]
    async fn no_older_log_and_no_older_state_passes_for_the_newest() {
        let folder = tempfile::tempdir().unwrap();
        kept(folder.path()).await;
        let file = folder.path().join(format!("lake/{FILE}"));
        let old_states = fs::read(&file).unwrap();
        let lake = opened(folder.path()).await;
        add(&lake, 1, &[6]).await;
        lake.keep_newest().await.unwrap();
        let newest = lake.table(&name()).await.unwrap().unwrap();
        // States of before.
        let states = fs::read(&file).unwrap();
        assert_ne!(states, old_states);
        fs::write(&file, &old_states).unwrap();
        let found = opened(folder.path()).await.table(&name()).await;
        assert_same(&found.unwrap().unwrap(), &newest);
        // States of before, and the log of before: `populace.newest` knows better.
        fs::remove_file(log(folder.path()).pop().unwrap()).unwrap();
        for states in [&old_states, &states] {
            fs::write(&file, states).unwrap();
            let found = opened(folder.path()).await.table(&name()).await;
            let error = found.unwrap_err();
            assert_eq!(error.damaged_path(), Some("core/thing/_delta_log"));
        }
    }

    #[tokio::test]
    async fn damage_of_the_log_is_found_as_if_nothing_were_kept() {
        let folder = tempfile::tempdir().unwrap();
        let whole = kept(folder.path()).await;
        let mut found_damage = 0;
        for file in log(folder.path()) {
            let bytes = fs::read(&file).unwrap();
            for at in (0..bytes.len()).step_by(37) {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << (at % 8);
                fs::write(&file, damaged).unwrap();
                let lake = opened(folder.path()).await;
                assert!(lake.kept_table(&name()).await.is_none());
                match lake.table(&name()).await {
                    // What does not decide the state, such as the time of a commit.
                    Ok(found) => {
                        let mut found = found.unwrap();
                        // Nor do properties of Delta Lake's own.
                        let own = |key: &str| key.starts_with("delta.");
                        found
                            .properties
                            .retain(|key, _| key.starts_with("populace."));
                        let theirs = whole.properties.iter().filter(|(key, _)| own(key));
                        found
                            .properties
                            .extend(theirs.map(|(k, v)| (k.clone(), v.clone())));
                        assert_same(&found, &whole);
                    }
                    Err(_) => found_damage += 1,
                }
            }
            fs::write(&file, bytes).unwrap();
        }
        assert!(found_damage > 20, "{found_damage}");
    }

    #[tokio::test]
    async fn a_checksum_whose_name_is_damaged_is_missed() {
        let folder = tempfile::tempdir().unwrap();
        kept(folder.path()).await;
        let newest = log(folder.path()).pop().unwrap();
        let text = fs::read_to_string(&newest).unwrap();
        for (name, damaged) in [
            ("populace.checksum", "populace.checksun"),
            ("populace.checksum", "qopulace.checksum"),
            ("populace.state", "populace.stata"),
            ("populace.state", "qopulace.state"),
        ] {
            assert_eq!(text.matches(name).count(), 1);
            fs::write(&newest, text.replace(name, damaged)).unwrap();
            let lake = opened(folder.path()).await;
            let error = lake.table(&self::name()).await.unwrap_err();
            assert!(error.what().contains("is damaged"), "{damaged}: {error}");
        }
    }

    #[tokio::test]
    async fn damage_of_what_is_kept_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let whole = kept(folder.path()).await;
        let file = folder.path().join(format!("lake/{FILE}"));
        let bytes = fs::read(&file).unwrap();
        for at in (0..bytes.len()).step_by(53) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            fs::write(&file, damaged).unwrap();
            let lake = opened(folder.path()).await;
            let found = lake.table(&name()).await.unwrap().unwrap();
            assert!(found.delta.is_some());
            assert_same(&found, &whole);
        }
    }

    #[tokio::test]
    async fn what_does_not_add_up_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let table = kept(folder.path()).await;
        let text = kept_state::written(&table).unwrap();
        assert!(kept_state::read(&name(), &text).is_some());
        for (from, to) in [
            ("\"removed\":[1]", "\"removed\":[]"),
            ("\"rows\":2", "\"rows\":3"),
            ("populace.content", "populace.contend"),
        ] {
            assert!(text.contains(from), "{from}: {text}");
            assert!(kept_state::read(&name(), &text.replace(from, to)).is_none());
        }
    }
}
