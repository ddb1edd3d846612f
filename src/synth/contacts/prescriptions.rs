//! Medicines that practices prescribe, once or again and again.

use super::super::calendar::Moment;
use super::super::conditions::KINDS;
use super::super::life::{Life, in_hours};
use super::super::random::Random;
use super::super::record::*;
use super::super::world::World;
use super::provider::practice;

/// Medicines for what passes: directions and quantity.
pub(crate) const ACUTE_MEDICINES: [(Coding, &str, u32); 5] = [
    (
        coding("323510009", "Amoxicillin 500mg capsules"),
        "One capsule three times a day",
        15,
    ),
    (
        coding("324252006", "Nitrofurantoin 50mg capsules"),
        "One capsule four times a day",
        12,
    ),
    (
        coding("322280009", "Co-codamol 8mg/500mg tablets"),
        "Two tablets when needed",
        60,
    ),
    (
        coding("317291008", "Omeprazole 20mg capsules"),
        "One capsule daily",
        28,
    ),
    (
        coding("332965001", "Hydrocortisone 1% cream"),
        "Apply thinly twice a day",
        15,
    ),
];

/// One prescription; `extra` are its directions.
pub(crate) fn prescribe(
    random: &mut Random,
    world: &World,
    life: &mut Life,
    (code, extra, quantity): (Coding, &'static str, u32),
    (when, encounter): (Moment, Option<u128>),
) {
    let (id, updated) = (random.id(), world.updated(random, when));
    life.prescriptions.push(Event {
        id,
        code,
        extra,
        quantity,
        when,
        updated,
        encounter,
    });
}

/// The medicines of long-term conditions, for some of those who have them.
pub(crate) fn repeat_prescriptions(random: &mut Random, world: &World, life: &mut Life) {
    for onset in life.conditions.clone() {
        for medicine in KINDS[onset.kind].medicines {
            if !random.chance(0.52) {
                continue;
            }
            let interval = if medicine.quantity <= 28 { 56 } else { 70 };
            let first = onset.day.max(life.window.0) + random.between(0, interval);
            let last = onset.ended.unwrap_or(life.window.1).min(life.window.1);
            let mut day = first;
            while day <= last {
                if practice(world, life, day).is_some() {
                    let code = coding(medicine.code, medicine.name);
                    let what = (code, medicine.directions, medicine.quantity);
                    let when = in_hours(random, day);
                    prescribe(random, world, life, what, (when, None));
                }
                day += interval + random.between(-4, 9);
            }
        }
    }
}
