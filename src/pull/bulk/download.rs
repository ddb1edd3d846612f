//! Downloading the files of an export, side by side, each from where it was left.

use super::content::{Content, Digest, Wrong};
use super::http::{Ask, NoAnswer, Outcome, asked_wait, body, plain};
use super::job::Job;
use super::lines::Cut;
use super::links::Links;
use super::manifest::{RemoteFile, Role};
use super::pace::Pace;
use super::session::{Answer, REFUSALS, Session, TRIES};
use super::stager::Note;
use super::staging::FileState;
use super::treat::{Treated, Treating};
use super::trouble::Trouble;
use super::unit::{Finished, Piece};
use super::wait::Backoff;
use crate::error::{Context, Error, Result};
use reqwest::header::{
    CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, LAST_MODIFIED, TRANSFER_ENCODING,
};
use reqwest::{Response, StatusCode, Version};
use serde_json::json;
use std::time::Duration;
use tokio::sync::mpsc::Sender;
use tokio::task::JoinHandle;

/// How often a file may change, or be read from its start for another reason.
const READINGS: u32 = 4;
/// How often a file may end too early for good.
const SHORT_ENDS: u32 = 3;
/// How often the links to a file may expire.
const EXPIRIES: u32 = 3;

/// Downloads files of one job.
pub struct Downloads<'a> {
    /// The server.
    pub session: &'a Session,
    /// The job.
    pub job: &'a Job,
    /// Where its files are.
    pub links: Links<'a>,
    /// How many requests run side by side.
    pub pace: Pace,
    /// What becomes of the bytes.
    pub treating: Treating,
    /// Where what is ready goes.
    pub notes: Sender<Note>,
}

/// How one reading of a file ended.
enum Read {
    Whole,
    /// The bytes are not those of before, for this reason.
    Void(&'static str),
}

/// How a response ended.
enum End {
    /// With the file.
    Whole,
    /// With the connection, which may have been cut.
    Perhaps,
    /// Too early.
    Lost(String),
    Void(&'static str),
}

impl Downloads<'_> {
    /// Downloads what is missing of a file; gives its state at the end.
    pub async fn file(&self, file: usize, mut state: FileState) -> Result<FileState, Trouble> {
        let mut backoff = Backoff::new(self.session.longest_wait());
        let (remote, _) = self.links.of(file).await?;
        self.session.log.event(
            "download_request",
            json!({ "fileUrl": remote.place(), "itemType": remote.role, "resourceType": remote.kind }),
        );
        for _ in 0..READINGS {
            let mut reading = Reading::new(self, file, state);
            let read = reading.run(&mut backoff).await;
            if let Err(trouble) = &read {
                self.session.log.event(
                    "download_error",
                    json!({ "fileUrl": remote.place(), "message": trouble.error.what() }),
                );
            }
            let why = match read? {
                Read::Whole => {
                    self.pace.went_well();
                    let state = &reading.state;
                    self.session.log.event(
                        "download_complete",
                        json!({ "fileUrl": remote.place(), "resourceCount": state.resources, "fileSize": state.end }),
                    );
                    return Ok(reading.state);
                }
                Read::Void(why) => why,
            };
            tracing::info!("{}: {why}, it is read again", self.job.name(file));
            tokio::time::sleep(backoff.next(None)).await;
            state = FileState::fresh(reading.state.reading + 1);
        }
        Err(Trouble::hopeless(
            Error::data(format!(
                "source {}: file {} cannot be read to its end",
                self.session.source,
                self.job.name(file)
            ))
            .cause("it was another each time it was asked for")
            .hint("run again: the next pull asks for a new export; tell the server's operator if it stays so"),
        ))
    }
}

/// One reading of one file.
struct Reading<'a> {
    of: &'a Downloads<'a>,
    file: usize,
    state: FileState,
    content: Content,
    pending: Option<JoinHandle<Result<Treated>>>,
    /// The furthest byte seen of the file as it is sent: only beyond it is there progress.
    furthest: u64,
    ranges: bool,
}

impl<'a> Reading<'a> {
    fn new(of: &'a Downloads<'a>, file: usize, state: FileState) -> Self {
        let mut reading = Reading {
            of,
            file,
            content: Content::from_start(&[], (0, 1), 1, Box::new(|_| 0)),
            state,
            pending: None,
            furthest: 0,
            ranges: true,
        };
        if reading.state.packed || reading.state.end == 0 {
            reading.begin_again();
        } else {
            let piece = of.session.settings.piece_bytes();
            let digest = reading.digest();
            reading.content = Content::from_middle(reading.state.next(), piece, digest);
        }
        reading
    }

    fn digest(&self) -> Digest {
        let treating = self.of.treating.clone();
        Box::new(move |bytes| treating.digest(bytes))
    }

    /// The next response begins with the first byte: what is staged is compared and left out.
    fn begin_again(&mut self) {
        let piece = self.of.session.settings.piece_bytes();
        let digest = self.digest();
        self.content = Content::from_start(&self.state.pieces, self.state.next(), piece, digest);
    }

    async fn run(&mut self, backoff: &mut Backoff) -> Result<Read, Trouble> {
        let session = self.of.session;
        let (mut refusals, mut expiries, mut shorts) = (0, 0, 0);
        let mut perhaps = None;
        loop {
            let turn = self.of.pace.turn().await;
            let (remote, renewed) = self.of.links.of(self.file).await?;
            let (why, wait) = match session.http.send(&self.ask(&remote)).await {
                Err(NoAnswer::Fatal(error)) => return Err(error.into()),
                Err(NoAnswer::Lost(why)) => (why, None),
                Ok((answer, token)) => match answer.status() {
                    StatusCode::OK
                    | StatusCode::PARTIAL_CONTENT
                    | StatusCode::RANGE_NOT_SATISFIABLE => {
                        let end = match self.receive(answer, backoff).await? {
                            End::Perhaps if perhaps == Some(self.content.raw) => End::Whole,
                            End::Perhaps => {
                                // Asked once more: a server with more to send sends it.
                                perhaps = Some(self.content.raw);
                                continue;
                            }
                            end => end,
                        };
                        match end {
                            End::Void(why) => return Ok(Read::Void(why)),
                            End::Whole => match self.finish(shorts + 1 >= SHORT_ENDS).await? {
                                Some(read) => return Ok(read),
                                None => {
                                    shorts += 1;
                                    ("it ended too early".to_string(), None)
                                }
                            },
                            End::Lost(why) => (why, None),
                            End::Perhaps => continue,
                        }
                    }
                    StatusCode::UNAUTHORIZED if token.is_some() && refusals < REFUSALS => {
                        refusals += 1;
                        session.http.refused(token.unwrap_or_default()).await;
                        continue;
                    }
                    status => {
                        let wait = asked_wait(answer.headers());
                        let answer = Answer {
                            status,
                            headers: HeaderMap::new(),
                            bytes: body(answer).await.unwrap_or_default(),
                        };
                        let transient =
                            Outcome::read(&answer.bytes).is_some_and(|o| o.is_transient());
                        match status {
                            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                                self.of.pace.slow_down();
                            }
                            StatusCode::REQUEST_TIMEOUT => {}
                            s if s.is_server_error() || transient => {}
                            StatusCode::UNAUTHORIZED
                            | StatusCode::FORBIDDEN
                            | StatusCode::NOT_FOUND
                            | StatusCode::GONE => {
                                expiries += 1;
                                if expiries > EXPIRIES {
                                    return Err(self.unreachable(&answer, true));
                                }
                                drop(turn);
                                self.of.links.renew(renewed).await?;
                                tokio::time::sleep(backoff.next(wait)).await;
                                continue;
                            }
                            _ => return Err(self.unreachable(&answer, true)),
                        }
                        (answer.reason(), wait)
                    }
                },
            };
            drop(turn);
            self.patience(backoff, why, wait).await?;
        }
    }

    async fn patience(
        &self,
        backoff: &mut Backoff,
        why: String,
        wait: Option<Duration>,
    ) -> Result<(), Trouble> {
        if backoff.tries() >= TRIES {
            return Err(Error::data(format!(
                "source {}: file {} does not come: asked {TRIES} times",
                self.of.session.source,
                self.of.job.name(self.file)
            ))
            .cause(why)
            .hint("see that the server is up, then run again: the pull goes on where it stopped")
            .into());
        }
        tokio::time::sleep(backoff.next(wait)).await;
        Ok(())
    }

    fn unreachable(&self, answer: &Answer, hopeless: bool) -> Trouble {
        let error = Error::data(format!(
            "source {}: file {} cannot be downloaded",
            self.of.session.source,
            self.of.job.name(self.file)
        ))
        .cause(answer.reason())
        .hint("run again: the next pull asks for a new export; if it stays so, the client may lack the right to the files");
        Trouble { error, hopeless }
    }

    fn ask(&self, remote: &RemoteFile) -> Ask {
        let encoding = match self.of.session.settings.gzip {
            true => "gzip, identity;q=0.5",
            false => "identity",
        };
        let mut ask = Ask::get(remote.url.clone(), remote.token)
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

    /// Takes in one response.
    async fn receive(
        &mut self,
        mut answer: Response,
        backoff: &mut Backoff,
    ) -> Result<End, Trouble> {
        let headers = answer.headers().clone();
        let range = headers.get(CONTENT_RANGE).and_then(|r| r.to_str().ok());
        let (from, mut total) = content_range(range.unwrap_or_default());
        match answer.status() {
            StatusCode::RANGE_NOT_SATISFIABLE => {
                return Ok(match total {
                    Some(total) if total == self.content.raw => End::Whole,
                    Some(total) if total < self.content.raw => End::Void("it has become shorter"),
                    _ => {
                        self.without_ranges("it refuses the rest of the file")
                            .await?
                    }
                });
            }
            StatusCode::PARTIAL_CONTENT if from != Some(self.content.raw) => {
                return self
                    .without_ranges("it sends another part of the file")
                    .await;
            }
            _ => {}
        }
        if let Some(version) = version_of(&headers) {
            if self.state.version.as_ref().is_some_and(|v| *v != version) {
                return Ok(End::Void("it has changed"));
            }
            self.state.version = Some(version);
        }
        if answer.status() == StatusCode::OK {
            total = headers
                .get(CONTENT_LENGTH)
                .and_then(|l| l.to_str().ok()?.parse().ok());
            if self.content.raw > 0 {
                // The server sent the file from its start.
                self.settle().await?;
                self.begin_again();
            }
        }
        let framed = headers.contains_key(CONTENT_LENGTH)
            || headers.contains_key(TRANSFER_ENCODING)
            || answer.version() >= Version::HTTP_2;
        loop {
            match answer.chunk().await {
                Ok(Some(bytes)) => {
                    let cuts = match self.content.feed(&bytes) {
                        Ok(cuts) => cuts,
                        Err(Wrong::Changed) => return Ok(End::Void("it has changed")),
                        Err(Wrong::Damaged) => return Ok(End::Void("it does not unpack")),
                    };
                    if self.content.raw > self.furthest {
                        self.furthest = self.content.raw;
                        backoff.reset();
                    }
                    for cut in cuts {
                        self.hand_over(cut).await?;
                    }
                }
                Ok(None) => break,
                Err(e) => return Ok(End::Lost(plain(e))),
            }
        }
        if total.is_some_and(|total| self.content.raw < total) {
            return Ok(End::Lost("it ended before its length".to_string()));
        }
        Ok(if framed { End::Whole } else { End::Perhaps })
    }

    async fn without_ranges(&mut self, why: &str) -> Result<End, Trouble> {
        self.ranges = false;
        self.settle().await?;
        self.begin_again();
        Ok(End::Lost(why.to_string()))
    }

    /// Hands the next piece to a worker. The one before is waited for: pieces stay in order, and a
    /// file never has more than two in memory.
    async fn hand_over(&mut self, cut: Cut) -> Result<(), Trouble> {
        self.settle().await?;
        let treating = self.of.treating.clone();
        let file = self.of.job.files[self.file].clone();
        let name = self.of.job.name(self.file);
        let piece = Piece {
            file: self.file,
            reading: self.state.reading,
            packed: self.content.is_packed(),
            version: self.state.version.clone(),
            ..Piece::default()
        };
        self.pending = Some(tokio::task::spawn_blocking(move || {
            treating.treat(&file, &name, &cut, piece)
        }));
        Ok(())
    }

    /// Waits for the piece that a worker has, and passes it on.
    async fn settle(&mut self) -> Result<(), Trouble> {
        let Some(pending) = self.pending.take() else {
            return Ok(());
        };
        let treated = pending
            .await
            .data(|| "a worker of the pull failed")?
            // What cannot be stored today cannot be stored tomorrow.
            .map_err(Trouble::hopeless)?;
        self.state.add(&treated.0);
        self.note(Note::Piece(Box::new(treated))).await
    }

    async fn note(&self, note: Note) -> Result<(), Trouble> {
        let sent = self.of.notes.send(note).await;
        Ok(sent.map_err(|_| Error::data("what was downloaded cannot be staged"))?)
    }

    /// The server says that the file has ended. None when it is too early to be true and it is not
    /// the `last` time to ask.
    async fn finish(&mut self, last: bool) -> Result<Option<Read>, Trouble> {
        let cuts = match self.content.end() {
            Ok(cuts) => cuts,
            Err(Wrong::Changed) => return Ok(Some(Read::Void("it has become shorter"))),
            Err(Wrong::Damaged) => return Ok(Some(Read::Void("it does not unpack"))),
        };
        for cut in cuts {
            self.hand_over(cut).await?;
        }
        self.settle().await?;
        let job = &self.of.job.files[self.file];
        let open = self.content.lines();
        let line = open.open_line();
        let cut_off = !line.trim_ascii().is_empty() && is_cut_off(line);
        let resources =
            self.state.resources + u64::from(open.in_too_long() || !line.trim_ascii().is_empty());
        // Whether Bundles or deletions are counted in files of deletions, servers do not agree.
        let counted = job.count.filter(|_| job.role == Role::Output);
        let short = match counted {
            Some(count) => resources < count || (cut_off && resources == count),
            None => cut_off,
        };
        if short && !last {
            if self.content.is_packed() {
                self.begin_again();
            }
            return Ok(None);
        }
        if let Some(cut) = self.content.lines().last() {
            self.hand_over(cut).await?;
            self.settle().await?;
        }
        let state = &self.state;
        let wrong = match (job.count, job.role) {
            (Some(count), Role::Output) => state.resources != count,
            (Some(count), Role::Deleted) => count != state.resources && count != state.deletes,
            _ => false,
        };
        if wrong || (short && counted.is_none()) {
            let error = Error::data(format!(
                "source {}: file {} did not arrive whole",
                self.of.session.source,
                self.of.job.name(self.file)
            ));
            let error = match job.count {
                Some(count) => error.cause(format!(
                    "the manifest says {count} resources, and {} arrived",
                    state.resources
                )),
                None => error.cause("it ends in the middle of a line"),
            };
            return Err(Trouble::hopeless(error.hint("nothing was committed; run again: the next pull asks for a new export; tell the server's operator if it stays so")));
        }
        if job.role == Role::Output && state.outcome && job.kind != "OperationOutcome" {
            return Ok(Some(Read::Void(
                "it holds an OperationOutcome in the place of records",
            )));
        }
        let finished = Finished {
            file: self.file,
            reading: state.reading,
            bytes: state.end,
        };
        self.note(Note::Finished(finished)).await?;
        Ok(Some(Read::Whole))
    }
}

/// Whether a line is JSON that stops in its middle.
fn is_cut_off(line: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(line).is_err_and(|e| e.is_eof())
}

/// What the server calls this version of a file.
fn version_of(headers: &HeaderMap) -> Option<String> {
    let name = headers.get(ETAG).or_else(|| headers.get(LAST_MODIFIED))?;
    name.to_str().ok().map(str::to_string)
}

/// The first byte and the total of a `Content-Range`.
fn content_range(text: &str) -> (Option<u64>, Option<u64>) {
    let Some(range) = text.strip_prefix("bytes ") else {
        return (None, None);
    };
    let (part, total) = range.split_once('/').unwrap_or((range, ""));
    let from = part
        .split('-')
        .next()
        .and_then(|from| from.trim().parse().ok());
    (from, total.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        assert_eq!(content_range("bytes 5-9/10"), (Some(5), Some(10)));
        assert_eq!(content_range("bytes */10"), (None, Some(10)));
        assert_eq!(content_range("bytes 5-9/*"), (Some(5), None));
        assert_eq!(content_range("lines 5-9/10"), (None, None));
    }

    #[test]
    fn only_a_line_that_stops_is_cut_off() {
        assert!(is_cut_off(br#"{"resourceType":"Pat"#));
        assert!(is_cut_off(br#"{"a":[1,2"#));
        assert!(!is_cut_off(br#"{"a":1}"#));
        assert!(!is_cut_off(b"{]"));
    }
}
