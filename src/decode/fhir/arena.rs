//! What one line's selected elements become: small values in two vectors that every line reuses.

use std::ops::Range;

/// One selected value. Sixteen bytes; text stays where it is in the line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    /// No such element, or JSON `null`.
    Missing,
    /// A boolean, from the line or computed.
    Boolean(bool),
    /// A number as the line writes it, so that its precision is known.
    Number { start: u32, end: u32 },
    /// A string in the line, without escapes.
    Text { start: u32, end: u32 },
    /// A string in the arena: decoded escapes, and what functions made.
    Made { start: u32, end: u32 },
    /// An object: its selected members are `slots[base..]`, in the order of its shape.
    Object { base: u32 },
    /// An object none of whose members is selected.
    Opaque,
    /// Two or more values, or none: `slots[start..start + length]`.
    Many { start: u32, length: u32 },
    /// A whole number that was computed.
    Integer(i64),
    /// A decimal that was computed.
    Decimal(f64),
    /// A literal or constant of the view: an index into its literals.
    Literal(u32),
}

impl Value {
    /// A part of a string, where the string is.
    #[inline]
    pub(super) fn part(self, part: Range<usize>) -> Value {
        let (from, to) = (part.start as u32, part.end as u32);
        match self {
            Value::Text { start, .. } => Value::Text {
                start: start + from,
                end: start + to,
            },
            Value::Made { start, .. } => Value::Made {
                start: start + from,
                end: start + to,
            },
            other => other,
        }
    }
}

/// Members of objects that are kept of one line: 512 MiB. An empty object of two bytes has room for all
/// of its members, so that a line may take a hundred times its length.
const MOST_SLOTS: usize = 32 * 1024 * 1024;

/// The values of one line.
#[derive(Debug, Default)]
pub(super) struct Arena {
    /// Members of objects and items of arrays.
    pub slots: Vec<Value>,
    /// Text that is not in the line as it stands.
    pub text: Vec<u8>,
    /// Items of the arrays that are being read.
    pub pending: Vec<Value>,
}

/// The members of an object of which none has been read.
const MISSING: [Value; 64] = [Value::Missing; 64];

impl Arena {
    /// Forgets the last line and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.text.clear();
        self.pending.clear();
    }

    /// Whether a line has as many elements as are kept of one.
    #[inline(always)]
    pub(super) fn is_full(&self) -> bool {
        self.slots.len() > MOST_SLOTS
    }

    /// Room for the members of an object, all missing.
    #[inline(always)]
    pub(super) fn members(&mut self, count: usize) -> usize {
        let base = self.slots.len();
        // Nearly all shapes are small, and to copy what is missing takes a third of the time of `resize`.
        match MISSING.get(..count) {
            Some(missing) => self.slots.extend_from_slice(missing),
            None => self.slots.resize(base + count, Value::Missing),
        }
        base
    }

    /// The value of the items that were put in `pending` since `mark`. A list of one item is that
    /// item, as in FHIRPath; a list in a list stays one, and is found to be wrong when it is used.
    pub(super) fn list(&mut self, mark: usize) -> Value {
        let start = self.slots.len();
        match self.pending.get(mark..) {
            Some([single]) if !matches!(single, Value::Many { .. }) => {
                let single = *single;
                self.pending.truncate(mark);
                single
            }
            _ => {
                self.slots.extend(self.pending.drain(mark..));
                let length = self.slots.len() - start;
                Value::Many {
                    start: start as u32,
                    length: length as u32,
                }
            }
        }
    }

    /// Keeps the text that was written to `text` since `start`.
    pub(super) fn made(&self, start: usize) -> Value {
        Value::Made {
            start: start as u32,
            end: self.text.len() as u32,
        }
    }

    /// The text of a value, which may be in the line.
    #[inline]
    pub(super) fn text_of<'t>(&'t self, value: Value, line: &'t [u8]) -> Option<&'t [u8]> {
        match value {
            Value::Text { start, end } => line.get(start as usize..end as usize),
            Value::Made { start, end } => self.text.get(start as usize..end as usize),
            _ => None,
        }
    }
}
