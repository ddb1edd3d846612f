//! The export log: what happened when, as NDJSON in the form that bulk data clients share.
//!
//! Addresses go in without their query, and no body of the server's: neither a token, nor a signed
//! link, nor anything of a record is in it.

use crate::error::{Context, Result};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Where events go, if anywhere.
#[derive(Debug, Default)]
pub(super) struct ExportLog {
    file: Option<Mutex<File>>,
    export: Mutex<String>,
}

impl ExportLog {
    /// Appends to the file at `path`, which is the owner's alone when it is new.
    pub(super) fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else {
            return Ok(ExportLog::default());
        };
        let mut options = File::options();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(path)
            .usage(|| format!("the export log {} cannot be written", path.display()))
            .map_err(|e| e.hint("correct `log` of this source, or make the folder"))?;
        Ok(ExportLog {
            file: Some(Mutex::new(file)),
            export: Mutex::default(),
        })
    }

    /// Events from now on belong to this export.
    pub(super) fn export(&self, id: &str) {
        *self.export.lock().unwrap_or_else(PoisonError::into_inner) = id.to_string();
    }

    /// Writes an event. A log that cannot be written stops no pull.
    pub(super) fn event(&self, id: &str, detail: Value) {
        tracing::info!(event = id, "bulk export");
        let Some(file) = &self.file else { return };
        let export = self.export.lock().unwrap_or_else(PoisonError::into_inner);
        let line = json!({
            "exportId": *export,
            "timestamp": chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            "eventId": id,
            "eventDetail": detail,
        });
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        // One write a line: a line is whole, or is the last.
        if let Err(e) = file.write_all(format!("{line}\n").as_bytes()) {
            tracing::warn!("the export log cannot be written: {e}");
        }
    }
}
