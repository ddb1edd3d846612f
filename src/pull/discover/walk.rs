//! The files below a source's folder on this machine.
//!
//! Whoever sends extracts writes to that folder, so nothing in it may make a pull wait or run without
//! end: FIFOs, sockets and devices are passed over, every folder and file is read once, and symbolic
//! links are followed only to what is not read already.

use super::source_file::{Listed, Origin, SourceFile, decoder_of, name_of};
use crate::error::{Context, Result};
use crate::pull::plan::SourcePlan;
use crate::regular_file::special;
use std::collections::HashSet;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Where every file system keeps what a check of it found; only its administrator may look.
const LOST_AND_FOUND: &str = "lost+found";

/// A walk over the folder of one source.
pub(crate) struct FolderWalk<'a> {
    source: &'a SourcePlan,
    root: &'a Path,
    listed: &'a mut Listed,
    /// Folders that were walked, and files that are listed, by their real paths.
    seen: HashSet<PathBuf>,
    /// Symbolic links, looked at when all that is really here is known.
    links: Vec<PathBuf>,
}

impl<'a> FolderWalk<'a> {
    /// Lists what is below `root`.
    pub(crate) fn over(
        source: &'a SourcePlan,
        root: &'a Path,
        listed: &'a mut Listed,
    ) -> Result<()> {
        let mut walk = FolderWalk {
            source,
            root,
            listed,
            seen: HashSet::new(),
            links: Vec::new(),
        };
        walk.folder(root)?;
        while !walk.links.is_empty() {
            // In the order of their names: of two that lead to one file always the same one counts.
            let mut links = std::mem::take(&mut walk.links);
            links.sort_unstable();
            for link in links {
                walk.link(&link)?;
            }
        }
        Ok(())
    }

    fn cannot(&self, path: &Path) -> String {
        format!(
            "source {}: {} cannot be read",
            self.source.name,
            self.root.join(self.name(path)).display()
        )
    }

    fn folder(&mut self, folder: &Path) -> Result<()> {
        let allow = "let this account read the folder, or move it out of the source's; nothing was committed";
        let real = folder.canonicalize().data(|| self.cannot(folder))?;
        if !self.seen.insert(real) {
            return Ok(());
        }
        let entries = std::fs::read_dir(folder).data(|| self.cannot(folder));
        let mut paths = Vec::new();
        for entry in entries.map_err(|e| e.hint(allow))? {
            let entry = entry.data(|| self.cannot(folder))?;
            paths.push((entry.path(), entry.file_type()));
        }
        for (path, kind) in paths {
            let kind = kind.data(|| self.cannot(&path))?;
            if kind.is_symlink() {
                self.links.push(path);
            } else if kind.is_dir() {
                self.below(&path)?;
            } else if let Some(what) = special(kind) {
                let name = self.name(&path);
                self.listed.refuse(name, what);
            } else {
                let facts = path.symlink_metadata().data(|| self.cannot(&path))?;
                self.file(path, &facts);
            }
        }
        Ok(())
    }

    /// A folder that is not the source's own.
    fn below(&mut self, path: &Path) -> Result<()> {
        let name = path.file_name().unwrap_or_default();
        if name == LOST_AND_FOUND {
            return Ok(());
        }
        if name.to_str().is_none() {
            let name = self.name(path);
            self.listed.refuse(name, "a folder whose name is not UTF-8");
            return Ok(());
        }
        self.folder(path)
    }

    fn link(&mut self, path: &Path) -> Result<()> {
        let name = self.name(path);
        let before = self.listed.files.len();
        // In a circle, to nothing, or to where this account may not look.
        let (Ok(real), Ok(facts)) = (path.canonicalize(), path.metadata()) else {
            self.listed
                .refuse(name, "a symbolic link that leads nowhere");
            return Ok(());
        };
        if self.seen.contains(&real) {
            self.listed
                .refuse(name, "a symbolic link to what is read already");
        } else if facts.is_dir() {
            let root = self.root.canonicalize();
            if root.is_ok_and(|root| root.starts_with(&real)) {
                self.listed
                    .refuse(name, "a symbolic link to a folder above the source's");
            } else {
                self.below(path)?;
            }
        } else if let Some(what) = special(facts.file_type()) {
            self.listed.refuse(name, what);
        } else {
            self.file(path.to_path_buf(), &facts);
        }
        self.listed.linked += (self.listed.files.len() - before) as u64;
        Ok(())
    }

    fn file(&mut self, path: PathBuf, facts: &Metadata) {
        let name = self.name(&path);
        if path.file_name().is_some_and(|n| n.to_str().is_none()) {
            self.listed.refuse(name, "a file whose name is not UTF-8");
            return;
        }
        let Some(decoder) = decoder_of(self.source, &path) else {
            self.listed.pass_over(name);
            return;
        };
        if let Ok(real) = path.canonicalize() {
            self.seen.insert(real);
        }
        let modified = facts
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_micros()).ok())
            .unwrap_or_default();
        self.listed.files.push(SourceFile {
            name,
            origin: Origin::Folder(path),
            size: facts.len(),
            modified,
            decoder,
        });
    }

    /// A path as it is known: below the source's folder, with `/`, and without what gives somebody
    /// away.
    fn name(&self, path: &Path) -> String {
        let name = path
            .strip_prefix(self.root)
            .unwrap_or(path)
            .components()
            .map(|c| c.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        name_of(self.source, name)
    }
}
