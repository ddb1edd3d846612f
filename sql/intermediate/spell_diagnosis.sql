/*
description: >
  Every diagnosis position of hospital spells of linked people admitted up to the as-of date. What is
  no ICD-10 code is left out. A person may have a code many times.
grain: [spell_key, position]
columns:
  person_key: Pseudonym of the person
  spell_key: Record key of the spell, as in core.spell
  position: 1 for the main diagnosis, 2 to 6 for the others
  icd10: ICD-10 code, normalised
  icd10_3: Its first three characters
  admission_date: Day of admission
  discharge_date: Day of discharge; null while in hospital
checks:
  - unique: [spell_key, position]
  - not_null: [person_key, spell_key, position, icd10, icd10_3, admission_date]
  - expect: position between 1 and 6
*/
with spells as (
    select
        person_key,
        spell_key,
        admission_date,
        discharge_date,
        [diag_01, diag_02, diag_03, diag_04, diag_05, diag_06] as codes
    from staging.apc_spell
    where admission_date <= $as_of
),

positions as (
    select
        person_key,
        spell_key,
        admission_date,
        discharge_date,
        unnest([1, 2, 3, 4, 5, 6]) as position,
        unnest(codes) as code
    from spells
),

normalised as (
    select
        person_key,
        spell_key,
        cast(position as int) as position,
        icd10_normalise(code) as icd10,
        admission_date,
        discharge_date
    from positions
),

final as (
    select
        person_key,
        spell_key,
        position,
        icd10,
        substring(icd10, 1, 3) as icd10_3,
        admission_date,
        discharge_date
    from normalised
    where icd10 is not null
)

select * from final order by person_key
