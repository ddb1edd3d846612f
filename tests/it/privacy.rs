//! Nothing that identifies a person is stored, released, logged or left behind.

use crate::project::{Project, files_below, pipeline_over, plain, synth, text};
use std::collections::BTreeSet;

/// Everything that identifies somebody in a synthetic record.
pub fn identifiers(record: &std::path::Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (name, bytes) in files_below(&record.join("fhir")) {
        for line in text(&plain(&bytes)).lines() {
            let Ok(resource) = serde_json::from_str::<serde_json::Value>(line) else {
                continue;
            };
            let kind = resource["resourceType"]
                .as_str()
                .unwrap_or_default()
                .to_string();
            if kind == "Organization" {
                continue;
            }
            if let Some(id) = resource["id"].as_str() {
                found.insert(id.to_string());
            }
            if kind == "Patient" {
                let mut add = |value: &serde_json::Value| {
                    if let Some(text) = value.as_str() {
                        found.insert(text.to_string());
                    }
                };
                add(&resource["birthDate"]);
                for identifier in resource["identifier"].as_array().into_iter().flatten() {
                    add(&identifier["value"]);
                }
                for person in resource["name"].as_array().into_iter().flatten() {
                    add(&person["family"]);
                    for given in person["given"].as_array().into_iter().flatten() {
                        add(given);
                    }
                }
                for address in resource["address"].as_array().into_iter().flatten() {
                    add(&address["postalCode"]);
                    for line in address["line"].as_array().into_iter().flatten() {
                        add(line);
                    }
                }
                for contact in resource["telecom"].as_array().into_iter().flatten() {
                    add(&contact["value"]);
                }
            }
        }
        assert!(!name.is_empty());
    }
    // A name of three letters is a part of ordinary words.
    found.retain(|text| text.len() >= 5);
    found
}

/// Bytes of a file as somebody who searches would see them: Parquet decompressed.
fn readable(name: &str, bytes: &[u8]) -> Vec<u8> {
    if !name.ends_with(".parquet") {
        return bytes.to_vec();
    }
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(
        bytes::Bytes::copy_from_slice(bytes),
    )
    .unwrap()
    .build()
    .unwrap();
    let mut text = bytes.to_vec();
    for batch in reader {
        let mut writer = arrow::csv::Writer::new(&mut text);
        writer.write(&batch.unwrap()).unwrap();
    }
    text
}

/// Which of the words (each a run of letters, digits and `-/@.: `) are in the text.
fn contained<'a>(words: &'a BTreeSet<String>, text: &str) -> Vec<&'a String> {
    // Looking words up is quicker than searching for thousands of them one by one.
    let tokens: BTreeSet<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .collect();
    words
        .iter()
        .filter(|word| match word.contains([' ', '@', '.', '/']) {
            true => text.contains(word.as_str()),
            false => tokens.contains(word.as_str()),
        })
        .collect()
}

#[test]
fn nothing_identifiable_is_left_anywhere() {
    let record = synth(120, 11, false);
    let words = identifiers(record.path());
    assert!(words.len() > 5_000, "{}", words.len());
    let project = Project::over(record.path());
    let output = project.run(&["nightly", "-vv"]);
    assert!(output.status.success());
    let mut places = vec![
        ("standard output".to_string(), output.stdout),
        ("standard error".to_string(), output.stderr),
    ];
    for folder in ["lake", "releases", "tmp"] {
        for (name, bytes) in files_below(&project.path(folder)) {
            places.push((format!("{folder}/{name}"), readable(&name, &bytes)));
        }
    }
    let mut looked = 0;
    for (place, bytes) in places {
        let found = contained(&words, &text(&bytes));
        looked += bytes.len();
        // Birth dates are dates, and contacts have dates too: those of the lake's own dates that
        // fall on somebody's birthday are told apart by the column they are in.
        let found: Vec<_> = found.into_iter().filter(|w| !is_date(w)).collect();
        assert!(
            found.is_empty(),
            "{place} holds {} identifiers",
            found.len()
        );
    }
    assert!(looked > 100_000);
    let births =
        project.sql("select count(*) from record.patient where extract(day from birth_month) <> 1");
    assert_eq!(births[0][0], "0", "dates of birth are months");
}

fn is_date(word: &str) -> bool {
    word.len() == 10 && word.as_bytes()[4] == b'-' && word.as_bytes()[7] == b'-'
}

#[test]
fn a_view_that_selects_a_name_is_refused() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    let view = project.path("pipelines/views/patient.json");
    let text = std::fs::read_to_string(&view).unwrap();
    let added = text.replacen(
        r#"{"name": "person_key""#,
        r#"{"name": "surname", "path": "name.first().family", "type": "string"}, {"name": "person_key""#,
        1,
    );
    assert_ne!(added, text);
    std::fs::write(&view, added).unwrap();
    let error = project.fails(2, &["check"]);
    assert!(
        error.contains("column surname selects a person's name"),
        "{error}"
    );
    assert!(error.contains("hint: take the column out"), "{error}");
    project.fails(2, &["pull"]);
}

#[test]
fn the_leak_gate_stops_a_pull_without_saying_the_value() {
    let record = synth(60, 2, false);
    let project = Project::over(record.path());
    // A local list of units in which somebody typed an NHS number.
    let observations = record.path().join("fhir/Observation.900.ndjson");
    std::fs::write(
        &observations,
        r#"{"resourceType":"Observation","id":"typed","meta":{"lastUpdated":"2026-01-01T00:00:00Z"},"status":"final","code":{"coding":[{"system":"x","code":"seen 943 476 5919"}]},"subject":{"reference":"Patient/x"}}"#,
    )
    .unwrap();
    let error = project.fails(3, &["pull"]);
    assert!(
        error.contains("looks like an NHS number in column code of record.observation"),
        "{error}"
    );
    assert!(error.contains("Observation.900.ndjson, line 1"), "{error}");
    assert!(!error.contains("943"), "{error}");
    assert!(!project.path("lake/record").exists(), "nothing was stored");
}

#[test]
fn opt_outs_reach_what_is_in_the_lake_and_come_back() {
    let record = synth(80, 4, false);
    let project = Project::over(record.path());
    let list = project.path("opt-outs.txt");
    std::fs::write(&list, "").unwrap();
    let pipeline = pipeline_over(record.path());
    let before = format!(
        "{}/opt-outs.txt",
        std::path::absolute(record.path()).unwrap().display()
    );
    project.write_pipeline(&pipeline.replace(&before, &list.display().to_string()));
    project.ok(&["pull"]);
    let all = project.number("select count(*) from record.patient");
    let everything = project.number("select count(*) from record.encounter");

    // Three people opt out.
    let people = std::fs::read(record.path().join("fhir/Patient.001.ndjson.gz")).unwrap();
    let numbers: Vec<String> = text(&plain(&people))
        .lines()
        .take(3)
        .map(|line| {
            let patient: serde_json::Value = serde_json::from_str(line).unwrap();
            let identifiers = patient["identifier"].as_array().unwrap();
            let nhs = identifiers
                .iter()
                .find(|i| i["system"] == "https://fhir.nhs.uk/Id/nhs-number");
            nhs.unwrap()["value"].as_str().unwrap().to_string()
        })
        .collect();
    std::fs::write(&list, numbers.join("\n")).unwrap();
    project.ok(&["pull"]);
    assert_eq!(
        project.number("select count(*) from record.patient"),
        all - 3
    );
    assert_eq!(
        project.number("select count(*) from record.encounter where person_key is null"),
        0
    );
    assert!(project.number("select count(*) from record.encounter") < everything);

    // What arrives later for one of them does not wait in the lake.
    let patient: serde_json::Value =
        serde_json::from_str(text(&plain(&people)).lines().next().unwrap()).unwrap();
    let id = patient["id"].as_str().unwrap();
    std::fs::write(
        record.path().join("fhir/Flag.900.ndjson"),
        format!(r#"{{"resourceType":"Flag","id":"late","status":"active","code":{{"coding":[{{"code":"1"}}]}},"subject":{{"reference":"Patient/{id}"}}}}"#),
    )
    .unwrap();
    let flags = project.number("select count(*) from record.flag");
    project.ok(&["pull"]);
    assert_eq!(project.number("select count(*) from record.flag"), flags);

    // They opt in again: the record is whole.
    std::fs::write(&list, "").unwrap();
    project.ok(&["pull"]);
    assert_eq!(project.number("select count(*) from record.patient"), all);
    assert_eq!(
        project.number("select count(*) from record.encounter"),
        everything
    );
    assert_eq!(
        project.number("select count(*) from record.flag"),
        project.number("select count(*) from record.flag where person_key is not null")
    );
}

#[test]
fn a_report_that_reads_a_person_is_refused() {
    let record = synth(60, 6, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    for (sql, column) in [
        ("select sex, 1 as people from core.person", "core.person."),
        (
            "select person_key, count(*) as people from core.contact group by person_key",
            "person_key",
        ),
        (
            "select sex, (select max(age) from core.person) as people from core.person group by sex",
            "core.person",
        ),
        (
            "select sex, max(age) as people from core.person group by sex",
            "core.person",
        ),
        (
            "select sex, count(*) as people from record.patient group by sex, record_key",
            "record_key",
        ),
    ] {
        let report = format!(
            "name = \"leak\"\ntitle = \"Leak\"\ndescription = \"x\"\naudience = \"x\"\n[[tables]]\nid = \"t\"\ntitle = \"T\"\ndescription = \"x\"\nsql = \"{sql}\"\nrows = [\"sex\"]\n[[tables.measures]]\ncolumn = \"people\"\nlabel = \"People\"\nkind = \"count\"\n"
        );
        std::fs::write(project.path("pipelines/reports/leak.toml"), report).unwrap();
        let error = project.fails(1, &["release", "leak"]);
        assert!(
            error.contains("reads the record-level column"),
            "{sql}: {error}"
        );
        assert!(error.contains(column), "{sql}: {error}");
    }
}
