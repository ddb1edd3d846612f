//! One bad sender or file does not stop the others.

use crate::cases::csv_sender::{file, nhs_number, spell};
use crate::cases::people::{number, patient};
use crate::project::{NO_POSTCODES, Project, pipeline, synth, text};
use serde_json::{Value, json};
use std::fs;

/// A project of a FHIR source and one of CSV files, each with three people, with settings of the second.
fn project(settings: &str) -> Project {
    let project = Project::empty();
    for folder in ["fhir", "csv"] {
        fs::create_dir(project.path(folder)).unwrap();
    }
    write_pipeline(&project, settings);
    write_people(&project, 3);
    write_spells(&project, "spells.csv", 3);
    project
}

fn write_pipeline(project: &Project, settings: &str) {
    let sources = format!(
        "[sources.record]\nkind = \"fhir-folder\"\nurl = \"fhir\"\naccept_test_numbers = true\n[sources.trust]\nkind = \"csv-folder\"\nurl = \"csv\"\naccept_test_numbers = true\n{settings}\n"
    );
    project.write_pipeline(&pipeline(NO_POSTCODES, &sources));
}

fn write_people(project: &Project, people: usize) {
    let lines = (0..people).map(|at| patient(&format!("p{at}"), &number(at), "ZW1 1AA"));
    let lines: Vec<String> = lines.map(|line| line.to_string()).collect();
    fs::write(project.path("fhir/Patient.ndjson"), lines.join("\n") + "\n").unwrap();
}

fn write_spells(project: &Project, name: &str, spells: u32) {
    let rows: Vec<_> = (1..=spells).map(|person| spell(person, &[])).collect();
    fs::write(project.path("csv").join(format!("apc_{name}")), file(&rows)).unwrap();
}

fn rows(project: &Project) -> (i64, i64) {
    let count = |table: &str| project.number(&format!("select count(*) from record.{table}"));
    (count("patient"), count("apc_spell"))
}

/// The warning of a pull that ends with `code`.
fn warned(project: &Project, code: i32, arguments: &[&str]) -> Vec<Value> {
    let output = project.run(&[arguments, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    summary["warnings"].as_array().unwrap().clone()
}

fn status(project: &Project, code: i32) -> Value {
    let output = project.run(&["status", "--json"]);
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

type Damage = (&'static str, fn(&Project), &'static str);

#[test]
fn each_failure_stops_only_its_own_source_and_the_next_night_mends_it() {
    let damages: [Damage; 5] = [
        (
            "a missing folder",
            |project| fs::rename(project.path("csv"), project.path("away")).unwrap(),
            "there is no folder",
        ),
        (
            "a corrupt gzip",
            |project| {
                fs::write(
                    project.path("csv/apc_spell.2.csv.gz"),
                    b"\x1f\x8b\x08\0broken",
                )
                .unwrap()
            },
            "apc_spell.2.csv.gz",
        ),
        (
            "a wrong header",
            |project| fs::write(project.path("csv/apc_spell.2.csv"), "a,b\n1,2\n").unwrap(),
            "has no column",
        ),
        (
            "too many rejects",
            |project| {
                let bad: Vec<_> = (1..30)
                    .map(|person| spell(person, &[("nhs_number", "123")]))
                    .collect();
                fs::write(project.path("csv/apc_spell.2.csv"), file(&bad)).unwrap();
            },
            "29 nhs-number-invalid",
        ),
        (
            "an unreadable file",
            |project| {
                let made = std::process::Command::new("mkfifo")
                    .arg(project.path("csv/apc_spell.2.csv"))
                    .status();
                assert!(made.unwrap().success());
                // A FIFO is passed over: what cannot be read to its end is a zip that is cut short.
                fs::write(project.path("csv/apc_spell.3.csv"), b"PK\x03\x04cut").unwrap();
            },
            "apc_spell.3.csv",
        ),
    ];
    for (what, damage, reason) in damages {
        let project = project("");
        write_spells(&project, "spell.1.csv", 3);
        fs::remove_file(project.path("csv/apc_spells.csv")).unwrap();
        project.ok(&["pull"]);
        assert_eq!(rows(&project), (3, 3), "{what}");
        write_people(&project, 4);
        damage(&project);
        let warnings = warned(&project, 1, &["pull"]);
        assert_eq!(warnings.len(), 1, "{what}: {warnings:?}");
        assert_eq!(warnings[0]["source"], "trust", "{what}");
        let said = warnings[0]["what"].as_str().unwrap();
        assert!(
            said.starts_with("nothing was taken of it, and what it brought before stays (since 20"),
            "{said}"
        );
        assert!(said.contains(reason), "{what}: {said}");
        assert!(!said.contains("nothing was committed"), "{said}");
        // The others came, and what it brought before stays.
        assert_eq!(rows(&project), (4, 3), "{what}");
        let told = status(&project, 1);
        let failing = &told["sources"]["trust"]["failing"];
        assert!(
            failing["reason"].as_str().unwrap().contains(reason),
            "{failing}"
        );
        assert_eq!(failing["since"].as_str().unwrap().len(), 10);
        assert_eq!(told["sources"]["record"]["failing"], Value::Null);
        // The next night picks up by itself.
        let _ = fs::rename(project.path("away"), project.path("csv"));
        for name in ["apc_spell.2.csv", "apc_spell.2.csv.gz", "apc_spell.3.csv"] {
            let _ = fs::remove_file(project.path("csv").join(name));
        }
        write_spells(&project, "spell.4.csv", 5);
        project.ok(&["pull"]);
        assert_eq!(rows(&project), (4, 5), "{what}");
        assert_eq!(
            status(&project, 0)["sources"]["trust"]["failing"],
            Value::Null
        );
    }
}

#[test]
fn a_pull_of_failing_sources_alone_fails_as_before() {
    let project = project("");
    project.ok(&["pull"]);
    fs::rename(project.path("csv"), project.path("away")).unwrap();
    let error = project.fails(3, &["pull", "trust"]);
    assert!(
        error.contains("source trust: there is no folder"),
        "{error}"
    );
    let failing = &status(&project, 1)["sources"]["trust"]["failing"];
    assert!(
        failing["reason"]
            .as_str()
            .unwrap()
            .starts_with("there is no folder"),
        "{failing}"
    );
    fs::remove_dir_all(project.path("fhir")).unwrap();
    let error = project.fails(3, &["pull"]);
    assert!(
        error.contains("error: source record: there is no folder"),
        "{error}"
    );
    assert!(
        error.contains("cause: source trust: there is no folder"),
        "{error}"
    );
}

#[test]
fn the_exit_code_is_0_or_1_by_a_setting_and_models_build_on_old_data() {
    let record = synth(30, 5, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    let spells = "select count(*) from core.contact where source_table = 'apc_spell'";
    let before = project.number("select count(*) from record.apc_spell");
    assert!(before > 0 && project.number(spells) > 0);
    fs::rename(record.path().join("csv"), record.path().join("away")).unwrap();
    let fhir = record.path().join("fhir");
    fs::write(
        fhir.join("Patient.999.ndjson"),
        patient("new", &number(1), "ZW1 1AA").to_string(),
    )
    .unwrap();
    let error = project.fails(1, &["nightly"]);
    assert!(
        error.contains("the pull ended with a warning, so nothing was released"),
        "{error}"
    );
    assert!(
        error.contains("cause: source extracts: nothing was taken of it"),
        "{error}"
    );
    assert_eq!(
        project.number("select count(*) from record.apc_spell"),
        before
    );
    let built = project.number("select count(*) from core.person");
    assert!(project.number(spells) > 0);
    let told = status(&project, 1);
    let steps = told["nights"].as_array().unwrap().last().unwrap()["steps"].clone();
    let pulled = steps
        .as_array()
        .unwrap()
        .iter()
        .find(|step| step["step"] == "pull")
        .unwrap()
        .clone();
    assert_eq!(pulled["outcome"], "warned");
    assert!(
        pulled["detail"]
            .as_str()
            .unwrap()
            .contains("warning: source extracts: nothing was taken of it"),
        "{pulled}"
    );
    // By the setting of the source it is a good night.
    let settings = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    project.write_pipeline(&settings.replace(
        "kind = \"csv-folder\"",
        "kind = \"csv-folder\"\nallow_failure = true",
    ));
    fs::write(
        fhir.join("Patient.998.ndjson"),
        patient("newer", &number(2), "ZW1 1AA").to_string(),
    )
    .unwrap();
    let night = project.json(&["nightly"]);
    let warnings = night["pull"]["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(
        (&warnings[0]["source"], &warnings[0]["tolerated"]),
        (&json!("extracts"), &json!(true))
    );
    assert!(night["release"]["release"].is_string());
    assert_eq!(
        project.number("select count(*) from core.person"),
        built + 1
    );
    let told = status(&project, 0);
    assert_eq!(
        told["nights"].as_array().unwrap().last().unwrap()["outcome"],
        "warned"
    );
    assert_eq!(told["sources"]["extracts"]["tolerated"], true);
    assert!(told["sources"]["extracts"]["failing"]["since"].is_string());
}

#[test]
fn opt_out_lists_stop_everything() {
    let project = project("");
    fs::write(project.path("opt-outs.txt"), "no number\n").unwrap();
    let text = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    project.write_pipeline(&text.replace(
        "[privacy.lookups]",
        "opt_outs = \"opt-outs.txt\"\n[privacy.lookups]",
    ));
    let error = project.fails(3, &["pull"]);
    assert!(error.contains("opt-out list"), "{error}");
    assert!(!project.path("lake/record").exists());
}

#[test]
fn people_who_come_back_are_read_again_of_a_source_that_failed_meanwhile() {
    let project = project("");
    fs::write(project.path("opt-outs.txt"), format!("{}\n", nhs_number(1))).unwrap();
    let text = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    project.write_pipeline(&text.replace(
        "[privacy.lookups]",
        "opt_outs = \"opt-outs.txt\"\n[privacy.lookups]",
    ));
    let confirmed = |arguments: &[&str]| {
        let output = project.run(arguments);
        text_of(&output)
    };
    let said = confirmed(&["pull"]);
    // A third of so few people is a large share.
    let said = match said.split("--confirm-opt-outs ").nth(1) {
        Some(rest) => confirmed(&[
            "pull",
            "--confirm-opt-outs",
            rest.split_whitespace().next().unwrap(),
        ]),
        None => said,
    };
    assert_eq!(rows(&project), (3, 2), "{said}");
    fs::write(project.path("opt-outs.txt"), "").unwrap();
    fs::rename(project.path("csv"), project.path("away")).unwrap();
    let said = confirmed(&["pull"]);
    let said = match said.split("--confirm-opt-outs ").nth(1) {
        Some(rest) => confirmed(&[
            "pull",
            "--confirm-opt-outs",
            rest.split_whitespace().next().unwrap(),
        ]),
        None => said,
    };
    assert_eq!(rows(&project), (3, 2), "{said}");
    fs::rename(project.path("away"), project.path("csv")).unwrap();
    project.ok(&["pull"]);
    assert_eq!(rows(&project), (3, 3));
}

fn text_of(output: &std::process::Output) -> String {
    text(&output.stderr)
}

#[test]
fn thresholds_are_per_resource_type_and_file() {
    let people: Vec<Value> = (0..100)
        .map(|at| match at {
            0..90 => json!({"resourceType": "Patient", "id": format!("p{at}"), "identifier": []}),
            _ => patient(&format!("p{at}"), &number(at), "ZW1 1AA"),
        })
        .collect();
    let observations = (0..3_000).map(|at| {
        json!({"resourceType": "Observation", "id": format!("o{at}"), "status": "final",
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "75367002"}]},
            "subject": {"reference": "Patient/p95"}, "effectiveDateTime": "2026-06-01"})
    });
    let all: Vec<String> = people
        .into_iter()
        .chain(observations)
        .map(|line| line.to_string())
        .collect();
    let project = project("");
    fs::write(project.path("fhir/Patient.ndjson"), all.join("\n") + "\n").unwrap();
    // 90 of 3,100 lines are fewer than the source's threshold of 5 %.
    let error = project.fails(3, &["pull", "record"]);
    assert!(
        error.contains("source record: 90 of 100 lines of Patient cannot be used"),
        "{error}"
    );
    assert!(
        error.contains("reject_thresholds = { \"Patient\" = … }"),
        "{error}"
    );
    let settings = |thresholds: &str| {
        let sources = format!(
            "[sources.record]\nkind = \"fhir-folder\"\nurl = \"fhir\"\naccept_test_numbers = true\nreject_thresholds = {thresholds}\n"
        );
        project.write_pipeline(&pipeline(NO_POSTCODES, &sources));
    };
    settings("{ Pateint = 0.9 }");
    let error = project.fails(2, &["pull"]);
    assert!(
        error.contains("reject_thresholds names 'Pateint'"),
        "{error}"
    );
    assert!(error.contains("did you mean 'Patient'?"), "{error}");
    settings("{ Patient = 0.9, \"pat*.ndjson\" = 0.01 }");
    let error = project.fails(3, &["pull"]);
    assert!(
        error.contains("90 of 3100 lines of file Patient.ndjson cannot be used"),
        "{error}"
    );
    settings("{ Patient = 0.9 }");
    project.ok(&["pull"]);
    assert_eq!(project.number("select count(*) from record.patient"), 10);
}

#[test]
fn extracts_that_did_not_come_are_named_in_pull_and_status_and_the_exit_code() {
    let project = project("expect_every_days = 2\nexpect_share_of_usual = 0.5");
    let day = |day: u32| format!("as_of=2031-01-{day:02}");
    // No usual on the first days; the first extract holds the past.
    for (at, spells) in [(1, 100), (2, 10), (3, 12)] {
        write_spells(&project, "spells.csv", spells);
        assert_eq!(
            warned(&project, 0, &["pull", "--set", &day(at)]).len(),
            0,
            "{at}"
        );
    }
    write_spells(&project, "spells.csv", 5);
    let warnings = warned(&project, 1, &["pull", "--set", &day(4)]);
    let what = warnings[0]["what"].as_str().unwrap();
    assert!(
        what.starts_with("the extract of 2031-01-04 has 5 lines, and 12 are usual"),
        "{what}"
    );
    let output = project.run(&["status", "--set", &day(4)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("late: the extract of 2031-01-04 has 5 lines"));
    // The rest of the same day makes it whole.
    write_spells(&project, "spell.rest.csv", 7);
    assert_eq!(warned(&project, 0, &["pull", "--set", &day(4)]).len(), 0);
    assert_eq!(warned(&project, 0, &["pull", "--set", &day(5)]).len(), 0);
    for at in [6, 7] {
        let warnings = warned(&project, 1, &["pull", "--set", &day(at)]);
        let what = warnings[0]["what"].as_str().unwrap();
        assert!(
            what.starts_with("no new extract since 2031-01-04, and one is expected every 2 days"),
            "{what}"
        );
    }
    let told = project.run(&["status", "--json", "--set", &day(7)]);
    assert_eq!(told.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(
        told["sources"]["trust"]["lacks"].as_array().unwrap().len(),
        1
    );
    // Read again with other settings, nothing has arrived.
    write_pipeline(
        &project,
        "expect_every_days = 2\nunknown_dates = [\"1901-01-01\"]",
    );
    assert_eq!(warned(&project, 1, &["pull", "--set", &day(7)]).len(), 1);
    write_spells(&project, "spells.csv", 9);
    assert_eq!(warned(&project, 0, &["pull", "--set", &day(7)]).len(), 0);
}
