//! The tables of a plan with the rows of some people alone.

use crate::engine::LakeTable;
use crate::error::{Context, Result};
use crate::lake::TableName;
use datafusion::catalog::TableProvider;
use datafusion::common::Result as DataFusionResult;
use datafusion::common::tree_node::{Transformed, TreeNodeRecursion};
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::LogicalPlan;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the scans of a plan read in place of the tables with these names.
#[derive(Default, Clone)]
pub(in crate::models) struct Sources(BTreeMap<TableName, Arc<dyn TableProvider>>);

impl Sources {
    /// Has these rows read in place of a table.
    pub(in crate::models) fn add(&mut self, name: &TableName, rows: &Arc<LakeTable>) {
        self.0.insert(name.clone(), Arc::clone(rows) as _);
    }

    /// The plan over these.
    ///
    /// # Errors
    /// Data: never in practice.
    pub(in crate::models) fn under(&self, plan: &LogicalPlan) -> Result<LogicalPlan> {
        let replaced: DataFusionResult<_> = plan.clone().transform_down_with_subqueries(|node| {
            let LogicalPlan::TableScan(mut scan) = node else {
                return Ok(Transformed::no(node));
            };
            let layer = scan.table_name.schema().unwrap_or_default();
            let name = TableName::new(layer, scan.table_name.table());
            Ok(match self.0.get(&name) {
                Some(rows) => {
                    scan.source = provider_as_source(Arc::clone(rows));
                    Transformed::yes(LogicalPlan::TableScan(scan))
                }
                None => Transformed::no(LogicalPlan::TableScan(scan)),
            })
        });
        Ok(replaced
            .data(|| "a plan cannot be run for some people")?
            .data)
    }
}

/// The tables that a plan reads, its subqueries included.
pub(in crate::models) fn tables_of(plan: &LogicalPlan) -> BTreeSet<TableName> {
    let mut tables = BTreeSet::new();
    // A walk that looks alone does not fail.
    let _ = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            let layer = scan.table_name.schema().unwrap_or_default();
            tables.insert(TableName::new(layer, scan.table_name.table()));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    tables
}
