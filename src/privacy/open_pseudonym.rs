//! Pseudonyms as OpenPseudonymiser makes them, to link with data that was pseudonymised by it.
//!
//! The digest is SHA-256 of the ten digits of the NHS number with the project's salt behind them, in
//! capital hexadecimal digits. That is weaker than a keyed hash: a thousand million numbers are tried
//! in minutes by whoever learns the salt, which everybody who sends data has to have.

use super::{Key, SecretPlace};
use crate::error::{Error, Result};
use hmac::Mac;
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::Path;
use zeroize::Zeroizing;

/// Makes the digests of one salt.
pub(crate) struct OpenPseudonymiser {
    salt: Zeroizing<String>,
}

impl OpenPseudonymiser {
    /// Reads the plain salt at `place`; relative paths start at `base`.
    pub(crate) fn load(place: &SecretPlace, base: &Path) -> Result<Self> {
        Self::new(&place.read("salt", base)?).ok_or_else(|| {
            Error::usage(format!("the salt in {} is empty", place.shown(base)))
                .hint("open_pseudonymiser_salt names the plain salt of the project, as its key server gives it")
        })
    }

    /// The tool leaves out the white space around a salt, and has none that is empty.
    fn new(salt: &str) -> Option<Self> {
        let salt = Zeroizing::new(salt.trim().to_string());
        (!salt.is_empty()).then_some(OpenPseudonymiser { salt })
    }

    /// The digest of an NHS number's ten digits: 64 characters.
    pub(crate) fn digest(&self, digits: &[u8]) -> String {
        let mut hash = Sha256::new();
        hash.update(digits);
        hash.update(self.salt.as_bytes());
        hash.finalize().iter().map(|b| format!("{b:02X}")).collect()
    }

    /// Which salt this is: 16 hexadecimal digits, which say nothing without the key.
    pub(crate) fn fingerprint(&self, key: &Key) -> String {
        let mac = key.first().mac().chain_update(b"populace salt ");
        let tag = mac.chain_update(self.salt.as_bytes()).finalize();
        let tag = tag.into_bytes();
        tag.iter().take(8).map(|b| format!("{b:02x}")).collect()
    }
}

impl fmt::Debug for OpenPseudonymiser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenPseudonymiser(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::OpenPseudonymiser;

    #[test]
    fn digests_are_those_of_the_tool() {
        // The first is of the tool's own tests, the second of its website.
        for (digits, salt, digest) in [
            (
                "9434765919",
                "mackerel",
                "643574A0AEFDA8DAC01EEBE45F7E8CFE814B15BBC3F654AC934518A34A53D575",
            ),
            (
                "123456789",
                " hello\n",
                "A4455E6581B78D69E569895C2B615DFA90A6CD56938E40CA91EDD26E44DEEDFE",
            ),
            // With a date of birth before the number, as some projects do.
            (
                "29.11.19739434765919",
                "mackerel",
                "ED72F814B7905F3D3958749FA90FE657C101EC657402783DB68CBE3513E76087",
            ),
        ] {
            let made = OpenPseudonymiser::new(salt)
                .unwrap()
                .digest(digits.as_bytes());
            assert_eq!(made, digest);
        }
    }

    #[test]
    fn a_salt_is_needed_and_never_shown() {
        assert!(OpenPseudonymiser::new(" \n").is_none());
        let open = OpenPseudonymiser::new("mackerel").unwrap();
        assert_eq!(format!("{open:?}"), "OpenPseudonymiser(secret)");
    }
}
