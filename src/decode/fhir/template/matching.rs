//! Reading a line by template: as long as it goes on as lines before it did, comparing bytes is enough.
//!
//! Whatever is not as before ends the attempt, and the line is read with care from its start. So a
//! line is refused by the careful reader only, and both give the same values.

use super::{Act, LEVELS, TemplateTarget, Templates, Then};
use crate::decode::fhir::arena::{Arena, Value};
use crate::decode::fhir::cursor::Cursor;
use crate::decode::fhir::{scan, text};

/// Why a line must be read with care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::decode::fhir) enum Strange {
    /// It goes on as no line did: there may be something to learn.
    Joint,
    /// It is broken, has a name twice, or stands at the end of the chunk.
    Other,
}

/// Reads the line that `bytes` begin with; its end need not be known. Gives the position after the
/// resource, whose members are the first slots of the arena.
#[inline]
pub(in crate::decode::fhir) fn follow(
    bytes: &[u8],
    templates: &mut Templates,
    arena: &mut Arena,
) -> Result<usize, Strange> {
    let Templates { stops, frames, .. } = templates;
    arena.clear();
    let mut matcher = Matcher {
        arena,
        sizes: frames,
        frames: [0; LEVELS],
        lists: [0; LISTS],
        open: 0,
    };
    matcher.frame(0, 0);
    let (mut stop, mut at) = (Templates::START, 0);
    loop {
        let joint = stops[stop].joint(bytes, at).ok_or(Strange::Joint)?;
        for act in &joint.acts {
            matcher.act(*act, at).ok_or(Strange::Other)?;
        }
        at += joint.length();
        match joint.then {
            Then::Text(next) => {
                stop = next as usize;
                let target = stops[stop].target;
                let end = scan::plain_stop(bytes, at).ok_or(Strange::Other)?;
                if bytes.get(end) == Some(&b'"') {
                    let (start, end) = (at as u32, end as u32);
                    matcher.put(target, Value::Text { start, end });
                    at = end as usize;
                } else {
                    at = matcher
                        .unusual(bytes, at, end, target)
                        .ok_or(Strange::Other)?;
                }
            }
            Then::Number(next) => {
                stop = next as usize;
                let mut cursor = Cursor { bytes, at };
                let span = cursor.number().map_err(|_| Strange::Other)?;
                let (start, end) = (span.start(), span.end());
                matcher.put(stops[stop].target, Value::Number { start, end });
                at = cursor.at;
            }
            // Positions in a line are 31 bits wide.
            Then::End if i32::try_from(at).is_err() => return Err(Strange::Other),
            Then::End => return Ok(at),
        }
    }
}

/// So many selected lists can be open at once: one a level, and one of texts or numbers.
const LISTS: usize = 2 * LEVELS;

struct Matcher<'f> {
    arena: &'f mut Arena,
    /// How many slots each frame has.
    sizes: &'f [u32],
    /// Where the frame that is open at each level begins.
    frames: [u32; LEVELS],
    /// Where the items of the open lists begin among the pending ones.
    lists: [u32; LISTS],
    open: usize,
}

impl Matcher<'_> {
    /// Opens a frame, all of it missing.
    #[inline(always)]
    fn frame(&mut self, level: u8, number: u16) -> u32 {
        let size = self.sizes[usize::from(number)];
        let base = self.arena.members(size as usize) as u32;
        self.frames[usize::from(level) % LEVELS] = base;
        base
    }

    /// Does what a joint at `joint` does. None when a name comes a second time in a way that only the careful reader sorts out.
    #[inline(always)]
    fn act(&mut self, act: Act, joint: usize) -> Option<()> {
        match act {
            Act::Object {
                level,
                slot,
                members,
            } => {
                let frame = self.frames[usize::from(level) % LEVELS];
                let slot = &mut self.arena.slots[frame as usize + usize::from(slot)];
                // The members of an object that came before it would shine through.
                if *slot != Value::Missing {
                    return None;
                }
                let base = frame + u32::from(members);
                *slot = Value::Object { base };
            }
            Act::Item { level, frame } => {
                let base = self.frame(level, frame);
                self.arena.pending.push(Value::Object { base });
            }
            Act::List => {
                self.lists[self.open % LISTS] = self.arena.pending.len() as u32;
                self.open += 1;
            }
            Act::ListEnd(target) => {
                self.open -= 1;
                let list = self.arena.list(self.lists[self.open % LISTS] as usize);
                self.put(target, list);
            }
            Act::Put(target, value) => {
                if let (Value::Missing, TemplateTarget::Slot { level, slot }) = (value, target) {
                    // As above: an object that a null replaces.
                    let frame = self.frames[usize::from(level) % LEVELS];
                    if self.arena.slots[frame as usize + usize::from(slot)] != Value::Missing {
                        return None;
                    }
                }
                self.put(target, value);
            }
            Act::Text { target, from, to } => {
                let (start, end) = (joint as u32 + u32::from(from), joint as u32 + u32::from(to));
                self.put(target, Value::Text { start, end });
            }
        }
        Some(())
    }

    #[inline(always)]
    fn put(&mut self, target: TemplateTarget, value: Value) {
        match target {
            TemplateTarget::Nowhere => {}
            TemplateTarget::Slot { level, slot } => {
                let frame = self.frames[usize::from(level) % LEVELS];
                self.arena.slots[frame as usize + usize::from(slot)] = value;
            }
            TemplateTarget::Item => self.arena.pending.push(value),
        }
    }

    /// Takes a string that is not plain ASCII without escapes: it begins at `start`, and up to `plain`
    /// it is. Gives the position of its closing quote.
    #[inline(never)]
    fn unusual(
        &mut self,
        bytes: &[u8],
        start: usize,
        plain: usize,
        target: TemplateTarget,
    ) -> Option<usize> {
        let mut cursor = Cursor { bytes, at: start };
        let span = cursor.string_from(start, plain).ok()?;
        // Other bytes than ASCII can only be in strings, so that nothing else need be checked.
        let text = bytes.get(start..cursor.at - 1)?;
        if !text.is_ascii() {
            std::str::from_utf8(text).ok()?;
        }
        if target != TemplateTarget::Nowhere {
            let (start, end) = (span.start(), span.end());
            let value = if span.is_escaped() {
                let made = self.arena.text.len();
                let decoded = text::decode(bytes, span).ok()?;
                self.arena.text.extend_from_slice(&decoded);
                self.arena.made(made)
            } else {
                Value::Text { start, end }
            };
            self.put(target, value);
        }
        Some(cursor.at - 1)
    }
}
