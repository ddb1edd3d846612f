//! Opening what must be a file: a FIFO that nobody writes to would be waited for without end, and a
//! device such as `/dev/zero` has none.

use std::fs::{File, FileType};
use std::io::{Error, Read, Result};
use std::path::Path;

/// What stands in the place of a file or folder; None for a file, a folder or a symbolic link.
pub(crate) fn special(kind: FileType) -> Option<&'static str> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kinds = [
            (kind.is_fifo(), "a FIFO"),
            (kind.is_socket(), "a socket"),
            (kind.is_char_device() || kind.is_block_device(), "a device"),
        ];
        if let Some((_, what)) = kinds.into_iter().find(|(is, _)| *is) {
            return Some(what);
        }
    }
    (!kind.is_file() && !kind.is_dir() && !kind.is_symlink()).then_some("no file")
}

/// Opens a file for reading, through symbolic links.
///
/// # Errors
/// As [`File::open`], and for what is a FIFO, a socket, a device or a folder.
pub(crate) fn open(path: &Path) -> Result<File> {
    // Before it is opened: that is where a FIFO waits.
    refuse(path.metadata()?.file_type())?;
    let file = File::open(path)?;
    // What was put in its place since.
    refuse(file.metadata()?.file_type())?;
    Ok(file)
}

/// All of a file.
///
/// # Errors
/// As [`open`], and when it cannot be read to its end.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// All of a file of text.
///
/// # Errors
/// As [`read`], and when it is not UTF-8.
pub(crate) fn read_to_string(path: &Path) -> Result<String> {
    let mut text = String::new();
    open(path)?.read_to_string(&mut text)?;
    Ok(text)
}

fn refuse(kind: FileType) -> Result<()> {
    let what = if kind.is_dir() {
        Some("a folder")
    } else {
        special(kind)
    };
    match what {
        Some(what) => Err(Error::other(format!("it is {what}, where a file must be"))),
        None => Ok(()),
    }
}
