//! Learning joints from a line that was read with care.
//!
//! Only lines that were accepted are learnt from, so that a name that makes a line a reject is in no
//! joint. Names whose values decide that are in no joint either: their lines are always read with care.

use std::collections::BTreeMap;

use super::{Act, LEVELS, TemplateTarget, Templates, Then};
use crate::decode::fhir::arena::Value;
use crate::decode::fhir::cursor::Cursor;
use crate::decode::fhir::shape::{Shapes, Sketch};

/// Deeper lines are always read with care.
const DEEPEST: usize = 32;
/// Longer joints (long runs of empty lists) are.
const LONGEST: usize = 512;
/// So many joints with a URI one place may have.
const MOST_URIS: usize = 24;
/// So many places of values one resource type may have, whatever its lines look like.
const MOST_STOPS: usize = 4096;

/// The places of values, as a tree.
#[derive(Debug)]
pub(in crate::decode::fhir) struct Tree {
    branches: Vec<Branch>,
}

/// One place: of a value, an object or a list. Its number is that of its stop.
#[derive(Debug)]
struct Branch {
    /// The node of the projection trie; none when nobody selects it.
    place: Option<usize>,
    members: BTreeMap<Box<[u8]>, usize>,
    /// The items, when it is a list.
    item: Option<usize>,
    /// The frame that it has its own slot in.
    within: OpenObject,
    /// Whether it holds URIs that are the same in many lines.
    uri: bool,
    /// Where its members are, when it is an object.
    object: Option<(OpenObject, u16)>,
}

#[derive(Debug, Clone, Copy)]
struct OpenObject {
    number: u16,
    level: u8,
}

impl Tree {
    /// The resource itself and nothing below it.
    pub(crate) fn new() -> Tree {
        let root = OpenObject {
            number: 0,
            level: 0,
        };
        Tree {
            branches: vec![Branch {
                place: Some(Sketch::ROOT),
                members: BTreeMap::new(),
                item: None,
                within: root,
                uri: false,
                object: Some((root, 0)),
            }],
        }
    }

    /// Learns what is new in `line`: one accepted line, without its end. False when that is nothing.
    pub(crate) fn learn(
        &mut self,
        templates: &mut Templates,
        shapes: &Shapes,
        line: &[u8],
    ) -> bool {
        let mut learner = Learner {
            tree: self,
            templates,
            shapes,
            cursor: Cursor { bytes: line, at: 0 },
            from: Templates::START,
            since: 0,
            acts: Vec::new(),
            news: false,
        };
        if learner.cursor.token() == b'{' && learner.object(Templates::START, 0).is_some() {
            learner.join(learner.cursor.at, Then::End);
        }
        learner.news
    }
}

struct Learner<'l> {
    tree: &'l mut Tree,
    templates: &'l mut Templates,
    shapes: &'l Shapes,
    cursor: Cursor<'l>,
    /// The stop of the last value.
    from: usize,
    /// Where its text ended, and a joint began.
    since: usize,
    /// What this joint does.
    acts: Vec<Act>,
    news: bool,
}

/// Each step gives none when the line is not one to learn from any further. What was learnt up to
/// there holds.
impl Learner<'_> {
    fn value(&mut self, stop: usize, depth: usize) -> Option<()> {
        match self.cursor.token() {
            b'"' => {
                let start = self.cursor.at + 1;
                self.cursor.string().ok()?;
                if self.recurs(stop, start) {
                    let target = self.templates.target(stop);
                    let within = |at: usize| u16::try_from(at - self.since).ok();
                    let (from, to) = (within(start)?, within(self.cursor.at - 1)?);
                    self.acts.push(Act::Text { target, from, to });
                    return Some(());
                }
                self.join(start, Then::Text(stop as u32))?;
                self.since = self.cursor.at - 1;
                self.from = stop;
            }
            b'{' => self.object(stop, depth)?,
            b'[' => self.list(stop, depth)?,
            b't' => self.word(stop, b"true", Value::Boolean(true))?,
            b'f' => self.word(stop, b"false", Value::Boolean(false))?,
            b'n' => self.word(stop, b"null", Value::Missing)?,
            _ => {
                self.join(self.cursor.at, Then::Number(stop as u32))?;
                self.cursor.number().ok()?;
                self.since = self.cursor.at;
                self.from = stop;
            }
        }
        Some(())
    }

    /// Whether the string from `start` to the cursor is one that comes again and again, so that it can
    /// be part of a joint: the URI of a code system, an extension or a profile. Should a server have
    /// very many of one, they are values like others.
    fn recurs(&self, stop: usize, start: usize) -> bool {
        let end = self.cursor.at - 1;
        let text = self.cursor.bytes.get(start..end).unwrap_or_default();
        self.tree.branches[stop].uri
            && text.starts_with(b"http")
            && text
                .iter()
                .all(|byte| byte.is_ascii_graphic() && *byte != b'\\')
            && end - self.since <= LONGEST / 2
            && self.templates.choices(self.from) < MOST_URIS
    }

    /// Ends a joint before `end`.
    fn join(&mut self, end: usize, then: Then) -> Option<()> {
        let text = self.cursor.bytes.get(self.since..end)?;
        if text.len() > LONGEST {
            return None;
        }
        self.news |= self.templates.learn(self.from, text, &self.acts, then);
        self.acts.clear();
        Some(())
    }

    fn word(&mut self, stop: usize, word: &[u8], value: Value) -> Option<()> {
        self.put(stop, value);
        self.cursor.word(word).ok()
    }

    fn put(&mut self, stop: usize, value: Value) {
        let target = self.templates.target(stop);
        if target != TemplateTarget::Nowhere {
            self.acts.push(Act::Put(target, value));
        }
    }

    fn object(&mut self, stop: usize, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        self.enter(stop)?;
        self.cursor.at += 1;
        if self.cursor.token() != b'}' {
            loop {
                if self.cursor.token() != b'"' {
                    return None;
                }
                let name = self.cursor.string().ok()?;
                if name.is_escaped() {
                    return None;
                }
                let member = self.member(stop, name.start() as usize, name.end() as usize)?;
                self.cursor.expect(b':').ok()?;
                self.value(member, depth + 1)?;
                match self.cursor.token() {
                    b',' => self.cursor.at += 1,
                    b'}' => break,
                    _ => return None,
                }
            }
        }
        self.cursor.at += 1;
        Some(())
    }

    /// Notes what it means that an object begins at `stop`.
    fn enter(&mut self, stop: usize) -> Option<()> {
        let branch = &self.tree.branches[stop];
        let (within, object) = (branch.within, branch.object);
        let Some(place) = branch.place else {
            return Some(());
        };
        let members = self.shapes.at(place).members;
        if members == 0 {
            self.put(stop, Value::Opaque);
            return Some(());
        }
        match self.templates.target(stop) {
            TemplateTarget::Nowhere => {}
            TemplateTarget::Slot { level, slot } => {
                let (_, first) = match object {
                    Some(object) => object,
                    None => {
                        let size = &mut self.templates.frames[usize::from(within.number)];
                        let first = u16::try_from(*size).ok()?;
                        *size += members as u32;
                        (within, first)
                    }
                };
                self.tree.branches[stop].object = Some((within, first));
                self.acts.push(Act::Object {
                    level,
                    slot,
                    members: first,
                });
            }
            TemplateTarget::Item => {
                let frame = match object {
                    Some((frame, _)) => frame,
                    None => {
                        let level = within.level + 1;
                        if usize::from(level) >= LEVELS {
                            return None;
                        }
                        self.templates.frames.push(members as u32);
                        let number = u16::try_from(self.templates.frames.len() - 1).ok()?;
                        OpenObject { number, level }
                    }
                };
                self.tree.branches[stop].object = Some((frame, 0));
                self.acts.push(Act::Item {
                    level: frame.level,
                    frame: frame.number,
                });
            }
        }
        Some(())
    }

    fn list(&mut self, stop: usize, depth: usize) -> Option<()> {
        let selected = self.tree.branches[stop].place.is_some();
        if depth > DEEPEST {
            return None;
        }
        if selected {
            self.acts.push(Act::List);
        }
        self.cursor.at += 1;
        if self.cursor.token() != b']' {
            let item = self.item(stop)?;
            loop {
                // A list in a list is no FHIR.
                if self.cursor.token() == b'[' {
                    return None;
                }
                self.value(item, depth + 1)?;
                match self.cursor.token() {
                    b',' => self.cursor.at += 1,
                    b']' => break,
                    _ => return None,
                }
            }
        }
        self.cursor.at += 1;
        if selected {
            let target = self.templates.target(stop);
            self.acts.push(Act::ListEnd(target));
        }
        Some(())
    }

    /// The place of the member whose name is `start..end`.
    fn member(&mut self, stop: usize, start: usize, end: usize) -> Option<usize> {
        let name = self.cursor.bytes.get(start..end)?;
        // Whether a modifier extension is allowed depends on more than its name.
        if name == b"modifierExtension" {
            return None;
        }
        let branch = &self.tree.branches[stop];
        if let Some(known) = branch.members.get(name) {
            return Some(*known);
        }
        let shape = branch.place.map(|place| self.shapes.at(place));
        let found = shape.and_then(|shape| shape.find(self.cursor.bytes, start, end));
        let (place, target, within) = match (found, branch.object) {
            (Some((slot, child)), Some((frame, first))) => {
                let slot = u16::try_from(usize::from(first) + slot).ok()?;
                let level = frame.level;
                (Some(child), TemplateTarget::Slot { level, slot }, frame)
            }
            _ => (None, TemplateTarget::Nowhere, branch.within),
        };
        let uri = matches!(name, b"system" | b"url" | b"profile");
        let name = name.into();
        let member = self.branch(place, target, within, uri)?;
        self.tree.branches[stop].members.insert(name, member);
        Some(member)
    }

    /// The place of the items of a list.
    fn item(&mut self, stop: usize) -> Option<usize> {
        let branch = &self.tree.branches[stop];
        if branch.item.is_some() {
            return branch.item;
        }
        let target = match branch.place {
            Some(_) => TemplateTarget::Item,
            None => TemplateTarget::Nowhere,
        };
        let item = self.branch(branch.place, target, branch.within, branch.uri)?;
        self.tree.branches[stop].item = Some(item);
        Some(item)
    }

    fn branch(
        &mut self,
        place: Option<usize>,
        target: TemplateTarget,
        within: OpenObject,
        uri: bool,
    ) -> Option<usize> {
        if self.templates.count() >= MOST_STOPS {
            return None;
        }
        self.tree.branches.push(Branch {
            place,
            members: BTreeMap::new(),
            item: None,
            within,
            uri,
            object: None,
        });
        Some(self.templates.add(target))
    }
}
