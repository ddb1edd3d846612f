//! Windows.

use super::operand::plain;
use super::row_identity::RowIdentity;
use super::row_order::refuse_unordered_window;
use super::rows::NodeRows;
use super::verdict::GlobalCause;
use crate::models::proof_rule::ProofRule;
use datafusion::common::{Column, DFSchema};
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::{Expr, Window};

/// Rows with the functions of windows beside them.
pub(super) fn windowed(window: &Window, rows: NodeRows) -> Result<NodeRows, GlobalCause> {
    let schema = window.input.schema();
    if let Some(keys) = &rows.people {
        for expression in &window.window_expr {
            let function = function(expression);
            let by = function.map(|f| f.params.partition_by.as_slice());
            let by = by.unwrap_or_default();
            if keys.through(by, schema).is_lost() && ProofRule::WindowKey.is_on() {
                let why = "it is not partitioned by the person key";
                return Err(GlobalCause::new("window", why).at([expression]));
            }
            refuse_unordered_window(expression, schema, &rows.identity)?;
        }
    }
    let width = schema.fields().len();
    let mut identity: RowIdentity = rows.identity;
    for (at, expression) in window.window_expr.iter().enumerate() {
        let numbered = function(expression).filter(|f| f.fun.name() == "row_number");
        let partition = numbered.and_then(|function| partition(function, schema));
        identity.extend(partition.map(|columns| {
            let columns = columns.into_iter();
            columns.chain([width + at]).collect()
        }));
    }
    Ok(NodeRows {
        people: rows.people,
        identity,
    })
}

fn function(expression: &Expr) -> Option<&WindowFunction> {
    match expression {
        Expr::Alias(alias) => function(&alias.expr),
        Expr::WindowFunction(function) => Some(function),
        _ => None,
    }
}

/// The columns of a partition, where all are plain.
fn partition(function: &WindowFunction, schema: &DFSchema) -> Option<Vec<usize>> {
    let place = |column: &Column| schema.maybe_index_of_column(column);
    let by = function.params.partition_by.iter();
    by.map(|expression| plain(expression, &place)).collect()
}
