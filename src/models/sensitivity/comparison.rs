//! Comparisons, arithmetic and subqueries: what decides rows and branches.

use super::analyst::Analyst;
use super::expression::{Value, presence, whole};
use super::relation::Relation;
use super::taint::{Kind, Taint};
use datafusion::common::DFSchema;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, Subquery};

impl Analyst<'_> {
    pub(super) fn binary(
        &mut self,
        expr: &Expr,
        binary: &BinaryExpr,
        relation: &Relation,
        schema: &DFSchema,
    ) -> Value {
        let left = self.value(&binary.left, relation, schema);
        let right = self.value(&binary.right, relation, schema);
        let mut value = self.computed(expr, &[left.clone(), right.clone()]);
        match binary.op {
            Operator::Eq | Operator::IsNotDistinctFrom => {
                value.column.taint = self.equality(&left, &right);
            }
            Operator::NotEq
            | Operator::Lt
            | Operator::LtEq
            | Operator::Gt
            | Operator::GtEq
            | Operator::IsDistinctFrom => {
                if tests_zero(&left, binary.op, &right) {
                    value.column.taint = some_or_none();
                }
                value.column.taint = value.column.taint.without(&[Kind::Dated]);
            }
            Operator::Multiply => {
                let filtered = |count: &Value, by: &Value| {
                    let plain = by.column.indicator && !by.taint().is_hidden();
                    count.column.measure.clone().filter(|_| plain)
                };
                let measure = filtered(&left, &right).or_else(|| filtered(&right, &left));
                if measure.is_some() {
                    value.column.lost = None;
                }
                value.column.measure = measure;
            }
            _ => {}
        }
        value
    }

    /// What it tells that two values are equal.
    pub(super) fn equality(&mut self, left: &Value, right: &Value) -> Taint {
        // One pseudonym is never another by chance, and which one it is is not told.
        if left.column.pseudonym.is_some() && right.column.pseudonym.is_some() {
            return Taint::of(Kind::Personal, "rows of one person");
        }
        if tests_zero(left, Operator::Eq, right) {
            return some_or_none();
        }
        let taint = left.taint().clone().with(right.taint());
        taint.without(&[Kind::Dated])
    }

    pub(super) fn subquery(
        &mut self,
        expr: &Expr,
        relation: &Relation,
        schema: &DFSchema,
    ) -> Value {
        let inside = |analyst: &mut Self, subquery: &Subquery| {
            analyst.outer.push((relation.clone(), schema.clone()));
            let found = analyst.plan(&subquery.subquery);
            analyst.outer.pop();
            found
        };
        match expr {
            Expr::ScalarSubquery(subquery) => {
                let found = inside(self, subquery);
                let mut taint = presence(&found);
                let mut column = match found.columns.into_iter().next() {
                    Some(column) => column,
                    None => return Value::of(Taint::worst(self.why(expr, "has no column"))),
                };
                taint.merge(&column.taint);
                column.taint = taint;
                // The same value stands beside every row.
                if column.measure.take().is_some() {
                    column.lost = Some(self.why(expr, "is a count beside every row"));
                }
                Value {
                    column,
                    bare: None,
                    uses: None,
                }
            }
            Expr::Exists(exists) => Value::of(presence(&inside(self, &exists.subquery))),
            Expr::InSubquery(within) => {
                let value = self.value(&within.expr, relation, schema);
                let found = inside(self, &within.subquery);
                let mut taint = presence(&found);
                for column in found.columns {
                    let other = Value {
                        column,
                        bare: None,
                        uses: None,
                    };
                    taint.merge(&self.equality(&value, &other));
                }
                Value::of(taint)
            }
            Expr::SetComparison(set) => {
                let mut taint = self.value(&set.expr, relation, schema).taint().clone();
                let found = inside(self, &set.subquery);
                taint.merge(&presence(&found));
                for column in &found.columns {
                    taint.merge(&column.taint);
                }
                Value::of(taint)
            }
            _ => Value::of(Taint::worst(
                self.why(expr, "is of a kind that is not analysed"),
            )),
        }
    }
}

fn some_or_none() -> Taint {
    Taint::of(Kind::Personal, "whether there are such people")
}

/// Whether a comparison only tells no people from some: that is what a released zero tells too.
fn tests_zero(left: &Value, op: Operator, right: &Value) -> bool {
    let literal = |value: &Value| value.column.literal.as_ref().and_then(whole);
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
