//! How many requests run side by side: more while the server keeps up, half when it complains.

use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{Semaphore, SemaphorePermit};

/// The number of requests that may run at once.
#[derive(Debug)]
pub(super) struct ConcurrencyLimit {
    room: Semaphore,
    /// How many may run now.
    limit: AtomicUsize,
    /// How many too many are running, to be taken away as they end.
    owed: AtomicUsize,
    /// Files that went well since the limit changed.
    well: AtomicUsize,
    most: usize,
}

/// Held while a request runs.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    concurrency: &'a ConcurrencyLimit,
    permit: Option<SemaphorePermit<'a>>,
}

impl ConcurrencyLimit {
    /// Begins with half of `most`.
    pub(super) fn new(most: usize) -> Self {
        let most = most.clamp(1, 256);
        let first = most.div_ceil(2);
        ConcurrencyLimit {
            room: Semaphore::new(first),
            limit: AtomicUsize::new(first),
            owed: AtomicUsize::new(0),
            well: AtomicUsize::new(0),
            most,
        }
    }

    /// Waits for a permit.
    pub(super) async fn permit(&self) -> Permit<'_> {
        Permit {
            concurrency: self,
            // The semaphore is never closed.
            permit: self.room.acquire().await.ok(),
        }
    }

    /// A file came without complaint: after as many as run at once, one more may run.
    pub(super) fn went_well(&self) {
        let limit = self.limit.load(Ordering::Relaxed);
        if self.well.fetch_add(1, Ordering::Relaxed) + 1 < limit || limit >= self.most {
            return;
        }
        self.well.store(0, Ordering::Relaxed);
        self.limit.store(limit + 1, Ordering::Relaxed);
        let owes = |owed: usize| owed.checked_sub(1);
        if self
            .owed
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, owes)
            .is_err()
        {
            self.room.add_permits(1);
        }
    }

    /// The server complained of too many requests.
    pub(super) fn slow_down(&self) {
        self.well.store(0, Ordering::Relaxed);
        let limit = self.limit.load(Ordering::Relaxed);
        let lower = limit.div_ceil(2);
        self.limit.store(lower, Ordering::Relaxed);
        let away = limit - lower;
        let gone = self.room.forget_permits(away);
        self.owed.fetch_add(away - gone, Ordering::Relaxed);
    }

    /// How many may run now.
    #[cfg(test)]
    fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let owes = |owed: usize| owed.checked_sub(1);
        let owed = &self.concurrency.owed;
        if owed
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, owes)
            .is_ok()
            && let Some(permit) = self.permit.take()
        {
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn halves_and_grows() {
        let concurrency = ConcurrencyLimit::new(8);
        assert_eq!(concurrency.limit(), 4);
        let turns = [
            concurrency.permit().await,
            concurrency.permit().await,
            concurrency.permit().await,
            concurrency.permit().await,
        ];
        concurrency.slow_down();
        assert_eq!(concurrency.limit(), 2);
        drop(turns);
        assert_eq!(
            concurrency.room.available_permits(),
            2,
            "two too many are gone"
        );
        concurrency.slow_down();
        concurrency.slow_down();
        assert_eq!(
            (concurrency.limit(), concurrency.room.available_permits()),
            (1, 1)
        );
        for _ in 0..100 {
            concurrency.went_well();
        }
        assert_eq!(
            (concurrency.limit(), concurrency.room.available_permits()),
            (8, 8)
        );
    }
}
