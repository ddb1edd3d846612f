//! Building models: what is out of date, in order, checked before it is seen.

use super::check::{self, CheckFailure};
use super::fingerprint::{self, CONTENT, FINGERPRINT};
use super::graph::order;
use super::library::{Library, Model};
use crate::engine::{Engine, LakeTable, execution_error};
use crate::error::{Context, Error, Result};
use crate::lake::{Change, DataFile, FileWriter, Lake, Table, TableName};
use crate::pipeline::Value;
use crate::progress::Progress;
use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
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
}

/// What a run did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BuildSummary {
    /// Models in the order of building.
    pub models: Vec<ModelOutcome>,
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
/// A model whose checks fail keeps its old table, and what reads it is not built.
pub async fn build(
    engine: &Engine,
    library: &Library,
    wanted: &BTreeSet<TableName>,
    parameters: &BTreeMap<String, Value>,
    progress: Progress,
) -> Result<BuildSummary> {
    let order = order(library, wanted)?;
    let bar = progress.count("run", order.len() as u64);
    let mut inputs = Inputs::new(engine.lake());
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
            },
            None => build_one(engine, model, parameters, &mut inputs).await?,
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
    inputs: &mut Inputs<'_>,
) -> Result<ModelOutcome> {
    let started = Instant::now();
    let lake = engine.lake();
    let (state, _, fingerprint) = inputs.state(model, parameters).await?;
    let made_from = inputs.of(model).await?;
    let base = lake.table(&model.name).await?;
    let mut outcome = ModelOutcome {
        model: model.name.to_string(),
        state,
        rows: base.as_ref().map_or(0, Table::rows),
        seconds: 0.0,
        failed: Vec::new(),
        waits_for: None,
    };
    if state != ModelState::UpToDate {
        for read in &model.reads {
            engine.register(&inputs.table(read, model).await?)?;
        }
        let file = model.file.display().to_string();
        let (schema, files) = run(engine, model, &file).await?;
        let staged = LakeTable::of_files(&schema, files.clone());
        engine.provide(&model.name, Arc::new(staged))?;
        outcome.failed = check::run(engine, &file, &model.name, &model.header.checks).await?;
        outcome.rows = files.iter().map(|f| f.rows).sum();
        if outcome.failed.is_empty() {
            let properties = BTreeMap::from([
                (FINGERPRINT.to_string(), fingerprint.clone()),
                (INPUTS.to_string(), made_from),
            ]);
            let change = Change::replacing(base.as_ref(), schema, properties, files);
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
    described(model, &schema, place)?;
    let mut stream = frame
        .execute_stream()
        .await
        .map_err(|e| execution_error(place, &e))?;
    let mut files = Vec::new();
    let mut writer = FileWriter::new(&schema, &[])?;
    while let Some(batch) = stream
        .try_next()
        .await
        .map_err(|e| execution_error(place, &e))?
    {
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

/// The header and the query must speak of the same columns.
fn described(model: &Model, schema: &SchemaRef, place: &str) -> Result<()> {
    for column in model.header.columns.keys().chain(&model.header.grain) {
        if schema.index_of(column).is_err() {
            let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
            return Err(Error::usage(format!(
                "{place}: the header describes '{column}', which the query does not make"
            ))
            .hint(crate::pipeline::settings_file::nearest(
                column,
                names.into_iter(),
            )));
        }
    }
    Ok(())
}

/// The types that every reader of Delta Lake knows.
fn stored_type(kind: &DataType) -> DataType {
    match kind {
        DataType::Utf8View | DataType::LargeUtf8 => DataType::Utf8,
        DataType::Dictionary(_, value) => stored_type(value),
        DataType::Timestamp(_, zone) => DataType::Timestamp(TimeUnit::Microsecond, zone.clone()),
        DataType::UInt8 | DataType::UInt16 => DataType::Int32,
        DataType::UInt32 | DataType::UInt64 => DataType::Int64,
        DataType::Date64 => DataType::Date32,
        DataType::Null => DataType::Utf8,
        other => other.clone(),
    }
}

fn stored_schema(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter();
    let fields: Vec<Field> = fields
        .map(|f| Field::new(f.name(), stored_type(f.data_type()), true))
        .collect();
    Arc::new(Schema::new(fields))
}

fn stored(batch: &RecordBatch, schema: &SchemaRef, place: &str) -> Result<RecordBatch> {
    let failed = || format!("{place}: the result cannot be stored");
    let columns = batch
        .columns()
        .iter()
        .zip(schema.fields())
        .map(|(column, field)| cast(column, field.data_type()).data(failed))
        .collect::<Result<Vec<ArrayRef>>>()?;
    RecordBatch::try_new(schema.clone(), columns).data(failed)
}

/// What models read, and at which version.
struct Inputs<'a> {
    lake: &'a Lake,
    versions: BTreeMap<TableName, String>,
}

/// Which version of each input a model was made from, as a property of its table.
const INPUTS: &str = "populace.inputs";

impl<'a> Inputs<'a> {
    fn new(lake: &'a Lake) -> Self {
        Inputs {
            lake,
            versions: BTreeMap::new(),
        }
    }

    /// A model's table will be of this version when its turn is over.
    fn expect(&mut self, model: &TableName, fingerprint: String) {
        self.versions.insert(model.clone(), fingerprint);
    }

    async fn table(&self, name: &TableName, reader: &Model) -> Result<Table> {
        match self.lake.table(name).await? {
            Some(table) => Ok(table),
            None => Err(missing(name, reader, self.lake).await),
        }
    }

    async fn version(&mut self, name: &TableName, reader: &Model) -> Result<String> {
        if let Some(version) = self.versions.get(name) {
            return Ok(version.clone());
        }
        let table = self.table(name, reader).await?;
        let version = table
            .property(FINGERPRINT)
            .or_else(|| table.property(CONTENT))
            .map_or_else(|| format!("version {}", table.version), str::to_string);
        self.versions.insert(name.clone(), version.clone());
        Ok(version)
    }

    /// The versions of what a model reads, as its table remembers them.
    async fn of(&mut self, model: &Model) -> Result<String> {
        serde_json::to_string(&self.versions_read(model).await?)
            .data(|| format!("cannot describe {}", model.name))
    }

    async fn versions_read(&mut self, model: &Model) -> Result<BTreeMap<String, String>> {
        let mut versions = BTreeMap::new();
        for read in &model.reads {
            versions.insert(read.to_string(), self.version(read, model).await?);
        }
        Ok(versions)
    }

    /// Whether a model is out of date, which inputs changed, and its fingerprint now.
    async fn state(
        &mut self,
        model: &Model,
        parameters: &BTreeMap<String, Value>,
    ) -> Result<(ModelState, Vec<String>, String)> {
        let versions = self.versions_read(model).await?;
        let now = fingerprint::of(model, parameters, &versions)?;
        let Some(base) = self.lake.table(&model.name).await? else {
            return Ok((ModelState::New, Vec::new(), now));
        };
        if base.property(FINGERPRINT) == Some(&now) {
            return Ok((ModelState::UpToDate, Vec::new(), now));
        }
        let before: BTreeMap<String, String> = base
            .property(INPUTS)
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let changed: Vec<String> = versions
            .iter()
            .filter(|(name, version)| before.get(*name) != Some(version))
            .map(|(name, _)| name.clone())
            .collect();
        let state = if changed.is_empty() {
            ModelState::Changed
        } else {
            ModelState::InputChanged
        };
        Ok((state, changed, now))
    }
}

async fn missing(name: &TableName, reader: &Model, lake: &Lake) -> Error {
    let error = Error::usage(format!(
        "{}: there is no table {name}",
        reader.file.display()
    ));
    let names: Vec<String> = lake
        .tables()
        .await
        .unwrap_or_default()
        .iter()
        .map(TableName::to_string)
        .collect();
    let hint = match name.layer.as_str() {
        "record" => "a view or column file makes it; pull first, or correct the name".to_string(),
        "reference" => format!(
            "add {} = \"FILE.csv\" under [reference], or correct the name",
            name.name
        ),
        _ => crate::pipeline::settings_file::nearest(
            &name.to_string(),
            names.iter().map(String::as_str),
        ),
    };
    error.hint(hint)
}
