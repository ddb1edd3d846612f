//! Where events go: a file, one a line, or an endpoint.

use super::super::post::PostTarget;
use super::super::run_end::RunEnd;
use super::event::Events;
use super::model_run::ModelRun;
use crate::error::{Context, Error, Result};
use crate::pipeline::{OpenLineageSettings, timeout};
use crate::visible::json;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::Value;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Where events go, and what they are called.
pub(in super::super) struct LineageSink<'a> {
    /// The settings.
    pub settings: &'a OpenLineageSettings,
    /// What messages call the installation.
    pub installation: &'a str,
    /// Where relative paths start.
    pub base: &'a Path,
}

impl LineageSink<'_> {
    /// Says that a night begins.
    ///
    /// # Errors
    /// Usage: a secret cannot be read. Data: the event cannot be written or sent.
    pub(in super::super) async fn begins(&self, end: &RunEnd) -> Result<()> {
        let event = self.events(&self.namespace()).begins(end);
        self.send(&[event]).await
    }

    /// Says how a night and its models ended.
    ///
    /// # Errors
    /// As [`LineageSink::begins`].
    pub(in super::super) async fn ended(&self, end: &RunEnd, models: &[ModelRun]) -> Result<()> {
        let events = self.events(&self.namespace()).ended(end, models);
        self.send(&events).await
    }

    fn namespace(&self) -> String {
        let usual = || format!("populace://{}", self.installation);
        self.settings.namespace.clone().unwrap_or_else(usual)
    }

    fn events<'n>(&'n self, namespace: &'n str) -> Events<'n> {
        Events {
            namespace,
            installation: self.installation,
        }
    }

    async fn send(&self, events: &[Value]) -> Result<()> {
        match (&self.settings.file, &self.settings.url) {
            (Some(file), _) => append(&self.base.join(file), events),
            (None, Some(url)) => {
                let url = url.read("address of the OpenLineage endpoint", self.base)?;
                let limit = timeout(self.settings.timeout_seconds);
                let target = PostTarget::new("OpenLineage endpoint", url, limit)?;
                let headers = self.headers()?;
                for event in events {
                    target.post(line(event).as_bytes(), &headers).await?;
                }
                Ok(())
            }
            (None, None) => Ok(()),
        }
    }

    fn headers(&self) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        if let Some(place) = &self.settings.api_key {
            let key = place.read("API key of the OpenLineage endpoint", self.base)?;
            let wrong = |_| Error::usage("the API key of the OpenLineage endpoint cannot be sent");
            let mut value =
                HeaderValue::try_from(format!("Bearer {}", key.as_str())).map_err(wrong)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(headers)
    }
}

fn line(event: &Value) -> String {
    json(&event.to_string()).into_owned()
}

/// Appends all events in one write, so that nobody reads half of one.
fn append(file: &Path, events: &[Value]) -> Result<()> {
    let lines: String = events.iter().map(|event| line(event) + "\n").collect();
    let written = File::options()
        .create(true)
        .append(true)
        .open(file)
        .and_then(|mut file| file.write_all(lines.as_bytes()));
    written
        .data(|| format!("the events {} cannot be written", file.display()))
        .map_err(|e| e.hint("name a file in a folder that is there and may be written to"))
}
