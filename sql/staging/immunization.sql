/*
description: >
  Vaccinations that linked people were given up to the as-of date. Those not given, or entered in
  error, are left out.
grain: immunization_key
columns:
  person_key: Pseudonym of the person
  immunization_key: Record key of the Immunization
  code: Code of the vaccine, or of the procedure where the vaccine has none
  procedure_code: SNOMED CT code of the vaccination
  occurred: Day of the vaccination; null where not known
checks:
  - unique: immunization_key
  - not_null: [person_key, immunization_key]
*/
with immunizations as (
    select
        person_key,
        record_key as immunization_key,
        code,
        procedure_code,
        cast(occurred as date) as occurred
    from record.immunization
    where person_key is not null
        and not coalesce(not_given, false)
        and coalesce(status, 'completed') = 'completed'
        and (occurred is null or cast(occurred as date) <= $as_of)
),

final as (
    select person_key, immunization_key, code, procedure_code, occurred
    from immunizations
)

select * from final order by person_key
