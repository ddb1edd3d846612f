//! `populace diff`: what changed between two releases, and why.

use crate::project::{Project, files_below, plain, synth, text};
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

/// Writes resources of a record again, as they are from a day on.
fn again(record: &Path, kind: &str, from: &str, change: impl Fn(&str) -> Option<String>) {
    let mut lines = Vec::new();
    for (name, bytes) in files_below(&record.join("fhir")) {
        if !name.starts_with(&format!("{kind}.")) {
            continue;
        }
        for line in text(&plain(&bytes)).lines() {
            let Some(changed) = change(line) else {
                continue;
            };
            let mut resource: Value = serde_json::from_str(&changed).unwrap();
            resource["meta"]["lastUpdated"] = Value::from(from);
            lines.push(resource.to_string());
        }
    }
    assert!(!lines.is_empty(), "{kind}");
    let file = record.join(format!("fhir/{kind}.900.ndjson"));
    fs::write(file, lines.join("\n") + "\n").unwrap();
}

/// The rows of a CSV file, with its header.
fn csv_rows(bytes: &[u8]) -> (csv::StringRecord, Vec<csv::StringRecord>) {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().unwrap().clone();
    let rows = reader.records().map(Result::unwrap).collect();
    (header, rows)
}

/// The first practice of a record closes, and its people register with the second. Gives its code.
fn close_a_practice(record: &Path) -> String {
    let file = record.join("reference/organisation.csv");
    let (header, rows) = csv_rows(&fs::read(&file).unwrap());
    let practices = rows.iter().filter(|row| &row[2] == "gp_practice");
    let codes: Vec<String> = practices.map(|row| row[0].to_owned()).collect();
    let (closed, other) = (codes[0].clone(), codes[1].clone());
    let mut writer = csv::Writer::from_path(&file).unwrap();
    writer.write_record(&header).unwrap();
    for row in rows.iter().filter(|row| row[0] != closed) {
        writer.write_record(row).unwrap();
    }
    writer.flush().unwrap();
    let quoted = |code: &str| format!("\"{code}\"");
    for kind in ["Patient", "EpisodeOfCare"] {
        again(record, kind, "2026-09-25T00:00:00Z", |line| {
            let of_it = line.contains(&quoted(&closed));
            of_it.then(|| line.replace(&quoted(&closed), &quoted(&other)))
        });
    }
    closed
}

/// Emergency admissions of people who live in a place rise: each who had one has two more. Says how many more
/// there are.
fn admit_more(record: &Path, place: &str) -> usize {
    let lists = |name: &str| csv_rows(&fs::read(record.join("reference").join(name)).unwrap()).1;
    let areas = lists("lsoa.csv").into_iter();
    let areas: Vec<String> = areas
        .filter(|row| &row[3] == place)
        .map(|row| row[0].to_owned())
        .collect();
    let postcodes = lists("postcode_lsoa.csv").into_iter();
    let postcodes: Vec<String> = postcodes
        .filter(|row| areas.iter().any(|area| row[1] == **area))
        .map(|row| row[0].to_owned())
        .collect();
    let spells = files_below(&record.join("csv"));
    let spells = spells
        .iter()
        .find(|(name, _)| name.starts_with("apc_spell."));
    let (header, rows) = csv_rows(&plain(spells.unwrap().1));
    let at = |column: &str| header.iter().position(|name| name == column).unwrap();
    let emergencies = rows.iter().filter(|row| {
        row[at("admission_method")].starts_with('2')
            && postcodes
                .iter()
                .any(|postcode| row[at("postcode")] == **postcode)
    });
    let mut made = csv::Writer::from_path(record.join("csv/apc_spell.900.csv")).unwrap();
    made.write_record(&header).unwrap();
    let mut more = 0;
    for (n, row) in emergencies.enumerate() {
        for again in 0..2 {
            let day = format!("2026-0{}-{:02}", 7 + again, n % 27 + 1);
            let new = header.iter().zip(row).map(|(column, value)| match column {
                "spell_id" => format!("N{n:09}{again}"),
                "admission_date" | "discharge_date" | "discharge_ready_date" => day.clone(),
                "extract_datetime" => "2026-09-25T02:05:00".to_owned(),
                _ => value.to_owned(),
            });
            made.write_record(new).unwrap();
            more += 1;
        }
    }
    made.flush().unwrap();
    more
}

#[test]
fn a_practice_that_closed_admissions_that_rose_and_a_table_that_went_are_named() {
    let record = synth(800, 7, false);
    let project = Project::over(record.path());
    let pipeline = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let for_each = "[reports]\nfor_each = [\"practice\"]\n[reference]\n";
    project.write_pipeline(&pipeline.replace("[reference]\n", for_each));
    let old = release(&project, &[]);

    let closed = close_a_practice(record.path());
    let more = admit_more(record.path(), "Thurlmouth");
    assert!(more > 40, "{more}");
    let file = project.path("pipelines/reports/use_of_services.toml");
    let report = fs::read_to_string(&file).unwrap();
    let at = report.find("[[tables]]\nid = \"length_of_stay\"").unwrap();
    let end = report[at + 2..]
        .find("[[tables]]")
        .map_or(report.len(), |n| at + 2 + n);
    fs::write(&file, format!("{}{}", &report[..at], &report[end..])).unwrap();
    let new = release(&project, &[]);
    let diff = project.json(&["diff", &old, &new]);

    // The practice: its reports are not made any more, and no other came or went.
    let mut gone = causes(&diff, "other reports");
    gone.sort();
    let not_there = |report: &str| format!("The report {report}-{closed} is not in this release.");
    assert_eq!(
        gone,
        [
            not_there("population_profile"),
            not_there("use_of_services")
        ]
    );
    // The table: withdrawn from the whole report, and from those of the practices.
    let tables = diff["tables"].as_array().unwrap();
    let went = |of_it: &Value| {
        let report = of_it["report"].as_str().unwrap();
        let is_closed = report.ends_with(&closed);
        of_it["what"] == "went" && (of_it["table"] == "length_of_stay" || is_closed)
    };
    assert!(tables.iter().all(went), "{tables:?}");
    assert!(tables.iter().any(|of_it| {
        of_it["report"] == "use_of_services" && of_it["table"] == "length_of_stay"
    }));
    assert_eq!(
        causes(&diff, "new definition"),
        [
            "The definition of the report use_of_services has changed.",
            // Only the table that went read it.
            "The model core.spell is no longer behind these reports."
        ]
    );
    // The admissions: more in Thurlmouth and in all, and in no other place.
    let figures = diff["figures"].as_array().unwrap();
    let admissions = figures.iter().filter(|figure| {
        figure["report"] == "use_of_services"
            && figure["table"] == "contacts_by_place"
            && figure["breakdown"] == "Emergency admission"
            && figure["what"] == "changed"
    });
    let mut places = std::collections::BTreeSet::new();
    for figure in admissions {
        let change = figure["change"].as_f64().unwrap();
        assert!(change > 0.0, "{figure}");
        places.insert(figure["area"].as_str().unwrap_or("all").to_owned());
    }
    assert_eq!(
        places.into_iter().collect::<Vec<_>>(),
        ["Thurlmouth", "all"]
    );
    // Nobody moved, was born or died: no figure of the population is called a change.
    let population = figures
        .iter()
        .filter(|figure| figure["report"] == "population_profile" && figure["what"] == "changed");
    assert_eq!(population.count(), 0);
    // What changed is another number; what is withheld in one of the two is claimed to be nothing.
    for figure in figures {
        match figure["what"] == "changed" {
            true => assert_ne!(figure["before"], figure["now"], "{figure}"),
            false => assert!(figure["change"].is_null(), "{figure}"),
        }
    }
    let said = project.ok(&["diff", &old, &new]);
    for words in [closed.as_str(), "length_of_stay went", "Thurlmouth"] {
        assert!(said.contains(words), "{words}: {said}");
    }
}
