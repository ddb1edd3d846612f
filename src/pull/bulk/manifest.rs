//! The manifest of an export: which files there are.

use super::address::{Server, bare};
use crate::error::{Context, Error, Result};
use serde::{Deserialize, Serialize};
use url::Url;

/// The most files that an export may have.
const MOST_FILES: usize = 1_000_000;

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Resources.
    Output,
    /// Bundles that say what was deleted.
    Deleted,
    /// OperationOutcomes on what could not be exported.
    Error,
}

/// One page of a manifest.
#[derive(Debug)]
pub struct ManifestPage {
    /// The export holds what was true at this time, a FHIR instant.
    pub transaction_time: String,
    /// The files.
    pub files: Vec<RemoteFile>,
    /// Where the next page is.
    pub next: Option<Url>,
}

/// A file of an export.
#[derive(Debug, Clone)]
pub struct RemoteFile {
    /// What it is for.
    pub role: Role,
    /// The resource type in it.
    pub kind: String,
    /// Where it is.
    pub url: Url,
    /// How many resources the server says it holds.
    pub count: Option<u64>,
    /// Whether the token must go with the request.
    pub token: bool,
}

impl RemoteFile {
    /// The address without its query: the same file has the same place after its links were renewed.
    pub fn place(&self) -> String {
        bare(&self.url)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    transaction_time: String,
    requires_access_token: bool,
    output: Vec<RawFile>,
    #[serde(default)]
    deleted: Option<Vec<RawFile>>,
    #[serde(default)]
    error: Option<Vec<RawFile>>,
    #[serde(default)]
    link: Option<Vec<RawLink>>,
}

#[derive(Deserialize)]
struct RawFile {
    #[serde(rename = "type")]
    kind: String,
    url: String,
    count: Option<u64>,
}

#[derive(Deserialize)]
struct RawLink {
    relation: String,
    url: String,
}

/// Reads a page that came from `from`, an address of `server`.
pub fn parse(server: &Server, from: &Url, bytes: &[u8]) -> Result<ManifestPage> {
    let broken = || "it cannot be read";
    // Serde's messages quote values of the manifest: only the place is said.
    let raw: Raw = serde_json::from_slice(bytes)
        .map_err(|e| format!("line {}, column {}: {:?}", e.line(), e.column(), e.classify()))
        .data(broken)
        .map_err(|e| e.hint("it must have transactionTime, requiresAccessToken and output; tell the server's operator"))?;
    chrono::DateTime::parse_from_rfc3339(&raw.transaction_time)
        .map_err(|_| Error::data("its transactionTime is not an instant"))?;
    let mut files = Vec::new();
    let roles = [
        (Role::Output, raw.output),
        (Role::Deleted, raw.deleted.unwrap_or_default()),
        (Role::Error, raw.error.unwrap_or_default()),
    ];
    for (role, list) in roles {
        for file in list {
            let letters = file.kind.bytes().all(|b| b.is_ascii_alphabetic());
            if file.kind.is_empty() || file.kind.len() > 64 || !letters {
                return Err(Error::data("the type of a file is not a resource type"));
            }
            files.push(RemoteFile {
                role,
                kind: file.kind,
                url: server.file(from, &file.url, raw.requires_access_token)?,
                count: file.count,
                token: raw.requires_access_token,
            });
        }
    }
    if files.len() > MOST_FILES {
        return Err(Error::data(format!(
            "it names more than {MOST_FILES} files"
        )));
    }
    let mut next = None;
    for link in raw.link.unwrap_or_default() {
        if link.relation == "next" {
            next = Some(server.own(from, &link.url, "the next page of the manifest")?);
        }
    }
    Ok(ManifestPage {
        transaction_time: raw.transaction_time,
        files,
        next,
    })
}
