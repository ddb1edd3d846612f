//! Extracts that take the place of earlier ones: corrected files, full extracts, periods.

use crate::cases::csv_sender::{self, file, nhs_number, spell};
use crate::project::{NO_POSTCODES, Project, pipeline};
use std::fs::{self, File};
use std::time::{Duration, SystemTime};

/// Spells of some people, with one diagnosis.
fn spells(people: impl IntoIterator<Item = u32>, diagnosis: &str) -> String {
    let set = [("diag_01", diagnosis), ("extract_datetime", "")];
    let rows: Vec<_> = people.into_iter().map(|n| spell(n, &set)).collect();
    file(&rows)
}

/// Writes a file that was changed so many seconds after 2026-09-01.
fn put(project: &Project, name: &str, seconds: u64, text: &str) {
    let path = project.path("in").join(name);
    fs::write(&path, text).unwrap();
    let when = SystemTime::UNIX_EPOCH + Duration::from_secs(1_788_220_800 + seconds);
    let opened = File::options().write(true).open(path).unwrap();
    opened.set_modified(when).unwrap();
}

fn csv(settings: &str) -> Project {
    csv_sender::project(settings, &[])
}

/// How many spells have which diagnosis.
fn diagnoses(project: &Project) -> String {
    let sql = "select diag_01, count(*) from record.apc_spell group by 1 order by 1";
    let rows = project.sql(sql).into_iter();
    rows.map(|row| row.join(" ")).collect::<Vec<_>>().join(", ")
}

/// The rows of spells that a pull says are gone.
fn gone(summary: &serde_json::Value) -> u64 {
    summary["gone_rows"]["extracts"]["record.apc_spell"]
        .as_u64()
        .unwrap_or_default()
}

#[test]
fn a_corrected_file_replaces_what_the_wrong_one_brought() {
    let project = csv("");
    put(&project, "apc_spell.1.csv", 0, &spells(0..10, "E119"));
    put(&project, "apc_spell.2.csv", 1, &spells(8..20, "WRONG"));
    project.ok(&["pull"]);
    assert_eq!(diagnoses(&project), "E119 8, WRONG 12");
    // Fewer rows, other values, and an earlier last update than the wrong rows had.
    put(&project, "apc_spell.2.csv", 2, &spells(10..15, "J440"));
    let summary = project.json(&["pull"]);
    // What the wrong file hid of the first one is there again.
    assert_eq!(diagnoses(&project), "E119 10, J440 5");
    assert_eq!(gone(&summary), 5);
    assert_eq!(summary["warnings"], serde_json::json!([]));
    let again = project.json(&["pull"]);
    assert_eq!((&again["files_read"], gone(&again)), (&0.into(), 0));
    // An empty one corrects nothing.
    put(&project, "apc_spell.2.csv", 3, &spells([], ""));
    project.ok(&["pull"]);
    assert_eq!(diagnoses(&project), "E119 10, J440 5");
}

#[test]
fn a_corrected_file_counts_though_its_rows_say_an_earlier_time() {
    let row = |updated: &str, diagnosis: &str| {
        file(&[spell(
            1,
            &[("extract_datetime", updated), ("diag_01", diagnosis)],
        )])
    };
    let project = csv("");
    put(&project, "apc_spell.1.csv", 0, &row("2026-08-30", "WRONG"));
    project.ok(&["pull"]);
    put(&project, "apc_spell.1.csv", 1, &row("2026-08-01", "E119"));
    let summary = project.json(&["pull"]);
    assert_eq!(
        (diagnoses(&project).as_str(), gone(&summary)),
        ("E119 1", 0)
    );
}

#[test]
fn files_that_are_written_over_are_added_where_a_setting_says_so() {
    let project = csv("same_name = \"addition\"");
    put(&project, "apc_spell.csv", 0, &spells(0..10, "E119"));
    project.ok(&["pull"]);
    put(&project, "apc_spell.csv", 1, &spells(8..12, "J440"));
    project.ok(&["pull"]);
    assert_eq!(diagnoses(&project), "E119 8, J440 4");
}

#[test]
fn what_a_full_extract_does_not_have_is_gone() {
    let project = csv("extract = \"full\"");
    put(
        &project,
        "apc_spell_2026-09-01.csv",
        9,
        &spells(0..20, "E119"),
    );
    project.ok(&["pull"]);
    // The next one in two parts.
    put(
        &project,
        "apc_spell_2026-09-02.a.csv",
        1,
        &spells(0..10, "E119"),
    );
    put(
        &project,
        "apc_spell_2026-09-02.b.csv",
        2,
        &spells(10..17, "J440"),
    );
    let summary = project.json(&["pull"]);
    assert_eq!(diagnoses(&project), "E119 10, J440 7");
    assert_eq!(gone(&summary), 3);
    let said = project.ok(&["pull"]);
    assert!(!said.contains("are gone"), "{said}");
    // One that is older, late, is not read.
    put(
        &project,
        "apc_spell_2026-08-31.csv",
        7,
        &spells(0..30, "OLD"),
    );
    let late = project.json(&["pull"]);
    assert_eq!(late["files_read"], 0);
    let reasons: Vec<_> = late["passed_over_because"]
        .as_object()
        .unwrap()
        .values()
        .collect();
    assert_eq!(reasons, ["older than the extract that took its place"]);
    assert_eq!(diagnoses(&project), "E119 10, J440 7");
    // Records come back with a later one, also where all else is read again.
    put(
        &project,
        "apc_spell_2026-09-03.csv",
        3,
        &spells(0..20, "E119"),
    );
    project.ok(&["pull"]);
    assert_eq!(diagnoses(&project), "E119 20");
    project.ok(&["pull", "--again"]);
    assert_eq!(diagnoses(&project), "E119 20");
}

#[test]
fn a_full_extract_without_a_date_in_its_name() {
    let project = csv("extract = \"full\"");
    // Those that come together are one extract.
    put(&project, "apc_spell.a.csv", 0, &spells(0..10, "E119"));
    put(&project, "apc_spell.b.csv", 50, &spells(10..20, "E119"));
    project.ok(&["pull"]);
    assert_eq!(diagnoses(&project), "E119 20");
    // Where one comes again, those beside it belong to it.
    put(&project, "apc_spell.b.csv", 99, &spells(10..18, "E119"));
    assert_eq!(gone(&project.json(&["pull"])), 2);
    assert_eq!(diagnoses(&project), "E119 18");
    // New names are a new extract; the old files are not read again.
    put(&project, "apc_spell.c.csv", 100, &spells(1..18, "J440"));
    assert_eq!(gone(&project.json(&["pull"])), 1);
    assert_eq!(diagnoses(&project), "J440 17");
    project.ok(&["pull", "--again"]);
    assert_eq!(diagnoses(&project), "J440 17");
}

#[test]
fn a_full_extract_that_is_cut_or_empty_is_refused() {
    let project = csv("extract = \"full\"");
    put(
        &project,
        "apc_spell_2026-09-01.csv",
        0,
        &spells(0..20, "E119"),
    );
    project.ok(&["pull"]);
    for (rows, gone) in [(0, 20), (15, 5)] {
        put(
            &project,
            "apc_spell_2026-09-02.csv",
            rows.into(),
            &spells(0..rows, "J440"),
        );
        let error = project.fails(1, &["pull"]);
        let cause = format!(
            "source extracts: {gone} of the 20 rows of record.apc_spell are not in its newest extract, more than 20 in a hundred"
        );
        assert!(error.contains(&cause), "{error}");
        assert!(
            error.contains(&format!("--confirm-gone extracts.apc_spell={gone}")),
            "{error}"
        );
        assert_eq!(diagnoses(&project), "E119 20");
    }
    project.fails(1, &["pull", "--confirm-gone", "extracts.apc_spell=4"]);
    project.ok(&["pull", "--confirm-gone", "extracts.apc_spell=5"]);
    assert_eq!(diagnoses(&project), "J440 15");
    // A share of one's own.
    let settings = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let settings = settings.replace(
        "extract = \"full\"",
        "extract = \"full\"\nlargest_share_gone = 0.5",
    );
    project.write_pipeline(&settings);
    put(
        &project,
        "apc_spell_2026-09-03.csv",
        1,
        &spells(0..8, "I10X"),
    );
    project.ok(&["pull"]);
    assert_eq!(diagnoses(&project), "I10X 8");
}

/// Spells of a month.
fn month(month: &str, people: std::ops::Range<u32>, diagnosis: &str) -> Vec<Vec<String>> {
    let day = format!("{month}-10");
    let row = |n| {
        let id = format!("{month}/{n}");
        let set = [
            ("admission_date", day.as_str()),
            ("discharge_date", day.as_str()),
            ("spell_id", id.as_str()),
            ("diag_01", diagnosis),
            ("extract_datetime", ""),
        ];
        spell(n, &set)
    };
    people.map(row).collect()
}

#[test]
fn an_extract_of_a_period_replaces_all_rows_of_the_period() {
    let project = csv("extract = \"period\"\nperiod = [\"provider_code\", \"discharge_date\"]");
    let both = [
        month("2026-04", 0..10, "E119"),
        month("2026-05", 0..10, "E119"),
    ]
    .concat();
    put(&project, "apc_spell_2026-06-01.csv", 0, &file(&both));
    project.ok(&["pull"]);
    // April again, with other rows: a corrected resubmission need not hold the same records.
    let april = [month("2026-04", 5..8, "J440")].concat();
    put(&project, "apc_spell_2026-07-01.csv", 0, &file(&april));
    assert_eq!(gone(&project.json(&["pull"])), 7);
    assert_eq!(diagnoses(&project), "E119 10, J440 3");
    // An earlier resubmission that comes late changes nothing of April, and brings March.
    let late = [
        month("2026-04", 0..20, "OLD"),
        month("2026-03", 0..2, "I10X"),
    ]
    .concat();
    put(&project, "apc_spell_2026-06-15.csv", 0, &file(&late));
    project.ok(&["pull"]);
    assert_eq!(diagnoses(&project), "E119 10, I10X 2, J440 3");
    // Rows that did not change count as those of the latest extract all the same.
    let same = month("2026-04", 5..8, "J440");
    put(&project, "apc_spell_2026-08-01.csv", 0, &file(&same));
    project.ok(&["pull"]);
    put(
        &project,
        "apc_spell_2026-07-15.csv",
        0,
        &file(&month("2026-04", 0..20, "OLD")),
    );
    project.ok(&["pull"]);
    assert_eq!(diagnoses(&project), "E119 10, I10X 2, J440 3");
    // All of it in one pull, in whatever order.
    let one = csv("extract = \"period\"\nperiod = [\"provider_code\", \"discharge_date\"]");
    for entry in fs::read_dir(project.path("in")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), one.path("in").join(entry.file_name())).unwrap();
    }
    one.ok(&["pull"]);
    assert_eq!(diagnoses(&one), "E119 10, I10X 2, J440 3");
    one.ok(&["pull", "--again"]);
    assert_eq!(diagnoses(&one), "E119 10, I10X 2, J440 3");
}

#[test]
fn the_name_of_a_file_may_say_its_period_and_organisation() {
    let project =
        csv("extract = \"period\"\nperiod_in_name = \"apc_spell_{council}_{quarter}*.csv\"");
    let rows = |people: std::ops::Range<u32>, id: &str, diagnosis: &str| {
        let row = |n| {
            let id = format!("{id}{n}");
            spell(
                n,
                &[
                    ("spell_id", &id),
                    ("diag_01", diagnosis),
                    ("extract_datetime", ""),
                ],
            )
        };
        file(&people.map(row).collect::<Vec<_>>())
    };
    put(
        &project,
        "apc_spell_E06000001_2026Q1_2026-05-01.csv",
        0,
        &rows(0..10, "a", "E119"),
    );
    put(
        &project,
        "apc_spell_E06000002_2026Q1_2026-05-01.csv",
        0,
        &rows(0..10, "b", "E119"),
    );
    project.ok(&["pull"]);
    put(
        &project,
        "apc_spell_E06000001_2026Q1_2026-06-01.csv",
        0,
        &rows(0..4, "c", "J440"),
    );
    let summary = project.json(&["pull"]);
    assert_eq!(diagnoses(&project), "E119 10, J440 4");
    assert_eq!(gone(&summary), 10);
    // Another quarter adds; an older file of the first does not come in.
    put(
        &project,
        "apc_spell_E06000001_2026Q2_2026-07-01.csv",
        0,
        &rows(0..5, "d", "I10X"),
    );
    put(
        &project,
        "apc_spell_E06000001_2026Q1_2026-05-20.csv",
        0,
        &rows(0..9, "e", "OLD"),
    );
    project.ok(&["pull"]);
    assert_eq!(diagnoses(&project), "E119 10, I10X 5, J440 4");
    put(&project, "apc_spell_other.csv", 0, &rows(0..1, "f", "X"));
    let error = project.fails(3, &["pull"]);
    assert!(
        error.contains("does not say which period it is of"),
        "{error}"
    );
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    for (settings, said) in [
        ("extract = \"period\"", "needs period"),
        (
            "period = [\"discharge_date\"]",
            "are for extract = \"period\"",
        ),
        (
            "extract = \"period\"\nperiod = [\"dischargedate\"]",
            "no column file has all columns of period: dischargedate",
        ),
        (
            "extract = \"period\"\nperiod_in_name = \"apc.csv\"",
            "names no period",
        ),
        ("extract = \"weekly\"", "weekly"),
        (
            "extract = \"full\"\nlargest_share_gone = 2",
            "a share from 0 to 1",
        ),
    ] {
        let project = csv(settings);
        let output = project.run(&["pull"]);
        let error = crate::project::text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(said), "{settings}: {error}");
    }
}

/// A project of FHIR resources.
fn fhir(settings: &str) -> Project {
    let project = Project::empty();
    fs::create_dir(project.path("in")).unwrap();
    let source = format!(
        "[sources.record]\nkind = \"fhir-folder\"\nurl = \"in\"\naccept_test_numbers = true\nunlinked_threshold = 1.0\n{settings}\n"
    );
    project.write_pipeline(&pipeline(NO_POSTCODES, &source));
    project
}

fn patient(id: u32, person: u32, meta: &str) -> String {
    let number = nhs_number(person);
    format!(
        r#"{{"resourceType":"Patient","id":"p{id}","meta":{{{meta}}},"identifier":[{{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{number}"}}],"gender":"female"}}"#
    )
}

fn condition(id: u32, patient: u32, meta: &str) -> String {
    format!(
        r#"{{"resourceType":"Condition","id":"c{id}","meta":{{{meta}}},"subject":{{"reference":"Patient/p{patient}"}},"code":{{"coding":[{{"system":"http://snomed.info/sct","code":"44054006"}}]}}}}"#
    )
}

fn lines(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().map(|line| line + "\n").collect()
}

/// Patients, conditions with a person, and conditions.
fn counts(project: &Project) -> Vec<String> {
    let sql = "select (select count(*) from record.patient) as patients, count(person_key) as linked, count(*) as conditions from record.condition";
    project.sql(sql).remove(0)
}

#[test]
fn a_full_extract_of_resources_takes_patients_and_their_links_away() {
    let meta = r#""lastUpdated":"2026-08-01T00:00:00Z""#;
    let project = fhir("extract = \"full\"");
    let patients = |ids: std::ops::Range<u32>| lines(ids.map(|n| patient(n, n, meta)));
    let conditions = |ids: std::ops::Range<u32>| lines(ids.map(|n| condition(n, n, meta)));
    put(&project, "2026-09-01.Patient.ndjson", 0, &patients(0..10));
    put(
        &project,
        "2026-09-01.Condition.ndjson",
        0,
        &conditions(0..10),
    );
    project.ok(&["pull"]);
    assert_eq!(counts(&project), ["10", "10", "10"]);
    // A type that does not come stays.
    put(&project, "2026-09-02.Patient.ndjson", 0, &patients(1..10));
    let summary = project.json(&["pull"]);
    assert_eq!(counts(&project), ["9", "9", "10"]);
    assert_eq!(summary["gone_rows"]["record"]["record.patient"], 1);
    // The Patient comes back, unchanged.
    put(&project, "2026-09-03.Patient.ndjson", 0, &patients(0..10));
    put(
        &project,
        "2026-09-03.Condition.ndjson",
        0,
        &conditions(0..9),
    );
    project.ok(&["pull"]);
    assert_eq!(counts(&project), ["10", "9", "9"]);
}

#[test]
fn a_corrected_patient_takes_its_records_to_the_right_person() {
    let project = fhir("");
    let wrong = r#""lastUpdated":"2026-08-09T00:00:00Z""#;
    let right = r#""lastUpdated":"2026-08-02T00:00:00Z""#;
    put(
        &project,
        "Patient.ndjson",
        0,
        &lines([patient(1, 7, wrong), patient(2, 8, wrong)]),
    );
    put(
        &project,
        "Condition.ndjson",
        0,
        &lines([condition(1, 1, right), condition(2, 2, right)]),
    );
    project.ok(&["pull"]);
    put(
        &project,
        "Patient.ndjson",
        1,
        &lines([patient(1, 9, right)]),
    );
    project.ok(&["pull"]);
    assert_eq!(counts(&project), ["1", "1", "2"]);
    // As if the wrong file had never come.
    let never = fhir("");
    put(&never, "Patient.ndjson", 1, &lines([patient(1, 9, right)]));
    put(
        &never,
        "Condition.ndjson",
        0,
        &lines([condition(1, 1, right), condition(2, 2, right)]),
    );
    never.ok(&["pull"]);
    let people = |project: &Project| {
        project.sql("select record_key, person_key from record.condition order by 1")
    };
    assert_eq!(people(&project), people(&never));
}

#[test]
fn a_record_that_moves_to_another_patient_leaves_the_first() {
    let version = |n: u32| format!(r#""versionId":"{n}""#);
    let people = |project: &Project| {
        project.sql("select count(*), count(distinct person_key) from record.condition")
    };
    for nights in [1, 2] {
        let project = fhir("");
        let first = lines((0..8).map(|n| condition(n, n, &version(9))));
        let moved = lines((0..8).map(|n| condition(n, 0, &version(10))));
        put(
            &project,
            "Patient.ndjson",
            0,
            &lines((0..8).map(|n| patient(n, n, &version(1)))),
        );
        put(&project, "b.Condition.ndjson", 5, &first);
        if nights == 2 {
            project.ok(&["pull"]);
            assert_eq!(people(&project), [["8", "8"]]);
        }
        put(&project, "a.Condition.ndjson", 0, &moved);
        project.ok(&["pull"]);
        assert_eq!(people(&project), [["8", "1"]]);
    }
}

#[test]
fn a_pull_that_is_killed_replaces_all_the_same() {
    let files = [
        (
            "extract = \"full\"",
            "apc_spell_2026-09-01.csv",
            "apc_spell_2026-09-02.csv",
        ),
        (
            "extract = \"period\"\nperiod = [\"provider_code\"]",
            "apc_spell_2026-09-01.csv",
            "apc_spell_2026-09-02.csv",
        ),
        ("", "apc_spell.csv", "apc_spell.csv"),
    ];
    let mut kills = 0;
    for (settings, first, second) in files {
        let project = csv(settings);
        put(&project, first, 0, &spells(0..2000, "E119"));
        project.ok(&["pull"]);
        put(&project, second, 9, &spells(100..2050, "J440"));
        // As soon as a new version of the table is there, and before the files count as taken.
        let log = project.path("lake/record/apc_spell/_delta_log");
        let versions = || fs::read_dir(&log).unwrap().count();
        let before = versions();
        kills += u32::from(project.killed_when(&["pull", "-q"], || versions() > before));
        project.ok(&["pull"]);
        assert_eq!(diagnoses(&project), "J440 1950", "{settings}");
        let again = project.json(&["pull"]);
        assert_eq!(again["files_read"], 0);
    }
    assert!(kills >= 2, "{kills} of 3 pulls were killed");
}
