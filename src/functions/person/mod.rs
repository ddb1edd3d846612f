//! People and time.

mod age_at;
mod age_band;
mod average_people;
mod bands;
mod bed_days_plus1;
pub(super) mod days;
mod days_between;
mod midnights;
mod nhs_number_valid;
pub(super) mod overlap;
mod overlap_days;
mod spell_number;
mod stay;

pub(crate) use average_people::AVERAGE_PEOPLE;

use super::Section;

/// Ages, dates, stays and spells.
pub(super) fn section() -> Section {
    Section {
        title: "Time and person",
        functions: vec![
            age_at::function(),
            age_band::function(),
            average_people::function(),
            days_between::function(),
            midnights::function(),
            bed_days_plus1::function(),
            overlap_days::function(),
            spell_number::function(),
            nhs_number_valid::function(),
        ],
    }
}
