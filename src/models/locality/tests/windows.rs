//! Windows, and orders that are total.

use super::{are_global, are_local};

#[tokio::test]
async fn windows_are_partitioned_by_the_person_key() {
    are_local(&[
        (
            "select person_key, count(*) over (partition by person_key) as n from record.visit",
            "person_key",
        ),
        (
            "select person_key, max(visit_date) over (partition by code, person_key) as n from record.visit",
            "person_key",
        ),
    ])
    .await;
    let apart = "window: it is not partitioned by the person key";
    are_global(&[
        ("select person_key, count(*) over () as n from record.visit", apart),
        (
            "select person_key, count(*) over (partition by code) as n from record.visit",
            apart,
        ),
        (
            "select person_key, count(*) over (partition by person_key) as n, max(pence) over (partition by code) as m from record.visit",
            apart,
        ),
        (
            "select person_key, row_number() over (order by person_key, visit_key) as n from record.visit",
            apart,
        ),
    ])
    .await;
}

#[tokio::test]
async fn functions_that_count_rows_need_a_total_order() {
    are_local(&[
        (
            "select person_key, row_number() over (partition by person_key order by visit_date, visit_key) as n from record.visit",
            "person_key",
        ),
        (
            "select person_key, lag(ward) over (partition by person_key order by stay_number) as n from record.stay",
            "person_key",
        ),
        (
            "select person_key, sum(pence) over (partition by person_key order by visit_key rows between unbounded preceding and current row) as n from record.visit",
            "person_key",
        ),
        // Rows that are alike get the same.
        (
            "select person_key, rank() over (partition by person_key order by visit_date) as n, dense_rank() over (partition by person_key order by code) as m from record.visit",
            "person_key",
        ),
        (
            "select person_key, count(*) over (partition by person_key order by visit_date) as n from record.visit",
            "person_key",
        ),
        (
            "select person_key, max(pence) over (partition by person_key rows between unbounded preceding and unbounded following) as n from record.visit",
            "person_key",
        ),
    ])
    .await;
    let alike = "its order may leave rows alike";
    are_global(&[
        (
            "select person_key, row_number() over (partition by person_key order by visit_date) as n from record.visit",
            &format!("row_number() over: {alike}"),
        ),
        (
            "select person_key, lead(code) over (partition by person_key order by code) as n from record.visit",
            &format!("lead() over: {alike}"),
        ),
        (
            "select person_key, first_value(code) over (partition by person_key order by visit_date) as n from record.visit",
            &format!("first_value() over: {alike}"),
        ),
        (
            "select person_key, max(pence) over (partition by person_key order by visit_date rows between 1 preceding and current row) as n from record.visit",
            &format!("max() over: {alike}"),
        ),
        (
            "select person_key, sum(cost) over (partition by person_key) as n from record.visit",
            "sum() over: it adds up floating-point numbers",
        ),
    ])
    .await;
}

#[tokio::test]
async fn rows_are_told_apart_through_joins_groups_and_choices() {
    let ranked = |rows: &str, order: &str| {
        format!(
            "select person_key, row_number() over (partition by person_key order by {order}) as n from ({rows}) as x"
        )
    };
    // Groups, a first row of each, a table that gives each row one, and an equal column.
    let local = [
        ranked(
            "select person_key, visit_date, max(pence) as p from record.visit group by person_key, visit_date",
            "visit_date",
        ),
        ranked(
            "select * from (select person_key, code, row_number() over (partition by person_key, code order by visit_key) as first from record.visit) as y where first = 1",
            "code",
        ),
        ranked(
            "select v.person_key, visit_key, name from record.visit v left join reference.code c on v.code = c.code",
            "visit_key",
        ),
        ranked(
            "select s.person_key, s.stay_number, v.visit_key from record.stay s join record.visit v on s.person_key = v.person_key",
            "stay_number, visit_key",
        ),
        ranked(
            "select person_key, relative_key from (select distinct person_key, visit_key, relative_key from record.visit) as y where visit_key = relative_key",
            "relative_key",
        ),
        ranked(
            "select person_key, stay_number, ward from record.stay where exists (select 1 from record.visit v where v.person_key = stay.person_key)",
            "stay_number",
        ),
        // The literal says of which query a row is.
        ranked(
            "select person_key, visit_key as k, 'v' as kind from record.visit union all select person_key, stay_number, 's' from record.stay",
            "k, kind",
        ),
        // A row of each person has one number.
        ranked(
            "select v.person_key, s.stay_number, v.visit_key from record.visit v join record.stay s on v.person_key = s.person_key and s.started = v.visit_date",
            "visit_key, stay_number",
        ),
        ranked(
            "select p.person_key, s.ward from (select person_key, max(visit_key) as number from record.visit group by person_key) as p join record.stay s on p.person_key = s.person_key and p.number = s.stay_number",
            "ward",
        ),
        // A table of one row repeats none.
        ranked(
            "select person_key, visit_key from record.visit cross join (select code from reference.code where code = 'a') as one",
            "visit_key",
        ),
    ];
    let global = [
        ranked(
            "select person_key, visit_date, code from record.visit where code = 'a'",
            "visit_date",
        ),
        ranked(
            "select person_key, code from (select person_key, code, row_number() over (partition by person_key, code order by visit_key) as first from record.visit) as y where first < 3",
            "code",
        ),
        ranked(
            "select v.person_key, v.visit_key, c.weight from record.visit v join reference.code c on v.code = c.name",
            "visit_key",
        ),
        ranked(
            "select s.person_key, s.stay_number, v.code from record.stay s join record.visit v on s.person_key = v.person_key",
            "stay_number",
        ),
        ranked(
            "select person_key, visit_key from record.visit union all select person_key, visit_key from record.visit",
            "visit_key",
        ),
        ranked(
            "select person_key, visit_key as k, 'v' as kind from record.visit union all select person_key, stay_number, 'v' from record.stay",
            "k, kind",
        ),
        ranked(
            "select person_key, visit_key as k, 'v' as kind from record.visit union all select person_key, stay_number, 's' from record.stay",
            "k",
        ),
        ranked(
            "select person_key, visit_key from record.visit cross join (select code from reference.code where name = 'a') as one",
            "visit_key",
        ),
        ranked(
            "select p.person_key, s.ward from (select person_key, max(visit_key) as number from record.visit group by person_key) as p join record.stay s on p.person_key = s.person_key and p.number >= s.stay_number",
            "ward",
        ),
        ranked(
            "select person_key, visit_key, unnest(codes) as c from record.visit",
            "visit_key",
        ),
    ];
    let local: Vec<(&str, &str)> = local
        .iter()
        .map(|sql| (sql.as_str(), "person_key"))
        .collect();
    are_local(&local).await;
    let alike = "row_number() over: its order may leave rows alike";
    let global: Vec<(&str, &str)> = global.iter().map(|sql| (sql.as_str(), alike)).collect();
    are_global(&global).await;
}
