//! Counting requests, and the page that a collector reads.

use super::metrics::head;
use super::state::ServeState;
use axum::body::HttpBody;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant;

/// Counts each request and its reply.
pub(super) async fn counted(
    State(state): State<Arc<ServeState>>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let reply = next.run(request).await;
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    let bytes = HttpBody::size_hint(reply.body()).exact();
    state
        .metrics
        .count(reply.status(), micros, bytes.unwrap_or(0));
    reply
}

/// `/metrics`.
pub(super) async fn metrics(State(state): State<Arc<ServeState>>) -> Response {
    let mut out = String::new();
    state.metrics.write_requests(&mut out);
    let snapshot = state.catalogue.snapshot();
    for (name, help, value) in [
        (
            "populace_serve_releases",
            "Releases that are shown.",
            snapshot.shown.len(),
        ),
        (
            "populace_serve_ready",
            "1 when the store of releases could be listed the last time.",
            usize::from(state.is_ready() && !state.is_failing()),
        ),
        (
            "populace_serve_cache_bytes",
            "Bytes of released files and pages in memory.",
            state.content.weight() + state.pages.weight(),
        ),
    ] {
        head(&mut out, name, "gauge", help);
        let _ = writeln!(out, "{name} {value}");
    }
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    let mut reply = out.into_response();
    reply.headers_mut().insert(header::CONTENT_TYPE, kind);
    reply
}
