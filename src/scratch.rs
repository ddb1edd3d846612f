//! The temporary folder of one command: spill files and runs of a pull.
//!
//! They hold record-level data, pseudonymised, so the folder is the owner's alone, is removed when
//! the command ends or a signal ends it, and is removed by the next command when this one was killed.

use crate::error::{Context, Error, Result};
use fs4::{FileExt, TryLockError};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

const PREFIX: &str = "populace-";
const LOCK: &str = "in-use";
/// How the name of a folder ends that is being removed.
const GONE: &str = ".gone";

/// How often a folder is tried to be removed while threads may still write into it.
const TRIES: usize = 20;

/// What must not outlive this process: temporary folders, and files that are not whole yet.
static LEFTOVERS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn leftovers() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    LEFTOVERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A path that [`remove_all`] removes, until this is dropped.
#[derive(Debug)]
pub(crate) struct Leftover(PathBuf);

impl Leftover {
    /// Keeps `path` from outliving this process.
    pub(crate) fn new(path: PathBuf) -> Self {
        leftovers().insert(path.clone());
        Leftover(path)
    }
}

impl Drop for Leftover {
    fn drop(&mut self) {
        leftovers().remove(&self.0);
    }
}

/// Removes all that must not outlive this process, whoever still uses it.
pub(crate) fn remove_all() {
    let paths = std::mem::take(&mut *leftovers());
    for path in paths {
        remove(&path);
    }
}

/// Removes a file or a folder, although threads may be writing to it.
fn remove(path: &Path) {
    if path.is_file() {
        // What cannot be removed is found by the next command.
        let _ = std::fs::remove_file(path);
        return;
    }
    // Under another name nobody makes new files in it.
    let mut gone = path.as_os_str().to_owned();
    gone.push(GONE);
    let gone = PathBuf::from(gone);
    let place = match std::fs::rename(path, &gone) {
        Ok(()) => gone.as_path(),
        Err(_) => path,
    };
    for _ in 0..TRIES {
        match std::fs::remove_dir_all(place) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {}
            _ => return,
        }
    }
}

/// A folder that goes away when dropped.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
    _leftover: Leftover,
    _in_use: File,
}

impl Drop for Scratch {
    fn drop(&mut self) {
        remove(&self.folder);
    }
}

impl Scratch {
    /// Makes a folder in `parent` (the system's temporary folder when None), and removes what
    /// killed commands left there.
    pub fn new(parent: Option<&Path>) -> Result<Self> {
        let parent = parent.map_or_else(std::env::temp_dir, Path::to_path_buf);
        let cannot = || format!("cannot use the temporary folder {}", parent.display());
        let elsewhere = |e: Error| e.hint("name another folder with --temp-dir");
        std::fs::create_dir_all(&parent)
            .data(cannot)
            .map_err(elsewhere)?;
        remove_abandoned(&parent);
        for _ in 0..TRIES {
            if let Some(made) = Self::make(&parent).data(cannot).map_err(elsewhere)? {
                return Ok(made);
            }
        }
        Err(elsewhere(Error::data(cannot()).cause(
            "what is made there is removed or locked by another program",
        )))
    }

    /// Makes a folder and locks it; None when a command that began at the same moment took it for one
    /// that a killed command left.
    fn make(parent: &Path) -> std::io::Result<Option<Self>> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let lock = folder.path().join(LOCK);
        let in_use = match create(&lock) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e),
        };
        match FileExt::try_lock(&in_use) {
            Ok(()) if lock.is_file() => {}
            Ok(()) | Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(e)) => return Err(e),
        }
        let folder = folder.keep();
        Ok(Some(Scratch {
            _leftover: Leftover::new(folder.clone()),
            folder,
            _in_use: in_use,
        }))
    }

    /// A new folder inside it.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let path = self.folder.join(name);
        let mut make = std::fs::DirBuilder::new();
        make.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut make, 0o700);
        make.create(&path)
            .data(|| format!("cannot make {}", path.display()))?;
        Ok(path)
    }
}

/// Creates a file of a temporary folder, for its owner only.
pub(crate) fn create(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Removes folders of commands that are gone: those whose lock nobody holds, those that were being
/// removed, and empty ones, whose command was killed before it made the lock.
fn remove_abandoned(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return;
    };
    for path in entries.flatten().map(|e| e.path()) {
        let name = path.file_name().and_then(|n| n.to_str());
        let Some(name) = name.filter(|n| n.starts_with(PREFIX)) else {
            continue;
        };
        // Somebody else's folder stays, and so does one that another command removes just now.
        let lock = path.join(LOCK);
        if name.ends_with(GONE) {
            let _ = std::fs::remove_dir_all(&path);
        } else if lock.is_file() {
            // The lock is held until the folder is gone: a command that makes the folder at this
            // moment must find it locked, not take it while it is removed.
            if let Ok(lock) = File::open(&lock)
                && FileExt::try_lock(&lock).is_ok()
            {
                remove(&path);
            }
        } else {
            // Only an empty folder goes.
            let _ = std::fs::remove_dir(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_threads_still_write_into_is_removed() {
        let parent = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(Some(parent.path())).unwrap();
        let folder = scratch.folder("spill").unwrap();
        let writer = std::thread::spawn(move || {
            let mut written = 0;
            while std::fs::write(folder.join(written.to_string()), "rows").is_ok() {
                written += 1;
            }
        });
        drop(scratch);
        writer.join().unwrap();
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_command_left_is_removed() {
        let parent = tempfile::tempdir().unwrap();
        let left = parent.path().join("populace-left");
        std::fs::create_dir(&left).unwrap();
        File::create(left.join(LOCK)).unwrap();
        // Killed before the lock was made, and while its folder was removed.
        let begun = parent.path().join("populace-begun");
        std::fs::create_dir(&begun).unwrap();
        let ending = parent.path().join("populace-ending.gone");
        std::fs::create_dir(&ending).unwrap();
        File::create(ending.join("rows")).unwrap();
        // Of another program.
        let other = parent.path().join("populace-other");
        std::fs::create_dir(&other).unwrap();
        File::create(other.join("notes")).unwrap();
        let first = Scratch::new(Some(parent.path())).unwrap();
        assert!(!left.exists() && !begun.exists() && !ending.exists());
        assert!(other.exists(), "a folder of another program stays");
        let second = Scratch::new(Some(parent.path())).unwrap();
        assert!(first.folder.exists(), "a folder in use stays");
        let path = second.folder.to_path_buf();
        drop(second);
        assert!(!path.exists());
    }

    #[test]
    fn commands_that_begin_together_each_have_a_folder() {
        let parent = tempfile::tempdir().unwrap();
        let begin = || {
            for _ in 0..100 {
                let scratch = Scratch::new(Some(parent.path())).unwrap();
                std::fs::write(scratch.folder.join("rows"), "1").unwrap();
            }
        };
        std::thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(begin);
            }
        });
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
