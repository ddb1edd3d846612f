//! Downloading the files of an export, side by side, each from where it was left.

use super::failure::ExportFailure;
use super::reading::{Downloads, FileReading, ReadEnd};
use super::staging::FileState;
use crate::error::Error;
use crate::retry::Backoff;
use serde_json::json;

/// How often a file may change, or be read from its start for another reason.
const READINGS: u32 = 4;

impl Downloads<'_> {
    /// Downloads what is missing of a file; gives its state at the end.
    pub(super) async fn file(
        &self,
        file: usize,
        mut state: FileState,
    ) -> Result<FileState, ExportFailure> {
        let mut backoff = Backoff::new(self.session.retry_policy());
        let (remote, _) = self.links.of(file).await?;
        self.session.log.event(
            "download_request",
            json!({ "fileUrl": remote.place(), "itemType": remote.role, "resourceType": remote.kind }),
        );
        for _ in 0..READINGS {
            let mut reading = FileReading::new(self, file, state);
            let read = reading.run(&mut backoff).await;
            if let Err(failure) = &read {
                self.session.log.event(
                    "download_error",
                    json!({ "fileUrl": remote.place(), "message": failure.error.what() }),
                );
            }
            let why = match read? {
                ReadEnd::Whole => {
                    self.concurrency.went_well();
                    let state = &reading.state;
                    self.session.log.event(
                        "download_complete",
                        json!({ "fileUrl": remote.place(), "resourceCount": state.resources, "fileSize": state.end }),
                    );
                    return Ok(reading.state);
                }
                ReadEnd::Void(why) => why,
            };
            tracing::info!("{}: {why}, it is read again", self.job.name(file));
            if !backoff.wait(None).await {
                break;
            }
            state = FileState::fresh(reading.state.reading + 1);
        }
        Err(ExportFailure::hopeless(
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
