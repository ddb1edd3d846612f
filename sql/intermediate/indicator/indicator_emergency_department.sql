/*
description: >
  Attendances at emergency departments by financial year of arrival; how many of those whose end is
  known were over within four and within twelve hours; and the people with five attendances or more
  in the year.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator or denominator"
  measure: ed_attendances, ed_within_4_hours, ed_within_12_hours or frequent_ed_attenders; ed_attendances_of_known_length is the denominator of the times
  period: The financial year, as in marts.reporting_year
  n: Attendances, or 1 for a person
checks:
  - unique: [person_key, part, measure, period]
  - not_null: [person_key, part, measure, period, n]
  - one_of: {part: [numerator, denominator]}
  - expect: n > 0
*/
with attendances as (
    select
        person_key,
        arrived_date,
        minutes
    from core.attendance
    where arrived_date between $period_start and $period_end
),

years as (
    select
        financial_year,
        first_day,
        last_day
    from marts.reporting_year
),

person_years as (
    select
        attendances.person_key,
        years.financial_year,
        count(*) as attendances,
        count(*) filter (where attendances.minutes >= 0) as of_known_length,
        count(*) filter (where attendances.minutes between 0 and 240) as within_4_hours,
        count(*) filter (where attendances.minutes between 0 and 720) as within_12_hours
    from years
    inner join attendances
        on attendances.arrived_date between years.first_day and years.last_day
    group by attendances.person_key, years.financial_year
),

final as (
    select
        person_key,
        'numerator' as part,
        'ed_attendances' as measure,
        financial_year as period,
        attendances as n
    from person_years
    union all
    select
        person_key,
        'numerator' as part,
        'frequent_ed_attenders' as measure,
        financial_year as period,
        cast(1 as bigint) as n
    from person_years
    where attendances >= 5
    union all
    select
        person_key,
        'denominator' as part,
        'ed_attendances_of_known_length' as measure,
        financial_year as period,
        of_known_length as n
    from person_years
    where of_known_length > 0
    union all
    select
        person_key,
        'numerator' as part,
        'ed_within_4_hours' as measure,
        financial_year as period,
        within_4_hours as n
    from person_years
    where within_4_hours > 0
    union all
    select
        person_key,
        'numerator' as part,
        'ed_within_12_hours' as measure,
        financial_year as period,
        within_12_hours as n
    from person_years
    where within_12_hours > 0
)

select * from final
