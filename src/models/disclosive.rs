//! Record-level data leaves only as counts: a report may not read a record-level column.
//!
//! A table is record level when a row of it can be one person's: a pulled table, or a model whose
//! query lets rows of such a table through without counting them. That is found in the query, not
//! in what a header says.

use super::library::Library;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::TableName;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Aggregate, Expr, LogicalPlan};
use std::collections::BTreeSet;

/// Refuses a report's table whose query can show a row of a record-level table. `plan` is the
/// planned query; `record_level` says which tables are.
pub fn refuse_record_level(
    place: &str,
    plan: &LogicalPlan,
    record_level: &BTreeSet<TableName>,
) -> Result<()> {
    match exposes(plan, record_level) {
        None => Ok(()),
        Some(column) => Err(Error::refused(format!("{place} reads the record-level column {column}"))
            .hint("a report reads models that count people; count first in a model (group by … count(…)), and read that")),
    }
}

/// The models of `library` whose rows can be one person's. Tables must be registered; a model that
/// cannot be planned (its inputs are not there) counts as record level.
pub async fn record_level(engine: &Engine, library: &Library) -> Result<BTreeSet<TableName>> {
    let mut found = BTreeSet::new();
    for name in super::graph::order(library, &library.models.keys().cloned().collect())? {
        let Some(model) = library.models.get(&name) else {
            continue;
        };
        let safe = match engine
            .query(&model.file.display().to_string(), &model.sql)
            .await
        {
            Ok(frame) => exposes(frame.logical_plan(), &found).is_none(),
            Err(_) => false,
        };
        if !safe {
            found.insert(name);
        }
    }
    Ok(found)
}

/// The first record-level column that reaches the top of `plan` without having been counted.
fn exposes(plan: &LogicalPlan, record_level: &BTreeSet<TableName>) -> Option<String> {
    match plan {
        LogicalPlan::TableScan(scan) => {
            let name = TableName::new(
                scan.table_name.schema().unwrap_or_default(),
                scan.table_name.table(),
            );
            let pulled = name.layer == "record" || name.layer == "populace";
            if !(pulled || record_level.contains(&name)) {
                return None;
            }
            let column = scan.projected_schema.fields().first();
            Some(column.map_or(name.to_string(), |c| format!("{name}.{}", c.name())))
        }
        LogicalPlan::Aggregate(aggregate) => {
            let below = exposes(&aggregate.input, record_level)?;
            (!counts(aggregate)).then(|| keyed_column(aggregate).unwrap_or(below))
        }
        other => other
            .inputs()
            .into_iter()
            .find_map(|input| exposes(input, record_level))
            .or_else(|| exposed_by_subquery(other, record_level)),
    }
}

/// What a subquery inside an expression of `plan` lets through.
fn exposed_by_subquery(plan: &LogicalPlan, record_level: &BTreeSet<TableName>) -> Option<String> {
    let mut found = None;
    // Visiting expressions in memory cannot fail.
    let _ = plan.apply_subqueries(|subquery| {
        found = exposes(subquery, record_level);
        Ok(if found.is_some() {
            TreeNodeRecursion::Stop
        } else {
            TreeNodeRecursion::Jump
        })
    });
    found
}

/// Columns that tell people or their records apart.
fn is_key(name: &str) -> bool {
    name == "person_check" || name == "open_pseudonym" || name.ends_with("_key")
}

/// Whether an aggregate counts: it groups by no key, and gives no value of a single row on.
fn counts(aggregate: &Aggregate) -> bool {
    let keyed = keyed_column(aggregate).is_some();
    const COUNTING: [&str; 12] = [
        "count",
        "sum",
        "avg",
        "mean",
        "stddev",
        "stddev_samp",
        "stddev_pop",
        "var",
        "var_samp",
        "var_pop",
        "median",
        "grouping",
    ];
    // The freshness of a source is a date, the youngest of all of an organisation's.
    const DATED: [&str; 2] = ["min", "max"];
    let safe = aggregate.aggr_expr.iter().all(|expr| {
        let mut safe = true;
        // Visiting expressions in memory cannot fail.
        let _ = expr.apply(|e| {
            if let Expr::AggregateFunction(function) = e {
                let name = function.func.name();
                let dated = DATED.contains(&name)
                    && function
                        .params
                        .args
                        .iter()
                        .all(|arg| is_date(arg, aggregate));
                safe &= COUNTING.contains(&name) || dated;
            }
            Ok(TreeNodeRecursion::Continue)
        });
        safe
    });
    safe && !keyed
}

fn is_date(arg: &Expr, aggregate: &Aggregate) -> bool {
    use datafusion::logical_expr::ExprSchemable;
    arg.get_type(aggregate.input.schema())
        .is_ok_and(|kind| kind.is_temporal())
}

fn keyed_column(aggregate: &Aggregate) -> Option<String> {
    aggregate
        .group_expr
        .iter()
        .flat_map(|expr| {
            expr.column_refs()
                .into_iter()
                .map(|c| c.name.clone())
                .collect::<Vec<_>>()
        })
        .find(|name| is_key(name))
}
