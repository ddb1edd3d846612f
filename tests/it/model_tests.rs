//! `populace test`: the cases of models, over rows that they give.

use crate::project::{Project, pipeline_over, repository, text};

const MODEL: &str = "sql/core/person_month.sql";
const FILE: &str = "tests/models/core.person_month.yml";

fn project() -> Project {
    Project::over(&repository().join("data-samples"))
}

fn change(project: &Project, file: &str, from: &str, to: &str) {
    let before = std::fs::read_to_string(project.path(file)).unwrap();
    assert!(before.contains(from), "{from}");
    std::fs::write(project.path(file), before.replace(from, to)).unwrap();
}

#[test]
fn the_cases_of_shipped_models_pass_without_a_lake() {
    let project = Project::with_library();
    project.write_pipeline(&pipeline_over(&repository().join("data-samples")));
    let summary = project.json(&["test"]);
    assert_eq!(summary["failed"], serde_json::json!([]));
    assert_eq!(summary["cases"], summary["passed"]);
    assert!(summary["cases"].as_u64().unwrap() >= 300, "{summary}");
    assert!(!project.path("lake").exists());
}

#[test]
fn a_broken_line_of_a_model_fails_its_case_and_the_rows_are_shown() {
    let project = project();
    change(&project, MODEL, ") + 1 as days_to_end", ") as days_to_end");
    let output = project.run(&["test", "person_month"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    for line in [
        "failed   core.person_month: nothing after the as-of date counts",
        "         - 2026-02-01  2",
        "         + 2026-02-01  1   <- days_to_end",
    ] {
        assert!(said.lines().any(|l| l == line), "{line}\n{said}");
    }
    assert!(said.ends_with("failed\n"), "{said}");
    // The case that expects a failed check fails when the check is gone, and the grain that implies it.
    let project = self::project();
    change(&project, MODEL, "grain: [person_key, month]\n", "");
    change(&project, MODEL, "  - unique: [person_key, month]\n", "");
    let output = project.run(&["test", "person_month"]);
    let said = text(&output.stderr);
    assert!(
        said.contains("expected an error with 'unique: [person_key, month]'"),
        "{said}"
    );
    assert!(said.contains("1 failed"), "{said}");
}

#[test]
fn a_check_that_only_warns_stops_no_case() {
    let project = project();
    let unique = "  - unique: [person_key, month]\n";
    change(
        &project,
        MODEL,
        unique,
        &format!("{unique}    severity: warn\n"),
    );
    let said = text(&project.run(&["test", "person_month"]).stderr);
    assert!(
        said.contains("expected an error with 'unique: [person_key, month]', and 2 rows came"),
        "{said}"
    );
    assert!(said.contains("10 cases of 1 model in"), "{said}");
    assert!(said.ends_with("1 failed\n"), "{said}");
}

#[test]
fn a_case_that_shows_nothing_is_an_error() {
    for (from, to, says) in [
        (
            "core.person:",
            "core.persn:",
            "gives core.persn, which the model does not read",
        ),
        (
            "2026-02-27,",
            "2026-02-30,",
            "row 1: '2026-02-30' is no date",
        ),
        (
            "1,1950-02-01,Harrowmere",
            "x,1950-02-01,Harrowmere",
            "'x' is no whole number",
        ),
        (
            "month,days_to_end",
            "month,days_to_ends",
            "there is no column 'days_to_ends'",
        ),
        (
            "month,days_to_end",
            "month,month",
            "column 'month' is named twice",
        ),
        (
            "    expect_error:",
            "    expects:",
            "unknown field `expects`",
        ),
        (
            "as_of: 2026-02-28",
            "as_off: 2026-02-28",
            "there is no parameter 'as_off'",
        ),
        (
            "as_of: 2026-02-28",
            "as_of: yesterday",
            "'yesterday' is not a date",
        ),
        (
            "core.registration: |
        person_key,registration_number,practice_code,started,ended
        1,1,W99001,2026-02-27,",
            "core.registration: project",
            "the project has no rows of core.registration",
        ),
    ] {
        let project = project();
        change(&project, FILE, from, to);
        let said = project.fails(2, &["test"]);
        assert!(said.contains(says), "{says}\n{said}");
    }
    let project = project();
    let said = project.fails(2, &["test", "core.contact_that_is_not"]);
    assert!(said.contains("there is no model"), "{said}");
    std::fs::rename(
        project.path(FILE),
        project.path("tests/models/core.persn_month.yml"),
    )
    .unwrap();
    let said = project.fails(2, &["test"]);
    assert!(said.contains("did you mean 'core.person_month'?"), "{said}");
}
