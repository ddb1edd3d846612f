//! What a practice keeps about a person: problems, adjustments that they need, and goals.

use super::super::calendar::{Day, at};
use super::super::conditions::at as condition;
use super::super::life::{Life, clinician, on};
use super::super::random::Random;
use super::super::record::*;
use super::super::world::World;
use super::provider::practice;

/// The problem list, with the contact in which a new problem was recorded.
pub(crate) fn problems(random: &mut Random, world: &World, life: &mut Life) {
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
            life.problems.push(RecordedProblem {
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

/// Reasonable adjustments.
fn flags(random: &mut Random, life: &Life, day: Day) -> Vec<Coding> {
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
    flags
}

/// Reasonable adjustments, and what people want to reach.
pub(crate) fn flags_and_goals(random: &mut Random, world: &World, life: &mut Life) {
    let day = life.window.1;
    let Some(organisation) = practice(world, life, day) else {
        return;
    };
    let flags = flags(random, life, day);
    let span = |random: &mut Random, code, due: i32| {
        let since = random.between(day - 900, day).max(life.person.birth);
        let until = (due > 0).then_some(since + due);
        let updated = world.updated(random, at(since, 1_020));
        CareSpan {
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
