//! Columns, and the first of several that is not NULL.

use datafusion::common::Column;
use datafusion::logical_expr::Expr;
use std::collections::BTreeSet;

/// Gives the place of a column among those of a node.
pub(super) type ColumnPlace<'a> = &'a dyn Fn(&Column) -> Option<usize>;

/// The columns of which `expression` is the first that is not NULL: one for a plain column, several for
/// `coalesce(…)`, which the optimiser writes as a `case`. None for anything else.
pub(super) fn operand(expression: &Expr, place: ColumnPlace<'_>) -> Option<BTreeSet<usize>> {
    match expression {
        Expr::Alias(alias) => operand(&alias.expr, place),
        Expr::Column(column) => Some(BTreeSet::from([place(column)?])),
        Expr::Literal(value, _) if value.is_null() => Some(BTreeSet::new()),
        Expr::ScalarFunction(call) if call.func.name() == "coalesce" => {
            let each = call.args.iter().map(|argument| operand(argument, place));
            Some(
                each.collect::<Option<Vec<_>>>()?
                    .into_iter()
                    .flatten()
                    .collect(),
            )
        }
        Expr::Case(case) if case.expr.is_none() => {
            let mut columns = match &case.else_expr {
                Some(other) => operand(other, place)?,
                None => BTreeSet::new(),
            };
            for (when, then) in &case.when_then_expr {
                match when.as_ref() {
                    Expr::IsNotNull(tested) if tested == then => {
                        columns.extend(operand(then, place)?);
                    }
                    _ => return None,
                }
            }
            Some(columns)
        }
        _ => None,
    }
}

/// The place of a plain column.
pub(super) fn plain(expression: &Expr, place: ColumnPlace<'_>) -> Option<usize> {
    match expression {
        Expr::Alias(alias) => plain(&alias.expr, place),
        Expr::Column(column) => place(column),
        _ => None,
    }
}
