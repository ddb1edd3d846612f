//! Files that this process has found, or made, as their names say.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Files that this process has found, or made, as their names say.
#[derive(Debug, Clone, Default)]
pub(super) struct Intact(Arc<Mutex<HashSet<String>>>);

impl Intact {
    pub(super) fn has(&self, path: &str) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.contains(path)
    }

    pub(super) fn add(&self, path: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(path.to_string());
    }
}
