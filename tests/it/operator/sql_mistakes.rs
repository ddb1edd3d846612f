//! What analysts write by mistake, or as another engine has it: each is told what to write here.

use crate::project::{Project, synth};

#[test]
fn each_mistake_is_told_what_to_write() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    for (sql, said, hint) in [
        (
            "select sex birth_month language from record.patient",
            "query:1:24: Expected: end of statement, found: language\n",
            "is a comma, an operator or a keyword missing",
        ),
        (
            "select count(* from record.patient",
            "Expected: )",
            "is a bracket open",
        ),
        (
            "select * from record.patient where sex = 'a",
            "Unterminated string",
            "close the text with '",
        ),
        (
            "select * from record.patient where sex = \u{2018}a\u{2019}",
            "Expected: an expression",
            "straight quotes",
        ),
        (
            "select [sex] from [record].[patient]",
            "found: [",
            "in double quotes",
        ),
        (
            "select top 10 * from record.patient",
            "does not know TOP",
            "`limit 10`",
        ),
        (
            "select * from {{ ref('patient') }}",
            "found: {",
            "without templates",
        ),
        (
            "select * from ref('patient')",
            "table 'ref' has no layer",
            "without templates",
        ),
        (
            "select * from '/srv/list.csv'",
            "has no layer",
            "under [reference]",
        ),
        (
            "select count(*) from core.person",
            "there is no table core.person",
            "`populace run core.person`",
        ),
        (
            "describe core.person",
            "there is no table core.person",
            "`populace run core.person`",
        ),
        (
            "select datediff(day, a, b) from record.patient",
            "Invalid function 'datediff'",
            "days_between(start, finish)",
        ),
        (
            "select dateadd(month, 3, a) from record.patient",
            "Invalid function 'dateadd'",
            "interval '3 months'",
        ),
        (
            "select iff(true, 1, 0)",
            "Invalid function 'iff'",
            "case when",
        ),
        (
            "select listagg(sex, ',') from record.patient",
            "Invalid function 'listagg'",
            "string_agg",
        ),
        ("select getdate()", "Invalid function 'getdate'", "$as_of"),
        (
            "select sysdate from record.patient",
            "column 'sysdate' not found",
            "$as_of",
        ),
        (
            "select len(sex) from record.patient",
            "Invalid function 'len'",
            "length(text)",
        ),
        (
            "select year(birth_month) from record.patient",
            "Invalid function 'year'",
            "date_part('year', day)",
        ),
        (
            "select date_trunc(month, birth_month) from record.patient",
            "column 'month' not found",
            "date_trunc('month', day)",
        ),
        (
            "select sex, count(*) from record.patient group by sex order by all",
            "column 'all' not found",
            "order by 1, 2",
        ),
        (
            "select mod(record_row, 2) from record.patient",
            "Invalid function 'mod'",
            "a % b",
        ),
        (
            "select to_number(sex) from record.patient",
            "Invalid function 'to_number'",
            "try_cast",
        ),
        (
            "select cast(record_row as number) from record.patient",
            "Unsupported SQL type number",
            "decimal(18, 2)",
        ),
        (
            "select sumn(record_row) from record.patient",
            "Invalid function 'sumn'",
            "did you mean 'sum'?",
        ),
        (
            "select * from record.patient where sex rlike 'a'",
            "does not know rlike",
            "regexp_like",
        ),
        (
            "select * from record.patient where true && true",
            "does not know &&",
            "write `and`",
        ),
        (
            "select * from record.patient where sex = \"female\"",
            "column 'female' not found",
            "single quotes",
        ),
        (
            "select sex as s from record.patient where s = 'a'",
            "column 's' not found",
            "do not know `as s`",
        ),
        (
            "select practice from record.patient",
            "column 'practice' not found",
            "`describe record.patient`",
        ),
        (
            "select a.sex from record.patient p",
            "column 'sex' not found in 'a'",
            "did you mean 'p.sex'?",
        ),
        (
            "select record_key from record.patient p join record.encounter e on p.person_key = e.person_key",
            "column 'record_key' is ambiguous",
            "write 'p.record_key' or 'e.record_key'",
        ),
        (
            "select sex from record.patient order by nothing",
            "column 'nothing' not found",
            "`describe record.patient`",
        ),
        (
            "select count(*) from record.patient join record.encounter using (person_ky)",
            "column 'person_ky' not found",
            "person_key'?",
        ),
        (
            "select sex from record.patient where count(*) > 5",
            "not allowed in the WHERE",
            "`having`",
        ),
        (
            "select sex from record.patient where row_number() over (order by sex) = 1",
            "a window function cannot stand here",
            "`qualify`",
        ),
        (
            "select sum(sex) from record.patient",
            "Function 'sum' failed",
            "count(*) filter",
        ),
        (
            "select * from record.patient where birth_month > 'yesterday'",
            "Cannot cast string",
            "date '2026-11-22'",
        ),
        (
            "select * from record.patient p left join record.encounter e where true",
            "join condition",
            "write `on",
        ),
        (
            "select $as_off",
            "there is no parameter $as_off",
            "did you mean 'as_of'?",
        ),
        ("-- a remark alone", "there is no query", "a single select"),
        (
            "select * from record.patient pivot (count(*) for sex in ('a'))",
            "does not know Pivot",
            "count(*) filter",
        ),
    ] {
        let error = project.fails(2, &["sql", "--record-level", "a test", "-c", sql]);
        assert!(error.contains(said), "{sql}: {error}");
        assert!(!error.contains(" at Line"), "{sql}: {error}");
        let told = error.split_once("hint: ").map_or("", |(_, told)| told);
        assert!(told.contains(hint), "{sql}: {error}");
        assert!(!told.contains("disk"), "{sql}: {error}");
    }
}

/// A name is proposed only where it is near what was written.
#[test]
fn functions_that_are_far_are_not_meant() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    for sql in [
        "select last_value_of_all(1)",
        "select mode(1)",
        "select to_base_64_url(1)",
    ] {
        let error = project.fails(2, &["sql", "--record-level", "a test", "-c", sql]);
        assert!(!error.contains("did you mean"), "{sql}: {error}");
    }
}

/// Editors on Windows put a byte order mark first and end lines with two characters.
#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    let model = project.path("sql/marts/demographic/population_profile.sql");
    let sql = std::fs::read_to_string(&model).unwrap();
    std::fs::write(&model, format!("\u{feff}{}", sql.replace('\n', "\r\n"))).unwrap();
    project.ok(&["check"]);
    let planned = project.json(&["plan", "marts.population_profile"]);
    let states = planned.as_array().unwrap().iter().map(|p| &p["state"]);
    assert!(
        states.clone().all(|state| state == "up_to_date"),
        "{planned}"
    );
    let question = project.path("question.sql");
    std::fs::write(&question, "\u{feff}select 1 as one\r\n").unwrap();
    project.ok(&["sql", "--record-level", "a test", "-f", "question.sql"]);
    let key = std::fs::read_to_string(project.path("test.key")).unwrap();
    std::fs::write(project.path("test.key"), format!("\u{feff}{key}\r\n")).unwrap();
    project.ok(&["pull"]);

    std::fs::write(&model, b"/* description: \xe9 */ select 1").unwrap();
    let error = project.fails(2, &["check"]);
    assert!(error.contains("hint: save it as UTF-8"), "{error}");
    std::fs::write(&model, "/*\ndescription: x\nselect 1 as one\n").unwrap();
    let error = project.fails(2, &["check"]);
    assert!(error.contains("its header does not end"), "{error}");
}
