//! Running a compiled path over one line.

use std::cell::Cell;

use super::arena::{Arena, Value};
use super::path::{Literal, Operator};
use super::program::{LENIENT, Op};
use super::{boundary, reference};

/// An element has another form than the path needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wrong;

/// What a path runs over. Results are pushed to `stack`; the caller takes them off again.
pub(super) struct Evaluator<'e> {
    pub line: &'e [u8],
    pub arena: &'e mut Arena,
    pub literals: &'e [Literal],
    /// The resource.
    pub resource: Value,
    /// The resource's `Type/id`.
    pub key: Value,
    /// The position of the row in its iteration.
    pub row_index: i64,
    pub stack: &'e mut Vec<Value>,
    /// Elements that may still be looked at.
    pub left: Cell<u64>,
    /// Whether an element came more than once where one was wanted.
    pub several: Cell<bool>,
    /// The clock of the source, where there is one.
    pub zone: Option<crate::decode::Zone>,
}

/// Elements that paths may look at in any line.
const MOST_STEPS: u64 = 10_000_000;
/// The same for each byte of a long line: a path is looked at again for every row, so that many rows
/// times many elements would take hours.
const STEPS_A_BYTE: u64 = 20;

/// How many elements paths may look at in a line of so many bytes.
pub(super) fn steps(length: usize) -> Cell<u64> {
    Cell::new(MOST_STEPS.max(STEPS_A_BYTE.saturating_mul(length as u64)))
}

impl Evaluator<'_> {
    /// Notes that `elements` are looked at; wrong when the line has had its share.
    #[inline]
    pub(super) fn look_at(&self, elements: u64) -> Result<(), Wrong> {
        let left = self.left.get().checked_sub(elements);
        self.left.set(left.unwrap_or(0));
        left.map(|_| ()).ok_or(Wrong)
    }

    /// Whether the line has had its share, so that no more can be said of it.
    pub(super) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }

    /// Pushes the results of `op` for the element `focus`.
    pub(super) fn run(&mut self, op: &Op, focus: Value) -> Result<(), Wrong> {
        match op {
            Op::This => self.push(focus),
            Op::Resource => self.push(self.resource),
            Op::RowIndex => self.push(Value::Integer(self.row_index)),
            Op::Nothing => Ok(()),
            Op::Value(value) => self.push(*value),
            Op::LineKey => self.push(self.key),
            Op::Walk(slots) => self.walk(focus, slots),
            Op::Member(of, slots) => self.map(of, focus, |this, value| this.walk(value, slots)),
            Op::Index(of, index) => {
                let index = self.whole(index, focus)?;
                self.keep(of, focus, |mark, end| {
                    let at = usize::try_from(index?).ok().map(|index| mark + index)?;
                    (at < end).then_some(at)
                })
            }
            Op::First(of) => self.keep(of, focus, |mark, end| (mark < end).then_some(mark)),
            Op::Pick(_) => match self.single(op, focus)? {
                Some(value) => self.push(value),
                None => Ok(()),
            },
            Op::Last(of) => self.keep(of, focus, |mark, end| (mark < end).then(|| end - 1)),
            Op::Where(of, test) => self.filter(of, test, focus),
            Op::Exists(of) => {
                let found = self.count(of, focus)? > 0;
                self.push(Value::Boolean(found))
            }
            Op::Empty(of) => {
                let found = self.count(of, focus)? > 0;
                self.push(Value::Boolean(!found))
            }
            Op::Count(of) => {
                let count = self.count(of, focus)?;
                self.push(Value::Integer(count as i64))
            }
            Op::Not(of) => match self.test(of, focus)? {
                Some(value) => self.push(Value::Boolean(!value)),
                None => Ok(()),
            },
            Op::Join(of, between) => self.join(of, between.as_deref(), focus),
            Op::ResourceKey(of, kind, id) => self.map(of, focus, |this, value| {
                let Value::Object { base } = value else {
                    return Err(Wrong);
                };
                let member = |slot: u16| this.arena.slots[base as usize + usize::from(slot)];
                let (kind, id) = (member(*kind), member(*id));
                if kind == Value::Missing || id == Value::Missing {
                    return Ok(());
                }
                let key = [this.bytes(kind)?, b"/", this.bytes(id)?].concat();
                let key = this.make(&key);
                this.push(key)
            }),
            Op::ReferenceKey(of, kind, identifiers) => {
                self.reference_keys(of, kind.as_deref(), identifiers, focus)
            }
            Op::Boundary(of, side, kind) => self.map(of, focus, |this, value| {
                let bound = match this.number_text(value) {
                    Some(text) => boundary::of_number(text, *side).map(Value::Decimal),
                    None => boundary::of_text(this.bytes(value)?, *side, *kind)
                        .map(|text| this.make(text.as_bytes())),
                };
                this.push(bound.ok_or(Wrong)?)
            }),
            Op::Resolve(of, contained) => self.map(of, focus, |this, value| {
                this.push_contained(value, *contained)
            }),
            Op::Conditional(of, system) => {
                let Some(system) = self.single(system, focus)? else {
                    return Ok(());
                };
                self.map(of, focus, |this, value| this.push_searched(value, system))
            }
            Op::Prefer(of, preference) => {
                let mark = self.stack.len();
                self.run(of, focus)?;
                let preferred = self.preferred(mark, preference, focus)?;
                self.stack.truncate(mark);
                self.stack.extend(preferred);
                Ok(())
            }
            Op::Word(of, words) => self.map(of, focus, |this, value| {
                let word = this.known_word(value, words);
                this.push(word)
            }),
            Op::Either(_) => match self.single(op, focus)? {
                Some(value) => self.push(value),
                None => Ok(()),
            },
            Op::Negative(of) => match self.single(of, focus)? {
                Some(value) => {
                    let negative = match self.integer(value) {
                        Some(number) => Value::Integer(number.checked_neg().ok_or(Wrong)?),
                        None => Value::Decimal(-self.number(value)?),
                    };
                    self.push(negative)
                }
                None => Ok(()),
            },
            Op::Binary(operator, left, right) => self.binary(*operator, left, right, focus),
        }
    }

    /// The one result of `op`, if it has any; more than one is wrong.
    pub(super) fn single(&mut self, op: &Op, focus: Value) -> Result<Option<Value>, Wrong> {
        // Most columns are a member, or the first of some, and need no stack.
        if let Some(value) = self.simple(op, focus) {
            return Ok(present(value));
        }
        self.general(op, focus)
    }

    /// The same of an operand that is known not to be simple.
    pub(super) fn general(&mut self, op: &Op, focus: Value) -> Result<Option<Value>, Wrong> {
        match op {
            Op::First(of) => return self.first(of, focus),
            Op::Pick(pick) => return self.single(&pick.general, focus),
            Op::Either(parts) => {
                for part in parts {
                    if let Some(found) = self.single(part, focus)? {
                        return Ok(Some(found));
                    }
                }
                return Ok(None);
            }
            _ => {}
        }
        let mark = self.stack.len();
        self.run(op, focus)?;
        let count = self.stack.len() - mark;
        let first = self.stack.get(mark).copied();
        self.stack.truncate(mark);
        if count > 1 {
            self.several.set(true);
            return Err(Wrong);
        }
        Ok(first)
    }

    /// The first result of `op`.
    fn first(&mut self, op: &Op, focus: Value) -> Result<Option<Value>, Wrong> {
        if let Op::Walk(slots) = op {
            return self.first_walk(focus, slots);
        }
        let mark = self.stack.len();
        self.run(op, focus)?;
        let first = self.stack.get(mark).copied();
        self.stack.truncate(mark);
        Ok(first)
    }

    fn first_walk(&self, value: Value, slots: &[u16]) -> Result<Option<Value>, Wrong> {
        match (value, slots.split_first()) {
            (Value::Missing, _) => Ok(None),
            (Value::Many { start, length }, _) => {
                for at in start..start + length {
                    self.look_at(1)?;
                    let item = self.arena.slots[at as usize];
                    if matches!(item, Value::Many { .. }) {
                        return Err(Wrong);
                    }
                    if let Some(found) = self.first_walk(item, slots)? {
                        return Ok(Some(found));
                    }
                }
                Ok(None)
            }
            (value, None) => Ok(Some(value)),
            (Value::Object { base }, Some((slot, rest))) => {
                let at = base as usize + usize::from(slot & !LENIENT);
                self.first_walk(self.arena.slots[at], rest)
            }
            (_, Some((slot, _))) if slot & LENIENT != 0 => Ok(None),
            _ => Err(Wrong),
        }
    }

    /// The boolean that `op` comes to. Anything else than a boolean or nothing is wrong.
    pub(super) fn test(&mut self, op: &Op, focus: Value) -> Result<Option<bool>, Wrong> {
        if let Op::Binary(Operator::Equal, left, right) = op {
            return self.equal(left, right, focus);
        }
        match self.single(op, focus)? {
            None => Ok(None),
            Some(Value::Boolean(value)) => Ok(Some(value)),
            Some(_) => Err(Wrong),
        }
    }

    fn walk(&mut self, value: Value, slots: &[u16]) -> Result<(), Wrong> {
        let Some((slot, rest)) = slots.split_first() else {
            return self.push(value);
        };
        match value {
            Value::Object { base } => {
                let at = base as usize + usize::from(slot & !LENIENT);
                self.walk(self.arena.slots[at], rest)
            }
            Value::Missing => Ok(()),
            Value::Many { start, length } => {
                self.look_at(u64::from(length))?;
                for at in start..start + length {
                    let item = self.arena.slots[at as usize];
                    if matches!(item, Value::Many { .. }) {
                        return Err(Wrong);
                    }
                    self.walk(item, slots)?;
                }
                Ok(())
            }
            _ if slot & LENIENT != 0 => Ok(()),
            _ => Err(Wrong),
        }
    }

    /// Pushes a value, or the items of a list.
    pub(super) fn push(&mut self, value: Value) -> Result<(), Wrong> {
        match value {
            Value::Missing => {}
            Value::Many { start, length } => {
                self.look_at(u64::from(length))?;
                for at in start..start + length {
                    match self.arena.slots[at as usize] {
                        Value::Missing => {}
                        Value::Many { .. } => return Err(Wrong),
                        item => self.stack.push(item),
                    }
                }
            }
            value => self.stack.push(value),
        }
        Ok(())
    }

    /// Puts what `each` pushes for every result of `op` in the results' place.
    fn map(
        &mut self,
        op: &Op,
        focus: Value,
        mut each: impl FnMut(&mut Self, Value) -> Result<(), Wrong>,
    ) -> Result<(), Wrong> {
        let mark = self.stack.len();
        self.run(op, focus)?;
        let end = self.stack.len();
        for at in mark..end {
            let value = self.stack[at];
            each(self, value)?;
        }
        self.stack.drain(mark..end);
        Ok(())
    }

    /// Keeps one of the results of `op`, or none.
    fn keep(
        &mut self,
        op: &Op,
        focus: Value,
        which: impl FnOnce(usize, usize) -> Option<usize>,
    ) -> Result<(), Wrong> {
        let mark = self.stack.len();
        self.run(op, focus)?;
        let kept = which(mark, self.stack.len()).map(|at| self.stack[at]);
        self.stack.truncate(mark);
        self.stack.extend(kept);
        Ok(())
    }

    fn filter(&mut self, of: &Op, test: &Op, focus: Value) -> Result<(), Wrong> {
        let mark = self.stack.len();
        self.run(of, focus)?;
        let mut kept = mark;
        for at in mark..self.stack.len() {
            let value = self.stack[at];
            if self.test(test, value)? == Some(true) {
                self.stack[kept] = value;
                kept += 1;
            }
        }
        self.stack.truncate(kept);
        Ok(())
    }

    /// Pushes the keys in the references that come out of `of`. A URN does not say the type of what it
    /// leads to: it is followed where it is the only reference there is, the view says the type, and no
    /// identifier beside it says more.
    fn reference_keys(
        &mut self,
        of: &Op,
        kind: Option<&str>,
        identifiers: &Op,
        focus: Value,
    ) -> Result<(), Wrong> {
        let mark = self.stack.len();
        self.run(of, focus)?;
        if let ([only], Some(kind)) = (&self.stack[mark..], kind)
            && let Some(id) = reference::uuid(self.bytes(*only)?)
        {
            let key = [kind.as_bytes(), b"/", id].concat();
            self.stack.truncate(mark);
            if self.count(identifiers, focus)? > 0 {
                return Ok(());
            }
            let key = self.make(&key);
            return self.push(key);
        }
        let end = self.stack.len();
        for at in mark..end {
            let value = self.stack[at];
            if let Some(key) = reference::key(self.bytes(value)?, kind) {
                self.push(value.part(key))?;
            }
        }
        self.stack.drain(mark..end);
        Ok(())
    }

    fn count(&mut self, op: &Op, focus: Value) -> Result<usize, Wrong> {
        let mark = self.stack.len();
        self.run(op, focus)?;
        let count = self.stack.len() - mark;
        self.stack.truncate(mark);
        Ok(count)
    }

    fn whole(&mut self, op: &Op, focus: Value) -> Result<Option<i64>, Wrong> {
        match self.single(op, focus)? {
            Some(value) => self.integer(value).map(Some).ok_or(Wrong),
            None => Ok(None),
        }
    }

    fn join(&mut self, of: &Op, between: Option<&Op>, focus: Value) -> Result<(), Wrong> {
        let between = match between {
            Some(op) => match self.single(op, focus)? {
                Some(value) => self.bytes(value)?.to_vec(),
                None => Vec::new(),
            },
            None => Vec::new(),
        };
        let mark = self.stack.len();
        self.run(of, focus)?;
        let mut joined = Vec::new();
        for (at, value) in self.stack[mark..].iter().enumerate() {
            if at > 0 {
                joined.extend_from_slice(&between);
            }
            joined.extend_from_slice(self.bytes(*value)?);
        }
        self.stack.truncate(mark);
        let joined = self.make(&joined);
        self.push(joined)
    }

    pub(super) fn make(&mut self, text: &[u8]) -> Value {
        let start = self.arena.text.len();
        self.arena.text.extend_from_slice(text);
        self.arena.made(start)
    }
}

fn present(value: Value) -> Option<Value> {
    (value != Value::Missing).then_some(value)
}
