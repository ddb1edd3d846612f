//! Commands that are called wrongly say what to do, before they touch data where they can.

use crate::project::{Project, synth};
use std::fs;

#[test]
fn wrong_uses_are_told_what_to_do() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    for (arguments, said, told) in [
        (
            &["sql", "-f", "absent.sql"][..],
            "absent.sql cannot be read",
            "hint: name a text file with one query",
        ),
        (
            &["sql", "-c", "\\d core.person"],
            "\\d lists all tables",
            "hint: `describe core.person`",
        ),
        (
            &["sql", "-c", "select rate(1)"],
            "rate cannot be called as rate(Int64)",
            "hint: write rate(x, n",
        ),
        (
            &["sql", "-c", "describe record.pateint"],
            "query: table 'record.pateint' not found",
            "hint: did you mean 'record.patient'?",
        ),
        (
            &["run", "ned.*"],
            "there is no model 'ned.*'",
            "hint: did you mean 'needs.*'?",
        ),
        (
            &["vacuum", "--keep-days", "-1"],
            "--keep-days",
            "write a whole number from 0 to 65535",
        ),
        (
            &["synth", "-o", "x", "--people", "0"],
            "--people",
            "write a whole number from 1 to 900000",
        ),
        (
            &["synth", "-o", "x", "--from", "1.1.2026"],
            "--from",
            "write a date such as 2026-11-23",
        ),
        (
            &["init", "test.key"],
            "test.key is not a folder",
            "hint: name a folder that is absent or empty",
        ),
    ] {
        let error = project.fails(2, arguments);
        assert!(
            error.contains(said) && error.contains(told),
            "{arguments:?}: {error}"
        );
    }
    fs::write(project.path("empty"), "").unwrap();
    let error = project.fails(2, &["view", "empty", "empty"]);
    assert!(
        error.contains("this is not JSON") && error.contains("hint: a view is"),
        "{error}"
    );
    fs::write(record.path().join("reference/postcode_lsoa.csv"), "").unwrap();
    fs::write(record.path().join("fhir/Patient.901.ndjson"), "{}\n").unwrap();
    let error = project.fails(3, &["pull"]);
    assert!(
        error.contains("hint: give [privacy.lookups] a CSV file"),
        "{error}"
    );
}

/// A header that does not fit its query, and a table that is not there, are found without data.
#[test]
fn check_finds_what_a_run_would() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    for (header, query, said, told) in [
        (
            "grain: persn_key",
            "select person_key from record.patient",
            "the header describes 'persn_key'",
            "did you mean 'person_key'?",
        ),
        (
            "checks: [unique: persn_key]",
            "select person_key from record.patient",
            "check `unique: [persn_key]`",
            "person_key'?",
        ),
        (
            "checks: [expect: person_key >]",
            "select person_key from record.patient",
            "check `expect: person_key >`",
            "hint: ",
        ),
        (
            "grain: person_key",
            "select person_key from record.pateint",
            "table 'record.pateint' not found",
            "did you mean 'record.patient'?",
        ),
    ] {
        let text = format!("/*\ndescription: x\n{header}\n*/\n{query}\n");
        fs::write(project.path("sql/core/wrong.sql"), text).unwrap();
        let error = project.fails(2, &["check"]);
        assert!(error.contains("sql/core/wrong.sql"), "{error}");
        assert!(
            error.contains(said) && error.contains(told),
            "{header}: {error}"
        );
    }
}
