//! Community and mental health services: a caseload episode, its contacts as Encounters and rows.

use super::super::calendar::{Day, EVEN, WORKING, at, pick_day};
use super::super::conditions::at as condition;
use super::super::life::{Life, Meeting, clinician, in_hours};
use super::super::organisations::OrganisationKind;
use super::super::random::{Random, exp};
use super::super::record::*;
use super::super::world::World;

/// Team types of community services (CSDS), with a weight for older people and for others.
const COMMUNITY: [(&str, f64, f64); 6] = [
    ("12", 10.0, 1.0), // District nursing
    ("15", 4.0, 3.0),  // Physiotherapy
    ("18", 3.0, 0.4),  // Falls and rehabilitation
    ("16", 2.0, 0.6),  // Podiatry
    ("23", 0.0, 2.0),  // Speech and language therapy
    ("05", 2.0, 0.6),  // Rapid response
];
/// Team types of mental health services (MHSDS).
const MENTAL: [&str; 5] = ["A02", "A05", "A06", "A08", "C02"];

/// Whether the services have a reason to see the person, and their contacts.
pub(crate) fn happen(random: &mut Random, world: &World, life: &mut Life) {
    let (first, last) = life.window;
    if last - first < 20 {
        return;
    }
    let middle = (first + last) / 2;
    let years = life.person.age(middle);
    let depth = 5.5 - f64::from(life.decile(world, middle));
    let frail = life.has(condition::FRAILTY, middle);
    let community = match years {
        ..=4 => 0.09,
        _ if frail => 0.42,
        80.. => 0.2,
        65..=79 => 0.075,
        _ if life.has(condition::LEARNING, middle) => 0.2,
        _ => 0.028,
    };
    let span = life.years();
    if random.chance((community * exp(0.03 * depth) * span).min(0.8)) {
        let weight = |team: &(&str, f64, f64)| if years > 64 { team.1 } else { team.2 };
        let team = COMMUNITY[random.weighted(&COMMUNITY, weight)].0;
        let visits = if frail { 15.0 } else { 6.0 };
        let visits = visits * random.propensity(0.6);
        let count = 1 + random.poisson(visits);
        caseload(random, world, life, (CareSetting::Community, team, count));
    }
    let mental = match years {
        _ if life.has(condition::SEVERE_MENTAL, middle) => 0.5,
        _ if life.has(condition::DEMENTIA, middle) => 0.22,
        _ if life.has(condition::DEPRESSION, middle) => 0.1,
        11..=24 => 0.04,
        _ => 0.01,
    };
    if random.chance((mental * exp(0.06 * depth) * span).min(0.85)) {
        let team = random.word(&MENTAL);
        let visits = if life.has(condition::SEVERE_MENTAL, middle) {
            20.0
        } else {
            7.0
        };
        let visits = visits * random.propensity(0.6);
        let count = 1 + random.poisson(visits);
        caseload(
            random,
            world,
            life,
            (CareSetting::MentalHealth, team, count),
        );
    }
}

fn caseload(
    random: &mut Random,
    world: &World,
    life: &mut Life,
    (setting, team, count): (CareSetting, &'static str, u32),
) {
    let community = setting == CareSetting::Community;
    let kind = if community {
        OrganisationKind::CommunityTrust
    } else {
        OrganisationKind::MentalHealthTrust
    };
    let provider = world.organisations.pick(random, kind, 0, 0.0);
    let (first, last) = life.window;
    let since = random.between(first, last - 14);
    let until = (since + 14 + 9 * count as i32).min(last);
    let mut days: Vec<Day> = (0..count)
        .map(|_| pick_day(random, (since, until), &EVEN, &WORKING))
        .collect();
    days.sort_unstable();
    days.dedup();
    let referral = life.next_row();
    for day in &days {
        let when = in_hours(random, *day);
        let attended = match random.below(100) {
            0..=5 => "7",
            6..=8 => "3",
            9..=10 => "4",
            _ => "5",
        };
        let minutes = random.between(3, 12) * 5;
        let (medium, class) = match random.below(10) {
            0 | 1 => ("02", "VR"),
            2 if !community => ("03", "VR"),
            _ if community => ("01", "HH"),
            _ => ("01", "AMB"),
        };
        let number = life.next_row();
        let clinician = clinician(random);
        let row = TeamContact {
            number,
            referral,
            provider,
            team,
            when,
            minutes: if attended == "5" { minutes } else { 0 },
            medium,
            attended,
            clinician,
        };
        if community {
            life.community.push(row);
        } else {
            life.mental.push(row);
        }
        if attended == "5" {
            let visit = coding("439708006", "Home visit");
            let session = coding("390906007", "Follow-up encounter");
            let kind = if class == "HH" { visit } else { session };
            let end = when + 60 * i64::from(minutes);
            let (start, reason) = (when, None);
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
            if !community && random.chance(0.05) {
                let code = coding("823681000000100", "Outpatient letter");
                life.write_letter(random, world, code, (encounter, end, provider));
            }
        }
    }
    let ended = until < last - 30;
    let closed = ended.then_some(until);
    let newest = closed.or(days.last().copied()).unwrap_or(since);
    life.episodes.push(CareSpan {
        id: random.id(),
        code: match community {
            true => coding("community_caseload", "Community services caseload"),
            false => coding(
                "mental_health_referral",
                "Referral to mental health services",
            ),
        },
        since,
        until: closed,
        updated: world.updated(random, at(newest, 1_200)),
        organisation: provider,
    });
}
