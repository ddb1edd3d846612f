//! General practice: consultations, reviews, measurements, prescriptions, vaccinations, and the
//! problem list.

use super::super::calendar::{AUTUMN, Day, EVEN, Moment, WINTER, WORKING, at, pick_day};
use super::super::conditions::{self, KINDS, at as condition};
use super::super::life::{Life, Meeting, clinician, in_hours, on, reason_of};
use super::super::random::{Random, exp};
use super::super::record::*;
use super::super::world::World;
use super::measures::{self, BLOODS, LIPIDS, find};

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

const ACUTE_MEDICINES: [(Coding, &str, u32); 5] = [
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
pub fn happen(random: &mut Random, world: &World, life: &mut Life) {
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

/// A practice on a day, unless it sends nothing.
fn practice(world: &World, life: &Life, day: Day) -> Option<usize> {
    let practice = life.person.practice(day);
    Life::connected(world, practice).then_some(practice)
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
        life.episodes.push(Span {
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
            setting: Setting::GeneralPractice,
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
    if practice(world, life, on(start)).is_none() {
        return;
    }
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
        setting: Setting::GeneralPractice,
        created: start - ahead,
        start,
        minutes: 10,
        updated,
        clinician: clinician(random),
        comment,
    });
}

fn prescribe(
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
        let (setting, class) = (Setting::GeneralPractice, "AMB");
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

/// The problem list, with the contact in which a new problem was recorded.
fn problems(random: &mut Random, world: &World, life: &mut Life) {
    for onset in life.conditions.clone() {
        let recorded = (onset.day + random.between(0, 45))
            .min(life.window.1)
            .max(onset.day);
        let encounter = life
            .encounters
            .iter()
            .find(|e| on(e.start) == recorded)
            .map(|e| e.id);
        let clinician = clinician(random);
        let note = match random.below(12) {
            0 => "Long chat about what this means. Wife will help with tablets.",
            1 => "Coded from hospital letter",
            2 => "review at next annual check",
            _ => "",
        };
        let last = at(onset.ended.unwrap_or(recorded).max(recorded), 1_020);
        let updated = world.updated(random, last);
        let id = random.id();
        if practice(world, life, life.window.1).is_some() {
            life.problems.push(Problem {
                id,
                onset,
                recorded,
                updated,
                clinician,
                encounter,
                note,
            });
        }
    }
}

fn repeat_prescriptions(random: &mut Random, world: &World, life: &mut Life) {
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

fn vaccinations(random: &mut Random, world: &World, life: &mut Life) {
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

fn flags_and_goals(random: &mut Random, world: &World, life: &mut Life) {
    let day = life.window.1;
    let Some(organisation) = practice(world, life, day) else {
        return;
    };
    let mut flags: Vec<Coding> = Vec::new();
    if life.person.interpreter {
        flags.push(coding("315594003", "Interpreter needed"));
    }
    if life.has(condition::LEARNING, day) && random.chance(0.8) {
        flags.push(coding(
            "1326341000000105",
            "Reasonable adjustment: easy read information",
        ));
    }
    if life.has(condition::DEMENTIA, day) && random.chance(0.5) {
        flags.push(coding(
            "1326391000000100",
            "Reasonable adjustment: carer present",
        ));
    }
    if life.has(condition::FRAILTY, day) && random.chance(0.4) {
        flags.push(coding(
            "1326351000000108",
            "Reasonable adjustment: home visit",
        ));
    }
    if life.person.age(day) > 60 && random.chance(0.05) {
        flags.push(coding(
            "1326361000000106",
            "Reasonable adjustment: large print",
        ));
    }
    let span = |random: &mut Random, code, due: i32| {
        let since = random.between(day - 900, day).max(life.person.birth);
        let until = (due > 0).then_some(since + due);
        let updated = world.updated(random, at(since, 1_020));
        Span {
            id: random.id(),
            code,
            since,
            until,
            updated,
            organisation,
        }
    };
    life.flags = flags
        .into_iter()
        .map(|code| span(random, code, 0))
        .collect();
    let mut goals: Vec<Coding> = Vec::new();
    if life.person.smoking == 2 && random.chance(0.3) {
        goals.push(coding("225323000", "Smoking cessation"));
    }
    if life.has_either(condition::DIABETES, condition::HYPERTENSION, day) && random.chance(0.22) {
        goals.push(coding("289169006", "Weight loss"));
    }
    if life.has(condition::FRAILTY, day) && random.chance(0.4) {
        goals.push(coding("129839007", "Prevention of falls"));
    }
    life.goals = goals
        .into_iter()
        .map(|code| span(random, code, 182))
        .collect();
}
