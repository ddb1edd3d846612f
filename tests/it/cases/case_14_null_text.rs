//! The word NULL in every empty field, as SQL Server's tools write it.

use super::csv_sender::{columns, file, project, spell};
use crate::project::Project;

#[test]
fn null_is_no_value() {
    let rows: Vec<Vec<String>> = (0..20)
        .map(|person| {
            let row = spell(person, &[("discharge_date", "")]);
            let null = |value: String| {
                if value.is_empty() {
                    "NULL".to_string()
                } else {
                    value
                }
            };
            row.into_iter().map(null).collect()
        })
        .collect();
    let project = project("", &[("apc_spell.001.csv", file(&rows).as_bytes())]);
    let summary = project.json(&["pull"]);
    assert_eq!(summary["rejected"], serde_json::json!({}));
    assert_eq!(summary["values_not_known"], serde_json::json!([]));
    let counts = project.sql(
        "select count(*), count(person_key), count(discharge_date), count(diag_02), count(practice_code), count(lsoa21_code), count(diag_01) from record.apc_spell",
    );
    assert_eq!(counts[0], ["20", "20", "0", "0", "0", "0", "20"]);
}

/// Adds a setting to the column file.
fn say(project: &Project, setting: &str) {
    let column_file = project.path("pipelines/csv/apc_spell.toml");
    let settings = std::fs::read_to_string(&column_file).unwrap();
    std::fs::write(&column_file, format!("{setting}{settings}")).unwrap();
}

#[test]
fn other_words_are_a_setting() {
    let row = spell(
        1,
        &[
            ("diag_02", "N/A"),
            ("discharge_date", "NaN"),
            ("diag_03", "NULL"),
        ],
    );
    let text = file(&[row]);
    assert!(text.contains(",NaN,") && columns().len() == 30);
    let project = project("", &[("apc_spell.001.csv", text.as_bytes())]);
    say(&project, "null = [\"NaN\", \"N/A\"]\n");
    project.ok(&["pull"]);
    let found = project.sql("select diag_02, discharge_date, diag_03 from record.apc_spell");
    assert_eq!(found[0], ["", "", "NULL"]);
}

#[test]
fn what_databases_pandas_and_spreadsheets_write_is_no_value_where_the_file_says_so() {
    let words = [
        "NULL", "null", "\\N", "None", "NaN", "nan", "NaT", "<NA>", "#N/A", "N/A",
    ];
    let rows: Vec<_> = (0..)
        .zip(words)
        .map(|(person, word)| {
            spell(
                person,
                &[
                    ("diag_02", word),
                    ("discharge_date", word),
                    ("tariff_cost", word),
                    ("gp_practice", word),
                ],
            )
        })
        .collect();
    let project = project("", &[("apc_spell.001.csv", file(&rows).as_bytes())]);
    let null = format!("null = {}\n", serde_json::json!(words));
    say(&project, &null);
    let summary = project.json(&["pull"]);
    assert_eq!(summary["rejected"], serde_json::json!({}));
    assert_eq!(summary["values_not_known"], serde_json::json!([]));
    let counts = project.sql(
        "select count(*), count(diag_02), count(discharge_date), count(tariff_cost), count(practice_code) from record.apc_spell",
    );
    assert_eq!(counts[0], ["10", "0", "0", "0", "0"]);
    // A key without a value is none, and does not make one record of many.
    let keys = [spell(1, &[("spell_id", "None")]), spell(2, &[])];
    let keyless = super::csv_sender::project(
        "reject_threshold = 0.5",
        &[("apc_spell.001.csv", file(&keys).as_bytes())],
    );
    say(&keyless, &null);
    keyless.ok(&["pull"]);
    let reason = keyless.sql("select reason from populace.reject");
    assert_eq!(reason, [["key-missing"]]);
}
