//! The keys of the entries, each made from the one before, and the newest kept beside the log.

use super::entry::AuditEntry;
use crate::error::{Error, Result};
use crate::lake::store::store_error;
use crate::lake::{Lake, sealed, unsealed};
use crate::privacy::Key;
use hmac::{Hmac, KeyInit, Mac};
use object_store::{ObjectStoreExt, path::Path};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// Where the newest key is kept, relative to the lake.
const FILE: &str = "populace.audit";

/// The key of one entry.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct EntryKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for EntryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EntryKey(secret)")
    }
}

impl EntryKey {
    /// The key of the first entry.
    pub(super) fn first(key: &Key) -> Self {
        EntryKey(key.audit_key())
    }

    /// The key `entries` entries later.
    pub(super) fn after(mut self, entries: u64) -> Self {
        for _ in 0..entries {
            let tag = self.mac(&[b"next"]);
            self = EntryKey(Zeroizing::new(tag));
        }
        self
    }

    /// The code of an entry that continues the entry with the code `before`.
    ///
    /// # Errors
    /// Data, when the entry cannot be written as JSON.
    pub(super) fn code(&self, entry: &AuditEntry, before: &str) -> Result<String> {
        Ok(hex(&self.mac(&[
            b"entry",
            before.as_bytes(),
            &entry.told()?,
        ])))
    }

    /// A digest of a text, which nobody without the key of the lake can test a guess against.
    /// White space and semicolons at its ends, which editors and prompts add, make no difference.
    pub(super) fn digest(&self, text: &str) -> String {
        let is_end = |c: char| c.is_whitespace() || c == ';';
        let text = text.trim_start().trim_end_matches(is_end);
        hex(&self.mac(&[b"text", text.as_bytes()])[..16])
    }

    fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut block = Zeroizing::new([0u8; 64]);
        block[..32].copy_from_slice(&*self.0);
        let mut mac = <Hmac<Sha256> as KeyInit>::new((&*block).into());
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// The newest key, and how many entries there were when it was kept. A command that was cut short
/// keeps none, so that there may be more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChainHead {
    /// Entries.
    pub entries: u64,
    /// The key of the entry after these.
    pub key: EntryKey,
}

/// As it is kept.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptHead {
    entries: u64,
    next: String,
}

impl ChainHead {
    /// The one that is kept in a lake; None where there is none, or a damaged one.
    ///
    /// # Errors
    /// Data: the lake cannot be read.
    pub(super) async fn kept(lake: &Lake) -> Result<Option<Self>> {
        let bytes = match lake.store().get(&Path::from(FILE)).await {
            Ok(found) => found.bytes().await.map_err(|e| unread(lake, e))?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(e) => return Err(unread(lake, e)),
        };
        let kept: Option<KeptHead> = unsealed(&bytes);
        Ok(kept.and_then(|kept| {
            let key = EntryKey(bytes_of(&kept.next)?);
            let entries = kept.entries;
            Some(ChainHead { entries, key })
        }))
    }

    /// Keeps it in the place of the one before.
    ///
    /// # Errors
    /// Data: the lake cannot be written.
    pub(super) async fn keep(&self, lake: &Lake) -> Result<()> {
        let kept = KeptHead {
            entries: self.entries,
            next: hex(&*self.key.0),
        };
        lake.put(FILE, sealed(&kept)?).await
    }

    /// The same after so many entries; None when there were more.
    pub(super) fn at(self, entries: u64) -> Option<Self> {
        let later = entries.checked_sub(self.entries)?;
        Some(ChainHead {
            entries,
            key: self.key.after(later),
        })
    }
}

fn unread(lake: &Lake, e: object_store::Error) -> Error {
    store_error(
        format!("cannot read {FILE} of the lake at {}", lake.location()),
        e,
    )
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn bytes_of(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0u8; 32]);
    if text.len() != 64 {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}
