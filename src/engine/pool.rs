//! DataFusion's memory pool, which also hears of what DataFusion does not count.

use crate::memory;
use datafusion::common::{Result, resources_datafusion_err};
use datafusion::execution::memory_pool::{
    FairSpillPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation, TrackConsumersPool,
};
use std::fmt;
use std::num::NonZeroUsize;

/// A fair share of the limit for each operator that can spill, as long as the process as a whole is
/// within it.
#[derive(Debug)]
pub(super) struct ProcessPool(TrackConsumersPool<FairSpillPool>);

impl ProcessPool {
    /// Of so many bytes; an error names so many operators.
    pub(super) fn new(bytes: usize, named: NonZeroUsize) -> Self {
        ProcessPool(TrackConsumersPool::new(FairSpillPool::new(bytes), named))
    }
}

impl MemoryPool for ProcessPool {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.0.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.0.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.0.grow(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.0.shrink(reservation, shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        if memory::held() > memory::high() {
            let name = reservation.consumer().name();
            return Err(resources_datafusion_err!(
                "the whole process is above its limit, and {name} needs more"
            ));
        }
        self.0.try_grow(reservation, additional)
    }

    fn reserved(&self) -> usize {
        self.0.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        self.0.memory_limit()
    }
}

impl fmt::Display for ProcessPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
