//! Random nights: after each, every table that was refreshed equals one that was built in full.

use super::record::{ChangingRecord, RefreshDice, StoredRecord, store_weights};
use super::setting::{RefreshSetting, library};
use crate::lake::TableName;
use crate::models::{Library, ModelState};
use crate::pipeline::ParameterValue;
use arrow::datatypes::Date32Type;
use std::collections::BTreeMap;

/// A table, the rest of its header, and its query: each kind of node that may be person-local, models over
/// others, and models that are global.
const MODELS: [(&str, &str, &str); 29] = [
    (
        "staging.event",
        "grain: [record_key]\nchecks:\n  - not_null: [record_key, day]\n",
        "select person_key, record_key, day, kind, value from record.event where person_key is not null",
    ),
    (
        "staging.everybody",
        "grain: [record_key]\n",
        "select person_key, record_key, kind, value * 2 as twice from record.event",
    ),
    (
        "core.total",
        "grain: [person_key]\n",
        "select person_key, count(*) as events, sum(value) as total, max(day) as newest, \
         count(distinct kind) as kinds, avg(value) as mean from record.event group by person_key",
    ),
    (
        "core.weighted",
        "",
        "select e.person_key, e.record_key, p.kind as own, w.weight, e.value * w.weight as points \
         from staging.event e inner join record.person p on e.person_key = p.person_key \
         left join reference.weight w on e.kind = w.kind",
    ),
    (
        "core.numbered",
        "grain: [record_key]\n",
        "select person_key, record_key, row_number() over (partition by person_key order by day, record_key) as n, \
         lag(value) over (partition by person_key order by day, record_key) as before, \
         sum(value) over (partition by person_key order by day, record_key) as running from staging.event",
    ),
    (
        "core.newest",
        "grain: [person_key]\n",
        "select person_key, record_key, before, running from core.numbered where n = 1",
    ),
    (
        "core.both",
        "",
        "select person_key, record_key, 'event' as what from staging.event \
         union all select person_key, record_key, 'person' as what from record.person",
    ),
    (
        "core.with_kind",
        "",
        "select p.person_key, p.kind from record.person p where exists (select 1 from record.event e \
         where e.person_key = p.person_key and e.kind = p.kind)",
    ),
    (
        "core.without_events",
        "",
        "select p.person_key, p.day from record.person p left anti join record.event e \
         on p.person_key = e.person_key",
    ),
    (
        "core.left",
        "",
        "select p.person_key, p.kind, t.total, t.mean from record.person p left join core.total t \
         on t.person_key = p.person_key",
    ),
    (
        "core.full",
        "",
        "select coalesce(p.person_key, t.person_key) as person_key, p.kind, t.events \
         from record.person p full join core.total t on p.person_key = t.person_key",
    ),
    (
        "core.kinds",
        "",
        "select distinct person_key, kind from record.event",
    ),
    (
        "core.sets",
        "",
        "select person_key, kind, count(*) as events from staging.event \
         group by grouping sets ((person_key), (person_key, kind))",
    ),
    // Over parameters, which move.
    (
        "core.reached",
        "grain: [record_key]\n",
        "select person_key, record_key, day, value from record.event where record_key <= $reached",
    ),
    (
        "core.past",
        "",
        "select person_key, record_key, day <= $as_of as is_past, \
         case when record_key < $reached then value end as known from record.event",
    ),
    (
        "core.reached_totals",
        "",
        "select person_key, record_key >= $reached as is_ahead, \
         sum(value) filter (where day > $as_of or record_key <= $reached) as total, \
         max(case when record_key < $reached then day end) as newest \
         from record.event group by person_key, record_key >= $reached",
    ),
    (
        "core.reached_places",
        "",
        "select person_key, record_key, sum(case when record_key > $reached then value end) \
         over (partition by person_key order by day, record_key) as running, \
         row_number() over (partition by person_key, record_key % 2 = 0 or record_key > $reached \
         order by day, record_key) as place from staging.event",
    ),
    (
        "core.reached_pairs",
        "",
        "select p.person_key, p.kind, e.record_key from record.person p left join record.event e \
         on e.person_key = p.person_key and p.record_key + e.record_key <= $reached",
    ),
    (
        "core.never_reached",
        "",
        "select p.person_key, p.day from record.person p where not exists (select 1 from record.event e \
         where e.person_key = p.person_key and e.record_key <= $reached and e.kind = p.kind)",
    ),
    (
        "core.reached_both",
        "",
        "select person_key, record_key, day from core.reached where day > $as_of union all \
         select person_key, record_key, day from record.event where record_key > $reached",
    ),
    (
        "core.reached_newest",
        "grain: [person_key]\n",
        "select person_key, record_key, value from (select *, row_number() over \
         (partition by person_key order by day desc, record_key) as n from core.reached) where n = 1",
    ),
    (
        "core.weighty",
        "",
        "select e.person_key, e.record_key, w.weight from record.event e inner join \
         (select kind, weight from reference.weight where weight > $weight) w on e.kind = w.kind \
         where e.record_key < $reached",
    ),
    (
        "core.since",
        "",
        "select person_key, record_key, days_between(day, $as_of) as days from core.reached",
    ),
    (
        "core.within",
        "",
        "select e.person_key, e.record_key, w.kind from record.event e left join reference.weight w \
         on e.value <= w.weight and w.weight > $weight",
    ),
    // Global, and what reads them.
    (
        "marts.below",
        "grain: [kind]\n",
        "select w.kind, count(*) as events from record.event e inner join reference.weight w \
         on e.value < w.weight where w.weight > $weight group by w.kind",
    ),
    (
        "marts.kind",
        "grain: [kind]\n",
        "select kind, count(*) as events, count(distinct person_key) as people from staging.event group by kind",
    ),
    (
        "core.ranked",
        "",
        "select person_key, events, rank() over (order by events desc, person_key) as place from core.total",
    ),
    (
        "core.placed",
        "",
        "select r.person_key, r.place, p.kind from core.ranked r inner join record.person p \
         on p.person_key = r.person_key",
    ),
    (
        "core.shares",
        "",
        "select e.person_key, e.record_key, k.people from staging.event e \
         inner join marts.kind k on k.kind = e.kind",
    ),
];

/// What nights did, over all of them.
#[derive(Debug, Default)]
pub(super) struct SeenNights {
    refreshed: BTreeMap<String, u32>,
    /// Models whose aggregates were made by difference.
    pub by_difference: BTreeMap<String, u32>,
    in_full: u32,
    stayed: u32,
    same_rows: u32,
}

pub(super) async fn nights(seed: u64, nights: u32, library: &Library, seen: &mut SeenNights) {
    let (mut refreshed, mut full) = (RefreshSetting::new().await, RefreshSetting::new().await);
    let mut dice = RefreshDice(seed);
    let mut record = ChangingRecord::new(&mut dice);
    let names = ["event", "person"];
    let mut stored = names.map(StoredRecord::new);
    let mut plain = names.map(StoredRecord::new);
    // Of their own, so that the record of a seed is the same without them.
    let mut moves = RefreshDice(seed.wrapping_mul(31));
    let (mut as_of, mut reached, mut weight) = (20_020, 200, 2);
    for night in 0..nights {
        let day = Date32Type::to_naive_date_opt(as_of).unwrap();
        let values = [
            ("as_of", ParameterValue::Date(day)),
            ("reached", ParameterValue::Integer(reached)),
            ("weight", ParameterValue::Integer(weight)),
        ];
        let values = values.map(|(name, value)| (name.to_string(), value));
        refreshed.parameters = BTreeMap::from(values);
        full.parameters = refreshed.parameters.clone();
        let rows = [record.events.clone(), record.people.clone()];
        for (at, rows) in rows.iter().enumerate() {
            let some = (night > 0).then_some(&mut dice);
            stored[at].store(&refreshed, rows, some).await;
            plain[at].store(&full, rows, None).await;
        }
        store_weights(&refreshed, &record.weights).await;
        store_weights(&full, &record.weights).await;
        let built = refreshed.build(library, false).await;
        full.build(library, true).await;
        for model in &built.models {
            let name = TableName::parse(&model.model).unwrap();
            let (rows, content) = refreshed.rows(&name).await;
            let (expected, of_full) = full.rows(&name).await;
            let how = (model.state, model.refreshed, model.by_difference);
            assert_eq!(
                rows, expected,
                "seed {seed}, night {night}, {name}, {how:?}"
            );
            assert_eq!(
                content, of_full,
                "seed {seed}, night {night}, {name}, {how:?}"
            );
            if model.by_difference.is_some() {
                *seen.by_difference.entry(model.model.clone()).or_default() += 1;
            }
            assert!(!model.differed, "seed {seed}, night {night}, {name}");
            match (model.state, model.refreshed) {
                (ModelState::UpToDate, _) => seen.stayed += 1,
                (_, Some(_)) => *seen.refreshed.entry(model.model.clone()).or_default() += 1,
                (_, None) => seen.in_full += 1,
            }
            seen.same_rows += u32::from(model.same_rows);
        }
        record.changes(&mut dice);
        as_of += i32::from(moves.one_in(3));
        reached += match moves.below(8) {
            0 => 0,
            1 => -6,
            2 => 60,
            more => more as i64,
        };
        // One that lets the same weights through, or others.
        weight = [2, 2, 20, 30, 0, -1][moves.below(6) as usize];
    }
}

/// How many nights are tried; more of them with `POPULACE_NIGHTS=300`.
pub(super) fn wanted_nights() -> u32 {
    let wanted = std::env::var("POPULACE_NIGHTS").ok();
    wanted.map_or(24, |nights| nights.parse().unwrap())
}

#[tokio::test]
async fn after_random_nights_refreshed_tables_equal_those_built_in_full() {
    let library = library(&MODELS);
    let mut seen = SeenNights::default();
    let wanted = wanted_nights();
    for (seed, of_seed) in (1..).zip(std::iter::repeat_n(12, wanted.div_ceil(12) as usize)) {
        nights(seed, of_seed, &library, &mut seen).await;
    }
    let global = ["marts.kind", "marts.below", "core.ranked"];
    // Read next to what is of no people and changes in most nights.
    let seldom = "core.shares";
    for (name, _, _) in MODELS {
        let times = seen.refreshed.get(name).copied().unwrap_or_default();
        match global.contains(&name) {
            true => assert_eq!(times, 0, "{name}"),
            false => assert!(
                times > 0 || name == seldom,
                "{name} was never refreshed: {seen:?}"
            ),
        }
    }
    assert!(
        seen.in_full > 0 && seen.stayed > 0 && seen.same_rows > 0,
        "{seen:?}"
    );
    println!("{seen:?}");
}
