//! What a reader is told who is refused: a page for people, JSON for programs.

use super::request_head::RequestHead;
use axum::http::header::{
    ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, html};

/// A refusal. It never repeats what the reader sent.
#[derive(Debug, Clone)]
pub(crate) struct AccessRefusal {
    status: StatusCode,
    text: &'static str,
    /// Where to go on, with the words for it.
    link: Option<(String, &'static str)>,
    header: Option<(axum::http::HeaderName, String)>,
    json: bool,
}

impl AccessRefusal {
    /// A refusal that says why.
    pub(crate) fn new(status: StatusCode, text: &'static str) -> Self {
        AccessRefusal {
            status,
            text,
            link: None,
            header: None,
            json: false,
        }
    }

    /// The request is none that a browser sends.
    pub(super) fn bad_request(text: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, text)
    }

    /// Nobody is known to have sent this.
    pub(super) fn unknown_reader(text: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, text)
    }

    /// The method is none of those that are answered, which `allowed` lists.
    pub(super) fn method(text: &'static str, allowed: &'static str) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, text).with_header(ALLOW, allowed)
    }

    /// What a library refused in its own words, or in none, in those of this site; None for what is no
    /// such refusal.
    pub(super) fn of_library(answer: &Response) -> Option<Self> {
        let kind = answer.headers().get(CONTENT_TYPE);
        if kind.is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain")) {
            return None;
        }
        let text = match answer.status() {
            StatusCode::BAD_REQUEST => "The request cannot be read.",
            StatusCode::NOT_FOUND => "There is no such page.",
            StatusCode::METHOD_NOT_ALLOWED => "This page answers GET and HEAD only.",
            StatusCode::REQUEST_TIMEOUT => {
                "The answer took too long. Try again in a minute, or ask for less at once."
            }
            StatusCode::PAYLOAD_TOO_LARGE => "The request is larger than any of this site.",
            StatusCode::INTERNAL_SERVER_ERROR => {
                "This is a bug in Populace. Whoever runs this site finds the reason in its log."
            }
            _ => return None,
        };
        let refusal = Self::new(answer.status(), text);
        let allowed = answer
            .headers()
            .get(ALLOW)
            .and_then(|own| own.to_str().ok());
        Some(match allowed {
            Some(allowed) => refusal.with_header(ALLOW, allowed),
            None => refusal,
        })
    }

    /// Too many requests; the next one is answered after so many seconds.
    pub(super) fn too_many(seconds: u64) -> Self {
        let refusal = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "There were too many requests in a short time. Wait a little, then try again.",
        );
        refusal.with_header(RETRY_AFTER, &seconds.to_string())
    }

    /// With a link on which to go on.
    pub(super) fn with_link(mut self, href: String, words: &'static str) -> Self {
        self.link = Some((href, words));
        self
    }

    /// Says what a token may be sent for, as RFC 6750 has it.
    pub(super) fn with_challenge(self, challenge: &str) -> Self {
        self.with_header(WWW_AUTHENTICATE, challenge)
    }

    fn with_header(mut self, name: axum::http::HeaderName, value: &str) -> Self {
        self.header = Some((name, value.to_string()));
        self
    }

    /// In the form that the request asks for.
    pub(crate) fn to(self, request: &RequestHead) -> Self {
        let json = wants_json(request.uri().path(), request.headers());
        self.in_form(json)
    }

    /// As JSON for a program, or as a page.
    pub(super) fn in_form(self, json: bool) -> Self {
        AccessRefusal { json, ..self }
    }

    fn title(&self) -> &'static str {
        match self.status {
            StatusCode::UNAUTHORIZED => "You are not signed in",
            StatusCode::FORBIDDEN => "You may not read this",
            StatusCode::TOO_MANY_REQUESTS => "Too many requests",
            StatusCode::NOT_FOUND => "Page not found",
            StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::INTERNAL_SERVER_ERROR => "This does not work just now",
            _ => "This request cannot be answered",
        }
    }

    fn page(&self) -> String {
        let title = self.title();
        let page = html! {
            (DOCTYPE)
            html lang="en-GB" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) " – Populace" }
                }
                body {
                    main {
                        h1 { (title) }
                        p { (self.text) }
                        @if let Some((href, words)) = &self.link {
                            p { a href=(href) { (words) } }
                        }
                    }
                }
            }
        };
        page.into_string()
    }
}

/// Whether a program asks, which reads JSON.
pub(super) fn wants_json(path: &str, headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let accepts = |kind| accept.is_some_and(|accept| accept.contains(kind));
    path.starts_with("/api/") || (accepts("application/json") && !accepts("text/html"))
}

impl IntoResponse for AccessRefusal {
    fn into_response(self) -> Response {
        let (kind, body) = match self.json {
            true => (
                // As RFC 9457 has it.
                "application/problem+json",
                serde_json::json!({
                    "type": "about:blank",
                    "title": self.title(),
                    "status": self.status.as_u16(),
                    "detail": self.text,
                })
                .to_string(),
            ),
            false => ("text/html; charset=utf-8", self.page()),
        };
        let mut answer = (self.status, body).into_response();
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some((name, value)) = self.header
            && let Ok(value) = HeaderValue::from_str(&value)
        {
            headers.insert(name, value);
        }
        answer
    }
}
