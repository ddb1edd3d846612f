//! The FHIR Bulk Data client: a source that is a server.
//!
//! An export is asked for, waited for, and downloaded file by file, side by side. Bytes become rows
//! that are fit to store in memory ([`treat`]) and are then kept in a staging area of the lake, so
//! that a crash costs what was on its way and nothing more. When every file is there, the rows go
//! the way of those of a folder. The job is forgotten last: at any moment before that, the next pull
//! finds it and goes on.

mod address;
mod client_key;
mod content;
#[cfg(test)]
mod corpus;
mod download;
mod errand;
mod gather;
mod http;
mod job;
mod kick_off;
mod limits;
mod lines;
mod links;
mod log;
mod manifest;
mod missed;
mod pace;
mod poll;
mod reading;
mod receive;
mod session;
mod shortfall;
mod stager;
mod staging;
mod token;
mod treat;
mod trouble;
mod unit;
mod wait;

pub use errand::Errand;
pub use gather::Brought;
pub use job::{Memory, properties, recall};
pub use shortfall::Shortfall;

use crate::error::Result;
use crate::lake::Lake;
use crate::pipeline::{FhirBulk, Pipeline, Source};
use address::Server;
use http::Http;
use log::Log;
use session::Session;
use staging::{Part, Staging};
use std::collections::BTreeMap;
use std::path::Path;
use token::Tokens;

/// The FHIR versions that servers speak, by source.
pub type FhirVersions = BTreeMap<String, String>;

/// Whether a server of this version needs the views for STU3.
pub fn is_stu3(version: &str) -> bool {
    version.starts_with("3.")
}

/// The FHIR versions of the bulk sources that have views for more than one: that of a job which goes
/// on, or what the server says; for sources that are not `wanted`, what it said the last time.
pub async fn fhir_versions(
    pipeline: &Pipeline,
    lake: &Lake,
    memory: &Memory,
    wanted: &[String],
) -> Result<FhirVersions> {
    let mut versions = FhirVersions::new();
    for (name, source) in &pipeline.settings.sources {
        let Source::FhirBulk(settings) = source else {
            continue;
        };
        let known = memory.get(name).and_then(|m| m.fhir_version.clone());
        let job = Staging::of(lake, name, Part::New).job().await?;
        let version = match job.and_then(|job| job.fhir_version) {
            Some(version) => Some(version),
            None if !wanted.is_empty() && !wanted.contains(name) => known,
            None => {
                let session = open(name, settings, pipeline)?;
                let said = kick_off::fhir_version(&session)
                    .await
                    .map_err(|t| t.error)?;
                // One that does not say is taken to speak R4.
                said
            }
        };
        versions.extend(version.map(|version| (name.clone(), version)));
    }
    Ok(versions)
}

/// Checks what can be checked of a source's settings without asking its server.
pub fn check(source: &str, settings: &FhirBulk, pipeline: &Pipeline) -> Result<()> {
    let server = Server::parse(source, &settings.url, &settings.file_hosts)?;
    server.at("$export")?;
    if let Some(auth) = &settings.auth {
        Tokens::new(source, auth, &pipeline.root)?;
    }
    Ok(())
}

fn open(source: &str, settings: &FhirBulk, pipeline: &Pipeline) -> Result<Session> {
    let server = Server::parse(source, &settings.url, &settings.file_hosts)?;
    let tokens = match &settings.auth {
        Some(auth) => Some(Tokens::new(source, auth, &pipeline.root)?),
        None => None,
    };
    let log = settings.log.as_ref().map(|path| pipeline.path(path));
    Ok(Session {
        source: source.to_string(),
        http: Http::new(server, tokens, settings.silence(), settings.answer_limit())?,
        log: Log::open(log.as_deref())?,
        settings: settings.clone(),
    })
}

/// The folder of views that a source needs for a server of `version`.
pub fn views<'a>(settings: &'a FhirBulk, version: Option<&String>) -> &'a Path {
    match version {
        Some(version) if is_stu3(version) => &settings.views_stu3,
        _ => &settings.views,
    }
}
