//! What commands do about files of the lake that are damaged, cut short or gone.

use crate::project::{Project, files_below, synth};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A lake after a night, and what was released.
fn after_a_night() -> (tempfile::TempDir, Project) {
    let record = synth(40, 5, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    (record, project)
}

/// A data file of a table's newest version.
fn file_of(project: &Project, table: &str) -> PathBuf {
    let folder = project.path("lake").join(table.replace('.', "/"));
    let mut named = BTreeSet::new();
    for commit in files_below(&folder.join("_delta_log")).into_values() {
        for line in String::from_utf8(commit).unwrap().lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            if let Some(path) = line["remove"]["path"].as_str() {
                named.remove(path);
            }
            if let Some(path) = line["add"]["path"].as_str() {
                named.insert(path.to_string());
            }
        }
    }
    folder.join(named.pop_first().unwrap())
}

fn flip(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(path, bytes).unwrap();
}

fn cut(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
}

fn remove(path: &Path) {
    std::fs::remove_file(path).unwrap();
}

fn damage_log(project: &Project, table: &str) {
    let log = project
        .path("lake")
        .join(table.replace('.', "/"))
        .join("_delta_log");
    let last = files_below(&log).into_keys().max().unwrap();
    cut(&log.join(last));
}

/// The standard error of a command that must succeed.
fn said(project: &Project, arguments: &[&str]) -> String {
    let output = project.run(arguments);
    let said = crate::project::text(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    said
}

#[test]
fn a_night_over_a_damaged_model_or_reference_table_builds_it_again_and_says_so() {
    let (_record, project) = after_a_night();
    let released = project.released();
    let people = project.sql("select * from core.person order by 1");
    for damage in [flip, cut, remove] {
        for (table, words) in [
            ("core.person", "rebuilt core.person: core/person/"),
            (
                "core.person_with_condition",
                "rebuilt core.person_with_condition: ",
            ),
            (
                "reference.population",
                "loaded reference.population again: ",
            ),
        ] {
            damage(&file_of(&project, table));
            let said = said(&project, &["nightly"]);
            assert!(
                said.contains(words) && said.contains("was damaged"),
                "{said}"
            );
            let verified = project.json(&["verify", "lake"]);
            assert_eq!(verified["problems"], serde_json::json!([]), "{table}");
        }
    }
    for table in ["core.person", "reference.population"] {
        damage_log(&project, table);
        let said = said(&project, &["nightly"]);
        assert!(
            said.contains(table) && said.contains("_delta_log was damaged"),
            "{said}"
        );
    }
    assert_eq!(project.sql("select * from core.person order by 1"), people);
    assert_eq!(project.released(), released);
    // And the next night has nothing to mend.
    let night = project.json(&["nightly"]);
    let models = night["run"]["models"].as_array().unwrap();
    assert!(models.iter().all(|m| m["state"] == "up_to_date"), "{night}");
    assert_eq!(night["run"]["reloaded"], serde_json::json!([]));
}

#[test]
fn a_damaged_model_is_built_again_by_a_run_that_reads_it_or_names_it() {
    let (_record, project) = after_a_night();
    let damaged = file_of(&project, "core.person");
    flip(&damaged);
    let run = ["run", "core.person"];
    assert!(said(&project, &run).contains("rebuilt core.person"));
    // Read by a model that changed.
    flip(&damaged);
    let model = project.path("sql/core/person_with_condition.sql");
    let sql = std::fs::read_to_string(&model).unwrap();
    let (head, body) = sql.split_once("*/").unwrap();
    std::fs::write(
        &model,
        format!("{head}*/{}", body.replacen("select", "select all", 1)),
    )
    .unwrap();
    assert!(said(&project, &["run"]).contains("rebuilt core.person"));
    // A release alone says what to do.
    let marts = file_of(&project, "core.person_with_condition");
    flip(&marts);
    std::fs::remove_dir_all(project.path("releases")).unwrap();
    let error = project.fails(3, &["release"]);
    let name = marts.file_name().unwrap().to_str().unwrap();
    assert!(error.contains(name), "{error}");
    assert!(
        error.contains("populace run core.person_with_condition"),
        "{error}"
    );
}

#[test]
fn a_night_over_a_damaged_record_table_names_file_and_source_which_is_pulled_again() {
    let (record, project) = after_a_night();
    let released = project.released();
    let rows = project.record_tables();
    for damage in [flip, cut, remove] {
        let file = file_of(&project, "record.observation");
        damage(&file);
        let name = file.file_name().unwrap().to_str().unwrap();
        let query = ["sql", "-c", "select count(*) from record.observation"];
        for arguments in [&["nightly"][..], &query] {
            let error = project.fails(3, arguments);
            assert!(error.contains(name), "{error}");
            assert!(
                error.contains("record.observation is filled from source record: "),
                "{error}"
            );
            assert!(error.contains("Observation"), "{error}");
            assert!(error.contains("`populace pull --again record`"), "{error}");
        }
        assert_eq!(project.released(), released);
        let again = said(&project, &["pull", "--again", "record"]);
        let whole = "record.observation: 1 damaged file replaced; it holds what it held before";
        assert!(again.contains(whole), "{again}");
        assert_eq!(project.record_tables(), rows);
    }
    // The whole table, when its log is of no use.
    damage_log(&project, "record.observation");
    let error = project.fails(3, &["nightly"]);
    assert!(
        error.contains("record.observation") && error.contains("--again record"),
        "{error}"
    );
    project.ok(&["pull", "--again", "record"]);
    assert_eq!(project.record_tables(), rows);
    project.ok(&["nightly"]);
    assert_eq!(project.released(), released);

    // An extract that is gone would take rows with it.
    let fhir = record.path().join("fhir");
    let names = files_below(&fhir);
    let gone = fhir.join(names.keys().find(|n| n.starts_with("Observation")).unwrap());
    let kept = std::fs::read(&gone).unwrap();
    std::fs::remove_file(&gone).unwrap();
    flip(&file_of(&project, "record.observation"));
    let error = project.fails(3, &["pull", "--again", "record"]);
    assert!(
        error.contains("1 extract that was taken is no longer there"),
        "{error}"
    );
    std::fs::write(&gone, kept).unwrap();
    project.ok(&["pull", "--again", "record"]);
    assert_eq!(project.record_tables(), rows);
}

#[test]
fn a_table_that_is_not_complete_is_not_built_over() {
    let (record, project) = after_a_night();
    let rows = project.record_tables();
    flip(&file_of(&project, "record.condition"));
    // A reject threshold of nothing, and a line that cannot be read: the pull fails after the damaged
    // file was taken out.
    let broken = record.path().join("fhir/Condition.broken.ndjson");
    std::fs::write(&broken, "{\n".repeat(100_000)).unwrap();
    project.fails(3, &["pull", "--again", "record"]);
    let error = project.fails(3, &["run"]);
    assert!(
        error.contains("table record.condition is not complete"),
        "{error}"
    );
    // The next pull, whichever it is, finishes it.
    std::fs::remove_file(&broken).unwrap();
    project.ok(&["pull"]);
    assert_eq!(project.record_tables(), rows);
    let run = project.json(&["run"]);
    let models = run["models"].as_array().unwrap();
    assert!(models.iter().all(|m| m["state"] == "up_to_date"), "{run}");
}

#[test]
fn damaged_state_is_an_error_that_names_it_and_comes_again() {
    let (_record, project) = after_a_night();
    let rows = project.record_tables();
    for table in [
        "populace.extract",
        "populace.opt_out",
        "populace.deleted",
        "populace.reject",
    ] {
        let folder = project.path("lake").join(table.replace('.', "/"));
        let has_rows = folder.exists()
            && files_below(&folder)
                .keys()
                .any(|name| name.ends_with(".parquet"));
        if !has_rows {
            continue;
        }
        let file = file_of(&project, table);
        flip(&file);
        let name = file.file_name().unwrap().to_str().unwrap();
        let error = project.fails(3, &["nightly"]);
        assert!(
            error.contains(name) && error.contains("pull --again"),
            "{error}"
        );
        let error = project.fails(2, &["pull", "--again", "record"]);
        assert!(error.contains("all sources fill it"), "{error}");
        project.ok(&["pull", "--again"]);
        assert_eq!(project.record_tables(), rows, "{table}");
        project.ok(&["nightly"]);
    }
    flip(&file_of(&project, "populace.night"));
    let error = project.fails(3, &["nightly"]);
    assert!(
        error.contains("remove the folder populace/night"),
        "{error}"
    );
    std::fs::remove_dir_all(project.path("lake/populace/night")).unwrap();
    project.ok(&["nightly"]);
}

#[test]
fn every_source_that_fills_a_damaged_table_is_pulled_again() {
    let record = synth(40, 5, false);
    let project = Project::over(record.path());
    let settings = project.path("pipelines/nightly.toml");
    let pipeline = std::fs::read_to_string(&settings).unwrap();
    let empty = project.path("second");
    std::fs::create_dir(&empty).unwrap();
    let second = "[sources.second]\nkind = \"fhir-folder\"\nurl = \"second\"\n[reference]";
    std::fs::write(&settings, pipeline.replace("[reference]", second)).unwrap();
    project.ok(&["pull"]);
    flip(&file_of(&project, "record.observation"));
    let error = project.fails(2, &["pull", "--again", "record"]);
    assert!(
        error.contains("more sources than those named fill it"),
        "{error}"
    );
    assert!(
        error.contains("populace pull --again record second"),
        "{error}"
    );
    project.ok(&["pull", "--again", "record", "second"]);
    project.ok(&["verify", "lake"]);
}
