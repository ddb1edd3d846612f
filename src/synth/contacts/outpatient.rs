//! Referrals and outpatient clinics: ServiceRequest, Appointment, Encounter and a row.

use super::super::calendar::{EVEN, WORKING, at, pick_day};
use super::super::conditions::at as condition;
use super::super::life::{Life, Meeting, clinician, in_hours};
use super::super::organisations::OrganisationKind;
use super::super::random::{Random, exp};
use super::super::record::*;
use super::super::world::World;

const FIRST: Coding = coding("185387006", "New patient consultation");
const FOLLOW_UP: Coding = coding("281036007", "Follow-up consultation");
const CLINIC_LETTER: Coding = coding("823691000000103", "Clinic letter");

/// A specialty: treatment function, referral (SNOMED CT), condition it follows, weight, HRG.
struct Specialty {
    function: &'static str,
    referral: Coding,
    follows: Option<usize>,
    weight: [f64; 3],
    procedure: &'static str,
}

const fn specialty(
    function: &'static str,
    referral: Coding,
    follows: Option<usize>,
    weight: [f64; 3],
    procedure: &'static str,
) -> Specialty {
    Specialty {
        function,
        referral,
        follows,
        weight,
        procedure,
    }
}

/// Weights at ages 0–17, 18–64 and over.
#[rustfmt::skip]
const SPECIALTIES: [Specialty; 15] = [
    specialty("110", coding("183545006", "Referral to orthopaedic service"), None, [3.0, 10.0, 11.0], ""),
    specialty("130", coding("183543004", "Referral to ophthalmology service"), None, [2.0, 4.0, 16.0], "C87.3"),
    specialty("330", coding("183518000", "Referral to dermatology service"), None, [1.0, 6.0, 8.0], "S06.5"),
    specialty("320", coding("183519008", "Referral to cardiology service"), Some(condition::ISCHAEMIC), [4.0, 12.0, 16.0], "U19.1"),
    specialty("340", coding("183523000", "Referral to respiratory service"), Some(condition::COPD), [2.0, 10.0, 12.0], "E92.1"),
    specialty("307", coding("183520002", "Referral to diabetes service"), Some(condition::DIABETES), [8.0, 9.0, 6.0], ""),
    specialty("361", coding("183528009", "Referral to nephrology service"), Some(condition::KIDNEY), [2.0, 12.0, 7.0], ""),
    specialty("400", coding("183521003", "Referral to neurology service"), Some(condition::EPILEPSY), [12.0, 10.0, 6.0], ""),
    specialty("800", coding("183525007", "Referral to oncology service"), Some(condition::CANCER), [30.0, 45.0, 35.0], "X72.9"),
    specialty("410", coding("183526008", "Referral to rheumatology service"), Some(condition::ARTHRITIS), [0.0, 5.0, 4.0], ""),
    specialty("502", coding("183546007", "Referral to gynaecology service"), None, [0.3, 6.0, 2.0], "Q55.5"),
    specialty("420", coding("183530006", "Referral to paediatric service"), None, [14.0, 0.0, 0.0], ""),
    specialty("120", coding("183544005", "Referral to ear, nose and throat service"), None, [5.0, 4.0, 5.0], ""),
    specialty("301", coding("183522005", "Referral to gastroenterology service"), None, [0.6, 5.0, 4.0], "G45.1"),
    specialty("100", coding("183542009", "Referral to general surgical service"), None, [0.8, 5.0, 5.0], ""),
];

fn course_rate(years: i32) -> f64 {
    match years {
        ..=17 => 0.26,
        18..=44 => 0.29,
        45..=64 => 0.33,
        65..=79 => 0.44,
        _ => 0.4,
    }
}

/// Every referral and the clinics that follow it.
pub(crate) fn happen(random: &mut Random, world: &World, life: &mut Life) {
    let middle = (life.window.0 + life.window.1) / 2;
    let burden = life.burden(middle) as f64;
    let depth = 5.5 - f64::from(life.decile(world, middle));
    let rate = course_rate(life.person.age(middle)) * (1.6 + 0.45 * burden);
    // People in deprived places are seen less in planned care than their need.
    let mean = rate * exp(0.005 * depth) * life.person.propensity * life.years();
    for _ in 0..random.poisson(mean) {
        course(random, world, life, depth);
    }
}

fn course(random: &mut Random, world: &World, life: &mut Life, depth: f64) {
    let day = pick_day(random, life.window, &EVEN, &WORKING);
    let years = life.person.age(day);
    let group = [usize::from(years > 17), 2][usize::from(years > 64)];
    let weight = |specialty: &Specialty| match specialty.follows {
        Some(kind) if !life.has(kind, day) => specialty.weight[group] * 0.12,
        _ if specialty.function == "502" && !life.person.female => 0.0,
        _ => specialty.weight[group],
    };
    let specialty = &SPECIALTIES[random.weighted(&SPECIALTIES, weight)];
    let place = [0, 0, 2][life.place(world, day)];
    let provider = world
        .organisations
        .pick(random, OrganisationKind::AcuteTrust, place, 0.93);
    let practice = life.person.practice(day);
    let urgent = random.chance(0.16);
    let when = in_hours(random, day);
    let by_practice = random.chance(0.66);
    if by_practice && Life::connected(world, practice) {
        let updated = world.updated(random, when);
        life.referrals.push(Referral {
            id: random.id(),
            code: specialty.referral,
            status: if random.chance(0.7) {
                "completed"
            } else {
                "active"
            },
            priority: if urgent { "urgent" } else { "routine" },
            when,
            updated,
            from: practice,
            to: provider,
            clinician: clinician(random),
        });
    }
    let wait = if urgent {
        random.between(7, 28)
    } else {
        random.between(21, 160)
    };
    let mut next = day + wait;
    let mut first = true;
    let follow_ups = random.poisson(if specialty.follows.is_some() {
        3.3
    } else {
        2.1
    });
    for left in (0..=follow_ups).rev() {
        next = working(next);
        if next > life.window.1 {
            break;
        }
        let missed = 0.062 * exp(0.07 * depth);
        let attended = match random.unit() {
            u if u < missed => "3",
            u if u < missed + 0.05 => "2",
            u if u < missed + 0.09 => "4",
            u if u < missed + 0.11 => "6",
            _ => "5",
        };
        let seen = matches!(attended, "5" | "6");
        let start = in_hours(random, next);
        book(random, world, life, (start, attended, day, provider));
        let mut procedure = "";
        if seen {
            let end = start + 60 * i64::from(random.between(10, 35));
            let kind = if first { FIRST } else { FOLLOW_UP };
            let class = if random.chance(0.2) { "VR" } else { "AMB" };
            let setting = CareSetting::Outpatient;
            let reason = None;
            let meeting = Meeting {
                setting,
                class,
                kind,
                start,
                end,
                reason,
                provider,
            };
            let encounter = life.meet(random, world, meeting);
            let outcome = match left {
                0 => "1",
                _ if random.chance(0.7) => "2",
                _ => "3",
            };
            if let Some(last) = life.encounters.last_mut() {
                last.outcome = outcome;
            }
            if random.chance(0.3) {
                life.write_letter(random, world, CLINIC_LETTER, (encounter, end, provider));
            }
            if random.chance(0.22) {
                procedure = specialty.procedure;
            }
        }
        let number = life.next_row();
        let code = if first { "1" } else { "2" };
        life.clinics.push(Clinic {
            number,
            provider,
            day: next,
            codes: [
                attended,
                code,
                if urgent { "2" } else { "1" },
                if by_practice { "03" } else { "11" },
            ],
            referred: day,
            specialty: [specialty.function, specialty.function],
            procedure,
            hrg: if first { "WF01B" } else { "WF01A" },
            tariff: match (seen, first) {
                (false, _) => 0,
                (true, true) => 165 + random.below(30),
                (true, false) => 82 + random.below(30),
            },
        });
        first = first && !seen;
        next += if left > 0 { random.between(28, 150) } else { 0 };
    }
    // The next appointment of some lies after the period: booked, and not yet an event.
    if next > life.window.1 && life.window.1 == world.to && random.chance(0.5) {
        let start = in_hours(random, working(next.max(world.to + 1)));
        book(random, world, life, (start, "", day, provider));
    }
}

fn working(day: i32) -> i32 {
    match (day + 3).rem_euclid(7) {
        5 => day + 2,
        6 => day + 1,
        _ => day,
    }
}

fn book(
    random: &mut Random,
    world: &World,
    life: &mut Life,
    (start, attended, referred, provider): (i64, &str, i32, usize),
) {
    let status = match attended {
        "" => "booked",
        "5" | "6" => "fulfilled",
        "3" => "noshow",
        _ => "cancelled",
    };
    let created = at(referred, 1_000) + i64::from(random.between(3_600, 500_000));
    let created = created.min(start - 3_600).min(world.end);
    let happened = if attended.is_empty() { created } else { start };
    let updated = world.updated(random, happened);
    life.appointments.push(Appointment {
        id: random.id(),
        status,
        setting: CareSetting::Outpatient,
        created,
        start,
        minutes: 20,
        updated,
        clinician: clinician(random),
        provider,
        comment: if random.chance(0.06) {
            "transport booked, please ring daughter"
        } else {
            ""
        },
    });
}
