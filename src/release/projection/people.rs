//! The projected people of one area.

use std::collections::BTreeMap;

/// People by age group.
pub(super) type PeopleByAge = BTreeMap<String, f64>;

/// The projected people of an area, by variant and year.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ProjectedPeople {
    /// The variants of the projection, the likeliest first.
    pub variants: Vec<String>,
    /// By variant and year; a year that a variant lacks is absent.
    pub people: BTreeMap<(String, i32), PeopleByAge>,
    /// Local authorities of the area of which there is no projection.
    pub without: Vec<String>,
}

impl ProjectedPeople {
    /// The years of any variant, in order.
    pub(super) fn years(&self) -> Vec<i32> {
        let mut years: Vec<i32> = self.people.keys().map(|(_, year)| *year).collect();
        years.sort_unstable();
        years.dedup();
        years
    }
}
