//! What the cases of a model share: an engine, tables whose rows change, and the plan of the query.

use super::case::TestCase;
use super::case_table::CaseTable;
use super::given::nullable;
use crate::engine::{Engine, PreparedQuery};
use crate::error::{Error, Result};
use crate::functions::need::CodeLists;
use crate::lake::TableName;
use crate::models::check;
use crate::models::declared_check::{Check, Severity};
use crate::models::library::{Model, check_inputs};
use crate::models::proved_checks::{ProvedChecks, RowConditions};
use crate::models::stored::{stored, stored_schema};
use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the cases of a model with the same parameters share.
pub(super) struct ModelBench {
    engine: Engine,
    tables: BTreeMap<TableName, Arc<CaseTable>>,
    plan: Option<ModelPlan>,
}

/// The query of a model, planned, the columns of its table, and the conditions of its checks.
struct ModelPlan {
    query: PreparedQuery,
    schema: SchemaRef,
    conditions: RowConditions,
}

impl ModelPlan {
    async fn of(engine: &Engine, model: &Model) -> Result<Self> {
        let place = model.file.display().to_string();
        let frame = engine.lasting_query(&place, &model.sql).await?;
        let frame = engine.typed(&place, frame)?;
        let schema = stored_schema(frame.schema().as_arrow());
        model.header.fits(&place, &schema)?;
        let query = engine.prepared(&place, frame).await?;
        let conditions =
            RowConditions::of(engine, &model.name, &model.header.checks, &schema).await?;
        Ok(ModelPlan {
            query,
            schema,
            conditions,
        })
    }
}

impl ModelBench {
    /// A bench over an engine that nobody else has.
    pub(super) fn new(engine: Engine) -> Self {
        ModelBench {
            engine,
            tables: BTreeMap::new(),
            plan: None,
        }
    }

    /// The engine, for another model.
    pub(super) fn into_engine(self) -> Engine {
        self.engine
    }

    /// Gives rows to a table, in columns that may be NULL.
    pub(super) fn give(
        &mut self,
        name: &TableName,
        schema: &Schema,
        rows: Vec<RecordBatch>,
    ) -> Result<()> {
        if let Some(table) = self.tables.get(name) {
            table.give(rows);
            return Ok(());
        }
        let table = Arc::new(CaseTable::new(nullable(schema)));
        table.give(rows);
        self.engine.provide(name, Arc::new(table.provider()?))?;
        self.tables.insert(name.clone(), table);
        Ok(())
    }

    /// Lets functions ask these code lists: plans hold the functions that they were made with.
    pub(super) fn use_code_lists(&mut self, lists: &CodeLists) {
        self.engine.use_code_lists(lists);
        self.plan = None;
    }

    /// The rows that a model makes of the tables, as they would be stored. Checks of its header have to
    /// hold, but for those that only warn, and those that read a table which is not given.
    pub(super) async fn made(
        &mut self,
        model: &Model,
        case: &TestCase,
    ) -> Result<(SchemaRef, Vec<RecordBatch>)> {
        let engine = &self.engine;
        let place = model.file.display().to_string();
        let plan = match self.plan.take() {
            Some(plan) => plan,
            None => ModelPlan::of(engine, model).await?,
        };
        let plan = self.plan.insert(plan);
        let schema = plan.schema.clone();
        let batches = engine.collect_prepared(&place, &plan.query).await?;
        let batches = batches
            .iter()
            .map(|batch| stored(batch, &schema, &place))
            .collect::<Result<Vec<_>>>()?;
        let header = &model.header;
        let mut proved = ProvedChecks::of(&header.checks, &schema, &plan.conditions);
        for batch in &batches {
            proved.see(batch)?;
        }
        let proved = proved.proved();
        let open = header.checks.iter().enumerate();
        let open = open.filter(|(at, check)| {
            let read = check_inputs(&place, check, &model.name);
            !proved.contains(at) && read.iter().all(|name| case.given.contains_key(name))
        });
        let open: Vec<Check> = open.map(|(_, check)| check.clone()).collect();
        engine.register_rows(&model.name, schema.clone(), batches.clone())?;
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        let rows = rows as u64;
        let failed = check::run(engine, &place, &model.name, rows, header, &open).await?;
        let wrong = failed.iter().find(|one| one.severity == Severity::Error);
        match wrong {
            Some(failed) => Err(Error::data(format!("{place}: {}", failed.told()))),
            None => Ok((schema, batches)),
        }
    }
}
