//! Whether the page is up, and whether it can show what is released.

use super::state::ServeState;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// `/healthz`: the process answers.
pub(super) async fn healthz() -> Response {
    plain(StatusCode::OK, "ok\n")
}

/// `/readyz`: the store of releases has been listed, and could be listed the last time.
pub(super) async fn readyz(State(state): State<Arc<ServeState>>) -> Response {
    match (state.is_ready(), state.is_failing()) {
        (true, false) => plain(StatusCode::OK, "ready\n"),
        (false, _) => plain(StatusCode::SERVICE_UNAVAILABLE, "starting\n"),
        (true, true) => plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "the store of releases does not answer\n",
        ),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut reply = (status, text).into_response();
    let no_store = HeaderValue::from_static("no-store");
    reply.headers_mut().insert(header::CACHE_CONTROL, no_store);
    reply
}
