//! Births.

use super::super::life::{Life, any_hour};
use super::super::random::Random;
use super::super::record::*;
use super::super::world::World;
use super::diagnoses::ContactReason;
use super::provider::trust;
use super::stay::stay;

const DELIVERY: ContactReason = ContactReason {
    icd10: "O80X",
    snomed: coding("177184002", "Normal delivery procedure"),
    weight: [1.0; 6],
    needs: None,
    nights: 1.4,
    specialty: "501",
    procedures: &["R24.9"],
    hrg: "NZ30C",
    tariff: 2_350,
};
const NEWBORN: ContactReason = ContactReason {
    icd10: "Z38.0",
    snomed: coding("442423001", "Liveborn born in hospital"),
    specialty: "424",
    procedures: &[],
    hrg: "PB03Z",
    tariff: 690,
    ..DELIVERY
};

/// A stay of the mother, and one of the baby when the person was born in the period.
pub(crate) fn maternity(random: &mut Random, world: &World, life: &mut Life) {
    let (first, last) = life.window;
    let years = life.person.age(first);
    let rate = match years {
        16..=19 => 0.015,
        20..=24 => 0.05,
        25..=34 => 0.095,
        35..=39 => 0.055,
        40..=44 => 0.012,
        _ => 0.0,
    };
    let mother = life.person.female && random.chance((rate * life.years()).min(0.5));
    let born = life.person.birth >= world.from && life.person.birth == first;
    if !(mother || born) || last - first < 3 {
        return;
    }
    let day = if born {
        first
    } else {
        random.between(first, last - 2)
    };
    let reason = if born { &NEWBORN } else { &DELIVERY };
    let provider = trust(random, world, life, day);
    let nights = random.poisson(reason.nights) as i32;
    let start = any_hour(random, day);
    let admitted = if born {
        ["82", "79", "1"]
    } else {
        ["31", "19", "1"]
    };
    let stay_until = (day + nights).min(last);
    stay(
        random,
        world,
        life,
        reason,
        (provider, start, stay_until),
        admitted,
        false,
    );
}
