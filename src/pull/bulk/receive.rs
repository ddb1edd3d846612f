//! What a response brings becomes pieces; what it says of the file decides whether it is whole.

use super::backoff::Backoff;
use super::content::{UNPACK, Wrong};
use super::failure::ExportFailure;
use super::limits::Rate;
use super::lines::Cut;
use super::manifest::Role;
use super::reading::{End, Read, Reading};
use super::request::plain;
use super::staging::staged_file::{Finished, Piece};
use super::staging::writer::Note;
use crate::error::{Context, Error};
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, LAST_MODIFIED,
    TRANSFER_ENCODING,
};
use reqwest::{Response, StatusCode, Version};
use std::time::Instant;

/// How often a file may come too slowly before it is given up.
const SLOW: u32 = 3;

impl Reading<'_> {
    /// Takes in one response.
    pub(super) async fn receive(
        &mut self,
        mut answer: Response,
        backoff: &mut Backoff,
    ) -> Result<End, ExportFailure> {
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
        let encoding = headers.get(CONTENT_ENCODING).map(|e| e.as_bytes());
        if encoding.is_some_and(|e| !matches!(e, b"gzip" | b"x-gzip" | b"identity" | b"")) {
            return Err(ExportFailure::hopeless(
                Error::data(format!(
                    "source {}: file {} is sent in an encoding that nobody asked for",
                    self.of.session.source,
                    self.of.job.name(self.file)
                ))
                .hint("tell the server's operator"),
            ));
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
                self.pass_on().await?;
                self.begin_again();
            }
        }
        let framed = headers.contains_key(CONTENT_LENGTH)
            || headers.contains_key(TRANSFER_ENCODING)
            || answer.version() >= Version::HTTP_2;
        let settings = &self.of.session.settings;
        let mut rate = Rate::new(settings.silence(), settings.slowest_bytes_per_second);
        loop {
            let asked = Instant::now();
            match answer.chunk().await {
                Ok(Some(bytes)) => {
                    if rate.is_too_slow(bytes.len(), asked.elapsed()) {
                        return self.too_slow();
                    }
                    // Little by little: what is packed may unpack to a thousand times its size.
                    for part in bytes.chunks(UNPACK) {
                        let cuts = match self.feed(part)? {
                            Ok(cuts) => cuts,
                            Err(end) => return Ok(end),
                        };
                        if self.content.raw > self.furthest {
                            self.furthest = self.content.raw;
                            backoff.reset();
                        }
                        for cut in cuts {
                            self.hand_over(cut).await?;
                        }
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

    /// Cuts bytes that arrived; the end of the reading when they are not what they should be.
    fn feed(&mut self, bytes: &[u8]) -> Result<Result<Vec<Cut>, End>, ExportFailure> {
        let before = self.content.unpacked;
        let fed = self.content.feed(bytes);
        let name = self.of.job.name(self.file);
        let length = self.content.unpacked;
        self.of.limits.take(&name, length - before, length)?;
        Ok(fed.map_err(|wrong| match wrong {
            Wrong::Changed => End::Void("it has changed"),
            Wrong::Damaged => End::Void("it does not unpack"),
        }))
    }

    /// The file comes so slowly that it is asked for anew, and given up when that does not help.
    fn too_slow(&mut self) -> Result<End, ExportFailure> {
        let slowest = self.of.session.settings.slowest_bytes_per_second;
        self.slow += 1;
        if self.slow < SLOW {
            return Ok(End::Lost("it comes too slowly".to_string()));
        }
        Err(Error::data(format!(
            "source {}: file {} comes slower than {slowest} bytes a second",
            self.of.session.source,
            self.of.job.name(self.file)
        ))
        .cause(format!("it was asked for {SLOW} times"))
        .hint("run again: the pull goes on where it stopped; lower slowest_bytes_per_second of this source if the line is that slow")
        .into())
    }

    async fn without_ranges(&mut self, why: &str) -> Result<End, ExportFailure> {
        self.ranges = false;
        self.pass_on().await?;
        self.begin_again();
        Ok(End::Lost(why.to_string()))
    }

    /// Hands the next piece to a worker. The one before is waited for: pieces stay in order, and a
    /// file never has more than two in memory.
    async fn hand_over(&mut self, cut: Cut) -> Result<(), ExportFailure> {
        for part in cut.parts() {
            self.hand_over_part(part).await?;
        }
        Ok(())
    }

    async fn hand_over_part(&mut self, cut: Cut) -> Result<(), ExportFailure> {
        self.pass_on().await?;
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
    async fn pass_on(&mut self) -> Result<(), ExportFailure> {
        let Some(pending) = self.pending.take() else {
            return Ok(());
        };
        let treated = pending
            .await
            .data(|| "a worker of the pull failed")?
            // What cannot be stored today cannot be stored tomorrow.
            .map_err(ExportFailure::hopeless)?;
        self.state.add(&treated.0);
        self.note(Note::Piece(Box::new(treated))).await
    }

    async fn note(&self, note: Note) -> Result<(), ExportFailure> {
        let sent = self.of.notes.send(note).await;
        Ok(sent.map_err(|_| Error::data("what was downloaded cannot be staged"))?)
    }

    /// The server says that the file has ended. None when it is too early to be true and it is not
    /// the `last` time to ask.
    pub(super) async fn finish(&mut self, last: bool) -> Result<Option<Read>, ExportFailure> {
        let cuts = match self.content.end() {
            Ok(cuts) => cuts,
            Err(Wrong::Changed) => return Ok(Some(Read::Void("it has become shorter"))),
            Err(Wrong::Damaged) => return Ok(Some(Read::Void("it does not unpack"))),
        };
        for cut in cuts {
            self.hand_over(cut).await?;
        }
        self.pass_on().await?;
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
            self.pass_on().await?;
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
            return Err(ExportFailure::hopeless(error.hint("nothing was committed; run again: the next pull asks for a new export; tell the server's operator if it stays so")));
        }
        if job.role != Role::Error && state.outcome {
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
