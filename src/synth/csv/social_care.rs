//! Adult social care client-level data.

use super::super::calendar::at;
use super::super::life::Life;
use super::super::record::SocialEvent;
use super::super::world::World;
use super::CsvRow;

/// Columns of `social_care_event` after the identity.
pub(crate) const EVENT: &str = "council_code,la_person_id,event_id,client_type,primary_support_reason,\
     event_type,service_type,service_component,delivery_mechanism,event_start_date,\
     event_end_date,event_outcome,weekly_cost,free_text_note";

const NOTES: [&str; 3] = [
    "Neighbour holds key, ring twice",
    "Wife is main carer, tired",
    "prefers morning calls",
];

/// Appends one row of `social_care_event`.
pub(crate) fn event(out: &mut String, world: &World, life: &Life, event: &SocialEvent) {
    let mut row = CsvRow::begin(out, world, life, event.days.0);
    row.code(&world.organisations.get(event.council).code);
    row.number(format_args!("LA{:08}", life.person.index))
        .local("E", life, event.number);
    row.code("Service User").words(event.reason);
    for code in event.kind {
        row.words(code);
    }
    row.date(Some(event.days.0))
        .date(event.days.1)
        .words(event.outcome);
    match event.weekly_cost {
        Some(cost) => row.number(format_args!("{cost}.00")),
        None => row.code(""),
    };
    row.words(match event.number % 7 {
        note @ 0..=2 => NOTES[note as usize],
        _ => "",
    });
    row.end(world.extracted(at(event.days.1.unwrap_or(event.days.0), 1_439)));
}
