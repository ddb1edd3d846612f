//! The events of a run: START, then COMPLETE, FAIL or ABORT.

use super::super::run_end::RunEnd;
use super::super::words;
use super::facets;
use super::model_run::ModelRun;
use super::run_id::RunId;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

/// The schema of all events.
const SCHEMA: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

/// A transition of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RunState {
    Start,
    Complete,
    Fail,
    Abort,
}

impl RunState {
    fn name(self) -> &'static str {
        match self {
            RunState::Start => "START",
            RunState::Complete => "COMPLETE",
            RunState::Fail => "FAIL",
            RunState::Abort => "ABORT",
        }
    }
}

/// The events of one installation.
pub(super) struct Events<'a> {
    /// The namespace of jobs and datasets.
    pub namespace: &'a str,
    /// What messages call the installation.
    pub installation: &'a str,
}

impl Events<'_> {
    /// A night begins.
    pub(super) fn begins(&self, end: &RunEnd) -> Value {
        self.night(end, RunState::Start, end.began)
    }

    /// A night has ended: its models, then itself.
    pub(super) fn ended(&self, end: &RunEnd, models: &[ModelRun]) -> Vec<Value> {
        let state = match (end.exit_code, end.was_stopped()) {
            (0, _) => RunState::Complete,
            (_, true) => RunState::Abort,
            (_, false) => RunState::Fail,
        };
        let night = end.id(self.installation);
        let parent = facets::parent(night, self.namespace, end.command);
        let models = models
            .iter()
            .flat_map(|model| self.model(model, night, &parent));
        models.chain([self.night(end, state, end.ended)]).collect()
    }

    fn night(&self, end: &RunEnd, state: RunState, at: DateTime<Utc>) -> Value {
        let mut run = Map::new();
        run.insert("processing_engine".into(), facets::engine());
        if state == RunState::Fail || state == RunState::Abort {
            let message = words::happened(end).join(": ");
            run.insert("errorMessage".into(), facets::error(&message));
        }
        let job = json!({
            "namespace": self.namespace,
            "name": end.command,
            "facets": { "jobType": facets::job_type("NIGHT") },
        });
        event(state, at, end.id(self.installation), run, job, [&[], &[]])
    }

    fn model(&self, model: &ModelRun, night: RunId, parent: &Value) -> [Value; 2] {
        let id = night.part(&model.output.name);
        let ended = match model.failure {
            None => RunState::Complete,
            Some(_) => RunState::Fail,
        };
        let inputs = model
            .inputs
            .iter()
            .map(|table| facets::dataset(table, self.namespace));
        let inputs: Vec<Value> = inputs.collect();
        let outputs = [facets::dataset(&model.output, self.namespace)];
        [(RunState::Start, model.began), (ended, model.ended)].map(|(state, at)| {
            let mut run = Map::new();
            run.insert("parent".into(), parent.clone());
            if let Some(failure) = model.failure.as_ref().filter(|_| state == RunState::Fail) {
                run.insert("errorMessage".into(), facets::error(failure));
            }
            let job = json!({
                "namespace": self.namespace,
                "name": model.output.name,
                "facets": { "jobType": facets::job_type("MODEL"), "sql": facets::sql(&model.sql) },
            });
            event(state, at, id, run, job, [&inputs, &outputs])
        })
    }
}

fn event(
    state: RunState,
    at: DateTime<Utc>,
    run: RunId,
    run_facets: Map<String, Value>,
    job: Value,
    [inputs, outputs]: [&[Value]; 2],
) -> Value {
    json!({
        "eventType": state.name(),
        "eventTime": at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
        "producer": facets::PRODUCER,
        "schemaURL": SCHEMA,
        "run": { "runId": run.to_string(), "facets": run_facets },
        "job": job,
        "inputs": inputs,
        "outputs": outputs,
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::run_end::samples;
    use super::super::model_run::{LineageColumn, LineageTable};
    use super::*;

    const EVENTS: Events<'_> = Events {
        namespace: "populace://north",
        installation: "north",
    };

    fn table(name: &str, columns: &[&str]) -> LineageTable {
        let columns = columns.iter().map(|name| LineageColumn {
            name: (*name).to_string(),
            kind: "Int64".to_string(),
            description: None,
        });
        LineageTable {
            name: name.to_string(),
            description: None,
            columns: columns.collect(),
        }
    }

    fn model(failure: Option<&str>) -> ModelRun {
        let night = samples::good();
        ModelRun {
            sql: "select person_key from record.patient".to_string(),
            inputs: vec![table("record.patient", &["person_key"])],
            output: table("core.person", &["person_key"]),
            began: night.began,
            ended: night.ended,
            failure: failure.map(str::to_string),
        }
    }

    #[test]
    fn a_model_is_a_job_of_its_own_below_the_night() {
        let night = samples::good();
        let start = EVENTS.begins(&night);
        let events = EVENTS.ended(&night, &[model(None)]);
        let told: Vec<(&str, &str)> = events
            .iter()
            .map(|e| {
                (
                    e["eventType"].as_str().unwrap(),
                    e["job"]["name"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("START", "core.person"),
                ("COMPLETE", "core.person"),
                ("COMPLETE", "nightly")
            ]
        );
        assert_eq!(start["eventType"], "START");
        assert_eq!(start["run"]["runId"], events[2]["run"]["runId"]);
        assert_eq!(events[0]["run"]["runId"], events[1]["run"]["runId"]);
        assert_ne!(events[0]["run"]["runId"], start["run"]["runId"]);
        let model = &events[1];
        assert_eq!(
            model["run"]["facets"]["parent"]["run"]["runId"],
            start["run"]["runId"]
        );
        assert_eq!(
            model["job"]["facets"]["sql"]["query"],
            "select person_key from record.patient"
        );
        assert_eq!(model["inputs"][0]["name"], "record.patient");
        assert_eq!(
            model["outputs"][0]["facets"]["schema"]["fields"][0],
            json!({"name": "person_key", "type": "Int64"})
        );
        assert_eq!(model["eventTime"], "2026-11-22T02:01:30.750000Z");
    }

    #[test]
    fn a_failure_says_why_without_counts() {
        let events = EVENTS.ended(
            &samples::failed(),
            &[model(Some("its checks failed: unique: [person_key]"))],
        );
        assert_eq!(
            events[0]["run"]["facets"]["errorMessage"],
            Value::Null,
            "START knows no end"
        );
        assert_eq!(events[1]["eventType"], "FAIL");
        assert_eq!(
            events[1]["run"]["facets"]["errorMessage"]["message"],
            "its checks failed: unique: [person_key]"
        );
        assert_eq!(events[2]["eventType"], "FAIL");
        assert_eq!(
            events[2]["run"]["facets"]["errorMessage"]["message"],
            "source extracts: [number] of [number] lines were rejected: the threshold is [number]"
        );
        let stopped = RunEnd {
            exit_code: 143,
            ..samples::failed()
        };
        assert_eq!(EVENTS.ended(&stopped, &[])[0]["eventType"], "ABORT");
    }
}
