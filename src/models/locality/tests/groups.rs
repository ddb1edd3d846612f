//! Groups, and aggregates that depend on the order of rows.

use super::{are_global, are_local};

#[tokio::test]
async fn groups_hold_the_person_key() {
    are_local(&[
        (
            "select person_key, code, count(*) as n from record.visit group by person_key, code",
            "person_key",
        ),
        (
            "select person_key as who, max(visit_date) as last from record.visit group by 1",
            "who",
        ),
        ("select distinct person_key, code from record.visit", "person_key"),
        (
            "select person_key, count(distinct code) as n, sum(pence) as pence from record.visit group by person_key having count(*) > 1",
            "person_key",
        ),
        (
            "select person_key, count(distinct code) as n from record.visit group by person_key",
            "person_key",
        ),
        (
            "select person_key from record.visit intersect select person_key from record.stay",
            "person_key",
        ),
        (
            "select v.person_key, s.person_key as also, count(*) as n from record.visit v full join record.stay s on v.person_key = s.person_key group by v.person_key, s.person_key, coalesce(v.person_key, s.person_key) having coalesce(v.person_key, s.person_key) = v.person_key",
            "person_key",
        ),
    ])
    .await;
    let lost = "group by: the person key is not among its columns";
    are_global(&[
        (
            "select code, count(*) as n from record.visit group by code",
            lost,
        ),
        (
            "select code, count(distinct person_key) as n from record.visit group by code",
            "group by: ",
        ),
        (
            "select count(*) as n from record.visit",
            "group by: it takes all people together",
        ),
        (
            "select distinct code from record.visit",
            "distinct or group by: the person key",
        ),
        (
            "select max(person_key) as person_key, code from record.visit group by code",
            lost,
        ),
        (
            "select person_key % 10 as person_key, count(*) as n from record.visit group by 1",
            lost,
        ),
    ])
    .await;
}

#[tokio::test]
async fn every_grouping_set_holds_the_person_key() {
    are_local(&[
        (
            "select person_key, code, count(*) as n from record.visit group by grouping sets ((person_key), (person_key, code))",
            "person_key",
        ),
        (
            "select person_key, relative_key, count(*) as n from record.visit where relative_key = person_key group by grouping sets ((person_key), (person_key, relative_key))",
            "person_key",
        ),
    ])
    .await;
    let without = "group by: one of its sets does not hold the person key";
    are_global(&[
        (
            "select person_key, code, count(*) as n from record.visit group by grouping sets ((person_key), (code))",
            without,
        ),
        (
            "select person_key, code, count(*) as n from record.visit group by rollup (person_key, code)",
            without,
        ),
        (
            "select person_key, code, count(*) as n from record.visit group by cube (person_key, code)",
            without,
        ),
        (
            "select person_key, code, count(*) as n from record.visit group by grouping sets ((person_key, code), ())",
            without,
        ),
    ])
    .await;
}

#[tokio::test]
async fn aggregates_give_the_same_in_any_order_of_rows() {
    are_local(&[
        (
            "select person_key, avg(pence) as a, min(cost) as b, bool_or(code = 'a') as c, median(cost) as d from record.visit group by person_key",
            "person_key",
        ),
        (
            "select person_key, sum(cast(cost as decimal(12, 2))) as a from record.visit group by person_key",
            "person_key",
        ),
        (
            "select person_key, first_value(code order by visit_date, visit_key) as a from record.visit group by person_key",
            "person_key",
        ),
        (
            "select person_key, first_value(ward order by stay_number) as a from record.stay group by person_key",
            "person_key",
        ),
        // Rows that are alike in what is taken may change places.
        (
            "select person_key, string_agg(code, ',' order by code) as a from record.visit group by person_key",
            "person_key",
        ),
        (
            "select person_key, hfrs(code) as a from record.visit group by person_key",
            "person_key",
        ),
    ])
    .await;
    let alike = "its order may leave rows alike";
    are_global(&[
        (
            "select person_key, sum(cost) as a from record.visit group by person_key",
            "sum(): it adds up floating-point numbers",
        ),
        (
            "select person_key, avg(cost) as a from record.visit group by person_key",
            "avg(): it adds up floating-point numbers",
        ),
        (
            "select person_key, stddev(pence) as a from record.visit group by person_key",
            "stddev(): it is not known to give the same",
        ),
        (
            "select person_key, first_value(code order by visit_date) as a from record.visit group by person_key",
            &format!("first_value(): {alike}"),
        ),
        (
            "select person_key, array_agg(code) as a from record.visit group by person_key",
            &format!("array_agg(): {alike}"),
        ),
        (
            "select person_key, string_agg(code, ',' order by visit_date) as a from record.visit group by person_key",
            &format!("string_agg(): {alike}"),
        ),
        (
            "select ward, person_key, first_value(started order by ward) as a from record.stay group by person_key, ward",
            &format!("first_value(): {alike}"),
        ),
    ])
    .await;
}
