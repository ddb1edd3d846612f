//! An engine over a lake without tables, for tests.

use super::{Engine, Limits};
use crate::lake::{Lake, Location, Settings};
use std::collections::BTreeMap;
use std::path::Path;

impl Engine {
    /// An engine over a new lake in `folder`.
    pub(crate) async fn over_empty_lake(folder: &Path, threads: usize) -> Engine {
        let location = Location::parse("lake", folder).unwrap();
        let settings = Settings::new(2, "key".to_string());
        let lake = Lake::open_or_create(location, &settings).await.unwrap();
        let limits = Limits {
            memory: 1_000_000_000,
            threads,
            spill: folder.to_path_buf(),
        };
        Engine::new(&lake, &limits, &BTreeMap::new()).unwrap()
    }
}
