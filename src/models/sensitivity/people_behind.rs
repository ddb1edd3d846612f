//! How many people are behind each count of a query: counted beside it, in the same groups.

use super::analyst::Analyst;
use super::relation::Level;
use datafusion::common::{Column, DFSchema, Result};
use datafusion::functions_aggregate::expr_fn::count_distinct;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{
    Aggregate, Expr, ExprFunctionExt, LogicalPlan, Projection, SubqueryAlias, Union, lit,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A plan with columns of people after its own.
pub(super) struct PeopleBehind {
    /// The plan.
    pub plan: LogicalPlan,
    /// For each own column that comes from aggregates, where the people behind it are counted.
    pub behind: BTreeMap<usize, BTreeSet<usize>>,
}

/// The plan with the people behind its counts; None where its shape does not let them be counted.
pub(super) fn people_behind(
    analyst: &mut Analyst,
    plan: &LogicalPlan,
) -> Result<Option<PeopleBehind>> {
    match plan {
        LogicalPlan::Aggregate(aggregate) => of_groups(analyst, aggregate),
        LogicalPlan::Projection(projection) => {
            let inner = people_behind(analyst, &projection.input)?;
            inner.map(|inner| projected(inner, projection)).transpose()
        }
        LogicalPlan::SubqueryAlias(alias) => {
            let Some(inner) = people_behind(analyst, &alias.input)? else {
                return Ok(None);
            };
            let plan = SubqueryAlias::try_new(Arc::new(inner.plan), alias.alias.clone())?;
            Ok(Some(PeopleBehind {
                plan: LogicalPlan::SubqueryAlias(plan),
                behind: inner.behind,
            }))
        }
        LogicalPlan::Sort(_) | LogicalPlan::Filter(_) | LogicalPlan::Limit(_) => {
            let [input] = plan.inputs()[..] else {
                return Ok(None);
            };
            let Some(inner) = people_behind(analyst, input)? else {
                return Ok(None);
            };
            Ok(Some(PeopleBehind {
                plan: plan.with_new_exprs(plan.expressions(), vec![inner.plan])?,
                behind: inner.behind,
            }))
        }
        LogicalPlan::Union(union) => of_union(analyst, union),
        _ => Ok(None),
    }
}

fn of_groups(analyst: &mut Analyst, aggregate: &Aggregate) -> Result<Option<PeopleBehind>> {
    let rows = analyst.plan(&aggregate.input);
    let schema = aggregate.input.schema();
    let owner = rows.owner.filter(|_| rows.level == Level::Person);
    let place = owner.and_then(|owner| rows.columns.iter().position(|c| c.attr == owner));
    let sets = matches!(aggregate.group_expr.as_slice(), [Expr::GroupingSet(_)]);
    let (Some(place), false) = (place, sets) else {
        return Ok(None);
    };
    let person = Expr::Column(Column::from(schema.qualified_field(place)));
    let (by, own) = (aggregate.group_expr.len(), aggregate.aggr_expr.len());
    let mut all = aggregate.aggr_expr.clone();
    let mut behind = BTreeMap::new();
    for (at, expr) in aggregate.aggr_expr.iter().enumerate() {
        let inner = match expr {
            Expr::Alias(alias) => &alias.expr,
            other => other,
        };
        let Expr::AggregateFunction(function) = inner else {
            return Ok(None);
        };
        let people = people_of(function, &person)?.alias(format!("__populace people {}", at + 1));
        all.push(people);
        behind.insert(by + at, BTreeSet::from([by + own + at]));
    }
    let plan = Aggregate::try_new(aggregate.input.clone(), aggregate.group_expr.clone(), all)?;
    let plan = LogicalPlan::Aggregate(plan);
    Ok(Some(PeopleBehind { plan, behind }))
}

/// The people whose rows an aggregate counts or adds up.
fn people_of(function: &AggregateFunction, person: &Expr) -> Result<Expr> {
    let params = &function.params;
    let counted = match (function.func.name(), params.args.as_slice()) {
        ("sum", [value]) => Some(value.clone().gt(lit(0i64))),
        ("count", args) => args
            .iter()
            .filter(|arg| !matches!(arg, Expr::Literal(..)))
            .map(|arg| arg.clone().is_not_null())
            .reduce(Expr::and),
        _ => None,
    };
    let filter = params.filter.as_deref().cloned();
    let which = counted.into_iter().chain(filter).reduce(Expr::and);
    let people = count_distinct(person.clone());
    match which {
        Some(which) => people.filter(which).build(),
        None => Ok(people),
    }
}

/// The columns of people, which come after the own ones.
fn more(schema: &DFSchema, own: usize) -> Vec<Expr> {
    let all = own..schema.fields().len();
    all.map(|at| Expr::Column(Column::from(schema.qualified_field(at))))
        .collect()
}

fn projected(inner: PeopleBehind, projection: &Projection) -> Result<PeopleBehind> {
    let schema = inner.plan.schema().clone();
    let before = projection.input.schema().fields().len();
    let own = projection.expr.len();
    let mut behind = BTreeMap::new();
    for (at, expr) in projection.expr.iter().enumerate() {
        let mut people = BTreeSet::new();
        for column in expr.column_refs() {
            let from = schema.index_of_column(column)?;
            let moved = inner.behind.get(&from).into_iter().flatten();
            people.extend(moved.map(|place| place - before + own));
        }
        if !people.is_empty() {
            behind.insert(at, people);
        }
    }
    let mut all = projection.expr.clone();
    all.extend(more(&schema, before));
    let plan = Projection::try_new(all, Arc::new(inner.plan))?;
    let plan = LogicalPlan::Projection(plan);
    Ok(PeopleBehind { plan, behind })
}

/// Queries one under another: they have to be of the same form.
fn of_union(analyst: &mut Analyst, union: &Union) -> Result<Option<PeopleBehind>> {
    let mut inputs = Vec::new();
    let mut behind: Option<BTreeMap<usize, BTreeSet<usize>>> = None;
    for input in &union.inputs {
        let Some(inner) = people_behind(analyst, input)? else {
            return Ok(None);
        };
        if behind.as_ref().is_some_and(|known| *known != inner.behind) {
            return Ok(None);
        }
        behind = Some(inner.behind);
        inputs.push(Arc::new(inner.plan));
    }
    let plan = LogicalPlan::Union(Union::try_new_with_loose_types(inputs)?);
    Ok(behind.map(|behind| PeopleBehind { plan, behind }))
}
