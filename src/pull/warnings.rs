//! What makes a pull no good one although all that it brought is in the lake.

use super::discover::new_files::NewFiles;
use super::failures::{SourceFailures, in_words};
use super::plan::PullPlan;
use super::read::context::PullContext;
use super::read::intake::Intake;
use super::state::extracts::{Extract, Extracts};
use super::state::source_marks::{Failing, SourceMarks};
use super::summary::{TableSummary, Warning};
use crate::decode::BundlePages;
use crate::plural::{things, verb};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Rows without a person that are too few to say anything.
const FEW: u64 = 10;

/// The sources whose folder has nothing, or nothing but empty files, although it had something before.
/// A server that has nothing is judged when its export is asked for.
pub(super) fn emptied(
    plan: &PullPlan,
    before: &KnownContents,
    new: &NewFiles,
    intake: Option<&Intake>,
    failures: &SourceFailures,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (index, source) in plan.sources.iter().enumerate() {
        if source.bulk.is_some()
            || source.expected.allow_empty
            || failures.has(&source.name)
            || offers(index, new, intake)
        {
            continue;
        }
        let Some(had) = before.get(&source.name) else {
            continue;
        };
        warnings.push(Warning {
            source: Some(source.name.clone()),
            table: None,
            tolerated: source.expected.allow_failure,
            what: format!(
                "it has nothing now, and had {had} before; check whether its extracts have arrived, or set allow_empty = true for this source"
            ),
        });
    }
    warnings
}

/// The sources that the pull went on without, or of which a part did not come, and what others were
/// expected to bring and did not.
pub(super) fn failed(
    plan: &PullPlan,
    marks: &SourceMarks,
    failures: &SourceFailures,
    partial: &SourceFailures,
    today: NaiveDate,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for source in &plan.sources {
        let mut say = |what: String| {
            warnings.push(Warning {
                source: Some(source.name.clone()),
                table: None,
                tolerated: source.expected.allow_failure,
                what,
            });
        };
        let mark = marks.get(&source.name);
        if failures.has(&source.name) {
            let Some(failing) = mark.and_then(|mark| mark.failing.as_ref()) else {
                continue;
            };
            let Failing { since, reason } = failing;
            say(format!(
                "nothing was taken of it, and what it brought before stays (since {since}): {reason}"
            ));
            continue;
        }
        if let Some((_, error)) = partial.iter().find(|(name, _)| *name == source.name) {
            say(in_words(&source.name, error));
        }
        let lacks = mark.map(|mark| mark.lacks(&source.expected, today));
        lacks.into_iter().flatten().for_each(say);
    }
    warnings
}

/// The sources whose Bundles are pages of answers of which the next page did not come with them.
pub(super) fn incomplete(plan: &PullPlan, intake: &Intake) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (index, source) in plan.sources.iter().enumerate() {
        let mut pages = BundlePages::default();
        for (_, file) in intake.of_source(index) {
            pages.add(&file.pages);
        }
        if let Some(what) = pages.warning() {
            warnings.push(Warning {
                source: Some(source.name.clone()),
                table: None,
                tolerated: source.expected.allow_failure,
                what,
            });
        }
    }
    warnings
}

/// Whether a folder has lines that bring something.
fn offers(source: usize, new: &NewFiles, intake: Option<&Intake>) -> bool {
    let read = intake.into_iter().flat_map(|i| i.of_source(source));
    let read: u64 = read.map(|(_, file)| file.used()).sum();
    let known = new.known_lines.get(&source).copied().unwrap_or_default();
    read + known > 0
}

/// What folders had when they had something, by source: in words, for people. Files that are empty
/// now no longer say so themselves.
pub(super) type KnownContents = BTreeMap<String, String>;

/// The properties of `populace.extract` that hold it.
const BROUGHT: &str = "populace.brought.";

/// Reads what folders had from properties, or, when an earlier Populace wrote them, from the files
/// that were taken.
pub(super) fn recall(properties: &BTreeMap<String, String>, taken: &Extracts) -> KnownContents {
    let mut brought = of_files(taken);
    for (key, had) in properties {
        if let Some(source) = key.strip_prefix(BROUGHT) {
            brought.insert(source.to_string(), had.clone());
        }
    }
    brought
}

/// Takes in what the folders of `plan` have now; those that have nothing keep what they had. `taken`
/// holds what was read.
pub(super) fn learn(
    before: &mut KnownContents,
    plan: &PullPlan,
    taken: &Extracts,
    new: &NewFiles,
    intake: &Intake,
) {
    let mut now = of_files(taken);
    for (index, source) in plan.sources.iter().enumerate() {
        if source.bulk.is_none()
            && offers(index, new, Some(intake))
            && let Some(has) = now.remove(&source.name)
        {
            before.insert(source.name.clone(), has);
        }
    }
}

/// What folders had, as properties.
pub(super) fn properties(brought: &KnownContents) -> BTreeMap<String, String> {
    let properties = brought.iter();
    properties
        .map(|(source, had)| (format!("{BROUGHT}{source}"), had.clone()))
        .collect()
}

fn of_files(taken: &Extracts) -> KnownContents {
    let mut files: BTreeMap<&str, Vec<&Extract>> = BTreeMap::new();
    for ((source, _), file) in taken.iter().filter(|(_, file)| file.used() > 0) {
        files.entry(source).or_default().push(file);
    }
    files
        .into_iter()
        .map(|(source, files)| {
            let had = format!("{} ({})", things(files.len(), "file"), types(&files));
            (source.to_string(), had)
        })
        .collect()
}

/// How many lines of which types or tables files had.
fn types(files: &[&Extract]) -> String {
    let mut types: BTreeMap<&str, u64> = BTreeMap::new();
    for part in files.iter().flat_map(|file| file.types.split(", ")) {
        if let Some((kind, lines)) = part.rsplit_once(' ') {
            *types.entry(kind).or_default() += lines.parse::<u64>().unwrap_or_default();
        }
    }
    let types = types.iter().map(|(kind, lines)| format!("{lines} {kind}"));
    types.collect::<Vec<_>>().join(", ")
}

/// Tables of which a large share of the rows has no person: of those that came now from one source,
/// or of all.
pub(super) fn unlinked(
    plan: &PullPlan,
    shared: &PullContext,
    tables: &[TableSummary],
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let of_table = warnings.len();
        for (at, source) in plan.sources.iter().enumerate() {
            let waiting = table.waiting.get(&source.name).copied().unwrap_or_default();
            let arrived = shared.arrived(at, index);
            if is_large(waiting, arrived, source.expected.unlinked_threshold) {
                warnings.push(Warning {
                    source: Some(source.name.clone()),
                    table: Some(table.table.clone()),
                    tolerated: false,
                    what: format!(
                        "{waiting} of {} {} to nobody known; check whether its Patients have arrived, or raise unlinked_threshold of this source",
                        things(arrived, "new row"),
                        verb(waiting, "belongs", "belong")
                    ),
                });
            }
        }
        let fills = plan.sources.iter().filter(|source| source.fills(index));
        let allowed = fills.map(|source| source.expected.unlinked_threshold);
        let allowed = allowed.fold(0.0, f64::max);
        if warnings.len() == of_table && is_large(table.unlinked, table.rows, allowed) {
            warnings.push(Warning {
                source: None,
                table: Some(table.table.clone()),
                tolerated: false,
                what: format!(
                    "{} of {} {} to nobody known; check whether the Patients of its sources have arrived, or raise unlinked_threshold of these sources",
                    table.unlinked,
                    things(table.rows, "row"),
                    verb(table.unlinked, "belongs", "belong")
                ),
            });
        }
    }
    warnings
}

fn is_large(rows: u64, of: u64, threshold: f64) -> bool {
    rows >= FEW && rows as f64 > of as f64 * threshold
}
