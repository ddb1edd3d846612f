/*
description: >
  Active people of a known ethnic group, and those of another group than White.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator or denominator"
  measure: ethnicity_recorded or ethnic_minority, the latter out of people_of_known_ethnic_group
  period: The word as_of, which stands for the as-of date
  n: 1
checks:
  - unique: [person_key, part, measure, period]
  - not_null: [person_key, part, measure, period, n]
  - one_of: {part: [numerator, denominator]}
  - expect: n > 0
*/
with people as (
    select
        person_key,
        ethnic_group
    from core.person
    where is_active
        and ethnic_group <> 'Not known'
),

final as (
    select
        person_key,
        'numerator' as part,
        'ethnicity_recorded' as measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from people
    union all
    select
        person_key,
        'numerator' as part,
        'ethnic_minority' as measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from people
    where ethnic_group <> 'White'
    union all
    select
        person_key,
        'denominator' as part,
        'people_of_known_ethnic_group' as measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from people
)

select * from final
