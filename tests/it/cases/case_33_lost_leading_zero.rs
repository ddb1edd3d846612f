//! A verification status without its zero in every row, as a spreadsheet leaves it.

use super::csv_sender::{file, project, spell};

#[test]
fn status_1_is_01() {
    let statuses = ["1", "1.0", "'01", "=\"\"01\"\"", "\"\"\"1\"\"\"", "01"];
    let mut rows: Vec<_> = (0..)
        .zip(statuses)
        .map(|(person, status)| {
            let status = format!("\"{status}\"").replace("\"\"\"\"", "\"\"\"");
            spell(person, &[("nhs_number_status", &status)])
        })
        .collect();
    rows.push(spell(40, &[("nhs_number_status", "2")]));
    let project = project("", &[("apc_spell.001.csv", file(&rows).as_bytes())]);
    project.ok(&["pull"]);
    let found = project.sql(
        "select count(*), count(person_key), count(unverified_person_key) from record.apc_spell",
    );
    assert_eq!(found[0], ["7", "6", "1"]);
}
