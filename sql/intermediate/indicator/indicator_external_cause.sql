/*
description: >
  Emergency admissions for injuries with an external cause in any position, by financial year of
  admission: self-harm (X60 to X84), and falls (W00 to W19 with a main diagnosis of injury, S or T).
  A spell with several such codes counts once.
grain: [person_key, part, measure, period]
columns:
  person_key: Pseudonym of the person
  part: "numerator"
  measure: self_harm_admissions or fall_admissions
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
        spell_key,
        admission_date,
        icd10_3
    from core.spell
    where is_emergency
        and admission_date between $period_start and $period_end
),

spell_diagnoses as (
    select
        person_key,
        spell_key,
        substring(icd10_3, 1, 1) as chapter,
        cast(nullif(regexp_replace(substring(icd10_3, 2, 2), '[^0-9]', '', 'g'), '') as int) as number
    from intermediate.spell_diagnosis
),

years as (
    select
        financial_year,
        first_day,
        last_day
    from marts.reporting_year
),

causes as (
    select distinct
        person_key,
        spell_key,
        case when chapter = 'X' then 'self_harm_admissions' else 'fall_admissions' end as measure
    from spell_diagnoses
    where (chapter = 'X' and number between 60 and 84)
        or (chapter = 'W' and number between 0 and 19)
),

final as (
    select
        spells.person_key,
        'numerator' as part,
        causes.measure,
        years.financial_year as period,
        count(*) as n
    from spells
    inner join causes
        on spells.person_key = causes.person_key
        and spells.spell_key = causes.spell_key
    inner join years
        on spells.admission_date between years.first_day and years.last_day
    where causes.measure = 'self_harm_admissions'
        or substring(spells.icd10_3, 1, 1) in ('S', 'T')
    group by spells.person_key, causes.measure, years.financial_year
)

select * from final
