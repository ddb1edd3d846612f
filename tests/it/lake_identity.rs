//! A lake knows by its tables which key made it: whatever happens to `populace.json`, no person is
//! there twice.

use crate::project::{Project, files_below, pipeline_over, synth};
use std::fs;
use std::process::Command;

const OTHER_KEY: &str = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

/// A lake of a small record, and its people.
fn pulled() -> (tempfile::TempDir, Project, i64) {
    let record = synth(40, 31, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    let people = project.number("select count(distinct person_key) from record.patient");
    assert!(people > 20);
    (record, project, people)
}

fn people(project: &Project) -> i64 {
    project.number("select count(distinct person_key) from record.patient")
}

#[test]
fn a_lost_populace_json_and_another_key_are_refused() {
    let (_record, project, before) = pulled();
    let settings = project.path("lake/populace.json");
    let text = fs::read_to_string(&settings).unwrap();
    fs::remove_file(&settings).unwrap();
    let key = fs::read_to_string(project.path("test.key")).unwrap();
    fs::write(project.path("test.key"), OTHER_KEY).unwrap();
    let tables = files_below(&project.path("lake/record"));
    for command in [&["pull"][..], &["nightly"]] {
        let error = project.fails(2, command);
        assert!(error.contains("was made with another key"), "{error}");
        assert!(!settings.exists());
    }
    assert_eq!(files_below(&project.path("lake/record")), tables);

    // Somebody writes the file by hand, with the fingerprint of the other key.
    let other = project.ok(&["key", "fingerprint"]);
    let mut forged: serde_json::Value = serde_json::from_str(&text).unwrap();
    forged["key_fingerprint"] = other.trim().into();
    forged.as_object_mut().unwrap().remove("checksum");
    fs::write(&settings, forged.to_string()).unwrap();
    let error = project.fails(2, &["pull"]);
    assert!(error.contains("has tables of another lake"), "{error}");
    assert_eq!(files_below(&project.path("lake/record")), tables);

    // With the right key it is made again, and says so.
    fs::remove_file(&settings).unwrap();
    fs::write(project.path("test.key"), key).unwrap();
    let error = project.fails(3, &["status"]);
    assert!(error.contains("populace.json of the lake at"), "{error}");
    assert!(error.contains("is missing"), "{error}");
    let said = project.run(&["pull"]);
    assert!(said.status.success());
    let said = crate::project::text(&said.stderr);
    assert!(
        said.contains("it was made again from what the tables say"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(&settings).unwrap(), text);
    assert_eq!(people(&project), before);
    assert_eq!(project.json(&["pull"])["files_read"], 0);
}

#[test]
fn the_number_of_shards_is_the_tables_own() {
    let (record, project, before) = pulled();
    let settings = project.path("lake/populace.json");
    let text = fs::read_to_string(&settings).unwrap();
    fs::remove_file(&settings).unwrap();
    // The pipeline says another number today: it is for new lakes.
    let pipeline = pipeline_over(record.path());
    project.write_pipeline(&pipeline.replace("shards = 4", "shards = 16"));
    project.ok(&["pull"]);
    assert_eq!(fs::read_to_string(&settings).unwrap(), text);
    assert_eq!(people(&project), before);
    for shards in [2, 8] {
        let mut other: serde_json::Value = serde_json::from_str(&text).unwrap();
        other["shards"] = shards.into();
        other.as_object_mut().unwrap().remove("checksum");
        fs::write(&settings, other.to_string()).unwrap();
        let error = project.fails(2, &["pull"]);
        assert!(error.contains("for a number of shards of 4"), "{error}");
    }
}

#[test]
fn a_populace_json_of_another_lake_is_refused() {
    let (_record, project, _) = pulled();
    let other = synth(20, 32, false);
    let second = Project::over(other.path());
    fs::write(second.path("test.key"), OTHER_KEY).unwrap();
    second.ok(&["pull"]);
    let own = fs::read(project.path("lake/populace.json")).unwrap();
    fs::copy(
        second.path("lake/populace.json"),
        project.path("lake/populace.json"),
    )
    .unwrap();
    // Under its own key, and under that of the other lake.
    let error = project.fails(2, &["pull"]);
    assert!(error.contains("made with another key"), "{error}");
    fs::write(project.path("test.key"), OTHER_KEY).unwrap();
    for command in [&["pull"][..], &["nightly"], &["run"]] {
        let error = project.fails(2, command);
        assert!(error.contains("has tables of another lake"), "{error}");
    }
    // A table of another lake in this one.
    fs::write(project.path("lake/populace.json"), own).unwrap();
    let key = fs::read(Project::empty().path("test.key")).unwrap();
    fs::write(project.path("test.key"), key).unwrap();
    project.ok(&["pull"]);
    let flag = project.path("lake/record/flag");
    fs::remove_dir_all(&flag).unwrap();
    let copied = Command::new("cp")
        .arg("-r")
        .arg(second.path("lake/record/flag"))
        .arg(&flag)
        .status();
    assert!(copied.unwrap().success());
    let error = project.fails(2, &["pull"]);
    assert!(
        error.contains("table record.flag was made with the key of fingerprint"),
        "{error}"
    );
}

#[test]
fn a_damaged_populace_json_says_so_and_can_be_made_again() {
    let (_record, project, before) = pulled();
    let settings = project.path("lake/populace.json");
    let text = fs::read_to_string(&settings).unwrap();
    for damaged in [
        String::new(),
        text[..text.len() / 2].to_string(),
        text.replace("\"shards\": 4", "\"shards\": 3"),
        text.replace("\"shards\": 4", "\"shards\": 0"),
        text.replace(
            "\"key_fingerprint\": \"",
            "\"key_fingerprint\": \"\", \"x\": \"",
        ),
        "[]".to_string(),
    ] {
        fs::write(&settings, damaged).unwrap();
        for command in ["pull", "status"] {
            let error = project.fails(3, &[command]);
            assert!(
                error.contains("populace.json of the lake at lake is damaged"),
                "{error}"
            );
            assert!(error.contains("hint: restore it from a copy"), "{error}");
        }
    }
    fs::remove_file(&settings).unwrap();
    project.ok(&["pull"]);
    assert_eq!(people(&project), before);
}

#[test]
fn a_folder_with_tables_is_never_taken_for_a_new_lake() {
    let (_record, project, _) = pulled();
    project.ok(&["nightly"]);
    let lake = project.path("lake");
    fs::remove_file(lake.join("populace.json")).unwrap();
    // Only models are left: they do not say whose they are.
    for layer in ["record", "populace"] {
        fs::remove_dir_all(lake.join(layer)).unwrap();
    }
    let error = project.fails(3, &["pull"]);
    assert!(error.contains("is missing"), "{error}");
    assert!(error.contains("no table says which key made it"), "{error}");
    // Nor does an export that was begun under a key.
    fs::remove_dir_all(&lake).unwrap();
    fs::create_dir_all(lake.join("populace.staging/record")).unwrap();
    fs::write(lake.join("populace.staging/record/export.json"), "{}").unwrap();
    let error = project.fails(3, &["pull"]);
    assert!(
        error.contains("populace.staging holds unfinished work"),
        "{error}"
    );
    // An empty folder is a new lake.
    fs::remove_dir_all(&lake).unwrap();
    fs::create_dir(&lake).unwrap();
    project.ok(&["pull"]);
}
