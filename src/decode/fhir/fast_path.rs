//! Operands whose elements have their usual form: they need no stack, only to be looked up.
//!
//! Each gives none where an element has another form, and the general way says what that means.

use super::arena::Value;
use super::evaluate::Evaluator;
use super::naming_system;
use super::numbered_address;
use super::program::{LENIENT, Op, Pick, Preference};
use super::reference;
use super::server;

impl Evaluator<'_> {
    /// What `pick` finds, missing when it finds nothing. None when an element has not the usual form,
    /// so that it takes the general way to say what that means.
    #[inline]
    fn pick(&self, pick: &Pick, focus: Value) -> Option<Value> {
        let (last, before) = pick.from.split_last()?;
        let base = match self.reach(focus, before)? {
            Value::Object { base } => base,
            Value::Missing => return Some(Value::Missing),
            _ => return None,
        };
        let own = base as usize + usize::from(last & !LENIENT);
        let items = match self.arena.slots[own] {
            Value::Missing => return Some(Value::Missing),
            Value::Many { start, length } => start as usize..(start + length) as usize,
            _ => own..own + 1,
        };
        self.look_at(items.len() as u64).ok()?;
        let wanted = self.bytes(pick.literal).ok()?;
        let mut found = Value::Missing;
        for item in &self.arena.slots[items] {
            let base = match *item {
                Value::Object { base } => base as usize,
                Value::Missing => continue,
                _ => return None,
            };
            let text = match self.arena.slots[base + usize::from(pick.member & !LENIENT)] {
                Value::Missing => continue,
                value @ (Value::Text { .. } | Value::Made { .. }) => self.bytes(value).ok()?,
                _ => return None,
            };
            if naming_system::same(text, wanted) {
                // The elements after the first one are looked at as well: they may be wrong.
                let value = self.reach(*item, &pick.then)?;
                if found == Value::Missing {
                    found = value;
                }
            }
        }
        Some(found)
    }

    /// The one result of an operand in its usual form, missing when it has none. None when the operand
    /// or an element on its way has another form, and takes the general way.
    #[inline(always)]
    pub(super) fn simple(&self, op: &Op, focus: Value) -> Option<Value> {
        match op {
            Op::Walk(slots) => self.reach(focus, slots),
            Op::Value(value) => Some(*value),
            Op::LineKey => Some(self.key),
            Op::First(of) => match &**of {
                Op::Walk(slots) => self.first_of(slots, focus),
                of => self.is_nothing(of, focus).then_some(Value::Missing),
            },
            Op::Member(of, slots) => match &**of {
                Op::First(of) => match &**of {
                    Op::Walk(own) => self.reach(self.first_of(own, focus)?, slots),
                    _ => None,
                },
                Op::Pick(pick) => self.reach(self.pick(pick, focus)?, slots),
                Op::Prefer(of, preference) => match &**of {
                    Op::Walk(own) => self.reach(self.clearly(own, preference, focus)?, slots),
                    _ => None,
                },
                _ => None,
            },
            Op::Exists(of) => match &**of {
                Op::Walk(slots) => {
                    let found = self.reach(focus, slots)?;
                    Some(Value::Boolean(found != Value::Missing))
                }
                _ => None,
            },
            Op::Pick(pick) => self.pick(pick, focus),
            Op::Word(of, words) => {
                let Op::Walk(slots) = &**of else { return None };
                match self.reach(focus, slots)? {
                    Value::Many { .. } => None,
                    concept => Some(self.known_word(concept, words)),
                }
            }
            Op::Either(parts) => self.either(parts, focus),
            Op::ReferenceKey(of, kind, _) => {
                let Op::Walk(slots) = &**of else { return None };
                let value = self.reach(focus, slots)?;
                if value == Value::Missing {
                    return Some(value);
                }
                let reference = self.bytes(value).ok()?;
                let key = reference::key(reference, kind.as_deref());
                if key.is_none() && reference::uuid(reference).is_some() {
                    return None;
                }
                Some(key.map_or(Value::Missing, |key| value.part(key)))
            }
            _ => None,
        }
    }

    /// The first result of several operands.
    fn either(&self, parts: &[Op], focus: Value) -> Option<Value> {
        for part in parts {
            match self.simple(part, focus)? {
                Value::Missing => {}
                found => return Some(found),
            }
        }
        Some(Value::Missing)
    }

    /// The coding that is preferred, where that is clear at once: there is one, as mostly, or none is
    /// better than the first.
    fn clearly(&self, slots: &[u16], preference: &Preference, focus: Value) -> Option<Value> {
        if let Some(only) = self.only(slots, focus) {
            return Some(only);
        }
        let (last, before) = slots.split_last()?;
        let Value::Object { base } = self.only(before, focus)? else {
            return None;
        };
        let own = self.arena.slots[base as usize + usize::from(last & !LENIENT)];
        let Value::Many { start, length } = own else {
            return None;
        };
        self.look_at(u64::from(length)).ok()?;
        let codings = &self.arena.slots[start as usize..(start + length) as usize];
        let is_list = |coding: &Value| matches!(coding, Value::Many { .. });
        let first = *codings.first()?;
        (self.is_best(first, preference) && !codings.iter().any(is_list)).then_some(first)
    }

    /// The first that members of members lead to, when it is in the first item of each list.
    #[inline(always)]
    fn first_of(&self, slots: &[u16], focus: Value) -> Option<Value> {
        let (mut value, mut listed) = (focus, false);
        for slot in slots {
            value = match value {
                Value::Object { base } => {
                    self.arena.slots[base as usize + usize::from(slot & !LENIENT)]
                }
                Value::Missing => break,
                _ => return None,
            };
            if let Value::Many { start, length } = value {
                if length == 0 {
                    return None;
                }
                value = self.arena.slots[start as usize];
                listed = true;
            }
        }
        match value {
            // A later item may have one.
            Value::Missing if listed => None,
            Value::Many { .. } => None,
            value => Some(value),
        }
    }

    /// Whether an operand is known to have no result: what it looks for is absent, or the reference that
    /// it follows leads neither into the resource nor to a search, nor to another server.
    #[inline]
    fn is_nothing(&self, op: &Op, focus: Value) -> bool {
        let text = |of: &Op| {
            let Op::Walk(slots) = of else { return None };
            match self.only(slots, focus)? {
                Value::Missing => Some(&[][..]),
                text => self.bytes(text).ok(),
            }
        };
        match op {
            Op::Member(of, _) | Op::Where(of, _) | Op::Prefer(of, _) | Op::Word(of, _) => {
                self.is_nothing(of, focus)
            }
            Op::Walk(slots) => self.reach(focus, slots) == Some(Value::Missing),
            Op::Conditional(of, _) => text(of).is_some_and(|text| {
                let more = |byte: &u8| matches!(*byte, b'?' | server::MARK);
                !numbered_address::may_be(text) && !text.iter().any(more)
            }),
            Op::Resolve(of, _) => text(of).is_some_and(|text| !text.starts_with(b"#")),
            _ => false,
        }
    }

    /// The one element that members of members lead to, when no list on the way has another.
    #[inline(always)]
    fn only(&self, slots: &[u16], focus: Value) -> Option<Value> {
        let mut value = focus;
        for slot in slots {
            value = match value {
                Value::Object { base } => {
                    self.arena.slots[base as usize + usize::from(slot & !LENIENT)]
                }
                Value::Missing => return Some(Value::Missing),
                _ => return None,
            };
            if let Value::Many { start, length } = value {
                if length != 1 {
                    return None;
                }
                value = self.arena.slots[start as usize];
            }
        }
        (!matches!(value, Value::Many { .. })).then_some(value)
    }

    /// The member at the end of `slots` when there is one object at each step.
    #[inline(always)]
    fn reach(&self, focus: Value, slots: &[u16]) -> Option<Value> {
        let mut value = focus;
        for slot in slots {
            value = match value {
                Value::Object { base } => {
                    self.arena.slots[base as usize + usize::from(slot & !LENIENT)]
                }
                Value::Missing => return Some(Value::Missing),
                _ => return None,
            };
        }
        (!matches!(value, Value::Many { .. })).then_some(value)
    }
}
