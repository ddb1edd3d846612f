/*
description: >
  Coded diagnoses in one shape, as they stood at the as-of date: the problem list (conditions that
  are neither resolved, refuted nor entered in error) and every diagnosis position of hospital
  spells admitted in the 24 months before the as-of date. A person may have a code many times.
columns:
  person_key: Pseudonym of the person
  snomed_code: SNOMED CT code; null where only ICD-10 was recorded
  icd10_3: First three characters of the normalised ICD-10 code; null where only SNOMED CT was recorded
  noted: Date recorded (problem list) or admitted (spell); null where not known
  source_table: condition or apc_spell
checks:
  - not_null: [person_key, source_table]
  - expect: snomed_code is not null or icd10_3 is not null
  - expect: source_table in ('condition', 'apc_spell')
*/
with conditions as (
    select
        person_key,
        case when code_system like 'http://snomed.info/sct%' then code end as snomed_code,
        substring(icd10_normalise(icd10), 1, 3) as icd10_3,
        coalesce(recorded, onset) as noted
    from record.condition
    where person_key is not null
        and coalesce(verification_status, 'confirmed') not in ('refuted', 'entered-in-error')
        -- A condition that ended after the as-of date was still active on it, whatever its status now.
        and (
            abated > $as_of
            or (abated is null and coalesce(clinical_status, 'active') not in ('resolved', 'inactive'))
        )
),

spells as (
    select
        person_key,
        admission_date,
        diag_01,
        diag_02,
        diag_03,
        diag_04,
        diag_05,
        diag_06
    from record.apc_spell
    where person_key is not null
        and admission_date <= $as_of
        and admission_date > $as_of - interval '24' month
),

spell_codes as (
    select person_key, admission_date, diag_01 as icd10 from spells where diag_01 is not null
    union all
    select person_key, admission_date, diag_02 as icd10 from spells where diag_02 is not null
    union all
    select person_key, admission_date, diag_03 as icd10 from spells where diag_03 is not null
    union all
    select person_key, admission_date, diag_04 as icd10 from spells where diag_04 is not null
    union all
    select person_key, admission_date, diag_05 as icd10 from spells where diag_05 is not null
    union all
    select person_key, admission_date, diag_06 as icd10 from spells where diag_06 is not null
),

diagnoses as (
    select person_key, snomed_code, icd10_3, noted, 'condition' as source_table
    from conditions
    where noted is null or noted <= $as_of
    union all
    select
        person_key,
        cast(null as varchar) as snomed_code,
        substring(icd10_normalise(icd10), 1, 3) as icd10_3,
        admission_date as noted,
        'apc_spell' as source_table
    from spell_codes
),

final as (
    select person_key, snomed_code, icd10_3, noted, source_table
    from diagnoses
    where snomed_code is not null or icd10_3 is not null
)

select * from final
