//! Facets: what an event says beside names. Each names its producer and the version of its schema.

use super::model_run::LineageTable;
use super::run_id::RunId;
use serde_json::{Map, Value, json};

/// Who makes the events, as a URI.
pub(super) const PRODUCER: &str = concat!("urn:populace:", env!("CARGO_PKG_VERSION"));

/// A facet of a published schema: `fields` and what all have.
fn facet(version: &str, schema: &str, fields: Value) -> Value {
    let mut facet = Map::new();
    facet.insert("_producer".into(), PRODUCER.into());
    let url = format!("https://openlineage.io/spec/facets/{version}/{schema}.json#/$defs/{schema}");
    facet.insert("_schemaURL".into(), url.into());
    if let Value::Object(fields) = fields {
        facet.extend(fields);
    }
    Value::Object(facet)
}

/// What kind of job it is: NIGHT or MODEL.
pub(super) fn job_type(kind: &str) -> Value {
    let fields = json!({ "processingType": "BATCH", "integration": "POPULACE", "jobType": kind });
    facet("2-0-4", "JobTypeJobFacet", fields)
}

/// The query of a model.
pub(super) fn sql(query: &str) -> Value {
    facet(
        "1-1-0",
        "SQLJobFacet",
        json!({ "query": query, "dialect": "datafusion" }),
    )
}

/// The night that built a model.
pub(super) fn parent(run: RunId, namespace: &str, name: &str) -> Value {
    let fields = json!({
        "run": { "runId": run.to_string() },
        "job": { "namespace": namespace, "name": name },
    });
    facet("1-2-0", "ParentRunFacet", fields)
}

/// Which program did it.
pub(super) fn engine() -> Value {
    let fields = json!({ "name": "populace", "version": env!("CARGO_PKG_VERSION") });
    facet("1-1-1", "ProcessingEngineRunFacet", fields)
}

/// Why a run failed.
pub(super) fn error(message: &str) -> Value {
    let fields = json!({ "message": message, "programmingLanguage": "SQL" });
    facet("1-0-1", "ErrorMessageRunFacet", fields)
}

/// A dataset, with its columns and what it is, where they are known.
pub(super) fn dataset(table: &LineageTable, namespace: &str) -> Value {
    let mut facets = Map::new();
    if !table.columns.is_empty() {
        let fields = table.columns.iter().map(|column| {
            let mut field = json!({ "name": column.name, "type": column.kind });
            if let Some(description) = &column.description {
                field["description"] = json!(description);
            }
            field
        });
        let fields: Vec<Value> = fields.collect();
        let schema = facet("1-2-0", "SchemaDatasetFacet", json!({ "fields": fields }));
        facets.insert("schema".into(), schema);
    }
    if let Some(description) = &table.description {
        let fields = json!({ "description": description });
        let documentation = facet("1-1-0", "DocumentationDatasetFacet", fields);
        facets.insert("documentation".into(), documentation);
    }
    json!({ "namespace": namespace, "name": table.name, "facets": facets })
}
