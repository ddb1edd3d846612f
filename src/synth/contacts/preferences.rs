//! Consents, answers to forms about needs and wishes, and messages.

use super::super::calendar::{Day, at};
use super::super::conditions::at as condition;
use super::super::life::{Life, in_hours};
use super::super::random::{Random, Stream};
use super::super::record::*;
use super::super::world::World;
use super::provider::practice;

const BARS: &str = "https://fhir.nhs.uk/CodeSystem/consent-categories-bars";
const CATEGORIES: &str = "http://terminology.hl7.org/CodeSystem/consentcategorycodes";
const CONTACT_METHOD: &str = "https://fhir.hl7.org.uk/CodeSystem/UKCore-PreferredContactMethod";
const SNOMED: &str = super::super::fhir::SNOMED;
/// Places that SNOMED CT has no short word for.
const PLACES: &str = "https://populace.example/CodeSystem/place-of-care";

const ACCESS_NEEDS: &str = "https://populace.example/Questionnaire/access-needs|1.2";
const ADVANCE_CARE_PLAN: &str = "https://populace.example/Questionnaire/advance-care-plan|2";

const LETTER: Coding = coding("MAILWRIT", "mail");
const TELEPHONE: Coding = coding("PHONE", "telephone");
const EMAIL: Coding = coding("EMAILWRIT", "email");
const TEXT_MESSAGE: Coding = coding("SMSWRIT", "SMS message");

/// Ways of contact with how often they are preferred, and the medium that fits.
const PREFERRED: [(Coding, f64, Coding); 4] = [
    (coding("1", "Letter"), 4.0, LETTER),
    (coding("3", "Telephone"), 3.0, TELEPHONE),
    (coding("4", "E-mail"), 2.0, EMAIL),
    (coding("9", "Text message"), 5.0, TEXT_MESSAGE),
];
/// Media of messages to those who prefer none.
const MEDIA: [(Coding, f64); 4] = [
    (TEXT_MESSAGE, 6.0),
    (LETTER, 4.0),
    (TELEPHONE, 2.0),
    (EMAIL, 1.0),
];
const REMARKS: [&str; 3] = [
    "Daughter has the key and should be rung first",
    "Would like the dog to stay in the room",
    "",
];

/// Consents, answered forms and messages that the practice at the end of the period keeps.
///
/// The numbers come from a stream of their own, so that the rest of the record is the same
/// without them.
pub(crate) fn record(world: &World, life: &mut Life) {
    let mut random = Random::new(world.seed, Stream::Preferences(life.person.index));
    let Some(organisation) = practice(world, life, life.window.1) else {
        return;
    };
    agreements(&mut random, world, life, organisation);
    let preferred = access_needs(&mut random, world, life);
    advance_care_plan(&mut random, world, life);
    messages(&mut random, world, life, (organisation, preferred));
}

/// Whether somebody may be in the last years of life.
fn is_frail(life: &Life, day: Day) -> bool {
    life.has_either(condition::FRAILTY, condition::DEMENTIA, day)
        || life.has(condition::CANCER, day) && life.person.age(day) >= 65
}

/// A day of the last five years, in life and in the record.
fn recorded(random: &mut Random, life: &Life) -> Day {
    let last = life.window.1;
    random.between((last - 1_800).max(life.person.birth), last)
}

fn agreements(random: &mut Random, world: &World, life: &mut Life, organisation: usize) {
    let day = life.window.1;
    let (years, frail) = (life.person.age(day), is_frail(life, day));
    let late = if frail { 0.16 } else { 0.0 } + if years >= 85 { 0.08 } else { 0.0 };
    let kinds = [
        // System, category, scope; how many have one, and how many of these refuse.
        (
            BARS,
            coding("DRC", "Direct care"),
            "patient-privacy",
            0.55,
            0.03,
        ),
        (
            CATEGORIES,
            coding("research", "Research"),
            "research",
            0.08,
            0.3,
        ),
        (
            CATEGORIES,
            coding("acd", "Advance care directive"),
            "adr",
            late,
            0.0,
        ),
        (
            CATEGORIES,
            coding("dnr", "Do not resuscitate"),
            "adr",
            late * 0.8,
            0.0,
        ),
    ];
    for (system, category, scope, share, refused) in kinds {
        let adult = years >= 18 || system == BARS;
        let (has_one, refuses, odd) = (
            random.chance(share),
            random.chance(refused),
            random.below(100),
        );
        let recorded = recorded(random, life);
        let until = random.chance(0.03).then_some(recorded + 730);
        let (id, updated) = (random.id(), world.updated(random, at(recorded, 1_020)));
        if !has_one || !adult {
            continue;
        }
        life.agreements.push(Agreement {
            id,
            status: match odd {
                0 => "entered-in-error",
                1..=2 => "inactive",
                _ => "active",
            },
            scope,
            system,
            category,
            decision: match odd {
                3..=6 => "",
                _ if refuses => "deny",
                _ => "permit",
            },
            recorded,
            until,
            updated,
            organisation,
        });
    }
}

fn answered(
    random: &mut Random,
    world: &World,
    life: &mut Life,
    form: &'static str,
    answers: Vec<CodedAnswer>,
) {
    let day = recorded(random, life);
    let authored = in_hours(random, day);
    let updated = world.updated(random, authored);
    let status = match random.below(50) {
        0 => "entered-in-error",
        1 => "in-progress",
        2..=4 => "amended",
        _ => "completed",
    };
    life.forms.push(AnsweredForm {
        id: random.id(),
        form,
        status,
        authored,
        updated,
        answers,
        remark: random.word(&REMARKS),
    });
}

/// The form about needs of access; gives the medium that fits the preferred way of contact.
fn access_needs(random: &mut Random, world: &World, life: &mut Life) -> Option<Coding> {
    let day = life.window.1;
    let asked = if life.burden(day) > 1 { 0.35 } else { 0.14 };
    if life.person.age(day) < 16 || !random.chance(asked) {
        return None;
    }
    let (method, _, medium) = PREFERRED[random.weighted(&PREFERRED, |way| way.1)];
    let mut answers = vec![CodedAnswer {
        question: "contact",
        system: CONTACT_METHOD,
        code: method,
    }];
    let mut answer = |question, code| {
        answers.push(CodedAnswer {
            question,
            system: SNOMED,
            code,
        });
    };
    if life.person.interpreter {
        answer("interpreter", coding("315594003", "Interpreter needed"));
    }
    if life.has(condition::LEARNING, day) {
        answer(
            "information",
            coding("1326341000000105", "Easy read information"),
        );
    } else if life.person.age(day) >= 70 && random.chance(0.15) {
        answer("information", coding("1326361000000106", "Large print"));
    }
    if is_frail(life, day) && random.chance(0.3) {
        answer("adjustment", coding("1326351000000108", "Home visit"));
    }
    answered(random, world, life, ACCESS_NEEDS, answers);
    Some(medium)
}

/// Where somebody who may be in the last years of life wants to be cared for, and to die.
fn advance_care_plan(random: &mut Random, world: &World, life: &mut Life) {
    let chance = if is_frail(life, life.window.1) {
        0.3
    } else {
        0.0
    };
    let chance = if life.person.death.is_some() {
        chance + 0.15
    } else {
        chance
    };
    if !random.chance(chance) {
        return;
    }
    let place = |random: &mut Random, question| {
        let (system, code) = match random.below(20) {
            0..=12 => (SNOMED, coding("264362003", "Home")),
            13..=15 => (SNOMED, coding("284546000", "Hospice")),
            16..=18 => (PLACES, coding("care_home", "Care home")),
            _ => (SNOMED, coding("22232009", "Hospital")),
        };
        CodedAnswer {
            question,
            system,
            code,
        }
    };
    let mut answers = vec![place(random, "preferred-place-of-care")];
    if random.chance(0.8) {
        answers.push(place(random, "preferred-place-of-death"));
    }
    answered(random, world, life, ADVANCE_CARE_PLAN, answers);
}

fn messages(
    random: &mut Random,
    world: &World,
    life: &mut Life,
    (organisation, preferred): (usize, Option<Coding>),
) {
    let (first, last) = life.window;
    let rate = 0.6 + 0.35 * life.burden(last) as f64;
    for _ in 0..random.poisson(rate * life.years()) {
        let day = random.between(first, last);
        let sent = in_hours(random, day);
        let sent = sent.min(world.end);
        let medium = match preferred {
            Some(medium) if random.chance(0.85) => medium,
            _ => MEDIA[random.weighted(&MEDIA, |medium| medium.1)].0,
        };
        let delay = i64::from(match medium.code {
            "MAILWRIT" => random.between(86_400, 400_000),
            _ => random.between(0, 60),
        });
        let received = Some(sent + delay).filter(|at| *at < world.end && random.chance(0.7));
        let happened = received.unwrap_or(sent);
        life.messages.push(Message {
            id: random.id(),
            status: match random.below(60) {
                0 => "entered-in-error",
                1..=2 => "not-done",
                _ => "completed",
            },
            category: random.word(&["reminder", "reminder", "notification", "instruction"]),
            medium,
            sent,
            received,
            updated: world.updated(random, happened),
            organisation,
        });
    }
}
