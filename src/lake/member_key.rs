//! The secret under which the ledger hashes people, at the root of the lake.
//!
//! Releases compare sets of people and have no key of the pseudonyms, nor should they. So the pull, which
//! has it, leaves a secret that was derived from it beside the tables: who has it can compare sets and
//! make no pseudonym.

use super::Lake;
use super::sealed::{sealed, unsealed};
use super::store::store_error;
use crate::error::{Error, Result};
use object_store::{ObjectStoreExt, path::Path};
use zeroize::Zeroizing;

/// Where it is kept, relative to the lake.
const MEMBER_KEY: &str = "populace.members";

impl Lake {
    /// Writes the secret down, in place of a damaged or another one.
    ///
    /// # Errors
    /// Data: the lake cannot be read or written.
    pub(crate) async fn keep_member_key(&self, key: &[u8; 32]) -> Result<()> {
        let known = self.stored_member_key().await?;
        if known.is_some_and(|known| known.as_deref() == Some(key)) {
            return Ok(());
        }
        self.put(MEMBER_KEY, sealed(key)?).await
    }

    /// The secret.
    ///
    /// # Errors
    /// Data: it is not there, or damaged, or the lake cannot be read.
    pub(crate) async fn member_key(&self) -> Result<Zeroizing<[u8; 32]>> {
        let what = match self.stored_member_key().await? {
            Some(Some(key)) => return Ok(key),
            Some(None) => "is damaged",
            None => "is missing",
        };
        Err(Error::data(format!(
            "{MEMBER_KEY} of the lake at {} {what}",
            self.location
        ))
        .cause("a release compares who is behind its figures with who was behind earlier ones")
        .hint("restore populace.members from a copy of the lake, or run `populace pull`, which makes it again from the key"))
    }

    /// The secret that is there; None within where it is damaged.
    async fn stored_member_key(&self) -> Result<Option<Option<Zeroizing<[u8; 32]>>>> {
        let failed = |e| {
            let what = format!("cannot read {MEMBER_KEY} of the lake at {}", self.location);
            store_error(what, e)
        };
        match self.store.get(&Path::from(MEMBER_KEY)).await {
            Ok(found) => {
                let bytes = found.bytes().await.map_err(failed)?;
                Ok(Some(unsealed::<[u8; 32]>(&bytes).map(Zeroizing::new)))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(failed(e)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::{Location, Settings};

    #[tokio::test]
    async fn the_secret_stays_and_damage_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::parse(folder.path().to_str().unwrap(), folder.path()).unwrap();
        let settings = Settings::new(4, "0".repeat(16));
        let lake = Lake::open_or_create(location, &settings).await.unwrap();
        let missing = lake.member_key().await.unwrap_err();
        assert!(missing.what().ends_with("is missing"), "{missing}");
        lake.keep_member_key(&[7; 32]).await.unwrap();
        lake.keep_member_key(&[7; 32]).await.unwrap();
        assert_eq!(*lake.member_key().await.unwrap(), [7; 32]);
        let file = folder.path().join(MEMBER_KEY);
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[90] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        let damaged = lake.member_key().await.unwrap_err();
        assert!(damaged.what().ends_with("is damaged"), "{damaged}");
        lake.keep_member_key(&[7; 32]).await.unwrap();
        assert_eq!(*lake.member_key().await.unwrap(), [7; 32]);
    }
}
