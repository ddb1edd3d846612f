//! `populace nightly`: pull, run, release and vacuum, one after the other.
//!
//! Each step leaves the lake as it was or done, and does nothing when there is nothing to do, so a
//! night that was cut short is simply run again. However a night ends, its log says so: also when it
//! could not begin, and when a signal ended it.

use super::audited_command::act;
use super::confirmations::Confirmations;
use super::damage::{explained, sorted};
use super::global::Global;
use super::night_log::{self, NightStep};
use super::nights::{cut_short, nights};
use super::notices::Notices;
use super::printer::{Printer, described};
use super::size::{count, show};
use super::{pull, release, run, session, vacuum};
use crate::audit::AuditLog;
use crate::error::{Error, Kind, Result};
use crate::lake::{Holder, Lake, TableName};
use crate::models::BuildSummary;
use crate::panics;
use crate::plural::things;
use crate::privacy::Key;
use crate::pull::PullSummary;
use crate::release::{Made, Wanted};
use crate::stop::{self, Signal};
use std::collections::BTreeSet;
use std::future::Future;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How long a night that ends at once may take to say so in its log.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Arguments of `populace nightly`.
#[derive(Debug, clap::Args)]
pub(super) struct NightlyArguments {
    #[command(flatten)]
    confirmations: Confirmations,
    /// Build every model in full, also those that are up to date
    #[arg(long)]
    full_refresh: bool,
}

impl NightlyArguments {
    /// As the audit log has them.
    pub(super) fn told(&self) -> Vec<String> {
        run::full_refresh_told(self.full_refresh)
    }
}

pub(super) async fn main(
    global: &Global,
    arguments: &NightlyArguments,
    printer: &Printer,
) -> Result<ExitCode> {
    let mut notices = Notices::of(global, "nightly");
    notices.begins();
    let night = night(global, arguments, &mut notices, printer);
    let done = panics::caught_in(night).await;
    notices.ended(&done, printer).await;
    done
}

/// Begins a night, and does its steps.
async fn night(
    global: &Global,
    arguments: &NightlyArguments,
    notices: &mut Notices,
    printer: &Printer,
) -> Result<ExitCode> {
    let night = notices.moment();
    let begun = stop::unless_told(session::SessionWork::begin_to_pull(global)).await;
    let (mut work, key) = match begun {
        Ok(begun) => begun,
        Err(error) => {
            not_begun(global, &night, &error, printer).await;
            return Err(error);
        }
    };
    work.confirm(&arguments.confirmations);
    work.lock.note(&night)?;
    let log = Log {
        lake: &work.lake,
        night: &night,
        printer,
    };
    let before = nights(night_log::load(&work.lake).await?, &Holder::Nobody);
    if let Some(cut_short) = cut_short(&before) {
        printer.say(&format!(
            "the night of {} was cut short; this one finishes its work",
            cut_short.night
        ));
    }
    log.begin().await?;
    steps(global, &work, &key, &log, arguments.full_refresh, notices).await
}

/// The steps of a night.
async fn steps(
    global: &Global,
    work: &session::SessionWork,
    key: &Key,
    log: &Log<'_>,
    full_refresh: bool,
    notices: &mut Notices,
) -> Result<ExitCode> {
    let started = Instant::now();
    let printer = log.printer;
    let (verified, lines) = log.doing("verify", verified(work)).await?;
    log.did("verify", "ok", &lines).await?;

    let pulled = pull::step(global, work, key, &[], printer);
    let (pulled, lines) = log.doing("pull", pulled).await?;
    let outcome = match pulled.warnings.is_empty() {
        true => "ok",
        false => "warned",
    };
    log.did("pull", outcome, &lines).await?;
    notices.pulled(&pulled);

    let wanted = run::WantedModels {
        models: &[],
        damaged: &verified.damaged,
        full_refresh,
    };
    let built = run::step(global, work, &wanted, printer);
    let (built, lines) = log.doing("run", built).await?;
    log.ran(&built, &lines).await?;
    notices.built(work, &built).await;

    let mut summary = serde_json::json!({
        "night": log.night, "verify": verified.summary(), "pull": pulled, "run": built,
    });
    let failed = match warned(&pulled, built.checks_hold()) {
        Some(error) => Some((error, "pull")),
        None => {
            let failed = released(global, work, log, &built, notices, &mut summary).await?;
            failed.map(|error| (error, failed_step(built.ok())))
        }
    };
    if let Some((error, step)) = failed {
        notices.failed(&error, step);
        log.end("failed", error.what()).await?;
        return refused(global, error, summary, printer);
    }

    let library = work.library()?;
    let days = work.pipeline.settings.lake.keep_days;
    let removed = vacuum::step(log.lake, &library, days, false);
    let (removed, lines) = log.doing("vacuum", removed).await?;
    log.did("vacuum", "ok", &lines).await?;
    let seconds = started.elapsed().as_secs_f64();
    log.end("ok", &format!("{seconds:.1} s")).await?;

    summary["vacuum"] = serde_json::json!(removed);
    summary["seconds"] = seconds.into();
    printer.summary(&summary, &[format!("nightly  done in {seconds:.1} s")])?;
    Ok(ExitCode::SUCCESS)
}

/// The step that is to blame for reports that were not released.
fn failed_step(checks_are_good: bool) -> &'static str {
    match checks_are_good {
        true => "release",
        false => "run",
    }
}

/// Ends a night of which every step ended, and that is not a good one.
fn refused(
    global: &Global,
    error: Error,
    mut summary: serde_json::Value,
    printer: &Printer,
) -> Result<ExitCode> {
    if !global.json {
        return Err(error);
    }
    summary["error"] = described(&error)["error"].take();
    summary["exit_code"] = 1.into();
    printer.summary(&summary, &[])?;
    Ok(ExitCode::from(1))
}

/// What was found of the files whose turn it was.
struct NightVerified {
    files: u64,
    bytes: u64,
    /// Models that the night builds again.
    damaged: BTreeSet<TableName>,
}

impl NightVerified {
    fn summary(&self) -> serde_json::Value {
        let damaged: Vec<String> = self.damaged.iter().map(TableName::to_string).collect();
        serde_json::json!({ "files": self.files, "bytes": self.bytes, "damaged": damaged })
    }
}

/// Checks the files whose turn it is. Damage that the night cannot mend is an error.
async fn verified(work: &session::SessionWork) -> Result<(NightVerified, Vec<String>)> {
    let day = chrono::Utc::now().timestamp() / (24 * 60 * 60);
    let scrubbed = work.lake.scrub(u64::try_from(day).unwrap_or_default());
    let scrubbed = scrubbed.await?;
    let sorted = sorted(&scrubbed, work.library().ok().as_ref());
    let (models, more) = explained(&work.pipeline, &work.lake, sorted).await?;
    let files = things(scrubbed.files, "file");
    let mut lines = vec![format!(
        "verify   {files} of the lake checked, {}; {} damaged",
        show(scrubbed.bytes),
        count(scrubbed.damage.len() as u64)
    )];
    lines.extend(more);
    let verified = NightVerified {
        files: scrubbed.files,
        bytes: scrubbed.bytes,
        damaged: models,
    };
    Ok((verified, lines))
}

/// Why nothing is released after a pull.
fn warned(pulled: &PullSummary, built: bool) -> Option<Error> {
    let mut error = Error::refused("the pull ended with a warning, so nothing was released");
    if !built {
        error = error.cause("checks of models failed as well");
    }
    let wrong = pulled.warnings.iter().filter(|warning| !warning.tolerated);
    (!pulled.is_good()).then(|| {
        wrong
            .fold(error, Error::cause)
            .hint("what came is in the lake and the models are built; mend the source, or allow it by the setting that the cause names, then run again")
    })
}

/// Releases what may be released; gives why that is not all.
async fn released(
    global: &Global,
    work: &session::SessionWork,
    log: &Log<'_>,
    built: &BuildSummary,
    notices: &mut Notices,
    summary: &mut serde_json::Value,
) -> Result<Option<Error>> {
    let audit = AuditLog::new(log.lake, act());
    let wanted = Wanted {
        log: Some(&audit),
        ..Wanted::default()
    };
    let made = release::step(global, work, wanted);
    match log.doing("release", made).await {
        Ok((made, lines)) => {
            log.released(&made, &lines).await?;
            notices.released(&made);
            summary["release"] = serde_json::json!(made);
            Ok(not_good(built, &made))
        }
        Err(error) if !built.checks_hold() && error.kind() == Kind::Refused => Ok(Some(
            error.within("checks of models failed, and nothing was released"),
        )),
        Err(error) => Err(error),
    }
}

/// Why a night of which every step ended is not a good one.
fn not_good(built: &BuildSummary, made: &Made) -> Option<Error> {
    if built.ok() && made.refused.is_empty() {
        return None;
    }
    let names: Vec<&str> = made.refused.iter().map(|r| r.report.as_str()).collect();
    let left_out = match names.as_slice() {
        [] => "no report that was released reads their models".to_string(),
        names => format!("not released: {}", names.join(", ")),
    };
    if built.checks_hold() && made.refused.is_empty() {
        return Some(
            Error::refused("a refresh gave other rows than a full build")
                .cause("tonight's slice of people was made anew and compared")
                .hint("those models were built in full, and reports are released from them; build all of them with `populace run --full-refresh`, and report the models that the lines above name"),
        );
    }
    let what = match built.checks_hold() {
        true => format!("tables that reports read are out of date; {left_out}"),
        false => format!("checks of models failed; {left_out}"),
    };
    Some(
        Error::refused(what)
            .hint("mend what the lines above name, then run again: what is done stays done"),
    )
}

/// A night that could not begin is a night too: its log says why, where the lake can be found and
/// opened.
async fn not_begun(global: &Global, night: &str, error: &Error, printer: &Printer) {
    let step = NightStep::now(night, "begin", outcome(error), &error.to_string());
    let noted = match session::lake_to_tell(global).await {
        Ok(lake) => night_log::add(&lake, &[step]).await,
        Err(e) => Err(e),
    };
    if let Err(why) = noted {
        printer.remark(&format!("this night is not in the log of nights: {why}"));
    }
}

/// What the log calls the end of a step that failed.
fn outcome(error: &Error) -> &'static str {
    match error.kind() {
        Kind::Stopped(_) => "stopped",
        _ => "failed",
    }
}

/// The log of one night.
struct Log<'a> {
    lake: &'a Lake,
    night: &'a str,
    printer: &'a Printer,
}

impl Log<'_> {
    async fn begin(&self) -> Result<()> {
        let (lake, night) = (self.lake.clone(), self.night.to_string());
        stop::last_words(move |signal| note_stop(lake, &night, signal));
        let program = concat!("populace ", env!("CARGO_PKG_VERSION"));
        self.add(&[self.step("begin", "ok", program)]).await
    }

    /// Does a step until it ends or this process is told to stop; how it failed goes into the log.
    async fn doing<T>(&self, step: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
        stop::during(step);
        let result = stop::unless_told(work).await;
        if let Err(error) = &result {
            let failed = self.step(step, outcome(error), &error.to_string());
            match self.add(&[failed]).await {
                Ok(()) => stop::forget_last_words(),
                Err(why) => self.printer.remark(&format!(
                    "the end of this night is not in the log of nights: {why}"
                )),
            }
        }
        result
    }

    /// A step has ended: its first line goes into the log, all are said.
    async fn did(&self, step: &str, outcome: &str, lines: &[String]) -> Result<()> {
        for line in lines {
            self.printer.say(line);
        }
        self.add(&[self.first_line(step, outcome, lines)]).await
    }

    /// The models were built or not: every check that failed has a row.
    async fn ran(&self, built: &BuildSummary, lines: &[String]) -> Result<()> {
        for line in lines {
            self.printer.say(line);
        }
        let outcome = match built.ok() {
            true => "ok",
            false => "failed",
        };
        let mut steps = vec![self.first_line("run", outcome, lines)];
        for model in &built.models {
            let failed = model.failed.iter().chain(&model.warned);
            steps.extend(failed.map(|f| NightStep::check(self.night, &model.model, f)));
        }
        self.add(&steps).await
    }

    /// Reports were released; without all of them the step did not go well.
    async fn released(&self, made: &Made, lines: &[String]) -> Result<()> {
        if made.refused.is_empty() {
            return self.did("release", "ok", lines).await;
        }
        for line in lines {
            self.printer.say(line);
        }
        let refused = made.refused.iter();
        let refused: Vec<String> = refused
            .map(|r| format!("report {} refused: {}", r.report, r.because.join("; ")))
            .collect();
        let detail = format!(
            "{} made without some reports: {}",
            made.release,
            refused.join("; ")
        );
        self.add(&[self.step("release", "failed", &detail)]).await
    }

    async fn end(&self, outcome: &str, detail: &str) -> Result<()> {
        self.add(&[self.step("end", outcome, detail)]).await?;
        stop::forget_last_words();
        Ok(())
    }

    fn first_line(&self, step: &str, outcome: &str, lines: &[String]) -> NightStep {
        // The line for people begins with the step's name, which has a column of its own here.
        let line = lines.first().map_or("", String::as_str);
        let line = line.strip_prefix(step).unwrap_or(line);
        let warnings = lines.iter().map(|line| line.trim());
        let warnings = warnings.filter(|line| line.starts_with("warning: "));
        let detail: Vec<&str> = std::iter::once(line.trim()).chain(warnings).collect();
        self.step(step, outcome, &detail.join("; "))
    }

    fn step(&self, step: &str, outcome: &str, detail: &str) -> NightStep {
        NightStep::now(self.night, step, outcome, detail)
    }

    async fn add(&self, steps: &[NightStep]) -> Result<()> {
        night_log::add(self.lake, steps).await
    }
}

/// Writes into the log that a signal ended the night, when the night itself no longer can.
fn note_stop(lake: Lake, night: &str, signal: Signal) {
    let stopped = stop::stopped(signal);
    let step = NightStep::now(night, &stop::step(), "stopped", stopped.what());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let Ok(runtime) = runtime else { return };
    // Late or not at all: the next night finds that this one has no end.
    let _ = runtime.block_on(async {
        let added = tokio::spawn(async move { night_log::add(&lake, &[step]).await });
        tokio::time::timeout(LAST_WORDS, added).await
    });
    std::mem::forget(runtime);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_checks_are_of_the_step_that_ran_them() {
        assert_eq!(failed_step(false), "run");
        assert_eq!(failed_step(true), "release");
    }
}
