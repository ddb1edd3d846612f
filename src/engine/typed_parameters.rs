//! The types of parameters, known before a query is planned.
//!
//! DataFusion 55 guesses the type of `$name` from what stands beside it: of `$as_of - interval '1 month'`
//! it makes an interval, and a day that is compared with an age becomes a number without a word.

use crate::pipeline::ParameterValue;
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::sql::parser::{CopyToSource, Statement};
use datafusion::sql::sqlparser::ast::{
    CastKind, DataType, ExactNumberInfo, Expr as SqlExpr, Value, VisitMut, visit_expressions_mut,
};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// The types of parameters, by name; a text has none, since whatever stands beside it gives it one.
pub(super) type ParameterTypes = BTreeMap<String, DataType>;

/// The types that values have.
pub(super) fn types_of(parameters: &BTreeMap<String, ParameterValue>) -> ParameterTypes {
    let kind = |value: &ParameterValue| match value {
        ParameterValue::Date(_) => Some(DataType::Date),
        ParameterValue::Integer(_) => Some(DataType::BigInt(None)),
        ParameterValue::Number(_) => Some(DataType::Double(ExactNumberInfo::None)),
        ParameterValue::Text(_) => None,
    };
    let types = parameters
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), kind(value)?)));
    types.collect()
}

/// Writes a cast to its type around each parameter of a statement.
pub(super) fn write_types(statement: &mut Statement, types: &ParameterTypes) {
    match statement {
        Statement::Statement(statement) => write_in(statement.as_mut(), types),
        Statement::Explain(explain) => write_types(&mut explain.statement, types),
        Statement::CopyTo(copy) => {
            if let CopyToSource::Query(query) = &mut copy.source {
                write_in(query.as_mut(), types);
            }
        }
        Statement::CreateExternalTable(_) | Statement::Reset(_) => {}
    }
}

fn write_in(tree: &mut impl VisitMut, types: &ParameterTypes) {
    let _ = visit_expressions_mut(tree, |expression| {
        if let Some(kind) = type_of(expression, types) {
            *expression = SqlExpr::Cast {
                kind: CastKind::Cast,
                expr: Box::new(expression.clone()),
                data_type: kind,
                array: false,
                format: None,
            };
        }
        ControlFlow::<()>::Continue(())
    });
}

fn type_of(expression: &SqlExpr, types: &ParameterTypes) -> Option<DataType> {
    let SqlExpr::Value(value) = expression else {
        return None;
    };
    match &value.value {
        Value::Placeholder(name) => types.get(name.strip_prefix('$')?).cloned(),
        _ => None,
    }
}

/// The plan with values in the place of casts to the type that they have: where rules and functions want
/// a constant, a cast is none.
pub(super) fn without_casts(plan: LogicalPlan) -> Result<LogicalPlan> {
    let plan = plan.transform_up_with_subqueries(|node| {
        let names = NamePreserver::new(&node);
        node.map_expressions(|expression| {
            let name = names.save(&expression);
            let bare = expression.transform_up(|part| {
                Ok(match part {
                    Expr::Cast(cast) => match cast.expr.as_ref() {
                        Expr::Literal(value, _) if value.data_type() == *cast.field.data_type() => {
                            Transformed::yes(*cast.expr)
                        }
                        _ => Transformed::no(Expr::Cast(cast)),
                    },
                    part => Transformed::no(part),
                })
            })?;
            Ok(bare.update_data(|expression| name.restore(expression)))
        })
    })?;
    match plan.transformed {
        true => plan.data.recompute_schema(),
        false => Ok(plan.data),
    }
}
