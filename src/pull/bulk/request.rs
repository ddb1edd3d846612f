//! One request to a server, and what reading its answer can give.

use crate::error::{Error, Result};
use crate::retry::retry_after;
use chrono::Utc;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode};
use std::time::Duration;
use url::Url;

/// The longest answer that is kept in memory whole: a manifest of some hundred thousand files.
const LONGEST_ANSWER: usize = 64 * 1024 * 1024;

/// A request.
pub(super) struct Request {
    /// What to do.
    pub method: Method,
    /// Where.
    pub url: Url,
    /// With which headers.
    pub headers: HeaderMap,
    /// Whether the token goes with it.
    pub token: bool,
}

impl Request {
    /// A GET of `url`.
    pub(super) fn get(url: Url, token: bool) -> Self {
        Request {
            method: Method::GET,
            url,
            headers: HeaderMap::new(),
            token,
        }
    }

    /// With one more header.
    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum NoAnswer {
    /// The connection failed, or the server could not answer just now: asking again may help, after
    /// the wait that it asked for.
    Lost(String, Option<Duration>),
    /// Asking again is of no use.
    Fatal(Error),
}

impl NoAnswer {
    /// The connection failed.
    pub(super) fn lost(error: reqwest::Error) -> Self {
        NoAnswer::Lost(plain(error), None)
    }
}

impl From<Error> for NoAnswer {
    fn from(error: Error) -> Self {
        NoAnswer::Fatal(error)
    }
}

/// The causes of a library's error, without the address, which may hold a secret.
pub(super) fn plain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// The whole body of an answer.
pub(super) async fn body(mut answer: Response) -> Result<Vec<u8>, NoAnswer> {
    let mut bytes = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes),
            Err(e) => return Err(NoAnswer::lost(e)),
        }
        if bytes.len() > LONGEST_ANSWER {
            return Err(Error::data("the server's answer is too long")
                .hint("tell the server's operator")
                .into());
        }
    }
}

/// Whether a server that answers with this status may answer otherwise a little later.
pub(super) fn may_pass(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
        )
}

/// How long the answer asks to wait.
pub(super) fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    retry_after(headers.get(RETRY_AFTER)?.to_str().ok()?, Utc::now())
}
