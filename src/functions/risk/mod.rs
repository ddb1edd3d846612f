//! Who is at risk for how long, what becomes of them, and what of that could be avoided.

mod attributable_events;
mod attributable_fraction;
mod cumulative_incidence;
mod incidence_curve;
mod person_years;
mod years_of_life_lost;

use super::Section;

/// Time at risk, incidence and burden.
pub(super) fn section() -> Section {
    Section {
        title: "Risk and burden",
        functions: vec![
            person_years::function(),
            cumulative_incidence::function(),
            years_of_life_lost::function(),
            attributable_fraction::function(),
            attributable_events::function(),
        ],
    }
}
