//! Pharmacy, dental, optometry and hospice contacts.

use super::super::calendar::day_of;
use super::super::life::Life;
use super::super::record::LocalContact;
use super::super::world::World;
use super::CsvRow;

/// Columns of `pharmacy_contact` after the identity.
pub(crate) const PHARMACY: &str =
    "provider_code,contact_id,contact_datetime,service,outcome,advice_note";
/// Columns of `dental_contact` after the identity.
pub(crate) const DENTAL: &str =
    "provider_code,contact_id,contact_date,treatment_band,urgent,units,note";
/// Columns of `optometry_contact` after the identity.
pub(crate) const OPTOMETRY: &str =
    "provider_code,contact_id,contact_date,sight_test_type,outcome,note";
/// Columns of `hospice_contact` after the identity.
pub(crate) const HOSPICE: &str = "provider_code,contact_id,contact_datetime,contact_type,\
     place_of_care,preferred_place_of_death,note";

/// Appends one row: `timed` says whether it has a time of day, `codes` how many codes it has.
pub(crate) fn contact(
    out: &mut String,
    world: &World,
    life: &Life,
    contact: &LocalContact,
    (timed, codes): (bool, usize),
) {
    let mut row = CsvRow::begin(out, world, life, day_of(contact.when));
    row.code(&world.organisations.get(contact.provider).code);
    row.local("L", life, contact.number);
    match timed {
        true => row.moment(contact.when),
        false => row.date(Some(day_of(contact.when))),
    };
    for code in &contact.codes[..codes] {
        row.code(code);
    }
    row.words(contact.note);
    row.end(world.extracted(contact.when));
}
