//! Building models: what is out of date, in order, checked before it is seen.

use super::absent::{AbsentTable, WaitingModels};
use super::built::{Built, Reason};
use super::check::{self, CheckFailure};
use super::declared_check::Severity;
use super::graph::order;
use super::inputs::{Assessed, Inputs};
use super::last_run::{self, LastRun};
use super::library::{Library, Model};
use super::mended::damaged;
use super::model_state::ModelState;
use super::stored::{stored, stored_schema};
use super::unused::UnusedTable;
use crate::engine::{Engine, LakeTable, QueryProfile};
use crate::error::Result;
use crate::lake::{Change, DataFile, FileWriter, Lake, Table, TableName};
use crate::pipeline::ParameterValue;
use crate::progress::Progress;
use arrow::datatypes::SchemaRef;
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

/// Encoded bytes at which a model's file ends and the next begins: what a build keeps in memory.
const FILE_BYTES: usize = 64 * 1024 * 1024;

/// A model in the order of building.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Planned {
    /// Its table.
    #[serde(serialize_with = "shown")]
    pub model: TableName,
    /// Whether it has to be built.
    pub state: ModelState,
    /// The inputs that changed.
    pub because: Vec<String>,
    /// Why it has to be built, for people.
    pub reasons: Vec<String>,
    /// The table or model that it would wait for, if any; then it would not be tried.
    pub waits_for: Option<String>,
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
    /// When building began.
    #[serde(skip)]
    pub(crate) began: DateTime<Utc>,
    /// Seconds that building took.
    pub seconds: f64,
    /// Checks that failed; then the table was not changed.
    pub failed: Vec<CheckFailure>,
    /// Checks that only warn, and that its new rows break.
    pub warned: Vec<CheckFailure>,
    /// The model that it reads and that was not built, or the reference table that is not there, if any;
    /// then it was not tried.
    pub waits_for: Option<String>,
    /// Files of its table, or the log, that were damaged: why it was built although nothing changed.
    pub damaged: Vec<String>,
}

/// What a run did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BuildSummary {
    /// Models in the order of building.
    pub models: Vec<ModelOutcome>,
    /// Reference tables that models read and that are not there.
    pub(crate) absent: Vec<AbsentTable>,
    /// Damaged files of reference tables, which were loaded again.
    pub reloaded: Vec<String>,
    /// Tables of the lake that no model of the project makes any more.
    pub(crate) unused: Vec<UnusedTable>,
    /// What the queries took, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<Vec<QueryProfile>>,
}

impl BuildSummary {
    /// Models that were built.
    pub(crate) fn built(&self) -> usize {
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
    pub(crate) fn ok(&self) -> bool {
        self.failed.is_empty() && self.waits_for.is_none()
    }

    /// Why it is not, for people.
    fn failure(&self) -> Option<String> {
        if let Some(read) = &self.waits_for {
            return Some(format!("it waits for {read}"));
        }
        let checks = self.failed.iter();
        let checks: Vec<String> = checks
            .map(|f| format!("{} rows {}", f.rows, f.told()))
            .collect();
        (!checks.is_empty()).then(|| checks.join(", "))
    }
}

pub(super) fn shown<S: serde::Serializer>(
    name: &TableName,
    s: S,
) -> std::result::Result<S::Ok, S::Error> {
    s.collect_str(name)
}

/// Says, model by model, what a build of `wanted` would do; `loaded` are the versions of the
/// reference tables that a run would load first, and `files` the reference tables whose files are not there.
pub(crate) async fn plan(
    lake: &Lake,
    library: &Library,
    wanted: &BTreeSet<TableName>,
    parameters: &BTreeMap<String, ParameterValue>,
    loaded: BTreeMap<TableName, String>,
    files: &[AbsentTable],
) -> Result<Vec<Planned>> {
    let mut inputs = Inputs::new(lake);
    let order = order(library, wanted)?;
    let waiting = WaitingModels::of(lake, library, &order, files, &loaded).await?;
    for (table, version) in loaded {
        inputs.expect(&table, version);
    }
    inputs.look_up(library, &order).await;
    let mut planned = Vec::new();
    for name in order {
        let Some(model) = library.models.get(&name) else {
            continue;
        };
        if let Some(read) = waiting.models.get(&name) {
            planned.push(Planned {
                model: name,
                state: ModelState::InputChanged,
                because: Vec::new(),
                reasons: Vec::new(),
                waits_for: Some(read.to_string()),
            });
            continue;
        }
        let assessed = inputs.state(model, parameters).await?;
        inputs.expect(&name, assessed.fingerprint.clone());
        planned.push(Planned {
            model: name,
            state: assessed.state,
            because: assessed.inputs_changed(),
            reasons: assessed.reasons.iter().map(Reason::to_string).collect(),
            waits_for: None,
        });
    }
    Ok(planned)
}

/// Builds `wanted` models and what they need, as far as they are out of date.
///
/// A model whose checks fail keeps its old table, and what reads it is not built; nor is what reads a
/// reference table that is not there, as those of `files` are whose files are absent. Models that are up
/// to date are built again when their files are damaged, which is looked at where they are read: by
/// what is built, or afterwards, as `read` says. How each model ended is kept in the lake, also when a
/// later one cannot be built at all.
pub async fn build(
    engine: &Engine,
    library: &Library,
    wanted: &BTreeSet<TableName>,
    read: &BTreeSet<TableName>,
    parameters: &BTreeMap<String, ParameterValue>,
    files: &[AbsentTable],
    progress: Progress,
) -> Result<BuildSummary> {
    let mut ended = BTreeMap::new();
    let order = order(library, wanted)?;
    let mut waiting =
        WaitingModels::of(engine.lake(), library, &order, files, &BTreeMap::new()).await?;
    let absent = std::mem::take(&mut waiting.absent).into_values().collect();
    let built = build_all(
        engine,
        library,
        (&order, &waiting),
        read,
        parameters,
        progress,
        &mut ended,
    )
    .await;
    let is_model =
        |name: &str| TableName::parse(name).is_some_and(|n| library.models.contains_key(&n));
    let recorded = last_run::record(engine.lake(), ended, is_model).await;
    let mut summary = built?;
    summary.absent = absent;
    recorded?;
    engine.lake().keep_newest().await?;
    Ok(summary)
}

async fn build_all(
    engine: &Engine,
    library: &Library,
    (order, waiting): (&[TableName], &WaitingModels),
    read: &BTreeSet<TableName>,
    parameters: &BTreeMap<String, ParameterValue>,
    progress: Progress,
    ended: &mut BTreeMap<String, LastRun>,
) -> Result<BuildSummary> {
    let bar = progress.count("run", order.len() as u64);
    let mut inputs = Inputs::new(engine.lake());
    let lake = engine.lake();
    let tried = waiting.others(order);
    inputs.look_up(library, &tried).await;
    let mut damaged = damaged(lake, library, &tried, read, parameters, &mut inputs).await?;
    let mut summary = BuildSummary::default();
    let mut failed: BTreeSet<TableName> = BTreeSet::new();
    for name in order {
        let Some(model) = library.models.get(name) else {
            continue;
        };
        bar.set_message(name.to_string());
        let waits_for = model.reads.iter().find(|read| failed.contains(*read));
        let waits_for = waiting.models.get(name).or(waits_for);
        let harmed = damaged.remove(name).unwrap_or_default();
        let (outcome, fingerprint) = match waits_for {
            Some(read) => (not_tried(name, read, harmed), String::new()),
            None => build_one(engine, model, parameters, harmed, &mut inputs).await?,
        };
        let run = LastRun {
            fingerprint,
            as_of: parameters.get("as_of").map(ParameterValue::to_string),
            failure: outcome.failure(),
        };
        ended.insert(name.to_string(), run);
        if !outcome.ok() {
            failed.insert(name.clone());
        }
        summary.models.push(outcome);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(summary)
}

/// A model that is not tried, because `read` was not built or is not there.
fn not_tried(name: &TableName, read: &TableName, damaged: Vec<String>) -> ModelOutcome {
    ModelOutcome {
        model: name.to_string(),
        state: ModelState::InputChanged,
        rows: 0,
        began: Utc::now(),
        seconds: 0.0,
        failed: Vec::new(),
        warned: Vec::new(),
        waits_for: Some(read.to_string()),
        damaged,
    }
}

async fn build_one(
    engine: &Engine,
    model: &Model,
    parameters: &BTreeMap<String, ParameterValue>,
    damaged: Vec<String>,
    inputs: &mut Inputs<'_>,
) -> Result<(ModelOutcome, String)> {
    let started = Instant::now();
    let lake = engine.lake();
    let mut assessed = inputs.state(model, parameters).await?;
    let log_is_damaged = assessed.state == ModelState::Damaged;
    if !damaged.is_empty() {
        assessed.state = ModelState::Damaged;
    }
    let base = assessed.table.as_ref();
    let mut outcome = ModelOutcome {
        model: model.name.to_string(),
        state: assessed.state,
        rows: base.map_or(0, Table::rows),
        began: Utc::now(),
        seconds: 0.0,
        failed: Vec::new(),
        warned: Vec::new(),
        waits_for: None,
        damaged,
    };
    if assessed.state == ModelState::UpToDate {
        keep_words(lake, model, &assessed).await?;
    } else {
        for read in &model.reads {
            engine.register(&inputs.table(read, model).await?)?;
        }
        let file = model.file.display().to_string();
        let (schema, files) = run(engine, model, &file).await?;
        let staged = LakeTable::of_files(lake, &schema, files.clone());
        engine.provide(&model.name, Arc::new(staged))?;
        let rows = files.iter().map(|f| f.rows).sum();
        let broken = check::run(
            engine,
            &file,
            &model.name,
            rows,
            &model.header,
            &model.header.checks,
        )
        .await?;
        (outcome.failed, outcome.warned) = broken
            .into_iter()
            .partition(|check| check.severity == Severity::Error);
        outcome.rows = rows;
        if outcome.failed.is_empty() {
            let change = Change::replacing(base, schema, assessed.properties()?, files);
            if log_is_damaged {
                lake.forget_log(&model.name).await?;
            }
            lake.commit(&model.name, base, change).await?;
        }
        outcome.seconds = started.elapsed().as_secs_f64();
        tracing::info!(model = %model.name, rows = outcome.rows, seconds = outcome.seconds, failed = outcome.failed.len(), "built");
    }
    inputs.expect(&model.name, assessed.fingerprint.clone());
    Ok((outcome, assessed.fingerprint))
}

/// Where a model's file has other comments or another description than the one that its table was
/// built from, and the same query, the table is the new file's too.
async fn keep_words(lake: &Lake, model: &Model, assessed: &Assessed) -> Result<()> {
    let Some(table) = &assessed.table else {
        return Ok(());
    };
    if Built::with(table).as_ref() == Some(&assessed.built) {
        return Ok(());
    }
    let (schema, files) = (table.schema.clone(), table.files.clone());
    let change = Change::replacing(Some(table), schema, assessed.properties()?, files);
    lake.commit(&model.name, Some(table), change).await?;
    Ok(())
}

/// Runs a model's query into new files that no table names yet.
async fn run(engine: &Engine, model: &Model, place: &str) -> Result<(SchemaRef, Vec<DataFile>)> {
    let frame = engine.lasting_query(place, &model.sql).await?;
    let frame = engine.typed(place, frame)?;
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
