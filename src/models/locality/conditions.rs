//! What a condition that holds in every row says of columns.

use super::operand::{ColumnPlace, operand, plain};
use super::rows::NodeRows;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use std::collections::BTreeSet;

/// Two sets of columns: the first of one that is not NULL equals the first of the other.
#[derive(Debug, Clone)]
pub(super) struct Equality {
    pub left: BTreeSet<usize>,
    pub right: BTreeSet<usize>,
    /// Whether NULL equals NULL; else neither is NULL.
    pub nulls: bool,
}

impl Equality {
    /// Of two expressions over columns.
    pub(super) fn of(
        (left, left_place): (&Expr, ColumnPlace<'_>),
        (right, right_place): (&Expr, ColumnPlace<'_>),
        nulls: bool,
    ) -> Option<Self> {
        Some(Equality {
            left: operand(left, left_place)?,
            right: operand(right, right_place)?,
            nulls,
        })
    }

    /// Of a condition that is one.
    pub(super) fn in_condition(condition: &Expr, place: ColumnPlace<'_>) -> Option<Self> {
        let Expr::BinaryExpr(BinaryExpr { left, op, right }) = condition else {
            return None;
        };
        let nulls = match op {
            Operator::Eq => false,
            Operator::IsNotDistinctFrom => true,
            _ => return None,
        };
        Equality::of((left, place), (right, place), nulls)
    }

    /// The two columns, where each side is one.
    pub(super) fn columns(&self) -> Option<(usize, usize)> {
        match (self.left.len(), self.right.len()) {
            (1, 1) => self.left.first().copied().zip(self.right.first().copied()),
            _ => None,
        }
    }
}

impl NodeRows {
    /// Learns from equalities that hold in every row.
    pub(super) fn learn(&mut self, equalities: &[Equality]) {
        // Twice: what the last one says may bear on the first.
        for equality in equalities.iter().chain(equalities) {
            if let Some(keys) = &mut self.people {
                keys.learn(&equality.left, &equality.right, equality.nulls);
            }
            if let Some((one, other)) = equality.columns() {
                self.identity.equals(one, other);
            }
        }
    }

    /// Learns from a condition that holds in every row.
    pub(super) fn chosen_by(&mut self, condition: &Expr, place: ColumnPlace<'_>) {
        let parts = split_conjunction(condition);
        for part in &parts {
            if let Expr::IsNotNull(tested) = part
                && let (Some(keys), Some(columns)) = (&mut self.people, operand(tested, place))
            {
                keys.not_null(&columns);
            }
            if let Some((column, value)) = fixed(part, place) {
                self.identity.fix(column, value);
            }
        }
        let equalities = parts.iter();
        let equalities: Vec<Equality> = equalities
            .filter_map(|part| Equality::in_condition(part, place))
            .collect();
        self.learn(&equalities);
    }
}

/// The column that a condition gives one value, and the value.
fn fixed(condition: &Expr, place: ColumnPlace<'_>) -> Option<(usize, ScalarValue)> {
    match condition {
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Eq | Operator::IsNotDistinctFrom,
            right,
        }) => match (left.as_ref(), right.as_ref()) {
            (column, Expr::Literal(value, _)) | (Expr::Literal(value, _), column) => {
                Some((plain(column, place)?, value.clone()))
            }
            _ => None,
        },
        Expr::IsNull(column) => Some((plain(column, place)?, ScalarValue::Null)),
        _ => None,
    }
}
