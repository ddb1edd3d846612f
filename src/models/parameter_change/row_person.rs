//! Whose the rows of a node are, also where the optimiser left the person key out.

use crate::models::locality::{PERSON_KEY, UniqueColumns, key_columns, people_apart};
use datafusion::common::{Column, JoinType};
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::logical_expr::{Expr, LogicalPlan, Projection, TableScan, TableScanBuilder, Union};
use std::sync::Arc;

/// The name of the key where it is led up from a table.
const LED_UP: &str = "populace person";

/// Rows, and the expression that says whose each is.
pub(super) type RowsOfPeople = (LogicalPlan, Expr);

/// The rows of `plan`, which are apart by person, with the key, and maybe with more columns; None when it
/// cannot be led up. `unique` as of [`crate::models::locality`].
pub(super) fn with_person(plan: &LogicalPlan, unique: UniqueColumns<'_>) -> Option<RowsOfPeople> {
    if let Some(columns) = key_columns(plan, unique) {
        let columns = columns.into_iter();
        let mut columns: Vec<Expr> = columns
            .map(|at| Expr::Column(Column::from(plan.schema().qualified_field(at))))
            .collect();
        let key = match columns.len() {
            1 => columns.pop()?,
            _ => coalesce(columns),
        };
        return Some((plan.clone(), key));
    }
    match plan {
        LogicalPlan::TableScan(scan) => scanned(scan),
        LogicalPlan::Projection(projection) => {
            let (input, key) = with_person(&projection.input, unique)?;
            projected(projection.expr.clone(), input, key)
        }
        LogicalPlan::SubqueryAlias(alias) => {
            // The key may have been led up into a column of its own below.
            let columns = alias.input.schema().columns();
            let (input, key) = with_person(&alias.input, unique)?;
            let (input, _) =
                projected(columns.into_iter().map(Expr::Column).collect(), input, key)?;
            let key = Column::new(Some(alias.alias.clone()), LED_UP);
            Some((over(plan, vec![input])?, Expr::Column(key)))
        }
        LogicalPlan::Filter(_) | LogicalPlan::Window(_) | LogicalPlan::Sort(_) => {
            let (input, key) = with_person(plan.inputs().first()?, unique)?;
            Some((over(plan, vec![input])?, key))
        }
        LogicalPlan::Join(join) => {
            let is_of_people = |side| matches!(people_apart(side, unique), Ok(Some(_)));
            let of_left = is_of_people(&join.left);
            let is_kept = match join.join_type {
                JoinType::Inner => true,
                JoinType::Left | JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark => {
                    of_left
                }
                JoinType::Right
                | JoinType::RightSemi
                | JoinType::RightAnti
                | JoinType::RightMark => !of_left,
                JoinType::Full => false,
            };
            if !is_kept {
                return None;
            }
            let (left, right) = (join.left.as_ref().clone(), join.right.as_ref().clone());
            let (left, right, key) = match of_left {
                true => with_person(&left, unique).map(|(left, key)| (left, right, key)),
                false => with_person(&right, unique).map(|(right, key)| (left, right, key)),
            }?;
            Some((over(plan, vec![left, right])?, key))
        }
        LogicalPlan::Union(union) => {
            let mut inputs = Vec::with_capacity(union.inputs.len());
            for input in &union.inputs {
                let columns = input.schema().columns();
                let columns = columns.into_iter().map(Expr::Column).collect();
                let (input, key) = with_person(input, unique)?;
                inputs.push(Arc::new(projected(columns, input, key)?.0));
            }
            let united = Union::try_new_with_loose_types(inputs).ok()?;
            let last = united.schema.fields().len().checked_sub(1)?;
            let key = Column::from(united.schema.qualified_field(last));
            Some((LogicalPlan::Union(united), Expr::Column(key)))
        }
        _ => None,
    }
}

fn scanned(scan: &TableScan) -> Option<RowsOfPeople> {
    let key = scan.source.schema().index_of(PERSON_KEY).ok()?;
    let mut columns = scan.projection.clone()?;
    columns.push(key);
    let all = TableScanBuilder::from(scan.clone()).with_projection(Some(columns));
    let plan = LogicalPlan::TableScan(all.build().ok()?);
    let key = Column::new(Some(scan.table_name.clone()), PERSON_KEY);
    Some((plan, Expr::Column(key)))
}

/// These columns of `input`, and the key behind them.
fn projected(mut columns: Vec<Expr>, input: LogicalPlan, key: Expr) -> Option<RowsOfPeople> {
    columns.push(key.alias(LED_UP));
    let projection = Projection::try_new(columns, Arc::new(input)).ok()?;
    let key = Expr::Column(Column::from_name(LED_UP));
    Some((LogicalPlan::Projection(projection), key))
}

/// A node over other inputs, which have the columns of its own and maybe more.
fn over(node: &LogicalPlan, inputs: Vec<LogicalPlan>) -> Option<LogicalPlan> {
    node.with_new_exprs(node.expressions(), inputs).ok()
}
