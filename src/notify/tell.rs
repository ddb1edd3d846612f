//! Everybody who is to be told, told side by side.

use super::openlineage::{LineageSink, ModelRun};
use super::run_end::RunEnd;
use super::{email, textfile, webhook};
use crate::error::Error;
use crate::pipeline::{NotifyOn, NotifySettings};
use std::path::PathBuf;

/// Who is told how a command ended.
#[derive(Debug, Clone)]
pub(crate) struct Notifier {
    settings: NotifySettings,
    /// Where relative paths of the settings start.
    base: PathBuf,
}

impl Notifier {
    /// Those whom the settings name.
    pub(crate) fn new(settings: NotifySettings, base: PathBuf) -> Self {
        Notifier { settings, base }
    }

    /// Whether anybody hears of models.
    pub(crate) fn wants_lineage(&self) -> bool {
        self.settings.openlineage.is_some()
    }

    fn lineage(&self) -> Option<LineageSink<'_>> {
        Some(LineageSink {
            settings: self.settings.openlineage.as_ref()?,
            installation: self.settings.name.as_str(),
            base: &self.base,
        })
    }

    /// Says that a night begins; gives why that could not be said.
    pub(crate) async fn begins(&self, end: &RunEnd) -> Option<Error> {
        let sink = self.lineage()?;
        sink.begins(end).await.err()
    }

    /// Says how a command ended; gives who could not be told, and why.
    pub(crate) async fn ended(&self, end: &RunEnd, models: &[ModelRun]) -> Vec<Error> {
        let settings = &self.settings;
        let (name, base) = (settings.name.as_str(), self.base.as_path());
        let wanted = |on: &[NotifyOn]| on.contains(&end.outcome());
        let metrics = async {
            let settings = settings.textfile.as_ref().filter(|s| wanted(&s.on))?;
            textfile::tell(settings, name, end, base).err()
        };
        let webhook = async {
            let settings = settings.webhook.as_ref().filter(|s| wanted(&s.on))?;
            webhook::tell(settings, name, end, base).await.err()
        };
        let email = async {
            let settings = settings.email.as_ref().filter(|s| wanted(&s.on))?;
            email::tell(settings, name, end, base).await.err()
        };
        let lineage = async {
            let sink = self.lineage().filter(|_| end.command == "nightly")?;
            sink.ended(end, models).await.err()
        };
        let (metrics, webhook, email, lineage) = futures::join!(metrics, webhook, email, lineage);
        [metrics, webhook, email, lineage]
            .into_iter()
            .flatten()
            .collect()
    }
}
