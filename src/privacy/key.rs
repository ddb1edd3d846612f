//! The secret key of the pseudonyms.

use crate::error::{Context, Error, Result};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use std::path::Path;
use zeroize::Zeroizing;

/// The fewest characters of hexadecimal that a key may have: 256 bits.
const HEX_DIGITS: usize = 64;

/// A 256-bit key; never shown, wiped from memory when dropped.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    /// A new random key, as the 64 hexadecimal digits to keep in a vault or a file.
    pub fn generate() -> Result<Zeroizing<String>> {
        let mut bytes = Zeroizing::new([0u8; 32]);
        getrandom::fill(bytes.as_mut()).data(|| "the operating system gave no random bytes")?;
        let mut text = Zeroizing::new(String::with_capacity(HEX_DIGITS));
        for byte in bytes.iter() {
            text.push_str(&format!("{byte:02x}"));
        }
        Ok(text)
    }

    /// Reads a key setting: `env:NAME` or `file:PATH` (from `base` when relative).
    pub fn load(setting: &str, base: &Path) -> Result<Self> {
        let (kind, place) = setting.split_once(':').unwrap_or((setting, ""));
        let text = match kind {
            "env" => std::env::var(place).map(Zeroizing::new).map_err(|_| {
                Error::usage(format!("the environment variable {place} holds no key"))
                    .hint(format!("set {place} to a key made by `populace key new`"))
            })?,
            "file" => std::fs::read_to_string(base.join(place)).map(Zeroizing::new).map_err(|e| {
                Error::usage(format!("the key file {place} cannot be read")).cause(e).hint(format!(
                    "make a key with `populace key new > {place}` and keep it away from the lake"
                ))
            })?,
            _ => {
                return Err(Error::usage("the key setting under [privacy] names no place")
                    .hint("write key = \"env:NAME\" or key = \"file:PATH\"; never the key itself"));
            }
        };
        Self::parse(&text).ok_or_else(|| {
            Error::usage(format!("the key in {setting} is not 64 hexadecimal digits"))
                .hint("make one with `populace key new`")
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().as_bytes();
        if digits.len() != HEX_DIGITS {
            return None;
        }
        let mut key = Zeroizing::new([0u8; 32]);
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            let high = char::from(pair[0]).to_digit(16)?;
            let low = char::from(pair[1]).to_digit(16)?;
            *byte = u8::try_from(high * 16 + low).ok()?;
        }
        Some(Key(key))
    }

    /// Which key this is: 16 hexadecimal digits that do not give it away.
    pub fn fingerprint(&self) -> String {
        let tag = self
            .mac()
            .chain_update(b"populace key fingerprint")
            .finalize()
            .into_bytes();
        tag.iter().take(8).map(|b| format!("{b:02x}")).collect()
    }

    /// A keyed hash with nothing in it yet.
    pub(super) fn mac(&self) -> Hmac<Sha256> {
        // HMAC fills a key up to its block with zeros; a whole block cannot have a wrong length.
        let mut block = Zeroizing::new([0u8; 64]);
        block[..32].copy_from_slice(&*self.0);
        <Hmac<Sha256> as KeyInit>::new((&*block).into())
    }

    /// A key for digests of lines, so that nobody without it can test a guess against one.
    pub fn digest_key(&self) -> Zeroizing<[u8; 32]> {
        let tag = self
            .mac()
            .chain_update(b"populace line digest")
            .finalize()
            .into_bytes();
        Zeroizing::new(tag.into())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_shows_itself() {
        let key = Key::parse(&"ab".repeat(32)).unwrap();
        assert_eq!(format!("{key:?}"), "Key(secret)");
        assert_eq!(key.fingerprint().len(), 16);
        assert_ne!(
            key.fingerprint(),
            Key::parse(&"ac".repeat(32)).unwrap().fingerprint()
        );
    }

    #[test]
    fn what_is_not_a_key_is_refused() {
        assert!(Key::parse("secret").is_none());
        assert!(Key::parse(&"zz".repeat(32)).is_none());
        let err = Key::load("hunter2", Path::new(".")).unwrap_err();
        assert!(
            !err.to_string().contains("hunter2"),
            "the setting may be the key itself"
        );
    }

    #[test]
    fn a_new_key_loads() {
        let text = Key::generate().unwrap();
        assert!(Key::parse(&text).is_some());
    }
}
