//! The same records again in a later extract, without a time of last update or with the same one: the
//! later extract counts, else the later line.

use super::csv_sender::{file, project, spell, spells};
use crate::project::{NO_POSTCODES, Project, pipeline};
use std::fs::{self, File};
use std::time::{Duration, SystemTime};

const PEOPLE: u32 = 40;

/// Spells of everybody with one diagnosis.
fn extract(diagnosis: &str, updated: &str) -> String {
    let set = [("diag_01", diagnosis), ("extract_datetime", updated)];
    let rows: Vec<_> = (0..PEOPLE).map(|person| spell(person, &set)).collect();
    file(&rows)
}

fn diagnoses(project: &Project) -> Vec<Vec<String>> {
    project.sql("select diag_01, count(*) from record.apc_spell group by 1 order by 1")
}

/// Says that a file was changed so many seconds after 2026-09-01.
fn changed(project: &Project, name: &str, seconds: u64) {
    let when = SystemTime::UNIX_EPOCH + Duration::from_secs(1_788_220_800 + seconds);
    let opened = File::options()
        .write(true)
        .open(project.path("in").join(name))
        .unwrap();
    opened.set_modified(when).unwrap();
}

#[test]
fn the_later_extract_counts_in_one_pull_and_across_nights() {
    let people = PEOPLE.to_string();
    // No time, the same time, a senseless one, one that cannot be read.
    for updated in ["", "2026-07-05", "1900-01-01", "soon"] {
        let (old, new) = (extract("E119", updated), extract("J440", updated));
        // By the date in the name, whatever the files' own times say.
        let files = [
            ("apc_spell_2026-09-02.csv", new.as_bytes()),
            ("apc_spell_2026-09-01.csv", old.as_bytes()),
        ];
        let one = project("", &files);
        changed(&one, "apc_spell_2026-09-02.csv", 0);
        changed(&one, "apc_spell_2026-09-01.csv", 90_000_000);
        one.ok(&["pull"]);
        assert_eq!(diagnoses(&one), [["J440", &people]], "{updated}");
        // By the files' own times; the names say the contrary.
        let two = project(
            "",
            &[
                ("apc_spell.b.csv", old.as_bytes()),
                ("apc_spell.a.csv", new.as_bytes()),
            ],
        );
        changed(&two, "apc_spell.b.csv", 0);
        changed(&two, "apc_spell.a.csv", 1);
        two.ok(&["pull"]);
        assert_eq!(diagnoses(&two), [["J440", &people]], "{updated}");
        // The older one comes a night later.
        fs::write(two.path("in/apc_spell.c.csv"), extract("I10X", updated)).unwrap();
        changed(&two, "apc_spell.c.csv", 2);
        two.ok(&["pull"]);
        assert_eq!(diagnoses(&two), [["I10X", &people]], "{updated}");
        fs::write(two.path("in/apc_spell.z.csv"), extract("K519", updated)).unwrap();
        changed(&two, "apc_spell.z.csv", 1);
        two.ok(&["pull"]);
        assert_eq!(diagnoses(&two), [["I10X", &people]], "{updated}");
    }
}

#[test]
fn of_two_lines_the_later_counts() {
    for updated in ["", "2026-07-05T02:05:00"] {
        let row = |person, diagnosis| {
            spell(
                person,
                &[("diag_01", diagnosis), ("extract_datetime", updated)],
            )
        };
        let mut rows = Vec::new();
        for diagnosis in ["E119", "J440", "I10X"] {
            rows.extend((0..PEOPLE).map(|person| row(person, diagnosis)));
        }
        let project = project("", &[("apc_spell.001.csv", file(&rows).as_bytes())]);
        project.ok(&["pull"]);
        assert_eq!(
            diagnoses(&project),
            [["I10X", &PEOPLE.to_string()]],
            "{updated}"
        );
    }
}

#[test]
fn the_same_rows_again_change_nothing() {
    let project = project("", &[("apc_spell.001.csv", extract("E119", "").as_bytes())]);
    project.ok(&["pull"]);
    let before = spells(&project, "record_key, updated");
    fs::write(project.path("in/apc_spell.002.csv"), extract("E119", "")).unwrap();
    let summary = project.json(&["pull"]);
    assert_eq!(spells(&project, "record_key, updated"), before);
    let tables = summary["tables"].as_array().unwrap();
    let table = tables
        .iter()
        .find(|t| t["table"] == "record.apc_spell")
        .unwrap();
    assert_eq!(
        (&table["rows"], &table["changed"]),
        (&PEOPLE.into(), &false.into())
    );
}

#[test]
fn the_form_of_the_date_in_names_is_a_setting() {
    let (old, new) = (extract("E119", ""), extract("J440", ""));
    let files = [
        ("apc_spell_01102026.csv", old.as_bytes()),
        ("apc_spell_02092026.csv", new.as_bytes()),
    ];
    let project = project("file_date = [\"%d%m%Y\"]", &files);
    changed(&project, "apc_spell_01102026.csv", 0);
    changed(&project, "apc_spell_02092026.csv", 1);
    project.ok(&["pull"]);
    assert_eq!(diagnoses(&project)[0][0], "E119");
    let settings = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    project.write_pipeline(&settings.replace("%d%m%Y", "d-m-Y"));
    let error = project.fails(2, &["check"]);
    assert!(
        error.contains("'d-m-Y' is no form of a date such as %Y-%m-%d"),
        "{error}"
    );
}

#[test]
fn patients_without_a_last_update_too() {
    let project = Project::empty();
    fs::create_dir(project.path("in")).unwrap();
    let patients = |sex: &str| {
        let line = |n: u32| {
            let number = super::csv_sender::nhs_number(n);
            format!(
                r#"{{"resourceType":"Patient","id":"p{n}","identifier":[{{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{number}"}}],"gender":"{sex}"}}"#
            )
        };
        (0..PEOPLE).map(line).collect::<Vec<_>>().join("\n")
    };
    fs::write(
        project.path("in/2026-09-02.Patient.ndjson"),
        patients("female"),
    )
    .unwrap();
    fs::write(
        project.path("in/2026-09-01.Patient.ndjson"),
        patients("male"),
    )
    .unwrap();
    let source =
        "[sources.record]\nkind = \"fhir-folder\"\nurl = \"in\"\naccept_test_numbers = true\n";
    project.write_pipeline(&pipeline(NO_POSTCODES, source));
    project.ok(&["pull"]);
    let sexes = project.sql("select sex, count(*) from record.patient group by 1");
    assert_eq!(sexes, [["female", &PEOPLE.to_string()]]);
}
