/*
description: >
  Hospital spells with a diagnosis that alcohol, smoking or obesity partly causes, once for each condition
  of reference.attributable_condition_code, with the fraction of such admissions that the risk causes by sex
  and age (reference.attributable_fraction): of the main diagnosis, and of external causes in any position.
  Fractions below 0 stand for a risk that protects. A sex or age without a fraction has none.
grain: [spell_key, risk, condition]
columns:
  person_key: Pseudonym of the person
  spell_key: Spell, as in core.spell
  risk: Alcohol, Smoking or Obesity
  condition: Condition that the risk partly causes
  fraction: Share of such admissions that the risk causes; null for a sex or age that has none
checks:
  - not_null: [person_key, spell_key, risk, condition]
  - expect: fraction <= 1
topic: utilisation
*/
with spells as (
    select
        person_key,
        spell_key,
        sex,
        age
    from core.spell
),

diagnoses as (
    select
        person_key,
        spell_key,
        position,
        icd10
    from intermediate.spell_diagnosis
),

codes as (
    select
        risk,
        condition,
        position,
        cast(code as varchar) as code
    from reference.attributable_condition_code
),

fractions as (
    select
        risk,
        condition,
        sex,
        cast(age_from as int) as age_from,
        cast(age_to as int) as age_to,
        cast(fraction as double) as fraction
    from reference.attributable_fraction
),

lengths as (
    select distinct length(code) as code_length
    from codes
),

stems as (
    select
        diagnoses.person_key,
        diagnoses.spell_key,
        diagnoses.position,
        substring(diagnoses.icd10, 1, lengths.code_length) as code
    from lengths
    cross join diagnoses
    where length(diagnoses.icd10) >= lengths.code_length
),

matched as (
    select distinct
        stems.person_key,
        stems.spell_key,
        codes.risk,
        codes.condition
    from codes
    inner join stems
        on codes.code = stems.code
    where codes.position = 'any'
        or stems.position = 1
),

final as (
    select
        matched.person_key,
        matched.spell_key,
        matched.risk,
        matched.condition,
        fractions.fraction
    from matched
    inner join spells
        on matched.person_key = spells.person_key
        and matched.spell_key = spells.spell_key
    left join fractions
        on matched.risk = fractions.risk
        and matched.condition = fractions.condition
        and spells.sex = fractions.sex
        -- A fraction of all ages needs none.
        and coalesce(spells.age, case when fractions.age_from = 0 and fractions.age_to = 150 then 0 end)
        between fractions.age_from and fractions.age_to
)

select * from final order by person_key
