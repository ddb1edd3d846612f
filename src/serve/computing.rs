//! Work that takes the processor: few at a time, whatever clients do.

use super::reply::PageFault;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Runs work in threads of its own, so much at a time. Whoever asked may give up, and the work goes on:
/// its permit ends with the work, so that clients who ask and leave cannot pile it up.
#[derive(Debug, Clone)]
pub(crate) struct Computing(Arc<Semaphore>);

impl Computing {
    /// So much at one time.
    pub(crate) fn new(at_once: usize) -> Self {
        Computing(Arc::new(Semaphore::new(at_once)))
    }

    /// Runs `work`, once there is room for it.
    ///
    /// # Errors
    /// Unavailable, when the work panics.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PageFault> {
        let permit = self.0.clone().acquire_owned().await;
        let permit = permit.map_err(|_| PageFault::Unavailable)?;
        let worked = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        worked.await.map_err(|_| PageFault::Unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::Computing;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    #[tokio::test(flavor = "multi_thread")]
    async fn work_that_nobody_waits_for_keeps_its_place_until_it_ends() {
        let computing = Computing::new(1);
        let (began, has_begun) = channel();
        let (end, ended) = channel::<()>();
        let first = tokio::spawn({
            let computing = computing.clone();
            async move {
                let work = move || {
                    began.send(()).unwrap();
                    let _ = ended.recv();
                };
                computing.run(work).await
            }
        });
        let has_begun = move || has_begun.recv_timeout(Duration::from_secs(10)).unwrap();
        tokio::task::spawn_blocking(has_begun).await.unwrap();
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        let second = computing.run(|| 2);
        tokio::pin!(second);
        let early = tokio::time::timeout(Duration::from_millis(200), &mut second).await;
        assert!(early.is_err(), "the first one still runs");
        end.send(()).unwrap();
        let late = tokio::time::timeout(Duration::from_secs(10), second).await;
        assert_eq!(late.unwrap(), Ok(2));
        let panics = || -> u8 { std::hint::black_box(None).unwrap() };
        assert!(computing.run(panics).await.is_err());
        assert_eq!(computing.run(|| 3).await, Ok(3));
    }
}
