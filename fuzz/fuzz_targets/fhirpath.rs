//! The text of a path, as a column, as a collection, as a condition and as an iteration.

#![no_main]

use libfuzzer_sys::fuzz_target;
use populace_fuzz::decode::fhir::View;
use populace_fuzz::run;
use serde_json::json;

fuzz_target!(|path: &str| {
    let whole = json!({"name": "whole", "path": "$this", "collection": true});
    let views = [
        json!({"select": [{"column": [{"name": "c", "path": path}]}]}),
        json!({"select": [{"column": [{"name": "c", "path": path, "collection": true}]}]}),
        json!({"where": [{"path": path}], "select": [{"column": [whole]}]}),
        json!({"select": [{"forEach": path, "column": [whole, {"name": "r", "path": "%rowIndex"}]}]}),
        json!({"select": [{"forEachOrNull": path, "column": [whole]}, {"column": [{"name": "id", "path": "id"}]}]}),
        json!({"select": [{"repeat": [path], "column": [whole]}]}),
    ];
    for mut view in views {
        view["resource"] = "Observation".into();
        view["constant"] = json!([{"name": "k", "valueString": "http://loinc.org"}, {"name": "d", "valueDate": "2026-01"}]);
        match View::parse("fuzz.json", &view.to_string()) {
            Ok(view) => drop(run(view)),
            Err(_) => return,
        }
    }
});
