//! Asking again.
//!
//! object_store asks again after errors of the server and of the connection, but not when the body
//! of an answer breaks off, nor when a connection is cut in the middle of a request.

use object_store::{Error, Result};
use std::future::Future;
use std::time::{Duration, Instant};

/// How often a request is made.
const TRIES: u32 = 5;
/// A store that was away for so long is away: object_store has asked several times by then.
const PATIENCE: Duration = Duration::from_secs(20);
/// The pause before the second request; each one after it is twice as long.
const PAUSE: Duration = Duration::from_millis(100);

/// Waits before the request after `tried` ones.
pub(super) async fn pause(tried: u32) {
    tokio::time::sleep(PAUSE * 2u32.pow(tried)).await;
}

/// Whether the store may have done what it was asked, or may do it when it is asked again.
pub(super) fn unanswered(error: &Error) -> bool {
    matches!(error, Error::Generic { .. })
}

/// Does what may be done twice until it is answered.
pub(super) async fn again<T, F: Future<Output = Result<T>>>(ask: impl Fn() -> F) -> Result<T> {
    let started = Instant::now();
    let mut tried = 0;
    loop {
        let error = match ask().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        tried += 1;
        if tried == TRIES || !unanswered(&error) || started.elapsed() > PATIENCE {
            return Err(error);
        }
        tracing::debug!(tried, "asking the store again");
        pause(tried).await;
    }
}
