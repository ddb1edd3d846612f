//! What became of the lines of each source, as a table for people.

use super::size::count;
use crate::decode::RejectReason;
use crate::plural::things;
use crate::pull::SourceTally;
use std::collections::BTreeMap;

/// Causes of one kind that are named in a line, so that many do not hide the rest.
const NAMED: usize = 8;

const HEADS: [&str; 10] = [
    "source",
    "read",
    "stored",
    "unchanged",
    "rejected",
    "unlinked",
    "opted out",
    "no view",
    "deletions",
    "other",
];

/// The table: a line a source, and below it why lines are not stored. Of each source the numbers add up
/// to the lines read.
pub(super) fn lines(sources: &BTreeMap<String, SourceTally>) -> Vec<String> {
    let mut rows: Vec<[String; 10]> = vec![HEADS.map(str::to_string)];
    for (name, tally) in sources {
        let numbers = [
            tally.read,
            tally.stored,
            tally.unchanged,
            tally.rejected.values().sum(),
            tally.unlinked.values().sum(),
            tally.opted_out,
            tally.without_view.values().sum(),
            tally.deletions,
            tally.without_row + tally.empty,
        ];
        let mut row = [const { String::new() }; 10];
        row[0].clone_from(name);
        for (cell, number) in row.iter_mut().skip(1).zip(numbers) {
            *cell = count(number);
        }
        rows.push(row);
    }
    let width = |at: usize| {
        rows.iter()
            .map(|row| row[at].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: [usize; 10] = std::array::from_fn(width);
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let mut line = format!("         {:<1$}", row[0], widths[0]);
            for (cell, width) in row.iter().zip(widths).skip(1) {
                line.push_str(&format!("  {cell:>width$}"));
            }
            line
        })
        .collect();
    for (name, tally) in sources {
        lines.extend(
            causes(tally)
                .into_iter()
                .map(|cause| format!("         {name}: {cause}")),
        );
    }
    lines
}

/// Why lines of a source are not stored, with their person: a line a kind.
pub(super) fn causes(tally: &SourceTally) -> Vec<String> {
    let mut causes = Vec::new();
    if !tally.rejected.is_empty() {
        causes.push(format!(
            "rejected: {} (see populace.reject)",
            listed(&tally.rejected)
        ));
    }
    // Reasons for which a setting may be wrong.
    for reason in [
        RejectReason::NhsNumberTestRange,
        RejectReason::OtherFhirVersion,
    ] {
        if tally.rejected.contains_key(reason.name()) {
            causes.push(format!("{reason}: {}", reason.advice()));
        }
    }
    for (cause, lines) in &tally.unlinked {
        causes.push(format!("unlinked: {} {}", count(*lines), cause.words()));
    }
    if !tally.unresolved_references.is_empty() {
        causes.push(format!(
            "references to Patients that can never be resolved: {}",
            listed(&tally.unresolved_references)
        ));
    }
    if !tally.without_view.is_empty() {
        causes.push(format!(
            "types without a view: {}",
            listed(&tally.without_view)
        ));
    }
    if tally.without_row > 0 {
        causes.push(format!(
            "other: from {} the views take no row",
            things(tally.without_row, "line")
        ));
    }
    if !tally.failed_at_server.is_empty() {
        causes.push(format!(
            "failed at the server: {}",
            listed(&tally.failed_at_server)
        ));
    }
    causes
}

/// The largest numbers first.
fn listed(numbers: &BTreeMap<String, u64>) -> String {
    let mut sorted: Vec<(&String, &u64)> = numbers.iter().collect();
    sorted.sort_by_key(|(name, number)| (std::cmp::Reverse(**number), *name));
    let mut named: Vec<String> = sorted
        .iter()
        .take(NAMED)
        .map(|(name, number)| format!("{} {name}", count(**number)))
        .collect();
    if let Some(others) = sorted.get(NAMED..).filter(|others| !others.is_empty()) {
        let lines: u64 = others.iter().map(|(_, number)| **number).sum();
        named.push(format!("{} of {} others", count(lines), others.len()));
    }
    named.join(", ")
}
