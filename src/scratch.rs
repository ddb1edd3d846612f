//! The temporary folder of one command: spill files and runs of a pull.
//!
//! They hold record-level data, pseudonymised, so the folder is the owner's alone, is removed when
//! the command ends, and is removed by the next command when this one was killed.

use crate::error::{Context, Error, Result};
use fs4::FileExt;
use std::fs::File;
use std::path::{Path, PathBuf};

const PREFIX: &str = "populace-";
const LOCK: &str = "in-use";

/// A folder that goes away when dropped.
#[derive(Debug)]
pub struct Scratch {
    folder: tempfile::TempDir,
    _in_use: File,
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
        let in_use = File::create(folder.path().join(LOCK)).data(cannot)?;
        FileExt::try_lock(&in_use).data(cannot)?;
        Ok(Scratch {
            folder,
            _in_use: in_use,
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A new folder inside it.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(&path).data(|| format!("cannot make {}", path.display()))?;
        Ok(path)
    }
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
    fn what_a_killed_command_left_is_removed() {
        let parent = tempfile::tempdir().unwrap();
        let left = parent.path().join("populace-left");
        std::fs::create_dir(&left).unwrap();
        File::create(left.join(LOCK)).unwrap();
        let first = Scratch::new(Some(parent.path())).unwrap();
        assert!(!left.exists());
        let second = Scratch::new(Some(parent.path())).unwrap();
        assert!(first.path().exists(), "a folder in use stays");
        let path = second.path().to_path_buf();
        drop(second);
        assert!(!path.exists());
    }
}
