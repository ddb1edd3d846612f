//! The sections of the checker's report: the same words on paper, on a page and in a terminal.

use super::collect::{CheckersReport, ComparedRelease};
use crate::figures::derive::FigureChange;
use crate::plural::{things, verb};
use crate::publication::in_london;
use crate::release::about::{InputUsed, long_date};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A section.
pub(super) struct CheckedSection {
    /// Its heading.
    pub title: &'static str,
    /// What is said, a sentence or two each.
    pub lines: Vec<String>,
    /// Figures, if there are any.
    pub table: Option<SectionTable>,
}

/// A table of a section. The first column names the row.
pub(super) struct SectionTable {
    /// The headings.
    pub head: Vec<&'static str>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

/// The title of the report.
pub(super) fn title(report: &CheckersReport) -> String {
    let publication = &report.publication;
    let name = publication.name().map(ToString::to_string);
    let name = name.unwrap_or_else(|| publication.release.clone());
    format!("Checker's report of {name}")
}

/// All sections, in the order in which somebody who approves asks.
pub(super) fn sections(report: &CheckersReport) -> Vec<CheckedSection> {
    vec![
        release(report),
        whole(report),
        scheme(report),
        tables(report),
        refused(report),
        differences(report),
        quality(report),
        sources(report),
    ]
}

fn section(title: &'static str, lines: Vec<String>) -> CheckedSection {
    CheckedSection {
        title,
        lines,
        table: None,
    }
}

fn release(report: &CheckersReport) -> CheckedSection {
    let publication = &report.publication;
    let day: Option<NaiveDate> = report.as_of.parse().ok();
    let day = day.map_or_else(|| report.as_of.clone(), long_date);
    let mut lines = vec![
        format!(
            "Release {}, of which figures describe {day}.",
            publication.release
        ),
        format!("State: {}.", publication.state()),
    ];
    for step in &publication.steps {
        let why = step
            .reason
            .as_ref()
            .map_or(String::new(), |why| format!(": {why}"));
        let at = in_london(step.at);
        lines.push(format!("{} by {} on {at}{why}.", step.state, step.by));
    }
    if let Some(until) = publication.embargo() {
        lines.push(format!("Embargo until {}.", in_london(until)));
    }
    let made = report
        .made
        .as_ref()
        .map_or(String::new(), |at| format!(" at {at}"));
    lines.push(format!("Made by {}{made}.", report.program));
    section("Release", lines)
}

fn whole(report: &CheckersReport) -> CheckedSection {
    let mut lines = match report.problems.len() {
        0 => vec![format!(
            "Its {} {} as the lake recorded when it was made, and so is its manifest.",
            things(report.files, "file"),
            verb(report.files as u64, "is", "are")
        )],
        _ => vec!["It is not as it was made. It cannot be approved or published:".to_string()],
    };
    lines.extend(report.problems.iter().cloned());
    lines.push(match report.proved_beside {
        Some(0) => "No protected figure of it follows from the others; there was no earlier release to take into account.".to_string(),
        Some(earlier) => format!("No protected figure of it follows from the others, together with those of {}.", things(earlier, "earlier release")),
        None => "The manifest has no proof of its figures.".to_string(),
    });
    section("Is it whole?", lines)
}

fn scheme(report: &CheckersReport) -> CheckedSection {
    let scheme = &report.scheme;
    let mut lines = vec![format!("Scheme: {}.", scheme.name)];
    lines.extend(scheme.words.iter().cloned());
    let settings = scheme.settings.iter();
    let rows = settings.map(|(name, value)| vec![name.clone(), value.clone()]);
    CheckedSection {
        title: "What disclosure control did",
        lines,
        table: Some(SectionTable {
            head: vec!["Setting", "Value"],
            rows: rows.collect(),
        }),
    }
}

fn tables(report: &CheckersReport) -> CheckedSection {
    let sum = |of: fn(&super::collect::CheckersTable) -> usize| -> usize {
        report.tables.iter().map(of).sum()
    };
    let (shown, suppressed, held) = (sum(|t| t.shown), sum(|t| t.suppressed), sum(|t| t.held));
    let rows = report.tables.iter().map(|table| {
        let name = format!("{}: {}", table.report, table.table);
        vec![
            name,
            table.shown.to_string(),
            table.suppressed.to_string(),
            share(table.suppressed, table.shown),
            table.held.to_string(),
        ]
    });
    CheckedSection {
        title: "Figures by table",
        lines: vec![
            format!(
                "{} {} a figure and {suppressed} {} suppressed, in {}.",
                things(shown, "cell"),
                verb(shown as u64, "shows", "show"),
                verb(suppressed as u64, "is", "are"),
                things(report.tables.len(), "table")
            ),
            format!(
                "{} {} from an earlier release, because too few people entered or left since: the tables say which.",
                things(held, "count"),
                verb(held as u64, "stands", "stand")
            ),
        ],
        table: Some(SectionTable {
            head: vec!["Table", "Shown", "Suppressed", "Share suppressed", "Held"],
            rows: rows.collect(),
        }),
    }
}

/// A share in whole percent.
fn share(part: usize, rest: usize) -> String {
    match part + rest {
        0 => "-".to_string(),
        all => format!("{} %", (part * 200 + all) / (2 * all)),
    }
}

fn refused(report: &CheckersReport) -> CheckedSection {
    let mut lines = Vec::new();
    for refused in &report.refused {
        let because = refused.because.join("; ");
        lines.push(format!(
            "The report {} is not in it: {because}.",
            refused.report
        ));
    }
    if lines.is_empty() {
        lines.push("No report was refused when it was made.".to_string());
    }
    section("What was refused", lines)
}

/// Against which releases figures are marked as revised. That there is none does not say that nothing was
/// published.
fn revised<'a>(since: impl Iterator<Item = &'a String>) -> String {
    let since: Vec<&str> = since.map(String::as_str).collect();
    match since.is_empty() {
        false => format!("Figures are marked as revised against {}.", since.join(", ")),
        true => "No figure is marked as revised: when it was made, readers had no release of its reports that was as the lake recorded it.".to_string(),
    }
}

fn differences(report: &CheckersReport) -> CheckedSection {
    let Some(ComparedRelease {
        release,
        name,
        changes,
        figures,
        figures_not_read,
    }) = &report.compared
    else {
        let none = || "There is no published release to compare it with.".to_string();
        let lines = vec![report.not_compared.clone().unwrap_or_else(none)];
        return section("Differences from the last release", lines);
    };
    let name = name
        .as_ref()
        .map_or_else(|| release.clone(), |n| format!("{n} ({release})"));
    let mut lines = vec![format!("Compared with {name}.")];
    lines.extend(changes.iter().map(|change| change.what.clone()));
    if changes.is_empty() {
        lines.push("The two were made from the same data, by the same definitions.".to_string());
    }
    let earlier = report.revised_since_earlier.iter();
    lines.push(revised(report.revised_since.iter().chain(earlier)));
    let rows: Vec<Vec<String>> = match figures {
        None => {
            let why = figures_not_read.as_deref().unwrap_or("they cannot be read");
            lines.push(format!("Their figures are not compared: {why}."));
            Vec::new()
        }
        Some(figures) => {
            lines.push(outcomes(&figures.outcomes));
            figures.largest.iter().map(changed_row).collect()
        }
    };
    CheckedSection {
        title: "Differences from the last release",
        lines,
        table: (!rows.is_empty()).then(|| SectionTable {
            head: vec!["Largest changes", "Table", "Before", "Now"],
            rows,
        }),
    }
}

/// How many figures there are of each outcome, in a sentence or two.
fn outcomes(outcomes: &BTreeMap<String, u64>) -> String {
    let of = |what: &str| outcomes.get(what).copied().unwrap_or(0);
    format!(
        "Of the figures of the same table and labels, {} are the same and {} are not; {} are newly shown, {} newly suppressed and {} suppressed in both. {} are held in one of the two, so that nothing is said of their change. {} are new, and {} are gone.",
        of("same"),
        of("changed"),
        of("newly shown"),
        of("newly suppressed"),
        of("suppressed"),
        of("held"),
        of("new"),
        of("gone")
    )
}

fn changed_row(changed: &FigureChange) -> Vec<String> {
    vec![
        changed.place(),
        format!("{}: {}", changed.report, changed.table),
        changed.number(changed.before),
        changed.number(changed.now),
    ]
}

fn quality(report: &CheckersReport) -> CheckedSection {
    let mut lines = vec!["As the lake is today:".to_string()];
    lines.extend(report.quality.iter().cloned());
    if report.quality.is_empty() {
        lines = vec![
            "Today no source is late or failing, and no check of the last night failed."
                .to_string(),
        ];
    }
    section("Quality of the data", lines)
}

fn sources(report: &CheckersReport) -> CheckedSection {
    let parameters = report.parameters.iter();
    let mut lines: Vec<String> = parameters
        .map(|(name, value)| format!("Parameter {name}: {value}."))
        .collect();
    lines.push(format!(
        "{} {} behind the figures.",
        things(report.models, "model"),
        verb(report.models as u64, "is", "are")
    ));
    let lists = report.code_lists.iter();
    lines.extend(lists.map(|list| format!("Code list {}: {list}.", list.name)));
    let of = |input: &InputUsed| {
        let published = input.published.as_ref();
        let said = |said: Option<&String>| said.cloned().unwrap_or_else(|| "-".to_string());
        vec![
            input.table.clone(),
            input.version.clone(),
            said(published.and_then(|p| p.source.as_ref())),
            said(published.and_then(|p| p.version.as_ref())),
        ]
    };
    CheckedSection {
        title: "Sources",
        lines,
        table: Some(SectionTable {
            head: vec!["Table", "Version", "Source", "Edition"],
            rows: report.inputs.iter().map(of).collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_against_which_figures_are_marked_are_named() {
        let names = ["wold-2026-06-v1", "wold-2026-05-v2"].map(str::to_string);
        assert_eq!(
            revised(names.iter()),
            "Figures are marked as revised against wold-2026-06-v1, wold-2026-05-v2."
        );
        let none = revised([].iter());
        assert!(
            none.contains("readers had no release of its reports"),
            "{none}"
        );
        assert!(!none.contains("nothing was published"), "{none}");
    }
}
