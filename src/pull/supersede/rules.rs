//! Which stored rows extracts take the place of: all of a table, or those of some files.

use crate::pipeline::ExtractKind;
use crate::pull::bulk::StagedExport;
use crate::pull::discover::new_files::NewFiles;
use crate::pull::discover::series_read::SeriesRead;
use crate::pull::plan::{PullPlan, SourceKind, SourcePlan};
use crate::pull::read::intake::Intake;
use crate::pull::state::extracts::file_number;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The rows that extracts take the place of, by source.
#[derive(Debug, Default)]
pub(crate) struct Superseded(BTreeMap<String, SourceRule>);

/// The same of one source.
#[derive(Debug, Default)]
struct SourceRule {
    /// Rows of these files.
    files: HashSet<i64>,
    /// All rows of these tables.
    tables: BTreeSet<usize>,
}

impl Superseded {
    /// What the files found and the exports brought take the place of. Of files that were read,
    /// `intake` says what they brought: one that brings nothing corrects nothing, and types that do
    /// not come in files whose names say no type keep their rows.
    pub(crate) fn of(
        plan: &PullPlan,
        new: &NewFiles,
        brought: &[StagedExport],
        intake: Option<&Intake>,
    ) -> Self {
        let mut all = Superseded::default();
        for (source, file) in &new.corrected {
            let source = &plan.sources[*source];
            if brings(plan, intake, &source.name, std::slice::from_ref(file)) {
                let number = file_number(&source.name, file);
                all.rule(source).files.insert(number);
            }
        }
        for series in &new.series {
            let source = &plan.sources[series.source];
            let rule = all.rule(source);
            match source.extracts.extract {
                ExtractKind::Full => rule.replace_series(source, series, intake),
                _ if brings(plan, intake, &source.name, &series.current) => {
                    let before = series.before.iter();
                    rule.files
                        .extend(before.map(|name| file_number(&source.name, name)));
                }
                _ => {}
            }
        }
        for export in brought {
            let source = &plan.sources[export.source];
            if source.extracts.extract == ExtractKind::Full && export.completes() {
                let types = source.bulk.as_ref().map(|bulk| bulk.types.as_slice());
                let asked = |kind: &str| {
                    let types = types.unwrap_or_default();
                    types.is_empty() || types.iter().any(|asked| asked == kind)
                };
                all.rule(source).replace_types(source, asked);
            }
        }
        all
    }

    /// The files taken, by source and name, whose place others have taken.
    pub(crate) fn files_replaced(
        plan: &PullPlan,
        new: &NewFiles,
        intake: &Intake,
    ) -> Vec<(String, String)> {
        let mut replaced = Vec::new();
        for series in &new.series {
            let source = &plan.sources[series.source];
            let full = source.extracts.extract == ExtractKind::Full;
            if full || brings(plan, Some(intake), &source.name, &series.current) {
                let before = series.before.iter();
                let others = before.filter(|name| !series.current.contains(name));
                replaced.extend(others.map(|name| (source.name.clone(), name.clone())));
            }
        }
        replaced
    }

    fn rule(&mut self, source: &SourcePlan) -> &mut SourceRule {
        self.0.entry(source.name.clone()).or_default()
    }

    /// Whether rows of a table may be replaced.
    pub(super) fn concerns(&self, source: &SourcePlan, table: usize) -> bool {
        let rule = self.0.get(&source.name);
        let concerns = |rule: &SourceRule| !rule.files.is_empty() || rule.tables.contains(&table);
        source.fills(table) && rule.is_some_and(concerns)
    }

    /// Whether a row of `table` that came from `file` of `source` is replaced.
    pub(crate) fn takes(&self, source: &str, table: usize, file: Option<i64>) -> bool {
        self.0.get(source).is_some_and(|rule| {
            rule.tables.contains(&table) || file.is_some_and(|file| rule.files.contains(&file))
        })
    }

    /// Whether nothing is replaced.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl SourceRule {
    /// The tables that a series of files fills are replaced.
    fn replace_series(
        &mut self,
        source: &SourcePlan,
        series: &SeriesRead,
        intake: Option<&Intake>,
    ) {
        match (&source.kind, &series.kind) {
            (SourceKind::Csv { decoders }, _) => {
                let table = decoders.get(series.decoder).map(|(_, table)| *table);
                self.tables.extend(table);
            }
            (SourceKind::Fhir { .. }, Some(own)) => self.replace_types(source, |kind| kind == own),
            (SourceKind::Fhir { .. }, None) => match intake {
                None => self.replace_types(source, |_| true),
                Some(intake) => {
                    let files = intake.of_source(series.source);
                    let files = files.filter(|(name, _)| series.has(name));
                    let came: BTreeSet<&str> = files
                        .flat_map(|(_, file)| file.types.keys().map(String::as_str))
                        .collect();
                    self.replace_types(source, |kind| came.contains(kind));
                }
            },
        }
    }

    /// The tables of resource types are replaced.
    fn replace_types(&mut self, source: &SourcePlan, is_one: impl Fn(&str) -> bool) {
        if let SourceKind::Fhir { tables, .. } = &source.kind {
            let of = tables.iter().filter(|(kind, _)| is_one(kind));
            self.tables.extend(of.map(|(_, table)| *table));
        }
    }
}

/// Whether files brought anything, as far as they were read.
fn brings(plan: &PullPlan, intake: Option<&Intake>, source: &str, files: &[String]) -> bool {
    let Some(intake) = intake else {
        return true;
    };
    let index = plan.sources.iter().position(|of| of.name == source);
    let read = index.into_iter().flat_map(|index| intake.of_source(index));
    let mut read = read.filter(|(name, _)| files.iter().any(|file| file == name));
    read.any(|(_, file)| file.used() > 0)
}
