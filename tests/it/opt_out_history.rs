//! Opt-outs hold for every reading of the lake: older versions of pulled tables are read without those
//! who have opted out since, and models that were built before are refused.

use crate::project::{Project, pipeline_over, plain, synth, text};
use std::fs;
use std::path::Path;

const SYSTEM: &str = "https://fhir.nhs.uk/Id/nhs-number";

fn numbers(record: &Path) -> Vec<String> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(record.join("fhir")).unwrap() {
        let path = entry.unwrap().path();
        if !path.display().to_string().contains("/Patient.") {
            continue;
        }
        for line in text(&plain(&fs::read(&path).unwrap())).lines() {
            let patient: serde_json::Value = serde_json::from_str(line).unwrap();
            let identifiers = patient["identifier"].as_array().into_iter().flatten();
            let ours = identifiers.filter(|one| one["system"] == SYSTEM);
            numbers.extend(ours.map(|one| one["value"].as_str().unwrap().to_string()));
        }
    }
    numbers.sort();
    numbers.dedup();
    numbers
}

/// A project over a record with an opt-out list of its own, of nobody yet.
fn project(record: &Path) -> Project {
    let project = Project::over(record);
    let settings = pipeline_over(record);
    let shipped = settings
        .lines()
        .find(|l| l.starts_with("opt_outs ="))
        .unwrap();
    project.write_pipeline(&settings.replace(shipped, "opt_outs = \"list.txt\""));
    fs::write(project.path("list.txt"), "").unwrap();
    project
}

const PEOPLE: &str = "select count(distinct person_key), count(*) from";

fn past(project: &Project, table: &str, version: &str) -> Vec<i64> {
    let sql = format!("{PEOPLE} {table}");
    let csv = project.ok(&[
        "sql",
        "--record-level",
        "a test",
        "--format",
        "csv",
        "-c",
        &sql,
        "--as-of-version",
        version,
    ]);
    let row = csv.lines().nth(1).unwrap();
    row.split(',').map(|n| n.parse().unwrap()).collect()
}

fn now(project: &Project, table: &str) -> Vec<i64> {
    let rows = project.sql(&format!("{PEOPLE} {table}"));
    rows[0].iter().map(|n| n.parse().unwrap()).collect()
}

#[test]
fn an_opt_out_holds_for_older_versions_of_pulled_tables() {
    let record = synth(60, 19, false);
    let project = project(record.path());
    project.ok(&["pull", "-q"]);
    let tables = ["record.patient", "record.encounter", "record.condition"];
    let before = tables.map(|table| now(&project, table));
    let moment = chrono::Utc::now().to_rfc3339();
    fs::write(
        project.path("list.txt"),
        numbers(record.path())[..10].join("\n"),
    )
    .unwrap();
    project.ok(&["pull", "-q"]);
    for (table, before) in tables.into_iter().zip(before) {
        let now = now(&project, table);
        assert!(
            now[0] < before[0] && now[1] < before[1],
            "{table} {before:?} {now:?}"
        );
        assert_eq!(past(&project, table, &format!("{table}=0")), now);
        assert_eq!(past(&project, table, &moment), now);
    }
    // No row of theirs is found under any condition, and the rows of others are all there.
    let sql = "select count(*) from record.encounter where person_key in (select person_key from populace.opt_out)";
    let version = ["--as-of-version", "record.encounter=0"];
    let query = [
        "sql",
        "--record-level",
        "a test",
        "--format",
        "csv",
        "-c",
        sql,
    ];
    let found = project.ok(&[&query[..], &version].concat());
    assert_eq!(found.lines().nth(1), Some("0"));
    // They opt in again: the older versions are whole again.
    fs::write(project.path("list.txt"), "").unwrap();
    project.ok(&["pull", "-q", "--confirm-opt-outs", "local=10..0"]);
    assert_eq!(
        past(&project, "record.patient", "record.patient=0"),
        now(&project, "record.patient")
    );

    // Rows under an earlier key cannot be told apart.
    fs::write(
        project.path("list.txt"),
        numbers(record.path())[..10].join("\n"),
    )
    .unwrap();
    project.ok(&["pull", "-q"]);
    let key = "ff".repeat(32);
    fs::write(project.path("new.key"), key).unwrap();
    let settings = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let chained = "key_before = [\"file:test.key\"]\nkey = \"file:new.key\"";
    project.write_pipeline(&settings.replace("key = \"file:test.key\"", chained));
    project.ok(&["key", "rotate", "-q"]);
    let sql = format!("{PEOPLE} record.patient");
    let error = project.fails(
        1,
        &[
            "sql",
            "--record-level",
            "a test",
            "-c",
            &sql,
            "--as-of-version",
            "record.patient=0",
        ],
    );
    assert!(
        error.contains("table record.patient cannot be read at version 0"),
        "{error}"
    );
    assert!(
        error.contains("its pseudonyms are of an earlier key"),
        "{error}"
    );
}

#[test]
fn models_that_were_built_before_people_opted_out_are_not_read() {
    let record = synth(60, 19, false);
    let project = project(record.path());
    project.ok(&["pull", "-q"]);
    project.ok(&["run", "-q", "core.person"]);
    let before = now(&project, "core.person");
    fs::write(
        project.path("list.txt"),
        numbers(record.path())[..10].join("\n"),
    )
    .unwrap();
    project.ok(&["pull", "-q"]);
    let query = [
        "sql",
        "--record-level",
        "a test",
        "-c",
        "select count(*) from core.person",
    ];
    let refused = |arguments: &[&str]| project.fails(1, &[&query[..], arguments].concat());
    let error = refused(&[]);
    assert!(
        error.contains("table core.person was built before people opted out, at version 0"),
        "{error}"
    );
    assert!(error.contains("`populace run`"), "{error}");
    project.ok(&["run", "-q", "core.person"]);
    let after = now(&project, "core.person");
    assert!(after[0] < before[0]);
    let error = refused(&["--as-of-version", "core.person=0"]);
    assert!(error.contains("read a newer version"), "{error}");
    assert_eq!(past(&project, "core.person", "core.person=1"), after);

    // Nobody opts out any more: what is built from now on is read at every version.
    project.ok(&["run", "-q", "core.person", "--set", "as_of=2026-08-31"]);
    project.ok(&["pull", "-q"]);
    assert_eq!(past(&project, "core.person", "core.person=1"), after);

    // Residence belongs to the as-of date: version 1 rests on what is made for its own.
    project.ok(&["run", "-q", "core.person"]);
    // Somebody of whom the lake has nothing opts out: the newest version rests on the same rows.
    let stranger = "9990000018\n";
    let list = fs::read_to_string(project.path("list.txt")).unwrap();
    fs::write(project.path("list.txt"), list + "\n" + stranger).unwrap();
    project.ok(&["pull", "-q"]);
    project.ok(&query);
    assert_eq!(past(&project, "core.person", "core.person=1"), after);
}
