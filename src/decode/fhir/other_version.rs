//! Resources of another version of FHIR than their views are for: what they say stands elsewhere, so that
//! columns would stay empty, and a vaccine that was not given (`notGiven` in STU3) would count as given.
//!
//! A view says in `fhirVersion` which versions it is for. A resource is of another one when it holds an
//! element that none of these has, or follows a profile of another one.

use super::arena::{Arena, Value};
use super::shape::Sketch;
use super::versioned_elements::{SINCE_R5, TYPES};
use super::view::View;
use memchr::memmem;
use std::sync::Arc;

/// What the addresses of profiles of STU3 hold.
const STU3_PROFILES: [&str; 2] = ["/STU3/", "//hl7.org/fhir/3.0/"];
/// The same of R4; UK Core has no other.
const R4_PROFILES: [&str; 3] = ["/R4/", "/UKCore-", "//hl7.org/fhir/4.0/"];

/// The versions that views are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ViewVersions {
    Stu3,
    R4,
    Both,
    /// Nothing is said, or a later version, whose views are nobody's here.
    Unknown,
}

impl ViewVersions {
    /// The versions of a view's `fhirVersion`.
    pub(super) fn of(versions: &[String]) -> Self {
        let any = |start: &str| versions.iter().any(|version| version.starts_with(start));
        let other = |version: &String| !version.starts_with("3.") && !version.starts_with("4.");
        match (any("3."), any("4.")) {
            _ if versions.iter().any(other) => ViewVersions::Unknown,
            (true, true) => ViewVersions::Both,
            (true, false) => ViewVersions::Stu3,
            (false, true) => ViewVersions::R4,
            (false, false) => ViewVersions::Unknown,
        }
    }

    /// The versions of several views of one resource type.
    fn together(views: &[(usize, &Arc<View>)]) -> Self {
        let mut versions = views.iter().map(|(_, view)| view.versions);
        let first = versions.next().unwrap_or(ViewVersions::Unknown);
        versions.fold(first, |known, own| match known == own {
            true => known,
            false if [known, own].contains(&ViewVersions::Unknown) => ViewVersions::Unknown,
            false => ViewVersions::Both,
        })
    }

    /// The elements of a resource type that none of these versions has.
    fn lacks(self, resource: &str) -> impl Iterator<Item = &'static str> + use<> {
        let of_type = TYPES.iter().find(|elements| elements.resource == resource);
        let lists = of_type.map(|elements| match self {
            ViewVersions::Stu3 => [elements.since_r4, elements.since_r5],
            ViewVersions::R4 => [elements.stu3, elements.since_r5],
            ViewVersions::Both => ["", elements.since_r5],
            ViewVersions::Unknown => ["", ""],
        });
        lists.into_iter().flatten().flat_map(str::split_whitespace)
    }

    /// What the addresses of profiles of other versions hold.
    fn strange_profiles(self) -> &'static [&'static str] {
        match self {
            ViewVersions::Stu3 => &R4_PROFILES,
            ViewVersions::R4 => &STU3_PROFILES,
            ViewVersions::Both | ViewVersions::Unknown => &[],
        }
    }
}

/// Whether a resource type came with R5, or was in one of its drafts.
pub(super) fn is_later_type(name: &str) -> bool {
    SINCE_R5.contains(&name)
}

/// Where a resource of one type shows that it is of another version.
#[derive(Debug)]
pub(super) struct OtherVersion {
    versions: ViewVersions,
    /// Elements that the versions of the views do not have.
    elements: Vec<&'static str>,
    slots: Vec<usize>,
    meta: usize,
    profile: usize,
}

impl OtherVersion {
    /// Selects what shows it, but for elements that a view selects: these are not lost. The slots are not
    /// known yet.
    pub(super) fn select(
        sketch: &mut Sketch,
        resource: &str,
        views: &[(usize, &Arc<View>)],
    ) -> OtherVersion {
        let versions = ViewVersions::together(views);
        let lacks = versions.lacks(resource);
        let elements: Vec<_> = lacks
            .filter(|name| sketch.slot(Sketch::ROOT, name).is_none())
            .collect();
        for name in &elements {
            sketch.child(Sketch::ROOT, name);
        }
        if !versions.strange_profiles().is_empty() {
            let meta = sketch.child(Sketch::ROOT, "meta");
            sketch.child(meta, "profile");
        }
        OtherVersion {
            versions,
            elements,
            slots: Vec::new(),
            meta: 0,
            profile: 0,
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
        let strange = self.versions.strange_profiles();
        let Value::Object { base: meta } = arena.slots[base + self.meta] else {
            return false;
        };
        if strange.is_empty() {
            return false;
        }
        let own = meta as usize + self.profile;
        let profiles = match arena.slots[own] {
            Value::Many { start, length } => start as usize..(start + length) as usize,
            _ => own..own + 1,
        };
        arena.slots[profiles].iter().any(|profile| {
            let address = arena.text_of(*profile, line).unwrap_or_default();
            let holds = |part: &&str| memmem::find(address, part.as_bytes()).is_some();
            strange.iter().any(|part| holds(&part))
        })
    }
}
