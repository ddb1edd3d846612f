//! `populace run`

use super::damage::explained;
use super::global::Global;
use super::printer::Printer;
use super::profile;
use super::session;
use super::size::count;
use crate::engine::Profiles;
use crate::error::Result;
use crate::lake::TableName;
use crate::models::{
    AbsentTable, BuildRequest, BuildSummary, ModelOutcome, ModelState, UnusedTable, UsedCodeLists,
    absent_references, build, load_reference, note_unused, people_told,
};
use crate::plural::{noun, things};
use crate::release::tables_read;
use std::collections::BTreeSet;
use std::process::ExitCode;

/// Arguments of `populace run`.
#[derive(Debug, clap::Args)]
pub(super) struct RunArguments {
    /// Models: layer.name, layer.* or name [default: those of the pipeline file]
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
    /// Build every model in full, also those that are up to date
    #[arg(long)]
    full_refresh: bool,
    /// Print what the queries of models and checks took: time, rows, memory and spill of each operator
    #[arg(long)]
    profile: bool,
}

impl RunArguments {
    /// As the audit log has them.
    pub(super) fn told(&self) -> Vec<String> {
        let mut told = self.models.clone();
        told.extend(full_refresh_told(self.full_refresh));
        told
    }
}

/// The option as the audit log has it.
pub(super) fn full_refresh_told(is_given: bool) -> Vec<String> {
    let option = is_given.then(|| "--full-refresh".to_string());
    option.into_iter().collect()
}

/// What a run builds.
pub(super) struct WantedModels<'a> {
    /// As they are named; none are those of the pipeline file.
    pub models: &'a [String],
    /// Models known to be damaged.
    pub damaged: &'a BTreeSet<TableName>,
    /// Whether all are built in full.
    pub full_refresh: bool,
}

pub(super) async fn main(
    global: &Global,
    arguments: &RunArguments,
    printer: &Printer,
) -> Result<ExitCode> {
    let mut work = session::SessionWork::begin(global).await?;
    work.profiles = arguments.profile.then(Profiles::default);
    let wanted = WantedModels {
        models: &arguments.models,
        damaged: &BTreeSet::new(),
        full_refresh: arguments.full_refresh,
    };
    let (mut summary, mut lines) = step(global, &work, &wanted, printer).await?;
    summary.profile = work.profiles.as_ref().map(Profiles::all);
    lines.extend(profile::lines(
        summary.profile.as_deref().unwrap_or_default(),
    ));
    printer.summary(&summary, &lines)?;
    Ok(if summary.ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// Builds models, and says what was built.
pub(super) async fn step(
    global: &Global,
    work: &session::SessionWork,
    wanted: &WantedModels<'_>,
    printer: &Printer,
) -> Result<(BuildSummary, Vec<String>)> {
    let built = built(global, work, wanted, printer).await;
    explained(&work.pipeline, &work.lake, built).await
}

async fn built(
    global: &Global,
    work: &session::SessionWork,
    asked: &WantedModels<'_>,
    printer: &Printer,
) -> Result<(BuildSummary, Vec<String>)> {
    let pipeline = &work.pipeline;
    let models = asked.models;
    let library = work.library()?;
    // A report that cannot be read is the release's error.
    let of_reports = tables_read(pipeline).unwrap_or_default();
    let lists = UsedCodeLists::of(pipeline, &library, &of_reports)?;
    let mut reference = load_reference(pipeline, &work.lake).await?;
    reference
        .damaged
        .extend(lists.load(&work.lake).await?.damaged);
    let patterns = if models.is_empty() {
        &pipeline.settings.models.build
    } else {
        models
    };
    let wanted = library.choose(patterns)?;
    // Whoever names a model wants its files looked at, and reports are made next.
    let mut read = match models.is_empty() {
        true => of_reports,
        false => wanted.clone(),
    };
    read.extend(asked.damaged.iter().cloned());
    let engine = work.engine(global)?;
    let request = BuildRequest {
        wanted: &wanted,
        read: &read,
        parameters: &pipeline.values(),
        absent: &absent_references(pipeline)?,
        full_refresh: asked.full_refresh,
    };
    let mut summary = build(&engine, &library, &request, printer.progress()).await?;
    summary.reloaded = reference.damaged;
    summary.unused = note_unused(&work.lake, &library).await?;
    let mut lines = lines(&summary);
    let ruled = pipeline.ruled().into_iter();
    lines.splice(1..1, ruled.map(|parameter| format!("         {parameter}")));
    let days = pipeline.settings.lake.keep_days;
    lines.extend(summary.unused.iter().map(|one| told(one, days)));
    Ok((summary, lines))
}

/// A table that no model makes any more.
fn told(unused: &UnusedTable, days: u16) -> String {
    format!(
        "         {}: no model makes it any more; a vacuum removes it from {} on",
        unused.table,
        unused.removed_from(days)
    )
}

fn lines(summary: &BuildSummary) -> Vec<String> {
    let mut lines = vec![format!(
        "run      {} of {} built",
        summary.built(),
        things(summary.models.len(), "model")
    )];
    for absent in &summary.absent {
        lines.push(format!("         {}: {}", absent.table, absent.reason));
        lines.push(format!("           hint: {}", absent.hint));
    }
    for path in &summary.reloaded {
        let table = TableName::of_path(path).map(|table| table.to_string());
        lines.push(format!(
            "         loaded {} again: {path} was damaged",
            table.unwrap_or_default()
        ));
    }
    for model in &summary.models {
        write_model(&mut lines, model, &summary.absent);
    }
    lines
}

/// Words for a model that was refreshed, or came out with the rows that it had; nothing for any other.
fn made(model: &ModelOutcome) -> String {
    let refreshed = model.refreshed.map(people_told);
    let refreshed = refreshed.map(|people| format!(", refreshed for {people}"));
    let difference = model.by_difference.map(people_told);
    let difference = difference.map(|people| format!(", by difference for {people}"));
    let same = model.same_rows.then_some(", the same rows as before");
    let how = refreshed.or(difference).unwrap_or_default();
    how + same.unwrap_or_default()
}

/// How a model ended; nothing of one that was up to date.
fn write_model(lines: &mut Vec<String>, model: &ModelOutcome, absent_tables: &[AbsentTable]) {
    for path in model.damaged.iter().filter(|_| model.ok()) {
        lines.push(format!(
            "         rebuilt {}: {path} was damaged",
            model.model
        ));
    }
    if let Some(input) = &model.waits_for {
        let absent = |absent: &AbsentTable| absent.table.to_string() == *input;
        let why = match absent_tables.iter().any(absent) {
            true => "is not there",
            false => "failed",
        };
        lines.push(format!(
            "         {:<40} not tried: {input} {why}",
            model.model
        ));
    } else if !model.failed.is_empty() {
        lines.push(format!(
            "         {:<40} failed its checks; its old table stays",
            model.model
        ));
        for failure in &model.failed {
            lines.push(format!("           {}", failure.told()));
        }
    } else if model.state != ModelState::UpToDate {
        lines.push(format!(
            "         {:<40} {:>12} {:<4} {:>6.1} s{}",
            model.model,
            count(model.rows),
            noun(model.rows, "row"),
            model.seconds,
            made(model)
        ));
        if model.differed {
            lines.push(
                "           warning: a refresh gave other rows than a full build, which took their place"
                    .to_string(),
            );
        }
        for warning in &model.warned {
            lines.push(format!("           warning: {}", warning.told()));
        }
    }
}
