//! `populace run`

use super::printer::Printer;
use super::size::count;
use super::{Global, session};
use crate::error::Result;
use crate::models::{BuildSummary, ModelState, build, load_reference};
use std::process::ExitCode;

/// Arguments of `populace run`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Models: layer.name, layer.* or name [default: those of the pipeline file]
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
}

pub async fn main(global: &Global, arguments: &Arguments, printer: &Printer) -> Result<ExitCode> {
    let work = session::Work::begin(global).await?;
    let (summary, lines) = step(global, &work, &arguments.models, printer).await?;
    printer.summary(&summary, &lines)?;
    Ok(if summary.ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// Builds models, and says what was built.
pub async fn step(
    global: &Global,
    work: &session::Work,
    models: &[String],
    printer: &Printer,
) -> Result<(BuildSummary, Vec<String>)> {
    let pipeline = &work.pipeline;
    load_reference(pipeline, &work.lake).await?;
    let library = work.library()?;
    let patterns = if models.is_empty() {
        &pipeline.settings.models.build
    } else {
        models
    };
    let wanted = library.choose(patterns)?;
    let engine = work.engine(global)?;
    let summary = build(
        &engine,
        &library,
        &wanted,
        &pipeline.values(),
        printer.progress(),
    )
    .await?;
    let lines = lines(&summary);
    Ok((summary, lines))
}

fn lines(summary: &BuildSummary) -> Vec<String> {
    let mut lines = vec![format!(
        "run      {} of {} models built",
        summary.built(),
        summary.models.len()
    )];
    for model in &summary.models {
        if let Some(input) = &model.waits_for {
            lines.push(format!(
                "         {:<40} not tried: {input} failed",
                model.model
            ));
        } else if !model.failed.is_empty() {
            lines.push(format!(
                "         {:<40} failed its checks; its old table stays",
                model.model
            ));
            for failure in &model.failed {
                lines.push(format!(
                    "           {} rows break `{}`",
                    count(failure.rows.unsigned_abs()),
                    failure.check
                ));
            }
        } else if model.state != ModelState::UpToDate {
            lines.push(format!(
                "         {:<40} {:>12} rows {:>6.1} s",
                model.model,
                count(model.rows),
                model.seconds
            ));
        }
    }
    lines
}
