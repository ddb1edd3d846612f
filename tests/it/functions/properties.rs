//! What holds of statistics whatever the numbers are.

use super::answers::{Asked, values};
use proptest::collection::vec;
use proptest::prelude::*;

/// Cases of each property: every one is a query.
const CASES: u32 = 24;

fn cases() -> ProptestConfig {
    ProptestConfig::with_cases(CASES)
}

#[test]
fn a_baseline_has_as_many_events_as_are_expected_of_it_in_each_season() {
    let asked = Asked::new();
    let series = vec((0u32..400, 1u32..50), 9..40);
    proptest!(cases(), |(series in series, seasons in 1usize..5)| {
        let rows = series.iter().enumerate().map(|(period, (x, n))| {
            vec![period.to_string(), (period % seasons).to_string(), x.to_string(), n.to_string()]
        });
        let wrong = asked.rows(&format!(
            "select count(*) from (
                 select season, sum(x) as x, sum(e.expected) as expected,
                     bool_and(coalesce(e.lower <= e.expected and e.expected <= e.upper and e.lower >= 0, true)) as ordered
                 from (select season, x, expected_events(x, season, true, n) over (order by period) as e
                     from (values {}) as v(period, season, x, n)) where e.expected is not null group by season)
             where abs(x - expected) > 1e-6 * (1 + x) or not ordered",
            values(rows)
        ));
        prop_assert_eq!(&wrong[0][0], "0");
    });
}

#[test]
fn contributions_of_ages_add_up_to_the_gap() {
    let asked = Asked::new();
    let bands = vec((300u32..9000, 300u32..9000, 1u32..120, 1u32..120), 20);
    proptest!(cases(), |(bands in bands)| {
        let rows = bands.iter().enumerate().map(|(band, (p, q, d, e))| {
            let age = match band { 0 => 0, 1 => 1, band => 5 * (band - 1) };
            [age.to_string(), p.to_string(), d.to_string(), q.to_string(), e.to_string()].to_vec()
        });
        let rows: Vec<Vec<String>> = rows.collect();
        let found = asked.rows(&format!(
            "select abs(sum(g.contribution) - max(g.gap)) < 1e-9, abs(max(g.gap) + max(b.gap)) < 1e-9,
                 abs(max(g.gap) - max(o.value) + max(w.value)) < 1e-9
             from (select life_expectancy_gap(a, p, d, q, e) over () as g, life_expectancy_gap(a, q, e, p, d) over () as b
                 from (values {0}) as v(a, p, d, q, e))
             cross join (select life_expectancy(a, q, e) as o, life_expectancy(a, p, d) as w from (values {0}) as v(a, p, d, q, e))",
            values(rows)
        ));
        // Some tables are too small, or too uncertain, for a life expectancy.
        prop_assert!(!found[0].contains(&"false".to_string()), "{found:?}");
    });
}

#[test]
fn a_queue_is_who_has_come_and_not_gone() {
    let asked = Asked::new();
    let people = vec((0i32..60, proptest::option::of(0i32..40)), 1..40);
    proptest!(cases(), |(people in people)| {
        let rows = people.iter().map(|(referred, stayed)| {
            let removed = stayed.map_or("null".to_string(), |days| (referred + days).to_string());
            vec![referred.to_string(), removed]
        });
        let list = format!(
            "(select date '2026-01-01' + cast(r as int) as r, date '2026-01-01' + cast(d as int) as d
                 from (values {}) as v(r, d))",
            values(rows)
        );
        let wrong = asked.rows(&format!(
            "select count(*) from (
                 select day, waiting, count(p.r) as there
                 from (select q['day'] as day, q['waiting'] as waiting
                     from (select unnest(queue_by_day(r, d, date '2026-01-21', date '2026-02-20')) as q from {list}))
                 left join {list} as p on p.r <= day and (p.d is null or p.d > day)
                 group by day, waiting)
             where waiting <> there"
        ));
        prop_assert_eq!(&wrong[0][0], "0");
    });
}

#[test]
fn a_shrunk_rate_lies_between_its_own_and_that_of_all() {
    let asked = Asked::new();
    let areas = vec((0u32..90, 1u32..3000), 1..30);
    proptest!(cases(), |(areas in areas)| {
        let rows = areas.iter().map(|(x, n)| vec![x.to_string(), n.to_string()]);
        let wrong = asked.rows(&format!(
            "select count(*) from (select shrunk_rate(x, n) over () as r from (values {}) as v(x, n))
             where not (r.value between least(r.crude, r.overall) - 1e-6 and greatest(r.crude, r.overall) + 1e-6
                 and r.weight between 0 and 1)",
            values(rows)
        ));
        prop_assert_eq!(&wrong[0][0], "0");
    });
}

#[test]
fn an_incidence_without_losses_is_a_proportion_and_limits_bracket_it() {
    let asked = Asked::new();
    let people = vec((0u32..20, 0u32..3), 1..40);
    proptest!(cases(), |(people in people, horizon in 1u32..20)| {
        let rows = people.iter().map(|(day, event)| {
            // Whoever has no event is followed to the end.
            let day = if *event == 0 { 20 } else { *day };
            vec![day.to_string(), event.to_string()]
        });
        let found = asked.rows(&format!(
            "select abs(c.value - p) < 1e-12, coalesce(c.lower <= c.value and c.value <= c.upper, true),
                 abs(c.variance - p * (1 - p) / n) < 1e-12
             from (select cumulative_incidence(d, e, {horizon}) as c, avg(case when e = 1 and d <= {horizon} then 1.0 else 0.0 end) as p,
                     count(*) as n from (values {}) as v(d, e))",
            values(rows)
        ));
        prop_assert_eq!(&found[0], &["true", "true", "true"]);
    });
}

#[test]
fn a_concentration_index_changes_its_sign_with_the_order() {
    let asked = Asked::new();
    let quantiles = vec((1u32..900, 1u32..900), 2..12);
    proptest!(cases(), |(quantiles in quantiles)| {
        let last = quantiles.len() + 1;
        let rows = quantiles.iter().zip(1..).map(|((n, v), q)| vec![q.to_string(), n.to_string(), v.to_string()]);
        let found = asked.rows(&format!(
            "select abs(a.value + b.value) < 1e-12, abs(a.value) < 1, abs(a.variance - b.variance) < 1e-12, a.lower <= a.value
             from (select concentration_index(q, n, v, v) as a, concentration_index({last} - q, n, v, v) as b
                 from (values {}) as t(q, n, v))",
            values(rows)
        ));
        prop_assert_eq!(&found[0], &["true", "true", "true", "true"]);
    });
}
