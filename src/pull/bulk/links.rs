//! The addresses of an export's files, which may end before the files are here.

use super::failure::ExportFailure;
use super::manifest::RemoteFile;
use super::poll::{Polled, manifest};
use super::session::Session;
use super::staging::job::ExportJob;
use crate::error::{Context, Error};
use tokio::sync::Mutex;
use url::Url;

/// Where the files of a job are now.
pub(super) struct FileLinks<'a> {
    session: &'a Session,
    job: &'a ExportJob,
    held: Mutex<HeldLinks>,
}

struct HeldLinks {
    remote: Vec<Option<RemoteFile>>,
    /// How often they were renewed.
    renewed: u32,
}

impl<'a> FileLinks<'a> {
    /// The links of a manifest that was just read, by the numbers of the job's files.
    pub(super) fn new(
        session: &'a Session,
        job: &'a ExportJob,
        remote: Vec<Option<RemoteFile>>,
    ) -> Self {
        FileLinks {
            session,
            job,
            held: Mutex::new(HeldLinks { remote, renewed: 0 }),
        }
    }

    /// Where a file is, and how often links had been renewed then.
    pub(super) async fn of(&self, file: usize) -> Result<(RemoteFile, u32), ExportFailure> {
        let held = self.held.lock().await;
        let remote = held.remote.get(file).cloned().flatten();
        let remote = remote.ok_or_else(|| self.changed())?;
        Ok((remote, held.renewed))
    }

    /// Reads the manifest again, unless another download did since `renewed`.
    pub(super) async fn renew(&self, renewed: u32) -> Result<(), ExportFailure> {
        let mut held = self.held.lock().await;
        if held.renewed != renewed {
            return Ok(());
        }
        let status =
            Url::parse(&self.job.status_url).data(|| "the address of the export cannot be read")?;
        let manifest = match manifest(self.session, &status, self.job.started).await? {
            Polled::Complete(manifest) => manifest,
            Polled::Gone => {
                return Err(ExportFailure::hopeless(
                    Error::data(format!(
                        "source {}: the links to the files have expired, and the server has forgotten the export",
                        self.session.source
                    ))
                    .hint("run again: the next pull asks for a new export; ask the server's operator to keep exports longer"),
                ));
            }
        };
        let mut job = self.job.clone();
        let remote = job.renew(&manifest.files);
        let same = job.files.len() == self.job.files.len()
            && Some(&manifest.transaction_time) == self.job.transaction_time.as_ref();
        if !same {
            return Err(self.changed());
        }
        held.remote = remote;
        held.renewed += 1;
        Ok(())
    }

    fn changed(&self) -> ExportFailure {
        ExportFailure::hopeless(
            Error::data(format!(
                "source {}: the manifest of the export has changed since it was complete",
                self.session.source
            ))
            .hint("run again: the next pull asks for a new export"),
        )
    }
}
