/*
description: >
  Vaccinations that linked people were given. Those not given, or entered in error, are left out.
grain: immunization_key
columns:
  person_key: Pseudonym of the person
  immunization_key: Record key of the Immunization
  code: Code of the vaccine, SNOMED CT or the first of another system
  procedure_code: SNOMED CT code of the vaccination
  occurred: Local day of the vaccination; null where not known
checks:
  - unique: immunization_key
  - not_null: [person_key, immunization_key]
*/
with final as (
    select
        person_key,
        record_key as immunization_key,
        code,
        procedure_code,
        cast(occurred at time zone 'UTC' at time zone 'Europe/London' as date) as occurred
    from record.immunization
    where person_key is not null
        and not coalesce(not_given, false)
        and coalesce(status, 'completed') = 'completed'
)

select * from final order by person_key
