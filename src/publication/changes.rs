//! What is different about a release than about the one before, and why: new data, a new definition,
//! another rule. It follows from the two manifests.

use super::facts::{CodeListFacts, InputFacts, ReleaseFacts};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Why figures may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChangeKind {
    /// A report came or went.
    Reports,
    /// The day, or another parameter.
    Period,
    /// The rule of disclosure control.
    Rule,
    /// The SQL of a model, a report file or a code list.
    Definition,
    /// Records or reference tables.
    Data,
    /// The program.
    Program,
}

/// Something that is different.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct ReleaseChange {
    /// Of which kind.
    pub kind: ChangeKind,
    /// What it is, as a sentence.
    pub what: String,
}

/// What is different about the release of `now` than about that of `before`, in the order of kinds.
pub(crate) fn changes(before: &ReleaseFacts, now: &ReleaseFacts) -> Vec<ReleaseChange> {
    let mut found = Vec::new();
    let mut say = |kind, what: String| found.push(ReleaseChange { kind, what });
    reports(before, now, &mut say);
    parameters(before, now, &mut say);
    rule(before, now, &mut say);
    definitions(before, now, &mut say);
    data(before, now, &mut say);
    if before.program_version != now.program_version {
        let (was, is) = (&before.program_version, &now.program_version);
        say(
            ChangeKind::Program,
            format!("Made by version {is} of the program in place of {was}."),
        );
    }
    found.sort();
    found
}

type Say<'a> = dyn FnMut(ChangeKind, String) + 'a;

fn reports(before: &ReleaseFacts, now: &ReleaseFacts, say: &mut Say<'_>) {
    for report in now
        .reports
        .keys()
        .filter(|name| !before.reports.contains_key(*name))
    {
        say(ChangeKind::Reports, format!("The report {report} is new."));
    }
    for report in before
        .reports
        .keys()
        .filter(|name| !now.reports.contains_key(*name))
    {
        say(
            ChangeKind::Reports,
            format!("The report {report} is not in this release."),
        );
    }
}

fn parameters(before: &ReleaseFacts, now: &ReleaseFacts, say: &mut Say<'_>) {
    let names: BTreeSet<&String> = before
        .parameters
        .keys()
        .chain(now.parameters.keys())
        .collect();
    for name in names {
        let (was, is) = (before.parameters.get(name), now.parameters.get(name));
        if was != is {
            let shown =
                |value: Option<&String>| value.map_or("not set", String::as_str).to_string();
            let (was, is) = (shown(was), shown(is));
            say(
                ChangeKind::Period,
                format!("The parameter {name} is {is}; it was {was}."),
            );
        }
    }
}

fn rule(before: &ReleaseFacts, now: &ReleaseFacts, say: &mut Say<'_>) {
    let (was, is) = (&before.scheme, &now.scheme);
    if was.name != is.name {
        say(
            ChangeKind::Rule,
            format!(
                "Figures follow the scheme {}; they followed {}.",
                is.name, was.name
            ),
        );
    } else if was.settings != is.settings {
        say(
            ChangeKind::Rule,
            format!("Settings of the scheme {} changed.", is.name),
        );
    }
}

fn definitions(before: &ReleaseFacts, now: &ReleaseFacts, say: &mut Say<'_>) {
    for (name, report) in &now.reports {
        if before
            .reports
            .get(name)
            .is_some_and(|was| was.file_sha256 != report.file_sha256)
        {
            say(
                ChangeKind::Definition,
                format!("The report {name} is defined otherwise."),
            );
        }
    }
    let sql = |facts: &ReleaseFacts| -> BTreeMap<String, String> {
        let models = facts.models.iter();
        models
            .map(|model| (model.name.clone(), model.sql_sha256.clone()))
            .collect()
    };
    let (was, is) = (sql(before), sql(now));
    for (model, how) in compared(&was, &is) {
        let what = match how {
            Differs::New => format!("The model {model} is new behind these reports."),
            Differs::Gone => format!("The model {model} is no longer behind these reports."),
            Differs::Other => format!("The model {model} is defined otherwise."),
        };
        say(ChangeKind::Definition, what);
    }
    let lists = |facts: &ReleaseFacts| -> BTreeMap<String, CodeListFacts> {
        let lists = facts.code_lists.iter();
        lists
            .map(|list| (list.name.clone(), list.clone()))
            .collect()
    };
    for (list, how) in compared(&lists(before), &lists(now)) {
        let what = match how {
            Differs::New => format!("The code list {list} is new behind these reports."),
            Differs::Gone => format!("The code list {list} is no longer behind these reports."),
            Differs::Other => format!("The code list {list} is another edition."),
        };
        say(ChangeKind::Definition, what);
    }
}

fn data(before: &ReleaseFacts, now: &ReleaseFacts, say: &mut Say<'_>) {
    let inputs = |facts: &ReleaseFacts| -> BTreeMap<String, InputFacts> {
        let inputs = facts.inputs.iter();
        inputs
            .map(|input| (input.table.clone(), input.clone()))
            .collect()
    };
    for (table, how) in compared(&inputs(before), &inputs(now)) {
        let what = match how {
            Differs::New => format!("The table {table} is new behind these reports."),
            Differs::Gone => format!("The table {table} is no longer behind these reports."),
            Differs::Other => format!("The table {table} has new data."),
        };
        say(ChangeKind::Data, what);
    }
}

/// How a thing of one name differs.
enum Differs {
    New,
    Gone,
    Other,
}

/// The names of which there is something else than before, in order.
fn compared<'a, T: PartialEq>(
    before: &'a BTreeMap<String, T>,
    now: &'a BTreeMap<String, T>,
) -> Vec<(&'a str, Differs)> {
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let how = |name: &&'a String| {
        let how = match (before.get(*name), now.get(*name)) {
            (None, _) => Differs::New,
            (_, None) => Differs::Gone,
            (was, is) if was != is => Differs::Other,
            _ => return None,
        };
        Some((name.as_str(), how))
    };
    names.iter().filter_map(how).collect()
}
