//! The walk over a plan, from its tables up.

use super::group::grouped;
use super::join::joined;
use super::operand::{ColumnPlace, plain};
use super::person_keys::{PERSON_KEY, PersonKeys};
use super::row_identity::{MadeColumn, RowIdentity};
use super::rows::NodeRows;
use super::verdict::GlobalCause;
use super::window::windowed;
use crate::lake::TableName;
use crate::models::proof_rule::ProofRule;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema};
use datafusion::logical_expr::{
    Distinct, Expr, LogicalPlan, Subquery, TableScan, Union, Unnest, Volatility,
};
use std::collections::{BTreeMap, BTreeSet};

/// Gives the sets of columns that tell the rows of a table apart.
pub(in crate::models) type UniqueColumns<'a> = &'a dyn Fn(&TableName) -> Vec<Vec<String>>;

/// What is known of the rows of `plan`; the node that makes it global, where there is one.
pub(super) fn rows(plan: &LogicalPlan, unique: UniqueColumns<'_>) -> Result<NodeRows, GlobalCause> {
    refuse_changing(plan, unique)?;
    match plan {
        LogicalPlan::TableScan(scan) => scanned(scan, unique),
        LogicalPlan::EmptyRelation(_) | LogicalPlan::Values(_) => Ok(NodeRows::constant()),
        LogicalPlan::SubqueryAlias(alias) => rows(&alias.input, unique),
        LogicalPlan::Sort(sort) if sort.fetch.is_none() => rows(&sort.input, unique),
        LogicalPlan::Sort(_) | LogicalPlan::Limit(_) if ProofRule::Limit.is_on() => Err(limit()),
        LogicalPlan::Sort(sort) => rows(&sort.input, unique),
        LogicalPlan::Limit(limit) => rows(&limit.input, unique),
        LogicalPlan::Filter(filter) => {
            let mut chosen = rows(&filter.input, unique)?;
            let schema = filter.input.schema();
            chosen.chosen_by(&filter.predicate, &|c| schema.maybe_index_of_column(c));
            Ok(chosen)
        }
        LogicalPlan::Projection(projection) => {
            let input = rows(&projection.input, unique)?;
            Ok(projected(
                &projection.expr,
                projection.input.schema(),
                &input,
            ))
        }
        LogicalPlan::Join(join) => {
            let (left, right) = (rows(&join.left, unique)?, rows(&join.right, unique)?);
            joined(join, left, right)
        }
        LogicalPlan::Aggregate(aggregate) => grouped(aggregate, rows(&aggregate.input, unique)?),
        LogicalPlan::Distinct(Distinct::All(input)) => distinct(rows(input, unique)?),
        LogicalPlan::Window(window) => windowed(window, rows(&window.input, unique)?),
        LogicalPlan::Union(union) => united(union, unique),
        LogicalPlan::Unnest(unnest) => Ok(unnested(unnest, &rows(&unnest.input, unique)?)),
        other => Err(unknown(other)),
    }
}

fn limit() -> GlobalCause {
    GlobalCause::new("limit", "which rows it keeps rests on all of them")
}

fn unknown(node: &LogicalPlan) -> GlobalCause {
    let node = match node {
        LogicalPlan::RecursiveQuery(_) => "with recursive".to_string(),
        LogicalPlan::Distinct(_) => "distinct on".to_string(),
        LogicalPlan::Extension(extension) => extension.node.name().to_string(),
        // The first word of how DataFusion writes a node is its name.
        other => {
            let written = other.display().to_string();
            let name = written.split([':', ' ']).next().unwrap_or_default();
            name.to_string()
        }
    };
    GlobalCause::new(node, "it is not known to keep people apart")
}

/// The rows of a table that are read.
fn scanned(scan: &TableScan, unique: UniqueColumns<'_>) -> Result<NodeRows, GlobalCause> {
    if scan.fetch.is_some() && ProofRule::Limit.is_on() {
        return Err(limit());
    }
    let schema = &scan.projected_schema;
    let place = |name: &str| schema.index_of_column_by_name(None, name);
    let table = TableName::new(
        scan.table_name.schema().unwrap_or_default(),
        scan.table_name.table(),
    );
    let sets = unique(&table).into_iter().filter_map(|columns| {
        let columns = columns.iter();
        columns.map(|column| place(column)).collect()
    });
    let source = scan.source.schema();
    let people = source.column_with_name(PERSON_KEY).map(|_| {
        let key = place(PERSON_KEY);
        key.map_or_else(PersonKeys::default, PersonKeys::of)
    });
    let mut found = NodeRows {
        people,
        identity: RowIdentity::of(sets.collect::<Vec<_>>()),
    };
    for filter in &scan.filters {
        found.chosen_by(filter, &|column| schema.maybe_index_of_column(column));
    }
    Ok(found)
}

/// The rows of a projection.
fn projected(expressions: &[Expr], schema: &DFSchema, input: &NodeRows) -> NodeRows {
    let place = |column: &Column| schema.maybe_index_of_column(column);
    let made: Vec<MadeColumn> = expressions.iter().map(|one| made(one, &place)).collect();
    let people = input.people.as_ref();
    NodeRows {
        people: people.map(|keys| keys.through(expressions, schema)),
        identity: input.identity.through(&made),
    }
}

fn made(expression: &Expr, place: ColumnPlace<'_>) -> MadeColumn {
    match (plain(expression, place), expression) {
        (Some(column), _) => MadeColumn::Same(column),
        (None, Expr::Alias(alias)) => made(&alias.expr, place),
        (None, Expr::Literal(value, _)) => MadeColumn::Fixed(value.clone()),
        (None, _) => MadeColumn::Other,
    }
}

/// Rows of which all are different.
fn distinct(mut rows: NodeRows) -> Result<NodeRows, GlobalCause> {
    if rows.people.as_ref().is_some_and(PersonKeys::is_lost) {
        let why = "the person key is not among its columns";
        return Err(GlobalCause::new("distinct", why));
    }
    rows.identity = RowIdentity::default();
    Ok(rows)
}

/// The rows of several inputs.
fn united(union: &Union, unique: UniqueColumns<'_>) -> Result<NodeRows, GlobalCause> {
    let cause = |why: &str| GlobalCause::new("union", why);
    let mut common: Option<Option<PersonKeys>> = None;
    let mut identities = Vec::new();
    for input in &union.inputs {
        let NodeRows { people, identity } = rows(input, unique)?;
        identities.push(identity);
        common = Some(match (common, people) {
            (None, people) => people,
            (Some(None), None) => None,
            (Some(Some(keys)), Some(others)) => {
                let both = keys.in_both(&others);
                let has_key = !keys.is_lost() && !others.is_lost();
                if has_key && both.is_lost() {
                    return Err(cause(
                        "the person key is not in one place in all its queries",
                    ));
                }
                Some(both)
            }
            (Some(Some(_)), None) | (Some(None), Some(_)) => {
                return Err(cause("one of its queries reads no table of people"));
            }
        });
    }
    Ok(NodeRows {
        people: common.flatten(),
        identity: RowIdentity::of_union(&identities),
    })
}

/// Rows with the elements of lists in place of the lists.
fn unnested(unnest: &Unnest, input: &NodeRows) -> NodeRows {
    let lists = unnest.list_type_columns.iter().map(|(column, _)| *column);
    let changed: BTreeSet<usize> = lists
        .chain(unnest.struct_type_columns.iter().copied())
        .collect();
    let schema = unnest.input.schema();
    let columns: BTreeMap<usize, Expr> = unnest
        .dependency_indices
        .iter()
        .enumerate()
        .filter(|(_, from)| !changed.contains(from))
        .map(|(at, from)| {
            let column = Column::from(schema.qualified_field(*from));
            (at, Expr::Column(column))
        })
        .collect();
    let null = Expr::Literal(datafusion::common::ScalarValue::Null, None);
    let all = (0..unnest.schema.fields().len()).map(|at| columns.get(&at).unwrap_or(&null));
    let people = input.people.as_ref();
    NodeRows {
        people: people.map(|keys| keys.through(all, schema)),
        identity: RowIdentity::default(),
    }
}

/// Refuses functions that give something else each time, and subqueries that were not made a join.
pub(super) fn refuse_changing(
    plan: &LogicalPlan,
    unique: UniqueColumns<'_>,
) -> Result<(), GlobalCause> {
    let mut found: Option<GlobalCause> = None;
    let walked = plan.apply_expressions(|expression| {
        expression.apply(|part| {
            let cause = changing(part, unique);
            found = found.take().or_else(|| Some(cause?.at([expression])));
            Ok(match found {
                Some(_) => TreeNodeRecursion::Stop,
                None => TreeNodeRecursion::Continue,
            })
        })
    });
    match (found, walked) {
        (Some(cause), _) => Err(cause),
        (None, Ok(_)) => Ok(()),
        (None, Err(_)) => Err(unknown(plan)),
    }
}

fn changing(part: &Expr, unique: UniqueColumns<'_>) -> Option<GlobalCause> {
    let (name, volatility) = match part {
        Expr::ScalarFunction(call) => (call.func.name(), call.func.signature().volatility),
        Expr::AggregateFunction(call) => (call.func.name(), call.func.signature().volatility),
        Expr::WindowFunction(call) => (call.fun.name(), call.fun.signature().volatility),
        Expr::ScalarSubquery(query) => return of_people(query, unique),
        Expr::Exists(exists) => return of_people(&exists.subquery, unique),
        Expr::InSubquery(within) => return of_people(&within.subquery, unique),
        Expr::SetComparison(comparison) => return of_people(&comparison.subquery, unique),
        Expr::OuterReferenceColumn(..) | Expr::Placeholder(_) | Expr::ScalarVariable(..) => {
            return Some(GlobalCause::new("subquery", "it was not made a join"));
        }
        _ => return None,
    };
    (volatility != Volatility::Immutable)
        .then(|| GlobalCause::new(format!("{name}()"), "it gives something else each time"))
}

/// The cause, unless the subquery is the same for all and rests on no people.
fn of_people(query: &Subquery, unique: UniqueColumns<'_>) -> Option<GlobalCause> {
    if !query.outer_ref_columns.is_empty() {
        return Some(GlobalCause::new("subquery", "it was not made a join"));
    }
    match rows(&query.subquery, unique) {
        Err(cause) => Some(cause),
        Ok(found) => found
            .people
            .map(|_| GlobalCause::new("subquery", "it gives all people what rests on all of them")),
    }
}
