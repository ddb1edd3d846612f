//! Operators between two operands.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::arena::Value;
use super::evaluate::{Evaluator, Wrong};
use super::naming_system;
use super::path::Operator;
use super::program::Op;
use super::temporal::Temporal;
use super::value::Seen;

/// Different values that a union may have.
const MOST_UNITED: usize = 10_000;

/// What makes a value the same as another one.
#[derive(PartialEq, Eq, Hash)]
enum Identity<'v> {
    Text(&'v [u8]),
    /// The bits of a number, of which zero has one form.
    Number(u64),
    Boolean(bool),
    /// Where an object or what else is no value lies.
    Element(u8, u32, u32),
}

impl<'v> Identity<'v> {
    fn of(seen: &Seen<'v>, value: Value) -> Identity<'v> {
        match *seen {
            Seen::Text(text) => Identity::Text(text),
            Seen::Number(number) => Identity::Number((number + 0.0).to_bits()),
            Seen::Boolean(value) => Identity::Boolean(value),
            Seen::Temporal(_) | Seen::Element => match value {
                Value::Object { base } => Identity::Element(1, base, 0),
                Value::Many { start, length } => Identity::Element(2, start, length),
                Value::Literal(index) => Identity::Element(3, index, 0),
                Value::Number { start, end } => Identity::Element(4, start, end),
                _ => Identity::Element(0, 0, 0),
            },
        }
    }
}

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
        if self.stack.len() - mark < 2 {
            return Ok(());
        }
        let distinct = self.distinct(&self.stack[mark..])?;
        self.stack.truncate(mark);
        self.stack.extend(distinct);
        Ok(())
    }

    /// Each of `values` once, in their order.
    fn distinct(&self, values: &[Value]) -> Result<Vec<Value>, Wrong> {
        let mut known = HashSet::new();
        // Dates of the view's own are compared with texts, by what they mean: there are few of them.
        let mut temporals: Vec<Value> = Vec::new();
        let mut kept: Vec<Value> = Vec::new();
        for &value in values {
            let seen = self.see(value);
            let is_temporal = matches!(seen, Seen::Temporal(_));
            let before = match is_temporal {
                true => &kept,
                false => &temporals,
            };
            self.look_at(before.len() as u64)?;
            let is_same = |other: &Value| self.same(*other, value) == Some(true);
            let is_known = before.iter().any(is_same)
                || (!is_temporal && !known.insert(Identity::of(&seen, value)));
            if is_known {
                continue;
            }
            if kept.len() == MOST_UNITED {
                self.left.set(0);
                return Err(Wrong);
            }
            if is_temporal {
                temporals.push(value);
            }
            kept.push(value);
        }
        Ok(kept)
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
            (Seen::Text(left), Seen::Text(right)) => Some(naming_system::same(left, right)),
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
