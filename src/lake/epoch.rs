//! Epochs: on an object store, which of two commands that change many tables may commit them.
//!
//! Each commit of one table is atomic, but a pull commits a dozen. A command looks at the last epoch
//! before it reads anything, and claims the next one, a new object that only one writer can create,
//! before it commits anything: of two that started from the same state, one is told so before it
//! has changed a table. An epoch that was claimed and not ended is of a command that was killed, or
//! is committing at this moment; the next command fences the tables before it reads them, so that
//! what comes late from the other finds its base gone. No epoch has to be removed by hand.

use super::Lake;
use super::store::store_error;
use crate::error::{Error, Result};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::{ObjectStoreExt, PutMode, path::Path};

const FOLDER: &str = "populace.turn";

/// The epoch of a command on a lake; nothing on local disk, where a lock keeps others out.
#[derive(Debug)]
pub(crate) struct Epoch<'a> {
    /// None on local disk.
    lake: Option<&'a Lake>,
    last: u64,
    open: bool,
}

impl Lake {
    /// Looks at the last epoch, before anything is read that commits rest on.
    pub(crate) async fn epoch(&self) -> Result<Epoch<'_>> {
        let mut epoch = Epoch {
            lake: None,
            last: 0,
            open: false,
        };
        if self.location.address().is_none() {
            return Ok(epoch);
        }
        epoch.lake = Some(self);
        for (number, done) in self.epochs().await? {
            if number > epoch.last {
                (epoch.last, epoch.open) = (number, true);
            }
            epoch.open &= !(done && number == epoch.last);
        }
        Ok(epoch)
    }

    /// All epochs that are written down, as claimed (false) or ended (true).
    async fn epochs(&self) -> Result<Vec<(u64, bool)>> {
        let listed = self.store.list(Some(&Path::from(FOLDER)));
        let found: Vec<_> = listed
            .try_collect()
            .await
            .map_err(|e| store_error(format!("cannot list the lake at {}", self.location), e))?;
        let read = |name: &str| {
            let number = name.strip_suffix(".done").unwrap_or(name);
            Some((number.parse().ok()?, name.len() > number.len()))
        };
        Ok(found
            .iter()
            .filter_map(|meta| read(meta.location.filename()?))
            .collect())
    }
}

fn path(number: u64, done: bool) -> Path {
    let end = if done { ".done" } else { "" };
    Path::from(format!("{FOLDER}/{number:020}{end}"))
}

impl Epoch<'_> {
    /// Whether the last epoch was claimed and not ended.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// Ends the last epoch for a command that is gone, after its tables were fenced.
    pub(crate) async fn close(&mut self) -> Result<()> {
        self.open = false;
        self.write_end(self.last).await
    }

    /// Claims the next epoch, or says that another command has it.
    pub(crate) async fn claim(&mut self) -> Result<()> {
        let Some(lake) = self.lake else { return Ok(()) };
        let mut mark = [0u8; 16];
        getrandom::fill(&mut mark)
            .map_err(|e| Error::data("there is no randomness on this machine").cause(e))?;
        let next = self.last + 1;
        let text = format!("{:032x}\n", u128::from_be_bytes(mark));
        let made = lake
            .store
            .put_opts(&path(next, false), text.into(), PutMode::Create.into())
            .await;
        match made {
            Ok(_) => {
                self.last = next;
                Ok(())
            }
            Err(object_store::Error::AlreadyExists { .. }) => Err(Error::data(format!(
                "another command began to change the tables of the lake at {} after this one had read them",
                lake.location
            ))
            .hint("this one changed nothing; nothing was lost, run again when the other command has ended")),
            Err(e) => Err(store_error(format!("cannot write to the lake at {}", lake.location), e)),
        }
    }

    /// Ends the epoch that was claimed, and forgets those before it.
    pub(crate) async fn end(self) -> Result<()> {
        self.write_end(self.last).await?;
        let Some(lake) = self.lake else { return Ok(()) };
        let before = lake.epochs().await?.into_iter();
        let before: Vec<_> = before
            .filter(|(number, _)| *number < self.last)
            .map(|(number, done)| Ok(path(number, done)))
            .collect();
        let mut gone = lake.store.delete_stream(stream::iter(before).boxed());
        while let Some(deleted) = gone.next().await {
            // Another command may tidy up at the same time; what stays does no harm.
            if deleted.is_err() {
                tracing::debug!("an old epoch stays");
            }
        }
        Ok(())
    }

    async fn write_end(&self, number: u64) -> Result<()> {
        let Some(lake) = self.lake else { return Ok(()) };
        lake.store
            .put(&path(number, true), "done\n".into())
            .await
            .map(drop)
            .map_err(|e| store_error(format!("cannot write to the lake at {}", lake.location), e))
    }
}
