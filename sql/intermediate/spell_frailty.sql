/*
description: >
  The Hospital Frailty Risk Score of emergency admissions of people aged 75 or over, within the period
  or the 365 days to the as-of date: of the codes of the spell (and of others of that day), and of
  earlier spells of the person that ended in the 730 days before it. Only spells of the providers'
  extracts, since encounters have no ICD-10 codes.
grain: spell_key
columns:
  person_key: Pseudonym of the person
  spell_key: Record key of the spell
  admission_date: Day of admission
  financial_year: Financial year of the admission
  midnights: Midnights in hospital; null while still there
  frailty_score: Hospital Frailty Risk Score, 0 or more
  frailty_band: low (below 5), intermediate (5 to 15) or high
checks:
  - unique: spell_key
  - not_null: [person_key, spell_key, admission_date, frailty_score, frailty_band]
  - one_of: {frailty_band: reference.frailty_band.frailty_band}
topic: needs
*/
with spells as (
    select
        person_key,
        spell_key,
        admission_date,
        discharge_date,
        financial_year,
        midnights,
        is_emergency,
        age
    from core.spell
    where source_table = 'apc_spell'
),

emergencies as (
    select
        person_key,
        spell_key,
        admission_date,
        financial_year,
        midnights
    from spells
    where is_emergency
        and age >= 75
        and (admission_date >= $period_start or admission_date > $as_of - interval '365' day)
),

related as (
    select
        emergencies.person_key,
        emergencies.spell_key,
        spells.spell_key as related_spell_key
    from emergencies
    inner join spells
        on emergencies.person_key = spells.person_key
    where spells.admission_date = emergencies.admission_date
        or (
            spells.admission_date < emergencies.admission_date
            and spells.discharge_date >= emergencies.admission_date - interval '730' day
        )
),

scored as (
    -- By person too, so that the score is seen to be of one person.
    select
        related.person_key,
        related.spell_key,
        hfrs(diagnoses.icd10) as score
    from related
    inner join intermediate.spell_diagnosis as diagnoses
        on related.related_spell_key = diagnoses.spell_key
        and related.person_key = diagnoses.person_key
    group by related.person_key, related.spell_key
),

final as (
    select
        emergencies.person_key,
        emergencies.spell_key,
        emergencies.admission_date,
        emergencies.financial_year,
        emergencies.midnights,
        coalesce(scored.score['score'], 0.0) as frailty_score,
        coalesce(scored.score['band'], 'low') as frailty_band
    from emergencies
    left join scored
        on emergencies.spell_key = scored.spell_key
        and emergencies.person_key = scored.person_key
)

select * from final order by person_key
