//! The temporary folder of one command: spill files and runs of a pull.
//!
//! They hold record-level data, pseudonymised, so the folder is the owner's alone, is removed when
//! the command ends or a signal ends it, and is removed by the next command when this one was killed.

use crate::error::{Context, Error, Result};
use fs4::FileExt;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

const PREFIX: &str = "populace-";
const LOCK: &str = "in-use";

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
    gone.push(".gone");
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
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(&parent)
            .data(cannot)
            .map_err(elsewhere)?;
        let in_use = create(&folder.path().join(LOCK)).data(cannot)?;
        FileExt::try_lock(&in_use).data(cannot)?;
        let folder = folder.keep();
        Ok(Scratch {
            _leftover: Leftover::new(folder.clone()),
            folder,
            _in_use: in_use,
        })
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

/// A folder whose lock nobody holds belongs to a command that is gone.
fn remove_abandoned(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return;
    };
    for path in entries.flatten().map(|e| e.path()) {
        let ours = path
            .file_name()
            .and_then(|n| n.to_str())
            .is_some_and(|n| n.starts_with(PREFIX));
        let Some(lock) = ours.then(|| path.join(LOCK)).filter(|l| l.is_file()) else {
            continue;
        };
        let abandoned = File::open(&lock).is_ok_and(|file| FileExt::try_lock(&file).is_ok());
        if abandoned {
            // Somebody else's folder stays, and so does one that another command removes just now.
            let _ = std::fs::remove_dir_all(&path);
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
        let first = Scratch::new(Some(parent.path())).unwrap();
        assert!(!left.exists());
        let second = Scratch::new(Some(parent.path())).unwrap();
        assert!(first.folder.exists(), "a folder in use stays");
        let path = second.folder.to_path_buf();
        drop(second);
        assert!(!path.exists());
    }
}
