//! Each condition, with SQL that it lets pass and SQL that only it stops.

use crate::engine::Engine;
use crate::lake::TableName;
use crate::models::difference::split::SplitPlan;
use arrow::datatypes::{DataType, Field, Schema};
use std::sync::Arc;

/// An engine that knows two tables of people and one of none, without rows.
async fn engine() -> (Engine, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::over_empty_lake(folder.path(), 2).await;
    let tables: [(&str, &[(&str, DataType)]); 3] = [
        (
            "record.visit",
            &[
                ("person_key", DataType::Int64),
                ("visit_key", DataType::Int64),
                ("ward", DataType::Utf8),
                ("pence", DataType::Int64),
                ("cost", DataType::Float64),
                ("price", DataType::Decimal128(10, 2)),
            ],
        ),
        (
            "record.patient",
            &[("person_key", DataType::Int64), ("sex", DataType::Utf8)],
        ),
        (
            "reference.ward",
            &[("ward", DataType::Utf8), ("beds", DataType::Int64)],
        ),
    ];
    for (name, columns) in tables {
        let fields = columns.iter();
        let fields = fields.map(|(name, kind)| Field::new(*name, kind.clone(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let name = TableName::parse(name).unwrap();
        engine.register_rows(&name, schema, Vec::new()).unwrap();
    }
    (engine, folder)
}

/// How many aggregates of a query are kept, and what makes the first of the others be made in full.
async fn found(engine: &Engine, sql: &str) -> (usize, Option<String>) {
    let plan = engine.optimised("test", sql).await.unwrap();
    let split = SplitPlan::of(&plan, &|_| Vec::new());
    (
        split.kept.len(),
        split.in_full.map(|cause| cause.to_string()),
    )
}

#[tokio::test]
async fn aggregates_that_add_up_over_people_are_kept() {
    let (engine, _folder) = engine().await;
    for (sql, kept) in [
        (
            "select ward, count(*) as n from record.visit group by ward",
            1,
        ),
        ("select count(*) as n from record.visit", 1),
        ("select distinct ward from record.visit", 1),
        (
            "select ward, count(distinct person_key) as people, sum(pence) as pence from record.visit group by ward",
            1,
        ),
        (
            "select ward, sum(price) filter (where pence > 3) as p, min(pence) as a, max(ward) as b \
             from record.visit group by ward",
            1,
        ),
        // Those of a person are below, and are not kept.
        (
            "select n, count(*) as people from (select person_key, count(*) as n from record.visit \
             group by person_key) as v group by n",
            1,
        ),
        (
            "select p.sex, w.beds, count(*) as n from record.visit as v \
             inner join record.patient as p on v.person_key = p.person_key \
             left join reference.ward as w on v.ward = w.ward group by p.sex, w.beds",
            1,
        ),
        // What is above is made in full.
        (
            "select ward, n, rank() over (order by n) as place from \
             (select ward, count(*) as n from record.visit group by ward) as v",
            1,
        ),
        // Two of them, of which one is used twice.
        (
            "with a as (select ward, count(*) as n from record.visit group by ward), \
             b as (select sex, count(*) as n from record.patient group by sex) \
             select a.ward, a.n, b.sex, c.n as m from a cross join b inner join a as c on a.ward = c.ward",
            2,
        ),
    ] {
        assert_eq!(found(&engine, sql).await, (kept, None), "{sql}");
    }
    // No people, or each by itself.
    for sql in [
        "select beds, count(*) as n from reference.ward group by beds",
        "select person_key, count(*) as n from record.visit group by person_key",
    ] {
        assert_eq!(found(&engine, sql).await, (0, None), "{sql}");
    }
}

#[tokio::test]
async fn all_others_are_made_in_full() {
    let (engine, _folder) = engine().await;
    for (sql, cause) in [
        (
            "select ward, sum(cost) as c from record.visit group by ward",
            "sum(): it adds up floating-point numbers, from which none can be taken exactly",
        ),
        (
            "select ward, max(cost) as c from record.visit group by ward",
            "max(): extremes of floating-point numbers are not kept",
        ),
        (
            "select ward, median(pence) as m from record.visit group by ward",
            "median(): it is not known to add up over people",
        ),
        (
            "select person_key % 2 as odd, count(distinct pence) as n, count(distinct ward) as w \
             from record.visit group by person_key % 2",
            "count(): different values of all people do not add up over people",
        ),
        (
            "select string_agg(ward, ',' order by ward) as w from record.visit",
            "string_agg(): it takes rows in their order, and is not kept by difference",
        ),
        (
            "select visit_key, count(*) as n from record.visit group by visit_key",
            "group by: keys, as visit_key may be one, are not kept",
        ),
        (
            "select ward, pence, count(*) as n from record.visit group by rollup(ward, pence)",
            "grouping sets: several sets of groups are not kept by difference",
        ),
        (
            "select ward, count(*) as n from (select * from record.visit order by pence limit 9) as v group by ward",
            "limit: which rows it keeps rests on all of them",
        ),
        (
            "select v.ward, count(*) as n from record.visit as v inner join record.patient as p \
             on v.ward = p.sex group by v.ward",
            "join: it joins people without an equal person key",
        ),
        (
            "select n, count(*) as people from (select person_key, rank() over (order by pence) as n \
             from record.visit) as v group by n",
            "window: it is not partitioned by the person key",
        ),
    ] {
        let (kept, found) = found(&engine, sql).await;
        assert_eq!((kept, found.as_deref()), (0, Some(cause)), "{sql}");
    }
}
