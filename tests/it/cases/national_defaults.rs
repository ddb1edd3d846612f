//! What national data sets write where something is not known, and how they fill codes.

use super::csv_sender::{file, project, spell};

#[test]
fn filling_signs_are_no_diagnosis_and_no_procedure() {
    let rows = [
        spell(1, &[("diag_01", "I10X"), ("proc_01", "W37.1")]),
        spell(2, &[("diag_01", "I10 -"), ("proc_01", "-")]),
        spell(3, &[("diag_01", " I10- "), ("proc_01", "&")]),
        spell(4, &[("diag_01", "-"), ("proc_01", "W371 ")]),
        spell(5, &[("diag_01", "&"), ("gp_practice", "v81999")]),
    ];
    let project = project("", &[("apc_spell.001.csv", file(&rows).as_bytes())]);
    project.ok(&["pull"]);
    project.ok(&["run", "staging.apc_spell"]);
    let found = project.sql(
        "select count(*), count(diag_01), sum(cast(icd10_normalise(diag_01) = 'I10' as int)), count(proc_01), count(distinct proc_01), count(practice_code) from staging.apc_spell",
    );
    assert_eq!(found, [["5", "3", "3", "2", "1", "0"]]);
}

#[test]
fn dates_and_times_of_national_extracts() {
    let dates = [
        "20260101",
        "01/01/2026",
        "01-JAN-2026",
        "1-Jan-2026",
        "2026-01-01 00:00:00.0000000",
        "2026-01-01T00:00:00Z",
        "01/01/2026 00:00",
        "Jan  1 2026 12:00AM",
        "2025-12-31 24:00:00",
    ];
    let rows: Vec<_> = (0..)
        .zip(dates)
        .map(|(person, date)| {
            let set = [
                ("admission_date", date),
                ("discharge_date", "20260102 093000"),
            ];
            spell(person, &set)
        })
        .collect();
    let project = project("", &[("apc_spell.001.csv", file(&rows).as_bytes())]);
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["values_not_known"], serde_json::json!([]));
    let found = "select distinct admission_date, discharge_date from record.apc_spell";
    assert_eq!(project.sql(found), [["2026-01-01", "2026-01-02"]]);
}
