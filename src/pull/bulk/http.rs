//! One request: the token goes home only, redirects stay on the host, bodies are bounded.

use super::address::{Server, shown};
use super::token::Tokens;
use super::wait::retry_after;
use crate::decode::fhir::is_resource_type;
use crate::error::{Context, Error, Result};
use chrono::Utc;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Client, Method, Response, StatusCode, redirect};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::time::Duration;
use url::Url;

/// The longest answer that is kept in memory whole: a manifest of some hundred thousand files.
const LONGEST_ANSWER: usize = 64 * 1024 * 1024;
/// Redirects that are followed on the same host.
const REDIRECTS: usize = 5;
/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(30);

/// A client of one server.
pub struct Http {
    client: Client,
    /// How long an answer may take that is no file of the export.
    answer_limit: Duration,
    /// The server.
    pub server: Server,
    tokens: Option<Tokens>,
}

/// A request.
pub struct Ask {
    /// What to do.
    pub method: Method,
    /// Where.
    pub url: Url,
    /// With which headers.
    pub headers: HeaderMap,
    /// Whether the token goes with it.
    pub token: bool,
}

impl Ask {
    /// A GET of `url`.
    pub fn get(url: Url, token: bool) -> Self {
        Ask {
            method: Method::GET,
            url,
            headers: HeaderMap::new(),
            token,
        }
    }

    /// With one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub enum NoAnswer {
    /// The connection failed; asking again may help.
    Lost(String),
    /// Asking again is of no use.
    Fatal(Error),
}

impl From<Error> for NoAnswer {
    fn from(error: Error) -> Self {
        NoAnswer::Fatal(error)
    }
}

impl Http {
    /// A client of `server`, which may say nothing for as long as `silence`, and take as long as
    /// `answer_limit` for a whole answer that is no file.
    pub fn new(
        server: Server,
        tokens: Option<Tokens>,
        silence: Duration,
        answer_limit: Duration,
    ) -> Result<Self> {
        Ok(Http {
            client: client(silence)?,
            answer_limit,
            server,
            tokens,
        })
    }

    /// Sends a request and follows redirects that stay on its host. The second part says which
    /// token went with it.
    pub async fn send(&self, ask: &Ask) -> Result<(Response, Option<u64>), NoAnswer> {
        let mut url = ask.url.clone();
        for _ in 0..=REDIRECTS {
            let mut headers = ask.headers.clone();
            let mut sent = None;
            if let Some(tokens) = self.tokens.as_ref().filter(|_| ask.token) {
                if !self.server.is_ours(&url) {
                    return Err(
                        Error::data("the access token was about to leave its server")
                            .cause(shown(&url))
                            .into(),
                    );
                }
                let (token, number) = tokens.current(&self.client, &self.server).await?;
                let mut value = HeaderValue::from_str(&format!("Bearer {}", token.as_str()))
                    .map_err(|_| Error::data("the server gave a token that cannot be sent"))?;
                value.set_sensitive(true);
                headers.insert(AUTHORIZATION, value);
                sent = Some(number);
            }
            let answer = self
                .client
                .request(ask.method.clone(), url.clone())
                .headers(headers)
                .send()
                .await
                .map_err(|e| NoAnswer::Lost(plain(e)))?;
            if !answer.status().is_redirection() || answer.status() == StatusCode::NOT_MODIFIED {
                return Ok((answer, sent));
            }
            url = self.next_hop(&url, &answer)?;
        }
        Err(Error::data(format!("{} redirects in circles", shown(&ask.url))).into())
    }

    fn next_hop(&self, url: &Url, answer: &Response) -> Result<Url> {
        let to = answer.headers().get(LOCATION).and_then(|l| l.to_str().ok());
        let to = to
            .and_then(|to| url.join(to).ok())
            .ok_or_else(|| Error::data(format!("{} redirects to nowhere", shown(url))))?;
        if to.origin() == url.origin() {
            return Ok(to);
        }
        Err(Error::data(format!("{} redirects to another host", shown(url)))
            .cause(shown(&to))
            .hint("nothing was sent there; correct url of this source if the server has moved, or ask its operator"))
    }

    /// Sends a request and takes the whole answer, which must come within its time.
    pub async fn whole(
        &self,
        ask: &Ask,
    ) -> Result<(StatusCode, HeaderMap, Vec<u8>, Option<u64>), NoAnswer> {
        let answer = async {
            let (answer, token) = self.send(ask).await?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            Ok((status, headers, body(answer).await?, token))
        };
        let slow = |_| NoAnswer::Lost("its answer takes too long".to_string());
        tokio::time::timeout(self.answer_limit, answer)
            .await
            .map_err(slow)?
    }

    /// Says that the server refused the token with this number: the next request gets a new one.
    pub async fn refused(&self, number: u64) {
        if let Some(tokens) = &self.tokens {
            tokens.forget(number).await;
        }
    }
}

/// Redirects are followed by hand: a library's rule would take the token along.
fn client(silence: Duration) -> Result<Client> {
    Client::builder()
        .user_agent(concat!("populace/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT)
        .read_timeout(silence)
        .build()
        .data(|| "cannot prepare for HTTP")
}

/// The causes of a library's error, without the address, which may hold a secret.
pub fn plain(error: reqwest::Error) -> String {
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
pub async fn body(mut answer: Response) -> Result<Vec<u8>, NoAnswer> {
    let mut bytes = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes),
            Err(e) => return Err(NoAnswer::Lost(plain(e))),
        }
        if bytes.len() > LONGEST_ANSWER {
            return Err(Error::data("the server's answer is too long")
                .hint("tell the server's operator")
                .into());
        }
    }
}

/// How long the answer asks to wait.
pub fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    retry_after(headers.get(RETRY_AFTER)?.to_str().ok()?, Utc::now())
}

/// The codes of an OperationOutcome, of the standard's own list: never a text of the server's.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// `severity/code` of each issue.
    pub issues: Vec<String>,
    /// Resource types that each issue names, in whichever words.
    pub types: Vec<BTreeSet<String>>,
}

impl Outcome {
    /// Reads an OperationOutcome; None when `bytes` is something else.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Resource {
            #[serde(rename = "resourceType")]
            kind: String,
            #[serde(default)]
            issue: Vec<Issue>,
        }
        #[derive(Deserialize)]
        struct Issue {
            severity: Option<String>,
            code: Option<String>,
            diagnostics: Option<String>,
            details: Option<Details>,
            #[serde(default)]
            expression: Vec<String>,
            #[serde(default)]
            location: Vec<String>,
        }
        #[derive(Deserialize)]
        struct Details {
            text: Option<String>,
        }
        let resource: Resource = serde_json::from_slice(bytes).ok()?;
        let known = |text: &Option<String>, list: &[&'static str]| {
            let text = text.as_deref().unwrap_or_default();
            list.iter()
                .find(|k| **k == text)
                .copied()
                .unwrap_or("other")
        };
        // Only words that are names of resource types are kept of a text.
        let types = |issue: &Issue| {
            let texts = issue.expression.iter().chain(&issue.location);
            let details = issue.details.as_ref().and_then(|d| d.text.as_ref());
            let texts = texts.chain(&issue.diagnostics).chain(details);
            let words = texts.flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric()));
            let types = words.filter(|w| is_resource_type(w) && *w != "OperationOutcome");
            types.map(str::to_string).collect::<BTreeSet<_>>()
        };
        (resource.kind == "OperationOutcome").then(|| Outcome {
            types: resource.issue.iter().map(types).collect(),
            issues: resource
                .issue
                .iter()
                .map(|i| {
                    let severity = known(&i.severity, &SEVERITIES);
                    format!("{severity}/{}", known(&i.code, &CODES))
                })
                .collect(),
        })
    }

    /// Whether asking again may help.
    pub fn is_transient(&self) -> bool {
        let passing = |issue: &String| {
            let code = issue.split('/').nth(1).unwrap_or_default();
            TRANSIENT.contains(&code)
        };
        self.issues.iter().any(passing)
    }
}

const SEVERITIES: [&str; 5] = ["fatal", "error", "warning", "information", "success"];

/// Codes below `transient` in FHIR's issue types.
const TRANSIENT: [&str; 7] = [
    "transient",
    "lock-error",
    "no-store",
    "exception",
    "timeout",
    "incomplete",
    "throttled",
];

/// FHIR R4's issue types.
const CODES: [&str; 31] = [
    "invalid",
    "structure",
    "required",
    "value",
    "invariant",
    "security",
    "login",
    "unknown",
    "expired",
    "forbidden",
    "suppressed",
    "processing",
    "not-supported",
    "duplicate",
    "multiple-matches",
    "not-found",
    "deleted",
    "too-long",
    "code-invalid",
    "extension",
    "too-costly",
    "business-rule",
    "conflict",
    "transient",
    "lock-error",
    "no-store",
    "exception",
    "timeout",
    "incomplete",
    "throttled",
    "informational",
];
