//! Community and mental health contacts.

use super::super::calendar::day_of;
use super::super::life::Life;
use super::super::names;
use super::super::record::TeamContact;
use super::super::world::World;
use super::CsvRow;

/// Columns of `community_contact` and `mental_health_contact` after the identity.
pub(crate) const CONTACT: &str = "provider_code,contact_id,referral_id,team_type,contact_datetime,\
     duration_minutes,consultation_medium,attended,care_professional_name";

/// Appends one row.
pub(crate) fn contact(out: &mut String, world: &World, life: &Life, contact: &TeamContact) {
    let mut row = CsvRow::begin(out, world, life, day_of(contact.when));
    row.code(&world.organisations.get(contact.provider).code);
    row.local("C", life, contact.number)
        .local("R", life, contact.referral)
        .code(contact.team);
    row.moment(contact.when)
        .number(contact.minutes)
        .code(contact.medium)
        .code(contact.attended);
    row.words(names::clinician(contact.clinician));
    row.end(world.extracted(contact.when));
}
