//! Engines for cases: one is made for each set of parameters and thread, and used for case after case.

use crate::engine::Engine;
use crate::error::Result;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Engines that are free, by the parameters that they were made with.
pub(super) struct EnginePool<'a> {
    make: &'a (dyn Fn(&[String]) -> Result<Engine> + Sync),
    free: Mutex<BTreeMap<Vec<String>, Vec<Engine>>>,
}

impl<'a> EnginePool<'a> {
    /// A pool of engines that `make` makes.
    pub(super) fn new(make: &'a (dyn Fn(&[String]) -> Result<Engine> + Sync)) -> Self {
        EnginePool {
            make,
            free: Mutex::default(),
        }
    }

    /// An engine with these parameters, which nobody else has. Tables of the cases before are in it: a
    /// case gives all that its model reads.
    pub(super) fn take(&self, parameters: &[String]) -> Result<Engine> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let found = free.get_mut(parameters).and_then(Vec::pop);
        drop(free);
        match found {
            Some(engine) => Ok(engine),
            None => (self.make)(parameters),
        }
    }

    /// Takes an engine back.
    pub(super) fn give_back(&self, parameters: &[String], engine: Engine) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.entry(parameters.to_vec()).or_default().push(engine);
    }
}
