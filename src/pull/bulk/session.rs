//! Talking to one server: requests that are made until they are answered.

use super::address::Server;
use super::failure::ExportFailure;
use super::http::Http;
use super::log::ExportLog;
use super::operation_outcome::OperationOutcome;
use super::request::{NoAnswer, Request, asked_wait, may_pass};
use super::token::Tokens;
use crate::error::{Error, Result};
use crate::pipeline::{FhirBulk, Pipeline};
use crate::retry::{Backoff, RetryPolicy, SERVER_ATTEMPTS};
use crate::secure_url::origin;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

/// Refused tokens in a row before it is not the token's age.
pub(super) const REFUSALS: u32 = 4;

/// A server and how to deal with it.
pub(super) struct Session {
    /// The source's name, for errors.
    pub source: String,
    /// The client.
    pub http: Http,
    /// The export log.
    pub log: ExportLog,
    /// The source's settings.
    pub settings: FhirBulk,
}

/// A whole answer.
pub(super) struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// A header as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The status and the codes of an OperationOutcome, for an error.
    pub(super) fn reason(&self) -> String {
        match OperationOutcome::read(&self.bytes) {
            Some(outcome) if !outcome.issues.is_empty() => {
                format!("it answers {}: {}", self.status, outcome.issues.join(", "))
            }
            _ => format!("it answers {}", self.status),
        }
    }
}

impl Session {
    /// How often to ask this server, and how long to wait in between.
    pub(super) fn retry_policy(&self) -> RetryPolicy {
        RetryPolicy::server(self.settings.longest_wait())
    }

    /// Asks until there is an answer that asking again would not better.
    pub(super) async fn insist(&self, ask: &Request) -> Result<Answer, ExportFailure> {
        let answer = self.insist_or_refused(ask).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            return Err(self.unauthorised(&answer).into());
        }
        Ok(answer)
    }

    /// The same, where a refusal is an answer too.
    pub(super) async fn insist_or_refused(&self, ask: &Request) -> Result<Answer, ExportFailure> {
        let mut backoff = Backoff::new(self.retry_policy());
        let mut refusals = 0;
        loop {
            let (why, wait) = match self.once(ask).await {
                Ok((answer, token)) => {
                    let transient =
                        || OperationOutcome::read(&answer.bytes).is_some_and(|o| o.is_transient());
                    let again = match answer.status {
                        StatusCode::UNAUTHORIZED => {
                            let Some(token) = token.filter(|_| refusals < REFUSALS) else {
                                return Ok(answer);
                            };
                            self.http.refused(token).await;
                            refusals += 1;
                            continue;
                        }
                        // A server that says what went wrong is believed; a bare failure may be a
                        // gateway's on the way.
                        s if s.is_server_error() => {
                            transient() || OperationOutcome::read(&answer.bytes).is_none()
                        }
                        s => may_pass(s) || s.is_client_error() && transient(),
                    };
                    if !again {
                        return Ok(answer);
                    }
                    (answer.reason(), asked_wait(&answer.headers))
                }
                Err(NoAnswer::Lost(why, wait)) => (why, wait),
                Err(NoAnswer::Fatal(error)) => return Err(error.into()),
            };
            if !backoff.wait(wait).await {
                let host = origin(&ask.url);
                return Err(Error::data(format!("no answer from {host} after {SERVER_ATTEMPTS} attempts"))
                    .cause(why)
                    .hint("check that the server is up, then run again: the pull goes on where it stopped")
                    .into());
            }
        }
    }

    async fn once(&self, ask: &Request) -> Result<(Answer, Option<u64>), NoAnswer> {
        let (status, headers, bytes, token) = self.http.whole(ask).await?;
        Ok((
            Answer {
                status,
                headers,
                bytes,
            },
            token,
        ))
    }

    /// The error for a server that refuses a fresh token, or asks for one that nobody set up.
    pub(super) fn unauthorised(&self, answer: &Answer) -> Error {
        let error = Error::data(format!("source {}: access is refused", self.source))
            .cause(answer.reason());
        if self.settings.auth.is_some() {
            error.hint("the server does not accept its own token here; see scope under auth, or ask its operator")
        } else {
            error.hint("give this source an auth section with client_id and key")
        }
    }
}

/// Checks what can be checked of a source's settings without asking its server.
pub(crate) fn check(source: &str, settings: &FhirBulk, pipeline: &Pipeline) -> Result<()> {
    let server = Server::parse(source, &settings.url, &settings.file_hosts)?;
    server.at("$export")?;
    if let Some(auth) = &settings.auth {
        Tokens::new(source, auth, &pipeline.root)?;
    }
    Ok(())
}

/// Opens a session with the server of a source.
pub(super) fn open(source: &str, settings: &FhirBulk, pipeline: &Pipeline) -> Result<Session> {
    let server = Server::parse(source, &settings.url, &settings.file_hosts)?;
    let tokens = match &settings.auth {
        Some(auth) => Some(Tokens::new(source, auth, &pipeline.root)?),
        None => None,
    };
    let log = settings.log.as_ref().map(|path| pipeline.path(path));
    Ok(Session {
        source: source.to_string(),
        http: Http::new(server, tokens, settings.silence(), settings.answer_limit())?,
        log: ExportLog::open(log.as_deref())?,
        settings: settings.clone(),
    })
}
