//! The interface for programs, and its description.

use super::sample::{NEW, OLD, Site};
use axum::http::StatusCode;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn figures_have_a_status_and_a_suppressed_one_no_value() {
    let site = Site::published().await;
    let answer = site.get("/api/v1/figures?area=E9&period=2026").await.json();
    assert_eq!(answer["total"], 2);
    for figure in answer["figures"].as_array().unwrap() {
        assert_eq!(figure["status"], "suppressed");
        assert_eq!(figure["value"], Value::Null);
        assert_eq!(figure["area_name"], "Stockport");
        assert_eq!(figure["release"], NEW);
    }
    let answer = site
        .get("/api/v1/figures?report=conditions&area=whole&period=2026")
        .await
        .json();
    assert_eq!(answer["figures"][0]["value"], 10.0);
    let old = site
        .get(&format!(
            "/api/v1/figures?release={OLD}&area=whole&period=2026"
        ))
        .await
        .json();
    assert_eq!(old["figures"][0]["value"], 11.0);
    // The report of one area has it as its area.
    let own = site.get("/api/v1/figures?area=E6&table=own").await.json();
    assert_eq!(
        (&own["total"], &own["figures"][0]["value"]),
        (&1.into(), &33.3.into())
    );
    assert_eq!(own["figures"][0]["area_code"], "E6");
    assert_eq!(own["figures"][0]["report"], "conditions");
}

#[tokio::test(flavor = "multi_thread")]
async fn csv_says_suppressed_and_never_nothing() {
    let site = Site::published().await;
    let reply = site.get("/api/v1/figures.csv?area=E9&period=2026").await;
    assert_eq!(
        reply.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    let text = reply.text();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    for row in &rows {
        assert_eq!(
            (&row[at("value")], &row[at("status")]),
            ("suppressed", "suppressed")
        );
        assert_eq!(&row[at("lower_95")], "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_questions_are_refused_in_json() {
    let site = Site::published().await;
    for (address, status) in [
        ("/api/v1/figures?aera=E6", StatusCode::BAD_REQUEST),
        ("/api/v1/figures?page=x", StatusCode::BAD_REQUEST),
        ("/api/v1/releases/none", StatusCode::NOT_FOUND),
        ("/api/v1/releases/..%2f..", StatusCode::NOT_FOUND),
        ("/api/v1/none", StatusCode::NOT_FOUND),
    ] {
        let reply = site.get(address).await;
        assert_eq!(reply.status, status, "{address}");
        assert_eq!(reply.header("content-type"), "application/problem+json");
        assert_eq!(reply.json()["status"], status.as_u16());
    }
}

/// The description is compared with what is answered: every path and parameter is taken, no other is, and
/// each entry has the fields that are described and no others.
#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_true() {
    let site = Site::published().await;
    let description = site.get("/api/openapi.json").await.json();
    assert_eq!(description["openapi"], "3.1.0");
    let paths = description["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 6);
    for (path, operations) in paths {
        let operation = &operations["get"];
        let address = path.replace("{id}", NEW);
        for parameter in operation["parameters"].as_array().unwrap() {
            let name = parameter["name"].as_str().unwrap();
            if parameter["in"] == "path" {
                assert!(path.contains(&format!("{{{name}}}")));
                continue;
            }
            let value = match name {
                "page" | "page_size" => "1",
                "release" => NEW,
                "q" | "report" => "conditions",
                "area" => "E6",
                "period" => "2026",
                "table" => "by_area",
                _ => "prevalence",
            };
            let reply = site.get(&format!("{address}?{name}={value}")).await;
            assert_eq!(reply.status, StatusCode::OK, "{path} {name}");
        }
        let unknown = site.get(&format!("{address}?nothing=1")).await;
        assert_eq!(unknown.status, StatusCode::BAD_REQUEST, "{path}");
        let content = operation["responses"]["200"]["content"]
            .as_object()
            .unwrap();
        let (kind, content) = content.iter().next().unwrap();
        let reply = site.get(&address).await;
        assert!(reply.header("content-type").starts_with(kind), "{path}");
        if kind == "application/json" {
            entries_are_as_described(path, &content["schema"], &reply.json());
        }
    }
}

fn entries_are_as_described(path: &str, schema: &Value, answer: &Value) {
    let list = schema["required"][0].as_str().unwrap();
    let described = schema["properties"][list]["items"]["properties"]
        .as_object()
        .unwrap();
    let entries = answer[list].as_array().unwrap();
    assert!(!entries.is_empty(), "{path}");
    for entry in entries {
        let entry = entry.as_object().unwrap();
        let mut names: Vec<_> = entry.keys().collect();
        let mut known: Vec<_> = described.keys().collect();
        names.sort();
        known.sort();
        assert_eq!(names, known, "{path}");
        for (name, value) in entry {
            let kind = match value {
                Value::Null => "null",
                Value::Bool(_) => "boolean",
                Value::Number(number) if number.is_f64() => "number",
                Value::Number(_) => "integer",
                Value::String(_) => "string",
                Value::Array(_) => "array",
                Value::Object(_) => "object",
            };
            let allowed = described[name]["type"].to_string();
            assert!(
                allowed.contains(&format!("\"{kind}\"")),
                "{path} {name}: {kind}, {allowed}"
            );
        }
    }
}
