//! Queries that are wrong are told so, and queries that break a library are no crash.

use crate::project::{Project, synth};

fn project() -> Project {
    let record = synth(60, 9, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    project
}

#[test]
fn frames_that_no_row_can_have_are_refused() {
    let project = project();
    let count = |frame: &str| {
        format!(
            "select count(*) over (order by recorded range between {frame}) from record.condition"
        )
    };
    for (frame, why) in [
        (
            "interval '-1 month' preceding and current row",
            "is negative",
        ),
        (
            "interval '-1 day' preceding and interval '-1 day' following",
            "is negative",
        ),
        ("current row and interval '-1 day' following", "is negative"),
        (
            "interval '1 day' preceding and interval '5 days' preceding",
            "begins after its end",
        ),
        (
            "interval '5 days' following and interval '1 day' following",
            "begins after its end",
        ),
        (
            "interval '30 days' preceding and interval '1 month' preceding",
            "cannot be compared",
        ),
    ] {
        let said = project.fails(2, &["sql", "--record-level", "a test", "-c", &count(frame)]);
        assert!(
            said.starts_with("error: query: no row has the frame range between"),
            "{said}"
        );
        assert!(said.contains(why), "{frame}: {said}");
        assert!(!said.contains("disk"), "{said}");
    }
    for (sql, why) in [
        (
            "select sum(record_row) over (order by record_row range between '-1' preceding and current row) from record.condition",
            "is negative",
        ),
        (
            "select count(*) over (order by code range between 1 preceding and current row) from record.condition",
            "has no distances",
        ),
        (
            "select count(*) over (order by recorded - date '2020-01-01' range between interval '1 day' preceding and current row) from record.condition",
            "distance",
        ),
        (
            "with w as (select count(*) over (order by recorded range between interval '-1 day' preceding and current row) as n from record.condition) select max(n) from w",
            "is negative",
        ),
    ] {
        let said = project.fails(2, &["sql", "--record-level", "a test", "-c", sql]);
        assert!(said.contains(why), "{sql}: {said}");
        assert!(!said.contains("disk"), "{said}");
    }
    let month = count("interval '1 month' preceding and interval '2 days' following");
    let counts = project.sql(&month);
    assert!(counts.iter().all(|row| row[0].parse::<i64>().unwrap() >= 1));
}

#[test]
fn a_panic_of_a_library_is_an_error_of_the_query() {
    let project = project();
    for sql in [
        "select sum(1) over (rows between 18446744073709551614 following and 18446744073709551615 following) from record.patient",
        "select count(*) over (order by record_key groups between 18446744073709551615 preceding and 18446744073709551615 following) from record.patient",
    ] {
        let said = project.fails(
            3,
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
        assert!(
            said.contains("this is a bug in Populace or in one of its libraries"),
            "{said}"
        );
        assert!(said.contains("it stopped at arrow-buffer-"), "{said}");
        assert!(
            !said.contains("panicked") && !said.contains("/registry/"),
            "{said}"
        );
        assert!(!project.path("rows.csv").exists());
        assert_eq!(std::fs::read_dir(project.path("tmp")).unwrap().count(), 0);
    }
    // Its place is in the log of the libraries.
    let sql = "select sum(1) over (rows between 18446744073709551614 following and 18446744073709551615 following) from record.patient";
    let said = project.fails(3, &["sql", "--record-level", "a test", "-vvv", "-c", sql]);
    assert!(
        said.contains("panicked") && !said.contains("stack backtrace"),
        "{said}"
    );
}

#[test]
fn a_window_function_without_over_is_told_how() {
    let project = project();
    for (call, name) in [
        ("lag(person_key)", "lag"),
        ("row_number()", "row_number"),
        ("xmr(1.0, 1)", "xmr"),
        ("phe_quantile(1.0, 10)", "phe_quantile"),
        ("spell_number(recorded, recorded)", "spell_number"),
    ] {
        let said = project.fails(
            2,
            &[
                "sql",
                "--record-level",
                "a test",
                "-c",
                &format!("select {call} from record.condition"),
            ],
        );
        let wanted = format!("{name} is a window function, and stands without `over (…)`");
        assert!(said.contains(&wanted), "{said}");
        assert!(
            said.contains(&format!("hint: write {name}(…) over (partition by")),
            "{said}"
        );
    }
    let said = project.fails(
        2,
        &[
            "sql",
            "--record-level",
            "a test",
            "-c",
            "select xmr('a') over (order by 1)",
        ],
    );
    assert!(said.contains("xmr cannot be called as"), "{said}");
    let said = project.fails(
        2,
        &["sql", "--record-level", "a test", "-c", "select logg(1)"],
    );
    assert!(said.contains("did you mean"), "{said}");
}

#[test]
fn records_are_flat_in_csv() {
    let project = project();
    let sql = "select n, byar_ci(n, 0.95) as r, named_struct('a', named_struct('b', n)) as s, \
               make_array(n, null) as l from (values (10), (null)) as t(n) order by n";
    let csv = project.ok(&[
        "sql",
        "--record-level",
        "a test",
        "--format",
        "csv",
        "-c",
        sql,
    ]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "n,r.value,r.lower,r.upper,r.statistic,r.method,s.a.b,l"
    );
    assert!(lines[1].starts_with("10,10.0,4.787449913967"), "{csv}");
    assert!(lines[1].ends_with(",10,\"[10,null]\""), "{csv}");
    assert!(
        lines[2].starts_with(",,,,") && lines[2].ends_with(",\"[null,null]\""),
        "{csv}"
    );
    project.ok(&[
        "sql",
        "--record-level",
        "a test",
        "-o",
        "rows.csv",
        "-c",
        sql,
    ]);
    assert_eq!(
        std::fs::read_to_string(project.path("rows.csv")).unwrap(),
        csv
    );
}

#[test]
fn a_query_that_is_wrong_is_not_sent_to_the_disk() {
    let project = project();
    for (sql, hint) in [
        (
            "select cast(source as int) from record.condition",
            "try_cast",
        ),
        ("select record_row % 0 from record.condition", "nullif"),
        (
            "select repeat(source, 9223372036854775807) from record.condition",
            "make it smaller",
        ),
    ] {
        let said = project.fails(3, &["sql", "--record-level", "a test", "-c", sql]);
        assert!(said.contains(hint) && !said.contains("disk"), "{said}");
    }
    // What has no text holds a value, which is not shown.
    for format in ["csv", "json", "table"] {
        let sql = "select arrow_cast(cast(2147483647 - record_row as int), 'Date32') as d from record.condition";
        let output = project.run(&[
            "sql",
            "--record-level",
            "a test",
            "--format",
            format,
            "-c",
            sql,
        ]);
        let said = String::from_utf8_lossy(&output.stderr).to_string();
        assert!(!said.contains("2147483"), "{said}");
    }
}

#[test]
fn what_the_engine_would_answer_wrongly_is_refused() {
    let project = project();
    let within = "select code from record.condition";
    for (sql, instead) in [
        (format!("select count(*) from record.patient where 'x' not in ({within})"), "exists"),
        (format!("select count(*) from record.patient where not ('x' in ({within}))"), "exists"),
        (format!("select count(*) from record.patient where 'x' not in ({within}) or person_key > 1"), "exists"),
        ("select count(*) from record.patient p where p.practice_code not in (select c.code from record.condition c where c.person_key = p.person_key)".to_string(), "not exists"),
        ("select count(*) from record.patient p where not (p.practice_code in (select c.code from record.condition c where c.person_key < p.person_key))".to_string(), "not exists"),
        (format!("select count(*) from record.patient where practice_code not in ({within}) or person_key > 1"), "place of its own"),
        (format!("select count(*) from record.patient where not (practice_code in ({within}) and person_key > 1)"), "place of its own"),
        (format!("select count(*) from record.patient where (practice_code in ({within})) is null"), "place of its own"),
        (format!("select practice_code in ({within}) as x from record.patient"), "place of its own"),
        (format!("select count(*) from record.patient where (practice_code in ({within})) = (person_key > 1)"), "place of its own"),
        (format!("select sum(case when practice_code not in ({within}) then 1 else 0 end) from record.patient"), "place of its own"),
        ("select lead(code) ignore nulls over (order by record_key) from record.condition".to_string(), "desc"),
        ("select lag(code, -1) ignore nulls over (order by record_key) from record.condition".to_string(), "desc"),
    ] {
        let said = project.fails(2, &["sql", "--record-level", "a test", "-c", &sql]);
        let hint = said.split("hint: ").nth(1).unwrap_or_default();
        assert!(hint.contains(instead), "{sql}: {said}");
    }
    project.ok(&[
        "sql",
        "--record-level",
        "a test",
        "-c",
        "select lag(code, 2) ignore nulls over (order by record_key) from record.condition",
    ]);
    project.ok(&[
        "sql",
        "--record-level",
        "a test",
        "-c",
        &format!("select count(*) from record.patient where practice_code not in ({within})"),
    ]);
}

#[test]
fn what_other_engines_answer_otherwise_is_refused_and_shown() {
    let project = project();
    let people = "from record.patient";
    for (sql, shown, instead) in [
        (
            format!("select sum(record_row) / count(*) as mean {people}"),
            "record_row) / count(*)",
            "as double",
        ),
        (
            format!("select count(*) {people} group by person_key / 2"),
            "person_key / 2",
            "as double",
        ),
        (
            format!(
                "select 1 {people} where exists (select 1 from record.condition c where c.person_key / 2 = 1)"
            ),
            "person_key / 2",
            "as double",
        ),
        (
            "select date_part('year', $as_of) / 10".to_string(),
            "$as_of",
            "as double",
        ),
        (
            format!("select to_char(birth_month, 'YYYY-MM') as month {people}"),
            "to_char",
            "'%Y-%m-%d'",
        ),
        (
            "select date_format($as_of, 'yyyy')".to_string(),
            "yyyy",
            "'%Y-%m-%d'",
        ),
        (
            "select to_date('22/11/2026', '%d/%m/%Y', 'DD/MM/YYYY')".to_string(),
            "to_date",
            "'%Y-%m-%d'",
        ),
        (
            format!("select substr(practice_code, -2) {people}"),
            "substr",
            "right(text, 2)",
        ),
        (
            format!("select substring(practice_code, 0, 3) {people}"),
            "substr",
            "substr(text, 1, 3)",
        ),
    ] {
        let said = project.fails(2, &["sql", "--record-level", "a test", "-c", &sql]);
        let (what, hint) = said.split_once("hint: ").unwrap_or_default();
        assert!(what.contains(shown), "{sql}: {said}");
        assert!(hint.contains(instead), "{sql}: {said}");
    }
    for (sql, value) in [
        ("select cast(7 as double) / 2", "3.5"),
        ("select cast(trunc(cast(7 as double) / 2) as bigint)", "3"),
        ("select 7 % 2", "1"),
        (
            "select to_char(date '2026-11-22', '%d/%m/%Y')",
            "22/11/2026",
        ),
        (
            "select cast(to_date('22/11/2026', '%d/%m/%Y') as varchar)",
            "2026-11-22",
        ),
        (
            "select to_char(arrow_cast(3600, 'Duration(Second)'), 'iso8601')",
            "PT3600S",
        ),
        (
            "select substr('abcdef', 1, 3) || right('abcdef', 2)",
            "abcef",
        ),
    ] {
        assert_eq!(project.sql(sql), [[value.to_string()]], "{sql}");
    }
}

#[test]
fn whole_numbers_that_pass_their_type_are_an_error() {
    let project = project();
    let large = "arrow_cast(2000000000 + record_row, 'Int32')";
    for sql in [
        format!("select {large} + {large} as x from record.condition"),
        format!("select {large} * {large} as x from record.condition"),
        format!("select -{large} - {large} as x from record.condition"),
        format!("select sum({large} * {large}) as x from record.condition"),
        format!(
            "select record_row, max({large} + {large}) as x from record.condition group by record_row"
        ),
        format!("select count(*) as x from record.condition where {large} + {large} < 0"),
    ] {
        let said = project.fails(
            3,
            &[
                "sql",
                "--record-level",
                "a test",
                "-o",
                "rows.csv",
                "-c",
                &sql,
            ],
        );
        assert!(said.contains("cast to bigint"), "{sql}: {said}");
        assert!(!said.contains("2000000"), "{said}");
    }
    let wide = format!("select max(cast({large} as bigint) * {large}) as x from record.condition");
    assert!(project.number(&wide) >= 4_000_000_000_000_000_000);
}

/// What a model withholds by `case` does not come out as a field of it.
#[test]
fn a_field_of_a_struct_that_is_null_is_null() {
    let project = project();
    let groups = "select k, dsr(x, 10, 1.0) as r, count(*) as n from (values ('a', 10), ('a', 20), ('b', 20)) as v(k, x) group by k";
    for query in [
        format!(
            "with g as ({groups}) select k, (case when n = 2 then r end)['value'] from g order by k"
        ),
        format!(
            "with g as ({groups}), w as (select k, case when n = 2 then r end as r from g) select k, r['value'] from w order by k"
        ),
        format!(
            "with g as ({groups}), w as (select k, named_struct('r', case when n = 2 then r end) as s from g) select k, s['r']['value'] from w order by k"
        ),
    ] {
        assert_eq!(
            project.sql(&query),
            [["a", "150000.0"], ["b", ""]],
            "{query}"
        );
    }
}

/// What an outer join has no row for is replaced before it is counted with, not after.
#[test]
fn a_field_over_an_outer_join_sees_what_replaces_its_null() {
    let project = project();
    let query = "with a as (select * from (values ('p'), ('q')) as v(area)), c as (select * from (values ('p', 5)) as w(area, n)), f as (select a.area, coalesce(c.n, 0) as x from a left join c on a.area = c.area), e as (select area, x, rate(x, 100, 100.0) as z from f) select area, x, z['value'] from e order by area";
    assert_eq!(project.sql(query), [["p", "5", "5.0"], ["q", "0", "0.0"]]);
}

#[test]
fn a_date_and_a_number_are_no_pair() {
    let project = project();
    for sql in [
        "select count(*) from record.patient where record_row > $as_of",
        "select count(*) from record.patient where $as_of - interval '1 month' > 18",
        "select count(*) from record.condition where recorded > 20240101",
        "select count(*) from record.condition where record_row between $as_of and $as_of",
        "select count(*) from record.condition where recorded in (20240101)",
        "select count(*) from record.condition where record_row in ($as_of)",
        "select count(*) from record.condition where record_row in (select recorded from record.condition)",
        "select case when record_row = 1 then $as_of else 3 end as x from record.condition",
        "select case record_row when $as_of then 1 end as x from record.condition",
        "select record_row from record.condition union all select $as_of",
        "select count(*) from record.condition a join record.condition b on a.recorded = b.record_row",
        "select count(*) from record.condition where record_row is distinct from $as_of",
    ] {
        let said = project.fails(2, &["sql", "-c", sql]);
        assert!(
            said.starts_with("error: query: a date and a number"),
            "{sql}: {said}"
        );
        assert!(said.contains("hint: write two dates"), "{said}");
    }
    // A parameter has its type before anything stands beside it.
    for (sql, expected) in [
        (
            "select coalesce(date '2026-08-31' > $as_of - interval '1 month', false) as recent",
            "true",
        ),
        ("select $as_of - interval '1 month' as day", "2026-08-30"),
        ("select $as_of as day", "2026-09-30"),
        ("select date_trunc('month', $as_of) as day", "2026-09-01"),
        ("select $as_of + 1 as day", "2026-10-01"),
        ("select $as_of in (date '2026-09-30') as same", "true"),
    ] {
        let rows = project.sql(sql);
        assert!(rows[0][0].starts_with(expected), "{sql}: {rows:?}");
    }
}

#[test]
fn a_model_that_compares_a_date_with_a_number_is_named_by_check() {
    let project = Project::with_library();
    let file = project.path("sql/marts/demographic/odd.sql");
    std::fs::write(
        &file,
        "/*\ndescription: People by sex\ngrain: sex\ncolumns:\n  sex: Sex\n  people: People\n*/\nselect sex, count(*) as people from core.person where age > $as_of group by sex\n",
    )
    .unwrap();
    let said = project.fails(2, &["check"]);
    assert!(
        said.contains("sql/marts/demographic/odd.sql: a date and a number are compared"),
        "{said}"
    );
    assert!(said.contains("hint: write two dates"), "{said}");
}

#[test]
fn the_same_call_with_an_index_may_be_asked_for_twice() {
    let project = project();
    let lower = "wilson_ci(record_row + 5, 1000)['lower']";
    for sql in [
        format!("select {lower} as a, {lower} as b from record.condition"),
        format!("select {lower} + 1 as a, {lower} + 1 as b from record.condition where {lower} > 0 order by {lower}"),
        format!("select a, b from (select {lower} as a, {lower} as b, record_row from record.condition) where {lower} > 0"),
        format!("select sum({lower}) as a, sum({lower}) as b from record.condition"),
        "select string_to_array(code, '1')[1] || string_to_array(code, '1')[1] as a, string_to_array(code, '1')[1] || string_to_array(code, '1')[1] as b from record.condition where string_to_array(code, '1')[1] <> '' group by string_to_array(code, '1')[1], code".to_string(),
    ] {
        let rows = project.sql(&sql);
        assert!(!rows.is_empty(), "{sql}");
        assert!(rows.iter().all(|row| row[0] == row[1]), "{sql}");
    }
}
