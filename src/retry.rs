//! When to ask again: one policy for object stores, servers of exports, those who are told how a night
//! ended, and tables and locks that two commands want at once.
//!
//! Waits double, with jitter, so that many clients do not come back together. An answer that asks for
//! a wait (`Retry-After`) gets it, within bounds. Whoever asks says which failures may pass.

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use chrono::{DateTime, Utc};
use std::time::Duration;

/// Attempts at one request to a server.
pub(crate) const SERVER_ATTEMPTS: u32 = 10;
/// The shortest wait, even when the server asks for none.
const SHORTEST: Duration = Duration::from_millis(50);
/// The longest wait for a server that nobody asked for.
const LONGEST_OWN: Duration = Duration::from_secs(60);

/// How often to ask, and how long to wait in between.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetryPolicy {
    /// Attempts in all before it is given up; none when something else ends them.
    pub attempts: Option<u32>,
    /// The wait after a first failure, before jitter, which adds up to as much again.
    pub first: Duration,
    /// The longest wait, before jitter.
    pub longest: Duration,
    /// The longest wait of all, also when a server asks for more.
    pub bound: Duration,
}

impl RetryPolicy {
    /// An object store. Its library has retried by then, but not when the body of an answer broke off
    /// nor when a connection was cut in the middle of a request.
    pub(crate) const STORE: RetryPolicy = RetryPolicy {
        attempts: Some(5),
        first: Duration::from_millis(200),
        longest: Duration::from_secs(10),
        bound: Duration::from_secs(20),
    };

    /// A table that another command commits to at the same time.
    pub(crate) const COMMIT: RetryPolicy = RetryPolicy {
        attempts: Some(20),
        first: Duration::from_millis(20),
        longest: Duration::from_millis(500),
        bound: Duration::from_secs(1),
    };

    /// Somebody who is told how a night ended, which must not keep it waiting for long.
    pub(crate) const NOTIFY: RetryPolicy = RetryPolicy {
        attempts: Some(4),
        first: Duration::from_millis(500),
        longest: Duration::from_secs(5),
        bound: Duration::from_secs(15),
    };

    /// A lock of the operating system: whoever only asks who holds it has it for a moment.
    pub(crate) const LOCK: RetryPolicy = RetryPolicy {
        attempts: Some(5),
        first: Duration::from_millis(10),
        longest: Duration::from_millis(20),
        bound: Duration::from_millis(40),
    };

    /// A server that may ask for waits of up to `bound`; given up after some three minutes of its own
    /// waits.
    pub(crate) const fn server(bound: Duration) -> RetryPolicy {
        RetryPolicy {
            attempts: Some(SERVER_ATTEMPTS),
            first: Duration::from_millis(200),
            longest: LONGEST_OWN,
            bound,
        }
    }

    /// The same policy with attempts that something else ends, such as a limit of time.
    #[must_use]
    pub(crate) const fn without_end(self) -> RetryPolicy {
        RetryPolicy {
            attempts: None,
            ..self
        }
    }

    /// The waits between attempts.
    pub(crate) fn waits(self) -> ExponentialBuilder {
        let waits = ExponentialBuilder::new()
            .with_min_delay(self.first)
            .with_max_delay(self.longest)
            .with_jitter();
        match self.attempts {
            Some(attempts) => waits.with_max_times(attempts.saturating_sub(1) as usize),
            None => waits.without_max_times(),
        }
    }
}

/// Waits that grow while nothing works.
#[derive(Debug)]
pub(crate) struct Backoff {
    policy: RetryPolicy,
    waits: ExponentialBackoff,
}

impl Backoff {
    /// Before the first attempt.
    pub(crate) fn new(policy: RetryPolicy) -> Self {
        Backoff {
            policy,
            waits: policy.waits().build(),
        }
    }

    /// Something worked: attempts and waits are counted from here.
    pub(crate) fn reset(&mut self) {
        self.waits = self.policy.waits().build();
    }

    /// The wait before the next attempt, the one that the server `asked` for if it did; None when
    /// there were attempts enough.
    pub(crate) fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        let own = self.waits.next()?;
        let wait = asked.map_or(own, |asked| asked.max(SHORTEST));
        Some(wait.min(self.policy.bound))
    }

    /// Waits before the next attempt; false, at once, when there were attempts enough.
    pub(crate) async fn wait(&mut self, asked: Option<Duration>) -> bool {
        let wait = self.next(asked);
        if let Some(wait) = wait {
            tokio::time::sleep(wait).await;
        }
        wait.is_some()
    }
}

/// Reads a `Retry-After` header, seconds or a date; None when it says nothing sensible.
pub(crate) fn retry_after(header: &str, now: DateTime<Utc>) -> Option<Duration> {
    let text = header.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than a number holds is a wait without end, which the policy bounds.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    Some(
        (date.with_timezone(&Utc) - now)
            .to_std()
            .unwrap_or(Duration::ZERO),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_retry_after() {
        let now = DateTime::parse_from_rfc3339("2026-11-22T09:30:00Z")
            .unwrap()
            .to_utc();
        let seconds = |text| retry_after(text, now).map(|d| d.as_secs());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds(" 7 "), Some(7));
        assert_eq!(seconds("Sun, 22 Nov 2026 09:31:30 GMT"), Some(90));
        assert_eq!(seconds("Sun, 22 Nov 2026 09:00:00 GMT"), Some(0));
        assert_eq!(seconds("99999999999999999999999"), Some(u64::MAX));
        assert_eq!(seconds("-5"), None);
        assert_eq!(seconds("soon"), None);
        assert_eq!(seconds(""), None);
    }

    #[test]
    fn waits_double_with_jitter_up_to_the_bound_and_end() {
        let policy = RetryPolicy::server(Duration::from_secs(5));
        let mut backoff = Backoff::new(policy);
        for wait in [0.2, 0.4, 0.8, 1.6, 3.2] {
            let got = backoff.next(None).unwrap().as_secs_f64();
            assert!(got >= wait && got <= (wait * 2.0).min(5.0) + 1e-3, "{got}");
        }
        let five = Some(Duration::from_secs(5));
        assert_eq!((backoff.next(None), backoff.next(None)), (five, five));
        assert_eq!((backoff.next(None), backoff.next(None)), (five, five));
        // The tenth attempt was the last.
        assert_eq!(backoff.next(Some(Duration::ZERO)), None);
        backoff.reset();
        assert!(backoff.next(None).unwrap() <= Duration::from_millis(400));
    }

    #[test]
    fn a_wait_that_is_asked_for_is_kept_within_bounds() {
        let policy = RetryPolicy::server(Duration::from_secs(5)).without_end();
        let mut backoff = Backoff::new(policy);
        let mut next = |asked| backoff.next(Some(asked));
        assert_eq!(next(Duration::from_secs(3)), Some(Duration::from_secs(3)));
        assert_eq!(next(Duration::MAX), Some(Duration::from_secs(5)));
        assert_eq!(next(Duration::ZERO), Some(SHORTEST));
        assert!((0..100).all(|_| next(Duration::from_secs(1)) == Some(Duration::from_secs(1))));
    }
}
