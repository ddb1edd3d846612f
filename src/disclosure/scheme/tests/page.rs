//! `docs/disclosure.md`: its tables are made from the code.

use super::*;
use crate::disclosure::magnitude;
use std::fmt::Write;

const COUNTS: [u64; 8] = [0, 1, 5, 7, 8, 13, 104, 5002];

/// What each scheme makes of some counts.
fn schemes() -> String {
    let mut table = String::from("| scheme |");
    for count in COUNTS {
        write!(table, " {count} |").unwrap();
    }
    table.push_str(" 100 contacts of 3 people | totals | to protect another figure |\n");
    table.push_str(&"|---".repeat(COUNTS.len() + 4));
    table.push_str("|\n");
    for scheme in all().iter().filter(|s| !matches!(s, Scheme::CellKey(_))) {
        write!(table, "| `{}` |", scheme.name()).unwrap();
        for count in COUNTS {
            write!(table, " {} |", scheme.release(&people(count))).unwrap();
        }
        let totals = match scheme.adds_up() {
            true => "sums of what is shown",
            false => "the rule, from the true total",
        };
        let protects = match scheme.withholds() {
            true => "a figure is withheld",
            false => "a figure is moved to the next step",
        };
        let contacts = scheme.release(&rows(100, 3));
        writeln!(table, " {contacts} | {totals} | {protects} |").unwrap();
    }
    let of_cell_key = "the site's table decides; 0 stays 0".to_string();
    writeln!(
        table,
        "| `cell_key` | {of_cell_key} {} | {} | the table, from the true total | a figure is moved to another of the table |",
        "| ".repeat(COUNTS.len() - 1),
        named("cell_key").release(&rows(100, 3)),
    )
    .unwrap();
    table
}

/// The rules for each kind of figure.
fn figures() -> String {
    let mut table = String::from("| figure | rule | released by reports |\n|---|---|---|\n");
    for kind in magnitude::figures() {
        writeln!(
            table,
            "| {} | {} | {} |",
            kind.figure, kind.rule, kind.released
        )
        .unwrap();
    }
    table
}

#[test]
fn the_page_has_the_tables_of_the_code() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/disclosure.md");
    let Ok(page) = std::fs::read_to_string(file) else {
        return crate::notice::missing("docs", "docs/disclosure.md is not beside the code");
    };
    let mut wanted = page.clone();
    for (name, table) in [("schemes", schemes()), ("figures", figures())] {
        let (start, end) = (
            format!("<!-- {name} -->\n"),
            format!("<!-- end of {name} -->\n"),
        );
        let from = wanted.find(&start).unwrap() + start.len();
        let to = wanted.find(&end).unwrap();
        wanted.replace_range(from..to, &format!("\n{table}\n"));
    }
    if std::env::var_os("POPULACE_UPDATE").is_some() {
        std::fs::write(file, wanted).unwrap();
        return;
    }
    assert!(
        page == wanted,
        "docs/disclosure.md is out of date: run this test with POPULACE_UPDATE=1"
    );
}
