//! A number that passes its type, or that is none, is an error that says so and never another number.

use crate::project::{Project, synth};

fn project() -> Project {
    let record = synth(20, 9, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    project
}

/// Each query fails with this exit code and these words, and no digit of a value in them.
fn fail(project: &Project, code: i32, cases: &[(&str, &str)]) {
    for (sql, words) in cases {
        let said = project.fails(
            code,
            &[
                "sql",
                "--record-level",
                "a test",
                "-o",
                "rows.csv",
                "-c",
                sql,
            ],
        );
        assert!(said.contains(words), "{sql}: {said}");
        assert!(!said.contains("922337203685"), "{sql}: {said}");
        assert!(!project.path("rows.csv").exists(), "{sql}");
    }
}

/// Each query gives this one value.
fn give(project: &Project, cases: &[(&str, &str)]) {
    for (sql, value) in cases {
        assert_eq!(project.sql(sql), [[value.to_string()]], "{sql}");
    }
}

#[test]
fn sums_beyond_bigint_are_an_error_and_others_are_exact() {
    let project = project();
    let large = "(values (9223372036854775807, 1), (1, 2)) t(x, y)";
    let nines = "99999999999999999999999999999999999999";
    let sums: Vec<String> = [
        "sum(x)",
        "sum(x) over ()",
        "sum(x) over (order by y)",
        "sum(x) over (order by y rows between 1 preceding and current row)",
        "sum(distinct x)",
        "sum(x) filter (where y > 0)",
        "sum(cast(x as bigint unsigned) + cast(x as bigint unsigned))",
    ]
    .iter()
    .map(|sum| format!("select {sum} from {large}"))
    .chain([
        format!("select sum(x) from {large} group by y > 0"),
        format!("select sum(x) from {large} group by grouping sets ((y > 0), ())"),
        format!("select sum(cast('{nines}' as decimal(38,0))) from {large}"),
        format!("select sum(cast('{nines}' as decimal(38,0))) from {large} group by y > 0"),
        format!("select avg(cast('{nines}' as decimal(38,0))) from {large}"),
        format!(
            "select sum(arrow_cast(9000000000000000000 - y, 'Duration(Nanosecond)')) from {large}"
        ),
    ])
    .collect();
    for sql in &sums {
        fail(&project, 3, &[(sql, "verflow")]);
    }
    give(
        &project,
        &[
            // What has a place in the end has one, whatever the order.
            (
                "select sum(x) from (values (9223372036854775807), (5), (-9223372036854775807)) t(x)",
                "5",
            ),
            (
                "select sum(distinct x) from (values (9223372036854775807), (5), (5), (-9223372036854775807)) t(x)",
                "5",
            ),
            (
                "select max(s) from (select sum(x) over (order by y rows between 1 preceding and 1 following) as s from (values (9223372036854775807, 1), (-9223372036854775807, 2), (5, 3)) t(x, y))",
                "5",
            ),
            (
                "select cast(avg(arrow_cast(9000000000000000000 - y, 'Duration(Nanosecond)')) as bigint) from (values (0), (2)) t(y)",
                "8999999999999999999",
            ),
            (
                "select sum(x + 5) from (values (1), (2), (null)) t(x)",
                "13",
            ),
            (
                "select sum(x) from (values (cast(5 as int)), (2147483647)) t(x)",
                "2147483652",
            ),
        ],
    );
}

#[test]
fn constants_that_pass_their_type_are_an_error() {
    let project = project();
    fail(
        &project,
        3,
        &[
            ("select 9223372036854775807 + 1", "cast to bigint"),
            ("select 9223372036854775807 * 2", "cast to bigint"),
            ("select -9223372036854775807 - 2", "cast to bigint"),
            (
                "select x + 1 from (select 9223372036854775807 as x)",
                "cast to bigint",
            ),
            (
                "select count(*) from record.patient where 9223372036854775807 + 1 < 0",
                "cast to bigint",
            ),
            (
                "select case when true then abs(-9223372036854775807) + 1 end",
                "cast to bigint",
            ),
            (
                "select -x from (values (-9223372036854775807 - 1)) t(x)",
                "cast to bigint",
            ),
        ],
    );
    give(
        &project,
        &[
            ("select 18446744073709551615 + 1", "18446744073709551616"),
            (
                "select x from (select 1 as x union all select 1) limit 2 - 1",
                "1",
            ),
            (
                "select case when 1 > 2 then 9223372036854775807 + x else x end from (values (7)) t(x)",
                "7",
            ),
        ],
    );
}

#[test]
fn arithmetic_is_checked_wherever_it_stands() {
    let project = project();
    let rows = "(values (9000000000, 1)) t(a, b)";
    for sql in [
        format!("select sum(a * a * b) over (partition by a + 1 order by b * 2) from {rows}"),
        format!("select sum(b) over (partition by a * a * b) from {rows}"),
        format!("select sum(b) over (order by a * a * b) from {rows}"),
        format!("select lag(a * a * b) over (order by b) from {rows}"),
        format!("select a from {rows} order by a * a * b"),
        format!("select count(*) from {rows} group by a * a * b"),
        format!("select count(*) from {rows} group by rollup (a * a * b)"),
        format!("select count(*) filter (where a * a * b > 0) from {rows}"),
        format!("select b from {rows} group by b having sum(a * a * b) > 0"),
        format!("select t.a from {rows} join (values (5)) u(x) on t.a * t.a * t.b > u.x"),
        format!("select t.a from {rows} join (values (5)) u(x) on t.a * t.a * t.b = u.x"),
        format!("select a from {rows} where a in (select a * a * b from {rows})"),
        format!(
            "select a from {rows} where exists (select 1 from (values (5)) u(x) where u.x < t.a * t.a)"
        ),
        format!("select (select max(a * a * b) from {rows})"),
        format!("select unnest([a * a * b]) from {rows}"),
        format!("select a * a * b from {rows} union all select 1"),
        format!("select a from {rows} where b between 0 and a * a"),
    ] {
        fail(&project, 3, &[(&sql, "cast to bigint")]);
    }
    // What is checked keeps its name and its value.
    let csv = project.ok(&[
        "sql", "--record-level", "a test", "--format", "csv", "-c",
        "select b + 1, -b as n, sum(b * 2) over (order by b + 1), count(*) filter (where b * 1 > 0) over () from (values (1)) t(b)",
    ]);
    let (head, row) = csv.split_once('\n').unwrap();
    assert!(head.starts_with("t.b + Int64(1),n,"), "{csv}");
    assert_eq!(row.trim(), "2,-1,2,1");
}

#[test]
fn decimals_beyond_38_digits_are_an_error() {
    let project = project();
    let wide = "cast('12345678901234567890123456789.1234567' as decimal(38,7))";
    for sql in [
        format!("select {wide} * cast('1.234' as decimal(10,3))"),
        format!("select x * y from (values ({wide}, cast('1.234' as decimal(10,3)))) t(x, y)"),
        format!("select x + y from (values ({wide}, cast('1' as decimal(38,20)))) t(x, y)"),
        format!("select x / y from (values ({wide}, cast('0.0000000001' as decimal(20,10)))) t(x, y)"),
        "select x + x from (values (cast('99999999999999999999999999999999999999' as decimal(38,0)))) t(x)".to_string(),
        "select -x - x from (values (cast('99999999999999999999999999999999999999' as decimal(38,0)))) t(x)".to_string(),
    ] {
        fail(&project, 3, &[(&sql, "verflow")]);
    }
    fail(
        &project,
        3,
        &[(
            "select cast(x as decimal(3,1)) from (values (99.96e0)) t(x)",
            "wider decimal",
        )],
    );
    give(
        &project,
        &[(
            "select x * x from (values (cast(9223372036854775807 as decimal(38,0)))) t(x)",
            "85070591730234615847396907784232501249",
        )],
    );
}

#[test]
fn functions_whose_result_would_be_lost_are_an_error() {
    let project = project();
    fail(
        &project,
        3,
        &[
            (
                "select round(x, 400) from (values (1.5e0)) t(x)",
                "fewer places",
            ),
            (
                "select round(x, 300) from (values (1e10)) t(x)",
                "fewer places",
            ),
            ("select trunc(1e10, 300)", "fewer places"),
            ("select 1 << -1", "a shift goes by"),
            (
                "select x >> y from (values (8, 64)) t(x, y)",
                "a shift goes by",
            ),
            (
                "select date_bin(interval '7 days', x) from (values (arrow_cast('9999-12-31', 'Timestamp(Microsecond, None)'))) t(x)",
                "date_bin reaches",
            ),
            (
                "select cast(x as timestamp) from (values (date '9999-12-31')) t(x)",
                "compare dates with dates",
            ),
            (
                "select x + interval '300000 years' from (values (date '2024-01-31')) t(x)",
                "verflow",
            ),
        ],
    );
    give(
        &project,
        &[
            ("select round(2.345e0, 2)", "2.35"),
            ("select x << 3 from (values (5)) t(x)", "40"),
            ("select 1 << 62", "4611686018427387904"),
            (
                "select date '2024-01-31' + interval '1 month'",
                "2024-02-29",
            ),
            // 0 / 0 sorts last, as any number that is none does, and is one group with it.
            (
                "select max(x / y) from (values (0e0, 0e0), (1e0, 1e0)) t(x, y)",
                "NaN",
            ),
            (
                "select count(distinct x / y) from (values (0e0, 0e0), (cast('NaN' as double), 1e0)) t(x, y)",
                "1",
            ),
        ],
    );
}

#[test]
fn dates_lose_no_time_and_are_not_made_of_numbers() {
    let project = project();
    fail(
        &project,
        2,
        &[
            (
                "select date '2024-01-01' + interval '36 hours'",
                "cast(… as timestamp) + interval",
            ),
            (
                "select interval '1 second' + date '2024-01-01'",
                "cast(… as timestamp) + interval",
            ),
            (
                "select count(*) from record.condition where recorded - interval '1 hour' > date '2020-01-01'",
                "cast(… as timestamp) + interval",
            ),
            ("select cast(20240131 as date)", "to_date("),
            (
                "select try_cast(record_row as date) from record.condition",
                "to_date(",
            ),
            (
                "select record_row::timestamp from record.condition",
                "to_timestamp_seconds(",
            ),
        ],
    );
    give(
        &project,
        &[
            (
                "select date '2024-01-01' + interval '48 hours'",
                "2024-01-03",
            ),
            (
                "select to_date(cast(20240131 as varchar), '%Y%m%d')",
                "2024-01-31",
            ),
        ],
    );
}

#[test]
fn columns_of_a_union_have_the_type_of_both_sides() {
    let project = project();
    let mut rows = project.sql("select 1 as x union all select 2.5");
    rows.sort();
    assert_eq!(rows, [["1.0"], ["2.5"]]);
    let mut rows = project.sql("select 1 as x union all select 'a'");
    rows.sort();
    assert_eq!(rows, [["1"], ["a"]]);
}

#[test]
fn queries_too_deep_for_the_stack_are_refused() {
    let project = project();
    let chain = |one: &str, by: &str, times: usize| vec![one; times].join(by);
    let nested = |open: &str, close: &str, times: usize| {
        format!("select {}1{}", open.repeat(times), close.repeat(times))
    };
    let long = [
        format!("select {}", chain("1", "+", 10_000)),
        format!(
            "select count(*) from record.patient where {}",
            chain("record_row + 1 = 5", " or ", 5_000)
        ),
        format!("select {}", chain("'a'", "||", 20_000)),
        chain(
            "select record_row from record.patient",
            " union all ",
            3_000,
        ),
        chain("select 1", " intersect ", 1_000),
        format!(
            "select 1 from {}",
            chain("record.patient", " cross join ", 500)
        ),
        nested("(", ")", 10_000),
        nested("abs(", ")", 2_000),
        nested("case when true then ", " end", 2_000),
        nested("- ", "", 5_000),
    ];
    for sql in &long {
        let file = project.path("long.sql");
        std::fs::write(&file, sql).unwrap();
        let said = project.fails(
            2,
            &[
                "sql",
                "--record-level",
                "a test",
                "-f",
                file.to_str().unwrap(),
            ],
        );
        assert!(
            said.contains("too long")
                || said.contains("nested too deeply")
                || said.contains("Expected"),
            "{said:.300}"
        );
    }
    // As long as they may be.
    let mut steps = "with a0 as (select record_row as x from record.patient)".to_string();
    for step in 1..200 {
        let before = step - 1;
        steps.push_str(&format!(
            ", a{step} as (select sum(x) as x from a{before} where x <> {step})"
        ));
    }
    let fits = [
        (format!("select {} as n", chain("1", "+", 1_001)), "1001"),
        (format!("{steps} select count(*) from a199"), "1"),
        (
            format!(
                "select count(*) as n from ({})",
                chain("select 1", " union all ", 499)
            ),
            "499",
        ),
    ];
    for (sql, value) in &fits {
        let file = project.path("long.sql");
        std::fs::write(&file, sql).unwrap();
        let csv = project.ok(&[
            "sql",
            "--record-level",
            "a test",
            "--format",
            "csv",
            "-f",
            file.to_str().unwrap(),
        ]);
        assert_eq!(csv.lines().nth(1), Some(*value));
    }
}

/// Statistics of Parquet leave out what is no number: a reader that trusts them passes it over.
#[test]
fn what_is_no_number_is_found_in_a_table_as_in_a_query() {
    let record = synth(20, 9, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    let rows = "select value as n, case when value % 7001 = 0 then 0e0 / 0e0 else value % 90 + 0.5 end as x from (select unnest(generate_series(1, 200000)) as value)";
    let header =
        "/*\ndescription: Odd numbers.\ngrain: n\ncolumns:\n  n: A number\n  x: Another\n*/\n";
    std::fs::write(
        project.path("sql/marts/quality/odd_numbers.sql"),
        format!("{header}{rows}\n"),
    )
    .unwrap();
    project.ok(&["run", "marts.odd_numbers"]);
    for condition in [
        "x > 100",
        "not (x <= 100)",
        "x = cast('NaN' as double)",
        "x >= 90 or x > 1e300",
    ] {
        for table in ["marts.odd_numbers".to_string(), format!("({rows})")] {
            let count = format!("select count(*) from {table} where {condition}");
            assert_eq!(project.number(&count), 28, "{count}");
        }
    }
    let max = "select max(x), min(x), count(distinct x) from marts.odd_numbers";
    assert_eq!(project.sql(max), [["NaN", "0.5", "91"]]);
}
