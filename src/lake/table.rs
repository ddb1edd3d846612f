//! One version of one table, as its Delta log tells it.

use super::{DataFile, Lake};
use crate::error::{Context, Error, Result};
use arrow::datatypes::SchemaRef;
use deltalake::DeltaTable;
use deltalake::DeltaTableBuilder;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A table's full name: layer and name, `record.patient`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// `record`, `reference`, `populace`, or a layer of models.
    pub layer: String,
    /// The name inside the layer.
    pub name: String,
}

impl TableName {
    /// A name from its two parts.
    pub fn new(layer: impl Into<String>, name: impl Into<String>) -> Self {
        TableName {
            layer: layer.into(),
            name: name.into(),
        }
    }

    /// Reads `layer.name`; None for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (layer, name) = text.split_once('.')?;
        let plain = |s: &str| !s.is_empty() && !s.contains('.');
        (plain(layer) && plain(name)).then(|| Self::new(layer, name))
    }

    /// The folder of the table, relative to the lake.
    pub fn folder(&self) -> String {
        format!("{}/{}", self.layer, self.name)
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.layer, self.name)
    }
}

/// A table at one version.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: TableName,
    /// The version of its Delta log.
    pub version: u64,
    /// Its columns, without the partition column `shard`.
    pub schema: SchemaRef,
    /// Its data files, in order of shard, then path.
    pub files: Vec<DataFile>,
    /// What was stored with it: fingerprints, digests.
    pub properties: BTreeMap<String, String>,
    pub(super) delta: DeltaTable,
}

impl Table {
    /// Rows in all files.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|f| f.rows).sum()
    }

    /// Bytes in all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|f| f.size).sum()
    }

    /// Whether rows may be marked as removed instead of writing their file anew.
    pub fn marks_removed_rows(&self) -> bool {
        self.property(super::commit::DELETION_VECTORS) == Some("true")
    }

    /// A property of the table.
    pub fn property(&self, key: &str) -> Option<&str> {
        self.properties.get(key).map(String::as_str)
    }
}

impl Lake {
    fn delta(&self, name: &TableName) -> Result<DeltaTable> {
        let url = self.location.url(&name.folder())?;
        DeltaTableBuilder::from_url(url)
            .and_then(DeltaTableBuilder::build)
            .data(|| format!("cannot open table {name}"))
    }

    /// A handle for the first commit of a table that is not there yet.
    pub(super) fn new_delta(&self, name: &TableName) -> Result<DeltaTable> {
        std::fs::create_dir_all(self.location.folder().join(name.folder()))
            .data(|| format!("cannot make the folder of table {name}"))?;
        self.delta(name)
    }

    /// The newest version of a table; None when there is none.
    pub async fn table(&self, name: &TableName) -> Result<Option<Table>> {
        self.load(name, None).await
    }

    /// A version of a table, the newest when it is None.
    pub(super) async fn load(
        &self,
        name: &TableName,
        version: Option<u64>,
    ) -> Result<Option<Table>> {
        // Delta's own builder makes the folder; a look must not.
        if !self
            .location
            .folder()
            .join(name.folder())
            .join("_delta_log")
            .is_dir()
        {
            return Ok(None);
        }
        let mut delta = self.delta(name)?;
        let broken = |e: deltalake::DeltaTableError| {
            Error::data(format!("the log of table {name} cannot be read"))
                .cause(e)
                .hint("restore the table's folder from a copy, or remove it: the next pull reads all files again")
        };
        let loaded = match version {
            None => delta.load().await,
            Some(version) => delta.load_version(version).await,
        };
        match loaded {
            Ok(()) => {}
            Err(deltalake::DeltaTableError::NotATable(_)) => return Ok(None),
            Err(e) => return Err(broken(e)),
        }
        let state = delta.snapshot().map_err(broken)?;
        let full = state.snapshot().arrow_schema();
        let partitions = state.metadata().partition_columns();
        let fields: Vec<_> = full
            .fields()
            .iter()
            .filter(|f| !partitions.contains(f.name()))
            .cloned()
            .collect();
        let mut files = state
            .log_data()
            .into_iter()
            .map(|view| DataFile::from_log(name, &view))
            .collect::<Result<Vec<_>>>()?;
        files.sort_by(|a, b| (a.shard, &a.path).cmp(&(b.shard, &b.path)));
        let properties = state
            .metadata()
            .configuration()
            .iter()
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        Ok(Some(Table {
            name: name.clone(),
            version: state.version(),
            schema: Arc::new(arrow::datatypes::Schema::new(fields)),
            files,
            properties,
            delta,
        }))
    }

    /// Names of all tables of the lake, sorted.
    pub fn tables(&self) -> Result<Vec<TableName>> {
        let mut names = Vec::new();
        for layer in folders(self.location.folder())? {
            for name in folders(&self.location.folder().join(&layer))? {
                let table = TableName::new(layer.as_str(), name.as_str());
                if self
                    .location
                    .folder()
                    .join(table.folder())
                    .join("_delta_log")
                    .is_dir()
                {
                    names.push(table);
                }
            }
        }
        names.sort();
        Ok(names)
    }
}

fn folders(path: &std::path::Path) -> Result<Vec<String>> {
    let cannot = || format!("cannot list {}", path.display());
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path).data(cannot)? {
        let entry = entry.data(cannot)?;
        if entry.path().is_dir()
            && let Some(name) = entry.file_name().to_str()
        {
            names.push(name.to_string());
        }
    }
    Ok(names)
}
