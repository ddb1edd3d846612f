//! One writer at a time: the operating system's lock on a file of the lake.
//!
//! The lock belongs to the process, so that it is gone with it, after a crash too. An object store
//! has no such lock, and one that outlives its process would have to be removed by hand; there,
//! every commit is conditional instead, and pulls take turns (see `turn`).

use super::Location;
use crate::error::{Context, Error, Result};
use fs4::FileExt;
use std::fs::File;

/// Held while a command writes to the lake; let go when dropped.
#[derive(Debug)]
pub struct Lock {
    _file: Option<File>,
}

impl Lock {
    /// Takes the lock of the lake at `location`, or says that another command holds it.
    pub fn take(location: &Location) -> Result<Self> {
        let Some(folder) = location.folder() else {
            return Ok(Lock { _file: None });
        };
        std::fs::create_dir_all(folder).data(|| format!("cannot make the folder {location}"))?;
        let path = folder.join("populace.lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .data(|| format!("cannot open the lock of the lake at {location}"))?;
        match FileExt::try_lock(&file) {
            Ok(()) => Ok(Lock { _file: Some(file) }),
            Err(fs4::TryLockError::WouldBlock) => Err(Error::data(format!(
                "another populace command is writing to the lake at {location}"
            ))
            .hint("wait until it has ended; its lock goes with it, so nothing has to be removed")),
            Err(fs4::TryLockError::Error(e)) => {
                Err(Error::data(format!("cannot lock the lake at {location}")).cause(e))
            }
        }
    }
}
