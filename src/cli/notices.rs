//! Tells whom `[notify]` names how a night or a release ended. Whoever cannot be told changes nothing
//! about how it ended.

use super::global::Global;
use super::lineage::model_runs;
use super::printer::Printer;
use super::project::pipeline_file;
use super::session::SessionWork;
use super::stopped::stopped_too_late;
use crate::error::{Error, Kind, Result};
use crate::models::BuildSummary;
use crate::notify::{ModelRun, Notifier, ReleaseEnd, RunEnd};
use crate::pipeline::Pipeline;
use crate::pull::PullSummary;
use crate::release::Made;
use crate::stop;
use std::process::ExitCode;
use std::time::Duration;
use tokio::task::JoinHandle;

/// How long telling may take.
const LIMIT: Duration = Duration::from_secs(180);
/// How long it may take a command that was told to stop.
const LIMIT_STOPPED: Duration = Duration::from_secs(2);

/// What is to be told of a command, while it is at work.
pub(super) struct Notices {
    notifier: Option<Notifier>,
    end: RunEnd,
    models: Vec<ModelRun>,
    /// Says that a night begins.
    beginning: Option<JoinHandle<Option<Error>>>,
}

impl Notices {
    /// A command begins. Who is to be told is read from the pipeline file however much else of it is
    /// wrong, since that too has to be told.
    pub(super) fn of(global: &Global, command: &'static str) -> Self {
        let file = pipeline_file(global.pipeline.as_deref()).ok();
        let settings = file.and_then(|file| Pipeline::notify_of(&file));
        Notices {
            notifier: settings.map(|(settings, base)| Notifier::new(settings, base)),
            end: RunEnd::of(command),
            models: Vec::new(),
            beginning: None,
        }
    }

    /// Says that a night begins, beside its work.
    pub(super) fn begins(&mut self) {
        if let Some(notifier) = self.notifier.clone() {
            let end = self.end.clone();
            self.beginning = Some(tokio::spawn(async move { notifier.begins(&end).await }));
        }
    }

    /// When the command began, as the log of nights has it.
    pub(super) fn moment(&self) -> String {
        self.end.moment()
    }

    /// A pull ended.
    pub(super) fn pulled(&mut self, pulled: &PullSummary) {
        self.end.extracts_read = Some(pulled.files_read);
        self.end.rows = Some(pulled.tables.iter().map(|table| table.rows).sum());
        self.end.warned = !pulled.warnings.is_empty();
    }

    /// Models were built, or not.
    pub(super) async fn built(&mut self, work: &SessionWork, built: &BuildSummary) {
        self.end.models_built = Some(built.built());
        let failed = built.models.iter().filter(|model| !model.ok());
        self.end.models_failed = failed.map(|model| model.model.clone()).collect();
        if self.notifier.as_ref().is_some_and(Notifier::wants_lineage) {
            self.models = model_runs(work, built).await;
        }
    }

    /// Reports were released, or some of them.
    pub(super) fn released(&mut self, made: &Made) {
        let reports = made.files.iter().filter_map(|f| f.strip_suffix(".html"));
        self.end.release = Some(ReleaseEnd {
            release: made.release.clone(),
            written: made.written,
            reports: reports.map(str::to_string).collect(),
            refused: made.refused.iter().map(|r| r.report.clone()).collect(),
            shown: made.cells_shown,
            suppressed: made.cells_suppressed,
        });
    }

    /// Why the command does not do all that it should, although it goes on, and at which step.
    pub(super) fn failed(&mut self, error: &Error, step: &str) {
        self.end.error = Some(error.clone());
        self.end.step = Some(step.to_string());
    }

    /// Says how the command ended, and who could not be told.
    pub(super) async fn ended(self, done: &Result<ExitCode>, printer: &Printer) {
        let Notices {
            notifier: Some(notifier),
            mut end,
            models,
            beginning,
        } = self
        else {
            return;
        };
        finish(&mut end, done);
        let telling = async {
            let began = match beginning {
                Some(beginning) => beginning.await.ok().flatten(),
                None => None,
            };
            let mut failed = notifier.ended(&end, &models).await;
            failed.extend(began);
            failed
        };
        let told = match stop::told() {
            Some(_) => tokio::time::timeout(LIMIT_STOPPED, telling).await.ok(),
            None => {
                let telling = async { Ok(tokio::time::timeout(LIMIT, telling).await.ok()) };
                stop::unless_told(telling).await.ok().flatten()
            }
        };
        let Some(failed) = told else {
            printer.remark("not everybody was told how this ended: there was no time");
            return;
        };
        for error in failed {
            let hint = error.hint_text().map(|hint| format!("; {hint}"));
            printer.remark(&format!("not told: {error}{}", hint.unwrap_or_default()));
        }
    }
}

/// Writes down how a command ended.
fn finish(end: &mut RunEnd, done: &Result<ExitCode>) {
    end.ended = chrono::Utc::now();
    if let Some(error) = failure(done) {
        end.error = Some(error);
        let step = stop::step();
        if end.step.is_none() {
            // Before its first step a command has its own name for one.
            end.step = (step != end.command).then_some(step);
        }
    }
    end.exit_code = match (stop::told(), done) {
        (Some(signal), _) => 128 + signal.number(),
        (None, Err(error)) => error.kind().exit_code(),
        (None, Ok(code)) => {
            let code = (0..=u8::MAX).find(|n| ExitCode::from(*n) == *code);
            code.unwrap_or(u8::MAX)
        }
    };
}

/// Why a command failed, as it says itself: what failed after a signal, failed because of it.
fn failure(done: &Result<ExitCode>) -> Option<Error> {
    match (stop::told(), done) {
        (Some(signal), Ok(_)) => Some(stopped_too_late(signal)),
        (Some(_), Err(error)) if matches!(error.kind(), Kind::Stopped(_)) => Some(error.clone()),
        (Some(signal), Err(_)) => Some(stop::stopped(signal)),
        (None, Err(error)) => Some(error.clone()),
        (None, Ok(_)) => None,
    }
}
