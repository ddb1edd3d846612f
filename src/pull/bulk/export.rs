//! Bringing an export of one source to the staging area: a new one, or one that was begun.

use super::downloaded::DownloadedExport;
use super::failure::ExportFailure;
use super::missed::Missed;
use super::session::{Session, open};
use super::staging::job::{Remembered, is_believed};
use super::staging::load::{self, StagedExport};
use super::staging::{ExportPart, Staging};
use crate::error::{Error, Result};
use crate::lake::Lake;
use crate::pipeline::{ExtractKind, FhirBulk, Pipeline};
use crate::progress::Progress;
use crate::pull::read::context::PullContext;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What bringing an export of one source needs.
pub(crate) struct Export<'a> {
    /// The pipeline.
    pub pipeline: &'a Pipeline,
    /// The lake.
    pub lake: &'a Lake,
    /// Tables and sources.
    pub shared: &'a Arc<PullContext>,
    /// The source's number in the plan.
    pub source: usize,
    /// What is remembered of the last good pull.
    pub remembered: Option<&'a Remembered>,
    /// Whether everything is asked for, not only changes.
    pub everything: bool,
    /// Where progress is shown.
    pub progress: Progress,
}

impl Export<'_> {
    /// Brings what is new to the staging area, and before it what the server failed to export the last
    /// time; gives what to remember of the source once both are in the lake.
    pub(crate) async fn run(&self) -> Result<(Vec<StagedExport>, Remembered)> {
        let plan = &self.shared.plan.sources[self.source];
        let Some(settings) = &plan.bulk else {
            return Err(Error::data(format!("source {} is no server", plan.name)));
        };
        let digest = self.settings_digest(settings);
        let full = plan.extracts.extract == ExtractKind::Full;
        // An earlier Populace believed times in the future.
        let known = self
            .remembered
            .filter(|r| !self.everything && !full && r.settings == digest && is_believed(&r.since));
        let mut since = known.map(|r| r.since.clone());
        let mut remembered = self.remembered.cloned();
        // What an export lacks now is said of it.
        if let Some(remembered) = &mut remembered {
            remembered.shortfall = None;
        }
        let mut brought = Vec::new();
        match known.and_then(|r| Missed::of(r, settings)) {
            None => self.end_missed(settings).await?,
            Some(missed) => {
                let settings = missed.settings(settings);
                let one = self.export(&settings, ExportPart::Missed, missed.since.clone());
                match one.await {
                    Ok(one) => {
                        remembered = Some(one.remembered(remembered.as_ref(), &digest));
                        brought.push(one);
                    }
                    // A server need not know how to export some types only.
                    Err(failure) if failure.refused => {
                        tracing::warn!(
                            "source {}: the server does not export {} alone: everything is asked for from there on",
                            plan.name,
                            settings.types.join(", ")
                        );
                        since = missed.since;
                    }
                    Err(failure) => return Err(failure.error),
                }
            }
        }
        let one = self.export(settings, ExportPart::New, since).await;
        let one = one.map_err(|failure| failure.error)?;
        let remembered = one.remembered(remembered.as_ref(), &digest);
        brought.push(one);
        Ok((brought, remembered))
    }

    /// Clears what is left of an export of missed types, where none are missed any more.
    async fn end_missed(&self, settings: &FhirBulk) -> Result<()> {
        let source = &self.shared.plan.sources[self.source].name;
        let staging = Staging::of(self.lake, source, ExportPart::Missed);
        match staging.job().await? {
            Some(job) => {
                let session = open(source, settings, self.pipeline)?;
                load::end(&session, &staging, &job).await
            }
            None => Ok(()),
        }
    }

    /// Brings one export to the staging area, going on with one that was begun.
    async fn export(
        &self,
        settings: &FhirBulk,
        part: ExportPart,
        since: Option<String>,
    ) -> Result<StagedExport, ExportFailure> {
        let plan = &self.shared.plan.sources[self.source];
        let session = open(&plan.name, settings, self.pipeline)?;
        let staging = Staging::of(self.lake, &plan.name, part);
        let digest = self.settings_digest(settings);
        let mut begun = staging.job().await?;
        if let Some(job) = &begun {
            let done = self
                .remembered
                .is_some_and(|r| [&r.job, &r.missed_job].contains(&&job.id));
            if done || job.settings != digest || job.since != since {
                load::end(&session, &staging, job).await?;
                begun = None;
            }
        }
        let resumed = begun.is_some();
        match self
            .bring(&session, &staging, begun, &digest, since.clone())
            .await
        {
            Ok(Some(staged)) => Ok(self.brought(session, staging, staged)),
            // The server forgot an export that was begun: one new one is asked for.
            Ok(None) if resumed => {
                staging.clear().await?;
                match self.bring(&session, &staging, None, &digest, since).await {
                    Ok(Some(staged)) => Ok(self.brought(session, staging, staged)),
                    Ok(None) => Err(forgotten(&session).into()),
                    Err(failure) => Err(self.failed_export(&session, &staging, failure).await),
                }
            }
            Ok(None) => {
                staging.clear().await?;
                Err(forgotten(&session).into())
            }
            Err(failure) => Err(self.failed_export(&session, &staging, failure).await),
        }
    }

    async fn failed_export(
        &self,
        session: &Session,
        staging: &Staging,
        failure: ExportFailure,
    ) -> ExportFailure {
        if failure.hopeless {
            // What cannot be cleared now is found by the next pull.
            match staging.job().await {
                Ok(Some(job)) => {
                    let _ = load::end(session, staging, &job).await;
                }
                _ => {
                    let _ = staging.clear().await;
                }
            }
        }
        failure
    }

    fn brought(
        &self,
        session: Session,
        staging: Staging,
        staged: DownloadedExport,
    ) -> StagedExport {
        let DownloadedExport {
            job,
            readings,
            types,
            shortfall,
        } = staged;
        let before = self.remembered.map(|r| r.types.clone()).unwrap_or_default();
        let types = match (&job.since, &shortfall) {
            (None, None) => types,
            // What failed has files again when it is asked for the next time.
            (None, Some(_)) => before.into_iter().chain(types).collect::<BTreeSet<_>>(),
            (Some(_), _) => before.into_iter().collect(),
        };
        StagedExport {
            source: self.source,
            session,
            staging,
            job,
            readings,
            types: types.into_iter().collect(),
            shortfall,
        }
    }

    /// A digest of all that the rows of an export depend on.
    fn settings_digest(&self, settings: &FhirBulk) -> String {
        let plan = &self.shared.plan.sources[self.source];
        let mut hash = blake3::Hasher::new();
        let level = format!("{:?}", settings.level);
        let parts = [
            env!("CARGO_PKG_VERSION"),
            &self.lake.settings().key_fingerprint,
            &plan.fingerprint,
            &settings.url,
            &level,
        ];
        let lists = [&settings.types, &settings.type_filters, &settings.elements];
        for part in parts {
            hash.update(part.as_bytes()).update(&[0]);
        }
        for list in lists {
            for part in list {
                hash.update(part.as_bytes()).update(&[0]);
            }
            hash.update(&[1]);
        }
        hash.finalize().to_hex()[..32].to_string()
    }
}

fn forgotten(session: &Session) -> Error {
    Error::data(format!(
        "source {}: the server forgot the export",
        session.source
    ))
    .hint(
        "run again: the next pull asks for a new export; tell the server's operator if it stays so",
    )
}
