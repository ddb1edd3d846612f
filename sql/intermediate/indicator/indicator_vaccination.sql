/*
description: >
  People vaccinated against influenza between 1 September and 31 March of each financial year.
  Vaccinations that were not given do not count.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator"
  measure: flu_vaccinated
  period: The financial year, as in marts.reporting_year
  n: 1
checks:
  - unique: [person_key, part, measure, period]
  - not_null: [person_key, part, measure, period, n]
  - one_of: {part: [numerator]}
  - expect: n > 0
*/
with vaccinations as (
    select
        person_key,
        code,
        procedure_code,
        occurred as vaccinated
    from staging.immunization
    where occurred between $period_start and least($period_end, $as_of)
),

codes as (
    select cast(snomed_code as varchar) as snomed_code
    from reference.indicator_code
    where measure = 'flu_vaccinated'
),

years as (
    select
        financial_year,
        first_day,
        last_day
    from marts.reporting_year
),

flu_vaccinations as (
    select
        vaccinations.person_key,
        vaccinations.vaccinated
    from vaccinations
    inner join codes
        on vaccinations.code = codes.snomed_code
        or vaccinations.procedure_code = codes.snomed_code
),

final as (
    select
        flu_vaccinations.person_key,
        'numerator' as part,
        'flu_vaccinated' as measure,
        years.financial_year as period,
        cast(1 as bigint) as n
    from years
    inner join flu_vaccinations
        on flu_vaccinations.vaccinated between years.first_day and years.last_day
    where date_part('month', flu_vaccinations.vaccinated) in (9, 10, 11, 12, 1, 2, 3)
    group by flu_vaccinations.person_key, years.financial_year
)

select * from final
