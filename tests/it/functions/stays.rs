//! Stays, spells and ages: what must hold of all of them.

use super::answers::{Asked, values};
use chrono::{Days, NaiveDate};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::Index;

fn day(number: u64) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    first.checked_add_days(Days::new(number)).unwrap()
}

fn date(number: u64) -> String {
    format!("date '{}'", day(number))
}

/// Spells by joining whatever belongs together until nothing changes: for each episode the first
/// start of its spell.
fn spells(episodes: &[(u64, Option<u64>)], gap: u64) -> Vec<u64> {
    let end = |episode: &(u64, Option<u64>)| episode.1.unwrap_or(u64::MAX / 2);
    let joined =
        |a: &(u64, Option<u64>), b: &(u64, Option<u64>)| a.0 <= end(b) + gap && b.0 <= end(a) + gap;
    let mut first: Vec<u64> = episodes.iter().map(|episode| episode.0).collect();
    loop {
        let before = first.clone();
        for (i, a) in episodes.iter().enumerate() {
            for (j, b) in episodes.iter().enumerate() {
                if joined(a, b) {
                    first[i] = first[i].min(first[j]);
                }
            }
        }
        if first == before {
            return first;
        }
    }
}

#[test]
fn months_add_up_to_the_midnights() {
    let asked = Asked::new();
    let stays = vec((0u64..700, 0u64..120), 1..30);
    proptest!(ProptestConfig::with_cases(48), |(stays in stays)| {
        let rows = stays.iter().enumerate().map(|(i, (from, length))| {
            vec![i.to_string(), date(*from), date(from + length)]
        });
        let wrong = asked.rows(&format!(
            "select count(*) from (
                 select i, sum(overlap_days(a, d, m, cast(m + interval '1 month' as date))) as days,
                     max(midnights(a, d)) as midnights, max(bed_days_plus1(a, d)) as bed_days
                 from (values {}) as s(i, a, d)
                 cross join (select cast(value as date) as m
                     from generate_series(date '2024-01-01', date '2026-12-01', interval '1 month')) group by i)
             where days <> midnights or bed_days <> midnights + 1",
            values(rows)
        ));
        prop_assert_eq!(&wrong[0][0], "0");
    });
}

#[test]
fn an_overlap_is_the_same_either_way_round() {
    let asked = Asked::new();
    let periods = vec((0u64..100, 0u64..50, 0u64..100, 0u64..50), 1..30);
    proptest!(ProptestConfig::with_cases(48), |(periods in periods)| {
        let mut rows = Vec::new();
        for (a, long, b, short) in &periods {
            let shared = (a + long).min(b + short).saturating_sub(*a.max(b));
            rows.push(vec![date(*a), date(a + long), date(*b), date(b + short), shared.to_string()]);
        }
        let wrong = asked.rows(&format!(
            "select count(*) from (values {}) as p(a, b, c, d, days)
             where overlap_days(a, b, c, d) <> days or overlap_days(c, d, a, b) <> days",
            values(rows)
        ));
        prop_assert_eq!(&wrong[0][0], "0");
    });
}

#[test]
fn spells_are_what_belongs_together() {
    let asked = Asked::new();
    let config = ProptestConfig::with_cases(48);
    let episode = (0u64..60, weighted(0.9, 0u64..12));
    let people = vec(vec(episode, 1..12), 1..6);
    proptest!(config, |(people in people, gap in 0u64..4, turn in any::<Index>())| {
        let mut rows = Vec::new();
        let mut expected = Vec::new();
        for (person, episodes) in people.iter().enumerate() {
            let ends = |(start, length): &(u64, Option<u64>)| (*start, length.map(|l| start + l));
            let episodes: Vec<_> = episodes.iter().map(ends).collect();
            let first = spells(&episodes, gap);
            let mut numbers = first.clone();
            numbers.sort_unstable();
            numbers.dedup();
            for (i, (start, finish)) in episodes.iter().enumerate() {
                let finish = finish.map_or_else(|| "null::date".to_string(), date);
                rows.push(vec![person.to_string(), i.to_string(), date(*start), finish]);
                let number = numbers.iter().position(|n| *n == first[i]).unwrap() + 1;
                expected.push(vec![person.to_string(), i.to_string(), number.to_string()]);
            }
        }
        // In whatever order the rows come.
        let by = turn.index(rows.len());
        rows.rotate_left(by);
        let found = asked.rows(&format!(
            "select person, i, spell_number(start, finish, {gap}) over (partition by person order by start)
             from (values {}) as e(person, i, start, finish) order by person, i",
            values(rows)
        ));
        prop_assert_eq!(found, expected);
    });
}

#[test]
fn an_age_lies_in_its_band() {
    let asked = Asked::new();
    let ages = vec((0u32..120, 1u32..=90), 1..40);
    proptest!(ProptestConfig::with_cases(48), |(ages in ages)| {
        let rows = ages.iter().map(|(age, width)| vec![age.to_string(), width.to_string()]);
        let wrong = asked.rows(&format!(
            "select count(*) from (
                 select age, width, split_part(replace(band, '+', ''), '-', 1)::int as first,
                     nullif(split_part(band, '-', 2), '')::int as last, band like '%+' as open
                 from (select age, width, age_band(age, width) as band from (values {}) as a(age, width)))
             where age < first or first % width <> 0 or (open and first + width <= 90)
                 or (not open and age > coalesce(last, first)) or (last is not null and last <> first + width - 1)",
            values(rows)
        ));
        prop_assert_eq!(&wrong[0][0], "0");
    });
}
