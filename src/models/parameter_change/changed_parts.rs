//! Parts of two plans that rest on no people, and what is made of the rows by which they differ.
//!
//! Such a part, a list of months say, is joined to rows of people. As long as every row above comes from one row of
//! the part, the rows above are those of each of its rows, put together. So people who have the same of the rows
//! that went as of those that came have what they had, whatever all others give them. Where that ends, as groups do,
//! these rows are compared by person.

use super::changed_rows::{in_place_of, renamed};
use super::node_result::NodeResult;
use super::row_person::with_person;
use super::scans::{is_same_plan, same_subqueries};
use crate::models::locality::{UniqueColumns, people_apart};
use datafusion::common::JoinType;
use datafusion::logical_expr::{Expr, Join, LogicalPlan, Projection};
use std::sync::Arc;

/// A part without people, before and now.
pub(super) struct ChangedPart {
    pub(super) before: LogicalPlan,
    pub(super) now: LogicalPlan,
    /// What is made of some of its rows, which this reads in its place: whose each row is, and the row. None when
    /// that cannot be told.
    pub(super) made: Option<LogicalPlan>,
}

/// The parts of `before` without people that may make other rows in `now`, a plan of the same shape.
///
/// # Errors
/// Why they cannot be told.
pub(super) fn changed_parts(
    before: &LogicalPlan,
    now: &LogicalPlan,
    unique: UniqueColumns<'_>,
) -> NodeResult<Vec<ChangedPart>> {
    let mut walk = PartWalk {
        unique,
        found: Vec::new(),
    };
    let top = walk.node(before, now)?;
    for part in top.open {
        walk.close(part);
    }
    Ok(walk.found)
}

struct PartWalk<'a> {
    unique: UniqueColumns<'a>,
    found: Vec<ChangedPart>,
}

/// A node of which the parts without people are those of now.
struct NodeOfNow {
    plan: LogicalPlan,
    /// The node over each part of which every row gives it rows of its own.
    open: Vec<OpenPart>,
}

/// What a node makes of some rows of a part, with the parts before it as they are now, and those behind it as they
/// were.
struct OpenPart {
    part: usize,
    made: LogicalPlan,
}

/// How the rows of a node come from those of an input.
enum FromInput {
    /// Each from one of them.
    OneByOne,
    /// An input decides what becomes of rows of the other, by these pairs.
    Beside(Join),
    /// Otherwise.
    Together,
}

impl PartWalk<'_> {
    fn node(&mut self, before: &LogicalPlan, now: &LogicalPlan) -> NodeResult<NodeOfNow> {
        if is_same_plan(before, now) {
            return Ok(NodeOfNow {
                plan: now.clone(),
                open: Vec::new(),
            });
        }
        let is_constant = |plan| matches!(people_apart(plan, self.unique), Ok(None));
        if is_constant(before) && is_constant(now) {
            return self.part(before, now);
        }
        same_subqueries(before, now)?;
        let (of_before, of_now) = (before.inputs(), now.inputs());
        if of_before.len() != of_now.len() {
            return Err("a node is of another kind");
        }
        let mut inputs: Vec<LogicalPlan> = of_before.iter().copied().cloned().collect();
        let mut open = Vec::new();
        for (at, (input, input_now)) in of_before.into_iter().zip(of_now).enumerate() {
            let below = self.node(input, input_now)?;
            for part in below.open {
                let over = |node: &LogicalPlan| {
                    let mut inputs = inputs.clone();
                    inputs[at] = part.made.clone();
                    node_over(node, inputs).map(|made| OpenPart {
                        part: part.part,
                        made,
                    })
                };
                match from_input(before, at) {
                    FromInput::OneByOne => open.extend(over(before)),
                    FromInput::Beside(pairs) => {
                        let pairs = over(&LogicalPlan::Join(pairs));
                        if let Some(pairs) = pairs.and_then(|pairs| seen_of(before, pairs)) {
                            self.close(pairs);
                        }
                    }
                    FromInput::Together => self.close(part),
                }
            }
            inputs[at] = below.plan;
        }
        let plan = node_over(before, inputs).ok_or("parts of its plans cannot be exchanged")?;
        Ok(NodeOfNow { plan, open })
    }

    fn part(&mut self, before: &LogicalPlan, now: &LogicalPlan) -> NodeResult<NodeOfNow> {
        let part = self.found.len();
        let open = in_place_of(before, part).map(|made| OpenPart { part, made });
        self.found.push(ChangedPart {
            before: before.clone(),
            now: now.clone(),
            made: None,
        });
        let plan = renamed(now, before).ok_or("a part without people has other columns")?;
        Ok(NodeOfNow {
            plan,
            open: open.into_iter().collect(),
        })
    }

    /// Has the rows of a part compared here.
    fn close(&mut self, part: OpenPart) {
        if let Some(found) = self.found.get_mut(part.part) {
            found.made = by_person(&part.made, self.unique);
        }
    }
}

fn from_input(node: &LogicalPlan, at: usize) -> FromInput {
    match node {
        LogicalPlan::Projection(_) | LogicalPlan::Filter(_) | LogicalPlan::SubqueryAlias(_) => {
            FromInput::OneByOne
        }
        LogicalPlan::Join(join) if !join.null_aware => {
            let kept = match join.join_type {
                JoinType::Inner => return FromInput::OneByOne,
                JoinType::Full => return FromInput::Together,
                JoinType::Left | JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark => 0,
                JoinType::Right
                | JoinType::RightSemi
                | JoinType::RightAnti
                | JoinType::RightMark => 1,
            };
            match kept == at {
                true => FromInput::OneByOne,
                // With the same rows of the part beside each row, it has a match or none as before.
                false => paired(join).map_or(FromInput::Together, FromInput::Beside),
            }
        }
        _ => FromInput::Together,
    }
}

/// The columns of pairs that tell what a join makes of them: whether a row has a match at all is told by how many
/// pairs it is in.
fn seen_of(join: &LogicalPlan, pairs: OpenPart) -> Option<OpenPart> {
    let LogicalPlan::Join(join) = join else {
        return None;
    };
    let kept = match join.join_type {
        JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark => &join.left,
        JoinType::RightSemi | JoinType::RightAnti | JoinType::RightMark => &join.right,
        _ => return Some(pairs),
    };
    let columns = kept.schema().columns().into_iter().map(Expr::Column);
    let seen = Projection::try_new(columns.collect(), Arc::new(pairs.made)).ok()?;
    Some(OpenPart {
        part: pairs.part,
        made: LogicalPlan::Projection(seen),
    })
}

/// All pairs of rows that a join finds.
fn paired(join: &Join) -> Option<Join> {
    let paired = Join::try_new(
        Arc::clone(&join.left),
        Arc::clone(&join.right),
        join.on.clone(),
        join.filter.clone(),
        JoinType::Inner,
        join.join_constraint,
        join.null_equality,
        false,
    );
    paired.ok()
}

/// Rows with whose they are before their columns.
fn by_person(made: &LogicalPlan, unique: UniqueColumns<'_>) -> Option<LogicalPlan> {
    let columns = made.schema().columns();
    let (rows, key) = with_person(made, unique)?;
    let columns = columns.into_iter().enumerate();
    let columns = columns.map(|(at, column)| Expr::Column(column).alias(format!("c{at}")));
    let columns = std::iter::once(key.alias("person")).chain(columns);
    let projection = Projection::try_new(columns.collect(), Arc::new(rows)).ok()?;
    Some(LogicalPlan::Projection(projection))
}

fn node_over(node: &LogicalPlan, inputs: Vec<LogicalPlan>) -> Option<LogicalPlan> {
    node.with_new_exprs(node.expressions(), inputs).ok()
}
