//! The description of the interface, as OpenAPI has it.

use super::endpoint::{ApiEndpoint, ApiField, ENDPOINTS};
use super::lists::answer;
use crate::serve::page_view::PageView;
use crate::serve::reply::PageFault;
use axum::response::Response;
use serde_json::{Map, Value, json};

/// `/api/openapi.json`.
pub(super) async fn openapi(view: PageView) -> Result<Response, PageFault> {
    let made = async { Ok(answer(&description(&view.state.settings.title))) };
    view.page(made).await
}

fn description(title: &str) -> Value {
    let paths: Map<String, Value> = ENDPOINTS
        .iter()
        .map(|endpoint| {
            (
                endpoint.path.to_string(),
                json!({ "get": operation(endpoint) }),
            )
        })
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": "1",
            "description": "Released figures. All have passed disclosure control: a suppressed figure has a status and no value, and is not zero.",
        },
        "paths": paths,
        "components": { "schemas": { "Problem": problem() } },
    })
}

fn operation(endpoint: &ApiEndpoint) -> Value {
    let parameters = endpoint.parameters.iter().map(|(name, meaning)| {
        let is_path = endpoint.path.contains(&format!("{{{name}}}"));
        let kind = match *name {
            "page" | "page_size" => "integer",
            _ => "string",
        };
        json!({
            "name": name,
            "in": if is_path { "path" } else { "query" },
            "required": is_path,
            "description": meaning,
            "schema": { "type": kind },
        })
    });
    let content = match endpoint.answer {
        Some((list, fields)) => {
            json!({ "application/json": { "schema": of_answer(list, fields) } })
        }
        None => json!({ "text/csv": { "schema": { "type": "string" } } }),
    };
    let fault = |meaning: &str| {
        json!({
            "description": meaning,
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
        })
    };
    json!({
        "summary": endpoint.summary,
        "parameters": parameters.collect::<Vec<_>>(),
        "responses": {
            "200": { "description": endpoint.summary, "content": content },
            "400": fault("A parameter is unknown or cannot be read"),
            "403": fault("It may not be read"),
            "404": fault("There is no such thing"),
            "410": fault("The release was withdrawn"),
            "503": fault("What is stored is not as it was released"),
        },
    })
}

fn of_answer(list: &str, fields: &[ApiField]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|(name, kind, meaning)| {
            let kind = match kind.strip_suffix('?') {
                Some(kind) => json!([kind, "null"]),
                None => json!(kind),
            };
            (
                name.to_string(),
                json!({ "type": kind, "description": meaning }),
            )
        })
        .collect();
    let names: Vec<&str> = fields.iter().map(|(name, ..)| *name).collect();
    json!({
        "type": "object",
        "required": [list],
        "properties": {
            list: {
                "type": "array",
                "items": { "type": "object", "required": names, "properties": properties },
            },
            "page": { "type": "integer" },
            "page_size": { "type": "integer" },
            "total": { "type": "integer", "description": "Entries of all pages together" },
            "is_partial": {
                "type": "boolean",
                "description": "Of areas and measures: whether some are missing, because something that is released cannot be read just now",
            },
        },
    })
}

/// A refusal, after RFC 9457.
fn problem() -> Value {
    json!({
        "type": "object",
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
        },
    })
}
