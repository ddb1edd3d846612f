/*
description: >
  Deaths of registered people by financial year of the month of death, and how many of them happened
  in hospital: the person has a spell that ended with a death (discharge method 4).
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator or denominator"
  measure: deaths, also as a denominator, or deaths_in_hospital
  period: The financial year, as in marts.reporting_year
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
        death_month
    from core.person
    where death_month between $period_start and least($period_end, $as_of)
),

hospital_deaths as (
    select distinct person_key
    from core.spell
    where discharge_method = '4'
        and discharge_date between $period_start and $period_end
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
        people.person_key,
        'numerator' as part,
        'deaths' as measure,
        years.financial_year as period,
        cast(1 as bigint) as n
    from years
    inner join people
        on people.death_month between years.first_day and years.last_day
    union all
    select
        people.person_key,
        'denominator' as part,
        'deaths' as measure,
        years.financial_year as period,
        cast(1 as bigint) as n
    from years
    inner join people
        on people.death_month between years.first_day and years.last_day
    union all
    select
        people.person_key,
        'numerator' as part,
        'deaths_in_hospital' as measure,
        years.financial_year as period,
        cast(1 as bigint) as n
    from years
    inner join people
        on people.death_month between years.first_day and years.last_day
    inner join hospital_deaths
        on people.person_key = hospital_deaths.person_key
)

select * from final
