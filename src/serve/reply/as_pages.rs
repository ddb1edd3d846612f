//! Refusals as pages for people and as JSON for programs.

use super::fault::PageFault;
use super::page_reply::RenderedPage;
use crate::serve::pages::fault_page;
use crate::serve::state::ServeState;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
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

/// A refusal of the interface for programs.
#[derive(Debug, Clone)]
pub(crate) struct ApiFault(pub PageFault);

impl From<PageFault> for ApiFault {
    fn from(fault: PageFault) -> Self {
        ApiFault(fault)
    }
}

impl IntoResponse for ApiFault {
    fn into_response(self) -> Response {
        let fault = &self.0;
        let body = serde_json::json!({
            "type": "about:blank",
            "title": fault.title(),
            "status": fault.status().as_u16(),
            "detail": fault.explanation(),
        });
        let mut reply = Response::new(Body::from(body.to_string()));
        *reply.status_mut() = fault.status();
        let kind = HeaderValue::from_static("application/problem+json");
        reply.headers_mut().insert(header::CONTENT_TYPE, kind);
        no_store(&mut reply);
        reply
    }
}

/// Gives refusals the page that people read.
pub(crate) async fn as_pages(State(state): State<Arc<ServeState>>, reply: Response) -> Response {
    let Some(fault) = reply.extensions().get::<PageFault>() else {
        return reply;
    };
    let page = RenderedPage::html(&fault_page(&state, fault));
    let mut reply = Response::new(Body::from(page.body));
    *reply.status_mut() = fault.status();
    reply
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(page.kind));
    no_store(&mut reply);
    reply
}

fn no_store(reply: &mut Response) {
    let no_store = HeaderValue::from_static("no-store");
    reply.headers_mut().insert(header::CACHE_CONTROL, no_store);
}
