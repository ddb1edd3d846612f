//! Every function with every clause that SQL allows in a call: the value of the plain call, or an
//! error that says why not.

use super::answers::Asked;
use populace::functions::{Definition, sections};

/// An aggregate over rows with a group `g`, a number `k` of each row (1, 2, 3 … in a group) and
/// its arguments; and a frame in which the function has enough rows.
struct Called {
    name: &'static str,
    arguments: &'static str,
    rows: &'static str,
    frame: (u32, u32),
    /// Why a frame that begins with one row has no value.
    too_few: Option<&'static str>,
    /// Whether it has a value of any of its rows.
    of_any_rows: bool,
}

const BANDS: &str = "(select g, k, cast(6 * k + 3 * g as double) as x, 1000.0 * k as n,
    6000.0 - 100 * k as w from (values (1), (2)) as a(g)
    cross join (values (1), (2), (3), (4), (5), (6)) as b(k))";
const CELLS: &str = "(select g, k, 'cell ' || k as cell, 'demographic' as step, 'people' as factor,
    6.0 * k + 3 * g as x from (values (1), (2)) as a(g)
    cross join (values (1), (2), (3), (4), (5), (6)) as b(k))";
const QUINTILES: &str = "(select g, k, 1000.0 + 10 * k as n, 70.0 + k + 0.1 * (k * k % 3) * g as v,
    69.0 + k as l, 71.5 + k as u from (values (1), (2)) as a(g)
    cross join (values (1), (2), (3), (4), (5)) as b(k))";
const AGES: &str = "(select g, k, case k when 1 then 0 when 2 then 1 else 5 * (k - 2) end as age,
    4000 as n, 3 * k + g as d from (values (1), (2)) as a(g)
    cross join (select value as k from generate_series(1, 20)) as b)";
const CODES: &str = "(select g, k, code from (values (1, 1, 'I50'), (1, 2, 'E11.9'), (1, 3, null),
    (1, 4, 'I50.1'), (1, 5, 'F00.1'), (2, 1, 'C78'), (2, 2, 'none')) as t(g, k, code))";
const NAMES: &str = "(select g, k, code from (values (1, 1, 'epilepsy'), (1, 2, 'asthma'),
    (1, 3, null), (2, 1, 'epilepsy'), (2, 2, 'none')) as t(g, k, code))";
const LISTS: &str = "(select g, k, date '2026-01-01' + cast(2 * k + g as int) as referred,
    date '2026-01-04' + cast(3 * k as int) as removed, date '2026-01-01' as since,
    date '2026-01-31' as until
    from (values (1), (2)) as a(g) cross join (values (1), (2), (3), (4), (5), (6)) as b(k))";

fn called() -> Vec<Called> {
    let call = |name, arguments, rows| Called {
        name,
        arguments,
        rows,
        frame: (2, 1),
        too_few: None,
        of_any_rows: true,
    };
    let index = |name, arguments| Called {
        frame: (4, 4),
        too_few: Some("must be 5 or more in a group"),
        of_any_rows: false,
        ..call(name, arguments, QUINTILES)
    };
    let five = |name, arguments| Called {
        frame: (3, 2),
        ..call(name, arguments, BANDS)
    };
    vec![
        call("average_people", "x, 90", BANDS),
        call("mean_ci", "x", BANDS),
        call("dsr", "x, n, w", BANDS),
        call("dsr_repeat", "x, 2 * x, n, w", BANDS),
        call("isr", "x, n, 7 * x, 9 * n", BANDS),
        call("isr_rate", "x, n, 7 * x, 9 * n", BANDS),
        index("sii", "k, n, v"),
        index("rii", "k, n, v"),
        index("sii_simulated", "k, n, v, l, u"),
        index("rii_simulated", "k, n, v, l, u"),
        call("life_expectancy", "age, n, d", AGES),
        call("attributable_fraction", "w / 100000, k", BANDS),
        call("attributable_events", "x, w / 10000", BANDS),
        Called {
            frame: (6, 6),
            of_any_rows: false,
            ..call("concentration_index", "k, n, x", BANDS)
        },
        call(
            "waiting_list_flow",
            "referred, removed, since, until",
            LISTS,
        ),
        call("queue_by_day", "referred, removed, since, until", LISTS),
        call("healthy_life_expectancy", "age, n, d, k, 40", AGES),
        call("cumulative_incidence", "k, k % 2, 4", BANDS),
        call("years_of_life_lost", "x, k, n", BANDS),
        five("recent_trend", "k, x, x - w / 100, x + w / 100"),
        five("recent_trend_proportion", "k, x, n"),
        call(
            "project_demand",
            "cell, x, 1, step, factor, 1, 1.2, 1",
            CELLS,
        ),
        call("charlson", "code", CODES),
        call("elixhauser", "code", CODES),
        call("hfrs", "code", CODES),
        call("cambridge_multimorbidity", "code", NAMES),
    ]
}

/// What a query gives, as one text.
fn answer(asked: &Asked, sql: &str) -> String {
    let rows = asked.rows(sql).into_iter();
    rows.map(|row| row.join(" | "))
        .collect::<Vec<_>>()
        .join("\n")
}

fn refused(asked: &Asked, sql: &str, said: &str) {
    let error = asked.error(sql);
    assert!(error.contains(said), "{sql}: {error}");
}

#[test]
fn every_aggregate_of_ours_is_called_with_every_clause() {
    let called = called();
    for section in sections() {
        for function in section.functions {
            let name = function.doc.name;
            if matches!(function.definition, Definition::Aggregate(_)) {
                assert!(called.iter().any(|c| c.name == name), "{name} is missing");
            }
        }
    }
    let asked = Asked::new();
    for call in &called {
        order_and_filter(&asked, call);
        clauses_without_a_meaning(&asked, call);
        frames(&asked, call);
    }
}

fn order_and_filter(asked: &Asked, call: &Called) {
    let Called {
        name,
        arguments,
        rows,
        ..
    } = call;
    let plain = |from: &str| {
        let by_group = format!("select g, {name}({arguments}) from {from} group by g order by g");
        let of_all = format!("select {name}({arguments}) from {from} where g = 1");
        [answer(asked, &by_group), answer(asked, &of_all)]
    };
    let with = |inside: &str, after: &str| {
        let call = format!("{name}({arguments} {inside}) {after}");
        let by_group = format!("select g, {call} from {rows} group by g order by g");
        let of_all = format!("select {call} from {rows} where g = 1");
        [answer(asked, &by_group), answer(asked, &of_all)]
    };
    let expected = plain(rows);
    for order in ["order by k", "order by k desc", "order by n_or_null, k"] {
        let order = order.replace("n_or_null", "nullif(k, 2)");
        assert_eq!(with(&order, ""), expected, "{name}({arguments} {order})");
    }
    let all = with("", "filter (where k < 1000)");
    assert_eq!(all, expected, "{name} with a filter");
    if call.of_any_rows {
        let some = plain(&format!("(select * from {rows} where k not in (2, 5))"));
        assert_ne!(some, expected, "{name}");
        assert_eq!(with("", "filter (where k not in (2, 5))"), some, "{name}");
        assert_eq!(
            with("order by k", "filter (where k not in (2, 5))"),
            some,
            "{name}"
        );
    }
}

fn clauses_without_a_meaning(asked: &Asked, call: &Called) {
    let Called {
        name,
        arguments,
        rows,
        ..
    } = call;
    let refused = |call: &str, said: &str| {
        refused(asked, &format!("select {call} from {rows}"), said);
        let grouped = format!("select g, {call}, count(*) from {rows} group by g");
        if !call.contains(" over ") {
            super::clauses::refused(asked, &grouped, said);
        }
    };
    let distinct = format!("{name}: distinct has no meaning here");
    refused(&format!("{name}(distinct {arguments})"), &distinct);
    let over = format!("{name}(distinct {arguments}) over (order by k)");
    refused(&over, &distinct);
    for nulls in ["ignore", "respect"] {
        let call = format!("{name}({arguments}) {nulls} nulls");
        refused(&call, "NULLS are not permitted");
    }
    let over = format!("{name}({arguments}) ignore nulls over (partition by g)");
    refused(&over, "ignore nulls has no meaning here");
    let within = format!("{name}({arguments}) within group (order by k)");
    refused(&within, "WITHIN GROUP is only supported");
    let over = format!("{name}({arguments} order by k) over (partition by g)");
    refused(&over, "Aggregate ORDER BY is not implemented for window");
}

/// Each row of a window has the value of a group of the rows in its frame.
fn frames(asked: &Asked, call: &Called) {
    let Called {
        name,
        arguments,
        rows,
        frame: (before, after),
        ..
    } = call;
    let over = |over: &str| {
        let call = format!("{name}({arguments}) over ({over})");
        format!("select g, k, {call} from {rows} order by g, k")
    };
    let grouped = |frame: &str| {
        format!(
            "select a.g, a.k, {name}({}) from {rows} as a join {rows} as b
                 on a.g = b.g and {frame} group by a.g, a.k order by a.g, a.k",
            of_b(arguments)
        )
    };
    let same = |window: &str, frame: &str| {
        let found = answer(asked, &over(window));
        assert_eq!(
            found,
            answer(asked, &grouped(frame)),
            "{name} over ({window})"
        );
    };
    same("partition by g", "true");
    same(
        "partition by g order by k rows between unbounded preceding and unbounded following",
        "true",
    );
    for kind in ["rows", "range", "groups"] {
        same(
            &format!(
                "partition by g order by k {kind} between {before} preceding and {after} following"
            ),
            &format!("b.k between a.k - {before} and a.k + {after}"),
        );
    }
    let running = "partition by g order by k";
    match call.too_few {
        Some(why) => refused(asked, &over(running), why),
        None => same(running, "b.k <= a.k"),
    }
    // No rows at all: of a query, of a frame, and of what a filter leaves.
    let none = answer(
        asked,
        &format!("select {name}({arguments}) from {rows} where false"),
    );
    let empty = "partition by g order by k rows between 9 preceding and 8 preceding";
    let first =
        format!("select {name}({arguments}) over ({empty}) as r from {rows} where g = 1 and k = 1");
    assert_eq!(answer(asked, &first), none, "{name} over no rows");
    let call = format!("{name}({arguments}) filter (where false)");
    assert_eq!(answer(asked, &format!("select {call} from {rows}")), none);
    let grouped = answer(
        asked,
        &format!("select {call} from {rows} where g = 1 group by g"),
    );
    assert_eq!(grouped, none, "{name} of a group without rows");
}

/// Rates of three years at once, of bands of each year, are those of the three years' rows together.
#[test]
fn three_year_rates_are_those_of_the_rows_of_three_years() {
    let asked = Asked::new();
    let rows = "(select y, k, cast(4 * k + y % 5 as double) as x, 900.0 + 10 * k + y % 7 as n,
        6000.0 - 100 * k as w from generate_series(2016, 2025) as a(y)
        cross join generate_series(1, 19) as b(k)) as t";
    for call in [
        "dsr(x, n, w)",
        "dsr(x, n, w, 1000, 99.8)",
        "dsr_repeat(x, 2 * x, n, w)",
        "isr(x, n, 7 * x, 9 * n)",
        "years_of_life_lost(5 * k - 2.5, x, n)",
    ] {
        let sliding = answer(
            &asked,
            &format!(
                "select distinct y, {call} over (order by y range between 2 preceding and current row)
                     from {rows} order by y"
            ),
        );
        let mut plain = Vec::new();
        for year in 2016..=2025 {
            plain.push(answer(
                &asked,
                &format!("select {year}, {call} from {rows} where y between {year} - 2 and {year}"),
            ));
        }
        assert_eq!(sliding, plain.join("\n"), "{call}");
    }
    // Ten years of 19 bands of 4k + y mod 5 events; those of 2023 to 2025 have y mod 5 = 3, 4, 0.
    let last = asked.rows(&format!(
        "select r['observed'], r['population'] from (select y, dsr(x, n, w) over (order by y
             range between 2 preceding and current row) as r from {rows}) where y = 2025 limit 1"
    ));
    let events: i32 = (1..=19).map(|k| 3 * 4 * k + 7).sum();
    let people: i32 = (1..=19)
        .map(|k| 3 * (900 + 10 * k) + [2023, 2024, 2025].map(|y| y % 7).iter().sum::<i32>())
        .sum();
    assert_eq!(last[0], [format!("{events}.0"), format!("{people}.0")]);
}

/// The same arguments, of the rows that are called b.
fn of_b(arguments: &str) -> String {
    let mut out = String::new();
    let mut name = false;
    for sign in arguments.chars() {
        let letter = sign.is_ascii_alphabetic();
        if letter && !name {
            out.push_str("b.");
        }
        name = letter;
        out.push(sign);
    }
    out
}

#[test]
fn counts_with_every_clause() {
    let asked = Asked::new();
    let rows = "(values (1, 1, 'a'), (1, 2, 'a'), (1, null, 'b'), (2, 4, null), (2, null, 'c'))
        as t(g, k, v)";
    let counts = |calls: &str| answer(&asked, &format!("select {calls} from {rows}"));
    let groups = |calls: &str| {
        answer(
            &asked,
            &format!("select g, {calls} from {rows} group by g order by g"),
        )
    };
    assert_eq!(counts("count(distinct v), count(v), count(*)"), "3 | 4 | 5");
    let ordered = "count(distinct v order by k), count(v order by k), count(* order by k)";
    assert_eq!(counts(ordered), "3 | 4 | 5");
    assert_eq!(groups(ordered), "1 | 2 | 3 | 3\n2 | 1 | 1 | 2");
    assert_eq!(counts("count(distinct v order by k desc)"), "3");
    assert_eq!(
        groups("count(distinct v order by k) filter (where k > 0), max(k)"),
        "1 | 1 | 2\n2 | 0 | 4"
    );
    refused(
        &asked,
        &format!("select count(distinct v) ignore nulls from {rows}"),
        "NULLS are not permitted",
    );
    let sliding =
        "select k, count(distinct v) over (order by k rows between 1 preceding and current row),
        count(distinct v) over (order by k) from (values (1, 'a'), (2, 'a'), (3, 'b'), (4, null),
        (5, 'a')) as t(k, v) order by k";
    let expected = "1 | 1 | 1\n2 | 1 | 1\n3 | 2 | 2\n4 | 1 | 2\n5 | 1 | 2";
    assert_eq!(answer(&asked, sliding), expected);
}

#[test]
fn window_functions_of_ours_refuse_clauses_that_they_cannot_follow() {
    let asked = Asked::new();
    let rows = "(values (1, 1.0, date '2026-01-01'), (2, 2.0, date '2026-01-05')) as t(k, v, d)";
    for call in ["phe_quantile(v, 2)", "xmr(v)", "spell_number(d, d)"] {
        let name = call.split('(').next().unwrap();
        let plain = format!("select {call} over (order by k) from {rows}");
        assert_eq!(asked.rows(&plain).len(), 2, "{call}");
        let distinct = call.replace('(', "(distinct ");
        for (call, over, said) in [
            (&*distinct, "", "distinct has no meaning here"),
            (call, "ignore nulls ", "have no meaning here"),
            (call, "respect nulls ", "have no meaning here"),
        ] {
            let sql = format!("select {call} {over}over (order by k) from {rows}");
            refused(&asked, &sql, &format!("{name}: "));
            refused(&asked, &sql, said);
        }
        let filtered = format!("select {call} filter (where k > 1) over () from {rows}");
        refused(
            &asked,
            &filtered,
            "FILTER clause can only be used with aggregate",
        );
        for frame in [
            "rows 1 preceding",
            "rows between 1 preceding and 1 following",
            "rows between unbounded preceding and 1 preceding",
            "groups between current row and unbounded following",
        ] {
            let sql = format!("select {call} over (order by k {frame}) from {rows}");
            refused(
                &asked,
                &sql,
                "must not have a frame: the whole partition is read",
            );
        }
    }
}

#[test]
fn functions_of_one_row_refuse_every_clause() {
    let asked = Asked::new();
    let mut names: Vec<&str> = vec!["abs", "round", "concat"];
    for section in sections() {
        for function in section.functions {
            if matches!(function.definition, Definition::Scalar(_)) {
                names.push(function.doc.name);
            }
        }
    }
    for name in names {
        for (call, clause) in [
            (format!("{name}(1) over ()"), "over (…)"),
            (
                format!("{name}(1) filter (where false)"),
                "filter (where …)",
            ),
            (format!("{name}(distinct 1)"), "distinct"),
            (format!("{name}(1 order by 1)"), "order by"),
            (
                format!("{name}(1) ignore nulls"),
                "ignore nulls or respect nulls",
            ),
            (
                format!("{name}(1) within group (order by 1)"),
                "within group",
            ),
        ] {
            let said = format!("{name} takes no {clause}: ");
            refused(&asked, &format!("select {call}"), &said);
            refused(
                &asked,
                &format!("explain select 1 + (select max({call}))"),
                &said,
            );
        }
    }
    assert_eq!(asked.rows("select abs(all -1)"), [["1"]]);
}
