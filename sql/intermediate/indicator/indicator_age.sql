/*
description: >
  Active people of the age groups that services are planned for.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator"
  measure: The age group that the person is in
  period: The word as_of, which stands for the as-of date
  n: 1
checks:
  - unique: [person_key, part, measure, period]
  - not_null: [person_key, part, measure, period, n]
  - one_of: {part: [numerator]}
  - expect: n > 0
*/
with people as (
    select
        person_key,
        age
    from core.person
    where is_active
        and age is not null
),

age_groups as (
    select 'people_under_5' as measure, 0 as lower_age, 4 as upper_age
    union all
    select 'people_under_18' as measure, 0 as lower_age, 17 as upper_age
    union all
    select 'people_65_and_over' as measure, 65 as lower_age, 120 as upper_age
    union all
    select 'people_85_and_over' as measure, 85 as lower_age, 120 as upper_age
),

final as (
    select
        people.person_key,
        'numerator' as part,
        age_groups.measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from age_groups
    inner join people
        on people.age between age_groups.lower_age and age_groups.upper_age
)

select * from final
