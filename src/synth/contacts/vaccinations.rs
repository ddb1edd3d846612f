//! Vaccinations: of the season, of older people and of children.

use super::super::calendar::{AUTUMN, Day, EVEN, WORKING, pick_day};
use super::super::life::{Life, in_hours};
use super::super::random::Random;
use super::super::record::*;
use super::super::world::World;
use super::provider::practice;

const FLU: Coding = coding("1239861000000100", "Seasonal influenza vaccination");
const COVID: Coding = coding("1324681000000101", "SARS-CoV-2 vaccination");
const SHINGLES: Coding = coding("722215002", "Herpes zoster vaccination");
const PNEUMOCOCCAL: Coding = coding("12866006", "Pneumococcal vaccination");
/// Childhood vaccinations and the age in days at which each is due.
const CHILDHOOD: [(Coding, i32); 5] = [
    (
        coding("1082441000000108", "First hexavalent vaccination"),
        58,
    ),
    (
        coding("1082451000000106", "Second hexavalent vaccination"),
        88,
    ),
    (
        coding("1082461000000109", "Third hexavalent vaccination"),
        118,
    ),
    (
        coding("38598009", "Measles, mumps and rubella vaccination"),
        372,
    ),
    (
        coding("170433008", "Second measles, mumps and rubella vaccination"),
        1_235,
    ),
];

/// Everything that was given.
pub(crate) fn vaccinations(random: &mut Random, world: &World, life: &mut Life) {
    let (first, last) = life.window;
    let depth = 5.5 - f64::from(life.decile(world, first));
    let keen = 1.0 - 0.035 * depth;
    let mut given: Vec<(Coding, Day)> = Vec::new();
    let mut season = first;
    while season + 100 <= last {
        let years = life.person.age(season);
        let burden = life.burden(season);
        let flu = match years {
            65.. => 0.76,
            2..=15 => 0.42,
            _ if burden > 0 => 0.43,
            _ => 0.03,
        };
        let within = (season, (season + 364).min(last));
        if random.chance(flu * keen) {
            given.push((FLU, pick_day(random, within, &AUTUMN, &WORKING)));
        }
        if years >= 75 && random.chance(0.6 * keen) {
            given.push((COVID, pick_day(random, within, &AUTUMN, &WORKING)));
        }
        if (65..80).contains(&years) && random.chance(0.06 * keen) {
            let code = if random.chance(0.5) {
                SHINGLES
            } else {
                PNEUMOCOCCAL
            };
            given.push((code, pick_day(random, within, &EVEN, &WORKING)));
        }
        season += 365;
    }
    for (code, due) in CHILDHOOD {
        let day = life.person.birth + due + random.between(0, 25);
        if day >= first && day <= last && random.chance(0.91 * keen) {
            given.push((code, day));
        }
    }
    for (code, day) in given {
        if practice(world, life, day).is_none() {
            continue;
        }
        let when = in_hours(random, day);
        let (id, updated) = (random.id(), world.updated(random, when));
        let encounter = None;
        let event = Event {
            id,
            code,
            extra: "",
            quantity: 0,
            when,
            updated,
            encounter,
        };
        life.vaccinations.push(event);
    }
}
