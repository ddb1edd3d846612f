//! The secret key of the pseudonyms, with the keys that it took over from.
//!
//! A lake can get a new key without its identifiers, which it does not have: the new key's
//! pseudonyms are made from those of the key before. Keys linked like that are a chain, and a chain
//! is used like one key ([decision 15](../../docs/decisions/0015-chained-keys.md)).

use super::SecretPlace;
use crate::error::{Context, Error, Result};
use hmac::{Hmac, HmacReset, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The characters of hexadecimal that a key has: 256 bits.
const HEX_DIGITS: usize = 64;

/// One secret of 256 bits, wiped from memory with its last holder.
#[derive(Clone)]
pub(super) struct Link(Arc<Zeroizing<[u8; 32]>>);

/// A 256-bit key, or a chain of them; never shown, wiped from memory when dropped.
#[derive(Clone)]
pub struct Key {
    /// The oldest first; never empty.
    links: Vec<Link>,
}

/// What is wrong with a text that is no key, without a character of it.
fn fault(text: &str) -> String {
    match (text.trim().is_empty(), text.trim().lines().count()) {
        (true, _) => "it is empty".to_string(),
        (_, 2..) => "it has more than one line".to_string(),
        _ => match text.trim().chars().count() {
            64 => "it has characters that are no hexadecimal digits".to_string(),
            length => format!("it has {length} characters"),
        },
    }
}

impl Key {
    /// A new random key, as the 64 hexadecimal digits to keep in a vault or a file.
    pub(crate) fn generate() -> Result<Zeroizing<String>> {
        let mut bytes = Zeroizing::new([0u8; 32]);
        getrandom::fill(bytes.as_mut()).data(|| "the operating system gave no random bytes")?;
        let mut text = Zeroizing::new(String::with_capacity(HEX_DIGITS));
        for byte in bytes.iter() {
            let digits = [byte >> 4, byte & 15].map(|half| char::from_digit(half.into(), 16));
            text.extend(digits.into_iter().flatten());
        }
        Ok(text)
    }

    /// A random key that nobody keeps: for what needs some key and stores nothing under it.
    pub(crate) fn throwaway() -> Result<Self> {
        let link = Link::parse(&Self::generate()?);
        let links = Vec::from_iter(link);
        match links.is_empty() {
            true => Err(Error::data("a new key cannot be read").hint("please report this")),
            false => Ok(Key { links }),
        }
    }

    /// Reads the one key at `place`; relative paths start at `base`.
    pub fn load(place: impl Into<SecretPlace>, base: &Path) -> Result<Self> {
        Self::load_chain(&[], &place.into(), base)
    }

    /// Reads the key at `place`, after those at `before`, the oldest first; relative paths start at
    /// `base`.
    pub(crate) fn load_chain(
        before: &[SecretPlace],
        place: &SecretPlace,
        base: &Path,
    ) -> Result<Self> {
        let mut links = Vec::with_capacity(before.len() + 1);
        for place in before.iter().chain([place]) {
            let mut text = place.read("key", base)?;
            if text.starts_with('\u{feff}') {
                // Some editors put a byte order mark first.
                text.drain(..'\u{feff}'.len_utf8());
            }
            let link = Link::parse(&text).ok_or_else(|| {
                let place = place.shown(base);
                let error =
                    Error::usage(format!("the key in {place} is not 64 hexadecimal digits"));
                error
                    .cause(fault(&text))
                    .hint("make one with `populace key new`")
            })?;
            if links.iter().any(|known: &Link| *known.0 == *link.0) {
                return Err(Error::usage("two of the keys under [privacy] are the same key")
                    .hint("key_before names the keys that were used before `key`, each once, the oldest first"));
            }
            links.push(link);
        }
        Ok(Key { links })
    }

    /// Which key this is: 16 hexadecimal digits that do not give it away. A chain has a fingerprint
    /// of its own, which is not that of its newest key.
    pub fn fingerprint(&self) -> String {
        chain_fingerprint(&self.fingerprints())
    }

    /// The fingerprint of each key of the chain, the oldest first.
    pub(crate) fn fingerprints(&self) -> Vec<String> {
        self.links.iter().map(Link::fingerprint).collect()
    }

    /// The secret under which the ledger of releases hashes people. It comes from the oldest key, which
    /// stays through every rotation.
    pub(crate) fn member_key(&self) -> Zeroizing<[u8; 32]> {
        let tag = self.first().mac().chain_update(b"populace ledger members");
        Zeroizing::new(tag.finalize().into_bytes().into())
    }

    /// The first key of the chain of the audit log. It comes from the oldest key, which stays through
    /// every rotation.
    pub(crate) fn audit_key(&self) -> Zeroizing<[u8; 32]> {
        let tag = self.first().mac().chain_update(b"populace audit log");
        Zeroizing::new(tag.finalize().into_bytes().into())
    }

    /// The first key of the chain, which is the only one that sees identifiers.
    pub(super) fn first(&self) -> &Link {
        &self.links[0]
    }

    /// The keys after the first `known` ones.
    pub(super) fn after(&self, known: usize) -> impl Iterator<Item = &Link> {
        self.links.iter().skip(known)
    }
}

/// The fingerprint of a chain of keys with these fingerprints: that of the key when it is alone.
pub(crate) fn chain_fingerprint(fingerprints: &[String]) -> String {
    if let [only] = fingerprints {
        return only.clone();
    }
    let mut hash = Sha256::new_with_prefix(b"populace key chain");
    for fingerprint in fingerprints {
        hash.update([0]);
        hash.update(fingerprint.as_bytes());
    }
    hex(&hash.finalize()[..8])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

impl Link {
    fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().as_bytes();
        if digits.len() != HEX_DIGITS {
            return None;
        }
        // Filled where it stays, so that no copy is left on the stack.
        let mut secret = Arc::new(Zeroizing::new([0u8; 32]));
        let bytes = Arc::get_mut(&mut secret)?;
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let high = char::from(pair[0]).to_digit(16)?;
            let low = char::from(pair[1]).to_digit(16)?;
            *byte = u8::try_from(high * 16 + low).ok()?;
        }
        Some(Link(secret))
    }

    fn fingerprint(&self) -> String {
        let tag = self.mac().chain_update(b"populace key fingerprint");
        hex(&tag.finalize().into_bytes()[..8])
    }

    /// A keyed hash with nothing in it yet.
    pub(super) fn mac(&self) -> Hmac<Sha256> {
        <Hmac<Sha256> as KeyInit>::new((&*self.block()).into())
    }

    /// The same, for many values: it can be set back.
    pub(super) fn mac_to_reset(&self) -> HmacReset<Sha256> {
        <HmacReset<Sha256> as KeyInit>::new((&*self.block()).into())
    }

    /// HMAC fills a key up to its block with zeros; a whole block cannot have a wrong length.
    fn block(&self) -> Zeroizing<[u8; 64]> {
        let mut block = Zeroizing::new([0u8; 64]);
        block[..32].copy_from_slice(&**self.0);
        block
    }

    /// A key for digests of lines, so that nobody without it can test a guess against one.
    pub(super) fn digest_key(&self) -> Zeroizing<[u8; 32]> {
        let tag = self.mac().chain_update(b"populace line digest");
        Zeroizing::new(tag.finalize().into_bytes().into())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(secret)")
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link(secret)")
    }
}

/// A key or chain of these hexadecimal digits, the oldest first.
#[cfg(test)]
pub(super) fn of_digits(digits: &[&str]) -> Key {
    Key {
        links: digits.iter().map(|d| Link::parse(d).unwrap()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_shows_itself() {
        let digits = "ab".repeat(32);
        let key = of_digits(&[&digits]);
        assert_eq!(
            format!("{key:?} {:?}", key.first()),
            "Key(secret) Link(secret)"
        );
        assert_eq!(key.fingerprint().len(), 16);
        assert!(!key.fingerprint().contains("abab"));
        assert_ne!(
            key.fingerprint(),
            of_digits(&[&"ac".repeat(32)]).fingerprint()
        );
    }

    #[test]
    fn a_chain_is_neither_of_its_keys() {
        let (old, new) = ("ab".repeat(32), "cd".repeat(32));
        let chain = of_digits(&[&old, &new]);
        let (old, new) = (of_digits(&[&old]), of_digits(&[&new]));
        assert_eq!(chain.fingerprints(), [old.fingerprint(), new.fingerprint()]);
        assert_eq!(chain.fingerprint().len(), 16);
        assert_ne!(chain.fingerprint(), old.fingerprint());
        assert_ne!(chain.fingerprint(), new.fingerprint());
        let turned = [new.fingerprint(), old.fingerprint()];
        assert_ne!(chain.fingerprint(), chain_fingerprint(&turned));
    }

    #[test]
    fn what_is_not_a_key_is_refused() {
        assert!(Link::parse("secret").is_none());
        assert!(Link::parse(&"zz".repeat(32)).is_none());
        let err = Key::load("hunter2", Path::new(".")).unwrap_err();
        assert!(
            !err.to_string().contains("hunter2"),
            "the setting may be the key itself"
        );
        let err = Key::load("command:echo hunter2", Path::new("")).unwrap_err();
        assert_eq!(
            err.what(),
            "the key in command:echo is not 64 hexadecimal digits"
        );
        for (text, said) in [
            ("", "it is empty"),
            ("secret", "it has 6 characters"),
            ("a\nb", "it has more than one line"),
        ] {
            assert_eq!(fault(text), said);
        }
        let wrong = "zz".repeat(32);
        assert_eq!(
            fault(&wrong),
            "it has characters that are no hexadecimal digits"
        );
    }

    #[test]
    fn a_key_comes_once_in_its_chain() {
        let place = SecretPlace::from(format!("command:echo {}", "ab".repeat(32)).as_str());
        assert!(Key::load(&place, Path::new("")).is_ok());
        let err = Key::load_chain(std::slice::from_ref(&place), &place, Path::new("")).unwrap_err();
        assert_eq!(
            err.what(),
            "two of the keys under [privacy] are the same key"
        );
    }

    #[test]
    fn a_new_key_loads() {
        let text = Key::generate().unwrap();
        assert!(Link::parse(&text).is_some());
    }
}
