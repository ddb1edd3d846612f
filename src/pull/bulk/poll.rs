//! Waiting for an export to end, and collecting the pages of its manifest.

use super::failure::ExportFailure;
use super::manifest::{ManifestPage, RemoteFile, parse};
use super::request::{Request, asked_wait};
use super::session::{Answer, Session};
use crate::error::Error;
use crate::retry::Backoff;
use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use serde_json::json;
use std::collections::HashSet;
use std::time::Instant;
use url::Url;

/// The most files that all pages of a manifest may name.
const MOST_FILES: usize = 1_000_000;

/// What became of an export.
pub(super) enum Polled {
    /// It ended.
    Complete(ExportManifest),
    /// The server does not know it (any more).
    Gone,
}

/// All pages of a manifest.
pub(super) struct ExportManifest {
    /// The export holds what was true at this time, a FHIR instant.
    pub transaction_time: String,
    /// The files of all pages.
    pub files: Vec<RemoteFile>,
}

/// Polls `status` until the export that began at `started` has ended.
pub(super) async fn manifest(
    session: &Session,
    status: &Url,
    started: DateTime<Utc>,
) -> Result<Polled, ExportFailure> {
    let mut whole: Option<ExportManifest> = None;
    let mut seen = HashSet::new();
    let mut next = Some(status.clone());
    let begun = Instant::now();
    while let Some(url) = next {
        let known = !seen.insert(url.to_string());
        let late = begun.elapsed().as_secs() > session.settings.export_limit_seconds;
        let files = whole.as_ref().map_or(0, |whole| whole.files.len());
        if known || late || seen.len() > session.settings.page_limit || files > MOST_FILES {
            return Err(endless(session, seen.len() - 1, known));
        }
        let Some(page) = page(session, &url, started).await? else {
            return Ok(Polled::Gone);
        };
        session.log.event(
            "status_page_complete",
            json!({ "transactionTime": page.transaction_time, "outputFileCount": page.files.len() }),
        );
        next = page.next;
        match &mut whole {
            None => {
                whole = Some(ExportManifest {
                    transaction_time: page.transaction_time,
                    files: page.files,
                });
            }
            Some(whole) if whole.transaction_time == page.transaction_time => {
                whole.files.extend(page.files);
            }
            Some(_) => {
                return Err(ExportFailure::hopeless(
                    Error::data(format!("source {}: the pages of the manifest are of different exports", session.source))
                        .hint("run again: the next pull asks for a new export; tell the server's operator if it stays so"),
                ));
            }
        }
    }
    let Some(whole) = whole else {
        return Ok(Polled::Gone);
    };
    session.log.event(
        "status_complete",
        json!({ "transactionTime": whole.transaction_time }),
    );
    Ok(Polled::Complete(whole))
}

fn endless(session: &Session, pages: usize, known: bool) -> ExportFailure {
    let error = Error::data(format!(
        "source {}: the pages of the manifest have no end",
        session.source
    ));
    let error = match known {
        true => error.cause("one leads back to another"),
        false => error.cause(format!("it was given up after {pages} pages")),
    };
    ExportFailure::hopeless(error.hint(
        "nothing was committed; tell the server's operator, or raise page_limit of this source if it is right",
    ))
}

/// Polls one page until it is whole; None when the server does not know it.
async fn page(
    session: &Session,
    url: &Url,
    started: DateTime<Utc>,
) -> Result<Option<ManifestPage>, ExportFailure> {
    let mut backoff = Backoff::new(session.retry_policy().without_end());
    loop {
        let ask = Request::get(url.clone(), true).with("accept", "application/json");
        let answer = session.insist(&ask).await?;
        match answer.status {
            StatusCode::OK => return read(session, url, &answer.bytes).map(Some),
            StatusCode::ACCEPTED => {
                // A page with a successor is whole, even while the export goes on.
                let early = read(session, url, &answer.bytes).ok();
                if let Some(page) = early.filter(|page| page.next.is_some()) {
                    return Ok(Some(page));
                }
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(None),
            _ => return Err(failed(session, &answer)),
        }
        let asked = asked_wait(&answer.headers);
        session.log.event(
            "status_progress",
            json!({ "retryAfter": asked.map(|d| d.as_secs()) }),
        );
        let limit = session.settings.export_limit_seconds;
        let waited = (Utc::now() - started).num_seconds();
        if u64::try_from(waited).is_ok_and(|waited| waited >= limit) {
            return Err(ExportFailure::hopeless(
                Error::data(format!(
                    "source {}: the export has not ended after {limit} seconds",
                    session.source
                ))
                .hint("it was given up, and the next pull asks for a new one; raise export_limit_seconds if the server needs longer"),
            ));
        }
        backoff.wait(asked).await;
    }
}

fn read(session: &Session, from: &Url, bytes: &[u8]) -> Result<ManifestPage, ExportFailure> {
    parse(&session.http.server, from, bytes).map_err(|e| {
        ExportFailure::hopeless(e.within(format!(
            "source {}: the manifest is not usable",
            session.source
        )))
    })
}

fn failed(session: &Session, answer: &Answer) -> ExportFailure {
    session.log.event(
        "status_error",
        json!({ "code": answer.status.as_u16(), "message": answer.reason() }),
    );
    ExportFailure::hopeless(
        Error::data(format!("source {}: the export failed at the server", session.source))
            .cause(answer.reason())
            .hint("run again: the next pull asks for a new export; tell the server's operator if it stays so"),
    )
}
