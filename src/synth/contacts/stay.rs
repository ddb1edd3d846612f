//! A stay in hospital, as an Encounter and as a spell.

use super::super::calendar::{Day, Moment, at};
use super::super::conditions::KINDS;
use super::super::life::{Life, Meeting, on};
use super::super::random::Random;
use super::super::record::*;
use super::super::world::World;
use super::diagnoses::{ContactReason, procedure};

const ADMISSION: Coding = coding("32485007", "Hospital admission");

const DISCHARGE_LETTER: Coding = coding("373942005", "Discharge summary");

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

/// How and where to somebody is discharged.
fn discharge(random: &mut Random, old: bool, died: bool) -> [&'static str; 2] {
    match random.below(100) {
        _ if died => ["4", "79"],
        0 | 1 => ["2", "19"],
        2..=9 if old => ["1", "54"],
        10 | 11 if old => ["1", "65"],
        12 => ["1", "51"],
        _ => ["1", "19"],
    }
}

/// The reason of a stay, and conditions that the person has beside it, as ICD-10 codes.
fn diagnoses(random: &mut Random, life: &Life, reason: &ContactReason, day: Day) -> Vec<String> {
    let mut diagnoses = vec![reason.icd10.to_owned()];
    for onset in super::super::conditions::active(&life.conditions, day).take(5) {
        let code = KINDS[onset.kind].icd10;
        if !reason.icd10.starts_with(code) {
            diagnoses.push(written(random, code));
        }
    }
    diagnoses
}

/// A stay from a moment to a day, written as an Encounter and as a spell.
pub(super) fn stay(
    random: &mut Random,
    world: &World,
    life: &mut Life,
    reason: &ContactReason,
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
    let discharged = discharge(random, old, died);
    let encounter = life.meet(
        random,
        world,
        Meeting {
            setting: CareSetting::Inpatient,
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
        let when = match day == first {
            true => start,
            false => at(day, random.between(500, 590)),
        };
        let operation = Event {
            id: random.id(),
            updated: world.updated(random, end),
            code: procedure(opcs4),
            extra: opcs4,
            quantity: 0,
            when,
            encounter: Some(encounter),
        };
        life.procedures.push(operation);
    }
    if random.chance(0.55) {
        life.write_letter(random, world, DISCHARGE_LETTER, (encounter, end, provider));
    }
    let diagnoses = diagnoses(random, life, reason, first);
    let nights = (last - first) as u32;
    let number = life.next_row();
    life.spells.push(Spell {
        number,
        provider,
        days: (first, last),
        admitted,
        discharged,
        ready: None,
        specialty: [reason.specialty, reason.specialty],
        diagnoses,
        procedures: reason.procedures.to_vec(),
        operated,
        hrg: reason.hrg,
        tariff: reason.tariff + 210 * nights.saturating_sub(3) + random.below(90),
        episodes: 1 + u32::from(nights > 1 && random.chance(0.3)) + nights / 14,
    });
}
