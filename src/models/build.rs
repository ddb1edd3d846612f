//! Building models: what is out of date, in order, checked before it is seen.

use super::check::{self, CheckFailure};
use super::fingerprint::FINGERPRINT;
use super::graph::order;
use super::inputs::{INPUTS, Inputs};
use super::library::{Library, Model};
use super::mended::damaged;
use super::stored::{stored, stored_schema};
use crate::engine::{Engine, LakeTable};
use crate::error::Result;
use crate::lake::{Change, DataFile, FileWriter, Lake, Table, TableName};
use crate::pipeline::Value;
use crate::progress::Progress;
use arrow::datatypes::SchemaRef;
use futures::TryStreamExt;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

/// Encoded bytes at which a model's file ends and the next begins: what a build keeps in memory.
const FILE_BYTES: usize = 64 * 1024 * 1024;

/// Whether a model has to be built, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelState {
    /// Its table is what it would come out as.
    UpToDate,
    /// It was never built.
    New,
    /// Its SQL, checks or parameters changed.
    Changed,
    /// What it reads changed.
    InputChanged,
    /// A file of its table, or the table's log, is damaged.
    Damaged,
}

/// A model in the order of building.
#[derive(Debug, Clone, Serialize)]
pub struct Planned {
    /// Its table.
    #[serde(serialize_with = "shown")]
    pub model: TableName,
    /// Whether it has to be built.
    pub state: ModelState,
    /// The inputs that changed.
    pub because: Vec<String>,
}

/// What happened to a model.
#[derive(Debug, Clone, Serialize)]
pub struct ModelOutcome {
    /// Its table.
    pub model: String,
    /// Why it was built, or that it was not.
    pub state: ModelState,
    /// Its rows.
    pub rows: u64,
    /// Seconds that building took.
    pub seconds: f64,
    /// Checks that failed; then the table was not changed.
    pub failed: Vec<CheckFailure>,
    /// The model that it reads and that was not built, if any; then it was not tried.
    pub waits_for: Option<String>,
    /// Files of its table, or the log, that were damaged: why it was built although nothing changed.
    pub damaged: Vec<String>,
}

/// What a run did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BuildSummary {
    /// Models in the order of building.
    pub models: Vec<ModelOutcome>,
    /// Damaged files of reference tables, which were loaded again.
    pub reloaded: Vec<String>,
}

impl BuildSummary {
    /// Models that were built.
    pub fn built(&self) -> usize {
        self.models
            .iter()
            .filter(|m| m.state != ModelState::UpToDate && m.ok())
            .count()
    }

    /// Whether every model is as it should be.
    pub fn ok(&self) -> bool {
        self.models.iter().all(ModelOutcome::ok)
    }
}

impl ModelOutcome {
    /// Whether the model's table is as it should be.
    pub fn ok(&self) -> bool {
        self.failed.is_empty() && self.waits_for.is_none()
    }
}

fn shown<S: serde::Serializer>(name: &TableName, s: S) -> std::result::Result<S::Ok, S::Error> {
    s.collect_str(name)
}

/// Says, model by model, what a build of `wanted` would do.
pub async fn plan(
    lake: &Lake,
    library: &Library,
    wanted: &BTreeSet<TableName>,
    parameters: &BTreeMap<String, Value>,
) -> Result<Vec<Planned>> {
    let mut inputs = Inputs::new(lake);
    let mut planned = Vec::new();
    for name in order(library, wanted)? {
        let Some(model) = library.models.get(&name) else {
            continue;
        };
        let (state, because, fingerprint) = inputs.state(model, parameters).await?;
        inputs.expect(&name, fingerprint);
        planned.push(Planned {
            model: name,
            state,
            because,
        });
    }
    Ok(planned)
}

/// Builds `wanted` models and what they need, as far as they are out of date.
///
/// A model whose checks fail keeps its old table, and what reads it is not built. Models that are up
/// to date are built again when their files are damaged, which is looked at where they are read: by
/// what is built, or afterwards, as `read` says.
pub async fn build(
    engine: &Engine,
    library: &Library,
    wanted: &BTreeSet<TableName>,
    read: &BTreeSet<TableName>,
    parameters: &BTreeMap<String, Value>,
    progress: Progress,
) -> Result<BuildSummary> {
    let order = order(library, wanted)?;
    let bar = progress.count("run", order.len() as u64);
    let mut inputs = Inputs::new(engine.lake());
    let lake = engine.lake();
    let mut damaged = damaged(lake, library, &order, read, parameters, &mut inputs).await?;
    let mut summary = BuildSummary::default();
    let mut failed: BTreeSet<TableName> = BTreeSet::new();
    for name in order {
        let Some(model) = library.models.get(&name) else {
            continue;
        };
        bar.set_message(name.to_string());
        let waits_for = model.reads.iter().find(|read| failed.contains(*read));
        let outcome = match waits_for {
            Some(read) => ModelOutcome {
                model: name.to_string(),
                state: ModelState::InputChanged,
                rows: 0,
                seconds: 0.0,
                failed: Vec::new(),
                waits_for: Some(read.to_string()),
                damaged: damaged.remove(&name).unwrap_or_default(),
            },
            None => {
                let damaged = damaged.remove(&name).unwrap_or_default();
                build_one(engine, model, parameters, damaged, &mut inputs).await?
            }
        };
        if !outcome.ok() {
            failed.insert(name);
        }
        summary.models.push(outcome);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(summary)
}

async fn build_one(
    engine: &Engine,
    model: &Model,
    parameters: &BTreeMap<String, Value>,
    damaged: Vec<String>,
    inputs: &mut Inputs<'_>,
) -> Result<ModelOutcome> {
    let started = Instant::now();
    let lake = engine.lake();
    let (mut state, _, fingerprint) = inputs.state(model, parameters).await?;
    if !damaged.is_empty() {
        state = ModelState::Damaged;
    }
    let made_from = inputs.of(model).await?;
    let (base, log_is_damaged) = match lake.table(&model.name).await {
        Err(e) if e.damaged_path().is_some() => (None, true),
        found => (found?, false),
    };
    let mut outcome = ModelOutcome {
        model: model.name.to_string(),
        state,
        rows: base.as_ref().map_or(0, Table::rows),
        seconds: 0.0,
        failed: Vec::new(),
        waits_for: None,
        damaged,
    };
    if state != ModelState::UpToDate {
        for read in &model.reads {
            engine.register(&inputs.table(read, model).await?)?;
        }
        let file = model.file.display().to_string();
        let (schema, files) = run(engine, model, &file).await?;
        let staged = LakeTable::of_files(lake, &schema, files.clone());
        engine.provide(&model.name, Arc::new(staged))?;
        outcome.failed = check::run(engine, &file, &model.name, &model.header.checks).await?;
        outcome.rows = files.iter().map(|f| f.rows).sum();
        if outcome.failed.is_empty() {
            let properties = BTreeMap::from([
                (FINGERPRINT.to_string(), fingerprint.clone()),
                (INPUTS.to_string(), made_from),
            ]);
            let change = Change::replacing(base.as_ref(), schema, properties, files);
            if log_is_damaged {
                lake.forget_log(&model.name).await?;
            }
            lake.commit(&model.name, base.as_ref(), change).await?;
        }
        outcome.seconds = started.elapsed().as_secs_f64();
        tracing::info!(model = %model.name, rows = outcome.rows, seconds = outcome.seconds, failed = outcome.failed.len(), "built");
    }
    inputs.expect(&model.name, fingerprint);
    Ok(outcome)
}

/// Runs a model's query into new files that no table names yet.
async fn run(engine: &Engine, model: &Model, place: &str) -> Result<(SchemaRef, Vec<DataFile>)> {
    let frame = engine.query(place, &model.sql).await?;
    let schema = stored_schema(frame.schema().as_arrow());
    model.header.fits(place, &schema)?;
    let mut stream = engine.run(place, frame).await?;
    let mut files = Vec::new();
    let mut writer = FileWriter::new(&schema, &[])?;
    while let Some(batch) = stream.try_next().await? {
        let mut rows = stored(&batch, &schema, place)?;
        while let Some(rest) = writer.fill(&rows, FILE_BYTES)? {
            let full = std::mem::replace(&mut writer, FileWriter::new(&schema, &[])?);
            files.push(
                engine
                    .lake()
                    .write_file(&model.name, None, 0, full.finish()?)
                    .await?,
            );
            rows = rest;
        }
    }
    if !writer.is_empty() {
        files.push(
            engine
                .lake()
                .write_file(&model.name, None, 0, writer.finish()?)
                .await?,
        );
    }
    Ok((schema, files))
}
