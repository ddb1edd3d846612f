//! A session: parameters, functions and the tables that a query names.

use super::arithmetic::CheckedArithmetic;
use super::cancellable::CancellableJoins;
use super::clauses::check_statement;
use super::errors::{missing_parameter, missing_table, plan_error, plan_error_in};
use super::filters::kept_below_joins;
use super::grouping_sets::SetsWithoutOrder;
use super::pool::ProcessPool;
use super::profile::Profiles;
use super::struct_fields::NullStructs;
use super::table::LakeTable;
use super::typed_parameters::{ParameterTypes, types_of, without_casts, write_types};
use super::window::VectorisedWindows;
use super::{count_distinct, dialect, frames, in_lists, length, temporal, totals, unsound};
use crate::error::{Context, Error, Result};
use crate::lake::{Lake, Table, TableName};
use crate::nearest::nearest;
use crate::pipeline::ParameterValue;
use crate::{functions, memory};
use datafusion::catalog::{MemorySchemaProvider, TableProvider};
use datafusion::common::config::ConfigOptions;
use datafusion::common::{ParamValues, Result as DataFusionResult, ScalarValue};
use datafusion::dataframe::DataFrame;
use datafusion::datasource::MemTable;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::optimizer::{Optimizer, OptimizerRule};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::prelude::{SessionConfig, SessionContext};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

/// How the engine may use the machine.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes for operators; beyond it they spill.
    pub memory: usize,
    /// Threads.
    pub threads: usize,
    /// Where spill files go.
    pub spill: std::path::PathBuf,
}

/// Runs SQL over a lake.
pub struct Engine {
    context: SessionContext,
    lake: Lake,
    parameters: ParamValues,
    types: ParameterTypes,
    threads: usize,
    profiles: Option<Profiles>,
}

/// A query whose columns are known.
pub(crate) struct TypedQuery {
    /// Its columns.
    pub columns: arrow::datatypes::SchemaRef,
    /// The query with the types that its columns have.
    pub frame: DataFrame,
    /// Its plan as it is written.
    pub plan: LogicalPlan,
}

/// The share of the process's memory limit that operators may use: the rest is for buffers that
/// DataFusion does not count.
const POOL_SHARE: f64 = 0.6;
/// Fewer rows than these are not spread over threads: to plan that, and to bring them together again, takes
/// longer than the query itself.
const MANY_ROWS: u64 = 100_000;

impl Engine {
    /// An engine over `lake`, with values for `$name`.
    pub fn new(
        lake: &Lake,
        limits: &Limits,
        parameters: &BTreeMap<String, ParameterValue>,
    ) -> Result<Self> {
        let failed = || "cannot start the query engine";
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss
        )]
        let pool = (limits.memory as f64 * POOL_SHARE) as usize;
        memory::set_limit(limits.memory);
        let consumers = NonZeroUsize::new(5).ok_or("0").data(failed)?;
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(ProcessPool::new(pool, consumers)))
            .with_disk_manager_builder(
                DiskManagerBuilder::default()
                    .with_mode(DiskManagerMode::Directories(vec![limits.spill.clone()])),
            )
            .build_arc()
            .data(failed)?;
        let mut config = SessionConfig::new()
            .with_target_partitions(limits.threads)
            .with_information_schema(true)
            .with_create_default_catalog_and_schema(true);
        config.options_mut().sql_parser.collect_spans = true;
        without_wrong_answers(config.options_mut());
        // Rows that are spread by person are spread by person and month too.
        config.options_mut().optimizer.subset_repartition_threshold = limits.threads;
        let state = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(runtime)
            .with_default_features()
            .with_optimizer_rules(rules())
            .with_physical_optimizer_rules(physical_rules())
            .build();
        let context = SessionContext::new_with_state(state);
        context.register_udaf(count_distinct::count());
        for function in totals::functions() {
            context.register_udaf(function);
        }
        functions::register(&context);
        context
            .runtime_env()
            .register_object_store(&super::table::store_url()?, lake.store().clone());
        Ok(Engine {
            context,
            lake: lake.clone(),
            parameters: bound(parameters),
            types: types_of(parameters),
            threads: limits.threads,
            profiles: None,
        })
    }

    /// The same engine, over the same tables, with these values for `$name`.
    pub(crate) fn with_values(&self, parameters: &BTreeMap<String, ParameterValue>) -> Self {
        Engine {
            context: self.context.clone(),
            lake: self.lake.clone(),
            parameters: bound(parameters),
            types: types_of(parameters),
            threads: self.threads,
            profiles: self.profiles.clone(),
        }
    }

    /// The same engine for queries over so many rows, of which few are not spread over threads.
    pub(crate) fn for_rows(&self, rows: u64) -> Self {
        let context = match rows < MANY_ROWS {
            true => {
                let mut state = self.context.state();
                let options = state.config_mut().options_mut();
                options.execution.target_partitions = 1;
                SessionContext::new_with_state(state)
            }
            false => self.context.clone(),
        };
        Engine {
            context,
            lake: self.lake.clone(),
            parameters: self.parameters.clone(),
            types: self.types.clone(),
            threads: self.threads,
            profiles: self.profiles.clone(),
        }
    }

    /// Gives the functions that read code lists these ones, in place of those that come with the
    /// program.
    #[must_use]
    pub(crate) fn with_code_lists(self, lists: &functions::need::CodeLists) -> Self {
        self.use_code_lists(lists);
        self
    }

    /// The same for an engine that is in use.
    pub(crate) fn use_code_lists(&self, lists: &functions::need::CodeLists) {
        functions::register_code_lists(&self.context, lists);
    }

    /// DataFusion's own context.
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// Has what its queries take added to `profiles`.
    #[must_use]
    pub(crate) fn with_profiles(mut self, profiles: Option<Profiles>) -> Self {
        self.profiles = profiles;
        self
    }

    /// Where what its queries take is added, if anywhere.
    pub(super) fn profiles(&self) -> Option<&Profiles> {
        self.profiles.as_ref()
    }

    /// How many threads it uses.
    pub(super) fn threads(&self) -> usize {
        self.threads
    }

    /// The lake.
    pub fn lake(&self) -> &Lake {
        &self.lake
    }

    /// Makes a table of the lake known under its name.
    pub fn register(&self, table: &Table) -> Result<()> {
        self.provide(&table.name, Arc::new(LakeTable::new(&self.lake, table)))
    }

    /// Makes rows known under a name, as if they were a table of the lake.
    pub fn register_rows(
        &self,
        name: &TableName,
        schema: arrow::datatypes::SchemaRef,
        rows: Vec<arrow::array::RecordBatch>,
    ) -> Result<()> {
        let table = MemTable::try_new(schema, vec![rows]).data(|| format!("cannot use {name}"))?;
        self.provide(name, Arc::new(table))
    }

    /// Makes anything known under a name.
    pub fn provide(&self, name: &TableName, provider: Arc<dyn TableProvider>) -> Result<()> {
        let failed = || format!("cannot use table {name}");
        let catalog = self
            .context
            .catalog("datafusion")
            .ok_or("there is no catalogue")
            .data(failed)?;
        let schema = match catalog.schema(&name.layer) {
            Some(schema) => schema,
            None => {
                let schema = Arc::new(MemorySchemaProvider::new());
                catalog
                    .register_schema(&name.layer, schema.clone())
                    .data(failed)?;
                schema
            }
        };
        if schema.table_exist(&name.name) {
            schema.deregister_table(&name.name).data(failed)?;
        }
        schema
            .register_table(name.name.clone(), provider)
            .data(failed)?;
        Ok(())
    }

    /// Plans one query whose answer lasts as far as its columns and their types are known. Functions in it
    /// are checked when it is made ready to run, by [`Engine::can_run`].
    pub(crate) async fn columns(&self, place: &str, sql: &str) -> Result<TypedQuery> {
        let query = self.lasting_query(place, sql).await?;
        let plan = query.logical_plan().clone();
        let frame = self.typed(place, query)?;
        Ok(TypedQuery {
            columns: Arc::new(frame.schema().as_arrow().clone()),
            frame,
            plan,
        })
    }

    /// Plans one query; `place` is what the error calls the text.
    pub async fn query(&self, place: &str, sql: &str) -> Result<DataFrame> {
        let failed = |e| {
            let error = plan_error_in(place, sql, &e);
            if let Some(name) = missing_parameter(&error) {
                let known = match &self.parameters {
                    ParamValues::Map(values) => values.keys().cloned().collect(),
                    ParamValues::List(_) => Vec::new(),
                };
                let near = nearest(&name, known);
                return Error::usage(format!("{place}: there is no parameter ${name}")).hint(
                    format!("{near}; another one is declared in [parameters] of the pipeline file"),
                );
            }
            let Some(name) = missing_table(&error) else {
                return error;
            };
            let near = nearest(name, self.tables());
            match name.starts_with("record.") && !near.starts_with("did you mean") {
                true => error.hint(NOT_PULLED),
                false => error.hint(near),
            }
        };
        length::refuse_too_long(place, sql)?;
        let frame = self.planned(sql).await.map_err(failed)?;
        frames::refuse_impossible(place, frame.logical_plan())?;
        unsound::refuse(place, frame.logical_plan())?;
        dialect::refuse(place, frame.logical_plan())?;
        let frame = frame
            .with_param_values(self.parameters.clone())
            .map_err(failed)?;
        temporal::refuse(place, frame.logical_plan())?;
        let (state, plan) = frame.into_parts();
        let plan = without_casts(plan)
            .and_then(in_lists::rewrite)
            .map_err(failed)?;
        Ok(DataFrame::new(state, plan))
    }

    /// A query as the engine plans it, with parameters that have their types and no values.
    async fn planned(&self, sql: &str) -> DataFusionResult<DataFrame> {
        let state = self.context.state();
        let dialect = state.config().options().sql_parser.dialect;
        let mut statement = state.sql_to_statement(sql, &dialect)?;
        check_statement(&state, &statement)?;
        write_types(&mut statement, &self.types);
        let plan = state.statement_to_plan(statement).await?;
        self.context.execute_logical_plan(plan).await
    }

    /// The query with the types that its columns will have: those of `union`, for one, are only found
    /// when both sides are looked at.
    pub(crate) fn typed(&self, place: &str, frame: DataFrame) -> Result<DataFrame> {
        let (state, plan) = frame.into_parts();
        let options = state.config().options();
        let plan = state
            .analyzer()
            .execute_and_check(plan, options, |_, _| {})
            .map_err(|e| plan_error(place, &e))?;
        Ok(DataFrame::new(state, plan))
    }

    /// The tables that queries can name.
    fn tables(&self) -> Vec<String> {
        let Some(catalog) = self.context.catalog("datafusion") else {
            return Vec::new();
        };
        let of_layer = |layer: String| {
            let tables = catalog.schema(&layer).map(|known| known.table_names());
            let tables = tables.unwrap_or_default().into_iter();
            tables.map(move |table| format!("{layer}.{table}"))
        };
        let mut names: Vec<String> = catalog
            .schema_names()
            .into_iter()
            .flat_map(of_layer)
            .collect();
        names.sort();
        names
    }
}

/// What to do about a table of the record that nothing fills.
const NOT_PULLED: &str = "no source of the pipeline file fills it: add one under [sources] whose views or column files make the table, or correct the name";

/// Switches off what DataFusion 55 answers wrongly with.
fn without_wrong_answers(options: &mut ConfigOptions) {
    let optimizer = &mut options.optimizer;
    // It loses the values of ungrouped minima and maxima over several files.
    optimizer.enable_aggregate_dynamic_filter_pushdown = false;
    // These lose rows where two columns of a join have one name.
    optimizer.enable_join_dynamic_filter_pushdown = false;
    optimizer.enable_topk_dynamic_filter_pushdown = false;
    // It cuts off rows that a function of windows still looks at.
    optimizer.enable_window_limits = false;
    // It takes one of two columns of one name that rows are grouped by for the other, where a join
    // above wants them in another order.
    optimizer.top_down_join_key_reordering = false;
}

/// DataFusion's rules after ours.
fn rules() -> Vec<Arc<dyn OptimizerRule + Send + Sync>> {
    let mut rules: Vec<Arc<dyn OptimizerRule + Send + Sync>> =
        vec![Arc::new(CheckedArithmetic), Arc::new(NullStructs)];
    rules.extend(Optimizer::new().rules);
    rules
}

/// DataFusion's rules between ours.
fn physical_rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules: Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> =
        vec![Arc::new(SetsWithoutOrder)];
    rules.extend(kept_below_joins(PhysicalOptimizer::new().rules));
    rules.push(Arc::new(VectorisedWindows));
    rules.push(Arc::new(CancellableJoins));
    rules
}

fn bound(parameters: &BTreeMap<String, ParameterValue>) -> ParamValues {
    let values = parameters
        .iter()
        .map(|(name, value)| (name.clone(), scalar(value).into()));
    ParamValues::Map(values.collect())
}

fn scalar(value: &ParameterValue) -> ScalarValue {
    match value {
        ParameterValue::Date(date) => {
            let day = arrow::datatypes::Date32Type::from_naive_date(*date);
            ScalarValue::Date32(Some(day))
        }
        ParameterValue::Integer(number) => ScalarValue::Int64(Some(*number)),
        ParameterValue::Number(number) => ScalarValue::Float64(Some(*number)),
        ParameterValue::Text(text) => ScalarValue::Utf8(Some(text.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn few_rows_are_not_spread_over_threads() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::over_empty_lake(folder.path(), 4).await;
        let parts = |engine: &Engine| engine.context().state().config().target_partitions();
        let few = engine.for_rows(99_999);
        assert_eq!(parts(&few), 1);
        assert_eq!(parts(&engine.for_rows(100_000)), 4);
        assert_eq!(parts(&engine), 4);

        // Both know a table that is made known to either.
        let rows = few.query("test", "select 3 as a").await.unwrap();
        let rows = few.collect("test", rows).await.unwrap();
        let name = TableName::new("core", "a");
        engine.register_rows(&name, rows[0].schema(), rows).unwrap();
        let query = few.query("test", "select a + 1 as b from core.a").await;
        let rows = few.collect("test", query.unwrap()).await.unwrap();
        let b = rows[0].column(0);
        assert_eq!(
            b.as_any().downcast_ref(),
            Some(&arrow::array::Int64Array::from(vec![4]))
        );
    }
}
