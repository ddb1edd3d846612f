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

/// A project with one folder of Patients that have this `meta`, as (file, seconds, meta, sex).
fn patients_in(files: &[(&str, u64, &str, &str)]) -> Project {
    let project = Project::empty();
    fs::create_dir(project.path("in")).unwrap();
    let source =
        "[sources.record]\nkind = \"fhir-folder\"\nurl = \"in\"\naccept_test_numbers = true\n";
    project.write_pipeline(&pipeline(NO_POSTCODES, source));
    for file in files {
        add_patients(&project, *file);
    }
    project
}

fn add_patients(project: &Project, (name, seconds, meta, sex): (&str, u64, &str, &str)) {
    let line = |n: u32| {
        let number = super::csv_sender::nhs_number(n);
        format!(
            r#"{{"resourceType":"Patient","id":"p{n}",{meta}"identifier":[{{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{number}"}}],"gender":"{sex}"}}"#
        )
    };
    let lines: Vec<_> = (0..PEOPLE).map(line).collect();
    fs::write(project.path("in").join(name), lines.join("\n")).unwrap();
    changed(project, name, seconds);
}

fn sexes(project: &Project) -> Vec<Vec<String>> {
    project.ok(&["pull"]);
    project.sql("select sex, count(*) from record.patient group by 1 order by 1")
}

/// The `meta` of a version.
fn meta(updated: Option<&str>, version: Option<&str>) -> String {
    let updated = updated.map(|time| format!(r#""lastUpdated":"{time}""#));
    let version = version.map(|id| format!(r#""versionId":{id}"#));
    let members: Vec<_> = updated.into_iter().chain(version).collect();
    format!("\"meta\":{{{}}},", members.join(","))
}

#[test]
fn the_number_of_the_version_counts_where_the_time_says_nothing() {
    let people = PEOPLE.to_string();
    let time = Some("2026-08-01T00:00:00Z");
    // The same instant in three spellings, no time, clocks that were never set, and one far ahead.
    let pairs = [
        (time, Some("2026-08-01T01:00:00.000+01:00")),
        (None, None),
        (Some("0001-01-01T00:00:00Z"), Some("0001-01-01T00:00:00Z")),
        (Some("9999-12-31T23:59:59Z"), Some("9999-12-31T23:59:59Z")),
        (time, None),
        (None, time),
        (time, Some("0001-01-01T00:00:00+00:00")),
    ];
    for (older_time, newer_time) in pairs {
        for (older, newer) in [
            (r#""9""#, r#""10""#),
            (r#""W/\"2\"""#, r#""W/\"3\"""#),
            ("1", r#""2""#),
        ] {
            let said = format!("{older_time:?} {newer_time:?} {older} {newer}");
            let older = meta(older_time, Some(older));
            let newer = meta(newer_time, Some(newer));
            // In one pull, the newer one in the earlier file.
            let one = patients_in(&[
                ("a.ndjson", 0, &newer, "female"),
                ("b.ndjson", 9, &older, "male"),
            ]);
            assert_eq!(sexes(&one), [["female", &people]], "{said}");
            if newer.contains("10") {
                // Across nights, in both orders.
                let two = patients_in(&[("a.ndjson", 0, &newer, "female")]);
                two.ok(&["pull"]);
                add_patients(&two, ("b.ndjson", 9, &older, "male"));
                assert_eq!(sexes(&two), [["female", &people]], "{said}");
                let two = patients_in(&[("b.ndjson", 9, &older, "male")]);
                two.ok(&["pull"]);
                add_patients(&two, ("a.ndjson", 0, &newer, "female"));
                assert_eq!(sexes(&two), [["female", &people]], "{said}");
            }
        }
    }
}

#[test]
fn a_later_time_counts_for_more_than_a_number() {
    let newer = meta(Some("2026-08-02T00:00:00Z"), Some(r#""1""#));
    let older = meta(Some("2026-08-01T23:59:59.999Z"), Some(r#""7""#));
    let project = patients_in(&[
        ("a.ndjson", 9, &older, "male"),
        ("b.ndjson", 0, &newer, "female"),
    ]);
    assert_eq!(sexes(&project), [["female", &PEOPLE.to_string()]]);
}

#[test]
fn without_numbers_resources_of_one_time_count_by_extract_and_line() {
    let people = PEOPLE.to_string();
    for version in [None, Some(r#""a1b2""#), Some(r#""4""#)] {
        let same = meta(Some("2026-08-01T00:00:00Z"), version);
        let project = patients_in(&[
            ("z.ndjson", 0, &same, "male"),
            ("a.ndjson", 1, &same, "female"),
        ]);
        assert_eq!(sexes(&project), [["female", &people]], "{version:?}");
        add_patients(&project, ("b.ndjson", 2, &same, "other"));
        assert_eq!(sexes(&project), [["other", &people]], "{version:?}");
        // An older extract that comes late.
        add_patients(&project, ("c.ndjson", 0, &same, "unknown"));
        assert_eq!(sexes(&project), [["other", &people]], "{version:?}");
    }
    // The later line of one file.
    let project = patients_in(&[]);
    let same = meta(Some("2026-08-01T00:00:00Z"), None);
    let mut text = String::new();
    for sex in ["male", "other", "female"] {
        add_patients(&project, ("x.ndjson", 0, &same, sex));
        text += &(fs::read_to_string(project.path("in/x.ndjson")).unwrap() + "\n");
    }
    fs::write(project.path("in/x.ndjson"), text).unwrap();
    assert_eq!(sexes(&project), [["female", &people]]);
    let again = project.json(&["pull"]);
    assert_eq!(again["files_read"], 0);
}

#[test]
fn case_31() {
    let Some(case) = crate::project::shared("cases/31-no-last-updated/input/fhir") else {
        return;
    };
    let project = patients_in(&[]);
    let names = ["2026-09-01.Patient.ndjson", "2026-09-02.Patient.ndjson"];
    // The older one comes last.
    for name in names.iter().rev() {
        fs::copy(case.join(name), project.path("in").join(name)).unwrap();
        project.ok(&["pull"]);
    }
    let first = project.sql("select sex, count(*) from record.patient group by 1");
    let both = patients_in(&[]);
    for name in names {
        fs::copy(case.join(name), both.path("in").join(name)).unwrap();
    }
    both.ok(&["pull"]);
    let rows = both.sql("select sex, count(*) from record.patient group by 1");
    assert_eq!(
        (&first, first.len()),
        (&rows, 1),
        "one extract counts for all"
    );
    assert_eq!(first[0][1], "200");
}
