//! What a response brings becomes pieces.

use super::content::{UNPACK, WrongBytes};
use super::failure::ExportFailure;
use super::limits::Rate;
use super::reading::{End, FileReading};
use super::request::plain;
use super::staging::staged_file::StagedPiece;
use super::staging::writer::StagingNote;
use crate::error::{Context, Error};
use crate::pull::read::file_piece::{FilePiece, LineEnds};
use crate::retry::Backoff;
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, LAST_MODIFIED,
    TRANSFER_ENCODING,
};
use reqwest::{Response, StatusCode, Version};
use std::time::Instant;

/// How often a file may come too slowly before it is given up.
const SLOW: u32 = 3;

impl FileReading<'_> {
    /// Takes in one response.
    pub(super) async fn receive(
        &mut self,
        answer: Response,
        backoff: &mut Backoff,
    ) -> Result<End, ExportFailure> {
        let headers = answer.headers().clone();
        let range = headers.get(CONTENT_RANGE).and_then(|r| r.to_str().ok());
        let (from, mut total) = content_range(range.unwrap_or_default());
        if let Some(end) = self.other_range(answer.status(), from, total).await? {
            return Ok(end);
        }
        self.refuse_encoding(&headers)?;
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
        if let Some(end) = self.take_bytes(answer, backoff).await? {
            return Ok(end);
        }
        if total.is_some_and(|total| self.content.raw < total) {
            return Ok(End::Lost("it ended before its length".to_string()));
        }
        Ok(if framed { End::Whole } else { End::Perhaps })
    }

    /// How the response ends that has other bytes than the next ones; None when it has these.
    async fn other_range(
        &mut self,
        status: StatusCode,
        from: Option<u64>,
        total: Option<u64>,
    ) -> Result<Option<End>, ExportFailure> {
        let why = match (status, total) {
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(total)) if total == self.content.raw => {
                return Ok(Some(End::Whole));
            }
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(total)) if total < self.content.raw => {
                return Ok(Some(End::Void("it has become shorter")));
            }
            (StatusCode::RANGE_NOT_SATISFIABLE, _) => "it refuses the rest of the file",
            (StatusCode::PARTIAL_CONTENT, _) if from != Some(self.content.raw) => {
                "it sends another part of the file"
            }
            _ => return Ok(None),
        };
        self.without_ranges(why).await.map(Some)
    }

    /// Refuses what cannot be unpacked.
    fn refuse_encoding(&self, headers: &HeaderMap) -> Result<(), ExportFailure> {
        let encoding = headers.get(CONTENT_ENCODING).map(|e| e.as_bytes());
        if encoding.is_none_or(|e| matches!(e, b"gzip" | b"x-gzip" | b"identity" | b"")) {
            return Ok(());
        }
        Err(ExportFailure::hopeless(
            Error::data(format!(
                "source {}: file {} is sent in an encoding that nobody asked for",
                self.of.session.source,
                self.of.job.name(self.file)
            ))
            .hint("tell the server's operator"),
        ))
    }

    /// Takes in the bytes of a response; None when it ended by itself.
    async fn take_bytes(
        &mut self,
        mut answer: Response,
        backoff: &mut Backoff,
    ) -> Result<Option<End>, ExportFailure> {
        let settings = &self.of.session.settings;
        let mut rate = Rate::new(settings.silence(), settings.slowest_bytes_per_second);
        loop {
            let asked = Instant::now();
            let bytes = match answer.chunk().await {
                Ok(Some(bytes)) => bytes,
                Ok(None) => return Ok(None),
                Err(e) => return Ok(Some(End::Lost(plain(e)))),
            };
            if rate.is_too_slow(bytes.len(), asked.elapsed()) {
                return self.too_slow().map(Some);
            }
            // Little by little: what is packed may unpack to a thousand times its size.
            for part in bytes.chunks(UNPACK) {
                let cuts = match self.feed(part)? {
                    Ok(cuts) => cuts,
                    Err(end) => return Ok(Some(end)),
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
    }

    /// Cuts bytes that arrived; the end of the reading when they are not what they should be.
    fn feed(&mut self, bytes: &[u8]) -> Result<Result<Vec<FilePiece>, End>, ExportFailure> {
        let before = self.content.unpacked;
        let fed = self.content.feed(bytes);
        let name = self.of.job.name(self.file);
        let length = self.content.unpacked;
        self.of.limits.take(&name, length - before, length)?;
        Ok(fed.map_err(|wrong| match wrong {
            WrongBytes::Changed => End::Void("it has changed"),
            WrongBytes::Damaged => End::Void("it does not unpack"),
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
    pub(super) async fn hand_over(&mut self, cut: FilePiece) -> Result<(), ExportFailure> {
        for part in cut.parts(LineEnds::Lines) {
            self.hand_over_part(part).await?;
        }
        Ok(())
    }

    async fn hand_over_part(&mut self, cut: FilePiece) -> Result<(), ExportFailure> {
        self.pass_on().await?;
        let treating = self.of.treating.clone();
        let file = self.of.job.files[self.file].clone();
        let name = self.of.job.name(self.file);
        let piece = StagedPiece {
            file: self.file,
            reading: self.state.reading,
            packed: self.content.is_packed(),
            version: self.state.version.clone(),
            ..StagedPiece::default()
        };
        self.pending = Some(tokio::task::spawn_blocking(move || {
            treating.treat(&file, &name, &cut, piece)
        }));
        Ok(())
    }

    /// Waits for the piece that a worker has, and passes it on.
    pub(super) async fn pass_on(&mut self) -> Result<(), ExportFailure> {
        let Some(pending) = self.pending.take() else {
            return Ok(());
        };
        let treated = pending
            .await
            .data(|| "a worker of the pull failed")?
            // What cannot be stored today cannot be stored tomorrow.
            .map_err(ExportFailure::hopeless)?;
        self.state.add(&treated.0);
        self.note(StagingNote::Piece(Box::new(treated))).await
    }

    /// Tells the stager.
    pub(super) async fn note(&self, note: StagingNote) -> Result<(), ExportFailure> {
        let sent = self.of.notes.send(note).await;
        Ok(sent.map_err(|_| Error::data("what was downloaded cannot be staged"))?)
    }
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
}
