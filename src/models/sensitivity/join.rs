//! Joins: whose rows are repeated, and for each of what.

use super::analyst::Analyst;
use super::attribute::{Attr, Attrs, PEOPLE};
use super::expression::{ExpressionValue, presence};
use super::relation::{Level, Relation};
use super::taint::{Taint, TaintKind};
use datafusion::common::{DFSchema, JoinType};
use datafusion::logical_expr::{BinaryExpr, Expr, Join, LogicalPlan, Operator};
use std::collections::{BTreeMap, BTreeSet};

/// Of which sides all rows stand in the rows of a join, each with a row of the other side.
fn whole(kind: JoinType) -> (bool, bool) {
    match kind {
        JoinType::Inner => (true, true),
        JoinType::Left => (true, false),
        JoinType::Right => (false, true),
        _ => (false, false),
    }
}

/// Each key of the left with each key of the right.
fn pairs_of_keys(
    left: &Relation,
    right: &Relation,
    called: impl Fn(&Attrs) -> Attrs,
) -> Vec<Attrs> {
    let mut keys = Vec::new();
    for l in &left.keys {
        for r in &right.keys {
            let mut key = called(l);
            key.extend(called(r));
            keys.push(key);
        }
    }
    keys
}

/// Counts are repeated where the other side has several rows for one of theirs.
fn spread(
    rows: &mut Relation,
    width: usize,
    (to_left, to_right): (&Attrs, &Attrs),
    called: impl Fn(&Attrs) -> Attrs,
) {
    for (index, column) in rows.columns.iter_mut().enumerate() {
        if let Some(measure) = &mut column.measure {
            let repeated = if index < width { to_left } else { to_right };
            measure.spread.extend(repeated);
            measure.spread = called(&measure.spread);
        }
    }
}

/// What tells apart the rows that a side has for one value of `by`.
fn rows_for_one(side: &Relation, by: &Attrs) -> Attrs {
    let fixed = side.closure(by);
    let rests = side.keys.iter().map(|k| {
        side.fewest(k)
            .difference(&fixed)
            .copied()
            .collect::<Attrs>()
    });
    rests.min_by_key(Attrs::len).unwrap_or_default()
}

impl Analyst<'_> {
    pub(super) fn join(&mut self, join: &Join) -> Relation {
        let left = self.plan(&join.left);
        // A lateral subquery on the right stands beside each row of the left.
        self.outer
            .push((left.clone(), join.left.schema().as_ref().clone()));
        let right = self.plan(&join.right);
        self.outer.pop();
        let Some(sides) = self.sides(join, left, right) else {
            return self.unknown(&LogicalPlan::Join(join.clone()), "a join");
        };
        self.joined(join, sides)
    }

    /// What the condition of a join says of its sides; None when it cannot be followed.
    fn sides(&mut self, join: &Join, left: Relation, right: Relation) -> Option<Sides> {
        let mut condition = Taint::default();
        let mut equal: Vec<(Attr, Attr)> = Vec::new();
        let mut within = Vec::new();
        let mut looked_up = Vec::new();
        for (left_on, right_on) in &join.on {
            let l = self.value(left_on, &left, join.left.schema());
            let r = self.value(right_on, &right, join.right.schema());
            condition.merge(&self.equality(left_on, &l, &r));
            equal.extend(l.bare.zip(r.bare));
            looked_up.push((l.bare, r.bare));
        }
        if let Some(filter) = &join.filter {
            let both = side_by_side(&left, &right);
            let schema = join.left.schema().join(join.right.schema()).ok()?;
            condition.merge(self.value(filter, &both, &schema).taint());
            let own = |attr: &Attr| left.columns.iter().any(|c| c.attr == *attr);
            for (a, b) in self.equal_columns(filter, &both, &schema) {
                equal.push(if own(&a) { (a, b) } else { (b, a) });
            }
            within = self.ranges(filter, &both, &schema);
            self.looked_up(filter, &both, &schema, left.columns.len(), &mut looked_up);
        }
        let other = |attr: Attr, side: &Relation| side.columns.iter().any(|c| c.attr == attr);
        let mut by_left: Attrs = equal.iter().map(|(l, _)| *l).collect();
        let mut by_right: Attrs = equal.iter().map(|(_, r)| *r).collect();
        // `upper(code) = ods_code`: of each row one value is looked up, however it is made.
        for (l, r) in &looked_up {
            by_left.extend(l.iter().filter(|a| other(**a, &left)));
            by_right.extend(r.iter().filter(|a| other(**a, &right)));
        }
        let in_range = |side: &Relation, far: &Relation| {
            within
                .iter()
                .any(|(x, lo, hi)| other(*x, far) && side.ranges.contains(&(*lo, *hi)))
        };
        let one_left = left.is_unique(&by_left) || in_range(&left, &right);
        let one_right = right.is_unique(&by_right) || in_range(&right, &left);
        Some(Sides {
            left,
            right,
            equal,
            one_left,
            one_right,
            only_equal: join.filter.is_none(),
            condition,
        })
    }

    /// The rows of a join, by its kind.
    fn joined(&mut self, join: &Join, sides: Sides) -> Relation {
        match join.join_type {
            JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full => {
                let mut rows = self.rows_of_both(sides, join.join_type);
                let equal = |(l, r): &(Expr, Expr)| l.clone().eq(r.clone());
                let on: Vec<Expr> = join.on.iter().map(equal).collect();
                let on: Vec<&Expr> = on.iter().chain(&join.filter).collect();
                self.dates(&mut rows, &on, &join.schema);
                rows
            }
            JoinType::LeftSemi | JoinType::LeftAnti => {
                one_side(sides.left, &sides.right, &sides.condition)
            }
            JoinType::RightSemi | JoinType::RightAnti => {
                one_side(sides.right, &sides.left, &sides.condition)
            }
            JoinType::LeftMark | JoinType::RightMark => self.unknown(
                &LogicalPlan::Join(join.clone()),
                "a join of a kind that is not analysed",
            ),
        }
    }

    fn rows_of_both(&mut self, sides: Sides, kind: JoinType) -> Relation {
        let Sides {
            left,
            right,
            equal,
            one_left,
            one_right,
            only_equal,
            condition,
        } = sides;
        let (left_whole, right_whole) = whole(kind);
        let owner = owner(
            &left,
            &right,
            &equal,
            (one_left, one_right),
            (left_whole, right_whole),
        );
        let names = self.names(&equal, kind);
        let called = |attrs: &Attrs| -> Attrs {
            attrs
                .iter()
                .map(|a| names.get(a).copied().unwrap_or(*a))
                .collect()
        };
        let mut rows = side_by_side(&left, &right);
        self.areas(&mut rows, &left, &right, &condition);
        rows.keys = pairs_of_keys(&left, &right, called);
        if one_right && left_whole {
            rows.keys.extend(left.keys.iter().map(called));
        }
        if one_left && right_whole {
            rows.keys.extend(right.keys.iter().map(called));
        }
        let to_left = match one_right {
            true => Attrs::new(),
            false => rows_for_one(&right, &equal.iter().map(|(_, r)| *r).collect()),
        };
        let to_right = match one_left {
            true => Attrs::new(),
            false => rows_for_one(&left, &equal.iter().map(|(l, _)| *l).collect()),
        };
        spread(&mut rows, left.columns.len(), (&to_left, &to_right), called);
        rows.dependencies = decided(&left, left_whole);
        rows.dependencies.extend(decided(&right, right_whole));
        if only_equal {
            let equal = names.iter().map(|(from, to)| (Attrs::from([*to]), *from));
            rows.dependencies.extend(equal);
            let dependencies = rows.dependencies.iter();
            let also: Vec<(Attrs, Attr)> = dependencies.map(|(f, t)| (called(f), *t)).collect();
            rows.dependencies.extend(also);
        }
        if kind == JoinType::Inner {
            rows = rows.renamed(&names);
        }
        rows.owner = owner.map(|o| match kind {
            JoinType::Inner => names.get(&o).copied().unwrap_or(o),
            _ => o,
        });
        rows.chosen_by(&condition);
        rows.tidy();
        rows
    }

    /// By which of two equal attributes each is called in proofs: one of the side that may be absent by
    /// the other's name.
    fn names(&self, equal: &[(Attr, Attr)], kind: JoinType) -> BTreeMap<Attr, Attr> {
        if kind == JoinType::Full {
            return BTreeMap::new();
        }
        let different = equal.iter().filter(|(l, r)| l != r);
        different
            .map(|(l, r)| match whole(kind) {
                (true, true) if self.prefers(*r, *l) => (*l, *r),
                (true, _) => (*r, *l),
                (false, _) => (*l, *r),
            })
            .collect()
    }

    /// A table that is joined to areas by their codes speaks of areas.
    fn areas(&self, rows: &mut Relation, left: &Relation, right: &Relation, by: &Taint) {
        let Some(why) = by.why(TaintKind::Area) else {
            return;
        };
        let looked_up = |side: &Relation| {
            side.level == Level::Free && side.sources.iter().all(|t| self.unlinked.contains(t))
        };
        let width = left.columns.len();
        for (index, column) in rows.columns.iter_mut().enumerate() {
            if looked_up(if index < width { left } else { right }) {
                column.taint.add(TaintKind::Area, why.clone());
            }
        }
    }

    /// Whether an attribute is the better name of two equal ones: a label is.
    fn prefers(&self, a: Attr, b: Attr) -> bool {
        let people = |attr| {
            self.attributes
                .label_of(attr)
                .map(|bases| bases.contains(PEOPLE))
        };
        people(a) > people(b)
    }

    /// Pairs of columns that a condition makes equal.
    pub(super) fn equal_columns(
        &mut self,
        condition: &Expr,
        rows: &Relation,
        schema: &DFSchema,
    ) -> Vec<(Attr, Attr)> {
        let Expr::BinaryExpr(BinaryExpr { left, op, right }) = condition else {
            return Vec::new();
        };
        match op {
            Operator::And => {
                let mut pairs = self.equal_columns(left, rows, schema);
                pairs.extend(self.equal_columns(right, rows, schema));
                pairs
            }
            Operator::Eq => {
                let left = self.value(left, rows, schema).bare;
                let right = self.value(right, rows, schema).bare;
                left.zip(right)
                    .filter(|(l, r)| l != r)
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// Columns of one side that a condition makes equal to something of the other side alone.
    fn looked_up(
        &mut self,
        condition: &Expr,
        rows: &Relation,
        schema: &DFSchema,
        width: usize,
        found: &mut Vec<(Option<Attr>, Option<Attr>)>,
    ) {
        let Expr::BinaryExpr(BinaryExpr { left, op, right }) = condition else {
            return;
        };
        match op {
            Operator::And => {
                self.looked_up(left, rows, schema, width, found);
                self.looked_up(right, rows, schema, width, found);
            }
            Operator::Eq => {
                for (column, value) in [(left, right), (right, left)] {
                    let bare = self.value(column, rows, schema).bare;
                    let of_left = rows.columns.iter().take(width);
                    let is_left = of_left.map(|c| Some(c.attr)).any(|attr| attr == bare);
                    let sides: BTreeSet<Option<bool>> = value
                        .column_refs()
                        .into_iter()
                        .map(|c| Some(schema.maybe_index_of_column(c)? < width))
                        .collect();
                    if sides == BTreeSet::from([Some(!is_left)]) && !value.contains_outer() {
                        found.push(if is_left { (bare, None) } else { (None, bare) });
                    }
                }
            }
            _ => {}
        }
    }

    /// Ranges that a condition puts a column into: the column, the lower and the upper end.
    fn ranges(
        &mut self,
        condition: &Expr,
        rows: &Relation,
        schema: &DFSchema,
    ) -> Vec<(Attr, Attr, Attr)> {
        let mut found = Vec::new();
        let mut ends: Vec<(ExpressionValue, ExpressionValue)> = Vec::new();
        let mut waiting = vec![condition];
        while let Some(part) = waiting.pop() {
            match part {
                Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
                    let mut pair = |low: &Expr, high: &Expr| {
                        let low = self.value(low, rows, schema);
                        let high = self.value(high, rows, schema);
                        ends.push((low, high));
                    };
                    match op {
                        Operator::And => waiting.extend([left.as_ref(), right.as_ref()]),
                        Operator::LtEq => pair(left, right),
                        Operator::GtEq => pair(right, left),
                        _ => {}
                    }
                }
                Expr::Between(between) if !between.negated => {
                    let value = self.value(&between.expr, rows, schema);
                    let low = self.value(&between.low, rows, schema);
                    let high = self.value(&between.high, rows, schema);
                    ends.extend([(low, value.clone()), (value, high)]);
                }
                _ => {}
            }
        }
        for (low, from) in &ends {
            for (to, high) in &ends {
                if let (Some(low), Some(from), Some(to), Some(high)) =
                    (low.bare, from.bare, to.bare, high.bare)
                    && from == to
                {
                    found.push((from, low, high));
                }
            }
        }
        found
    }
}

struct Sides {
    left: Relation,
    right: Relation,
    /// Attributes of the left and the right that are equal.
    equal: Vec<(Attr, Attr)>,
    /// Whether a row of the right finds at most one of the left.
    one_left: bool,
    /// Whether a row of the left finds at most one of the right.
    one_right: bool,
    /// Whether nothing but the equal attributes decides.
    only_equal: bool,
    condition: Taint,
}

/// All columns of both, and what is known of each side.
fn side_by_side(left: &Relation, right: &Relation) -> Relation {
    let mut rows = left.clone();
    rows.columns.extend(right.columns.iter().cloned());
    rows.ranges.extend(&right.ranges);
    rows.rows.merge(&right.rows);
    rows.order.merge(&right.order);
    rows.level = rows.level.max(right.level);
    rows.sources.extend(right.sources.iter().cloned());
    rows.dependencies.extend(right.dependencies.iter().cloned());
    rows
}

/// What a side's attributes decide, after a join that may leave the side out.
fn decided(side: &Relation, whole: bool) -> Vec<(Attrs, Attr)> {
    let mut all = side.decided_by_keys();
    all.extend(side.dependencies.iter().cloned());
    all.retain(|(from, _)| whole || !from.is_empty());
    all
}

/// The rows of one side for which the other has some, or none.
fn one_side(mut rows: Relation, other: &Relation, condition: &Taint) -> Relation {
    rows.chosen_by(condition);
    rows.chosen_by(&presence(other));
    rows.sources.extend(other.sources.iter().cloned());
    rows
}

/// Whose rows a join's are.
fn owner(
    left: &Relation,
    right: &Relation,
    equal: &[(Attr, Attr)],
    (one_left, one_right): (bool, bool),
    (left_whole, right_whole): (bool, bool),
) -> Option<Attr> {
    if let (Some(l), Some(r)) = (left.owner, right.owner)
        && equal.contains(&(l, r))
    {
        return if left_whole {
            Some(l)
        } else if right_whole {
            Some(r)
        } else {
            None
        };
    }
    let of_left = left_whole && (right.level == Level::Free || one_right);
    let of_right = right_whole && (left.level == Level::Free || one_left);
    left.owner
        .filter(|_| of_left)
        .or_else(|| right.owner.filter(|_| of_right))
}
