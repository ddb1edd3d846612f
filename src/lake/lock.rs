//! One writer at a time: the operating system's lock on a file of the lake.
//!
//! The lock belongs to the process, so that it is gone with it, after a crash too. An object store
//! has no such lock, and one that outlives its process would have to be removed by hand; there,
//! every commit is conditional instead, and pulls have epochs (see `epoch`).

use super::Location;
use crate::error::{Context, Error, Result};
use crate::retry::{Backoff, RetryPolicy};
use fs4::FileExt;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::PathBuf;

/// Held while a command writes to the lake; let go when dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    file: Option<File>,
}

/// Who writes to a lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Holder {
    /// Nobody.
    Nobody,
    /// A command that noted this of itself; empty when it noted nothing.
    Command(String),
    /// An object store has no lock.
    Unknown,
}

impl Lock {
    /// Takes the lock of the lake at `location`, or says that another command holds it.
    pub(crate) fn take(location: &Location) -> Result<Self> {
        let Some(folder) = location.folder() else {
            return Ok(Lock { file: None });
        };
        std::fs::create_dir_all(folder).data(|| format!("cannot make the folder {location}"))?;
        let cannot = || format!("cannot open the lock of the lake at {location}");
        let file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path(location).unwrap_or_default())
            .data(cannot)?;
        let mut backoff = Backoff::new(RetryPolicy::LOCK);
        loop {
            match FileExt::try_lock(&file) {
                Ok(()) => break,
                Err(fs4::TryLockError::WouldBlock) => match backoff.next(None) {
                    Some(wait) => std::thread::park_timeout(wait),
                    None => return Err(held(location, file)),
                },
                Err(fs4::TryLockError::Error(e)) => {
                    return Err(Error::data(format!("cannot lock the lake at {location}")).cause(e));
                }
            }
        }
        // What the holder before noted.
        file.set_len(0).data(cannot)?;
        Ok(Lock { file: Some(file) })
    }

    /// Notes who holds the lock, for those who find it taken.
    pub(crate) fn note(&self, holder: &str) -> Result<()> {
        let Some(mut file) = self.file.as_ref() else {
            return Ok(());
        };
        let noted = file
            .rewind()
            .and_then(|()| file.write_all(holder.as_bytes()));
        noted.data(|| "cannot write to the lock of the lake")
    }

    /// Who holds the lock of the lake at `location`.
    pub(crate) fn holder(location: &Location) -> Result<Holder> {
        let Some(path) = path(location) else {
            return Ok(Holder::Unknown);
        };
        let Ok(mut file) = File::open(&path) else {
            return Ok(Holder::Nobody);
        };
        match FileExt::try_lock_shared(&file) {
            Ok(()) => Ok(Holder::Nobody),
            Err(fs4::TryLockError::WouldBlock) => Ok(Holder::Command(noted(&mut file))),
            Err(fs4::TryLockError::Error(e)) => Err(Error::data(format!(
                "cannot look at the lock of the lake at {location}"
            ))
            .cause(e)),
        }
    }
}

fn path(location: &Location) -> Option<PathBuf> {
    Some(location.folder()?.join("populace.lock"))
}

/// What the holder noted, which may be nothing, or nothing yet.
fn noted(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    read.map(|_| text).unwrap_or_default()
}

fn held(location: &Location, mut file: File) -> Error {
    let error = Error::data(format!(
        "another populace command is writing to the lake at {location}"
    ))
    .hint("wait until it has ended; its lock goes with it, so nothing has to be removed");
    match noted(&mut file) {
        night if night.is_empty() => error,
        night => error.cause(format!("the night that began at {night} has not ended")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_says_who_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::parse("lake", folder.path()).unwrap();
        assert_eq!(Lock::holder(&location).unwrap(), Holder::Nobody);
        let lock = Lock::take(&location).unwrap();
        let holder = |noted: &str| Holder::Command(noted.to_string());
        assert_eq!(Lock::holder(&location).unwrap(), holder(""));
        lock.note("2026-11-22T02:00:00Z").unwrap();
        assert_eq!(
            Lock::holder(&location).unwrap(),
            holder("2026-11-22T02:00:00Z")
        );
        let error = Lock::take(&location).unwrap_err();
        assert_eq!(
            error.causes(),
            ["the night that began at 2026-11-22T02:00:00Z has not ended"]
        );
        drop(lock);
        assert_eq!(Lock::holder(&location).unwrap(), Holder::Nobody);
        let _next = Lock::take(&location).unwrap();
        assert_eq!(Lock::holder(&location).unwrap(), holder(""));
    }
}
