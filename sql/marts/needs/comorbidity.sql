/*
description: >
  Comorbidity and frailty of active people, from the ICD-10 codes of hospital spells. Charlson and
  Elixhauser take every diagnosis position of spells admitted in the 365 days to the as-of date.
  Frailty is the Hospital Frailty Risk Score at the last emergency admission in those days of
  somebody aged 75 or over: the codes of that spell, and of earlier ones that ended in the 730 days
  before it. Who was not in hospital has the comorbidity scores 0: what only general practice
  recorded is in marts.condition_prevalence.
grain: person_key
columns:
  person_key: Pseudonym of the person
  charlson_score: Charlson score, 17 conditions, weights of Quan 2011; age adds nothing to it
  charlson_age_score: The same with what age adds, 0 to 4; null where the age is not known
  charlson_conditions: Number of Charlson conditions
  elixhauser_score: Elixhauser score, 31 conditions, weights of van Walraven; can be negative
  elixhauser_conditions: Number of Elixhauser conditions
  frailty_score: Hospital Frailty Risk Score; null without an emergency admission at 75 or over in the 365 days
  frailty_band: low, intermediate or high; null where the score is
checks:
  - unique: person_key
  - not_null: [person_key, charlson_score, charlson_conditions, elixhauser_score, elixhauser_conditions]
  - expect: charlson_score >= 0
  - expect: charlson_age_score between charlson_score and charlson_score + 4
  - expect: charlson_conditions between 0 and 17
  - expect: elixhauser_conditions between 0 and 31
  - expect: frailty_score >= 0
  - expect: (frailty_score is null) = (frailty_band is null)
  - expect: frailty_band in ('low', 'intermediate', 'high')
*/
with people as (
    select
        person_key,
        birth_month,
        age
    from core.person
    where is_active
),

codes as (
    select
        person_key,
        icd10 as code,
        admission_date,
        discharge_date
    from intermediate.spell_diagnosis
),

emergencies as (
    select
        person_key,
        admission_date
    from core.spell
    where source_table = 'apc_spell'
        and is_emergency
        and admission_date > $as_of - interval '365' day
),

recent_codes as (
    select
        person_key,
        code
    from codes
    where admission_date > $as_of - interval '365' day
),

comorbidity as (
    select
        person_key,
        charlson(code) as charlson,
        elixhauser(code) as elixhauser
    from recent_codes
    group by person_key
),

old_emergencies as (
    select
        emergencies.person_key,
        max(emergencies.admission_date) as admission_date
    from people
    inner join emergencies
        on people.person_key = emergencies.person_key
    where age_at(people.birth_month, emergencies.admission_date) >= 75
    group by emergencies.person_key
),

frailty_codes as (
    -- An admission without any code has a score too: 0.
    select
        old_emergencies.person_key,
        codes.code
    from old_emergencies
    left join codes
        on old_emergencies.person_key = codes.person_key
        and (
            codes.admission_date = old_emergencies.admission_date
            or (
                codes.admission_date < old_emergencies.admission_date
                and codes.discharge_date >= old_emergencies.admission_date - interval '730' day
            )
        )
),

frailty as (
    select
        person_key,
        hfrs(code) as hfrs
    from frailty_codes
    group by person_key
),

final as (
    select
        people.person_key,
        coalesce(comorbidity.charlson['score'], 0) as charlson_score,
        coalesce(comorbidity.charlson['score'], 0) + charlson_age(people.age) as charlson_age_score,
        coalesce(comorbidity.charlson['condition_count'], 0) as charlson_conditions,
        coalesce(comorbidity.elixhauser['score'], 0) as elixhauser_score,
        coalesce(comorbidity.elixhauser['condition_count'], 0) as elixhauser_conditions,
        frailty.hfrs['score'] as frailty_score,
        frailty.hfrs['band'] as frailty_band
    from people
    left join comorbidity
        on people.person_key = comorbidity.person_key
    left join frailty
        on people.person_key = frailty.person_key
)

select * from final
