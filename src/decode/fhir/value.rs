//! What a value in the arena stands for.

use super::arena::Value;
use super::evaluate::{Evaluator, Wrong};
use super::path::Literal;
use super::temporal::Temporal;

/// A value as operators see it.
pub(super) enum Seen<'v> {
    Boolean(bool),
    Number(f64),
    Text(&'v [u8]),
    Temporal(Temporal),
    Element,
}

impl Evaluator<'_> {
    pub(super) fn see(&self, value: Value) -> Seen<'_> {
        match value {
            Value::Boolean(value) => Seen::Boolean(value),
            Value::Integer(value) => Seen::Number(value as f64),
            Value::Decimal(value) => Seen::Number(value),
            Value::Number { .. } => self.number(value).map_or(Seen::Element, Seen::Number),
            Value::Literal(index) => match self.literals.get(index as usize) {
                Some(Literal::Text(text)) => Seen::Text(text.as_bytes()),
                Some(Literal::Temporal(temporal)) => Seen::Temporal(*temporal),
                _ => Seen::Element,
            },
            _ => self.bytes(value).map_or(Seen::Element, Seen::Text),
        }
    }

    /// The bytes of a string.
    #[inline]
    pub fn bytes(&self, value: Value) -> Result<&[u8], Wrong> {
        match value {
            Value::Text { start, end } => self.line.get(start as usize..end as usize).ok_or(Wrong),
            Value::Made { start, end } => self
                .arena
                .text
                .get(start as usize..end as usize)
                .ok_or(Wrong),
            Value::Literal(index) => match self.literals.get(index as usize) {
                Some(Literal::Text(text)) => Ok(text.as_bytes()),
                _ => Err(Wrong),
            },
            _ => Err(Wrong),
        }
    }

    /// A date or time of the view.
    pub fn temporal_literal(&self, value: Value) -> Option<Temporal> {
        let Value::Literal(index) = value else {
            return None;
        };
        match self.literals.get(index as usize) {
            Some(Literal::Temporal(temporal)) => Some(*temporal),
            _ => None,
        }
    }

    /// A number as the line writes it.
    pub fn number_text(&self, value: Value) -> Option<&str> {
        let Value::Number { start, end } = value else {
            return None;
        };
        std::str::from_utf8(self.line.get(start as usize..end as usize)?).ok()
    }

    /// A number. One too large for a double is wrong.
    pub fn number(&self, value: Value) -> Result<f64, Wrong> {
        match value {
            Value::Integer(number) => Ok(number as f64),
            Value::Decimal(number) => Ok(number),
            value => {
                let number: f64 = self
                    .number_text(value)
                    .ok_or(Wrong)?
                    .parse()
                    .map_err(|_| Wrong)?;
                if number.is_finite() {
                    Ok(number)
                } else {
                    Err(Wrong)
                }
            }
        }
    }

    /// A whole number, when it is one and is written as one.
    pub fn integer(&self, value: Value) -> Option<i64> {
        match value {
            Value::Integer(number) => Some(number),
            value => self.number_text(value)?.parse().ok(),
        }
    }
}
