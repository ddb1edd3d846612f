//! General practice: registrations, consultations, reviews and measurements.

use super::super::calendar::{EVEN, Moment, WINTER, WORKING, at, pick_day};
use super::super::conditions::{self, at as condition};
use super::super::life::{Life, Meeting, clinician, in_hours, on, reason_of};
use super::super::random::{Random, exp};
use super::super::record::*;
use super::super::world::World;
use super::measures::{self, BLOODS, LIPIDS, find};
use super::prescriptions::{ACUTE_MEDICINES, prescribe, repeat_prescriptions};
use super::problems::{flags_and_goals, problems};
use super::provider::practice;
use super::vaccinations::vaccinations;

const CONSULTATIONS: [(Coding, &str, f64); 4] = [
    (coding("11429006", "Consultation"), "AMB", 0.62),
    (coding("185317003", "Telephone encounter"), "VR", 0.28),
    (coding("439708006", "Home visit"), "HH", 0.03),
    (
        coding("270427003", "Patient-initiated encounter"),
        "AMB",
        0.07,
    ),
];
const REVIEW: Coding = coding("185349003", "Encounter for check up");

/// Everyday reasons, whether they follow the winter, and their weight.
const REASONS: [(Coding, bool, f64); 18] = [
    (coding("49727002", "Cough"), true, 9.0),
    (coding("54150009", "Upper respiratory infection"), true, 8.0),
    (coding("162397003", "Pain in throat"), true, 4.0),
    (coding("65363002", "Otitis media"), true, 2.5),
    (
        coding("68566005", "Urinary tract infectious disease"),
        false,
        5.0,
    ),
    (coding("161891005", "Backache"), false, 8.0),
    (coding("30989003", "Knee pain"), false, 5.0),
    (coding("271807003", "Eruption of skin"), false, 6.0),
    (coding("21522001", "Abdominal pain"), false, 5.0),
    (coding("25064002", "Headache"), false, 4.0),
    (coding("84229001", "Fatigue"), false, 5.0),
    (coding("48694002", "Anxiety"), false, 5.0),
    (coding("182836005", "Review of medication"), false, 12.0),
    (coding("404640003", "Dizziness"), false, 3.0),
    (coding("14760008", "Constipation"), false, 2.0),
    (coding("267036007", "Dyspnoea"), true, 3.0),
    (coding("128477000", "Abscess"), false, 1.0),
    (coding("45326000", "Shoulder pain"), false, 4.0),
];

/// Consultations a year at an age, before conditions are counted.
fn base_rate(years: i32, female: bool) -> f64 {
    match years {
        ..=4 => 4.8,
        5..=15 => 2.1,
        16..=44 if female => 4.3,
        16..=44 => 2.2,
        45..=64 if female => 4.3,
        45..=64 => 3.2,
        65..=74 => 4.6,
        75..=84 => 5.6,
        _ => 6.4,
    }
}

/// Everything the person's practices record.
pub(crate) fn happen(random: &mut Random, world: &World, life: &mut Life) {
    register(random, world, life);
    let middle = (life.window.0 + life.window.1) / 2;
    let depth = 5.5 - f64::from(life.decile(world, middle));
    let burden = life.burden(middle) as f64;
    let rate = 1.05 * base_rate(life.person.age(middle), life.person.female) + 1.1 * burden;
    let mean = rate * exp(0.035 * depth) * life.person.propensity * life.years();
    for _ in 0..random.poisson(mean) {
        consult(random, world, life);
    }
    reviews(random, world, life);
    problems(random, world, life);
    repeat_prescriptions(random, world, life);
    vaccinations(random, world, life);
    flags_and_goals(random, world, life);
}

fn register(random: &mut Random, world: &World, life: &mut Life) {
    for registration in life.person.registrations.clone() {
        if !Life::connected(world, registration.practice) {
            continue;
        }
        let last = registration
            .until
            .unwrap_or(registration.since)
            .max(registration.since);
        life.episodes.push(CareSpan {
            id: registration.id,
            code: coding("gp_registration", "Registration with a general practice"),
            since: registration.since,
            until: registration.until,
            updated: world.updated(random, at(last, 1_000)),
            organisation: registration.practice,
        });
    }
}

fn consult(random: &mut Random, world: &World, life: &mut Life) {
    let reason = &REASONS[random.weighted(&REASONS, |r| r.2)];
    let season = if reason.1 { &WINTER } else { &EVEN };
    let day = pick_day(random, life.window, season, &WORKING);
    let Some(provider) = practice(world, life, day) else {
        return;
    };
    let kind = &CONSULTATIONS[random.weighted(&CONSULTATIONS, |k| k.2)];
    let start = in_hours(random, day);
    let end = start + 60 * i64::from(random.between(4, 22));
    let active: Vec<_> = conditions::active(&life.conditions, day).copied().collect();
    let code = match active.is_empty() {
        false if random.chance(0.4) => reason_of(random.pick(&active)),
        _ => reason.0,
    };
    let encounter = life.meet(
        random,
        world,
        Meeting {
            setting: CareSetting::GeneralPractice,
            class: kind.1,
            kind: kind.0,
            start,
            end,
            reason: Some(code),
            provider,
        },
    );
    if kind.1 != "VR" {
        let years = life.person.age(day);
        let chances: &[(usize, f64)] = match years {
            ..=4 => &[(measures::WEIGHT, 0.4), (measures::TEMPERATURE, 0.45)],
            5..=15 => &[(measures::WEIGHT, 0.2), (measures::TEMPERATURE, 0.3)],
            _ => &[
                (measures::PRESSURE, 0.38),
                (measures::PULSE, 0.25),
                (measures::WEIGHT, 0.2),
                (measures::BODY_MASS, 0.16),
                (measures::OXYGEN, 0.14),
                (measures::TEMPERATURE, 0.12),
                (measures::SMOKING, 0.16),
                (measures::ALCOHOL, 0.07),
            ],
        };
        for (measure, chance) in chances {
            if random.chance(*chance) {
                observe(random, world, life, *measure, start, encounter);
            }
        }
    }
    if life.person.age(day) > 17 && random.chance(0.10) {
        bloods(random, world, life, start, encounter);
    }
    if random.chance(0.16) {
        let medicine = random.pick(&ACUTE_MEDICINES);
        let code = medicine.0;
        prescribe(
            random,
            world,
            life,
            (code, medicine.1, medicine.2),
            (start, Some(encounter)),
        );
    }
    if random.chance(0.2) {
        book(random, world, life, start, "fulfilled");
    }
    if random.chance(0.03) {
        let other = pick_day(random, life.window, &EVEN, &WORKING);
        let missed = in_hours(random, other);
        let status = if random.chance(0.6) {
            "noshow"
        } else {
            "cancelled"
        };
        book(random, world, life, missed, status);
    }
}

fn observe(
    random: &mut Random,
    world: &World,
    life: &mut Life,
    measure: usize,
    when: Moment,
    encounter: u128,
) {
    let finding = find(random, life, measure, on(when));
    let (id, updated) = (random.id(), world.updated(random, when));
    life.observations.push(Observation {
        id,
        measure,
        finding,
        when,
        updated,
        encounter,
    });
}

fn bloods(random: &mut Random, world: &World, life: &mut Life, when: Moment, encounter: u128) {
    for measure in BLOODS {
        observe(random, world, life, measure, when, encounter);
    }
    if random.chance(0.3) {
        observe(random, world, life, measures::THYROID, when, encounter);
    }
    if random.chance(0.45) {
        observe(random, world, life, measures::HBA1C, when, encounter);
    }
}

/// An appointment with the practice that was booked some days before.
fn book(random: &mut Random, world: &World, life: &mut Life, start: Moment, status: &'static str) {
    let Some(provider) = practice(world, life, on(start)) else {
        return;
    };
    let ahead = i64::from(random.between(0, 21)) * 86_400 + i64::from(random.between(600, 20_000));
    let comment = match random.below(9) {
        0 => "Patient asked for a female clinician",
        1 => "needs longer appt, uses wheelchair",
        _ => "",
    };
    let updated = world.updated(random, start);
    life.appointments.push(Appointment {
        id: random.id(),
        status,
        setting: CareSetting::GeneralPractice,
        created: start - ahead,
        start,
        minutes: 10,
        updated,
        clinician: clinician(random),
        provider,
        comment,
    });
}

/// Yearly reviews of people with conditions, and of people over 40 every few years.
fn reviews(random: &mut Random, world: &World, life: &mut Life) {
    let mut year = life.window.0;
    while year <= life.window.1 {
        let within = (year, (year + 364).min(life.window.1));
        year += 365;
        if within.1 - within.0 < 60 && !random.chance(0.2) {
            continue;
        }
        let day = pick_day(random, within, &EVEN, &WORKING);
        let burden = life.burden(day);
        let years = life.person.age(day);
        let due = match burden {
            0 if (40..75).contains(&years) => 0.16,
            0 => 0.0,
            _ => 0.74,
        };
        if !random.chance(due) {
            continue;
        }
        let Some(provider) = practice(world, life, day) else {
            continue;
        };
        let start = in_hours(random, day);
        let reason = conditions::active(&life.conditions, day)
            .next()
            .map(reason_of);
        let end = start + 1_500;
        let (setting, class) = (CareSetting::GeneralPractice, "AMB");
        let meeting = Meeting {
            setting,
            class,
            kind: REVIEW,
            start,
            end,
            reason,
            provider,
        };
        let encounter = life.meet(random, world, meeting);
        for measure in [measures::PRESSURE, measures::WEIGHT, measures::BODY_MASS] {
            observe(random, world, life, measure, start, encounter);
        }
        for (measure, chance) in [
            (measures::HEIGHT, 0.3),
            (measures::SMOKING, 0.85),
            (measures::ALCOHOL, 0.5),
        ] {
            if years > 15 && random.chance(chance) {
                observe(random, world, life, measure, start, encounter);
            }
        }
        if years > 17 {
            bloods(random, world, life, start, encounter);
            for measure in LIPIDS {
                observe(random, world, life, measure, start, encounter);
            }
        }
        if life.has(condition::DIABETES, day) {
            observe(random, world, life, measures::HBA1C, start, encounter);
        }
        if life.has(condition::DEPRESSION, day) {
            observe(random, world, life, measures::MOOD, start, encounter);
        }
        if random.chance(0.3) {
            let code = coding("371531000", "Report of clinical encounter");
            life.write_letter(random, world, code, (encounter, start + 1_500, provider));
        }
    }
}
