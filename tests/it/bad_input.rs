//! What a tired operator gets wrong, and reads about it.

use crate::project::{Project, pipeline_over, synth};
use std::fs;

/// Changes the pipeline and says what the program says.
fn with_pipeline(project: &Project, change: impl Fn(&str) -> String) {
    let file = project.path("pipelines/nightly.toml");
    let text = fs::read_to_string(&file).unwrap();
    let changed = change(&text);
    assert_ne!(text, changed);
    fs::write(file, changed).unwrap();
}

fn project() -> (tempfile::TempDir, Project) {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    (record, project)
}

#[test]
fn a_misspelt_setting() {
    let (_record, project) = project();
    with_pipeline(&project, |t| t.replace("shards = 4", "shrads = 4"));
    let error = project.fails(2, &["pull"]);
    assert!(
        error.contains("pipelines/nightly.toml:4:1: unknown field `shrads`"),
        "{error}"
    );
    assert!(error.contains("hint: did you mean 'shards'?"), "{error}");
}

#[test]
fn a_missing_folder_and_pipeline() {
    let (record, project) = project();
    let error = project.fails(3, &["status"]);
    assert!(error.contains("there is no lake"), "{error}");
    fs::remove_dir_all(record.path().join("csv")).unwrap();
    let error = project.fails(3, &["pull", "extracts"]);
    assert!(
        error.contains("source extracts: there is no folder"),
        "{error}"
    );
    assert!(error.contains("hint: "), "{error}");
    let error = project.fails(2, &["pull", "-p", "absent.toml"]);
    assert!(
        error.contains("the pipeline file absent.toml cannot be read"),
        "{error}"
    );
    let error = project.fails(2, &["pull", "recrod"]);
    assert!(error.contains("did you mean 'record'?"), "{error}");
}

#[test]
fn a_damaged_file_commits_nothing() {
    let (record, project) = project();
    let file = record.path().join("fhir/Condition.001.ndjson.gz");
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let error = project.fails(3, &["pull", "record"]);
    assert!(
        error.contains("Condition.001.ndjson.gz cannot be read to its end"),
        "{error}"
    );
    assert!(!project.path("lake/record").exists());
    // It is whole again: the next pull is a whole one.
    fs::write(&file, bytes).unwrap();
    project.ok(&["nightly"]);
}

#[test]
fn too_many_rejects_commit_nothing() {
    let (record, project) = project();
    fs::write(
        record.path().join("fhir/Condition.900.ndjson"),
        "{broken\n".repeat(20_000),
    )
    .unwrap();
    let error = project.fails(3, &["pull", "record"]);
    assert!(error.contains("lines cannot be used"), "{error}");
    assert!(error.contains("20000 not-json"), "{error}");
    assert!(!project.path("lake/record").exists());
}

#[test]
fn keys() {
    let (record, project) = project();
    project.ok(&["pull"]);
    let good = fs::read_to_string(project.path("test.key")).unwrap();
    fs::write(project.path("test.key"), good.replace("00", "ff")).unwrap();
    let error = project.fails(2, &["pull"]);
    assert!(error.contains("was made with another key"), "{error}");
    fs::write(project.path("test.key"), "short").unwrap();
    let error = project.fails(2, &["pull"]);
    assert!(error.contains("is not 64 hexadecimal digits"), "{error}");
    assert!(error.contains("populace key new"), "{error}");
    let text = pipeline_over(record.path()).replace("file:test.key", "env:ABSENT_KEY");
    project.write_pipeline(&text);
    let error = project.fails(2, &["pull"]);
    assert!(error.contains("ABSENT_KEY holds no key"), "{error}");
}

#[test]
fn a_lake_of_a_newer_version() {
    let (_record, project) = project();
    project.ok(&["pull"]);
    let file = project.path("lake/populace.json");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\"format\": 2", "\"format\": 9")).unwrap();
    for command in ["pull", "run", "status", "nightly"] {
        let error = project.fails(3, &[command]);
        assert!(
            error.contains("has form 9, and this populace knows forms up to 2"),
            "{error}"
        );
    }
}

#[test]
fn models_in_a_cycle_and_unknown_names() {
    let (_record, project) = project();
    project.ok(&["pull"]);
    let write = |name: &str, sql: &str| {
        fs::write(
            project.path(&format!("sql/core/{name}.sql")),
            format!("/*\ndescription: x\n*/\n{sql}\n"),
        )
        .unwrap();
    };
    write("a", "select * from core.b");
    write("b", "select * from core.a");
    let error = project.fails(2, &["run"]);
    assert!(error.contains("cause: core.a → core.b → core.a"), "{error}");

    write("b", "select 1 as one");
    write("a", "select\n    sexx\nfrom core.person");
    let error = project.fails(2, &["run", "core.a"]);
    assert!(error.contains("sql/core/a.sql:5:5"), "{error}");
    assert!(error.contains("sexx"), "{error}");

    write("a", "select * from core.persn");
    let error = project.fails(2, &["run", "core.a"]);
    assert!(error.contains("there is no table core.persn"), "{error}");
    assert!(error.contains("did you mean 'core.person'?"), "{error}");

    write("a", "selct 1");
    let error = project.fails(2, &["check"]);
    assert!(
        error.contains("error: sql/core/a.sql:4:1: Expected: an SQL statement, found: selct\n"),
        "{error}"
    );

    fs::write(project.path("sql/core/a.sql"), "select 1").unwrap();
    let error = project.fails(2, &["check"]);
    assert!(
        error.contains("sql/core/a.sql: there is no header"),
        "{error}"
    );
    fs::remove_file(project.path("sql/core/a.sql")).unwrap();
    fs::remove_file(project.path("sql/core/b.sql")).unwrap();

    let error = project.fails(2, &["run", "core.persom"]);
    assert!(error.contains("did you mean 'core.person'?"), "{error}");
    let error = project.fails(2, &["run", "--set", "as_off=2026-01-01"]);
    assert!(error.contains("did you mean 'as_of'?"), "{error}");
    let error = project.fails(2, &["run", "--set", "as_of=yesterday"]);
    assert!(error.contains("dates are written 2026-11-22"), "{error}");
}

#[test]
fn a_period_that_ends_before_it_begins() {
    let (_record, project) = project();
    let error = project.fails(2, &["pull", "--set", "period_start=2026-10-01"]);
    assert!(error.contains("error: pipelines/nightly.toml:"), "{error}");
    assert!(
        error.contains(": [parameters] period_start is after period_end"),
        "{error}"
    );
    project.ok(&["pull", "--set", "period_start=2026-09-30"]);
}

#[test]
fn files_that_are_no_extracts_are_named() {
    let (record, project) = project();
    for stray in ["csv/dental-contact.csv", "fhir/log.txt", "fhir/.hidden"] {
        fs::write(record.path().join(stray), "x\n").unwrap();
    }
    let passed_over = || {
        let pulled = project.json(&["pull"]);
        let names = pulled["files_passed_over"].as_array().unwrap().clone();
        let names = names.iter().map(|name| name.as_str().unwrap().to_string());
        names.collect::<Vec<_>>()
    };
    let place = |name: &str| record.path().join(name).display().to_string();
    let strays = [place("csv/dental-contact.csv"), place("fhir/log.txt")];
    assert_eq!(passed_over(), strays);
    assert_eq!(passed_over(), strays, "nothing new, and said again");
    let said = project.run(&["pull"]).stderr;
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(
        said.contains(&format!(
            "passed over: 2 files without the name of an extract, such as {}",
            strays[0]
        )),
        "{said}"
    );
    fs::remove_file(&strays[0]).unwrap();
    assert_eq!(passed_over(), [strays[1].clone()]);
}

#[test]
fn files_of_the_lake_that_are_damaged() {
    let (_record, project) = project();
    project.ok(&["pull"]);
    let organisations = project.path("lake/record/organisation");
    let named = |folder: &std::path::Path, end: &str| {
        let mut paths = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
        paths.find(|p| p.to_str().unwrap().ends_with(end)).unwrap()
    };
    let file = named(&organisations, ".parquet");
    fs::write(&file, "not Parquet at all").unwrap();
    let query = "select max(name) from record.organisation";
    let error = project.fails(3, &["sql", "--record-level", "a test", "-c", query]);
    let name = file.file_name().unwrap().to_str().unwrap();
    let what = format!("record/organisation/{name} of table record.organisation is damaged");
    assert!(
        error.contains(&format!("query: the file {what}")),
        "{error}"
    );
    let cure = "hint: restore it from a copy of the lake, or run `populace pull --again record`";
    assert!(error.contains(cure), "{error}");

    fs::write(
        named(&organisations.join("_delta_log"), ".json"),
        "not JSON",
    )
    .unwrap();
    let mut command = project.command(&["sql", "--record-level", "a test", "-c", query]);
    let output = command.env("RUST_BACKTRACE", "1").output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{error}");
    assert!(
        error.contains("the log of table record.organisation cannot be read"),
        "{error}"
    );
    assert!(error.lines().count() == 5, "no stack: {error}");
}

#[test]
fn a_csv_file_without_a_column() {
    let (record, project) = project();
    fs::write(
        record.path().join("csv/apc_spell.900.csv"),
        "nhs_number,spell_id\n1,2\n",
    )
    .unwrap();
    let error = project.fails(3, &["pull", "extracts"]);
    assert!(error.contains("apc_spell.900.csv has no column"), "{error}");
    assert!(error.contains("apc_spell.toml says that it has"), "{error}");
}

#[test]
fn only_one_command_writes() {
    let (_record, project) = project();
    fs::create_dir_all(project.path("lake")).unwrap();
    let file = fs::File::create(project.path("lake/populace.lock")).unwrap();
    fs4::FileExt::lock(&file).unwrap();
    let error = project.fails(3, &["nightly"]);
    assert!(
        error.contains("another populace command is writing"),
        "{error}"
    );
    drop(file);
    project.ok(&["nightly"]);
}

/// A disk that is full: a small one of its own, where the system lets the test mount it.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    use std::process::Command;
    let (_record, project) = project();
    let lake = project.path("lake");
    fs::create_dir_all(&lake).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(&lake)
        .output();
    if !mounted.is_ok_and(|o| o.status.success()) {
        crate::project::missing("mount", "a small disk cannot be mounted here");
        return;
    }
    let output = project.run(&["pull"]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    let unmounted = Command::new("umount").arg(&lake).status();
    assert_eq!(output.status.code(), Some(3), "{error}");
    assert!(
        error.contains("hint: ") && error.contains("disk is not full"),
        "{error}"
    );
    assert!(unmounted.unwrap().success());
    project.ok(&["pull"]);
}

#[test]
fn a_modifier_extension_is_rejected_until_the_source_says_that_it_is_known() {
    let record = synth(30, 41, false);
    let project = Project::over(record.path());
    let rows = "select count(*) from record.condition";
    fs::write(
        record.path().join("fhir/Condition.950.ndjson"),
        r#"{"resourceType":"Condition","id":"not-mine","code":{"coding":[{"system":"http://snomed.info/sct","code":"38341003"}]},"modifierExtension":[{"url":"https://example.org/of-a-relative","valueBoolean":true}],"subject":{"reference":"Patient/x"}}"#,
    )
    .unwrap();
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["rejected"]["unknown-modifier-extension"], 1);
    let before = project.number(rows);
    let pipeline = pipeline_over(record.path()).replacen(
        "accept_test_numbers = true",
        "accept_test_numbers = true\nknown_modifier_extensions = [\"https://example.org/of-a-relative\"]",
        1,
    );
    project.write_pipeline(&pipeline);
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["rejected"].as_object().unwrap().len(), 0);
    assert_eq!(project.number(rows), before + 1);
    assert_eq!(project.number("select count(*) from populace.reject"), 0);
}
