//! The tables that two plans read.

use super::node_result::NodeResult;
use datafusion::catalog::TableProvider;
use datafusion::common::DataFusionError;
use datafusion::common::tree_node::{Transformed, TreeNodeRecursion};
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::{
    Expr, LogicalPlan, TableProviderFilterPushDown, TableScan, TableScanBuilder,
};
use std::sync::Arc;

/// A table's rows are read alike: filters that it was handed down only say what it need not read.
pub(super) fn scans(before: &TableScan, now: &TableScan) -> NodeResult<()> {
    hints_alone(before)?;
    hints_alone(now)?;
    let same = before.table_name == now.table_name
        && before.projection == now.projection
        && before.fetch == now.fetch;
    match same {
        true => Ok(()),
        false => Err("another table is read"),
    }
}

fn hints_alone(scan: &TableScan) -> NodeResult<()> {
    let filters: Vec<&Expr> = scan.filters.iter().collect();
    let kinds = scan.source.supports_filters_pushdown(&filters);
    let kinds = kinds.map_err(|_| "what a table does with filters is not known")?;
    match kinds.contains(&TableProviderFilterPushDown::Exact) {
        true => Err("a table keeps rows by itself"),
        false => Ok(()),
    }
}

/// A plan whose tables are read without what they were handed down, which is of another query.
pub(super) fn without_hints(plan: LogicalPlan) -> NodeResult<LogicalPlan> {
    let mut exact = Ok(());
    let bared = plan.transform_up_with_subqueries(|node| {
        let LogicalPlan::TableScan(scan) = node else {
            return Ok(Transformed::no(node));
        };
        if scan.filters.is_empty() {
            return Ok(Transformed::no(LogicalPlan::TableScan(scan)));
        }
        exact = exact.and(hints_alone(&scan));
        let bare = TableScanBuilder::from(scan).with_filters(Vec::new());
        Ok(Transformed::yes(LogicalPlan::TableScan(bare.build()?)))
    });
    exact?;
    let bared = bared.map_err(|_| "a table cannot be read")?;
    Ok(bared.data)
}

/// Whether two plans make the same rows, as they are the same and read the same.
pub(in crate::models) fn is_same_plan(before: &LogicalPlan, now: &LogicalPlan) -> bool {
    before == now && refuse_other_sources(before, now).is_ok()
}

/// Refuses plans that read from something else: what a table function gives is told apart by its source
/// alone.
pub(super) fn refuse_other_sources(before: &LogicalPlan, now: &LogicalPlan) -> NodeResult<()> {
    let (before, now) = (sources(before)?, sources(now)?);
    let same = before.len() == now.len()
        && before
            .iter()
            .zip(&now)
            .all(|(before, now)| Arc::ptr_eq(before, now));
    match same {
        true => Ok(()),
        false => Err("another table is read"),
    }
}

/// Refuses nodes of which a subquery reads from something else, which is no input of theirs.
pub(super) fn same_subqueries(before: &LogicalPlan, now: &LogicalPlan) -> NodeResult<()> {
    let (before, now) = (in_subqueries(before)?, in_subqueries(now)?);
    let mut pairs = before.iter().zip(&now);
    match before.len() == now.len() && pairs.all(|(before, now)| Arc::ptr_eq(before, now)) {
        true => Ok(()),
        false => Err("a subquery reads another table"),
    }
}

fn in_subqueries(node: &LogicalPlan) -> NodeResult<Vec<Arc<dyn TableProvider>>> {
    let mut found = Vec::new();
    let walked = node.apply_subqueries(|subquery| {
        let sources =
            sources(subquery).map_err(|cause| DataFusionError::Plan(cause.to_string()))?;
        found.extend(sources);
        Ok(TreeNodeRecursion::Continue)
    });
    match walked {
        Ok(_) => Ok(found),
        Err(_) => Err("a table cannot be told from another"),
    }
}

fn sources(plan: &LogicalPlan) -> NodeResult<Vec<Arc<dyn TableProvider>>> {
    let mut sources = Vec::new();
    let walked = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            sources.push(source_as_provider(&scan.source)?);
        }
        Ok(TreeNodeRecursion::Continue)
    });
    match walked {
        Ok(_) => Ok(sources),
        Err(_) => Err("a table cannot be told from another"),
    }
}
