//! `populace nightly`: pull, run, release and vacuum, one after the other.
//!
//! Each step leaves the lake as it was or done, and does nothing when there is nothing to do, so a
//! night that was cut short is simply run again.

use super::printer::Printer;
use super::{Global, night_log, pull, release, run, session, vacuum};
use crate::error::{Error, Result};
use crate::lake::Lake;
use std::process::ExitCode;
use std::time::Instant;

pub async fn main(global: &Global, printer: &Printer) -> Result<ExitCode> {
    let started = Instant::now();
    let work = session::Work::begin(global).await?;
    let lake = &work.lake;
    let night = chrono::Utc::now()
        .format("%Y-%m-%dT%H:%M:%S%.3fZ")
        .to_string();
    if let Some(cut_short) = interrupted(lake).await? {
        printer.say(&format!(
            "the night of {cut_short} was cut short; this one finishes its work"
        ));
    }
    night_log::add(
        lake,
        &night,
        "begin",
        "ok",
        concat!("populace ", env!("CARGO_PKG_VERSION")),
    )
    .await?;

    let pulled = pull::step(global, &work, &[], printer).await;
    let (pulled, pull_lines) = logged(lake, &night, "pull", pulled).await?;
    say(printer, &pull_lines);

    let built = run::step(global, &work, &[], printer).await;
    let (built, run_lines) = logged(lake, &night, "run", built).await?;
    say(printer, &run_lines);

    let mut summary = serde_json::json!({ "night": night, "pull": pulled, "run": built });
    if !built.ok() {
        let error = Error::refused("checks of models failed, so nothing was released")
            .hint("mend the data or the model that the lines above name, then run again: what is done stays done");
        night_log::add(lake, &night, "end", "failed", error.what()).await?;
        if global.json {
            summary["exit_code"] = 1.into();
            printer.summary(&summary, &[])?;
            return Ok(ExitCode::from(1));
        }
        return Err(error);
    }

    let made = release::step(global, &work, &[], false).await;
    let (made, release_lines) = logged(lake, &night, "release", made).await?;
    say(printer, &release_lines);

    let removed = vacuum::step(lake, work.pipeline.settings.lake.keep_days, false).await;
    let (removed, vacuum_lines) = logged(lake, &night, "vacuum", removed).await?;
    say(printer, &vacuum_lines);
    night_log::add(
        lake,
        &night,
        "end",
        "ok",
        &format!("{:.1} s", started.elapsed().as_secs_f64()),
    )
    .await?;

    summary["release"] = serde_json::json!(made);
    summary["vacuum"] = serde_json::json!(removed);
    summary["seconds"] = started.elapsed().as_secs_f64().into();
    let end = format!("nightly  done in {:.1} s", started.elapsed().as_secs_f64());
    printer.summary(&summary, &[end])?;
    Ok(ExitCode::SUCCESS)
}

fn say(printer: &Printer, lines: &[String]) {
    for line in lines {
        printer.say(line);
    }
}

/// Writes a step's end into the log of nights, whichever end it was.
async fn logged<T>(
    lake: &Lake,
    night: &str,
    step: &str,
    result: Result<(T, Vec<String>)>,
) -> Result<(T, Vec<String>)> {
    let (outcome, detail) = match &result {
        // The line for people begins with the step's name, which has a column of its own here.
        Ok((_, lines)) => {
            let line = lines.first().map_or("", String::as_str);
            (
                "ok",
                line.strip_prefix(step).unwrap_or(line).trim().to_string(),
            )
        }
        Err(error) => ("failed", error.to_string()),
    };
    let written = night_log::add(lake, night, step, outcome, &detail).await;
    let done = result?;
    written?;
    Ok(done)
}

/// The last night, when it has no end.
async fn interrupted(lake: &Lake) -> Result<Option<String>> {
    let steps = night_log::load(lake).await?;
    Ok(steps
        .last()
        .filter(|s| s.step != "end" && s.outcome == "ok")
        .map(|s| s.night.clone()))
}
