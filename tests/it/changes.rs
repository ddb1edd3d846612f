//! What changes between nights: newer versions, deletions, late Patients, changed files.

use crate::project::{Project, synth};

const PATIENT: &str = r#"{"resourceType":"Patient","id":"late-patient","meta":{"lastUpdated":"2026-01-02T00:00:00Z"},"identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9434765919"}],"gender":"female","birthDate":"1980-05-17"}"#;

fn condition(id: &str, code: &str, updated: &str) -> String {
    format!(
        r#"{{"resourceType":"Condition","id":"{id}","meta":{{"lastUpdated":"{updated}"}},"clinicalStatus":{{"coding":[{{"code":"active"}}]}},"code":{{"coding":[{{"system":"http://snomed.info/sct","code":"{code}"}}]}},"subject":{{"reference":"Patient/late-patient"}},"recordedDate":"2026-01-01"}}"#
    )
}

#[test]
fn late_newer_changed_and_deleted() {
    let record = synth(30, 8, false);
    let fhir = record.path().join("fhir");
    let project = Project::over(record.path());
    let rows = "select count(*) from record.condition";
    project.ok(&["pull"]);
    let before = project.number(rows);

    // A condition comes before its Patient: it waits.
    let mine = fhir.join("Condition.900.ndjson");
    std::fs::write(&mine, condition("mine", "38341003", "2026-01-02T00:00:00Z")).unwrap();
    project.ok(&["pull"]);
    assert_eq!(project.number(rows), before + 1);
    assert_eq!(
        project.number("select count(*) from record.condition where person_key is null"),
        1
    );

    // The Patient arrives: it is linked.
    std::fs::write(fhir.join("Patient.900.ndjson"), PATIENT).unwrap();
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["files_read"], 1, "only the new file is read");
    assert_eq!(
        project.number("select count(*) from record.condition where person_key is null"),
        0
    );

    // A newer version replaces, an older one that comes later does not.
    std::fs::write(
        fhir.join("Condition.901.ndjson"),
        condition("mine", "44054006", "2026-01-05T00:00:00Z"),
    )
    .unwrap();
    std::fs::write(
        fhir.join("Condition.902.ndjson"),
        condition("mine", "195967001", "2026-01-03T00:00:00Z"),
    )
    .unwrap();
    project.ok(&["pull"]);
    assert_eq!(project.number(rows), before + 1);
    let codes = project.sql("select c.code from record.condition c join record.patient p on c.person_key = p.person_key where p.birth_month = date '1980-05-01' and c.updated > timestamp '2026-01-04' and c.code = '44054006'");
    assert_eq!(codes, [["44054006"]]);

    // A changed file is read again.
    let text = format!(
        "{}\n{}\n",
        condition("mine", "38341003", "2026-01-02T00:00:00Z"),
        condition("other", "84114007", "2026-01-02T00:00:00Z")
    );
    std::fs::write(&mine, text).unwrap();
    project.ok(&["pull"]);
    assert_eq!(project.number(rows), before + 2);

    // A deletion.
    std::fs::write(
        fhir.join("deleted.900.ndjson"),
        r#"{"resourceType":"Bundle","type":"transaction","meta":{"lastUpdated":"2026-02-01T00:00:00Z"},"entry":[{"request":{"method":"DELETE","url":"Condition/mine"}}]}"#,
    )
    .unwrap();
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["deletions"], 1);
    assert_eq!(project.number(rows), before + 1);
}

#[test]
fn a_model_is_built_again_only_when_something_changed() {
    let record = synth(60, 9, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    let state = |summary: &serde_json::Value, model: &str| -> String {
        let models = summary["models"].as_array().unwrap();
        let found = models.iter().find(|m| m["model"] == model).unwrap();
        found["state"].as_str().unwrap().to_string()
    };
    // A comment changes nothing.
    let model = project.path("sql/marts/demographic/population_profile.sql");
    let sql = std::fs::read_to_string(&model).unwrap();
    std::fs::write(&model, format!("{sql}\n-- a thought\n")).unwrap();
    let run = project.json(&["run"]);
    assert_eq!(state(&run, "marts.population_profile"), "up_to_date");
    // A parameter changes what uses it, and what reads that where it has other rows.
    let run = project.json(&["run", "--set", "as_of=2026-08-31"]);
    assert_eq!(state(&run, "intermediate.newest_patient"), "changed");
    let models = run["models"].as_array().unwrap();
    let newest = models
        .iter()
        .find(|m| m["model"] == "intermediate.newest_patient");
    assert_eq!(newest.unwrap()["same_rows"], true);
    assert_eq!(state(&run, "core.person"), "changed");
    assert_eq!(state(&run, "marts.population_profile"), "input_changed");

    // A check that fails keeps the old table and says how many rows break it.
    let rows = project.number("select count(*) from marts.population_profile");
    std::fs::write(
        &model,
        sql.replacen("checks:", "checks:\n  - expect: people > 100000", 1),
    )
    .unwrap();
    let error = project.fails(1, &["nightly"]);
    assert!(error.contains("failed its checks"), "{error}");
    assert!(error.contains("break `expect: people > 100000`"), "{error}");
    assert_eq!(
        project.number("select count(*) from marts.population_profile"),
        rows
    );
}

#[test]
fn a_check_may_warn_or_tolerate_a_share() {
    let record = synth(60, 8, false);
    let project = Project::over(record.path());
    let model = project.path("sql/marts/demographic/population_profile.sql");
    let sql = std::fs::read_to_string(&model).unwrap();
    let with = |check: &str| {
        let checks = format!("checks:\n  - expect: sex = 'Female'\n    {check}");
        std::fs::write(&model, sql.replacen("checks:", &checks, 1)).unwrap();
    };
    let rows = "select count(*) from marts.population_profile";
    let men = "select count(*) from marts.population_profile where sex <> 'Female'";

    // It warns: the new rows are there, the night is good, and says how many rows break it.
    with("severity: warn");
    let night = project.json(&["nightly"]);
    let model_of = |summary: &serde_json::Value| -> serde_json::Value {
        let models = summary["run"]["models"].as_array().unwrap();
        let is = |m: &&serde_json::Value| m["model"] == "marts.population_profile";
        models.iter().find(is).unwrap().clone()
    };
    let built = model_of(&night);
    let broken = project.number(men);
    assert!(broken > 0);
    assert_eq!(built["warned"][0]["rows"], broken);
    assert_eq!(
        built["warned"][0]["check"],
        "expect: sex = 'Female', severity: warn"
    );
    assert_eq!(built["failed"], serde_json::json!([]));
    let status = project.json(&["status"]);
    assert_eq!(status["exit_code"], 0);
    assert_eq!(status["nights"][0]["outcome"], "warned");
    assert_eq!(status["failed_checks"], serde_json::json!([]));
    let told = project.ok(&["status"]);
    let line = format!("check    warned  marts.population_profile: {broken} rows break");
    assert!(told.contains(&line), "{told}");

    // Tolerated: nothing is said. One row too many: it fails.
    let share = broken as f64 / project.number(rows) as f64;
    with(&format!("tolerated_share: {}", share + 0.001));
    let built = model_of(&project.json(&["nightly"]));
    assert_eq!(
        (built["state"].as_str(), &built["warned"]),
        (Some("changed"), &serde_json::json!([]))
    );
    with(&format!("tolerated_share: {}", share - 0.001));
    let error = project.fails(1, &["run"]);
    assert!(error.contains("failed its checks"), "{error}");
    with("tolerated_share: 2");
    let error = project.fails(2, &["run"]);
    assert!(error.contains("from 0 to below 1"), "{error}");
    with("severity: warning");
    let error = project.fails(2, &["run"]);
    assert!(error.contains("there are warn, error"), "{error}");
    with("tolerated_share: 5%");
    let error = project.fails(2, &["run"]);
    assert!(error.contains("such as 0.02"), "{error}");
}

#[test]
fn another_view_or_lookup_changes_what_is_stored() {
    let record = synth(40, 10, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    project.ok(&["run", "intermediate.newest_patient", "core.diagnosis"]);
    let stages = |summary: serde_json::Value| -> Vec<(String, String)> {
        let models = summary["models"].as_array().unwrap().iter();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_string();
        models
            .map(|m| (text(&m["model"]), text(&m["state"])))
            .collect()
    };
    let run = || stages(project.json(&["run", "intermediate.newest_patient", "core.diagnosis"]));
    let state = |model: &str, state: &str| (model.to_string(), state.to_string());

    // The same column comes from somewhere else.
    let view = project.path("pipelines/views/condition.json");
    let text = std::fs::read_to_string(&view).unwrap();
    let path = |element: &str| {
        let from = text.find(&format!("{element}.knownWord(")).unwrap();
        let to = from + text[from..].find(')').unwrap() + 1;
        &text[from..to]
    };
    let other = text.replace(path("clinicalStatus"), path("verificationStatus"));
    assert_ne!(text, other);
    std::fs::write(&view, other).unwrap();
    project.ok(&["pull"]);
    let differ =
        "select count(*) from record.condition where clinical_status <> verification_status";
    assert_eq!(project.number(differ), 0);
    assert!(project.number("select count(clinical_status) from record.condition") > 10);
    assert!(run().contains(&state("core.diagnosis", "input_changed")));

    // Twice, and back to the first: every time models know.
    let lookup = record.path().join("reference/postcode_lsoa.csv");
    let text = std::fs::read_to_string(&lookup).unwrap();
    let lsoas = "select distinct lsoa21_code from record.patient where lsoa21_code is not null";
    let real = project.sql(lsoas).len();
    assert!(real > 3);
    for code in [Some("E01999998"), Some("E01999999"), None] {
        let lines = text.lines().enumerate().map(|(at, line)| match code {
            Some(code) if at > 0 => format!("{},{code}", line.split(',').next().unwrap()),
            _ => line.to_string(),
        });
        std::fs::write(&lookup, lines.collect::<Vec<_>>().join("\n") + "\n").unwrap();
        project.ok(&["pull"]);
        match code {
            Some(code) => assert_eq!(project.sql(lsoas), [[code]]),
            None => assert_eq!(project.sql(lsoas).len(), real),
        }
        assert!(run().contains(&state("intermediate.newest_patient", "input_changed")));
    }
    assert!(run().contains(&state("intermediate.newest_patient", "up_to_date")));
}

#[test]
fn a_late_version_does_not_bring_back_what_a_newer_one_lost() {
    let record = synth(20, 11, false);
    let fhir = record.path().join("fhir");
    let project = Project::over(record.path());
    let link = r#""link":[{"other":{"reference":"Patient/other-patient"},"type":"replaced-by"}],"#;
    let version = |day: u32, link: &str| {
        let line = PATIENT.replace("2026-01-02", &format!("2026-01-{day:02}"));
        line.replace("\"gender\"", &format!("{link}\"gender\""))
    };
    let other = PATIENT
        .replace("late-patient", "other-patient")
        .replace("9434765919", "9434765870");
    let night = |name: &str, lines: &[String]| {
        std::fs::write(fhir.join(name), lines.join("\n")).unwrap();
        project.ok(&["pull"]);
        let links = project.number("select count(*) from record.patient_link");
        let merged = project.number("select count(merged_from_key) from record.patient");
        let people = "select count(distinct p.person_key) from record.patient p join record.condition c on c.person_key = p.person_key and c.patient_key = p.record_key";
        let own = project.number(&format!(
            "{people} where c.code = '38341003' and c.updated = timestamp '2026-01-02'"
        ));
        (links, merged, own)
    };
    let mine = condition("mine", "38341003", "2026-01-02T00:00:00Z");
    let first = [version(2, link), other.clone(), mine];
    assert_eq!(night("night-1.ndjson", &first), (1, 1, 1));
    assert_eq!(night("night-2.ndjson", &[version(5, "")]), (0, 0, 1));
    // A version between the two, a night late; and the first once more.
    assert_eq!(night("night-3.ndjson", &[version(4, link)]), (0, 0, 1));
    assert_eq!(night("night-4.ndjson", &[version(2, link)]), (0, 0, 1));
    // A newer one has a link again, and a late one no longer takes it away.
    assert_eq!(night("night-5.ndjson", &[version(7, link)]), (1, 1, 1));
    assert_eq!(night("night-6.ndjson", &[version(6, "")]), (1, 1, 1));
    assert_eq!(project.number("select count(*) from populace.emptied"), 0);
}
