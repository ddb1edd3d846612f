/*
description: >
  The long-term conditions of reference.condition that each person has at the as-of date: on the
  problem list by SNOMED CT or ICD-10 code, or in any diagnosis position of a hospital spell
  admitted in the 24 months before.
grain: [person_key, condition]
columns:
  person_key: Pseudonym of the person
  condition: Short name of the condition
checks:
  - unique: [person_key, condition]
  - not_null: [person_key, condition]
topic: needs
*/
with condition_codes as (
    select
        cast(snomed_code as varchar) as snomed_code,
        cast(icd10 as varchar) as icd10_3,
        condition
    from reference.condition
),

diagnoses as (
    select
        person_key,
        snomed_code,
        icd10_3
    from core.diagnosis
    where source_table = 'condition'
        or noted > $as_of - interval '24' month
),

matched as (
    select
        diagnoses.person_key,
        condition_codes.condition
    from condition_codes
    inner join diagnoses
        on condition_codes.snomed_code = diagnoses.snomed_code
    union all
    select
        diagnoses.person_key,
        condition_codes.condition
    from condition_codes
    inner join diagnoses
        on condition_codes.icd10_3 = diagnoses.icd10_3
),

final as (
    select distinct
        person_key,
        condition
    from matched
)

select * from final order by person_key
