//! The files of resources that a user named.

use crate::error::{Context, Error, Result};
use crate::pull::{is_fhir_file, unpacked};
use indicatif::ProgressBar;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// One stream of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Input {
    /// Standard input.
    Standard,
    /// A file, and its bytes as stored.
    File(PathBuf, u64),
}

impl Input {
    /// The file, unless it is standard input.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Input::Standard => None,
            Input::File(path, _) => Some(path),
        }
    }

    /// Bytes as stored, where they are known.
    pub(super) fn size(&self) -> u64 {
        match self {
            Input::Standard => 0,
            Input::File(_, size) => *size,
        }
    }

    /// Opens it, through gzip when its first bytes say so; `bar` follows the bytes as stored.
    pub(super) fn open(&self, bar: &ProgressBar) -> Result<Box<dyn Read + Send>> {
        let cannot = || format!("{self} cannot be read");
        let opened = match self {
            Input::Standard => unpacked(bar.wrap_read(std::io::stdin())),
            Input::File(path, _) => unpacked(bar.wrap_read(File::open(path).data(cannot)?)),
        };
        opened.data(cannot)
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Input::Standard => f.write_str("standard input"),
            Input::File(path, _) => write!(f, "{}", path.display()),
        }
    }
}

/// The inputs in the order named; those of a folder by name, as a pull lists them.
pub(super) fn list(named: &[PathBuf]) -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for path in named {
        if path == Path::new("-") {
            if inputs.contains(&Input::Standard) {
                return Err(
                    Error::usage("standard input can be read only once").hint("name - once")
                );
            }
            inputs.push(Input::Standard);
            continue;
        }
        let facts = path
            .metadata()
            .usage(|| format!("{} cannot be read", path.display()))
            .map_err(|e| e.hint("name files of FHIR resources in NDJSON, or folders of them"))?;
        if !facts.is_dir() {
            inputs.push(Input::File(path.clone(), facts.len()));
            continue;
        }
        let before = inputs.len();
        walk(path, &mut inputs)?;
        if inputs.len() == before {
            return Err(Error::usage(format!(
                "there is no *.ndjson or *.json file in {}",
                path.display()
            ))
            .hint(
                "files end in .ndjson or .json, also with .gz; another file can be named itself",
            ));
        }
    }
    Ok(inputs)
}

fn walk(folder: &Path, inputs: &mut Vec<Input>) -> Result<()> {
    let cannot = || format!("{} cannot be read", folder.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).usage(cannot)? {
        paths.push(entry.usage(cannot)?.path());
    }
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(&path, inputs)?;
            continue;
        }
        if is_fhir_file(&path) {
            let size = path.metadata().usage(cannot)?.len();
            inputs.push(Input::File(path.clone(), size));
        }
    }
    Ok(())
}
