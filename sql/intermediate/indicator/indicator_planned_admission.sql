/*
description: >
  Planned admissions by financial year of admission, and how many of them were day cases. Regular
  attenders are left out.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator or denominator"
  measure: planned_admissions, also as a denominator, or day_cases
  period: The financial year, as in marts.reporting_year
  n: Admissions
checks:
  - unique: [person_key, part, measure, period]
  - not_null: [person_key, part, measure, period, n]
  - one_of: {part: [numerator, denominator]}
  - expect: n > 0
*/
with spells as (
    select
        person_key,
        admission_date,
        point_of_delivery
    from core.spell
    where point_of_delivery in ('Elective ordinary', 'Day case')
        and admission_date between $period_start and $period_end
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
        count(*) as admissions,
        count(*) filter (where spells.point_of_delivery = 'Day case') as day_cases
    from years
    inner join spells
        on spells.admission_date between years.first_day and years.last_day
    group by spells.person_key, years.financial_year
),

final as (
    select
        person_key,
        'numerator' as part,
        'planned_admissions' as measure,
        financial_year as period,
        admissions as n
    from person_years
    union all
    select
        person_key,
        'denominator' as part,
        'planned_admissions' as measure,
        financial_year as period,
        admissions as n
    from person_years
    union all
    select
        person_key,
        'numerator' as part,
        'day_cases' as measure,
        financial_year as period,
        day_cases as n
    from person_years
    where day_cases > 0
)

select * from final
