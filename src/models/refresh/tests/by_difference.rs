//! Random aggregates over random nights: each equals one that is built in full.

use super::nights::{SeenNights, nights, wanted_nights};
use super::record::RefreshDice;
use super::setting::library;

/// Rows that are apart by person, what they can be grouped by, and what can be added up.
const SOURCES: [(&str, &[&str], &[&str]); 8] = [
    (
        "record.event as e",
        &["e.kind", "e.day", "e.value", "e.value % 3", "e.kind || 's'"],
        &["e.value", "e.record_key", "e.value * 2"],
    ),
    (
        "staging.event as e inner join record.person as p on e.person_key = p.person_key \
         left join reference.weight as w on e.kind = w.kind",
        &["p.kind", "e.kind", "w.weight", "p.day"],
        &["e.value", "w.weight", "e.value * w.weight", "p.value"],
    ),
    (
        "record.person as e left join core.total as t on t.person_key = e.person_key",
        &["t.kinds", "e.kind", "t.newest", "coalesce(t.events, 0)"],
        &["t.total", "t.events", "e.value"],
    ),
    (
        "core.numbered as e",
        &["e.n", "e.before", "e.running > 10"],
        &["e.running", "e.before", "e.n"],
    ),
    (
        "(select person_key, kind, count(*) as n, max(day) as newest, sum(value) as total \
         from record.event group by person_key, kind) as e",
        &["e.kind", "e.n", "e.newest"],
        &["e.n", "e.total"],
    ),
    // Over parameters, which move.
    (
        "record.event as e inner join record.person as p on e.person_key = p.person_key \
         and e.record_key + p.record_key <= $reached",
        &["p.kind", "e.record_key <= $reached", "e.day > $as_of"],
        &[
            "e.value",
            "case when e.record_key < $reached then e.value end",
        ],
    ),
    (
        "(select person_key, kind, day > $as_of as later, count(*) filter (where record_key > $reached) as n, \
         sum(value) as total from record.event where record_key <> $reached - 1 group by 1, 2, 3) as e",
        &["e.kind", "e.later", "e.n"],
        &["e.n", "e.total"],
    ),
    (
        "(select *, sum(case when record_key < $reached then value end) over (partition by person_key) as known \
         from staging.event where exists (select 1 from record.person p \
         where p.person_key = event.person_key and p.record_key <= $reached - 100)) as e \
         inner join (select kind, weight from reference.weight where weight > $weight) as w on w.kind = e.kind",
        &["e.kind", "w.weight", "e.known > 3"],
        &["e.known", "e.value", "w.weight"],
    ),
];

fn one<'a>(dice: &mut RefreshDice, of: &[&'a str]) -> &'a str {
    of[dice.below(of.len() as u64) as usize]
}

/// A measure of rows; most can be kept.
fn measure(dice: &mut RefreshDice, values: &[&str]) -> String {
    let value = one(dice, values);
    let measure = match dice.below(14) {
        0 | 1 => "count(*)".to_string(),
        2 => format!("count({value})"),
        3 | 4 => format!("sum({value})"),
        5 => format!("sum(cast({value} as decimal(12, 2)))"),
        6 => format!("min({value})"),
        7 => format!("max({value})"),
        8 | 9 => "count(distinct e.person_key)".to_string(),
        // These cannot.
        10 => format!("avg({value})"),
        11 => format!("count(distinct {value})"),
        12 => format!("median({value})"),
        _ => format!("bool_or({value} > 3)"),
    };
    match dice.below(4) {
        0 => format!(
            "{measure} filter (where {} > {})",
            one(dice, values),
            dice.below(12)
        ),
        _ => measure,
    }
}

/// A query with an aggregate, alone or with something above it.
fn query(dice: &mut RefreshDice) -> String {
    let (from, groups, values) = SOURCES[dice.below(SOURCES.len() as u64) as usize];
    let mut by: Vec<&str> = (0..dice.below(3)).map(|_| one(dice, groups)).collect();
    by.sort_unstable();
    by.dedup();
    let count = 1 + dice.below(3);
    let mut measures: Vec<String> = (0..count).map(|_| measure(dice, values)).collect();
    // A cast is no part of the name that the engine gives a column.
    let named = |measure: &String| {
        let plain = measure.replace("cast(", "");
        plain.replace(" as decimal(12, 2))", "")
    };
    measures.sort_by_key(named);
    measures.dedup_by_key(|measure| named(measure));
    let columns = by
        .iter()
        .enumerate()
        .map(|(at, by)| format!("{by} as g{at}"));
    let measured = measures.iter().enumerate();
    let measured = measured.map(|(at, measure)| format!("{measure} as m{at}"));
    let columns: Vec<String> = columns.chain(measured).collect();
    let filter = match dice.below(6) {
        0 | 1 => format!(" where {} > {}", one(dice, values), dice.below(8)),
        2 => format!(" where coalesce({}, 0) < $reached - 195", one(dice, values)),
        _ => String::new(),
    };
    let places: Vec<String> = (1..=by.len()).map(|place| place.to_string()).collect();
    let group = match by.is_empty() {
        true => String::new(),
        false => format!(" group by {}", places.join(", ")),
    };
    let inner = format!("select {} from {from}{filter}{group}", columns.join(", "));
    match dice.below(7) {
        6 => format!("select i.*, cast(m0 as double) > $weight as is_more from ({inner}) as i"),
        0 => format!("select m0, count(*) as groups from ({inner}) as i group by m0"),
        1 => format!(
            "select i.*, k.people from ({inner}) as i cross join (select count(*) as people from record.person) as k"
        ),
        2 => format!("select * from ({inner}) as i where m0 is not null"),
        3 => format!("select i.*, dense_rank() over (order by m0) as place from ({inner}) as i"),
        _ => inner,
    }
}

/// Models that the queries read.
const BELOW: [(&str, &str, &str); 3] = [
    (
        "staging.event",
        "",
        "select person_key, record_key, day, kind, value from record.event where person_key is not null",
    ),
    (
        "core.total",
        "",
        "select person_key, count(*) as events, sum(value) as total, max(day) as newest, \
         count(distinct kind) as kinds from record.event group by person_key",
    ),
    (
        "core.numbered",
        "",
        "select person_key, record_key, row_number() over (partition by person_key order by day, record_key) as n, \
         lag(value) over (partition by person_key order by day, record_key) as before, \
         sum(value) over (partition by person_key order by day, record_key) as running from staging.event",
    ),
];

/// Queries of a library; each has nights of its own.
const MADE: u32 = 16;
/// Nights of a library.
const NIGHTS: u32 = 12;

#[tokio::test]
async fn after_random_nights_aggregates_by_difference_equal_those_made_in_full() {
    let mut seen = SeenNights::default();
    for seed in 1..=u64::from(wanted_nights().div_ceil(NIGHTS)) {
        let mut dice = RefreshDice(seed * 77);
        let made: Vec<(String, String)> = (0..MADE)
            .map(|at| (format!("marts.random_{at}"), query(&mut dice)))
            .collect();
        let mut models = BELOW.to_vec();
        models.extend(
            made.iter()
                .map(|(name, sql)| (name.as_str(), "", sql.as_str())),
        );
        nights(seed + 1000, NIGHTS, &library(&models), &mut seen).await;
    }
    let times: u32 = seen.by_difference.values().sum();
    assert!(
        times > 40 && seen.by_difference.len() > 8,
        "few were made by difference: {seen:?}"
    );
}
