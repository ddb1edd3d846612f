//! Adult social care: client-level events of the council the person lives in.

use super::super::conditions::at as condition;
use super::super::life::Life;
use super::super::organisations::OrganisationKind;
use super::super::random::{Random, exp};
use super::super::record::SocialEvent;
use super::super::world::World;

/// Requests, assessments, services and reviews of people who are old, frail or disabled.
pub(crate) fn happen(random: &mut Random, world: &World, life: &mut Life) {
    let (first, last) = life.window;
    let middle = (first + last) / 2;
    let years = life.person.age(middle);
    if years < 18 || last - first < 40 {
        return;
    }
    let depth = 5.5 - f64::from(life.decile(world, middle));
    let has = |kind| life.has(kind, middle);
    let (chance, reason) = match years {
        _ if has(condition::LEARNING) => (0.7, "Learning Disability Support"),
        _ if has(condition::DEMENTIA) => (0.55, "Support with Memory and Cognition"),
        _ if has(condition::FRAILTY) => (0.38, "Physical Support: Personal Care Support"),
        _ if has(condition::SEVERE_MENTAL) => (0.3, "Mental Health Support"),
        85.. => (0.2, "Physical Support: Access and Mobility Only"),
        65..=84 => (0.045, "Physical Support: Access and Mobility Only"),
        _ => (
            0.006,
            "Social Support: Support for Social Isolation or Other",
        ),
    };
    if !random.chance((chance * exp(0.045 * depth)).min(0.9)) {
        return;
    }
    let council = match life.place(world, middle) {
        0 => world
            .organisations
            .pick(random, OrganisationKind::Council, 0, 1.0),
        _ => world
            .organisations
            .pick(random, OrganisationKind::Council, 1, 1.0),
    };
    let requested = random.between(first, last - 30);
    let died = life.person.death.is_some();
    let mut add = |days, kind, outcome, weekly_cost| {
        let number = life.next_row();
        life.social.push(SocialEvent {
            number,
            council,
            reason,
            kind,
            days,
            outcome,
            weekly_cost,
        });
    };
    let request = ["Request", "", "", ""];
    let assessed = (requested + random.between(3, 40)).min(last);
    if random.chance(0.28) {
        add(
            (requested, Some(requested)),
            request,
            "Signposting to other services",
            None,
        );
        return;
    }
    add(
        (requested, Some(assessed)),
        request,
        "Progress to Assessment",
        None,
    );
    let assessment = ["Assessment", "Long Term Assessment", "", ""];
    let started = (assessed + random.between(5, 30)).min(last);
    add(
        (assessed, Some(started)),
        assessment,
        "Progress to Support Planning or Services",
        None,
    );

    let residential = random.chance(if years > 79 { 0.2 } else { 0.06 });
    let (kind, cost) = match random.below(10) {
        0 if residential => ("Long Term Support: Nursing Care", 1_120),
        _ if residential => ("Long Term Support: Residential Care", 930),
        0 | 1 if years > 64 => ("Short Term Support: ST-Max", 290),
        _ => ("Long Term Support: Community", 310),
    };
    let component = match kind {
        "Long Term Support: Nursing Care" => "Nursing Home",
        "Long Term Support: Residential Care" => "Residential Home",
        "Short Term Support: ST-Max" => "Reablement",
        _ => random.word(&[
            "Home Support",
            "Day Support",
            "Direct Payment",
            "Extra Care Housing",
        ]),
    };
    let delivery = match component {
        "Direct Payment" => "Direct Payment Only",
        _ => "CASSR Managed Personal Budget",
    };
    let short = component == "Reablement";
    let until = match short {
        true => Some((started + 42).min(last)),
        false if died => Some(last),
        false if random.chance(0.15) => Some(random.between(started, last)),
        false => None,
    };
    let outcome = match until {
        None => "",
        Some(_) if died => "NFA: Deceased",
        Some(_) => "NFA: Support ended",
    };
    let cost = f64::from(cost) * random.propensity(0.3);
    add(
        (started, until),
        ["Service", kind, component, delivery],
        outcome,
        Some(cost as u32),
    );
    let reviewed = started + random.between(42, 365);
    if reviewed <= last && until.is_none_or(|until| until >= reviewed) {
        let review = ["Review", "", "", ""];
        add(
            (reviewed, Some(reviewed)),
            review,
            "No change in package",
            None,
        );
    }
}
