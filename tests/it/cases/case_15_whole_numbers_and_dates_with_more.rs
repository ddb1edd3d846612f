//! Numbers and dates as pandas, SQL Server and Excel write them.

use super::csv_sender::{file, project, spell, spells};

fn one(set: &[(&str, &str)], columns: &str) -> Vec<String> {
    let project = project(
        "",
        &[("apc_spell.001.csv", file(&[spell(1, set)]).as_bytes())],
    );
    project.ok(&["pull"]);
    spells(&project, columns).remove(0)
}

#[test]
fn forms_that_programs_write() {
    let dates = [
        "2026-06-20",
        "2026-06-20 00:00:00.000",
        "2026-06-20T00:00:00",
        "2026-06-20 00:00:00.0000000",
        "20/06/2026",
        "20-Jun-2026",
        "20260620",
        "2026-06-19T23:00:00Z",
        "=\"\"2026-06-20\"\"",
    ];
    let times = [
        ("2026-07-05T02:05:00", "2026-07-05T01:05:00"),
        ("2026-07-05T01:05:00Z", "2026-07-05T01:05:00"),
        ("2026-07-05T02:05:00+01:00", "2026-07-05T01:05:00"),
        ("2026-07-05 02:05", "2026-07-05T01:05:00"),
        ("2026-07-05 02:05:00.0000000", "2026-07-05T01:05:00"),
        ("05/07/2026 02:05", "2026-07-05T01:05:00"),
        ("05-Jul-2026 02:05:00", "2026-07-05T01:05:00"),
    ];
    let amounts = [
        ("1.0", "729.00"),
        ("1", "£729.00"),
        ("1.00", "\"\"\"729\"\"\""),
        ("'1", "729"),
    ];
    let mut rows = Vec::new();
    for (person, date) in (0..).zip(dates) {
        let date = format!("\"{date}\"");
        rows.push(spell(person, &[("admission_date", &date)]));
    }
    for (person, (time, _)) in (20..).zip(times) {
        rows.push(spell(person, &[("extract_datetime", time)]));
    }
    for (person, (count, cost)) in (40..).zip(amounts) {
        rows.push(spell(
            person,
            &[("episode_count", count), ("tariff_cost", cost)],
        ));
    }
    rows.push(spell(
        60,
        &[
            ("tariff_cost", "\"1,234.50\""),
            ("admission_method", "21.0"),
        ],
    ));
    let project = project("", &[("apc_spell.001.csv", file(&rows).as_bytes())]);
    let summary = project.json(&["pull"]);
    assert_eq!(summary["rejected"], serde_json::json!({}));
    assert_eq!(summary["values_not_known"], serde_json::json!([]));
    let found = project.sql(
        "select admission_date, updated, admission_method, episode_count, tariff_cost, count(*) from record.apc_spell group by 1, 2, 3, 4, 5 order by 5",
    );
    let spells = |cost: &str, count: usize| {
        [
            "2026-06-20",
            "2026-07-05T01:05:00",
            "21",
            "1",
            cost,
            &count.to_string(),
        ]
        .map(str::to_string)
    };
    assert_eq!(
        found,
        [spells("729.0", rows.len() - 1), spells("1234.5", 1)]
    );
}

#[test]
fn a_bad_value_costs_the_value_and_is_counted_with_the_form_that_is_wanted() {
    let mut rows: Vec<_> = (0..5).map(|person| spell(person, &[])).collect();
    rows.push(spell(
        5,
        &[("discharge_date", "next week"), ("episode_count", "1.5")],
    ));
    rows.push(spell(6, &[("tariff_cost", "much")]));
    let project = project("", &[("apc_spell.001.csv", file(&rows).as_bytes())]);
    let said = project.ok(&["pull"]);
    assert!(!said.contains("next week"), "{said}");
    assert_eq!(project.number("select count(*) from record.apc_spell"), 7);
    let found = project.sql("select source, file, table_name, column_name, rule, value_count, wanted from populace.data_quality order by column_name");
    let row = |column: &str, wanted: &str| {
        [
            "extracts",
            "apc_spell.001.csv",
            "record.apc_spell",
            column,
            "wrong-type",
            "1",
            wanted,
        ]
        .map(str::to_string)
    };
    assert_eq!(
        found,
        [
            row(
                "discharge_date",
                "a date such as 2026-11-22, 22/11/2026, 22-Nov-2026 or 20261122"
            ),
            row("episode_count", "a whole number"),
            row("tariff_cost", "a number"),
        ]
    );
    // A corrected file in its place takes the counts away.
    rows.truncate(5);
    std::fs::write(project.path("in/apc_spell.001.csv"), file(&rows)).unwrap();
    project.ok(&["pull"]);
    assert_eq!(
        project.number("select count(*) from populace.data_quality"),
        0
    );
}

#[test]
fn a_needed_value_costs_the_row_and_the_error_names_column_and_form() {
    let rows: Vec<_> = (0..4)
        .map(|person| spell(person, &[("admission_date", "June")]))
        .collect();
    let project = project("", &[("apc_spell.001.csv", file(&rows).as_bytes())]);
    let error = project.fails(3, &["pull"]);
    assert!(error.contains("4 wrong-type"), "{error}");
    let cause = "column admission_date of record.apc_spell: 4 values of another form; wanted is a date such as 2026-11-22, 22/11/2026";
    assert!(error.contains(cause), "{error}");
    assert!(!error.contains("June"), "{error}");
}

#[test]
fn dates_with_the_month_first_are_no_other_days() {
    let days = ["06/20/2026", "06/21/2026", "06/22/2026", "06/07/2026"];
    let rows: Vec<_> = (0..)
        .zip(days)
        .map(|(person, day)| {
            spell(
                person,
                &[("admission_date", "2026-06-01"), ("discharge_date", day)],
            )
        })
        .collect();
    let project = project("", &[("apc_spell.001.csv", file(&rows).as_bytes())]);
    let error = project.fails(3, &["pull"]);
    let what = "source extracts: dates of column discharge_date in apc_spell.001.csv have their month first";
    assert!(error.contains(what), "{error}");
    let column_file = project.path("pipelines/csv/apc_spell.toml");
    let settings = std::fs::read_to_string(&column_file).unwrap();
    let settings = settings.replace(
        "discharge_date         = {",
        "discharge_date = { format = \"%m/%d/%Y\",",
    );
    std::fs::write(&column_file, settings).unwrap();
    project.ok(&["pull"]);
    let found = project.sql("select discharge_date from record.apc_spell order by 1");
    assert_eq!(
        found.concat(),
        ["2026-06-07", "2026-06-20", "2026-06-21", "2026-06-22"]
    );
}

#[test]
fn two_dates_with_the_month_first_are_no_slips_where_none_has_the_day_first() {
    let error_of = |days: &[&str]| {
        let rows = (0..)
            .zip(days)
            .map(|(person, day)| spell(person, &[("discharge_date", day)]));
        let rows: Vec<_> = rows.collect();
        let project = project("", &[("apc_spell.001.csv", file(&rows).as_bytes())]);
        project.run(&["pull"]).status.code()
    };
    let (slip, other, either) = ("06/21/2026", "06/22/2026", "07/06/2026");
    assert_eq!(error_of(&[slip, other, either]), Some(3));
    assert_eq!(error_of(&[slip, either]), Some(0));
    assert_eq!(error_of(&[slip, other, "23/06/2026"]), Some(0));
}

#[test]
fn a_date_in_the_form_of_its_column() {
    let row = one(
        &[("admission_date", "20/06/2026"), ("diag_02", "'0123")],
        "admission_date, diag_02",
    );
    assert_eq!(row, ["2026-06-20", "0123"]);
}
