/*
description: >
  People who began a registration with another practice than their last one, by financial year of
  its beginning. Who changed twice in a year counts once.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator"
  measure: changed_practice
  period: The financial year, as in marts.reporting_year
  n: 1
checks:
  - unique: [person_key, part, measure, period]
  - not_null: [person_key, part, measure, period, n]
  - one_of: {part: [numerator]}
  - expect: n > 0
*/
with registrations as (
    select
        person_key,
        registration_number,
        practice_code,
        started
    from core.registration
),

followed as (
    select
        person_key,
        practice_code,
        started,
        lag(practice_code) over (partition by person_key order by registration_number) as last_practice_code
    from registrations
),

years as (
    select
        financial_year,
        first_day,
        last_day
    from marts.reporting_year
),

final as (
    select
        followed.person_key,
        'numerator' as part,
        'changed_practice' as measure,
        years.financial_year as period,
        cast(1 as bigint) as n
    from years
    inner join followed
        on followed.started between years.first_day and years.last_day
    where followed.started between $period_start and least($period_end, $as_of)
        and followed.practice_code <> followed.last_practice_code
    group by followed.person_key, years.financial_year
)

select * from final
