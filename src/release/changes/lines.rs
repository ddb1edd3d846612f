//! What changed between two releases, for people.

use super::ReleaseChanges;
use super::change::FigureChange;
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
            lines.push(format!("         and {more} more tables: --json has all"));
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
        lines
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
fn line(figure: &FigureChange) -> String {
    let mut place = vec![format!("{}/{}", figure.report, figure.table)];
    place.extend(figure.area.clone());
    place.extend(figure.period.clone());
    if !figure.breakdown.is_empty() {
        place.push(figure.breakdown.clone());
    }
    place.push(figure.measure.clone());
    let number = |number: f64| match figure.unit.as_str() {
        "count" => format!("{number:.0}"),
        _ => format!("{number}"),
    };
    let of = |value: Option<f64>| value.map_or_else(|| "none shown".to_string(), number);
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
    let why: Vec<&str> = figure.why.iter().map(|kind| kind.words()).collect();
    let why = match why.is_empty() {
        true => String::new(),
        false => format!("; {}", why.join(", ")),
    };
    format!("         {}: {values}{why}", place.join(", "))
}
