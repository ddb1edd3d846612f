//! How long to wait before asking again.

use chrono::{DateTime, Utc};
use std::time::Duration;

/// The wait after a first failure, before jitter.
const FIRST: Duration = Duration::from_millis(250);
/// The longest wait that nobody asked for.
const LONGEST_OWN: Duration = Duration::from_secs(60);
/// The shortest wait, even when the server asks for none.
const SHORTEST: Duration = Duration::from_millis(50);

/// Reads a `Retry-After` header, seconds or a date; None when it says nothing sensible.
pub(super) fn retry_after(header: &str, now: DateTime<Utc>) -> Option<Duration> {
    let text = header.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than a number holds is a wait without end; the caller bounds it.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    Some(
        (date.with_timezone(&Utc) - now)
            .to_std()
            .unwrap_or(Duration::ZERO),
    )
}

/// Waits that grow while nothing works.
#[derive(Debug, Clone)]
pub(super) struct Backoff {
    tries: u32,
    longest: Duration,
}

impl Backoff {
    /// Waits of at most `longest`.
    pub(super) fn new(longest: Duration) -> Self {
        Backoff { tries: 0, longest }
    }

    /// Failures since the last success.
    pub(super) fn tries(&self) -> u32 {
        self.tries
    }

    /// Something worked.
    pub(super) fn reset(&mut self) {
        self.tries = 0;
    }

    /// The next wait: what the server `asked` for, within bounds, or one that grows, with jitter so
    /// that many clients do not come back together.
    pub(super) fn next(&mut self, asked: Option<Duration>) -> Duration {
        let growing = FIRST.saturating_mul(1 << self.tries.min(16));
        self.tries = self.tries.saturating_add(1);
        let wait = match asked {
            Some(asked) => asked.max(SHORTEST),
            None => growing.min(LONGEST_OWN).mul_f64(jitter()),
        };
        wait.min(self.longest)
    }
}

/// Between a half and one.
fn jitter() -> f64 {
    getrandom::u32().map_or(0.75, |n| 0.5 + f64::from(n) / f64::from(u32::MAX) / 2.0)
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
    fn waits_are_bounded() {
        let mut backoff = Backoff::new(Duration::from_secs(5));
        assert_eq!(backoff.next(Some(Duration::MAX)), Duration::from_secs(5));
        assert_eq!(backoff.next(Some(Duration::ZERO)), SHORTEST);
        backoff.reset();
        let first = backoff.next(None);
        assert!(first >= FIRST / 2 && first <= FIRST, "{first:?}");
        for _ in 0..40 {
            assert!(backoff.next(None) <= Duration::from_secs(5));
        }
        assert_eq!(backoff.tries(), 41);
    }
}
