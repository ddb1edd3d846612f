//! Bringing one export to the staging area: asking for it, waiting for its manifest, downloading.

use super::concurrency_limit::ConcurrencyLimit;
use super::downloaded::DownloadedExport;
use super::export::Export;
use super::failure::ExportFailure;
use super::kick_off;
use super::limits::DownloadLimits;
use super::links::FileLinks;
use super::manifest::{RemoteFile, Role};
use super::missed;
use super::poll::{Polled, manifest};
use super::reading::Downloads;
use super::session::Session;
use super::shortfall::tells;
use super::staging::job::ExportJob;
use super::staging::prepare::Treating;
use super::staging::{ExportPart, FileState, Staging, writer};
use crate::error::{Context, Error, Result};
use futures::{StreamExt, TryStreamExt};
use indicatif::ProgressBar;
use std::collections::BTreeSet;
use std::time::Instant;
use url::Url;

/// Treated pieces that may wait to be staged: few, as a crash costs them.
const WAITING: usize = 4;

/// How far an export is staged.
struct Progressed {
    job: ExportJob,
    /// How far each of its files is.
    states: Vec<FileState>,
    /// The number of the next unit.
    unit: u64,
}

impl Progressed {
    /// Whether all its files are staged whole.
    fn is_complete(&self) -> bool {
        let mut files = self.job.files.iter().zip(&self.states);
        self.job.transaction_time.is_some()
            && files.all(|(file, state)| !file.listed || state.finished)
    }
}

impl Export<'_> {
    /// Goes on with `begun`, or asks for an export; None when the server does not know the job.
    pub(super) async fn bring(
        &self,
        session: &Session,
        staging: &Staging,
        begun: Option<ExportJob>,
        settings: &str,
        since: Option<String>,
    ) -> Result<Option<DownloadedExport>, ExportFailure> {
        let started = Instant::now();
        let job = match begun {
            Some(job) => job,
            None => self.begin(session, staging, settings, since).await?,
        };
        session.log.export(&job.id);
        let (states, unit) = staging.state(job.files.len()).await?;
        let mut export = Progressed { job, states, unit };
        if !export.is_complete() {
            let Some(remote) = self.renew(session, staging, &mut export).await? else {
                return Ok(None);
            };
            self.download(session, staging, &mut export, remote).await?;
        }
        self.staged(session, export, started).map(Some)
    }

    /// Takes in the newest manifest; gives where its files are now, and None when the server does not
    /// know the job.
    async fn renew(
        &self,
        session: &Session,
        staging: &Staging,
        export: &mut Progressed,
    ) -> Result<Option<Vec<Option<RemoteFile>>>, ExportFailure> {
        let job = &mut export.job;
        let status =
            Url::parse(&job.status_url).data(|| "the address of the export cannot be read")?;
        let manifest = match manifest(session, &status, job.started).await? {
            Polled::Complete(manifest) => manifest,
            Polled::Gone => return Ok(None),
        };
        let time = Some(manifest.transaction_time);
        if job.transaction_time.is_some() && job.transaction_time != time {
            // Another export under the same address: nothing of the old one counts.
            staging.clear().await?;
            job.files.clear();
            (export.states, export.unit) = (Vec::new(), 1);
        }
        job.transaction_time = time;
        let remote = job.renew(&manifest.files);
        self.expect_types(session, job, &job.types())?;
        staging.keep(job).await?;
        export.states.resize(job.files.len(), FileState::default());
        session
            .log
            .event("manifest_complete", counts(&manifest.files));
        Ok(Some(remote))
    }

    /// An export of which everything was downloaded, and what it lacks.
    fn staged(
        &self,
        session: &Session,
        export: Progressed,
        started: Instant,
    ) -> Result<DownloadedExport, ExportFailure> {
        let Progressed { job, states, .. } = export;
        let types = types(&job, &states);
        let now: Vec<String> = types.iter().cloned().collect();
        let accepted = &session.settings.accept_missing_types;
        let mut shortfall = missed::shortfall(&job, &states, accepted);
        match &mut shortfall {
            Some(shortfall) if job.since.is_none() => {
                shortfall.add_types(self.missing(session, &now));
            }
            Some(_) => {}
            None => self.expect_types(session, &job, &now)?,
        }
        let files = job.files.iter().zip(&states);
        let readings: Vec<Option<u32>> = files
            .map(|(file, state)| file.listed.then_some(state.reading))
            .collect();
        session.log.event(
            "export_complete",
            serde_json::json!({
                "files": readings.iter().flatten().count(),
                "resources": states.iter().map(|s| s.resources).sum::<u64>(),
                "bytes": states.iter().map(|s| s.end).sum::<u64>(),
                "attachments": 0,
                "duration": u64::try_from(started.elapsed().as_millis()).ok(),
            }),
        );
        Ok(DownloadedExport {
            job,
            readings,
            types,
            shortfall,
        })
    }

    /// Asks for an export.
    async fn begin(
        &self,
        session: &Session,
        staging: &Staging,
        settings: &str,
        since: Option<String>,
    ) -> Result<ExportJob, ExportFailure> {
        // Whatever lies here belongs to no job.
        staging.clear().await?;
        let mut random = [0u8; 16];
        getrandom::fill(&mut random).data(|| "the operating system gave no random bytes")?;
        let id: String = random.iter().map(|b| format!("{b:02x}")).collect();
        session.log.export(&id);
        // Only sources with views for several versions need to know it, and they do already.
        let fhir_version = kick_off::fhir_version(session).await.unwrap_or_default();
        let started = chrono::Utc::now();
        let status = kick_off::kick_off(session, since.as_deref(), fhir_version.as_deref()).await?;
        let job = ExportJob {
            id,
            settings: settings.to_string(),
            missed: staging.part() == ExportPart::Missed,
            since,
            started,
            status_url: status.to_string(),
            fhir_version,
            transaction_time: None,
            files: Vec::new(),
        };
        if let Err(error) = staging.keep(&job).await {
            // Nobody would ask for it again.
            kick_off::delete(session, &status).await;
            return Err(error.into());
        }
        Ok(job)
    }

    /// Types that had something in the last export of everything and are not among those of `now`.
    pub(super) fn missing(&self, session: &Session, now: &[String]) -> Vec<String> {
        let settings = &session.settings;
        let before = self.remembered.map(|r| r.types.as_slice());
        let missing = before.unwrap_or_default().iter();
        missing
            .filter(|kind| !now.contains(kind))
            .filter(|kind| settings.types.is_empty() || settings.types.contains(kind))
            .filter(|kind| !settings.accept_missing_types.contains(kind))
            .cloned()
            .collect()
    }

    /// A type that had files and has none is a mistake of the server's more often than the truth.
    pub(super) fn expect_types(
        &self,
        session: &Session,
        job: &ExportJob,
        now: &[String],
    ) -> Result<(), ExportFailure> {
        // A file of errors may say why a type is missing, and is read first.
        let unread = job.files.iter().any(|f| f.listed && tells(f.role, &f.kind));
        if job.since.is_some() || (unread && now == job.types()) {
            return Ok(());
        }
        let missing = self.missing(session, now);
        if missing.is_empty() {
            return Ok(());
        }
        let list: Vec<String> = missing.iter().map(|kind| format!("\"{kind}\"")).collect();
        Err(ExportFailure::hopeless(
            Error::data(format!(
                "source {}: the export has no file of {}, which had some before",
                session.source,
                missing.join(", ")
            ))
            .hint(format!(
                "nothing was committed; ask the server's operator, or set accept_missing_types = [{}] if it is right",
                list.join(", ")
            )),
        ))
    }

    /// Downloads what is missing, within the time that the source has for it.
    async fn download(
        &self,
        session: &Session,
        staging: &Staging,
        export: &mut Progressed,
        remote: Vec<Option<RemoteFile>>,
    ) -> Result<(), ExportFailure> {
        let settings = &session.settings;
        let (job, unit) = (&export.job, export.unit);
        let (notes, received) = tokio::sync::mpsc::channel(WAITING);
        let downloads = Downloads {
            session,
            job,
            links: FileLinks::new(session, job, remote),
            concurrency: ConcurrencyLimit::new(settings.downloads),
            limits: DownloadLimits::new(&session.source, settings),
            treating: Treating {
                shared: self.shared.clone(),
                source: self.source,
                moment: job.moment(),
            },
            notes,
        };
        let limit = settings.download_limit();
        let (states, bar) = (&mut export.states, self.progress.count("download", 0));
        let fetch = async {
            let fetched = tokio::time::timeout(limit, fetch(downloads, states, &bar)).await;
            fetched.unwrap_or_else(|_| Err(too_long(session, limit.as_secs())))
        };
        // What is ready when a download fails is staged all the same.
        let stage = writer::run(staging, received, unit, settings.piece_bytes());
        let (fetched, staged) = futures::join!(fetch, stage);
        bar.finish_and_clear();
        staged?;
        fetched
    }
}

/// Downloads files side by side. The downloads are owned here, so that the stager ends when they do.
async fn fetch(
    downloads: Downloads<'_>,
    states: &mut [FileState],
    bar: &ProgressBar,
) -> Result<(), ExportFailure> {
    let listed = downloads.job.files.iter().zip(states.iter()).enumerate();
    let work: Vec<(usize, FileState)> = listed
        .filter(|(_, (file, state))| file.listed && !state.finished)
        .map(|(at, (_, state))| (at, state.clone()))
        .collect();
    bar.set_length(work.len() as u64);
    let at_once = downloads.session.settings.downloads.clamp(1, 256);
    let files = futures::stream::iter(work)
        .map(|(at, state)| {
            let downloads = &downloads;
            async move { Ok::<_, ExportFailure>((at, downloads.file(at, state).await?)) }
        })
        .buffer_unordered(at_once);
    futures::pin_mut!(files);
    while let Some((at, state)) = files.try_next().await? {
        bar.inc(1);
        states[at] = state;
    }
    Ok(())
}

/// The types that an export has resources of, when all its files are staged.
fn types(job: &ExportJob, states: &[FileState]) -> BTreeSet<String> {
    let files = job.files.iter().zip(states);
    let output = files.filter(|(file, _)| file.listed && file.role == Role::Output);
    output
        .filter(|(_, state)| state.resources > 0)
        .map(|(file, _)| file.kind.clone())
        .collect()
}

fn too_long(session: &Session, seconds: u64) -> ExportFailure {
    Error::data(format!(
        "source {}: the files of the export are not here after {seconds} seconds",
        session.source
    ))
    .hint("nothing was committed; run again: the pull goes on where it stopped; raise download_limit_seconds of this source if the server needs longer")
    .into()
}

fn counts(files: &[RemoteFile]) -> serde_json::Value {
    let of = |role| files.iter().filter(|f| f.role == role).count();
    serde_json::json!({
        "totalOutputFileCount": of(Role::Output),
        "totalDeletedFileCount": of(Role::Deleted),
        "totalErrorFileCount": of(Role::Error),
    })
}
