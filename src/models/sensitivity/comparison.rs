//! Comparisons, arithmetic and subqueries: what decides rows and branches.

use super::analyst::Analyst;
use super::expression::{ExpressionValue, presence, whole};
use super::relation::Relation;
use super::taint::{Taint, TaintKind};
use datafusion::common::DFSchema;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, Subquery};

impl Analyst<'_> {
    pub(super) fn binary(
        &mut self,
        expr: &Expr,
        binary: &BinaryExpr,
        relation: &Relation,
        schema: &DFSchema,
    ) -> ExpressionValue {
        let left = self.value(&binary.left, relation, schema);
        let right = self.value(&binary.right, relation, schema);
        let mut value = self.computed(expr, &[left.clone(), right.clone()]);
        match binary.op {
            Operator::Eq | Operator::IsNotDistinctFrom => {
                let taint = self.equality(expr, &left, &right);
                value.column.taint = looking_up(taint, relation);
            }
            Operator::NotEq | Operator::IsDistinctFrom => {
                value.column.taint = match tests_zero(&left, binary.op, &right) {
                    true => some_or_none(),
                    false => self.equal_codes(expr, &left, &right),
                };
                let taint = value.column.taint.without(&[TaintKind::Dated]);
                value.column.taint = looking_up(taint, relation);
            }
            Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq => {
                if tests_zero(&left, binary.op, &right) {
                    value.column.taint = some_or_none();
                }
                let taint = value.column.taint.without(&[TaintKind::Dated]);
                value.column.taint = self.condition(expr, taint);
            }
            Operator::Multiply => {
                let filtered = |count: &ExpressionValue, by: &ExpressionValue| {
                    let plain = by.column.indicator && !by.taint().is_hidden();
                    count.column.measure.clone().filter(|_| plain)
                };
                let measure = filtered(&left, &right).or_else(|| filtered(&right, &left));
                if measure.is_some() {
                    value.column.lost = None;
                }
                value.column.measure = measure;
            }
            Operator::And | Operator::Or => {}
            _ => {
                value.column.taint = self.maybe_condition(expr, schema, value.column.taint);
            }
        }
        value
    }

    /// What it tells that two values are equal.
    pub(super) fn equality(
        &self,
        expr: &Expr,
        left: &ExpressionValue,
        right: &ExpressionValue,
    ) -> Taint {
        // One pseudonym is never another by chance, and which one it is is not told.
        if left.column.pseudonym.is_some() && right.column.pseudonym.is_some() {
            return Taint::of(TaintKind::Personal, "rows of one person");
        }
        if tests_zero(left, Operator::Eq, right) {
            return some_or_none();
        }
        let taint = self.equal_codes(expr, left, right);
        taint.without(&[TaintKind::Dated])
    }

    pub(super) fn subquery(
        &mut self,
        expr: &Expr,
        relation: &Relation,
        schema: &DFSchema,
    ) -> ExpressionValue {
        match expr {
            Expr::ScalarSubquery(subquery) => {
                self.scalar_subquery(expr, subquery, relation, schema)
            }
            Expr::Exists(exists) => {
                ExpressionValue::of(presence(&self.inside(&exists.subquery, relation, schema)))
            }
            Expr::InSubquery(within) => {
                let value = self.value(&within.expr, relation, schema);
                let found = self.inside(&within.subquery, relation, schema);
                let mut taint = presence(&found);
                for column in found.columns {
                    let other = ExpressionValue {
                        column,
                        bare: None,
                        uses: None,
                    };
                    taint.merge(&self.equality(expr, &value, &other));
                }
                ExpressionValue::of(taint)
            }
            Expr::SetComparison(set) => {
                let mut taint = self.value(&set.expr, relation, schema).taint().clone();
                let found = self.inside(&set.subquery, relation, schema);
                taint.merge(&presence(&found));
                for column in &found.columns {
                    taint.merge(&column.taint);
                }
                ExpressionValue::of(self.condition(expr, taint))
            }
            _ => ExpressionValue::of(Taint::worst(
                self.why(expr, "is of a kind that is not analysed"),
            )),
        }
    }

    /// The rows of a subquery that stands beside a row of `relation`.
    fn inside(&mut self, subquery: &Subquery, relation: &Relation, schema: &DFSchema) -> Relation {
        self.outer.push((relation.clone(), schema.clone()));
        let found = self.plan(&subquery.subquery);
        self.outer.pop();
        found
    }

    /// The one value of a subquery.
    fn scalar_subquery(
        &mut self,
        expr: &Expr,
        subquery: &Subquery,
        relation: &Relation,
        schema: &DFSchema,
    ) -> ExpressionValue {
        let found = self.inside(subquery, relation, schema);
        let mut taint = presence(&found);
        // Where it refers to the row beside it, that decides which value it has.
        self.outer.push((relation.clone(), schema.clone()));
        let outer = subquery.outer_ref_columns.iter();
        let outer: Vec<ExpressionValue> = outer.map(|o| self.value(o, relation, schema)).collect();
        self.outer.pop();
        for outer in outer {
            if outer.column.pseudonym.is_none() {
                taint.merge(outer.taint());
            }
        }
        taint.add(TaintKind::Written, self.why(expr, "picks one value"));
        let Some(mut column) = found.columns.into_iter().next() else {
            return ExpressionValue::of(Taint::worst(self.why(expr, "has no column")));
        };
        taint.merge(&column.taint);
        column.taint = taint;
        // The same value stands beside every row.
        if column.measure.take().is_some() {
            column.lost = Some(self.why(expr, "is a count beside every row"));
        }
        ExpressionValue {
            column,
            bare: None,
            uses: None,
        }
    }
}

/// Codes that are equal to codes tell nothing of areas by themselves, but of tables that are looked up
/// by them.
fn looking_up(taint: Taint, relation: &Relation) -> Taint {
    let picks = taint.has(TaintKind::Chosen) || !taint.choices.is_empty();
    match picks || relation.columns.iter().any(|c| c.unlinked) {
        true => taint,
        false => taint.without(&[TaintKind::Area]),
    }
}

fn some_or_none() -> Taint {
    Taint::of(TaintKind::Personal, "whether there are such people")
}

/// Whether a comparison only tells no people from some: that is what a released zero tells too.
fn tests_zero(left: &ExpressionValue, op: Operator, right: &ExpressionValue) -> bool {
    let literal = |value: &ExpressionValue| value.column.literal.as_ref().and_then(whole);
    let (count, number, op) = match (literal(left), literal(right)) {
        (None, Some(number)) => (left, number, op),
        (Some(number), None) => (right, number, op.swap().unwrap_or(op)),
        _ => return false,
    };
    // A sum of nothing is NULL and none is 0: neither is told from the other by these.
    count.column.measure.is_some()
        && match number {
            0 => true,
            1 => matches!(op, Operator::GtEq | Operator::Lt),
            _ => false,
        }
}
