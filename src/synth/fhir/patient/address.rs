//! The addresses of a Patient: homes with their periods, and a few temporary and postal ones.

use super::super::super::person::{Home, SyntheticPerson};
use super::super::super::world::World;
use super::super::variety::one_in;
use super::super::*;

/// Appends `,"address":[…]`, the present home first.
pub(super) fn write(out: &mut String, world: &World, person: &SyntheticPerson) {
    out.push_str(",\"address\":[");
    let present = &person.homes[0];
    for (nth, home) in person.homes.iter().enumerate() {
        if nth > 0 {
            out.push(',');
        }
        // A home that was left is old, or still a home with an end: both are sent.
        let use_of = match nth > 0 && one_in(2, person.id, 5) {
            true => "old",
            false => "home",
        };
        let _ = write!(out, "{{\"use\":\"{use_of}\"");
        place(out, world, home, (home.since, home.until));
    }
    if one_in(60, person.id, 6) {
        // Staying elsewhere beyond the day of the record.
        out.push_str(",{\"use\":\"temp\"");
        place(out, world, present, (world.to - 40, Some(world.to + 50)));
    }
    if one_in(80, person.id, 7) {
        out.push_str(",{\"use\":\"home\",\"type\":\"postal\"");
        place(out, world, present, (present.since, None));
    }
    out.push(']');
}

fn place(out: &mut String, world: &World, home: &Home, (since, until): (i32, Option<i32>)) {
    let lsoa = &world.geography.lsoas[home.lsoa];
    let towns = world.geography.place(home.lsoa).towns;
    out.push_str(",\"line\":[");
    text(out, &home.street);
    out.push(']');
    field(out, "city", towns[home.postcode % towns.len()]);
    field(out, "postalCode", &lsoa.postcodes[home.postcode]);
    period(out, "period", since, until);
    out.push('}');
}
