//! What the published schemas of OpenLineage ask of an event, in our own words: `OpenLineage.json` 2-0-2,
//! and facets `SQLJobFacet` 1-1-0, `SchemaDatasetFacet` 1-2-0, `ParentRunFacet` 1-2-0,
//! `ErrorMessageRunFacet` 1-0-1, `JobTypeJobFacet` 2-0-4, `ProcessingEngineRunFacet` 1-1-1 and
//! `DocumentationDatasetFacet` 1-1-0 (github.com/OpenLineage/OpenLineage, Apache-2.0, read 2026-11-27).

use serde_json::Value;

/// A value that must be there, by its path, and its form.
type Fact = (&'static [&'static str], fn(&Value) -> bool);

const EVENT: [Fact; 8] = [
    (&["eventTime"], is_time),
    (&["producer"], is_uri),
    (&["schemaURL"], is_uri),
    (&["run", "runId"], is_uuid),
    (&["job", "namespace"], Value::is_string),
    (&["job", "name"], Value::is_string),
    (&["inputs"], Value::is_array),
    (&["outputs"], Value::is_array),
];

/// What each facet must have beside its producer and its schema.
const FACETS: [(&str, &str, &[Fact]); 7] = [
    (
        "sql",
        "1-1-0/SQLJobFacet",
        &[(&["query"], Value::is_string)],
    ),
    (
        "schema",
        "1-2-0/SchemaDatasetFacet",
        &[(&["fields"], are_columns)],
    ),
    (
        "parent",
        "1-2-0/ParentRunFacet",
        &[
            (&["run", "runId"], is_uuid),
            (&["job", "namespace"], Value::is_string),
            (&["job", "name"], Value::is_string),
        ],
    ),
    (
        "errorMessage",
        "1-0-1/ErrorMessageRunFacet",
        &[
            (&["message"], Value::is_string),
            (&["programmingLanguage"], Value::is_string),
        ],
    ),
    (
        "jobType",
        "2-0-4/JobTypeJobFacet",
        &[
            (&["processingType"], Value::is_string),
            (&["integration"], Value::is_string),
        ],
    ),
    (
        "processing_engine",
        "1-1-1/ProcessingEngineRunFacet",
        &[(&["version"], Value::is_string)],
    ),
    (
        "documentation",
        "1-1-0/DocumentationDatasetFacet",
        &[(&["description"], Value::is_string)],
    ),
];

/// What a run can do.
const STATES: [&str; 6] = ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"];

/// Why an event is none; nothing where it is one.
pub fn faults(event: &Value) -> Vec<String> {
    let mut faults = lacking(event, &EVENT, "the event");
    if !STATES.contains(&event["eventType"].as_str().unwrap_or_default()) {
        faults.push("eventType is none".to_string());
    }
    let datasets =
        ["inputs", "outputs"].map(|side| event[side].as_array().cloned().unwrap_or_default());
    for dataset in datasets.concat() {
        let names: [Fact; 2] = [
            (&["namespace"], Value::is_string),
            (&["name"], Value::is_string),
        ];
        faults.extend(lacking(&dataset, &names, "a dataset"));
        faults.extend(of_facets(&dataset["facets"]));
    }
    faults.extend(of_facets(&event["run"]["facets"]));
    faults.extend(of_facets(&event["job"]["facets"]));
    faults
}

fn of_facets(facets: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, facet) in facets.as_object().into_iter().flatten() {
        let own: [Fact; 2] = [(&["_producer"], is_uri), (&["_schemaURL"], is_uri)];
        faults.extend(lacking(facet, &own, name));
        let Some((_, schema, needs)) = FACETS.iter().find(|(known, ..)| known == name) else {
            faults.push(format!("{name} is no known facet"));
            continue;
        };
        let (_, title) = schema.split_once('/').unwrap();
        let url = format!("https://openlineage.io/spec/facets/{schema}.json#/$defs/{title}");
        if facet["_schemaURL"] != url.as_str() {
            faults.push(format!(
                "{name} is of another schema: {}",
                facet["_schemaURL"]
            ));
        }
        faults.extend(lacking(facet, needs, name));
    }
    faults
}

fn lacking(value: &Value, facts: &[Fact], of: &str) -> Vec<String> {
    let wrong = facts.iter().filter(|(path, form)| {
        let found = path.iter().try_fold(value, |value, key| value.get(key));
        !found.is_some_and(form)
    });
    wrong
        .map(|(path, _)| format!("{} of {of}", path.join(".")))
        .collect()
}

fn is_time(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| chrono::DateTime::parse_from_rfc3339(text).is_ok())
}

fn is_uri(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| url::Url::parse(text).is_ok())
}

fn is_uuid(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

fn are_columns(value: &Value) -> bool {
    let columns = value.as_array();
    columns.is_some_and(|columns| {
        columns
            .iter()
            .all(|column| column["name"].is_string() && column["type"].is_string())
    })
}

#[test]
fn an_event_that_lacks_something_is_none() {
    let event = serde_json::json!({
        "eventType": "STARTED",
        "eventTime": "yesterday",
        "run": { "runId": "1", "facets": { "sql": { "_producer": "x" } } },
        "job": { "name": "nightly" },
    });
    let faults = faults(&event);
    for fault in [
        "eventTime of the event",
        "run.runId of the event",
        "job.namespace of the event",
        "eventType is none",
        "_schemaURL of sql",
        "query of sql",
    ] {
        assert!(faults.iter().any(|f| f == fault), "{fault}: {faults:?}");
    }
}
