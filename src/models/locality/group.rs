//! Groups: `group by`, `distinct` and grouping sets.

use super::operand::plain;
use super::person_keys::PersonKeys;
use super::row_identity::{MadeColumn, RowIdentity};
use super::row_order::refuse_unordered;
use super::rows::NodeRows;
use super::verdict::GlobalCause;
use datafusion::logical_expr::utils::grouping_set_to_exprlist;
use datafusion::logical_expr::{Aggregate, Expr, GroupingSet};
use std::collections::BTreeSet;

/// The groups of rows.
pub(super) fn grouped(aggregate: &Aggregate, rows: NodeRows) -> Result<NodeRows, GlobalCause> {
    let schema = aggregate.input.schema();
    let unknown = |_| cause(aggregate, "its sets cannot be read");
    let columns = grouping_set_to_exprlist(&aggregate.group_expr).map_err(unknown)?;
    let sets = match aggregate.group_expr.as_slice() {
        [Expr::GroupingSet(set)] => Some(each_set(set)),
        _ => None,
    };
    let made: Vec<MadeColumn> = columns
        .iter()
        .map(|column| {
            let place = plain(column, &|c| schema.maybe_index_of_column(c));
            place.map_or(MadeColumn::Other, MadeColumn::Same)
        })
        .collect();
    let identity = match &sets {
        None => {
            let mut identity = rows.identity.through(&made);
            identity.extend([(0..columns.len()).collect()]);
            identity
        }
        // The column after them says of which set a group is.
        Some(_) => RowIdentity::of([(0..=columns.len()).collect()]),
    };
    let Some(keys) = &rows.people else {
        return Ok(NodeRows {
            people: None,
            identity,
        });
    };
    let people = match &sets {
        None => keys.through(columns.iter().copied(), schema),
        Some(sets) => of_sets(sets, &columns, keys, aggregate)?,
    };
    if people.is_lost() {
        let why = match columns.is_empty() {
            true => "it takes all people together",
            false => "the person key is not among its columns",
        };
        return Err(cause(aggregate, why));
    }
    let groups = made.iter().filter_map(|column| match column {
        MadeColumn::Same(column) => Some(*column),
        MadeColumn::Fixed(_) | MadeColumn::Other => None,
    });
    let groups: BTreeSet<usize> = match sets {
        None => groups.collect(),
        // Of some sets they are not what rows are grouped by.
        Some(_) => BTreeSet::new(),
    };
    for expression in &aggregate.aggr_expr {
        refuse_unordered(expression, schema, &groups, &rows.identity)?;
    }
    Ok(NodeRows {
        people: Some(people),
        identity,
    })
}

/// The key in the columns of several sets of groups: each set must hold it.
fn of_sets(
    sets: &[Vec<Expr>],
    columns: &[&Expr],
    keys: &PersonKeys,
    aggregate: &Aggregate,
) -> Result<PersonKeys, GlobalCause> {
    let schema = aggregate.input.schema();
    let mut common: Option<PersonKeys> = None;
    for set in sets {
        // A column that is not in the set is NULL in its groups.
        let null = Expr::Literal(datafusion::common::ScalarValue::Null, None);
        let of_set = columns.iter().map(|column| match set.contains(*column) {
            true => *column,
            false => &null,
        });
        let found = keys.through(of_set, schema);
        if found.is_lost() {
            return Err(cause(
                aggregate,
                "one of its sets does not hold the person key",
            ));
        }
        common = Some(match common {
            None => found,
            Some(common) => common.in_both(&found),
        });
    }
    Ok(common.unwrap_or_default())
}

/// Each set of a grouping set, written out.
fn each_set(set: &GroupingSet) -> Vec<Vec<Expr>> {
    match set {
        GroupingSet::GroupingSets(sets) => sets.clone(),
        GroupingSet::Rollup(columns) => (0..=columns.len())
            .map(|first| columns.iter().take(first).cloned().collect())
            .collect(),
        // The smallest of its sets is empty, and decides.
        GroupingSet::Cube(columns) => vec![columns.clone(), Vec::new()],
    }
}

fn cause(aggregate: &Aggregate, why: &str) -> GlobalCause {
    let node = match aggregate.aggr_expr.is_empty() {
        true => "distinct or group by",
        false => "group by",
    };
    GlobalCause::new(node, why)
        .at(&aggregate.group_expr)
        .at(&aggregate.aggr_expr)
}
