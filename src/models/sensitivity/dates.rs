//! Labels that stand for dates of birth or death, because they are joined to them.

use super::analyst::Analyst;
use super::attribute::Attrs;
use super::expression::ExpressionValue;
use super::relation::Relation;
use super::taint::{TaintKind, Why};
use datafusion::common::DFSchema;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use std::collections::BTreeMap;

/// What a date of birth or death is held between, and why it is one.
struct Held {
    why: Why,
    low: Option<Attrs>,
    high: Option<Attrs>,
}

/// Dates by the columns that they are computed from.
type DateFacts = BTreeMap<Attrs, Vec<Held>>;

impl Analyst<'_> {
    /// Rows that are joined by being equal to a date of birth or death, or by holding it between two
    /// ends, stand for it: `month_start` does, and `financial_year` does not.
    pub(super) fn dates(&mut self, rows: &mut Relation, on: &[&Expr], schema: &DFSchema) {
        let mut dates = DateFacts::new();
        for condition in on {
            self.held(condition, rows, schema, &mut dates);
        }
        for held in dates.values().flatten() {
            let (Some(low), Some(high)) = (&held.low, &held.high) else {
                continue;
            };
            let ends: Attrs = low.union(high).copied().collect();
            self.stand_for(rows, &ends, &held.why);
        }
    }

    fn held(
        &mut self,
        condition: &Expr,
        rows: &Relation,
        schema: &DFSchema,
        dates: &mut DateFacts,
    ) {
        match condition {
            Expr::BinaryExpr(BinaryExpr { left, op, right }) => match op {
                Operator::And | Operator::Or => {
                    self.held(left, rows, schema, dates);
                    self.held(right, rows, schema, dates);
                }
                Operator::Eq
                | Operator::IsNotDistinctFrom
                | Operator::Lt
                | Operator::LtEq
                | Operator::Gt
                | Operator::GtEq => {
                    let left = self.value(left, rows, schema);
                    let right = self.value(right, rows, schema);
                    compared(&left, *op, &right, dates);
                    compared(&right, op.swap().unwrap_or(*op), &left, dates);
                }
                _ => {}
            },
            Expr::Between(between) => {
                let value = self.value(&between.expr, rows, schema);
                let low = self.value(&between.low, rows, schema);
                let high = self.value(&between.high, rows, schema);
                compared(&value, Operator::GtEq, &low, dates);
                compared(&value, Operator::LtEq, &high, dates);
            }
            _ => {}
        }
    }

    /// Columns that decide the ends stand for the date.
    fn stand_for(&self, rows: &mut Relation, ends: &Attrs, why: &Why) {
        let written = rows
            .columns
            .iter()
            .any(|c| ends.contains(&c.attr) && c.unlinked);
        let decides = |attr: u32| ends.is_subset(&rows.closure(&Attrs::from([attr])));
        let stand: Vec<bool> = rows
            .columns
            .iter()
            .map(|c| decides(c.attr) || written && c.taint.has(TaintKind::Written))
            .collect();
        for (column, stands) in rows.columns.iter_mut().zip(stand) {
            if stands {
                column.taint.add(TaintKind::Dated, why.clone());
            }
        }
    }
}

fn compared(date: &ExpressionValue, op: Operator, end: &ExpressionValue, dates: &mut DateFacts) {
    let (Some(why), Some(uses), Some(end)) =
        (date.taint().why(TaintKind::Dated), &date.uses, &end.uses)
    else {
        return;
    };
    if end.is_empty() {
        return;
    }
    let held = dates.entry(uses.clone()).or_default();
    let mut one = |low: bool, high: bool| {
        let taken = |held: &Held| (low && held.low.is_some()) || (high && held.high.is_some());
        match held.iter_mut().find(|held| !taken(held)) {
            Some(known) => {
                known.low = low.then(|| end.clone()).or(known.low.take());
                known.high = high.then(|| end.clone()).or(known.high.take());
            }
            None => held.push(Held {
                why: why.clone(),
                low: low.then(|| end.clone()),
                high: high.then(|| end.clone()),
            }),
        }
    };
    match op {
        Operator::Eq | Operator::IsNotDistinctFrom => one(true, true),
        Operator::Gt | Operator::GtEq => one(true, false),
        Operator::Lt | Operator::LtEq => one(false, true),
        _ => {}
    }
}
