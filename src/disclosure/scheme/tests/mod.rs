mod bounds;
mod cell_key;
mod page;
mod published;
mod settings;
mod together;
mod words;

use super::*;

/// Every scheme, with settings where it needs them.
pub(crate) fn all() -> Vec<Scheme> {
    Scheme::names().map(named).collect()
}

/// The scheme of a name.
pub(super) fn named(name: &str) -> Scheme {
    let is_cell_key = name == "cell_key";
    Scheme::of(&SchemeSettings {
        name,
        key: is_cell_key.then_some(cell_key::KEY),
        perturbation_table: is_cell_key.then_some(cell_key::TABLE),
        ..SchemeSettings::default()
    })
    .unwrap()
}

/// A count of people.
pub(crate) fn people(count: u64) -> TrueNode {
    TrueNode {
        count: TrueCount::new(count),
        people: TrueCount::new(count),
        counted: CountOf::People,
        contributors: None,
        key: count.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        shown: true,
        stands: None,
        worth: 1.0,
    }
}

/// A count of rows of so many people.
pub(super) fn rows(count: u64, of: u64) -> TrueNode {
    TrueNode {
        people: TrueCount::new(of),
        counted: CountOf::Rows,
        ..people(count)
    }
}
