//! The condition of a table: an expression over the columns of one model.

use crate::error::{Context, Error, Result};
use datafusion::sql::sqlparser::ast::{Expr, FunctionArguments, visit_expressions};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::Token;
use std::ops::ControlFlow;

/// A condition as it stands in the program's own queries: one expression, written out anew, so that
/// nothing but an expression can be in it.
///
/// # Errors
/// Usage, when it is no expression, or reads more than the columns of the model.
pub(super) fn condition(text: &str) -> Result<String> {
    const HINT: &str = "write a condition over the columns of the model, such as where = \"is_active and age >= 65\"";
    let wrong = || "the condition of `where` cannot be read".to_string();
    let mut parser = Parser::new(&GenericDialect {})
        .try_with_sql(text)
        .usage(wrong)
        .map_err(|e| e.hint(HINT))?;
    let expression = parser.parse_expr().usage(wrong).map_err(|e| e.hint(HINT))?;
    if parser.peek_token().token != Token::EOF {
        return Err(Error::usage("`where` holds more than one condition").hint(HINT));
    }
    let found = visit_expressions(&expression, |part| match beyond_columns(part) {
        Some(what) => ControlFlow::Break(what),
        None => ControlFlow::Continue(()),
    });
    match found {
        ControlFlow::Break(what) => {
            Err(Error::usage(format!("the condition of `where` {what}")).hint(HINT))
        }
        ControlFlow::Continue(()) => Ok(expression.to_string()),
    }
}

/// What a part of a condition reads beside the columns of its row.
fn beyond_columns(part: &Expr) -> Option<&'static str> {
    match part {
        Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => {
            Some("has a query of its own")
        }
        Expr::CompoundIdentifier(_) => {
            Some("names a table: it reads the columns of the model alone")
        }
        Expr::Function(function) if function.over.is_some() => {
            Some("has a window function: it looks at one row")
        }
        Expr::Function(function) if matches!(function.args, FunctionArguments::Subquery(_)) => {
            Some("has a query of its own")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_one_expression_over_columns() {
        let shown = |text: &str| condition(text).unwrap();
        assert_eq!(
            shown("is_active  -- those\n and age>=65"),
            "is_active AND age >= 65"
        );
        assert_eq!(shown("setting in ('A', 'B')"), "setting IN ('A', 'B')");
        assert_eq!(shown("started <= $as_of"), "started <= $as_of");
        for (text, says) in [
            ("true) group by 1 --", "more than one condition"),
            ("is_active; drop table x", "more than one condition"),
            (
                "person_key in (select person_key from core.person)",
                "a query of its own",
            ),
            ("exists (select 1)", "a query of its own"),
            (
                "(select count(*) from core.person) > 3",
                "a query of its own",
            ),
            ("row_number() over (order by age) < 9", "a window function"),
            ("core.person.age > 3", "names a table"),
            ("", "cannot be read"),
        ] {
            let error = condition(text).unwrap_err();
            assert_eq!(error.kind().exit_code(), 2, "{text}");
            assert!(error.what().contains(says), "{text}: {}", error.what());
        }
    }
}
