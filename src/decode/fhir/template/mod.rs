//! How the lines of one resource type were written so far.
//!
//! A server writes its resources alike: the same names in the same order, with the same punctuation
//! and white space. What lies between two values of a line is therefore nearly always what was seen
//! there before. Such a *joint* begins where the text of one value ends and goes on to where the next
//! one begins: `","code":"`. It is learnt once, with what it means for the line's values, from a line
//! that was read with care ([`learn`]); from then on a comparison of bytes takes the place of
//! reading it ([`matching`]).
//!
//! A *stop* is the place of a value in the resource: the names and lists that lead to it. It says
//! which brackets are open, so that a joint that was right at a stop once is right there always.
//! Joints hold names, punctuation and the URIs of code systems, extensions and profiles, which are as
//! constant as names; never the text of another value.

pub(super) mod cache;
pub(super) mod learn;
pub(super) mod matching;

use super::arena::Value;
use super::modifier;

/// Slots of members of objects that are not in a list of objects stand in one frame, side by side,
/// and so do those of each item of such a list. Lists in lists make levels, of which a line has at
/// most so many.
pub(super) const LEVELS: usize = 16;

/// Joints of one stop. More come up only where names come in any order.
const MOST_JOINTS: usize = 48;
/// Bytes of all joints of one resource type, whatever its lines look like.
const MOST_BYTES: usize = 1 << 20;

/// What was learnt about one resource type.
#[derive(Debug)]
pub(super) struct Templates {
    pub stops: Vec<Stop>,
    /// How many slots a frame has.
    pub frames: Vec<u32>,
    bytes: usize,
}

/// The place of a value.
#[derive(Debug)]
pub(super) struct Stop {
    /// Where the value goes.
    pub target: TemplateTarget,
    /// The joint that came last; mostly the next one as well.
    recent: usize,
    joints: Vec<Joint>,
}

/// Where a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TemplateTarget {
    /// Nobody selects it.
    Nowhere,
    /// A slot of the frame that is open at a level.
    Slot { level: u8, slot: u16 },
    /// The items of the list that is being read.
    Item,
}

/// What a joint does, in its order.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    /// An object begins in a slot; its members stand in the same frame, from `members` on.
    Object { level: u8, slot: u16, members: u16 },
    /// An object begins as an item of a list, and with it a frame.
    Item { level: u8, frame: u16 },
    /// A list begins.
    List,
    /// A list ends.
    ListEnd(TemplateTarget),
    /// A value that is no text and no number.
    Put(TemplateTarget, Value),
    /// A text that is part of the joint.
    Text {
        target: TemplateTarget,
        from: u16,
        to: u16,
    },
}

/// What follows a joint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// The text of a string.
    Text(u32),
    /// A number.
    Number(u32),
    /// Nothing: the resource is complete.
    End,
}

/// What lies between two values.
#[derive(Debug)]
pub(super) struct Joint {
    /// The first sixteen bytes, and which bits of them count.
    head: u128,
    mask: u128,
    /// The last sixteen bytes, when there are so many.
    tail: u128,
    text: Box<[u8]>,
    pub acts: Box<[Act]>,
    pub then: Then,
}

impl Templates {
    /// The stop before the first value.
    pub(super) const START: usize = 0;

    /// Knows nothing yet but the root's frame.
    pub(super) fn new(members: usize) -> Templates {
        let mut templates = Templates {
            stops: Vec::new(),
            frames: vec![members as u32],
            bytes: 0,
        };
        templates.add(TemplateTarget::Nowhere);
        templates
    }

    /// A new stop.
    pub(super) fn add(&mut self, target: TemplateTarget) -> usize {
        self.stops.push(Stop {
            target,
            recent: 0,
            joints: Vec::new(),
        });
        self.stops.len() - 1
    }

    /// The number of stops.
    pub(super) fn count(&self) -> usize {
        self.stops.len()
    }

    /// Where the value at `stop` goes.
    pub(super) fn target(&self, stop: usize) -> TemplateTarget {
        self.stops[stop].target
    }

    /// How many joints after `stop` are known.
    pub(super) fn choices(&self, stop: usize) -> usize {
        self.stops[stop].joints.len()
    }

    /// Notes that `text` may follow the value at `stop`. False when nothing new was learnt.
    pub(super) fn learn(&mut self, stop: usize, text: &[u8], acts: &[Act], then: Then) -> bool {
        let joints = &mut self.stops[stop].joints;
        let known = joints
            .iter()
            .any(|joint| *joint.text == *text && joint.then == then);
        let full = joints.len() >= MOST_JOINTS || self.bytes >= MOST_BYTES;
        // What a modifier extension says is never a matter of a template.
        if known || full || modifier::may_be_in(text) {
            return false;
        }
        let joint = Joint::new(text, acts, then);
        self.bytes += size_of::<Joint>() + size_of_val(&*joint.text) + size_of_val(&*joint.acts);
        joints.push(joint);
        true
    }
}

impl Stop {
    /// The joint after this value that stands at `at`. None when there is none known, and when the
    /// chunk ends too soon to tell.
    #[inline(always)]
    pub(super) fn joint(&mut self, bytes: &[u8], at: usize) -> Option<&Joint> {
        let head = sixteen(bytes, at)?;
        let recent = self.joints.get(self.recent);
        if !recent.is_some_and(|joint| joint.stands_at(bytes, at, head)) {
            let mut joints = self.joints.iter();
            self.recent = joints.position(|joint| joint.stands_at(bytes, at, head))?;
        }
        self.joints.get(self.recent)
    }
}

impl Joint {
    fn new(text: &[u8], acts: &[Act], then: Then) -> Joint {
        let mut head = [0; 16];
        let mut mask = [0; 16];
        for (at, byte) in text.iter().take(16).enumerate() {
            head[at] = *byte;
            mask[at] = 0xff;
        }
        Joint {
            head: u128::from_le_bytes(head),
            mask: u128::from_le_bytes(mask),
            tail: text
                .len()
                .checked_sub(16)
                .map_or(0, |from| sixteen(text, from).unwrap_or_default()),
            text: text.into(),
            acts: acts.into(),
            then,
        }
    }

    /// The number of bytes.
    #[inline(always)]
    pub(super) fn length(&self) -> usize {
        self.text.len()
    }

    /// Whether this joint stands at `at`, where the next sixteen bytes are `head`. Most are shorter
    /// than 32 bytes and take two comparisons.
    #[inline(always)]
    fn stands_at(&self, bytes: &[u8], at: usize, head: u128) -> bool {
        if (head ^ self.head) & self.mask != 0 {
            return false;
        }
        let length = self.text.len();
        if length > 16 {
            if sixteen(bytes, at + length - 16) != Some(self.tail) {
                return false;
            }
            if length > 32 && bytes.get(at + 16..at + length - 16) != self.text.get(16..length - 16)
            {
                return false;
            }
        }
        // A joint to a string ends with its quote, so that none is the beginning of another, but for
        // those with a URI, which say the same. Those to a number have no such end.
        !matches!(self.then, Then::Number(_))
            || matches!(bytes.get(at + length), Some(b'-' | b'0'..=b'9'))
    }
}

#[inline(always)]
fn sixteen(bytes: &[u8], at: usize) -> Option<u128> {
    let block = bytes.get(at..)?.first_chunk::<16>()?;
    Some(u128::from_le_bytes(*block))
}
