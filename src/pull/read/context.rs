//! What all threads of a pull use.

use crate::error::Result;
use crate::privacy::Lookup;
use crate::pull::clock::Clock;
use crate::pull::opt_outs::growth::{self, KnownKeys};
use crate::pull::plan::PullPlan;
use crate::pull::prepare::reject_spool::RejectSpool;
use crate::pull::spool::Spool;
use arrow::array::RecordBatch;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What all threads of a pull use.
pub(crate) struct PullContext {
    /// Tables and sources.
    pub plan: PullPlan,
    /// Lookups of the privacy treatments.
    pub lookups: BTreeMap<String, Lookup>,
    /// Where rows go.
    pub spool: Spool,
    /// Where lines go that cannot be used.
    pub rejects: RejectSpool,
    /// The pull's own clock.
    pub clock: Clock,
    /// Rows that came, by source and table.
    pub arrivals: Mutex<BTreeMap<(usize, usize), u64>>,
    /// The people whose rows came, when opt-outs are judged by them.
    pub arrived_people: Option<Mutex<KnownKeys>>,
}

impl PullContext {
    /// Adds rows of a source to those of a table.
    pub(crate) fn add(&self, source: usize, table: usize, batch: RecordBatch) -> Result<()> {
        let rows = batch.num_rows() as u64;
        *lock(&self.arrivals).entry((source, table)).or_default() += rows;
        if let Some(people) = &self.arrived_people {
            growth::note(&mut lock(people), &batch);
        }
        self.spool.add(table, batch)
    }

    /// The people whose rows came, where they were noted.
    pub(crate) fn take_arrived_people(&self) -> Option<KnownKeys> {
        let people = self.arrived_people.as_ref()?;
        Some(std::mem::take(&mut lock(people)))
    }

    /// How many rows a source brought for a table.
    pub(crate) fn arrived(&self, source: usize, table: usize) -> u64 {
        let arrivals = lock(&self.arrivals);
        arrivals.get(&(source, table)).copied().unwrap_or_default()
    }
}

/// What a mutex holds.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A thread that panicked ends the pull with an error; what it left is not used.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
