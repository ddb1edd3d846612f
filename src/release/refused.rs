//! Reports that may not be released, because tables that they read are not what they should be.

use crate::error::Error;
use crate::lake::{TableName, advice};
use crate::models::{Freshness, Outdated};
use crate::pipeline::Pipeline;
use crate::plural::things;
use crate::release::report::Report;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Tables that are named for one report; more are counted.
const NAMED: usize = 12;

/// A report that was not released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The report.
    pub report: String,
    /// The tables that it reads and that are out of date, each with the reason.
    pub because: Vec<String>,
    /// What to do.
    pub hint: String,
    /// Whether a table is damaged.
    pub damaged: bool,
}

/// Why `report` may not be released now; None when it may.
pub(super) fn refusal(
    fresh: &Freshness<'_>,
    pipeline: &Pipeline,
    report: &Report,
) -> Option<Refused> {
    let name = report.report.name.clone();
    let outdated = fresh.outdated(&report.reads);
    if outdated.is_empty() {
        return fresh.dates(&report.reads).is_empty().then(|| Refused {
            report: name,
            because: vec![
                "it reads no model, so that nothing says for which day its figures are".to_string(),
            ],
            hint: "read reference tables through a model".to_string(),
            damaged: false,
        });
    }
    let mut because: Vec<String> = outdated
        .iter()
        .map(|(table, why)| format!("{table}: {}", why.reasons.join("; ")))
        .collect();
    if because.len() > NAMED {
        let more = because.len() - NAMED;
        because.truncate(NAMED);
        because.push(format!("and {}", things(more, "more table")));
    }
    Some(Refused {
        report: name,
        because,
        hint: hint(pipeline, &outdated),
        damaged: outdated.values().any(|outdated| outdated.damaged),
    })
}

/// One error for all tables that may not leave: whoever mends one wants to know of the others.
pub(super) fn together(mut problems: Vec<Error>) -> Option<Error> {
    if problems.len() < 2 {
        return problems.pop();
    }
    let mut error = Error::refused(format!("{} tables may not be released", problems.len()));
    let mut hints: Vec<&str> = Vec::new();
    for problem in &problems {
        // Many tables are often refused for one reason.
        hints.extend(problem.hint_text().filter(|hint| !hints.contains(hint)));
        let why = problem.causes().first();
        let why = why.map_or(String::new(), |why| format!(" ({why})"));
        error = error.cause(format!("{}{why}", problem.what()));
    }
    Some(error.hint(hints.join("; or, for another of them: ")))
}

/// What to do about tables that are out of date.
fn hint(pipeline: &Pipeline, outdated: &BTreeMap<TableName, Outdated>) -> String {
    let mut built_with = BTreeMap::new();
    let (mut failed, mut gone, mut damaged) = (false, false, None);
    for (name, outdated) in outdated {
        if outdated.damaged {
            damaged = damaged.or(Some(name));
        }
        failed |= outdated.failed;
        gone |= outdated.gone;
        built_with.extend(outdated.built_with.clone());
    }
    let run = format!("`populace run{}`", settings(&pipeline.set));
    if let Some(name) = damaged {
        return advice(name);
    }
    if gone {
        return format!(
            "restore the files that are gone, or change what reads their tables; then {run} and release again"
        );
    }
    if failed {
        return format!(
            "mend the data or the model whose checks failed, then {run} and release again"
        );
    }
    if built_with.is_empty() {
        return format!("{run}, then release again");
    }
    let built_with: Vec<String> = built_with
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!(
        "{run}, then release again; or release what the tables were built with: `populace release{}`",
        settings(&built_with)
    )
}

/// `--set` options, as they are typed.
fn settings(settings: &[String]) -> String {
    let plain = |c: char| c.is_alphanumeric() || "=-_.:/".contains(c);
    let settings = settings.iter().map(|setting| {
        if setting.chars().all(plain) {
            format!(" --set {setting}")
        } else {
            format!(" --set '{}'", setting.replace('\'', "'\\''"))
        }
    });
    settings.collect()
}

/// The error of a release of which no report is left.
pub(super) fn nothing_left(refused: &[Refused]) -> Error {
    let names: Vec<&str> = refused.iter().map(|r| r.report.as_str()).collect();
    let names = names.join(", ");
    let mut error = match refused.iter().any(|one| one.damaged) {
        true => Error::data(format!(
            "nothing can be released: tables of {names} are damaged or out of date"
        )),
        false => Error::refused(format!(
            "nothing can be released: tables of {names} are not what their models would make now"
        )),
    };
    for refused in refused {
        for because in &refused.because {
            error = error.cause(format!("{}: {because}", refused.report));
        }
    }
    let first = refused.iter().find(|one| one.damaged);
    match first.or(refused.first()) {
        Some(first) => error.hint(&first.hint),
        None => error,
    }
}
