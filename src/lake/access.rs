//! Who may read the files of a lake on this machine.

use std::path::Path;

/// For whom the files are that commands write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FilesFor {
    /// Their owner, and accounts of its group, which may read them: 0640, folders 0750.
    #[default]
    Group,
    /// Their owner alone: 0600, folders 0700.
    Owner,
}

impl FilesFor {
    /// The permissions that no file or folder gets.
    pub(crate) fn withheld(self) -> u32 {
        match self {
            FilesFor::Group => 0o027,
            FilesFor::Owner => 0o077,
        }
    }
}

/// Takes the permissions that `files_for` withholds from all files of the lake in `folder`, where
/// its own folder still has one of them: a lake of an earlier program, or a copy. Gives how many
/// files and folders were changed, and how many could not be, since they are another account's.
#[cfg(unix)]
pub(crate) fn tighten(folder: &Path, files_for: FilesFor) -> (u64, u64) {
    let withheld = files_for.withheld();
    if !is_open(folder, withheld) {
        return (0, 0);
    }
    let (mut changed, mut failed) = (0, 0);
    let mut folders = vec![folder.to_path_buf()];
    let mut at = 0;
    while let Some(next) = folders.get(at).cloned() {
        at += 1;
        let Ok(entries) = std::fs::read_dir(&next) else {
            failed += 1;
            continue;
        };
        for entry in entries.flatten() {
            // What a link leads to is not the lake's.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => {
                    count(close(&entry.path(), withheld), &mut changed, &mut failed);
                }
                _ => {}
            }
        }
    }
    // The lake's own folder last: cut short, the next command does it again.
    for folder in folders.iter().rev() {
        count(close(folder, withheld), &mut changed, &mut failed);
    }
    (changed, failed)
}

/// Elsewhere than on Unix the folder's own access list says who may read.
#[cfg(not(unix))]
pub(crate) fn tighten(_: &Path, _: FilesFor) -> (u64, u64) {
    (0, 0)
}

#[cfg(unix)]
fn is_open(path: &Path, withheld: u32) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let facts = std::fs::metadata(path);
    facts.is_ok_and(|facts| facts.permissions().mode() & withheld != 0)
}

/// Withholds the permissions; whether something had to be changed.
#[cfg(unix)]
fn close(path: &Path, withheld: u32) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    let mut permissions = std::fs::metadata(path)?.permissions();
    let mode = permissions.mode() & 0o7777;
    if mode & withheld == 0 {
        return Ok(false);
    }
    permissions.set_mode(mode & !withheld);
    std::fs::set_permissions(path, permissions).map(|()| true)
}

#[cfg(unix)]
fn count(done: std::io::Result<bool>, changed: &mut u64, failed: &mut u64) {
    match done {
        Ok(done) => *changed += u64::from(done),
        Err(_) => *failed += 1,
    }
}
