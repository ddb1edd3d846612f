//! A parameter that moves: who is made anew, and what is built in full.

use super::record::{EventRow, StoredRecord, store_weights};
use super::setting::{RefreshSetting, library};
use crate::lake::TableName;
use crate::models::{Library, ModelOutcome};
use crate::pipeline::ParameterValue;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A lake with a hundred people, who have a row each in `record.event` and in `record.person`: that of person 7
/// has the number 8.
struct MovedParameter {
    setting: RefreshSetting,
    library: Library,
    events: Vec<EventRow>,
    stored: [StoredRecord; 2],
    name: TableName,
}

impl MovedParameter {
    async fn of(sql: &str) -> Self {
        let row = |person: i64| {
            let day = 20_000 + i32::try_from(person % 10).unwrap();
            let kind = person.unsigned_abs() % 5;
            (Some(person), person + 1, day, kind, Some(person))
        };
        let mut lake = MovedParameter {
            setting: RefreshSetting::new().await,
            library: library(&[("core.moved", "", sql)]),
            events: (0..100).map(row).collect(),
            stored: ["event", "person"].map(StoredRecord::new),
            name: TableName::new("core", "moved"),
        };
        lake.weighs(0, 0).await;
        lake.sets("as_of", ParameterValue::Date(NaiveDate::default()));
        lake.sets("reached", ParameterValue::Integer(50));
        lake.sets("weight", ParameterValue::Integer(20));
        lake.night().await;
        lake
    }

    fn sets(&mut self, name: &str, value: ParameterValue) {
        self.setting.parameters.insert(name.to_string(), value);
    }

    /// Gives one kind another weight than its number.
    async fn weighs(&self, kind: u64, weight: i64) {
        let mut weights: BTreeMap<u64, i64> = (0..5).map(|kind| (kind, kind as i64)).collect();
        weights.insert(kind, weight);
        store_weights(&self.setting, &weights).await;
    }

    async fn night(&mut self) -> ModelOutcome {
        for stored in &mut self.stored {
            stored.store(&self.setting, &self.events, None).await;
        }
        let mut built = self.setting.build(&self.library, false).await;
        built.models.remove(0)
    }

    /// Whether the table is what a build in full makes.
    async fn is_right(&self) -> bool {
        let found = self.setting.rows(&self.name).await;
        self.setting.build(&self.library, true).await;
        found == self.setting.rows(&self.name).await
    }
}

fn to(reached: i64) -> ParameterValue {
    ParameterValue::Integer(reached)
}

#[tokio::test]
async fn a_table_is_refreshed_for_people_whom_a_parameter_affects() {
    let cases = [
        (
            3,
            "select person_key, record_key from record.event where record_key <= $reached",
        ),
        (
            3,
            "select person_key, record_key <= $reached as is_past from record.event",
        ),
        (
            3,
            "select person_key, case when record_key <= $reached then value end as known from record.event",
        ),
        (
            3,
            "select person_key, record_key <= $reached as is_past, count(*) as n from record.event \
             group by person_key, record_key <= $reached",
        ),
        (
            3,
            "select person_key, count(*) filter (where record_key <= $reached) as n from record.event \
             group by person_key",
        ),
        (
            3,
            "select person_key, sum(case when record_key <= $reached then value end) \
             over (partition by person_key) as n from record.event",
        ),
        // The rows of number 26 are the first of which the numbers add up to 51 to 53.
        (
            1,
            "select p.person_key, e.kind from record.person p left join record.event e \
             on e.person_key = p.person_key and p.record_key + e.record_key <= $reached",
        ),
        (
            1,
            "select p.person_key, p.kind from record.person p where not exists (select 1 from record.event e \
             where e.person_key = p.person_key and p.record_key + e.record_key <= $reached)",
        ),
        (
            3,
            "select coalesce(p.person_key, e.person_key) as person_key, \
             coalesce(p.record_key, e.record_key) <= $reached as is_past \
             from record.person p full join record.event e on p.person_key = e.person_key",
        ),
        // Three of the first query, and two of the second.
        (
            5,
            "select person_key, record_key from record.event where record_key <= $reached union all \
             select person_key, record_key from record.person where record_key + 3 <= $reached and record_key <> 48",
        ),
        (
            3,
            "select e.person_key, w.weight from record.event e inner join reference.weight w on e.kind = w.kind \
             where e.record_key <= $reached",
        ),
        // A condition that is NULL keeps as few rows as one that is false.
        (
            0,
            "select person_key, record_key from record.event \
             where case when record_key > 60 then true when record_key > $reached then null else false end",
        ),
    ];
    for (people, sql) in cases {
        let mut lake = MovedParameter::of(sql).await;
        lake.sets("reached", to(53));
        let built = lake.night().await;
        assert_eq!(
            (built.refreshed, built.differed),
            (Some(people), false),
            "{sql}"
        );
        assert!(lake.is_right().await, "{sql}");
    }
}

#[tokio::test]
async fn groups_are_kept_for_people_whom_a_parameter_does_not_affect() {
    let cases = [
        (
            3,
            "select kind, count(*) as n from record.event where record_key <= $reached group by kind",
        ),
        (
            3,
            "select record_key <= $reached as is_past, sum(value) as n from record.event group by 1",
        ),
        (
            3,
            "select kind, max(value) filter (where record_key > $reached - 50 or value > 2) as n \
             from record.event group by kind",
        ),
        (
            3,
            "select w.weight, count(*) as n from record.event e inner join reference.weight w on e.kind = w.kind \
             where e.record_key + w.weight - w.weight <= $reached group by w.weight",
        ),
        (
            3,
            "select kind, count(*) as n from (select kind, record_key from record.event union all \
             select kind, record_key from record.person) as both_tables where record_key <= $reached group by kind",
        ),
        (
            3,
            "select n, count(*) as events from (select count(value) filter (where record_key <= $reached) \
             over (partition by person_key) as n from record.event) as counted group by n",
        ),
        (
            3,
            "select n, count(*) as people from (select person_key, count(*) filter (where record_key <= $reached) as n \
             from record.event group by person_key) as counted group by n",
        ),
        // Nothing but what is above the groups comes out otherwise.
        (
            0,
            "select n, n > $reached + 48 as is_more from (select count(*) as n from record.event) as counted",
        ),
    ];
    for (people, sql) in cases {
        let mut lake = MovedParameter::of(sql).await;
        lake.sets("reached", to(53));
        let built = lake.night().await;
        assert_eq!(
            (built.by_difference, built.differed),
            (Some(people), false),
            "{sql}"
        );
        assert!(lake.is_right().await, "{sql}");
    }
}

#[tokio::test]
async fn a_part_without_people_affects_whoever_has_something_of_its_other_rows() {
    for (sql, is_apart) in [
        (
            "select e.person_key, w.weight from record.event e inner join (select kind, weight from reference.weight \
             where weight <= $weight) as w on e.kind = w.kind",
            true,
        ),
        (
            "select w.weight, count(*) as n from record.event e inner join (select kind, weight from reference.weight \
             where weight <= $weight) as w on e.kind = w.kind group by w.weight",
            false,
        ),
    ] {
        let mut lake = MovedParameter::of(sql).await;
        let people = |built: &ModelOutcome| match is_apart {
            true => built.refreshed,
            false => built.by_difference,
        };
        lake.sets("weight", to(30));
        let built = lake.night().await;
        assert_eq!((people(&built), built.same_rows), (Some(0), true), "{sql}");
        lake.sets("weight", to(3));
        assert_eq!(people(&lake.night().await), Some(20), "{sql}");
        assert!(lake.is_right().await, "{sql}");
        // Two kinds of five are more than are made anew.
        lake.sets("weight", to(1));
        assert_eq!(people(&lake.night().await), None, "{sql}");
        assert!(lake.is_right().await, "{sql}");
    }
}

/// Queries that join rows of people to weights, of which one becomes 9 and was 4, and how many people that affects.
const BESIDE_WEIGHTS: [(u64, &str); 7] = [
    // The numbers 5 to 9 are paired with it now, and 1 to 4 as they were.
    (
        5,
        "select e.person_key, w.kind from record.event e inner join reference.weight w on e.record_key <= w.weight",
    ),
    (
        5,
        "select e.person_key, count(*) over (partition by e.person_key) as kind from record.event e \
         inner join reference.weight w on e.record_key <= w.weight",
    ),
    (
        5,
        "select e.person_key, cast(count(*) as varchar) as kind from record.event e \
         inner join reference.weight w on e.record_key <= w.weight group by e.person_key",
    ),
    (
        5,
        "select e.person_key, e.kind from record.event e where not exists \
         (select 1 from reference.weight w where e.record_key <= w.weight)",
    ),
    // 1 to 4 have the weight beside them.
    (
        9,
        "select e.person_key, w.kind from record.event e left join reference.weight w \
         on e.record_key <= w.weight and w.kind = 'kind 4'",
    ),
    // Both have other rows: the numbers 4 to 8 meet both.
    (
        5,
        "select e.person_key, a.kind from record.event e inner join reference.weight a on e.record_key <= a.weight \
         inner join reference.weight b on e.record_key < b.weight",
    ),
    (
        5,
        "select e.person_key, e.kind from record.event e union all \
         select p.person_key, w.kind from record.person p inner join reference.weight w on p.record_key <= w.weight",
    ),
];

#[tokio::test]
async fn people_are_affected_by_other_rows_of_a_table_without_people() {
    for (people, sql) in BESIDE_WEIGHTS {
        let grouped = format!("select kind, count(*) as n from ({sql}) as t group by kind");
        for (sql, refreshed, by_difference) in [
            (sql, Some(people), None),
            (grouped.as_str(), None, Some(people)),
        ] {
            let mut lake = MovedParameter::of(sql).await;
            lake.weighs(4, 9).await;
            let built = lake.night().await;
            let found = (built.refreshed, built.by_difference, built.differed);
            assert_eq!(found, (refreshed, by_difference, false), "{sql}");
            assert!(lake.is_right().await, "{sql}");
        }
    }
}

#[tokio::test]
async fn a_table_without_people_that_changed_counts_as_far_as_it_is_seen() {
    let seen = "select e.person_key, w.weight from record.event e \
                inner join reference.weight w on e.kind = w.kind";
    let unseen = "select e.person_key, w.kind from record.event e \
                  inner join reference.weight w on e.kind = w.kind where w.weight < 50";
    let moved = "select e.person_key, e.record_key <= $reached as is_past from record.event e \
                 inner join reference.weight w on e.kind = w.kind where w.weight <= $weight";
    let subquery = "select person_key, value < (select max(weight) from reference.weight) as is_less \
                    from record.event";
    let counted = |sql: &str| format!("select x, count(*) as n from ({sql}) as t(p, x) group by x");
    for (sql, refreshed, by_difference) in [
        (seen.to_string(), Some(20), None),
        (unseen.to_string(), Some(0), None),
        (moved.to_string(), Some(3), None),
        (subquery.to_string(), None, None),
        (counted(seen), None, Some(20)),
        (counted(unseen), None, Some(0)),
        (counted(moved), None, Some(3)),
    ] {
        let mut lake = MovedParameter::of(&sql).await;
        lake.sets("reached", to(53));
        lake.weighs(4, 9).await;
        let built = lake.night().await;
        let found = (built.refreshed, built.by_difference, built.differed);
        assert_eq!(found, (refreshed, by_difference, false), "{sql}");
        assert!(lake.is_right().await, "{sql}");
    }
}

#[tokio::test]
async fn a_part_without_people_is_told_with_the_values_before() {
    // The new weight is kept with 3 and with 5, and the old one with 5 alone: tables differ with the value before,
    // and values in neither table of now.
    let sql = "select e.person_key, e.record_key from record.event e inner join \
               (select kind from reference.weight where weight <= $weight) as w on e.kind = w.kind";
    let mut lake = MovedParameter::of(sql).await;
    lake.sets("weight", to(3));
    lake.night().await;
    lake.sets("weight", to(5));
    lake.weighs(4, 1).await;
    assert_eq!(lake.night().await.refreshed, Some(20));
    assert!(lake.is_right().await);
}

#[tokio::test]
async fn a_table_is_built_in_full_when_too_many_are_affected() {
    let sql = "select person_key, days_between(day, $as_of) as days from record.event";
    let mut lake = MovedParameter::of(sql).await;
    let next = NaiveDate::default().succ_opt().unwrap();
    lake.sets("as_of", ParameterValue::Date(next));
    assert_eq!(lake.night().await.refreshed, None);
    assert!(lake.is_right().await);
}

#[tokio::test]
async fn an_expression_may_fail_over_new_rows_with_the_value_before() {
    let sql = "select person_key, case when record_key > 498 then cast(value as decimal(18, 2)) / (record_key - 450 - $reached) end as share \
               from record.event";
    for (sql, refreshed, by_difference) in [
        (sql.to_string(), Some(1), None),
        (
            format!("select share, count(*) as n from ({sql}) as t group by share"),
            None,
            Some(1),
        ),
    ] {
        let mut lake = MovedParameter::of(&sql).await;
        // It came since, and would be divided by nothing.
        lake.events.push((Some(1), 500, 20_001, 1, Some(1)));
        lake.sets("reached", to(51));
        let built = lake.night().await;
        let found = (built.refreshed, built.by_difference);
        assert_eq!(found, (refreshed, by_difference), "{sql}");
        assert!(lake.is_right().await, "{sql}");
    }
}

#[tokio::test]
async fn an_expression_that_fails_over_rows_before_is_built_in_full() {
    let sql = "select person_key, case when record_key = 53 then cast(value as decimal(18, 2)) / (record_key - $reached) end as share \
               from record.event";
    let mut lake = MovedParameter::of(sql).await;
    lake.events.retain(|row| row.1 != 53);
    lake.sets("reached", to(53));
    assert_eq!(lake.night().await.refreshed, None);
    assert!(lake.is_right().await);
}

#[tokio::test]
async fn a_table_is_not_taken_for_one_of_newer_groups() {
    let sql =
        "select kind, count(*) as n from record.event where record_key <= $reached group by kind";
    let mut lake = MovedParameter::of(sql).await;
    lake.sets("reached", to(53));
    lake.night().await;
    let newer = lake.setting.lake.kept_aggregates(&lake.name).await.unwrap();
    lake.sets("reached", to(50));
    lake.night().await;
    // As a night leaves it that ends between the groups and the table.
    let kept = lake.setting.lake.keep_aggregates(&lake.name, newer).await;
    kept.unwrap();
    lake.sets("reached", to(53));
    lake.night().await;
    assert!(lake.is_right().await);
}
