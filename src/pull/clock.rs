//! The pull's own clock, by which times that others tell are judged.
//!
//! The newest version of a record counts, and a server is asked for what changed since its last
//! export: one time in the far future, believed, would win for ever.

use std::sync::LazyLock;

/// The allowance for clocks that differ: a day, in microseconds.
pub(super) const GRACE: i64 = 86_400_000_000;

/// The time at which the command began.
static CLOCK: LazyLock<Clock> = LazyLock::new(|| Clock {
    now: chrono::Utc::now().timestamp_micros(),
});

/// A moment from which on times lie in the future.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    /// In microseconds since 1970.
    now: i64,
}

impl Clock {
    /// The clock of this command.
    pub(super) fn of_command() -> Self {
        *CLOCK
    }

    /// The moment, in microseconds since 1970.
    pub(super) fn now(self) -> i64 {
        self.now
    }

    /// Whether a time may be true: none that is more than a day ahead is.
    pub(super) fn believes(self, moment: i64) -> bool {
        moment <= self.now.saturating_add(GRACE)
    }

    /// The day, in days since 1970.
    pub(super) fn today(self) -> i32 {
        i32::try_from(self.now.div_euclid(GRACE)).unwrap_or(i32::MAX)
    }

    /// `moment`, or now when it may not be true.
    pub(super) fn bounded(self, moment: i64) -> i64 {
        if self.believes(moment) {
            moment
        } else {
            self.now
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ahead_is_believed_and_no_more() {
        let clock = Clock { now: 1_000 };
        assert!(clock.believes(i64::MIN) && clock.believes(1_000 + GRACE));
        assert!(!clock.believes(1_001 + GRACE) && !clock.believes(i64::MAX));
        assert_eq!(clock.bounded(999), 999);
        assert_eq!(clock.bounded(1_000 + GRACE), 1_000 + GRACE);
        assert_eq!(clock.bounded(1_001 + GRACE), 1_000);
        assert!(Clock { now: i64::MAX }.believes(i64::MAX));
    }
}
