//! Asking a server for an export, and telling it that we are done.

use super::address::bare;
use super::failure::ExportFailure;
use super::request::Request;
use super::session::{Answer, Session};
use crate::error::Error;
use crate::pipeline::{ExportLevel, FhirBulk};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use url::Url;

/// Asks for an export of what changed `since` (everything when None); gives the job's address.
pub(super) async fn kick_off(
    session: &Session,
    since: Option<&str>,
    fhir_version: Option<&str>,
) -> Result<Url, ExportFailure> {
    let settings = &session.settings;
    let server = &session.http.server;
    let mut url = match &settings.level {
        ExportLevel::System => server.at("$export")?,
        ExportLevel::Patient => server.at("Patient/$export")?,
        ExportLevel::Group(id) => server.at(&format!("Group/{id}/$export"))?,
    };
    let parameters = parameters(settings, since);
    url.query_pairs_mut().extend_pairs(&parameters);
    let mut event = json!({
        "exportUrl": bare(&url),
        "softwareName": "populace",
        "softwareVersion": env!("CARGO_PKG_VERSION"),
        "fhirVersion": fhir_version,
        "requestParameters": parameters.into_iter().collect::<BTreeMap<_, _>>(),
    });
    let ask = Request::get(url.clone(), true)
        .with("accept", "application/fhir+json")
        .with("prefer", "respond-async");
    let answer = session.insist(&ask).await?;
    if answer.status != StatusCode::ACCEPTED {
        event["errorCode"] = json!(answer.status.as_u16());
        session.log.event("kickoff", event);
        return Err(not_begun(session, &answer));
    }
    session.log.event("kickoff", event);
    let to = answer.header("content-location").unwrap_or_default();
    if to.is_empty() {
        return Err(Error::data(format!(
            "source {}: the server began an export and does not say where",
            session.source
        ))
        .hint("its answer has no Content-Location; tell the server's operator")
        .into());
    }
    Ok(server.own(&url, to, "the address of the export")?)
}

/// What is asked for.
fn parameters(settings: &FhirBulk, since: Option<&str>) -> Vec<(&'static str, String)> {
    let mut parameters = vec![("_outputFormat", "application/fhir+ndjson".to_string())];
    parameters.extend(since.map(|since| ("_since", since.to_string())));
    if !settings.types.is_empty() {
        parameters.push(("_type", settings.types.join(",")));
    }
    // One parameter a filter: a filter may itself hold commas.
    let filters = settings.type_filters.iter();
    parameters.extend(filters.map(|filter| ("_typeFilter", filter.clone())));
    if !settings.elements.is_empty() {
        parameters.push(("_elements", settings.elements.join(",")));
    }
    parameters
}

/// Why there is no export.
fn not_begun(session: &Session, answer: &Answer) -> ExportFailure {
    let error = Error::data(format!(
        "source {}: the server does not begin an export",
        session.source
    ))
    .cause(answer.reason());
    match answer.status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => session.unauthorised(answer).into(),
        StatusCode::NOT_FOUND => error
            .hint("see url and level of this source: the server has no export there")
            .into(),
        _ => ExportFailure::refused(error.hint("see types, type_filters and elements of this source: the server may not support one of them")),
    }
}

/// Tells the server that the export may be removed. It does not matter whether it understands.
pub(super) async fn delete(session: &Session, status: &Url) {
    let ask = Request {
        method: Method::DELETE,
        ..Request::get(status.clone(), true)
    };
    match session.http.send(&ask).await {
        Ok((answer, _)) => tracing::debug!("the export was ended: {}", answer.status()),
        Err(_) => tracing::debug!("the server was not told that the export may be removed"),
    }
}

/// The FHIR version that a server speaks, such as `4.0.1` or `3.0.2`.
pub(super) async fn fhir_version(session: &Session) -> Result<Option<String>, ExportFailure> {
    #[derive(Deserialize)]
    struct Statement {
        #[serde(rename = "fhirVersion")]
        version: String,
    }
    let url = session.http.server.at("metadata")?;
    // The statement is public; a server that thinks otherwise gets the token.
    for token in [false, true] {
        let ask = Request::get(url.clone(), token).with("accept", "application/fhir+json");
        let answer = session.insist_or_refused(&ask).await?;
        if answer.status.is_success() {
            let found = serde_json::from_slice::<Statement>(&answer.bytes).ok();
            let plain = |v: &String| {
                v.len() <= 16
                    && v.bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
            };
            return Ok(found.map(|s| s.version).filter(plain));
        }
    }
    Ok(None)
}
