//! A resource type, and what is selected from its lines.

use std::sync::Arc;

use super::arena::{Arena, Value};
use super::deletions::Deletions;
use super::evaluate::Wrong;
use super::other_version::OtherVersion;
use super::path::Literal;
use super::plan::Plan;
use super::program::Compiler;
use super::refusal::Refusal;
use super::shape::{Shapes, Sketch};
use super::temporal::Temporal;
use super::view::View;
use crate::decode::{RejectReason, Zone};

/// A resource type.
#[derive(Debug)]
pub(super) struct ResourcePlan {
    pub name: &'static str,
    /// The type's number in the list of all types.
    pub number: usize,
    pub shapes: Shapes,
    pub literals: Vec<Literal>,
    /// View numbers with their plans; none when nothing is selected from this type.
    pub plans: Vec<(usize, Plan)>,
    /// Whether a view asks for the key of the resource.
    pub asks_for_key: bool,
    /// Where the deletions of a Bundle stand.
    pub deletions: Option<Deletions>,
    /// What shows that a resource is of another version of FHIR.
    pub other_version: OtherVersion,
    slots: Slots,
}

/// The slots of what every line needs.
#[derive(Debug, Clone, Copy)]
struct Slots {
    resource_type: usize,
    id: usize,
    meta: usize,
    last_updated: usize,
    version_id: usize,
}

impl ResourcePlan {
    /// What `views`, each with its number, select from the type with this name and number.
    pub(super) fn new(
        name: &'static str,
        number: usize,
        views: &[(usize, &Arc<View>)],
    ) -> ResourcePlan {
        let mut sketch = Sketch::new();
        if name == "Bundle" {
            Deletions::select(&mut sketch);
        }
        let compile = |sketch: &mut Sketch| {
            let mut compiler = Compiler::new(sketch);
            let plans: Vec<_> = views
                .iter()
                .map(|(number, view)| (*number, Plan::compile(view, &mut compiler)))
                .collect();
            (plans, compiler.literals, compiler.asks_for_key)
        };
        // The first time to learn all elements, the second time with their slots known.
        compile(&mut sketch);
        let other_version = OtherVersion::select(&mut sketch, name, views);
        let (plans, literals, asks_for_key) = compile(&mut sketch);
        let slot = |place, name| sketch.slot(place, name).map_or(0, usize::from);
        let meta = sketch.find_child(Sketch::ROOT, "meta");
        let slots = Slots {
            resource_type: slot(Sketch::ROOT, "resourceType"),
            id: slot(Sketch::ROOT, "id"),
            meta: slot(Sketch::ROOT, "meta"),
            last_updated: slot(meta, "lastUpdated"),
            version_id: slot(meta, "versionId"),
        };
        let deletions = (name == "Bundle").then(|| Deletions::of(&sketch));
        ResourcePlan {
            name,
            number,
            other_version: other_version.with_slots(&sketch),
            shapes: sketch.freeze(),
            slots,
            literals,
            plans,
            asks_for_key,
            deletions,
        }
    }

    /// Whether nothing is taken from its lines.
    pub(super) fn is_ignored(&self) -> bool {
        self.plans.is_empty() && self.deletions.is_none()
    }

    /// Whether the resource that was read, with its members at `base`, is of this type.
    #[inline]
    pub(super) fn is_named(&self, arena: &Arena, base: usize, line: &[u8]) -> bool {
        let own = arena.slots[base + self.slots.resource_type];
        arena.text_of(own, line) == Some(self.name.as_bytes())
    }

    /// The resource's id, which every row is known by. A whole number is one that lost its quotes.
    #[inline]
    pub(super) fn id<'t>(
        &self,
        arena: &'t Arena,
        base: usize,
        line: &'t [u8],
    ) -> Result<&'t str, Refusal> {
        let id = match arena.slots[base + self.slots.id] {
            Value::Number { start, end } => {
                let number = line.get(start as usize..end as usize);
                number.filter(|number| number.iter().all(u8::is_ascii_digit))
            }
            id => arena.text_of(id, line),
        };
        id.and_then(|id| std::str::from_utf8(id).ok())
            .filter(|id| !id.is_empty())
            .ok_or(Refusal::new(RejectReason::NoId))
    }

    /// The number of the resource's version, where its server counts them: `12`, or `W/"12"` as in
    /// an entity tag.
    #[inline]
    pub(super) fn version_id(&self, arena: &Arena, base: usize, line: &[u8]) -> Option<i64> {
        let Value::Object { base: meta } = arena.slots[base + self.slots.meta] else {
            return None;
        };
        let written = arena.slots[meta as usize + self.slots.version_id];
        let text = match written {
            Value::Number { start, end } => line.get(start as usize..end as usize)?,
            _ => arena.text_of(written, line)?,
        };
        number_of_version(text)
    }

    /// When the resource was last updated, in microseconds since 1970 UTC; wrong when what it says is no
    /// time. Without an offset it is local time of `zone`.
    #[inline]
    pub(super) fn updated(
        &self,
        arena: &Arena,
        base: usize,
        line: &[u8],
        zone: Option<Zone>,
    ) -> Result<Option<i64>, Wrong> {
        let meta = match arena.slots[base + self.slots.meta] {
            Value::Missing => return Ok(None),
            Value::Object { base } => base as usize,
            _ => return Err(Wrong),
        };
        let value = arena.slots[meta + self.slots.last_updated];
        if value == Value::Missing {
            return Ok(None);
        }
        let updated = arena
            .text_of(value, line)
            .and_then(Temporal::parse)
            .and_then(|updated| updated.micros_in(zone));
        updated.map(Some).ok_or(Wrong)
    }
}

/// The number that a version is known by; None where it has letters, or too many digits.
pub(super) fn number_of_version(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    let tag = text.strip_prefix(b"W/").unwrap_or(text);
    let quoted = tag
        .strip_prefix(b"\"")
        .and_then(|tag| tag.strip_suffix(b"\""));
    let digits = quoted.unwrap_or(tag);
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let number = std::str::from_utf8(digits).ok().filter(|_| is_number)?;
    number.parse().ok().filter(|number| *number < i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::number_of_version;

    #[test]
    fn versions_are_numbers_or_nothing() {
        for (text, expected) in [
            ("10", Some(10)),
            ("0", Some(0)),
            ("009", Some(9)),
            (" 3 ", Some(3)),
            ("W/\"3\"", Some(3)),
            ("\"4\"", Some(4)),
            ("636064088099800115", Some(636_064_088_099_800_115)),
            ("9223372036854775807", None),
            ("99999999999999999999", None),
            ("-1", None),
            ("1.0", None),
            ("v2", None),
            ("5ef5a6f2", None),
            ("", None),
        ] {
            assert_eq!(number_of_version(text.as_bytes()), expected, "{text}");
        }
    }
}
