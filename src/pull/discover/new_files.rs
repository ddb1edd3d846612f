//! Which files of the sources' folders have to be read.

use super::files;
use super::source_file::{PassedOver, SourceFile};
use crate::error::Result;
use crate::pull::plan::PullPlan;
use crate::pull::state::extracts::{Extract, Extracts};
use std::collections::BTreeMap;

/// Files that have to be read.
pub(crate) struct NewFiles {
    /// The files.
    pub work: Vec<FileToRead>,
    /// How many need not be.
    pub known: u64,
    /// Files of the folders that are not read, with their addresses.
    pub passed_over: Vec<PassedOver>,
    /// Lines that brought something in those, by source.
    pub known_lines: BTreeMap<usize, u64>,
    /// How many files are reached through symbolic links.
    pub linked: u64,
    /// Whether a file was taken with another view, lookup or setting: what it holds has changed,
    /// though the versions of its records have not.
    pub other_settings: bool,
}

impl NewFiles {
    /// The files of folders that were not taken as they are now; all of them when `again`.
    pub(crate) async fn find(plan: &PullPlan, taken: &Extracts, again: bool) -> Result<Self> {
        let mut new = NewFiles {
            work: Vec::new(),
            known: 0,
            passed_over: Vec::new(),
            linked: 0,
            known_lines: BTreeMap::new(),
            other_settings: false,
        };
        let folders = plan.sources.iter().enumerate();
        for (index, source) in folders.filter(|(_, source)| source.bulk.is_none()) {
            let listed = files::list(source).await?;
            let placed = |one: PassedOver| PassedOver {
                name: format!("{}/{}", source.location, one.name),
                ..one
            };
            new.linked += listed.linked;
            new.passed_over
                .extend(listed.passed_over.into_iter().map(placed));
            for file in listed.files {
                let before = taken.get(&(source.name.clone(), file.name.clone()));
                new.other_settings |= before
                    .is_some_and(|t| t.settings != source.fingerprint && !t.is_to_read_again());
                if !again && before.is_some_and(|t| t.covers(&file, &source.fingerprint)) {
                    new.known += 1;
                    let lines = before.map_or(0, Extract::used);
                    *new.known_lines.entry(index).or_default() += lines;
                } else {
                    new.work.push(FileToRead {
                        source: index,
                        file,
                    });
                }
            }
        }
        Ok(new)
    }
}

/// A file to read.
#[derive(Debug)]
pub(crate) struct FileToRead {
    /// Index of its source in the plan.
    pub source: usize,
    /// The file.
    pub file: SourceFile,
}
