//! The log of downloads: who took which file of which release.
//!
//! It is a file that only grows, a JSON object a line. Each line carries the SHA-256 of the line before,
//! so that one that was edited or taken out is found.

use super::page_reader::PageReader;
use crate::error::{Context, Error, Result};
use chrono::{SecondsFormat, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The log, open to add to.
#[derive(Debug, Clone)]
pub(crate) struct DownloadLog(Arc<Mutex<LogEnd>>);

#[derive(Debug)]
struct LogEnd {
    file: File,
    /// SHA-256 of the last line, empty before the first.
    last: String,
}

/// A line of the log.
#[derive(Serialize)]
struct DownloadLine<'a> {
    at: String,
    reader: &'a str,
    subject: &'a str,
    release: &'a str,
    file: &'a str,
    before: &'a str,
}

impl DownloadLog {
    /// Opens the log, or begins it.
    ///
    /// # Errors
    /// Usage: it cannot be written to, or another server has it open.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let shown = path.display();
        let failed = || format!("the log of downloads {shown} cannot be opened");
        let mut options = File::options();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).usage(failed)?;
        if file.try_lock().is_err() {
            return Err(Error::usage(failed())
                .cause("another server writes to it")
                .hint("give each server a log of its own: download_log under [serve]"));
        }
        let mut last = String::new();
        for line in BufReader::new(&file).lines() {
            last = digest(&line.usage(failed)?);
        }
        Ok(DownloadLog(Arc::new(Mutex::new(LogEnd { file, last }))))
    }

    /// Adds a line. What is not written down must not be handed out.
    ///
    /// # Errors
    /// Data: the file cannot be written to.
    pub(super) fn add(&self, reader: &PageReader, release: &str, file: &str) -> Result<()> {
        let failed = || "a download cannot be written down";
        let mut end = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let line = DownloadLine {
            at: Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
            reader: &reader.name,
            subject: &reader.subject,
            release,
            file,
            before: &end.last,
        };
        let line = serde_json::to_string(&line).data(failed)?;
        let before = end.file.metadata().data(failed)?.len();
        if let Err(error) = end.file.write_all(format!("{line}\n").as_bytes()) {
            // Half a line would be taken for a whole one that was edited.
            let _ = end.file.set_len(before);
            return Err(Error::data(failed()).cause(error));
        }
        end.last = digest(&line);
        Ok(())
    }
}

fn digest(line: &str) -> String {
    let digest = Sha256::digest(line.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn lines_are_chained_over_restarts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("downloads.jsonl");
        for file in ["a.csv", "b.csv"] {
            let log = DownloadLog::open(&path).unwrap();
            log.add(&PageReader::local(), "2026-09-30-1a2b", file)
                .unwrap();
            assert!(DownloadLog::open(&path).is_err(), "it is open already");
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let read = |line: &str| serde_json::from_str::<Value>(line).unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!(read(lines[0])["before"], "");
        assert_eq!(read(lines[1])["before"], digest(lines[0]));
        assert_eq!(read(lines[1])["file"], "b.csv");
        assert_eq!(read(lines[1])["reader"], "local");
    }
}
