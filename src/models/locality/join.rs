//! Joins.

use super::conditions::Equality;
use super::operand::plain;
use super::person_keys::{KeyHold, PersonKeys};
use super::row_identity::RowIdentity;
use super::rows::NodeRows;
use super::verdict::GlobalCause;
use crate::models::proof_rule::ProofRule;
use datafusion::common::{Column, JoinType, NullEquality};
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{Expr, Join};
use std::collections::BTreeSet;

/// What is known of the pairs of rows of a join.
struct JoinPairs<'a> {
    join: &'a Join,
    /// The number of columns of the left input; those of the right follow them.
    width: usize,
    equalities: Vec<Equality>,
}

impl<'a> JoinPairs<'a> {
    fn of(join: &'a Join) -> Self {
        let width = join.left.schema().fields().len();
        let left = |column: &Column| join.left.schema().maybe_index_of_column(column);
        let right = |column: &Column| {
            let at = join.right.schema().maybe_index_of_column(column)?;
            Some(at + width)
        };
        // A name that both inputs have says nothing.
        let either = |column: &Column| match (left(column), right(column)) {
            (Some(at), None) | (None, Some(at)) => Some(at),
            _ => None,
        };
        let nulls = join.null_equality == NullEquality::NullEqualsNull;
        let on = join.on.iter();
        let on = on.filter_map(|(one, other)| Equality::of((one, &left), (other, &right), nulls));
        let filter = join.filter.iter().flat_map(split_conjunction);
        let filter = filter.filter_map(|part| Equality::in_condition(part, &either));
        JoinPairs {
            join,
            width,
            equalities: on.chain(filter).collect(),
        }
    }

    /// Whether rows are paired with rows of the same person alone; `right` is shifted.
    fn are_of_one_person(&self, left: &PersonKeys, right: &PersonKeys) -> bool {
        self.equalities.iter().any(|equality| {
            let sides = match left.held(&equality.left) {
                Some(_) => (left.held(&equality.left), right.held(&equality.right)),
                None => (left.held(&equality.right), right.held(&equality.left)),
            };
            match sides {
                // NULL that only says that no row was found would meet that of anybody.
                (Some(one), Some(other)) if equality.nulls => {
                    one == KeyHold::Key && other == KeyHold::Key
                }
                (Some(_), Some(_)) => true,
                _ => false,
            }
        })
    }

    /// The columns of the right, shifted, that equal something of the left.
    fn decided_by_left(&self) -> BTreeSet<usize> {
        let schema = self.join.right.schema();
        let own = |expression: &Expr| plain(expression, &|c| schema.maybe_index_of_column(c));
        let columns = self.join.on.iter().filter_map(|(_, right)| own(right));
        columns.map(|column| column + self.width).collect()
    }

    /// Whether no row of the one input meets two rows of the other, `of`.
    fn has_one(&self, of: &RowIdentity, is_right: bool) -> bool {
        let schema = match is_right {
            true => self.join.right.schema(),
            false => self.join.left.schema(),
        };
        let own = |expression: &Expr| plain(expression, &|c| schema.maybe_index_of_column(c));
        let pairs = self.join.on.iter();
        let columns = pairs.filter_map(|(left, right)| match is_right {
            true => own(right),
            false => own(left),
        });
        of.is_told_by(&columns.collect())
    }
}

/// The rows of a join of these two inputs.
pub(super) fn joined(
    join: &Join,
    left: NodeRows,
    right: NodeRows,
) -> Result<NodeRows, GlobalCause> {
    let pairs = JoinPairs::of(join);
    let people = keys(&pairs, &left, &right)?;
    let kind = join.join_type;
    let (one_left, one_right) = (
        pairs.has_one(&left.identity, false),
        pairs.has_one(&right.identity, true),
    );
    let shifted = right.identity.shifted(pairs.width);
    let identity = match kind {
        JoinType::Inner => {
            let by_left = pairs.decided_by_left();
            left.identity
                .pairs(&shifted, (one_left, one_right), &by_left)
        }
        JoinType::Left => {
            let (right, by_left) = (shifted.sets_alone(), pairs.decided_by_left());
            left.identity.pairs(&right, (false, one_right), &by_left)
        }
        JoinType::Right => {
            let left = left.identity.sets_alone();
            // A row of the right that meets none has no row of the left to decide anything.
            left.pairs(&shifted, (one_left, false), &BTreeSet::new())
        }
        JoinType::Full => RowIdentity::default(),
        JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark => left.identity,
        JoinType::RightSemi | JoinType::RightAnti | JoinType::RightMark => right.identity,
    };
    let mut rows = NodeRows { people, identity };
    if kind == JoinType::Inner {
        rows.learn(&pairs.equalities);
    }
    Ok(rows)
}

/// The columns of a join that hold the key.
fn keys(
    pairs: &JoinPairs<'_>,
    left: &NodeRows,
    right: &NodeRows,
) -> Result<Option<PersonKeys>, GlobalCause> {
    let kind = pairs.join.join_type;
    let cause = |why: &str| {
        let on = pairs.join.on.iter();
        let on = on.flat_map(|(one, other)| [one, other]);
        GlobalCause::new("join", why).at(on.chain(&pairs.join.filter))
    };
    let of_nobody =
        || cause("it keeps rows of a table without people by whether anybody has a row for them");
    let both = match (&left.people, &right.people) {
        (None, None) => return Ok(None),
        (Some(keys), None) => {
            return match kind {
                JoinType::Inner
                | JoinType::Left
                | JoinType::LeftSemi
                | JoinType::LeftAnti
                | JoinType::LeftMark => Ok(Some(keys.clone())),
                _ if !ProofRule::KeepsOwnRows.is_on() => Ok(Some(keys.clone())),
                _ => Err(of_nobody()),
            };
        }
        (None, Some(keys)) => {
            return match kind {
                JoinType::Inner | JoinType::Right => Ok(Some(keys.shifted(pairs.width))),
                JoinType::RightSemi | JoinType::RightAnti | JoinType::RightMark => {
                    Ok(Some(keys.clone()))
                }
                _ if !ProofRule::KeepsOwnRows.is_on() => Ok(Some(keys.shifted(pairs.width))),
                _ => Err(of_nobody()),
            };
        }
        (Some(left), Some(right)) => (left, right),
    };
    let (left, shifted) = (both.0.clone(), both.1.shifted(pairs.width));
    if !pairs.are_of_one_person(&left, &shifted) && ProofRule::JoinOnKey.is_on() {
        return Err(cause("it joins people without an equal person key"));
    }
    if pairs.join.null_aware && ProofRule::NullAware.is_on() {
        return Err(cause(
            "one NULL of anybody decides `not in` for all; `not exists` asks each person alone",
        ));
    }
    Ok(Some(match kind {
        JoinType::Inner => left.and(shifted),
        JoinType::Left => left.and(shifted.or_null()),
        JoinType::Right => shifted.and(left.or_null()),
        JoinType::Full => left.or(shifted),
        JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark => left,
        JoinType::RightSemi | JoinType::RightAnti | JoinType::RightMark => both.1.clone(),
    }))
}
