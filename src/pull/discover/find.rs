//! Which files of the sources' folders have to be read.

use super::files;
use super::new_files::{FileToRead, NewFiles};
use super::series::SeriesSource;
use super::source_file::{PassedOver, SourceFile};
use crate::error::Result;
use crate::pipeline::{ExtractKind, SameName};
use crate::pull::failures::SourceFailures;
use crate::pull::plan::{PullPlan, SourcePlan};
use crate::pull::state::extracts::Extracts;
use std::collections::BTreeSet;

/// The files of folders that were not taken as they are now; all of them when `again`. Sources that
/// cannot be listed are noted among the `failures`, and those that are there already are not looked at.
pub(in crate::pull) async fn new_files(
    plan: &PullPlan,
    taken: &Extracts,
    again: bool,
    failures: &mut SourceFailures,
) -> Result<NewFiles> {
    let mut new = NewFiles::default();
    let folders = plan.sources.iter().enumerate();
    for (index, source) in folders.filter(|(_, source)| source.bulk.is_none()) {
        if failures.has(&source.name) {
            continue;
        }
        let listed = match files::list(source).await {
            Ok(listed) => listed,
            Err(error) => {
                failures.note(&source.name, error)?;
                continue;
            }
        };
        let placed = |one: PassedOver| PassedOver {
            name: format!("{}/{}", source.location, one.name),
            ..one
        };
        new.linked += listed.linked;
        new.passed_over
            .extend(listed.passed_over.into_iter().map(placed));
        let extracts = &source.extracts;
        if extracts.extract == ExtractKind::Full || extracts.period_in_name.is_some() {
            let series = SeriesSource {
                index,
                source,
                taken,
                again,
            };
            if let Err(error) = series.sort(listed.files, &mut new) {
                failures.note(&source.name, error)?;
            }
        } else {
            add(&mut new, (index, source), listed.files, taken, again);
        }
    }
    Ok(new)
}

/// Sorts the files of a source whose extracts are added to earlier ones.
fn add(
    new: &mut NewFiles,
    (index, source): (usize, &SourcePlan),
    files: Vec<SourceFile>,
    taken: &Extracts,
    again: bool,
) {
    let before = |file: &SourceFile| taken.get(&(source.name.clone(), file.name.clone()));
    // Files with other bytes than before, by the column file that they belong to.
    let mut corrected: BTreeSet<usize> = BTreeSet::new();
    if source.extracts.same_name == SameName::Correction {
        for file in &files {
            if before(file).is_some_and(|taken| !taken.is_of(file)) {
                new.corrected.push((index, file.name.clone()));
                corrected.insert(file.decoder);
            }
        }
    }
    for file in files {
        let before = before(&file);
        new.other_settings |= before.is_some_and(|t| t.is_of_others(&source.fingerprint));
        // A wrong file may have hidden what others hold of its records.
        let again = again || corrected.contains(&file.decoder);
        let arrived = !before.is_some_and(|taken| taken.is_of(&file));
        match before.filter(|taken| !again && taken.covers(&file, &source.fingerprint)) {
            Some(taken) => new.know(index, taken),
            None => new.work.push(FileToRead {
                source: index,
                file,
                arrived,
            }),
        }
    }
}
