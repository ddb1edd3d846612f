//! Bringing an export of one source to the staging area: a new one, or one that was begun.

use super::concurrency_limit::ConcurrencyLimit;
use super::failure::ExportFailure;
use super::kick_off;
use super::limits::Limits;
use super::links::Links;
use super::manifest::{RemoteFile, Role};
use super::missed::{self, Missed};
use super::poll::{Polled, manifest};
use super::reading::Downloads;
use super::session::{Session, open};
use super::shortfall::{Shortfall, tells};
use super::staging::job::{Job, Remembered, is_believed};
use super::staging::load::{self, Brought};
use super::staging::prepare::Treating;
use super::staging::{FileState, Part, Staging, writer};
use crate::error::{Context, Error, Result};
use crate::lake::Lake;
use crate::pipeline::{FhirBulk, Pipeline};
use crate::progress::Progress;
use crate::pull::read::context::PullContext;
use futures::{StreamExt, TryStreamExt};
use std::collections::BTreeSet;
use std::sync::Arc;
use url::Url;

/// Treated pieces that may wait to be staged: few, as a crash costs them.
const WAITING: usize = 4;

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
    pub(crate) async fn run(&self) -> Result<(Vec<Brought>, Remembered)> {
        let plan = &self.shared.plan.sources[self.source];
        let Some(settings) = &plan.bulk else {
            return Err(Error::data(format!("source {} is no server", plan.name)));
        };
        let digest = self.settings_digest(settings);
        // An earlier Populace believed times in the future.
        let known = self
            .remembered
            .filter(|r| !self.everything && r.settings == digest && is_believed(&r.since));
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
                let one = self.export(&settings, Part::Missed, missed.since.clone());
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
        let one = self.export(settings, Part::New, since).await;
        let one = one.map_err(|failure| failure.error)?;
        let remembered = one.remembered(remembered.as_ref(), &digest);
        brought.push(one);
        Ok((brought, remembered))
    }

    /// Clears what is left of an export of missed types, where none are missed any more.
    async fn end_missed(&self, settings: &FhirBulk) -> Result<()> {
        let source = &self.shared.plan.sources[self.source].name;
        let staging = Staging::of(self.lake, source, Part::Missed);
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
        part: Part,
        since: Option<String>,
    ) -> Result<Brought, ExportFailure> {
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

    fn brought(&self, session: Session, staging: Staging, staged: Staged) -> Brought {
        let Staged {
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
        Brought {
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

    /// Goes on with `begun`, or asks for an export; None when the server does not know the job.
    async fn bring(
        &self,
        session: &Session,
        staging: &Staging,
        begun: Option<Job>,
        settings: &str,
        since: Option<String>,
    ) -> Result<Option<Staged>, ExportFailure> {
        let started = std::time::Instant::now();
        let mut job = match begun {
            Some(job) => job,
            None => self.begin(session, staging, settings, since).await?,
        };
        session.log.export(&job.id);
        let (mut states, mut unit) = staging.state(job.files.len()).await?;
        let complete = job.transaction_time.is_some()
            && job
                .files
                .iter()
                .zip(&states)
                .all(|(f, s)| !f.listed || s.finished);
        if !complete {
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
                (states, unit) = (Vec::new(), 1);
            }
            job.transaction_time = time;
            let remote = job.renew(&manifest.files);
            self.expect_types(session, &job, &job.types())?;
            staging.keep(&job).await?;
            states.resize(job.files.len(), FileState::default());
            session
                .log
                .event("manifest_complete", counts(&manifest.files));
            self.download(session, staging, &job, remote, &mut states, unit)
                .await?;
        }
        let accepted = &session.settings.accept_missing_types;
        let types = types(&job, &states);
        let mut shortfall = missed::shortfall(&job, &states, accepted);
        if let Some(shortfall) = &mut shortfall
            && job.since.is_none()
        {
            let now: Vec<String> = types.iter().cloned().collect();
            shortfall.add_types(self.missing(session, &now));
        }
        if shortfall.is_none() {
            let types: Vec<String> = types.iter().cloned().collect();
            self.expect_types(session, &job, &types)?;
        }
        let readings: Vec<Option<u32>> = job
            .files
            .iter()
            .zip(&states)
            .map(|(file, state)| file.listed.then_some(state.reading))
            .collect();
        session.log.event(
            "export_complete",
            serde_json::json!({
                "files": readings.iter().flatten().count(),
                "resources": states.iter().map(|s| s.resources).sum::<u64>(),
                "bytes": states.iter().map(|s| s.end).sum::<u64>(),
                "attachments": 0,
                "duration": u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            }),
        );
        Ok(Some(Staged {
            job,
            readings,
            types,
            shortfall,
        }))
    }

    async fn begin(
        &self,
        session: &Session,
        staging: &Staging,
        settings: &str,
        since: Option<String>,
    ) -> Result<Job, ExportFailure> {
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
        let job = Job {
            id,
            settings: settings.to_string(),
            missed: staging.part() == Part::Missed,
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
    fn missing(&self, session: &Session, now: &[String]) -> Vec<String> {
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
    fn expect_types(
        &self,
        session: &Session,
        job: &Job,
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

    async fn download(
        &self,
        session: &Session,
        staging: &Staging,
        job: &Job,
        remote: Vec<Option<RemoteFile>>,
        states: &mut [FileState],
        unit: u64,
    ) -> Result<(), ExportFailure> {
        let settings = &session.settings;
        let (notes, received) = tokio::sync::mpsc::channel(WAITING);
        let downloads = Downloads {
            session,
            job,
            links: Links::new(session, job, remote),
            concurrency: ConcurrencyLimit::new(settings.downloads),
            limits: Limits::new(&session.source, settings),
            treating: Treating {
                shared: self.shared.clone(),
                source: self.source,
                moment: job.moment(),
            },
            notes,
        };
        let work: Vec<(usize, FileState)> = job
            .files
            .iter()
            .zip(states.iter())
            .enumerate()
            .filter(|(_, (file, state))| file.listed && !state.finished)
            .map(|(at, (_, state))| (at, state.clone()))
            .collect();
        let bar = self.progress.count("download", work.len() as u64);
        let fetch = async {
            // Owned here, so that the stager ends when the downloads do.
            let downloads = downloads;
            let files = futures::stream::iter(work)
                .map(|(at, state)| {
                    let downloads = &downloads;
                    async move { Ok::<_, ExportFailure>((at, downloads.file(at, state).await?)) }
                })
                .buffer_unordered(settings.downloads.clamp(1, 256));
            futures::pin_mut!(files);
            while let Some((at, state)) = files.try_next().await? {
                bar.inc(1);
                states[at] = state;
            }
            Ok::<_, ExportFailure>(())
        };
        let limit = settings.download_limit();
        let fetch = async {
            let fetched = tokio::time::timeout(limit, fetch).await;
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

/// An export of which everything is staged.
struct Staged {
    job: Job,
    /// The reading of each file that counts.
    readings: Vec<Option<u32>>,
    /// Types that it has resources of.
    types: BTreeSet<String>,
    /// What the server failed to export.
    shortfall: Option<Shortfall>,
}

/// The types that an export has resources of, when all its files are staged.
fn types(job: &Job, states: &[FileState]) -> BTreeSet<String> {
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

fn forgotten(session: &Session) -> Error {
    Error::data(format!(
        "source {}: the server forgot the export",
        session.source
    ))
    .hint(
        "run again: the next pull asks for a new export; tell the server's operator if it stays so",
    )
}
