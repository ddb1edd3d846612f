//! Hospital stays: each is an Encounter and a row.

use super::super::calendar::{DAILY, Day, EVEN, Moment, WINTER, WORKING, at, pick_day};
use super::super::conditions::{KINDS, at as condition};
use super::super::life::{Life, Meeting, any_hour, on};
use super::super::organisations::Kind;
use super::super::random::{Random, exp};
use super::super::record::*;
use super::super::world::World;
use super::diagnoses::{EMERGENCIES, PLANNED, Reason, group, procedure};
use super::emergency_department::{attend, attendance_rate};
use super::maternity::maternity;

const ADMISSION: Coding = coding("32485007", "Hospital admission");
const DISCHARGE_LETTER: Coding = coding("373942005", "Discharge summary");

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
pub fn happen(random: &mut Random, world: &World, life: &mut Life) {
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

/// The trust that somebody goes to on a day.
pub fn trust(random: &mut Random, world: &World, life: &Life, day: Day) -> usize {
    let place = match life.place(world, day) {
        // The valley has no hospital of its own.
        1 => [0, 2][usize::from(random.chance(0.4))],
        place => place,
    };
    world
        .organisations
        .pick(random, Kind::AcuteTrust, place, 0.94)
}

fn choose<'a>(random: &mut Random, life: &Life, reasons: &'a [Reason], day: Day) -> &'a Reason {
    let age_group = group(life.person.age(day));
    let weight = |reason: &Reason| match reason.needs {
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

/// A stay from a moment to a day, written as an Encounter and as a spell.
pub fn stay(
    random: &mut Random,
    world: &World,
    life: &mut Life,
    reason: &Reason,
    (provider, start, last): (usize, Moment, Day),
    admitted: [&'static str; 3],
    died: bool,
) {
    let first = on(start);
    let day_case = last == first;
    let end = match day_case {
        true => (start + 60 * i64::from(random.between(150, 400))).min(at(last, 1_439)),
        false => at(last, random.between(600, 1_200)),
    };
    let end = end.max(start);
    let old = life.person.age(first) > 79;
    let discharged = match random.below(100) {
        _ if died => ["4", "79"],
        0 | 1 => ["2", "19"],
        2..=9 if old => ["1", "54"],
        10 | 11 if old => ["1", "65"],
        12 => ["1", "51"],
        _ => ["1", "19"],
    };
    let encounter = life.meet(
        random,
        world,
        Meeting {
            setting: Setting::Inpatient,
            class: "IMP",
            kind: ADMISSION,
            start,
            end,
            reason: Some(reason.snomed),
            provider,
        },
    );
    if let Some(last) = life.encounters.last_mut() {
        (last.admission_method, last.admission_source) = (admitted[0], admitted[1]);
        (last.discharge_method, last.discharge_destination) = (discharged[0], discharged[1]);
    }
    let operated =
        (!reason.procedures.is_empty()).then(|| random.between(first, last.min(first + 2)));
    if let (Some(day), Some(opcs4)) = (operated, reason.procedures.first()) {
        let when = if day == first {
            start
        } else {
            at(day, random.between(500, 590))
        };
        let (id, updated) = (random.id(), world.updated(random, end));
        let (code, encounter) = (procedure(opcs4), Some(encounter));
        life.procedures.push(Event {
            id,
            code,
            extra: opcs4,
            quantity: 0,
            when,
            updated,
            encounter,
        });
    }
    if random.chance(0.55) {
        life.write_letter(random, world, DISCHARGE_LETTER, (encounter, end, provider));
    }
    let mut diagnoses = vec![reason.icd10.to_owned()];
    for onset in super::super::conditions::active(&life.conditions, first).take(5) {
        let code = KINDS[onset.kind].icd10;
        if !reason.icd10.starts_with(code) {
            diagnoses.push(written(random, code));
        }
    }
    let nights = (last - first) as u32;
    let number = life.next_row();
    life.spells.push(Spell {
        number,
        provider,
        days: (first, last),
        admitted,
        discharged,
        specialty: [reason.specialty, reason.specialty],
        diagnoses,
        procedures: reason.procedures.to_vec(),
        operated,
        hrg: reason.hrg,
        tariff: reason.tariff + 210 * nights.saturating_sub(3) + random.below(90),
        episodes: 1 + u32::from(nights > 1 && random.chance(0.3)) + nights / 14,
    });
}

/// The forms in which hospitals write the same ICD-10 code.
fn written(random: &mut Random, code: &str) -> String {
    match (code, random.below(4)) {
        ("I10" | "R54" | "F03", 0 | 1) => format!("{code}X"),
        ("I10" | "R54" | "F03", _) => code.to_owned(),
        (_, 0) => format!("{code}9"),
        (_, 1) => format!("{code}.9"),
        (_, 2) => format!("{code}.0"),
        _ => format!("{code}.9A"),
    }
}
