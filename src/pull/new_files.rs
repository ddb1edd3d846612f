//! Which files of the sources' folders have to be read.

use super::plan::PullPlan;
use super::taken::TakenFiles;
use super::{files, intake};
use crate::error::Result;

/// Files that have to be read.
pub struct NewFiles {
    /// The files.
    pub work: Vec<intake::Work>,
    /// How many need not be.
    pub known: u64,
    /// Files of the folders that are no extracts.
    pub passed_over: Vec<String>,
    /// Whether a file was taken with another view, lookup or setting: what it holds has changed,
    /// though the versions of its records have not.
    pub other_settings: bool,
}

impl NewFiles {
    /// The files of folders that were not taken as they are now; all of them when `again`.
    pub async fn find(plan: &PullPlan, taken: &TakenFiles, again: bool) -> Result<Self> {
        let mut new = NewFiles {
            work: Vec::new(),
            known: 0,
            passed_over: Vec::new(),
            other_settings: false,
        };
        let folders = plan.sources.iter().enumerate();
        for (index, source) in folders.filter(|(_, source)| source.bulk.is_none()) {
            let listed = files::list(source).await?;
            let named = |name| format!("{}/{name}", source.location);
            new.passed_over.extend(listed.passed_over.iter().map(named));
            for file in listed.files {
                let before = taken.get(&(source.name.clone(), file.name.clone()));
                new.other_settings |= before
                    .is_some_and(|t| t.settings != source.fingerprint && !t.is_to_read_again());
                if !again && before.is_some_and(|t| t.covers(&file, &source.fingerprint)) {
                    new.known += 1;
                } else {
                    new.work.push(intake::Work {
                        source: index,
                        file,
                    });
                }
            }
        }
        Ok(new)
    }
}
