//! What changed between two releases, for people.

use super::ReleaseChanges;
use super::change::ExplainedChange;
use crate::plural::things;
use crate::visible::one_line;
use std::collections::BTreeSet;

/// Figures, and tables, that are listed; `--json` has all.
const LISTED: usize = 20;

/// Reports that are named for a cause.
const NAMED: usize = 3;

impl ReleaseChanges {
    /// The lines that `populace diff` prints.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "diff     {} (as at {}) against {} (as at {})",
            self.new, self.new_as_of, self.old, self.old_as_of
        )];
        for cause in &self.causes {
            let (kind, what) = (cause.kind.words(), &cause.what);
            let what = what.trim_end_matches('.');
            lines.push(format!(
                "         {kind}: {what} ({})",
                reports(&cause.reports)
            ));
        }
        if self.causes.is_empty() && self.tables.is_empty() {
            lines.push("         both were made of the same things in the same way".to_string());
        }
        for table in self.tables.iter().take(LISTED) {
            let (report, id) = (&table.report, &table.table);
            lines.push(format!("         table {report}/{id} {}", table.what));
        }
        if self.tables.len() > LISTED {
            let more = self.tables.len() - LISTED;
            lines.push(format!(
                "         and {}: --json has all",
                things(more, "more table")
            ));
        }
        let outcomes = self
            .outcomes
            .iter()
            .map(|(what, count)| format!("{count} {what}"));
        lines.push(format!(
            "figures  {}",
            outcomes.collect::<Vec<_>>().join(", ")
        ));
        lines.extend(self.figures.iter().take(LISTED).map(line));
        if self.figures.len() > LISTED {
            let more = self.figures.len() - LISTED;
            lines.push(format!("         and {more} more: --json has all"));
        }
        // Labels are whatever the site calls its places: none may begin a line of its own.
        let shown = lines.iter().map(|line| one_line(line).into_owned());
        shown.collect()
    }
}

/// The names of reports, of which the first are told.
fn reports(all: &BTreeSet<String>) -> String {
    let told: Vec<&str> = all.iter().take(NAMED).map(String::as_str).collect();
    match all.len().saturating_sub(NAMED) {
        0 => told.join(", "),
        more => format!("{} and {more} more", told.join(", ")),
    }
}

/// A figure that is not the same.
fn line(change: &ExplainedChange) -> String {
    let figure = &change.figure;
    let place = format!("{}/{}, {}", figure.report, figure.table, figure.place());
    let of = |value| figure.number(value);
    let values = match figure.what.as_str() {
        "changed" => {
            let percent = figure
                .change_percent
                .map(|percent| format!(" ({percent:+.1}%)"));
            let (before, now) = (of(figure.before), of(figure.now));
            format!("{before} to {now}{}", percent.unwrap_or_default())
        }
        "new" | "newly shown" => format!("{}: {}", figure.what, of(figure.now)),
        "gone" | "newly suppressed" => format!("{}: was {}", figure.what, of(figure.before)),
        other => other.to_string(),
    };
    let why: Vec<&str> = change.why.iter().map(|kind| kind.words()).collect();
    let why = match why.is_empty() {
        true => String::new(),
        false => format!("; {}", why.join(", ")),
    };
    format!("         {place}: {values}{why}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::derive::FigureChange;
    use crate::publication::{ChangeKind, ReleaseChange};
    use std::collections::BTreeMap;

    #[test]
    fn each_difference_is_one_line_whatever_its_labels_hold() {
        let reports = BTreeSet::from(["profile".to_string()]);
        let figure = FigureChange {
            report: "profile".to_string(),
            table: "people".to_string(),
            area: Some("Ash\ncombe".to_string()),
            period: None,
            breakdown: String::new(),
            measure: "People".to_string(),
            unit: "count".to_string(),
            what: "changed".to_string(),
            before: Some(20.0),
            now: Some(30.0),
            change: Some(10.0),
            change_percent: Some(50.0),
        };
        let changes = ReleaseChanges {
            old: "old".to_string(),
            new: "new".to_string(),
            old_as_of: "2026-08-31".to_string(),
            new_as_of: "2026-09-30".to_string(),
            causes: vec![ReleaseChange {
                kind: ChangeKind::Definition,
                what: "The definition of the report profile has changed.".to_string(),
                reports,
            }],
            tables: Vec::new(),
            outcomes: BTreeMap::from([("changed".to_string(), 1)]),
            figures: vec![ExplainedChange {
                figure,
                why: vec![ChangeKind::Definition],
            }],
        };
        assert_eq!(
            changes.lines(),
            [
                "diff     new (as at 2026-09-30) against old (as at 2026-08-31)",
                "         new definition: The definition of the report profile has changed (profile)",
                "figures  1 changed",
                "         profile/people, Ash\\ncombe, People: 20 to 30 (+50.0%); new definition",
            ]
        );
    }
}
