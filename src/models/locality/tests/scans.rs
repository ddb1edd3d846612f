//! Scans, projections, filters, unions, lists, orders and what is never local.

use super::{are, are_global, are_local};

#[tokio::test]
async fn a_table_with_a_person_key_is_one_of_people() {
    are_local(&[
        ("select * from record.visit", "person_key"),
        ("select person_key as who, code from record.visit", "who"),
        (
            "select person_key, person_key as again from record.visit",
            "again, person_key",
        ),
    ])
    .await;
    are(
        &[
            ("select * from reference.code", "constant"),
            ("select 1 as n", "constant"),
            (
                "select code, sum(weight) as w from reference.code group by code",
                "constant",
            ),
            (
                "select * from reference.code cross join reference.month",
                "constant",
            ),
        ],
        |found, wanted| found == wanted,
    )
    .await;
}

#[tokio::test]
async fn a_key_passes_through_plain_columns_alone() {
    let lost = "select: the person key is not among its columns";
    are_global(&[
        ("select code, visit_date from record.visit", lost),
        (
            "select person_key + 1 as person_key from record.visit",
            lost,
        ),
        (
            "select cast(person_key as varchar) as person_key from record.visit",
            lost,
        ),
        (
            "select coalesce(person_key, 0) as person_key from record.visit",
            lost,
        ),
        ("select relative_key as person_key from record.visit", lost),
        (
            "select case when person_key > 5 then person_key end as person_key from record.visit",
            lost,
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_condition_adds_what_equals_the_key() {
    are_local(&[
        (
            "select person_key, relative_key from record.visit where relative_key = person_key",
            "person_key, relative_key",
        ),
        (
            "select person_key, relative_key from record.visit where relative_key is not distinct from person_key",
            "person_key, relative_key",
        ),
        (
            "select relative_key from record.visit where relative_key = person_key and code = 'a'",
            "relative_key",
        ),
        (
            "select person_key, relative_key from record.visit where relative_key >= person_key",
            "person_key",
        ),
        (
            "select person_key, relative_key from record.visit where relative_key = person_key or code = 'a'",
            "person_key",
        ),
        (
            "select person_key, relative_key from record.visit where not (relative_key = person_key)",
            "person_key",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_union_has_the_key_in_one_place() {
    are_local(&[
        (
            "select person_key, code from record.visit union all select person_key, ward from record.stay",
            "person_key",
        ),
        (
            "select person_key, code from record.visit union select person_key, ward from record.stay",
            "person_key",
        ),
        (
            "select person_key, person_key as other from record.visit union all select person_key, stay_number from record.stay",
            "person_key",
        ),
    ])
    .await;
    are_global(&[
        (
            "select person_key, visit_key from record.visit union all select stay_number, person_key from record.stay",
            "union: the person key is not in one place",
        ),
        (
            "select person_key from record.visit union all select weight from reference.code",
            "union: one of its queries reads no table of people",
        ),
        (
            "select weight from reference.code union all select person_key from record.visit",
            "union: one of its queries reads no table of people",
        ),
        (
            "select person_key, code from record.visit union all select relative_key, code from record.visit",
            "select: the person key is not among its columns",
        ),
    ])
    .await;
}

#[tokio::test]
async fn lists_become_rows_of_the_same_person() {
    are_local(&[
        (
            "select person_key, unnest(codes) as code from record.visit",
            "person_key",
        ),
        (
            "select person_key, unnest([1, 2]) as n from record.visit",
            "person_key",
        ),
    ])
    .await;
    are_global(&[(
        "select unnest([person_key, relative_key]) as person_key from record.visit",
        "select: the person key is not among its columns",
    )])
    .await;
}

#[tokio::test]
async fn an_order_keeps_people_apart_and_a_limit_does_not() {
    are_local(&[(
        "select person_key, code from record.visit order by visit_date",
        "person_key",
    )])
    .await;
    let limit = "limit: which rows it keeps";
    are_global(&[
        ("select person_key from record.visit limit 5", limit),
        ("select person_key from record.visit offset 5", limit),
        ("select person_key from record.visit order by visit_key limit 5", limit),
        (
            "select person_key, name from record.visit cross join (select name from reference.code limit 1) as one",
            limit,
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_is_not_known_is_never_local() {
    are_global(&[
        (
            "with recursive steps as (select 1 as n union all select n + 1 from steps where n < 3) select person_key, n from record.visit cross join steps",
            "with recursive: it is not known",
        ),
        (
            "select person_key, (select max(pence) from record.visit) as most from record.visit",
            "group by: it takes all people together",
        ),
        (
            "select person_key from record.visit where pence > (select avg(pence) from record.visit)",
            "group by: it takes all people together",
        ),
    ])
    .await;
    are_local(&[(
        "select person_key from record.visit where pence > (select max(weight) from reference.code)",
        "person_key",
    )])
    .await;
}
