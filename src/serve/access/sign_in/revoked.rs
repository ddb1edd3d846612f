//! Sessions that ended before their time: a copy of the cookie is no key to them.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// The most sessions that are remembered; of more, those that end soonest are forgotten.
const MOST: usize = 20_000;

/// Sessions from which readers signed out, until they would have ended.
#[derive(Debug, Default)]
pub(super) struct Revoked(Mutex<BTreeSet<(i64, String)>>);

impl Revoked {
    /// Ends a session that would have lasted `until`, in seconds since 1970.
    pub(super) fn add(&self, session: &str, until: i64, now: i64) {
        let mut ended = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that would have ended by now come first.
        let kept = ended.split_off(&(now, String::new()));
        *ended = kept;
        ended.insert((until, session.to_string()));
        while ended.len() > MOST {
            ended.pop_first();
        }
    }

    /// Whether a session ended.
    pub(super) fn has(&self, session: &str, until: i64) -> bool {
        let ended = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ended.contains(&(until, session.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ended_sessions_are_remembered_until_they_would_have_ended() {
        let revoked = Revoked::default();
        revoked.add("a", 100, 0);
        revoked.add("b", 200, 0);
        assert!(revoked.has("a", 100) && revoked.has("b", 200));
        assert!(!revoked.has("c", 100));
        revoked.add("d", 300, 150);
        assert!(!revoked.has("a", 100) && revoked.has("b", 200));
        for n in 0..30_000 {
            revoked.add(&n.to_string(), 1000 + n, 150);
        }
        assert_eq!(revoked.0.lock().unwrap().len(), MOST);
    }
}
