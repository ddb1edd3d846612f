//! From when somebody in hospital no longer met the criteria to reside.

use super::super::life::Life;
use super::super::random::{Random, Stream};
use super::super::record::Spell;
use super::super::world::World;

/// Destinations for which somebody else has to have a bed or a package of care.
const ARRANGED: [&str; 3] = ["51", "54", "65"];

/// How likely it is that a person waits for something after being ready to leave.
fn chance_of_delay(age: i32, destination: &str) -> f64 {
    let by_age = match age {
        ..=64 => 0.06,
        65..=79 => 0.16,
        _ => 0.30,
    };
    by_age
        + if ARRANGED.contains(&destination) {
            0.45
        } else {
            0.0
        }
}

/// Notes the discharge-ready date of the stays of a night or more that ended alive. Wards note it
/// of most.
///
/// The numbers come from a stream of their own, so that the rest of the record is the same
/// without them.
pub(crate) fn note(world: &World, life: &mut Life) {
    let index = life.person.index;
    let mut random = Random::new(world.seed, Stream::DischargeReadiness(index));
    for nth in 0..life.spells.len() {
        let Spell {
            days: (first, last),
            discharged: [method, destination],
            ..
        } = life.spells[nth];
        let (noted, waited) = (random.chance(0.88), random.unit());
        let mean = 2.5 * random.propensity(0.9);
        let days = 1 + random.poisson(mean) as i32;
        if last == first || method == "4" || !noted {
            continue;
        }
        let delay = match waited < chance_of_delay(life.person.age(last), destination) {
            true => days.min(last - first),
            false => 0,
        };
        life.spells[nth].ready = Some(last - delay);
    }
}
