//! What an analyst can ask of tables and queries.

use crate::project::{Project, synth};

#[test]
fn describe_shows_what_the_header_the_view_or_the_column_file_says() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    let described = |table: &str, column: &str| -> Vec<String> {
        let rows = project.sql(&format!("describe {table}"));
        let found = rows.into_iter().find(|row| row[0] == column);
        found.unwrap_or_else(|| panic!("{table} has no {column}"))
    };
    // A model: the text of its header.
    let header = std::fs::read_to_string(project.path("sql/core/person.sql")).unwrap();
    let line = header
        .lines()
        .find(|l| l.trim_start().starts_with("age_band:"));
    let said = line.unwrap().split_once(": ").unwrap().1.trim_matches('"');
    let row = described("core.person", "age_band");
    assert_eq!((row[1].as_str(), row[3].as_str()), ("Utf8", said));
    // A view, a column file, and what the pull adds to both.
    assert_eq!(
        described("record.encounter", "started")[3],
        "Encounter: period.start"
    );
    assert_eq!(
        described("record.encounter", "encounter_key")[3],
        "Encounter: getResourceKey(), as pseudonym"
    );
    assert_eq!(
        described("record.dental_contact", "units")[3],
        "Units of dental activity"
    );
    // The path of the practice looks in the places of four profiles: the view file has it.
    assert_eq!(
        described("record.patient", "practice_code")[3],
        "Patient: see patient.json"
    );
    assert_eq!(described("RECORD.patient;", "record_key")[2], "NO");
    assert_eq!(
        described("record.patient", "person_key")[3],
        "Pseudonym of the person; NULL until it is known who it is"
    );

    let page = project.ok(&["sql", "--record-level", "a test", "-c", "\\d core.person"]);
    let title = "core.person: One row per person known to the record";
    assert!(page.starts_with(title), "{page}");
    assert!(page.contains(said), "{page}");
    let page = project.ok(&[
        "sql",
        "--record-level",
        "a test",
        "-c",
        "\\d record.encounter",
    ]);
    assert!(
        page.starts_with("record.encounter: Contacts of every setting\n"),
        "{page}"
    );

    for (asked, said, told) in [
        (
            "describe record.pateint",
            "query: there is no table record.pateint",
            "did you mean 'record.patient'?",
        ),
        (
            "\\d record.pateint",
            "there is no table record.pateint",
            "did you mean 'record.patient'?",
        ),
        (
            "describe person",
            "query: table 'person' has no layer",
            "did you mean 'core.person'?",
        ),
    ] {
        let error = project.fails(2, &["sql", "--record-level", "a test", "-c", asked]);
        assert!(
            error.contains(said) && error.contains(told),
            "{asked}: {error}"
        );
    }
    // A model that cannot be read keeps nobody from the others.
    std::fs::write(project.path("sql/core/odd.sql"), "select 1").unwrap();
    assert_eq!(described("core.person", "person_key")[1], "Int64");
}

#[test]
fn explain_shows_the_plan_and_explain_analyze_what_it_took() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    let query = "select sex, count(*) from record.patient where updated < $as_of group by sex";
    for (verb, said) in [
        ("explain", "AggregateExec"),
        ("EXPLAIN VERBOSE", "AggregateExec"),
        ("explain format indent", "AggregateExec"),
        ("explain analyze", "output_rows"),
    ] {
        let plan = project.ok(&[
            "sql",
            "--record-level",
            "a test",
            "--format",
            "csv",
            "-c",
            &format!("{verb} {query};"),
        ]);
        assert!(plan.contains(said), "{verb}: {plan}");
    }
    let error = project.fails(
        2,
        &[
            "sql",
            "--record-level",
            "a test",
            "-c",
            "explain drop table record.patient",
        ],
    );
    assert!(error.contains("this is not a query"), "{error}");
    let error = project.fails(
        2,
        &[
            "sql",
            "--record-level",
            "a test",
            "-c",
            "explain select 1 from record.pateint",
        ],
    );
    assert!(error.contains("did you mean 'record.patient'?"), "{error}");
    assert!(
        project
            .ok(&["sql", "--record-level", "a test", "-c", "show tables"])
            .contains("| patient ")
    );
    assert!(
        project
            .ok(&["sql", "--record-level", "a test", "-c", "show functions"])
            .contains("age_band")
    );
}
