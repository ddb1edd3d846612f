//! What the last exports left for the next: the FHIR versions that servers speak, and what they lacked.

use super::session::open;
use super::staging::job::{Memory, recall};
use super::staging::{ExportPart, Staging};
use super::{Shortfall, kick_off};
use crate::error::Result;
use crate::lake::Lake;
use crate::pipeline::{Pipeline, Source};
use crate::pull::failures::SourceFailures;
use crate::pull::plan::FhirVersions;
use crate::pull::state::extracts;
use std::collections::BTreeMap;

/// The FHIR versions of the bulk sources that have views for more than one: that of a job which goes
/// on, or what the server says; for sources that are not `wanted`, what it said the last time, as for
/// those that do not answer.
pub(crate) async fn fhir_versions(
    pipeline: &Pipeline,
    lake: &Lake,
    memory: &Memory,
    wanted: &[String],
    failures: &mut SourceFailures,
) -> Result<FhirVersions> {
    let mut versions = FhirVersions::new();
    for (name, source) in &pipeline.settings.sources {
        let Source::FhirBulk(settings) = source else {
            continue;
        };
        let known = memory.get(name).and_then(|m| m.fhir_version.clone());
        let job = Staging::of(lake, name, ExportPart::New).job().await?;
        let version = match job.and_then(|job| job.fhir_version) {
            Some(version) => Some(version),
            None if !wanted.is_empty() && !wanted.contains(name) => known,
            None if failures.has(name) => known,
            None => {
                let said = match open(name, settings, pipeline) {
                    Ok(session) => kick_off::fhir_version(&session).await.map_err(|t| t.error),
                    Err(error) => Err(error),
                };
                // One that does not say is taken to speak R4.
                match said {
                    Ok(said) => said,
                    Err(error) => {
                        failures.note(name, error)?;
                        known
                    }
                }
            }
        };
        versions.extend(version.map(|version| (name.clone(), version)));
    }
    Ok(versions)
}

/// What the last export of each server lacked, by source: it is asked for again.
///
/// # Errors
/// Data: the lake cannot be read.
pub(crate) async fn shortfalls(lake: &Lake) -> Result<BTreeMap<String, Shortfall>> {
    let table = lake.table(&extracts::table()).await?;
    let properties = table.map(|table| table.properties).unwrap_or_default();
    Ok(recall(&properties)
        .into_iter()
        .filter_map(|(source, remembered)| Some((source, remembered.shortfall?)))
        .collect())
}
