//! The condition that the expressions of two nodes come out otherwise in a row.

use super::node_result::NodeResult;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema, DataFusionError};
use datafusion::logical_expr::expr::Sort;
use datafusion::logical_expr::utils::{conjunction, disjunction, split_conjunction};
use datafusion::logical_expr::{Expr, ExprSchemable, Operator, binary_expr};

/// Expressions of a node with the values before, over its input, beside those with the values of now.
pub(super) struct PairedExpressions<'a> {
    before: &'a DFSchema,
    now: &'a DFSchema,
    conditions: Vec<Expr>,
}

impl<'a> PairedExpressions<'a> {
    /// Over rows with these columns, which correspond by their places.
    pub(super) fn over(before: &'a DFSchema, now: &'a DFSchema) -> Self {
        PairedExpressions {
            before,
            now,
            conditions: Vec::new(),
        }
    }

    /// The rows in which any comes out otherwise; None when all are the same.
    pub(super) fn differ(self) -> Option<Expr> {
        disjunction(self.conditions)
    }

    /// Expressions whose values count.
    pub(super) fn values(&mut self, before: &[Expr], now: &[Expr]) -> NodeResult<()> {
        if before.len() != now.len() {
            return Err("there are more or fewer expressions");
        }
        let mut pairs = before.iter().zip(now);
        pairs.try_for_each(|(before, now)| self.value(before, now))
    }

    /// Expressions that rows are ordered by.
    pub(super) fn orders(&mut self, before: &[Sort], now: &[Sort]) -> NodeResult<()> {
        let way = |sort: &Sort| (sort.asc, sort.nulls_first);
        if before.len() != now.len() || before.iter().map(way).ne(now.iter().map(way)) {
            return Err("rows are in another order");
        }
        let mut pairs = before.iter().zip(now);
        pairs.try_for_each(|(before, now)| self.value(&before.expr, &now.expr))
    }

    fn value(&mut self, before: &Expr, now: &Expr) -> NodeResult<()> {
        let (before, now) = (self.moved(before)?, bare(now));
        if &before == now {
            return Ok(());
        }
        refuse_subqueries([&before, now])?;
        let kind = |of: &Expr| of.get_type(self.now).map_err(|_| "a type is not known");
        if kind(&before)? != kind(now)? {
            return Err("an expression is of another type");
        }
        // NULL is like NULL, and unlike everything else.
        self.conditions
            .push(binary_expr(before, Operator::IsDistinctFrom, now.clone()));
        Ok(())
    }

    /// Conditions by which rows are kept: false and NULL are alike.
    pub(super) fn kept(&mut self, before: Option<&Expr>, now: Option<&Expr>) -> NodeResult<()> {
        let mut left = Vec::new();
        for part in before.map(split_conjunction).unwrap_or_default() {
            left.push(self.moved(part)?);
        }
        let (mut both, mut new) = (Vec::new(), Vec::new());
        for part in now.map(split_conjunction).unwrap_or_default() {
            match left.iter().position(|known| known == part) {
                Some(at) => both.push(left.swap_remove(at)),
                None => new.push(part.clone()),
            }
        }
        if left.is_empty() && new.is_empty() {
            return Ok(());
        }
        refuse_subqueries(left.iter().chain(&new))?;
        let holds = |parts: Vec<Expr>| match conjunction(parts) {
            Some(all) => all.is_true(),
            None => datafusion::logical_expr::lit(true),
        };
        let differs = holds(left).not_eq(holds(new));
        // A row that breaks what both ask for is kept by neither.
        let condition = both.into_iter().rev().chain([differs]);
        self.conditions.extend(conjunction(condition));
        Ok(())
    }

    /// An expression of before over the columns of now.
    fn moved(&self, expression: &Expr) -> NodeResult<Expr> {
        let lost = || DataFusionError::Plan(String::new());
        let moved = bare(expression).clone().transform_up(|part| {
            let Expr::Column(column) = &part else {
                return Ok(Transformed::no(part));
            };
            let place = self.before.maybe_index_of_column(column);
            let place = place.filter(|place| *place < self.now.fields().len());
            let place = place.ok_or_else(lost)?;
            let of_now = Column::from(self.now.qualified_field(place));
            match self.now.maybe_index_of_column(&of_now) == Some(place) {
                true => Ok(Transformed::yes(Expr::Column(of_now))),
                false => Err(lost()),
            }
        });
        match moved {
            Ok(moved) => Ok(moved.data),
            Err(_) => Err("a column is not found again"),
        }
    }
}

/// An expression without the name that it is given.
pub(super) fn bare(expression: &Expr) -> &Expr {
    match expression {
        Expr::Alias(alias) => bare(&alias.expr),
        other => other,
    }
}

fn refuse_subqueries<'a>(expressions: impl IntoIterator<Item = &'a Expr>) -> NodeResult<()> {
    let is_subquery = |part: &Expr| {
        Ok(matches!(
            part,
            Expr::ScalarSubquery(_)
                | Expr::Exists(_)
                | Expr::InSubquery(_)
                | Expr::SetComparison(_)
        ))
    };
    let mut expressions = expressions.into_iter();
    // A walk that looks alone does not fail.
    match expressions.any(|one| one.exists(is_subquery).unwrap_or(true)) {
        true => Err("a subquery differs"),
        false => Ok(()),
    }
}
