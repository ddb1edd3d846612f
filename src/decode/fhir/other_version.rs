//! Resources of another version of FHIR than their views are for: what they say stands elsewhere, so that
//! columns would stay empty, and a vaccine that was not given (`notGiven` in STU3) would count as given.
//!
//! A view says in `fhirVersion` which versions it is for. A resource is of another one when it holds an
//! element that none of these has, or follows a profile of another one.

use super::arena::{Arena, Value};
use super::shape::Sketch;
use super::versioned_elements::SINCE_R5;
use super::view::View;
use super::view_versions::ViewVersions;
use memchr::memmem;
use std::sync::Arc;

/// Whether a resource type came with R5, or was in one of its drafts.
pub(super) fn is_later_type(name: &str) -> bool {
    SINCE_R5.contains(&name)
}

/// Where a resource of one type shows that it is of another version.
#[derive(Debug)]
pub(super) struct OtherVersion {
    /// Elements that the versions of the views do not have.
    elements: Vec<&'static str>,
    slots: Vec<usize>,
    meta: usize,
    profile: usize,
    /// What the addresses of profiles of other versions hold. Each line names a profile, so that to make
    /// these anew for each would take a thirtieth of a pull.
    strange_profiles: Vec<memmem::Finder<'static>>,
}

impl OtherVersion {
    /// Selects what shows it, but for elements that a view selects: these are not lost. The slots are not
    /// known yet.
    pub(super) fn select(
        sketch: &mut Sketch,
        resource: &str,
        views: &[(usize, &Arc<View>)],
    ) -> OtherVersion {
        let versions = views.iter().map(|(_, view)| view.versions);
        let versions = versions.reduce(ViewVersions::and);
        let versions = versions.unwrap_or(ViewVersions::Unknown);
        let lacks = versions.lacks(resource);
        let elements: Vec<_> = lacks
            .filter(|name| sketch.slot(Sketch::ROOT, name).is_none())
            .collect();
        for name in &elements {
            sketch.child(Sketch::ROOT, name);
        }
        let strange = versions.strange_profiles();
        if !strange.is_empty() {
            let meta = sketch.child(Sketch::ROOT, "meta");
            sketch.child(meta, "profile");
        }
        OtherVersion {
            elements,
            slots: Vec::new(),
            meta: 0,
            profile: 0,
            strange_profiles: strange.iter().map(memmem::Finder::new).collect(),
        }
    }

    /// The same with the slots of a sketch to which nothing is added any more.
    pub(super) fn with_slots(mut self, sketch: &Sketch) -> OtherVersion {
        let slot = |place, name: &str| sketch.slot(place, name).map_or(0, usize::from);
        let slots = self.elements.iter();
        self.slots = slots.map(|name| slot(Sketch::ROOT, name)).collect();
        self.meta = slot(Sketch::ROOT, "meta");
        self.profile = slot(sketch.find_child(Sketch::ROOT, "meta"), "profile");
        self
    }

    /// Whether the resource whose members are at `base` is of another version.
    pub(super) fn is_of(&self, arena: &Arena, base: usize, line: &[u8]) -> bool {
        let is_written = |slot: &usize| {
            let value = arena.slots[base + slot];
            !matches!(value, Value::Missing | Value::Many { length: 0, .. })
        };
        self.slots.iter().any(is_written) || self.follows_other(arena, base, line)
    }

    /// Whether one of the resource's profiles is of another version.
    fn follows_other(&self, arena: &Arena, base: usize, line: &[u8]) -> bool {
        if self.strange_profiles.is_empty() {
            return false;
        }
        let Value::Object { base: meta } = arena.slots[base + self.meta] else {
            return false;
        };
        let own = meta as usize + self.profile;
        let profiles = match arena.slots[own] {
            Value::Many { start, length } => start as usize..(start + length) as usize,
            _ => own..own + 1,
        };
        arena.slots[profiles].iter().any(|profile| {
            let address = arena.text_of(*profile, line).unwrap_or_default();
            let mut parts = self.strange_profiles.iter();
            parts.any(|part| part.find(address).is_some())
        })
    }
}
