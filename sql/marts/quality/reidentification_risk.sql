/*
description: >
  How easily active people could be singled out by what is ordinarily known of somebody: how many of
  them share their age band, sex, LSOA, ethnic group and practice with nobody, with one to three, four
  to eight, or more others; and the same when one of the five is not known to whoever looks. Counts of
  people only. A class of few people is for the operator and the information governance lead, not for
  a report.
grain: [known, k_class]
columns:
  known: "What is known of a person: all five, or all but the one that is named"
  k_class: "Size of the group of people who look alike: 1 (unique), 2-4, 5-9, 10+"
  people: Active people in groups of this size
  group_count: Groups of this size
  all_people: Active people
  share: People in groups of this size out of all active people
  smallest_group: Size of the smallest group of all; the k of k-anonymity
checks:
  - unique: [known, k_class]
  - not_null: [known, k_class, people, group_count, all_people, smallest_group]
  - one_of: {k_class: ["1 (unique)", "2-4", "5-9", "10+"]}
  - one_of: {known: [all five, all but age band, all but sex, all but LSOA, all but ethnic group, all but practice]}
  - expect: people <= all_people and group_count <= people
  - expect: share between 0 and 1
  - expect: k_class <> '1 (unique)' or group_count = people
topic: quality
*/
with people as (
    select
        age_band,
        sex,
        coalesce(lsoa21_code, 'Not known') as lsoa21_code,
        ethnic_group,
        coalesce(practice_code, 'Not known') as practice_code
    from core.person
    where is_active
),

-- People who look alike, counted once with all five and once without each.
all_five as (
    select
        age_band,
        sex,
        lsoa21_code,
        ethnic_group,
        practice_code,
        count(*) as size
    from people
    group by age_band, sex, lsoa21_code, ethnic_group, practice_code
),

knowns as (
    select 'all five' as known
    union all
    select 'all but age band' as known
    union all
    select 'all but sex' as known
    union all
    select 'all but LSOA' as known
    union all
    select 'all but ethnic group' as known
    union all
    select 'all but practice' as known
),

look_alike as (
    select
        knowns.known,
        sum(all_five.size) as size
    from knowns
    cross join all_five
    group by
        knowns.known,
        case when knowns.known <> 'all but age band' then all_five.age_band end,
        case when knowns.known <> 'all but sex' then all_five.sex end,
        case when knowns.known <> 'all but LSOA' then all_five.lsoa21_code end,
        case when knowns.known <> 'all but ethnic group' then all_five.ethnic_group end,
        case when knowns.known <> 'all but practice' then all_five.practice_code end
),

classed as (
    select
        known,
        case
            when size = 1 then '1 (unique)'
            when size <= 4 then '2-4'
            when size <= 9 then '5-9'
            else '10+'
        end as k_class,
        size
    from look_alike
),

counted as (
    select
        known,
        k_class,
        cast(sum(size) as bigint) as people,
        count(*) as group_count,
        cast(min(size) as bigint) as smallest_group
    from classed
    group by known, k_class
),

classes as (
    select '1 (unique)' as k_class
    union all
    select '2-4' as k_class
    union all
    select '5-9' as k_class
    union all
    select '10+' as k_class
),

framed as (
    select
        knowns.known,
        classes.k_class,
        coalesce(counted.people, 0) as people,
        coalesce(counted.group_count, 0) as group_count,
        counted.smallest_group
    from classes
    cross join knowns
    left join counted
        on knowns.known = counted.known
        and classes.k_class = counted.k_class
),

totalled as (
    select
        known,
        k_class,
        people,
        group_count,
        cast(sum(people) over (partition by known) as bigint) as all_people,
        min(smallest_group) over (partition by known) as smallest_group
    from framed
),

final as (
    select
        known,
        k_class,
        people,
        group_count,
        all_people,
        cast(people as double) / all_people as share,
        smallest_group
    from totalled
    where all_people > 0
)

select * from final
