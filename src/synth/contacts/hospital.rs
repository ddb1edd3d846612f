//! Hospital stays: each is an Encounter and a row.

use super::super::calendar::{DAILY, Day, EVEN, WINTER, WORKING, at, pick_day};
use super::super::conditions::at as condition;
use super::super::life::{Life, any_hour, on};
use super::super::random::{Random, exp};
use super::super::world::World;
use super::diagnoses::{ContactReason, EMERGENCIES, PLANNED, group};
use super::emergency_department::{attend, attendance_rate};
use super::maternity::maternity;
use super::provider::trust;
use super::stay::stay;

fn emergency_rate(years: i32) -> f64 {
    match years {
        0 => 0.20,
        1..=4 => 0.07,
        5..=17 => 0.03,
        18..=44 => 0.033,
        45..=64 => 0.043,
        65..=74 => 0.075,
        75..=84 => 0.15,
        _ => 0.29,
    }
}

fn planned_rate(years: i32) -> f64 {
    match years {
        ..=17 => 0.022,
        18..=44 => 0.04,
        45..=64 => 0.095,
        65..=79 => 0.17,
        _ => 0.16,
    }
}

/// Every hospital stay and emergency attendance of a life.
pub(crate) fn happen(random: &mut Random, world: &World, life: &mut Life) {
    let middle = (life.window.0 + life.window.1) / 2;
    let years = life.person.age(middle);
    let depth = 5.5 - f64::from(life.decile(world, middle));
    let burden = life.burden(middle) as f64;
    let use_of = life.person.propensity * life.years();
    let frail = if life.has(condition::FRAILTY, middle) {
        1.6
    } else {
        1.0
    };
    let ill = (1.0 + 0.36 * burden) * frail;

    let mean = emergency_rate(years) * exp(0.075 * depth) * ill * use_of;
    for _ in 0..random.poisson(mean) {
        let day = pick_day(random, life.window, &WINTER, &DAILY);
        emergency(random, world, life, day, None);
    }
    if let Some(death) = life.person.death.filter(|_| random.chance(0.43)) {
        let nights = random.poisson(7.0) as i32;
        let day = (death - nights).max(life.window.0);
        emergency(random, world, life, day, Some(death));
    }
    let mean = attendance_rate(years) * exp(0.085 * depth) * (0.9 + 0.13 * burden) * use_of;
    for _ in 0..random.poisson(mean) {
        let day = pick_day(random, life.window, &EVEN, &DAILY);
        let start = any_hour(random, day);
        attend(random, world, life, start, None);
    }
    let mean = planned_rate(years) * (1.15 + 0.36 * burden) * use_of;
    for _ in 0..random.poisson(mean) {
        planned(random, world, life);
    }
    maternity(random, world, life);
}

fn choose<'a>(
    random: &mut Random,
    life: &Life,
    reasons: &'a [ContactReason],
    day: Day,
) -> &'a ContactReason {
    let age_group = group(life.person.age(day));
    let weight = |reason: &ContactReason| match reason.needs {
        Some(kind) if !life.has(kind, day) => 0.0,
        _ if reason.icd10 == "N40X" && life.person.female => 0.0,
        _ => reason.weight[age_group],
    };
    &reasons[random.weighted(reasons, weight)]
}

fn emergency(random: &mut Random, world: &World, life: &mut Life, day: Day, death: Option<Day>) {
    let reason = choose(random, life, &EMERGENCIES, day);
    let provider = trust(random, world, life, day);
    let through_department = random.chance(0.76);
    let mut start = any_hour(random, day);
    if through_department {
        start = attend(random, world, life, start, Some((reason, provider)));
    }
    let method = match random.below(10) {
        _ if through_department => "21",
        0..=5 => "22",
        6 => "23",
        7 => "24",
        _ => "28",
    };
    let old = if life.person.age(day) > 74 { 1.35 } else { 0.8 };
    let nights = match death {
        Some(death) => death - day,
        None if random.chance(0.3) => 0,
        None => {
            let mean = reason.nights * old * random.propensity(0.7) * 1.25;
            random.poisson(mean.min(90.0)) as i32
        }
    };
    let admitted = [method, source(random, life, day), "1"];
    let last = (on(start) + nights)
        .min(life.window.1.max(death.unwrap_or(0)))
        .max(on(start));
    stay(
        random,
        world,
        life,
        reason,
        (provider, start, last),
        admitted,
        death.is_some(),
    );
}

fn planned(random: &mut Random, world: &World, life: &mut Life) {
    let day = pick_day(random, life.window, &EVEN, &WORKING);
    let reason = choose(random, life, &PLANNED, day);
    let provider = trust(random, world, life, day);
    let method = ["11", "11", "12", "13"][random.below(4) as usize];
    let nights = random.poisson(reason.nights) as i32;
    let class = match reason.icd10 {
        "N18.5" => "3",
        _ if nights == 0 => "2",
        _ => "1",
    };
    let start = at(day, random.between(420, 780));
    let last = (day + nights).min(life.window.1);
    stay(
        random,
        world,
        life,
        reason,
        (provider, start, last),
        [method, "19", class],
        false,
    );
}

fn source(random: &mut Random, life: &Life, day: Day) -> &'static str {
    let frail = life.has_either(condition::FRAILTY, condition::DEMENTIA, day);
    match random.below(20) {
        0..=3 if frail => "54",
        0 => "51",
        _ => "19",
    }
}
