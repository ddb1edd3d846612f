//! The number of a run.

use sha2::{Digest, Sha256};
use std::fmt;
use uuid::{Builder, Uuid};

/// A UUID of version 8 (RFC 9562) made from names, so that a run has the same one wherever and however
/// often it is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunId(Uuid);

impl RunId {
    /// The number of what has these names.
    pub(crate) fn of(names: &[&str]) -> Self {
        let mut digest = Sha256::new();
        for name in names {
            // The length in front, so that no two lists are one text.
            digest.update((name.len() as u64).to_le_bytes());
            digest.update(name.as_bytes());
        }
        let digest: [u8; 32] = digest.finalize().into();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        RunId(Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// The number of a part of this run.
    pub(crate) fn part(self, name: &str) -> Self {
        Self::of(&[&self.to_string(), name])
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_has_one_number_and_no_two_runs_have_the_same() {
        let night = RunId::of(&["north", "nightly", "2026-11-22T02:00:00.250Z"]);
        let text = night.to_string();
        assert_eq!(
            night,
            RunId::of(&["north", "nightly", "2026-11-22T02:00:00.250Z"])
        );
        assert_eq!((text.len(), &text[14..15]), (36, "8"), "version 8: {text}");
        assert!("89ab".contains(&text[19..20]), "{text}");
        assert_ne!(RunId::of(&["a", "bc"]), RunId::of(&["ab", "c"]));
        assert_ne!(night.part("core.person"), night.part("core.contact"));
    }
}
