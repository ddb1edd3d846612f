//! Small tables, such as what a pull remembers: one file of rows, read and replaced whole.

use super::identity::is_identity;
use super::properties::{CHECKSUM, STATE};
use super::rows::conform;
use super::{Change, Lake, NewFile, Table, TableName, encode};
use crate::error::Result;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use std::collections::BTreeMap;

/// Files of a table that grows: reading more small ones would cost more than writing them anew.
const MOST_FILES: usize = 32;

impl Change {
    /// `files` in the place of all that an unsharded table held: files that stay are not removed.
    pub fn replacing(
        base: Option<&Table>,
        schema: SchemaRef,
        properties: BTreeMap<String, String>,
        files: Vec<NewFile>,
    ) -> Self {
        // The same bytes with other rows removed are another file to the log.
        let same =
            |new: &NewFile, old: &NewFile| new.path == old.path && new.removed == old.removed;
        let stays = |old: &NewFile| files.iter().any(|new| same(new, old));
        let old = base.map(|table| table.files.as_slice()).unwrap_or_default();
        Change {
            schema,
            sharded: false,
            properties,
            remove: old.iter().filter(|old| !stays(old)).cloned().collect(),
            add: files,
        }
    }

    /// Whether a table would be as it is.
    fn leaves(&self, table: &Table) -> bool {
        let own = |(key, _): &(&String, &String)| {
            let of_form = *key == CHECKSUM || *key == STATE || is_identity(key);
            !key.starts_with("delta.") && !of_form
        };
        self.remove.is_empty()
            && self.add.len() == table.files.len()
            && self.schema.fields() == table.schema.fields()
            && self
                .properties
                .iter()
                .eq(table.properties.iter().filter(own))
    }
}

impl Lake {
    /// All rows of a small table.
    pub async fn read_table(
        &self,
        table: &Table,
        columns: Option<&[&str]>,
    ) -> Result<Vec<RecordBatch>> {
        let mut batches = Vec::new();
        for file in &table.files {
            batches.extend(self.read_file(file, columns).await?);
        }
        Ok(batches)
    }

    /// Puts `rows` and `properties` in the place of all that the table held at version `base`. The
    /// same ones again commit nothing.
    pub(crate) async fn replace_rows(
        &self,
        name: &TableName,
        base: Option<&Table>,
        rows: RecordBatch,
        properties: BTreeMap<String, String>,
    ) -> Result<()> {
        let files = self.rows_file(name, &rows).await?;
        let change = Change::replacing(base, rows.schema(), properties, files);
        self.commit_unless_same(name, base, change).await
    }

    /// Puts `files`, which are written already or were there, in the place of all that the table held
    /// at version `base`. The same ones again commit nothing.
    pub(crate) async fn replace_files(
        &self,
        name: &TableName,
        base: Option<&Table>,
        schema: SchemaRef,
        files: Vec<NewFile>,
    ) -> Result<()> {
        let change = Change::replacing(base, schema, BTreeMap::new(), files);
        self.commit_unless_same(name, base, change).await
    }

    async fn commit_unless_same(
        &self,
        name: &TableName,
        base: Option<&Table>,
        change: Change,
    ) -> Result<()> {
        if !base.is_some_and(|table| change.leaves(table)) {
            self.commit(name, base, change).await?;
        }
        Ok(())
    }

    /// Adds `rows` to what the table held at version `base`, with these `properties`. Each time adds a file,
    /// and when there are [`MOST_FILES`] of them, all become one.
    pub(crate) async fn add_rows(
        &self,
        name: &TableName,
        base: Option<&Table>,
        rows: RecordBatch,
        properties: BTreeMap<String, String>,
    ) -> Result<()> {
        let schema = rows.schema();
        let base_files = base.map(|table| table.files.as_slice()).unwrap_or_default();
        let folds = base_files.len() >= MOST_FILES;
        let mut batches = Vec::new();
        for file in base_files.iter().filter(|_| folds) {
            for batch in self.read_file(file, None).await? {
                batches.push(conform(&batch, &schema)?);
            }
        }
        batches.push(rows);
        let change = Change {
            add: self.batches_file(name, &schema, &batches).await?,
            remove: if folds {
                base_files.to_vec()
            } else {
                Vec::new()
            },
            schema,
            sharded: false,
            properties,
        };
        self.commit(name, base, change).await?;
        Ok(())
    }

    /// The one file of `rows`; none for no rows.
    async fn rows_file(&self, name: &TableName, rows: &RecordBatch) -> Result<Vec<NewFile>> {
        let batches = std::slice::from_ref(rows);
        self.batches_file(name, &rows.schema(), batches).await
    }

    /// The one file of all `batches`; none for no rows.
    async fn batches_file(
        &self,
        name: &TableName,
        schema: &SchemaRef,
        batches: &[RecordBatch],
    ) -> Result<Vec<NewFile>> {
        if batches.iter().all(|batch| batch.num_rows() == 0) {
            return Ok(Vec::new());
        }
        let encoded = encode(schema, batches, &[])?;
        Ok(vec![self.write_file(name, None, 0, encoded).await?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::{Location, Settings};
    use arrow::array::{Int64Array, StringArray};
    use arrow::datatypes::{DataType, Field, Schema};
    use std::path::Path;
    use std::sync::Arc;

    fn rows(numbers: &[i64]) -> RecordBatch {
        let words = numbers.iter().map(|n| (*n > 1).then_some("more"));
        RecordBatch::try_new(
            Arc::new(Schema::new(vec![
                Field::new("person_key", DataType::Int64, false),
                Field::new("word", DataType::Utf8, true),
            ])),
            vec![
                Arc::new(Int64Array::from(numbers.to_vec())),
                Arc::new(words.collect::<StringArray>()),
            ],
        )
        .unwrap()
    }

    /// A lake in `folder`, and the name of a table that it does not have.
    async fn nothing_yet(folder: &Path) -> (Lake, TableName) {
        let location = Location::parse("lake", folder).unwrap();
        let lake = Lake::open_or_create(location, &Settings::new(1, "key".into()))
            .await
            .unwrap();
        (lake, TableName::new("populace", "thing"))
    }

    #[tokio::test]
    async fn the_same_rows_again_commit_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (lake, name) = nothing_yet(folder.path()).await;
        let mut versions = Vec::new();
        for (numbers, mark) in [
            (&[1, 2][..], "a"),
            (&[1, 2], "a"),
            (&[1, 2], "b"),
            (&[1, 2, 3], "b"),
            (&[], "b"),
            (&[], "b"),
            (&[], ""),
            (&[1, 2], ""),
        ] {
            let base = lake.table(&name).await.unwrap();
            let properties = (!mark.is_empty()).then(|| ("mark".to_string(), mark.to_string()));
            lake.replace_rows(
                &name,
                base.as_ref(),
                rows(numbers),
                properties.into_iter().collect(),
            )
            .await
            .unwrap();
            let now = lake.table(&name).await.unwrap().unwrap();
            assert_eq!(now.property("mark"), (!mark.is_empty()).then_some(mark));
            let read = lake.read_table(&now, None).await.unwrap();
            let found: Vec<i64> = read
                .iter()
                .flat_map(|b| {
                    b.column(0)
                        .as_any()
                        .downcast_ref::<Int64Array>()
                        .unwrap()
                        .values()
                })
                .copied()
                .collect();
            assert_eq!(found, numbers);
            versions.push(now.version);
        }
        assert_eq!(versions, [0, 0, 1, 2, 3, 3, 4, 5]);
    }

    #[tokio::test]
    async fn files_of_a_table_that_grows_become_one() {
        let folder = tempfile::tempdir().unwrap();
        let (lake, name) = nothing_yet(folder.path()).await;
        let properties = BTreeMap::from([("mark".to_string(), "a".to_string())]);
        let (mut files, mut added) = (Vec::new(), Vec::new());
        for number in 0..i64::try_from(MOST_FILES).unwrap() + 2 {
            let base = lake.table(&name).await.unwrap();
            lake.add_rows(&name, base.as_ref(), rows(&[number]), properties.clone())
                .await
                .unwrap();
            let now = lake.table(&name).await.unwrap().unwrap();
            assert_eq!(now.property("mark"), Some("a"));
            added.push(number);
            assert_eq!(now.rows(), added.len() as u64);
            files.push(now.files.len());
            // Whoever read the table before that is second, and changes nothing.
            let late = lake.add_rows(&name, base.as_ref(), rows(&[number]), properties.clone());
            assert!(late.await.is_err());
        }
        let grows: Vec<usize> = (1..=MOST_FILES).chain([1, 2]).collect();
        assert_eq!(files, grows);
        let table = lake.table(&name).await.unwrap().unwrap();
        let mut found = Vec::new();
        for batch in lake.read_table(&table, None).await.unwrap() {
            let column = batch.column(0).as_any();
            found.extend_from_slice(column.downcast_ref::<Int64Array>().unwrap().values());
        }
        found.sort_unstable();
        assert_eq!(found, added);
    }

    #[tokio::test]
    async fn a_table_that_was_put_back_is_read_anew() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::new(1, "key".into());
        let open = || {
            let location = Location::parse("lake", folder.path()).unwrap();
            Lake::open_or_create(location, &settings)
        };
        let name = TableName::new("populace", "thing");
        let add = async |lake: &Lake, numbers: &[i64]| {
            let base = lake.table(&name).await.unwrap();
            let rows = rows(numbers);
            lake.add_rows(&name, base.as_ref(), rows, BTreeMap::new())
                .await
                .unwrap();
        };
        let (one, other) = (open().await.unwrap(), open().await.unwrap());
        add(&one, &[1]).await;
        add(&one, &[2]).await;
        assert_eq!(one.table(&name).await.unwrap().unwrap().version, 1);
        // Another command goes on from there: its steps are all that is read.
        add(&other, &[3, 4]).await;
        let seen = one.table(&name).await.unwrap().unwrap();
        assert_eq!((seen.version, seen.rows()), (2, 4));
        // Somebody restores another state, of which nothing follows on what was seen.
        std::fs::remove_dir_all(folder.path().join("lake/populace/thing")).unwrap();
        let third = open().await.unwrap();
        for number in 10..15 {
            add(&third, &[number]).await;
        }
        let seen = one.table(&name).await.unwrap().unwrap();
        assert_eq!((seen.version, seen.rows(), seen.files.len()), (4, 5, 5));
    }
}
