//! One reading of one file: asking for it, and for the rest of it, until it is whole.

use super::concurrency_limit::ConcurrencyLimit;
use super::content::{DigestBytes, FileContent};
use super::failure::ExportFailure;
use super::limits::DownloadLimits;
use super::links::FileLinks;
use super::manifest::RemoteFile;
use super::operation_outcome::OperationOutcome;
use super::request::{NoAnswer, Request, asked_wait, body, may_pass};
use super::session::{Answer, REFUSALS, Session};
use super::staging::FileState;
use super::staging::job::ExportJob;
use super::staging::prepare::{Treated, Treating};
use super::staging::writer::StagingNote;
use crate::error::{Error, Result};
use crate::retry::{Backoff, SERVER_ATTEMPTS};
use reqwest::header::HeaderMap;
use reqwest::{Response, StatusCode};
use std::time::Duration;
use tokio::sync::mpsc::Sender;
use tokio::task::JoinHandle;

/// How often a file may end too early for good.
const SHORT_ENDS: u32 = 3;
/// How often the links to a file may expire.
const EXPIRIES: u32 = 3;

/// How one reading of a file ended.
pub(super) enum ReadEnd {
    /// With all of it.
    Whole,
    /// The bytes are not those of before, for this reason.
    Void(&'static str),
}

/// How a response ended.
pub(super) enum End {
    /// With the file.
    Whole,
    /// With the connection, which may have been cut.
    Perhaps,
    /// Too early.
    Lost(String),
    /// The bytes are not those of before, for this reason.
    Void(&'static str),
}

/// What failed of a reading so far.
#[derive(Default)]
struct Failures {
    /// Refused tokens in a row.
    refusals: u32,
    /// Expired links in a row.
    expiries: u32,
    /// Early ends.
    short_ends: u32,
    /// Where the connection ended that may have been cut.
    perhaps: Option<u64>,
}

/// What comes after an answer.
enum NextStep {
    /// Nothing: the reading has ended.
    Done(ReadEnd),
    /// The same question again, at once.
    Ask,
    /// New links, and a wait of at least so long, for this reason.
    Renew(String, Option<Duration>),
    /// A wait of at least so long, for this reason.
    Wait(String, Option<Duration>),
}

/// One reading of one file.
pub(super) struct FileReading<'a> {
    /// What it is part of.
    pub of: &'a Downloads<'a>,
    /// The file's number in the job.
    pub file: usize,
    /// How far it is staged.
    pub state: FileState,
    /// What came and is not handed over.
    pub content: FileContent,
    /// The piece that a worker has.
    pub pending: Option<JoinHandle<Result<Treated>>>,
    /// The furthest byte seen of the file as it is sent: only beyond it is there progress.
    pub furthest: u64,
    /// Whether to ask for the rest of the file alone.
    pub ranges: bool,
    /// How often it came too slowly.
    pub slow: u32,
}

impl<'a> FileReading<'a> {
    /// Goes on from `state`.
    pub(super) fn new(of: &'a Downloads<'a>, file: usize, state: FileState) -> Self {
        let mut reading = FileReading {
            of,
            file,
            content: FileContent::from_start(&[], (0, 1), 1, Box::new(|_| 0)),
            state,
            pending: None,
            furthest: 0,
            ranges: true,
            slow: 0,
        };
        if reading.state.packed || reading.state.end == 0 {
            reading.begin_again();
        } else {
            let piece = of.session.settings.piece_bytes();
            let digest = reading.digest();
            reading.content = FileContent::from_middle(reading.state.next(), piece, digest);
        }
        reading
    }

    fn digest(&self) -> DigestBytes {
        let treating = self.of.treating.clone();
        Box::new(move |bytes| treating.digest(bytes))
    }

    /// The next response begins with the first byte: what is staged is compared and left out.
    pub(super) fn begin_again(&mut self) {
        let piece = self.of.session.settings.piece_bytes();
        let digest = self.digest();
        self.content =
            FileContent::from_start(&self.state.pieces, self.state.next(), piece, digest);
    }

    /// Reads until the file is whole, or is another.
    pub(super) async fn run(&mut self, backoff: &mut Backoff) -> Result<ReadEnd, ExportFailure> {
        let session = self.of.session;
        let mut failures = Failures::default();
        loop {
            let permit = self.of.concurrency.permit().await;
            let (remote, renewed) = self.of.links.of(self.file).await?;
            let next = match session.http.send(&self.ask(&remote)).await {
                Err(NoAnswer::Fatal(error)) => return Err(error.into()),
                Err(NoAnswer::Lost(why, wait)) => NextStep::Wait(why, wait),
                Ok((answer, token)) => match (answer.status(), token) {
                    (
                        StatusCode::OK
                        | StatusCode::PARTIAL_CONTENT
                        | StatusCode::RANGE_NOT_SATISFIABLE,
                        _,
                    ) => self.take(answer, backoff, &mut failures).await?,
                    (StatusCode::UNAUTHORIZED, Some(token)) if failures.refusals < REFUSALS => {
                        failures.refusals += 1;
                        session.http.refused(token).await;
                        NextStep::Ask
                    }
                    _ => self.judge(answer, &mut failures).await?,
                },
            };
            drop(permit);
            match next {
                NextStep::Done(read) => return Ok(read),
                NextStep::Ask => {}
                NextStep::Renew(why, wait) => {
                    self.of.links.renew(renewed).await?;
                    self.patience(backoff, why, wait).await?;
                }
                NextStep::Wait(why, wait) => self.patience(backoff, why, wait).await?,
            }
        }
    }

    /// Takes in a response that has bytes of the file.
    async fn take(
        &mut self,
        answer: Response,
        backoff: &mut Backoff,
        failures: &mut Failures,
    ) -> Result<NextStep, ExportFailure> {
        (failures.refusals, failures.expiries) = (0, 0);
        match self.receive(answer, backoff).await? {
            // Asked once more: a server with more to send sends it.
            End::Perhaps if failures.perhaps != Some(self.content.raw) => {
                failures.perhaps = Some(self.content.raw);
                Ok(NextStep::Ask)
            }
            End::Void(why) => Ok(NextStep::Done(ReadEnd::Void(why))),
            End::Lost(why) => Ok(NextStep::Wait(why, None)),
            End::Whole | End::Perhaps => {
                let last = failures.short_ends + 1 >= SHORT_ENDS;
                Ok(match self.finish(last).await? {
                    Some(read) => NextStep::Done(read),
                    None => {
                        failures.short_ends += 1;
                        NextStep::Wait("it ended too early".to_string(), None)
                    }
                })
            }
        }
    }

    /// What to do after an answer that has nothing of the file.
    async fn judge(
        &self,
        answer: Response,
        failures: &mut Failures,
    ) -> Result<NextStep, ExportFailure> {
        let (status, wait) = (answer.status(), asked_wait(answer.headers()));
        let answer = Answer {
            status,
            headers: HeaderMap::new(),
            bytes: body(answer).await.unwrap_or_default(),
        };
        let outcome = OperationOutcome::read(&answer.bytes);
        let transient = outcome.is_some_and(|outcome| outcome.is_transient());
        match status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                self.of.concurrency.slow_down();
            }
            s if may_pass(s) || transient => {}
            StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::NOT_FOUND
            | StatusCode::GONE
                if failures.expiries < EXPIRIES =>
            {
                failures.expiries += 1;
                return Ok(NextStep::Renew(answer.reason(), wait));
            }
            _ => return Err(self.unreachable(&answer, true)),
        }
        Ok(NextStep::Wait(answer.reason(), wait))
    }

    async fn patience(
        &self,
        backoff: &mut Backoff,
        why: String,
        wait: Option<Duration>,
    ) -> Result<(), ExportFailure> {
        if backoff.wait(wait).await {
            return Ok(());
        }
        let (source, file) = (&self.of.session.source, self.of.job.name(self.file));
        Err(Error::data(format!(
            "source {source}: could not download file {file} after {SERVER_ATTEMPTS} attempts"
        ))
        .cause(why)
        .hint("check that the server is up, then run again: the pull goes on where it stopped")
        .into())
    }

    fn unreachable(&self, answer: &Answer, hopeless: bool) -> ExportFailure {
        let error = Error::data(format!(
            "source {}: file {} cannot be downloaded",
            self.of.session.source,
            self.of.job.name(self.file)
        ))
        .cause(answer.reason())
        .hint("run again: the next pull asks for a new export; if it stays so, the client may lack the right to the files");
        ExportFailure {
            error,
            hopeless,
            refused: false,
        }
    }

    fn ask(&self, remote: &RemoteFile) -> Request {
        let encoding = match self.of.session.settings.gzip {
            true => "gzip, identity;q=0.5",
            false => "identity",
        };
        let mut ask = Request::get(remote.url.clone(), remote.token)
            .with("accept", "application/fhir+ndjson")
            .with("accept-encoding", encoding);
        if self.content.raw > 0 && self.ranges {
            ask = ask.with("range", &format!("bytes={}-", self.content.raw));
            // A weak name does not promise the same bytes.
            if let Some(version) = self.state.version.as_ref().filter(|v| !v.starts_with("W/")) {
                ask = ask.with("if-range", version);
            }
        }
        ask
    }
}

/// Downloads files of one job.
pub(super) struct Downloads<'a> {
    /// The server.
    pub session: &'a Session,
    /// The job.
    pub job: &'a ExportJob,
    /// Where its files are.
    pub links: FileLinks<'a>,
    /// How many requests run side by side.
    pub concurrency: ConcurrencyLimit,
    /// How much they may hold.
    pub limits: DownloadLimits,
    /// What becomes of the bytes.
    pub treating: Treating,
    /// Where what is ready goes.
    pub notes: Sender<StagingNote>,
}
