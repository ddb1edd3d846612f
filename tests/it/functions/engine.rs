//! The engine of `populace sql`, with the reference tables of this repository.

use crate::project::repository;
use arrow::array::RecordBatch;
use datafusion::catalog::{MemTable, MemorySchemaProvider, SchemaProvider};
use datafusion::prelude::SessionContext;
use populace::engine::{Engine, Limits};
use populace::lake::{Lake, Location, Settings, TableName};
use populace::models::load_reference;
use populace::pipeline::Pipeline;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An engine over a lake of its own, which lives as long as it does.
pub struct TestEngine {
    pub engine: Engine,
    _folder: tempfile::TempDir,
}

impl TestEngine {
    /// Makes rows known as `test.t`, to it and to another session.
    pub fn provide(&self, other: &SessionContext, rows: Vec<RecordBatch>) {
        let schema = rows[0].schema();
        let name = TableName::parse("test.t").unwrap();
        let table = Arc::new(MemTable::try_new(schema, vec![rows]).unwrap());
        self.engine.provide(&name, table.clone()).unwrap();
        let catalog = other.catalog("datafusion").unwrap();
        let layer = Arc::new(MemorySchemaProvider::new());
        layer.register_table("t".to_string(), table).unwrap();
        catalog.register_schema("test", layer).unwrap();
    }
}

/// An engine with a lake that has no tables, and `memory` bytes.
pub async fn bare(memory: usize) -> TestEngine {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::parse("lake", folder.path()).unwrap();
    let settings = Settings::new(4, "0".repeat(16));
    let lake = Lake::open_or_create(location, &settings).await.unwrap();
    let limits = Limits {
        memory,
        threads: 2,
        spill: folder.path().to_owned(),
    };
    let engine = Engine::new(&lake, &limits, &BTreeMap::new()).unwrap();
    TestEngine {
        engine,
        _folder: folder,
    }
}

/// An engine with the reference tables.
pub async fn engine() -> TestEngine {
    let test = bare(1 << 30).await;
    let pipeline = Pipeline::load(&repository().join("pipelines/nightly.toml"), &[]).unwrap();
    let lake = test.engine.lake();
    for name in load_reference(&pipeline, lake).await.unwrap().names {
        let table = lake.table(&name).await.unwrap().unwrap();
        test.engine.register(&table).unwrap();
    }
    test
}
