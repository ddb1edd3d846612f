//! Every function with numbers and types that nobody means: a value that makes sense, NULL or an
//! error, and never a panic, a NaN or an infinity.

use super::answers::Asked;
use populace::functions::{Definition, sections};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A call of every function: its name, arguments that it can use, the rows of aggregates and
/// windows, and what follows the call.
const CALLS: &[(&str, &[&str], &str, &str)] = &[
    ("rate", &["12", "1000", "100", "0.95"], "", ""),
    ("proportion", &["12", "1000", "100", "0.95"], "", ""),
    ("average_people", &["x", "365"], ROWS, ""),
    ("mean_ci", &["x", "0.95"], ROWS, ""),
    ("byar_ci", &["12", "0.95"], "", ""),
    ("poisson_ci", &["12", "0.95"], "", ""),
    ("wilson_ci", &["12", "1000", "0.95"], "", ""),
    ("dsr", &["x", "1000 * k", "7 * k", "100", "0.95"], ROWS, ""),
    (
        "dsr_repeat",
        &["x", "2 * x", "1000 * k", "7 * k", "100", "0.95"],
        ROWS,
        "",
    ),
    (
        "isr",
        &["x", "1000 * k", "5 * x", "9000", "100", "0.95"],
        ROWS,
        "",
    ),
    (
        "isr_rate",
        &["x", "1000 * k", "5 * x", "9000", "100", "0.95"],
        ROWS,
        "",
    ),
    (
        "sii",
        &["k", "1000 * k", "x / 100", "'log'", "100", "0.95"],
        ROWS,
        "",
    ),
    (
        "rii",
        &["k", "1000 * k", "x / 100", "'logit'", "100", "0.95"],
        ROWS,
        "",
    ),
    (
        "sii_simulated",
        &[
            "k", "1000 * k", "x / 100", "x / 110", "x / 90", "'log'", "100", "0.95", "7",
        ],
        ROWS,
        "",
    ),
    (
        "rii_simulated",
        &[
            "k", "1000 * k", "x / 100", "x / 110", "x / 90", "'none'", "1", "0.95", "7",
        ],
        ROWS,
        "",
    ),
    ("phe_quantile", &["x", "3", "true"], ROWS, "over ()"),
    (
        "life_expectancy",
        &["age", "9000", "5 * k", "65", "0.95"],
        AGES,
        "",
    ),
    (
        "compare_to_benchmark",
        &["12", "20", "30", "'lower_is_better'"],
        "",
        "",
    ),
    (
        "compare_intervals",
        &["12", "20", "30", "40", "'lower_is_better'"],
        "",
        "",
    ),
    (
        "recent_trend",
        &["k", "x", "x - 1", "x + 1", "'lower_is_better'"],
        ROWS,
        "",
    ),
    (
        "recent_trend_proportion",
        &["k", "x", "100 * k", "'lower_is_better'"],
        ROWS,
        "",
    ),
    (
        "healthy_life_expectancy",
        &["age", "9000", "5 * k", "50", "90", "65", "0.95"],
        AGES,
        "",
    ),
    ("attributable_fraction", &["x / 1000", "2 + k"], ROWS, ""),
    ("attributable_events", &["x", "k / 10.0", "0.95"], ROWS, ""),
    ("shrunk_rate", &["x", "1000 * k", "1000"], ROWS, "over ()"),
    (
        "expected_events",
        &["x", "k % 2", "k < 5", "100 * k", "0.95"],
        ROWS,
        "over (order by k)",
    ),
    (
        "life_expectancy_gap",
        &["age", "9000", "5 * k", "8000", "4 * k", "2 * k", "k"],
        AGES,
        "over ()",
    ),
    (
        "concentration_index",
        &["k", "1000 * k", "x", "k", "0.95"],
        ROWS,
        "",
    ),
    (
        "waiting_list_flow",
        &[
            "date '2026-01-01' + cast(k as int)",
            "date '2026-02-01'",
            "date '2026-01-01'",
            "date '2026-02-28'",
        ],
        ROWS,
        "",
    ),
    (
        "queue_by_day",
        &[
            "date '2026-01-01' + cast(k as int)",
            "date '2026-02-01'",
            "date '2026-01-01'",
            "date '2026-01-09'",
        ],
        ROWS,
        "",
    ),
    ("rate_difference", &["12", "3", "20", "4", "0.95"], "", ""),
    ("rate_ratio", &["12", "3", "20", "4", "0.95"], "", ""),
    (
        "funnel_overdispersed",
        &["'ratio'", "x", "10 * k"],
        ROWS,
        "over ()",
    ),
    (
        "person_years",
        &[
            "date '2026-01-01'",
            "date '2026-01-05'",
            "date '2026-01-03'",
            "date '2026-02-01'",
        ],
        "",
        "",
    ),
    (
        "cumulative_incidence",
        &["x", "k % 3", "20", "0.95"],
        ROWS,
        "",
    ),
    (
        "years_of_life_lost",
        &["x", "k", "1000", "75", "1000", "0.95"],
        ROWS,
        "",
    ),
    ("funnel_limits", &["'rate'", "12", "50"], "", ""),
    (
        "funnel_significance",
        &["'rate'", "12", "1000", "50", "100"],
        "",
        "",
    ),
    (
        "xmr",
        &["x", "1", "20", "k = 4", "true", "3"],
        ROWS,
        "over (order by k)",
    ),
    ("normal_cdf", &["1.5"], "", ""),
    ("normal_quantile", &["0.5"], "", ""),
    ("chi_squared_cdf", &["3", "2"], "", ""),
    ("chi_squared_quantile", &["0.5", "2"], "", ""),
    ("icd10_normalise", &["'I10.X'"], "", ""),
    ("icd10_category", &["'I10.X'"], "", ""),
    ("in_code_list", &["'44054006'", "'diabetes'"], "", ""),
    ("charlson", &["'I50'", "'quan2011'"], ROWS, ""),
    ("charlson_age", &["66"], "", ""),
    ("elixhauser", &["'I50'", "'van_walraven'"], ROWS, ""),
    ("hfrs", &["'F00'"], ROWS, ""),
    (
        "cambridge_multimorbidity",
        &["'epilepsy'", "'general'"],
        ROWS,
        "",
    ),
    ("queue_load", &["30", "27"], "", ""),
    ("target_queue_size", &["30", "52", "4"], "", ""),
    ("target_capacity", &["30", "52", "4", "1", "1"], "", ""),
    ("relief_capacity", &["30", "1200", "390", "26", "1"], "", ""),
    ("waiting_pressure", &["9", "18"], "", ""),
    (
        "project_demand",
        &[
            "'cell ' || k",
            "12",
            "1",
            "'demographic'",
            "'population'",
            "0.9",
            "1.2",
            "1",
            "4",
            "20",
            "7",
        ],
        ROWS,
        "",
    ),
    (
        "age_at",
        &["date '1950-06-15'", "date '2026-06-15'"],
        "",
        "",
    ),
    ("age_band", &["47", "10"], "", ""),
    (
        "midnights",
        &["date '2026-01-01'", "date '2026-01-05'"],
        "",
        "",
    ),
    (
        "bed_days_plus1",
        &["date '2026-01-01'", "date '2026-01-05'"],
        "",
        "",
    ),
    (
        "overlap_days",
        &[
            "date '2026-01-01'",
            "date '2026-01-05'",
            "date '2026-01-03'",
            "date '2026-02-01'",
        ],
        "",
        "",
    ),
    (
        "days_between",
        &["date '2026-01-01'", "date '2026-01-05'"],
        "",
        "",
    ),
    (
        "spell_number",
        &["date '2026-01-01'", "date '2026-01-05'", "1"],
        ROWS,
        "over (order by k)",
    ),
    ("nhs_number_valid", &["'9434765919'", "true"], "", ""),
];

const ROWS: &str = "from (values (1, 21.0), (2, 17.5), (3, 30.0), (4, 12.0), (5, 9.0)) as t(k, x)";
const AGES: &str = "from (select value as k, case value when 1 then 0 when 2 then 1
    else 5 * (value - 2) end as age from generate_series(1, 20))";

/// Numbers at the ends of what there is.
const NUMBERS: &[&str] = &[
    "cast(null as double)",
    "cast('NaN' as double)",
    "cast('Infinity' as double)",
    "cast('-Infinity' as double)",
    "-1.0",
    "cast('-0.0' as double)",
    "0",
    "5e-324",
    "1e-300",
    "0.3",
    "1.0000000000000002",
    "9.999999999999999",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "1e150",
    "1e154",
    "1.7e308",
];

/// A value of every kind of type.
const TYPES: &[&str] = &[
    "null",
    "'text'",
    "arrow_cast('I10', 'Utf8View')",
    "arrow_cast('I10', 'LargeUtf8')",
    "arrow_cast('I10', 'Dictionary(Int32, Utf8)')",
    "arrow_cast(5, 'Dictionary(Int8, Int64)')",
    "cast(5 as decimal(60, 2))",
    "arrow_cast(5, 'UInt64')",
    "arrow_cast(5, 'Float16')",
    "true",
    "date '-262000-01-01'",
    "arrow_cast(2147483647, 'Date32')",
    "arrow_cast(-9223372036854775808, 'Timestamp(Microsecond, None)')",
    "timestamp '2026-01-02T10:00:00Z'",
    "interval '1 month'",
    "make_array(1, 2)",
    "named_struct('a', 1)",
    "(select 5 where false)",
];

/// What a query gives, or its error; a panic is named with the query.
fn outcome(asked: &Asked, sql: &str) -> Option<String> {
    let outcome = catch_unwind(AssertUnwindSafe(|| asked.outcome(sql)));
    match outcome {
        Ok(Ok(rows)) => {
            let rows = rows.iter().map(|row| row.join(" | "));
            Some(rows.collect::<Vec<_>>().join("\n"))
        }
        Ok(Err(error)) => {
            // A panic in a task of the engine comes as an error of its.
            let panicked = error.contains("panic") || error.contains("Internal error");
            assert!(!panicked, "{sql}: {error}");
            None
        }
        Err(_) => panic!("{sql} panics"),
    }
}

/// Of functions that draw a hundred thousand lines for each value, every few do.
fn step(name: &str) -> usize {
    if name.ends_with("_simulated") { 6 } else { 1 }
}

/// The call with one argument in the place of another, and no more arguments than up to `last`.
fn query(call: &(&str, &[&str], &str, &str), last: usize, place: usize, odd: &str) -> String {
    let (name, arguments, rows, after) = call;
    let mut arguments = arguments[..=last].to_vec();
    arguments[place] = odd;
    format!(
        "select {name}({}) {after} as r {rows}",
        arguments.join(", ")
    )
}

#[test]
fn every_function_is_called_here() {
    for section in sections() {
        for function in section.functions {
            let name = function.doc.name;
            let here = CALLS.iter().find(|call| call.0 == name);
            let (_, arguments, rows, after) = here.unwrap_or_else(|| panic!("{name} is missing"));
            assert_eq!(
                arguments.len(),
                function.doc.arguments.len().min(arguments.len()),
                "{name}"
            );
            let over = matches!(function.definition, Definition::Window(_));
            assert_eq!(after.starts_with("over"), over, "{name}");
            assert_eq!(
                rows.is_empty(),
                matches!(function.definition, Definition::Scalar(_))
            );
        }
    }
    let asked = Asked::new();
    for call in CALLS {
        let last = call.1.len() - 1;
        assert!(
            outcome(&asked, &query(call, last, 0, call.1[0])).is_some(),
            "{}",
            call.0
        );
    }
}

#[test]
fn odd_numbers_give_a_number_null_or_an_error() {
    let asked = Asked::new();
    for call in CALLS {
        let last = call.1.len() - 1;
        for place in 0..=last {
            for number in NUMBERS.iter().step_by(step(call.0)) {
                let sql = query(call, last, place, number);
                if let Some(found) = outcome(&asked, &sql) {
                    let nonsense = ["NaN", "inf"].iter().any(|text| found.contains(text));
                    assert!(!nonsense, "{sql}: {found}");
                }
            }
        }
    }
}

#[test]
fn odd_types_give_a_value_or_an_error() {
    let asked = Asked::new();
    for call in CALLS {
        for place in 0..call.1.len() {
            for odd in TYPES.iter().step_by(step(call.0)) {
                outcome(&asked, &query(call, place, place, odd));
            }
        }
        // No argument, one too many, all of them NULL, and no rows.
        let (name, arguments, rows, after) = call;
        let nulls = vec!["null"; arguments.len()].join(", ");
        for arguments in ["", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10", &nulls] {
            outcome(
                &asked,
                &format!("select {name}({arguments}) {after} {rows}"),
            );
        }
        if !rows.is_empty() {
            let arguments = arguments.join(", ");
            let none = format!("select {name}({arguments}) {after} {rows} where k < 0");
            assert!(outcome(&asked, &none).is_some(), "{none}");
        }
    }
}

/// Limits lie on either side of their value, and no count or rate has one below 0.
#[test]
fn limits_of_any_numbers_are_in_order() {
    let asked = Asked::new();
    let numbers =
        "(values (0.0), (5e-324), (1e-300), (1e-9), (0.3), (1.0), (7.0), (9.999999), (10.0), (1e6),
        (9223372036854775807.0), (1e150), (1.7e308)) as ";
    for (call, positive) in [
        ("poisson_ci(a, c)", true),
        ("byar_ci(a, c)", true),
        ("rate(a, b, 1000, c)", true),
        ("proportion(least(a, b), b, 100, c)", true),
        ("wilson_ci(least(a, b), b, c)", true),
    ] {
        let wrong = asked.rows(&format!(
            "select a, b, c, r from (select a, b, c, {call} as r from {numbers} x(a)
                 cross join {numbers} y(b) cross join (values (0.9), (0.95), (99.8), (0.9999999)) as z(c)
                 where b > 0)
             where r['lower'] > r['value'] * (1 + 1e-12) or r['upper'] < r['value'] * (1 - 1e-12)
                 or r['lower'] < 0 and {positive} or isnan(r['lower']) or isnan(r['upper'])"
        ));
        assert!(wrong.is_empty(), "{call}: {wrong:?}");
    }
}
