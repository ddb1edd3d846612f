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
    pub(super) fn bytes(&self, value: Value) -> Result<&[u8], Wrong> {
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
    pub(super) fn temporal_literal(&self, value: Value) -> Option<Temporal> {
        let Value::Literal(index) = value else {
            return None;
        };
        match self.literals.get(index as usize) {
            Some(Literal::Temporal(temporal)) => Some(*temporal),
            _ => None,
        }
    }

    /// A number as the line writes it.
    pub(super) fn number_text(&self, value: Value) -> Option<&str> {
        let Value::Number { start, end } = value else {
            return None;
        };
        std::str::from_utf8(self.line.get(start as usize..end as usize)?).ok()
    }

    /// A number. One too large for a double is wrong.
    pub(super) fn number(&self, value: Value) -> Result<f64, Wrong> {
        match value {
            Value::Integer(number) => Ok(number as f64),
            Value::Decimal(number) => Ok(number),
            value => {
                if let Value::Number { start, end } = value
                    && let Some(text) = self.line.get(start as usize..end as usize)
                    && let Some(number) = short(text)
                {
                    return Ok(number);
                }
                let text = self.number_text(value).ok_or(Wrong)?;
                let number: f64 = text.parse().map_err(|_| Wrong)?;
                if number.is_finite() {
                    Ok(number)
                } else {
                    Err(Wrong)
                }
            }
        }
    }

    /// A whole number, when it is one and is written as one.
    pub(super) fn integer(&self, value: Value) -> Option<i64> {
        match value {
            Value::Integer(number) => Some(number),
            value => self.number_text(value)?.parse().ok(),
        }
    }
}

/// Values as a column reads them: also a number in quotes, or a code without them, which programs write
/// that know no types.
impl Evaluator<'_> {
    /// A number as it is written, with quotes or without.
    fn written_number(&self, value: Value) -> Option<&str> {
        let text = match value {
            Value::Number { .. } => self.number_text(value)?,
            Value::Text { .. } | Value::Made { .. } => {
                std::str::from_utf8(self.bytes(value).ok()?).ok()?.trim()
            }
            _ => return None,
        };
        let digits = text.strip_prefix('-').unwrap_or(text);
        let plain = |byte: u8| byte.is_ascii_digit() || b".eE+-".contains(&byte);
        let begins = digits.starts_with(|c: char| c.is_ascii_digit());
        (begins && digits.bytes().all(plain)).then_some(text)
    }

    /// A number for a column.
    pub(super) fn read_number(&self, value: Value) -> Result<f64, Wrong> {
        match value {
            Value::Text { .. } | Value::Made { .. } => {
                let text = self.written_number(value).ok_or(Wrong)?;
                let number: f64 = text.parse().map_err(|_| Wrong)?;
                number.is_finite().then_some(number).ok_or(Wrong)
            }
            value => self.number(value),
        }
    }

    /// A whole number for a column: also 5.0, which is one.
    pub(super) fn read_integer(&self, value: Value) -> Option<i64> {
        if let Some(number) = self.integer(value) {
            return Some(number);
        }
        let text = self.written_number(value)?;
        let whole = text.split_once('.').map_or(text, |(whole, rest)| {
            match rest.bytes().all(|byte| byte == b'0') {
                true => whole,
                false => text,
            }
        });
        whole.parse().ok()
    }

    /// A boolean for a column.
    pub(super) fn read_boolean(&self, value: Value) -> Option<bool> {
        match value {
            Value::Boolean(value) => Some(value),
            value => match self.bytes(value).ok()? {
                b"true" => Some(true),
                b"false" => Some(false),
                _ => None,
            },
        }
    }

    /// The digits of a number without a point or an exponent: a code that lost its quotes.
    pub(super) fn read_digits(&self, value: Value) -> Option<&[u8]> {
        let digits = self.number_text(value)?.as_bytes();
        digits.iter().all(u8::is_ascii_digit).then_some(digits)
    }
}

/// A number of few digits and no exponent. Its digits without the point, and the power of ten they are
/// divided by, are both exact, so that the quotient is the double nearest to the number.
#[inline]
fn short(text: &[u8]) -> Option<f64> {
    const POWERS: [f64; 16] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ];
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.len() > 16 {
        return None;
    }
    let (mut whole, mut point) = (0_u64, digits.len());
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => whole = whole * 10 + u64::from(byte - b'0'),
            b'.' => point = at + 1,
            _ => return None,
        }
    }
    if whole >= 1 << 53 {
        return None;
    }
    let number = whole as f64 / POWERS.get(digits.len() - point)?;
    Some(if negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn short_numbers_are_the_nearest_doubles() {
        for text in [
            "0",
            "-0",
            "-0.0",
            "7",
            "85.0",
            "0.1",
            "-12.345",
            "9007199254740991",
            "0.000001",
            "123456789.12345",
            "1.00000000000001",
            "9999999999999.9",
        ] {
            let known: f64 = text.parse().unwrap();
            let found = short(text.as_bytes()).map(f64::to_bits);
            assert_eq!(found, Some(known.to_bits()), "{text}");
        }
        for text in ["1e3", "9007199254740993", "12345678901234567"] {
            assert_eq!(short(text.as_bytes()), None, "{text}");
        }
    }
}
