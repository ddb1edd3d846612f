//! Queries whose answer is the same as long as their tables are.
//!
//! What is built and released is proved by fingerprints of its inputs. A query over the clock, or over
//! chance, has an input that none of them holds.

use super::session::Engine;
use crate::error::{Error, Result};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::{Expr, LogicalPlan, Volatility};

impl Engine {
    /// Plans a query that models, checks and reports are made with; `place` is what errors call it.
    ///
    /// # Errors
    /// Those of [`Engine::query`]; usage, when another run could give another answer.
    pub(crate) async fn lasting_query(&self, place: &str, sql: &str) -> Result<DataFrame> {
        let frame = self.query(place, sql).await?;
        match changing(frame.logical_plan()) {
            Some(function) => Err(changes(place, &function)),
            None => Ok(frame),
        }
    }
}

fn changes(place: &str, function: &str) -> Error {
    let hint = match function {
        "random" | "uuid" => "leave it out: a figure must come out the same when it is made again",
        _ => {
            "take the day from a parameter, such as $as_of; --set as_of=2026-09-30 gives another one"
        }
    };
    Error::usage(format!(
        "{place}: {function}() gives something else each time, and no fingerprint tells"
    ))
    .hint(hint)
}

/// A function that does not depend on its arguments alone.
fn changing(plan: &LogicalPlan) -> Option<String> {
    first_that(plan, |volatility| volatility != Volatility::Immutable)
}

/// A function of a plan that gives each row something else by chance.
pub(crate) fn by_chance(plan: &LogicalPlan) -> Option<String> {
    first_that(plan, |volatility| volatility == Volatility::Volatile)
}

/// The first function of which the volatility `is_one`.
fn first_that(plan: &LogicalPlan, is_one: fn(Volatility) -> bool) -> Option<String> {
    let mut found = None;
    // What cannot be walked cannot be planned either, and is told then.
    let _ = plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expression| {
            expression.apply(|part| {
                found = found.take().or_else(|| named(part, is_one));
                Ok(goes_on(found.is_some()))
            })
        })?;
        Ok(goes_on(found.is_some()))
    });
    found
}

fn goes_on(found: bool) -> TreeNodeRecursion {
    match found {
        true => TreeNodeRecursion::Stop,
        false => TreeNodeRecursion::Continue,
    }
}

fn named(expression: &Expr, is_one: fn(Volatility) -> bool) -> Option<String> {
    let (name, volatility) = match expression {
        Expr::ScalarFunction(call) => (call.func.name(), call.func.signature().volatility),
        Expr::AggregateFunction(call) => (call.func.name(), call.func.signature().volatility),
        Expr::WindowFunction(call) => (call.fun.name(), call.fun.signature().volatility),
        _ => return None,
    };
    is_one(volatility).then(|| name.to_string())
}
