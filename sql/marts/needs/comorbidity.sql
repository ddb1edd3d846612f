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

emergency_methods as (
    select cast(admission_method as varchar) as admission_method
    from reference.admission_method
    where setting = 'Emergency admission'
),

spells as (
    select
        person_key,
        admission_date,
        admission_method,
        discharge_date,
        [diag_01, diag_02, diag_03, diag_04, diag_05, diag_06] as codes
    from record.apc_spell
    where person_key is not null
        and admission_date <= $as_of
),

recent_codes as (
    select
        person_key,
        unnest(codes) as code
    from spells
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
        spells.person_key,
        max(spells.admission_date) as admission_date
    from people
    inner join spells
        on people.person_key = spells.person_key
    inner join emergency_methods
        on spells.admission_method = emergency_methods.admission_method
    where spells.admission_date > $as_of - interval '365' day
        and age_at(people.birth_month, spells.admission_date) >= 75
    group by spells.person_key
),

frailty_codes as (
    select
        spells.person_key,
        unnest(spells.codes) as code
    from old_emergencies
    inner join spells
        on old_emergencies.person_key = spells.person_key
    where spells.admission_date = old_emergencies.admission_date
        or (
            spells.admission_date < old_emergencies.admission_date
            and spells.discharge_date >= old_emergencies.admission_date - interval '730' day
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
