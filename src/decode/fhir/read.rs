//! Reading one resource into the arena, guided by its shape.

use super::arena::{Arena, Value};
use super::cursor::{Broken, Cursor, Span};
use super::shape::Shapes;
use super::text;

/// How deep selected elements may be nested. Only `repeat` makes selected nesting open-ended; a
/// questionnaire is a handful of levels deep.
const DEEPEST: usize = 256;

/// Where a value goes: into an object's slot, or to the items of the list that is being read.
#[derive(Clone, Copy)]
enum ValueTarget {
    Slot(usize),
    Item,
}

/// Reads values by a shape.
pub(super) struct Reader<'c, 'a, 's> {
    pub cursor: &'c mut Cursor<'a>,
    pub arena: &'c mut Arena,
    pub shapes: &'s Shapes,
}

impl Reader<'_, '_, '_> {
    /// Reads the object here (the cursor is at its brace) as node `place`.
    #[inline]
    pub(super) fn object(&mut self, place: usize, depth: usize) -> Result<Value, Broken> {
        if depth > DEEPEST || self.arena.is_full() {
            return Err(Broken);
        }
        let shapes = self.shapes;
        let shape = shapes.at(place);
        let base = self.arena.members(shape.members);
        self.cursor.at += 1;
        if self.cursor.token() == b'}' {
            self.cursor.at += 1;
            return Ok(Value::Object { base: base as u32 });
        }
        loop {
            if self.cursor.token() != b'"' {
                return Err(Broken);
            }
            let name = self.cursor.string()?;
            let found = if name.is_escaped() {
                let decoded = text::decode(self.cursor.bytes, name)?;
                shape.find(&decoded, 0, decoded.len())
            } else {
                shape.find(
                    self.cursor.bytes,
                    name.start() as usize,
                    name.end() as usize,
                )
            };
            self.cursor.expect(b':')?;
            match found {
                // A name that comes twice: the last one counts, as in most JSON readers.
                Some((slot, child)) => self.value(child, depth, ValueTarget::Slot(base + slot))?,
                None => self.cursor.skip()?,
            }
            match self.cursor.token() {
                b',' => self.cursor.at += 1,
                b'}' => break,
                _ => return Err(Broken),
            }
        }
        self.cursor.at += 1;
        Ok(Value::Object { base: base as u32 })
    }

    /// Reads a value of any kind and puts it in its place. Putting it there piece by piece, and not
    /// returning it, keeps the processor from waiting for its own writes.
    #[inline(always)]
    fn value(&mut self, place: usize, depth: usize, to: ValueTarget) -> Result<(), Broken> {
        match self.cursor.token() {
            b'"' => {
                let span = self.cursor.string()?;
                if span.is_escaped() {
                    let value = self.decoded(span)?;
                    self.put(to, value);
                } else {
                    self.put(
                        to,
                        Value::Text {
                            start: span.start(),
                            end: span.end(),
                        },
                    );
                }
            }
            b'{' | b'[' => {
                let value = self.container(place, depth)?;
                self.put(to, value);
            }
            b't' => {
                self.cursor.word(b"true")?;
                self.put(to, Value::Boolean(true));
            }
            b'f' => {
                self.cursor.word(b"false")?;
                self.put(to, Value::Boolean(false));
            }
            b'n' => {
                self.cursor.word(b"null")?;
                self.put(to, Value::Missing);
            }
            _ => {
                let span = self.cursor.number()?;
                self.put(
                    to,
                    Value::Number {
                        start: span.start(),
                        end: span.end(),
                    },
                );
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn put(&mut self, to: ValueTarget, value: Value) {
        match to {
            ValueTarget::Slot(at) => self.arena.slots[at] = value,
            ValueTarget::Item => self.arena.pending.push(value),
        }
    }

    fn container(&mut self, place: usize, depth: usize) -> Result<Value, Broken> {
        if self.cursor.peek() == b'[' {
            return self.array(place, depth + 1);
        }
        if self.shapes.at(place).members == 0 {
            self.cursor.skip()?;
            return Ok(Value::Opaque);
        }
        self.object(place, depth + 1)
    }

    fn array(&mut self, place: usize, depth: usize) -> Result<Value, Broken> {
        if depth > DEEPEST {
            return Err(Broken);
        }
        self.cursor.at += 1;
        let mark = self.arena.pending.len();
        if self.cursor.token() != b']' {
            loop {
                if self.cursor.token() == b'[' {
                    let list = self.nested(place, depth)?;
                    self.arena.pending.push(list);
                } else {
                    self.value(place, depth, ValueTarget::Item)?;
                }
                match self.cursor.token() {
                    b',' => self.cursor.at += 1,
                    b']' => break,
                    _ => return Err(Broken),
                }
            }
        }
        self.cursor.at += 1;
        Ok(self.arena.list(mark))
    }

    /// A list in a list. FHIR has none, so it stays one even with a single item, and is found to be
    /// wrong when it is used.
    #[cold]
    fn nested(&mut self, place: usize, depth: usize) -> Result<Value, Broken> {
        let value = self.array(place, depth + 1)?;
        if matches!(value, Value::Many { .. }) {
            return Ok(value);
        }
        self.arena.slots.push(value);
        Ok(Value::Many {
            start: (self.arena.slots.len() - 1) as u32,
            length: 1,
        })
    }

    #[cold]
    fn decoded(&mut self, span: Span) -> Result<Value, Broken> {
        let decoded = text::decode(self.cursor.bytes, span)?;
        let start = self.arena.text.len();
        self.arena.text.extend_from_slice(&decoded);
        Ok(self.arena.made(start))
    }
}
