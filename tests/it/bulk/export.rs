//! What the test server has and how it behaves.

use super::chaos::Chaos;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A file that the server has.
#[derive(Clone)]
pub struct ServedFile {
    /// `output`, `deleted` or `error`.
    pub role: &'static str,
    pub kind: String,
    pub bytes: Arc<Vec<u8>>,
    pub count: Option<u64>,
    /// What the file is before it changes, which it does while it is first served.
    pub before: Option<Arc<Vec<u8>>>,
}

/// How the length of a body is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Framing {
    Length,
    Chunked,
    /// The connection closes at the end.
    Close,
}

/// What has no end, or comes so slowly that it might as well have none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Endless {
    /// Pages of the manifest.
    Pages,
    /// Lines of every file.
    Lines,
    /// The first line of every file.
    Line,
    /// Files come a byte at a time.
    Drip,
    /// Answers that are no files do.
    Answers,
}

/// What the server does.
#[derive(Clone)]
pub struct Export {
    pub files: Vec<ServedFile>,
    pub transaction_time: String,
    pub fhir_version: &'static str,
    /// The public key that requests for tokens must be signed with; None for an open server.
    pub key: Option<(&'static str, jsonwebtoken::Algorithm)>,
    /// What the manifest says of tokens; an open server says no.
    pub requires_token: bool,
    /// Requests that a token is good for.
    pub token_uses: usize,
    /// Requests for a token that are told to come again in a second.
    pub busy_tokens: usize,
    /// Downloads that a link is good for.
    pub link_uses: usize,
    /// Answers of 202 before the export is complete.
    pub polls: usize,
    /// Pages of the manifest.
    pub pages: usize,
    /// Whether pages come with 202 while the export goes on.
    pub early: bool,
    pub ranges: bool,
    pub etags: bool,
    pub framing: Framing,
    /// Whether bodies are packed on the way when the client takes that.
    pub packs: bool,
    /// Microseconds of rest after every few KiB.
    pub slowness: u64,
    pub chaos: Chaos,
    /// Where requests for files are sent instead.
    pub redirect_files: Option<String>,
    /// A manifest in the place of the server's own.
    pub manifest: Option<serde_json::Value>,
    /// A status for polls in the place of the server's own.
    pub status: Option<(u16, &'static str)>,
    pub endless: Option<Endless>,
    /// Whether it exports all types or none.
    pub all_types_only: bool,
}

impl Export {
    /// A server that does nothing wrong.
    pub fn good(files: Vec<ServedFile>) -> Self {
        Export {
            files,
            transaction_time: "2026-10-01T02:00:00.000Z".to_string(),
            fhir_version: "4.0.1",
            key: None,
            requires_token: false,
            token_uses: usize::MAX,
            busy_tokens: 0,
            link_uses: usize::MAX,
            polls: 1,
            pages: 1,
            early: false,
            ranges: true,
            etags: true,
            framing: Framing::Length,
            packs: false,
            slowness: 0,
            chaos: Chaos::none(),
            redirect_files: None,
            manifest: None,
            status: None,
            endless: None,
            all_types_only: false,
        }
    }
}

impl Export {
    /// A page of the manifest. The signature in links changes each time, as of links that expire.
    pub fn page(
        &self,
        files: &[ServedFile],
        base: &str,
        job: usize,
        page: usize,
        signature: usize,
    ) -> serde_json::Value {
        let per_page = files.len().div_ceil(self.pages).max(1);
        let mut lists: BTreeMap<&str, Vec<serde_json::Value>> = BTreeMap::new();
        let all = files.iter().enumerate();
        for (at, file) in all.skip(page * per_page).take(per_page) {
            let mut entry = json!({
                "type": file.kind,
                "url": format!("{base}/fhir/files/{job}/{at}?sig={signature}"),
            });
            if let Some(count) = file.count {
                entry["count"] = json!(count);
            }
            lists.entry(file.role).or_default().push(entry);
        }
        let mut manifest = json!({
            "transactionTime": self.transaction_time,
            "request": format!("{base}/fhir/$export"),
            "requiresAccessToken": self.requires_token,
            "output": lists.remove("output").unwrap_or_default(),
            "error": lists.remove("error").unwrap_or_default(),
        });
        if let Some(deleted) = lists.remove("deleted") {
            manifest["deleted"] = json!(deleted);
        }
        if page + 1 < self.pages || self.endless == Some(Endless::Pages) {
            let next = format!("{base}/fhir/jobs/{job}/{}", page + 1);
            manifest["link"] = json!([{ "relation": "next", "url": next }]);
        }
        manifest
    }
}
