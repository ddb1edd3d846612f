//! A file that appears complete or not at all.

use crate::error::{Context, Result};
use crate::scratch::Leftover;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A file that is being written under another name in the same folder, and gets its own at the end.
#[derive(Debug)]
pub(super) struct CompleteFile {
    path: PathBuf,
    to: To,
}

#[derive(Debug)]
enum To {
    Temporary(tempfile::NamedTempFile, Leftover),
    /// A device or a pipe, which cannot be replaced.
    Device(File),
}

impl CompleteFile {
    /// Begins the file `path`.
    pub(super) fn create(path: &Path) -> Result<Self> {
        let cannot = || format!("cannot write {}", path.display());
        let hint = "name a file in a folder that is there and may be written to";
        let to = if path.exists() && !path.is_file() && !path.is_dir() {
            To::Device(File::options().write(true).open(path).data(cannot)?)
        } else {
            let folder = match path.parent() {
                Some(folder) if folder != Path::new("") => folder,
                _ => Path::new("."),
            };
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let mut builder = tempfile::Builder::new();
            let prefix = format!(".{name}.");
            builder.prefix(&prefix).suffix(".partial");
            #[cfg(unix)]
            {
                // As any other program makes a file: for whom the user's mask says.
                use std::os::unix::fs::PermissionsExt;
                builder.permissions(std::fs::Permissions::from_mode(0o666));
            }
            let made = builder.tempfile_in(folder).data(cannot);
            let made = made.map_err(|e| e.hint(hint))?;
            let leftover = Leftover::new(made.path().to_path_buf());
            To::Temporary(made, leftover)
        };
        Ok(CompleteFile {
            path: path.to_path_buf(),
            to,
        })
    }

    /// Gives the file its name. Without this it is as if it had never been.
    pub(super) fn keep(self) -> Result<()> {
        let CompleteFile { path, to } = self;
        let cannot = || format!("cannot write {}", path.display());
        match to {
            To::Temporary(file, _leftover) => {
                file.as_file().sync_all().data(cannot)?;
                file.persist(&path).data(cannot)?;
                Ok(())
            }
            To::Device(mut file) => file.flush().data(cannot),
        }
    }
}

impl Write for CompleteFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match &mut self.to {
            To::Temporary(file, _) => file.write(bytes),
            To::Device(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match &mut self.to {
            To::Temporary(file, _) => file.flush(),
            To::Device(file) => file.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_kept_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        let mut file = CompleteFile::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(file);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

        let mut file = CompleteFile::create(&path).unwrap();
        file.write_all(b"whole").unwrap();
        file.keep().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
