//! The engine of `populace sql`, with the reference tables of this repository.

use crate::project::repository;
use populace::engine::{Engine, Limits};
use populace::lake::{Lake, Location, Settings};
use populace::models::load_reference;
use populace::pipeline::Pipeline;
use std::collections::BTreeMap;

/// An engine over a lake of its own, which lives as long as it does.
pub struct TestEngine {
    pub engine: Engine,
    _folder: tempfile::TempDir,
}

pub async fn engine() -> TestEngine {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::parse("lake", folder.path()).unwrap();
    let settings = Settings::new(4, "0".repeat(16));
    let lake = Lake::open_or_create(location, &settings).await.unwrap();
    let pipeline = Pipeline::load(&repository().join("pipelines/nightly.toml"), &[]).unwrap();
    let limits = Limits {
        memory: 1 << 30,
        threads: 2,
        spill: folder.path().to_owned(),
    };
    let engine = Engine::new(&lake, &limits, &BTreeMap::new()).unwrap();
    for name in load_reference(&pipeline, &lake).await.unwrap() {
        engine
            .register(&lake.table(&name).await.unwrap().unwrap())
            .unwrap();
    }
    TestEngine {
        engine,
        _folder: folder,
    }
}
