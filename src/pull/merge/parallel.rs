//! Work on all threads.

use super::inputs::Merge;
use crate::error::{Error, Result};
use crate::stop;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::runtime::Handle;

impl Merge<'_> {
    /// Does `tasks` on all threads, and shows it as `name`; the results are in the order of the tasks.
    pub(super) fn parallel<T: Sync, R: Send>(
        &self,
        name: &'static str,
        tasks: &[T],
        work: impl Fn(&T, &Handle) -> Result<R> + Sync,
    ) -> Result<Vec<R>> {
        let bar = self.progress.count(name, tasks.len() as u64);
        let runtime = Handle::current();
        let next = AtomicUsize::new(0);
        let done: Vec<Mutex<Option<Result<R>>>> = tasks.iter().map(|_| Mutex::new(None)).collect();
        tokio::task::block_in_place(|| {
            std::thread::scope(|scope| {
                for _ in 0..self.threads.min(tasks.len()) {
                    scope.spawn(|| {
                        loop {
                            let at = next.fetch_add(1, Ordering::Relaxed);
                            let Some(task) = tasks.get(at) else { return };
                            let result = stop::check().and_then(|()| work(task, &runtime));
                            bar.inc(1);
                            if let Ok(mut place) = done[at].lock() {
                                *place = Some(result);
                            }
                        }
                    });
                }
            });
        });
        bar.finish_and_clear();
        done.into_iter()
            .map(|place| {
                place.into_inner().ok().flatten().unwrap_or_else(|| {
                    Err(Error::data("a worker of the pull failed").hint("please report this"))
                })
            })
            .collect()
    }
}
