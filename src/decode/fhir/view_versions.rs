//! The versions of FHIR that views are for, and what other versions have.

use super::versioned_elements::TYPES;

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

    /// The versions of these and of another view of the same resource type.
    pub(super) fn and(self, other: ViewVersions) -> Self {
        match self == other {
            true => self,
            false if [self, other].contains(&ViewVersions::Unknown) => ViewVersions::Unknown,
            false => ViewVersions::Both,
        }
    }

    /// The elements of a resource type that none of these versions has.
    pub(super) fn lacks(self, resource: &str) -> impl Iterator<Item = &'static str> + use<> {
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
    pub(super) fn strange_profiles(self) -> &'static [&'static str] {
        match self {
            ViewVersions::Stu3 => &R4_PROFILES,
            ViewVersions::R4 => &STU3_PROFILES,
            ViewVersions::Both | ViewVersions::Unknown => &[],
        }
    }
}
