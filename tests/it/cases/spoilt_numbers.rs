//! Codes that spreadsheets took for numbers, and numbers with a comma before their decimals.

use super::csv_sender::{file, project, spell, spells};

#[test]
fn codes_that_lost_digits_are_not_known() {
    let rows = [
        spell(1, &[("admission_source", "3.8341E+07"), ("proc_01", "E11")]),
        spell(2, &[("admission_source", "38341003.0")]),
        spell(3, &[("admission_source", "999004691000230000")]),
        spell(4, &[("admission_source", "999004691000230108")]),
        spell(5, &[("admission_source", "#REF!"), ("gp_practice", "5E1")]),
        spell(6, &[("spell_id", "2.02601E+11")]),
        spell(7, &[("nhs_number", "9.43477E+09")]),
    ];
    let project = project(
        "reject_threshold = 0.5",
        &[("apc_spell.001.csv", file(&rows).as_bytes())],
    );
    project.ok(&["pull"]);
    let found = project.sql(
        "select admission_source, practice_code from record.apc_spell order by 1 nulls last, 2",
    );
    let expected = [
        ["38341003", ""],
        ["999004691000230108", ""],
        ["", "5E1"],
        ["", ""],
        ["", ""],
    ];
    assert_eq!(found, expected);
    let counted = "select column_name, rule, value_count from populace.data_quality order by rule";
    let expected = [
        ["admission_source", "lost-digits", "2"],
        ["admission_source", "wrong-type", "1"],
    ];
    assert_eq!(project.sql(counted), expected);
    let rejected = "select line, reason, column_name from populace.reject order by line";
    let expected = [
        ["7", "lost-digits", "spell_id"],
        ["8", "lost-digits", "nhs_number"],
    ];
    assert_eq!(project.sql(rejected), expected);
}

#[test]
fn the_decimal_mark_of_a_file_is_no_guess() {
    let row = |person: u32, cost: &str| spell(person, &[("tariff_cost", &format!("\"{cost}\""))]);
    let costs = |costs: &[&str]| {
        let rows = (0..).zip(costs).map(|(person, cost)| row(person, cost));
        file(&rows.collect::<Vec<_>>())
    };
    // The point of other numbers proves thousands; without either a comma is one of thousands.
    for (others, stored) in [("12.5", "12.5"), ("7", "7.0")] {
        let text = costs(&["1,234", others]);
        let project = project("", &[("apc_spell.001.csv", text.as_bytes())]);
        project.ok(&["pull"]);
        let mut found = spells(&project, "tariff_cost").concat();
        found.sort_unstable();
        let mut expected = ["1234.0", stored];
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
    // What is no thousands is not known, and is counted.
    let text = costs(&["0,123", "12,5", "7"]);
    let comma = project("", &[("apc_spell.001.csv", text.as_bytes())]);
    comma.ok(&["pull"]);
    let mut found = spells(&comma, "tariff_cost").concat();
    found.sort_unstable();
    assert_eq!(found, ["", "", "7.0"]);
    let unknown = "select sum(value_count) from populace.data_quality";
    assert_eq!(comma.number(unknown), 2);
    let text = costs(&["1,234", "12,5", "1.234,50", "-0", "1\u{202f}234"]);
    let ambiguous = project("", &[("apc_spell.001.csv", text.as_bytes())]);
    let error = ambiguous.fails(3, &["pull"]);
    let what = "source extracts: numbers in apc_spell.001.csv have a comma before their decimals";
    assert!(error.contains(what), "{error}");
    let seen = "2 as 12,5 or 1.234,50, 0 as 12.5 or 1,234.50, and 1 as 1,234 or 1.234";
    assert!(error.contains(seen), "{error}");
    let column_file = ambiguous.path("pipelines/csv/apc_spell.toml");
    let settings = std::fs::read_to_string(&column_file).unwrap();
    for (mark, expected) in [
        ("comma", ["1.234", "12.5", "1234.5", "0.0", "1234.0"]),
        ("point", ["1234.0", "", "", "0.0", "1234.0"]),
    ] {
        let settings = format!("decimal_mark = \"{mark}\"\n{settings}");
        std::fs::write(&column_file, settings).unwrap();
        ambiguous.ok(&["pull"]);
        let mut found = spells(&ambiguous, "tariff_cost").concat();
        let mut expected = expected;
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{mark}");
    }
}

#[test]
fn the_end_of_a_day_is_the_next_day() {
    let times = ["2026-06-20 24:00", "20/06/2026 24:00:00", "2026-06-21"];
    let rows: Vec<_> = (0..)
        .zip(times)
        .map(|(person, time)| spell(person, &[("admission_date", time)]))
        .collect();
    let project = project("", &[("apc_spell.001.csv", file(&rows).as_bytes())]);
    project.ok(&["pull"]);
    assert_eq!(spells(&project, "admission_date"), [["2026-06-21"]; 3]);
}
