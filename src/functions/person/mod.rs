//! People and time.

mod age_at;
mod age_band;
mod days_between;

use super::Section;

/// Ages, dates and stays.
pub(super) fn section() -> Section {
    Section {
        title: "Time and person",
        functions: vec![
            age_at::function(),
            age_band::function(),
            days_between::function(),
        ],
    }
}
