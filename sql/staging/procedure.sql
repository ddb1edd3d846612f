/*
description: >
  Procedures of linked people up to the as-of date. Those not done, or entered in error, are left out.
grain: record_key
columns:
  person_key: Pseudonym of the person
  record_key: Record key of the Procedure
  code: SNOMED CT code, or OPCS-4 where there is none
  code_system: System of the code
  opcs4: OPCS-4 code without the dot
  performed: Local day of the procedure; null where not known
checks:
  - unique: record_key
  - not_null: [person_key, record_key]
*/
with procedures as (
    select
        person_key,
        record_key,
        code,
        code_system,
        replace(upper(opcs4), '.', '') as opcs4,
        cast(performed at time zone 'UTC' at time zone 'Europe/London' as date) as performed
    from record.procedure
    where person_key is not null
        and coalesce(status, 'unknown') not in ('entered-in-error', 'not-done', 'preparation')
        and (
            performed is null
            or cast(performed at time zone 'UTC' at time zone 'Europe/London' as date) <= $as_of
        )
),

final as (
    select person_key, record_key, code, code_system, opcs4, performed
    from procedures
)

select * from final order by person_key
