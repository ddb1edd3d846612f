//! Labels that hold a number which could be a count: a way past the scheme.

use super::table::ReadTable;
use crate::figures::{ALL, TOTAL};
use crate::privacy::looks_identifying;
use crate::release::dimension::NOT_KNOWN;
use std::collections::BTreeSet;

/// Words after a number that make it a count.
const COUNTED: [&str; 12] = [
    "people",
    "persons",
    "person",
    "patients",
    "patient",
    "cases",
    "events",
    "contacts",
    "admissions",
    "deaths",
    "rows",
    "records",
];

/// Words before a number that make it a count.
const COUNTS: [&str; 6] = ["n", "count", "number", "total", "of", "x"];

/// Words before a number that make it a name: type 2 diabetes, stage 3.
const NAMES: [&str; 22] = [
    "age", "band", "category", "class", "cohort", "core", "day", "grade", "group", "level",
    "month", "part", "phase", "quarter", "quintile", "decile", "stage", "step", "tier", "type",
    "week", "year",
];

/// Words after a number and `or` or `and` that make it an age: 18 or over.
const AGES: [&str; 6] = ["over", "older", "above", "under", "younger", "below"];

/// Words after a number that make it a length of time: 182 of 365 days.
const TIMES: [&str; 8] = [
    "day", "days", "week", "weeks", "month", "months", "year", "years",
];

/// The first label that could tell a count: its dimension and its line.
pub(super) fn telling(table: &ReadTable) -> Option<(String, usize)> {
    for (place, dimension) in table.dimensions.iter().enumerate() {
        let of = |cell: &super::table::ReadCell| match cell.row.get(place) {
            Some(label) => label.clone(),
            None => cell.across.clone(),
        };
        let own = |label: &String| ![ALL, TOTAL, NOT_KNOWN].contains(&label.as_str());
        let labels: BTreeSet<String> = table.cells.iter().map(of).filter(own).collect();
        let numbered = labels.iter().filter(|label| has_digit(label)).count();
        // A dimension of numbers, such as ages, quintiles and years, has one in each label but one or
        // two, such as Unknown or Under 1.
        let of_numbers = numbered * 2 > labels.len();
        for cell in &table.cells {
            let label = of(cell);
            if own(&label) && tells(&label, of_numbers) {
                return Some((dimension.clone(), cell.line));
            }
        }
    }
    None
}

fn has_digit(label: &str) -> bool {
    label.bytes().any(|b| b.is_ascii_digit())
}

/// Whether a label may hold a count: a number by itself where the other labels of its dimension have
/// none, or one that is said to count something.
fn tells(label: &str, of_numbers: bool) -> bool {
    if looks_identifying(label).is_some() {
        return true;
    }
    let words: Vec<&str> = label
        .split(|c: char| c.is_whitespace() || "()[]{}:=,;*×#".contains(c))
        .filter(|word| !word.is_empty())
        .collect();
    let is_number = |word: &str| word.bytes().all(|b| b.is_ascii_digit());
    let named = |at: usize, names: &[&str]| {
        let word = words.get(at).map(|word| word.to_lowercase());
        word.is_some_and(|word| names.contains(&word.as_str()))
    };
    let bracketed = ['(', '[', '{'].iter().any(|open| {
        let inner = label.split(*open).nth(1).unwrap_or_default();
        let inner = inner.split([')', ']', '}']).next().unwrap_or_default();
        !inner.is_empty() && is_number(inner.trim())
    });
    if bracketed || label.contains('*') {
        return true;
    }
    let mut numbers = words.iter().enumerate().filter(|(_, w)| is_number(w));
    let before = |at: usize, words: &[&str]| at.checked_sub(1).is_some_and(|at| named(at, words));
    let names = |at: usize| {
        let word = at.checked_sub(1).and_then(|at| words.get(at));
        let word = word.map(|word| word.to_lowercase());
        word.is_some_and(|word| NAMES.contains(&word.strip_suffix('s').unwrap_or(&word)))
    };
    // Stages 3 to 5: the second number is named by what names the first.
    let ends_a_range = |at: usize| {
        let first = at.checked_sub(2).filter(|first| names(*first));
        before(at, &["to"]) && first.is_some_and(|at| is_number(words[at]))
    };
    let is_age = |at: usize| {
        let ends = named(at + 1, &["or", "and"]) && named(at + 2, &AGES);
        ends && before(at, &["of", "aged", "age", "ages", "from"])
    };
    numbers.any(|(at, _)| {
        let is_length = is_age(at) || named(at + 1, &TIMES);
        let counts = named(at + 1, &COUNTED) || before(at, &COUNTS) && !is_length;
        let is_named = names(at) || ends_a_range(at) || is_length;
        counts || !of_numbers && !is_named
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_could_be_counts_are_told_from_those_that_name_something() {
        for label in [
            "0-4",
            "90+",
            "85 and over",
            "Quintile 2",
            "1 (most deprived)",
            "2025/26",
            "2026-09-01",
            "E01000001",
            "5 or more",
            "Under 1",
        ] {
            assert!(!tells(label, true), "{label}");
        }
        for label in [
            "Upper Wendale",
            "U12345",
            "St John's",
            "2-day pathway",
            "Diabetes type 2",
            "Chronic kidney disease (stages 3 to 5)",
            "People of 18 or over who smoke (of those whose status is known)",
            "Adults aged 65 and over",
            "2025/26 (part: 182 of 365 days)",
            "People with COPD who had a flu vaccination in 12 months",
        ] {
            assert!(!tells(label, false), "{label}");
        }
        for label in [
            "Upper Wendale 3",
            "Upper Wendale (3)",
            "Upper Wendale: 3",
            "3 in Upper Wendale",
            "Upper Wendale, 3 to 5",
            "Upper Wendale 3 or over",
            "People of 18",
            "Upper Wendale, 12 people in 12 months",
            "Smokers of 18 people or over",
        ] {
            assert!(tells(label, false), "{label}");
        }
        for label in [
            "0-4 (3)",
            "0-4: 3 people",
            "Quintile 2, n=3",
            "0-4 [12]",
            "9434765919",
        ] {
            assert!(tells(label, true), "{label}");
        }
    }
}
