//! `populace diff`: what changed between two releases, and why.

use crate::project::{Project, synth};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// A ten-digit number of the range for tests.
fn number(n: u32) -> String {
    let first = format!("999{n:06}");
    let sum: u32 = first
        .bytes()
        .enumerate()
        .map(|(at, b)| u32::from(b - b'0') * (10 - at as u32))
        .sum();
    match 11 - sum % 11 {
        11 => format!("{first}0"),
        10 => number(n + 1_000),
        check => format!("{first}{check}"),
    }
}

/// Adds people who were not there before.
fn arrive(record: &Path, people: u32) {
    let lines: Vec<String> = (0..people)
        .map(|n| {
            let number = number(700_000 + n * 7_919 % 90_000);
            format!(
                r#"{{"resourceType":"Patient","id":"arrived-{n}","meta":{{"lastUpdated":"2026-09-02T00:00:00Z"}},"identifier":[{{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{number}"}}],"gender":"female","birthDate":"1980-05-17"}}"#
            )
        })
        .collect();
    fs::write(
        record.join("fhir/Patient.900.ndjson"),
        lines.join("\n") + "\n",
    )
    .unwrap();
}

fn release(project: &Project, more: &[&str]) -> String {
    let arguments = [&["nightly"], more].concat();
    let summary = project.json(&arguments);
    let found = find(&summary, "release");
    found.unwrap_or_else(|| panic!("no release in {summary}"))
}

/// The first text under `key`, wherever it is.
fn find(value: &Value, key: &str) -> Option<String> {
    match value {
        Value::Object(map) => map
            .get(key)
            .and_then(Value::as_str)
            .map(str::to_owned)
            .or_else(|| map.values().find_map(|value| find(value, key))),
        Value::Array(values) => values.iter().find_map(|value| find(value, key)),
        _ => None,
    }
}

fn causes(diff: &Value, kind: &str) -> Vec<String> {
    let causes = diff["causes"].as_array().unwrap();
    let of = causes.iter().filter(|cause| cause["kind"] == kind);
    of.map(|cause| cause["what"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn three_known_things_that_changed_are_named() {
    let record = synth(400, 5, false);
    let project = Project::over(record.path());
    let old = release(&project, &[]);

    let same = project.json(&["diff", &old, &old]);
    assert_eq!(same["causes"], serde_json::json!([]));
    assert_eq!(same["figures"], serde_json::json!([]));

    // The first: sixty people arrive.
    arrive(record.path(), 60);
    // The second: one report counts other people.
    let file = project.path("pipelines/reports/population_profile.toml");
    let text = fs::read_to_string(&file).unwrap();
    let changed = text.replace(
        "where = \"is_active\"",
        "where = \"is_active and age >= 18\"",
    );
    assert_ne!(text, changed);
    fs::write(&file, changed).unwrap();
    // The third: another period.
    let new = release(&project, &["--set", "period_start=2025-10-01"]);
    assert_ne!(old, new);

    let diff = project.json(&["diff", &old, &new]);
    assert_eq!(diff["old"], old.as_str());
    assert_eq!(diff["new"], new.as_str());
    let data = causes(&diff, "new data");
    assert!(
        data.iter()
            .any(|what| what.starts_with("The table record.patient has new data (version ")),
        "{data:?}"
    );
    assert!(
        data.iter().all(|what| !what.contains("record.condition")),
        "{data:?}"
    );
    assert_eq!(
        causes(&diff, "new definition"),
        ["The definition of the report population_profile has changed."]
    );
    assert_eq!(
        causes(&diff, "other parameters"),
        ["The parameter period_start is 2025-10-01; it was 2024-10-01."]
    );

    let figures = diff["figures"].as_array().unwrap();
    let changed: Vec<&Value> = figures.iter().filter(|f| f["what"] == "changed").collect();
    assert!(!changed.is_empty());
    // The largest changes come first; what came from nothing is before all.
    let sizes: Vec<f64> = changed
        .iter()
        .map(|f| f["change_percent"].as_f64().map_or(f64::INFINITY, f64::abs))
        .collect();
    assert!(sizes.windows(2).all(|pair| pair[0] >= pair[1]), "{sizes:?}");
    for figure in &changed {
        assert!(
            figure["before"].is_number() && figure["now"].is_number(),
            "{figure}"
        );
    }
    let all = figures.iter().find(|f| {
        f["table"] == "by_age_and_sex" && f["breakdown"] == "Female" && f["what"] == "changed"
    });
    let why = all.unwrap()["why"].clone();
    assert_eq!(
        why,
        serde_json::json!(["new definition", "other parameters", "new data"])
    );
    // Nothing is claimed where one of the two is suppressed.
    for figure in figures.iter().filter(|f| f["what"] != "changed") {
        assert!(figure["change"].is_null(), "{figure}");
    }

    let said = project.ok(&["diff", &old, &new]);
    for words in ["record.patient", "population_profile", "period_start"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // Folders are releases too, and need no pipeline.
    let folders = [&old, &new].map(|id| project.path("releases").join(id).display().to_string());
    let by_folder = project.json(&["diff", &folders[0], &folders[1]]);
    assert_eq!(by_folder["figures"], diff["figures"]);
}

#[test]
fn a_release_that_is_not_there_or_was_altered_is_an_error() {
    let record = synth(60, 5, false);
    let project = Project::over(record.path());
    // Before the first night: where was it looked for, and what makes releases?
    let absent = "2026-01-31-0123456789ab";
    // As errors of a test call its folder.
    let folder = "PROJECT/releases";
    for command in [
        &["diff", absent, absent][..],
        &["figures", absent],
        &["verify", absent],
    ] {
        let error = project.fails(2, command);
        let said = format!("there are no releases in {folder}");
        assert!(error.contains(&said), "{command:?}: {error}");
        assert!(error.contains("`populace nightly` makes them"), "{error}");
    }
    let id = release(&project, &[]);
    let error = project.fails(2, &["diff", "2026-01-31-0123456789ab", &id]);
    assert!(
        error.contains(&format!("there is no release '{absent}' in {folder}")),
        "{error}"
    );
    assert!(error.contains(&format!("there is only {id}")), "{error}");
    let figures = project.path("releases").join(&id).join("figures.parquet");
    let mut bytes = fs::read(&figures).unwrap();
    bytes[20] ^= 1;
    fs::write(&figures, bytes).unwrap();
    let error = project.fails(3, &["diff", &id, &id]);
    assert!(
        error.contains("figures.parquet is not the one that its manifest names"),
        "{error}"
    );
    assert!(error.contains("populace verify"), "{error}");
}
