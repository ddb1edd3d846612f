//! Whether each figure can have come from the scheme.

use super::table::{ReadCell, ReadTable, is_number};
use crate::disclosure::{NOT_APPLICABLE, Released, SUPPRESSED, Scheme};

/// More problems of one kind are not listed.
const LISTED: usize = 5;

/// What is wrong with the figures of a table.
pub(super) fn problems(table: &ReadTable, scheme: &Scheme) -> Vec<String> {
    let mut found = Vec::new();
    for cell in &table.cells {
        if let Some(what) = wrong(cell, scheme) {
            found.push(format!("line {} {what}", cell.line));
        }
    }
    let more = found.len().saturating_sub(LISTED);
    found.truncate(LISTED);
    if more > 0 {
        found.push(format!("has {more} problems more"));
    }
    found
}

/// What is wrong with one figure.
fn wrong(cell: &ReadCell, scheme: &Scheme) -> Option<&'static str> {
    let words = scheme.words();
    let status = match (cell.unit.as_str(), cell.value.as_str()) {
        (_, SUPPRESSED) => "suppressed",
        (_, NOT_APPLICABLE) => "not applicable",
        ("count", value) => {
            let Some(count) = Released::read(value).and_then(Released::count) else {
                return Some("has a count that is none");
            };
            if !scheme.allows(count) {
                return Some("has a count that the scheme does not allow");
            }
            match count {
                0 => words.zero,
                _ => words.shown,
            }
        }
        (_, value) if !is_number(value) => return Some("has a figure that is none"),
        _ => "calculated",
    };
    (status != cell.status && cell.held_from().is_none())
        .then_some("says another thing of its figure than the figure does")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_held_where_it_is_there() {
        let found = |unit: &str, value: &str, status: &str| {
            let cell = ReadCell {
                line: 2,
                row: vec!["Female".to_string()],
                has_across: false,
                across: String::new(),
                measure: "People".to_string(),
                unit: unit.to_string(),
                value: value.to_string(),
                status: status.to_string(),
            };
            wrong(&cell, &Scheme::Hes2018)
        };
        let held = "held from 2026-08-31";
        let other = Some("says another thing of its figure than the figure does");
        for (unit, value) in [
            ("count", "20"),
            ("count", "*"),
            ("percent", "12.5"),
            ("per 1000", "0"),
        ] {
            assert_eq!(found(unit, value, held), None, "{unit} {value}");
        }
        assert_eq!(found("percent", "12.5", "calculated"), None);
        assert_eq!(found("percent", "*", "suppressed"), None);
        // Of what is not there, nothing is of an earlier day.
        assert_eq!(found("percent", "*", held), other);
        assert_eq!(found("percent", "[z]", held), other);
        assert_eq!(found("percent", "12.5", "held from yesterday"), other);
    }
}
