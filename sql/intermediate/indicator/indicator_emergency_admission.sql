/*
description: >
  Emergency admissions, and those for ambulatory care sensitive and other conditions by their main
  diagnosis, by financial year of admission. A spell counts once, with the main diagnosis that it
  has.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator"
  measure: The measure of reference.indicator_diagnosis, or emergency_admissions
  period: The financial year, as in marts.reporting_year
  n: Admissions
checks:
  - unique: [person_key, part, measure, period]
  - not_null: [person_key, part, measure, period, n]
  - one_of: {part: [numerator]}
  - expect: n > 0
*/
with spells as (
    select
        person_key,
        admission_date,
        icd10_3
    from core.spell
    where is_emergency
        and admission_date between $period_start and $period_end
),

diagnoses as (
    select
        measure,
        icd10_3
    from reference.indicator_diagnosis
),

years as (
    select
        financial_year,
        first_day,
        last_day
    from marts.reporting_year
),

year_spells as (
    select
        spells.person_key,
        years.financial_year,
        spells.icd10_3
    from years
    inner join spells
        on spells.admission_date between years.first_day and years.last_day
),

measured as (
    select
        person_key,
        financial_year,
        'emergency_admissions' as measure
    from year_spells
    union all
    select
        year_spells.person_key,
        year_spells.financial_year,
        diagnoses.measure
    from diagnoses
    inner join year_spells
        on diagnoses.icd10_3 = year_spells.icd10_3
),

final as (
    select
        person_key,
        'numerator' as part,
        measure,
        financial_year as period,
        count(*) as n
    from measured
    group by person_key, measure, financial_year
)

select * from final
