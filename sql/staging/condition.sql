/*
description: >
  Problems and diagnoses of linked people, those refuted or entered in error left out.
grain: condition_key
columns:
  person_key: Pseudonym of the person
  condition_key: Record key of the Condition
  snomed_code: SNOMED CT code; null where only another system has one
  icd10: ICD-10 code, normalised; null where there is none
  clinical_status: As recorded; active, resolved, inactive and their like
  noted: Day on which it was recorded, else of onset; null where neither is known
  abated: Day on which it ended; null where it did not, or nobody wrote it down
checks:
  - unique: condition_key
  - not_null: [person_key, condition_key, clinical_status]
*/
with final as (
    select
        person_key,
        record_key as condition_key,
        case when code_system like 'http://snomed.info/sct%' then code end as snomed_code,
        icd10_normalise(icd10) as icd10,
        coalesce(clinical_status, 'active') as clinical_status,
        coalesce(recorded, onset) as noted,
        abated
    from record.condition
    where person_key is not null
        and coalesce(verification_status, 'confirmed') not in ('refuted', 'entered-in-error')
)

select * from final order by person_key
