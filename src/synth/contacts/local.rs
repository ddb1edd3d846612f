//! Pharmacies, dentists, optometrists and hospices: rows only.

use super::super::calendar::{EVEN, SHOP, WINTER, WORKING, pick_day};
use super::super::conditions::at as condition;
use super::super::life::{Life, any_hour, in_hours};
use super::super::organisations::OrganisationKind;
use super::super::random::{Random, exp};
use super::super::record::LocalContact;
use super::super::world::World;

const PHARMACY_SERVICES: [(&str, f64); 6] = [
    ("pharmacy_first", 9.0),
    ("minor_illness", 7.0),
    ("blood_pressure_check", 5.0),
    ("new_medicine_service", 6.0),
    ("contraception", 1.5),
    ("discharge_medicines", 1.5),
];

/// Contacts outside general practice and hospital.
pub(crate) fn happen(random: &mut Random, world: &World, life: &mut Life) {
    pharmacy(random, world, life);
    dental(random, world, life);
    optometry(random, world, life);
    hospice(random, world, life);
}

/// One contact with a connected provider of a kind.
fn contact(
    random: &mut Random,
    world: &World,
    life: &mut Life,
    kind: OrganisationKind,
    when: i64,
    (codes, notes): ([&'static str; 3], &[&'static str]),
) -> Option<LocalContact> {
    let place = life.place(world, super::super::life::on(when));
    let provider = world.organisations.pick(random, kind, place, 0.85);
    let note = if random.chance(0.3) {
        random.word(notes)
    } else {
        ""
    };
    let number = life.next_row();
    Life::connected(world, provider).then_some(LocalContact {
        number,
        provider,
        when,
        codes,
        note,
    })
}

fn pharmacy(random: &mut Random, world: &World, life: &mut Life) {
    let burden = life.burden(life.window.1) as f64;
    let mean = 0.5 * (0.8 + 0.3 * burden) * life.person.propensity * life.years();
    for _ in 0..random.poisson(mean) {
        let day = pick_day(random, life.window, &WINTER, &SHOP);
        let service = PHARMACY_SERVICES[random.weighted(&PHARMACY_SERVICES, |s| s.1)].0;
        let outcome = match random.below(20) {
            0 => "referred_gp",
            1 => "referred_urgent",
            2..=8 => "medicine_supplied",
            _ => "advice_given",
        };
        let notes = &[
            "Mum collected for pt",
            "Advised to finish course, return if no better",
        ];
        let when = in_hours(random, day);
        let what = ([service, outcome, ""], &notes[..]);
        let row = contact(random, world, life, OrganisationKind::Pharmacy, when, what);
        life.pharmacy.extend(row);
    }
}

fn dental(random: &mut Random, world: &World, life: &mut Life) {
    let years = life.person.age(life.window.0);
    let depth = 5.5 - f64::from(life.decile(world, life.window.0));
    let rate = match years {
        ..=0 => 0.05,
        1..=17 => 0.95,
        18..=79 => 0.75,
        _ => 0.45,
    };
    let mean = rate * exp(-0.04 * depth) * life.years();
    for _ in 0..random.poisson(mean) {
        let day = pick_day(random, life.window, &EVEN, &WORKING);
        let (band, units) = match random.below(20) {
            0..=11 => ("1", "1.0"),
            12..=16 => ("2", "3.0"),
            17 => ("2b", "5.0"),
            _ => ("3", "12.0"),
        };
        let urgent = random.chance(0.11 * exp(0.06 * depth));
        let (band, units) = if urgent {
            ("urgent", "1.2")
        } else {
            (band, units)
        };
        let codes = [band, if urgent { "Y" } else { "N" }, units];
        let notes = &["Nervous patient, allow extra time", "recall 6 months"];
        let when = in_hours(random, day);
        let row = contact(
            random,
            world,
            life,
            OrganisationKind::Dental,
            when,
            (codes, notes),
        );
        life.dental.extend(row);
    }
}

fn optometry(random: &mut Random, world: &World, life: &mut Life) {
    let years = life.person.age(life.window.0);
    let rate = match years {
        ..=3 => 0.02,
        4..=15 => 0.4,
        16..=59 => 0.16,
        _ => 0.6,
    };
    for _ in 0..random.poisson(rate * life.years()) {
        let day = pick_day(random, life.window, &EVEN, &SHOP);
        let kind = if !(16..=59).contains(&years) {
            "nhs_sight_test"
        } else {
            "private_sight_test"
        };
        let kind = if life.has(condition::DIABETES, day) {
            "diabetic_eye_check"
        } else {
            kind
        };
        let outcome = match random.below(10) {
            0 => "referred_hospital",
            1..=6 => "new_prescription",
            _ => "no_change",
        };
        let notes = &["?cataract L>R, monitor", "Struggles with stairs at night"];
        let when = in_hours(random, day);
        let row = contact(
            random,
            world,
            life,
            OrganisationKind::Optometry,
            when,
            ([kind, outcome, ""], notes),
        );
        life.optometry.extend(row);
    }
}

/// The last months of some people with cancer, heart failure or frailty.
fn hospice(random: &mut Random, world: &World, life: &mut Life) {
    let Some(death) = life.person.death else {
        return;
    };
    let last = life.window.1;
    let chance = match () {
        () if life.has(condition::CANCER, last) => 0.62,
        () if life.has_either(condition::FRAILTY, condition::HEART_FAILURE, last) => 0.25,
        () => 0.06,
    };
    if !random.chance(chance) {
        return;
    }
    let preferred = random.word(&["home", "home", "home", "hospice", "care_home"]);
    let first = (death - random.between(10, 120)).max(life.window.0);
    for _ in 0..1 + random.poisson(f64::from(last - first + 1) / 9.0) {
        let day = random.between(first, last);
        let near = death - day < 10;
        let place = match random.below(10) {
            0..=3 if near => "hospice",
            0 => "care_home",
            _ => "home",
        };
        let kind = match place {
            "hospice" => "inpatient_day",
            _ if random.chance(0.4) => "telephone",
            _ => "home_visit",
        };
        let notes = &[
            "Family coping, son here from abroad",
            "Comfortable. Syringe driver checked",
        ];
        let when = any_hour(random, day);
        let what = ([kind, place, preferred], &notes[..]);
        let row = contact(random, world, life, OrganisationKind::Hospice, when, what);
        life.hospice.extend(row);
    }
}
