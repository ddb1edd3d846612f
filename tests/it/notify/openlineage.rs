//! Events of data lineage.

use super::http_listener::HttpListener;
use super::lineage_facts::faults;
use super::{break_a_model, project};
use crate::project::{Project, missing, repository, synth, text};
use serde_json::{Value, json};
use std::process::Command;

fn events(project: &Project) -> Vec<Value> {
    let text = std::fs::read_to_string(project.path("lineage.ndjson")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn of_job<'e>(events: &'e [Value], job: &str) -> Vec<&'e Value> {
    events
        .iter()
        .filter(|event| event["job"]["name"] == job)
        .collect()
}

#[test]
fn a_night_is_a_run_and_each_model_it_built_a_run_below_it() {
    let record = synth(20, 7, false);
    let project = project(
        record.path(),
        "[notify]\nname = \"north\"\n[notify.openlineage]\nfile = \"lineage.ndjson\"\n",
    );
    project.ok(&["nightly"]);
    let first = events(&project);
    for event in &first {
        assert_eq!(faults(event), Vec::<String>::new(), "{event}");
    }
    let night = of_job(&first, "nightly");
    let states: Vec<&str> = night
        .iter()
        .map(|e| e["eventType"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["START", "COMPLETE"]);
    assert_eq!(
        night[0],
        first.first().unwrap(),
        "the night begins before its models"
    );
    let run = &night[0]["run"]["runId"];
    let person = of_job(&first, "core.person");
    assert_eq!(person.len(), 2);
    let (start, complete) = (person[0], person[1]);
    assert_eq!(
        (&start["eventType"], &complete["eventType"]),
        (&json!("START"), &json!("COMPLETE"))
    );
    assert_eq!(start["run"]["runId"], complete["run"]["runId"]);
    assert_eq!(&complete["run"]["facets"]["parent"]["run"]["runId"], run);
    assert!(complete["eventTime"].as_str() >= start["eventTime"].as_str());
    let sql = std::fs::read_to_string(project.path("sql/core/person.sql")).unwrap();
    assert_eq!(complete["job"]["facets"]["sql"]["query"], sql.as_str());
    let read = |event: &Value| -> Vec<String> {
        let inputs = event["inputs"].as_array().unwrap().iter();
        inputs
            .map(|table| table["name"].as_str().unwrap().to_string())
            .collect()
    };
    assert!(read(complete).contains(&"core.registration".to_string()));
    let staged = of_job(&first, "staging.patient")[1];
    assert_eq!(read(staged), ["record.patient"]);
    assert_eq!(staged["inputs"][0]["namespace"], "populace://north");
    let fields = &staged["inputs"][0]["facets"]["schema"]["fields"];
    assert!(fields.as_array().unwrap().len() > 5, "{fields}");
    let output = &complete["outputs"][0];
    assert_eq!(output["name"], "core.person");
    let columns = output["facets"]["schema"]["fields"].as_array().unwrap();
    let key = columns
        .iter()
        .find(|column| column["name"] == "person_key")
        .unwrap();
    assert_eq!(key["type"], "Int64");
    assert!(key["description"].is_string());
    let built = project.json(&["status"])["nights"].clone();
    assert_eq!(built.as_array().unwrap().len(), 1);

    // Nothing changed: no model runs, and the night alone is told of.
    project.ok(&["nightly"]);
    let all = events(&project);
    let second = &all[first.len()..];
    assert_eq!(second.len(), 2);
    assert_ne!(&second[0]["run"]["runId"], run);

    break_a_model(&project);
    project.fails(1, &["nightly"]);
    let third = events(&project).split_off(first.len() + 2);
    let failed = of_job(&third, "marts.numbers");
    assert_eq!(failed[1]["eventType"], "FAIL");
    assert_eq!(
        failed[1]["run"]["facets"]["errorMessage"]["message"],
        "rows break its checks: expect: n < 0"
    );
    assert_eq!(third.last().unwrap()["eventType"], "FAIL");
    assert!(third.iter().all(|event| faults(event).is_empty()));
    read_by_the_standards_own_client(&project);
}

/// The client of OpenLineage itself reads the events and writes the same ones.
fn read_by_the_standards_own_client(project: &Project) {
    let Some(python) = std::env::var_os("POPULACE_TEST_OPENLINEAGE") else {
        missing(
            "POPULACE_TEST_OPENLINEAGE",
            "the client of OpenLineage is not installed",
        );
        return;
    };
    let mut command = Command::new(python);
    command.arg(repository().join(".ci/openlineage_events"));
    let read = command
        .arg(project.path("lineage.ndjson"))
        .output()
        .unwrap();
    assert!(read.status.success(), "{}", text(&read.stderr));
    assert_eq!(text(&read.stdout).trim(), events(project).len().to_string());
}

#[test]
fn an_endpoint_gets_each_event_with_its_key() {
    let record = synth(5, 7, false);
    let listener = HttpListener::answering(&[]);
    let url = format!("{}/api/v1/lineage", listener.url);
    let project = project(
        record.path(),
        &format!(
            "[notify.openlineage]\nurl = \"{url}\"\napi_key = \"file:api.key\"\nnamespace = \"lake\"\n"
        ),
    );
    std::fs::write(project.path("api.key"), "hunter2\n").unwrap();
    let said = project.run(&["nightly"]);
    assert!(said.status.success(), "{}", text(&said.stderr));
    let posted = listener.posted();
    assert!(posted.len() > 20, "{}", posted.len());
    let first = &posted[0];
    assert_eq!(
        (first.path.as_str(), first.headers["authorization"].as_str()),
        ("/api/v1/lineage", "Bearer hunter2")
    );
    assert_eq!(first.json()["eventType"], "START");
    assert_eq!(first.json()["job"]["namespace"], "lake");
    let last = posted.last().unwrap().json();
    assert_eq!(
        (&last["eventType"], &last["job"]["name"]),
        (&json!("COMPLETE"), &json!("nightly"))
    );
    assert!(posted.iter().all(|one| faults(&one.json()).is_empty()));
}
