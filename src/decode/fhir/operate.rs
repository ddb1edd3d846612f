//! Operators between two operands.

use std::cmp::Ordering;

use super::arena::Value;
use super::evaluate::{Evaluator, Wrong};
use super::path::Operator;
use super::program::Op;
use super::temporal::Temporal;
use super::value::Seen;

/// Different values that a union may have: each new one is compared with all before it.
const MOST_UNITED: usize = 10_000;

impl Evaluator<'_> {
    pub(super) fn binary(
        &mut self,
        operator: Operator,
        left: &Op,
        right: &Op,
        focus: Value,
    ) -> Result<(), Wrong> {
        let result = match operator {
            Operator::And | Operator::Or => {
                let left = self.test(left, focus)?;
                // The value that decides alone: false for 'and', true for 'or'.
                let decisive = operator == Operator::Or;
                if left == Some(decisive) {
                    return self.push(Value::Boolean(decisive));
                }
                let right = self.test(right, focus)?;
                match (left, right) {
                    (_, Some(right)) if right == decisive => Some(decisive),
                    (Some(_), Some(_)) => Some(!decisive),
                    _ => None,
                }
            }
            Operator::Equal | Operator::NotEqual => {
                let equal = self.equal(left, right, focus)?;
                equal.map(|equal| equal == (operator == Operator::Equal))
            }
            Operator::Union => return self.union(left, right, focus),
            Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => {
                let (left, right) = (self.single(left, focus)?, self.single(right, focus)?);
                let (Some(left), Some(right)) = (left, right) else {
                    return Ok(());
                };
                self.order(left, right)?.map(|order| match operator {
                    Operator::Less => order == Ordering::Less,
                    Operator::LessOrEqual => order != Ordering::Greater,
                    Operator::Greater => order == Ordering::Greater,
                    _ => order != Ordering::Less,
                })
            }
            _ => {
                let (left, right) = (self.single(left, focus)?, self.single(right, focus)?);
                return match self.arithmetic(operator, left, right)? {
                    Some(value) => self.push(value),
                    None => Ok(()),
                };
            }
        };
        match result {
            Some(value) => self.push(Value::Boolean(value)),
            None => Ok(()),
        }
    }

    /// Results of both, each once.
    fn union(&mut self, left: &Op, right: &Op, focus: Value) -> Result<(), Wrong> {
        let mark = self.stack.len();
        self.run(left, focus)?;
        self.run(right, focus)?;
        let mut kept = mark;
        for at in mark..self.stack.len() {
            let value = self.stack[at];
            let mut known = false;
            for &other in &self.stack[mark..kept] {
                known |= self.same(other, value) == Some(true);
            }
            if !known {
                if kept - mark == MOST_UNITED {
                    return Err(Wrong);
                }
                self.stack[kept] = value;
                kept += 1;
            }
        }
        self.stack.truncate(kept);
        Ok(())
    }

    /// Whether both come to the same values in the same order; unknown when either has none.
    pub(super) fn equal(
        &mut self,
        left: &Op,
        right: &Op,
        focus: Value,
    ) -> Result<Option<bool>, Wrong> {
        if let (Some(left), Some(right)) = (self.simple(left, focus), self.simple(right, focus)) {
            let both = left != Value::Missing && right != Value::Missing;
            return Ok(if both { self.same(left, right) } else { None });
        }
        let first = self.stack.len();
        self.run(left, focus)?;
        let second = self.stack.len();
        self.run(right, focus)?;
        let (left, right) = (&self.stack[first..second], &self.stack[second..]);
        let equal = if left.is_empty() || right.is_empty() {
            None
        } else if left.len() != right.len() {
            Some(false)
        } else {
            let mut all = Some(true);
            for (&left, &right) in left.iter().zip(right) {
                match self.same(left, right) {
                    Some(true) => {}
                    other => {
                        all = other;
                        break;
                    }
                }
            }
            all
        };
        self.stack.truncate(first);
        Ok(equal)
    }

    fn same(&self, left: Value, right: Value) -> Option<bool> {
        match (self.see(left), self.see(right)) {
            (Seen::Text(left), Seen::Text(right)) => Some(left == right),
            (Seen::Number(left), Seen::Number(right)) => Some(left == right),
            (Seen::Boolean(left), Seen::Boolean(right)) => Some(left == right),
            (Seen::Temporal(left), right) | (right, Seen::Temporal(left)) => {
                match temporal(&right) {
                    Some(right) => left.order(&right).map(|order| order == Ordering::Equal),
                    None => Some(false),
                }
            }
            (Seen::Element, Seen::Element) => Some(left == right),
            _ => Some(false),
        }
    }

    fn order(&self, left: Value, right: Value) -> Result<Option<Ordering>, Wrong> {
        match (self.see(left), self.see(right)) {
            (Seen::Number(left), Seen::Number(right)) => Ok(left.partial_cmp(&right)),
            (
                left @ (Seen::Text(_) | Seen::Temporal(_)),
                right @ (Seen::Text(_) | Seen::Temporal(_)),
            ) => match (temporal(&left), temporal(&right), &left, &right) {
                (Some(left), Some(right), ..) => Ok(left.order(&right)),
                (_, _, Seen::Text(left), Seen::Text(right)) => Ok(Some(left.cmp(right))),
                _ => Err(Wrong),
            },
            _ => Err(Wrong),
        }
    }

    fn arithmetic(
        &mut self,
        operator: Operator,
        left: Option<Value>,
        right: Option<Value>,
    ) -> Result<Option<Value>, Wrong> {
        if operator == Operator::Join {
            let text = |value: Option<Value>| value.map_or(Ok(&b""[..]), |value| self.bytes(value));
            let joined = [text(left)?, text(right)?].concat();
            return Ok(Some(self.make(&joined)));
        }
        let (Some(left), Some(right)) = (left, right) else {
            return Ok(None);
        };
        if operator == Operator::Add && self.is_text(left) && self.is_text(right) {
            let joined = [self.bytes(left)?, self.bytes(right)?].concat();
            return Ok(Some(self.make(&joined)));
        }
        if operator != Operator::Divide
            && let (Some(left), Some(right)) = (self.integer(left), self.integer(right))
        {
            return Ok(match operator {
                Operator::Add => left.checked_add(right),
                Operator::Subtract => left.checked_sub(right),
                _ => left.checked_mul(right),
            }
            .map(Value::Integer));
        }
        let (left, right) = (self.number(left)?, self.number(right)?);
        let result = match operator {
            Operator::Add => left + right,
            Operator::Subtract => left - right,
            Operator::Multiply => left * right,
            _ => left / right,
        };
        // Dividing by zero comes to nothing.
        Ok(result.is_finite().then_some(Value::Decimal(result)))
    }

    fn is_text(&self, value: Value) -> bool {
        matches!(self.see(value), Seen::Text(_))
    }
}

fn temporal(seen: &Seen<'_>) -> Option<Temporal> {
    match seen {
        Seen::Temporal(temporal) => Some(*temporal),
        Seen::Text(text) => Temporal::parse(text),
        _ => None,
    }
}
