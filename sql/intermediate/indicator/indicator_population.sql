/*
description: >
  The populations that indicators of people are out of: active people at the as-of date; and for
  each financial year everybody who was registered in it, and the days of registration. Days divided
  by the days that the year covers are an average number of people.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "denominator"
  measure: registered_people, registered_in_year or registered_person_years
  period: The word as_of, which stands for the as-of date, or the financial year
  n: 1, or the days of registration in the year
checks:
  - unique: [person_key, part, measure, period]
  - not_null: [person_key, part, measure, period, n]
  - one_of: {part: [denominator]}
  - expect: n > 0
*/
with people as (
    select person_key
    from core.person
    where is_active
),

person_years as (
    select
        person_key,
        financial_year,
        registered_days
    from intermediate.indicator_person_year
),

final as (
    select
        person_key,
        'denominator' as part,
        'registered_people' as measure,
        'as_of' as period,
        cast(1 as bigint) as n
    from people
    union all
    select
        person_key,
        'denominator' as part,
        'registered_in_year' as measure,
        financial_year as period,
        cast(1 as bigint) as n
    from person_years
    union all
    select
        person_key,
        'denominator' as part,
        'registered_person_years' as measure,
        financial_year as period,
        cast(registered_days as bigint) as n
    from person_years
)

select * from final
