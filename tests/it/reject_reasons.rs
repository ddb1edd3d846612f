//! The reasons for which lines are rejected, and what the documents say of them.

use crate::project::repository;
use populace::decode::RejectReason;

const BEGINNING: &str = "<!-- reasons -->\n";
const END: &str = "<!-- end of reasons -->";

/// The table in docs/operations.md is what the program says. POPULACE_UPDATE=1 writes it.
#[test]
fn every_reason_is_explained() {
    let mut table = String::from("| reason | the line | what to do |\n|---|---|---|\n");
    for reason in RejectReason::ALL {
        table.push_str(&format!(
            "| `{reason}` | {} | {} |\n",
            reason.line(),
            reason.advice()
        ));
    }
    let file = repository().join("docs/operations.md");
    let page = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = page.split_once(BEGINNING).unwrap();
    let (kept, after) = rest.split_once(END).unwrap();
    if std::env::var_os("POPULACE_UPDATE").is_some() {
        let page = format!("{before}{BEGINNING}{table}{END}{after}");
        std::fs::write(&file, page).unwrap();
        return;
    }
    assert!(
        kept == table,
        "docs/operations.md does not list the reasons"
    );
}
