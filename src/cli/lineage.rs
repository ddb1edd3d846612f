//! What a night built, from what, for whoever follows data lineage.

use super::session::SessionWork;
use crate::lake::TableName;
use crate::models::{BuildSummary, Library, Model, ModelOutcome, ModelState};
use crate::notify::{LineageColumn, LineageTable, ModelRun};
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// The builds of the models that were tried. A table whose log cannot be read has no columns here: that
/// is the night's own error.
pub(super) async fn model_runs(work: &SessionWork, built: &BuildSummary) -> Vec<ModelRun> {
    let Ok(library) = work.library() else {
        return Vec::new();
    };
    let mut known = KnownTables {
        work,
        library: &library,
        tables: BTreeMap::new(),
    };
    let mut runs = Vec::new();
    let tried = |outcome: &&ModelOutcome| {
        outcome.state != ModelState::UpToDate && outcome.waits_for.is_none()
    };
    for outcome in built.models.iter().filter(tried) {
        let name = TableName::parse(&outcome.model);
        let Some(model) = name.and_then(|name| library.models.get(&name)) else {
            continue;
        };
        runs.push(known.run_of(model, outcome).await);
    }
    runs
}

struct KnownTables<'a> {
    work: &'a SessionWork,
    library: &'a Library,
    tables: BTreeMap<TableName, LineageTable>,
}

impl KnownTables<'_> {
    async fn run_of(&mut self, model: &Model, outcome: &ModelOutcome) -> ModelRun {
        let mut inputs = Vec::with_capacity(model.reads.len());
        for read in &model.reads {
            inputs.push(self.table(read).await);
        }
        let took = TimeDelta::try_milliseconds(milliseconds(outcome.seconds));
        let checks: Vec<&str> = outcome.failed.iter().map(|f| f.check.as_str()).collect();
        ModelRun {
            sql: model.sql.clone(),
            inputs,
            output: self.table(&model.name).await,
            began: outcome.began,
            ended: outcome.began + took.unwrap_or_default(),
            failure: (!checks.is_empty())
                .then(|| format!("rows break its checks: {}", checks.join("; "))),
        }
    }

    async fn table(&mut self, name: &TableName) -> LineageTable {
        if let Some(known) = self.tables.get(name) {
            return known.clone();
        }
        let header = self.library.models.get(name).map(|model| &model.header);
        let stored = self.work.lake.table(name).await.ok().flatten();
        let fields = stored.map(|table| table.schema.fields().clone());
        let columns = fields.iter().flatten().map(|field| LineageColumn {
            name: field.name().clone(),
            kind: field.data_type().to_string(),
            description: header.and_then(|header| header.columns.get(field.name()).cloned()),
        });
        let table = LineageTable {
            name: name.to_string(),
            description: header.map(|header| header.description.clone()),
            columns: columns.collect(),
        };
        self.tables.insert(name.clone(), table.clone());
        table
    }
}

#[allow(clippy::cast_possible_truncation)] // a time of a build
fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1000.0) as i64
}
