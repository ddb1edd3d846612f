//! Building models: what is out of date, in order, checked before it is seen.

use super::absent::{AbsentTable, WaitingModels};
use super::build_summary::{BuildSummary, ModelOutcome, shown};
use super::built::{Built, Reason};
use super::check::{self, CheckFailure};
use super::content::content;
use super::declared_check::{Check, Severity};
use super::difference::{AggregateRows, DifferenceRequest, aggregate_rows};
use super::graph::order;
use super::inputs::{Assessed, Inputs};
use super::last_run::{self, LastRun};
use super::library::{Library, Model};
use super::locality::{Locality, locality_of};
use super::mended::damaged;
use super::model_state::ModelState;
use super::proved_checks::{ProvedChecks, RowConditions};
use super::query_rows::{query_rows, rows_of_plan};
use super::refresh::{
    Basis, DirtyRows, KnownChanges, RefreshRequest, Refreshed, digest_of_files, is_due,
    is_person_local, refresh, refreshed_since, slice_of_day,
};
use super::refreshed_check::{self, RefreshedTable};
use super::table_writer::TableWriter;
use crate::engine::{Engine, LakeTable};
use crate::error::Result;
use crate::lake::properties::{CONTENT, ENGINE, INPUT_VERSIONS, REFRESHED_SINCE};
use crate::lake::{Change, DataFile, Lake, Table, TableName};
use crate::pipeline::ParameterValue;
use crate::progress::Progress;
use arrow::datatypes::SchemaRef;
use chrono::Utc;
use datafusion::logical_expr::LogicalPlan;
use futures::TryStreamExt;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

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
    /// Whether a parameter has another value than when it was built.
    #[serde(skip)]
    pub has_other_values: bool,
    /// The table or model that it would wait for, if any; then it would not be tried.
    pub waits_for: Option<String>,
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
                has_other_values: false,
                waits_for: Some(read.to_string()),
            });
            continue;
        }
        let assessed = inputs.state(model, parameters).await?;
        let assessed = assessed.compared_when_due(Utc::now().date_naive());
        inputs.expect_as(&name, &assessed);
        planned.push(Planned {
            model: name,
            state: assessed.state,
            because: assessed.inputs_changed(),
            reasons: assessed.reasons.iter().map(Reason::to_string).collect(),
            has_other_values: assessed.reasons.iter().any(Reason::is_of_values),
            waits_for: None,
        });
    }
    Ok(planned)
}

/// What is asked of a build.
pub struct BuildRequest<'a> {
    /// The models to build, with what they need.
    pub wanted: &'a BTreeSet<TableName>,
    /// Tables that will be read afterwards: damaged ones of them are built again too.
    pub read: &'a BTreeSet<TableName>,
    /// The values of parameters.
    pub parameters: &'a BTreeMap<String, ParameterValue>,
    /// Reference tables whose files are absent: what reads them is not built.
    pub absent: &'a [AbsentTable],
    /// Whether every model is built in full, also those that are up to date.
    pub full_refresh: bool,
}

/// Builds the wanted models and what they need, as far as they are out of date.
///
/// A model whose checks fail keeps its old table, and what reads it is not built; nor is what reads a
/// reference table that is not there. Models that are up to date are built again when their files are
/// damaged, which is looked at where they are read: by what is built, or afterwards. How each model ended is
/// kept in the lake, also when a later one cannot be built at all.
pub async fn build(
    engine: &Engine,
    library: &Library,
    request: &BuildRequest<'_>,
    progress: Progress,
) -> Result<BuildSummary> {
    let mut ended = BTreeMap::new();
    let order = order(library, request.wanted)?;
    let lake = engine.lake();
    let loaded = BTreeMap::new();
    let mut waiting = WaitingModels::of(lake, library, &order, request.absent, &loaded).await?;
    let absent = std::mem::take(&mut waiting.absent).into_values().collect();
    let mut run = BuildRun {
        engine,
        library,
        request,
        inputs: Inputs::new(lake),
        known: KnownChanges::default(),
        dirty_rows: DirtyRows::with_slice(slice_of_day(Utc::now())),
    };
    let built = run.all(&order, &waiting, progress, &mut ended).await;
    let is_model =
        |name: &str| TableName::parse(name).is_some_and(|n| library.models.contains_key(&n));
    let recorded = last_run::record(lake, ended, is_model).await;
    let mut summary = built?;
    summary.absent = absent;
    recorded?;
    lake.keep_newest().await?;
    Ok(summary)
}

/// A build under way.
struct BuildRun<'a> {
    engine: &'a Engine,
    library: &'a Library,
    request: &'a BuildRequest<'a>,
    inputs: Inputs<'a>,
    known: KnownChanges,
    dirty_rows: DirtyRows,
}

impl BuildRun<'_> {
    async fn all(
        &mut self,
        order: &[TableName],
        waiting: &WaitingModels,
        progress: Progress,
        ended: &mut BTreeMap<String, LastRun>,
    ) -> Result<BuildSummary> {
        let bar = progress.count("run", order.len() as u64);
        let (library, request) = (self.library, self.request);
        let tried = waiting.others(order);
        self.inputs.look_up(library, &tried).await;
        let mut damaged = damaged(
            self.engine.lake(),
            library,
            &tried,
            request.read,
            request.parameters,
            &mut self.inputs,
        )
        .await?;
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
                None => self.one(model, harmed).await?,
            };
            let as_of = request.parameters.get("as_of");
            let run = LastRun {
                fingerprint,
                as_of: as_of.map(ParameterValue::to_string),
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

    /// Builds a model, if it is out of date; gives its fingerprint too.
    async fn one(&mut self, model: &Model, damaged: Vec<String>) -> Result<(ModelOutcome, String)> {
        let started = Instant::now();
        let assessed = self.inputs.state(model, self.request.parameters).await?;
        let mut assessed = assessed.compared_when_due(Utc::now().date_naive());
        let log_is_damaged = assessed.state == ModelState::Damaged;
        if !damaged.is_empty() {
            assessed.state = ModelState::Damaged;
        } else if self.request.full_refresh && assessed.state == ModelState::UpToDate {
            assessed.state = ModelState::Requested;
        }
        let mut outcome = ModelOutcome {
            state: assessed.state,
            rows: assessed.table.as_ref().map_or(0, Table::rows),
            damaged,
            ..ModelOutcome::of(&model.name)
        };
        if assessed.state == ModelState::UpToDate {
            keep_words(self.engine.lake(), model, &assessed).await?;
            self.inputs.expect_as(&model.name, &assessed);
            return Ok((outcome, assessed.fingerprint));
        }
        let new = self.rows(model, &assessed).await?;
        outcome.rows = new.files.iter().map(|file| file.rows).sum();
        outcome.refreshed = new.refreshed.as_ref().map(|refreshed| refreshed.people);
        outcome.by_difference = new.by_difference;
        outcome.differed = new.differed;
        (outcome.failed, outcome.warned) = self.check(model, &new, outcome.rows).await?;
        self.inputs.expect_as(&model.name, &assessed);
        if outcome.failed.is_empty() {
            let content = content(&new.schema, &new.files);
            let before = assessed.table.as_ref().and_then(|t| t.property(CONTENT));
            outcome.same_rows = before == Some(&content);
            if log_is_damaged {
                self.engine.lake().forget_log(&model.name).await?;
            }
            self.commit(&assessed, new, &content).await?;
            self.inputs.expect(&model.name, content);
        }
        outcome.seconds = started.elapsed().as_secs_f64();
        tracing::info!(model = %model.name, rows = outcome.rows, seconds = outcome.seconds, failed = outcome.failed.len(), refreshed = outcome.refreshed.is_some(), by_difference = outcome.by_difference.is_some(), "built");
        Ok((outcome, assessed.fingerprint))
    }

    /// The new rows of a model: of dirty people alone where that is known to be enough, else all.
    async fn rows(&mut self, model: &Model, assessed: &Assessed) -> Result<NewTable> {
        let mut read = Vec::with_capacity(model.reads.len());
        for name in &model.reads {
            let table = self.inputs.table(name, model).await?;
            self.engine.register(&table)?;
            read.push(table);
        }
        // What is wrong with the query shows again when it is built in full.
        let planned = locality_of(self.engine, self.library, model).await.ok();
        let mut differed = false;
        let mut claimed = self.claimed(model, assessed).await?;
        if let Some((plan, locality)) = &planned
            && let Some(refreshed) = self.refreshed(model, assessed, &read, plan, locality).await
        {
            differed = refreshed.differs;
            if !differed && self.is_to_be_compared(assessed) {
                let Refreshed { schema, files, .. } = &refreshed;
                claimed = Some(self.digest(model, schema, files).await?);
            } else if !differed {
                return Ok(NewTable {
                    schema: refreshed.schema.clone(),
                    files: refreshed.files.clone(),
                    basis: Basis::of(&read),
                    refreshed: Some(refreshed),
                    by_difference: None,
                    proved: BTreeSet::new(),
                    differed,
                });
            }
        }
        let basis = Basis::of(&read);
        let mut by_difference = None;
        let (schema, mut rows) = match planned {
            None => query_rows(self.engine, model).await?,
            Some((mut plan, locality)) => {
                let mut few = None;
                let aggregates = match locality {
                    Locality::Global(_) => self.aggregates(model, assessed, &read, &plan).await,
                    Locality::PersonLocal { .. } | Locality::Constant => None,
                };
                if let Some(found) = aggregates {
                    (differed, by_difference) = (found.differed, found.people);
                    if let Some(table) = assessed.table.as_ref().filter(|_| found.unchanged) {
                        return Ok(NewTable {
                            schema: table.schema.clone(),
                            files: table.files.clone(),
                            basis,
                            refreshed: None,
                            by_difference,
                            proved: BTreeSet::new(),
                            differed,
                        });
                    }
                    few = by_difference.map(|_| self.engine.for_rows(found.rows));
                    plan = found.plan;
                }
                let engine = few.as_ref().unwrap_or(self.engine);
                rows_of_plan(engine, model, plan).await?
            }
        };
        let mut writer = TableWriter::new(self.engine.lake(), &model.name, &schema)?;
        let conditions =
            RowConditions::of(self.engine, &model.name, &model.header.checks, &schema).await?;
        let mut proved = ProvedChecks::of(&model.header.checks, &schema, &conditions);
        while let Some(batch) = rows.try_next().await? {
            proved.see(&batch)?;
            writer.write(batch).await?;
        }
        let files = writer.finish().await?;
        let digest = files.iter().map(|file| file.digest);
        let digest = digest.fold(0, u128::wrapping_add);
        differed |= claimed.is_some_and(|claimed| claimed != digest);
        Ok(NewTable {
            schema,
            files,
            basis,
            refreshed: None,
            by_difference,
            proved: proved.proved(),
            differed,
        })
    }

    /// The query of a model over its kept aggregates; None when it keeps none, or they cannot be made.
    async fn aggregates(
        &mut self,
        model: &Model,
        assessed: &Assessed,
        read: &[Table],
        plan: &LogicalPlan,
    ) -> Option<AggregateRows> {
        let request = DifferenceRequest {
            engine: self.engine,
            library: self.library,
            model,
            plan,
            assessed,
            read,
            in_full: self.request.full_refresh || assessed.state == ModelState::Damaged,
            today: Utc::now().date_naive(),
        };
        match aggregate_rows(&request, &mut self.known, &mut self.dirty_rows).await {
            Ok(found) => found,
            // What is wrong with the query shows again when it is built in full.
            Err(e) => {
                tracing::info!(model = %model.name, cause = %e.what(), "groups not kept");
                None
            }
        }
    }

    /// The table of a model with the rows of dirty people made anew; None when it is to be built in full.
    async fn refreshed(
        &mut self,
        model: &Model,
        assessed: &Assessed,
        read: &[Table],
        plan: &LogicalPlan,
        locality: &Locality,
    ) -> Option<Refreshed> {
        let has_changed = matches!(
            assessed.state,
            ModelState::InputChanged | ModelState::Changed
        );
        if !has_changed || self.request.full_refresh {
            return None;
        }
        if !is_person_local(plan, locality, read) {
            return None;
        }
        let request = RefreshRequest {
            engine: self.engine,
            library: self.library,
            model,
            plan,
            assessed,
            read,
        };
        match refresh(&request, &mut self.known, &mut self.dirty_rows).await {
            Ok(refreshed) => refreshed,
            // What is wrong with the query shows again when it is built in full.
            Err(e) => {
                tracing::info!(model = %model.name, cause = %e.what(), "not refreshed");
                None
            }
        }
    }

    /// Whether a table was refreshed for so long that it is compared with a full build.
    fn is_to_be_compared(&self, assessed: &Assessed) -> bool {
        let today = Utc::now().date_naive();
        let table = assessed.table.as_ref();
        table.is_some_and(|table| is_due(table, today))
    }

    /// The digest of the rows that a table has now, where a full build makes the same if no refresh of it was
    /// wrong.
    async fn claimed(&self, model: &Model, assessed: &Assessed) -> Result<Option<u128>> {
        let is_current = matches!(
            assessed.state,
            ModelState::ToCompare | ModelState::Requested
        );
        match assessed.table.as_ref().filter(|_| is_current) {
            Some(table) if refreshed_since(table).is_some() => {
                let digest = self.digest(model, &table.schema, &table.files).await?;
                Ok(Some(digest))
            }
            _ => Ok(None),
        }
    }

    async fn digest(&self, model: &Model, schema: &SchemaRef, files: &[DataFile]) -> Result<u128> {
        let place = model.file.display().to_string();
        digest_of_files(self.engine, &place, schema, files).await
    }

    /// The checks that the new rows of a model break: those that keep them out, and those that warn.
    async fn check(
        &self,
        model: &Model,
        new: &NewTable,
        rows: u64,
    ) -> Result<(Vec<CheckFailure>, Vec<CheckFailure>)> {
        let engine = self.engine;
        let broken = match &new.refreshed {
            Some(refreshed) => {
                let table = RefreshedTable {
                    schema: &new.schema,
                    files: &new.files,
                    new: &refreshed.new,
                    seen: &refreshed.seen,
                    unchanged: &refreshed.unchanged,
                };
                refreshed_check::run(engine, model, &table).await?
            }
            None => {
                let staged = LakeTable::of_files(engine.lake(), &new.schema, new.files.clone());
                engine.provide(&model.name, Arc::new(staged))?;
                let place = model.file.display().to_string();
                let header = &model.header;
                let open = header.checks.iter().enumerate();
                let open = open.filter(|(at, _)| !new.proved.contains(at));
                let open: Vec<Check> = open.map(|(_, check)| check.clone()).collect();
                check::run(engine, &place, &model.name, rows, header, &open).await?
            }
        };
        let is_error = |check: &CheckFailure| check.severity == Severity::Error;
        Ok(broken.into_iter().partition(is_error))
    }

    /// Makes the new rows the model's table, of this content.
    async fn commit(&self, assessed: &Assessed, new: NewTable, content: &str) -> Result<()> {
        let mut properties = assessed.properties()?;
        properties.insert(CONTENT.to_string(), content.to_string());
        properties.extend(new.basis.properties()?);
        let base = assessed.table.as_ref();
        if new.refreshed.is_some() {
            let since = base.and_then(refreshed_since);
            let since = since.unwrap_or_else(|| Utc::now().date_naive());
            properties.insert(REFRESHED_SINCE.to_string(), since.to_string());
        }
        // Readers find nothing to compare in files that stay.
        let files = match base {
            Some(table) if self.may_stay(assessed, table, &new, content).await? => {
                table.files.clone()
            }
            _ => new.files,
        };
        let mut change = Change::replacing(base, new.schema, properties, files);
        let known = |file: &DataFile| base.is_some_and(|table| table.files.contains(file));
        change.add.retain(|file| !known(file));
        self.engine
            .lake()
            .commit(&assessed.name, base, change)
            .await?;
        Ok(())
    }
}

impl BuildRun<'_> {
    /// Whether the files of a table may stay, as they hold the new rows and are as good as new ones.
    async fn may_stay(
        &self,
        assessed: &Assessed,
        table: &Table,
        new: &NewTable,
        content: &str,
    ) -> Result<bool> {
        let is_as_good = assessed.state != ModelState::Damaged
            && !new.differed
            && table.property(CONTENT) == Some(content)
            && table.files.len() <= new.files.len()
            && table.files.iter().all(|file| file.removed.is_empty());
        Ok(is_as_good && self.engine.lake().damage(&table.files).await?.is_empty())
    }
}

/// The next version of a model's table, which is not checked yet.
struct NewTable {
    schema: SchemaRef,
    /// All of its files.
    files: Vec<DataFile>,
    /// What it was made from.
    basis: Basis,
    /// How it came about, when it was not built in full.
    refreshed: Option<Refreshed>,
    /// Dirty people, when its aggregates were made by difference.
    by_difference: Option<u64>,
    /// The places of checks that its rows were seen to keep as they were written.
    proved: BTreeSet<usize>,
    /// Whether it was refreshed first, and found to be wrong.
    differed: bool,
}

/// A model that is not tried, because `read` was not built or is not there.
fn not_tried(name: &TableName, read: &TableName, damaged: Vec<String>) -> ModelOutcome {
    ModelOutcome {
        state: ModelState::InputChanged,
        waits_for: Some(read.to_string()),
        damaged,
        ..ModelOutcome::of(name)
    }
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
    let mut properties = assessed.properties()?;
    for of_rows in [CONTENT, INPUT_VERSIONS, ENGINE, REFRESHED_SINCE] {
        let kept = table.property(of_rows);
        properties.extend(kept.map(|kept| (of_rows.to_string(), kept.to_string())));
    }
    let change = Change::replacing(Some(table), schema, properties, files);
    lake.commit(&model.name, Some(table), change).await?;
    Ok(())
}
