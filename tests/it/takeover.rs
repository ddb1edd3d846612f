//! Lakes of earlier programs are taken over; those of newer ones are refused.

use crate::project::{Project, files_below, repository};
use std::path::Path;

const PIPELINE: &str = r#"
[lake]
url = "lake"
shards = 2
[releases]
url = "releases"
[privacy]
key = "file:test.key"
[privacy.lookups]
postcode_lsoa = "postcode_lsoa.csv"
[sources.record]
kind = "fhir-folder"
url = "fhir"
views = "views"
accept_test_numbers = true
[parameters]
as_of = { type = "date", default = "2026-09-30" }
"#;

fn copy(from: &Path, to: &Path) {
    for (name, bytes) in files_below(from) {
        let to = to.join(name);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(to, bytes).unwrap();
    }
}

/// A project over the extracts of the old lake, without the lake.
fn fresh() -> Project {
    let project = Project::empty();
    project.write_pipeline(PIPELINE);
    let old = repository().join("tests/lakes/form-1");
    for part in ["fhir", "views"] {
        copy(&old.join(part), &project.path(part));
    }
    let lookup = "postcode_lsoa.csv";
    std::fs::copy(old.join(lookup), project.path(lookup)).unwrap();
    project
}

fn old() -> Project {
    let project = fresh();
    let lake = repository().join("tests/lakes/form-1/lake");
    copy(&lake, &project.path("lake"));
    project
}

/// The first condition with another code, and the same version unless `updated` says otherwise.
fn correction(project: &Project, updated: Option<&str>) -> String {
    let conditions = std::fs::read_to_string(project.path("fhir/Condition.ndjson")).unwrap();
    let mut value: serde_json::Value =
        serde_json::from_str(conditions.lines().next().unwrap()).unwrap();
    value["code"]["coding"][0]["code"] = "44054006".into();
    if let Some(updated) = updated {
        value["meta"]["lastUpdated"] = updated.into();
    }
    value.to_string() + "\n"
}

fn log(project: &Project, table: &str) -> usize {
    files_below(&project.path(&format!("lake/{table}/_delta_log"))).len()
}

#[test]
fn a_lake_of_form_1_ends_as_a_lake_of_today_would() {
    let (old, fresh) = (old(), fresh());
    assert_eq!(old.number("select count(*) from record.encounter"), 15);
    for project in [&old, &fresh] {
        let night = project.path("fhir/night.ndjson");
        let moved = correction(project, Some("2026-10-01T00:00:00Z"));
        std::fs::write(night, moved.replace("065edad2", "0deadbea")).unwrap();
        project.ok(&["pull"]);
    }
    let tables = old.record_tables();
    assert_eq!(tables.len(), 3);
    assert_eq!(tables, fresh.record_tables());
    let settings = std::fs::read_to_string(old.path("lake/populace.json")).unwrap();
    assert!(settings.contains("\"format\": 2"), "{settings}");

    // Once is enough.
    let steps = log(&old, "record/patient");
    let pulled = old.json(&["pull"]);
    assert_eq!(pulled["files_read"], 0);
    assert_eq!(log(&old, "record/patient"), steps);
}

#[test]
fn what_a_lake_of_form_1_holds_stays_when_its_extracts_are_gone() {
    let project = old();
    // The same version of a condition, read from another line: it replaces what was stored.
    let correction = correction(&project, None);
    std::fs::remove_dir_all(project.path("fhir")).unwrap();
    std::fs::create_dir(project.path("fhir")).unwrap();
    std::fs::write(project.path("fhir/one.ndjson"), correction).unwrap();
    project.ok(&["pull"]);
    let rows = "select count(*), count(person_key) from record.";
    assert_eq!(project.sql(&format!("{rows}patient")), [["5", "5"]]);
    assert_eq!(project.sql(&format!("{rows}condition")), [["4", "4"]]);
    assert_eq!(project.sql(&format!("{rows}encounter")), [["15", "9"]]);
    assert_eq!(
        project.number("select count(*) from record.condition where code = '44054006'"),
        1
    );
    assert_eq!(
        project.number("select count(merged_from_key) from record.patient"),
        0
    );
}

#[test]
fn a_lake_of_a_newer_form_is_refused() {
    let project = old();
    let settings = project.path("lake/populace.json");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replace("\"format\": 1", "\"format\": 3")).unwrap();
    let before = files_below(&project.path("lake/record"));
    for command in [
        &["pull"][..],
        &["nightly"],
        &["run"],
        &["status"],
        &["sql", "-c", "select 1"],
        &["vacuum"],
    ] {
        let error = project.fails(3, command);
        assert!(
            error.contains("has form 3, and this populace knows forms up to 2"),
            "{command:?}: {error}"
        );
        assert!(
            error.contains("hint: install the newer populace that made it"),
            "{command:?}: {error}"
        );
    }
    assert_eq!(files_below(&project.path("lake/record")), before);
}
