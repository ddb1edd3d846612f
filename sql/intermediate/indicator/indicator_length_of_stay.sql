/*
description: >
  Emergency spells that ended in each financial year, and how many of them lasted for less than a
  day, for a week or more, and for three weeks or more, in midnights.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator or denominator"
  measure: emergency_discharges (the denominator), emergency_stays_under_1_day, emergency_stays_7_days or emergency_stays_21_days
  period: The financial year, as in marts.reporting_year
  n: Spells
checks:
  - unique: [person_key, part, measure, period]
  - not_null: [person_key, part, measure, period, n]
  - one_of: {part: [numerator, denominator]}
  - expect: n > 0
*/
with spells as (
    select
        person_key,
        discharge_date,
        midnights
    from core.spell
    where is_emergency
        and discharge_date between $period_start and $period_end
        and midnights is not null
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
        spells.person_key,
        years.financial_year,
        count(*) as discharges,
        count(*) filter (where spells.midnights = 0) as under_1_day,
        count(*) filter (where spells.midnights >= 7) as seven_days,
        count(*) filter (where spells.midnights >= 21) as twenty_one_days
    from years
    inner join spells
        on spells.discharge_date between years.first_day and years.last_day
    group by spells.person_key, years.financial_year
),

final as (
    select
        person_key,
        'denominator' as part,
        'emergency_discharges' as measure,
        financial_year as period,
        discharges as n
    from person_years
    union all
    select
        person_key,
        'numerator' as part,
        'emergency_stays_under_1_day' as measure,
        financial_year as period,
        under_1_day as n
    from person_years
    where under_1_day > 0
    union all
    select
        person_key,
        'numerator' as part,
        'emergency_stays_7_days' as measure,
        financial_year as period,
        seven_days as n
    from person_years
    where seven_days > 0
    union all
    select
        person_key,
        'numerator' as part,
        'emergency_stays_21_days' as measure,
        financial_year as period,
        twenty_one_days as n
    from person_years
    where twenty_one_days > 0
)

select * from final
