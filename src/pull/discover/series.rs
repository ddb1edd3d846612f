//! Extracts that take the place of earlier ones: which files are one extract, and which came before.
//!
//! Files of a source that hold everything of the same (of a table; of a resource type, where the name
//! says it; of a period, where the name says it) are a *series*. Files of a series with one date in
//! their names are one extract. Without a date, those that come together are one; where a file comes
//! again under its name, those beside it are parts of the same extract.

use super::extracted::named_moment;
use super::new_files::{FileToRead, NewFiles};
use super::series_read::SeriesRead;
use super::source_file::{PassedOver, SourceFile, decoder_of};
use crate::error::{Error, Result};
use crate::pipeline::NamePattern;
use crate::pull::plan::{SourceKind, SourcePlan};
use crate::pull::state::extracts::{Extract, Extracts};
use std::collections::BTreeMap;
use std::path::Path;

/// What the files of a series have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct SeriesName {
    /// The index of their column file.
    decoder: usize,
    /// The resource type in their names.
    kind: Option<String>,
    /// The words in their names that say the period.
    period: Vec<String>,
}

/// The files of a series.
#[derive(Default)]
struct FileSeries<'a> {
    present: Vec<SourceFile>,
    taken: Vec<(&'a str, &'a Extract)>,
}

/// A source whose extracts take the place of earlier ones.
pub(super) struct SeriesSource<'a> {
    /// Its number in the plan.
    pub index: usize,
    pub source: &'a SourcePlan,
    /// Files taken, of all sources.
    pub taken: &'a Extracts,
    /// Whether everything is read again.
    pub again: bool,
}

impl SeriesSource<'_> {
    /// Sorts `files` into those to read, those that are known, and those that are passed over.
    pub(super) fn sort(&self, files: Vec<SourceFile>, new: &mut NewFiles) -> Result<()> {
        let mut all: BTreeMap<SeriesName, FileSeries<'_>> = BTreeMap::new();
        for ((source, name), taken) in self.taken {
            if *source != self.source.name {
                continue;
            }
            // What is no extract by its name (any more) is of no series.
            if let Some(decoder) = decoder_of(self.source, Path::new(name))
                && let Some(series) = self.series(name, decoder)
            {
                all.entry(series).or_default().taken.push((name, taken));
            }
        }
        for file in files {
            let Some(series) = self.series(&file.name, file.decoder) else {
                return Err(self.nameless(&file));
            };
            all.entry(series).or_default().present.push(file);
        }
        for (name, series) in all {
            self.sort_series(&name, series, new);
        }
        Ok(())
    }

    /// A file that is of no extract that counts.
    fn passed_over(&self, file: &SourceFile) -> PassedOver {
        PassedOver {
            name: file.origin.to_string(),
            reason: Some(match self.dated(&file.name) {
                Some(_) => "older than the extract that took its place",
                None => "its name has no date, and those of other extracts have one",
            }),
        }
    }

    fn nameless(&self, file: &SourceFile) -> Error {
        let pattern = self.source.extracts.period_in_name.as_ref();
        let pattern = pattern.map_or("", NamePattern::text);
        Error::data(format!(
            "source {}: the name of {} does not say which period it is of",
            self.source.name, file.origin
        ))
        .cause(format!("period_in_name = \"{pattern}\""))
        .hint("nothing was stored; rename the file, move it away, or correct period_in_name")
    }

    /// The series of a file; None where its name says no period.
    fn series(&self, name: &str, decoder: usize) -> Option<SeriesName> {
        let words = match &self.source.extracts.period_in_name {
            Some(pattern) => pattern.words(name)?,
            None => Vec::new(),
        };
        let words = words.into_iter().filter_map(|word| name.get(word));
        Some(SeriesName {
            decoder,
            kind: self.kind(name),
            period: words.map(str::to_ascii_lowercase).collect(),
        })
    }

    /// The resource type in the name of a file: the longest that stands there between marks.
    fn kind(&self, name: &str) -> Option<String> {
        let SourceKind::Fhir { tables, .. } = &self.source.kind else {
            return None;
        };
        let file = name.rsplit('/').next().unwrap_or(name);
        let mut words = file.split(|mark: char| !mark.is_ascii_alphabetic());
        let kinds = tables.iter().map(|(kind, _)| kind);
        words.find_map(|word| {
            let mut kinds = kinds.clone();
            kinds.find(|kind| kind.eq_ignore_ascii_case(word)).cloned()
        })
    }

    /// When the extract of a file was made, by its name alone.
    fn dated(&self, name: &str) -> Option<i64> {
        let pattern = self.source.extracts.period_in_name.as_ref();
        let words = pattern.and_then(|pattern| pattern.words(name));
        // The period is no date of the extract.
        let mut rest = name.to_string();
        for word in words.into_iter().flatten() {
            rest.replace_range(word.clone(), &"#".repeat(word.len()));
        }
        named_moment(&rest, &self.source.dates)
    }

    fn sort_series(&self, name: &SeriesName, series: FileSeries<'_>, new: &mut NewFiles) {
        let FileSeries { present, taken } = series;
        let before = |file: &SourceFile| {
            let found = taken.iter().find(|(name, _)| *name == file.name);
            found.map(|(_, taken)| *taken)
        };
        let is_left = |file: &SourceFile| {
            before(file).is_some_and(|taken| taken.is_replaced() && taken.is_of(file))
        };
        let is_new = |file: &SourceFile| {
            let known = before(file).is_some_and(|t| t.covers(file, &self.source.fingerprint));
            !is_left(file) && (self.again || !known)
        };
        let counting = taken.iter().filter(|(_, taken)| !taken.is_replaced());
        let dates = counting.map(|(name, _)| self.dated(name));
        let dates = dates.chain(present.iter().map(|file| self.dated(&file.name)));
        let newest = dates.flatten().max();
        let comes_again = present
            .iter()
            .any(|file| is_new(file) && before(file).is_some());
        let (current, others): (Vec<_>, Vec<_>) = present.into_iter().partition(|file| {
            let together = newest.is_some() || comes_again || is_new(file);
            self.dated(&file.name) == newest && together && !is_left(file)
        });
        for file in others {
            match before(&file) {
                Some(taken) if taken.is_of(&file) => new.know(self.index, taken),
                _ => new.passed_over.push(self.passed_over(&file)),
            }
        }
        if !current.iter().any(is_new) {
            for file in &current {
                if let Some(taken) = before(file) {
                    new.know(self.index, taken);
                }
            }
            return;
        }
        for file in &current {
            let settings = &self.source.fingerprint;
            new.other_settings |= before(file).is_some_and(|taken| taken.is_of_others(settings));
        }
        new.series.push(SeriesRead {
            source: self.index,
            decoder: name.decoder,
            kind: name.kind.clone(),
            current: current.iter().map(|file| file.name.clone()).collect(),
            before: taken.iter().map(|(name, _)| (*name).to_string()).collect(),
        });
        new.work.extend(current.into_iter().map(|file| FileToRead {
            source: self.index,
            arrived: !before(&file).is_some_and(|taken| taken.is_of(&file)),
            file,
        }));
    }
}
