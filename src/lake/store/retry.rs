//! Requests to a store that may be made twice, until they are answered.

use crate::retry::RetryPolicy;
use backon::Retryable;
use object_store::{Error, Result};
use std::future::Future;
use std::time::{Duration, Instant};

/// A store that was away for so long is away: object_store has asked several times by then.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether the store may have done what it was asked, or may do it when it is asked again.
pub(super) fn unanswered(error: &Error) -> bool {
    matches!(error, Error::Generic { .. })
}

/// Does what may be done twice until it is answered.
pub(super) async fn again<T, F: Future<Output = Result<T>>>(ask: impl Fn() -> F) -> Result<T> {
    let started = Instant::now();
    ask.retry(RetryPolicy::STORE.waits())
        .when(|error| unanswered(error) && started.elapsed() <= PATIENCE)
        .notify(|_, wait| tracing::debug!(?wait, "asking the store again"))
        .await
}
