//! What is fixed when a lake is made: `populace.json` at its root.

use super::store::{Store, store_error};
use super::{Location, Probe};
use crate::error::{Context, Error, Result};
use crate::privacy::chain_fingerprint;
use object_store::{ObjectStoreExt, PutMode, path::Path};
use serde::{Deserialize, Serialize};

/// The newest form of lake that this program reads and writes.
///
/// Form 1 had other digests of lines, and programs of that time count rows that are marked as
/// removed.
pub(super) const FORMAT: u32 = 2;
const FILE: &str = "populace.json";
/// The name of its digest, in the file.
const CHECKSUM: &str = "checksum";
const RESTORE: &str = "restore it from a copy of the lake, or remove it: the next pull with the lake's key makes it again from what the tables say. Nothing was changed";

/// A lake's own settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The form of the lake; a program refuses one newer than it knows.
    pub format: u32,
    /// Into how many ranges of `person_key` the record tables are cut; a power of two.
    pub shards: u32,
    /// Which key made the pseudonyms: a digest of it, which does not give it away.
    pub key_fingerprint: String,
    /// The fingerprint of each key of a chain, the oldest first; empty for a single key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_chain: Vec<String>,
    /// The fingerprint of the key that a rotation is on its way to; nothing else may open the lake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotating_to: Option<String>,
    /// On an object store: that it keeps writers apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<Probe>,
}

impl Settings {
    /// Settings of a new lake.
    pub fn new(shards: u32, key_fingerprint: String) -> Self {
        Settings {
            format: FORMAT,
            shards,
            key_fingerprint,
            key_chain: Vec::new(),
            rotating_to: None,
            probe: None,
        }
    }

    /// The same, with pseudonyms of a chain of keys.
    #[must_use]
    pub(crate) fn with_chain(mut self, fingerprints: Vec<String>) -> Self {
        self.key_chain = fingerprints;
        if self.key_chain.len() < 2 {
            self.key_chain.clear();
        }
        self
    }

    /// Refuses a lake whose tables may have pseudonyms of two keys.
    pub(super) fn refuse_half_rotated(&self, location: &Location) -> Result<()> {
        if self.rotating_to.is_none() {
            return Ok(());
        }
        Err(Error::data(format!(
            "the lake at {location} has a key rotation under way"
        ))
        .hint("finish with `populace key rotate`, run as it was begun; nothing else may use the lake until then"))
    }

    /// The same, in today's form.
    pub(super) fn of_today(mut self) -> Self {
        self.format = FORMAT;
        self
    }

    pub(super) fn with_probe(mut self, probe: Option<Probe>) -> Self {
        self.probe = probe;
        self
    }

    pub(super) async fn load(store: &Store, location: &Location) -> Result<Option<Self>> {
        #[derive(Deserialize)]
        struct Form {
            format: u32,
        }
        let lost = |e| store_error(format!("cannot read the lake at {location}"), e);
        let bytes = match store.get(&Path::from(FILE)).await {
            Ok(found) => found.bytes().await.map_err(lost)?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(e) => return Err(lost(e)),
        };
        let broken = || format!("{FILE} of the lake at {location} is damaged");
        let restore = |e: Error| e.damaged(FILE).hint(RESTORE);
        let form: Form = serde_json::from_slice(&bytes)
            .data(broken)
            .map_err(restore)?;
        if form.format > FORMAT {
            return Err(Error::data(format!(
                "the lake at {location} has form {}, and this populace knows forms up to {FORMAT}",
                form.format
            ))
            .hint("install the newer populace that made it; nothing was changed"));
        }
        let settings: Settings = serde_json::from_slice(&bytes)
            .data(broken)
            .map_err(restore)?;
        let held: serde_json::Value = serde_json::from_slice(&bytes)
            .data(broken)
            .map_err(restore)?;
        // One that an earlier Populace wrote has none.
        if let Some(said) = held.get(CHECKSUM)
            && *said != settings.checksum()?
        {
            return Err(restore(
                Error::data(broken()).cause("it does not hold what Populace wrote"),
            ));
        }
        let chain = &settings.key_chain;
        let odd = !settings.shards.is_power_of_two()
            || settings.key_fingerprint.is_empty()
            || (!chain.is_empty() && chain_fingerprint(chain) != settings.key_fingerprint);
        match odd {
            false => Ok(Some(settings)),
            true => Err(restore(
                Error::data(broken()).cause("what it says does not fit together"),
            )),
        }
    }

    fn to_bytes(&self) -> Result<Vec<u8>> {
        let failed = || "cannot write the lake's settings";
        let mut held = serde_json::to_value(self).data(failed)?;
        held[CHECKSUM] = self.checksum()?.into();
        serde_json::to_vec_pretty(&held).data(failed)
    }

    /// A digest of all settings.
    fn checksum(&self) -> Result<String> {
        let text = serde_json::to_vec(self).data(|| "cannot describe the lake's settings")?;
        Ok(blake3::hash(&text).to_hex()[..32].to_string())
    }

    /// Writes these settings over the lake's own.
    pub(super) async fn replace(self, store: &Store, location: &Location) -> Result<Self> {
        store
            .put(&Path::from(FILE), self.to_bytes()?.into())
            .await
            .map_err(|e| store_error(format!("cannot write to the lake at {location}"), e))?;
        Ok(self)
    }

    pub(super) async fn create(
        store: &Store,
        location: &Location,
        fresh: &Settings,
    ) -> Result<Self> {
        let made = store
            .put_opts(
                &Path::from(FILE),
                fresh.to_bytes()?.into(),
                PutMode::Create.into(),
            )
            .await;
        match made {
            Ok(_) => Ok(fresh.clone()),
            // Somebody made it in this moment: theirs counts.
            Err(object_store::Error::AlreadyExists { .. }) => Self::load(store, location)
                .await?
                .ok_or_else(|| Error::data(format!("cannot read the lake at {location}"))),
            Err(e) => Err(store_error(format!("cannot make a lake at {location}"), e)),
        }
    }

    pub(super) fn accepts_key(&self, fresh: &Settings, location: &Location) -> Result<()> {
        let fingerprint = &fresh.key_fingerprint;
        if self.key_fingerprint == *fingerprint {
            return Ok(());
        }
        let known = fresh.key_chain.len();
        let earlier =
            (1..known).any(|n| chain_fingerprint(&fresh.key_chain[..n]) == self.key_fingerprint);
        let newest = self.key_chain.last() == Some(fingerprint);
        let hint = match (earlier, newest) {
            (true, _) => {
                "the pipeline file names a newer key: take it over with `populace key rotate`"
            }
            (_, true) => {
                "the lake's keys are a chain: name those before this one in key_before, the oldest first"
            }
            _ => {
                "give the key that made the lake, or another lake under [lake]: pseudonyms of two keys never mix"
            }
        };
        Err(Error::usage(format!(
            "the lake at {location} was made with another key (fingerprint {}, this one is {fingerprint})",
            self.key_fingerprint
        ))
        .hint(hint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::Lake;

    #[tokio::test]
    async fn every_flipped_bit_of_the_settings_is_an_error_or_changes_none() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::parse("lake", folder.path()).unwrap();
        let mut fresh = Settings::new(16, "0123456789abcdef".into());
        fresh.rotating_to = Some("fedcba9876543210".into());
        let store = location.store(true).unwrap();
        Settings::create(&store, &location, &fresh).await.unwrap();
        let file = folder.path().join("lake").join(FILE);
        let whole = std::fs::read(&file).unwrap();
        for at in 0..whole.len() * 8 {
            let mut damaged = whole.clone();
            damaged[at / 8] ^= 1 << (at % 8);
            std::fs::write(&file, &damaged).unwrap();
            match Settings::load(&store, &location).await {
                Ok(found) => assert_eq!(found.unwrap(), fresh, "bit {at}"),
                Err(error) => {
                    assert!(error.what().contains("populace"), "bit {at}: {error}");
                    assert!(error.hint_text().is_some(), "bit {at}: {error}");
                }
            }
        }
        // What an earlier Populace wrote.
        let text = serde_json::to_vec(&fresh).unwrap();
        std::fs::write(&file, text).unwrap();
        assert!(Lake::open_to_rotate(location).await.is_ok());
    }
}
