/*
description: >
  Coded diagnoses in one shape, as they stood at the as-of date: the problem list (conditions that
  are neither resolved, refuted nor entered in error) and every diagnosis position of hospital
  spells admitted by then, however long ago. A person may have a code many times.
columns:
  person_key: Pseudonym of the person
  snomed_code: SNOMED CT code; null where only ICD-10 was recorded
  icd10: ICD-10 code, normalised; null where only SNOMED CT was recorded
  icd10_3: Its first three characters
  noted: Date recorded (problem list) or admitted (spell); null where not known
  position: 1 for the main diagnosis of a spell, 2 to 6 for the others; null for the problem list
  source_table: condition or apc_spell
  contact_key: Record key of the spell, as in core.spell and core.contact; null for the problem list
checks:
  - not_null: [person_key, source_table]
  - expect: snomed_code is not null or icd10 is not null
  - expect: (icd10 is null) = (icd10_3 is null)
  - one_of: {source_table: [condition, apc_spell]}
  - expect: (source_table = 'apc_spell') = (contact_key is not null)
*/
with conditions as (
    select
        person_key,
        snomed_code,
        icd10,
        noted
    from staging.condition
    -- A condition that ended after the as-of date was still active on it, whatever its status now.
    where abated > $as_of
        or (abated is null and clinical_status not in ('resolved', 'inactive'))
),

spell_diagnoses as (
    select
        person_key,
        spell_key,
        position,
        icd10,
        icd10_3,
        admission_date
    from intermediate.spell_diagnosis
),

final as (
    select
        person_key,
        snomed_code,
        icd10,
        substring(icd10, 1, 3) as icd10_3,
        noted,
        cast(null as int) as position,
        'condition' as source_table,
        cast(null as bigint) as contact_key
    from conditions
    where (noted is null or noted <= $as_of)
        and (snomed_code is not null or icd10 is not null)
    union all
    select
        person_key,
        cast(null as varchar) as snomed_code,
        icd10,
        icd10_3,
        admission_date as noted,
        position,
        'apc_spell' as source_table,
        spell_key as contact_key
    from spell_diagnoses
)

select * from final order by person_key
