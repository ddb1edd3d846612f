//! Refusals as pages for people and as JSON for programs.

use super::fault::PageFault;
use super::page_reply::RenderedPage;
use crate::serve::pages::fault_page;
use crate::serve::state::ServeState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The bare refusal, which [`as_pages`] gives a body.
impl IntoResponse for PageFault {
    fn into_response(self) -> Response {
        let mut reply = Response::new(Body::empty());
        *reply.status_mut() = self.status();
        reply.extensions_mut().insert(self);
        reply
    }
}

/// Gives refusals the page that people read, and programs the form of RFC 9457.
pub(crate) async fn as_pages(
    State(state): State<Arc<ServeState>>,
    request: Request,
    next: Next,
) -> Response {
    let is_program = request.uri().path().starts_with("/api/");
    let reply = next.run(request).await;
    let Some(fault) = reply.extensions().get::<PageFault>() else {
        return reply;
    };
    let (kind, body) = match is_program {
        true => ("application/problem+json", problem(fault).into()),
        false => {
            let page = RenderedPage::html(&fault_page(&state, fault));
            (page.kind, page.body)
        }
    };
    let mut refusal = Response::new(Body::from(body));
    *refusal.status_mut() = fault.status();
    let headers = refusal.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if *fault == PageFault::Busy {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
    }
    refusal
}

fn problem(fault: &PageFault) -> String {
    let problem = serde_json::json!({
        "type": "about:blank",
        "title": fault.title(),
        "status": fault.status().as_u16(),
        "detail": fault.explanation(),
    });
    problem.to_string()
}
