//! Joins, by which of the inputs are of people.

use super::{are_global, are_local};

#[tokio::test]
async fn people_are_joined_by_their_key() {
    are_local(&[
        (
            "select v.person_key, s.person_key as also from record.visit v join record.stay s on v.person_key = s.person_key",
            "also, person_key",
        ),
        (
            "select v.person_key from record.visit v, record.stay s where v.person_key = s.person_key and s.ward = v.code",
            "person_key",
        ),
        (
            "select v.person_key, s.ward from record.visit v join record.stay s on v.person_key is not distinct from s.person_key",
            "person_key",
        ),
        (
            "select s.stay_number, v.person_key from record.visit v join record.stay s on v.person_key = s.person_key and s.stay_number = v.person_key",
            "person_key, stay_number",
        ),
        (
            "select v.relative_key from record.visit v join record.stay s on v.relative_key = s.person_key and v.relative_key = v.person_key",
            "relative_key",
        ),
    ])
    .await;
    let apart = "join: it joins people without an equal person key";
    are_global(&[
        (
            "select v.person_key from record.visit v cross join record.stay s",
            apart,
        ),
        (
            "select v.person_key from record.visit v join record.stay s on v.relative_key = s.person_key",
            apart,
        ),
        (
            "select v.person_key from record.visit v join record.stay s on v.person_key = s.stay_number",
            apart,
        ),
        (
            "select v.person_key from record.visit v join record.stay s on v.code = s.ward",
            apart,
        ),
        (
            "select v.person_key from record.visit v join record.stay s on v.person_key >= s.person_key",
            apart,
        ),
        (
            "select v.person_key from record.visit v join record.stay s on v.person_key = s.person_key or v.code = s.ward",
            apart,
        ),
        (
            "select v.person_key from record.visit v join record.stay s on v.person_key = s.person_key + 1",
            apart,
        ),
    ])
    .await;
}

#[tokio::test]
async fn an_outer_join_keeps_the_key_of_the_side_that_it_keeps() {
    are_local(&[
        (
            "select v.person_key, s.person_key as also from record.visit v left join record.stay s on v.person_key = s.person_key",
            "person_key",
        ),
        (
            "select v.person_key, s.person_key as also from record.visit v right join record.stay s on v.person_key = s.person_key",
            "also",
        ),
        (
            "select coalesce(s.person_key, v.person_key) as who from record.visit v left join record.stay s on v.person_key = s.person_key",
            "who",
        ),
        // NULL meets nothing, and what is met is the person's.
        (
            "select a.person_key, t.ward from (select v.person_key, s.person_key as also from record.visit v left join record.stay s on v.person_key = s.person_key) a left join record.stay t on a.also = t.person_key",
            "person_key",
        ),
    ])
    .await;
    are_global(&[
        (
            "select s.person_key from record.visit v left join record.stay s on v.person_key = s.person_key",
            "select: the person key is not among its columns",
        ),
        // A NULL that says that no row was found meets the people without a key.
        (
            "select a.person_key, t.ward from (select v.person_key, s.person_key as also from record.visit v left join record.stay s on v.person_key = s.person_key) a left join record.stay t on a.also is not distinct from t.person_key",
            "join: it joins people without an equal person key",
        ),
        (
            "select s.person_key, count(*) as n from record.visit v left join record.stay s on v.person_key = s.person_key group by s.person_key",
            "group by: the person key is not among its columns",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_full_join_has_its_key_in_both_columns_together() {
    let full = "record.visit v full join record.stay s on v.person_key = s.person_key";
    let sql = |select: &str| format!("select {select} from {full}");
    let (key, turned) = (
        sql("coalesce(v.person_key, s.person_key) as who"),
        sql("coalesce(s.person_key, v.person_key) as who, v.person_key"),
    );
    let one = sql("v.person_key, s.person_key as also");
    let partly = sql("coalesce(v.person_key, 0) as who");
    let three = format!(
        "select coalesce(v.person_key, s.person_key, t.person_key) as who from {full} full join record.stay t on coalesce(v.person_key, s.person_key) = t.person_key"
    );
    let two_of_three = format!(
        "select coalesce(v.person_key, s.person_key) as who from {full} full join record.stay t on coalesce(v.person_key, s.person_key) = t.person_key"
    );
    are_local(&[
        (key.as_str(), "who"),
        (turned.as_str(), "who"),
        (three.as_str(), "who"),
    ])
    .await;
    let lost = "select: the person key is not among its columns";
    are_global(&[
        (one.as_str(), lost),
        (partly.as_str(), lost),
        (two_of_three.as_str(), lost),
    ])
    .await;
}

#[tokio::test]
async fn semi_and_anti_joins_ask_each_person() {
    are_local(&[
        (
            "select person_key from record.visit v where exists (select 1 from record.stay s where s.person_key = v.person_key)",
            "person_key",
        ),
        (
            "select person_key from record.visit v where not exists (select 1 from record.stay s where s.person_key = v.person_key)",
            "person_key",
        ),
        (
            "select person_key from record.visit where person_key in (select person_key from record.stay)",
            "person_key",
        ),
        (
            "select person_key from record.visit v where code = 'b' or exists (select 1 from record.stay s where s.person_key = v.person_key)",
            "person_key",
        ),
    ])
    .await;
    let apart = "join: it joins people without an equal person key";
    are_global(&[
        (
            "select person_key from record.visit v where exists (select 1 from record.stay s where s.ward = v.code)",
            apart,
        ),
        (
            "select person_key from record.visit v where not exists (select 1 from record.stay s where s.ward = v.code)",
            apart,
        ),
        (
            "select person_key from record.visit where code in (select ward from record.stay)",
            apart,
        ),
        (
            "select person_key from record.visit where person_key not in (select person_key from record.stay)",
            "join: one NULL of anybody decides",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_table_without_people_may_not_be_kept_by_a_join() {
    are_local(&[
        (
            "select v.person_key, c.name from record.visit v join reference.code c on v.code = c.code",
            "person_key",
        ),
        (
            "select v.person_key, c.name from reference.code c join record.visit v on v.code = c.code",
            "person_key",
        ),
        (
            "select v.person_key, c.name from record.visit v left join reference.code c on v.code = c.code",
            "person_key",
        ),
        (
            "select v.person_key, c.name from reference.code c right join record.visit v on v.code = c.code",
            "person_key",
        ),
        (
            "select v.person_key, m.month from record.visit v join reference.month m on v.visit_date <= m.month",
            "person_key",
        ),
        (
            "select person_key from record.visit where code in (select code from reference.code)",
            "person_key",
        ),
        (
            "select person_key from record.visit where code not in (select code from reference.code)",
            "person_key",
        ),
    ])
    .await;
    let kept = "join: it keeps rows of a table without people";
    are_global(&[
        (
            "select v.person_key, c.name from record.visit v right join reference.code c on v.code = c.code",
            kept,
        ),
        (
            "select v.person_key, c.name from reference.code c left join record.visit v on v.code = c.code",
            kept,
        ),
        (
            "select v.person_key, c.name from record.visit v full join reference.code c on v.code = c.code",
            kept,
        ),
        (
            "select c.code from reference.code c where exists (select 1 from record.visit v where v.code = c.code)",
            kept,
        ),
        (
            "select c.code from reference.code c where not exists (select 1 from record.visit v where v.code = c.code)",
            kept,
        ),
    ])
    .await;
}
