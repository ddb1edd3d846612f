/*
description: >
  Comorbidity and frailty of active people, from the ICD-10 codes of hospital spells. Charlson and
  Elixhauser take every diagnosis position of spells admitted in the days of look_back_days to the
  as-of date. Frailty is the Hospital Frailty Risk Score at the last emergency admission in those days
  of somebody aged 75 or over (intermediate.spell_frailty). Who was not in hospital has those
  scores 0. The Cambridge Multimorbidity Score is that of the registers of the Quality and Outcomes
  Framework, which general practice records too: 15 of its 20 conditions, without alcohol problems,
  constipation, hearing loss, irritable bowel syndrome and pain, so that it is too low rather than too high.
grain: person_key
columns:
  person_key: Pseudonym of the person
  look_back_days: Days to the as-of date whose spells Charlson and Elixhauser take
  charlson_score: Charlson score, 17 conditions, weights of Quan 2011; age adds nothing to it
  charlson_age_score: The same with what age adds, 0 to 4; null where the age is not known
  charlson_conditions: Number of Charlson conditions
  elixhauser_score: Elixhauser score, 31 conditions, weights of van Walraven; can be negative
  elixhauser_conditions: Number of Elixhauser conditions
  cambridge_score: Cambridge Multimorbidity Score, weights of the general outcome
  cambridge_conditions: Number of its conditions, of the 15 that registers tell
  frailty_score: Hospital Frailty Risk Score; null without an emergency admission at 75 or over in the 365 days
  frailty_band: low, intermediate or high; null where the score is
checks:
  - not_null: [person_key, charlson_score, charlson_conditions, elixhauser_score, elixhauser_conditions, cambridge_score, cambridge_conditions]
  - expect: charlson_score >= 0
  - expect: charlson_age_score between charlson_score and charlson_score + 4
  - expect: charlson_conditions between 0 and 17
  - expect: elixhauser_conditions between 0 and 31
  - expect: cambridge_conditions between 0 and 15
  - expect: frailty_score >= 0
  - expect: (frailty_score is null) = (frailty_band is null)
  - one_of: {frailty_band: [low, intermediate, high]}
topic: needs
*/
with people as (
    select
        person_key,
        age
    from core.person
    where is_active
),

recent_codes as (
    select
        person_key,
        icd10
    from intermediate.spell_diagnosis
    where admission_date > $as_of - interval '365' day
        and admission_date <= $as_of
),

comorbidity as (
    select
        person_key,
        charlson(icd10) as charlson,
        elixhauser(icd10) as elixhauser
    from recent_codes
    group by person_key
),

cambridge_registers as (
    select
        cast(register as varchar) as register,
        cambridge_condition
    from reference.register
    where cambridge_condition is not null
),

cambridge as (
    select
        statuses.person_key,
        cambridge_multimorbidity(cambridge_registers.cambridge_condition) as score
    from cambridge_registers
    inner join core.register_status as statuses
        on cambridge_registers.register = statuses.register
    where statuses.on_register
    group by statuses.person_key
),

numbered as (
    select
        person_key,
        frailty_score,
        frailty_band,
        row_number() over (
            partition by person_key
            order by admission_date desc, spell_key desc
        ) as recency
    from intermediate.spell_frailty
    where admission_date > $as_of - interval '365' day
),

frailty as (
    select
        person_key,
        frailty_score,
        frailty_band
    from numbered
    where recency = 1
),

final as (
    select
        people.person_key,
        365 as look_back_days,
        coalesce(comorbidity.charlson['score'], 0) as charlson_score,
        coalesce(comorbidity.charlson['score'], 0) + charlson_age(people.age) as charlson_age_score,
        coalesce(comorbidity.charlson['condition_count'], 0) as charlson_conditions,
        coalesce(comorbidity.elixhauser['score'], 0) as elixhauser_score,
        coalesce(comorbidity.elixhauser['condition_count'], 0) as elixhauser_conditions,
        coalesce(cambridge.score['score'], 0.0) as cambridge_score,
        coalesce(cambridge.score['condition_count'], 0) as cambridge_conditions,
        frailty.frailty_score,
        frailty.frailty_band
    from people
    left join comorbidity
        on people.person_key = comorbidity.person_key
    left join cambridge
        on people.person_key = cambridge.person_key
    left join frailty
        on people.person_key = frailty.person_key
)

select * from final
