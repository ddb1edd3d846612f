//! A lake and an engine, and the models that are built in it.

use crate::engine::{Engine, Limits};
use crate::lake::properties::CONTENT;
use crate::lake::{Lake, Location, Settings, TableName};
use crate::models::{BuildRequest, BuildSummary, Library, build};
use crate::pipeline::ParameterValue;
use crate::progress::Progress;
use arrow::util::pretty::pretty_format_batches;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub(in crate::models) struct RefreshSetting {
    pub lake: Lake,
    /// The values of parameters.
    pub parameters: BTreeMap<String, ParameterValue>,
    folder: tempfile::TempDir,
}

impl RefreshSetting {
    pub(in crate::models) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::parse("lake", folder.path()).unwrap();
        let settings = Settings::new(4, "key".to_string());
        let lake = Lake::open_or_create(location, &settings).await.unwrap();
        RefreshSetting {
            lake,
            parameters: BTreeMap::new(),
            folder,
        }
    }

    pub(in crate::models) fn engine(&self) -> Engine {
        let limits = Limits {
            memory: 1_000_000_000,
            threads: 2,
            spill: self.folder.path().to_path_buf(),
        };
        Engine::new(&self.lake, &limits, &self.parameters).unwrap()
    }

    pub(in crate::models) async fn build(
        &self,
        library: &Library,
        full_refresh: bool,
    ) -> BuildSummary {
        let request = BuildRequest {
            wanted: &library.models.keys().cloned().collect(),
            read: &BTreeSet::new(),
            parameters: &self.parameters,
            absent: &[],
            full_refresh,
        };
        let engine = self.engine();
        let built = build(&engine, library, &request, Progress::hidden()).await;
        let built = built.unwrap();
        let failed: Vec<_> = built.models.iter().filter(|model| !model.ok()).collect();
        assert!(failed.is_empty(), "{failed:#?}");
        built
    }

    /// The rows of a table, in an order of their own, and its content.
    pub(in crate::models) async fn rows(&self, name: &TableName) -> (Vec<String>, String) {
        let engine = self.engine();
        let table = self.lake.table(name).await.unwrap().unwrap();
        engine.register(&table).unwrap();
        let frame = engine.query("test", &format!("select * from {name}")).await;
        let rows = frame.unwrap().collect().await.unwrap();
        let shown = pretty_format_batches(&rows).unwrap().to_string();
        let shown = shown.lines().filter(|line| !line.starts_with('+'));
        let mut lines: Vec<String> = shown.map(squeezed).collect();
        lines.sort();
        (lines, table.property(CONTENT).unwrap().to_string())
    }
}

/// Columns may be of another width.
fn squeezed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The models of these tables.
pub(in crate::models) fn library(models: &[(&str, &str, &str)]) -> Library {
    let folder = tempfile::tempdir().unwrap();
    for (table, grain, sql) in models {
        let (layer, name) = table.split_once('.').unwrap();
        let layer = folder.path().join(layer);
        std::fs::create_dir_all(&layer).unwrap();
        let text = format!("/*\ndescription: A test.\n{grain}*/\n{sql}\n");
        std::fs::write(layer.join(format!("{name}.sql")), text).unwrap();
    }
    Library::read(Path::new(folder.path())).unwrap()
}
