//! Pages that were made here, with an entity tag.

use super::policy::OWN_POLICY;
use crate::serve::sending::SendingRoom;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;

/// A page, or an answer of the interface, as it was made.
#[derive(Debug, Clone)]
pub(crate) struct RenderedPage {
    /// Its bytes.
    pub body: Bytes,
    /// Its media type.
    pub kind: &'static str,
    /// Its entity tag, in quotation marks.
    pub tag: HeaderValue,
}

impl RenderedPage {
    /// A page of these bytes.
    pub(crate) fn new(kind: &'static str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let hash = blake3::hash(&body).to_hex();
        let tag = format!("\"{}\"", hash.get(..24).unwrap_or_default());
        RenderedPage {
            // Hexadecimal digits are no bad header.
            tag: HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\"")),
            body,
            kind,
        }
    }

    /// A page of HTML.
    pub(crate) fn html(markup: &maud::Markup) -> Self {
        RenderedPage::new("text/html; charset=utf-8", markup.0.clone())
    }
}

/// The reply with a page, which takes `room` until it is sent; without its bytes when the browser has them.
pub(crate) fn page_reply(page: &RenderedPage, room: SendingRoom, request: &HeaderMap) -> Response {
    let unchanged = is_held(request, page.tag.as_bytes());
    let mut reply = Response::new(match unchanged {
        true => Body::empty(),
        false => Body::from(room.hold(page.body.clone())),
    });
    if unchanged {
        *reply.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = reply.headers_mut();
    headers.insert(header::ETAG, page.tag.clone());
    // Asked again each time: what may be seen can be taken back.
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    headers.insert(header::VARY, HeaderValue::from_static("cookie"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(page.kind));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(OWN_POLICY),
    );
    reply
}

/// Whether `If-None-Match` names this tag.
pub(super) fn is_held(request: &HeaderMap, tag: &[u8]) -> bool {
    let mut named = request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .flat_map(|value| value.as_bytes().split(|b| *b == b','))
        .map(|tag| tag.trim_ascii());
    named.any(|named| named == b"*" || named.strip_prefix(b"W/").unwrap_or(named) == tag)
}
